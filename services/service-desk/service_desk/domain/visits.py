"""Visits (上门) of a ticket: agreed, ended with an outcome, accepted, signed, called back about (C9-C11).

Acceptance, signature and call-back belong to a visit: they may come before or after its report, and a further visit
asks for them anew.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal, assert_never

from pydantic import Field

from contracts.decision import Command, Context
from contracts.fact import Window
from contracts.policy import civil_day
from contracts.service_desk import CalledBack, RepairAccepted, SupervisorSigned, VisitBooked, VisitCompleted
from service_desk.domain import refusals
from service_desk.domain.situations import (
    SUPERVISORS,
    Acceptance,
    CallBackResult,
    Decision,
    Gates,
    Note,
    Received,
    Repaired,
    Text,
    Underway,
    Visit,
    VisitAgreed,
    VisitFailed,
    ended_visits,
    waiting_order,
)

BOOKING_REACH = timedelta(days=366)
"""A window further away than this is a typing mistake, not a visit."""


class BookVisit(Command):
    """预约上门 (C3, C9): `asked_for` is what the customer asked for, `window` what was agreed."""

    command: Literal["BookVisit"] = "BookVisit"
    on: date
    window: Window
    technician: Text
    asked_for: Note = ""
    accompanied_by: Text | None = None


class CompleteVisit(Command):
    """登记上门结果 (C10, C11)."""

    command: Literal["CompleteVisit"] = "CompleteVisit"
    visit_no: Annotated[int, Field(ge=1, le=1000)]
    outcome: Literal["repaired", "customer_absent", "not_let_in", "parts_missing"]
    report_ref: Text | None = None
    note: Note = ""


class AcceptRepair(Command):
    """客户验收与评价 (C11). `rating` must be said: 1-5, or null when the customer was asked and gave none."""

    command: Literal["AcceptRepair"] = "AcceptRepair"
    accepted_by: Text
    rating: Annotated[int, Field(ge=1, le=5)] | None


class SignBySupervisor(Command):
    """主管审核签字 (C9, C11)."""

    command: Literal["SignBySupervisor"] = "SignBySupervisor"


class CallBack(Command):
    """回访 (C9, C11): whether the customer is satisfied is registered."""

    command: Literal["CallBack"] = "CallBack"
    satisfied: bool
    note: Note = ""


def book_visit(command: BookVisit, ticket: Underway, at: datetime, ctx: Context) -> Decision:
    """Agree a visit with the customer (C3). It waits for the goods that were ordered for it (C9); after one that was
    not let in the manager goes along (C10). Refuses: visit_agreed, goods_not_in, bad_window, manager_must_come.

    After a repair too: a further visit makes acceptance, signature and call-back due anew.
    """
    window = Window(starts=command.window.starts.astimezone(UTC), ends=command.window.ends.astimezone(UTC))
    if any((visit.technician, visit.window) == (command.technician, window) for visit in _visits(ticket)):
        return ()
    if isinstance(ticket, VisitAgreed):
        return refusals.already_agreed(ticket.visit.visit_no, ticket.visit.window.starts)
    waiting = waiting_order(ticket)
    if waiting is not None:
        return refusals.goods_not_in(waiting.order_no)
    if not _fits(window, command, at, ctx):
        return refusals.bad_window(command.on.isoformat())
    if isinstance(ticket, VisitFailed) and ticket.ended[-1].outcome == "not_let_in" and command.accompanied_by is None:
        return refusals.manager_must_come()
    case = ticket.case
    return (
        VisitBooked(
            at=at,
            ticket_id=case.ticket_id,
            visit_no=len(_visits(ticket)) + 1,
            contract_no=case.contract_no,
            customer=case.customer,
            on=command.on,
            window=window,
            technician=command.technician,
            problem=case.problem,
            asked_for=command.asked_for,
            accompanied_by=command.accompanied_by,
        ),
    )


def complete_visit(command: CompleteVisit, ticket: Underway, at: datetime) -> Decision:
    """Record how a visit ended; each outcome has its own next step (C10). A repair has its report (C11).

    Refuses: unknown_visit, visit_ended, report_missing, accepted_already (what the customer accepted was a repair).
    """
    for ended in ended_visits(ticket):
        if ended.visit.visit_no == command.visit_no:
            same = (ended.outcome, ended.report_ref) == (command.outcome, command.report_ref)
            return () if same else refusals.visit_ended(command.visit_no, ended.outcome)
    if not isinstance(ticket, VisitAgreed) or ticket.visit.visit_no != command.visit_no:
        return refusals.no_such_visit(command.visit_no)
    if command.outcome == "repaired" and command.report_ref is None:
        return refusals.report_missing()
    if command.outcome != "repaired" and ticket.gates.acceptance is not None:
        return refusals.accepted_already(ticket.gates.acceptance.accepted_by)
    return (
        VisitCompleted(
            at=at,
            ticket_id=ticket.case.ticket_id,
            visit_no=command.visit_no,
            technician=ticket.visit.technician,
            outcome=command.outcome,
            report_ref=command.report_ref,
            note=command.note,
            window_ends=ticket.visit.window.ends,
        ),
    )


def accept_repair(command: AcceptRepair, ticket: Underway, at: datetime) -> Decision:
    """The customer accepts and was asked for a rating (C9, C11). A rating that was not given at first may follow.

    Refuses: no_visit, accepted_already (by somebody else, or with another rating).
    """
    match ticket:
        case Received() | VisitFailed():
            return refusals.nobody_came("验收", "accept")
        case VisitAgreed():
            technician, known = ticket.visit.technician, ticket.gates.acceptance
        case Repaired():
            technician, known = ticket.ended[-1].visit.technician, ticket.gates.acceptance
        case _:
            assert_never(ticket)
    if known == Acceptance(command.accepted_by, command.rating):
        return ()
    if known is not None and (known.accepted_by != command.accepted_by or known.rating is not None):
        return refusals.accepted_already(known.accepted_by)
    return (
        RepairAccepted(
            at=at,
            ticket_id=ticket.case.ticket_id,
            accepted_by=command.accepted_by,
            rating=command.rating,
            technician=technician,
        ),
    )


def sign_by_supervisor(ticket: Underway, at: datetime, ctx: Context) -> Decision:
    """A supervisor checks the papers and signs (C9). Refuses: no_visit, not_a_supervisor."""
    if isinstance(ticket, Received | VisitFailed):
        return refusals.nobody_came("签字", "sign for")
    if ticket.gates.signed:
        return ()
    if ctx.role not in SUPERVISORS:
        return refusals.not_a_supervisor(ctx.role)
    return (SupervisorSigned(at=at, ticket_id=ticket.case.ticket_id),)


def call_back(command: CallBack, ticket: Underway, at: datetime) -> Decision:
    """The specialist calls back and registers satisfaction (C9); a second call may say something else.

    Refuses: no_visit.
    """
    if isinstance(ticket, Received | VisitFailed):
        return refusals.nobody_came("回访", "call back about")
    if ticket.gates.call_back == CallBackResult(command.satisfied, command.note):
        return ()
    return (CalledBack(at=at, ticket_id=ticket.case.ticket_id, satisfied=command.satisfied, note=command.note),)


def gates_missing(ticket: Underway) -> tuple[str, ...]:
    """What the ticket still needs before it closes (C11), as codes of `refusals.GATES`."""
    gates = ticket.gates if isinstance(ticket, VisitAgreed | Repaired) else Gates()
    there = {
        "report": isinstance(ticket, Repaired),
        "acceptance": gates.acceptance is not None,
        "rating": gates.acceptance is not None,
        "signature": gates.signed,
        "call_back": gates.call_back is not None,
    }
    return tuple(gate for gate in refusals.GATES if not there[gate])


def _visits(ticket: Underway) -> tuple[Visit, ...]:
    """All visits so far, the agreed one last."""
    agreed = (ticket.visit,) if isinstance(ticket, VisitAgreed) else ()
    return tuple(ended.visit for ended in ended_visits(ticket)) + agreed


def _fits(window: Window, command: BookVisit, at: datetime, ctx: Context) -> bool:
    near = ctx.now - BOOKING_REACH <= window.starts < window.ends <= ctx.now + BOOKING_REACH
    return near and at < window.ends and {civil_day(window.starts), civil_day(window.ends)} == {command.on}
