"""Which aggregates are due when."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from runtime.timers import Timers

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def at(minutes: int) -> datetime:
    """Minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def test_due_ones_come_out_earliest_first_and_once() -> None:
    timers = Timers()
    for name, minutes in (("c", 3), ("a", 1), ("b", 2), ("d", 9)):
        timers.arm(name, at(minutes))
    assert (timers.take_due(at(3)), timers.take_due(at(3)), len(timers)) == (["a", "b", "c"], [], 1)


def test_a_moved_one_is_due_at_its_last_moment_only() -> None:
    timers = Timers()
    timers.arm("a", at(1))
    timers.arm("a", at(5))
    timers.arm("b", at(5))
    timers.arm("b", at(1))
    assert (timers.take_due(at(2)), timers.take_due(at(5))) == (["b"], ["a"])


def test_a_cleared_one_is_never_due() -> None:
    timers = Timers()
    timers.arm("a", at(1))
    timers.arm("a", None)
    assert (timers.take_due(at(9)), timers.earliest("a"), len(timers)) == ([], None, 0)


def test_what_is_past_when_it_is_set_waits_for_the_grace() -> None:
    """Facts told late rarely come alone (X1)."""
    timers = Timers(grace_seconds=30)
    timers.arm("late", at(-60), NOON)
    timers.arm("late", at(-60), NOON + timedelta(seconds=20))  # the same again does not start the wait anew
    timers.arm("future", at(1), NOON)
    assert timers.take_due(NOON + timedelta(seconds=29)) == []
    assert timers.take_due(NOON + timedelta(seconds=30)) == ["late"]
    assert timers.take_due(at(1)) == ["future"]


def test_no_more_than_asked_for_come_out_at_once() -> None:
    timers = Timers()
    for number in range(5):
        timers.arm(f"a{number}", at(number))
    assert timers.take_due(at(9), limit=2) == ["a0", "a1"]
    assert timers.take_due(at(9), limit=9) == ["a2", "a3", "a4"]


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.none() | st.integers(0, 50)), max_size=40), st.integers(0, 50))
def test_what_is_due_is_what_was_set_last(arming: list[tuple[str, int | None]], now: int) -> None:
    timers = Timers()
    for name, minutes in arming:
        timers.arm(name, None if minutes is None else at(minutes))
    last = dict(arming)
    due = {name for name, minutes in last.items() if minutes is not None and minutes <= now}
    assert set(timers.take_due(at(now))) == due
