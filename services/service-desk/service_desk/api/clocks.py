"""The desk's clocks over HTTP: why a duty is due when it is, and reckoned anew after a change of calendar (C1, X4)."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from contracts.business_time import Pause
from contracts.policy import policy_book
from runtime.clock import utc_now
from runtime.http import Desk
from service_desk.api.rights import READS, TicketId, hide, visible
from service_desk.domain.clocks import STAND_WHILE_WAITING, why_due
from service_desk.domain.supplier_waits import ReckonClocks
from service_desk.domain.ticket import ticket_key

router = APIRouter()

OPEN = ("received", "visit_agreed", "visit_failed", "repaired")
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


class Reckoned(BaseModel):
    """How many open tickets were asked, and of how many a clock moved."""

    asked: int
    moved: int


@router.get("/tickets/{ticket_id}/why", summary="时限为什么是这个时间 Why this deadline (C1, C2, C13)")
async def why(
    ticket_id: TicketId,
    desk: Desk,
    *,
    duty: Annotated[str, Query(max_length=10)] = "K13",
    item: Annotated[str, Query(max_length=80)] = "",
) -> Why:
    """The consumed intervals, whose seconds add up to the target, and the waits for suppliers between them."""
    desk.allow(*READS)
    ticket = (await visible(desk, ticket_id))["ticket"]
    clock = next((one for one in ticket["duties"] if (one["duty"], one["item"]) == (duty, item)), None)
    if clock is None:
        hide(desk)
    policy, since = policy_book().at(utc_now()), datetime.fromisoformat(clock["since"])
    spans = why_due(duty, since, policy, _pauses(ticket) if duty in STAND_WHILE_WAITING else ())
    return Why(
        duty=duty,
        item=item,
        since=since,
        due=datetime.fromisoformat(clock["due"]),
        provisional=clock["provisional"],
        calendar=policy.revision,
        spans=[Span(starts=s.starts, ends=s.ends, kind=s.kind, reason=s.reason, seconds=s.seconds) for s in spans],
    )


def _pauses(ticket: dict[str, Any]) -> list[Pause]:
    """The waits for suppliers, the last one perhaps still open."""
    return [
        Pause(
            datetime.fromisoformat(wait["since"]),
            None if wait["until"] is None else datetime.fromisoformat(wait["until"]),
            wait["supplier"],
        )
        for wait in ticket["waits"]
    ]


@router.post("/clocks", summary="日历有变，重算未到期的时限 Reckon open clocks anew (C1)")
async def reckon_clocks(body: ReckonClocks, desk: Desk) -> Reckoned:
    """After a change of holidays or policy: open clocks move, those that ran out stay as they were judged (K22)."""
    desk.allow("cs_supervisor", "manager")
    rows, asked, moved = desk.rows("tickets"), 0, 0
    while page := await rows.find({"ticket.status": {"$in": list(OPEN)}}, sort=[("_id", 1)], limit=AT_ONCE, skip=asked):
        commands = [(ticket_key(row["_id"]), body, f"clocks/{row['_id']}") for row in page]
        outcomes = await desk.ask_all(commands)
        asked += len(page)
        moved += sum("ClocksReckoned" in outcome.events for outcome in outcomes)
    return Reckoned(asked=asked, moved=moved)
