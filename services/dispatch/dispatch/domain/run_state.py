"""What a run (出车) can be: its sheet, its stops on the road, its cash; and how events lead from one to the next."""

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from contracts.dispatch_road import (
    CashOverdue,
    DayReported,
    DayReportOverdue,
    DeliveryListIssued,
    RunClosed,
    StopEnded,
    StopOrderChanged,
    StopOutcome,
    StopReached,
    VehicleCheck,
)
from contracts.dispatch_runs import CashCollected, CashHandedIn, RunDeparted, RunLoaded, RunPlanned, RunStop
from runtime.decision import Rejected


@dataclass(frozen=True, slots=True)
class Sheet:
    """The crew's day by the published plan, edition `version`."""

    on: date
    crew: str
    leader: str | None
    vehicle: str
    version: int
    stops: tuple[RunStop, ...]


@dataclass(frozen=True, slots=True)
class Collected:
    """Cash taken at one stop."""

    job_id: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class HandedIn:
    """Cash that left the vehicle, by its receipt."""

    receipt_no: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Ended:
    """A stop that is over."""

    job_id: str
    outcome: StopOutcome


@dataclass(frozen=True, slots=True)
class Report:
    """What the leader wrote into the day report (B17)."""

    vehicle_check: VehicleCheck
    parking: str
    note: str


@dataclass(frozen=True, slots=True)
class Unplanned:
    """The crew has no published stops that day."""


@dataclass(frozen=True, slots=True)
class Planned:
    """The sorting sheet is out; `list_no` once the supervisor issued the delivery-and-check list for it (B9)."""

    sheet: Sheet
    list_no: str | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """Counted and signed."""

    sheet: Sheet
    counted: tuple[RunStop, ...]
    list_no: str | None = None


@dataclass(frozen=True, slots=True)
class Departed:
    """On the road, with what was loaded, how far it is, and the cash so far."""

    sheet: Sheet
    leader: str
    driver: str
    vehicle: str
    stops: tuple[RunStop, ...]
    collected: tuple[Collected, ...] = ()
    handed_in: tuple[HandedIn, ...] = ()
    on_vehicle_fen: int = 0
    reached: tuple[str, ...] = ()
    ended: tuple[Ended, ...] = ()
    report: Report | None = None
    is_cash_overdue: bool = False
    is_report_overdue: bool = False

    @property
    def collected_fen(self) -> int:
        """All cash taken."""
        return sum(one.amount_fen for one in self.collected)

    @property
    def handed_in_fen(self) -> int:
        """All cash paid in."""
        return sum(one.amount_fen for one in self.handed_in)

    @property
    def open_stops(self) -> tuple[str, ...]:
        """Jobs that were neither signed for nor failed, in the order of the sheet."""
        over = {one.job_id for one in self.ended}
        return tuple(stop.job_id for stop in in_order(self.stops) if stop.job_id not in over)


@dataclass(frozen=True, slots=True)
class Closed:
    """日清 (B16): collected = paid in, or explained. The day report may follow."""

    road: Departed


Run = Unplanned | Planned | Loaded | Departed | Closed
INITIAL: Run = Unplanned()
STATES = (Unplanned, Planned, Loaded, Departed, Closed)

RunEvent = (
    RunPlanned
    | DeliveryListIssued
    | RunLoaded
    | RunDeparted
    | StopReached
    | StopOrderChanged
    | StopEnded
    | CashCollected
    | CashHandedIn
    | CashOverdue
    | RunClosed
    | DayReported
    | DayReportOverdue
)
Decision = tuple[RunEvent, ...] | Rejected


def in_order(stops: tuple[RunStop, ...]) -> tuple[RunStop, ...]:
    """Stops as the dispatch sheet orders them: morning first (B12)."""
    return tuple(sorted(stops, key=lambda stop: (stop.half != "am", stop.position)))


def road_of(run: Run) -> Departed | None:
    """The run as it was on the road, if it left."""
    match run:
        case Departed():
            return run
        case Closed():
            return run.road
        case Unplanned() | Planned() | Loaded():
            return None
    assert_never(run)


def evolve(run: Run, event: RunEvent) -> Run:
    """The run after an event."""
    match event:
        case RunPlanned():
            return Planned(Sheet(event.on, event.crew, event.leader, event.vehicle, event.version, event.stops))
        case DeliveryListIssued():
            return replace(run, list_no=event.list_no) if isinstance(run, Planned | Loaded) else run
        case RunLoaded():
            return Loaded(run.sheet, event.counted, run.list_no) if isinstance(run, Planned | Loaded) else run
        case RunDeparted():
            if not isinstance(run, Planned | Loaded):
                return run
            return Departed(run.sheet, event.leader, event.driver, event.vehicle, event.stops)
        case RunClosed():
            return Closed(run) if isinstance(run, Departed) else run
        case _:
            road = road_of(run)
            if road is None:
                return run
            after = on_the_road(road, event)
            return Closed(after) if isinstance(run, Closed) else after


def on_the_road(
    road: Departed,
    event: StopReached
    | StopOrderChanged
    | StopEnded
    | CashCollected
    | CashHandedIn
    | CashOverdue
    | DayReported
    | DayReportOverdue,
) -> Departed:
    """The run on the road after an event."""
    match event:
        case StopReached():
            return replace(road, reached=(*road.reached, event.job_id))
        case StopOrderChanged():
            return road
        case StopEnded():
            return replace(road, ended=(*road.ended, Ended(event.job_id, event.outcome)))
        case CashCollected():
            one = Collected(event.job_id, event.amount_fen)
            return replace(road, collected=(*road.collected, one), on_vehicle_fen=event.on_vehicle_fen)
        case CashHandedIn():
            paid = HandedIn(event.receipt_no, event.amount_fen)
            return replace(road, handed_in=(*road.handed_in, paid), on_vehicle_fen=event.on_vehicle_fen)
        case CashOverdue():
            return replace(road, is_cash_overdue=True)
        case DayReported():
            return replace(road, report=Report(event.vehicle_check, event.parking, event.note))
        case DayReportOverdue():
            return replace(road, is_report_overdue=True)
    assert_never(event)
