"""Events of the service desk (售后): stream `service_desk.events`.

Keys: `ticket:<ticket>`, `casefile:<contract no>` (what the desk knows of a contract), `quality:<sku>`,
`visitplan:<plan>`, `callback:<call-back>` and `calendar:<depot>`.
"""

from datetime import date, time
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from contracts.fact import Customer, Fact, Fen, Value, Window

TicketKind = Literal[
    "consultation", "installation", "repair", "maintenance", "parts", "return", "complaint", "leftover"
]
"""C4: 咨询, 安装, 维修, 保养, 配件, 退换, 投诉, 遗留单."""


WarrantyState = Literal["in", "before", "out", "unknown", "not_asked"]
"""C5: 保内, 尚未验收 (the goods are still ours to make right), 过保, 待核实, 不适用 (found by ourselves, or told before
anybody asked)."""

FaultOf = Literal["ours", "customer", "wear", "third_party", "unknown"]
"""C5: 我方（制造、装配、材料）, 客户使用, 正常损耗, 第三方, 未明."""

PartsRoute = Literal["warehouse", "showroom_loan", "purchase", "leftover_order"]
"""C7: 仓库领料, 借展厅样品件, 外购, 下遗留单."""

Paper = Literal["repair_feedback", "leftover_feedback", "service_report", "satisfaction_survey", "acceptance_form"]
"""C9, C11: 安装维修反馈单, 遗留单反馈单, 售后服务报告单, 满意度调查表, 服务验收单."""


class Telling(Value):
    """Whom an overdue duty is told, and when (X4)."""

    at: AwareDatetime
    role: str


class Watch(Value):
    """A duty with its clock (K, X4): who owes it, by when, when it warns, and who is told if it stays undone."""

    duty: str
    item: str = ""
    """Which of several, e.g. the visit's number or the leftover order's."""
    owner_role: str
    owner: str | None = None
    due: AwareDatetime
    warn_at: AwareDatetime | None = None
    tells: tuple[Telling, ...] = ()
    provisional: bool = False
    """The deadline lies beyond the last published holidays and may still move (C1)."""


# --- ticket: the request, the reply, the leftover order -----------------------------------------------------------


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
    watch: Watch | None = None
    """SMS 5 goes out the same day (K17)."""


class LeftoverSmsNoted(Fact):
    """短信 5 已发 (C9, K17)."""

    event: Literal["LeftoverSmsNoted"] = "LeftoverSmsNoted"
    ticket_id: str
    order_no: str
    due: AwareDatetime | None


class LeftoverGoodsArrived(Fact):
    """遗留货到 (C9): goods in and checked."""

    event: Literal["LeftoverGoodsArrived"] = "LeftoverGoodsArrived"
    ticket_id: str
    order_no: str
    customer: Customer


class LeftoverGoodsDamaged(Fact):
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


class InformationTaken(Fact):
    """售服信息反馈表 (C9): what was found out, and whether something has to be ordered."""

    event: Literal["InformationTaken"] = "InformationTaken"
    ticket_id: str
    findings: str
    order_needed: bool
    items: str
    photos: tuple[str, ...]
    taken_by: str


# --- ticket: visits -----------------------------------------------------------------------------------------------


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
    watch: Watch | None = None
    """On site as agreed (K14)."""


class VisitAssigned(Fact):
    """派工 (C9): a supervisor says who goes."""

    event: Literal["VisitAssigned"] = "VisitAssigned"
    ticket_id: str
    visit_no: int
    technician: str
    technician_before: str
    assigned_by: str
    watch: Watch | None


class VisitMoved(Fact):
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


class VisitCancelled(Fact):
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


class PapersPrepared(Fact):
    """单据备好 (C9)."""

    event: Literal["PapersPrepared"] = "PapersPrepared"
    ticket_id: str
    visit_no: int
    papers: tuple[Paper, ...]


class VisitConfirmed(Fact):
    """出发前确认 (C9): the technician has the papers and the goods, and the customer said address and time again."""

    event: Literal["VisitConfirmed"] = "VisitConfirmed"
    ticket_id: str
    visit_no: int
    technician: str
    papers: tuple[Paper, ...]
    goods_taken: bool
    note: str


