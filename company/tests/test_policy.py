"""Numbers of the rules: effective-dated data."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from pydantic import ValidationError

from company.policy import CalendarYear, Policy, PolicyBook, policy_book
from contracts.civil_time import civil, civil_day, end_of_day

FIRST = policy_book().at(datetime(2026, 1, 1, tzinfo=UTC))
SECOND = FIRST.model_copy(update={"revision": "second", "effective_from": date(2026, 4, 1), "booking_days_ahead": 5})
BOOK = PolicyBook([SECOND, FIRST])


def test_a_revision_holds_until_the_day_of_the_next() -> None:
    """K22"""
    moments = [
        datetime(2020, 1, 1, tzinfo=UTC),  # before the first: the first
        datetime(2026, 3, 31, 15, 59, 59, tzinfo=UTC),  # 23:59:59 in Shanghai
        datetime(2026, 3, 31, 16, 0, tzinfo=UTC),  # midnight in Shanghai
        datetime(2030, 1, 1, tzinfo=UTC),
    ]
    assert [BOOK.at(moment).booking_days_ahead for moment in moments] == [3, 3, 5, 5]


def test_a_book_without_revisions_is_refused() -> None:
    with pytest.raises(ValueError, match="no policy revision"):
        PolicyBook([])


def test_an_unknown_number_in_a_revision_is_refused() -> None:
    """A misspelt name must not be ignored: the old number would silently hold."""
    with pytest.raises(ValidationError, match="boking_days_ahead"):
        Policy.model_validate({**FIRST.model_dump(), "boking_days_ahead": 4})


def test_shipped_revisions_are_named_by_their_day() -> None:
    assert FIRST.revision == FIRST.effective_from.isoformat()


def test_the_shipped_numbers_are_those_of_the_rule_book() -> None:
    """B1, B4, B6, B10, B16, C2"""
    assert (
        FIRST.booking_days_ahead,
        FIRST.plan_due,
        FIRST.feedback_due,
        FIRST.install_within_days,
        FIRST.vehicle_cash_limit_fen,
        FIRST.reply_within_hours,
    ) == (3, time(17), time(8, 30), 2, 50_000_00, 12)


def test_the_known_years_of_the_calendar_have_their_sources() -> None:
    """C1: from the first day that anything may be about."""
    years = [(one.year, f"{one.year}年" in one.source) for one in FIRST.calendar_years]
    assert years == [(2024, True), (2025, True), (2026, True)]
    assert (date(2025, 10, 8) in FIRST.holidays, date(2025, 9, 28) in FIRST.makeup_days) == (True, True)


YEAR = FIRST.calendar_years[-1].model_dump()


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"holidays": [*YEAR["holidays"], date(2027, 1, 1)]}, "no day of 2026"),
        ({"makeup_days": [date(2026, 1, 2)]}, "named twice"),
        ({"makeup_days": [date(2026, 1, 5)]}, "no Saturday or Sunday"),
        ({"holidays": list(reversed(YEAR["holidays"]))}, "not in order"),
        ({"holidays": YEAR["holidays"][:3]}, "at least 11"),
        ({"source": ""}, "at least 10"),
    ],
)
def test_a_year_of_the_calendar_is_checked(wrong: dict[str, object], why: str) -> None:
    """C1"""
    with pytest.raises(ValidationError, match=why):
        CalendarYear.model_validate({**YEAR, **wrong})


def test_a_year_that_was_left_out_is_noticed_at_the_start() -> None:
    """C1"""
    years = [one.model_dump() for one in FIRST.calendar_years if one.year != 2025]
    with pytest.raises(ValidationError, match="without a gap"):
        Policy.model_validate({**FIRST.model_dump(), "calendar_years": years})


@pytest.mark.parametrize(
    ("today", "year"),
    [(date(2026, 11, 1), None), (date(2026, 11, 2), 2027), (date(2026, 12, 31), 2027), (date(2027, 5, 1), 2027)],
)
def test_sixty_days_before_the_last_known_year_ends_it_is_known_which_one_is_missing(
    today: date, year: int | None
) -> None:
    """C1"""
    assert FIRST.unknown_year_ahead(today) == year


def test_civil_time_ends_with_the_calendar() -> None:
    """X8: nothing that was ever recorded may stop a reader."""
    assert civil(date.min, time(0)) == datetime.min.replace(tzinfo=UTC)
    assert end_of_day(date.max) == datetime.max.replace(tzinfo=UTC)
    assert civil_day(datetime.max.replace(tzinfo=UTC)) == date.max
    assert civil_day(datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))) == date.min


def test_civil_time_is_shanghai_time() -> None:
    assert civil(date(2026, 3, 12), time(17)) == datetime(2026, 3, 12, 9, tzinfo=UTC)


def test_the_civil_day_changes_at_midnight_in_shanghai() -> None:
    assert [civil_day(datetime(2026, 3, 12, hour, tzinfo=UTC)) for hour in (15, 16)] == [
        date(2026, 3, 12),
        date(2026, 3, 13),
    ]


def test_a_day_ends_when_the_next_one_begins() -> None:
    assert end_of_day(date(2026, 3, 15)) == datetime(2026, 3, 15, 16, tzinfo=UTC)
