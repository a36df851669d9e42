"""Which calls are to be made on a day, from the rows of jobs (pure): each with its due time and what to say."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel

from company.masking import customer_for
from company.policy import Policy
from contracts.civil_time import end_of_day
from contracts.dispatch_calls import ArrivalCalled, HalfDayTold, HomeConfirmed, InstallCallMade
from contracts.fact import Customer, Half, JobKind, Window
from dispatch.job.booking import booking_due
from dispatch.job.row import Call, JobFile, JobRow
from dispatch.job_views import told_json
from dispatch.words import HALF_EN, HALF_ZH
from runtime.refusal import month_day

Json = dict[str, Any]
Purpose = Literal["booking", "call_back", "home_confirmation", "half_day", "arrival", "install_call"]


@dataclass(frozen=True, slots=True)
class Owed:
    """A call about one job: when it is owed, how the last try went, and what to say."""

    purpose: Purpose
    due_from: datetime | None
    due: datetime | None
    last: Json | None
    zh: str
    en: str


class CallTask(BaseModel):
    """One call. `on`: the day of the stop; `due_from` and `due`: when it is owed; `script`: what to say."""

    purpose: Purpose
    job_id: str
    contract_no: str
    kind: JobKind
    customer: Customer
    district: str
    summary: str
    on: date | None
    half: Half | None
    window: Window | None
    crew: str | None
    leader: str | None
    promised_on: date | None
    complete_on: date | None
    missing: list[str]
    due_from: datetime | None
    due: datetime | None
    overdue: bool
    last: Json | None
    script_zh: str
    script_en: str
    version: int


class CallTaskList(BaseModel):
    """The calls of a day, in the order in which they are due."""

    on: date
    rows: list[CallTask]


def queries(day: date) -> tuple[Json, ...]:
    """What to look up for the calls of a day: deliveries that wait for a booking or a call back, and the stops of this
    day and the next."""
    waits = [{"row.complete_on": {"$ne": None}}, {"row.call_back_on": {"$lte": day.isoformat()}}]
    backlog = {"row.kind": "delivery", "row.status": {"$in": ["plan", "fail"]}, "row.on": None, "row.booked_on": None}
    return (
        {**backlog, "$or": waits},
        {"row.on": {"$in": [day.isoformat(), (day + timedelta(days=1)).isoformat()]}},
    )


def call_tasks(jobs: Iterable[JobFile], day: date, now: datetime, policy: Policy, role: str) -> list[CallTask]:
    """The calls to be made on `day`, for `role`: bookings and call-backs that are due, and those about stops."""
    told = [_task(owed, job, now, role) for job in jobs for owed in calls_owed(job, day, policy)]
    return sorted(told, key=lambda task: (task.due is None, task.due, task.job_id, task.purpose))


def calls_owed(job: JobFile, day: date, policy: Policy) -> Iterator[Owed]:
    """The calls that one job asks for on `day`."""
    row = job.row
    if row.status in {"done", "cancelled"}:
        return
    if row.on is None or row.half is None or row.window is None:
        yield from _before_the_slot(row, day, policy)
    elif row.on == day + timedelta(days=1):
        yield from _the_day_before(job, row.on, row.half)
    elif row.on == day:
        yield from _on_the_day(job, row.window, policy)


def _before_the_slot(row: JobRow, day: date, policy: Policy) -> Iterator[Owed]:
    """B1, B2: who waits for a booking, or for a call back."""
    if row.booked_on is not None:
        return
    if row.call_back_on is not None:
        if row.call_back_on <= day:
            zh, en = "现场备好了吗？备好就约日子。", "Is the site ready now? Then agree on a day."
            yield Owed("call_back", None, end_of_day(row.call_back_on), None, zh, en)
    elif row.complete_on is not None:
        promised, ahead = row.promised_on, policy.booking_days_ahead
        due = None if promised is None else booking_due("delivery", promised, policy)
        zh = f"货已齐，承诺 {promised or '未定'}。核对现场六项，约送货日（至少提前 {ahead} 天）。"
        en = f"Goods are complete, promised for {promised}. Go through the checklist and agree on a day."
        yield Owed("booking", None, due, None, zh, en)


def _the_day_before(job: JobFile, on: date, half: Half) -> Iterator[Owed]:
    """B3, B5, B10: the customers of tomorrow."""
    row, issue = job.row, job.issue
    when = f"{month_day(on)}{HALF_ZH[half]}"
    if row.kind == "delivery" and not job.reached(HomeConfirmed):
        zh = f"{when}送货，家里有人吗？送货后 2 天内上门安装。"
        en = "Will somebody be home tomorrow? Installation follows within 2 days."
        yield Owed("home_confirmation", None, row.home_due, _last(job, HomeConfirmed), zh, en)
    if row.kind == "delivery" and row.status == "pub" and not job.reached(HalfDayTold):
        zh = f"{when}送到，到达前 1 到 2 小时再电话。"
        en = f"We come in the {HALF_EN[half]}; a call comes 1 to 2 hours ahead."
        yield Owed("half_day", None, None if issue is None else issue.half_day_due, _last(job, HalfDayTold), zh, en)
    if row.kind == "installation" and not job.reached(InstallCallMade):
        zh = f"{when}上门安装，现场方便吗？"
        en = f"We come to install tomorrow {HALF_EN[half]}; is everything ready?"
        yield Owed("install_call", None, row.install_call_due, _last(job, InstallCallMade), zh, en)


def _on_the_day(job: JobFile, window: Window, policy: Policy) -> Iterator[Owed]:
    """B5: an hour or two ahead."""
    row = job.row
    waits = row.kind == "delivery" and row.status in {"pub", "way"} and not row.arrived
    if not waits or job.reached(ArrivalCalled):
        return
    yield Owed(
        "arrival",
        window.starts - timedelta(hours=policy.arrival_call_first_hours),
        window.starts - timedelta(hours=policy.arrival_call_hours),
        _last(job, ArrivalCalled),
        "1 到 2 小时后到，请留人。",
        "We arrive in 1 to 2 hours; please be home.",
    )


def _last(job: JobFile, call: type[Call]) -> Json | None:
    return told_json(job.said.last(call))


def _task(owed: Owed, job: JobFile, now: datetime, role: str) -> CallTask:
    row = job.row
    shared = row.model_dump(include=set(CallTask.model_fields) - {"customer", "missing", "overdue"})
    return CallTask(
        **shared,
        purpose=owed.purpose,
        customer=customer_for(role, row.customer),
        missing=list(() if job.not_ready is None else job.not_ready.missing),
        due_from=owed.due_from,
        due=owed.due,
        overdue=owed.due is not None and now > owed.due,
        last=owed.last,
        script_zh=owed.zh,
        script_en=owed.en,
    )
