"""Giving a job a place takes two aggregates: the day reserves, the job takes, the day confirms. One answer for all.

Cut off in between, nothing stays half done: a reservation that was not taken expires, and what a job took or left is
confirmed or released by dispatch's reactions.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from company.policy import Policy
from contracts.bounds import CivilDay, Happened, Nth
from contracts.dispatch_days import CrewOfDay
from contracts.fact import GoodsLine, Half, Window
from dispatch.crews_today import crews_on
from dispatch.day.aggregate import day_id
from dispatch.day.row import DAYS, DayRow, plan_of, row_id
from dispatch.day.slot import ConfirmSlot, ReleaseSlot, ReserveSlot, reserved_slot
from dispatch.day.turn import RevertChange
from dispatch.fields import Words
from dispatch.free_places import next_places, place_facts
from dispatch.job.aggregate import JOB
from dispatch.job.row import JOBS, JobRow
from dispatch.job.stop import LeaveSlot, TakeSlot
from dispatch.refusals import no
from dispatch.run.row import RUNS
from runtime.commands import deterministic_id, fresh_id
from runtime.decision import Rejected
from runtime.http import Answer, Asking
from runtime.outcome import Outcome

Json = dict[str, Any]

ATTEMPTS = 3
"""How often a free place is looked for anew when others plan the same half-day at the same moment."""

DAYS_AHEAD = 14
"""How far a refusal looks for a day with a free place."""

FOLLOW_LOOKS, FOLLOW_SECONDS = 60, 0.05
"""How often, and how far apart, a job's row is looked at until it shows what the job says of itself."""


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


@dataclass(frozen=True, slots=True)
class Planning:
    """One request to place one job. `change_id` names the change that it is."""

    desk: Asking
    job: JobRow
    request: SlotRequest
    policy: Policy
    crews: tuple[CrewOfDay, ...]
    change_id: str


async def give_slot(desk: Asking, job: JobRow, request: SlotRequest, policy: Policy) -> Answer:
    """1 reserve, 2 take, 3 confirm, 4 free the slot of another day; a refusal at 2 puts things back as they were."""
    crews = await crews_on(desk, request.on, policy)
    planning = Planning(desk, job, request, policy, crews, new_change_id(desk, job.job_id))
    await _refuse_early(planning)
    # 1 the day decides whether the place fits (B8) and whether a reason is owed (B4)
    asked, reserved = await _reserve(planning)
    if reserved.status != "accepted":
        return desk.answer(await _with_another_day(planning, reserved))
    # 2 the job decides whether it may be planned (A3, B1, B2)
    take = take_of(asked, reserved, vehicle_of(planning, asked.crew))
    taken = await desk.ask(JOB.key(job.job_id), take, step="take", expected_version=request.expected_version)
    stale_at = None if taken.rejected is None else taken.rejected.facts.get("version")
    if isinstance(stale_at, int) and await _has_followed(planning, reserved, stale_at):
        taken = await desk.ask(JOB.key(job.job_id), take, step="take/followed")
    if taken.status == "rejected":
        if reserved.events and taken.rejected is not None and taken.rejected.code != "overtaken":
            await _put_back(planning)
        return desk.answer(taken)
    if taken.status != "accepted":
        return desk.answer(taken)
    # 3 the reservation stays
    confirmed = await desk.ask(
        day_id(request.on),
        ConfirmSlot(at=request.at, job_id=job.job_id, reservation=reserved.version),
        step="confirm",
    )
    if confirmed.status == "rejected":
        return desk.answer(confirmed)
    if "SlotReleased" in confirmed.events:
        lost = no("slot_gone", job_id=job.job_id)
        gone = LeaveSlot(at=request.at, reason=lost.zh, on=request.on, day_version=confirmed.version)
        await desk.ask(JOB.key(job.job_id), gone, step="gone")
        desk.refuse(lost)
    # 4 what the job left on another day is free
    if job.on is not None and job.on != request.on:
        left = ReleaseSlot(
            at=request.at,
            job_id=job.job_id,
            reason=request.adjustment_reason or "改排他日 moved to another day",
            reservation=job.day_version,
        )
        await desk.ask(day_id(job.on), left, step="release")
    place = {
        "on": request.on.isoformat(),
        "crew": asked.crew,
        "half": asked.half,
        "position": asked.position,
        "window": None if asked.window is None else asked.window.model_dump(mode="json"),
        "day_version": confirmed.version,
        "change_id": planning.change_id,
    }
    return desk.answer(taken, body=place)


