"""Calls: who is to be called by when, and what came of it (E3)."""

from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query
from pydantic import AfterValidator, BaseModel

from contracts.bounds import CivilDay
from contracts.civil_time import civil_day, end_of_day
from contracts.notify import CallPurpose
from notify.call import CALL
from notify.call_row import CALLS, CallRow, State
from notify.refusals import no
from notify.who import MAKES_CALLS, OWN_CALLS_ONLY
from runtime.http import Caller, SignedIn
from runtime.route import Router
from runtime.routes import Address, routes

CallId = Annotated[UUID, AfterValidator(str), Path()]

_DAY_FIELD = {"open": "row.show_at", "done": "row.called_at", "dropped": "row.due"}


class CallList(BaseModel):
    """One page of calls, the next to be made first; `total` counts all that match."""

    total: int
    limit: int
    offset: int
    rows: list[CallRow]


async def own_call(caller: Caller, call: str) -> None:
    """A leader or technician answers their own calls alone; an unknown one is for the rules to refuse."""
    if caller.role in OWN_CALLS_ONLY:
        await _seen(caller, call)


async def _seen(caller: Caller, call: str) -> CallRow:
    """A call, if this person may see it; else 404."""
    row = await caller.view(CALLS).get(call)
    if row is None or (caller.role in OWN_CALLS_ONLY and row.owner != caller.person.id):
        caller.refuse(no("unknown_call"), 404)
    return row


router = Router()
router.include_router(routes(Address(CALL, "/calls", "call", CallId, own_call)))


@router.get("/calls", summary="当天电话清单 Calls of the day (E3)")
async def calls(
    caller: SignedIn,
    *,
    day: Annotated[CivilDay | None, Query()] = None,
    state: Annotated[State, Query()] = "open",
    role: Annotated[str | None, Query(max_length=40)] = None,
    owner: Annotated[str | None, Query(max_length=60)] = None,
    purpose: Annotated[CallPurpose | None, Query()] = None,
    subject: Annotated[str | None, Query(max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> CallList:
    """`open`: all that is to be made by the end of `day` (today), overdue ones first; `done`: made on `day`.

    A crew leader or technician sees his own calls.
    """
    caller.allow(*MAKES_CALLS)
    wanted = {
        "row.state": state,
        "row.owner_role": role,
        "row.owner": caller.person.id if caller.role in OWN_CALLS_ONLY else owner,
        "row.purpose": purpose,
        "row.subject": subject,
    }
    query: dict[str, Any] = {field: value for field, value in wanted.items() if value is not None}
    if day is not None or subject is None:
        query |= _of_day(state, day or civil_day(caller.now))
    rows = caller.view(CALLS)
    found = await rows.find(query, sort=[("row.show_at", 1), ("_id", 1)], limit=limit, skip=offset)
    shown = [row.seen_by(caller.role) for row in found]
    return CallList(total=await rows.count(query), limit=limit, offset=offset, rows=shown)


def _of_day(state: State, day: date) -> dict[str, Any]:
    ends = end_of_day(day).isoformat()
    if state == "open":
        return {"row.show_at": {"$lt": ends}}
    starts = end_of_day(day - timedelta(days=1)).isoformat()
    return {_DAY_FIELD[state]: {"$gte": starts, "$lt": ends}}


@router.get("/calls/{call}", summary="一个电话任务 One call (E3)")
async def one(caller: SignedIn, call: CallId) -> CallRow:
    """With what came of it."""
    caller.allow(*MAKES_CALLS)
    return (await _seen(caller, str(call))).seen_by(caller.role)
