"""The situations of a ticket (工单), one frozen class each, and the words they share.

In the order in which a ticket usually passes through them: Unopened, Received (已受理), VisitAgreed (已约上门),
VisitFailed (上门未修好), Repaired (已修好), Closed (已归档); or Cancelled (已取消).
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from company.business_time import Pause
from contracts.fact import Customer, Window
from contracts.service_desk import TicketEvent
from contracts.service_desk_duties import CalendarDay
from contracts.service_desk_repairs import FaultOf, PartsRoute, WarrantyState
from contracts.service_desk_tickets import TicketKind
from contracts.service_desk_visits import Paper
from runtime.decision import Rejected
from service_desk.clocks import STAND_WHILE_WAITING
from service_desk.duties import Duty


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
    """An agreed visit, and what was done before and at it; `ordered`: orders and parts that there were before it."""

    visit_no: int
    technician: str
    window: Window
    on: date
    assigned_by: str | None = None
    papers: tuple[Paper, ...] = ()
    confirmed: bool = False
    confirm_note: str = ""
    arrived_at: datetime | None = None
    identity_shown: bool = False
    ordered: int = 0


@dataclass(frozen=True, slots=True)
class EndedVisit:
    """A visit and what came of it (C10); a cancelled one took no place."""

    visit: Visit
    outcome: Literal["repaired", "customer_absent", "not_let_in", "parts_missing", "cancelled"]
    report_ref: str | None
    ended_at: datetime
    note: str = ""


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
class Judged:
    """责任认定 (C5)."""

    warranty: WarrantyState
    fault: FaultOf
    free: bool
    reason: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Quote:
    """报价 (C5); the last one given counts."""

    quote_no: str
    parts_fen: int
    travel_fen: int
    labour_fen: int
    valid_until: date | None
    stage: Literal["given", "accepted", "declined"] = "given"
    answer: str = ""
    """Who accepted, or why it was declined."""

    @property
    def total_fen(self) -> int:
        """What the customer pays."""
        return self.parts_fen + self.travel_fen + self.labour_fen


@dataclass(frozen=True, slots=True)
class Information:
    """售服信息反馈表 (C9)."""

    findings: str
    order_needed: bool
    items: str
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Advice:
    """电话指导 (C6); `solved` is null until somebody followed up."""

    answer_no: int
    answer: str
    solved: bool | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A part and where it comes from (C7)."""

    part_no: str
    route: PartsRoute
    sku: str
    name: str
    quantity: int
    reference: str
    return_by: date | None
    asked_by: str
    stage: Literal["asked", "approved", "ready"]
    ready_note: str = ""


@dataclass(frozen=True, slots=True)
class Expert:
    """A question to the installation manager (C7); `answer` is null until it is answered."""

    reason: Literal["never_seen", "came_back"]
    question: str
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class SupplierWait:
    """等供应商 (C13); `until` is null while it lasts."""

    wait_no: int
    supplier: str
    since: datetime
    until: datetime | None = None
    expected_on: date | None = None
    reason: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Complaint:
    """投诉 (C12) at its level."""

    level: int
    owner_role: str
    conduct: bool
    finding: str | None = None
    photos: tuple[str, ...] = ()
    """Of what was found."""
    solution: str | None = None
    settled: bool = False
    settled_note: str = ""
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """What the ticket was linked to after it was opened."""

    contract_no: str | None
    sku: str
    product: str
    job_id: str | None


