"""What each event changes in a ticket. Nothing here refuses or calculates."""

from dataclasses import replace
from typing import Literal, assert_never

from contracts.service_desk import TicketEvent
from contracts.service_desk_duties import ClocksReckoned, DutyEscalated, DutyOverdue, DutyWarned, Watch
from contracts.service_desk_repairs import (
    ConsultationAnswered,
    CoverageJudged,
    ExpertAnswered,
    ExpertAsked,
    FollowedUp,
    PartsApproved,
    PartsReady,
    PartsRouted,
    QuoteAccepted,
    QuoteDeclined,
    QuoteGiven,
    RepeatRepairFound,
    SupplierWaitEnded,
    SupplierWaitStarted,
)
from contracts.service_desk_tickets import (
    ComplaintAnswered,
    ComplaintEscalated,
    ComplaintInvestigated,
    ComplaintRegistered,
    ComplaintSettled,
    ConductReported,
    InformationTaken,
    LeftoverGoodsArrived,
    LeftoverGoodsDamaged,
    LeftoverOrderApproved,
    LeftoverOrderPlaced,
    LeftoverSmsNoted,
    ReplyOverdue,
    TicketCancelled,
    TicketClosed,
    TicketLinked,
    TicketOpened,
    TicketReopened,
    TicketReplied,
    TicketsMerged,
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
from service_desk.domain import (
    complaints,
    consultation,
    leftover_orders,
    parts,
    quotes,
    supplier_waits,
    visit_preparation,
)
from service_desk.domain.clocks import FORM, ON_SITE, REPLY
from service_desk.domain.dossier import Dossier, Link
from service_desk.domain.duties import Duty, begun, done, remembered
from service_desk.domain.situations import (
    Acceptance,
    CallBackResult,
    Cancelled,
    Case,
    Closed,
    EndedVisit,
    Gates,
    LeftoverOrder,
    Overdue,
    Owed,
    Received,
    Repaired,
    Replied,
    Ticket,
    Underway,
    Unopened,
    Visit,
    VisitAgreed,
    VisitFailed,
)


def evolve(ticket: Ticket, event: TicketEvent) -> Ticket:
    """The situation after an event."""
    if isinstance(event, TicketOpened):
        return opened(event)
    match ticket:
        case Unopened():
            return ticket
        case Closed() | Cancelled():
            return reopened(ticket, event) if isinstance(event, TicketReopened) else _ended_after(ticket, event)
        case Received() | VisitAgreed() | VisitFailed() | Repaired():
            return _underway_after(ticket, event)
    assert_never(ticket)


def _ended_after(ticket: Closed | Cancelled, event: TicketEvent) -> Ticket:
    return replace(ticket, work=after(ticket.work, event))


def _underway_after(ticket: Underway, event: TicketEvent) -> Ticket:
    match event:
        case TicketClosed():
            return Closed(ticket)
        case TicketCancelled():
            return Cancelled(replace(ticket, dossier=ticket.dossier.having(duties=())), event.cause)
        case _:
            return after(ticket, event)


def after(work: Underway, event: TicketEvent) -> Underway:  # noqa: C901 - one line for each event
    """An open ticket, or what a closed one was, after an event."""
    dossier = work.dossier
    match event:
        case TicketReplied():
            return _with(replace(work, reply=Replied(event.due, event.at)), done(dossier.duties, REPLY))
        case ReplyOverdue():
            return _reply_overdue(work, event)
        case DutyWarned() | DutyOverdue() | DutyEscalated():
            return _with(work, remembered(dossier.duties, event))
        case LeftoverOrderPlaced():
            placed = LeftoverOrder(event.order_no, event.items, event.expected_on, event.placed_by, stage="placed")
            return replace(work, orders=(*work.orders, placed))
        case LeftoverOrderApproved():
            approved = _staged(work, event.order_no, "approved")
            return replace(approved, dossier=leftover_orders.after(dossier, event))
        case LeftoverGoodsArrived():
            return _staged(work, event.order_no, "goods_in")
        case LeftoverGoodsDamaged():
            return _staged(work, event.order_no, "damaged")
        case InformationTaken() | LeftoverSmsNoted():
            return replace(work, dossier=leftover_orders.after(dossier, event))
        case CoverageJudged() | QuoteGiven() | QuoteAccepted() | QuoteDeclined():
            return replace(work, dossier=quotes.after(dossier, event))
        case ConsultationAnswered() | FollowedUp():
            return replace(work, dossier=consultation.after(dossier, event))
        case PartsRouted() | PartsApproved() | PartsReady() | ExpertAsked() | ExpertAnswered() | RepeatRepairFound():
            return replace(work, dossier=parts.after(dossier, event))
        case SupplierWaitStarted():
            return replace(work, dossier=supplier_waits.after(dossier, event))
        case SupplierWaitEnded() | ClocksReckoned():
            return _reckoned(work, event)
        case (
            ComplaintRegistered()
            | ComplaintInvestigated()
            | ComplaintAnswered()
            | ComplaintSettled()
            | ComplaintEscalated()
            | ConductReported()
        ):
            return replace(work, dossier=complaints.after(dossier, event))
        case VisitBooked():
            return _with_visit(work, event)
        case VisitAssigned() | VisitMoved() | PapersPrepared() | VisitConfirmed() | TechnicianArrived():
            return _prepared(work, event)
        case VisitCancelled() | VisitCompleted():
            return _visit_over(work, event)
        case FormHandedIn():
            forms = tuple(sorted({*dossier.forms, event.visit_no}))
            duties = done(dossier.duties, FORM, str(event.visit_no))
            return replace(work, dossier=dossier.having(forms=forms, duties=duties))
        case RatingGiven():
            others = tuple(rated for rated in dossier.rated if rated[0] != event.visit_no)
            rated = (*others, (event.visit_no, event.rating, event.comment))
            return replace(work, dossier=dossier.having(rated=rated))
        case RepairAccepted():
            return _with_gates(work, acceptance=Acceptance(event.accepted_by, event.rating))
        case SupervisorSigned():
            return _signed(work)
        case CalledBack():
            return _with_gates(work, call_back=CallBackResult(event.satisfied, event.note))
        case TicketLinked():
            link = Link(event.contract_no, event.sku, event.product, event.job_id)
            return replace(work, dossier=dossier.having(link=link))
        case TicketsMerged():
            return replace(work, dossier=dossier.having(duplicates=(*dossier.duplicates, event.duplicate)))
        case TicketOpened() | TicketClosed() | TicketCancelled() | TicketReopened():
            return work
    assert_never(event)


def opened(event: TicketOpened) -> Received:
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
    dossier = Dossier(warranty=event.warranty, duties=(Duty(watch, event.at),))
    return Received(case=case, reply=Owed(event.reply_due), orders=(), dossier=dossier)


def reopened(ticket: Closed | Cancelled, event: TicketReopened) -> Received:
    """Under way again: visits, orders and papers stay on record, a reply is owed anew."""
    work = ticket.work
    duties = begun(work.dossier.duties, event.watch, event.at)
    dossier = work.dossier.having(
        duties=duties, advice=None, expert=None, archived=len(work.ended), reopened=event.reason
    )
    return Received(work.case, Owed(event.reply_due), work.orders, work.ended, dossier)


def _with(work: Underway, duties: tuple[Duty, ...]) -> Underway:
    return replace(work, dossier=work.dossier.having(duties=duties))


def _reply_overdue(work: Underway, event: ReplyOverdue) -> Underway:
    duties = tuple(replace(duty, overdue=True) if duty.watch.duty == REPLY else duty for duty in work.dossier.duties)
    return _with(replace(work, reply=Overdue(event.due)), duties)


def _reckoned(work: Underway, event: SupplierWaitEnded | ClocksReckoned) -> Underway:
    reply = next((watch for watch in event.watches if watch.duty == REPLY), None)
    dossier = supplier_waits.after(work.dossier, event)
    if reply is None or isinstance(work.reply, Replied):
        return replace(work, dossier=dossier)
    return replace(work, dossier=dossier, reply=Owed(reply.due))


def _staged(work: Underway, order_no: str, stage: Literal["approved", "goods_in", "damaged"]) -> Underway:
    orders = tuple(replace(order, stage=stage) if order.order_no == order_no else order for order in work.orders)
    return replace(work, orders=orders)


def _with_visit(work: Underway, event: VisitBooked) -> VisitAgreed:
    """A visit was agreed; what closes the ticket belongs to it from now on."""
    visit = Visit(event.visit_no, event.technician, event.window, event.on)
    dossier = work.dossier.having(duties=begun(work.dossier.duties, event.watch, event.at))
    before = work.gates if isinstance(work, Repaired) else None
    return VisitAgreed(work.case, work.reply, work.orders, work.ended, visit, Gates(), dossier, before)


def _prepared(
    work: Underway, event: VisitAssigned | VisitMoved | PapersPrepared | VisitConfirmed | TechnicianArrived
) -> Underway:
    if not isinstance(work, VisitAgreed):
        return work
    duties = work.dossier.duties
    if isinstance(event, VisitAssigned | VisitMoved):
        duties = begun(duties, event.watch, event.at)
    if isinstance(event, TechnicianArrived):
        duties = done(duties, ON_SITE, str(event.visit_no))
    dossier = work.dossier.having(duties=duties)
    return replace(work, visit=visit_preparation.after(work.visit, event), dossier=dossier)


def _visit_over(work: Underway, event: VisitCompleted | VisitCancelled) -> Underway:
    """The agreed visit ended, or was given up."""
    if not isinstance(work, VisitAgreed):
        return work
    duties = done(work.dossier.duties, ON_SITE, str(event.visit_no))
    if isinstance(event, VisitCancelled):
        ended = (*work.ended, EndedVisit(work.visit, "cancelled", None, event.at))
        dossier = work.dossier.having(duties=duties)
        if work.repaired_before is not None:
            return Repaired(work.case, work.reply, work.orders, ended, work.repaired_before, dossier)
        return VisitFailed(work.case, work.reply, work.orders, ended, dossier)
    ended = (*work.ended, EndedVisit(work.visit, event.outcome, event.report_ref, event.at))
    dossier = work.dossier.having(duties=begun(duties, event.watch, event.at))
    if event.outcome == "repaired":
        return Repaired(work.case, work.reply, work.orders, ended, work.gates, dossier)
    return VisitFailed(work.case, work.reply, work.orders, ended, dossier)


def _signed(work: Underway) -> Underway:
    complaint = work.dossier.complaint
    if isinstance(work, VisitAgreed | Repaired):
        return _with_gates(work, signed=True)
    if complaint is None:
        return work
    return replace(work, dossier=work.dossier.having(complaint=replace(complaint, signed=True)))


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
