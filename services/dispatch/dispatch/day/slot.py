"""One place of the day: reserved for a job, taken by it, released; one that nobody takes expires (B4, B8)."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, Any, Literal, assert_never

from pydantic import Field

from company.context import Context
from company.policy import Policy
from company.reasons import EXPIRED, GONE
from contracts import dispatch_days as facts
from contracts.bounds import CivilDay, Few, HowMany, Nth, OptionalId, Words
from contracts.dispatch import DayEvent
from contracts.fact import GoodsLine, Half, JobKind, Window
from dispatch.day.change import Header, PlannedMove, Spot, force_refused, opened, rearrange, too_late, wanted_slot
from dispatch.day.places import Ground, clashes, next_free_position, slot_clash
from dispatch.day.state import Day, Decision, Drafted, Held, Plan, Published, Unopened, change_of, held_by
from dispatch.day.turn import reverting
from dispatch.fields import DEPOT
from dispatch.refusals import no
from runtime.decision import Command, Timer
from runtime.use_case import UseCase


class ReserveSlot(Command):
    """占位: a place for a job. Without position the next free one, without window an even share of the half-day.

    `agreed_half`: what the customer was promised; `spread`: both half-days of the crew; `force_reason`: why a
    supervisor puts it there although it does not fit; `crews`: who works, should the day be opened by this; `seen`: the
    job's version on the page, for the job to compare.
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
    crews: Annotated[tuple[facts.CrewOfDay, ...], Few(1_000)] | None = None
    change_id: OptionalId = ""
    seen: Nth | None = None


class ConfirmSlot(Command):
    """The job took the slot that it was given at the day's version `reservation`."""

    command: Literal["ConfirmSlot"] = "ConfirmSlot"
    job_id: OptionalId
    reservation: Nth


class ReleaseSlot(Command):
    """释放: the job's slot is free again; with `reservation`, only if it was not reserved anew after that version.

    `left`: because the job has left it.
    """

    command: Literal["ReleaseSlot"] = "ReleaseSlot"
    job_id: OptionalId
    reason: Words | None = None
    reservation: Nth | None = None
    change_id: OptionalId = ""
    left: bool = False


class ExpireSlot(Command):
    """The clock: a reservation was not taken in time."""

    command: Literal["ExpireSlot"] = "ExpireSlot"
    job_id: OptionalId
    reservation: Nth


def reserve(command: ReserveSlot, day: Day, ctx: Context) -> Decision:
    """Give a job one place of the day, or say everything that stands against it.

    Rules: B8 (one place at a time, stops and volume of the half-day), B4 (a published plan changes with a reason).
    The first reservation opens the day. A job that has a place moves to the new one; asking for the place it has is no
    event. Refuses: slot_clash (with every clash, and a place that does fit), force_needs_supervisor, force_impossible,
    adjustment_needs_reason, plan_too_late (B11).
    """
    at = command.at or ctx.now
    opening, today = opened(command, day, at, ctx)
    plan = today.plan
    mine = held_by(plan, command.job_id)
    slot = reserved_slot(command, plan, ctx.policy)
    if mine is not None and mine.slot == slot:
        return ()
    late = too_late(((slot.job_id, slot),), plan)
    if late is not None:
        return late
    others = tuple(held.slot for held in plan.held if held is not mine)
    ground = Ground(plan.on, plan.crews, others, plan.absences, ctx.policy, plan.departed)
    found = clashes(slot, ground, command.agreed_half)
    if found and command.force_reason is None:
        return slot_clash(slot, found, ground, command.agreed_half)
    refused = force_refused(found, command.force_reason, ctx.role, ((slot.job_id, slot),), several=plan.on)
    if refused is not None:
        free = next_free_position(others, slot.crew, slot.half)
        return replace(refused, facts={**refused.facts, "next_free_position": free})
    if isinstance(today, Published) and not command.adjustment_reason:
        return no("adjustment_needs_reason", on=plan.on, edition=today.edition)
    if found:
        slot = slot.model_copy(update={"forced": command.force_reason})
    kind: Literal["place", "move"] = "place" if mine is None else "move"
    change_id, reason = command.change_id or _numbered(plan), command.adjustment_reason
    header = Header(at, change_id, kind, reason, None, seen=command.seen)
    return (*opening, *rearrange(((slot.job_id, slot),), today, header, ctx))


def reserved_slot(command: ReserveSlot, plan: Plan, policy: Policy) -> facts.Slot:
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
        return no("slot_gone", job_id=command.job_id)
    at, plan = command.at or ctx.now, day.plan
    held = held_by(plan, command.job_id)
    if held is None:
        return (facts.SlotReleased(at=at, depot=plan.depot, on=plan.on, job_id=command.job_id, reason=GONE),)
    if held.reservation > command.reservation:
        return no("slot_gone", job_id=command.job_id)
    if held.confirmed:
        return ()
    return (facts.SlotConfirmed(at=at, depot=plan.depot, on=plan.on, job_id=command.job_id),)


def release(command: ReleaseSlot, day: Day, ctx: Context) -> Decision:
    """Free the job's slot. Rules: B4 (after publishing, with a reason). Nothing to free is no event."""
    if isinstance(day, Unopened):
        return ()
    held = held_by(day.plan, command.job_id)
    if held is None or (command.reservation is not None and held.reservation > command.reservation):
        return ()
    if isinstance(day, Published) and not command.reason:
        return no("adjustment_needs_reason", on=day.plan.on, edition=day.edition)
    change_id = command.change_id or _numbered(day.plan)
    header = Header(command.at or ctx.now, change_id, "release", command.reason, None, left=command.left)
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
    return (
        facts.SlotReleased(at=ctx.now, depot=day.plan.depot, on=day.plan.on, job_id=command.job_id, reason=EXPIRED),
    )


def _numbered(plan: Plan) -> str:
    """An id for a change that came without one: unique within the day."""
    return f"v{plan.version + 1}"


Event = facts.SlotReserved | facts.SlotConfirmed | facts.SlotReleased


def evolve(day: Drafted | Published, event: Event) -> Day:
    """The day after a place was given, taken or freed."""
    plan = day.plan
    match event:
        case facts.SlotReserved():
            held = Held(event.slot, plan.version, event.expires_at, confirmed=False, change_id=event.change_id)
            return replace(day, plan=replace(plan, held=(*_without(plan.held, event.slot.job_id), held)))
        case facts.SlotReleased():
            return replace(day, plan=replace(plan, held=_without(plan.held, event.job_id)))
        case facts.SlotConfirmed():
            taken = tuple(
                replace(held, confirmed=True) if held.slot.job_id == event.job_id else held for held in plan.held
            )
            return replace(day, plan=replace(plan, held=taken))
    assert_never(event)


def _without(held: Iterable[Held], job_id: str) -> tuple[Held, ...]:
    return tuple(one for one in held if one.slot.job_id != job_id)


def expiries(day: Drafted | Published) -> tuple[Timer, ...]:
    """Reservations that nobody took yet expire."""
    return tuple(
        Timer(
            name=f"expire:{held.slot.job_id}:{held.reservation}",
            at=held.expires_at,
            command=ExpireSlot(job_id=held.slot.job_id, reservation=held.reservation),
        )
        for held in day.plan.held
        if not held.confirmed
    )


USE_CASES: tuple[UseCase[Any, Any, DayEvent], ...] = (
    UseCase(ReserveSlot, reserve),
    UseCase(ConfirmSlot, confirm),
    UseCase(ReleaseSlot, release),
    UseCase(ExpireSlot, expire),
)
