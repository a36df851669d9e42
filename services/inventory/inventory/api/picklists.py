"""HTTP of a day's pick list and the morning feedback."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel

from contracts.bounds import CivilDay
from contracts.fact import GoodsLine, Half
from inventory.api.common import Depot
from inventory.api.where import OWN_DEPOT
from inventory.picklist import PICK_LIST, number_of
from inventory.picklist_row import PICK_LISTS, answered_by
from inventory.refusals import no
from inventory.who import READS_LISTS
from runtime.http import SignedIn
from runtime.route import Router
from runtime.routes import Address, routes

router = Router()

DayInPath = Annotated[CivilDay, Path(examples=["2026-03-13"])]
ADDRESS = Address(
    PICK_LIST,
    "/picklists",
    "on",
    DayInPath,
    told=True,
    values={"depot": Depot},
    begins="depot",
    guard=OWN_DEPOT,
)
router.include_router(routes(ADDRESS))


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


@router.get("/picklists/{on}", summary="送、验清单 Pick list of a day (B9)")
async def picklist(on: DayInPath, caller: SignedIn, depot: Depot = "main") -> PickListView:
    """What must be ready, stop by stop, and what the warehouse said."""
    caller.allow(*READS_LISTS)
    found = await caller.view(PICK_LISTS.files).get(number_of(depot, on))
    if found is None:
        caller.refuse(no("no_list", on=on), 404)
    row = found.row
    shown = row.model_dump(exclude={"edition", "version"})
    numbers = {"version": row.edition, "aggregate_version": row.version}
    return PickListView(**shown, **numbers, feedback_by=answered_by(found))