class TechnicianArrived(Fact):
    """到达 (C3, C10, K14): at the customer's door, identity shown or not."""

    event: Literal["TechnicianArrived"] = "TechnicianArrived"
    ticket_id: str
    visit_no: int
    technician: str
    identity_shown: bool
    due: AwareDatetime


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
    contract_no: str | None = None
    sku: str = ""
    customer: Customer | None = None
    watch: Watch | None = None
    """The feedback form is handed in the next day (K15)."""


class FormHandedIn(Fact):
    """交单 (C9, K15): the form of a visit is in; a supervisor's signature proves it too."""

    event: Literal["FormHandedIn"] = "FormHandedIn"
    ticket_id: str
    visit_no: int
    technician: str
    form_ref: str
    due: AwareDatetime | None


class RepairAccepted(Fact):
    """客户验收与评价 (C9, C11)."""

    event: Literal["RepairAccepted"] = "RepairAccepted"
    ticket_id: str
    accepted_by: str
    rating: int | None
    """1-5; null when the customer was asked and gave none."""
    technician: str


class RatingGiven(Fact):
    """客户评价 (C9, C11): by the customer, through the link or on the technician's phone, also after closing."""

    event: Literal["RatingGiven"] = "RatingGiven"
    ticket_id: str
    visit_no: int
    technician: str
    rating: int
    comment: str
    through: Literal["link", "phone", "paper"]


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


# --- ticket: how it ends ------------------------------------------------------------------------------------------


class TicketClosed(Fact):
    """结单归档 (C11); SMS 8 follows. `how`: after a visit, on the phone (C6), or with a customer content (C12)."""

    event: Literal["TicketClosed"] = "TicketClosed"
    ticket_id: str
    kind: TicketKind
    contract_no: str | None
    how: Literal["visit", "phone", "content"] = "visit"
    customer: Customer | None = None
    visit_no: int | None = None
    technician: str | None = None


class TicketCancelled(Fact):
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


class TicketsMerged(Fact):
    """合并工单: this ticket goes on for a duplicate too, which is then cancelled."""

    event: Literal["TicketsMerged"] = "TicketsMerged"
    ticket_id: str
    duplicate: str
    note: str


class TicketReopened(Fact):
    """重新受理: the customer came back with the same matter; a reply is owed anew."""

    event: Literal["TicketReopened"] = "TicketReopened"
    ticket_id: str
    contract_no: str | None
    customer: Customer
    reason: str
    reply_due: AwareDatetime
    watch: Watch | None


class TicketLinked(Fact):
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


# --- ticket: warranty, quote, parts, expert -----------------------------------------------------------------------


class CoverageJudged(Fact):
    """责任认定 (C5): in warranty and the fault is ours, or not; `free` says whether the customer pays."""

    event: Literal["CoverageJudged"] = "CoverageJudged"
    ticket_id: str
    warranty: WarrantyState
    warranty_ends_on: date | None
    fault: FaultOf
    free: bool
    reason: str


class QuoteGiven(Fact):
    """报价 (C5): parts, travel and labour."""

    event: Literal["QuoteGiven"] = "QuoteGiven"
    ticket_id: str
    quote_no: str
    customer: Customer
    parts_fen: Fen
    travel_fen: Fen
    labour_fen: Fen
    total_fen: Fen
    valid_until: date | None
    note: str


class QuoteAccepted(Fact):
    """客户接受报价 (C5)."""

    event: Literal["QuoteAccepted"] = "QuoteAccepted"
    ticket_id: str
    quote_no: str
    total_fen: Fen
    accepted_by: str
    how: str


class QuoteDeclined(Fact):
    """客户不接受报价 (C5)."""

    event: Literal["QuoteDeclined"] = "QuoteDeclined"
    ticket_id: str
    quote_no: str
    reason: str


class ConsultationAnswered(Fact):
    """电话指导 (C6): the customer was guided; somebody calls again in two hours (K16)."""

    event: Literal["ConsultationAnswered"] = "ConsultationAnswered"
    ticket_id: str
    answer_no: int
    customer: Customer
    answer: str
    watch: Watch