@dataclass(frozen=True, slots=True)
class Record:
    """All of it. `forms`: visits whose form is in; `rated`: the customer's own rating by visit; `archived`: visits that
    were archived before the ticket was reopened, for the reason `reopened`."""

    warranty: WarrantyState = "not_asked"
    duties: tuple[Duty, ...] = ()
    judged: Judged | None = None
    quotes: tuple[Quote, ...] = ()
    information: Information | None = None
    advice: Advice | None = None
    parts: tuple[Part, ...] = ()
    expert: Expert | None = None
    repeats: tuple[str, ...] = ()
    waits: tuple[SupplierWait, ...] = ()
    complaint: Complaint | None = None
    link: Link | None = None
    duplicates: tuple[str, ...] = ()
    forms: tuple[int, ...] = ()
    form_refs: tuple[tuple[int, str], ...] = ()
    """Numbers of these forms, by visit, where somebody said them."""
    rated: tuple[tuple[int, int, str], ...] = ()
    archived: int = 0
    reopened: str | None = None
    corrections: tuple[CalendarDay, ...] = ()
    replied: str = ""
    """What the customer was answered first (C2)."""
    followed: str = ""
    """What the last follow-up of advice noted (C6)."""
    rest_left: int | None = None
    """Pieces that a delivery left and that are to come still (A10); None: it is not for such a rest."""

    def having(self, **changes: Any) -> "Record":
        """With other content in the fields named."""
        return replace(self, **changes)

    @property
    def waiting(self) -> SupplierWait | None:
        """The wait for a supplier that still lasts (C13)."""
        return self.waits[-1] if self.waits and self.waits[-1].until is None else None

    def pauses(self, until: datetime) -> tuple[Pause, ...]:
        """When the clocks stood (C13); a wait that still lasts counts up to `until`."""
        spans = ((wait.since, wait.until or max(until, wait.since), wait.supplier) for wait in self.waits)
        return tuple(Pause(*span) for span in spans)

    @property
    def running(self) -> tuple[Duty, ...]:
        """Duties whose clocks do not stand."""
        return tuple(one for one in self.duties if not self.holds(one))

    def holds(self, duty: Duty) -> bool:
        """Whether a duty's clock stands: the ticket waits for a supplier (C13)."""
        return self.waiting is not None and duty.watch.duty in STAND_WHILE_WAITING


EMPTY = Record()
"""Nothing in it yet."""


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
    record: Record = EMPTY
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
    record: Record = EMPTY
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
    record: Record = EMPTY
    situation: Literal["visit_failed"] = "visit_failed"


@dataclass(frozen=True, slots=True)
class Repaired:
    """已修好: the last of `ended` is the repair, with its report."""

    case: Case
    reply: ReplyDuty
    orders: tuple[LeftoverOrder, ...]
    ended: tuple[EndedVisit, ...]
    gates: Gates
    record: Record = EMPTY
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
    reason: str = ""


Ticket = Unopened | Underway | Closed | Cancelled
INITIAL: Ticket = Unopened()
STATES = (Unopened, Received, VisitAgreed, VisitFailed, Repaired, Closed, Cancelled)
Decision = tuple[TicketEvent, ...] | Rejected


def waiting_order(ticket: Underway) -> LeftoverOrder | None:
    """The leftover order that is still under way; there is one at most."""
    return next((order for order in ticket.orders if order.stage in ("placed", "approved")), None)


def ordered(ticket: Underway) -> int:
    """How many orders and parts there are."""
    return len(ticket.orders) + len(ticket.record.parts)


def made_visits(ticket: Underway) -> tuple[EndedVisit, ...]:
    """The visits that took place, whatever came of them."""
    return tuple(ended for ended in ticket.ended if ended.outcome != "cancelled")


def visits_since(ticket: Underway) -> tuple[EndedVisit, ...]:
    """The visits that took place since the ticket was opened, or reopened: those before were archived with it."""
    return tuple(ended for ended in ticket.ended[ticket.record.archived :] if ended.outcome != "cancelled")


def technicians_of(ticket: Underway) -> frozenset[str]:
    """Who visited, or is to visit."""
    agreed = {ticket.visit.technician} if isinstance(ticket, VisitAgreed) else set()
    return frozenset(agreed | {ended.visit.technician for ended in ticket.ended})


def contract_of(ticket: Underway) -> str | None:
    """The contract that the ticket belongs to now."""
    link = ticket.record.link
    return ticket.case.contract_no if link is None else link.contract_no


def sku_of(ticket: Underway) -> str:
    """The product's sku, as far as it is known now."""
    link = ticket.record.link
    return ticket.case.sku if link is None else link.sku


def product_of(ticket: Underway) -> str:
    """The product, as it is known now."""
    link = ticket.record.link
    return ticket.case.product if link is None else link.product


def job_of(ticket: Underway) -> str | None:
    """The job that it is about, as far as it is known now."""
    link = ticket.record.link
    return ticket.case.job_id if link is None else link.job_id
