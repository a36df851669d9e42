"""Who works in which crew with which vehicle on a day, by the fleet's history (B8). Look-ups only.

A crew's composition is a list of records: one for given days beats one until further notice; of two for given days the
one recorded last counts, of two until further notice the one that begins last.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from company.depots import MAIN
from company.policy import Policy
from contracts.dispatch_days import CrewOfDay
from contracts.dispatch_fleet import District, FleetCrew, FleetPerson, FleetVehicle, LeaveKind

EVER = date.min
"""Begin of what holds ever since."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Days on which somebody does not work, both included."""

    leave_id: str
    person_id: str
    kind: LeaveKind
    starts_on: date
    ends_on: date
    note: str


@dataclass(frozen=True, slots=True)
class Dissolved:
    """A crew that works no more from a day on, until it is set again, at its depot."""

    crew: str
    effective_from: date
    depot: str = MAIN


@dataclass(frozen=True, slots=True)
class Means:
    """People and means as they are known: the part of the fleet that answers questions about a day."""

    people: tuple[FleetPerson, ...]
    vehicles: tuple[FleetVehicle, ...]
    crews: tuple[FleetCrew, ...]
    dissolved: tuple[Dissolved, ...]
    districts: tuple[District, ...]
    leaves: tuple[Leave, ...]

    def person(self, person_id: str) -> FleetPerson | None:
        """Somebody by id."""
        return next((one for one in self.people if one.person_id == person_id), None)

    def name(self, person_id: str) -> str:
        """Somebody's name; the id of one who is not on file."""
        known = self.person(person_id)
        return person_id if known is None else known.name

    def vehicle(self, vehicle: str) -> FleetVehicle | None:
        """A vehicle by its plate."""
        return next((one for one in self.vehicles if one.vehicle == vehicle), None)


def policy_means(policy: Policy) -> Means:
    """The people and means that the policy begins with; crew members are named there, and found by their name."""
    ids = {person.name: person.person_id for person in policy.fleet.people}
    named = {name for crew in policy.crews for name in crew.members} - ids.keys()
    leaders = {crew.leader: crew.leader_name for crew in policy.crews if crew.leader is not None}
    strangers = leaders.keys() - {person.person_id for person in policy.fleet.people}
    known_vehicles = {one.vehicle for one in policy.fleet.vehicles}
    return Means(
        people=(
            *policy.fleet.people,
            *(FleetPerson(person_id=name, name=name) for name in sorted(named)),
            *(FleetPerson(person_id=one, name=leaders[one] or one) for one in sorted(strangers)),
        ),
        vehicles=(
            *policy.fleet.vehicles,
            *(
                FleetVehicle(vehicle=crew.vehicle, volume_l_per_half=crew.volume_l_per_half, depot=crew.depot)
                for crew in policy.crews
                if crew.vehicle not in known_vehicles
            ),
        ),
        crews=tuple(
            FleetCrew(
                crew=crew.crew,
                name=crew.name,
                kind=crew.kind,
                leader=crew.leader,
                members=tuple(ids.get(name, name) for name in crew.members),
                vehicle=crew.vehicle,
                stops_per_half=crew.stops_per_half,
                depot=crew.depot,
            )
            for crew in policy.crews
        ),
        dissolved=(),
        districts=tuple(
            District(district=name, latitude=place.latitude, longitude=place.longitude)
            for name, place in policy.districts.items()
        ),
        leaves=(),
    )


class HasMeans(Protocol):
    """The fleet's row, as dispatch has it."""

    @property
    def means(self) -> Means:
        """People and means."""


def means_of(fleet: HasMeans | None, policy: Policy) -> Means:
    """The means in the fleet's row; without one, the policy's."""
    return policy_means(policy) if fleet is None else fleet.means


def crews_of_day(means: Means, on: date, depot: str | None = None) -> tuple[CrewOfDay, ...]:
    """The crews of a day, without those on leave; a leader on leave leaves the crew without one (B8). With `depot`:
    those that start from there (D17)."""
    away = {leave.person_id for leave in means.leaves if leave.starts_on <= on <= leave.ends_on}
    return tuple(
        CrewOfDay(
            crew=crew.crew,
            name=crew.name,
            kind=crew.kind,
            leader=None if crew.leader in away else crew.leader,
            leader_name=None if crew.leader is None or crew.leader in away else means.name(crew.leader),
            members=tuple(means.name(one) for one in crew.members if one not in away),
            vehicle=crew.vehicle,
            stops_per_half=crew.stops_per_half,
            volume_l_per_half=volume_of_vehicle(means, crew.vehicle),
            depot=crew.depot,
        )
        for crew in records_on(means, on)
        if depot in {None, crew.depot}
    )