class FollowedUp(Fact):
    """跟进电话 (C6, K16): whether the advice helped."""

    event: Literal["FollowedUp"] = "FollowedUp"
    ticket_id: str
    answer_no: int
    solved: bool
    note: str
    due: AwareDatetime


class PartsRouted(Fact):
    """配件来源 (C7): where a part comes from; a showroom piece needs an approval."""

    event: Literal["PartsRouted"] = "PartsRouted"
    ticket_id: str
    part_no: str
    route: PartsRoute
    sku: str
    name: str
    quantity: int
    in_stock: int | None
    """What the warehouse had free when it was decided; null when nobody could say."""
    reference: str
    """Number of the loan, purchase or leftover order."""
    return_by: date | None
    note: str
    asked_by: str


class PartsApproved(Fact):
    """借件批准 (C7, D12): the showroom piece may be taken."""

    event: Literal["PartsApproved"] = "PartsApproved"
    ticket_id: str
    part_no: str
    route: PartsRoute
    sku: str
    name: str
    quantity: int
    reference: str
    return_by: date | None


class PartsReady(Fact):
    """配件到位 (C7)."""

    event: Literal["PartsReady"] = "PartsReady"
    ticket_id: str
    part_no: str
    note: str


class ExpertAsked(Fact):
    """请专家 (C7): never seen before, or it came back; the installation manager first."""

    event: Literal["ExpertAsked"] = "ExpertAsked"
    ticket_id: str
    reason: Literal["never_seen", "came_back"]
    question: str


class ExpertAnswered(Fact):
    """专家意见 (C7)."""

    event: Literal["ExpertAnswered"] = "ExpertAnswered"
    ticket_id: str
    answer: str
    answered_by: str


class RepeatRepairFound(Fact):
    """重复修理 (C8): the same problem on the same product again; it counts against the earlier visit."""

    event: Literal["RepeatRepairFound"] = "RepeatRepairFound"
    ticket_id: str
    contract_no: str | None
    earlier_ticket: str
    earlier_visit_no: int
    earlier_visit_technician: str
    repaired_at: AwareDatetime
    days: int


class SupplierWaitStarted(Fact):
    """等供应商 (C13): procurement settles it with the supplier; the reply's and the complaint's clocks stand."""

    event: Literal["SupplierWaitStarted"] = "SupplierWaitStarted"
    ticket_id: str
    wait_no: int
    supplier: str
    reason: str
    expected_on: date | None


class SupplierWaitEnded(Fact):
    """供应商已处理 (C13): the clocks go on; `watches` are those whose due time moved."""

    event: Literal["SupplierWaitEnded"] = "SupplierWaitEnded"
    ticket_id: str
    wait_no: int
    supplier: str
    since: AwareDatetime
    outcome: str
    watches: tuple[Watch, ...]


class OpenSpan(Value):
    """One span of a day's hours, civil time; closing at 00:00 is midnight."""

    opens: time
    closes: time


class CalendarDay(Value):
    """A day whose hours are other than published (C1): none, it is closed. `why` names the notice."""

    on: date
    shifts: tuple[OpenSpan, ...]
    why: str = Field(min_length=1, max_length=200)


class CalendarCorrected(Fact):
    """日历更正 (C1): `days` are new or other than before, `all_days` everything that is corrected now."""

    event: Literal["CalendarCorrected"] = "CalendarCorrected"
    days: tuple[CalendarDay, ...]
    all_days: tuple[CalendarDay, ...]


class CalendarTold(Fact):
    """A ticket that was opened later hears what was corrected before (C1)."""

    event: Literal["CalendarTold"] = "CalendarTold"
    ticket_id: str
    days: tuple[CalendarDay, ...]


class ClocksReckoned(Fact):
    """时限重算 (C1): the calendar or the policy changed; `watches` are the open clocks whose due time moved."""

    event: Literal["ClocksReckoned"] = "ClocksReckoned"
    ticket_id: str
    calendar: str
    """Revision of the policy by which they were reckoned."""
    reason: str
    watches: tuple[Watch, ...]
    corrections: tuple[CalendarDay, ...] = ()
    """Days by which the ticket's clocks are reckoned from here on, besides the policy."""


