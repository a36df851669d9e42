"""What each event changes in a ticket. Nothing here refuses or calculates."""

from dataclasses import replace
from typing import Literal, assert_never

from contracts import service_desk_repairs as repairs
from contracts import service_desk_tickets as tickets
from contracts import service_desk_visits as visits
from contracts.service_desk import TicketEvent
from contracts.service_desk_duties import ClocksReckoned, DutyEscalated, DutyOverdue, DutyWarned, Watch
from service_desk.clocks import FORM, ON_SITE, REPLY
from service_desk.duties import Duty, begun, done, remembered
from service_desk.ticket import complaint, consultation, leftover_order, part, quote, supplier_wait, visit_preparation
from service_desk.ticket.state import (
    Acceptance,
    CallBackResult,
    Cancelled,
    Case,
    Closed,
    EndedVisit,
    Gates,
    LeftoverOrder,
    Link,
    Overdue,
    Owed,
    Received,
    Record,
    Repaired,
    Replied,
    Ticket,
    Underway,
    Unopened,
    Visit,
    VisitAgreed,
    VisitFailed,
    ordered,
)


def evolve(ticket: Ticket, event: TicketEvent) -> Ticket:
    """The situation after an event."""
    if isinstance(event, tickets.TicketOpened):
        return opened(event)
    match ticket:
        case Unopened():
            return ticket
        case Closed() | Cancelled():
            return reopened(ticket, event) if isinstance(event, tickets.TicketReopened) else _ended_after(ticket, event)
        case Received() | VisitAgreed() | VisitFailed() | Repaired():
            return _underway_after(ticket, event)
    assert_never(ticket)


def _ended_after(ticket: Closed | Cancelled, event: TicketEvent) -> Ticket:
    return replace(ticket, work=after(ticket.work, event))


def _underway_after(ticket: Underway, event: TicketEvent) -> Ticket:
    match event:
        case tickets.TicketClosed():
            return Closed(ticket)
        case tickets.TicketCancelled():
            return Cancelled(replace(ticket, record=ticket.record.having(duties=())), event.cause, event.reason)
        case _:
            return after(ticket, event)


def after(work: Underway, event: TicketEvent) -> Underway:  # noqa: C901 - one line for each event
    """An open ticket, or what a closed one was, after an event."""
    record = work.record
    if isinstance(event, quote.QuoteEvent):
        return replace(work, record=quote.after(record, event))
    if isinstance(event, consultation.ConsultationEvent):
        return replace(work, record=consultation.after(record, event))
    if isinstance(event, part.PartsEvent):
        return replace(work, record=part.after(record, event))
    if isinstance(event, complaint.ComplaintEvent):
        return replace(work, record=complaint.after(record, event))
    if isinstance(event, visit_preparation.PreparationEvent):
        return _prepared(work, event)
    match event:
        case tickets.TicketReplied():
            noted = replace(work, reply=Replied(event.due, event.at), record=record.having(replied=event.note))
            return _with(noted, done(record.duties, REPLY))
        case tickets.ReplyOverdue():
            return _reply_overdue(work, event)
        case DutyWarned() | DutyOverdue() | DutyEscalated():
            return _with(work, remembered(record.duties, event))
        case tickets.LeftoverOrderPlaced():
            placed = LeftoverOrder(event.order_no, event.items, event.expected_on, event.placed_by, stage="placed")
            return replace(work, orders=(*work.orders, placed))
        case tickets.LeftoverOrderApproved():
            approved = _staged(work, event.order_no, "approved")
            return replace(approved, record=leftover_order.after(record, event))
        case tickets.LeftoverGoodsArrived():
            return _staged(work, event.order_no, "goods_in")
        case tickets.LeftoverGoodsDamaged():
            return _staged(work, event.order_no, "damaged")
        case tickets.InformationTaken() | tickets.LeftoverSmsNoted():
            return replace(work, record=leftover_order.after(record, event))
        case repairs.SupplierWaitStarted():
            return replace(work, record=supplier_wait.after(record, event))
        case repairs.SupplierWaitEnded() | ClocksReckoned():
            return _reckoned(work, event)
        case visits.VisitBooked():
            return _with_visit(work, event)
        case visits.VisitCancelled() | visits.VisitCompleted():
            return _visit_over(work, event)
        case visits.FormHandedIn():
            forms = tuple(sorted({*record.forms, event.visit_no}))
            refs = (*record.form_refs, *([(event.visit_no, event.form_ref)] if event.form_ref else []))
            duties = done(record.duties, FORM, str(event.visit_no))
            return replace(work, record=record.having(forms=forms, form_refs=refs, duties=duties))
        case visits.RatingGiven():
            others = tuple(rated for rated in record.rated if rated[0] != event.visit_no)
            rated = (*others, (event.visit_no, event.rating, event.comment))
            return replace(work, record=record.having(rated=rated))
        case visits.RepairAccepted():
            return _with_gates(work, acceptance=Acceptance(event.accepted_by, event.rating))
        case visits.SupervisorSigned():
            return _signed(work)
        case visits.CalledBack():
            return _with_gates(work, call_back=CallBackResult(event.satisfied, event.note))
        case tickets.TicketLinked():
            link = Link(event.contract_no, event.sku, event.product, event.job_id)
            return replace(work, record=record.having(link=link))
        case tickets.RestNoted():
            return replace(work, record=record.having(rest_left=event.left))
        case tickets.TicketsMerged():
            return replace(work, record=record.having(duplicates=(*record.duplicates, event.duplicate)))
        case tickets.TicketOpened() | tickets.TicketClosed() | tickets.TicketCancelled() | tickets.TicketReopened():
            return work
    assert_never(event)


