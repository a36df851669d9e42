"""Giving a job a place: the day is asked, and what follows is the flow of slots; one answer for all (B8)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from company.crew_of_day import means_now
from company.policy import Policy
from contracts.bounds import CivilDay, Happened, Nth, Words
from contracts.dispatch_days import CrewOfDay, Slot, SlotReserved
from contracts.fact import Half, Window
from dispatch.crews_today import crews_on
from dispatch.day.aggregate import day_id
from dispatch.day.row import DAYS
from dispatch.day.slot import ReserveSlot
from dispatch.day.state import day_no, held_by
from dispatch.free_places import next_places, place_facts
from dispatch.job.aggregate import JOB
from dispatch.job.row import JOBS, JobRow
from dispatch.job.stop import LeaveSlot
from dispatch.planning_office import goods_of, has_come_about, is_made, new_change_id, other_depots_crew
from dispatch.refusals import no
from dispatch.run.row import RUNS
from dispatch.slot_flow import SLOTS
from runtime.decision import Rejected
from runtime.flow import Way
from runtime.http import Answer, Caller
from runtime.outcome import Outcome

Json = dict[str, Any]

DAYS_AHEAD = 14
"""How far a refusal looks for a day with a free place."""


class SlotRequest(BaseModel):
    """Where a job is to go. Without `position` the next free one, without `window` an even share of the half-day.

    `adjustment_reason` is needed once the plan is published (B4). `expected_version`: the job's version on your page.
    `spread`: both half-days of the crew, for a job too large for one. `force_reason`: why a supervisor puts it there
    although it is too much for the half-day; nobody is put at two places, whatever the reason (B8).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    on: CivilDay
    half: Half
    crew: str = Field(min_length=1, max_length=8)
    position: int | None = Field(default=None, ge=1, le=99)
    window: Window | None = None
    spread: bool = False
    adjustment_reason: Words | None = None
    force_reason: Words | None = None
    expected_version: Nth | None = Field(default=None, ge=0)
    at: Happened | None = None


class ReleaseRequest(BaseModel):
    """Why a job leaves its slot."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    reason: Words
    expected_version: Nth | None = Field(default=None, ge=0)
    at: Happened | None = None


async def give_slot(caller: Caller, job: JobRow, request: SlotRequest, policy: Policy) -> Answer:
    """The day decides whether the place fits (B8) and whether a reason is owed (B4), the job whether it may be planned
    (A3, B1, B2); a "no" at any step leaves things as they were."""
    change_id = new_change_id(caller, job.job_id)
    day = day_id(request.on, job.depot)
    refused = await _early_refusal(caller, job, request, policy)
    if refused is not None and not await is_made(caller, day_no(request.on, job.depot), change_id):
        caller.refuse(refused)
    asked = reservation_of(job, request, await crews_on(caller, request.on, policy, job.depot), change_id)
    way = await caller.walk(SLOTS, day, asked, step="reserve")
    if way.first.status == "rejected":
        return caller.answer(await _with_another_day(caller, job, request, policy, way.first))
    if not has_come_about(caller, way):
        return caller.later(way)
    given = next((event.slot for _, event in way.made if isinstance(event, SlotReserved)), None)
    if given is None or way.forgotten:
        return await _as_it_stands(caller, job, request, change_id, way)
    told = {one.aggregate_id: answer for one, answer in way.answers}
    place = place_body(request.on, given, told[day].version, change_id)
    return caller.answer(told[JOB.key(job.job_id)], body=place)


async def take_slot_back(caller: Caller, job: JobRow, request: ReleaseRequest) -> Answer:
    """The job leaves its slot, and the slot is free again."""
    leaving = LeaveSlot(at=request.at, reason=request.reason)
    way = await caller.walk(
        SLOTS, JOB.key(job.job_id), leaving, step="leave", expected_version=request.expected_version
    )
    return caller.answer(way.first)


def reservation_of(job: JobRow, request: SlotRequest, crews: tuple[CrewOfDay, ...], change_id: str) -> ReserveSlot:
    """The place that is asked for; what the planner left open, the day fills in."""
    return ReserveSlot(
        depot=job.depot,
        job_id=job.job_id,
        kind=job.kind,
        contract_no=job.contract_no,
        volume_l=job.volume_l,
        lines=goods_of(job),
        agreed_half=job.booked_half,
        crews=crews,
        change_id=change_id,
        seen=request.expected_version,
        **request.model_dump(exclude={"expected_version"}),
    )


def place_body(on: date, slot: Slot | JobRow, day_version: int, change_id: str) -> Json:
    """Where a job is, as the answer says it."""
    place = slot.model_dump(mode="json", include={"crew", "half", "position", "window"})
    return {"on": on.isoformat(), **place, "day_version": day_version, "change_id": change_id}


async def _as_it_stands(caller: Caller, job: JobRow, request: SlotRequest, change_id: str, way: Way) -> Answer:
    """The day had nothing to change, or it was long ago: the job's row says whether it has the place."""
    job_id = job.job_id
    row = await caller.view(JOBS).get(job_id)
    if row is not None and (row.on, row.crew) == (request.on, request.crew):
        there = replace(way.first, aggregate_id=JOB.key(job_id), version=row.version, events=())
        return caller.answer(there, body=place_body(request.on, row, row.day_version, change_id))
    day = await caller.view(DAYS).get(day_no(request.on, job.depot))
    held = None if day is None else held_by(day.plan, job_id)
    is_coming = held is not None and (not held.confirmed or held.slot.crew == request.crew)
    if way.forgotten or not (is_coming or day is None or day.version < way.first.version):
        caller.refuse(no("slot_gone", job_id=job_id))
    return caller.later(way)  # it is being given just this place


async def _with_another_day(
    caller: Caller, job: JobRow, request: SlotRequest, policy: Policy, refused: Outcome
) -> Outcome:
    """A clash, with the next place that is free on another day (B8)."""
    clash = refused.rejected
    if clash is None or clash.code not in {"slot_clash", "force_needs_supervisor", "force_impossible"}:
        return refused
    after = request.on + timedelta(days=1)
    places = await next_places(caller, job, policy, start=after, days=DAYS_AHEAD, limit=1)
    return replace(refused, rejected=replace(clash, facts={**clash.facts, **place_facts(places)}))


async def _early_refusal(caller: Caller, job: JobRow, request: SlotRequest, policy: Policy) -> Rejected | None:
    """What the rows show already, so that nothing need be put back: a stale page, another depot's crew, a vehicle that
    left."""
    if request.expected_version is not None and job.version > request.expected_version:
        return no("stale_page", expected=request.expected_version, version=job.version)
    if job.on is not None:
        against = refused_move(job, request.on)
        if against is not None:
            return against
    strange = other_depots_crew(await means_now(caller, policy), request.crew, job.depot, policy)
    if strange is not None:
        return strange
    run = await caller.view(RUNS).get(f"{request.on.isoformat()}:{request.crew}")
    if run is not None and run.status == "way":
        return no("plan_too_late", crew=request.crew, on=request.on)
    return None


def refused_move(job: JobRow, on: date) -> Rejected | None:
    """Why a job that has a place will refuse another one, as far as its row shows (A3, B1)."""
    if job.status not in {"plan", "pub"}:
        return no("already_departed", job_id=job.job_id)
    if job.kind == "delivery" and job.complete_on is None and not job.partial:
        return no("not_complete", contract_no=job.contract_no)
    if job.booked_on is not None and job.booked_on != on:
        return no("other_day_agreed", job_id=job.job_id, agreed=job.booked_on, on=on)
    return None
