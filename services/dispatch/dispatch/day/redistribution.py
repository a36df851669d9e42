"""An absent crew's stops, given to others (B8): proposed, not done. Pure.

Each stop, in its order, stays in the half-day that the customer was told if any crew of its kind can take it there, and
goes to the one that drives the shortest detour for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from company.policy import Policy
from contracts.dispatch_days import Slot
from contracts.fact import Half
from dispatch.day.distances import tour_m
from dispatch.day.places import Clash, Ground, clashes, placed, places_that_fit
from dispatch.day.state import HALVES, Plan


@dataclass(frozen=True, slots=True)
class Moved:
    """One stop's proposed place, and the metres that are driven more for it."""

    before: Slot
    after: Slot
    added_m: int


@dataclass(frozen=True, slots=True)
class Left:
    """A stop that no other crew can take, and what stands against its own half-day with each of them."""

    before: Slot
    against: tuple[Clash, ...]


@dataclass(frozen=True, slots=True)
class Jobs:
    """What is known of the jobs besides their slots, by job: district, the agreed half-day, and which have left."""

    districts: Mapping[str, str]
    agreed: Mapping[str, Half | None]
    departed: frozenset[str]


def stops_of_absent(plan: Plan, crew: str) -> tuple[Slot, ...]:
    """The absent crew's stops, in their order: of the whole day, or of the half-day of its absence."""
    absence = next((one for one in plan.absences if one.crew == crew), None)
    half = None if absence is None else absence.half
    mine = (held.slot for held in plan.held if held.slot.crew == crew)
    wanted = [slot for slot in mine if half is None or slot.half == half or slot.spread]
    return tuple(sorted(wanted, key=lambda slot: (HALVES.index(slot.half), slot.position)))


def redistributed(plan: Plan, crew: str, jobs: Jobs, policy: Policy) -> tuple[tuple[Moved, ...], tuple[Left, ...]]:
    """Where the absent crew's stops could go, all of them together fitting; and those that fit nowhere. Stops that left
    already stay."""
    going = tuple(slot for slot in stops_of_absent(plan, crew) if slot.job_id not in jobs.departed)
    names = {slot.job_id for slot in going}
    others = [held.slot for held in plan.held if held.slot.job_id not in names]
    crews = tuple(one for one in plan.crews if one.crew != crew)
    moved: list[Moved] = []
    left: list[Left] = []
    for slot in going:
        ground = Ground(plan.on, crews, tuple(others), plan.absences, policy, plan.departed)
        agreed = jobs.agreed.get(slot.job_id)
        choices = [
            (detour_m(place, others, jobs.districts, policy), place) for place in places_that_fit(slot, ground, agreed)
        ]
        if not choices:
            left.append(Left(slot, against_all(slot, ground, agreed)))
            continue
        added, best = min(choices, key=lambda one: (one[1].half != slot.half, one[0], one[1].crew))
        moved.append(Moved(slot, best, added))
        others.append(best)
    return tuple(moved), tuple(left)


def detour_m(place: Slot, others: list[Slot], districts: Mapping[str, str], policy: Policy) -> int:
    """How much longer the tour of that crew and half-day becomes by this stop, metres."""
    beside = [slot for slot in others if (slot.crew, slot.half) == (place.crew, place.half)]
    before = sorted(beside, key=lambda slot: slot.position)
    after = sorted([*beside, place], key=lambda slot: slot.position)
    longer, shorter = (tour_m((districts.get(slot.job_id, "") for slot in stops), policy) for stops in (after, before))
    return longer - shorter


def against_all(slot: Slot, ground: Ground, agreed: Half | None) -> tuple[Clash, ...]:
    """What stands against the stop with every crew of its kind, in its own half-day and place."""
    return tuple(
        clash
        for crew in ground.crews
        if crew.kind == slot.kind
        for clash in clashes(placed(slot, crew.crew, slot.half, slot.position, slot.window), ground, agreed)
    )
