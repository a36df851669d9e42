"""HTTP of people and means (人和车): crews by the day, vehicles, licences, districts, leave, trips (B8, B18)."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, ConfigDict, TypeAdapter

from company.crew_of_day import means_now
from company.fleet_crews import Leave, Means, crew_of, crews_of_day, may_drive, means_of, record_on
from contracts.bounds import CivilDay, Few, OneLine, Words
from contracts.civil_time import civil_day
from contracts.dispatch_days import CrewOfDay
from contracts.dispatch_fleet import District, FleetCrew, FleetPerson, FleetVehicle, VehicleSentOut
from dispatch.access import CrewInPath, own_crew, policy_now
from dispatch.crews_flow import CREWS, asks_of_days
from dispatch.day.crews import FollowCrews
from dispatch.fields import DEPOT
from dispatch.fleet.aggregate import FLEET
from dispatch.fleet.crews import ChangeMembers, SetCrews, days_of
from dispatch.fleet.row import CHANGES, FLEETS, FleetRow
from dispatch.who import LEADS, READS, SEES_LICENCES
from runtime.clock import utc_now
from runtime.http import Answer, Caller, SignedIn
from runtime.route import Router
from runtime.view import File

Json = dict[str, Any]

router = Router()

HISTORY = 500
"""Changes that are listed; the stream has them all."""
_LEAVE = TypeAdapter(Leave)


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


@router.get("/fleet", summary="人和车 People and means on a day (B8, B18)")
async def fleet(caller: SignedIn, on: Annotated[CivilDay | None, Query()] = None) -> FleetView:
    """Crews as they work that day; licences and leave for the supervisor and the assistant only."""
    caller.allow(*READS)
    known = await caller.view(FLEETS.files).get(DEPOT)
    means, day = means_of(None if known is None else known.row, policy_now()), on or civil_day(utc_now())
    full = caller.person.role in SEES_LICENCES
    away = {one.person_id: one.kind for one in means.leaves if one.starts_on <= day <= one.ends_on}
    return FleetView(
        on=day,
        crews=list(crews_of_day(means, day)),
        people=[_person(person, means, day, away) for person in means.people] if full else [],
        vehicles=list(means.vehicles),
        districts=list(means.districts),
        leaves=[_leave(leave, means) for leave in means.leaves] if full else [],
        out=[] if known is None else _out(known, day),
        version=0 if known is None else known.row.version,
    )


def _leave(leave: Leave, means: Means) -> Json:
    return {**_LEAVE.dump_python(leave, mode="json"), "name": means.name(leave.person_id)}


def _out(fleet: File[FleetRow], day: date) -> list[Json]:
    """Who is on the road that day, with people and vehicle, as it was said when they left."""
    away = {one.crew for one in fleet.row.out if one.on == day}
    gone = {one.event.crew: one.event for one in fleet.said.all(VehicleSentOut) if one.event.on == day}
    return [gone[crew].model_dump(mode="json", exclude={"event", "at"}) for crew in gone if crew in away]


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
async def history(caller: SignedIn) -> list[dict[str, Any]]:
    """Who changed what, from which day on, and why."""
    caller.allow(*SEES_LICENCES)
    known = await caller.view(FLEETS.files).get(DEPOT)
    changes = [] if known is None else known.said.all(*CHANGES)[-HISTORY:]
    return [
        {"at": one.event.at.isoformat(), "by": one.by, "what": type(one.event).__name__}
        | one.event.model_dump(mode="json", exclude={"event", "at", "days"})
        for one in reversed(changes)
    ]


@router.post("/fleet/crews", summary="定班组 Set crews from a day on, or for some days (B8)")
async def set_crews(body: SetCrews, caller: SignedIn) -> Answer:
    """One or several at once; nobody and nothing is in two crews on a day.

    Days that are planned already are told; `body.refused` names those that could not take it, and why.
    """
    caller.allow(*FLEET.may(SetCrews))
    return await _set(caller, body)


@router.post("/fleet/crews/{crew}/members", summary="当天换人 Change who comes along, for one day (B8)")
async def members(crew: CrewInPath, body: MembersOfDay, caller: SignedIn) -> Answer:
    """The leader may change his own crew."""
    caller.allow(*FLEET.may(ChangeMembers))
    await own_crew(caller, body.on, crew, *LEADS)
    return await _set(caller, ChangeMembers(crew=crew, on=body.on, members=body.members, reason=body.reason))


async def _set(caller: Caller, asked: SetCrews | ChangeMembers) -> Answer:
    """What the fleet said; days that are planned already follow, but for those that could not."""
    way = await caller.walk(CREWS, FLEET.key(DEPOT), asked)
    if way.first.status != "accepted":
        return caller.answer(way.first)
    if way.stuck is not None:
        return caller.later(way)
    told = [(one.command, answer) for one, answer in way.answers]
    if not way.first.events:  # as it was set already: days that could not follow then may do so now
        days = days_of(await _in_force(caller, asked), await means_now(caller, policy_now()), civil_day(utc_now()))
        asks = asks_of_days(days, asked.at, asked.reason)
        outcomes = await caller.ask_all([(one.aggregate_id, one.command, one.aggregate_id) for one in asks])
        told = [(one.command, answer) for one, answer in zip(asks, outcomes, strict=True)]
    refused = [
        {"on": answer.aggregate_id.rpartition(":")[2], "crew": crew.crew, "zh": answer.rejected.zh}
        for command, answer in told
        if answer.rejected is not None and isinstance(command, FollowCrews)
        for crew in command.crews
    ]
    return caller.answer(way.first, {"refused": refused})


async def _in_force(caller: Caller, asked: SetCrews | ChangeMembers) -> tuple[FleetCrew, ...]:
    """The records that say what is asked for."""
    if isinstance(asked, SetCrews):
        return asked.crews
    record = record_on(await means_now(caller, policy_now()), asked.crew, asked.on)
    return () if record is None else (record,)
