"""Which calls are to be made on a day, from the rows of jobs (pure): each with its due time and what to say."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel

from company.masking import customer_for
from company.policy import Policy
from contracts.civil_time import end_of_day
from contracts.fact import Customer, Half, JobKind, Window
from dispatch.domain.booking_rules import booking_due
from dispatch.domain.words import HALF_EN, HALF_ZH, day_zh

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
    waits = [{"job.complete_on": {"$ne": None}}, {"job.call_back_on": {"$lte": day.isoformat()}}]
    backlog = {"job.kind": "delivery", "job.status": {"$in": ["plan", "fail"]}, "job.on": None, "job.booked_on": None}
    return (
        {**backlog, "$or": waits},
        {"job.on": {"$in": [day.isoformat(), (day + timedelta(days=1)).isoformat()]}},
    )


def call_tasks(rows: Iterable[Json], day: date, now: datetime, policy: Policy, role: str) -> list[CallTask]:
    """The calls to be made on `day`, for `role`: bookings and call-backs that are due, and those about stops."""
    told = [_task(owed, row, now, role) for row in rows for owed in calls_owed(row, day, policy)]
    return sorted(told, key=lambda task: (task.due is None, task.due, task.job_id, task.purpose))


def calls_owed(row: Json, day: date, policy: Policy) -> Iterator[Owed]:
    """The calls that one job asks for on `day`."""
    if row["status"] in {"done", "cancelled"}:
        return
    if row["on"] is None:
        yield from _before_the_slot(row, day, policy)
    elif row["on"] == (day + timedelta(days=1)).isoformat():
        yield from _the_day_before(row)
    elif row["on"] == day.isoformat():
        yield from _on_the_day(row, policy)


def _before_the_slot(row: Json, day: date, policy: Policy) -> Iterator[Owed]:
    """B1, B2: who waits for a booking, or for a call back."""
    if row["booked_on"] is not None:
        return
    if row["missing"]:
        back_on = date.fromisoformat(row["call_back_on"])
        if back_on <= day:
            zh, en = "现场备好了吗？备好就约日子。", "Is the site ready now? Then agree on a day."
            yield Owed("call_back", None, end_of_day(back_on), None, zh, en)
    elif row["complete_on"] is not None:
        promised, ahead = row["promised_on"], policy.booking_days_ahead
        due = None if promised is None else booking_due("delivery", date.fromisoformat(promised), policy)
        zh = f"货已齐，承诺 {promised or '未定'}。核对现场六项，约送货日（至少提前 {ahead} 天）。"
        en = f"Goods are complete, promised for {promised}. Go through the checklist and agree on a day."
        yield Owed("booking", None, due, None, zh, en)


def _the_day_before(row: Json) -> Iterator[Owed]:
    """B3, B5, B10: the customers of tomorrow."""
    when = f"{day_zh(date.fromisoformat(row['on']))}{HALF_ZH[row['half']]}"
    if row["kind"] == "delivery" and not _is_reached(row, "home"):
        zh = f"{when}送货，家里有人吗？送货后 2 天内上门安装。"
        en = "Will somebody be home tomorrow? Installation follows within 2 days."
        yield Owed("home_confirmation", None, _moment(row["home_due"]), row["home"], zh, en)
    if row["kind"] == "delivery" and row["status"] == "pub" and not _is_reached(row, "half_call"):
        zh = f"{when}送到，到达前 1 到 2 小时再电话。"
        en = f"We come in the {HALF_EN[row['half']]}; a call comes 1 to 2 hours ahead."
        yield Owed("half_day", None, _moment(row["half_day_due"]), row["half_call"], zh, en)
    if row["kind"] == "installation" and not _is_reached(row, "install_call"):
        zh = f"{when}上门安装，现场方便吗？"
        en = f"We come to install tomorrow {HALF_EN[row['half']]}; is everything ready?"
        yield Owed("install_call", None, _moment(row["install_call_due"]), row["install_call"], zh, en)


def _on_the_day(row: Json, policy: Policy) -> Iterator[Owed]:
    """B5: an hour or two ahead."""
    waits = row["kind"] == "delivery" and row["status"] in {"pub", "way"} and row["arrived_at"] is None
    if not waits or _is_reached(row, "arrival_call"):
        return
    starts = datetime.fromisoformat(row["window"]["starts"])
    yield Owed(
        "arrival",
        starts - timedelta(hours=policy.arrival_call_first_hours),
        starts - timedelta(hours=policy.arrival_call_hours),
        row["arrival_call"],
        "1 到 2 小时后到，请留人。",
        "We arrive in 1 to 2 hours; please be home.",
    )


def _is_reached(row: Json, call: str) -> bool:
    """Whether the customer was reached about the stop as it is now."""
    last = row[call]
    if last is None or last["result"] != "reached" or last["on"] != row["on"]:
        return False
    return call != "half_call" or bool(last["half"] == row["half"])


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _task(owed: Owed, row: Json, now: datetime, role: str) -> CallTask:
    return CallTask(
        purpose=owed.purpose,
        job_id=row["job_id"],
        contract_no=row["contract_no"],
        kind=row["kind"],
        customer=Customer.model_validate(customer_for(role, row["customer"])),
        district=row["district"],
        summary=row["summary"],
        on=row["on"],
        half=row["half"],
        window=row["window"],
        crew=row["crew"],
        leader=row["leader"],
        promised_on=row["promised_on"],
        complete_on=row["complete_on"],
        missing=row["missing"],
        due_from=owed.due_from,
        due=owed.due,
        overdue=owed.due is not None and now > owed.due,
        last=owed.last,
        script_zh=owed.zh,
        script_en=owed.en,
        version=row["version"],
    )
