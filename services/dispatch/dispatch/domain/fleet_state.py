"""What a fleet (人和车) can be, and how events lead from one to the next (B8, B18)."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import assert_never

from company.fleet_crews import Dissolved, Leave, Means, begin
from contracts.dispatch_fleet import (
    CrewDissolved,
    CrewSet,
    Depot,
    DistrictSet,
    FleetOpened,
    LeaveCancelled,
    LeaveNoted,
    PersonSet,
    TripApproved,
    VehicleReturned,
    VehicleSentOut,
    VehicleSet,
)
from runtime.decision import Rejected

REMEMBERED = timedelta(days=7)
"""Runs and approvals this much older than the newest no longer matter: each holds for its own day."""


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

    depot: Depot
    means: Means
    trips: tuple[Trip, ...]
    out: tuple[Out, ...]


Fleet = Unopened | Opened
INITIAL: Fleet = Unopened()
STATES = (Unopened, Opened)
FleetEvent = (
    FleetOpened
    | CrewSet
    | CrewDissolved
    | PersonSet
    | VehicleSet
    | DistrictSet
    | LeaveNoted
    | LeaveCancelled
    | TripApproved
    | VehicleSentOut
    | VehicleReturned
)
Decision = tuple[FleetEvent, ...] | Rejected


def evolve(fleet: Fleet, event: FleetEvent) -> Fleet:
    """People and means after an event."""
    if isinstance(event, FleetOpened):
        means = Means(event.people, event.vehicles, event.crews, (), event.districts, ())
        return Opened(event.depot, means, (), ())
    if isinstance(fleet, Unopened):
        return fleet
    means = fleet.means
    match event:
        case CrewSet():
            return replace(fleet, means=replace(means, crews=(*means.crews, event.crew)))
        case CrewDissolved():
            kept = tuple(one for one in means.crews if one.crew != event.crew or begin(one) < event.effective_from)
            ended = (*means.dissolved, Dissolved(event.crew, event.effective_from))
            return replace(fleet, means=replace(means, crews=kept, dissolved=ended))
        case PersonSet():
            others = tuple(one for one in means.people if one.person_id != event.person.person_id)
            return replace(fleet, means=replace(means, people=(*others, event.person)))
        case VehicleSet():
            rest = tuple(one for one in means.vehicles if one.vehicle != event.vehicle.vehicle)
            return replace(fleet, means=replace(means, vehicles=(*rest, event.vehicle)))
        case DistrictSet():
            around = tuple(one for one in means.districts if one.district != event.district.district)
            return replace(fleet, means=replace(means, districts=(*around, event.district)))
        case LeaveNoted():
            leave = Leave(event.leave_id, event.person_id, event.kind, event.starts_on, event.ends_on, event.note)
            return replace(fleet, means=replace(means, leaves=(*means.leaves, leave)))
        case LeaveCancelled():
            left = tuple(one for one in means.leaves if one.leave_id != event.leave_id)
            return replace(fleet, means=replace(means, leaves=left))
        case TripApproved():
            recent = tuple(one for one in fleet.trips if one.on >= event.on - REMEMBERED)
            return replace(fleet, trips=(*recent, Trip(event.on, event.crew, event.reason)))
        case VehicleSentOut():
            gone = Out(event.on, event.crew, event.vehicle, event.people)
            still = tuple(
                one
                for one in fleet.out
                if one.on >= event.on - REMEMBERED and (one.on, one.crew) != (event.on, event.crew)
            )
            return replace(fleet, out=(*still, gone))
        case VehicleReturned():
            away = tuple(one for one in fleet.out if (one.on, one.crew) != (event.on, event.crew))
            return replace(fleet, out=away)
    assert_never(event)
