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
from inventory.domain.count_plan import (
    INITIAL,
    CountPlan,
    CountPlanEvent,
    NotePlanOverdue,
    NoteSheetBack,
    NoteSheetOut,
    StartCountPlan,
    decide,
    due,
    evolve,
)

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


def given(*events: CountPlanEvent) -> CountPlan:
    state = INITIAL
    for event in events:
        state = evolve(state, event)
    return state


def later(days: int) -> Context:
    return Context(now=NOW + timedelta(days=days), by="system", role="system", policy=POLICY)


def test_the_policy_s_counts_fall_due_from_the_day_on_which_the_plan_starts() -> None:
    """K19"""
    (started,) = decide(StartCountPlan(depot="main"), given(), CTX) or ((),)
    assert isinstance(started, CountPlanStarted)
    assert [(item.plan, (item.due - NOW).days) for item in started.counts] == [
        (item.plan, item.every_days) for item in POLICY.count_plan
    ]


def test_starting_again_adds_only_what_the_policy_got_since() -> None:
    """K19"""
    again = decide(StartCountPlan(depot="main"), given(STARTED), CTX)
    assert [[item.plan for item in event.counts] for event in again if isinstance(event, CountPlanStarted)] == [
        ["B", "C"]
    ]


def test_a_planned_count_is_done_with_its_last_sheet_and_the_next_one_falls_due() -> None:
    """K19"""
    back = NoteSheetBack(depot="main", plan="A", count_no="PD-1", done=True)
    assert decide(OUT, given(STARTED), CTX) == (BEGUN,)
    assert decide(back, given(STARTED, BEGUN), CTX) == (BACK, DONE)
    assert decide(back, given(STARTED, BEGUN, BACK, DONE), CTX) == ()
    assert decide(OUT, given(STARTED, BEGUN, BACK, DONE), CTX) == ()


def test_a_count_of_several_sheets_is_not_done_while_one_is_out() -> None:
    """K19"""
    other = BEGUN.model_copy(update={"count_no": "PD-2"})
    first = NoteSheetBack(depot="main", plan="A", count_no="PD-1", done=True)
    second = NoteSheetBack(depot="main", plan="A", count_no="PD-2", done=False)
    gone = BACK.model_copy(update={"count_no": "PD-2", "done": False})
    assert decide(first, given(STARTED, BEGUN, other), CTX) == (BACK,)
    assert decide(second, given(STARTED, BEGUN, other, BACK), CTX) == (
        gone,
        DONE.model_copy(update={"count_no": "PD-2"}),
    )


def test_a_cancelled_sheet_alone_does_nothing_for_the_plan() -> None:
    """K19"""
    back = NoteSheetBack(depot="main", plan="A", count_no="PD-1", done=False)
    assert decide(back, given(STARTED, BEGUN), CTX) == (BACK.model_copy(update={"done": False}),)


def test_a_planned_count_that_is_not_done_in_time_is_overdue_once_and_may_still_be_done() -> None:
    """K19"""
    overdue = PlannedCountOverdue(at=DUE_A, depot="main", plan="A", name="A 类循环盘点", due=DUE_A)
    first, full = due(given(STARTED))
    assert (first.at, full.at, decide(first.command, given(STARTED), later(31))) == (DUE_A, DUE_FULL, (overdue,))
    assert [timer.name for timer in due(given(STARTED, overdue))] == ["overdue:full"]
    assert decide(NotePlanOverdue(plan="A", due=DUE_A), given(STARTED, overdue), later(31)) == ()
    assert decide(NotePlanOverdue(plan="A", due=DUE_A), given(STARTED), later(1)) == ()
    back = NoteSheetBack(depot="main", plan="A", count_no="PD-1", done=True)
    decision = decide(back, given(STARTED, overdue, BEGUN), later(40))
    assert [type(event).__name__ for event in decision or ()] == ["PlannedSheetBack", "PlannedCountDone"]
    state = given(STARTED, overdue, BEGUN, *decision)  # type: ignore[arg-type, misc]
    assert due(state)[0].at == end_of_day(civil_day(NOW) + timedelta(days=70))


def test_a_count_that_nobody_planned_changes_no_plan() -> None:
    """K19"""
    assert [decide(OUT, given(), CTX), decide(OUT.model_copy(update={"plan": "Z"}), given(STARTED), CTX)] == [(), ()]
