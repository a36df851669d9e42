"""Calls: who is to be called by when, and what came of it (E3)."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from contracts.bounds import CivilDay, Happened, Moment
from contracts.civil_time import civil_day, end_of_day
from contracts.fact import Customer
from contracts.notify import CallPurpose, CallResult
from notify.api.rights import CALLS, DROPS_CALLS, OWN_CALLS_ONLY, PLANS_CALLS
from notify.domain.call import DropCall, RecordCall, RequestCall, call_id, call_key
from notify.projections import call_view
from runtime.clock import utc_now
from runtime.decision import Rejected
from runtime.http import Answer, Desk
from runtime.route import Router

router = Router()

State = Literal["open", "done", "dropped"]
"""待打, 已接通, 不用打了."""

_DAY_FIELD = {"open": "call.show_at", "done": "call.called_at", "dropped": "call.due"}


class CallRow(BaseModel):
    """A call; `show_at` is when it is next to be made. Customers are masked for roles that call nobody (C18)."""

    call_id: str
    purpose: CallPurpose
    subject: str
    occasion: str
    customer: Customer | None
    due: datetime
    show_at: datetime
    owner_role: str
    owner: str | None
    script: str
    duty: str
    cause_id: str
    requested_at: datetime
    state: State
    result: CallResult | None
    note: str | None
    called_by: str | None
    called_at: datetime | None
    next_at: datetime | None
    calls: int
    overdue: bool
    drop_reason: str | None


class CallList(BaseModel):
    """One page of calls, the next to be made first; `total` counts all that match."""

    total: int
    limit: int
    offset: int
    rows: list[CallRow]


class Plan(BaseModel):
    """A call that is asked for by hand."""

    purpose: CallPurpose
    subject: Annotated[str, Field(min_length=1, max_length=100, examples=["contract:HT26030001"])]
    occasion: Annotated[str, Field(max_length=60)] = ""
    customer: Customer | None = None
    due: Moment
    owner_role: Annotated[str, Field(max_length=40)]
    owner: Annotated[str | None, Field(max_length=60)] = None
    script: Annotated[str, Field(max_length=500)]


class Result(BaseModel):
    """What came of a call. `next_at` is needed for `later`; for `not_reached` it is half an hour on (policy)."""

    result: CallResult
    note: Annotated[str, Field(max_length=500)] = ""
    next_at: Moment | None = None
    at: Happened | None = None


class Drop(BaseModel):
    """Why it is not needed any more."""

    note: Annotated[str, Field(min_length=1, max_length=500)]


@router.get("/calls", summary="当天电话清单 Calls of the day (E3)")
async def calls(
    desk: Desk,
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
    desk.allow(*CALLS)
    wanted = {
        "call.state": state,
        "call.owner_role": role,
        "call.owner": desk.person.id if desk.person.role in OWN_CALLS_ONLY else owner,
        "call.purpose": purpose,
        "call.subject": subject,
    }
    query: dict[str, Any] = {field: value for field, value in wanted.items() if value is not None}
    if day is not None or subject is None:
        query |= _of_day(state, day or civil_day(utc_now()))
    rows = desk.rows("calls")
    found = await rows.find(query, sort=[("call.show_at", 1), ("_id", 1)], limit=limit, skip=offset)
    return CallList(
        total=await rows.count(query),
        limit=limit,
        offset=offset,
        rows=[CallRow.model_validate(call_view(row, desk.person.role)) for row in found],
    )


def _of_day(state: State, day: date) -> dict[str, Any]:
    ends = end_of_day(day).isoformat()
    if state == "open":
        return {"call.show_at": {"$lt": ends}}
    starts = end_of_day(date.fromordinal(day.toordinal() - 1)).isoformat()
    return {_DAY_FIELD[state]: {"$gte": starts, "$lt": ends}}


@router.get("/calls/{call}", summary="一个电话任务 One call (E3)")
async def one(desk: Desk, call: UUID) -> CallRow:
    """With what came of it."""
    desk.allow(*CALLS)
    return CallRow.model_validate(call_view(await _own(desk, call), desk.person.role))


@router.post("/calls", status_code=201, summary="安排一个电话 Plan a call by hand (E3)")
async def plan(desk: Desk, body: Plan) -> Answer:
    """One for each purpose, subject and occasion; its id is in `aggregate_id`."""
    desk.allow(*PLANS_CALLS)
    known_as = call_id(body.purpose, body.subject, body.occasion)
    command = RequestCall(
        call_id=known_as,
        purpose=body.purpose,
        subject=body.subject,
        occasion=body.occasion,
        customer=body.customer,
        due=body.due,
        owner_role=body.owner_role,
        owner=body.owner,
        script=body.script,
        cause_id=desk.request_id,
        again=True,
    )
    return desk.answer(await desk.ask(call_key(known_as), command))


@router.post("/calls/{call}/result", summary="登记通话结果 Record what came of a call (E3)")
async def result(desk: Desk, call: UUID, body: Result) -> Answer:
    """`reached` ends it; `not_reached` and `later` keep it open until the next call."""
    desk.allow(*CALLS)
    if desk.person.role in OWN_CALLS_ONLY:
        await _own(desk, call)
    command = RecordCall(at=body.at, result=body.result, note=body.note, next_at=body.next_at)
    return desk.answer(await desk.ask(call_key(str(call)), command))


@router.post("/calls/{call}/drop", summary="取消电话任务 Drop a call that is not needed any more (E3)")
async def drop(desk: Desk, call: UUID, body: Drop) -> Answer:
    """With the reason."""
    desk.allow(*DROPS_CALLS)
    return desk.answer(await desk.ask(call_key(str(call)), DropCall(reason="fell_away", note=body.note)))


async def _own(desk: Desk, call: UUID) -> dict[str, Any]:
    """The call's row, if this person may see it."""
    row = await desk.rows("calls").get(str(call))
    if row is None or (desk.person.role in OWN_CALLS_ONLY and row["call"]["owner"] != desk.person.id):
        desk.refuse(
            Rejected(
                "unknown_call", "E3", "没有这个电话任务，请核对编号。", "There is no such call; check its number."
            ),
            404,
        )
    return dict(row)
