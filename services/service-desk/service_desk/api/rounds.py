"""Visit plans (C16), regular call-backs (C17) and major quality (C14) over HTTP."""

from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import BaseModel

from company.roles import Role
from runtime.http import SignedIn
from runtime.route import Router
from runtime.routes import Address, routes
from service_desk.call_back import CALL_BACK, CALL_BACKS, call_back_row
from service_desk.quality import QUALITIES, quality_row
from service_desk.roles import MANAGER, OFFICE, PLANS
from service_desk.visit_plan import VISIT_PLAN, VISIT_PLANS, plan_row

READS_QUALITY = OFFICE | MANAGER | {Role.INSTALL_SUPERVISOR, Role.PROCUREMENT, Role.QC, Role.WAREHOUSE}
RowId = Annotated[str, Path(pattern=r"^[^\s:/]{1,80}$")]
Limit = Annotated[int, Query(ge=1, le=1000)]
Offset = Annotated[int, Query(ge=0, le=10_000_000)]


router = Router()
router.include_router(routes(Address(VISIT_PLAN, "/visit-plans", "plan_id", RowId)))
router.include_router(routes(Address(CALL_BACK, "/call-backs", "callback_id", RowId)))


class Rows(BaseModel):
    """One page of rows; `total` counts all that match."""

    total: int
    limit: int
    offset: int
    rows: list[dict[str, Any]]


@router.get("/visit-plans", summary="走访计划 Visit plans (C16)")
async def visit_plans(
    caller: SignedIn,
    *,
    state: Annotated[Literal["open", "closed"] | None, Query()] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Rows:
    """With their customers and answers."""
    caller.allow(*PLANS)
    query = VISIT_PLANS.where(state=state)
    rows = caller.view(VISIT_PLANS.files)
    found = await rows.find(query, sort=[("row.starts_on", -1), ("_id", 1)], limit=limit, skip=offset)
    shown = [plan_row(one, caller.role).shown() for one in found]
    return Rows(total=await rows.count(query), limit=limit, offset=offset, rows=shown)


@router.get("/call-backs", summary="回访，最急的在前 Call-backs, what is due first on top (C17)")
async def call_backs(
    caller: SignedIn,
    *,
    state: Annotated[Literal["open", "done", "dropped"] | None, Query()] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Rows:
    """By due time."""
    caller.allow(*OFFICE, *MANAGER)
    query = CALL_BACKS.where(state=state)
    rows = caller.view(CALL_BACKS.files)
    found = await rows.find(query, sort=[("row.due", 1), ("_id", 1)], limit=limit, skip=offset)
    shown = [call_back_row(one, caller.role).shown() for one in found]
    return Rows(total=await rows.count(query), limit=limit, offset=offset, rows=shown)


@router.get("/quality", summary="重大质量问题 Major quality problems (C14)")
async def quality(caller: SignedIn, *, limit: Limit = 50, offset: Offset = 0) -> Rows:
    """Skus of which something was reported, the last report on top."""
    caller.allow(*READS_QUALITY)
    query: dict[str, Any] = {"row.reported_at": {"$ne": None}}
    rows = caller.view(QUALITIES.files)
    found = await rows.find(query, sort=[("row.reported_at", -1), ("_id", 1)], limit=limit, skip=offset)
    shown = [quality_row(one).shown() for one in found]
    return Rows(total=await rows.count(query), limit=limit, offset=offset, rows=shown)