# --- ticket: complaints -------------------------------------------------------------------------------------------


class ComplaintRegistered(Fact):
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


class ComplaintInvestigated(Fact):
    """投诉调查 (C12)."""

    event: Literal["ComplaintInvestigated"] = "ComplaintInvestigated"
    ticket_id: str
    level: int
    finding: str
    photos: tuple[str, ...]
    investigated_by: str


class ComplaintAnswered(Fact):
    """投诉答复 (C12, K20): a solution was proposed."""

    event: Literal["ComplaintAnswered"] = "ComplaintAnswered"
    ticket_id: str
    level: int
    solution: str
    answered_by: str
    due: AwareDatetime


class ComplaintSettled(Fact):
    """客户满意 (C12)."""

    event: Literal["ComplaintSettled"] = "ComplaintSettled"
    ticket_id: str
    level: int
    note: str


class ComplaintEscalated(Fact):
    """投诉升级 (C12): the customer is not content; one level up, with a new clock."""

    event: Literal["ComplaintEscalated"] = "ComplaintEscalated"
    ticket_id: str
    level: int
    owner_role: str
    reason: str
    due: AwareDatetime
    watch: Watch


class ConductReported(Fact):
    """行为投诉 (C15): reaches the manager at once."""

    event: Literal["ConductReported"] = "ConductReported"
    ticket_id: str
    contract_no: str | None
    customer: Customer
    about: str
    problem: str
    told_role: str


# --- duties: whatever the aggregate -------------------------------------------------------------------------------


class DutyWarned(Fact):
    """即将到期 (X4)."""

    event: Literal["DutyWarned"] = "DutyWarned"
    subject: str
    duty: str
    item: str
    owner_role: str
    owner: str | None
    due: AwareDatetime


class DutyOverdue(Fact):
    """逾期 (K14-K17, K20, C17): not done when its clock ran out. For K13 see ReplyOverdue."""

    event: Literal["DutyOverdue"] = "DutyOverdue"
    subject: str
    duty: str
    item: str
    owner_role: str
    owner: str | None
    due: AwareDatetime


class DutyEscalated(Fact):
    """逾期上报 (X4): the owner's superior is told, then the manager."""

    event: Literal["DutyEscalated"] = "DutyEscalated"
    subject: str
    duty: str
    item: str
    owner_role: str
    owner: str | None
    due: AwareDatetime
    level: int
    told: str
    """Role that is told."""


# --- casefile: what the desk knows of a contract -------------------------------------------------------------------


class TicketFiled(Fact):
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


class RepairFiled(Fact):
    """维修归入合同卷宗 (C8)."""

    event: Literal["RepairFiled"] = "RepairFiled"
    contract_no: str
    ticket_id: str
    visit_no: int
    technician: str
    repaired_at: AwareDatetime


class TicketUnfiled(Fact):
    """工单不再在办: closed, cancelled, or moved to another contract."""

    event: Literal["TicketUnfiled"] = "TicketUnfiled"
    contract_no: str
    ticket_id: str
    reason: Literal["closed", "cancelled"]


class RepeatRepairSeen(Fact):
    """发现重复修理 (C8): a new ticket names what an earlier visit repaired within the days of the policy."""

    event: Literal["RepeatRepairSeen"] = "RepeatRepairSeen"
    contract_no: str
    ticket_id: str
    earlier_ticket: str
    earlier_visit_no: int
    earlier_visit_technician: str
    repaired_at: AwareDatetime
    days: int


class OpenTicketsListed(Fact):
    """合同取消，在办工单: those of them that only wait for the delivery are cancelled (A6)."""

    event: Literal["OpenTicketsListed"] = "OpenTicketsListed"
    contract_no: str
    ticket_ids: tuple[str, ...]
    reason: str


# --- quality: one sku -----------------------------------------------------------------------------------------------


