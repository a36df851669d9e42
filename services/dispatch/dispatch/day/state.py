"""What a day plan (送货安排表) can be.

A draft becomes 已发布 when it is published (B4); from then on it keeps what was issued beside what is planned now, so
that each later edition can say what is different in it. Changes are kept as data, so that they can be taken back.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from contracts import dispatch_days as facts
from contracts.dispatch import DayEvent
from contracts.fact import Half
from dispatch.fields import DEPOT
from runtime.decision import Rejected

HALVES: tuple[Half, Half] = ("am", "pm")


@dataclass(frozen=True, slots=True)
class Absence:
    """A crew that is not there on a day, or on its half `half`."""

    crew: str
    half: Half | None
    reason: str


@dataclass(frozen=True, slots=True)
class Held:
    """A slot that a job holds; `reservation` is the day's version at which it was given, `change_id` by what."""

    slot: facts.Slot
    reservation: int
    expires_at: datetime
    confirmed: bool
    change_id: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A change that can be taken back, or was (`undone`). `of`: the change that it takes back or does again."""

    change_id: str
    kind: facts.PlanChangeKind
    of: str | None
    moves: tuple[facts.SlotMove, ...]
    undone: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What is planned so far. `version` counts the day's events; `departed`: crews that have left (B11)."""

    depot: str
    on: date
    crews: tuple[facts.CrewOfDay, ...]
    plan_due: datetime
    held: tuple[Held, ...]
    version: int
    changes: tuple[Change, ...] = ()
    absences: tuple[Absence, ...] = ()
    departed: tuple[str, ...] = ()


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
    issued: tuple[facts.Slot, ...]
    issued_crews: tuple[facts.CrewOfDay, ...]
    reasons: tuple[str, ...]
    reissue_due: datetime | None
    published_at: datetime | None = None
    told: tuple[str, ...] = ()
    overdue: bool = False


Day = Unopened | Drafted | Published

INITIAL: Day = Unopened()

STATES = (Unopened, Drafted, Published)


Decision = tuple[DayEvent, ...] | Rejected


def day_no(on: date | str, depot: str = DEPOT) -> str:
    """A day, as its aggregate and its rows are named."""
    return f"{depot}:{on}"


def held_by(plan: Plan, job_id: str) -> Held | None:
    """The one slot that a job holds on this day."""
    return next((held for held in plan.held if held.slot.job_id == job_id), None)


def slot_of(plan: Plan, job_id: str) -> facts.Slot | None:
    """Where a job is on this day."""
    held = held_by(plan, job_id)
    return None if held is None else held.slot


def change_of(plan: Plan, change_id: str) -> Change | None:
    """A change of the day that is remembered."""
    return next((change for change in plan.changes if change.change_id == change_id), None)


def in_order(plan: Plan) -> tuple[facts.Slot, ...]:
    """The slots that jobs took: crew by crew, morning first, in the order of stops."""
    crews = {crew.crew: number for number, crew in enumerate(plan.crews)}
    taken = (held.slot for held in plan.held if held.confirmed)
    return tuple(
        sorted(taken, key=lambda slot: (crews.get(slot.crew, len(crews)), HALVES.index(slot.half), slot.position))
    )


def differs_from_issue(day: Published) -> bool:
    """Whether the plan is not what warehouse and group have in their hands."""
    return in_order(day.plan) != day.issued or day.plan.crews != day.issued_crews


def drafted(event: facts.DayOpened) -> Drafted:
    """A day that somebody begins to plan."""
    return Drafted(Plan(event.depot, event.on, event.crews, event.plan_due, (), 1), overdue=False)


def because(day: Drafted | Published, reason: str | None, due: datetime | None) -> Drafted | Published:
    """A published day that was changed: for this reason, and going out again by then."""
    if isinstance(day, Drafted):
        return day
    reasons = day.reasons if reason is None or reason in day.reasons else (*day.reasons, reason)
    return replace(day, reasons=reasons, reissue_due=due or day.reissue_due)
