"""People with their licences and leave, vehicles with their capacity, districts (B8, B18)."""

from dataclasses import replace
from typing import Any, Literal, assert_never

from company.context import Context
from company.fleet_crews import Leave
from contracts import dispatch_fleet as facts
from contracts.bounds import CivilDay, ManyLines, OptionalId, Words
from contracts.dispatch import FleetEvent
from contracts.spelling import Number
from dispatch.fields import happened
from dispatch.fleet.state import Decision, Opened
from dispatch.refusals import no
from dispatch.who import PLANS, SUPERVISOR
from runtime.decision import Command
from runtime.use_case import UseCase


class SetPerson(Command):
    """定人员 A person with licence (B18)

    Name and licence as they are from now on.
    """

    command: Literal["SetPerson"] = "SetPerson"
    person: facts.FleetPerson


class SetVehicle(Command):
    """定车辆 A vehicle with its capacity (B8)

    Litres per half-day.
    """

    command: Literal["SetVehicle"] = "SetVehicle"
    vehicle: facts.FleetVehicle


class SetDistrict(Command):
    """定区域 A district (B18)

    Where it lies, and whether vehicles go there without approval.
    """

    command: Literal["SetDistrict"] = "SetDistrict"
    district: facts.District


class NoteLeave(Command):
    """请假、病假 Leave or sickness

    Both days included; the same `leave_id` counts once.
    """

    command: Literal["NoteLeave"] = "NoteLeave"
    leave_id: Number
    person_id: OptionalId
    kind: facts.LeaveKind
    starts_on: CivilDay
    ends_on: CivilDay
    note: ManyLines = ""


class CancelLeave(Command):
    """销假 Cancel a leave

    Back earlier, or it was a mistake.
    """

    command: Literal["CancelLeave"] = "CancelLeave"
    leave_id: OptionalId
    reason: Words


def set_person(command: SetPerson, fleet: Opened, ctx: Context) -> Decision:
    """定人员. The same again is no event."""
    known = fleet.means.person(command.person.person_id) == command.person
    return () if known else (facts.PersonSet(at=happened(command, ctx), person=command.person),)


def set_vehicle(command: SetVehicle, fleet: Opened, ctx: Context) -> Decision:
    """定车辆. The same again is no event."""
    known = fleet.means.vehicle(command.vehicle.vehicle) == command.vehicle
    return () if known else (facts.VehicleSet(at=happened(command, ctx), vehicle=command.vehicle),)


def set_district(command: SetDistrict, fleet: Opened, ctx: Context) -> Decision:
    """定区域. The same again is no event."""
    known = command.district in fleet.means.districts
    return () if known else (facts.DistrictSet(at=happened(command, ctx), district=command.district),)


def note_leave(command: NoteLeave, fleet: Opened, ctx: Context) -> Decision:
    """请假/病假. The same leave again is no event."""
    at = happened(command, ctx)
    if fleet.means.person(command.person_id) is None:
        return no("unknown_person", person_id=command.person_id)
    if command.ends_on < command.starts_on:
        return no("leave_backwards", starts_on=command.starts_on, ends_on=command.ends_on)
    leave = Leave(command.leave_id, command.person_id, command.kind, command.starts_on, command.ends_on, command.note)
    known = next((one for one in fleet.means.leaves if one.leave_id == command.leave_id), None)
    if known is not None:
        return () if known == leave else no("leave_differs", leave_id=command.leave_id)
    return (
        facts.LeaveNoted(
            at=at,
            leave_id=leave.leave_id,
            person_id=leave.person_id,
            kind=leave.kind,
            starts_on=leave.starts_on,
            ends_on=leave.ends_on,
            note=leave.note,
            name=fleet.means.name(leave.person_id),
            depots=tuple(one.depot for one in ctx.policy.depots),
        ),
    )


def cancel_leave(command: CancelLeave, fleet: Opened, ctx: Context) -> Decision:
    """销假."""
    at = happened(command, ctx)
    if command.leave_id not in {one.leave_id for one in fleet.means.leaves}:
        return no("unknown_leave", leave_id=command.leave_id)
    return (facts.LeaveCancelled(at=at, leave_id=command.leave_id, reason=command.reason),)


Event = facts.PersonSet | facts.VehicleSet | facts.DistrictSet | facts.LeaveNoted | facts.LeaveCancelled


def evolve(fleet: Opened, event: Event) -> Opened:
    """People, vehicles and districts after a change."""
    means = fleet.means
    match event:
        case facts.PersonSet():
            others = tuple(one for one in means.people if one.person_id != event.person.person_id)
            return replace(fleet, means=replace(means, people=(*others, event.person)))
        case facts.VehicleSet():
            rest = tuple(one for one in means.vehicles if one.vehicle != event.vehicle.vehicle)
            return replace(fleet, means=replace(means, vehicles=(*rest, event.vehicle)))
        case facts.DistrictSet():
            around = tuple(one for one in means.districts if one.district != event.district.district)
            return replace(fleet, means=replace(means, districts=(*around, event.district)))
        case facts.LeaveNoted():
            leave = Leave(event.leave_id, event.person_id, event.kind, event.starts_on, event.ends_on, event.note)
            return replace(fleet, means=replace(means, leaves=(*means.leaves, leave)))
        case facts.LeaveCancelled():
            left = tuple(one for one in means.leaves if one.leave_id != event.leave_id)
            return replace(fleet, means=replace(means, leaves=left))
    assert_never(event)


USE_CASES: tuple[UseCase[Any, Any, FleetEvent], ...] = (
    UseCase(SetPerson, set_person, SUPERVISOR, "people"),
    UseCase(SetVehicle, set_vehicle, SUPERVISOR, "vehicles"),
    UseCase(SetDistrict, set_district, SUPERVISOR, "districts"),
    UseCase(NoteLeave, note_leave, PLANS, "leaves"),
    UseCase(CancelLeave, cancel_leave, PLANS, "leaves/{leave_id}/cancellation", body="CancelRequest"),
)
