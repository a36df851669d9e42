"""Events of the service desk (售后): stream `service_desk.events`, key `ticket:<ticket>`."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from contracts.fact import Customer, Fact, Window

TicketKind = Literal[
    "consultation", "installation", "repair", "maintenance", "parts", "return", "complaint", "leftover"
]
"""C4: 咨询, 安装, 维修, 保养, 配件, 退换, 投诉, 遗留单."""


class TicketOpened(Fact):
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


class TicketReplied(Fact):
    """已回复 (C2, K13)."""

    event: Literal["TicketReplied"] = "TicketReplied"
    ticket_id: str
    note: str
    due: AwareDatetime


class ReplyOverdue(Fact):
    """12 小时未回复 (C2, K13)."""

    event: Literal["ReplyOverdue"] = "ReplyOverdue"
    ticket_id: str
    due: AwareDatetime


class LeftoverOrderPlaced(Fact):
    """遗留问题处理单 (C9): the designer or a supervisor ordered what is missing."""

    event: Literal["LeftoverOrderPlaced"] = "LeftoverOrderPlaced"
    ticket_id: str
    order_no: str
    items: str
    expected_on: date | None
    placed_by: str
    """Person id: who placed it may not approve it."""


class LeftoverOrderApproved(Fact):
    """遗留单批准 (C9): the installation supervisor approved; order time registered, SMS 5 the same day."""

    event: Literal["LeftoverOrderApproved"] = "LeftoverOrderApproved"
    ticket_id: str
    order_no: str
    customer: Customer
    expected_on: date | None


class LeftoverGoodsArrived(Fact):
    """遗留货到 (C9): goods in and checked."""

    event: Literal["LeftoverGoodsArrived"] = "LeftoverGoodsArrived"
    ticket_id: str
    order_no: str
    customer: Customer


class VisitBooked(Fact):
    """上门预约 (C3, C9)."""

    event: Literal["VisitBooked"] = "VisitBooked"
    ticket_id: str
    visit_no: int
    contract_no: str | None
    customer: Customer
    on: date
    window: Window
    technician: str
    problem: str
    asked_for: str = ""
    """When the customer asked for it to be, in the customer's words (C3); `window` is what was agreed."""
    accompanied_by: str | None = None
    """The manager who goes in person, after a visit that was not let in (C10)."""


class VisitCompleted(Fact):
    """上门完成 (C9-C11): the report (售后服务报告单) is filed."""

    event: Literal["VisitCompleted"] = "VisitCompleted"
    ticket_id: str
    visit_no: int
    technician: str
    outcome: Literal["repaired", "customer_absent", "not_let_in", "parts_missing"]
    report_ref: str | None
    note: str
    window_ends: AwareDatetime


class RepairAccepted(Fact):
    """客户验收与评价 (C9, C11)."""

    event: Literal["RepairAccepted"] = "RepairAccepted"
    ticket_id: str
    accepted_by: str
    rating: int | None
    """1-5; null when the customer was asked and gave none."""
    technician: str


class SupervisorSigned(Fact):
    """主管签字 (C9, C11)."""

    event: Literal["SupervisorSigned"] = "SupervisorSigned"
    ticket_id: str


class CalledBack(Fact):
    """回访 (C9, C11)."""

    event: Literal["CalledBack"] = "CalledBack"
    ticket_id: str
    satisfied: bool
    note: str


class TicketClosed(Fact):
    """结单归档 (C11)."""

    event: Literal["TicketClosed"] = "TicketClosed"
    ticket_id: str
    kind: TicketKind
    contract_no: str | None


ServiceDeskEvent = Annotated[
    TicketOpened
    | TicketReplied
    | ReplyOverdue
    | LeftoverOrderPlaced
    | LeftoverOrderApproved
    | LeftoverGoodsArrived
    | VisitBooked
    | VisitCompleted
    | RepairAccepted
    | SupervisorSigned
    | CalledBack
    | TicketClosed,
    Field(discriminator="event"),
]

WIRE: dict[str, type[Fact]] = {
    "songda.service_desk.TicketOpened.v1": TicketOpened,
    "songda.service_desk.TicketReplied.v1": TicketReplied,
    "songda.service_desk.ReplyOverdue.v1": ReplyOverdue,
    "songda.service_desk.LeftoverOrderPlaced.v1": LeftoverOrderPlaced,
    "songda.service_desk.LeftoverOrderApproved.v1": LeftoverOrderApproved,
    "songda.service_desk.LeftoverGoodsArrived.v1": LeftoverGoodsArrived,
    "songda.service_desk.VisitBooked.v1": VisitBooked,
    "songda.service_desk.VisitCompleted.v1": VisitCompleted,
    "songda.service_desk.RepairAccepted.v1": RepairAccepted,
    "songda.service_desk.SupervisorSigned.v1": SupervisorSigned,
    "songda.service_desk.CalledBack.v1": CalledBack,
    "songda.service_desk.TicketClosed.v1": TicketClosed,
}
"""Wire name -> model."""

__all__ = [
    "WIRE",
    "CalledBack",
    "LeftoverGoodsArrived",
    "LeftoverOrderApproved",
    "LeftoverOrderPlaced",
    "RepairAccepted",
    "ReplyOverdue",
    "ServiceDeskEvent",
    "SupervisorSigned",
    "TicketClosed",
    "TicketKind",
    "TicketOpened",
    "TicketReplied",
    "VisitBooked",
    "VisitCompleted",
]
