"""Every "no" about calls to the customer, in words for people: what is wrong, and what to do."""

from datetime import date

from dispatch.domain.words import day_zh
from runtime.decision import Rejected


def not_a_delivery(job: str) -> Rejected:
    """B3: whether somebody is home is asked before a delivery."""
    return Rejected(
        "not_a_delivery",
        "B3",
        f"{job} 不是送货单；送货单的单号以 D- 开头。",
        f"{job} is no delivery; those begin with D-.",
        {"job_id": job},
    )


def no_stop(job: str, rule: str) -> Rejected:
    """There is no day to call about."""
    return Rejected(
        "no_stop",
        rule,
        f"{job} 没有约定或排定的日子，没有要确认的事。请先预约、排单。",
        f"{job} has no day that was agreed or planned; there is nothing to confirm. Book and plan it first.",
        {"job_id": job},
    )


def no_published_stop(job: str, rule: str) -> Rejected:
    """The customer hears of a plan that is out."""
    return Rejected(
        "not_in_plan",
        rule,
        f"{job} 不在已发布的安排表里。请先发布安排表，再告知客户；这一站已经送完的，请写明电话是几点打的。",
        f"{job} is in no published plan. Publish the plan before the customer is told; "
        "if the stop is over, say when the call was made.",
        {"job_id": job},
    )


def no_installation_stop(job: str) -> Rejected:
    """B10: only an installation that has its slot."""
    return Rejected(
        "not_scheduled",
        "B10",
        f"{job} 不是已排定的安装单，没有安装前电话要打。",
        f"{job} is no installation with a slot; no call is owed before it.",
        {"job_id": job},
    )


def confirmed_too_early(job: str, on: date, day: date) -> Rejected:
    """A promise given long ahead is forgotten: the customer is asked the day before."""
    return Rejected(
        "confirmed_too_early",
        "B3",
        f"{job} 定在 {day_zh(on)}，在家确认要到 {day_zh(day)} 才打。请到时再打一次。",
        f"{job} is on {on}; whether somebody is home is asked on {day}, not earlier. Call again then.",
        {"job_id": job, "on": on.isoformat(), "day": day.isoformat()},
    )


def other_day(job: str, planned: date, on: date) -> Rejected:
    """The call was about a day that is not the job's any more."""
    return Rejected(
        "other_day",
        "B3",
        f"{job} 现在排在 {day_zh(planned)}，这通电话说的是 {day_zh(on)}。请按新的日子再打一次。",
        f"{job} is on {planned} now; this call was about {on}. Call again about the new day.",
        {"job_id": job, "planned": planned.isoformat(), "on": on.isoformat()},
    )
