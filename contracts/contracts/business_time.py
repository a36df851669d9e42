"""Business time 服务时间: deadlines and elapsed time over a calendar of shifts. Pure; the clock that all duties use.

What a day's shifts are is said, from the strongest to the weakest, by: a dated exception; a public holiday or make-up
day (调休上班); the weekday (C1). A shift that closes at or before its opening ends on the next day. All reckoning is in
whole seconds of real time (UTC), so a day with a change of daylight-saving time has the length that it really has.

The deadline of a target is the earliest instant at which it is consumed: a target that ends with a shift is due at that
closing, not at the next opening. Pauses are united first; a clock that is paused without an end has no deadline.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from contracts.policy import SHANGHAI, CalendarException, Policy, Shift

_LONGEST_CLOSURE_DAYS = 400
"""A calendar that does not open for so long is a mistake in the data, not a long holiday."""
_BLOCK_DAYS = 128
"""Days whose shifts are reckoned and kept together; fewer than the closure, which is thus seen between blocks."""
_DAY_S = 86_400
_SATURDAY = 5
_Seconds = int
"""_Seconds since 1970-01-01 UTC, or a length."""


class NeverOpens(ValueError):
    """No opening within _LONGEST_CLOSURE_DAYS: the calendar is broken; says which and from when."""


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
    published_through: date | None = None
    """Last day for which holidays are published; a later deadline is provisional. None: no holidays are awaited."""

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

    `provisional`: it lies beyond the last published holidays and may still move. `calendar`: the version it came from.
    """

    started: datetime
    due: datetime | None
    provisional: bool
    calendar: str


# --- what rules ask -----------------------------------------------------------------------------------------------


def owed(received: datetime, terms: Terms, calendar: BusinessCalendar, pauses: Sequence[Pause] = ()) -> Deadline:
    """The deadline of something received at `received`. Raises NeverOpens for a broken calendar."""
    started = next_opening(received, calendar) if terms.starts == "opening" else _moment(_second(received))
    due = consumed_at(started, terms.seconds, _reckoned_by(terms, calendar), pauses)
    beyond = calendar.published_through
    latest = due or started
    provisional = beyond is not None and latest.astimezone(calendar.zone).date() > beyond
    return Deadline(started, due, provisional, calendar.version)


def warning(
    received: datetime, terms: Terms, calendar: BusinessCalendar, left: float, pauses: Sequence[Pause] = ()
) -> datetime | None:
    """When only the share `left` (0..1) of the target remains, on the same clock; null while it is paused for good."""
    used = replace(terms, seconds=terms.seconds - round(terms.seconds * left))
    return owed(received, used, calendar, pauses).due


def used_so_far(
    received: datetime, now: datetime, terms: Terms, calendar: BusinessCalendar, pauses: Sequence[Pause] = ()
) -> int:
    """_Seconds of the target consumed until `now`; more than `terms.seconds` once it is over."""
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
    table, at, need = _table(calendar), _second(start), target_s
    for starts, ends in _united(pauses):
        if ends is not None and ends <= at:
            continue
        until = max(starts, at)
        reached = table.reach(at, need, until)
        if reached is not None:
            return _moment(reached)
        if ends is None:
            return None
        need -= table.between(at, until)
        at = ends
    return _moment(table.reach_at_last(at, need))


def elapsed(start: datetime, end: datetime, calendar: BusinessCalendar, pauses: Sequence[Pause] = ()) -> int:
    """_Seconds of open time from `start` to `end`, pauses aside; 0 when `end` is not later."""
    table, first, last = _table(calendar), _second(start), _second(end)
    paused = 0
    for starts, ends in _united(pauses):
        paused += table.between(max(first, starts), last if ends is None else min(last, ends))
    return table.between(first, last) - paused