async def take_slot_back(desk: Asking, job: JobRow, request: ReleaseRequest) -> Answer:
    """The job leaves its slot, and the slot is free again."""
    left = await desk.ask(
        JOB.key(job.job_id),
        LeaveSlot(at=request.at, reason=request.reason),
        step="leave",
        expected_version=request.expected_version,
    )
    if left.status == "accepted" and job.on is not None and not left.repeated:
        freed = ReleaseSlot(at=request.at, job_id=job.job_id, reason=request.reason, reservation=job.day_version)
        await desk.ask(day_id(job.on), freed, step="release")
    return desk.answer(left)


def take_of(asked: ReserveSlot, reserved: Outcome, vehicle: str) -> TakeSlot:
    """What the job is asked, once the day has reserved the place."""
    if asked.position is None or asked.window is None:
        raise ValueError("a reservation names its position and window")
    return TakeSlot(
        at=asked.at,
        depot=asked.depot,
        on=asked.on,
        half=asked.half,
        crew=asked.crew,
        vehicle=vehicle,
        position=asked.position,
        window=asked.window,
        volume_l=asked.volume_l,
        day_version=reserved.version,
        renewed=bool(reserved.events),
        reason=asked.adjustment_reason,
    )


def reservation_of(planning: Planning, day: DayRow | None, *, position: int | None) -> ReserveSlot:
    """The place that is asked for, with position and window worked out from the day as last seen."""
    job, request = planning.job, planning.request
    wanted = ReserveSlot(
        at=request.at,
        on=request.on,
        job_id=job.job_id,
        kind=job.kind,
        contract_no=job.contract_no,
        crew=request.crew,
        half=request.half,
        position=position,
        window=request.window,
        volume_l=job.volume_l,
        lines=goods_of(job),
        adjustment_reason=request.adjustment_reason,
        agreed_half=job.booked_half,
        spread=request.spread,
        force_reason=request.force_reason,
        crews=planning.crews,
        change_id=planning.change_id,
    )
    plan = plan_of(day, request.on, planning.crews)
    slot = reserved_slot(wanted, plan, planning.policy)
    return wanted.model_copy(update={"position": slot.position, "window": slot.window})


def goods_of(job: JobRow) -> tuple[GoodsLine, ...]:
    """What the vehicle carries for a job; installations and visits carry no list."""
    if job.kind != "delivery":
        return ()
    return tuple(
        GoodsLine(line_no=line.line_no, sku=line.sku, name=line.name, quantity=line.quantity) for line in job.lines
    )


def vehicle_of(planning: Planning, crew: str) -> str:
    """The crew's vehicle on that day."""
    return next((one.vehicle for one in planning.crews if one.crew == crew), "")


def new_change_id(desk: Asking, step: str) -> str:
    """The id of a change of the plan: the same again for a repeated request."""
    key = desk.request.headers.get("idempotency-key")
    return deterministic_id(desk.person.id, key, "change", step) if key else fresh_id()


async def _with_another_day(planning: Planning, refused: Outcome) -> Outcome:
    """A clash, with the next place that is free on another day (B8)."""
    clash = refused.rejected
    if clash is None or clash.code not in {"slot_clash", "force_needs_supervisor", "force_impossible"}:
        return refused
    job, request = planning.job, planning.request
    after = request.on + timedelta(days=1)
    places = await next_places(planning.desk, job, planning.policy, start=after, days=DAYS_AHEAD, limit=1)
    return replace(refused, rejected=replace(clash, facts={**clash.facts, **place_facts(places)}))


async def _has_followed(planning: Planning, reserved: Outcome, version: int) -> bool:
    """Whether the job, now at `version`, is newer than the page only because it has followed this very reservation."""
    for _ in range(FOLLOW_LOOKS):
        row = await planning.desk.view(JOBS).get(planning.job.job_id)
        if row is not None and row.version >= version:
            return row.day_version == reserved.version
        await asyncio.sleep(FOLLOW_SECONDS)
    return False


