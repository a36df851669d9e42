"""People and means (人和车) of a depot: crews, leaders, members, vehicles, licences, districts, leave (B8, B18).

The policy's crews are what it begins with; each change holds from a day on, or for the days given. Before a run
departs, the fleet decides whether leader, driver and vehicle may go: one person, one vehicle, one place at a time.
"""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Literal, assert_never

from pydantic import Field

from company.context import Context
from company.fleet_crews import Leave, Means, begin, people_of, policy_means, record_on, records_on, turning_days
from company.policy import Policy
from contracts.bounds import CivilDay, FarDay, Few, ManyLines, OneLine, OptionalId
from contracts.dispatch_fleet import (
    CrewDissolved,
    CrewSet,
    Depot,
    District,
    DistrictSet,
    FleetCrew,
    FleetOpened,
    FleetPerson,
    FleetVehicle,
    LeaveCancelled,
    LeaveKind,
    LeaveNoted,
    PersonSet,
    VehicleSet,
)
from contracts.spelling import Number
from dispatch.domain import fleet_refusals as no
from dispatch.domain.fleet_out import ApproveTrip, ReturnVehicle, SendOut, approve, bring_back, send_out
from dispatch.domain.fleet_state import Decision, Fleet, Opened, Unopened, evolve
from dispatch.domain.words import Words
from runtime.decision import Command, Rejected, Timer


def fleet_id(depot: str = "main") -> str:
    """Aggregate id of a depot's fleet."""
    return f"fleet:{depot}"


# --- commands ------------------------------------------------------------------------------------------------------


class SetCrews(Command):
    """定班组 (B8): one crew, or several at once (to swap people); from a day on, or for the days given."""

    command: Literal["SetCrews"] = "SetCrews"
    crews: Annotated[tuple[FleetCrew, ...], Few(1_000)] = Field(min_length=1)
    reason: Words


class ChangeMembers(Command):
    """当天换人 (B8): the leader changes who comes along, for one day."""

    command: Literal["ChangeMembers"] = "ChangeMembers"
    crew: OptionalId
    on: CivilDay
    members: Annotated[tuple[OneLine, ...], Few(1_000)]
    reason: Words


class DissolveCrew(Command):
    """撤班组, from a day on."""

    command: Literal["DissolveCrew"] = "DissolveCrew"
    crew: OptionalId
    effective_from: FarDay
    reason: Words


class SetPerson(Command):
    """定人员 (B18): name and licence."""

    command: Literal["SetPerson"] = "SetPerson"
    person: FleetPerson


class SetVehicle(Command):
    """定车辆 (B8): capacity per half-day."""

    command: Literal["SetVehicle"] = "SetVehicle"
    vehicle: FleetVehicle


class SetDistrict(Command):
    """定区域 (B18): where it lies, and whether vehicles go there without approval."""

    command: Literal["SetDistrict"] = "SetDistrict"
    district: District


class NoteLeave(Command):
    """请假/病假: both days included. The same `leave_id` counts once."""

    command: Literal["NoteLeave"] = "NoteLeave"
    leave_id: Number
    person_id: OptionalId
    kind: LeaveKind
    starts_on: CivilDay
    ends_on: CivilDay
    note: ManyLines = ""


class CancelLeave(Command):
    """销假."""

    command: Literal["CancelLeave"] = "CancelLeave"
    leave_id: OptionalId
    reason: Words


COMMANDS = (
    SetCrews
    | ChangeMembers
    | DissolveCrew
    | SetPerson
    | SetVehicle
    | SetDistrict
    | NoteLeave
    | CancelLeave
    | ApproveTrip
    | SendOut
    | ReturnVehicle
)


# --- decisions -----------------------------------------------------------------------------------------------------


def decide(command: COMMANDS, fleet: Fleet, ctx: Context) -> Decision:
    """What a request does to people and means. The first one that changes something opens the fleet's history."""
    at = command.at or ctx.now
    opening = open_fleet(at, ctx.policy) if isinstance(fleet, Unopened) else ()
    for event in opening:
        fleet = evolve(fleet, event)
    assert isinstance(fleet, Opened)
    decision = decide_opened(command, fleet, at, ctx)
    return decision if isinstance(decision, Rejected) or not decision else (*opening, *decision)


def decide_opened(command: COMMANDS, fleet: Opened, at: datetime, ctx: Context) -> Decision:
    """Dispatch, once the fleet has its first people and means."""
    match command:
        case SetCrews():
            return set_crews(command, fleet, at)
        case ChangeMembers():
            return change_members(command, fleet, at)
        case DissolveCrew():
            return dissolve(command, fleet, at)
        case SetPerson():
            known = fleet.means.person(command.person.person_id) == command.person
            return () if known else (PersonSet(at=at, person=command.person),)
        case SetVehicle():
            known = fleet.means.vehicle(command.vehicle.vehicle) == command.vehicle
            return () if known else (VehicleSet(at=at, vehicle=command.vehicle),)
        case SetDistrict():
            known = command.district in fleet.means.districts
            return () if known else (DistrictSet(at=at, district=command.district),)
        case NoteLeave():
            return note_leave(command, fleet, at)
        case CancelLeave():
            return cancel_leave(command, fleet, at)
        case ApproveTrip():
            return approve(command, fleet, at, ctx)
        case SendOut():
            return send_out(command, fleet, at, ctx.policy)
        case ReturnVehicle():
            return bring_back(command, fleet, at)
    assert_never(command)