def latest_start(end: datetime, target_s: int, calendar: BusinessCalendar, pauses: Sequence[Pause] = ()) -> datetime:
    """The walk backwards: the latest instant from which `target_s` seconds of open time pass until `end`."""
    table, at, need = _table(calendar), _second(end), target_s
    for starts, ends in reversed(_united(pauses)):
        if starts >= at:
            continue
        since = at if ends is None else min(ends, at)
        available = table.between(since, at)
        if available >= need:
            break
        need -= available
        at = starts
    return _moment(table.walk_back(at, need))


def next_opening(moment: datetime, calendar: BusinessCalendar) -> datetime:
    """`moment` itself while it is open, else the next opening (UTC). A closing instant is outside."""
    return _moment(_table(calendar).opening(_second(moment)))


def intervals(
    start: datetime, end: datetime, calendar: BusinessCalendar, pauses: Sequence[Pause] = ()
) -> tuple[Interval, ...]:
    """Open time from `start` to `end` as it was consumed, with the pauses that interrupt it, in order."""
    table, first, last = _table(calendar), _second(start), _second(end)
    united = [(max(s, first), last if e is None else min(e, last)) for s, e in _united(pauses)]
    found = [Interval(_moment(s), _moment(e), "used") for s, e in _without(table.spans(first, last), united)]
    for pause in pauses:
        s, e = max(_second(pause.starts), first), last if pause.ends is None else min(_second(pause.ends), last)
        if s < e:
            found.append(Interval(_moment(s), _moment(e), "paused", pause.reason))
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
    for back in range(1, _LONGEST_CLOSURE_DAYS + 1):
        if calendar.is_working_day(day - timedelta(days=back)):
            return day - timedelta(days=back)
    raise NeverOpens(f"calendar {calendar.version} has no working day in the {_LONGEST_CLOSURE_DAYS} days before {day}")


# --- calendars ----------------------------------------------------------------------------------------------------


def service_calendar(policy: Policy) -> BusinessCalendar:
    """The service desk's hours (C1): also on days on which nobody else works. Corrected days come with the policy."""
    return _calendar(
        policy.revision,
        working=policy.service_hours_working,
        other=policy.service_hours_other,
        holidays=policy.holidays,
        makeup_days=policy.makeup_days,
        exceptions=policy.calendar_exceptions,
        published_through=policy.holidays_published_through,
    )


@lru_cache(maxsize=64)
def _calendar(
    version: str,
    *,
    working: tuple[Shift, ...],
    other: tuple[Shift, ...],
    holidays: tuple[date, ...],
    makeup_days: tuple[date, ...],
    exceptions: tuple[CalendarException, ...],
    published_through: date,
) -> BusinessCalendar:
    return BusinessCalendar(
        version=version,
        zone=SHANGHAI,
        weekly=(working,) * _SATURDAY + (other,) * 2,
        on_holidays=other,
        on_makeup_days=working,
        holidays=frozenset(holidays),
        makeup_days=frozenset(makeup_days),
        exceptions=tuple((one.on, one.shifts) for one in exceptions),
        published_through=published_through,
    )


_ALWAYS = (Shift(opens=time(), closes=time()),)


@lru_cache(maxsize=8)
def around_the_clock(zone: ZoneInfo) -> BusinessCalendar:
    """Civil time as a calendar that never closes."""
    return BusinessCalendar(
        version="civil", zone=zone, weekly=(_ALWAYS,) * 7, on_holidays=_ALWAYS, on_makeup_days=_ALWAYS
    )


def _reckoned_by(terms: Terms, calendar: BusinessCalendar) -> BusinessCalendar:
    return calendar if terms.time == "service" else around_the_clock(calendar.zone)


# --- the reckoning, in seconds ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Block:
    """Open spans of _BLOCK_DAYS days, split at midnight; `before[i]`: open seconds of the block before span i."""

    starts: list[_Seconds]
    ends: list[_Seconds]
    before: list[_Seconds]
    total: _Seconds
    closes: _Seconds
    """Where the block ends."""


