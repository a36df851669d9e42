"""Assessment over HTTP: the page, its JSON, the duties of one aggregate, and the stream."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import Header, Query, Request
from fastapi.responses import Response

from contracts.bounds import Id, OneLine
from contracts.civil_time import civil_day
from dashboards import live
from dashboards.assessment.chart import chart_of
from dashboards.assessment.kpi import RULES, STATES, Duty, KpiView, State
from dashboards.board.reading import KPI, read_duties, read_kpi
from dashboards.page_route import PageRouter
from dashboards.render import LOOKS, template, words_for
from dashboards.seat import Seat, seated
from dashboards.words import Words
from runtime.clock import utc_now
from runtime.decision import Rejected
from runtime.http import SignedIn
from runtime.route import takes

MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")

router = PageRouter()

Month = Annotated[str | None, Query(pattern=f"^{MONTH.pattern}$", description="2026-03; default: this month")]
Rule = Literal["K2", "K4", "K8", "K9", "K13"]


def neighbours(month: str) -> Mapping[str, str]:
    """The months before and after."""
    first = date.fromisoformat(f"{month}-01")
    return {
        "before": (first - timedelta(days=1)).strftime("%Y-%m"),
        "after": (first + timedelta(days=31)).replace(day=1).strftime("%Y-%m"),
    }


def link_from(chosen: Mapping[str, str | None]) -> Callable[..., str]:
    """Makes the address of this page with some choices changed; "" takes one back. Choosing a list closes the item."""

    def link(**changes: str) -> str:
        kept = {name: value for name, value in chosen.items() if name != "item" or changes.keys() <= {"month"}}
        query = {name: value for name, value in {**kept, **changes}.items() if value}
        return f"/assessment?{urlencode(query)}{'#evidence' if changes.get('item') else ''}"

    return link


@router.get("/assessment", include_in_schema=False)
@takes(*LOOKS, "month", "person", "duty", "state", "item")
@seated("assessment")
async def assessment_page(seat: Seat) -> Response:
    """考核."""
    caller, words, now = seat.caller, seat.words, seat.now
    asked = seat.request.query_params
    month = asked.get("month") or civil_day(now).strftime("%Y-%m")
    if MONTH.fullmatch(month) is None:
        return seat.say_no(words("bad.title"), words("bad.month"), 422)
    duty = seat.one_of("duty", RULES)
    chosen_state = seat.one_of("state", STATES)
    state = next((one for one in STATES if one == chosen_state), None)
    position = caller.position()
    view = await read_kpi(caller, now, month=month, person=asked.get("person") or None, duty=duty, state=state)
    chosen = {"month": month, "person": view.person, "duty": duty, "state": state, "item": asked.get("item")}
    link = link_from(chosen)
    item = await _item(caller, asked.get("item"), view)
    parts = kpi_parts(view, words, link)
    stream = {name: value for name, value in chosen.items() if value and name != "item"}
    return seat.show(
        "assessment.html",
        view=view,
        chart=chart_of(month, view.days),
        months=neighbours(month),
        item=item,
        link=link,
        stream=f"/live/kpi?{urlencode({**stream, 'lang': words.lang, 'after': position, 'seen': live.digest(parts)})}",
    )


async def _item(caller: Any, key: str | None, view: KpiView) -> Duty | None:
    """The duty whose proof is shown: the one chosen, else none."""
    if not key:
        return None
    listed = next((one for one in view.duties if one.key == key), None)
    if listed is not None:
        return listed
    duties = await read_duties(caller, key.rpartition("/")[0], view.now)
    return next((one for one in duties if one.key == key), None)


def kpi_parts(view: KpiView, words: Words, link: Callable[..., str]) -> dict[str, str]:
    """Element id -> its HTML, for the parts of the page that figures change."""
    part: Any = template("kpi_parts.html").module
    return {
        "kpi-people": part.people(words, view, link),
        "kpi-summary": part.summary(words, view),
        "kpi-chart": part.chart(words, view, chart_of(view.month, view.days)),
        "kpi-rules": part.rules(words, view, link),
    }


@router.get("/api/kpi", tags=["dashboards 看板"], summary="考核 Duties of a month: met, late, missed, open")
async def kpi_json(
    caller: SignedIn,
    month: Month = None,
    person: Annotated[OneLine | None, Query(description="Person id, or role:<role> where nobody is named")] = None,
    duty: Rule | None = None,
    state: State | None = None,
) -> KpiView:
    """What the assessment page shows, as data. One sees one's own; superiors their people; managers all (K21)."""
    now = utc_now()
    month = month or civil_day(now).strftime("%Y-%m")
    return await read_kpi(caller, now, month=month, person=person, duty=duty, state=state)


@router.get(
    "/api/kpi/duties/{aggregate_id}",
    tags=["dashboards 看板"],
    summary="凭据 The duties of one aggregate with the events that prove them",
)
async def duties_json(aggregate_id: Id, caller: SignedIn) -> tuple[Duty, ...]:
    """Duties of `day:…`, `job:…` or `ticket:…` as far as the asker may see them; 404 when there are none."""
    found = await read_duties(caller, aggregate_id, utc_now())
    if not found:
        caller.refuse(
            Rejected(
                code="unknown_duties",
                rule="K21",
                zh=f"{aggregate_id} 没有您能看到的职责。编号形如 day:main:2026-03-13、job:D-HT26030001。",
                en=f"{aggregate_id} has no duties that you may see. Ids read day:main:2026-03-13, job:D-HT26030001.",
            ),
            404,
        )
    return found


@router.get(
    "/live/kpi",
    summary="考核的变动 Changes of the figures as they happen (SSE)",
    **live.STREAMED,
)
@takes("lang")
async def kpi_live(
    request: Request,
    caller: SignedIn,
    *,
    format: Annotated[Literal["html", "json"], Query()] = "html",  # noqa: A002 - the query's name
    month: Month = None,
    person: OneLine | None = None,
    duty: Rule | None = None,
    state: State | None = None,
    after: OneLine | None = None,
    seen: OneLine | None = None,
    last_event_id: Annotated[OneLine | None, Header()] = None,
) -> Response:
    """As the board's stream. With `format=json` a message holds changed parts of KpiView: people, rules, days, ..."""
    picture, position = live.resume(last_event_id, seen, after)
    of = month or civil_day(utc_now()).strftime("%Y-%m")
    link = link_from({"month": of, "person": person, "duty": duty, "state": state})

    async def look() -> live.Parts:
        now = utc_now()
        view = await read_kpi(caller, now, month=of, person=person, duty=duty, state=state)
        return json_parts(view) if format == "json" else kpi_parts(view, words_for(request, now), link)

    frame = live.json_frame if format == "json" else live.html_frame
    feed = caller.changes(KPI, position)
    return live.response(live.stream(feed, look, frame, seen=picture, beat=lambda: utc_now().isoformat()))


def json_parts(view: KpiView) -> dict[str, str]:
    """The figures in parts that change apart; without `now`, which always does."""
    body = view.model_dump(mode="json", exclude={"now"})
    return live.json_texts(body)
