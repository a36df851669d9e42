"""What a ticket needs next, and by when (C5-C13)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from contracts.civil_time import end_of_day
from service_desk.projections.duties import earliest, iso

Json = dict[str, Any]
Step = tuple[str | None, str | None]
"""Code of `NEXT_STEPS`, and the step's own due time as UTC ISO text."""

NO_DUE = "~"
"""Sorts after every ISO time: tickets that wait for nothing dated come last."""

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


def with_next(facet: Json) -> Json:
    """The facet with `next_step` (None: ended), `next_due` and what sorts by it."""
    step, own = _next(facet)
    clocks = None if step is None else earliest(facet)
    due = min((moment for moment in (own, clocks) if moment is not None), default=None)
    return {**facet, "next_step": step, "next_due": due, "due_key": due or NO_DUE}


def _next(facet: Json) -> Step:
    if facet["status"] in ("closed", "cancelled"):
        return None, None
    if facet["waiting"] is not None:
        return "await_supplier", _day(facet["waits"][-1]["expected_on"])
    if facet["replied_at"] is None:
        return "reply", facet["reply_due"]
    if facet["status"] == "visit_agreed":
        return _before_visit(facet["visits"][-1])
    if facet["status"] == "repaired":
        return _to_close(facet), None
    if facet["complaint"] is not None and not _visited(facet):
        return _complaint(facet), None
    if facet["kind"] == "consultation" and not _visited(facet):
        return _consultation(facet), None
    return _before_booking(facet)


def _visited(facet: Json) -> bool:
    return any(visit["outcome"] != "cancelled" for visit in facet["visits"][facet["archived"] :])


def _before_visit(visit: Json) -> Step:
    if not visit["papers"]:
        return "prepare_papers", visit["ends"]
    return ("visit" if visit["confirmed_at"] or visit["arrived_at"] else "confirm_visit"), visit["ends"]


def _to_close(facet: Json) -> str:
    waits = {"acceptance": "acceptance", "signature": "signed_at", "call_back": "call_back"}
    missing = next((step for step, field in waits.items() if facet[field] is None), None)
    complaint = facet["complaint"]
    if missing is None and complaint is not None and complaint["settled_at"] is None:
        return _complaint(facet)
    return missing or "close"


def _complaint(facet: Json) -> str:
    complaint = facet["complaint"]
    if complaint["finding"] is None:
        return "investigate"
    if complaint["solution"] is None:
        return "answer_complaint"
    if complaint["settled_at"] is None:
        return "ask_content"
    return "signature" if facet["signed_at"] is None else "close"


def _consultation(facet: Json) -> str:
    advice = facet["advice"]
    if advice is None:
        return "advise"
    if advice["solved"] is None:
        return "follow_up"
    return "close" if advice["solved"] else "advise_again"


def _before_booking(facet: Json) -> Step:
    """What stands before the next visit: expert, form, money, goods, parts."""
    expert, information = facet["expert"], facet["information"]
    if expert is not None and expert["answer"] is None:
        return "expert_answer", None
    if facet["kind"] == "leftover" and facet["channel"] != "damage" and information is None:
        return "take_information", None
    if facet["pays"] != "free":
        money = _money(facet)
        if money is not None:
            return money, None
    orders = facet["orders"]
    if orders and orders[-1]["arrived_at"] is None:
        return _order(orders[-1])
    part = next((part for part in facet["parts"] if _is_awaited(part)), None)
    if part is not None:
        return ("approve_parts" if part["route"] == "showroom_loan" else "await_parts"), None
    if information is not None and information["order_needed"] and not orders:
        return "place_order", None
    return _next_visit(facet), None


def _is_awaited(part: Json) -> bool:
    if part["route"] == "showroom_loan":
        return bool(part["stage"] == "asked")
    return bool(part["route"] == "purchase" and part["stage"] != "ready")


def _money(facet: Json) -> str | None:
    if facet["pays"] == "judge":
        return "judge_coverage"
    stage = facet["quotes"][-1]["stage"] if facet["quotes"] else None
    return {None: "quote", "given": "quote_answer", "declined": "quote_again"}.get(stage)


def _order(order: Json) -> Step:
    if order["damaged"] is not None:
        return "order_anew", None
    if order["approved_at"] is None:
        return "approve_order", None
    return "await_goods", _day(order["expected_on"])


def _next_visit(facet: Json) -> str:
    """The kind of visit that is to be booked next (C10)."""
    made = [visit for visit in facet["visits"] if visit["outcome"] != "cancelled"]
    if not made:
        untold = facet["kind"] == "leftover" and not facet["orders"] and facet["information"] is None
        return "order_or_visit" if untold else "book_visit"
    last = made[-1]
    if last["outcome"] == "not_let_in":
        return "book_with_manager"
    ordered_since = len(facet["orders"]) > last["orders_before"] or len(facet["parts"]) > last["parts_before"]
    return "order_or_book" if last["outcome"] == "parts_missing" and not ordered_since else "book_again"


def _day(day: str | None) -> str | None:
    return None if day is None else iso(end_of_day(date.fromisoformat(day)))