class QualityCaseCounted(Fact):
    """质量问题计数 (C14): one more ticket of a sku."""

    event: Literal["QualityCaseCounted"] = "QualityCaseCounted"
    sku: str
    ticket_id: str
    product: str
    problem: str
    safety: bool
    received_at: AwareDatetime


class QualityCaseWithdrawn(Fact):
    """质量问题撤销 (C14): the ticket was a duplicate or opened in error."""

    event: Literal["QualityCaseWithdrawn"] = "QualityCaseWithdrawn"
    sku: str
    ticket_id: str
    reason: str


class MajorQualityReported(Fact):
    """重大质量问题上报 (C14): to the departments concerned."""

    event: Literal["MajorQualityReported"] = "MajorQualityReported"
    sku: str
    product: str
    cause: Literal["safety", "frequency"]
    ticket_ids: tuple[str, ...]
    days: int
    told: tuple[str, ...]


# --- visit plan: 走访 ------------------------------------------------------------------------------------------------


class PlannedCall(Value):
    """One customer of a visit plan."""

    call_no: int
    contract_no: str | None
    customer: Customer
    about: str


class VisitAnswer(Value):
    """What a customer said about design, assembly, process or anything else (C16)."""

    topic: Literal["design", "assembly", "process", "product", "service", "other"]
    question: str
    answer: str


class VisitPlanned(Fact):
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


class VisitRecorded(Fact):
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


class VisitPlanClosed(Fact):
    """走访结束 (C16)."""

    event: Literal["VisitPlanClosed"] = "VisitPlanClosed"
    plan_id: str
    visited: int
    left_out: int
    note: str


# --- call-back: 回访 --------------------------------------------------------------------------------------------------


class CallBackPlanned(Fact):
    """定期回访 (C17): a served customer is called."""

    event: Literal["CallBackPlanned"] = "CallBackPlanned"
    callback_id: str
    contract_no: str | None
    customer: Customer
    about: str
    due_on: date
    watch: Watch


class CustomerCalledBack(Fact):
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


class CallBackDropped(Fact):
    """回访取消 (C17): the customer does not want it, or cannot be reached."""

    event: Literal["CallBackDropped"] = "CallBackDropped"
    callback_id: str
    reason: str


TicketEvent = (
    TicketOpened
    | TicketReplied
    | ReplyOverdue
    | LeftoverOrderPlaced
    | LeftoverOrderApproved
    | LeftoverSmsNoted
    | LeftoverGoodsArrived
    | LeftoverGoodsDamaged
    | InformationTaken
    | VisitBooked
    | VisitAssigned
    | VisitMoved
    | VisitCancelled
    | PapersPrepared
    | VisitConfirmed
    | TechnicianArrived
    | VisitCompleted
    | FormHandedIn
    | RepairAccepted
    | RatingGiven
    | SupervisorSigned
    | CalledBack
    | TicketClosed
    | TicketCancelled
    | TicketsMerged
    | TicketReopened
    | TicketLinked
    | CoverageJudged
    | QuoteGiven
    | QuoteAccepted
    | QuoteDeclined
    | ConsultationAnswered
    | FollowedUp
    | PartsRouted
    | PartsApproved
    | PartsReady
    | ExpertAsked
    | ExpertAnswered
    | RepeatRepairFound
    | SupplierWaitStarted
    | SupplierWaitEnded
    | ClocksReckoned
    | ComplaintRegistered
    | ComplaintInvestigated
    | ComplaintAnswered
    | ComplaintSettled
    | ComplaintEscalated
    | ConductReported
    | DutyWarned
    | DutyOverdue
    | DutyEscalated
)
"""What happens to a ticket."""

CasefileEvent = TicketFiled | RepairFiled | TicketUnfiled | RepeatRepairSeen | OpenTicketsListed
"""What is filed under a contract."""

QualityEvent = QualityCaseCounted | QualityCaseWithdrawn | MajorQualityReported
"""What is counted of a sku."""

VisitPlanEvent = VisitPlanned | VisitRecorded | VisitPlanClosed
"""What happens to a visit plan."""

CallBackEvent = CallBackPlanned | CustomerCalledBack | CallBackDropped
"""What happens to a regular call-back, besides its duty's events."""

