"""A ticket (工单), from the request to the archive. Here: the request, and to which topic a command belongs."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal, assert_never

from pydantic import StringConstraints

from contracts.bounds import FarDay
from contracts.decision import Command, Context, Rejected, Timer
from contracts.fact import Customer
from contracts.service_desk import TicketEvent
from contracts.service_desk_duties import DutyOverdue
from contracts.service_desk_repairs import WarrantyState
from contracts.service_desk_tickets import ReplyOverdue, TicketKind, TicketOpened
from service_desk.domain import (
    complaints,
    consultation,
    duties,
    endings,
    leftover_orders,
    parts,
    quotes,
    refusals,
    replying,
    supplier_waits,
    visit_preparation,
    visits,
)
from service_desk.domain import ending_refusals as no
from service_desk.domain.calendar import corrected
from service_desk.domain.clocks import REPLY, reply_watch
from service_desk.domain.complaints import ComplaintCommand
from service_desk.domain.consultation import ConsultationCommand
from service_desk.domain.duties import KeepWatch
from service_desk.domain.endings import (
    CancelTicket,
    CancelWithContract,
    CloseTicket,
    EndAsDuplicate,
    EndingCommand,
    ReopenTicket,
)
from service_desk.domain.leftover_orders import LeftoverCommand, NoteLeftoverSms
from service_desk.domain.parts import NoteRepeatRepair, PartsCommand
from service_desk.domain.quotes import QuoteCommand
from service_desk.domain.replying import Reply
from service_desk.domain.situations import (
    INITIAL,
    STATES,
    Cancelled,
    Case,
    Closed,
    Decision,
    Note,
    Number,
    Pieces,
    Proofs,
    Received,
    Repaired,
    Text,
    Ticket,
    Underway,
    Unopened,
    VisitAgreed,
    VisitFailed,
    happened,
    technicians_of,
)
from service_desk.domain.story import evolve
from service_desk.domain.supplier_waits import SupplierCommand
from service_desk.domain.visit_preparation import HandInForm, PreparationCommand
from service_desk.domain.visits import GiveRating, VisitCommand

CUSTOMER_LENGTH = 200
"""Characters of a name, number or address, at most."""

Sku = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\s:/]{0,80}$")]


class OpenTicket(Command):
    """登记工单 (C1, C4): received at `at`. What the contract says of the warranty is handed in (C5)."""

    command: Literal["OpenTicket"] = "OpenTicket"
    ticket_id: Number
    kind: TicketKind
    channel: Literal["phone", "web", "store", "damage"] = "phone"
    contract_no: Number | None = None
    customer: Customer
    product: Text
    sku: Sku = ""
    quantity: Pieces = 1
    problem: Text
    fault_code: Sku = ""
    proof: Proofs = ()
    asked_for: Note = ""
    job_id: Number | None = None
    warranty: WarrantyState = "not_asked"
    warranty_ends_on: FarDay | None = None
    safety: bool = False
    on_the_way: bool = False
    """Damage by carrier or crew: no question of quality (C14)."""
    conduct: bool = False
    about: Note = ""
    department: Note = ""
    origin: Note = ""


COMMANDS = (
    OpenTicket
    | Reply
    | KeepWatch
    | ReopenTicket
    | LeftoverCommand
    | QuoteCommand
    | ConsultationCommand
    | PartsCommand
    | SupplierCommand
    | ComplaintCommand
    | VisitCommand
    | PreparationCommand
    | EndingCommand
)

TOLD_LATE = Reply | KeepWatch | OpenTicket | GiveRating | HandInForm | NoteLeftoverSms
"""What still counts after a ticket closed (X1)."""

ASKED_BY_THE_SYSTEM = CancelWithContract | EndAsDuplicate | NoteRepeatRepair
"""What a reaction asks of tickets that may have ended meanwhile."""


def ticket_key(ticket_id: str) -> str:
    """The aggregate id of a ticket."""
    return f"ticket:{ticket_id}"


def decide(command: COMMANDS, ticket: Ticket, ctx: Context) -> Decision:
    """Answer a command; every situation has its own door."""
    match ticket:
        case Unopened():
            return open_ticket(command, ctx) if isinstance(command, OpenTicket) else refusals.unknown_ticket()
        case Closed() | Cancelled():
            return after_the_end(command, ticket, by_its_calendar(ticket, ctx))
        case Received() | VisitAgreed() | VisitFailed() | Repaired():
            return under_way(command, ticket, by_its_calendar(ticket, ctx))
    assert_never(ticket)


def by_its_calendar(ticket: Underway | Closed | Cancelled, ctx: Context) -> Context:
    """The circumstances with the days that the ticket was told of (C1): all its clocks are reckoned by them."""
    work = ticket.work if isinstance(ticket, Closed | Cancelled) else ticket
    days = work.dossier.corrections
    return replace(ctx, policy=corrected(ctx.policy, days)) if days else ctx


def under_way(command: COMMANDS, ticket: Underway, ctx: Context) -> Decision:
    """Answer a command on an open ticket. Refuses what happened before the request came in (before_receipt), and
    technicians who have no visit of it (not_your_visit)."""
    at = happened(command, ctx)
    if isinstance(command, OpenTicket):
        return open_again(command, ticket.case)
    if isinstance(command, KeepWatch):
        return keep_watch(command, ticket, ctx)
    if at < ticket.case.received_at:
        return refusals.before_receipt(at, ticket.case.received_at)
    if ctx.role == "technician" and ctx.by not in technicians_of(ticket):
        return refusals.not_your_visit()
    if isinstance(command, Reply):
        return replying.reply(command, ticket, at, ctx)
    if isinstance(command, ReopenTicket):
        again = ticket.dossier.reopened == command.reason
        return () if again else no.ticket_open(ticket.case.ticket_id)
    return by_topic(command, ticket, at, ctx)


def by_topic(
    command: LeftoverCommand
    | QuoteCommand
    | ConsultationCommand
    | PartsCommand
    | SupplierCommand
    | ComplaintCommand
    | VisitCommand
    | PreparationCommand
    | EndingCommand,
    ticket: Underway,
    at: datetime,
    ctx: Context,
) -> Decision:
    """Hand a command to its topic's rules."""
    if isinstance(command, LeftoverCommand):
        return leftover_orders.decide(command, ticket, at, ctx)
    if isinstance(command, QuoteCommand):
        return quotes.decide(command, ticket, at)
    if isinstance(command, ConsultationCommand):
        return consultation.decide(command, ticket, at, ctx)
    if isinstance(command, PartsCommand):
        return parts.decide(command, ticket, at, ctx)
    if isinstance(command, SupplierCommand):
        return supplier_waits.decide(command, ticket, at, ctx)
    if isinstance(command, ComplaintCommand):
        return complaints.decide(command, ticket, at, ctx)
    if isinstance(command, VisitCommand):
        return visits.decide(command, ticket, at, ctx)
    if isinstance(command, PreparationCommand):
        return visit_preparation.decide(command, ticket, at, ctx)
    return endings.decide(command, ticket, at, ctx)


