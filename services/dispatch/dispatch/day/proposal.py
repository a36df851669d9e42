"""A proposed day plan (B4, B8): which jobs of the backlog could go that day, and what a solver has to know. Pure.

By promised date: what is owed first weighs most; by place: what lies together goes together; by capacity and kind of
work. What is planned already stays where it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from company.policy import Policy
from contracts.dispatch_days import Slot
from contracts.fact import Half, JobKind
from dispatch.day.distances import DEPOT_PLACE, metres, tour_m
from dispatch.day.places import Ground, clashes, placed, places_that_fit, window_at
from dispatch.day.state import HALVES, Plan

OWED_M = 10_000_000
"""What it is worth to bring a job that is owed tomorrow, in metres: more than any detour. Halved for a day later, a
third for two days later, and so on, so that near promises always win and far ones give way to short tours."""

OVERDUE = 10
"""So many times more for a job that is owed that day; and once more for each day that it is late."""

LATEST_DAYS = 30
"""Lateness beyond this many days makes no difference."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A job that could go that day. `slot` is what it is; its place in it means nothing yet."""

    slot: Slot
    district: str
    agreed_half: Half | None
    owed_on: date | None
    came: tuple[str, str]
    """First come, first served: when its goods were complete (or it was opened), and its name."""


@dataclass(frozen=True, slots=True)
class Tour:
    """One crew's half-day: `fixed` are the stops that it has already, in their order, with volume."""

    crew: str
    half: Half
    stops: int
    volume_l: int | None
    fixed: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Visit:
    """One job for the solver: district, volume, the half-days that are allowed, what it is worth (metres)."""

    name: str
    district: str
    volume_l: int
    halves: tuple[Half, ...]
    worth_m: int


@dataclass(frozen=True, slots=True)
class Problem:
    """All that a solver has to know; `distances` by pair of districts, the depot's name is empty."""

    visits: tuple[Visit, ...]
    tours: tuple[Tour, ...]
    distances: Mapping[tuple[str, str], int]
    seconds: int


Routes = tuple[tuple[str, ...], ...]
"""For each tour, the jobs that it gets, in the order in which they are driven among the stops it has."""


def problem_of(
    plan: Plan, kind: JobKind, candidates: Sequence[Candidate], districts: Mapping[str, str], policy: Policy
) -> Problem:
    """The day's free capacity of one kind of crew, and the jobs that could use it."""
    spread = {held.slot.crew for held in plan.held if held.slot.spread}
    tours = tuple(
        Tour(crew.crew, half, crew.stops_per_half, crew.volume_l_per_half, _fixed(plan, crew.crew, half, districts))
        for crew in plan.crews
        if crew.kind == kind and crew.crew not in spread and crew.crew not in plan.departed
        for half in HALVES
        if not any(one.crew == crew.crew and one.half in (None, half) for one in plan.absences)
    )
    visits = tuple(
        Visit(
            one.slot.job_id,
            one.district,
            one.slot.volume_l,
            HALVES if one.agreed_half is None else (one.agreed_half,),
            worth_m(one.owed_on, plan.on),
        )
        for one in candidates
        if one.slot.kind == kind
    )
    names = {DEPOT_PLACE, *(visit.district for visit in visits), *(name for tour in tours for name, _ in tour.fixed)}
    distances = {(one, other): metres(one, other, policy) for one in names for other in names}
    return Problem(visits, tours, distances, policy.proposal_seconds)


def worth_m(owed_on: date | None, on: date) -> int:
    """What it is worth to bring a job that day."""
    if owed_on is None:
        return OWED_M // 30
    days = (owed_on - on).days
    return OWED_M * (OVERDUE + min(-days, LATEST_DAYS)) if days <= 0 else OWED_M // (1 + days)


def laid_out(
    plan: Plan, problem: Problem, routes: Routes, candidates: Iterable[Candidate], policy: Policy
) -> tuple[Slot, ...]:
    """The jobs of the routes in the free places of their half-days, in the order of driving; only what fits."""
    known = {one.slot.job_id: one for one in candidates}
    others = [held.slot for held in plan.held]
    crews = {crew.crew: crew for crew in plan.crews}
    found: list[Slot] = []
    for tour, route in zip(problem.tours, routes, strict=True):
        crew = crews[tour.crew]
        taken = {slot.position for slot in others if (slot.crew, slot.half) == (tour.crew, tour.half)}
        free = [place for place in range(1, crew.stops_per_half + 1) if place not in taken]
        for name, position in zip(route, free, strict=False):
            window = window_at(plan.on, tour.half, position, crew, policy)
            slot = placed(known[name].slot, tour.crew, tour.half, position, window)
            ground = Ground(plan.on, plan.crews, tuple(others), plan.absences, policy, plan.departed)
            if not clashes(slot, ground, known[name].agreed_half):
                others.append(slot)
                found.append(slot)
    return tuple(found)


def first_come(plan: Plan, candidates: Iterable[Candidate], policy: Policy) -> tuple[Slot, ...]:
    """What it is compared with: each job, in the order in which it came, in the first place that is free."""
    others = [held.slot for held in plan.held]
    found: list[Slot] = []
    for one in sorted(candidates, key=lambda candidate: candidate.came):
        ground = Ground(plan.on, plan.crews, tuple(others), plan.absences, policy, plan.departed)
        slot = next(iter(places_that_fit(one.slot, ground, one.agreed_half)), None)
        if slot is not None:
            others.append(slot)
            found.append(slot)
    return tuple(found)


def driven_m(slots: Iterable[Slot], districts: Mapping[str, str], policy: Policy) -> int:
    """What all crews drive that day in the order of stops: a tour from the depot and back for each half-day."""
    tours: dict[tuple[str, Half], list[Slot]] = {}
    for slot in slots:
        tours.setdefault((slot.crew, slot.half), []).append(slot)
    return sum(
        tour_m((districts[slot.job_id] for slot in sorted(stops, key=lambda one: one.position)), policy)
        for stops in tours.values()
    )


def _fixed(plan: Plan, crew: str, half: Half, districts: Mapping[str, str]) -> tuple[tuple[str, int], ...]:
    here = [held.slot for held in plan.held if (held.slot.crew, held.slot.half) == (crew, half)]
    return tuple(
        (districts.get(slot.job_id, DEPOT_PLACE), slot.volume_l)
        for slot in sorted(here, key=lambda slot: slot.position)
    )
