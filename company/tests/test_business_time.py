"""The clock of all duties: agreed vectors, a brute force beside it, what holds for any calendar (C1, C2)."""

import json
import os
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from company.business_calendar import BusinessCalendar, NeverOpens, service_calendar
from company.business_time import (
    Deadline,
    Interval,
    Pause,
    Terms,
    consumed_at,
    days_before,
    elapsed,
    intervals,
    latest_start,
    next_opening,
    owed,
    used_so_far,
    warning,
    why,
)
from company.policy import CalendarException, Shift, policy_book
from contracts.civil_time import SHANGHAI

VECTORS = Path(os.environ.get("SONGDA_DEADLINE_VECTORS", Path(__file__).parent / "data" / "deadline_vectors.json"))
POLICY = policy_book().revisions[0]
BERLIN = ZoneInfo("Europe/Berlin")


def shift(opens: str, closes: str) -> Shift:
    return Shift(opens=time.fromisoformat(opens), closes=time.fromisoformat(closes))


OFFICE = (shift("08:00", "12:00"), shift("13:30", "17:30"))
WEEKEND = (shift("09:00", "12:00"), shift("13:00", "16:00"))


def calendar(kind: str, zone: str, holidays: list[str], makeup_days: list[str]) -> BusinessCalendar:
    """The two calendars of the vectors: K closes on other than working days, S opens shorter."""
    other = WEEKEND if kind == "S" else ()
    return BusinessCalendar(
        version=kind,
        zone=ZoneInfo(zone),
        weekly=(OFFICE,) * 5 + (other,) * 2,
        on_holidays=other,
        on_makeup_days=OFFICE,
        holidays=frozenset(map(date.fromisoformat, holidays)),
        makeup_days=frozenset(map(date.fromisoformat, makeup_days)),
    )


K = calendar(
    "K", "Asia/Shanghai", [d.isoformat() for d in POLICY.holidays], [d.isoformat() for d in POLICY.makeup_days]
)
S = calendar(
    "S", "Asia/Shanghai", [d.isoformat() for d in POLICY.holidays], [d.isoformat() for d in POLICY.makeup_days]
)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def paused(starts: str, ends: str | None, reason: str = "") -> Pause:
    return Pause(at(starts), at(ends) if ends else None, reason)


# --- agreed vectors -----------------------------------------------------------------------------------------------


def test_deadline_vectors() -> None:
    """C1, C2, C13: every vector of the file, none left out."""
    data: dict[str, Any] = json.loads(VECTORS.read_text(encoding="utf-8"))
    calendars = {
        kind: calendar(kind, data["zone"], data["holidays"], data["makeup_days"]) for kind in data["calendars"]
    }
    asked = {
        vector["id"]: consumed_at(
            datetime.fromisoformat(vector["start"]),
            vector["business_minutes"] * 60,
            calendars[vector["calendar"]],
            [Pause(datetime.fromisoformat(s), datetime.fromisoformat(e)) for s, e in vector["pauses"]],
        )
        for vector in data["vectors"]
    }
    assert asked == {vector["id"]: datetime.fromisoformat(vector["deadline"]) for vector in data["vectors"]}


# --- a brute force beside it --------------------------------------------------------------------------------------

STEP = timedelta(seconds=30)


def brute_force(start: datetime, steps: int, hours: BusinessCalendar, pauses: list[Pause]) -> datetime:
    """Walk in steps of 30 seconds and count those that are open and not paused; no arithmetic shared with the clock."""
    moment, left = start.astimezone(UTC), steps
    while left:
        local = moment.astimezone(hours.zone)
        minute = local.time()
        is_open = any(one.opens <= minute < one.closes for one in hours.shifts_on(local.date()))
        is_paused = any(one.starts <= moment and (one.ends is None or moment < one.ends) for one in pauses)
        left -= is_open and not is_paused
        moment += STEP
    return moment


