"""What a fleet (人和车) can be (B8, B18)."""

from dataclasses import dataclass
from datetime import date

from company.fleet_crews import Means
from contracts import dispatch_fleet as facts
from contracts.dispatch import FleetEvent
from runtime.decision import Rejected


@dataclass(frozen=True, slots=True)
class Trip:
    """An approval (B18)."""

    on: date
    crew: str
    reason: str


@dataclass(frozen=True, slots=True)
class Out:
    """A crew on the road, with everybody and everything that is with it."""

    on: date
    crew: str
    vehicle: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unopened:
    """As the policy says; nothing was changed yet."""


@dataclass(frozen=True, slots=True)
class Opened:
    """People and means with their history."""

    depot: facts.Depot
    means: Means
    trips: tuple[Trip, ...]
    out: tuple[Out, ...]


Fleet = Unopened | Opened

INITIAL: Fleet = Unopened()

STATES = (Unopened, Opened)


Decision = tuple[FleetEvent, ...] | Rejected
