"""6. The deadline clock beside PyPI's businesstimedelta, on the same inputs and the same answers.

Working days 8:00-12:00 and 13:30-17:30, holidays closed, no make-up days and no pauses: the other knows neither.
"""

import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock

import pytz
from businesstimedelta import BusinessTimeDelta, HolidayRule, LunchTimeRule, Rules, WorkDayRule

from bench.measuring import Section, figure, ratios
from company.business_calendar import BusinessCalendar, service_calendar
from company.business_time import consumed_at, elapsed
from company.policy import policy_book

TIMES_FASTER = 20.0
WORKED_FROM, WORKED_TO = clock(8), clock(17, 30)


def measure(rounds: int, count: int) -> Section:
    """`count` random deadlines of 1 to 40 service hours, and the elapsed time of each."""
    policy = policy_book().revisions[0]
    calendar = replace(
        service_calendar(policy),
        version="bench",
        weekly=(policy.service_hours_working,) * 5 + ((), ()),
        on_holidays=(),
        makeup_days=frozenset(),
    )
    asked = _questions(count)
    theirs_rule = _other(sorted({*calendar.holidays, date(2027, 1, 1)}))  # it fails beyond its last holiday
    ours, theirs = _deadlines(asked, calendar), _other_deadlines(asked, theirs_rule)
    if ours != theirs:
        different = next(i for i, pair in enumerate(zip(ours, theirs, strict=True)) if pair[0] != pair[1])
        raise RuntimeError(f"not the same answer to {asked[different]}: {ours[different]}, {theirs[different]}")
    pairs = [(start, due) for (start, _), due in zip(asked, ours, strict=True)]
    sides: dict[str, Callable[[], object]] = {
        "ours": lambda: _deadlines(asked, calendar),
        "theirs": lambda: _other_deadlines(asked, theirs_rule),
        "ours elapsed": lambda: [elapsed(start, end, calendar) for start, end in pairs],
        "theirs elapsed": lambda: [theirs_rule.difference(start, end) for start, end in pairs],
    }
    rates: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            began = time.perf_counter()
            side()
            rates[name].append(count / (time.perf_counter() - began))
    return Section(
        "deadlines",
        f"deadline clock, {count:,} random targets of 1 to 40 service hours",
        (
            figure("deadlines", "/s", rates["ours"]),
            figure("businesstimedelta: deadlines", "/s", rates["theirs"]),
            figure("deadlines, ours / theirs", "x", ratios(rates["ours"], rates["theirs"]), at_least=TIMES_FASTER),
            figure("elapsed times", "/s", rates["ours elapsed"]),
            figure("businesstimedelta: differences", "/s", rates["theirs elapsed"]),
            figure(
                "elapsed, ours / theirs",
                "x",
                ratios(rates["ours elapsed"], rates["theirs elapsed"]),
                at_least=TIMES_FASTER,
            ),
        ),
    )


def _questions(count: int) -> list[tuple[datetime, int]]:
    chance = random.Random(2026)
    first = datetime(2026, 1, 5, tzinfo=UTC)
    return [
        (first + timedelta(seconds=chance.randrange(260 * 86_400)), chance.randrange(3600, 40 * 3600))
        for _ in range(count)
    ]


def _deadlines(asked: list[tuple[datetime, int]], calendar: BusinessCalendar) -> list[datetime | None]:
    return [consumed_at(start, seconds, calendar) for start, seconds in asked]


def _other(holidays: list[date]) -> Rules:
    zone = pytz.timezone("Asia/Shanghai")
    return Rules(
        [
            WorkDayRule(start_time=WORKED_FROM, end_time=WORKED_TO, working_days=[0, 1, 2, 3, 4], tz=zone),
            LunchTimeRule(start_time=clock(12), end_time=clock(13, 30), working_days=[0, 1, 2, 3, 4], tz=zone),
            HolidayRule(holidays, tz=zone),
        ]
    )


def _other_deadlines(asked: list[tuple[datetime, int]], rule: Rules) -> list[datetime]:
    return [start + BusinessTimeDelta(rule, seconds=seconds) for start, seconds in asked]
