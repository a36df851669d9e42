"""Business time 服务时间: deadlines and elapsed time over a calendar of shifts. Pure; the clock that all duties use.

All reckoning is in whole seconds of real time (UTC). The deadline of a target is the earliest instant at which it is
consumed: a target that ends with a shift is due at that closing, not at the next opening. Pauses are united first; a
clock that is paused without an end has no deadline.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from company.business_calendar import LONGEST_CLOSURE_DAYS, BusinessCalendar, NeverOpens, around_the_clock
from company.opening_table import Seconds, instant, merged, second, table_of


@dataclass(frozen=True, slots=True)
class Pause:
    """A span in which the clock stands (C13); `ends` is null while it still does."""

    starts: datetime
    ends: datetime | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Interval:
    """Part of the answer to "why this deadline": time consumed or paused; closed hours are what lies between."""

    starts: datetime
    ends: datetime
    kind: Literal["used", "paused"]
    reason: str = ""

    @property
    def seconds(self) -> int:
        """Its length."""
        return int((self.ends - self.starts).total_seconds())


@dataclass(frozen=True, slots=True)
class Terms:
    """What is owed: so many seconds of civil time (around the clock) or service time (shifts only), counted from the
    receipt or from the next opening (C2)."""

    seconds: int
    time: Literal["civil", "service"]
    starts: Literal["receipt", "opening"]


@dataclass(frozen=True, slots=True)
class Deadline:
    """By when. `due` is null while the clock is paused without an end before the target is consumed.

    `provisional`: it touches a year whose holidays are not known, and may still move. `calendar`: the version that it
    came from.
    """

    started: datetime
    due: datetime | None
    provisional: bool
    calendar: str


# --- what rules ask -----------------------------------------------------------------------------------------------


def owed(received: datetime, terms: Terms, calendar: BusinessCalendar, pauses: Sequence[Pause] = ()) -> Deadline:
    """The deadline of something received at `received`. Raises NeverOpens for a broken calendar."""
    started = next_opening(received, calendar) if terms.starts == "opening" else instant(second(received))
    due = consumed_at(started, terms.seconds, _reckoned_by(terms, calendar), pauses)
    return Deadline(started, due, _is_provisional(calendar, received, due or started), calendar.version)


def _is_provisional(calendar: BusinessCalendar, first: datetime, last: datetime) -> bool:
    """Whether a year in between is not known yet, or was never entered."""
    if calendar.years is None:
        return False
    begins, ends = first.astimezone(calendar.zone).year, last.astimezone(calendar.zone).year
    return not calendar.years.issuperset(range(begins, ends + 1))


def warning(
    received: datetime, terms: Terms, calendar: BusinessCalendar, left: float, pauses: Sequence[Pause] = ()
) -> datetime | None:
    """When only the share `left` (0..1) of the target remains, on the same clock; null while it is paused for good."""
    used = replace(terms, seconds=terms.seconds - round(terms.seconds * left))
    return owed(received, used, calendar, pauses).due


def used_so_far(
    received: datetime, now: datetime, terms: Terms, calendar: BusinessCalendar, pauses: Sequence[Pause] = ()
) -> int:
    """Seconds of the target consumed until `now`; more than `terms.seconds` once it is over."""
    started = next_opening(received, calendar) if terms.starts == "opening" else received
    return elapsed(started, now, _reckoned_by(terms, calendar), pauses)


def why(
    received: datetime, terms: Terms, calendar: BusinessCalendar, pauses: Sequence[Pause] = ()
) -> tuple[Interval, ...]:
    """Why this deadline: the consumed intervals, whose seconds add up to the target, and the pauses between them."""
    made = owed(received, terms, calendar, pauses)
    if made.due is None:
        return ()
    return intervals(made.started, made.due, _reckoned_by(terms, calendar), pauses)


def consumed_at(
    start: datetime, target_s: int, calendar: BusinessCalendar, pauses: Sequence[Pause] = ()
) -> datetime | None:
    """The earliest instant (UTC) at which `target_s` seconds of open time have passed since `start`, pauses aside."""
    table, at, need = table_of(calendar), second(start), target_s
    for starts, ends in _united(pauses):
        if ends is not None and ends <= at:
            continue
        until = max(starts, at)
        reached = table.reach(at, need, until)
        if reached is not None:
            return instant(reached)
        if ends is None:
            return None
        need -= table.between(at, until)
        at = ends
    return instant(table.reach_at_last(at, need))


def elapsed(start: datetime, end: datetime, calendar: BusinessCalendar, pauses: Sequence[Pause] = ()) -> int:
    """Seconds of open time from `start` to `end`, pauses aside; 0 when `end` is not later."""
    table, first, last = table_of(calendar), second(start), second(end)
    paused = 0
    for starts, ends in _united(pauses):
        paused += table.between(max(first, starts), last if ends is None else min(last, ends))
    return table.between(first, last) - paused


def latest_start(end: datetime, target_s: int, calendar: BusinessCalendar, pauses: Sequence[Pause] = ()) -> datetime:
    """The walk backwards: the latest instant from which `target_s` seconds of open time pass until `end`."""
    table, at, need = table_of(calendar), second(end), target_s
    for starts, ends in reversed(_united(pauses)):
        if starts >= at:
            continue
        since = at if ends is None else min(ends, at)
        available = table.between(since, at)
        if available >= need:
            break
        need -= available
        at = starts
    return instant(table.walk_back(at, need))


def next_opening(moment: datetime, calendar: BusinessCalendar) -> datetime:
    """`moment` itself while it is open, else the next opening (UTC). A closing instant is outside."""
    return instant(table_of(calendar).opening(second(moment)))


def intervals(
    start: datetime, end: datetime, calendar: BusinessCalendar, pauses: Sequence[Pause] = ()
) -> tuple[Interval, ...]:
    """Open time from `start` to `end` as it was consumed, with the pauses that interrupt it, in order."""
    table, first, last = table_of(calendar), second(start), second(end)
    united = [(max(s, first), last if e is None else min(e, last)) for s, e in _united(pauses)]
    found = [Interval(instant(s), instant(e), "used") for s, e in _without(table.spans(first, last), united)]
    for pause in pauses:
        s, e = max(second(pause.starts), first), last if pause.ends is None else min(second(pause.ends), last)
        if s < e:
            found.append(Interval(instant(s), instant(e), "paused", pause.reason))
    return tuple(sorted(found, key=lambda one: (one.starts, one.ends, one.kind)))


def days_before(day: date, count: int, calendar: BusinessCalendar, counting: Literal["calendar", "working"]) -> date:
    """The day `count` days ahead of `day` (B1), in calendar days or in working days."""
    if counting == "calendar":
        return day - timedelta(days=count)
    earlier = day
    for _ in range(count):
        earlier = _previous_working_day(earlier, calendar)
    return earlier


def _previous_working_day(day: date, calendar: BusinessCalendar) -> date:
    for back in range(1, LONGEST_CLOSURE_DAYS + 1):
        if calendar.is_working_day(day - timedelta(days=back)):
            return day - timedelta(days=back)
    raise NeverOpens(f"calendar {calendar.version} has no working day in the {LONGEST_CLOSURE_DAYS} days before {day}")


def _reckoned_by(terms: Terms, calendar: BusinessCalendar) -> BusinessCalendar:
    return calendar if terms.time == "service" else around_the_clock(calendar.zone)


# --- pauses -------------------------------------------------------------------------------------------------------


def _united(pauses: Sequence[Pause]) -> list[tuple[Seconds, Seconds | None]]:
    """Pauses without overlaps, in order; only the last can be open."""
    if not pauses:
        return []
    open_from = min((second(p.starts) for p in pauses if p.ends is None), default=None)
    closed = [(second(p.starts), second(p.ends)) for p in pauses if p.ends is not None]
    spans = merged([(s, e) for s, e in closed if s < e])
    if open_from is None:
        return [*spans]
    kept: list[tuple[Seconds, Seconds | None]] = [(s, min(e, open_from)) for s, e in spans if s < open_from]
    return [*kept, (open_from, None)]


def _without(
    spans: Iterable[tuple[Seconds, Seconds]], holes: Sequence[tuple[Seconds, Seconds]]
) -> list[tuple[Seconds, Seconds]]:
    left = list(spans)
    for hole_starts, hole_ends in holes:
        if hole_starts < hole_ends:
            parts = [((s, min(e, hole_starts)), (max(s, hole_ends), e)) for s, e in left]
            left = [part for pair in parts for part in pair if part[0] < part[1]]
    return left
