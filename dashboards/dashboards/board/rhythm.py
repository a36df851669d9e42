"""The working day's cut-offs on one line, the rhythm bar."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta

from company.policy import Policy
from contracts.civil_time import civil, civil_day, in_shanghai
from contracts.dispatch_calls import HalfDayTold
from dashboards.board.view import LightState, Mark, Say
from dispatch.day.row import DayRow
from dispatch.job.row import JobFile

OPENS, CLOSES = 7 * 60, 21 * 60
"""The bar's span in minutes of the day: from before the first feedback to after the last call."""
PLANNING = time(15)
"""B4: planning of the next day starts."""
CUSTOMER_CALLS = time(19)
"""B5: by then the next day's customers know the half-day."""
WARN = timedelta(hours=2)
"""A cut-off within that time, and not done, is marked."""


def minute_of(moment: datetime) -> int:
    """Civil minutes since midnight."""
    local = in_shanghai(moment)
    return local.hour * 60 + local.minute


def bar_day(on: date, now: datetime) -> date:
    """The day whose cut-offs are shown: today's while today or tomorrow is on the board, else the board's own."""
    today = civil_day(now)
    return today if on - today in {timedelta(0), timedelta(days=1)} else on


def rhythm(
    days: Mapping[date, DayRow], jobs: Iterable[JobFile], *, today: date, now: datetime, policy: Policy, ready: int
) -> tuple[Mark, ...]:
    """Marks of `today`: feedback (B6, K7), planning and publishing (B4, K4), calls (B5), end of the day."""
    tomorrow = today + timedelta(days=1)
    known = list(jobs)
    out = [job for job in known if job.row.on == today and job.row.kind == "delivery"]
    next_day = [job for job in known if job.row.on == tomorrow]
    plan = days.get(tomorrow)
    return (
        _feedback(out, today, now, policy),
        _planning(next_day, ready, today, now),
        _publishing(plan, next_day, today, now, policy),
        _calls(next_day, today, now),
        _end(known, today),
    )


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _due(at: datetime, now: datetime) -> LightState:
    return "late" if now > at else "due" if at - now <= WARN else ""


def _feedback(out: list[JobFile], today: date, now: datetime, policy: Policy) -> Mark:
    published = [job for job in out if job.issue is not None]
    told = [word for job in published if (word := job.warehouse) is not None]
    short = sum(not word.ready for word in told)
    minute = _minute(policy.feedback_due)
    if not published:
        return Mark(code="mark.feedback", minute=minute, state="", say=Say(code="mark.none_today"))
    if len(told) == len(published):
        words = Say(code="mark.told", facts={"ready": len(told) - short, "short": short})
        return Mark(code="mark.feedback", minute=minute, state="met", say=words)
    words = Say(code="mark.count", facts={"n": len(told), "of": len(published)})
    return Mark(code="mark.feedback", minute=minute, state=_due(civil(today, policy.feedback_due), now), say=words)


def _planning(next_day: list[JobFile], ready: int, today: date, now: datetime) -> Mark:
    start, until = civil(today, PLANNING), civil(today, time(17))
    state: LightState = "due" if start <= now < until and ready else ""
    words = Say(code="mark.planned", facts={"n": len(next_day), "left": ready})
    return Mark(code="mark.planning", minute=_minute(PLANNING), until=17 * 60, state=state, say=words)


def _publishing(plan: DayRow | None, next_day: list[JobFile], today: date, now: datetime, policy: Policy) -> Mark:
    minute = _minute(policy.plan_due)
    due = civil(today, policy.plan_due)
    if plan is not None and plan.published_at is not None:
        at = plan.published_at
        words = Say(code="mark.published", facts={"at": at.isoformat()})
        return Mark(code="mark.publish", minute=minute, state="met" if at <= due else "late", say=words)
    if not next_day:
        return Mark(code="mark.publish", minute=minute, state="", say=Say(code="mark.none_tomorrow"))
    left = due - now
    minutes = abs(int(left.total_seconds() // 60))
    words = Say(code="mark.left" if now <= due else "mark.over", facts={"minutes": minutes})
    return Mark(code="mark.publish", minute=minute, state=_due(due, now), say=words)


def _calls(next_day: list[JobFile], today: date, now: datetime) -> Mark:
    """B5, K5: tomorrow's customers know the half-day."""
    owed = [job for job in next_day if job.row.kind == "delivery" and job.issue is not None]
    minute = _minute(CUSTOMER_CALLS)
    if not owed:
        customers = sum(job.row.kind == "delivery" for job in next_day)
        return Mark(code="mark.calls", minute=minute, state="", say=Say(code="mark.customers", facts={"n": customers}))
    told = sum(job.reached(HalfDayTold) for job in owed)
    state: LightState = "met" if told == len(owed) else _due(civil(today, CUSTOMER_CALLS), now)
    return Mark(
        code="mark.calls", minute=minute, state=state, say=Say(code="mark.called", facts={"n": told, "of": len(owed)})
    )


def _end(jobs: list[JobFile], today: date) -> Mark:
    on_road = [job.row for job in jobs if job.row.on == today]
    crews = {row.crew for row in on_road}
    busy = {row.crew for row in on_road if not row.over}
    state: LightState = "met" if crews and not busy else ""
    words = Say(code="mark.crews", facts={"n": len(crews) - len(busy), "of": len(crews)})
    return Mark(code="mark.end", minute=CLOSES, state=state, say=words)
