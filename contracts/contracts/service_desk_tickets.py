"""Events of a ticket (工单): the request, the reply, the leftover order, complaints, the end (C1-C4, C9, C12-C15).

Part of stream `service_desk.events`, key `ticket:<ticket>`.
"""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime

from contracts.fact import Customer, Fact
from contracts.service_desk_duties import Watch
from contracts.service_desk_repairs import WarrantyState

TicketKind = Literal[
    "consultation", "installation", "repair", "maintenance", "parts", "return", "complaint", "leftover"
]
"""C4: 咨询, 安装, 维修, 保养, 配件, 退换, 投诉, 遗留单."""


class TicketOpened(Fact, wire="songda.service_desk.TicketOpened.v1"):
    """工单登记 (C1, C4): received at `at`; a reply is owed by `reply_due` (C2, K13)."""

    event: Literal["TicketOpened"] = "TicketOpened"
    ticket_id: str
    kind: TicketKind
    channel: Literal["phone", "web", "store", "damage"]
    contract_no: str | None
    customer: Customer
    product: str
    quantity: int
    problem: str
    proof: tuple[str, ...]
    reply_due: AwareDatetime
    sku: str = ""
    fault_code: str = ""
    """Kind of fault as the desk sorts them; the same code on the same product is the same problem (C8)."""
    job_id: str | None = None
    """The delivery, installation or visit that it is about."""
    asked_for: str = ""
    """When the customer asks for us to be on site, in the customer's words (C3)."""
    warranty: WarrantyState = "not_asked"
    warranty_ends_on: date | None = None
    safety: bool = False
    """Somebody may be hurt: a major quality problem whatever its number (C14)."""
    counts_as_quality: bool = False
    """Counts towards C14 for its sku: not asked-for advice, nor damage on the way."""
    conduct: bool = False
    """A complaint about how one of us behaved (C15)."""
    about: str = ""
    """Whom a conduct complaint is about."""
    department: str = ""
    """Where a complaint is sent at once (C12)."""
    origin: str = ""
    """Aggregate that it came from, e.g. `callback:...` (C17); empty for a customer's own request."""
    watch: Watch | None = None
    """The reply's clock (K13); null on old events, where `reply_due` alone is known."""
    of_rest: bool = False
    """It is for pieces that a delivery left to come (A10): it ends with them."""


class TicketReplied(Fact, wire="songda.service_desk.TicketReplied.v1"):
    """已回复 (C2, K13)."""

    event: Literal["TicketReplied"] = "TicketReplied"
    ticket_id: str
    note: str
    due: AwareDatetime


class ReplyOverdue(Fact, wire="songda.service_desk.ReplyOverdue.v1"):
    """12 小时未回复 (C2, K13)."""

    event: Literal["ReplyOverdue"] = "ReplyOverdue"
    ticket_id: str
    due: AwareDatetime


class LeftoverOrderPlaced(Fact, wire="songda.service_desk.LeftoverOrderPlaced.v1"):
    """遗留问题处理单 (C9): the designer or a supervisor ordered what is missing."""

    event: Literal["LeftoverOrderPlaced"] = "LeftoverOrderPlaced"
    ticket_id: str
    order_no: str
    items: str
    expected_on: date | None
    placed_by: str
    """Person id: who placed it may not approve it."""


class LeftoverOrderApproved(Fact, wire="songda.service_desk.LeftoverOrderApproved.v1"):
    """遗留单批准 (C9): the installation supervisor approved; order time registered, SMS 5 the same day."""

    event: Literal["LeftoverOrderApproved"] = "LeftoverOrderApproved"
    ticket_id: str
    order_no: str
    customer: Customer
    expected_on: date | None
    watch: Watch | None = None
    """SMS 5 goes out the same day (K17)."""


class LeftoverSmsNoted(Fact, wire="songda.service_desk.LeftoverSmsNoted.v1"):
    """短信 5 已发 (C9, K17)."""

    event: Literal["LeftoverSmsNoted"] = "LeftoverSmsNoted"
    ticket_id: str
    order_no: str
    due: AwareDatetime | None


class LeftoverGoodsArrived(Fact, wire="songda.service_desk.LeftoverGoodsArrived.v1"):
    """遗留货到 (C9): goods in and checked."""

    event: Literal["LeftoverGoodsArrived"] = "LeftoverGoodsArrived"
    ticket_id: str
    order_no: str
    customer: Customer


class LeftoverGoodsDamaged(Fact, wire="songda.service_desk.LeftoverGoodsDamaged.v1"):
    """遗留货运输损坏 (C9): found at the check; the customer is told at once, and the goods are ordered anew."""

    event: Literal["LeftoverGoodsDamaged"] = "LeftoverGoodsDamaged"
    ticket_id: str
    order_no: str
    contract_no: str | None
    customer: Customer
    product: str
    fault: Literal["carrier", "factory", "unknown"]
    note: str
    photos: tuple[str, ...]


