"""The run's row: how a crew's day on the road stands (出车); and what was said of it, stop by stop and fen by fen."""

from datetime import date
from typing import Literal, assert_never

from contracts.dispatch_road import (
    DayReported,
    DeliveryListIssued,
    RunClosed,
    StopEnded,
    StopOrderChanged,
    StopReached,
)
from contracts.dispatch_runs import CashCollected, CashHandedIn, RunDeparted, RunLoaded, RunStop
from dispatch.run.aggregate import RUN
from dispatch.run.state import (
    Closed,
    Departed,
    Loaded,
    Planned,
    Run,
    Unplanned,
    in_order,
    road_of,
)
from runtime.view import Row, View

Status = Literal["plan", "loaded", "way", "closed"]


class RunRow(Row):
    """One crew's day (B9, B11, B16)."""

    on: date
    crew: str
    leader: str | None
    vehicle: str
    edition: int
    status: Status
    stops: tuple[RunStop, ...]
    on_vehicle: tuple[str, ...]
    """Jobs of which something was counted onto the vehicle."""
    list_no: str | None
    """The delivery-and-check list, until it left on one (B9)."""
    on_vehicle_fen: int
    cash_overdue: bool
    report_overdue: bool
    version: int = 0

    @property
    def in_order(self) -> tuple[RunStop, ...]:
        """The stops as the dispatch sheet orders them (B12)."""
        return in_order(self.stops)


def run_row(run: Run) -> RunRow | None:
    """The view."""
    if isinstance(run, Unplanned):
        return None
    road = road_of(run)
    sheet = run.sheet if isinstance(run, Planned | Loaded) else run.road.sheet if isinstance(run, Closed) else run.sheet
    counted = run.counted if isinstance(run, Loaded) else () if road is None else road.stops
    return RunRow(
        on=sheet.on,
        crew=sheet.crew,
        leader=sheet.leader if road is None else road.leader,
        vehicle=sheet.vehicle if road is None else road.vehicle,
        edition=sheet.version,
        status=status_of(run),
        stops=sheet.stops,
        on_vehicle=tuple(stop.job_id for stop in counted if any(line.quantity for line in stop.lines)),
        list_no=run.list_no if isinstance(run, Planned | Loaded) else None,
        on_vehicle_fen=0 if road is None else road.on_vehicle_fen,
        cash_overdue=road is not None and road.is_cash_overdue,
        report_overdue=road is not None and road.is_report_overdue,
    )


def status_of(run: Planned | Loaded | Departed | Closed) -> Status:
    """How far it is."""
    match run:
        case Planned():
            return "plan"
        case Loaded():
            return "loaded"
        case Departed():
            return "way"
        case Closed():
            return "closed"
    assert_never(run)


RUNS = View(
    "runs",
    "dispatch",
    RUN,
    RunRow,
    run_row,
    indexes=(("row.on",),),
    said=(
        DeliveryListIssued,
        RunLoaded,
        RunDeparted,
        StopReached,
        StopOrderChanged,
        StopEnded,
        CashCollected,
        CashHandedIn,
        RunClosed,
        DayReported,
    ),
)
