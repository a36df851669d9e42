"""What the API shows of runs: the stored rows, without cash for those who have nothing to do with it (B16)."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from contracts.fact import GoodsLine, Half
from dispatch.job_views import SEES_CASH

Json = dict[str, Any]


class RunStopView(BaseModel):
    """One stop of the sorting sheet (分领单)."""

    job_id: str
    contract_no: str
    half: Half
    position: int
    lines: list[GoodsLine]


class RunView(BaseModel):
    """One crew's day. `status`: plan, loaded, way, closed. Cash is null for who has nothing to do with it (B16)."""

    on: date
    crew: str
    leader: str | None
    vehicle: str
    edition: int
    status: str
    stops: list[RunStopView]
    counted: list[RunStopView] | None
    leader_signed: str | None
    warehouse_signed: str | None
    settlement: str | None
    loaded_at: datetime | None
    departed_at: datetime | None
    list_no: str | None
    list_by: str | None
    driver: str | None
    left_behind: list[str]
    reached: list[Json]
    order_changes: list[Json]
    ended: list[Json]
    closed: Json | None
    report: Json | None
    cash_overdue: bool
    report_overdue: bool
    collected: list[Json] | None
    handed_in: list[Json] | None
    on_vehicle_fen: int | None
    version: int


class RunList(BaseModel):
    """The runs of a day."""

    rows: list[RunView]


def run_view(facet: Json, role: str) -> RunView:
    """A run's row as `role` may see it (B16)."""
    hidden: Json = {} if role in SEES_CASH else {"collected": None, "handed_in": None, "on_vehicle_fen": None}
    if role not in SEES_CASH:
        hidden |= {"closed": _without_cash(facet["closed"]), "report": _without_cash(facet["report"])}
    return RunView.model_validate({**facet, **hidden})


def _without_cash(told: Json | None) -> Json | None:
    """The close or the report, for those who have nothing to do with cash."""
    return None if told is None else {key: value for key, value in told.items() if not key.endswith("_fen")}
