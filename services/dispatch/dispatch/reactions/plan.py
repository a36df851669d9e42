"""What dispatch does about its day plans: stops and runs published, slots that follow their jobs (B4, B8). Pure."""

from datetime import timedelta

from contracts.dispatch_days import DayPublished, SlotReleased, SlotReserved
from contracts.dispatch_fleet import LeaveNoted
from contracts.dispatch_jobs import StopScheduled, StopUnscheduled
from contracts.dispatch_runs import RunStop
from contracts.envelope import Meta
from contracts.fact import Fact
from dispatch.day.aggregate import day_id
from dispatch.day.change import MOVED
from dispatch.day.crews import TakePersonOff
from dispatch.day.slot import ConfirmSlot, ReleaseSlot
from dispatch.job.aggregate import JOB
from dispatch.job.stop import LeaveSlot, PublishStop, TakeSlot
from dispatch.run.aggregate import run_id
from dispatch.run.loading import PlanRun
from runtime.decision import Ask

Asks = tuple[Ask, ...]

PLANNED_AHEAD = 62
"""Days of a leave that are looked at: nobody plans further ahead, and days opened later know of the leave."""


def publish_stops(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """安排表发布 (B4) -> each of its stops is published."""
    if not isinstance(event, DayPublished):
        return ()
    leaders = {crew.crew: crew.leader or "" for crew in event.crews}
    return tuple(
        Ask(
            JOB.key(stop.job_id),
            PublishStop(
                at=event.at,
                on=event.on,
                half=stop.half,
                crew=stop.crew,
                position=stop.position,
                leader=leaders[stop.crew],
                version=event.version,
            ),
        )
        for stop in event.stops
    )


def plan_runs(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """安排表发布 (B4) -> each delivery crew gets its sorting sheet, also one that has become empty."""
    if not isinstance(event, DayPublished):
        return ()
    return tuple(
        Ask(
            run_id(event.on, crew.crew),
            PlanRun(
                at=event.at,
                on=event.on,
                crew=crew.crew,
                leader=crew.leader,
                vehicle=crew.vehicle,
                version=event.version,
                stops=tuple(
                    RunStop(
                        job_id=stop.job_id,
                        contract_no=stop.contract_no,
                        half=stop.half,
                        position=stop.position,
                        lines=stop.lines,
                    )
                    for stop in event.stops
                    if stop.crew == crew.crew
                ),
            ),
        )
        for crew in event.crews
        if crew.kind == "delivery"
    )


def follow_plan(event: Fact, meta: Meta) -> Asks:
    """占位 (B4, B8) -> the job takes the slot that it was given, or given back, even if whoever asked was cut off, and
    just that slot, whatever he believed to have asked for."""
    if not isinstance(event, SlotReserved) or not event.follow:
        return ()
    slot = event.slot
    taken = TakeSlot(
        at=event.at,
        depot=event.depot,
        on=event.on,
        half=slot.half,
        crew=slot.crew,
        vehicle=event.vehicle,
        position=slot.position,
        window=slot.window,
        volume_l=slot.volume_l,
        day_version=meta.sequence,
        given=True,
        reason=event.adjustment_reason,
    )
    return (Ask(JOB.key(slot.job_id), taken),)


def take_off(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """请假 (B8) -> days that are planned already go on without him."""
    if not isinstance(event, LeaveNoted):
        return ()
    days = min((event.ends_on - event.starts_on).days + 1, PLANNED_AHEAD)
    reason = f"{'病假' if event.kind == 'sickness' else '请假'} {event.note}".strip()
    off = TakePersonOff(at=event.at, person_id=event.person_id, name=event.name, reason=reason)
    return tuple(Ask(day_id(event.starts_on + timedelta(days=n)), off) for n in range(days))


def confirm_slot(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """已排 (B8) -> the slot stays, even if whoever planned it was cut off in between."""
    if not isinstance(event, StopScheduled):
        return ()
    confirmed = ConfirmSlot(at=event.at, job_id=event.job_id, reservation=event.day_version)
    return (Ask(day_id(event.on, event.depot), confirmed),)


def release_slot(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """退回待排 (B8) -> the slot that the job left is free, unless it was given to the job anew."""
    if not isinstance(event, StopUnscheduled) or event.on is None:
        return ()
    released = ReleaseSlot(at=event.at, job_id=event.job_id, reason=event.reason, reservation=event.day_version)
    return (Ask(day_id(event.on, event.depot), released),)


def leave_released_slot(event: Fact, meta: Meta) -> Asks:
    """释放占位 (B8) -> a job that took it too late, or anew while it was being released, is 待排 again."""
    if not isinstance(event, SlotReleased) or event.reason == MOVED:
        return ()
    leaving = LeaveSlot(at=event.at, reason=event.reason, on=event.on, day_version=meta.sequence)
    return (Ask(JOB.key(event.job_id), leaving),)
