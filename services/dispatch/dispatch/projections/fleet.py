"""The row of the fleet (人和车): people, vehicles, crews by effective date, leave, who is out, and what was changed.

Days are ISO dates, `volume_l_per_half` litres. `version` is the aggregate's, for If-Match.
"""

from typing import Any

from contracts.dispatch_fleet import (
    CrewDissolved,
    CrewSet,
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
from contracts.envelope import Meta
from contracts.fact import Fact
from dispatch.projections.rows import Json
from runtime.service import Facet, Projection, key_of

HISTORY = 500
"""Changes that the row keeps; the stream has them all."""
OUT = 60
"""Crews' days that are kept as out or approved: some weeks of a large depot's newest."""

SILENT = (FleetOpened, VehicleSentOut, VehicleReturned)
"""What is no change of people or means."""


def fold_fleet(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """People and means of one depot."""
    told = event.model_dump(mode="json", exclude={"event", "at"})
    seen = {"version": meta.sequence}
    if isinstance(event, FleetOpened):
        return {**told, "dissolved": [], "leaves": [], "trips": [], "out": [], "history": [], **seen}
    row = {**(facet or {}), **seen}
    if not isinstance(event, SILENT):
        entry = {"at": event.at.isoformat(), "by": meta.actor, "what": type(event).__name__, **told}
        row["history"] = [*row["history"], entry][-HISTORY:]
    match event:
        case CrewSet():
            return {**row, "crews": [*row["crews"], told["crew"]]}
        case CrewDissolved():
            kept = [
                crew
                for crew in row["crews"]
                if crew["crew"] != event.crew or (crew["effective_from"] or "") < told["effective_from"]
            ]
            ended = {"crew": event.crew, "effective_from": told["effective_from"]}
            return {**row, "crews": kept, "dissolved": [*row["dissolved"], ended]}
        case PersonSet():
            return {**row, "people": _with(row["people"], told["person"], "person_id")}
        case VehicleSet():
            return {**row, "vehicles": _with(row["vehicles"], told["vehicle"], "vehicle")}
        case DistrictSet():
            return {**row, "districts": _with(row["districts"], told["district"], "district")}
        case LeaveNoted():
            return {**row, "leaves": [*row["leaves"], told]}
        case LeaveCancelled():
            return {**row, "leaves": [one for one in row["leaves"] if one["leave_id"] != event.leave_id]}
        case TripApproved():
            return {**row, "trips": [*row["trips"], told][-OUT:]}
        case VehicleSentOut():
            return {**row, "out": [*_not_of(row["out"], told), told][-OUT:]}
        case VehicleReturned():
            return {**row, "out": _not_of(row["out"], told)}
        case _:
            return row


def _with(known: list[Json], one: Json, key: str) -> list[Json]:
    return [*(other for other in known if other[key] != one[key]), one]


def _not_of(out: list[Json], told: dict[str, Any]) -> list[Json]:
    return [one for one in out if (one["on"], one["crew"]) != (told["on"], told["crew"])]


FLEET = Projection(
    name="fleet",
    row=key_of,
    facets=(Facet(name="fleet", service="dispatch", prefixes=("fleet",), fold=fold_fleet),),
)
