"""Tours for a day, found by PyVRP: vehicles with room for stops and volume, half-days, and jobs worth bringing.

The same problem gets the same answer: the seed is fixed and the search ends after a number of rounds; the seconds are
only a bound for a machine that is too slow. Runs in a process of its own, since it keeps a core busy.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pyvrp import Client, Depot, Location, PenaltyParams, ProblemData, SolveParams, VehicleType, solve
from pyvrp.stop import MaxIterations, MaxRuntime, MultipleCriteria

from contracts.fact import Half
from dispatch.day.distances import DEPOT_PLACE
from dispatch.day.proposal import Problem, Routes, Tour

SEED: Final = 20260313
ROUNDS: Final = 1_500
"""Rounds of the search: a day of a hundred stops is not found shorter by more."""

ELSEWHERE_M: Final = 50_000_000
"""Distance to a stop that belongs to another tour: longer than anything that is worth driving."""

DEAREST: Final = 1e10
"""What one stop or litre too many may cost during the search: far more than the most that any job is worth."""

UNLIMITED_L: Final = 1_000_000_000
HOURS: Final[dict[Half, tuple[int, int]]] = {"am": (0, 1), "pm": (2, 3)}
"""Morning and afternoon as time windows that do not touch; nothing takes time."""


def solve_routes(problem: Problem) -> Routes:
    """For each tour the jobs that it gets, in the order of driving. Jobs that fit nowhere are in none."""
    if not problem.visits or not problem.tours:
        return tuple(() for _ in problem.tours)
    stop = MultipleCriteria([MaxIterations(ROUNDS), MaxRuntime(problem.seconds)])
    params = SolveParams(penalty=PenaltyParams(max_penalty=DEAREST))
    best = solve(_data(problem), stop, seed=SEED, collect_stats=False, display=False, params=params).best
    routes: list[tuple[str, ...]] = [()] * len(problem.tours)
    if not best.is_feasible():
        return tuple(routes)
    for route in best.routes():
        clients = [activity.idx for activity in route.schedule() if activity.is_client()]
        names = [problem.visits[client].name for client in clients if client < len(problem.visits)]
        routes[route.vehicle_type()] = tuple(names)
    return tuple(routes)


def _data(problem: Problem) -> ProblemData:
    fixed = [(number, stop) for number, tour in enumerate(problem.tours) for stop in tour.fixed]
    districts = [DEPOT_PLACE, *(visit.district for visit in problem.visits), *(stop[0] for _, stop in fixed)]
    base = np.array(
        [
            [0 if row == column else problem.distances[one, other] for column, other in enumerate(districts)]
            for row, one in enumerate(districts)
        ],
        dtype=np.int64,
    )
    first = 1 + len(problem.visits)
    owners = [number for number, _ in fixed]
    tours = range(len(problem.tours))
    distances: list[Any] = [_for_tour(base, number, owners, first) for number in tours]  # its stub knows one dimension
    durations: list[Any] = [np.zeros_like(base) for _ in tours]
    whole = (HOURS["am"][0], HOURS["pm"][1])
    clients = [
        Client(
            location=1 + number,
            delivery=[1, visit.volume_l],
            tw_early=whole[0] if len(visit.halves) > 1 else HOURS[visit.halves[0]][0],
            tw_late=whole[1] if len(visit.halves) > 1 else HOURS[visit.halves[0]][1],
            prize=visit.worth_m,
            required=False,
        )
        for number, visit in enumerate(problem.visits)
    ]
    clients += [
        Client(location=first + number, delivery=[1, volume], tw_early=whole[0], tw_late=whole[1], required=True)
        for number, (_, (_, volume)) in enumerate(fixed)
    ]
    return ProblemData(
        locations=[Location(x=0, y=0) for _ in districts],
        clients=clients,
        depots=[Depot(location=0)],
        vehicle_types=[_vehicle(tour, number) for number, tour in enumerate(problem.tours)],
        distance_matrices=distances,
        duration_matrices=durations,
    )


def _for_tour(base: NDArray[np.int64], tour: int, owners: list[int], first: int) -> NDArray[np.int64]:
    """Distances as this tour sees them: stops that other tours have already are out of reach."""
    matrix = base.copy()
    for number, owner in enumerate(owners):
        if owner != tour:
            matrix[:, first + number] = ELSEWHERE_M
            matrix[first + number, :] = ELSEWHERE_M
            matrix[first + number, first + number] = 0
    return matrix


def _vehicle(tour: Tour, number: int) -> VehicleType:
    """One crew's half-day; what it has already fits, even where a supervisor forced it."""
    carried = sum(volume for _, volume in tour.fixed)
    limit = UNLIMITED_L if tour.volume_l is None else tour.volume_l
    early, late = HOURS[tour.half]
    return VehicleType(
        num_available=1,
        capacity=[max(tour.stops, len(tour.fixed)), max(limit, carried)],
        tw_early=early,
        tw_late=late,
        profile=number,
    )
