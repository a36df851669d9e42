"""What the API shows of runs: rows and what was said, without cash for those who have nothing to do with it (B16)."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from contracts.dispatch_road import (
    DayReported,
    RunClosed,
    StopEnded,
    StopOrderChanged,
    StopReached,
)
from contracts.dispatch_runs import CashCollected, CashHandedIn, RunStop
from contracts.fact import Fact, GoodsLine, Half
from dispatch.run.row import RunFile
from dispatch.who import SEES_CASH
from runtime.said import Said

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
    depot: str
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


def run_view(run: RunFile, role: str) -> RunView:
    """A run as `role` may see it (B16)."""
    row, said = run.row, run.said
    loaded, gone, closed, report = run.loaded, run.gone, run.closed, run.report
    hidden = None if role in SEES_CASH else _CASH
    return RunView(
        **row.model_dump(include={"on", "crew", "depot", "leader", "vehicle", "edition", "status", "version"}),
        stops=[_stop(stop) for stop in row.stops],
        counted=None if loaded is None else [_stop(stop) for stop in loaded.counted],
        leader_signed=None if loaded is None else loaded.leader_signed,
        warehouse_signed=None if loaded is None else loaded.warehouse_signed,
        settlement=None if loaded is None else loaded.settlement,
        loaded_at=None if loaded is None else loaded.at,
        departed_at=None if gone is None else gone.at,
        list_no=run.list_no,
        list_by=run.listed_by,
        driver=run.driver,
        left_behind=list(run.left_behind),
        reached=_all(said, StopReached),
        order_changes=_all(said, StopOrderChanged),
        ended=_all(said, StopEnded),
        closed=None if closed is None else _told(closed, hidden),
        report=None if report is None else _told(report, hidden),
        cash_overdue=row.cash_overdue,
        report_overdue=row.report_overdue,
        collected=_all(said, CashCollected) if hidden is None else None,
        handed_in=_all(said, CashHandedIn) if hidden is None else None,
        on_vehicle_fen=row.on_vehicle_fen if hidden is None else None,
    )


_AROUND = frozenset({"event", "at", "on", "crew"})
"""What stands around each event of a run: it is the run's own."""

_SHOWN: Mapping[type[Fact], set[str]] = {
    StopReached: {"job_id", "number"},
    StopOrderChanged: {"job_id", "instead_of", "reason"},
    StopEnded: {"job_id", "outcome"},
    CashCollected: {"job_id", "amount_fen"},
    CashHandedIn: {"received_by", "amount_fen", "receipt_no", "witness"},
    RunClosed: {"collected_fen", "handed_in_fen", "difference_fen", "explanation", "closed_by"},
    DayReported: set(DayReported.model_fields) - _AROUND,
}

_CASH = frozenset({"collected_fen", "handed_in_fen", "difference_fen"})


def _stop(stop: RunStop) -> RunStopView:
    return RunStopView.model_validate(stop.model_dump())


def _all(said: Said, kind: type[Fact]) -> list[Json]:
    return [_told(one.event) for one in said.all(kind)]


def _told(event: Fact, hidden: AbstractSet[str] | None = None) -> Json:
    """An event as it is shown: when, and what."""
    return {
        "at": event.at.isoformat(),
        **event.model_dump(mode="json", include=_SHOWN[type(event)] - (hidden or set())),
    }
