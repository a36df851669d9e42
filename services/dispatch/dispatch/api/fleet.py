"""HTTP of people and means (人和车): crews by the day, vehicles, licences, districts, leave, trips (B8, B18)."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict

from company.fleet_crews import Means, crew_of, crews_of_day, facet_means, may_drive, record_on
from contracts.bounds import CivilDay, FarDay, Few, OneLine
from contracts.civil_time import civil_day
from contracts.dispatch_days import CrewOfDay
from contracts.dispatch_fleet import District, FleetPerson, FleetVehicle
from dispatch.api.rights import READS, CrewInPath, own_crew, policy_now
from dispatch.domain.fleet import (
    CancelLeave,
    ChangeMembers,
    DissolveCrew,
    NoteLeave,
    SetCrews,
    SetDistrict,
    SetPerson,
    SetVehicle,
    fleet_id,
    members_for_the_day,
)
from dispatch.domain.fleet_out import ApproveTrip
from dispatch.domain.words import Words
from dispatch.fleet_days import tell_opened_days
from runtime.clock import utc_now
from runtime.http import Answer, Asking, Desk
from runtime.route import Router

router = Router()

KEEPS_FLEET = ("install_supervisor",)
NOTES_LEAVE = ("install_supervisor", "install_assistant")


class PersonView(BaseModel):
    """Somebody, on a day: the crew, whether he may drive, whether he is away."""

    person_id: str
    name: str
    licence: dict[str, Any] | None
    may_drive: bool
    crew: str | None
    leave: str | None


class FleetView(BaseModel):
    """People and means on a day. `version` 0: as the policy says, nothing was changed yet."""

    on: date
    crews: list[CrewOfDay]
    people: list[PersonView]
    vehicles: list[FleetVehicle]
    districts: list[District]
    leaves: list[dict[str, Any]]
    out: list[dict[str, Any]]
    version: int


class MembersOfDay(BaseModel):
    """Who comes along on one day (ids); leader and vehicle stay."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    on: CivilDay
    members: Annotated[tuple[OneLine, ...], Few(1_000)]
    reason: Words


class DissolveRequest(BaseModel):
    """From which day on the crew works no more."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    effective_from: FarDay
    reason: Words


class CancelRequest(BaseModel):
    """Why."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    reason: Words


@router.get("/fleet", summary="人和车 People and means on a day (B8, B18)")
async def fleet(desk: Desk, on: Annotated[CivilDay | None, Query()] = None) -> FleetView:
    """Crews as they work that day; licences and leave for the supervisor and the assistant only."""
    desk.allow(*READS)
    facet = await fleet_facet(desk)
    means, day = facet_means(facet, policy_now()), on or civil_day(utc_now())
    full = desk.person.role in {*NOTES_LEAVE, "manager"}
    away = {one.person_id: one.kind for one in means.leaves if one.starts_on <= day <= one.ends_on}
    return FleetView(
        on=day,
        crews=list(crews_of_day(means, day)),
        people=[_person(person, means, day, away) for person in means.people] if full else [],
        vehicles=list(means.vehicles),
        districts=list(means.districts),
        leaves=facet["leaves"] if full and facet is not None else [],
        out=[one for one in facet["out"] if one["on"] == day.isoformat()] if facet is not None else [],
        version=0 if facet is None else facet["version"],
    )


def _person(person: FleetPerson, means: Means, day: date, away: Mapping[str, str]) -> PersonView:
    return PersonView(
        person_id=person.person_id,
        name=person.name,
        licence=None if person.licence is None else person.licence.model_dump(mode="json"),
        may_drive=may_drive(means, person.person_id, day),
        crew=crew_of(means, person.person_id, day),
        leave=away.get(person.person_id),
    )


@router.get("/fleet/history", summary="人车变更记录 What was changed, newest first (X1)")
async def history(desk: Desk) -> list[dict[str, Any]]:
    """Who changed what, from which day on, and why."""
    desk.allow(*NOTES_LEAVE, "manager")
    facet = await fleet_facet(desk)
    return [] if facet is None else list(reversed(facet["history"]))


