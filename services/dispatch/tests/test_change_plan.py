"""ChangePlan, UndoChange, RedoChange, RevertChange: all or none, taken back exactly, put back when a job refuses."""

from typing import Any

from dispatch_cases import (
    CTX,
    DAY,
    DAY_OPENED,
    DAY_OUT,
    JOB,
    NOW,
    SLOT,
    SUPERVISOR,
    TAKEN,
    a_day,
    changed,
    confirmed,
    reserved,
)
from dispatch_strategies import CHANGE, DAY_CALLS, story
from hypothesis import given, settings
from hypothesis import strategies as st
from test_dispatch_properties import play

from company.context import Context
from company.policy import policy_book
from company.reasons import REVERTED, SAME_DAY, UNDONE
from contracts.dispatch import DayEvent
from contracts.dispatch_days import Slot, SlotReleased
from dispatch.day.aggregate import DAY as DAY_PLAN
from dispatch.day.change import RECENT_CHANGES, ChangePlan, PlannedMove, Spot, fit
from dispatch.day.state import Day, Drafted, Published, Unopened, slot_of
from dispatch.day.turn import RedoChange, RevertChange, UndoChange
from dispatch.refusals import no
from runtime.decision import Rejected
from runtime.testing import Given

OTHER = SLOT.model_copy(update={"job_id": "D-2", "contract_no": "2", "crew": "S2"})
BOTH = (*TAKEN, reserved(OTHER), confirmed("D-2"))
HERE, THERE = Spot(crew="S1", half="am", position=1), Spot(crew="S2", half="am", position=1)
"""Where JOB is, and where D-2 is."""


def part(job: str, to: Spot | None, reservation: int | None = None) -> PlannedMove:
    """One job's part."""
    known = SLOT if job == JOB else OTHER
    return PlannedMove(
        job_id=job,
        kind="delivery",
        contract_no=known.contract_no,
        volume_l=known.volume_l,
        lines=known.lines,
        to=to,
        reservation=reservation,
    )


SWAP = ChangePlan(on=DAY, change_id="c-1", kind="swap", moves=(part(JOB, THERE, 2), part("D-2", HERE, 4)))
SWAPPED = (SLOT.model_copy(update={"crew": "S2"}), OTHER.model_copy(update={"crew": "S1"}))
SWAP_EVENTS = (
    changed((SLOT, SWAPPED[0]), (OTHER, SWAPPED[1]), change_id="c-1", kind="swap"),
    SlotReleased(at=NOW, depot="main", on=DAY, job_id=JOB, reason=SAME_DAY, change_id="c-1"),
    SlotReleased(at=NOW, depot="main", on=DAY, job_id="D-2", reason=SAME_DAY, change_id="c-1"),
    reserved(SWAPPED[0], change_id="c-1"),
    reserved(SWAPPED[1], change_id="c-1"),
)


def after(command: Any, day: Given[Day, DayEvent], ctx: Context = CTX) -> Given[Day, DayEvent]:
    """The day once a command was accepted."""
    return day.asks(command, ctx).accepted()


def slots(day: Given[Day, DayEvent], *jobs: str) -> list[Slot | None]:
    """Where jobs are."""
    assert not isinstance(day.state, Unopened)
    return [slot_of(day.state.plan, job) for job in jobs]


def test_two_jobs_swap_in_one_decision() -> None:
    """B8"""
    assert a_day(*BOTH).asks(SWAP, CTX).decided == SWAP_EVENTS


def test_the_same_change_again_is_no_event() -> None:
    """B8"""
    after(SWAP, a_day(*BOTH)).asks(SWAP, CTX).nothing_new()


def test_a_job_that_is_not_where_the_planner_saw_it_is_not_moved() -> None:
    """B8"""
    moved = (reserved(SLOT.model_copy(update={"half": "pm"})), confirmed())
    a_day(*BOTH, *moved).asks(SWAP, CTX).refuses(no("changed_since", jobs=JOB))


def test_a_change_opens_the_day() -> None:
    """B8, K4"""
    first = ChangePlan(on=DAY, change_id="c-1", kind="place", moves=(part(JOB, HERE, 0),))
    opened = a_day().asks(first, CTX).decided
    assert opened == (DAY_OPENED, changed((None, SLOT), change_id="c-1"), reserved(change_id="c-1"))


def test_a_published_plan_is_swapped_with_a_reason_only() -> None:
    """B4"""
    a_day(*BOTH, DAY_OUT).asks(SWAP, CTX).refuses(no("adjustment_needs_reason", on=DAY, edition=1))


def test_a_swap_is_undone_and_done_again_exactly() -> None:
    """B4"""
    swapped = after(SWAP, a_day(*BOTH))
    undone = after(UndoChange(change_id="c-1", undo_id="u-1"), swapped, SUPERVISOR)
    again = after(RedoChange(change_id="c-1", redo_id="r-1"), undone)
    assert [slots(state, JOB, "D-2") for state in (undone, again)] == [[SLOT, OTHER], list(SWAPPED)]


def test_an_undo_says_what_it_takes_back_and_why() -> None:
    """B4, X1"""
    said = after(SWAP, a_day(*BOTH)).asks(UndoChange(change_id="c-1", undo_id="u-1"), CTX).decided[0]
    expected = changed((SWAPPED[0], SLOT), (SWAPPED[1], OTHER), change_id="u-1", kind="undo", reason=UNDONE, of="c-1")
    assert said == expected


def test_undoing_twice_and_redoing_what_stands_are_no_events() -> None:
    """B4"""
    swapped = after(SWAP, a_day(*BOTH))
    undone = after(UndoChange(change_id="c-1", undo_id="u-1"), swapped)
    assert [
        undone.asks(UndoChange(change_id="c-1", undo_id="u-2"), CTX).decided,
        swapped.asks(RedoChange(change_id="c-1", redo_id="r-1"), CTX).decided,
    ] == [(), ()]


