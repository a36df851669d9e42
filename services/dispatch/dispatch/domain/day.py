"""The day plan (送货安排表) of one depot: its crews and every slot of every crew. Double booking is decided here (B8).

A slot is reserved first and expires unless its job takes it; once the plan is published (B4), each change is an
adjustment with a reason, and publishing again makes the next version. Changes of several places, taking them back,
editions and crews have a file each.
"""

from dataclasses import replace
from typing import Annotated, Literal, assert_never

from pydantic import Field

from company.context import Context
from company.policy import Policy
from contracts.bounds import CivilDay, Few, HowMany, Nth, OptionalId
from contracts.dispatch_days import CrewOfDay, Slot, SlotConfirmed, SlotReleased
from contracts.fact import GoodsLine, Half, JobKind, Window
from dispatch.domain import plan_refusals as no
from dispatch.domain.day_change import (
    MOVED,
    ChangePlan,
    Header,
    PlannedMove,
    Spot,
    change,
    crews_of,
    force_refused,
    opened,
    rearrange,
    wanted_slot,
)
from dispatch.domain.day_crews import (
    EndCrewAbsence,
    MarkCrewAbsent,
    SetCrewOfDay,
    TakePersonOff,
    end_absence,
    mark_absent,
    set_crew,
    take_off,
)
from dispatch.domain.day_issue import (
    MarkPlanOverdue,
    PublishDay,
    ReissueDay,
    is_to_be_reissued,
    mark_overdue,
    publish,
    reissue,
)
from dispatch.domain.day_state import (
    DEPOT,
    INITIAL,
    STATES,
    Day,
    DayEvent,
    Decision,
    Drafted,
    Held,
    Plan,
    Published,
    Unopened,
    change_of,
    day_id,
    evolve,
    held_by,
    in_order,
)
from dispatch.domain.day_turn import RedoChange, RevertChange, UndoChange, redo, revert, reverting, undo
from dispatch.domain.slot_rules import Ground, clashes, next_free_position
from dispatch.domain.words import Words
from runtime.decision import Command, Timer

EXPIRED = "占位到期未用 not taken in time"
"""Reason of a release by the clock."""

GONE = "占位已不在 gone before it was taken"
"""Reason of a release that tells a job that its slot was free already."""

# --- commands ------------------------------------------------------------------------------------------------------


class ReserveSlot(Command):
    """占位: a place for a job. Without position the next free one, without window an even share of the half-day.

    `agreed_half`: what the customer was promised; `spread`: both half-days of the crew; `force_reason`: why a
    supervisor puts it there although it does not fit; `crews`: who works, should the day be opened by this.
    """

    command: Literal["ReserveSlot"] = "ReserveSlot"
    depot: OptionalId = DEPOT
    on: CivilDay
    job_id: OptionalId
    kind: JobKind
    contract_no: OptionalId
    crew: OptionalId
    half: Half
    position: Nth | None = None
    window: Window | None = None
    volume_l: HowMany = Field(ge=0)
    lines: Annotated[tuple[GoodsLine, ...], Few(1_000)]
    adjustment_reason: Words | None = None
    agreed_half: Half | None = None
    spread: bool = False
    force_reason: Words | None = None
    crews: Annotated[tuple[CrewOfDay, ...], Few(1_000)] | None = None
    change_id: OptionalId = ""


class ConfirmSlot(Command):
    """The job took the slot that it was given at the day's version `reservation`."""

    command: Literal["ConfirmSlot"] = "ConfirmSlot"
    job_id: OptionalId
    reservation: Nth


class ReleaseSlot(Command):
    """释放: the job's slot is free again; with `reservation`, only if it was not reserved anew after that version."""

    command: Literal["ReleaseSlot"] = "ReleaseSlot"
    job_id: OptionalId
    reason: Words | None = None
    reservation: Nth | None = None
    change_id: OptionalId = ""


class ExpireSlot(Command):
    """The clock: a reservation was not taken in time."""

    command: Literal["ExpireSlot"] = "ExpireSlot"
    job_id: OptionalId
    reservation: Nth