async def _refuse_early(planning: Planning) -> None:
    """What the rows show already, so that nothing need be put back: a stale page, a vehicle that left."""
    job, request, desk = planning.job, planning.request, planning.desk
    if request.expected_version is not None and job.version > request.expected_version:
        desk.refuse(no("stale_page", expected=request.expected_version, version=job.version))
    if job.on is not None:
        against = refused_move(job, request.on)
        if against is not None:
            desk.refuse(against)
    run = await desk.view(RUNS).get(f"{request.on.isoformat()}:{request.crew}")
    if run is not None and run.status == "way":
        desk.refuse(no("plan_too_late", crew=request.crew, on=request.on))


def refused_move(job: JobRow, on: date) -> Rejected | None:
    """Why a job that has a place will refuse another one, as far as its row shows (A3, B1)."""
    if job.status not in {"plan", "pub"}:
        return no("already_departed", job_id=job.job_id)
    if job.kind == "delivery" and job.complete_on is None and not job.partial:
        return no("not_complete", contract_no=job.contract_no)
    if job.booked_on is not None and job.booked_on != on:
        return no("other_day_agreed", job_id=job.job_id, agreed=job.booked_on, on=on)
    return None


async def _reserve(planning: Planning) -> tuple[ReserveSlot, Outcome]:
    """Ask the day; a place that the planner left open is looked for anew when somebody else was faster."""
    day = await planning.desk.view(DAYS).get(row_id(planning.request.on))
    asked = reservation_of(planning, day, position=planning.request.position)
    outcome = await _ask_day(planning, asked, 0)
    for attempt in range(1, ATTEMPTS):
        if planning.request.position is not None or outcome.rejected is None:
            break
        if not lost_the_race(outcome.rejected, named_window=planning.request.window is not None):
            break
        free = outcome.rejected.facts.get("next_free_position")
        asked = reservation_of(planning, day, position=free if isinstance(free, int) else None)
        outcome = await _ask_day(planning, asked, attempt)
    return asked, outcome


async def _ask_day(planning: Planning, asked: ReserveSlot, attempt: int) -> Outcome:
    return await planning.desk.ask(day_id(planning.request.on), asked, step=f"reserve/{attempt}")


def lost_the_race(refused: Rejected, *, named_window: bool) -> bool:
    """Whether only what the planner left open was taken meanwhile: the stop, and the window unless it was named."""
    clashes = str(refused.facts.get("clashes", ""))
    left_open = {"position_taken"} if named_window else {"position_taken", "window_taken"}
    return bool(clashes) and set(clashes.split(",")) <= left_open


async def _put_back(planning: Planning) -> None:
    """The job did not take the slot: the change is put back, so that the job is where it was that day, or nowhere."""
    desk, job, request = planning.desk, planning.job, planning.request
    day = day_id(request.on)
    put_back = RevertChange(at=request.at, change_id=planning.change_id)
    restored = await desk.ask(day, put_back, step="restore")
    if restored.status != "accepted" or "SlotReserved" not in restored.events:
        return
    if job.on != request.on:
        return  # somebody else had just given it that place: dispatch's reactions tell the job
    if job.half is None or job.crew is None or job.position is None or job.window is None:
        raise ValueError(f"{job.job_id} is on {job.on} without a place")
    old = TakeSlot(
        at=request.at,
        depot=job.depot or "",
        on=request.on,
        half=job.half,
        crew=job.crew,
        vehicle=job.vehicle or "",
        position=job.position,
        window=job.window,
        volume_l=job.volume_l,
        day_version=restored.version,
        reason=request.adjustment_reason,
    )
    retaken = await desk.ask(JOB.key(job.job_id), old, step="retake")
    if retaken.rejected is not None and retaken.rejected.code != "already_departed":
        # the row was behind: the job had left that place meanwhile
        freed = ReleaseSlot(at=request.at, job_id=job.job_id, reason=retaken.rejected.zh, reservation=restored.version)
        await desk.ask(day, freed, step="free")
        return
    confirmed = ConfirmSlot(at=request.at, job_id=job.job_id, reservation=restored.version)
    await desk.ask(day, confirmed, step="reconfirm")
