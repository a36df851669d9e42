"""Taking a change of the plan back, doing it again, and putting it back when a job did not follow (B4, B8).

Each is a change of its own: what was is never erased, and every job goes exactly where it was.
"""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from company.context import Context
from company.reasons import REDONE, REVERTED, UNDONE
from contracts import dispatch_days as facts
from contracts.bounds import Few, Nth, OneLine, OptionalId, Words
from contracts.dispatch import DayEvent
from dispatch.day.change import Header, Moves, Rearranged, fit, rearrange, same_place, too_late
from dispatch.day.places import change_clash
from dispatch.day.state import Change, Day, Decision, Drafted, Published, Unopened, change_of, held_by, slot_of
from dispatch.refusals import no
from runtime.decision import Command, Rejected
from runtime.use_case import UseCase


class UndoChange(Command):
    """撤销: a change is taken back, by a change of its own."""

    command: Literal["UndoChange"] = "UndoChange"
    change_id: OptionalId
    undo_id: str = Field(min_length=1, max_length=80)
    reason: Words | None = None


class RedoChange(Command):
    """重做: a change that was taken back is done again."""

    command: Literal["RedoChange"] = "RedoChange"
    change_id: OptionalId
    redo_id: str = Field(min_length=1, max_length=80)
    reason: Words | None = None


class RevertChange(Command):
    """自动还原: a job did not follow, so the whole change is put back. `departed`: jobs that had left before it, whose
    slots therefore stay theirs.

    `job_id`: who did not follow. Then its slot of version `reservation` (none: it was to leave its slot) does not stay
    held for it, also where the change cannot be put back any more.
    """

    command: Literal["RevertChange"] = "RevertChange"
    change_id: OptionalId
    departed: Annotated[tuple[OneLine, ...], Few(1_000)] = ()
    job_id: OptionalId = ""
    reservation: Nth | None = None


def undo(command: UndoChange, day: Day, ctx: Context) -> Decision:
    """Take a change back: every job of it goes exactly where it was. Rules: B4, B8.

    Anybody who plans may, also days later. Taken back already is no event. Refuses: unknown_change, changed_since,
    plan_too_late (B11), slot_clash (somebody has the old place now). On a published plan the reason is 撤销 unless
    another one is given.
    """
    found = _to_turn(day, command.change_id)
    if isinstance(found, Rejected):
        return found
    opened_day, known = found
    if known.undone:
        return ()
    moves = tuple((move.job_id, move.before) for move in known.moves)
    expected = tuple((move.job_id, move.after) for move in known.moves)
    header = Header(command.at or ctx.now, command.undo_id, "undo", command.reason, known.change_id)
    return _turn(moves, expected, opened_day, header, ctx)


def redo(command: RedoChange, day: Day, ctx: Context) -> Decision:
    """Do again what was taken back, exactly. Rules and refusals as for undoing."""
    found = _to_turn(day, command.change_id)
    if isinstance(found, Rejected):
        return found
    opened_day, known = found
    if not known.undone:
        return ()
    moves = tuple((move.job_id, move.after) for move in known.moves)
    expected = tuple((move.job_id, move.before) for move in known.moves)
    header = Header(command.at or ctx.now, command.redo_id, "redo", command.reason, known.change_id)
    return _turn(moves, expected, opened_day, header, ctx)


def revert(command: RevertChange, day: Day, ctx: Context) -> Decision:
    """Put a change back because a job refused its part (B8). Once anything of it was planned anew, it stays, but what
    was refused is held for that job no longer; if it has driven off, it keeps what it is held."""
    if isinstance(day, Unopened):
        return ()
    at, plan = command.at or ctx.now, day.plan
    held = held_by(plan, command.job_id)
    if command.job_id and command.reservation != (None if held is None else held.reservation):
        return ()
    known = change_of(plan, command.change_id)
    events = () if known is None or known.undone else reverting(known, day, at, ctx)
    if not events and held is not None:
        here: dict[str, Any] = {"at": at, "depot": plan.depot, "on": plan.on, "job_id": command.job_id}
        if command.job_id not in command.departed:
            return (facts.SlotReleased(**here, reason=REVERTED),)
        return () if held.confirmed else (facts.SlotConfirmed(**here),)
    kept = tuple(
        facts.SlotConfirmed(at=event.at, depot=event.depot, on=event.on, job_id=event.slot.job_id)
        for event in events
        if isinstance(event, facts.SlotReserved) and event.slot.job_id in command.departed
    )
    return (*(_known_to(command.job_id, event) for event in events), *kept)


def _known_to(job_id: str, event: Rearranged) -> Rearranged:
    """What is freed of a job that declined it, the job need not hear of."""
    mine = isinstance(event, facts.SlotReleased) and event.job_id == job_id
    return event.model_copy(update={"left": True}) if mine else event


def reverting(known: Change, day: Drafted | Published, at: datetime, ctx: Context) -> tuple[Rearranged, ...]:
    """The events that put a change back, or none when it is not as the change left it any more."""
    plan = day.plan
    if any(not same_place(slot_of(plan, move.job_id), move.after) for move in known.moves):
        return ()
    moves = tuple((move.job_id, move.before) for move in known.moves)
    found, _ = fit(moves, plan, ctx.policy, {})
    if any(not clash.is_soft for clash in found):
        return ()
    header = Header(at, f"revert:{known.change_id}", "revert", REVERTED, known.change_id)
    return rearrange(moves, day, header, ctx)


def _to_turn(day: Day, change_id: str) -> tuple[Drafted | Published, Change] | Rejected:
    if isinstance(day, Unopened):
        return no("unknown_change", change_id=change_id)
    known = change_of(day.plan, change_id)
    if known is None or known.kind in {"undo", "redo"}:
        return no("unknown_change", change_id=change_id)
    return day, known


def _turn(moves: Moves, expected: Moves, day: Drafted | Published, header: Header, ctx: Context) -> Decision:
    plan = day.plan
    moved = [job for job, slot in expected if not same_place(slot_of(plan, job), slot)]
    if moved:
        return no("changed_since", jobs="、".join(moved))
    late = too_late(moves, plan)
    if late is not None:
        return late
    found, _ = fit(moves, plan, ctx.policy, {})
    if found:
        return change_clash(plan.on, found)
    words = header.reason or (UNDONE if header.kind == "undo" else REDONE)
    return rearrange(moves, day, replace(header, reason=words), ctx)


USE_CASES: tuple[UseCase[Any, Any, DayEvent], ...] = (
    UseCase(UndoChange, undo),
    UseCase(RedoChange, redo),
    UseCase(RevertChange, revert),
)
