"""What a day plan (送货安排表) can be, how events lead from one situation to the next, and what falls due on it.

A draft becomes 已发布 when it is published (B4); from then on it keeps what was issued beside what is planned now, so
that each later edition can say what is different in it. Changes are kept as data, so that they can be taken back.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import assert_never

from contracts.dispatch_days import (
    CrewAbsent,
    CrewOfDay,
    CrewOfDayChanged,
    CrewReturned,
    DayAdjusted,
    DayOpened,
    DayPublished,
    PlanChanged,
    PlanChangeKind,
    PlanOverdue,
    Slot,
    SlotConfirmed,
    SlotMove,
    SlotReleased,
    SlotReserved,
)
from dispatch.domain.slot_rules import HALVES, Absence
from runtime.decision import Rejected

DEPOT = "main"

RECENT_CHANGES = 300
"""How many changes of one day can still be taken back: about three a stop on a day of a hundred stops."""


def day_id(on: date, depot: str = DEPOT) -> str:
    """Aggregate id of a day."""
    return f"day:{depot}:{on.isoformat()}"


@dataclass(frozen=True, slots=True)
class Held:
    """A slot that a job holds; `reservation` is the day's version at which it was given, `change_id` by what."""

    slot: Slot
    reservation: int
    expires_at: datetime
    confirmed: bool
    change_id: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A change that can be taken back, or was (`undone`). `of`: the change that it takes back or does again."""

    change_id: str
    kind: PlanChangeKind
    of: str | None
    moves: tuple[SlotMove, ...]
    undone: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What is planned so far. `version` counts the day's events."""

    depot: str
    on: date
    crews: tuple[CrewOfDay, ...]
    plan_due: datetime
    held: tuple[Held, ...]
    version: int
    changes: tuple[Change, ...] = ()
    absences: tuple[Absence, ...] = ()


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
    """已发布: edition `edition` is out, with the stops and crews issued in it. Changes since then have `reasons`, and
    go out by `reissue_due` at the latest. `told`: who heard of the last adjustment; `overdue`: it came out late."""

    plan: Plan
    edition: int
    issued: tuple[Slot, ...]
    issued_crews: tuple[CrewOfDay, ...]
    reasons: tuple[str, ...]
    reissue_due: datetime | None
    published_at: datetime | None = None
    told: tuple[str, ...] = ()
    overdue: bool = False


Day = Unopened | Drafted | Published
INITIAL: Day = Unopened()
STATES = (Unopened, Drafted, Published)

DayEvent = (
    DayOpened
    | SlotReserved
    | SlotConfirmed
    | SlotReleased
    | DayPublished
    | PlanOverdue
    | PlanChanged
    | DayAdjusted
    | CrewAbsent
    | CrewReturned
    | CrewOfDayChanged
)
Decision = tuple[DayEvent, ...] | Rejected


def held_by(plan: Plan, job_id: str) -> Held | None:
    """The one slot that a job holds on this day."""
    return next((held for held in plan.held if held.slot.job_id == job_id), None)


def slot_of(plan: Plan, job_id: str) -> Slot | None:
    """Where a job is on this day."""
    held = held_by(plan, job_id)
    return None if held is None else held.slot


def change_of(plan: Plan, change_id: str) -> Change | None:
    """A change of the day that is remembered."""
    return next((change for change in plan.changes if change.change_id == change_id), None)


def in_order(plan: Plan) -> tuple[Slot, ...]:
    """The slots that jobs took: crew by crew, morning first, in the order of stops."""
    crews = [crew.crew for crew in plan.crews]
    taken = (held.slot for held in plan.held if held.confirmed)
    return tuple(sorted(taken, key=lambda slot: (crews.index(slot.crew), HALVES.index(slot.half), slot.position)))


def differs_from_issue(day: Published) -> bool:
    """Whether the plan is not what warehouse and group have in their hands."""
    return in_order(day.plan) != day.issued or day.plan.crews != day.issued_crews


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
            held = Held(event.slot, plan.version, event.expires_at, confirmed=False, change_id=event.change_id)
            return replace(day, plan=replace(plan, held=(*_without(plan.held, event.slot.job_id), held)))
        case SlotReleased():
            return replace(day, plan=replace(plan, held=_without(plan.held, event.job_id)))
        case SlotConfirmed():
            taken = tuple(
                replace(held, confirmed=True) if held.slot.job_id == event.job_id else held for held in plan.held
            )
            return replace(day, plan=replace(plan, held=taken))
        case DayPublished():
            return Published(
                plan,
                event.version,
                event.stops,
                event.crews,
                reasons=(),
                reissue_due=None,
                published_at=event.at,
                told=day.told if isinstance(day, Published) else (),
                overdue=day.overdue,
            )
        case PlanOverdue():
            return Drafted(plan, overdue=True) if isinstance(day, Drafted) else replace(day, plan=plan)
        case PlanChanged():
            changed = replace(plan, changes=_with_change(plan.changes, event))
            if isinstance(day, Published):
                return _because(replace(day, plan=changed), event.reason, event.reissue_due)
            return replace(day, plan=changed)
        case CrewAbsent():
            absence = Absence(event.crew, event.half, event.reason)
            others = tuple(one for one in plan.absences if one.crew != event.crew)
            return replace(day, plan=replace(plan, absences=(*others, absence)))
        case CrewReturned():
            left = tuple(one for one in plan.absences if one.crew != event.crew)
            return replace(day, plan=replace(plan, absences=left))
        case CrewOfDayChanged():
            crews = tuple(event.crew if crew.crew == event.crew.crew else crew for crew in plan.crews)
            changed = replace(plan, crews=crews)
            if isinstance(day, Published):
                return _because(replace(day, plan=changed), event.reason, event.reissue_due)
            return replace(day, plan=changed)
        case DayAdjusted():
            return replace(day, plan=plan, told=event.told) if isinstance(day, Published) else replace(day, plan=plan)
    assert_never(event)


def _because(day: Published, reason: str | None, reissue_due: datetime | None) -> Published:
    reasons = day.reasons if reason is None or reason in day.reasons else (*day.reasons, reason)
    return replace(day, reasons=reasons, reissue_due=reissue_due or day.reissue_due)


def _without(held: Iterable[Held], job_id: str) -> tuple[Held, ...]:
    return tuple(one for one in held if one.slot.job_id != job_id)


def _with_change(changes: tuple[Change, ...], event: PlanChanged) -> tuple[Change, ...]:
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