def test_what_was_planned_anew_is_not_undone() -> None:
    """B4"""
    swapped = after(SWAP, a_day(*BOTH))
    moved = after(
        ChangePlan(on=DAY, change_id="c-2", kind="move", moves=(part("D-2", Spot(crew="S1", half="pm")),)), swapped
    )
    undo = UndoChange(change_id="c-1", undo_id="u-1")
    back = after(UndoChange(change_id="c-2", undo_id="u-2"), moved)
    assert (moved.asks(undo, CTX).decided, slots(after(undo, back), JOB, "D-2")) == (
        no("changed_since", jobs="D-2"),
        [SLOT, OTHER],
    )


def test_an_unknown_change_and_a_day_that_nobody_opened_cannot_be_undone() -> None:
    """B4"""
    undo = UndoChange(change_id="c-9", undo_id="u-1")
    assert [state.asks(undo, CTX).decided for state in (a_day(), a_day(*BOTH))] == 2 * [
        no("unknown_change", change_id="c-9")
    ]


def test_a_forced_place_may_be_gone_back_to() -> None:
    """B8"""
    forced = SLOT.model_copy(update={"volume_l": 13_000, "forced": "客户要求"})
    large = part(JOB, Spot(crew="S2", half="am")).model_copy(update={"volume_l": 13_000})
    state = a_day(DAY_OPENED, reserved(forced), confirmed())
    move = ChangePlan(on=DAY, change_id="c-1", kind="move", moves=(large,), force_reason="换车")
    undone = after(UndoChange(change_id="c-1", undo_id="u-1"), after(move, state, SUPERVISOR))
    assert slots(undone, JOB) == [forced]


def test_a_change_that_a_job_refuses_is_put_back_and_who_had_left_keeps_his_slot() -> None:
    """B8"""
    swapped = after(SWAP, a_day(*BOTH))
    asked = swapped.asks(RevertChange(change_id="c-1", departed=("D-2",)), CTX)
    events, reverted = asked.decided, asked.accepted()
    assert not isinstance(reverted.state, Unopened)
    held = {one.slot.job_id: (one.slot, one.confirmed) for one in reverted.state.plan.held}
    assert (events[0].kind, events[0].reason, held) == (
        "revert",
        REVERTED,
        {JOB: (SLOT, False), "D-2": (OTHER, True)},
    )
    reverted.asks(RevertChange(change_id="c-1"), CTX).nothing_new()


def test_an_undo_that_a_job_refuses_leaves_the_change_standing() -> None:
    """B4"""
    undone = after(UndoChange(change_id="c-1", undo_id="u-1"), after(SWAP, a_day(*BOTH)))
    standing = after(RevertChange(change_id="u-1"), undone)
    once_more = standing.asks(UndoChange(change_id="c-1", undo_id="u-2"), CTX).decided
    assert (slots(standing, JOB, "D-2"), once_more != ()) == (list(SWAPPED), True)


def test_only_so_many_changes_are_remembered() -> None:
    """B4"""
    state = a_day(*BOTH)
    for number in range(RECENT_CHANGES):
        spot = Spot(crew="S1", half="pm" if number % 2 == 0 else "am", position=1)
        state = after(ChangePlan(on=DAY, change_id=f"n-{number}", kind="move", moves=(part(JOB, spot),)), state)
    assert isinstance(state.state, Drafted | Published)
    assert len(state.state.plan.changes) == RECENT_CHANGES
    after(SWAP_AWAY, state).asks(UndoChange(change_id="n-0", undo_id="u"), CTX).refuses(
        no("unknown_change", change_id="n-0")
    )


SWAP_AWAY = ChangePlan(on=DAY, change_id="away", kind="move", moves=(part("D-2", Spot(crew="S2", half="pm")),))


@settings(max_examples=200, deadline=None)
@given(story(DAY_CALLS, 25), CHANGE, st.sampled_from(["install_assistant", "install_supervisor"]))
def test_undo_restores_every_place_exactly_and_redo_brings_every_place_back(
    commands: list[Any], wanted: ChangePlan, role: str
) -> None:
    """B4, B8: whatever was planned before."""
    before = play("day", commands)[0][-1]
    now = NOW.replace(year=2027)
    ctx = Context(now, "he.jx", role, policy_book().at(now))
    wanted = wanted.model_copy(update={"change_id": "wanted", "reason": "顺路"})
    asked = Given(DAY_PLAN, before).asks(wanted, ctx)
    if isinstance(asked.decided, Rejected) or not asked.decided or isinstance(before, Unopened):
        return
    done = asked.accepted()
    undoing = done.asks(UndoChange(change_id="wanted", undo_id="u", reason="算了"), ctx)
    if isinstance(undoing.decided, Rejected):
        # only a place that the rules of that moment refuse: its crew fell absent, or is not as free as it was
        assert not isinstance(done.state, Unopened)
        moves = tuple((m.job_id, m.before) for m in asked.decided[0].moves)
        found, _ = fit(moves, done.state.plan, ctx.policy, {})
        assert found
        return
    undone = undoing.accepted()
    assert places(undone.state) == places(before)
    redoing = undone.asks(RedoChange(change_id="wanted", redo_id="r", reason="还是要"), ctx)
    if not isinstance(redoing.decided, Rejected):
        assert places(redoing.accepted().state) == places(done.state)


def places(state: Day) -> dict[str, Slot]:
    """Where everybody is."""
    assert not isinstance(state, Unopened)
    return {held.slot.job_id: held.slot for held in state.plan.held}