half_minutes = st.integers(0, 2 * 60 * 24 * 20)
STARTS = st.builds(
    lambda day, half_minute: datetime.combine(day, time(), SHANGHAI) + STEP * half_minute,
    st.dates(date(2025, 12, 20), date(2026, 10, 20)),
    st.integers(0, 2 * 60 * 24 - 1),
)
FREE_SHIFTS = st.lists(st.integers(0, 24 * 60 - 1), min_size=2, max_size=6, unique=True).map(
    lambda minutes: tuple(
        Shift(opens=time(a // 60, a % 60), closes=time(b // 60, b % 60))
        for a, b in zip(sorted(minutes)[::2], sorted(minutes)[1::2], strict=False)
    )
)
CALENDARS = st.sampled_from([K, S]) | st.builds(
    lambda weekly, holiday, exceptions: replace(
        K, version="free", weekly=weekly, on_holidays=holiday, exceptions=exceptions
    ),
    st.tuples(*[FREE_SHIFTS] * 7),
    FREE_SHIFTS | st.just(()),
    st.lists(st.tuples(st.dates(date(2026, 1, 1), date(2026, 6, 1)), FREE_SHIFTS | st.just(())), max_size=3).map(tuple),
)


@st.composite
def pauses_after(draw: st.DrawFn, start: datetime) -> list[Pause]:
    spans = draw(st.lists(st.tuples(st.integers(-2000, 20000), st.integers(0, 8000)), max_size=4))
    return [Pause(start + STEP * begins, start + STEP * (begins + length)) for begins, length in spans]


@given(st.data(), STARTS, st.integers(1, 2 * 60 * 30), CALENDARS)
def test_the_clock_agrees_with_a_walk_in_steps_of_thirty_seconds(
    data: st.DataObject, start: datetime, steps: int, hours: BusinessCalendar
) -> None:
    """C2, C13"""
    pauses = data.draw(pauses_after(start))
    assert consumed_at(start, steps * 30, hours, pauses) == brute_force(start, steps, hours, pauses)


# --- what always holds --------------------------------------------------------------------------------------------


@given(st.data(), STARTS, st.integers(0, 400_000), CALENDARS)
def test_between_start_and_deadline_lies_exactly_the_target(
    data: st.DataObject, start: datetime, target: int, hours: BusinessCalendar
) -> None:
    """C2: elapsed(start, deadline) = target, and no earlier instant would do."""
    pauses = data.draw(pauses_after(start))
    due = consumed_at(start, target, hours, pauses)
    assert due is not None
    assert elapsed(start, due, hours, pauses) == target
    if target:
        assert elapsed(start, due - timedelta(seconds=1), hours, pauses) == target - 1
    used = [one for one in intervals(start, due, hours, pauses) if one.kind == "used"]
    assert sum(one.seconds for one in used) == target


@given(st.data(), STARTS, st.integers(0, 400_000), CALENDARS)
def test_a_further_pause_never_makes_a_deadline_earlier(
    data: st.DataObject, start: datetime, target: int, hours: BusinessCalendar
) -> None:
    """C13"""
    pauses = data.draw(pauses_after(start))
    more = data.draw(pauses_after(start))
    without, with_more = consumed_at(start, target, hours, pauses), consumed_at(start, target, hours, [*pauses, *more])
    assert without is not None
    assert with_more is not None
    assert without <= with_more


@given(
    STARTS,
    st.integers(0, 400_000),
    st.sampled_from([K, S]),
    st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 1)), max_size=9),
)
def test_a_further_holiday_never_makes_a_deadline_earlier(
    start: datetime, target: int, hours: BusinessCalendar, days: set[date]
) -> None:
    """C1: the day's hours only become fewer."""
    fewer = replace(hours, exceptions=tuple((day, ()) for day in days))
    before, after = consumed_at(start, target, hours), consumed_at(start, target, fewer)
    assert before is not None
    assert after is not None
    assert before <= after


@given(st.data(), STARTS, st.integers(1, 400_000), CALENDARS)
def test_the_walk_backwards_finds_the_latest_start(
    data: st.DataObject, end: datetime, target: int, hours: BusinessCalendar
) -> None:
    """B1: "3 days ahead" on the clock."""
    pauses = data.draw(pauses_after(end - timedelta(days=10)))
    start = latest_start(end, target, hours, pauses)
    assert elapsed(start, end, hours, pauses) == target
    assert elapsed(start + timedelta(seconds=1), end, hours, pauses) == target - 1


@given(STARTS, STARTS, STARTS, CALENDARS)
def test_elapsed_time_adds_up(a: datetime, b: datetime, c: datetime, hours: BusinessCalendar) -> None:
    """C2"""
    first, second, third = sorted((a, b, c))
    assert elapsed(first, third, hours) == elapsed(first, second, hours) + elapsed(second, third, hours)
    assert elapsed(third, first, hours) == 0


