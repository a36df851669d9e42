"""What the API shows of jobs: the stored rows, cut to what the asking role may see (C18, RULES §1)."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from company.masking import customer_for
from contracts.fact import ContractLine, Customer, Half, JobKind, Window

Json = dict[str, Any]

SEES_CASH = frozenset({"crew_leader", "accountant", "manager"})
"""Cash figures are for leader, accountant, manager."""


class JobView(BaseModel):
    """One job. `status`: plan, pub, way, done, fail, cancelled; `ready`: booked and the site is ready (deliveries).

    `version` is for `If-Match`. Money is null for those who have nothing to do with cash.
    """

    job_id: str
    kind: JobKind
    contract_no: str
    ticket_id: str | None
    customer: Customer
    district: str
    summary: str
    lines: list[ContractLine]
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
    depot: str | None
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


def job_view(facet: Json, role: str) -> JobView:
    """A job's row as `role` may see it."""
    shown = {**facet, "customer": customer_for(role, facet["customer"])}
    if role not in SEES_CASH:
        shown["amount_due_fen"] = None
        if facet["outcome"] is not None:
            shown["outcome"] = {key: value for key, value in facet["outcome"].items() if key != "cash_fen"}
    return JobView.model_validate(shown)