CalendarEvent = CalendarCorrected | CalendarTold
"""What happens to the desk's calendar."""

ServiceDeskEvent = Annotated[
    TicketEvent | CasefileEvent | QualityEvent | VisitPlanEvent | CallBackEvent | CalendarEvent,
    Field(discriminator="event"),
]

WIRE: dict[str, type[Fact]] = {
    "songda.service_desk.TicketOpened.v1": TicketOpened,
    "songda.service_desk.TicketReplied.v1": TicketReplied,
    "songda.service_desk.ReplyOverdue.v1": ReplyOverdue,
    "songda.service_desk.LeftoverOrderPlaced.v1": LeftoverOrderPlaced,
    "songda.service_desk.LeftoverOrderApproved.v1": LeftoverOrderApproved,
    "songda.service_desk.LeftoverSmsNoted.v1": LeftoverSmsNoted,
    "songda.service_desk.LeftoverGoodsArrived.v1": LeftoverGoodsArrived,
    "songda.service_desk.LeftoverGoodsDamaged.v1": LeftoverGoodsDamaged,
    "songda.service_desk.InformationTaken.v1": InformationTaken,
    "songda.service_desk.VisitBooked.v1": VisitBooked,
    "songda.service_desk.VisitAssigned.v1": VisitAssigned,
    "songda.service_desk.VisitMoved.v1": VisitMoved,
    "songda.service_desk.VisitCancelled.v1": VisitCancelled,
    "songda.service_desk.PapersPrepared.v1": PapersPrepared,
    "songda.service_desk.VisitConfirmed.v1": VisitConfirmed,
    "songda.service_desk.TechnicianArrived.v1": TechnicianArrived,
    "songda.service_desk.VisitCompleted.v1": VisitCompleted,
    "songda.service_desk.FormHandedIn.v1": FormHandedIn,
    "songda.service_desk.RepairAccepted.v1": RepairAccepted,
    "songda.service_desk.RatingGiven.v1": RatingGiven,
    "songda.service_desk.SupervisorSigned.v1": SupervisorSigned,
    "songda.service_desk.CalledBack.v1": CalledBack,
    "songda.service_desk.TicketClosed.v1": TicketClosed,
    "songda.service_desk.TicketCancelled.v1": TicketCancelled,
    "songda.service_desk.TicketsMerged.v1": TicketsMerged,
    "songda.service_desk.TicketReopened.v1": TicketReopened,
    "songda.service_desk.TicketLinked.v1": TicketLinked,
    "songda.service_desk.CoverageJudged.v1": CoverageJudged,
    "songda.service_desk.QuoteGiven.v1": QuoteGiven,
    "songda.service_desk.QuoteAccepted.v1": QuoteAccepted,
    "songda.service_desk.QuoteDeclined.v1": QuoteDeclined,
    "songda.service_desk.ConsultationAnswered.v1": ConsultationAnswered,
    "songda.service_desk.FollowedUp.v1": FollowedUp,
    "songda.service_desk.PartsRouted.v1": PartsRouted,
    "songda.service_desk.PartsApproved.v1": PartsApproved,
    "songda.service_desk.PartsReady.v1": PartsReady,
    "songda.service_desk.ExpertAsked.v1": ExpertAsked,
    "songda.service_desk.ExpertAnswered.v1": ExpertAnswered,
    "songda.service_desk.RepeatRepairFound.v1": RepeatRepairFound,
    "songda.service_desk.SupplierWaitStarted.v1": SupplierWaitStarted,
    "songda.service_desk.SupplierWaitEnded.v1": SupplierWaitEnded,
    "songda.service_desk.ClocksReckoned.v1": ClocksReckoned,
    "songda.service_desk.ComplaintRegistered.v1": ComplaintRegistered,
    "songda.service_desk.ComplaintInvestigated.v1": ComplaintInvestigated,
    "songda.service_desk.ComplaintAnswered.v1": ComplaintAnswered,
    "songda.service_desk.ComplaintSettled.v1": ComplaintSettled,
    "songda.service_desk.ComplaintEscalated.v1": ComplaintEscalated,
    "songda.service_desk.ConductReported.v1": ConductReported,
    "songda.service_desk.DutyWarned.v1": DutyWarned,
    "songda.service_desk.DutyOverdue.v1": DutyOverdue,
    "songda.service_desk.DutyEscalated.v1": DutyEscalated,
    "songda.service_desk.TicketFiled.v1": TicketFiled,
    "songda.service_desk.RepairFiled.v1": RepairFiled,
    "songda.service_desk.TicketUnfiled.v1": TicketUnfiled,
    "songda.service_desk.RepeatRepairSeen.v1": RepeatRepairSeen,
    "songda.service_desk.OpenTicketsListed.v1": OpenTicketsListed,
    "songda.service_desk.QualityCaseCounted.v1": QualityCaseCounted,
    "songda.service_desk.QualityCaseWithdrawn.v1": QualityCaseWithdrawn,
    "songda.service_desk.MajorQualityReported.v1": MajorQualityReported,
    "songda.service_desk.VisitPlanned.v1": VisitPlanned,
    "songda.service_desk.VisitRecorded.v1": VisitRecorded,
    "songda.service_desk.VisitPlanClosed.v1": VisitPlanClosed,
    "songda.service_desk.CallBackPlanned.v1": CallBackPlanned,
    "songda.service_desk.CustomerCalledBack.v1": CustomerCalledBack,
    "songda.service_desk.CallBackDropped.v1": CallBackDropped,
    "songda.service_desk.CalendarCorrected.v1": CalendarCorrected,
    "songda.service_desk.CalendarTold.v1": CalendarTold,
}
"""Wire name -> model."""

