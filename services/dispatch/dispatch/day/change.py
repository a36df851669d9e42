"""Changing a day plan (B4, B8): one place or many at once, all or none.

Whatever gives or frees places goes through `rearrange`: it looks at the plan without the jobs that move, finds every
clash, and says what changed as data before the slots themselves.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from company.context import Context
from company.policy import Policy
from company.reasons import BACK_TO_BACKLOG, SAME_DAY
from company.roles import Role
from contracts import dispatch_days as facts
from contracts.bounds import CivilDay, Few, HowMany, Nth, OptionalId, Words
from contracts.civil_time import civil, days_later
from contracts.dispatch import DayEvent
from contracts.fact import GoodsLine, Half, JobKind, Window
from dispatch.day.places import (
    Clash,
    Ground,
    change_clash,
    clash_facts,
    clashes,
    force_impossible,
    half_window,
    next_free_position,
    whole_day,
    window_at,
)
from dispatch.day.state import (
    Change,
    Day,
    Decision,
    Drafted,
    Held,
    Plan,
    Published,
    Unopened,
    because,
    change_of,
    drafted,
    held_by,
    slot_of,
)
from dispatch.fields import DEPOT
from dispatch.refusals import no
from dispatch.words import joined
from runtime.decision import Command, Rejected
from runtime.use_case import UseCase

FORCES = frozenset({Role.INSTALL_SUPERVISOR})

FORCES_VISITS = FORCES | {Role.CS_SUPERVISOR}
"""Who may force soft clashes (B8); visits are the service desk's as well."""


class Spot(BaseModel):
    """A place of the day. Without position the next free one, without window an even share of the half-day.

    `spread`: both half-days of the crew, for a job too large for one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    crew: str = Field(min_length=1, max_length=8)
    half: Half
    position: Nth | None = None
    window: Window | None = None
    spread: bool = False


class PlannedMove(BaseModel):
    """One job's part in a change. `to` null: out of the plan. `reservation`: only if the job's slot is still the one
    given at that version of the day (0: only if it has none). `place_of`: to the place that this other job has."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    job_id: OptionalId
    kind: JobKind
    contract_no: OptionalId
    volume_l: HowMany = Field(ge=0)
    lines: Annotated[tuple[GoodsLine, ...], Few(1_000)]
    agreed_half: Half | None = None
    to: Spot | None
    reservation: Nth | None = None
    place_of: OptionalId | None = None


class ChangePlan(Command):
    """排程变更: several places at once, all or none: a swap, an accepted proposal, an absent crew's stops."""

    command: Literal["ChangePlan"] = "ChangePlan"
    depot: OptionalId = DEPOT
    on: CivilDay
    change_id: str = Field(min_length=1, max_length=80)
    kind: Literal["place", "release", "move", "swap", "absence", "proposal"]
    moves: tuple[PlannedMove, ...] = Field(min_length=1, max_length=200)
    reason: Words | None = None
    force_reason: Words | None = None
    crews: Annotated[tuple[facts.CrewOfDay, ...], Few(1_000)] | None = None


def change(command: ChangePlan, day: Day, ctx: Context) -> Decision:
    """Several places at once, all or none. Rules: B8, B4.

    The same change again is no event. Refuses: slot_gone (it was put back), changed_since (a job is not where the
    planner saw it), plan_too_late (B11), slot_clash with every clash of every job, force_needs_supervisor,
    force_impossible, adjustment_needs_reason.
    """
    at = command.at or ctx.now
    opening, today = opened(command, day, at, ctx)
    plan = today.plan
    known = change_of(plan, command.change_id)
    if known is not None:
        return no("slot_gone", job_id=command.moves[0].job_id) if was_put_back(plan, known) else ()
    strange = [move.job_id for move in command.moves if not _as_seen(plan, move)]
    if strange:
        return no("changed_since", jobs="、".join(strange))
    moves = tuple(wanted_moves(command.moves, plan, ctx.policy))
    if all(slot_of(plan, job) == slot for job, slot in moves):
        return ()
    late = too_late(moves, plan)
    if late is not None:
        return late
    agreed = {move.job_id: move.agreed_half for move in command.moves}
    found, placed = fit(moves, plan, ctx.policy, agreed)
    refused = force_refused(found, command.force_reason, ctx.role, placed, several=command.on)
    if refused is not None:
        return refused
    if isinstance(today, Published) and not command.reason:
        return no("adjustment_needs_reason", on=plan.on, edition=today.edition)
    forced = {clash.job_id for clash in found}
    told = tuple((job, _forced(slot, command.force_reason if job in forced else None)) for job, slot in placed)
    header = Header(at, command.change_id, command.kind, command.reason, None)
    return (*opening, *rearrange(told, today, header, ctx))


@dataclass(frozen=True, slots=True)
class Header:
    """What is said of a change besides its moves. `seen`: the version of its one job on the planner's page; `left`: the
    job has left its slot by itself."""

    at: datetime
    change_id: str
    kind: facts.PlanChangeKind
    reason: str | None
    of: str | None
    seen: int | None = None
    left: bool = False