class _Table:
    """A calendar's open spans, reckoned once per block of days and kept; from outside it never changes."""

    def __init__(self, calendar: BusinessCalendar) -> None:
        self._calendar = calendar
        self._blocks: dict[int, _Block] = {}

    def _block(self, number: int) -> _Block:
        block = self._blocks.get(number)
        if block is None:
            block = self._blocks[number] = self._reckon(number)
        return block

    def _number(self, at: _Seconds) -> int:
        try:
            return datetime.fromtimestamp(at, self._calendar.zone).toordinal() // _BLOCK_DAYS
        except (OverflowError, ValueError, OSError) as error:
            raise NeverOpens(f"calendar {self._calendar.version}: the clock runs out of its years") from error

    def _reckon(self, number: int) -> _Block:
        first = number * _BLOCK_DAYS
        if not 2 <= first <= date.max.toordinal() - 2 * _BLOCK_DAYS:
            raise NeverOpens(f"calendar {self._calendar.version}: the clock runs out of its years")
        opens, closes = self._midnight(first), self._midnight(first + _BLOCK_DAYS)
        raw = [span for ordinal in range(first - 1, first + _BLOCK_DAYS) for span in self._spans_of(ordinal)]
        spans = [(max(s, opens), min(e, closes)) for s, e in _merged(raw) if e > opens and s < closes]
        before, total = [], 0
        for s, e in spans:
            before.append(total)
            total += e - s
        return _Block([s for s, _ in spans], [e for _, e in spans], before, total, closes)

    def _midnight(self, ordinal: int) -> _Seconds:
        return int(datetime.combine(date.fromordinal(ordinal), time(), self._calendar.zone).timestamp())

    def _spans_of(self, ordinal: int) -> Iterator[tuple[_Seconds, _Seconds]]:
        day, zone = date.fromordinal(ordinal), self._calendar.zone
        for shift in self._calendar.shifts_on(day):
            until = day if shift.closes > shift.opens else day + timedelta(days=1)
            s = int(datetime.combine(day, shift.opens, zone).timestamp())
            e = int(datetime.combine(until, shift.closes, zone).timestamp())
            if s < e:
                yield s, e

    def between(self, first: _Seconds, last: _Seconds) -> _Seconds:
        """Open seconds from `first` to `last`; 0 when that is not later."""
        if last <= first:
            return 0
        low, high = self._number(first), self._number(last)
        if low == high:
            block = self._block(low)
            return _until(block, last) - _until(block, first)
        whole = sum(self._block(number).total for number in range(low + 1, high))
        block = self._block(low)
        return block.total - _until(block, first) + whole + _until(self._block(high), last)

    def reach(self, at: _Seconds, need: _Seconds, until: _Seconds) -> _Seconds | None:
        """When `need` open seconds have passed since `at`, if that is not after `until`."""
        return self.reach_at_last(at, need) if need <= self.between(at, until) else None

    def reach_at_last(self, at: _Seconds, need: _Seconds) -> _Seconds:
        """When `need` open seconds have passed since `at`, however late. Raises NeverOpens."""
        if need <= 0:
            return at
        last_open, number = at, self._number(at)
        while True:
            block = self._block(number)
            used = _until(block, at) if at < block.closes else block.total
            if block.starts and block.ends[-1] > at:
                following = max(at, block.starts[bisect_right(block.ends, at)])
                self._check_closure(last_open, following)
                if block.total - used >= need:
                    target = used + need
                    i = bisect_left(block.before, target) - 1
                    return block.starts[i] + target - block.before[i]
                need -= block.total - used
                last_open = block.ends[-1]
            else:
                self._check_closure(last_open, block.closes)
            at, number = max(at, block.closes), number + 1

    def walk_back(self, at: _Seconds, need: _Seconds) -> _Seconds:
        """The latest instant since which `need` open seconds have passed until `at`. Raises NeverOpens."""
        if need <= 0:
            return at
        earliest_open, number = at, self._number(at)
        while True:
            block = self._block(number)
            used = _until(block, at) if at < block.closes else block.total
            if used >= need:
                target = used - need
                i = bisect_right(block.before, target) - 1
                return block.starts[i] + target - block.before[i]
            if used:
                need -= used
                earliest_open = block.starts[0]
            self._check_closure(self._midnight(number * _BLOCK_DAYS), earliest_open)
            number -= 1

    def opening(self, at: _Seconds) -> _Seconds:
        """`at` while open, else the next opening. Raises NeverOpens."""
        number, asked = self._number(at), at
        while True:
            block = self._block(number)
            i = bisect_right(block.ends, at)
            if i < len(block.starts):
                found = max(at, block.starts[i])
                self._check_closure(asked, found)
                return found
            self._check_closure(asked, block.closes)
            at, number = block.closes, number + 1

    def spans(self, first: _Seconds, last: _Seconds) -> list[tuple[_Seconds, _Seconds]]:
        """Open spans between two instants, midnight no boundary."""
        found = []
        for number in range(self._number(first), self._number(last) + 1):
            block = self._block(number)
            found += [(max(s, first), min(e, last)) for s, e in zip(block.starts, block.ends, strict=True)]
        return _merged([(s, e) for s, e in found if s < e])

    def _check_closure(self, closed: _Seconds, opened: _Seconds) -> None:
        if opened - closed > _LONGEST_CLOSURE_DAYS * _DAY_S:
            raise NeverOpens(
                f"calendar {self._calendar.version} does not open within {_LONGEST_CLOSURE_DAYS} days of "
                f"{_moment(closed).astimezone(self._calendar.zone):%Y-%m-%d}: check its shifts and exceptions"
            )