def after_the_end(command: COMMANDS, ticket: Closed | Cancelled, ctx: Context) -> Decision:
    """A ticket that ended: what already holds is accepted, what is told late is placed at its own time (X1), it can be
    reopened, all else is refused (ticket_closed, ticket_cancelled)."""
    work, cancelled = ticket.work, isinstance(ticket, Cancelled)
    if isinstance(command, ReopenTicket):
        return endings.reopen(command, ticket, happened(command, ctx), ctx)
    already = isinstance(command, CancelTicket) if cancelled else isinstance(command, CloseTicket)
    if already or isinstance(command, ASKED_BY_THE_SYSTEM):
        return ()
    answer = under_way(command, work, ctx)
    if answer == () or isinstance(command, OpenTicket) or (isinstance(command, TOLD_LATE) and not cancelled):
        return answer
    return no.ticket_cancelled(work.case.ticket_id) if cancelled else refusals.ticket_closed(work.case.ticket_id)


def open_ticket(command: OpenTicket, ctx: Context) -> Decision:
    """Register a request; its reply clock starts (C1, C2, C4). A complaint is sent on at once (C12, C15).

    A contract number is proof of purchase. Damage that we found ourselves needs neither customer nor proof: a ticket
    for it always opens. Advice and a report of conduct need no proof.
    Refuses: customer_missing, customer_too_long, proof_missing, conduct_is_a_complaint.
    """
    at = happened(command, ctx)
    if command.channel != "damage":
        refused = _request_refused(command)
        if refused is not None:
            return refused
    watch = reply_watch(at, ctx.policy)
    opened = TicketOpened(
        at=at,
        ticket_id=command.ticket_id,
        kind=command.kind,
        channel=command.channel,
        contract_no=command.contract_no,
        customer=command.customer,
        product=command.product,
        quantity=command.quantity,
        problem=command.problem,
        proof=command.proof,
        reply_due=watch.due,
        sku=command.sku,
        fault_code=command.fault_code,
        job_id=command.job_id,
        asked_for=command.asked_for,
        warranty=command.warranty,
        warranty_ends_on=command.warranty_ends_on,
        safety=command.safety,
        counts_as_quality=_counts_as_quality(command),
        conduct=command.conduct,
        about=command.about,
        department=command.department,
        origin=command.origin,
        watch=watch,
    )
    return (opened, *complaints.registered(opened, ctx.policy))


