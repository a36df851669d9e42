"""What a ticket needs next, and by when (C5-C13): asked of the same predicates that open and close its use cases.

`steps=` of a use case says which step it is for. Of the steps of a situation, the first that is to be done is the next.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import assert_never

from contracts.civil_time import end_of_day, in_utc
from service_desk.ticket import complaint, consultation, leftover_order, part, quote, reply, supplier_wait, visit
from service_desk.ticket import visit_preparation as preparation
from service_desk.ticket.state import (
    Received,
    Repaired,
    Underway,
    VisitAgreed,
    VisitFailed,
    made_visits,
    visits_since,
)

NEXT_STEPS: Mapping[str, tuple[str, str]] = {
    "reply": ("回复客户", "reply to the customer"),
    "await_supplier": ("等供应商处理", "wait for the supplier"),
    "investigate": ("调查投诉", "investigate the complaint"),
    "answer_complaint": ("答复投诉，提出解决方案", "answer the complaint with a solution"),
    "ask_content": ("问客户是否满意：满意了结，不满意升级", "ask whether the customer is content; else one level up"),
    "advise": ("电话指导客户", "guide the customer on the phone"),
    "advise_again": ("没有解决：再指导，或约上门", "it did not help: guide again, or book a visit"),
    "follow_up": ("两小时后跟进电话", "call again and ask whether it helped"),
    "expert_answer": ("等安装部经理（专家）意见", "the installation manager answers first"),
    "take_information": ("填售服信息反馈表", "fill in the information form"),
    "judge_coverage": ("责任认定：在保与否、谁的责任", "judge the coverage: warranty, and whose fault"),
    "quote": ("报价", "quote"),
    "quote_answer": ("等客户接受报价", "the customer accepts or declines the quote"),
    "quote_again": ("客户不接受报价：另报价，或取消工单", "declined: quote anew, or cancel the ticket"),
    "approve_parts": ("主管批准借展厅件", "a supervisor approves the showroom piece"),
    "await_parts": ("等外购配件到货", "wait for the parts that were bought"),
    "order_or_visit": ("判断是否下遗留单，或直接约上门", "place a leftover order if one is needed, else book a visit"),
    "place_order": ("下遗留单", "place the leftover order"),
    "approve_order": ("安装主管批准遗留单", "installation supervisor approves the leftover order"),
    "await_goods": ("等遗留货到仓验收", "wait for the leftover goods"),
    "order_anew": ("遗留货运输损坏：重新下单或等补发", "goods came damaged: order anew, or wait for others"),
    "book_visit": ("约上门", "book a visit"),
    "prepare_papers": ("备好上门单据", "prepare the visit's papers"),
    "confirm_visit": (
        "技师领单领货，与客户确认地址时间",
        "technician takes papers and goods, confirms address and time",
    ),
    "visit": ("上门", "visit"),
    "book_again": ("客户不在或货已到：重新约上门", "book the visit again"),
    "book_with_manager": ("被拒门外：服务经理亲自上门，重新约", "book again, the service manager goes in person"),
    "order_or_book": ("缺件：领料后再约，或下遗留单", "take the parts from stock and book, or place a leftover order"),
    "acceptance": ("客户验收并请评价", "customer accepts and is asked for a rating"),
    "signature": ("主管审核签字", "supervisor signs"),
    "call_back": ("回访", "call back"),
    "close": ("结单归档", "close"),
}
"""What a ticket can need next: code -> zh, en."""

Steps = Sequence[tuple[str, Callable[[Underway], bool]]]


def always(_: Underway) -> bool:
    """The last step of a situation."""
    return True


OF_COMPLAINT: Steps = (
    ("investigate", complaint.is_uninvestigated),
    ("answer_complaint", complaint.is_unanswered),
    ("ask_content", complaint.is_unsettled),
)
WITHOUT_VISIT: Mapping[str, Steps] = {
    "complaint": (*OF_COMPLAINT, ("signature", visit.is_unsigned), ("close", always)),
    "consultation": (
        ("follow_up", consultation.awaits_follow_up),
        ("advise_again", consultation.is_unhelped),
        ("advise", consultation.is_unsolved),
        ("close", always),
    ),
}
"""What is settled without anybody going there (C6, C12), by kind."""
BEFORE_VISIT: Steps = (
    ("expert_answer", part.expert_is_asked),
    ("take_information", leftover_order.lacks_owed_information),
    ("judge_coverage", lambda ticket: quote.coverage(ticket) == "judge"),
    ("quote_answer", lambda ticket: quote.awaits_yes(ticket) and quote.is_quoted(ticket)),
    ("quote_again", lambda ticket: quote.awaits_yes(ticket) and bool(ticket.record.quotes)),
    ("quote", quote.awaits_yes),
    ("order_anew", leftover_order.came_damaged),
    ("approve_order", leftover_order.awaits_approval),
    ("await_goods", leftover_order.awaits_goods),
    ("approve_parts", lambda ticket: (first := part.awaited(ticket)) is not None and part.awaits_approval(first)),
    ("await_parts", lambda ticket: part.awaited(ticket) is not None),
    ("place_order", leftover_order.is_to_be_ordered),
    ("book_with_manager", visit.manager_must_come),
    ("order_or_book", visit.lacks_parts),
    ("book_again", lambda ticket: bool(made_visits(ticket))),
    ("order_or_visit", leftover_order.is_untold),
    ("book_visit", always),
)
UNTIL_ARRIVAL: Steps = (
    ("prepare_papers", preparation.lacks_papers),
    ("confirm_visit", lambda ticket: preparation.is_unconfirmed(ticket) and preparation.is_awaited(ticket)),
    ("visit", always),
)
AFTER_REPAIR: Steps = (
    ("acceptance", visit.is_unaccepted),
    ("signature", visit.is_unsigned),
    ("call_back", visit.is_not_called_back),
    *OF_COMPLAINT,
    ("close", always),
)


def next_step(ticket: Underway) -> str:
    """Code of `NEXT_STEPS`."""
    if supplier_wait.waits(ticket):
        return "await_supplier"
    if reply.owes_reply(ticket):
        return "reply"
    return next(code for code, is_to_be_done in _steps(ticket) if is_to_be_done(ticket))


def _steps(ticket: Underway) -> Steps:
    match ticket:
        case VisitAgreed():
            return UNTIL_ARRIVAL
        case Repaired():
            return AFTER_REPAIR
        case Received() | VisitFailed():
            kind = ticket.case.kind if ticket.record.complaint is None else "complaint"
            return BEFORE_VISIT if visits_since(ticket) else WITHOUT_VISIT.get(kind, BEFORE_VISIT)
    assert_never(ticket)


def next_due(ticket: Underway, step: str) -> datetime | None:
    """By when: the step's own time, or the earliest clock that runs."""
    times = (_own_time(ticket, step), *(one.watch.due for one in ticket.record.running))
    return min((in_utc(one) for one in times if one is not None), default=None)


def _own_time(ticket: Underway, step: str) -> datetime | None:
    day = None
    if step == "reply":
        return ticket.reply.due
    if isinstance(ticket, VisitAgreed) and step in dict(UNTIL_ARRIVAL):
        return ticket.visit.window.ends
    if step == "await_supplier":
        day = ticket.record.waits[-1].expected_on
    elif step == "await_goods":
        day = ticket.orders[-1].expected_on
    return None if day is None else end_of_day(day)
