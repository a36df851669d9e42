"""The run's row: how a crew's day on the road stands (出车); and what was said of it, stop by stop and fen by fen."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, assert_never

from company.depots import MAIN
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
from runtime.said import Said
from runtime.view import Row, View, Whole

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
    receipts: tuple[str, ...] = ()
    """Numbers of what was handed in."""
    handed_in_fen: int = 0
    depot: str = MAIN
    """Where it starts from (D17)."""
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
        receipts=() if road is None else tuple(one.receipt_no for one in road.handed_in if one.receipt_no),
        handed_in_fen=0 if road is None else sum(one.amount_fen for one in road.handed_in),
        depot=sheet.depot,
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
    indexes=(("row.on",), ("row.receipts",)),
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


@dataclass(frozen=True, slots=True)
class RunFile:
    """A run with what was said of it."""

    row: RunRow
    said: Said

    @property
    def loaded(self) -> RunLoaded | None:
        """What was counted onto the vehicle, and who signed, as long as that holds."""
        return None if self.row.status == "plan" else self.said.told(RunLoaded)

    @property
    def gone(self) -> RunDeparted | None:
        """That it left."""
        return self.said.told(RunDeparted) if self.row.status in {"way", "closed"} else None

    @property
    def driver(self) -> str | None:
        """Who drove."""
        return None if self.gone is None else self.gone.driver

    @property
    def left_behind(self) -> tuple[str, ...]:
        """Jobs that were planned and did not leave with it."""
        return () if self.gone is None else self.gone.left_behind

    @property
    def list_no(self) -> str | None:
        """The list on which its goods leave, or left (B9)."""
        return self.row.list_no if self.gone is None else self.gone.list_no

    @property
    def listed_by(self) -> str | None:
        """Who issued that list."""
        issued = self.said.told(DeliveryListIssued)
        return None if issued is None or issued.list_no != self.list_no else issued.issued_by

    @property
    def order_changes(self) -> list[StopOrderChanged]:
        """Stops that were driven to out of their order (B12)."""
        return [one.event for one in self.said.all(StopOrderChanged)]

    @property
    def collected_fen(self) -> int:
        """All cash that was collected (B15)."""
        return sum(one.event.amount_fen for one in self.said.all(CashCollected))

    @property
    def handed_in_fen(self) -> int:
        """All cash that was handed in (B16)."""
        return sum(one.event.amount_fen for one in self.said.all(CashHandedIn))

    @property
    def closed(self) -> RunClosed | None:
        """That the day's cash was settled (B16)."""
        return self.said.told(RunClosed)

    @property
    def report(self) -> DayReported | None:
        """The day's report (B17)."""
        return self.said.told(DayReported)


RUN_FILES = Whole(RUNS, RunFile)
"""Reads runs with what was said of them."""
