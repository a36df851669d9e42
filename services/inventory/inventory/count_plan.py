"""盘点计划 Plan of counts (K19): which count falls due when, by policy; a count done late or never shows.

One aggregate per depot, `countplan:main`. A planned count may need several sheets (a full count has one for each zone):
it is done when the last sheet that is out is done, and at least one was. A cancelled sheet counts for nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal, assert_never

from company.context import Context
from company.policy import Policy
from contracts import inventory_counts as facts
from contracts.bounds import Moment, OptionalId
from contracts.civil_time import civil_day, days_later, end_of_day
from contracts.inventory_counts import CountPlanEvent
from inventory.who import ACCOUNTS
from runtime.aggregate import Aggregate
from runtime.decision import Command, Timer
from runtime.use_case import Nothing, UseCase


class StartCountPlan(Command):
    """盘点计划生效 Start the plan of counts (K19)

    From today on the policy's counts fall due; again, to add what the policy got since.
    """

    command: Literal["StartCountPlan"] = "StartCountPlan"
    depot: OptionalId


class NoteSheetOut(Command):
    """A sheet of a planned count was opened."""

    command: Literal["NoteSheetOut"] = "NoteSheetOut"
    depot: OptionalId
    plan: OptionalId
    count_no: OptionalId


class NoteSheetBack(Command):
    """A sheet of a planned count is done, or was cancelled."""

    command: Literal["NoteSheetBack"] = "NoteSheetBack"
    depot: OptionalId
    plan: OptionalId
    count_no: OptionalId
    done: bool


class NotePlanOverdue(Command):
    """计划盘点到期: by timer."""

    command: Literal["NotePlanOverdue"] = "NotePlanOverdue"
    plan: OptionalId
    due: Moment


@dataclass(frozen=True, slots=True)
class Item:
    """One planned count: sheets that are `out`, whether one came back done, and the last count's number."""

    plan: str
    name: str
    due: datetime
    overdue: bool = False
    out: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    some_done: bool = False


@dataclass(frozen=True, slots=True)
class Unplanned:
    """Nothing falls due."""


@dataclass(frozen=True, slots=True)
class Planned:
    """Counts fall due."""

    depot: str
    items: tuple[Item, ...]


CountPlan = Unplanned | Planned
INITIAL: CountPlan = Unplanned()
Decision = Sequence[CountPlanEvent]


def start_plan(command: StartCountPlan, plan: CountPlan, ctx: Context) -> Decision:
    """Plan what the policy asks for and is not planned yet (K19). Nothing new is no event."""
    known = {item.plan for item in plan.items} if isinstance(plan, Planned) else set()
    at = command.at or ctx.now
    fresh = tuple(
        facts.PlannedCount(
            plan=item.plan, name=item.name, due=end_of_day(civil_day(at) + timedelta(days=item.every_days))
        )
        for item in ctx.policy.count_plan
        if item.plan not in known
    )
    return (facts.CountPlanStarted(at=at, depot=command.depot, counts=fresh),) if fresh else ()


def note_out(command: NoteSheetOut, plan: CountPlan, ctx: Context) -> Decision:
    """A sheet is out. One of a plan that nobody planned is no event."""
    item = _item(plan, command.plan)
    if item is None or command.count_no in (*item.out, *item.back):
        return ()
    at = command.at or ctx.now
    return (facts.PlannedCountBegun(at=at, depot=command.depot, plan=command.plan, count_no=command.count_no),)


def note_back(command: NoteSheetBack, plan: CountPlan, ctx: Context) -> Decision:
    """A sheet is back; with the last one the count is done and the next one falls due (K19). Once per sheet."""
    item = _item(plan, command.plan)
    if item is None or command.count_no in item.back:
        return ()
    at = command.at or ctx.now
    back = facts.PlannedSheetBack(
        at=at, depot=command.depot, plan=command.plan, count_no=command.count_no, done=command.done
    )
    still_out = [count_no for count_no in item.out if count_no != command.count_no]
    if still_out or not (command.done or item.some_done):
        return (back,)
    done_on = civil_day(at)
    done = facts.PlannedCountDone(
        at=at,
        depot=command.depot,
        plan=command.plan,
        count_no=command.count_no,
        due=item.due,
        done_on=done_on,
        following=_following(done_on, command.plan, ctx.policy),
    )
    return (back, done)


def note_overdue(command: NotePlanOverdue, plan: CountPlan, ctx: Context) -> Decision:
    """The plan's day passed (K19). Once per due time."""
    item = _item(plan, command.plan)
    if item is None or not isinstance(plan, Planned) or item.overdue or item.due != command.due or ctx.now < item.due:
        return ()
    return (facts.PlannedCountOverdue(at=item.due, depot=plan.depot, plan=item.plan, name=item.name, due=item.due),)


def evolve(plan: CountPlan, event: CountPlanEvent) -> CountPlan:
    """The plan after an event."""
    if isinstance(event, facts.CountPlanStarted):
        items = plan.items if isinstance(plan, Planned) else ()
        return Planned(event.depot, (*items, *(Item(x.plan, x.name, x.due) for x in event.counts)))
    item = _item(plan, event.plan)
    if item is None or not isinstance(plan, Planned):
        return plan
    match event:
        case facts.PlannedCountBegun():
            changed = replace(item, out=(*item.out, event.count_no))
        case facts.PlannedSheetBack():
            changed = replace(
                item,
                out=tuple(count_no for count_no in item.out if count_no != event.count_no),
                back=(*item.back, event.count_no),
                some_done=item.some_done or event.done,
            )
        case facts.PlannedCountDone():
            changed = Item(item.plan, item.name, event.following, back=(event.count_no,))
        case facts.PlannedCountOverdue():
            changed = replace(item, overdue=True)
        case _:
            assert_never(event)
    return replace(plan, items=tuple(changed if x.plan == changed.plan else x for x in plan.items))


def due(plan: CountPlan) -> tuple[Timer, ...]:
    """Every planned count whose lateness was not noted yet (K19)."""
    if isinstance(plan, Unplanned):
        return ()
    return tuple(
        Timer(f"overdue:{item.plan}", item.due, NotePlanOverdue(plan=item.plan, due=item.due))
        for item in plan.items
        if not item.overdue
    )


def _item(plan: CountPlan, name: str) -> Item | None:
    if isinstance(plan, Unplanned):
        return None
    return next((item for item in plan.items if item.plan == name), None)


def _following(done_on: date, name: str, policy: Policy) -> datetime:
    """A plan that the policy dropped meanwhile falls due once more after a year, and may then be let go."""
    days = next((item.every_days for item in policy.count_plan if item.plan == name), 365)
    return end_of_day(days_later(done_on, days))


USE_CASES: tuple[UseCase[Any, Any, CountPlanEvent], ...] = (
    UseCase(StartCountPlan, start_plan, ACCOUNTS, "", body=Nothing, status=201),
    UseCase(NoteSheetOut, note_out),
    UseCase(NoteSheetBack, note_back),
    UseCase(NotePlanOverdue, note_overdue),
)
COUNT_PLAN = Aggregate[CountPlan, CountPlanEvent]("countplan", INITIAL, (Unplanned, Planned), evolve, USE_CASES, due)
