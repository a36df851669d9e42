"""What a run (出车) can be: its sheet, its stops on the road, its cash."""

from dataclasses import dataclass
from datetime import date
from typing import assert_never

from company.depots import MAIN
from contracts import dispatch_road as road
from contracts import dispatch_runs as facts
from contracts.dispatch import RunEvent
from runtime.decision import Rejected


@dataclass(frozen=True, slots=True)
class Sheet:
    """The crew's day by the published plan, edition `version`."""

    on: date
    crew: str
    leader: str | None
    vehicle: str
    version: int
    stops: tuple[facts.RunStop, ...]
    depot: str = MAIN
    """Where it starts from (D17)."""


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
    received_by: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A stop that is over."""

    job_id: str
    outcome: road.StopOutcome


@dataclass(frozen=True, slots=True)
class Report:
    """What the leader wrote into the day report (B17)."""

    vehicle_check: road.VehicleCheck
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
    """Counted and signed: `signed` by leader and warehouse, and how they settled what differs from the sheet."""

    sheet: Sheet
    counted: tuple[facts.RunStop, ...]
    list_no: str | None = None
    signed: tuple[str, str, str | None] = ("", "", None)


@dataclass(frozen=True, slots=True)
class Departed:
    """On the road, with what was loaded, how far it is, and the cash so far."""

    sheet: Sheet
    leader: str
    driver: str
    vehicle: str
    stops: tuple[facts.RunStop, ...]
    collected: tuple[Collected, ...] = ()
    handed_in: tuple[HandedIn, ...] = ()
    on_vehicle_fen: int = 0
    reached: tuple[str, ...] = ()
    ended: tuple[Ended, ...] = ()
    report: Report | None = None
    is_cash_overdue: bool = False
    is_report_overdue: bool = False
    list_no: str = ""
    """The list by which it left (B9)."""

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
    explanation: str = ""


Run = Unplanned | Planned | Loaded | Departed | Closed

INITIAL: Run = Unplanned()

STATES = (Unplanned, Planned, Loaded, Departed, Closed)


Decision = tuple[RunEvent, ...] | Rejected


def in_order(stops: tuple[facts.RunStop, ...]) -> tuple[facts.RunStop, ...]:
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
