"""People and means (人和车) of a depot: crews, leaders, members, vehicles, licences, districts, leave (B8, B18).

The policy's crews are what it begins with; each change holds from a day on, or for the days given. Before a run
departs, the fleet decides whether leader, driver and vehicle may go: one person, one vehicle, one place at a time.
"""

from datetime import datetime
from typing import Any

from company.context import Context
from company.fleet_crews import Means, policy_means
from company.policy import Policy
from contracts import dispatch_fleet as facts
from contracts.dispatch import FleetEvent
from dispatch.fields import DEPOT, happened
from dispatch.fleet import crews, people, trips
from dispatch.fleet.state import INITIAL, STATES, Fleet, Opened, Unopened
from runtime.aggregate import Aggregate, Decision
from runtime.decision import Rejected
from runtime.use_case import UseCase


def evolve(fleet: Fleet, event: FleetEvent) -> Fleet:
    """People and means after an event."""
    if isinstance(event, facts.FleetOpened):
        return _opened(event)
    if isinstance(fleet, Unopened):
        return fleet
    if isinstance(event, crews.Event):
        return crews.evolve(fleet, event)
    if isinstance(event, people.Event):
        return people.evolve(fleet, event)
    return trips.evolve(fleet, event)


def _opened(event: facts.FleetOpened) -> Opened:
    means = Means(event.people, event.vehicles, event.crews, (), event.districts, ())
    return Opened(event.depot, means, (), ())


def at_the_door(case: UseCase[Any, Any, FleetEvent], command: Any, fleet: Fleet, ctx: Context) -> Decision[FleetEvent]:
    """The first command that changes something opens the fleet's history."""
    if isinstance(fleet, Opened):
        return case.rule(command, fleet, ctx)
    first = opening(happened(command, ctx), ctx.policy)
    decided = case.rule(command, _opened(first), ctx)
    return decided if isinstance(decided, Rejected) or not decided else (first, *decided)


def opening(at: datetime, policy: Policy) -> facts.FleetOpened:
    """The people and means of the policy: the beginning of the history."""
    means, place = policy_means(policy), policy.depot_place
    return facts.FleetOpened(
        at=at,
        depot=facts.Depot(depot=DEPOT, name="总仓", latitude=place.latitude, longitude=place.longitude),
        people=means.people,
        vehicles=means.vehicles,
        crews=means.crews,
        districts=means.districts,
    )


FLEET = Aggregate[Fleet, FleetEvent](
    "fleet",
    INITIAL,
    STATES,
    evolve,
    (*crews.USE_CASES, *people.USE_CASES, *trips.USE_CASES),
    door=at_the_door,
)
