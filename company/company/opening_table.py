"""A calendar's open spans in whole seconds of real time, reckoned once per block of days and kept (C1). Pure.

Seconds are UTC, so a day with a change of daylight-saving time has the length that it really has.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from company.business_calendar import LONGEST_CLOSURE_DAYS, BusinessCalendar, NeverOpens

Seconds = int
"""Seconds since 1970-01-01 UTC, or a length."""
_BLOCK_DAYS = 128
"""Days whose shifts are reckoned and kept together; fewer than the closure, which is thus seen between blocks."""
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class _Block:
    """Open spans of _BLOCK_DAYS days, split at midnight; `before[i]`: open seconds of the block before span i."""

    starts: list[Seconds]
    ends: list[Seconds]
    before: list[Seconds]
    total: Seconds
    closes: Seconds
    """Where the block ends."""


class OpeningTable:
    """A calendar's open spans, reckoned once per block of days and kept; from outside it never changes."""

    def __init__(self, calendar: BusinessCalendar) -> None:
        self._calendar = calendar
        self._blocks: dict[int, _Block] = {}

    def _block(self, number: int) -> _Block:
        block = self._blocks.get(number)
        if block is None:
            block = self._blocks[number] = self._reckon(number)
        return block

    def _number(self, at: Seconds) -> int:
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
        spans = [(max(s, opens), min(e, closes)) for s, e in merged(raw) if e > opens and s < closes]
        before, total = [], 0
        for s, e in spans:
            before.append(total)
            total += e - s
        return _Block([s for s, _ in spans], [e for _, e in spans], before, total, closes)

    def _midnight(self, ordinal: int) -> Seconds:
        return int(datetime.combine(date.fromordinal(ordinal), time(), self._calendar.zone).timestamp())

    def _spans_of(self, ordinal: int) -> Iterator[tuple[Seconds, Seconds]]:
        day, zone = date.fromordinal(ordinal), self._calendar.zone
        for shift in self._calendar.shifts_on(day):
            until = day if shift.closes > shift.opens else day + timedelta(days=1)
            s = int(datetime.combine(day, shift.opens, zone).timestamp())
            e = int(datetime.combine(until, shift.closes, zone).timestamp())
            if s < e:
                yield s, e

    def between(self, first: Seconds, last: Seconds) -> Seconds:
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

    def reach(self, at: Seconds, need: Seconds, until: Seconds) -> Seconds | None:
        """When `need` open seconds have passed since `at`, if that is not after `until`."""
        return self.reach_at_last(at, need) if need <= self.between(at, until) else None

    def reach_at_last(self, at: Seconds, need: Seconds) -> Seconds:
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

    def walk_back(self, at: Seconds, need: Seconds) -> Seconds:
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

    def opening(self, at: Seconds) -> Seconds:
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

    def spans(self, first: Seconds, last: Seconds) -> list[tuple[Seconds, Seconds]]:
        """Open spans between two instants, midnight no boundary."""
        found = []
        for number in range(self._number(first), self._number(last) + 1):
            block = self._block(number)
            found += [(max(s, first), min(e, last)) for s, e in zip(block.starts, block.ends, strict=True)]
        return merged([(s, e) for s, e in found if s < e])

    def _check_closure(self, closed: Seconds, opened: Seconds) -> None:
        if opened - closed > LONGEST_CLOSURE_DAYS * _DAY_S:
            raise NeverOpens(
                f"calendar {self._calendar.version} does not open within {LONGEST_CLOSURE_DAYS} days of "
                f"{instant(closed).astimezone(self._calendar.zone):%Y-%m-%d}: check its shifts and exceptions"
            )


@lru_cache(maxsize=64)
def table_of(calendar: BusinessCalendar) -> OpeningTable:
    """The one table of a calendar."""
    return OpeningTable(calendar)


def _until(block: _Block, at: Seconds) -> Seconds:
    """Open seconds of the block before `at`."""
    i = bisect_right(block.starts, at) - 1
    return 0 if i < 0 else block.before[i] + min(at, block.ends[i]) - block.starts[i]


def merged(spans: Iterable[tuple[Seconds, Seconds]]) -> list[tuple[Seconds, Seconds]]:
    """Spans without overlaps, in order; those that touch are one."""
    whole: list[tuple[Seconds, Seconds]] = []
    for s, e in sorted(spans):
        if whole and s <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(e, whole[-1][1]))
        else:
            whole.append((s, e))
    return whole


def second(moment: datetime) -> Seconds:
    """Whole seconds; a part of a second is dropped. The moment must carry its zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone: business time is reckoned in real time")
    return int(moment.timestamp() // 1)


def instant(seconds: Seconds) -> datetime:
    """The moment (UTC) that many seconds after 1970."""
    return datetime.fromtimestamp(seconds, UTC)
