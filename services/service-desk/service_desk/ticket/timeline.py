"""A ticket's timeline for its page: each event in words, with what was said."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel

from contracts.civil_time import in_utc
from contracts.fact import Fact
from runtime.said import Saying

WORDS: Mapping[str, tuple[str, str]] = {
    "TicketOpened": ("登记", "opened"),
    "TicketReplied": ("回复客户", "replied to the customer"),
    "ReplyOverdue": ("回复逾期", "reply overdue"),
    "LeftoverOrderPlaced": ("下遗留单", "leftover order placed"),
    "LeftoverOrderApproved": ("遗留单批准", "leftover order approved"),
    "LeftoverSmsNoted": ("短信 5 已发", "SMS 5 sent"),
    "LeftoverGoodsArrived": ("遗留货到", "leftover goods in"),
    "LeftoverGoodsDamaged": ("遗留货运输损坏", "leftover goods came damaged"),
    "InformationTaken": ("填信息反馈表", "information form filled in"),
    "VisitBooked": ("约上门", "visit booked"),
    "VisitAssigned": ("派工", "visit assigned"),
    "VisitMoved": ("改约", "visit moved"),
    "VisitCancelled": ("取消上门", "visit cancelled"),
    "PapersPrepared": ("单据备好", "papers prepared"),
    "VisitConfirmed": ("出发前确认", "confirmed before going"),
    "TechnicianArrived": ("到达", "arrived"),
    "VisitCompleted": ("上门结果", "visit ended"),
    "FormHandedIn": ("交单", "form handed in"),
    "RepairAccepted": ("客户验收", "accepted by the customer"),
    "RatingGiven": ("客户评价", "rated by the customer"),
    "SupervisorSigned": ("主管签字", "signed by a supervisor"),
    "CalledBack": ("回访", "called back"),
    "TicketClosed": ("结单归档", "closed"),
    "TicketCancelled": ("取消", "cancelled"),
    "TicketsMerged": ("合并重复工单", "merged with a duplicate"),
    "TicketReopened": ("重新受理", "reopened"),
    "TicketLinked": ("关联", "linked"),
    "RestNoted": ("余件有变", "rest changed"),
    "CoverageJudged": ("责任认定", "coverage judged"),
    "QuoteGiven": ("报价", "quoted"),
    "QuoteAccepted": ("客户接受报价", "quote accepted"),
    "QuoteDeclined": ("客户不接受报价", "quote declined"),
    "ConsultationAnswered": ("电话指导", "guided on the phone"),
    "FollowedUp": ("跟进电话", "followed up"),
    "PartsRouted": ("配件来源", "part's source"),
    "PartsApproved": ("借件批准", "loan approved"),
    "PartsReady": ("配件到位", "part ready"),
    "ExpertAsked": ("请专家", "expert asked"),
    "ExpertAnswered": ("专家意见", "expert answered"),
    "RepeatRepairFound": ("重复修理", "repeat repair"),
    "SupplierWaitStarted": ("开始等供应商", "waiting for a supplier"),
    "SupplierWaitEnded": ("供应商已处理", "supplier settled it"),
    "ClocksReckoned": ("时限重算", "clocks reckoned anew"),
    "ComplaintRegistered": ("投诉登记", "complaint registered"),
    "ComplaintInvestigated": ("投诉调查", "complaint investigated"),
    "ComplaintAnswered": ("投诉答复", "complaint answered"),
    "ComplaintSettled": ("客户满意", "customer content"),
    "ComplaintEscalated": ("投诉升级", "complaint one level up"),
    "ConductReported": ("行为投诉上报", "conduct reported"),
    "DutyWarned": ("即将到期", "about to fall due"),
    "DutyOverdue": ("逾期", "overdue"),
    "DutyEscalated": ("逾期上报", "told upwards"),
}
"""Event -> zh, en."""

SAID = (
    "reason",
    "note",
    "answer",
    "question",
    "finding",
    "findings",
    "solution",
    "outcome",
    "comment",
    "supplier",
    "items",
    "order_no",
    "quote_no",
    "part_no",
    "technician",
    "duplicate",
    "earlier_ticket",
    "told",
    "duty",
    "report_ref",
    "problem",
)
"""Fields that say more, in the order in which they are shown."""


class TimelineEntry(BaseModel):
    """One event in words; `at` when it happened, `recorded_at` when it was told (X1)."""

    at: datetime
    recorded_at: datetime
    by: str
    event: str
    zh: str
    en: str
    text: str


def entry(saying: Saying[Fact]) -> TimelineEntry:
    """One event of the timeline."""
    event = saying.event
    name, fields = type(event).__name__, type(event).model_fields
    zh, en = WORDS[name]
    texts = (getattr(event, field) for field in SAID if field in fields)
    return TimelineEntry(
        at=in_utc(event.at),
        recorded_at=in_utc(saying.recorded),
        by=saying.by,
        event=name,
        zh=zh,
        en=en,
        text=" · ".join(text for text in texts if isinstance(text, str) and text)[:500],
    )
