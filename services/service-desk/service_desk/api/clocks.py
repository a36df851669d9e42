"""The desk's clocks over HTTP: why a duty is due when it is, and reckoned anew after a change of calendar (C1, X4)."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel

from company.policy import policy_book
from contracts.civil_time import civil_day
from contracts.service_desk_duties import CalendarDay
from runtime.clock import utc_now
from runtime.http import Caller, SignedIn
from runtime.route import Router
from service_desk.access import hide, visible
from service_desk.api.tickets import TicketId
from service_desk.calendar import CALENDAR, CALENDARS, MAIN, CorrectCalendar, corrections_of
from service_desk.fields import TEXT_LENGTH
from service_desk.refusals import no
from service_desk.roles import READS
from service_desk.ticket.row import TICKETS
from service_desk.ticket.standing import OPEN
from service_desk.ticket.supplier_wait import ReckonClocks
from service_desk.ticket.ticket import TICKET
from service_desk.ticket.why import reasons

router = Router()

AT_ONCE = 500
"""Tickets that are asked together."""


class Span(BaseModel):
    """Time that a clock consumed (`used`), or in which it stood (`paused`, with the reason)."""

    starts: datetime
    ends: datetime
    kind: str
    reason: str
    seconds: int


class Why(BaseModel):
    """Why a duty is due when it is. Without spans it is due at a time of day, e.g. the end of the agreed window."""

    duty: str
    item: str
    since: datetime
    due: datetime
    provisional: bool
    calendar: str
    spans: list[Span]


class Corrections(BaseModel):
    """Days that are other than the published ones, who corrected them when, and how far holidays are known."""

    days: tuple[CalendarDay, ...]
    history: list[dict[str, Any]]
    policy: str
    published_through: date
    unknown_year_ahead: int | None
    """The year that begins soon, or has begun, and whose holidays nobody entered: its deadlines are provisional."""


class Reckoned(BaseModel):
    """How many open tickets were asked, and how many noted the change or moved a clock."""

    asked: int
    moved: int


@router.get("/tickets/{ticket_id}/why", summary="时限为什么是这个时间 Why this deadline (C1, C2, C13)")
async def why(
    ticket_id: TicketId,
    caller: SignedIn,
    *,
    duty: Annotated[str, Query(max_length=10)] = "K13",
    item: Annotated[str, Query(max_length=80)] = "",
) -> Why:
    """The consumed intervals, whose seconds add up to the target, and the waits for suppliers between them."""
    caller.allow(*READS)
    ticket = await visible(caller, ticket_id)
    clock = next((one for one in ticket.duties if (one.duty, one.item) == (duty, item)), None)
    if clock is None:
        hide(caller)
    because = reasons(ticket, clock, policy_book().at(clock.since), utc_now())
    return Why(
        duty=duty,
        item=item,
        since=clock.since,
        due=clock.due,
        provisional=clock.provisional,
        calendar=because.calendar,
        spans=[
            Span(starts=s.starts, ends=s.ends, kind=s.kind, reason=s.reason, seconds=s.seconds) for s in because.spans
        ],
    )


@router.get("/calendar", summary="更正过的日历 Days whose hours were corrected (C1)")
async def calendar(caller: SignedIn) -> Corrections:
    """Besides the published holidays, which are the policy's."""
    caller.allow(*READS)
    known = await caller.view(CALENDARS.files).get(MAIN)
    policy = policy_book().at(utc_now())
    return Corrections(
        days=() if known is None else known.row.days,
        history=[] if known is None else [one.shown() for one in corrections_of(known.said)],
        policy=policy.revision,
        published_through=policy.calendar_known_through,
        unknown_year_ahead=policy.unknown_year_ahead(civil_day(utc_now())),
    )


@router.post("/calendar", summary="更正日历 Correct days of the calendar (C1)")
async def correct_calendar(body: CorrectCalendar, caller: SignedIn) -> Reckoned:
    """Open clocks are reckoned anew at once, those that ran out stay as judged; later tickets hear of it by themselves.

    Asked again, it goes on where a crash left it: what is corrected and reckoned already changes nothing.
    """
    caller.allow(*CALENDAR.may(CorrectCalendar))
    corrected = await caller.ask(CALENDAR.key(MAIN), body, step="calendar")
    if corrected.status != "accepted":
        caller.answer(corrected)  # a refusal leaves as its own answer
        caller.refuse(no("calendar_undecided"), 503)
    known = await caller.view(CALENDARS).get(MAIN)
    before = () if known is None else known.days
    by_day = {day.on: day for day in (*before, *body.days)}
    days = tuple(by_day[on] for on in sorted(by_day))
    why = "；".join(dict.fromkeys(day.why for day in body.days))[:TEXT_LENGTH]
    return await _reckon(caller, ReckonClocks(at=body.at, reason=why, corrections=days))


@router.post("/clocks", summary="日历有变，重算未到期的时限 Reckon open clocks anew (C1)")
async def reckon_clocks(body: ReckonClocks, caller: SignedIn) -> Reckoned:
    """After a change of holidays or policy: open clocks move, those that ran out stay as they were judged (K22)."""
    caller.allow(*TICKET.may(ReckonClocks))
    return await _reckon(caller, body)


async def _reckon(caller: Caller, body: ReckonClocks) -> Reckoned:
    """Ask every open ticket."""
    rows, asked, moved = caller.view(TICKETS), 0, 0
    while page := await rows.find({"row.status": {"$in": list(OPEN)}}, sort=[("_id", 1)], limit=AT_ONCE, skip=asked):
        commands = [(TICKET.key(ticket.ticket_id), body, f"clocks/{ticket.ticket_id}") for ticket in page]
        outcomes = await caller.ask_all(commands)
        asked += len(page)
        moved += sum("ClocksReckoned" in outcome.events for outcome in outcomes)
    return Reckoned(asked=asked, moved=moved)