class InformationTaken(Fact, wire="songda.service_desk.InformationTaken.v1"):
    """售服信息反馈表 (C9): what was found out, and whether something has to be ordered."""

    event: Literal["InformationTaken"] = "InformationTaken"
    ticket_id: str
    findings: str
    order_needed: bool
    items: str
    photos: tuple[str, ...]
    taken_by: str


class TicketClosed(Fact, wire="songda.service_desk.TicketClosed.v1"):
    """结单归档 (C11); SMS 8 follows. `how`: after a visit, on the phone (C6), or with a customer content (C12)."""

    event: Literal["TicketClosed"] = "TicketClosed"
    ticket_id: str
    kind: TicketKind
    contract_no: str | None
    how: Literal["visit", "phone", "content"] = "visit"
    customer: Customer | None = None
    visit_no: int | None = None
    technician: str | None = None


class TicketCancelled(Fact, wire="songda.service_desk.TicketCancelled.v1"):
    """工单取消: it ends without work done, and why."""

    event: Literal["TicketCancelled"] = "TicketCancelled"
    ticket_id: str
    kind: TicketKind
    contract_no: str | None
    customer: Customer
    sku: str
    cause: Literal[
        "customer_withdrew",
        "quote_declined",
        "contract_cancelled",
        "duplicate",
        "opened_in_error",
        "solved_itself",
        "other",
    ]
    into: str | None
    """The ticket that goes on in its place, of a duplicate."""
    reason: str
    answer_no: int | None = None
    """The advice on the phone that nobody had followed up (C6): nobody calls about it any more."""


class TicketsMerged(Fact, wire="songda.service_desk.TicketsMerged.v1"):
    """合并工单: this ticket goes on for a duplicate too, which is then cancelled."""

    event: Literal["TicketsMerged"] = "TicketsMerged"
    ticket_id: str
    duplicate: str
    note: str


class TicketReopened(Fact, wire="songda.service_desk.TicketReopened.v1"):
    """重新受理: the customer came back with the same matter; a reply is owed anew."""

    event: Literal["TicketReopened"] = "TicketReopened"
    ticket_id: str
    contract_no: str | None
    customer: Customer
    reason: str
    reply_due: AwareDatetime
    watch: Watch | None


class RestNoted(Fact, wire="songda.service_desk.RestNoted.v1"):
    """余件入工单 (A10): of the rest that the ticket is for, so many are to come still; 0: none is owed any more."""

    event: Literal["RestNoted"] = "RestNoted"
    ticket_id: str
    left: int
    reason: str


class TicketLinked(Fact, wire="songda.service_desk.TicketLinked.v1"):
    """关联: to which contract, product and job the ticket belongs; each as it is from now on."""

    event: Literal["TicketLinked"] = "TicketLinked"
    ticket_id: str
    contract_no: str | None
    sku: str
    product: str
    job_id: str | None
    problem: str
    fault_code: str
    kind: TicketKind
    received_at: AwareDatetime


class ComplaintRegistered(Fact, wire="songda.service_desk.ComplaintRegistered.v1"):
    """投诉登记 (C12): sent to the department at once; an answer is owed at this level (K20)."""

    event: Literal["ComplaintRegistered"] = "ComplaintRegistered"
    ticket_id: str
    level: int
    owner_role: str
    department: str
    conduct: bool
    contract_no: str | None
    customer: Customer
    problem: str
    watch: Watch


class ComplaintInvestigated(Fact, wire="songda.service_desk.ComplaintInvestigated.v1"):
    """投诉调查 (C12)."""

    event: Literal["ComplaintInvestigated"] = "ComplaintInvestigated"
    ticket_id: str
    level: int
    finding: str
    photos: tuple[str, ...]
    investigated_by: str


class ComplaintAnswered(Fact, wire="songda.service_desk.ComplaintAnswered.v1"):
    """投诉答复 (C12, K20): a solution was proposed."""

    event: Literal["ComplaintAnswered"] = "ComplaintAnswered"
    ticket_id: str
    level: int
    solution: str
    answered_by: str
    due: AwareDatetime


class ComplaintSettled(Fact, wire="songda.service_desk.ComplaintSettled.v1"):
    """客户满意 (C12)."""

    event: Literal["ComplaintSettled"] = "ComplaintSettled"
    ticket_id: str
    level: int
    note: str


class ComplaintEscalated(Fact, wire="songda.service_desk.ComplaintEscalated.v1"):
    """投诉升级 (C12): the customer is not content; one level up, with a new clock."""

    event: Literal["ComplaintEscalated"] = "ComplaintEscalated"
    ticket_id: str
    level: int
    owner_role: str
    reason: str
    due: AwareDatetime
    watch: Watch


class ConductReported(Fact, wire="songda.service_desk.ConductReported.v1"):
    """行为投诉 (C15): reaches the manager at once."""

    event: Literal["ConductReported"] = "ConductReported"
    ticket_id: str
    contract_no: str | None
    customer: Customer
    about: str
    problem: str
    told_role: str
