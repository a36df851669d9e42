"""When the desk is open, and by when a reply is owed. Times in the tests are the company's clocks."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.policy import SHANGHAI, Policy, policy_book
from service_desk.domain.service_hours import is_working_day, next_opening, reply_due, shifts_of

POLICY = policy_book().at(datetime(2026, 3, 13, tzinfo=UTC))
FROM_RECEIPT = POLICY.model_copy(update={"reply_start": "receipt"})


def shown(day: int, hour: int, minute: int = 0, *, month: int = 3, second: int = 0) -> datetime:
    """What the company's clocks show, in 2026."""
    return datetime(2026, month, day, hour, minute, second, tzinfo=SHANGHAI).astimezone(UTC)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 3, 13), True),  # Friday
        (date(2026, 3, 14), False),  # Saturday
        (date(2026, 2, 17), False),  # Tuesday, spring festival
        (date(2026, 2, 28), True),  # Saturday, made up for
        (date(2026, 1, 4), True),  # Sunday, made up for
        (date(2026, 10, 7), False),  # Wednesday, national day
        (date(2026, 10, 8), True),  # Thursday after it
    ],
)
def test_working_days_follow_the_state_councils_calendar_with_make_up_days(day: date, *, working: bool) -> None:
    """C1"""
    assert is_working_day(day, POLICY) == working


def test_a_make_up_saturday_has_the_hours_of_a_working_day() -> None:
    """C1"""
    assert [shifts_of(date(2026, 2, day), POLICY) for day in (28, 21)] == [
        POLICY.service_hours_working,
        POLICY.service_hours_other,
    ]


@pytest.mark.parametrize(
    ("received", "opening"),
    [
        (shown(13, 9), shown(13, 9)),  # open
        (shown(13, 8), shown(13, 8)),  # the opening minute
        (shown(13, 7, 59, second=59), shown(13, 8)),  # before the first shift
        (shown(13, 12), shown(13, 13, 30)),  # the closing minute is outside
        (shown(13, 13), shown(13, 13, 30)),  # lunch of a working day
        (shown(13, 17, 30), shown(14, 9)),  # Friday evening: Saturday opens later
        (shown(14, 12, 30), shown(14, 13)),  # lunch of a Saturday
        (shown(14, 16), shown(15, 9)),  # Saturday afternoon
        (shown(15, 23), shown(16, 8)),  # Sunday night: Monday opens at eight
        (shown(27, 20, month=2), shown(28, 8, month=2)),  # the next day is a make-up Saturday
        (shown(14, 18, month=2), shown(15, 9, month=2)),  # make-up Saturday evening: the festival's first day
        (shown(13, 0, 30), shown(13, 8)),  # past midnight, still the day before in UTC
    ],
)
def test_the_next_opening(received: datetime, opening: datetime) -> None:
    """C1"""
    assert next_opening(received, POLICY) == opening


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (shown(13, 9), shown(13, 21)),  # open: twelve hours from the receipt
        (shown(13, 12, 30), shown(14, 1, 30)),  # lunch: from 13:30
        (shown(13, 20), shown(14, 21)),  # evening: from Saturday's nine o'clock
        (shown(27, 20, month=2), shown(28, 20, month=2)),  # before a make-up Saturday: from eight
    ],
)
def test_a_reply_is_owed_twelve_civil_hours_after_receipt_or_the_next_opening(
    received: datetime, due: datetime
) -> None:
    """C2"""
    assert reply_due(received, POLICY) == due


def test_a_policy_may_start_the_clock_at_the_receipt() -> None:
    """C2"""
    assert reply_due(shown(13, 20), FROM_RECEIPT) == shown(14, 8)


def test_hours_that_never_open_are_a_mistake_that_is_named() -> None:
    """C1"""
    closed = POLICY.model_copy(update={"service_hours_working": (), "service_hours_other": ()})
    with pytest.raises(ValueError, match="2026-01-01 has no service hours within a year after 2026-03-13"):
        next_opening(shown(13, 9), closed)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1), timezones=st.just(UTC)))
def test_the_next_opening_is_open_not_earlier_and_nothing_opens_before_it(moment: datetime) -> None:
    """C1"""
    opening = next_opening(moment, POLICY)
    waits = opening - moment
    between = [moment + waits * part / 7 for part in range(7)] if waits else []
    assert (opening >= moment, _open(opening, POLICY), any(_open(at, POLICY) for at in between)) == (True, True, False)


def _open(moment: datetime, policy: Policy) -> bool:
    local = moment.astimezone(SHANGHAI)
    clock: time = local.time()
    return any(shift.opens <= clock < shift.closes for shift in shifts_of(local.date(), policy))
