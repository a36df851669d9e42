"""When somebody is there: the calendar of shifts by which business time is reckoned (C1). Pure.

What a day's shifts are is said, from the strongest to the weakest, by: a dated exception; a public holiday or make-up
day (调休上班); the weekday. A shift that closes at or before its opening ends on the next day.
"""

from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from company.policy import CalendarException, CalendarYear, Policy, Shift
from contracts.civil_time import SHANGHAI

LONGEST_CLOSURE_DAYS = 400
"""A calendar that does not open for so long is a mistake in the data, not a long holiday."""
_SATURDAY = 5


class NeverOpens(ValueError):
    """No opening within LONGEST_CLOSURE_DAYS: the calendar is broken; says which and from when."""


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """When somebody is there (C1). `weekly` has seven entries, Monday first."""

    version: str
    zone: ZoneInfo
    weekly: tuple[tuple[Shift, ...], ...]
    on_holidays: tuple[Shift, ...] = ()
    on_makeup_days: tuple[Shift, ...] = ()
    holidays: frozenset[date] = frozenset()
    makeup_days: frozenset[date] = frozenset()
    exceptions: tuple[tuple[date, tuple[Shift, ...]], ...] = ()
    """Dated exceptions: the shifts of that day, none when it is closed. Of two for one day, the later counts."""
    years: frozenset[int] | None = None
    """Years whose holidays are known; a deadline that touches another one is provisional. None: none are awaited."""

    def shifts_on(self, day: date) -> tuple[Shift, ...]:
        """The shifts of a civil day."""
        for excepted, shifts in reversed(self.exceptions):
            if excepted == day:
                return shifts
        if day in self.makeup_days:
            return self.on_makeup_days
        return self.on_holidays if day in self.holidays else self.weekly[day.weekday()]

    def is_working_day(self, day: date) -> bool:
        """工作日 (C1): Monday to Friday but for holidays, and make-up days. A day closed by exception is none."""
        if (day, ()) in self.exceptions and not self.shifts_on(day):
            return False
        return day in self.makeup_days or (day.weekday() < _SATURDAY and day not in self.holidays)

    def __hash__(self) -> int:
        """Cheap, as calendars are looked up for every deadline; equality still compares everything."""
        return hash((self.version, self.zone.key))


def service_calendar(policy: Policy) -> BusinessCalendar:
    """The service desk's hours (C1): also on days on which nobody else works. Corrected days come with the policy."""
    return _calendar(
        policy.revision,
        working=policy.service_hours_working,
        other=policy.service_hours_other,
        years=policy.calendar_years,
        exceptions=policy.calendar_exceptions,
    )


@lru_cache(maxsize=64)
def _calendar(
    version: str,
    *,
    working: tuple[Shift, ...],
    other: tuple[Shift, ...],
    years: tuple[CalendarYear, ...],
    exceptions: tuple[CalendarException, ...],
) -> BusinessCalendar:
    return BusinessCalendar(
        version=version,
        zone=SHANGHAI,
        weekly=(working,) * _SATURDAY + (other,) * 2,
        on_holidays=other,
        on_makeup_days=working,
        holidays=frozenset(day for year in years for day in year.holidays),
        makeup_days=frozenset(day for year in years for day in year.makeup_days),
        exceptions=tuple((one.on, one.shifts) for one in exceptions),
        years=frozenset(year.year for year in years),
    )


_ALWAYS = (Shift(opens=time(), closes=time()),)


@lru_cache(maxsize=8)
def around_the_clock(zone: ZoneInfo) -> BusinessCalendar:
    """Civil time as a calendar that never closes."""
    return BusinessCalendar(
        version="civil", zone=zone, weekly=(_ALWAYS,) * 7, on_holidays=_ALWAYS, on_makeup_days=_ALWAYS
    )