# --- single cases -------------------------------------------------------------------------------------------------


def test_a_target_that_ends_with_a_shift_is_due_at_its_closing() -> None:
    """C2: the earliest instant, not the next opening."""
    assert consumed_at(at("2026-03-12T16:30:00"), 3600, K) == at("2026-03-12T17:30:00")


def test_a_request_in_the_night_starts_its_civil_clock_at_the_next_opening() -> None:
    """C2"""
    terms = Terms(12 * 3600, "civil", "opening")
    made = owed(at("2026-03-14T22:00:00"), terms, S)  # Saturday; Sunday opens at 9
    assert made == Deadline(at("2026-03-15T09:00:00"), at("2026-03-15T21:00:00"), provisional=False, calendar="S")


def test_the_same_request_by_service_time_from_receipt() -> None:
    """C2: policy clock = service, start = receipt"""
    made = owed(at("2026-03-14T22:00:00"), Terms(12 * 3600, "service", "receipt"), S)
    assert (made.started, made.due) == (at("2026-03-14T22:00:00"), at("2026-03-16T15:30:00"))


def test_a_paused_clock_has_no_deadline_and_a_later_one_once_it_goes_on() -> None:
    """C13: a quarter of an hour used, then the supplier is waited for"""
    terms, received = Terms(3600, "service", "receipt"), at("2026-03-12T09:00:00")
    standing = [paused("2026-03-12T09:15:00", None, "supplier")]
    assert owed(received, terms, K, standing).due is None
    assert used_so_far(received, at("2026-03-20T10:00:00"), terms, K, standing) == 900
    assert owed(received, terms, K, [paused("2026-03-12T09:15:00", "2026-03-13T08:00:00")]).due == at(
        "2026-03-13T08:45:00"
    )


def test_a_pause_that_begins_after_the_target_is_consumed_changes_nothing() -> None:
    """C13"""
    assert consumed_at(at("2026-03-12T09:00:00"), 3600, K, [paused("2026-03-12T10:00:00", None)]) == at(
        "2026-03-12T10:00:00"
    )


def test_warnings_are_points_on_the_same_clock() -> None:
    """X4: a quarter left of four service hours that run over lunch"""
    terms = Terms(4 * 3600, "service", "receipt")
    assert warning(at("2026-03-12T10:00:00"), terms, K, 0.25) == at("2026-03-12T14:30:00")


def test_why_names_what_was_consumed_and_what_stood() -> None:
    """C2, C13"""
    waits = [paused("2026-03-12T11:00:00", "2026-03-12T14:00:00", "supplier")]
    assert why(at("2026-03-12T10:00:00"), Terms(2 * 3600, "service", "receipt"), K, waits) == (
        Interval(at("2026-03-12T10:00:00"), at("2026-03-12T11:00:00"), "used"),
        Interval(at("2026-03-12T11:00:00"), at("2026-03-12T14:00:00"), "paused", "supplier"),
        Interval(at("2026-03-12T14:00:00"), at("2026-03-12T15:00:00"), "used"),
    )


def test_beyond_the_published_holidays_a_deadline_is_provisional() -> None:
    """C1"""
    hours = service_calendar(POLICY)
    terms = Terms(16 * 3600, "service", "receipt")
    assert not owed(at("2026-12-29T08:00:00"), terms, hours).provisional
    assert owed(at("2026-12-31T16:00:00"), terms, hours).provisional


def test_a_deadline_of_a_year_that_was_never_entered_is_provisional_too() -> None:
    """C1: not only of years that are to come."""
    hours = service_calendar(POLICY)
    terms = Terms(16 * 3600, "service", "receipt")
    moments = ("2023-12-30T08:00:00", "2023-12-31T16:00:00", "2024-01-02T08:00:00", "2025-10-08T08:00:00")
    assert [owed(at(moment), terms, hours).provisional for moment in moments] == [True, True, False, False]


def test_a_dated_exception_is_stronger_than_a_holiday() -> None:
    """C1: the desk opens one afternoon of the Spring Festival"""
    opened = POLICY.model_copy(
        update={
            "calendar_exceptions": (
                CalendarException(on=date(2026, 2, 17), shifts=(shift("14:00", "15:00"),), why="notice of the shop"),
            )
        }
    )
    assert next_opening(at("2026-02-17T08:00:00"), service_calendar(opened)) == at("2026-02-17T14:00:00")
    assert next_opening(at("2026-02-17T08:00:00"), service_calendar(POLICY)) == at("2026-02-17T09:00:00")