@lru_cache(maxsize=64)
def _table(calendar: BusinessCalendar) -> _Table:
    return _Table(calendar)


def _until(block: _Block, at: _Seconds) -> _Seconds:
    """Open seconds of the block before `at`."""
    i = bisect_right(block.starts, at) - 1
    return 0 if i < 0 else block.before[i] + min(at, block.ends[i]) - block.starts[i]


def _merged(spans: Iterable[tuple[_Seconds, _Seconds]]) -> list[tuple[_Seconds, _Seconds]]:
    merged: list[tuple[_Seconds, _Seconds]] = []
    for s, e in sorted(spans):
        if merged and s <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(e, merged[-1][1]))
        else:
            merged.append((s, e))
    return merged


def _united(pauses: Sequence[Pause]) -> list[tuple[_Seconds, _Seconds | None]]:
    """Pauses without overlaps, in order; only the last can be open."""
    if not pauses:
        return []
    open_from = min((_second(p.starts) for p in pauses if p.ends is None), default=None)
    closed = [(_second(p.starts), _second(p.ends)) for p in pauses if p.ends is not None]
    spans = _merged([(s, e) for s, e in closed if s < e])
    if open_from is None:
        return [*spans]
    kept: list[tuple[_Seconds, _Seconds | None]] = [(s, min(e, open_from)) for s, e in spans if s < open_from]
    return [*kept, (open_from, None)]


def _without(
    spans: Iterable[tuple[_Seconds, _Seconds]], holes: Sequence[tuple[_Seconds, _Seconds]]
) -> list[tuple[_Seconds, _Seconds]]:
    left = list(spans)
    for hole_starts, hole_ends in holes:
        if hole_starts < hole_ends:
            parts = [((s, min(e, hole_starts)), (max(s, hole_ends), e)) for s, e in left]
            left = [part for pair in parts for part in pair if part[0] < part[1]]
    return left


def _second(moment: datetime) -> _Seconds:
    """Whole seconds; a part of a second is dropped. The moment must carry its zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone: business time is reckoned in real time")
    return int(moment.timestamp() // 1)


def _moment(second: _Seconds) -> datetime:
    return datetime.fromtimestamp(second, UTC)


__all__ = [
    "BusinessCalendar",
    "Deadline",
    "Interval",
    "NeverOpens",
    "Pause",
    "Terms",
    "around_the_clock",
    "consumed_at",
    "days_before",
    "elapsed",
    "intervals",
    "latest_start",
    "next_opening",
    "owed",
    "service_calendar",
    "used_so_far",
    "warning",
    "why",
]
