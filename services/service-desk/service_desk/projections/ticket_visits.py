"""Orders and visits in a ticket's row (C3, C9-C11)."""

from typing import Any

from contracts.envelope import Meta
from contracts.service_desk_tickets import (
    LeftoverGoodsArrived,
    LeftoverGoodsDamaged,
    LeftoverOrderApproved,
    LeftoverOrderPlaced,
    LeftoverSmsNoted,
)
from contracts.service_desk_visits import (
    CalledBack,
    FormHandedIn,
    PapersPrepared,
    RatingGiven,
    RepairAccepted,
    SupervisorSigned,
    TechnicianArrived,
    VisitAssigned,
    VisitBooked,
    VisitCancelled,
    VisitCompleted,
    VisitConfirmed,
    VisitMoved,
)
from service_desk.clocks import FORM, ON_SITE, SMS
from service_desk.projections.duties import begun, done, iso

Json = dict[str, Any]

NO_GATES: Json = {"acceptance": None, "signed_at": None, "signed_by": None, "call_back": None}

OrderEvent = (
    LeftoverOrderPlaced | LeftoverOrderApproved | LeftoverSmsNoted | LeftoverGoodsArrived | LeftoverGoodsDamaged
)
VisitEvent = (
    VisitBooked
    | VisitAssigned
    | VisitMoved
    | VisitCancelled
    | PapersPrepared
    | VisitConfirmed
    | TechnicianArrived
    | VisitCompleted
    | FormHandedIn
    | RatingGiven
)
GateEvent = RepairAccepted | SupervisorSigned | CalledBack


def order_folded(facet: Json, event: OrderEvent, meta: Meta) -> Json:
    """After a leftover order went on."""
    match event:
        case LeftoverOrderPlaced():
            order = {
                "order_no": event.order_no,
                "items": event.items,
                "expected_on": None if event.expected_on is None else event.expected_on.isoformat(),
                "placed_at": iso(event.at),
                "placed_by": event.placed_by,
                "approved_at": None,
                "approved_by": None,
                "sms_at": None,
                "arrived_at": None,
                "damaged": None,
            }
            return {**facet, "orders": [*facet["orders"], order]}
        case LeftoverOrderApproved():
            approved = {"approved_at": iso(event.at), "approved_by": meta.actor}
            return begun(_on_order(facet, event.order_no, approved), event.watch, since=iso(event.at))
        case LeftoverSmsNoted():
            return done(_on_order(facet, event.order_no, {"sms_at": iso(event.at)}), SMS, event.order_no)
        case LeftoverGoodsArrived():
            return _on_order(facet, event.order_no, {"arrived_at": iso(event.at), "damaged": None})
        case LeftoverGoodsDamaged():
            damaged = {"at": iso(event.at), "fault": event.fault, "note": event.note, "photos": list(event.photos)}
            return _on_order(facet, event.order_no, {"damaged": damaged})


def visit_folded(facet: Json, event: VisitEvent) -> Json:
    """After a visit went on."""
    number = event.visit_no
    match event:
        case VisitBooked():
            return _booked(facet, event)
        case VisitAssigned():
            technicians = sorted({*facet["technicians"], event.technician})
            change = {"technician": event.technician, "assigned_by": event.assigned_by}
            return begun(
                {**_on_visit(facet, number, change), "technicians": technicians}, event.watch, since=iso(event.at)
            )
        case VisitMoved():
            return begun(_moved(facet, event), event.watch, since=iso(event.at))
        case VisitCancelled():
            ended = {"outcome": "cancelled", "note": event.reason, "ended_at": iso(event.at)}
            visits = _on_visit(facet, number, ended)
            before = facet["before_visit"]
            return done({**visits, **before}, ON_SITE, str(number))
        case PapersPrepared():
            return _on_visit(facet, number, {"papers": list(event.papers)})
        case VisitConfirmed():
            return _on_visit(facet, number, {"confirmed_at": iso(event.at), "goods_taken": event.goods_taken})
        case TechnicianArrived():
            arrived = {"arrived_at": iso(event.at), "identity_shown": event.identity_shown}
            return done(_on_visit(facet, number, arrived), ON_SITE, str(number))
        case VisitCompleted():
            return begun(done(_completed(facet, event), ON_SITE, str(number)), event.watch, since=iso(event.at))
        case FormHandedIn():
            handed_in = {"form_at": iso(event.at), "form_ref": event.form_ref}
            return done(_on_visit(facet, number, handed_in), FORM, str(number))
        case RatingGiven():
            return _on_visit(facet, number, {"rating": event.rating, "comment": event.comment})


