"""The day plan (送货安排表) of one depot: its crews and every slot of every crew. Double booking is decided here (B8).

A slot is reserved first and expires unless its job takes it; once the plan is published (B4), each change is an
adjustment with a reason, and publishing again makes the next version.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal, assert_never

from pydantic import Field

from contracts.decision import Command, Context, Rejected, Timer
from contracts.dispatch import (
    CrewOfDay,
    DayOpened,
    DayPublished,
    PlanOverdue,
    Slot,
    SlotConfirmed,
    SlotReleased,
    SlotReserved,
)
from contracts.fact import GoodsLine, Half, JobKind, Window
from contracts.policy import Policy, civil
from dispatch.domain import plan_refusals as no
from dispatch.domain.slot_rules import HALVES, clashes, half_window, next_free_position, window_at
from dispatch.domain.words import Words

DEPOT = "main"

EXPIRED = "占位到期未用 not taken in time"
"""Reason of a release by the clock."""

GONE = "占位已不在 gone before it was taken"
"""Reason of a release that tells a job that its slot was free already."""

MOVED = "同日换位 moved within the day"
"""Reason of a release that the same job's next reservation follows; for any other reason the job leaves the slot."""


def day_id(on: date, depot: str = DEPOT) -> str:
    """Aggregate id of a day."""
    return f"day:{depot}:{on.isoformat()}"


# --- commands ------------------------------------------------------------------------------------------------------


class ReserveSlot(Command):
    """占位: a place for a job. Without position the next free one, without window an even share of the half-day.

    `instead_of` puts a job back: it holds only while the job's slot is the one given at that version of the day.
    """

    command: Literal["ReserveSlot"] = "ReserveSlot"
    depot: str = DEPOT
    on: date
    job_id: str
    kind: JobKind
    contract_no: str
    crew: str
    half: Half
    position: int | None = None
    window: Window | None = None
    volume_l: int = Field(ge=0)
    lines: tuple[GoodsLine, ...]
    adjustment_reason: Words | None = None
    instead_of: int | None = None


class ConfirmSlot(Command):
    """The job took the slot that it was given at the day's version `reservation`."""

    command: Literal["ConfirmSlot"] = "ConfirmSlot"
    job_id: str
    reservation: int


class ReleaseSlot(Command):
    """释放: the job's slot is free again; with `reservation`, only if it was not reserved anew after that version."""

    command: Literal["ReleaseSlot"] = "ReleaseSlot"
    job_id: str
    reason: Words | None = None
    reservation: int | None = None


class ExpireSlot(Command):
    """The clock: a reservation was not taken in time."""

    command: Literal["ExpireSlot"] = "ExpireSlot"
    job_id: str
    reservation: int


class PublishDay(Command):
    """发布 (B4): the plan is final; warehouse and group get it."""

    command: Literal["PublishDay"] = "PublishDay"


class MarkPlanOverdue(Command):
    """The clock: it is 17:00 and the plan is not out (K4)."""

    command: Literal["MarkPlanOverdue"] = "MarkPlanOverdue"


COMMANDS = ReserveSlot | ConfirmSlot | ReleaseSlot | ExpireSlot | PublishDay | MarkPlanOverdue

# --- states --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Held:
    """A slot that a job holds; `reservation` is the day's version at which it was given."""

    slot: Slot
    reservation: int
    expires_at: datetime
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What is planned so far. `version` counts the day's events."""

    depot: str
    on: date
    crews: tuple[CrewOfDay, ...]
    plan_due: datetime
    held: tuple[Held, ...]
    version: int


