"""By when the desk owes what, when it warns, and who is told. Times in the tests are the company's clocks."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from company.business_time import Pause
from company.policy import policy_book
from contracts.civil_time import SHANGHAI
from contracts.fact import Window
from contracts.service_desk_duties import Telling, Watch
from service_desk.clocks import (
    call_back_watch,
    complaint_watch,
    follow_up_watch,
    form_watch,
    reply_watch,
    sms_watch,
    visit_watch,
)
from service_desk.duties import tellings

POLICY = policy_book().at(datetime(2026, 3, 13, tzinfo=UTC))
FROM_RECEIPT = POLICY.model_copy(update={"reply_start": "receipt"})
SERVICE_HOURS = POLICY.model_copy(update={"reply_clock": "service"})


def shown(day: int, hour: int, minute: int = 0, *, month: int = 3) -> datetime:
    """What the company's clocks show, in 2026."""
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (shown(13, 9), shown(13, 21)),  # open: twelve hours from the receipt
        (shown(13, 8), shown(13, 20)),  # the opening minute
        (shown(13, 12), shown(14, 1, 30)),  # the closing minute is outside: from 13:30
        (shown(13, 12, 30), shown(14, 1, 30)),  # lunch
        (shown(13, 20), shown(14, 21)),  # evening: from Saturday's nine o'clock
        (shown(15, 23), shown(16, 20)),  # Sunday night: from Monday's eight o'clock
        (shown(27, 20, month=2), shown(28, 20, month=2)),  # before a make-up Saturday: from eight
        (shown(14, 18, month=2), shown(15, 21, month=2)),  # make-up Saturday evening, then the festival's first day
    ],
)
def test_a_reply_is_owed_twelve_civil_hours_after_receipt_or_the_next_opening(
    received: datetime, due: datetime
) -> None:
    """C1, C2"""
    assert reply_watch(received, POLICY).due == due


def test_a_policy_may_start_the_clock_at_the_receipt() -> None:
    """C2"""
    assert reply_watch(shown(13, 20), FROM_RECEIPT).due == shown(14, 8)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (shown(12, 9), shown(13, 14, 30)),  # Thursday 3 h + 4 h, Friday 4 h + 1 h
        (shown(13, 9), shown(14, 15)),  # Friday 3 h + 4 h, Saturday 3 h + 2 h
    ],
)
def test_a_policy_may_count_service_hours_only(received: datetime, due: datetime) -> None:
    """C2"""
    assert reply_watch(received, SERVICE_HOURS).due == due


def test_the_reply_clock_says_who_owes_when_it_warns_and_who_is_told() -> None:
    """K13, X4"""
    assert reply_watch(shown(13, 9), POLICY) == Watch(
        duty="K13",
        owner_role="cs_specialist",
        due=shown(13, 21),
        warn_at=shown(13, 18),
        tells=(
            Telling(at=shown(13, 21), role="cs_supervisor"),
            Telling(at=shown(13, 23), role="manager"),
        ),
    )


def test_a_deadline_beyond_the_published_holidays_is_provisional() -> None:
    """C1"""
    late = datetime(2027, 1, 4, 2, tzinfo=UTC)
    assert [reply_watch(at, POLICY).provisional for at in (shown(13, 9), late)] == [False, True]


def test_nobody_is_told_twice_and_nobody_of_their_own_duty() -> None:
    """X4"""
    due = shown(13, 21)
    roles = [[telling.role for telling in tellings(role, due, POLICY)] for role in ("cs_supervisor", "manager")]
    assert roles == [["manager"], []]


def test_the_other_duties_are_due_as_the_rules_say() -> None:
    """K14, K15, K16, K17, K20, C17"""
    window = Window(starts=shown(14, 9), ends=shown(14, 11))
    watches = (
        visit_watch(window, 1, "zhou.jm", POLICY),
        form_watch(shown(14, 10), 1, "zhou.jm", POLICY),
        follow_up_watch(shown(13, 9), 1, POLICY),
        sms_watch(shown(13, 15), "YL1", POLICY),
        complaint_watch(shown(13, 20), 1, "cs_supervisor", POLICY),
        call_back_watch(date(2026, 4, 13), POLICY),
    )
    assert [(watch.duty, watch.item, watch.owner_role, watch.owner, watch.due) for watch in watches] == [
        ("K14", "1", "technician", "zhou.jm", shown(14, 11)),
        ("K15", "1", "technician", "zhou.jm", shown(16, 0)),
        ("K16", "1", "cs_specialist", None, shown(13, 11)),
        ("K17", "YL1", "cs_specialist", None, shown(14, 0)),
        ("K20", "1", "cs_supervisor", None, shown(14, 20)),
        ("C17", "", "cs_specialist", None, shown(14, 0, month=4)),
    ]


@settings(deadline=None)
@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC)),
    st.timedeltas(timedelta(0), timedelta(days=20)),
    st.timedeltas(timedelta(0), timedelta(days=5)),
)
def test_a_pause_never_makes_a_deadline_earlier(received: datetime, wait: timedelta, lasts: timedelta) -> None:
    """C13"""
    pause = Pause(received + wait, received + wait + lasts, "供应商")
    for policy in (POLICY, FROM_RECEIPT, SERVICE_HOURS):
        assert reply_watch(received, policy, [pause]).due >= reply_watch(received, policy).due
