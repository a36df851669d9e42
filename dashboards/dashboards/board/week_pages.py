"""The board's week over HTTP: the page, its JSON and its stream."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Header, Request
from fastapi.responses import Response

from contracts.bounds import CivilDay, OneLine
from dashboards import live
from dashboards.board.reading import read_week
from dashboards.board.week import WeekView, monday_of
from dashboards.depots import Depots, OfDepot, depots_for, remembered
from dashboards.page_route import PageRouter
from dashboards.render import own_language, slug, template, words_for
from dashboards.seat import Seat
from dashboards.words import Words
from dispatch.day.row import DAYS
from dispatch.job.row import JOBS
from runtime.clock import utc_now
from runtime.http import SignedIn
from runtime.route import takes

WEEK = (JOBS.name, DAYS.name)
"""Read models behind the week."""

router = PageRouter()


async def week_page(seat: Seat, on: date) -> Response:
    """`/board?view=week`: crews by days."""
    words, position = seat.words, seat.caller.position()
    depots = depots_for(seat.caller, seat.now)
    week = await read_week(seat.caller, monday_of(on), seat.now, depots.shown)
    stream = {
        "lang": words.lang,
        "depot": depots.asked,
        "after": position,
        "seen": live.digest(week_parts(week, words, depots)),
    }
    query = {
        name: text for name, text in seat.request.query_params.items() if name in {"view", "find", "district", "depot"}
    }
    shown = seat.show(
        "week.html",
        week=week,
        depots=depots,
        districts=sorted({card.district for card in cards_of(week) if card.district}),
        week_link=lambda days: (
            f"/board?{urlencode({**query, 'date': (week.monday + timedelta(days=days)).isoformat()})}"
        ),
        stream=f"/live/board-week/{week.monday.isoformat()}?{urlencode(stream)}",
    )
    return remembered(shown, seat.caller, depots)


def cards_of(week: WeekView) -> list[Any]:
    """All cards of the week."""
    return [
        card
        for row in week.rows
        for cell in row.cells
        if cell.lane is not None
        for half in cell.lane.cells
        for card in half.cards
    ]


def week_parts(week: WeekView, words: Words, depots: Depots) -> Mapping[str, str]:
    """Element id -> its HTML, for every part of the week that can change while somebody looks."""
    part: Any = template("week_parts.html").module
    several = depots.chosen is None
    rows = {
        f"week-{slug(row.crew)}": part.row(words, row, depots.named(row.depot) if several else "") for row in week.rows
    }
    return own_language({"week-head": part.heads(words, week), **rows}, words)


@router.get("/api/board-week/{on}", tags=["dashboards 看板"], summary="一周的派工板 The board of the week of a day")
async def week_json(on: CivilDay, caller: SignedIn, depot: OfDepot = None) -> WeekView:
    """Crews by days, as on the board of each day."""
    now = utc_now()
    return await read_week(caller, monday_of(on), now, depots_for(caller, now, depot).shown)


@router.get(
    "/live/board-week/{on}",
    summary="一周派工板的变动 Changes of the week as they happen (SSE)",
    **live.STREAMED,
)
@takes("lang")
async def week_live(
    on: CivilDay,
    request: Request,
    caller: SignedIn,
    *,
    depot: OfDepot = None,
    after: live.After = None,
    seen: live.Seen = None,
    last_event_id: Annotated[OneLine | None, Header()] = None,
) -> Response:
    """As the board's stream; each row of the table is a part."""
    picture, position = live.resume(last_event_id, seen, after)

    async def look() -> live.Parts:
        now = utc_now()
        depots = depots_for(caller, now, depot)
        return week_parts(await read_week(caller, monday_of(on), now, depots.shown), words_for(request, now), depots)

    feed = caller.changes(WEEK, position)
    return live.response(live.stream(feed, look, live.html_frame, seen=picture, beat=lambda: utc_now().isoformat()))
