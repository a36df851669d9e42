"""HTTP of a day's pick list and the morning feedback."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel

from contracts.bounds import CivilDay
from contracts.fact import GoodsLine, Half
from inventory.api.common import READS_LISTS
from inventory.domain.picklist import GiveFeedback, picklist_id
from inventory.projections.picklists import picklist_view
from runtime.decision import Rejected
from runtime.http import Answer, Desk, Refusal
from runtime.route import Router

router = Router()

GIVES_FEEDBACK = ("warehouse",)

DayInPath = Annotated[CivilDay, Path(examples=["2026-03-13"])]
Depot = Annotated[str, Query(pattern=r"^[a-z][a-z0-9-]{0,29}$")]


class PickStopView(BaseModel):
    """A stop of the list; `ready` is null until the feedback."""

    job_id: str
    contract_no: str
    crew: str
    half: Half
    position: int
    lines: list[GoodsLine]
    ready: bool | None
    note: str | None


class PickListView(BaseModel):
    """A day's list and its feedback (B6)."""

    depot: str
    on: date
    version: int
    issued_at: datetime
    feedback_due: datetime
    feedback_at: datetime | None
    feedback_by: str | None
    stops: list[PickStopView]
    aggregate_version: int


@router.post("/picklists/{on}/feedback", status_code=201, summary="早上反馈 Morning feedback (B6)")
async def give_feedback(on: DayInPath, body: GiveFeedback, desk: Desk, depot: Depot = "main") -> Answer:
    """备齐 or 缺货 for every stop of the list. Other answers later correct the earlier ones."""
    desk.allow(*GIVES_FEEDBACK)
    return desk.answer(await desk.ask(picklist_id(depot, on), body))


@router.get("/picklists/{on}", summary="送、验清单 Pick list of a day (B9)")
async def picklist(on: DayInPath, desk: Desk, depot: Depot = "main") -> PickListView:
    """What must be ready, stop by stop, and what the warehouse said."""
    desk.allow(*READS_LISTS)
    row = await desk.rows("picklists").get(f"{depot}:{on.isoformat()}")
    if row is None:
        raise Refusal(
            404,
            Rejected(
                "no_list",
                "B9",
                f"{on} 的送货安排表还没有发到仓库",
                f"The plan of {on} has not reached the warehouse",
                {"on": on.isoformat()},
            ),
        )
    return PickListView.model_validate(picklist_view(row))