@dataclass(frozen=True, slots=True)
class Unopened:
    """Nobody has planned for this day yet."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """草排: planned, not published; `overdue` once K4 was missed."""

    plan: Plan
    overdue: bool


@dataclass(frozen=True, slots=True)
class Published:
    """已发布: edition `edition` is out; `changed` since then."""

    plan: Plan
    edition: int
    changed: bool


Day = Unopened | Drafted | Published
INITIAL: Day = Unopened()
STATES = (Unopened, Drafted, Published)

DayEvent = DayOpened | SlotReserved | SlotConfirmed | SlotReleased | DayPublished | PlanOverdue
Decision = tuple[DayEvent, ...] | Rejected

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
        case MarkPlanOverdue():
            return mark_overdue(command, day, ctx)
    assert_never(command)


def reserve(command: ReserveSlot, day: Day, ctx: Context) -> Decision:
    """Give a job one place of the day, or say everything that stands against it.

    Rules: B8 (one place at a time, stops and volume of the half-day), B4 (a published plan changes with a reason).
    The first reservation opens the day with the crews of the policy. A job that has a place moves to the new one;
    asking for the place it has is no event. Refuses: slot_clash (with a place that does fit), adjustment_needs_reason.
    """
    at = command.at or ctx.now
    opening = open_day(command, at, ctx) if isinstance(day, Unopened) else ()
    for event in opening:
        day = evolve(day, event)
    assert not isinstance(day, Unopened)
    plan = day.plan
    mine = held_by(plan, command.job_id)
    others = tuple(held.slot for held in plan.held if held is not mine)
    if command.instead_of is not None and (mine is None or mine.reservation != command.instead_of):
        return ()
    slot = wanted_slot(command, plan, mine, ctx.policy)
    if mine is not None and mine.slot == slot:
        return ()
    whole = half_window(command.on, command.half, ctx.policy)
    found = clashes(slot, others, plan.crews, whole)
    if found:
        return no.slot_clash(slot=slot, others=others, found=found, crews=plan.crews, policy=ctx.policy, on=command.on)
    if isinstance(day, Published) and not command.adjustment_reason:
        return no.adjustment_needs_reason(plan.on, day.edition)
    moved = (
        ()
        if mine is None
        else (
            SlotReleased(
                at=at,
                depot=plan.depot,
                on=plan.on,
                job_id=command.job_id,
                reason=MOVED,
            ),
        )
    )
    reserved = SlotReserved(
        at=at,
        depot=plan.depot,
        on=plan.on,
        slot=slot,
        expires_at=ctx.now + timedelta(minutes=ctx.policy.slot_hold_minutes),
        adjustment_reason=command.adjustment_reason if isinstance(day, Published) else None,
    )
    return (*opening, *moved, reserved)


def open_day(command: ReserveSlot, at: datetime, ctx: Context) -> tuple[DayOpened, ...]:
    """The day begins with the policy's crews; its plan is owed the day before at 17:00 (K4)."""
    return (
        DayOpened(
            at=at,
            depot=command.depot,
            on=command.on,
            crews=crews_of(ctx.policy),
            plan_due=civil(command.on - timedelta(days=1), ctx.policy.plan_due),
        ),
    )


def crews_of(policy: Policy) -> tuple[CrewOfDay, ...]:
    """The crews that work on a day, by the policy."""
    return tuple(CrewOfDay.model_validate(crew.model_dump()) for crew in policy.crews)


def wanted_slot(command: ReserveSlot, plan: Plan, mine: Held | None, policy: Policy) -> Slot:
    """The slot that is asked for, with what the planner left open filled in."""
    here = mine is not None and (mine.slot.crew, mine.slot.half) == (command.crew, command.half)
    others = (held.slot for held in plan.held if held is not mine)
    position = command.position
    if position is None:
        kept = mine.slot.position if mine is not None and here else None
        position = kept or next_free_position(others, command.crew, command.half)
    window = command.window
    if window is None:
        crew = next((crew for crew in plan.crews if crew.crew == command.crew), None)
        if mine is not None and here and mine.slot.position == position:
            window = mine.slot.window
        elif crew is not None:
            window = window_at(command.on, command.half, position, crew, policy)
        else:
            window = half_window(command.on, command.half, policy)
    return Slot(
        job_id=command.job_id,
        kind=command.kind,
        contract_no=command.contract_no,
        crew=command.crew,
        half=command.half,
        position=position,
        window=window,
        volume_l=command.volume_l,
        lines=command.lines,
    )


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
    return (
        SlotReleased(
            at=command.at or ctx.now,
            depot=day.plan.depot,
            on=day.plan.on,
            job_id=command.job_id,
            reason=command.reason or "退回待排 back to the backlog",
        ),
    )


