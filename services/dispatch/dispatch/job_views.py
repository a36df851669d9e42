"""What the API shows of jobs: rows and what was said, cut to what the asking role may see (C18, RULES §1)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, get_args

from pydantic import BaseModel

from company.masking import ROLES_THAT_SEE_MONEY, customer_for
from contracts.bounds import MoneyFen
from contracts.dispatch_calls import (
    ArrivalCalled,
    HalfDayTold,
    HomeConfirmed,
    InstallCallMade,
    JobCancelled,
    TroubleReported,
)
from contracts.dispatch_jobs import DeliveryCompleted, DeliveryFailed, InstallationCompleted, VisitDone
from contracts.dispatch_pick_up import PickedUp
from contracts.dispatch_road import PiecesRefused
from contracts.fact import ContractLine, Customer, Fact, GoodsLine, Half, JobKind, Window
from dispatch.job.row import Call, JobFile, Missed, Outcome
from dispatch.who import SEES_CASH
from runtime.said import Saying

Json = dict[str, Any]


class JobLine(ContractLine):
    """A line of a job's goods; its price is null for roles that do not see money."""

    unit_price_fen: MoneyFen | None  # type: ignore[assignment]  # a view of the line, which no event holds


class JobView(BaseModel):
    """One job. `status`: plan, pub, pickup, way, done, fail, cancelled; `ready`: booked and the site is ready, for
    deliveries.

    `version` is for `If-Match`. Money is null for those who have nothing to do with cash.
    """

    job_id: str
    kind: JobKind
    contract_no: str
    ticket_id: str | None
    customer: Customer
    district: str
    summary: str
    lines: list[JobLine]
    volume_l: int
    amount_due_fen: int | None
    promised_on: date | None
    complete_on: date | None
    due_at: datetime | None
    overdue: bool
    status: str
    ready: bool
    missing: list[str]
    remarks: list[Json] = []
    call_back_on: date | None
    booked_on: date | None
    booked_half: Half | None
    booked_at: datetime | None
    override_reason: str | None
    depot: str
    on: date | None
    half: Half | None
    crew: str | None
    vehicle: str | None
    position: int | None
    window: Window | None
    leader: str | None
    edition: int | None
    warehouse_ready: bool | None
    warehouse_note: str | None
    home_due: datetime | None = None
    half_day_due: datetime | None = None
    arrival_call_due: datetime | None = None
    install_call_due: datetime | None = None
    home: Json | None = None
    half_call: Json | None = None
    arrival_call: Json | None = None
    install_call: Json | None = None
    missed_calls: list[Json] = []
    trouble: list[Json] = []
    arrived_at: datetime | None = None
    on_vehicle: list[GoodsLine] | None = None
    pick_up_on: date | None = None
    list_no: str | None = None
    undeliverable: Json | None = None
    consent: Json | None = None
    refused: list[Json] = []
    cancelled: Json | None = None
    opened_at: datetime
    ended_at: datetime | None
    outcome: Json | None
    version: int


class JobList(BaseModel):
    """One page of jobs; `total` counts all that match."""

    total: int
    limit: int
    offset: int
    rows: list[JobView]


def job_view(job: JobFile, role: str) -> JobView:
    """A job as `role` may see it."""
    row, agreed, not_ready, issue, warehouse = job.row, job.agreed, job.not_ready, job.issue, job.warehouse
    installed = job.outcome if isinstance(job.outcome, InstallationCompleted) else None
    shown = {
        **row.model_dump(exclude={"customer", "amount_due_fen"}),
        "lines": [_line(line, role) for line in row.lines],
        "customer": customer_for(role, row.customer),
        "amount_due_fen": row.amount_due_fen if role in SEES_CASH else None,
        "ready": job.ready,
        "missing": () if not_ready is None else not_ready.missing,
        "remarks": [] if not_ready is None else [one.model_dump() for one in not_ready.remarks],
        "call_back_on": None if not_ready is None else not_ready.call_back_on,
        "booked_on": None if agreed is None else agreed.on,
        "booked_half": None if agreed is None else agreed.half,
        "booked_at": None if agreed is None else agreed.at,
        "override_reason": None if agreed is None else agreed.override_reason,
        "leader": row.leader if installed is None else installed.leader,
        "edition": None if issue is None else issue.version,
        "half_day_due": None if issue is None else issue.half_day_due,
        "arrival_call_due": None if issue is None else issue.arrival_call_due,
        "warehouse_ready": None if warehouse is None else warehouse.ready,
        "warehouse_note": None if warehouse is None else warehouse.note,
        **{name: told_json(job.said.last(kind)) for name, kind in CALLS.items()},
        "missed_calls": [{"what": type(one.event).__name__, **_content(one.event)} for one in job.said.all(*MISSED)],
        "trouble": [told_json(one) for one in job.said.all(TroubleReported)],
        "arrived_at": job.arrived_at,
        "undeliverable": told_json(job.undeliverable),
        "consent": told_json(job.consent),
        "refused": [told_json(one) for one in job.said.all(PiecesRefused)],
        "cancelled": _cancelled(job.cancelled),
        "ended_at": job.ended_at,
        "outcome": _outcome(job.outcome, role),
    }
    return JobView.model_validate(shown)


def _line(line: ContractLine, role: str) -> Json:
    shown = line.model_dump()
    return shown if role in ROLES_THAT_SEE_MONEY else {**shown, "unit_price_fen": None}


CALLS: Mapping[str, type[Call]] = {
    "home": HomeConfirmed,
    "half_call": HalfDayTold,
    "arrival_call": ArrivalCalled,
    "install_call": InstallCallMade,
}
"""The view's field -> what the last call of its kind is. Calls are of a day: see `JobFile.reached`."""

MISSED: tuple[type[Fact], ...] = get_args(Missed)

_AROUND = frozenset({"event", "at", "job_id", "contract_no", "customer", "crew", "leader"})
"""What stands around a call: it is the job's own."""


def told_json(one: Saying[Any] | None) -> Json | None:
    """What was told of a job, when and by whom."""
    return None if one is None else {"at": one.event.at.isoformat(), "by": one.by, **_content(one.event)}


def _content(event: Fact) -> Json:
    return event.model_dump(mode="json", exclude=set(_AROUND))


def _cancelled(told: JobCancelled | None) -> Json | None:
    if told is None:
        return None
    return {"at": told.at.isoformat(), "reason": told.reason, "on_the_road": told.on_the_road}


def _outcome(told: Outcome | None, role: str) -> Json | None:
    """What came of it; cash for those who handle it."""
    if told is None:
        return None
    hidden = set() if role in SEES_CASH else {"cash_fen"}
    return told.model_dump(mode="json", include=_OUTCOME[type(told)] - hidden)


_OUTCOME: Mapping[type[Outcome], set[str]] = {
    DeliveryCompleted: {
        *("delivered", "signed_by", "signature_ref", "taught_use", "cash_fen", "install_due"),
        *("refused", "damaged", "photos"),
    },
    DeliveryFailed: {"cause", "goods", "consent_by", "customer_reached", "signature_ref", "photos"},
    InstallationCompleted: {"accepted_by", "note"},
    VisitDone: {"note"},
    PickedUp: {
        *("list_no", "delivered", "collected_by", "identity", "signature_ref", "taught_use", "handed_by"),
        *("install_due", "photos"),
    },
}
