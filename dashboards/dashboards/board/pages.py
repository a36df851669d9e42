"""Dispatch board over HTTP: the page, its JSON, and its stream as HTML parts or JSON."""

from collections.abc import Awaitable, Callable, Hashable, Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import Header, Query, Request
from fastapi.responses import RedirectResponse, Response

from company.policy import policy_book
from contracts.bounds import CivilDay, Moment, OneLine, read_day
from contracts.civil_time import SHANGHAI
from dashboards import live
from dashboards.board import asof as board_asof
from dashboards.board.history import read_board_as_of
from dashboards.board.reading import BOARD, nearest_day, read_board
from dashboards.board.shared import SharedLooks
from dashboards.board.view import BoardView
from dashboards.board.week_pages import week_page
from dashboards.depots import OfDepot, depots_for, remembered
from dashboards.journal import Known
from dashboards.nav import home_of
from dashboards.page_route import PageRouter
from dashboards.render import LOOKS, board_parts, words_for
from dashboards.seat import Seat, seated
from dispatch.who import CREW
from runtime.clock import utc_now
from runtime.http import Caller, SignedIn
from runtime.route import takes

PLANNING_HOUR = 15
"""From then on the board opens on tomorrow (B4)."""

router = PageRouter()

Shape = Literal["day", "list"]


def opening_day(now: datetime) -> date:
    """The day that the work is about: today's run, from 15:00 on tomorrow's plan."""
    local = now.astimezone(SHANGHAI)
    return local.date() + timedelta(days=1 if local.hour >= PLANNING_HOUR else 0)


def districts(view: BoardView) -> list[str]:
    """Districts of all cards, to filter by."""
    backlog = view.backlog
    placed = [card for lane in view.lanes for cell in lane.cells for card in cell.cards]
    cards = [*placed, *backlog.ready, *backlog.later, *backlog.blocked]
    return sorted({card.district for card in cards if card.district})