Moves = tuple[tuple[str, facts.Slot | None], ...]
"""Where each job is to be."""


Rearranged = facts.PlanChanged | facts.SlotReleased | facts.SlotReserved


def rearrange(moves: Moves, day: Drafted | Published, header: Header, ctx: Context) -> tuple[Rearranged, ...]:
    """The events of a change that fits: what changed, then each slot that is free, then each slot that is given."""
    plan, at = day.plan, header.at
    before = {job: slot_of(plan, job) for job, _ in moves}
    published = isinstance(day, Published)
    vehicles = {crew.crew: crew.vehicle for crew in plan.crews}
    changed = facts.PlanChanged(
        at=at,
        depot=plan.depot,
        on=plan.on,
        change_id=header.change_id,
        kind=header.kind,
        reason=header.reason,
        of=header.of,
        moves=tuple(
            facts.SlotMove(job_id=job, contract_no=_contract(before[job], slot), before=before[job], after=slot)
            for job, slot in moves
        ),
        reissue_due=reissue_due(ctx) if published else None,
    )
    released = tuple(
        facts.SlotReleased(
            at=at,
            depot=plan.depot,
            on=plan.on,
            job_id=job,
            reason=SAME_DAY if slot is not None else header.reason or BACK_TO_BACKLOG,
            change_id=header.change_id,
            left=header.left,
        )
        for job, slot in moves
        if before[job] is not None
    )
    reserved = tuple(
        facts.SlotReserved(
            at=at,
            depot=plan.depot,
            on=plan.on,
            slot=slot,
            expires_at=ctx.now + timedelta(minutes=ctx.policy.slot_hold_minutes),
            adjustment_reason=header.reason if published else None,
            change_id=header.change_id,
            vehicle=vehicles.get(slot.crew, ""),
            follow=True,
            reason=header.reason,
            seen=header.seen,
        )
        for _, slot in moves
        if slot is not None
    )
    return (changed, *released, *reserved)


def reissue_due(ctx: Context) -> datetime:
    """When a changed plan goes out again by itself (B4)."""
    return ctx.now + timedelta(minutes=ctx.policy.plan_reissue_minutes)


def fit(moves: Moves, plan: Plan, policy: Policy, agreed: Mapping[str, Half | None]) -> tuple[tuple[Clash, ...], Moves]:
    """Every clash of every job, each one looked at beside those that stay and those placed before it.

    Slots that were forced once may be as large, or as late, as they were.
    """
    moving = {job for job, _ in moves}
    others = [held.slot for held in plan.held if held.slot.job_id not in moving]
    found: list[Clash] = []
    for job, slot in moves:
        if slot is None:
            continue
        ground = Ground(plan.on, plan.crews, tuple(others), plan.absences, policy)
        against = clashes(slot, ground, agreed.get(job))
        found += [clash for clash in against if slot.forced is None or not clash.is_soft]
        others.append(slot)
    return tuple(found), moves


def force_refused(
    found: tuple[Clash, ...], reason: str | None, role: str, placed: Moves, *, several: date
) -> Rejected | None:
    """Why clashes stand against a change, unless they are soft and somebody who may forces them with a reason (B8)."""
    if not found:
        return None
    if reason is None:
        return change_clash(several, found)
    if any(not clash.is_soft for clash in found):
        return force_impossible(found)
    visits = all(slot is None or slot.kind == "visit" for _, slot in placed)
    if role not in (FORCES_VISITS if visits else FORCES):
        return no("force_needs_supervisor", rule="B8", found=joined(found), **clash_facts(found))
    return None


class OpensDay(Protocol):
    """A command that may be the first of its day."""

    @property
    def depot(self) -> str:
        """Whose day."""

    @property
    def on(self) -> date:
        """Which day."""

    @property
    def crews(self) -> tuple[facts.CrewOfDay, ...] | None:
        """Who works then; None: the policy's crews."""


def opened(
    command: OpensDay, day: Day, at: datetime, ctx: Context
) -> tuple[tuple[facts.DayOpened, ...], Drafted | Published]:
    """The day, opened now if nobody planned for it yet, with the depot's crews (D17): its plan is owed the day before
    at 17:00 (K4)."""
    if not isinstance(day, Unopened):
        return (), day
    crews = crews_of(ctx.policy) if command.crews is None else command.crews
    opening = facts.DayOpened(
        at=at,
        depot=command.depot,
        on=command.on,
        crews=tuple(one for one in crews if one.depot == command.depot),
        plan_due=civil(days_later(command.on, -1), ctx.policy.plan_due),
    )
    return (opening,), drafted(opening)


def too_late(moves: Moves, plan: Plan) -> Rejected | None:
    """Why nobody is given a place with a crew that has left (B11); who has one there keeps it."""
    late = (
        slot.crew
        for job, slot in moves
        if slot is not None and slot.crew in plan.departed and not same_place(slot_of(plan, job), slot)
    )
    crew = next(late, None)
    return None if crew is None else no("plan_too_late", crew=crew, on=plan.on)


