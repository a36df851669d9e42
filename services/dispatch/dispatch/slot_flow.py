"""Days give places and jobs take them (B8): said once, for giving, moving, swapping, undoing and taking back.

day: 占位 SlotReserved ──> job: take ──> 已排 StopScheduled ──> day: confirm
         ▲                  │ no             StopUnscheduled (it left another one) ──> that day: release
         └─ put back <── 不能跟上 SlotDeclined
day: 释放 SlotReleased (out of the plan, or ran out) ──> job: leave, or SlotDeclined
"""

from collections.abc import Iterable, Sequence

from company.reasons import SAME_DAY
from contracts.dispatch_days import PlanChanged, SlotReleased, SlotReserved
from contracts.dispatch_jobs import SlotDeclined, StopScheduled, StopUnscheduled
from contracts.envelope import Meta
from dispatch.day.aggregate import day_id
from dispatch.day.places import Clash, clash_facts
from dispatch.day.slot import ConfirmSlot, ReleaseSlot
from dispatch.day.turn import RevertChange
from dispatch.job.aggregate import JOB
from dispatch.job.stop import LeaveSlot, TakeSlot
from dispatch.refusals import no, refused_by
from runtime.decision import Ask, Rejected
from runtime.flow import Flow, Way, step
from runtime.reaction import On
from runtime.refusal import Term

Asks = tuple[Ask, ...]


def follow_plan(event: SlotReserved, meta: Meta) -> Asks:
    """占位 (B4, B8) -> the job takes just the slot that it was given, or given back."""
    if not event.follow:
        return ()
    taken = TakeSlot(
        at=event.at,
        depot=event.depot,
        on=event.on,
        vehicle=event.vehicle,
        day_version=meta.sequence,
        change_id=event.change_id,
        seen=event.seen,
        reason=event.reason or event.adjustment_reason,
        **event.slot.model_dump(include={"half", "crew", "position", "window", "volume_l"}),
    )
    return (Ask(JOB.key(event.slot.job_id), taken),)


def confirm_slot(event: StopScheduled) -> Asks:
    """已排 (B8) -> the slot stays."""
    confirmed = ConfirmSlot(at=event.at, job_id=event.job_id, reservation=event.day_version)
    return (Ask(day_id(event.on, event.depot), confirmed),)


def release_slot(event: StopUnscheduled) -> Asks:
    """退回待排, 改排他日 (B8) -> the slot that the job left is free, unless it was given to the job anew."""
    if event.on is None:
        return ()
    released = ReleaseSlot(
        at=event.at, job_id=event.job_id, reason=event.reason, reservation=event.day_version, left=True
    )
    return (Ask(day_id(event.on, event.depot), released),)


def leave_released_slot(event: SlotReleased, meta: Meta) -> Asks:
    """释放占位 (B8) -> a job that is out of the plan, or took its slot too late, is 待排 again."""
    if event.reason == SAME_DAY or event.left:
        return ()
    leaving = LeaveSlot(
        at=event.at,
        reason=event.reason,
        depot=event.depot,
        on=event.on,
        day_version=meta.sequence,
        change_id=event.change_id,
    )
    return (Ask(JOB.key(event.job_id), leaving),)


def put_back(event: SlotDeclined) -> Asks:
    """不能跟上 (B8) -> the day puts its whole change back; what has driven off keeps the place it drove off from."""
    reverted = RevertChange(
        at=event.at,
        change_id=event.change_id,
        departed=(event.job_id,) if event.code == "already_departed" else (),
        job_id=event.job_id,
        reservation=None if event.leaving else event.day_version,
    )
    return (Ask(day_id(event.on, event.depot), reverted),)


SLOTS = Flow(
    (
        step("dispatch.confirm_slot", On(StopScheduled, confirm_slot)),
        step("dispatch.release_slot", On(StopUnscheduled, release_slot)),
        step("dispatch.leave_released_slot", On(SlotReleased, leave_released_slot)),
        step("dispatch.follow_plan", On(SlotReserved, follow_plan)),
        step("dispatch.put_back", On(SlotDeclined, put_back)),
    )
)
"""The reactor runs it, the API walks it. The names are stored: they never change."""


def change_of(way: Way) -> PlanChanged | None:
    """The change of the plan that began it."""
    return next((event for _, event in way.made if isinstance(event, PlanChanged)), None)


def declined(way: Way) -> list[tuple[str, Rejected]]:
    """Whoever did not follow it, and why; not who could not follow back."""
    began = change_of(way)
    return [
        (event.job_id, refused_by(event))
        for _, event in way.made
        if isinstance(event, SlotDeclined) and began is not None and event.change_id == began.change_id
    ]


def overtaken(way: Way) -> Iterable[str]:
    """Jobs that somebody, or the clock, has moved on since: their slot is not confirmed."""
    began = change_of(way)
    confirmed = {
        one.command.job_id
        for one, answer in way.answers
        if isinstance(one.command, ConfirmSlot) and answer.status == "accepted" and "SlotReleased" not in answer.events
    }
    return (
        event.slot.job_id
        for _, event in way.made
        if isinstance(event, SlotReserved)
        and began is not None
        and event.change_id == began.change_id
        and event.slot.job_id not in confirmed
    )


def against(way: Way) -> Rejected | None:
    """The "no" for which all was put back; or that somebody, or the clock, has planned it anew meanwhile, so that it is
    to be looked at."""
    refused = declined(way)
    if refused:
        return cannot_follow(refused)
    forgotten = way.told_of(SlotDeclined)
    if forgotten is not None:
        return no("slot_gone", job_id=forgotten.aggregate_id.partition(":")[2])
    gone = () if way.stuck is not None or way.forgotten else sorted(overtaken(way))
    return no("slot_gone", job_id=gone[0]) if gone else None


def cannot_follow(refused: Sequence[tuple[str, Rejected]]) -> Rejected:
    """Jobs that refuse their part: the one reason as it is, several together. Nothing is changed."""
    if len(refused) == 1:
        return refused[0][1]
    found = tuple(Clash(one.code, one.zh, one.en, {}, job) for job, one in refused)
    said = Term(
        " ".join(f"{clash.job_id}：{clash.zh}" for clash in found),
        " ".join(f"{clash.job_id}: {clash.en}" for clash in found),
    )
    return no("jobs_refuse", rule=refused[0][1].rule, found=said, **clash_facts(found))
