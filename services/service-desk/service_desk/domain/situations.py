"""The situations of a ticket (工单), one frozen class each, and the words they share.

In the order in which a ticket usually passes through them: Unopened, Received (已受理), VisitAgreed (已约上门),
VisitFailed (上门未修好), Repaired (已修好), Closed (已归档); or Cancelled (已取消).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from contracts import bounds
from contracts.decision import Command, Context, Rejected
from contracts.fact import Customer, Window
from contracts.service_desk import TicketEvent
from contracts.service_desk_tickets import TicketKind
from contracts.service_desk_visits import Paper
from service_desk.domain.dossier import EMPTY, Dossier

TEXT_LENGTH = 1000
"""Characters of a free text, at most: a page of handwriting."""

_LINES = bounds.Text(TEXT_LENGTH, lines=True)
Number = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\s:/]{1,80}$"), bounds.Code(80)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), _LINES]
Note = Annotated[str, StringConstraints(strip_whitespace=True), _LINES]

Pieces = Annotated[int, Field(ge=1, le=100_000)]
Proofs = Annotated[tuple[Text, ...], Field(max_length=50)]

Reference = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)]
Photos = Annotated[tuple[Text, ...], Field(max_length=50)]
VisitNo = Annotated[int, Field(ge=1, le=1000)]
Money = Annotated[int, Field(ge=0, le=10_000_000_00)]
"""Fen, up to ten million yuan."""

SUPERVISORS = frozenset({"install_supervisor", "cs_supervisor"})
"""主管 (C9): who may place a leftover order for the designer, and who signs."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A reply is owed by `due`."""

    due: datetime
    reply: Literal["owed"] = "owed"


@dataclass(frozen=True, slots=True)
class Overdue:
    """No reply was known when `due` passed."""

    due: datetime
    reply: Literal["overdue"] = "overdue"


@dataclass(frozen=True, slots=True)
class Replied:
    """First replied at `at`."""

    due: datetime
    at: datetime
    reply: Literal["replied"] = "replied"


ReplyDuty = Annotated[Owed | Overdue | Replied, Field(discriminator="reply")]


@dataclass(frozen=True, slots=True)
class LeftoverOrder:
    """遗留单: first placed, then approved, then its goods come in; damaged ones come again or are ordered anew."""

    order_no: str
    items: str
    expected_on: date | None
    placed_by: str
    stage: Literal["placed", "approved", "goods_in", "damaged"]