def test_a_corrected_calendar_moves_open_clocks_only_as_far_as_it_differs() -> None:
    """C1: what was judged by the old calendar carries its version; asking again gives the new one"""
    corrected = replace(K, version="K2", exceptions=((date(2026, 3, 13), ()),))
    received, terms = at("2026-03-12T16:30:00"), Terms(2 * 3600, "service", "receipt")
    assert owed(received, terms, K) == Deadline(received, at("2026-03-13T09:00:00"), provisional=False, calendar="K")
    assert owed(received, terms, corrected) == Deadline(
        received, at("2026-03-16T09:00:00"), provisional=False, calendar="K2"
    )


@pytest.mark.parametrize("target", [1, 3600])
def test_a_calendar_that_never_opens_is_an_error_that_names_it(target: int) -> None:
    """C1"""
    shut = BusinessCalendar(version="shut", zone=SHANGHAI, weekly=((),) * 7)
    for ask in (
        lambda: consumed_at(at("2026-03-12T09:00:00"), target, shut),
        lambda: next_opening(at("2026-03-12T09:00:00"), shut),
        lambda: latest_start(at("2026-03-12T09:00:00"), target, shut),
        lambda: days_before(
            date(2026, 3, 12),
            target,
            replace(shut, holidays=frozenset(date(2024, 1, 1) + timedelta(days=n) for n in range(1000))),
            "working",
        ),
    ):
        with pytest.raises(NeverOpens, match="shut"):
            ask()


def test_four_hundred_closed_days_are_waited_for_and_one_more_is_not() -> None:
    """C1"""
    start = at("2026-03-12T00:00:00")

    def opens_after(days: int) -> BusinessCalendar:
        day = (start + timedelta(days=days)).date()
        return BusinessCalendar(
            version="late", zone=SHANGHAI, weekly=((),) * 7, exceptions=((day, (shift("00:00", "02:00"),)),)
        )

    assert consumed_at(start, 3600, opens_after(400)) == start + timedelta(days=400, hours=1)
    with pytest.raises(NeverOpens):
        consumed_at(start, 3600, opens_after(401))


def test_hours_over_a_change_of_clocks_have_their_real_length() -> None:
    """C2: in Berlin the night of 29 March 2026 lacks an hour, that of 25 October has one twice"""
    nights = BusinessCalendar(version="night", zone=BERLIN, weekly=((shift("22:00", "06:00"),),) * 7)
    spring, autumn = at("2026-03-28T22:00:00", BERLIN), at("2026-10-24T22:00:00", BERLIN)
    assert elapsed(spring, at("2026-03-29T12:00:00", BERLIN), nights) == 7 * 3600
    assert elapsed(autumn, at("2026-10-25T12:00:00", BERLIN), nights) == 9 * 3600
    assert consumed_at(spring, 5 * 3600, nights) == at("2026-03-29T04:00:00", BERLIN)


def test_a_shift_over_midnight_is_one_consumed_interval() -> None:
    """C1"""
    nights = BusinessCalendar(version="night", zone=SHANGHAI, weekly=((shift("22:00", "06:00"),),) * 7)
    assert intervals(at("2026-03-12T23:00:00"), at("2026-03-13T02:00:00"), nights) == (
        Interval(at("2026-03-12T23:00:00"), at("2026-03-13T02:00:00"), "used"),
    )


@pytest.mark.parametrize(("counting", "expected"), [("calendar", date(2026, 2, 21)), ("working", date(2026, 2, 12))])
def test_three_days_ahead_in_calendar_and_in_working_days(counting: Any, expected: date) -> None:
    """B1: over the Spring Festival; Saturday the 14th is made up"""
    assert days_before(date(2026, 2, 24), 3, S, counting) == expected


def test_a_moment_without_a_zone_is_refused() -> None:
    """C2"""
    with pytest.raises(ValueError, match="no time zone"):
        consumed_at(datetime(2026, 3, 12, 9), 60, K)


def test_parts_of_a_second_are_dropped() -> None:
    """C2: integer seconds"""
    assert consumed_at(at("2026-03-12T09:00:00.900000"), 60, K) == at("2026-03-12T09:01:00")
