"""How a ticket stands, by what queue, pages and API find, sort and show it; who said what when is no part of it.

Times are UTC, money fen. Words are not here.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Literal

from contracts.fact import Customer, Window
from contracts.service_desk_duties import CalendarDay
from contracts.service_desk_repairs import WarrantyState
from contracts.service_desk_tickets import TicketKind
from contracts.service_desk_visits import Paper
from runtime.view import Instant, Row
from service_desk.duties import DutyRow
from service_desk.ticket.state import Advice, Complaint, Expert, Gates, LeftoverOrder, Part, Quote, SupplierWait

Status = Literal["received", "visit_agreed", "visit_failed", "repaired", "closed", "cancelled"]
OPEN: tuple[Status, ...] = ("received", "visit_agreed", "visit_failed", "repaired")
Outcome = Literal["repaired", "customer_absent", "not_let_in", "parts_missing", "cancelled"]
Pays = Literal["free", "quote", "judge"]


class VisitStanding(Row):
    """A visit; `outcome` is null until it ended."""

    visit_no: int
    on: date
    window: Window
    technician: str
    assigned_by: str | None
    papers: tuple[Paper, ...]
    confirmed: bool
    arrived_at: datetime | None
    outcome: Outcome | None
    report_ref: str | None
    ended_at: datetime | None
    rating: int | None
    comment: str


def fields_of(names: Iterable[str], *sources: object) -> dict[str, Any]:
    """What these say, by the fields' names; the first that says it."""
    return {name: getattr(one, name) for one in reversed(sources) for name in names if hasattr(one, name)}


class CaseRow(Row):
    """What the customer came with, as it is known now."""

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
    proof: tuple[str, ...]
    job_id: str | None
    asked_for: str
    safety: bool
    conduct: bool
    about: str
    department: str


class Standing(CaseRow):
    """How it stands. `gates` are the last visit's; `technicians`: who visited, or is to visit; `due_key` sorts by what
    is due next; `next_step` is null when it ended."""

    status: Status
    received_at: datetime
    reply_due: datetime
    replied_at: datetime | None
    reply_late: bool
    warranty: WarrantyState
    pays: Pays
    quotes: tuple[Quote, ...]
    advice: Advice | None
    parts: tuple[Part, ...]
    expert: Expert | None
    repeats: tuple[str, ...]
    waits: tuple[SupplierWait, ...]
    waiting: str | None
    complaint: Complaint | None
    orders: tuple[LeftoverOrder, ...]
    visits: tuple[VisitStanding, ...]
    technicians: tuple[str, ...]
    gates: Gates
    duplicates: tuple[str, ...]
    duties: tuple[DutyRow, ...]
    overdue: bool
    told: tuple[str, ...]
    corrections: tuple[CalendarDay, ...]
    next_step: str | None
    next_due: Instant | None
    due_key: str
    version: int = 0

    @property
    def repaired(self) -> VisitStanding | None:
        """The last visit that repaired."""
        return next((visit for visit in reversed(self.visits) if visit.outcome == "repaired"), None)
