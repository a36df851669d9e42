"""Events of a ticket's visits (上门): booked, prepared, made, accepted, rated (C10, C11).

Part of stream `service_desk.events`, key `ticket:<ticket>`.
"""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime

from contracts.fact import Customer, Fact, Window
from contracts.service_desk_duties import Watch

Paper = Literal["repair_feedback", "leftover_feedback", "service_report", "satisfaction_survey", "acceptance_form"]
"""C9, C11: 安装维修反馈单, 遗留单反馈单, 售后服务报告单, 满意度调查表, 服务验收单."""


class VisitBooked(Fact, wire="songda.service_desk.VisitBooked.v1"):
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
    watch: Watch | None = None
    """On site as agreed (K14)."""


class VisitAssigned(Fact, wire="songda.service_desk.VisitAssigned.v1"):
    """派工 (C9): a supervisor says who goes."""

    event: Literal["VisitAssigned"] = "VisitAssigned"
    ticket_id: str
    visit_no: int
    technician: str
    technician_before: str
    assigned_by: str
    watch: Watch | None


class VisitMoved(Fact, wire="songda.service_desk.VisitMoved.v1"):
    """改约 (C3, C10): another time was agreed."""

    event: Literal["VisitMoved"] = "VisitMoved"
    ticket_id: str
    visit_no: int
    contract_no: str | None
    customer: Customer
    on: date
    window: Window
    window_before: Window
    technician: str
    asked_by: Literal["customer", "us"]
    reason: str
    watch: Watch | None


class VisitCancelled(Fact, wire="songda.service_desk.VisitCancelled.v1"):
    """取消上门 (C10)."""

    event: Literal["VisitCancelled"] = "VisitCancelled"
    ticket_id: str
    visit_no: int
    contract_no: str | None
    customer: Customer
    on: date
    technician: str
    asked_by: Literal["customer", "us"]
    reason: str


class PapersPrepared(Fact, wire="songda.service_desk.PapersPrepared.v1"):
    """单据备好 (C9)."""

    event: Literal["PapersPrepared"] = "PapersPrepared"
    ticket_id: str
    visit_no: int
    papers: tuple[Paper, ...]


class VisitConfirmed(Fact, wire="songda.service_desk.VisitConfirmed.v1"):
    """出发前确认 (C9): the technician has the papers and the goods, and the customer said address and time again."""

    event: Literal["VisitConfirmed"] = "VisitConfirmed"
    ticket_id: str
    visit_no: int
    technician: str
    papers: tuple[Paper, ...]
    goods_taken: bool
    note: str


class TechnicianArrived(Fact, wire="songda.service_desk.TechnicianArrived.v1"):
    """到达 (C3, C10, K14): at the customer's door, identity shown or not."""

    event: Literal["TechnicianArrived"] = "TechnicianArrived"
    ticket_id: str
    visit_no: int
    technician: str
    identity_shown: bool
    due: AwareDatetime


class VisitCompleted(Fact, wire="songda.service_desk.VisitCompleted.v1"):
    """上门完成 (C9-C11): the report (售后服务报告单) is filed."""

    event: Literal["VisitCompleted"] = "VisitCompleted"
    ticket_id: str
    visit_no: int
    technician: str
    outcome: Literal["repaired", "customer_absent", "not_let_in", "parts_missing"]
    report_ref: str | None
    note: str
    window_ends: AwareDatetime
    contract_no: str | None = None
    sku: str = ""
    customer: Customer | None = None
    watch: Watch | None = None
    """The feedback form is handed in the next day (K15)."""


class FormHandedIn(Fact, wire="songda.service_desk.FormHandedIn.v1"):
    """交单 (C9, K15): the form of a visit is in; a supervisor's signature proves it too."""

    event: Literal["FormHandedIn"] = "FormHandedIn"
    ticket_id: str
    visit_no: int
    technician: str
    form_ref: str
    due: AwareDatetime | None


class RepairAccepted(Fact, wire="songda.service_desk.RepairAccepted.v1"):
    """客户验收与评价 (C9, C11)."""

    event: Literal["RepairAccepted"] = "RepairAccepted"
    ticket_id: str
    accepted_by: str
    rating: int | None
    """1-5; null when the customer was asked and gave none."""
    technician: str


class RatingGiven(Fact, wire="songda.service_desk.RatingGiven.v1"):
    """客户评价 (C9, C11): by the customer, through the link or on the technician's phone, also after closing."""

    event: Literal["RatingGiven"] = "RatingGiven"
    ticket_id: str
    visit_no: int
    technician: str
    rating: int
    comment: str
    through: Literal["link", "phone", "paper"]


class SupervisorSigned(Fact, wire="songda.service_desk.SupervisorSigned.v1"):
    """主管签字 (C9, C11)."""

    event: Literal["SupervisorSigned"] = "SupervisorSigned"
    ticket_id: str


class CalledBack(Fact, wire="songda.service_desk.CalledBack.v1"):
    """回访 (C9, C11)."""

    event: Literal["CalledBack"] = "CalledBack"
    ticket_id: str
    satisfied: bool
    note: str
