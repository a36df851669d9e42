"""A ticket (工单): from the customer's request to the archive, with its leftover orders and visits.

Here: the request, the reply, the closing, and what each event changes. Orders and visits have their own files.
"""

from dataclasses import replace
from datetime import datetime
from typing import Literal, assert_never

from contracts.decision import Command, Context, Timer
from contracts.fact import Customer
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
    TicketKind,
    TicketOpened,
    TicketReplied,
    VisitBooked,
    VisitCompleted,
)
from service_desk.domain import refusals
from service_desk.domain.leftover_orders import (
    ApproveLeftoverOrder,
    NoteLeftoverArrival,
    PlaceLeftoverOrder,
    approve_leftover_order,
    note_leftover_arrival,
    place_leftover_order,
)
from service_desk.domain.service_hours import reply_due
from service_desk.domain.situations import (
    INITIAL,
    STATES,
    Acceptance,
    CallBackResult,
    Case,
    Closed,
    Decision,
    EndedVisit,
    Gates,
    LeftoverOrder,
    Number,
    Overdue,
    Owed,
    Pieces,
    Proofs,
    Received,
    Repaired,
    Replied,
    ReplyDuty,
    Text,
    Ticket,
    Underway,
    Unopened,
    Visit,
    VisitAgreed,
    VisitFailed,
    ended_visits,
    happened,
)
from service_desk.domain.visits import (
    AcceptRepair,
    BookVisit,
    CallBack,
    CompleteVisit,
    SignBySupervisor,
    accept_repair,
    book_visit,
    call_back,
    complete_visit,
    gates_missing,
    sign_by_supervisor,
)

CUSTOMER_LENGTH = 200
"""Characters of a name, number or address, at most."""


class OpenTicket(Command):
    """登记工单 (C1, C4): received at `at`."""

    command: Literal["OpenTicket"] = "OpenTicket"
    ticket_id: Number
    kind: TicketKind
    channel: Literal["phone", "web", "store", "damage"] = "phone"
    contract_no: Number | None = None
    customer: Customer
    product: Text
    quantity: Pieces = 1
    problem: Text
    proof: Proofs = ()


class Reply(Command):
    """回复客户 (C2, K13)."""

    command: Literal["Reply"] = "Reply"
    note: Text


class MarkReplyOverdue(Command):
    """The reply clock ran out (C2, K13). Asked by the timer only."""

    command: Literal["MarkReplyOverdue"] = "MarkReplyOverdue"


class CloseTicket(Command):
    """结单归档 (C11)."""

    command: Literal["CloseTicket"] = "CloseTicket"


COMMANDS = (
    OpenTicket
    | Reply
    | MarkReplyOverdue
    | PlaceLeftoverOrder
    | ApproveLeftoverOrder
    | NoteLeftoverArrival
    | BookVisit
    | CompleteVisit
    | AcceptRepair
    | SignBySupervisor
    | CallBack
    | CloseTicket
)


def ticket_key(ticket_id: str) -> str:
    """The aggregate id of a ticket."""
    return f"ticket:{ticket_id}"


def decide(command: COMMANDS, ticket: Ticket, ctx: Context) -> Decision:
    """Answer a command; every situation has its own door."""
    match ticket:
        case Unopened():
            return open_ticket(command, ctx) if isinstance(command, OpenTicket) else refusals.unknown_ticket()
        case Closed():
            return after_closing(command, ticket.work, ctx)
        case Received() | VisitAgreed() | VisitFailed() | Repaired():
            return under_way(command, ticket, ctx)
    assert_never(ticket)


