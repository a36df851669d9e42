"""A ticket (工单), from the request to the archive: its topics put together, and what holds whatever is asked of it."""

from dataclasses import replace
from typing import Any, assert_never

from company.context import Context
from company.roles import Role
from contracts.service_desk import TicketEvent
from contracts.service_desk_duties import DutyOverdue
from contracts.service_desk_tickets import ReplyOverdue
from runtime import aggregate
from runtime.aggregate import Aggregate
from runtime.decision import Timer, said_again
from runtime.use_case import UseCase
from service_desk import duties
from service_desk.calendar import corrected
from service_desk.clocks import REPLY
from service_desk.duties import KeepWatch
from service_desk.fields import happened
from service_desk.refusals import no
from service_desk.ticket import (
    complaint,
    consultation,
    ending,
    leftover_order,
    part,
    quote,
    reply,
    request,
    supplier_wait,
    visit,
    visit_preparation,
)
from service_desk.ticket.ending import (
    CancelTicket,
    CancelWithContract,
    CancelWrongReport,
    CloseTicket,
    EndAsDuplicate,
    EndWithRest,
    ReopenTicket,
    owed_again,
)
from service_desk.ticket.evolve import evolve
from service_desk.ticket.leftover_order import NoteLeftoverSms
from service_desk.ticket.part import NoteRepeatRepair
from service_desk.ticket.reply import Reply
from service_desk.ticket.request import OpenTicket
from service_desk.ticket.state import (
    INITIAL,
    STATES,
    Cancelled,
    Closed,
    Received,
    Repaired,
    Ticket,
    Underway,
    Unopened,
    VisitAgreed,
    VisitFailed,
    technicians_of,
)
from service_desk.ticket.visit import GiveRating
from service_desk.ticket.visit_preparation import HandInForm

Case = UseCase[Any, Any, TicketEvent]
Answer = aggregate.Decision[TicketEvent]

TOLD_LATE = (Reply, KeepWatch, OpenTicket, GiveRating, HandInForm, NoteLeftoverSms)
"""What still counts after a ticket closed (X1)."""

ASKED_BY_THE_SYSTEM = (CancelWithContract, CancelWrongReport, EndAsDuplicate, EndWithRest, NoteRepeatRepair)
"""What a reaction asks of tickets that may have ended meanwhile."""


def door(case: Case, command: Any, ticket: Ticket, ctx: Context) -> Answer:
    """Every situation has its own door."""
    match ticket:
        case Unopened():
            if case.command is EndWithRest:
                return ()
            return case.rule(command, ticket, ctx) if case.command is OpenTicket else no("unknown_ticket")
        case Closed() | Cancelled():
            return _after_the_end(case, command, ticket, _by_its_calendar(ticket.work, ctx))
        case Received() | VisitAgreed() | VisitFailed() | Repaired():
            return _under_way(case, command, ticket, _by_its_calendar(ticket, ctx))
    assert_never(ticket)


def _by_its_calendar(work: Underway, ctx: Context) -> Context:
    """The circumstances with the days that the ticket was told of (C1): all its clocks are reckoned by them."""
    days = work.record.corrections
    return replace(ctx, policy=corrected(ctx.policy, days)) if days else ctx


def _under_way(case: Case, command: Any, ticket: Underway, ctx: Context) -> Answer:
    """An open ticket. Refuses what happened before the request came in (before_receipt), technicians who have no visit
    of it (not_your_visit), and to open what is open (ticket_open)."""
    if case.command in (OpenTicket, KeepWatch):
        return case.rule(command, ticket, ctx)
    at = happened(command, ctx)
    if at < ticket.case.received_at:
        return no("before_receipt", at=at, received_at=ticket.case.received_at)
    if ctx.role == Role.TECHNICIAN and ctx.by not in technicians_of(ticket):
        return no("not_your_visit")
    if case.command is ReopenTicket:
        again = ticket.record.reopened == command.reason
        return () if again else no("ticket_open", ticket_id=ticket.case.ticket_id)
    return case.rule(command, ticket, ctx)


def _after_the_end(case: Case, command: Any, ticket: Closed | Cancelled, ctx: Context) -> Answer:
    """A ticket that ended: what already holds is accepted, what is told late is placed at its own time (X1), it can be
    reopened, all else is refused (ticket_closed, ticket_cancelled)."""
    work, cancelled = ticket.work, isinstance(ticket, Cancelled)
    if case.command is ReopenTicket:
        return case.rule(command, ticket, ctx)
    if isinstance(ticket, Cancelled) and isinstance(command, OpenTicket) and command.of_rest:
        return owed_again(command, ticket, ctx)
    if isinstance(ticket, Cancelled) and isinstance(command, CancelTicket):
        return said_again(ticket.reason, command.reason)
    if (not cancelled and case.command is CloseTicket) or case.command in ASKED_BY_THE_SYSTEM:
        return ()
    answer = _under_way(case, command, work, ctx)
    if answer == () or case.command is OpenTicket or (case.command in TOLD_LATE and not cancelled):
        return answer
    ticket_id = work.case.ticket_id
    return no("ticket_cancelled", ticket_id=ticket_id) if cancelled else no("ticket_closed", ticket_id=ticket_id)


def asked_of(case: Case, ticket: Ticket) -> Underway | Closed | Cancelled | None:
    """The situation that a use case is about; None where the door refuses it anyway."""
    match ticket:
        case Unopened():
            return None
        case Closed() | Cancelled():
            if case.command is ReopenTicket:
                return ticket
            return ticket.work if isinstance(ticket, Closed) and case.command in (GiveRating, HandInForm) else None
        case Received() | VisitAgreed() | VisitFailed() | Repaired():
            return None if case.command in (OpenTicket, ReopenTicket) else ticket
    assert_never(ticket)


def keep_watch(command: KeepWatch, ticket: Underway, ctx: Context) -> tuple[TicketEvent, ...]:
    """A clock reached its next point (X4); one that stands, or whose duty is done, says nothing (C13)."""
    duty = duties.find(ticket.record.running, command.duty, command.item)
    subject = TICKET.key(ticket.case.ticket_id)
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
            return duties.timers(ticket.work.record.running)
        case Received() | VisitAgreed() | VisitFailed() | Repaired():
            return duties.timers(ticket.record.running)
    assert_never(ticket)


TICKET = Aggregate[Ticket, TicketEvent](
    "ticket",
    INITIAL,
    STATES,
    evolve,
    (
        *request.USE_CASES,
        *reply.USE_CASES,
        *consultation.USE_CASES,
        *quote.USE_CASES,
        *part.USE_CASES,
        *complaint.USE_CASES,
        *leftover_order.USE_CASES,
        *supplier_wait.USE_CASES,
        *visit.USE_CASES,
        *visit_preparation.USE_CASES,
        *ending.USE_CASES,
        UseCase(KeepWatch, keep_watch),
    ),
    due,
    door,
    asked_of,
)
