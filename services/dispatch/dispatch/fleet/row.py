"""The fleet's row (人和车): people, vehicles, crews by date, leave, who is out; and what was changed, by whom."""

from company.fleet_crews import Means
from contracts.dispatch_fleet import (
    CrewDissolved,
    CrewSet,
    Depot,
    DistrictSet,
    LeaveCancelled,
    LeaveNoted,
    PersonSet,
    TripApproved,
    VehicleReturned,
    VehicleSentOut,
    VehicleSet,
)
from contracts.fact import Fact
from dispatch.fleet.aggregate import FLEET
from dispatch.fleet.state import Fleet, Out, Trip, Unopened
from runtime.view import Row, View

CHANGES: tuple[type[Fact], ...] = (
    CrewSet,
    CrewDissolved,
    PersonSet,
    VehicleSet,
    DistrictSet,
    LeaveNoted,
    LeaveCancelled,
    TripApproved,
)
"""Changes of people and means."""

KEPT = 800
"""Events that are kept to be shown; the stream has them all."""


class FleetRow(Row):
    """People and means of one depot."""

    depot: Depot
    means: Means
    trips: tuple[Trip, ...]
    out: tuple[Out, ...]
    version: int = 0


def fleet_row(fleet: Fleet) -> FleetRow | None:
    """The view."""
    if isinstance(fleet, Unopened):
        return None
    return FleetRow(depot=fleet.depot, means=fleet.means, trips=fleet.trips, out=fleet.out)


FLEETS = View(
    "fleet",
    "dispatch",
    FLEET,
    FleetRow,
    fleet_row,
    said=(*CHANGES, VehicleSentOut, VehicleReturned),
    said_kept=KEPT,
)