def opened(event: tickets.TicketOpened) -> Received:
    """A request came in; a reply is owed. Old events know the due time alone."""
    case = Case(
        ticket_id=event.ticket_id,
        kind=event.kind,
        channel=event.channel,
        contract_no=event.contract_no,
        customer=event.customer,
        product=event.product,
        quantity=event.quantity,
        problem=event.problem,
        proof=event.proof,
        received_at=event.at,
        sku=event.sku,
        fault_code=event.fault_code,
        job_id=event.job_id,
        asked_for=event.asked_for,
        safety=event.safety,
        conduct=event.conduct,
        about=event.about,
        department=event.department,
    )
    watch = event.watch or Watch(duty=REPLY, owner_role="cs_specialist", due=event.reply_due)
    rest_left = event.quantity if event.of_rest else None
    record = Record(warranty=event.warranty, duties=(Duty(watch, event.at),), rest_left=rest_left)
    return Received(case=case, reply=Owed(event.reply_due), orders=(), record=record)


def reopened(ticket: Closed | Cancelled, event: tickets.TicketReopened) -> Received:
    """Under way again: visits, orders and papers stay on record, a reply is owed anew."""
    work = ticket.work
    duties = begun(work.record.duties, event.watch, event.at)
    record = work.record.having(
        duties=duties, advice=None, expert=None, archived=len(work.ended), reopened=event.reason
    )
    return Received(work.case, Owed(event.reply_due), work.orders, work.ended, record)


def _with(work: Underway, duties: tuple[Duty, ...]) -> Underway:
    return replace(work, record=work.record.having(duties=duties))


def _reply_overdue(work: Underway, event: tickets.ReplyOverdue) -> Underway:
    duties = tuple(replace(duty, overdue=True) if duty.watch.duty == REPLY else duty for duty in work.record.duties)
    return _with(replace(work, reply=Overdue(event.due)), duties)


def _reckoned(work: Underway, event: repairs.SupplierWaitEnded | ClocksReckoned) -> Underway:
    reply = next((watch for watch in event.watches if watch.duty == REPLY), None)
    record = supplier_wait.after(work.record, event)
    if reply is None or isinstance(work.reply, Replied):
        return replace(work, record=record)
    return replace(work, record=record, reply=Owed(reply.due))


def _staged(work: Underway, order_no: str, stage: Literal["approved", "goods_in", "damaged"]) -> Underway:
    orders = tuple(replace(order, stage=stage) if order.order_no == order_no else order for order in work.orders)
    return replace(work, orders=orders)


def _with_visit(work: Underway, event: visits.VisitBooked) -> VisitAgreed:
    """A visit was agreed; what closes the ticket belongs to it from now on."""
    visit = Visit(event.visit_no, event.technician, event.window, event.on, ordered=ordered(work))
    record = work.record.having(duties=begun(work.record.duties, event.watch, event.at))
    before = work.gates if isinstance(work, Repaired) else None
    return VisitAgreed(work.case, work.reply, work.orders, work.ended, visit, Gates(), record, before)


def _prepared(work: Underway, event: visit_preparation.PreparationEvent) -> Underway:
    if not isinstance(work, VisitAgreed):
        return work
    duties = work.record.duties
    if isinstance(event, visits.VisitAssigned | visits.VisitMoved):
        duties = begun(duties, event.watch, event.at)
    if isinstance(event, visits.TechnicianArrived):
        duties = done(duties, ON_SITE, str(event.visit_no))
    record = work.record.having(duties=duties)
    return replace(work, visit=visit_preparation.after(work.visit, event), record=record)


def _visit_over(work: Underway, event: visits.VisitCompleted | visits.VisitCancelled) -> Underway:
    """The agreed visit ended, or was given up."""
    if not isinstance(work, VisitAgreed):
        return work
    duties = done(work.record.duties, ON_SITE, str(event.visit_no))
    if isinstance(event, visits.VisitCancelled):
        ended = (*work.ended, EndedVisit(work.visit, "cancelled", None, event.at))
        record = work.record.having(duties=duties)
        if work.repaired_before is not None:
            return Repaired(work.case, work.reply, work.orders, ended, work.repaired_before, record)
        return VisitFailed(work.case, work.reply, work.orders, ended, record)
    ended = (*work.ended, EndedVisit(work.visit, event.outcome, event.report_ref, event.at, event.note))
    record = work.record.having(duties=begun(duties, event.watch, event.at))
    if event.outcome == "repaired":
        return Repaired(work.case, work.reply, work.orders, ended, work.gates, record)
    return VisitFailed(work.case, work.reply, work.orders, ended, record)


def _signed(work: Underway) -> Underway:
    known = work.record.complaint
    if isinstance(work, VisitAgreed | Repaired):
        return _with_gates(work, signed=True)
    if known is None:
        return work
    return replace(work, record=work.record.having(complaint=replace(known, signed=True)))


def _with_gates(
    work: Underway,
    *,
    acceptance: Acceptance | None = None,
    signed: bool = False,
    call_back: CallBackResult | None = None,
) -> Underway:
    """One more of what closing needs is there."""
    if not isinstance(work, VisitAgreed | Repaired):
        return work
    gates = Gates(
        acceptance=acceptance or work.gates.acceptance,
        signed=signed or work.gates.signed,
        call_back=call_back or work.gates.call_back,
    )
    return replace(work, gates=gates)