@router.post("/fleet/crews", summary="定班组 Set crews from a day on, or for some days (B8)")
async def set_crews(body: SetCrews, desk: Desk) -> Answer:
    """One or several at once; nobody and nothing is in two crews on a day.

    Days that are planned already are told; `body.refused` names those that could not take it, and why.
    """
    desk.allow(*KEEPS_FLEET)
    told = await desk.ask(fleet_id(), body)
    if told.status != "accepted":
        return desk.answer(told)
    return desk.answer(told, {"refused": await tell_opened_days(desk, body, policy_now())})


@router.post("/fleet/crews/{crew}/dissolution", summary="撤班组 Dissolve a crew from a day on (B8)")
async def dissolve(crew: CrewInPath, body: DissolveRequest, desk: Desk) -> Answer:
    """It works until the day before."""
    desk.allow(*KEEPS_FLEET)
    asked = DissolveCrew(crew=crew, effective_from=body.effective_from, reason=body.reason)
    return desk.answer(await desk.ask(fleet_id(), asked))


@router.post("/fleet/crews/{crew}/members", summary="当天换人 Change who comes along, for one day (B8)")
async def members(crew: CrewInPath, body: MembersOfDay, desk: Desk) -> Answer:
    """The leader may change his own crew."""
    desk.allow(*KEEPS_FLEET, "crew_leader")
    await own_crew(desk, body.on, crew, "crew_leader")
    policy, facet = policy_now(), await fleet_facet(desk)
    asked = ChangeMembers(crew=crew, on=body.on, members=body.members, reason=body.reason)
    told = await desk.ask(fleet_id(), asked)
    record = record_on(facet_means(facet, policy), crew, body.on)
    if told.status != "accepted" or record is None:
        return desk.answer(told)
    change = SetCrews(crews=(members_for_the_day(record, asked),), reason=body.reason)
    return desk.answer(told, {"refused": await tell_opened_days(desk, change, policy)})


@router.post("/fleet/people", summary="定人员 A person with licence (B18)")
async def set_person(body: SetPerson, desk: Desk) -> Answer:
    """Name and licence as they are from now on."""
    desk.allow(*KEEPS_FLEET)
    return desk.answer(await desk.ask(fleet_id(), body))


@router.post("/fleet/vehicles", summary="定车辆 A vehicle with its capacity (B8)")
async def set_vehicle(body: SetVehicle, desk: Desk) -> Answer:
    """Litres per half-day."""
    desk.allow(*KEEPS_FLEET)
    return desk.answer(await desk.ask(fleet_id(), body))


@router.post("/fleet/districts", summary="定区域 A district (B18)")
async def set_district(body: SetDistrict, desk: Desk) -> Answer:
    """Where it lies, and whether vehicles go there without approval."""
    desk.allow(*KEEPS_FLEET)
    return desk.answer(await desk.ask(fleet_id(), body))


@router.post("/fleet/leaves", summary="请假、病假 Leave or sickness")
async def note_leave(body: NoteLeave, desk: Desk) -> Answer:
    """Both days included; the same `leave_id` counts once."""
    desk.allow(*NOTES_LEAVE)
    return desk.answer(await desk.ask(fleet_id(), body))


@router.post("/fleet/leaves/{leave_id}/cancellation", summary="销假 Cancel a leave")
async def cancel_leave(leave_id: Annotated[str, Path(max_length=80)], body: CancelRequest, desk: Desk) -> Answer:
    """Back earlier, or it was a mistake."""
    desk.allow(*NOTES_LEAVE)
    return desk.answer(await desk.ask(fleet_id(), CancelLeave(leave_id=leave_id, reason=body.reason)))


@router.post("/fleet/trips", summary="批准出车 Approve a trip outside hours or area (B18)")
async def approve(body: ApproveTrip, desk: Desk) -> Answer:
    """For one crew's day, with the reason."""
    desk.allow(*KEEPS_FLEET)
    return desk.answer(await desk.ask(fleet_id(), body))


async def fleet_facet(desk: Asking) -> dict[str, Any] | None:
    """The fleet's row; None while everything is as the policy says."""
    row = await desk.rows("fleet").get("main")
    if row is None:
        return None
    facet: dict[str, Any] = row["fleet"]
    return facet