COMMANDS = (
    ReserveSlot
    | ConfirmSlot
    | ReleaseSlot
    | ExpireSlot
    | PublishDay
    | ReissueDay
    | MarkPlanOverdue
    | ChangePlan
    | UndoChange
    | RedoChange
    | RevertChange
    | MarkCrewAbsent
    | EndCrewAbsence
    | SetCrewOfDay
    | TakePersonOff
)

# --- decisions -----------------------------------------------------------------------------------------------------


def decide(command: COMMANDS, day: Day, ctx: Context) -> Decision:
    """What a request does to the day."""
    match command:
        case ReserveSlot():
            return reserve(command, day, ctx)
        case ConfirmSlot():
            return confirm(command, day, ctx)
        case ReleaseSlot():
            return release(command, day, ctx)
        case ExpireSlot():
            return expire(command, day, ctx)
        case PublishDay():
            return publish(command, day, ctx)
        case ReissueDay():
            return reissue(command, day, ctx)
        case MarkPlanOverdue():
            return mark_overdue(command, day, ctx)
        case ChangePlan():
            return change(command, day, ctx)
        case UndoChange():
            return undo(command, day, ctx)
        case RedoChange():
            return redo(command, day, ctx)
        case RevertChange():
            return revert(command, day, ctx)
        case MarkCrewAbsent():
            return mark_absent(command, day, ctx)
        case EndCrewAbsence():
            return end_absence(command, day, ctx)
        case SetCrewOfDay():
            return set_crew(command, day, ctx)
        case TakePersonOff():
            return take_off(command, day, ctx)
    assert_never(command)


def reserve(command: ReserveSlot, day: Day, ctx: Context) -> Decision:
    """Give a job one place of the day, or say everything that stands against it.

    Rules: B8 (one place at a time, stops and volume of the half-day), B4 (a published plan changes with a reason).
    The first reservation opens the day. A job that has a place moves to the new one; asking for the place it has is no
    event. Refuses: slot_clash (with every clash, and a place that does fit), force_needs_supervisor, force_impossible,
    adjustment_needs_reason.
    """
    at = command.at or ctx.now
    opening, today = opened(command, day, at, ctx)
    plan = today.plan
    mine = held_by(plan, command.job_id)
    slot = reserved_slot(command, plan, ctx.policy)
    if mine is not None and mine.slot == slot:
        return ()
    others = tuple(held.slot for held in plan.held if held is not mine)
    ground = Ground(plan.on, plan.crews, others, plan.absences, ctx.policy)
    found = clashes(slot, ground, command.agreed_half)
    if found and command.force_reason is None:
        return no.slot_clash(slot=slot, found=found, ground=ground, agreed_half=command.agreed_half)
    refused = force_refused(found, command.force_reason, ctx.role, ((slot.job_id, slot),), several=plan.on)
    if refused is not None:
        free = next_free_position(others, slot.crew, slot.half)
        return replace(refused, facts={**refused.facts, "next_free_position": free})
    if isinstance(today, Published) and not command.adjustment_reason:
        return no.adjustment_needs_reason(plan.on, today.edition)
    if found:
        slot = slot.model_copy(update={"forced": command.force_reason})
    kind: Literal["place", "move"] = "place" if mine is None else "move"
    header = Header(at, command.change_id or _numbered(plan), kind, command.adjustment_reason, None)
    return (*opening, *rearrange(((slot.job_id, slot),), today, header, ctx))


def reserved_slot(command: ReserveSlot, plan: Plan, policy: Policy) -> Slot:
    """The slot that is asked for, with what the planner left open filled in."""
    spot = Spot(
        crew=command.crew,
        half=command.half,
        position=command.position,
        window=command.window,
        spread=command.spread,
    )
    move = PlannedMove(
        job_id=command.job_id,
        kind=command.kind,
        contract_no=command.contract_no,
        volume_l=command.volume_l,
        lines=command.lines,
        to=spot,
    )
    others = (held.slot for held in plan.held if held.slot.job_id != command.job_id)
    return wanted_slot(move, spot, plan, others, policy)