__all__ = [
    "WIRE",
    "CalendarCorrected",
    "CalendarDay",
    "CalendarEvent",
    "CalendarTold",
    "CallBackDropped",
    "CallBackEvent",
    "CallBackPlanned",
    "CalledBack",
    "CasefileEvent",
    "ClocksReckoned",
    "ComplaintAnswered",
    "ComplaintEscalated",
    "ComplaintInvestigated",
    "ComplaintRegistered",
    "ComplaintSettled",
    "ConductReported",
    "ConsultationAnswered",
    "CoverageJudged",
    "CustomerCalledBack",
    "DutyEscalated",
    "DutyOverdue",
    "DutyWarned",
    "ExpertAnswered",
    "ExpertAsked",
    "FaultOf",
    "FollowedUp",
    "FormHandedIn",
    "InformationTaken",
    "LeftoverGoodsArrived",
    "LeftoverGoodsDamaged",
    "LeftoverOrderApproved",
    "LeftoverOrderPlaced",
    "LeftoverSmsNoted",
    "MajorQualityReported",
    "OpenSpan",
    "OpenTicketsListed",
    "Paper",
    "PapersPrepared",
    "PartsApproved",
    "PartsReady",
    "PartsRoute",
    "PartsRouted",
    "PlannedCall",
    "QualityCaseCounted",
    "QualityCaseWithdrawn",
    "QualityEvent",
    "QuoteAccepted",
    "QuoteDeclined",
    "QuoteGiven",
    "RatingGiven",
    "RepairAccepted",
    "RepairFiled",
    "RepeatRepairFound",
    "RepeatRepairSeen",
    "ReplyOverdue",
    "ServiceDeskEvent",
    "SupervisorSigned",
    "SupplierWaitEnded",
    "SupplierWaitStarted",
    "TechnicianArrived",
    "Telling",
    "TicketCancelled",
    "TicketClosed",
    "TicketEvent",
    "TicketFiled",
    "TicketKind",
    "TicketLinked",
    "TicketOpened",
    "TicketReopened",
    "TicketReplied",
    "TicketUnfiled",
    "TicketsMerged",
    "VisitAnswer",
    "VisitAssigned",
    "VisitBooked",
    "VisitCancelled",
    "VisitCompleted",
    "VisitConfirmed",
    "VisitMoved",
    "VisitPlanClosed",
    "VisitPlanEvent",
    "VisitPlanned",
    "VisitRecorded",
    "WarrantyState",
    "Watch",
]
