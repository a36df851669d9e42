"""Events beside the ticket: what is known of a contract and of a sku, visit plans, call-backs (C8, C14, C16, C17).

Part of stream `service_desk.events`, keys `casefile:<contract no>`, `quality:<sku>`, `visitplan:<plan>`,
`callback:<call-back>`.
"""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime

from contracts.bounds import ManyLines
from contracts.fact import Customer, Fact, Value
from contracts.service_desk_duties import Watch
from contracts.service_desk_tickets import TicketKind


class TicketFiled(Fact, wire="songda.service_desk.TicketFiled.v1"):
    """工单归入合同卷宗 (C8)."""

    event: Literal["TicketFiled"] = "TicketFiled"
    contract_no: str
    ticket_id: str
    kind: TicketKind
    sku: str
    product: str
    problem: str
    fault_code: str
    received_at: AwareDatetime


class RepairFiled(Fact, wire="songda.service_desk.RepairFiled.v1"):
    """维修归入合同卷宗 (C8)."""

    event: Literal["RepairFiled"] = "RepairFiled"
    contract_no: str
    ticket_id: str
    visit_no: int
    technician: str
    repaired_at: AwareDatetime


class TicketUnfiled(Fact, wire="songda.service_desk.TicketUnfiled.v1"):
    """工单不再在办: closed, cancelled, or moved to another contract."""

    event: Literal["TicketUnfiled"] = "TicketUnfiled"
    contract_no: str
    ticket_id: str
    reason: Literal["closed", "cancelled"]


class RepeatRepairSeen(Fact, wire="songda.service_desk.RepeatRepairSeen.v1"):
    """发现重复修理 (C8): a new ticket names what an earlier visit repaired within the days of the policy."""

    event: Literal["RepeatRepairSeen"] = "RepeatRepairSeen"
    contract_no: str
    ticket_id: str
    earlier_ticket: str
    earlier_visit_no: int
    earlier_visit_technician: str
    repaired_at: AwareDatetime
    days: int


class OpenTicketsListed(Fact, wire="songda.service_desk.OpenTicketsListed.v1"):
    """合同取消，在办工单: those of them that only wait for the delivery are cancelled (A6)."""

    event: Literal["OpenTicketsListed"] = "OpenTicketsListed"
    contract_no: str
    ticket_ids: tuple[str, ...]
    reason: str


class QualityCaseCounted(Fact, wire="songda.service_desk.QualityCaseCounted.v1"):
    """质量问题计数 (C14): one more ticket of a sku."""

    event: Literal["QualityCaseCounted"] = "QualityCaseCounted"
    sku: str
    ticket_id: str
    product: str
    problem: str
    safety: bool
    received_at: AwareDatetime


class QualityCaseWithdrawn(Fact, wire="songda.service_desk.QualityCaseWithdrawn.v1"):
    """质量问题撤销 (C14): the ticket was a duplicate or opened in error."""

    event: Literal["QualityCaseWithdrawn"] = "QualityCaseWithdrawn"
    sku: str
    ticket_id: str
    reason: str


class MajorQualityReported(Fact, wire="songda.service_desk.MajorQualityReported.v1"):
    """重大质量问题上报 (C14): to the departments concerned."""

    event: Literal["MajorQualityReported"] = "MajorQualityReported"
    sku: str
    product: str
    cause: Literal["safety", "frequency"]
    ticket_ids: tuple[str, ...]
    days: int
    told: tuple[str, ...]


class PlannedCall(Value):
    """One customer of a visit plan."""

    call_no: int
    contract_no: str | None
    customer: Customer
    about: str


class VisitAnswer(Value):
    """What a customer said about design, assembly, process or anything else (C16)."""

    topic: Literal["design", "assembly", "process", "product", "service", "other"]
    question: ManyLines
    answer: ManyLines


class VisitPlanned(Fact, wire="songda.service_desk.VisitPlanned.v1"):
    """走访计划 (C16): whom we visit in an area, who goes, and what we ask."""

    event: Literal["VisitPlanned"] = "VisitPlanned"
    plan_id: str
    title: str
    area: str
    starts_on: date
    ends_on: date
    responsible: str
    questions: tuple[str, ...]
    calls: tuple[PlannedCall, ...]


class VisitRecorded(Fact, wire="songda.service_desk.VisitRecorded.v1"):
    """走访记录 (C16): met or not, and the answers. A complaint becomes a ticket."""

    event: Literal["VisitRecorded"] = "VisitRecorded"
    plan_id: str
    call_no: int
    contract_no: str | None
    customer: Customer
    visited_on: date
    visited_by: str
    met: bool
    answers: tuple[VisitAnswer, ...]
    note: str
    complaint: str


class VisitPlanClosed(Fact, wire="songda.service_desk.VisitPlanClosed.v1"):
    """走访结束 (C16)."""

    event: Literal["VisitPlanClosed"] = "VisitPlanClosed"
    plan_id: str
    visited: int
    left_out: int
    note: str


class CallBackPlanned(Fact, wire="songda.service_desk.CallBackPlanned.v1"):
    """定期回访 (C17): a served customer is called."""

    event: Literal["CallBackPlanned"] = "CallBackPlanned"
    callback_id: str
    contract_no: str | None
    customer: Customer
    about: str
    due_on: date
    watch: Watch


class CustomerCalledBack(Fact, wire="songda.service_desk.CustomerCalledBack.v1"):
    """回访结果 (C17): a complaint becomes a ticket."""

    event: Literal["CustomerCalledBack"] = "CustomerCalledBack"
    callback_id: str
    contract_no: str | None
    customer: Customer
    reached: bool
    satisfied: bool | None
    note: str
    complaint: str
    due: AwareDatetime


class CallBackDropped(Fact, wire="songda.service_desk.CallBackDropped.v1"):
    """回访取消 (C17): the customer does not want it, or cannot be reached."""

    event: Literal["CallBackDropped"] = "CallBackDropped"
    callback_id: str
    reason: str
    wrong: bool = False
    """What it was planned for was taken back (D16): it may be planned again."""
