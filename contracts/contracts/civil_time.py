"""Moments and civil days: events carry moments in UTC, and days (`on`) as the company's calendar has them.

Nothing that was ever recorded may stop a reader: at its edges the calendar ends, without an error.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""Civil time of the company. Never a fixed +8 h."""


def in_utc(moment: datetime) -> datetime:
    """The moment in UTC; at its edges the calendar ends."""
    return _in(UTC, moment)


def in_shanghai(moment: datetime) -> datetime:
    """The moment as the company's clocks show it; at its edges the calendar ends."""
    return _in(SHANGHAI, moment)


def _in(zone: tzinfo, moment: datetime) -> datetime:
    """Nothing that was ever recorded may stop a reader."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return _edge(moment.year).replace(tzinfo=zone)


def days_later(day: date, days: int) -> date:
    """So many days later, or with a minus earlier; the calendar ends."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))


def later(moment: datetime, span: timedelta) -> datetime:
    """So much later (UTC); the calendar ends."""
    try:
        return moment + span
    except OverflowError:
        return _edge(moment.year)


def civil(day: date, clock: time) -> datetime:
    """The moment (UTC) at which the company's clocks show `clock` on `day`; at its edges the calendar ends."""
    return in_utc(datetime.combine(day, clock, SHANGHAI))


def civil_day(moment: datetime) -> date:
    """The company's calendar day at `moment`; at its edges the calendar ends."""
    return in_shanghai(moment).date()


def end_of_day(day: date) -> datetime:
    """The moment (UTC) at which `day` ends on the company's calendar."""
    return _edge(day.year) if day == date.max else civil(day + timedelta(days=1), time())


def _edge(year: int) -> datetime:
    """Where the calendar ends, early or late."""
    return datetime.min.replace(tzinfo=UTC) if year == 1 else datetime.max.replace(tzinfo=UTC)