def confirm(command: ConfirmSlot, day: Day, ctx: Context) -> Decision:
    """The job took its slot: it stays. Rules: B8.

    A slot that ran out meanwhile is released once more, after the job took it, so that the job leaves it again.
    Refuses: slot_gone (the job was given another slot of the day since).
    """
    if isinstance(day, Unopened):
        return no.slot_gone(command.job_id)
    at, plan = command.at or ctx.now, day.plan
    held = held_by(plan, command.job_id)
    if held is None:
        return (SlotReleased(at=at, depot=plan.depot, on=plan.on, job_id=command.job_id, reason=GONE),)
    if held.reservation > command.reservation:
        return no.slot_gone(command.job_id)
    if held.confirmed:
        return ()
    return (SlotConfirmed(at=at, depot=plan.depot, on=plan.on, job_id=command.job_id),)


def release(command: ReleaseSlot, day: Day, ctx: Context) -> Decision:
    """Free the job's slot. Rules: B4 (after publishing, with a reason). Nothing to free is no event."""
    if isinstance(day, Unopened):
        return ()
    held = held_by(day.plan, command.job_id)
    if held is None or (command.reservation is not None and held.reservation > command.reservation):
        return ()
    if isinstance(day, Published) and not command.reason:
        return no.adjustment_needs_reason(day.plan.on, day.edition)
    change_id = command.change_id or _numbered(day.plan)
    header = Header(command.at or ctx.now, change_id, "release", command.reason, None)
    return rearrange(((command.job_id, None),), day, header, ctx)


def expire(command: ExpireSlot, day: Day, ctx: Context) -> Decision:
    """A reservation that nobody took in time: its whole change is put back if nothing of it was planned anew, else the
    slot is released. One that was taken, moved or released stays as it is."""
    if isinstance(day, Unopened):
        return ()
    held = held_by(day.plan, command.job_id)
    if held is None or held.confirmed or held.reservation != command.reservation or ctx.now < held.expires_at:
        return ()
    known = change_of(day.plan, held.change_id)
    put_back = () if known is None else reverting(known, day, ctx.now, ctx)
    if put_back:
        return put_back
    return (SlotReleased(at=ctx.now, depot=day.plan.depot, on=day.plan.on, job_id=command.job_id, reason=EXPIRED),)


def _numbered(plan: Plan) -> str:
    """An id for a change that came without one: unique within the day."""
    return f"v{plan.version + 1}"


def due(day: Day) -> tuple[Timer, ...]:
    """Reservations expire; the plan is owed by 17:00 the day before (K4); an adjusted one goes out again (B4)."""
    if isinstance(day, Unopened):
        return ()
    expiries = tuple(
        Timer(
            name=f"expire:{held.slot.job_id}:{held.reservation}",
            at=held.expires_at,
            command=ExpireSlot(job_id=held.slot.job_id, reservation=held.reservation),
        )
        for held in day.plan.held
        if not held.confirmed
    )
    if isinstance(day, Drafted) and not day.overdue:
        return (*expiries, Timer(name="plan_overdue", at=day.plan.plan_due, command=MarkPlanOverdue()))
    if isinstance(day, Published) and day.reissue_due is not None and is_to_be_reissued(day):
        return (*expiries, Timer(name=f"reissue:{day.edition}", at=day.reissue_due, command=ReissueDay()))
    return expiries


__all__ = [
    "COMMANDS",
    "DEPOT",
    "EXPIRED",
    "GONE",
    "INITIAL",
    "MOVED",
    "STATES",
    "ChangePlan",
    "ConfirmSlot",
    "Day",
    "DayEvent",
    "Drafted",
    "ExpireSlot",
    "Held",
    "MarkPlanOverdue",
    "Plan",
    "PublishDay",
    "Published",
    "ReleaseSlot",
    "ReserveSlot",
    "Unopened",
    "crews_of",
    "day_id",
    "decide",
    "due",
    "evolve",
    "held_by",
    "in_order",
    "reserved_slot",
]
