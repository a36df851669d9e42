"""Which count falls due when, and what a count that is done or late does to the plan."""

from datetime import UTC, datetime, timedelta

from company.context import Context
from company.policy import policy_book
from contracts.civil_time import civil_day, end_of_day
from contracts.inventory_counts import (
    CountPlanStarted,
    PlannedCount,
    PlannedCountBegun,
    PlannedCountDone,
    PlannedCountOverdue,
    PlannedSheetBack,
)
from inventory.count_plan import (
    COUNT_PLAN,
    NotePlanOverdue,
    NoteSheetBack,
    NoteSheetOut,
    StartCountPlan,
)
from runtime.testing import given

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
POLICY = policy_book().at(NOW)
CTX = Context(now=NOW, by="guan.yf", role="manager", policy=POLICY)
DUE_A, DUE_FULL = (end_of_day(civil_day(NOW) + timedelta(days=days)) for days in (30, 365))
STARTED = CountPlanStarted(
    at=NOW,
    depot="main",
    counts=(
        PlannedCount(plan="A", name="A 类循环盘点", due=DUE_A),
        PlannedCount(plan="full", name="全盘", due=DUE_FULL),
    ),
)
OUT = NoteSheetOut(depot="main", plan="A", count_no="PD-1")
BEGUN = PlannedCountBegun(at=NOW, depot="main", plan="A", count_no="PD-1")
BACK = PlannedSheetBack(at=NOW, depot="main", plan="A", count_no="PD-1", done=True)
DONE = PlannedCountDone(
    at=NOW,
    depot="main",
    plan="A",
    count_no="PD-1",
    due=DUE_A,
    done_on=civil_day(NOW),
    following=DUE_A,
)


def later(days: int) -> Context:
    return Context(now=NOW + timedelta(days=days), by="system", role="system", policy=POLICY)


def test_the_policy_s_counts_fall_due_from_the_day_on_which_the_plan_starts() -> None:
    """K19"""
    (started,) = given(COUNT_PLAN).asks(StartCountPlan(depot="main"), CTX).events
    assert isinstance(started, CountPlanStarted)
    assert [(item.plan, (item.due - NOW).days) for item in started.counts] == [
        (item.plan, item.every_days) for item in POLICY.count_plan
    ]


def test_starting_again_adds_only_what_the_policy_got_since() -> None:
    """K19"""
    again = given(COUNT_PLAN, STARTED).asks(StartCountPlan(depot="main"), CTX).events
    assert [[item.plan for item in event.counts] for event in again if isinstance(event, CountPlanStarted)] == [
        ["B", "C"]
    ]


def test_a_planned_count_is_done_with_its_last_sheet_and_the_next_one_falls_due() -> None:
    """K19"""
    back = NoteSheetBack(depot="main", plan="A", count_no="PD-1", done=True)
    given(COUNT_PLAN, STARTED).asks(OUT, CTX).then(BEGUN)
    given(COUNT_PLAN, STARTED, BEGUN).asks(back, CTX).then(BACK, DONE)
    given(COUNT_PLAN, STARTED, BEGUN, BACK, DONE).asks(back, CTX).nothing_new()
    given(COUNT_PLAN, STARTED, BEGUN, BACK, DONE).asks(OUT, CTX).nothing_new()


def test_a_count_of_several_sheets_is_not_done_while_one_is_out() -> None:
    """K19"""
    other = BEGUN.model_copy(update={"count_no": "PD-2"})
    first = NoteSheetBack(depot="main", plan="A", count_no="PD-1", done=True)
    second = NoteSheetBack(depot="main", plan="A", count_no="PD-2", done=False)
    gone = BACK.model_copy(update={"count_no": "PD-2", "done": False})
    given(COUNT_PLAN, STARTED, BEGUN, other).asks(first, CTX).then(BACK)
    given(COUNT_PLAN, STARTED, BEGUN, other, BACK).asks(second, CTX).then(
        gone, DONE.model_copy(update={"count_no": "PD-2"})
    )


def test_a_cancelled_sheet_alone_does_nothing_for_the_plan() -> None:
    """K19"""
    back = NoteSheetBack(depot="main", plan="A", count_no="PD-1", done=False)
    given(COUNT_PLAN, STARTED, BEGUN).asks(back, CTX).then(BACK.model_copy(update={"done": False}))


def test_a_planned_count_that_is_not_done_in_time_is_overdue_once_and_may_still_be_done() -> None:
    """K19"""
    overdue = PlannedCountOverdue(at=DUE_A, depot="main", plan="A", name="A 类循环盘点", due=DUE_A)
    first, full = COUNT_PLAN.due(COUNT_PLAN.fold(STARTED))
    assert first.at == DUE_A
    assert full.at == DUE_FULL
    given(COUNT_PLAN, STARTED).asks(first.command, later(31)).then(overdue)
    assert [timer.name for timer in COUNT_PLAN.due(COUNT_PLAN.fold(STARTED, overdue))] == ["overdue:full"]
    given(COUNT_PLAN, STARTED, overdue).asks(NotePlanOverdue(plan="A", due=DUE_A), later(31)).nothing_new()
    given(COUNT_PLAN, STARTED).asks(NotePlanOverdue(plan="A", due=DUE_A), later(1)).nothing_new()
    back = NoteSheetBack(depot="main", plan="A", count_no="PD-1", done=True)
    asked = given(COUNT_PLAN, STARTED, overdue, BEGUN).asks(back, later(40))
    done = asked.then_names("PlannedSheetBack", "PlannedCountDone")
    assert done.due()[0].at == end_of_day(civil_day(NOW) + timedelta(days=70))


def test_a_count_that_nobody_planned_changes_no_plan() -> None:
    """K19"""
    given(COUNT_PLAN).asks(OUT, CTX).nothing_new()
    given(COUNT_PLAN, STARTED).asks(OUT.model_copy(update={"plan": "Z"}), CTX).nothing_new()
