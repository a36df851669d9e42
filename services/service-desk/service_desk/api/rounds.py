"""Visit plans (C16), regular call-backs (C17) and major quality (C14) over HTTP."""

from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from contracts.bounds import CivilDay, Happened
from contracts.fact import Customer
from contracts.masking import customer_for
from contracts.service_desk_care import VisitAnswer
from runtime.http import Answer, Desk
from runtime.route import Router
from service_desk.api.rights import OFFICE, SUPERVISING, new_number
from service_desk.domain.call_back import DropCallBack, PlanCallBack, RecordCallBack, call_back_key
from service_desk.domain.situations import Note, Number
from service_desk.domain.visit_plan import CloseVisitPlan, PlanVisits, RecordVisit, visit_plan_key

router = Router()

PLANS = (*OFFICE, *SUPERVISING, "manager")
READS_QUALITY = (*OFFICE, "install_supervisor", "manager", "procurement", "qc", "warehouse")
RowId = Annotated[str, Path(pattern=r"^[^\s:/]{1,80}$")]
Limit = Annotated[int, Query(ge=1, le=1000)]
Offset = Annotated[int, Query(ge=0, le=10_000_000)]


class Heard(BaseModel):
    """走访一户的记录 (C16)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    at: Happened | None = None
    visited_on: CivilDay
    met: bool
    answers: Annotated[tuple[VisitAnswer, ...], Field(max_length=100)] = ()
    note: Note = ""
    complaint: Note = ""


class NewCallBack(BaseModel):
    """A call-back to plan; without `callback_id` a number is given."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    at: Happened | None = None
    callback_id: Number | None = None
    contract_no: Number | None = None
    customer: Customer
    about: Note = ""
    due_on: CivilDay


class Rows(BaseModel):
    """One page of rows; `total` counts all that match."""

    total: int
    limit: int
    offset: int
    rows: list[dict[str, Any]]


@router.post("/visit-plans", status_code=201, summary="走访计划 Plan visits to customers (C16)")
async def plan_visits(body: PlanVisits, desk: Desk) -> Answer:
    """Whom we visit in an area, who goes, what we ask."""
    desk.allow(*PLANS)
    return desk.answer(await desk.ask(visit_plan_key(body.plan_id), body))


@router.post("/visit-plans/{plan_id}/calls/{call_no}", summary="走访记录 Record a visit (C16)")
async def record_visit(plan_id: RowId, call_no: Annotated[int, Path(ge=1, le=200)], body: Heard, desk: Desk) -> Answer:
    """Who was met, and what they said about design, assembly and process; a complaint becomes a ticket."""
    desk.allow(*PLANS, "technician")
    command = RecordVisit.model_validate({**dict(body), "call_no": call_no})
    return desk.answer(await desk.ask(visit_plan_key(plan_id), command))


@router.post("/visit-plans/{plan_id}/closing", summary="走访结束 Close the plan (C16)")
async def close_plan(plan_id: RowId, desk: Desk, body: CloseVisitPlan | None = None) -> Answer:
    """Who was not met is left out."""
    desk.allow(*PLANS)
    return desk.answer(await desk.ask(visit_plan_key(plan_id), body or CloseVisitPlan()))


@router.get("/visit-plans", summary="走访计划 Visit plans (C16)")
async def visit_plans(
    desk: Desk,
    *,
    state: Annotated[Literal["open", "closed"] | None, Query()] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Rows:
    """With their customers and answers."""
    desk.allow(*PLANS)
    query = {} if state is None else {"plan.state": state}
    rows = desk.rows("visit_plans")
    found = await rows.find(query, sort=[("plan.starts_on", -1), ("_id", 1)], limit=limit, skip=offset)
    shown = [_plan(row["plan"], desk.person.role) for row in found]
    return Rows(total=await rows.count(query), limit=limit, offset=offset, rows=shown)


@router.post("/call-backs", status_code=201, summary="计划回访 Plan a call-back (C17)")
async def plan_call_back(body: NewCallBack, desk: Desk) -> Answer:
    """Fulfilled contracts are planned by themselves."""
    desk.allow(*OFFICE, "manager")
    callback_id = body.callback_id or new_number(desk, "CB", "callback")
    command = PlanCallBack.model_validate({**dict(body), "callback_id": callback_id})
    return desk.answer(await desk.ask(call_back_key(callback_id), command), {"callback_id": callback_id})


@router.post("/call-backs/{callback_id}/result", summary="回访结果 What the customer said (C17)")
async def record_call_back(callback_id: RowId, body: RecordCallBack, desk: Desk) -> Answer:
    """A complaint, or a customer who is not satisfied, becomes a ticket."""
    desk.allow(*OFFICE)
    return desk.answer(await desk.ask(call_back_key(callback_id), body))


@router.post("/call-backs/{callback_id}/drop", summary="取消回访 Drop a call-back (C17)")
async def drop_call_back(callback_id: RowId, body: DropCallBack, desk: Desk) -> Answer:
    """The customer does not want it."""
    desk.allow(*OFFICE)
    return desk.answer(await desk.ask(call_back_key(callback_id), body))


@router.get("/call-backs", summary="回访，最急的在前 Call-backs, what is due first on top (C17)")
async def call_backs(
    desk: Desk,
    *,
    state: Annotated[Literal["open", "done", "dropped"] | None, Query()] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Rows:
    """By due time."""
    desk.allow(*OFFICE, "manager")
    query = {} if state is None else {"callback.state": state}
    rows = desk.rows("call_backs")
    found = await rows.find(query, sort=[("callback.due", 1), ("_id", 1)], limit=limit, skip=offset)
    shown = [
        {**row["callback"], "customer": customer_for(desk.person.role, row["callback"]["customer"])} for row in found
    ]
    return Rows(total=await rows.count(query), limit=limit, offset=offset, rows=shown)


@router.get("/quality", summary="重大质量问题 Major quality problems (C14)")
async def quality(desk: Desk, *, limit: Limit = 50, offset: Offset = 0) -> Rows:
    """Skus of which something was reported, the last report on top."""
    desk.allow(*READS_QUALITY)
    query: dict[str, Any] = {"quality.reported_at": {"$ne": None}}
    rows = desk.rows("quality")
    found = await rows.find(query, sort=[("quality.reported_at", -1), ("_id", 1)], limit=limit, skip=offset)
    shown = [dict(row["quality"]) for row in found]
    return Rows(total=await rows.count(query), limit=limit, offset=offset, rows=shown)


def _plan(plan: dict[str, Any], role: str) -> dict[str, Any]:
    calls = [{**call, "customer": customer_for(role, call["customer"])} for call in plan["calls"]]
    return {**plan, "calls": calls}