def _request_refused(command: OpenTicket) -> Rejected | None:
    customer = command.customer
    if not customer.name.strip() or not customer.phone.strip():
        return refusals.customer_missing()
    if max(map(len, (customer.name, customer.phone, customer.address, customer.district))) > CUSTOMER_LENGTH:
        return refusals.customer_too_long(CUSTOMER_LENGTH)
    if command.conduct and command.kind != "complaint":
        return refusals.conduct_is_a_complaint()
    needs_proof = command.kind != "consultation" and not command.conduct
    if needs_proof and command.contract_no is None and not command.proof:
        return refusals.proof_missing()
    return None


def _counts_as_quality(command: OpenTicket) -> bool:
    """C14: a problem of the product itself, or danger."""
    of_the_product = command.kind != "consultation" and not command.conduct and not command.on_the_way
    return bool(command.sku) and (command.safety or of_the_product)


def open_again(command: OpenTicket, case: Case) -> Decision:
    """The same request told again is no second one, whenever it is said to have come in. Refuses: ticket_exists."""
    asked = Case(
        ticket_id=command.ticket_id,
        kind=command.kind,
        channel=command.channel,
        contract_no=command.contract_no,
        customer=command.customer,
        product=command.product,
        quantity=command.quantity,
        problem=command.problem,
        proof=command.proof,
        received_at=case.received_at,
        sku=command.sku,
        fault_code=command.fault_code,
        job_id=command.job_id,
        asked_for=command.asked_for,
        safety=command.safety,
        conduct=command.conduct,
        about=command.about,
        department=command.department,
    )
    return () if asked == case else refusals.ticket_exists(command.ticket_id)


def keep_watch(command: KeepWatch, ticket: Underway, ctx: Context) -> tuple[TicketEvent, ...]:
    """A clock reached its next point (X4); one that stands, or whose duty is done, says nothing (C13)."""
    duty = duties.find(ticket.dossier.running, command.duty, command.item)
    subject = ticket_key(ticket.case.ticket_id)
    return tuple(_own_name(event, ticket) for event in duties.keep_watch(subject, duty, ctx.now))


def _own_name(event: duties.DutyEvent, ticket: Underway) -> TicketEvent:
    """A reply that is overdue has an event of its own (K13)."""
    if isinstance(event, DutyOverdue) and event.duty == REPLY:
        return ReplyOverdue(at=event.at, ticket_id=ticket.case.ticket_id, due=event.due)
    return event


def due(ticket: Ticket) -> tuple[Timer, ...]:
    """All clocks of a ticket, also on one that closed without a reply on record (K13)."""
    match ticket:
        case Unopened() | Cancelled():
            return ()
        case Closed():
            return duties.timers(ticket.work.dossier.running)
        case Received() | VisitAgreed() | VisitFailed() | Repaired():
            return duties.timers(ticket.dossier.running)
    assert_never(ticket)


__all__ = ["COMMANDS", "INITIAL", "STATES", "decide", "due", "evolve", "ticket_key"]
