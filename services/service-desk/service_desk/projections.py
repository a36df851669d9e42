"""Row `tickets`: one ticket as its own stream tells it, what it needs next and by when, and how the API shows it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, assert_never, cast

from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.masking import customer_for
from contracts.policy import end_of_day
from contracts.service_desk import (
    CalledBack,
    LeftoverGoodsArrived,
    LeftoverOrderApproved,
    LeftoverOrderPlaced,
    RepairAccepted,
    ReplyOverdue,
    ServiceDeskEvent,
    SupervisorSigned,
    TicketClosed,
    TicketOpened,
    TicketReplied,
    VisitBooked,
    VisitCompleted,
)
from runtime.service import Facet, Projection

Json = dict[str, Any]

NO_DUE = "~"
"""Sorts after every ISO time: tickets that wait for nothing dated come last."""

NEXT_STEPS: Mapping[str, tuple[str, str]] = {
    "reply": ("回复客户", "reply to the customer"),
    "order_or_visit": ("判断是否下遗留单，或直接约上门", "place a leftover order if one is needed, else book a visit"),
    "approve_order": ("安装主管批准遗留单", "installation supervisor approves the leftover order"),
    "await_goods": ("等遗留货到仓验收", "wait for the leftover goods"),
    "book_visit": ("约上门", "book a visit"),
    "visit": ("上门", "visit"),
    "book_again": ("客户不在或货已到：重新约上门", "book the visit again"),
    "book_with_manager": ("被拒门外：服务经理亲自上门，重新约", "book again, the service manager goes in person"),
    "order_or_book": ("缺件：领料后再约，或下遗留单", "take the parts from stock and book, or place a leftover order"),
    "acceptance": ("客户验收并请评价", "customer accepts and is asked for a rating"),
    "signature": ("主管审核签字", "supervisor signs"),
    "call_back": ("回访", "call back"),
    "close": ("结单归档", "close"),
}
"""What a ticket can need next (C9-C11): code -> zh, en."""


def fold_ticket(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """A ticket's facet after one more event of its own stream.

    `orders[]`, `visits[]` in their order; `acceptance`, `signed_at`, `call_back` belong to the last visit; `next_step`
    a code of `NEXT_STEPS` (None: closed), `next_due` its UTC time if it has one; `due_key` sorts by it.
    """
    told = cast(ServiceDeskEvent, event)
    return _with_next(_opened(told) if isinstance(told, TicketOpened) else _folded(cast(Json, facet), told, meta))


def _opened(event: TicketOpened) -> Json:
    return {
        "ticket_id": event.ticket_id,
        "kind": event.kind,
        "channel": event.channel,
        "contract_no": event.contract_no,
        "customer": event.customer.model_dump(),
        "product": event.product,
        "quantity": event.quantity,
        "problem": event.problem,
        "proof": list(event.proof),
        "status": "received",
        "received_at": _iso(event.at),
        "reply_due": _iso(event.reply_due),
        "replied_at": None,
        "reply_late": False,
        "orders": [],
        "visits": [],
        "technicians": [],
        **_NO_GATES,
        "closed_at": None,
    }


_NO_GATES: Json = {"acceptance": None, "signed_at": None, "signed_by": None, "call_back": None}


def _folded(facet: Json, event: ServiceDeskEvent, meta: Meta) -> Json:
    match event:
        case TicketOpened():
            return facet  # a ticket is opened once; the first one is folded above
        case TicketReplied():
            return {**facet, "replied_at": _iso(event.at), "reply_late": event.at > event.due}
        case ReplyOverdue():
            return {**facet, "reply_late": True}
        case LeftoverOrderPlaced():
            order = {
                "order_no": event.order_no,
                "items": event.items,
                "expected_on": None if event.expected_on is None else event.expected_on.isoformat(),
                "placed_at": _iso(event.at),
                "placed_by": event.placed_by,
                "approved_at": None,
                "approved_by": None,
                "arrived_at": None,
            }
            return {**facet, "orders": [*facet["orders"], order]}
        case LeftoverOrderApproved():
            return _on_order(facet, event.order_no, {"approved_at": _iso(event.at), "approved_by": meta.actor})
        case LeftoverGoodsArrived():
            return _on_order(facet, event.order_no, {"arrived_at": _iso(event.at)})
        case VisitBooked():
            return {
                **facet,
                **_NO_GATES,
                "status": "visit_agreed",
                "visits": [*facet["visits"], _visit(event, len(facet["orders"]))],
                "technicians": sorted({*facet["technicians"], event.technician}),
            }
        case VisitCompleted():
            return _ended(facet, event)
        case RepairAccepted():
            accepted = {"accepted_by": event.accepted_by, "rating": event.rating, "at": _iso(event.at)}
            return {**facet, "acceptance": accepted}
        case SupervisorSigned():
            return {**facet, "signed_at": _iso(event.at), "signed_by": meta.actor}
        case CalledBack():
            called = {"satisfied": event.satisfied, "note": event.note, "at": _iso(event.at), "by": meta.actor}
            return {**facet, "call_back": called}
        case TicketClosed():
            return {**facet, "status": "closed", "closed_at": _iso(event.at)}
    assert_never(event)


def _visit(event: VisitBooked, orders_before: int) -> Json:
    return {
        "visit_no": event.visit_no,
        "on": event.on.isoformat(),
        "starts": _iso(event.window.starts),
        "ends": _iso(event.window.ends),
        "technician": event.technician,
        "asked_for": event.asked_for,
        "accompanied_by": event.accompanied_by,
        "orders_before": orders_before,
        "outcome": None,
        "report_ref": None,
        "note": "",
        "ended_at": None,
    }


def _ended(facet: Json, event: VisitCompleted) -> Json:
    ended = {
        "outcome": event.outcome,
        "report_ref": event.report_ref,
        "note": event.note,
        "ended_at": _iso(event.at),
    }
    visits = [{**visit, **ended} if visit["visit_no"] == event.visit_no else visit for visit in facet["visits"]]
    status = "repaired" if event.outcome == "repaired" else "visit_failed"
    return {**facet, "visits": visits, "status": status}


def _on_order(facet: Json, order_no: str, change: Json) -> Json:
    orders = [{**order, **change} if order["order_no"] == order_no else order for order in facet["orders"]]
    return {**facet, "orders": orders}


def _with_next(facet: Json) -> Json:
    step, due = _next(facet)
    return {**facet, "next_step": step, "next_due": due, "due_key": due or NO_DUE}


def _next(facet: Json) -> tuple[str | None, str | None]:
    """What the ticket needs next, and by when (UTC ISO text) if that is known."""
    if facet["status"] == "closed":
        return None, None
    if facet["replied_at"] is None:
        return "reply", facet["reply_due"]
    if facet["status"] == "visit_agreed":
        return "visit", facet["visits"][-1]["ends"]
    if facet["status"] == "repaired":
        waits = {"acceptance": "acceptance", "signature": "signed_at", "call_back": "call_back"}
        return next((step for step, field in waits.items() if facet[field] is None), "close"), None
    waiting = next((order for order in facet["orders"] if order["arrived_at"] is None), None)
    if waiting is not None and waiting["approved_at"] is None:
        return "approve_order", None
    if waiting is not None:
        expected = waiting["expected_on"]
        return "await_goods", None if expected is None else _iso(end_of_day(date.fromisoformat(expected)))
    return _next_visit(facet), None


def _next_visit(facet: Json) -> str:
    """The kind of visit that is to be booked next (C10)."""
    if not facet["visits"]:
        return "order_or_visit" if facet["kind"] == "leftover" and not facet["orders"] else "book_visit"
    last = facet["visits"][-1]
    if last["outcome"] == "not_let_in":
        return "book_with_manager"
    ordered_since = len(facet["orders"]) > last["orders_before"]
    return "order_or_book" if last["outcome"] == "parts_missing" and not ordered_since else "book_again"


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def ticket_view(document: Mapping[str, Any], role: str) -> Json:
    """A ticket as `role` may see it (C18); `version` is what `If-Match` may name."""
    ticket = document["ticket"]
    step = ticket["next_step"]
    zh, en = NEXT_STEPS[step] if step is not None else ("", "")
    return {
        **{name: value for name, value in ticket.items() if name != "due_key"},
        "customer": customer_for(role, ticket["customer"]),
        "next_zh": zh,
        "next_en": en,
        "version": document["_pos"]["ticket"]["seq"],
    }


PROJECTIONS = (
    Projection(
        name="tickets",
        version=1,
        row=lambda aggregate_id: aggregate_id.partition(":")[2],
        facets=(Facet(name="ticket", service="service_desk", prefixes=("ticket",), fold=fold_ticket),),
        indexes=(
            ("ticket.due_key", "_id"),
            ("ticket.status", "ticket.due_key"),
            ("ticket.contract_no",),
            ("ticket.technicians",),
        ),
    ),
)