def under_way(command: COMMANDS, ticket: Underway, ctx: Context) -> Decision:
    """Answer a command on an open ticket. Refuses what happened before the request came in (before_receipt)."""
    at = happened(command, ctx)
    if isinstance(command, OpenTicket):
        return open_again(command, ticket.case)
    if isinstance(command, MarkReplyOverdue):
        return mark_reply_overdue(ticket, ctx)
    if at < ticket.case.received_at:
        return refusals.before_receipt(at, ticket.case.received_at)
    match command:
        case Reply():
            return reply(command, ticket, at)
        case PlaceLeftoverOrder():
            return place_leftover_order(command, ticket, at, ctx)
        case ApproveLeftoverOrder():
            return approve_leftover_order(command, ticket, at, ctx)
        case NoteLeftoverArrival():
            return note_leftover_arrival(command, ticket, at)
        case BookVisit():
            return book_visit(command, ticket, at, ctx)
        case CompleteVisit():
            return complete_visit(command, ticket, at)
        case AcceptRepair():
            return accept_repair(command, ticket, at)
        case SignBySupervisor():
            return sign_by_supervisor(ticket, at, ctx)
        case CallBack():
            return call_back(command, ticket, at)
        case CloseTicket():
            return close_ticket(ticket, at)
    assert_never(command)


def after_closing(command: COMMANDS, work: Repaired, ctx: Context) -> Decision:
    """A closed ticket: what already holds is accepted, a reply told late is placed at its own time (X1), all else is
    refused (ticket_closed)."""
    if isinstance(command, CloseTicket):
        return ()
    answer = under_way(command, work, ctx)
    if answer == () or isinstance(command, Reply | MarkReplyOverdue | OpenTicket):
        return answer
    return refusals.ticket_closed(work.case.ticket_id)


def open_ticket(command: OpenTicket, ctx: Context) -> Decision:
    """Register a request; its reply clock starts (C1, C2, C4). Refuses: customer_missing, customer_too_long,
    proof_missing.

    A contract number is proof of purchase. Damage that we found ourselves needs neither: a ticket for it always opens.
    """
    if command.channel != "damage":
        customer = command.customer
        if not customer.name.strip() or not customer.phone.strip():
            return refusals.customer_missing()
        if max(map(len, (customer.name, customer.phone, customer.address, customer.district))) > CUSTOMER_LENGTH:
            return refusals.customer_too_long(CUSTOMER_LENGTH)
        if command.kind != "consultation" and command.contract_no is None and not command.proof:
            return refusals.proof_missing()
    at = happened(command, ctx)
    return (
        TicketOpened(
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
            reply_due=reply_due(at, ctx.policy),
        ),
    )


def open_again(command: OpenTicket, case: Case) -> Decision:
    """The same request again changes nothing; another one under the same number is refused (ticket_exists)."""
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
    )
    return () if asked == case else refusals.ticket_exists(command.ticket_id)


def reply(command: Reply, ticket: Underway, at: datetime) -> Decision:
    """Note that the customer was answered (C2, K13). The earliest reply counts: a later one changes nothing, an
    earlier one that is told late corrects (X1)."""
    duty = ticket.reply
    if isinstance(duty, Replied) and duty.at <= at:
        return ()
    return (TicketReplied(at=at, ticket_id=ticket.case.ticket_id, note=command.note, due=duty.due),)


def mark_reply_overdue(ticket: Underway, ctx: Context) -> Decision:
    """The reply was not given in time (C2, K13); the fact happened when the clock ran out."""
    duty = ticket.reply
    if not isinstance(duty, Owed) or ctx.now < duty.due:
        return ()
    return (ReplyOverdue(at=duty.due, ticket_id=ticket.case.ticket_id, due=duty.due),)


def close_ticket(ticket: Underway, at: datetime) -> Decision:
    """Archive the ticket (C11). Refuses, naming what is missing: gates_missing."""
    missing = gates_missing(ticket)
    if missing:
        return refusals.gates_missing(missing)
    case = ticket.case
    return (TicketClosed(at=at, ticket_id=case.ticket_id, kind=case.kind, contract_no=case.contract_no),)


# --- what events change -------------------------------------------------------------------------------------------


