"""What the API says of a ticket."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel

from contracts.fact import Customer
from contracts.service_desk_repairs import WarrantyState
from contracts.service_desk_tickets import TicketKind

Status = Literal["received", "visit_agreed", "visit_failed", "repaired", "closed", "cancelled"]


class LeftoverOrderRow(BaseModel):
    """遗留单."""

    order_no: str
    items: str
    expected_on: date | None
    placed_at: datetime
    placed_by: str
    approved_at: datetime | None
    approved_by: str | None
    sms_at: datetime | None
    arrived_at: datetime | None
    damaged: dict[str, Any] | None


class VisitRow(BaseModel):
    """上门; `outcome` is null until it ended."""

    visit_no: int
    on: date
    starts: datetime
    ends: datetime
    technician: str
    asked_for: str
    accompanied_by: str | None
    assigned_by: str | None
    papers: list[str]
    confirmed_at: datetime | None
    goods_taken: bool
    arrived_at: datetime | None
    identity_shown: bool | None
    outcome: str | None
    report_ref: str | None
    note: str
    ended_at: datetime | None
    form_at: datetime | None
    form_ref: str
    rating: int | None
    comment: str
    moves: list[dict[str, Any]]


class DutyRow(BaseModel):
    """A clock: who owes what by when; `held` while the ticket waits for a supplier; `told`: who knows of it."""

    duty: str
    item: str
    owner_role: str
    owner: str | None
    since: datetime
    due: datetime
    warn_at: datetime | None
    provisional: bool
    state: Literal["running", "warned", "overdue", "held"]
    level: int
    told: list[str]


class TicketRow(BaseModel):
    """A ticket; the customer as the asking role may see it (C18). `version` is what `If-Match` may name."""

    ticket_id: str
    kind: TicketKind
    channel: str
    contract_no: str | None
    customer: Customer
    product: str
    sku: str
    quantity: int
    problem: str
    fault_code: str
    proof: list[str]
    job_id: str | None
    asked_for: str
    safety: bool
    conduct: bool
    about: str
    department: str
    origin: str
    status: Status
    received_at: datetime
    reply_due: datetime
    replied_at: datetime | None
    reply_late: bool
    warranty: WarrantyState
    warranty_ends_on: date | None
    coverage: dict[str, Any] | None
    pays: Literal["free", "quote", "judge"]
    quotes: list[dict[str, Any]]
    information: dict[str, Any] | None
    advice: dict[str, Any] | None
    parts: list[dict[str, Any]]
    expert: dict[str, Any] | None
    repeat_of: list[dict[str, Any]]
    waits: list[dict[str, Any]]
    waiting: str | None
    complaint: dict[str, Any] | None
    orders: list[LeftoverOrderRow]
    visits: list[VisitRow]
    acceptance: dict[str, Any] | None
    signed_at: datetime | None
    signed_by: str | None
    call_back: dict[str, Any] | None
    duties: list[DutyRow]
    overdue: bool
    told: list[str]
    duplicates: list[str]
    merged_into: str | None
    cancelled: dict[str, Any] | None
    reopened_at: datetime | None
    closed_at: datetime | None
    next_step: str | None
    next_due: datetime | None
    next_zh: str
    next_en: str
    version: int


class TimelineEntry(BaseModel):
    """One event in words; `at` when it happened, `recorded_at` when it was told (X1)."""

    at: datetime
    recorded_at: datetime
    by: str
    event: str
    zh: str
    en: str
    text: str


class TicketDetail(TicketRow):
    """A ticket with all that happened to it."""

    timeline: list[TimelineEntry]


class TicketList(BaseModel):
    """One page of tickets, what is due first on top; `total` counts all that match."""

    total: int
    limit: int
    offset: int
    rows: list[TicketRow]