def crews_of(policy: Policy) -> tuple[facts.CrewOfDay, ...]:
    """The crews that work on a day, by the policy."""
    return tuple(facts.CrewOfDay.model_validate(crew.model_dump()) for crew in policy.crews)


def wanted_moves(moves: Iterable[PlannedMove], plan: Plan, policy: Policy) -> Iterable[tuple[str, facts.Slot | None]]:
    """Where each job is to be, with what the planner left open filled in, one after the other."""
    known = tuple(moves)
    moving = {move.job_id for move in known}
    others = [held.slot for held in plan.held if held.slot.job_id not in moving]
    for move in known:
        spot = move.to if move.place_of is None else spot_of(slot_of(plan, move.place_of))
        slot = None if spot is None else wanted_slot(move, spot, plan, others, policy)
        if slot is not None:
            others.append(slot)
        yield move.job_id, slot


def spot_of(slot: facts.Slot | None) -> Spot | None:
    """A slot as a place that is asked for."""
    if slot is None:
        return None
    return Spot(crew=slot.crew, half=slot.half, position=slot.position, window=slot.window, spread=slot.spread)


def wanted_slot(move: PlannedMove, spot: Spot, plan: Plan, others: Iterable[facts.Slot], policy: Policy) -> facts.Slot:
    """One job's slot at a spot; what stays of the place that it has now is kept."""
    mine: Held | None = held_by(plan, move.job_id)
    half: Half = "am" if spot.spread else spot.half
    here = mine is not None and (mine.slot.crew, mine.slot.half) == (spot.crew, half)
    position = spot.position
    if position is None:
        kept = mine.slot.position if mine is not None and here else None
        position = kept or (1 if spot.spread else next_free_position(others, spot.crew, half))
    window = spot.window
    if window is None:
        crew = next((crew for crew in plan.crews if crew.crew == spot.crew), None)
        if spot.spread:
            window = whole_day(plan.on, policy)
        elif mine is not None and here and mine.slot.position == position and not mine.slot.spread:
            window = mine.slot.window
        elif crew is not None:
            window = window_at(plan.on, half, position, crew, policy)
        else:
            window = half_window(plan.on, half, policy)
    return facts.Slot(
        job_id=move.job_id,
        kind=move.kind,
        contract_no=move.contract_no,
        crew=spot.crew,
        half=half,
        position=position,
        window=window,
        volume_l=move.volume_l,
        lines=move.lines,
        spread=spot.spread,
        forced=mine.slot.forced if mine is not None and here and mine.slot.position == position else None,
    )


def was_put_back(plan: Plan, known: Change) -> bool:
    """Whether a job did not follow it; what somebody took back was told as done first."""
    return known.undone and not any(one.kind == "undo" and one.of == known.change_id for one in plan.changes)


def same_place(one: facts.Slot | None, other: facts.Slot | None) -> bool:
    """Whether two slots of a job are the same place (or both none)."""
    if one is None or other is None:
        return one is other
    return (one.crew, one.half, one.position, one.window) == (other.crew, other.half, other.position, other.window)


def _as_seen(plan: Plan, move: PlannedMove) -> bool:
    held = held_by(plan, move.job_id)
    if move.place_of is not None:
        other = None if move.place_of == move.job_id else held_by(plan, move.place_of)
        return held is not None and other is not None
    return move.reservation is None or move.reservation == (0 if held is None else held.reservation)


def _forced(slot: facts.Slot | None, reason: str | None) -> facts.Slot | None:
    return slot if slot is None or reason is None else slot.model_copy(update={"forced": reason})


def _contract(before: facts.Slot | None, after: facts.Slot | None) -> str:
    known = after or before
    return "" if known is None else known.contract_no


RECENT_CHANGES = 300
"""How many changes of one day can still be taken back: about three a stop on a day of a hundred stops."""


def evolve(day: Drafted | Published, event: facts.PlanChanged) -> Day:
    """The day after a change: what can be taken back."""
    changed = replace(day, plan=replace(day.plan, changes=_with_change(day.plan.changes, event)))
    return because(changed, event.reason, event.reissue_due)


def _with_change(changes: tuple[Change, ...], event: facts.PlanChanged) -> tuple[Change, ...]:
    """The changes that can be taken back, after one more; the oldest are forgotten."""
    known = changes
    match event.kind:
        case "undo":
            known = _marked(known, event.of, undone=True)
        case "redo":
            known = _marked(known, event.of, undone=False)
        case "revert":
            reverted = next((change for change in known if change.change_id == event.of), None)
            known = _marked(known, event.of, undone=True)
            if reverted is not None and reverted.kind in {"undo", "redo"}:
                known = _marked(known, reverted.of, undone=reverted.kind == "redo")
            return known
        case _:
            pass
    added = Change(event.change_id, event.kind, event.of, event.moves, undone=False)
    return (*known, added)[-RECENT_CHANGES:]


def _marked(changes: tuple[Change, ...], change_id: str | None, *, undone: bool) -> tuple[Change, ...]:
    return tuple(replace(change, undone=undone) if change.change_id == change_id else change for change in changes)


USE_CASES: tuple[UseCase[Any, Any, DayEvent], ...] = (UseCase(ChangePlan, change),)