@router.get("/board", include_in_schema=False)
@takes(*LOOKS, "date", "view", "as_of", "known", "find", "district", "depot")
@seated("board")
async def board_page(seat: Seat) -> Response:
    """派工板."""
    request, caller, words, now = seat.request, seat.caller, seat.words, seat.now
    day = request.query_params.get("date") or opening_day(now).isoformat()
    on, as_of, wrong = read_day(day, policy_book().door(now)), None, "bad.date"
    try:
        as_of = board_asof.asked(request.query_params, now)
    except ValueError:
        on, wrong = None, "asof.bad"
    if on is None:
        return seat.say_no(words("bad.title"), words(wrong), 422)
    chosen = seat.one_of("view", ("day", "list", "week"))
    if chosen == "week":
        return await week_page(seat, on)
    shape: Shape = "list" if chosen == "list" else "day"
    position, depots = caller.position(), depots_for(caller, now)
    past: board_asof.Slider | None = None
    if as_of is None:
        view = await read_board(caller, on, now, depots.shown)
    else:
        view, past = await board_asof.read_past(caller, on, as_of, depots.shown)
    empty = view.totals.deliveries + view.totals.visits == 0
    shows_backlog = caller.person.role not in CREW
    parts = board_parts(view, words, depots, shape=shape, shows_backlog=shows_backlog)
    stream = {"view": shape, "lang": words.lang, "depot": depots.asked, "after": position, "seen": live.digest(parts)}
    query = {name: text for name, text in request.query_params.items() if name in {"view", "as_of", "known", "depot"}}
    shown = seat.show(
        "board.html",
        view=view,
        depots=depots,
        past=past,
        look_back=_address(request, as_of=now.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")),
        back_to_now=_address(request, as_of="", known=""),
        shape=shape,
        shows_backlog=shows_backlog,
        districts=districts(view),
        nearest=await nearest_day(caller, depots.shown) if empty else None,
        stream=f"/live/board/{on.isoformat()}?{urlencode(stream)}",
        day_link=lambda of, step: f"/board?{urlencode({**query, 'date': (of + timedelta(days=step)).isoformat()})}",
    )
    return remembered(shown, caller, depots)


def _address(request: Request, **changed: str) -> str:
    """This page with some of its query changed; an empty value takes a parameter out."""
    query = {name: text for name, text in {**request.query_params, **changed}.items() if text}
    return f"{request.url.path}?{urlencode(query)}"


@router.get("/api/board/{on}", tags=["dashboards 看板"], summary="派工板 The dispatch board of a day")
async def board_json(
    on: CivilDay,
    caller: SignedIn,
    as_of: Annotated[
        Moment | None, Query(description="X2: the board as it was at this moment; needs a time zone")
    ] = None,
    known: Annotated[
        Known, Query(description="recorded: as known then; happened: as known now, late facts in their place")
    ] = "recorded",
    depot: OfDepot = None,
) -> BoardView:
    """What the board page shows, as data: lanes, cells, cards, backlog, duties of the lanes, rhythm of the day."""
    now = utc_now()
    if as_of is None or as_of >= now:
        return await read_board(caller, on, now, depots_for(caller, now, depot).shown)
    return await read_board_as_of(caller, on, as_of, known, depots_for(caller, now, depot).shown)


@router.get(
    "/live/board/{on}",
    summary="派工板的变动 Changes of the board as they happen (SSE)",
    **live.STREAMED,
)
@takes("lang")
async def board_live(
    on: CivilDay,
    request: Request,
    caller: SignedIn,
    *,
    format: Annotated[  # noqa: A002 - the query's name
        Literal["html", "json"], Query(description="json: parts of BoardView as {part: value}")
    ] = "html",
    view: Shape = "day",
    depot: OfDepot = None,
    after: live.After = None,
    seen: live.Seen = None,
    last_event_id: Annotated[OneLine | None, Header()] = None,
) -> Response:
    """Events: `hello` and `beat` (server's time, at least every 15 s), changed parts, `reload` (load the board anew).

    With `format=json` each message is an object of changed parts: `lane:<crew>`, `backlog`, `rhythm`, `day`. The first
    message holds all of them. After a lost connection send the last `id` as `Last-Event-ID`.
    """
    picture, position = live.resume(last_event_id, seen, after)
    shows_backlog = caller.person.role not in CREW

    lang, depots = words_for(request, utc_now()).lang, depots_for(caller, utc_now(), depot)

    async def html(now: datetime) -> live.Parts:
        board, words = await read_board(caller, on, now, depots.shown), words_for(request, now)
        return board_parts(board, words, depots, shape=view, shows_backlog=shows_backlog)

    async def data(now: datetime) -> live.Parts:
        return json_parts(await read_board(caller, on, now, depots.shown))

    if format == "json":
        return live.response(
            _events(caller, _shared(caller, data, (on, format, depots.asked)), live.json_frame, picture, position)
        )
    return live.response(
        _events(caller, _shared(caller, html, (on, view, lang, depots.asked)), live.html_frame, picture, position)
    )


def _shared(caller: Caller, make: Callable[[datetime], Awaitable[live.Parts]], kind: tuple[Hashable, ...]) -> live.Look:
    """The look of all who see the same: same role and store, and the same page; on the road, the own crew's."""
    state = caller.request.app.state
    if not hasattr(state, "board_looks"):
        state.board_looks = SharedLooks()
    looks: SharedLooks = state.board_looks
    person = caller.person
    whole = (*kind, person.role, person.id if person.role in CREW else None, person.store)

    async def look() -> live.Parts:
        now = utc_now()
        return await looks.look(whole, (caller.position(), now.replace(second=0, microsecond=0)), lambda: make(now))

    return look


def _events(caller: Caller, look: live.Look, frame: live.Frame, picture: str | None, position: str | None) -> Any:
    feed = caller.changes(BOARD, position)
    return live.stream(feed, look, frame, seen=picture, beat=lambda: utc_now().isoformat())


def json_parts(view: BoardView) -> Mapping[str, str]:
    """The board in parts that change apart; without `now`, which always does."""
    body = view.model_dump(mode="json", exclude={"now"})
    lanes = {f"lane:{lane['crew']}": lane for lane in body.pop("lanes")}
    parts = {**lanes, "backlog": body.pop("backlog"), "rhythm": body.pop("rhythm"), "day": body}
    return live.json_texts(parts)


@router.get("/", include_in_schema=False)
@takes(*LOOKS)
@seated("start")
async def start(seat: Seat) -> Response:
    """The page where the role's work is."""
    return RedirectResponse(home_of(seat.person.role), status_code=303)