def expire(command: ExpireSlot, day: Day, ctx: Context) -> Decision:
    """A reservation that nobody took in time is released; one that was taken, moved or released stays as it is."""
    if isinstance(day, Unopened):
        return ()
    held = held_by(day.plan, command.job_id)
    if held is None or held.confirmed or held.reservation != command.reservation or ctx.now < held.expires_at:
        return ()
    return (SlotReleased(at=ctx.now, depot=day.plan.depot, on=day.plan.on, job_id=command.job_id, reason=EXPIRED),)


def publish(command: PublishDay, day: Day, ctx: Context) -> Decision:
    """Make the plan final, or its next version after adjustments. Rules: B4.

    Only slots that their jobs took are in it. Refuses: nothing_planned. An unchanged plan is no event.
    """
    if isinstance(day, Published) and not day.changed:
        return ()
    stops = () if isinstance(day, Unopened) else in_order(day.plan)
    if isinstance(day, Unopened) or (isinstance(day, Drafted) and not stops):
        return no.nothing_planned()
    return (
        DayPublished(
            at=command.at or ctx.now,
            depot=day.plan.depot,
            on=day.plan.on,
            version=day.edition + 1 if isinstance(day, Published) else 1,
            due=day.plan.plan_due,
            stops=stops,
            crews=day.plan.crews,
        ),
    )


def mark_overdue(command: MarkPlanOverdue, day: Day, ctx: Context) -> Decision:
    """17:00 has passed and the plan is not out (K4). Published in time or told already: nothing."""
    match day:
        case Drafted(overdue=False) if ctx.now >= day.plan.plan_due:
            return (PlanOverdue(at=command.at or ctx.now, depot=day.plan.depot, on=day.plan.on, due=day.plan.plan_due),)
        case Unopened() | Drafted() | Published():
            return ()
    assert_never(day)


def held_by(plan: Plan, job_id: str) -> Held | None:
    """The one slot that a job holds on this day."""
    return next((held for held in plan.held if held.slot.job_id == job_id), None)


def in_order(plan: Plan) -> tuple[Slot, ...]:
    """The slots that jobs took: crew by crew, morning first, in the order of stops."""
    crews = [crew.crew for crew in plan.crews]
    taken = (held.slot for held in plan.held if held.confirmed)
    return tuple(sorted(taken, key=lambda slot: (crews.index(slot.crew), HALVES.index(slot.half), slot.position)))


# --- state ---------------------------------------------------------------------------------------------------------


def evolve(day: Day, event: DayEvent) -> Day:
    """The day after an event."""
    if isinstance(event, DayOpened):
        plan = Plan(event.depot, event.on, event.crews, event.plan_due, (), 1)
        return Drafted(plan, overdue=False)
    if isinstance(day, Unopened):
        return day
    plan = replace(day.plan, version=day.plan.version + 1)
    match event:
        case SlotReserved():
            held = Held(event.slot, plan.version, event.expires_at, confirmed=False)
            return _with(day, plan, (*_without(plan.held, event.slot.job_id), held))
        case SlotReleased():
            return _with(day, plan, _without(plan.held, event.job_id))
        case SlotConfirmed():
            taken = tuple(
                replace(held, confirmed=True) if held.slot.job_id == event.job_id else held for held in plan.held
            )
            return _with(day, plan, taken)
        case DayPublished():
            return Published(plan, edition=event.version, changed=False)
        case PlanOverdue():
            return Drafted(plan, overdue=True) if isinstance(day, Drafted) else replace(day, plan=plan)
    assert_never(event)


def _with(day: Drafted | Published, plan: Plan, held: Iterable[Held]) -> Day:
    now = replace(plan, held=tuple(held))
    if isinstance(day, Drafted):
        return replace(day, plan=now)
    return replace(day, plan=now, changed=day.changed or now.held != plan.held)


def _without(held: tuple[Held, ...], job_id: str) -> tuple[Held, ...]:
    return tuple(one for one in held if one.slot.job_id != job_id)


def due(day: Day) -> tuple[Timer, ...]:
    """Reservations expire; the plan is owed by 17:00 the day before (K4)."""
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
    return expiries