def open_fleet(at: datetime, policy: Policy) -> tuple[FleetOpened, ...]:
    """The people and means of the policy become the beginning of the history."""
    means = policy_means(policy)
    place = policy.depot_place
    return (
        FleetOpened(
            at=at,
            depot=Depot(depot="main", name="总仓", latitude=place.latitude, longitude=place.longitude),
            people=means.people,
            vehicles=means.vehicles,
            crews=means.crews,
            districts=means.districts,
        ),
    )


def set_crews(command: SetCrews, fleet: Opened, at: datetime) -> Decision:
    """定班组. Rules: B8. Refuses who or what is not on file, and who or what would be in two crews on some day."""
    means = fleet.means
    for crew in command.crews:
        refused = unfit(crew, means)
        if refused is not None:
            return refused
    fresh = tuple(crew for crew in command.crews if not is_in_force(crew, means))
    if not fresh:
        return ()
    changed = replace(means, crews=(*means.crews, *fresh))
    clash = shared(changed, min(begin(crew) for crew in fresh))
    if clash is not None:
        return clash
    return tuple(CrewSet(at=at, crew=crew, reason=command.reason) for crew in fresh)


def unfit(crew: FleetCrew, means: Means) -> Rejected | None:
    """What is wrong with a crew by itself."""
    if crew.effective_from is None or (crew.effective_to is not None and crew.effective_to < crew.effective_from):
        return no.no_begin(crew.crew)
    twice = [one for one, times in Counter(people_of(crew)).items() if times > 1]
    if twice:
        return no.named_twice(twice[0], crew.crew)
    strangers = [one for one in people_of(crew) if means.person(one) is None]
    if strangers:
        return no.unknown_person(strangers[0])
    return no.unknown_vehicle(crew.vehicle) if means.vehicle(crew.vehicle) is None else None


def is_in_force(crew: FleetCrew, means: Means) -> bool:
    """Whether the crew's last record says the same already."""
    last = next((one for one in reversed(means.crews) if one.crew == crew.crew), None)
    return last == crew


def shared(means: Means, since: date) -> Rejected | None:
    """The first person or vehicle that is in two crews on some day from `since` on (B8)."""
    for on in turning_days(means, since):
        holders: dict[str, list[str]] = {}
        for record in records_on(means, on):
            for what in (*dict.fromkeys(people_of(record)), record.vehicle):
                holders.setdefault(what, []).append(record.crew)
        for what, crews in holders.items():
            if len(crews) > 1:
                return no.in_two_crews(what, crews, on)
    return None


def change_members(command: ChangeMembers, fleet: Opened, at: datetime) -> Decision:
    """当天换人 (B8): leader, vehicle and the rest stay as they are that day."""
    record = record_on(fleet.means, command.crew, command.on)
    if record is None:
        return no.unknown_crew(command.crew, command.on)
    if record.members == command.members:
        return ()
    return set_crews(SetCrews(crews=(members_for_the_day(record, command),), reason=command.reason), fleet, at)


def members_for_the_day(record: FleetCrew, command: ChangeMembers) -> FleetCrew:
    """The crew as it works on that one day."""
    return record.model_copy(
        update={"members": command.members, "effective_from": command.on, "effective_to": command.on}
    )


def dissolve(command: DissolveCrew, fleet: Opened, at: datetime) -> Decision:
    """撤班组. One that does not work then is no event."""
    works = any(
        record_on(fleet.means, command.crew, on) is not None for on in turning_days(fleet.means, command.effective_from)
    )
    if not works:
        return ()
    return (CrewDissolved(at=at, crew=command.crew, effective_from=command.effective_from, reason=command.reason),)


def note_leave(command: NoteLeave, fleet: Opened, at: datetime) -> Decision:
    """请假/病假. The same leave again is no event."""
    if fleet.means.person(command.person_id) is None:
        return no.unknown_person(command.person_id)
    if command.ends_on < command.starts_on:
        return no.leave_backwards(command.starts_on, command.ends_on)
    leave = Leave(command.leave_id, command.person_id, command.kind, command.starts_on, command.ends_on, command.note)
    known = next((one for one in fleet.means.leaves if one.leave_id == command.leave_id), None)
    if known is not None:
        return () if known == leave else no.leave_differs(command.leave_id)
    return (
        LeaveNoted(
            at=at,
            leave_id=leave.leave_id,
            person_id=leave.person_id,
            kind=leave.kind,
            starts_on=leave.starts_on,
            ends_on=leave.ends_on,
            note=leave.note,
            name=fleet.means.name(leave.person_id),
        ),
    )


def cancel_leave(command: CancelLeave, fleet: Opened, at: datetime) -> Decision:
    """销假."""
    if command.leave_id not in {one.leave_id for one in fleet.means.leaves}:
        return no.unknown_leave(command.leave_id)
    return (LeaveCancelled(at=at, leave_id=command.leave_id, reason=command.reason),)


def due(fleet: Fleet) -> tuple[Timer, ...]:  # noqa: ARG001 - the shape that every aggregate has
    """Nothing of the fleet falls due by itself."""
    return ()