def depot_of_crew(means: Means, crew: str) -> str | None:
    """Where a crew starts from, for good (D17); None for one that nobody ever set up."""
    known = [*((one.crew, one.depot) for one in means.crews), *((one.crew, one.depot) for one in means.dissolved)]
    return dict(reversed(known)).get(crew)


def volume_of_vehicle(means: Means, vehicle: str) -> int | None:
    """Litres that a vehicle takes per half-day; None: volume does not bind."""
    known = means.vehicle(vehicle)
    return None if known is None else known.volume_l_per_half


def records_on(means: Means, on: date) -> tuple[FleetCrew, ...]:
    """Each crew's record that holds on a day, in the order in which the crews came to be."""
    names = dict.fromkeys(crew.crew for crew in means.crews)
    found = (record_on(means, name, on) for name in names)
    return tuple(record for record in found if record is not None)


def record_on(means: Means, crew: str, on: date) -> FleetCrew | None:
    """The crew's record that holds on a day; None when it does not work."""
    covering = [
        (index, record)
        for index, record in enumerate(means.crews)
        if record.crew == crew
        and begin(record) <= on
        and (record.effective_to is None or on <= record.effective_to)
        and not _is_dissolved(means.dissolved, record, on)
    ]
    bounded = [pair for pair in covering if pair[1].effective_to is not None]
    if bounded:
        return bounded[-1][1]
    return max(covering, key=lambda pair: (begin(pair[1]), pair[0]))[1] if covering else None


def begin(record: FleetCrew) -> date:
    """The first day of a record."""
    return record.effective_from or EVER


def _is_dissolved(dissolved: Iterable[Dissolved], record: FleetCrew, on: date) -> bool:
    return any(
        one.crew == record.crew and one.effective_from <= on and begin(record) < one.effective_from for one in dissolved
    )


def turning_days(means: Means, since: date) -> tuple[date, ...]:
    """The days from `since` on at which some crew may change: enough to look at to know all days."""
    turns = {since}
    for record in means.crews:
        turns.add(begin(record))
        if record.effective_to is not None:
            turns.add(record.effective_to + timedelta(days=1))
    turns |= {one.effective_from for one in means.dissolved}
    return tuple(sorted(day for day in turns if day >= since))


def people_of(record: FleetCrew) -> tuple[str, ...]:
    """Everybody in a crew, the leader first."""
    return (() if record.leader is None else (record.leader,)) + record.members


def at_work(means: Means, record: FleetCrew, on: date) -> tuple[str, ...]:
    """Everybody in a crew who is not on leave that day."""
    away = {leave.person_id for leave in means.leaves if leave.starts_on <= on <= leave.ends_on}
    return tuple(one for one in people_of(record) if one not in away)


def may_drive(means: Means, person_id: str, on: date) -> bool:
    """Whether somebody has a licence that is valid on a day (B18)."""
    known = means.person(person_id)
    return known is not None and known.licence is not None and known.licence.valid_until >= on


def usual_driver(means: Means, record: FleetCrew, on: date) -> str | None:
    """Who drives when nobody is named: of those at work with a valid licence, a member before the leader."""
    ready = [one for one in at_work(means, record, on) if may_drive(means, one, on)]
    return next((one for one in ready if one != record.leader), ready[0] if ready else None)


def crew_of(means: Means, person_id: str, on: date) -> str | None:
    """The crew in which somebody works on a day."""
    return next((record.crew for record in records_on(means, on) if person_id in people_of(record)), None)


def outside_area(means: Means, districts: Iterable[str]) -> tuple[str, ...]:
    """Those of the districts to which vehicles go only with approval (B18); unknown ones are outside too."""
    inside = {one.district for one in means.districts if one.in_area}
    return tuple(sorted({name for name in districts if name not in inside}))