def gate_folded(facet: Json, event: GateEvent, meta: Meta) -> Json:
    """After one more of what closing needs is there."""
    match event:
        case RepairAccepted():
            accepted = {"accepted_by": event.accepted_by, "rating": event.rating, "at": iso(event.at)}
            return {**facet, "acceptance": accepted}
        case SupervisorSigned():
            return {**facet, "signed_at": iso(event.at), "signed_by": meta.actor}
        case CalledBack():
            called = {"satisfied": event.satisfied, "note": event.note, "at": iso(event.at), "by": meta.actor}
            return {**facet, "call_back": called}


def _booked(facet: Json, event: VisitBooked) -> Json:
    """A visit is agreed: what closes the ticket belongs to it, and comes back if a further visit is dropped."""
    visit = {
        "visit_no": event.visit_no,
        "on": event.on.isoformat(),
        "starts": iso(event.window.starts),
        "ends": iso(event.window.ends),
        "technician": event.technician,
        "asked_for": event.asked_for,
        "accompanied_by": event.accompanied_by,
        "assigned_by": None,
        "orders_before": len(facet["orders"]),
        "parts_before": len(facet["parts"]),
        "papers": [],
        "confirmed_at": None,
        "goods_taken": False,
        "arrived_at": None,
        "identity_shown": None,
        "outcome": None,
        "report_ref": None,
        "note": "",
        "ended_at": None,
        "form_at": None,
        "form_ref": "",
        "rating": None,
        "comment": "",
        "moves": [],
    }
    before: Json = {"status": "visit_failed"}
    if facet["status"] == "repaired":
        before = {"status": "repaired", **{name: facet[name] for name in NO_GATES}}
    booked = {
        **facet,
        **NO_GATES,
        "before_visit": before,
        "status": "visit_agreed",
        "visits": [*facet["visits"], visit],
        "technicians": sorted({*facet["technicians"], event.technician}),
    }
    return begun(booked, event.watch, since=iso(event.at))


def _moved(facet: Json, event: VisitMoved) -> Json:
    move = {
        "at": iso(event.at),
        "from": iso(event.window_before.starts),
        "to": iso(event.window.starts),
        "asked_by": event.asked_by,
        "reason": event.reason,
    }
    visits = [
        {
            **visit,
            "on": event.on.isoformat(),
            "starts": iso(event.window.starts),
            "ends": iso(event.window.ends),
            "confirmed_at": None,
            "moves": [*visit["moves"], move],
        }
        if visit["visit_no"] == event.visit_no
        else visit
        for visit in facet["visits"]
    ]
    return {**facet, "visits": visits}


def _completed(facet: Json, event: VisitCompleted) -> Json:
    ended = {
        "outcome": event.outcome,
        "report_ref": event.report_ref,
        "note": event.note,
        "ended_at": iso(event.at),
    }
    status = "repaired" if event.outcome == "repaired" else "visit_failed"
    return {**_on_visit(facet, event.visit_no, ended), "status": status}


def _on_visit(facet: Json, visit_no: int, change: Json) -> Json:
    visits = [{**visit, **change} if visit["visit_no"] == visit_no else visit for visit in facet["visits"]]
    return {**facet, "visits": visits}


def _on_order(facet: Json, order_no: str, change: Json) -> Json:
    orders = [{**order, **change} if order["order_no"] == order_no else order for order in facet["orders"]]
    return {**facet, "orders": orders}