def evolve(ticket: Ticket, event: ServiceDeskEvent) -> Ticket:
    """The situation after an event."""
    match event:
        case TicketOpened():
            return opened(event)
        case TicketReplied():
            return with_reply(ticket, Replied(due=event.due, at=event.at))
        case ReplyOverdue():
            return with_reply(ticket, Overdue(due=event.due))
        case LeftoverOrderPlaced():
            placed = LeftoverOrder(event.order_no, event.items, event.expected_on, event.placed_by, stage="placed")
            return with_order(ticket, placed)
        case LeftoverOrderApproved():
            return with_stage(ticket, event.order_no, "approved")
        case LeftoverGoodsArrived():
            return with_stage(ticket, event.order_no, "goods_in")
        case VisitBooked():
            return with_visit(ticket, Visit(event.visit_no, event.technician, event.window))
        case VisitCompleted():
            return with_outcome(ticket, event)
        case RepairAccepted():
            return with_gates(ticket, acceptance=Acceptance(event.accepted_by, event.rating))
        case SupervisorSigned():
            return with_gates(ticket, signed=True)
        case CalledBack():
            return with_gates(ticket, call_back=CallBackResult(event.satisfied, event.note))
        case TicketClosed():
            return Closed(ticket) if isinstance(ticket, Repaired) else ticket
    assert_never(event)


def opened(event: TicketOpened) -> Received:
    """A request came in; a reply is owed."""
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
    )
    return Received(case=case, reply=Owed(event.reply_due), orders=())


def with_reply(ticket: Ticket, duty: ReplyDuty) -> Ticket:
    """The reply duty changed, wherever the ticket stands."""
    match ticket:
        case Unopened():
            return ticket
        case Closed():
            return Closed(replace(ticket.work, reply=duty))
        case Received() | VisitAgreed() | VisitFailed() | Repaired():
            return replace(ticket, reply=duty)
    assert_never(ticket)


def with_order(ticket: Ticket, order: LeftoverOrder) -> Ticket:
    """A leftover order was placed."""
    return ticket if isinstance(ticket, Unopened | Closed) else replace(ticket, orders=(*ticket.orders, order))


def with_stage(ticket: Ticket, order_no: str, stage: Literal["approved", "goods_in"]) -> Ticket:
    """A leftover order went on."""
    if isinstance(ticket, Unopened | Closed):
        return ticket
    orders = tuple(replace(order, stage=stage) if order.order_no == order_no else order for order in ticket.orders)
    return replace(ticket, orders=orders)


def with_visit(ticket: Ticket, visit: Visit) -> Ticket:
    """A visit was agreed; what closes the ticket belongs to it from now on."""
    if isinstance(ticket, Unopened | Closed):
        return ticket
    return VisitAgreed(ticket.case, ticket.reply, ticket.orders, ended_visits(ticket), visit, Gates())


def with_outcome(ticket: Ticket, event: VisitCompleted) -> Ticket:
    """The agreed visit ended."""
    if not isinstance(ticket, VisitAgreed):
        return ticket
    ended = (*ticket.ended, EndedVisit(ticket.visit, event.outcome, event.report_ref))
    if event.outcome == "repaired":
        return Repaired(ticket.case, ticket.reply, ticket.orders, ended, ticket.gates)
    return VisitFailed(ticket.case, ticket.reply, ticket.orders, ended)


def with_gates(
    ticket: Ticket,
    *,
    acceptance: Acceptance | None = None,
    signed: bool = False,
    call_back: CallBackResult | None = None,
) -> Ticket:
    """One more of what closing needs is there."""
    if not isinstance(ticket, VisitAgreed | Repaired):
        return ticket
    gates = Gates(
        acceptance=acceptance or ticket.gates.acceptance,
        signed=signed or ticket.gates.signed,
        call_back=call_back or ticket.gates.call_back,
    )
    return replace(ticket, gates=gates)


def due(ticket: Ticket) -> tuple[Timer, ...]:
    """K13: the reply clock, also on a ticket that closed without a reply on record."""
    match ticket:
        case Unopened():
            return ()
        case Closed():
            duty = ticket.work.reply
        case Received() | VisitAgreed() | VisitFailed() | Repaired():
            duty = ticket.reply
        case _:
            assert_never(ticket)
    return (Timer("K13", duty.due, MarkReplyOverdue()),) if isinstance(duty, Owed) else ()


__all__ = ["COMMANDS", "INITIAL", "STATES", "decide", "due", "evolve", "ticket_key"]