@dataclass(frozen=True, slots=True)
class Visit:
    """An agreed visit, and what was done before and at it."""

    visit_no: int
    technician: str
    window: Window
    on: date
    assigned_by: str | None = None
    papers: tuple[Paper, ...] = ()
    confirmed: bool = False
    arrived_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EndedVisit:
    """A visit and what came of it (C10); a cancelled one took no place."""

    visit: Visit
    outcome: Literal["repaired", "customer_absent", "not_let_in", "parts_missing", "cancelled"]
    report_ref: str | None
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who accepted the repair; the rating asked for, if one was given."""

    accepted_by: str
    rating: int | None


@dataclass(frozen=True, slots=True)
class CallBackResult:
    """What the customer said when called back."""

    satisfied: bool
    note: str


@dataclass(frozen=True, slots=True)
class Gates:
    """What a visit has of that without which the ticket does not close (C11), besides the report."""

    acceptance: Acceptance | None = None
    signed: bool = False
    call_back: CallBackResult | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """What the customer came with (C4)."""

    ticket_id: str
    kind: TicketKind
    channel: Literal["phone", "web", "store", "damage"]
    contract_no: str | None
    customer: Customer
    product: str
    quantity: int
    problem: str
    proof: tuple[str, ...]
    received_at: datetime
    sku: str = ""
    fault_code: str = ""
    job_id: str | None = None
    asked_for: str = ""
    safety: bool = False
    conduct: bool = False
    about: str = ""
    department: str = ""


@dataclass(frozen=True, slots=True)
class Unopened:
    """No such ticket yet."""


@dataclass(frozen=True, slots=True)
class Received:
    """已受理: nobody has been agreed to visit yet; `ended` are the visits from before it was reopened."""

    case: Case
    reply: ReplyDuty
    orders: tuple[LeftoverOrder, ...]
    ended: tuple[EndedVisit, ...] = ()
    dossier: Dossier = EMPTY
    situation: Literal["received"] = "received"


@dataclass(frozen=True, slots=True)
class VisitAgreed:
    """已约上门."""

    case: Case
    reply: ReplyDuty
    orders: tuple[LeftoverOrder, ...]
    ended: tuple[EndedVisit, ...]
    visit: Visit
    gates: Gates
    dossier: Dossier = EMPTY
    repaired_before: Gates | None = None
    """What a repair had of its gates when this further visit was agreed: back again if the visit is given up."""
    situation: Literal["visit_agreed"] = "visit_agreed"


@dataclass(frozen=True, slots=True)
class VisitFailed:
    """上门未修好 (C10): the last of `ended` says why, and so what comes next."""

    case: Case
    reply: ReplyDuty
    orders: tuple[LeftoverOrder, ...]
    ended: tuple[EndedVisit, ...]
    dossier: Dossier = EMPTY
    situation: Literal["visit_failed"] = "visit_failed"


@dataclass(frozen=True, slots=True)
class Repaired:
    """已修好: the last of `ended` is the repair, with its report."""

    case: Case
    reply: ReplyDuty
    orders: tuple[LeftoverOrder, ...]
    ended: tuple[EndedVisit, ...]
    gates: Gates
    dossier: Dossier = EMPTY
    situation: Literal["repaired"] = "repaired"


Underway = Received | VisitAgreed | VisitFailed | Repaired
Work = Annotated[Underway, Field(discriminator="situation")]
"""What a ticket was when it ended, told apart in a checkpoint."""


@dataclass(frozen=True, slots=True)
class Closed:
    """已归档, as it was when it closed; only what is told late still changes it, or that it is reopened."""

    work: Work


@dataclass(frozen=True, slots=True)
class Cancelled:
    """已取消, as it was; `cause` says why it ended without work done."""

    work: Work
    cause: str


Ticket = Unopened | Underway | Closed | Cancelled
INITIAL: Ticket = Unopened()
STATES = (Unopened, Received, VisitAgreed, VisitFailed, Repaired, Closed, Cancelled)
Decision = tuple[TicketEvent, ...] | Rejected


def happened(command: Command, ctx: Context) -> datetime:
    """When it happened (X1), UTC; a clock that is a little ahead of ours counts as now."""
    return ctx.now if command.at is None else min(command.at, ctx.now).astimezone(UTC)


def waiting_order(ticket: Underway) -> LeftoverOrder | None:
    """The leftover order that is still under way; there is one at most."""
    return next((order for order in ticket.orders if order.stage in ("placed", "approved")), None)


def made_visits(ticket: Underway) -> tuple[EndedVisit, ...]:
    """The visits that took place, whatever came of them."""
    return tuple(ended for ended in ticket.ended if ended.outcome != "cancelled")


def visits_since(ticket: Underway) -> tuple[EndedVisit, ...]:
    """The visits that took place since the ticket was opened, or reopened: those before were archived with it."""
    return tuple(ended for ended in ticket.ended[ticket.dossier.archived :] if ended.outcome != "cancelled")


def technicians_of(ticket: Underway) -> frozenset[str]:
    """Who visited, or is to visit."""
    agreed = {ticket.visit.technician} if isinstance(ticket, VisitAgreed) else set()
    return frozenset(agreed | {ended.visit.technician for ended in ticket.ended})


def contract_of(ticket: Underway) -> str | None:
    """The contract that the ticket belongs to now."""
    link = ticket.dossier.link
    return ticket.case.contract_no if link is None else link.contract_no


def sku_of(ticket: Underway) -> str:
    """The product's sku, as far as it is known now."""
    link = ticket.dossier.link
    return ticket.case.sku if link is None else link.sku


def product_of(ticket: Underway) -> str:
    """The product, as it is known now."""
    link = ticket.dossier.link
    return ticket.case.product if link is None else link.product
