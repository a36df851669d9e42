"""Visits (上门) of a ticket: agreed, ended with an outcome, accepted, rated, signed, called back about (C9-C11).

Acceptance, signature and call-back belong to a visit: they may come before or after its report, and a further visit
asks for them anew. What happens between the agreement and the door has its own file.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal, assert_never

from pydantic import Field

from contracts.bounds import CivilDay
from contracts.decision import Command, Context, Rejected
from contracts.fact import Window
from contracts.policy import civil, civil_day
from contracts.service_desk_visits import (
    CalledBack,
    FormHandedIn,
    RatingGiven,
    RepairAccepted,
    SupervisorSigned,
    VisitBooked,
    VisitCompleted,
)
from service_desk.domain import complaints, consultation, leftover_orders, parts, quotes, refusals
from service_desk.domain.clocks import FORM, form_watch, visit_watch
from service_desk.domain.duties import find
from service_desk.domain.situations import (
    SUPERVISORS,
    Acceptance,
    CallBackResult,
    Decision,
    EndedVisit,
    Gates,
    Note,
    Received,
    Repaired,
    Text,
    Underway,
    Visit,
    VisitAgreed,
    VisitFailed,
    VisitNo,
    contract_of,
    made_visits,
    sku_of,
    visits_since,
)

BOOKING_REACH = timedelta(days=366)
"""A window further away than this is a typing mistake, not a visit."""


class BookVisit(Command):
    """预约上门 (C3, C9): `asked_for` is what the customer asked for, `window` what was agreed."""

    command: Literal["BookVisit"] = "BookVisit"
    on: CivilDay
    window: Window
    technician: Text
    asked_for: Note = ""
    accompanied_by: Text | None = None


class CompleteVisit(Command):
    """登记上门结果 (C10, C11)."""

    command: Literal["CompleteVisit"] = "CompleteVisit"
    visit_no: VisitNo
    outcome: Literal["repaired", "customer_absent", "not_let_in", "parts_missing"]
    report_ref: Text | None = None
    note: Note = ""


class AcceptRepair(Command):
    """客户验收与评价 (C11). `rating` must be said: 1-5, or null when the customer was asked and gave none."""

    command: Literal["AcceptRepair"] = "AcceptRepair"
    accepted_by: Text
    rating: Annotated[int, Field(ge=1, le=5)] | None


class GiveRating(Command):
    """客户评价 (C9, C11): by the customer, through the link or on the technician's phone."""

    command: Literal["GiveRating"] = "GiveRating"
    visit_no: VisitNo
    rating: Annotated[int, Field(ge=1, le=5)]
    comment: Note = ""
    through: Literal["link", "phone", "paper"] = "phone"


class SignBySupervisor(Command):
    """主管审核签字 (C9, C11)."""

    command: Literal["SignBySupervisor"] = "SignBySupervisor"


class CallBack(Command):
    """回访 (C9, C11): whether the customer is satisfied is registered."""

    command: Literal["CallBack"] = "CallBack"
    satisfied: bool
    note: Note = ""


VisitCommand = BookVisit | CompleteVisit | AcceptRepair | GiveRating | SignBySupervisor | CallBack


def decide(command: VisitCommand, ticket: Underway, at: datetime, ctx: Context) -> Decision:
    """Answer a command about a visit or what closes it."""
    match command:
        case BookVisit():
            return book_visit(command, ticket, at, ctx)
        case CompleteVisit():
            return complete_visit(command, ticket, at, ctx)
        case AcceptRepair():
            return accept_repair(command, ticket, at, ctx)
        case GiveRating():
            return give_rating(command, ticket, at, ctx)
        case SignBySupervisor():
            return before_repair(ticket, at, ctx) or sign_by_supervisor(ticket, at, ctx)
        case CallBack():
            return before_repair(ticket, at, ctx) or call_back(command, ticket, at)
    assert_never(command)


def book_visit(command: BookVisit, ticket: Underway, at: datetime, ctx: Context) -> Decision:
    """Agree a visit with the customer (C3). It waits for the goods that were ordered for it (C9), for parts and the
    expert (C7), and for the customer's yes to the quote (C5); after one that was not let in the manager goes along
    (C10).

    After a repair too: a further visit makes acceptance, signature and call-back due anew.
    Refuses: visit_agreed, bad_window, manager_must_come, and what goods, parts and quote refuse.
    """
    window = Window(starts=command.window.starts.astimezone(UTC), ends=command.window.ends.astimezone(UTC))
    goes_along = manager_must_come(ticket) and command.accompanied_by is not None  # is another visit, at that time too
    known = any((visit.technician, visit.window) == (command.technician, window) for visit in _visits(ticket))
    if known and not goes_along:
        return ()
    if isinstance(ticket, VisitAgreed):
        return refusals.already_agreed(ticket.visit.visit_no, ticket.visit.window.starts)
    for ready in (
        leftover_orders.goods_are_here(ticket),
        parts.parts_are_here(ticket),
        quotes.visit_is_paid_for(ticket),
    ):
        if isinstance(ready, Rejected):
            return ready
    if not fits(window, command.on, at, ctx):
        return refusals.bad_window(command.on.isoformat())
    if manager_must_come(ticket) and command.accompanied_by is None:
        return refusals.manager_must_come()
    case, visit_no = ticket.case, len(_visits(ticket)) + 1
    return (
        VisitBooked(
            at=at,
            ticket_id=case.ticket_id,
            visit_no=visit_no,
            contract_no=contract_of(ticket),
            customer=case.customer,
            on=command.on,
            window=window,
            technician=command.technician,
            problem=case.problem,
            asked_for=command.asked_for,
            accompanied_by=command.accompanied_by,
            watch=visit_watch(window, visit_no, command.technician, ctx.policy),
        ),
    )


def manager_must_come(ticket: Underway) -> bool:
    """The last visit that took place was not let in (C10)."""
    made = made_visits(ticket)
    return isinstance(ticket, VisitFailed) and bool(made) and made[-1].outcome == "not_let_in"


def complete_visit(command: CompleteVisit, ticket: Underway, at: datetime, ctx: Context) -> Decision:
    """Record how a visit ended; each outcome has its own next step (C10). A repair has its report (C11), and its form
    is handed in the next day (K15), unless a supervisor signed it already.

    Refuses: unknown_visit, visit_ended, report_missing, accepted_already (what the customer accepted was a repair).
    """
    for ended in ticket.ended:
        if ended.visit.visit_no == command.visit_no:
            same = (ended.outcome, ended.report_ref) == (command.outcome, command.report_ref)
            return () if same else refusals.visit_ended(command.visit_no, ended.outcome)
    if not isinstance(ticket, VisitAgreed) or ticket.visit.visit_no != command.visit_no:
        return refusals.no_such_visit(command.visit_no)
    if command.outcome == "repaired" and command.report_ref is None:
        return refusals.report_missing()
    if command.outcome != "repaired" and ticket.gates.acceptance is not None:
        return refusals.accepted_already(ticket.gates.acceptance.accepted_by)
    visit = ticket.visit
    form_is_owed = command.outcome == "repaired" and not ticket.gates.signed
    return (
        VisitCompleted(
            at=at,
            ticket_id=ticket.case.ticket_id,
            visit_no=command.visit_no,
            technician=visit.technician,
            outcome=command.outcome,
            report_ref=command.report_ref,
            note=command.note,
            window_ends=visit.window.ends,
            contract_no=contract_of(ticket),
            sku=sku_of(ticket),
            customer=ticket.case.customer,
            watch=form_watch(at, visit.visit_no, visit.technician, ctx.policy) if form_is_owed else None,
        ),
    )


def before_repair(ticket: Underway, at: datetime, ctx: Context) -> Rejected | None:
    """Signature and call-back cannot be older than what they are about (C9): the end of the repair, or while its report
    is awaited the day of the visit. Refuses: before_repair."""
    match ticket:
        case Repaired():
            return refusals.before_repair(at, made_visits(ticket)[-1].ended_at, ctx.policy)
        case VisitAgreed():
            return refusals.before_repair(at, civil(ticket.visit.on, time()), ctx.policy)
        case Received() | VisitFailed():
            return None
    assert_never(ticket)


def accept_repair(command: AcceptRepair, ticket: Underway, at: datetime, ctx: Context) -> Decision:
    """The customer accepts and was asked for a rating (C9, C11), on the day of the visit or later: they may sign while
    the technician still writes. A rating that was not given at first may follow.

    Refuses: no_visit, accepted_already (by somebody else, or with another rating), before_repair.
    """
    match ticket:
        case Received() | VisitFailed():
            return refusals.nobody_came("验收", "accept")
        case VisitAgreed():
            technician, known, day = ticket.visit.technician, ticket.gates.acceptance, ticket.visit.on
        case Repaired():
            last = made_visits(ticket)[-1]
            technician, known, day = last.visit.technician, ticket.gates.acceptance, civil_day(last.ended_at)
        case _:
            assert_never(ticket)
    if (refused := refusals.before_repair(at, civil(day, time()), ctx.policy)) is not None:
        return refused
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


def give_rating(command: GiveRating, ticket: Underway, at: datetime, ctx: Context) -> Decision:
    """The customer rates a visit that repaired, also after the ticket closed (C9, C11); the last word counts.

    Refuses: unknown_visit, before_repair.
    """
    repaired = _repair(ticket, command.visit_no)
    if repaired is None:
        return refusals.no_such_visit(command.visit_no)
    if (refused := refusals.before_repair(at, repaired.ended_at, ctx.policy)) is not None:
        return refused
    if (command.visit_no, command.rating, command.comment) in ticket.dossier.rated:
        return ()
    return (
        RatingGiven(
            at=at,
            ticket_id=ticket.case.ticket_id,
            visit_no=command.visit_no,
            technician=repaired.visit.technician,
            rating=command.rating,
            comment=command.comment,
            through=command.through,
        ),
    )


def sign_by_supervisor(ticket: Underway, at: datetime, ctx: Context) -> Decision:
    """A supervisor checks the papers and signs (C9): that proves that the form is in (K15). A complaint that was
    settled without a visit is signed too (C12), by the manager where it came to them.

    Refuses: no_visit, not_a_supervisor.
    """
    complaint = ticket.dossier.complaint
    signed = SupervisorSigned(at=at, ticket_id=ticket.case.ticket_id)
    if isinstance(ticket, Received | VisitFailed):
        if complaint is None or not complaint.settled:
            return refusals.nobody_came("签字", "sign for")
        if complaint.signed:
            return ()
        return (signed,) if ctx.role in SUPERVISORS | {"manager"} else refusals.not_a_supervisor(ctx.role)
    if ticket.gates.signed:
        return ()
    if ctx.role not in SUPERVISORS and not (complaint is not None and ctx.role == "manager"):
        return refusals.not_a_supervisor(ctx.role)
    return (*_form_with_signature(ticket, at), signed)


def _form_with_signature(ticket: VisitAgreed | Repaired, at: datetime) -> tuple[FormHandedIn, ...]:
    if isinstance(ticket, VisitAgreed):
        return ()
    last = made_visits(ticket)[-1]
    return () if last.visit.visit_no in ticket.dossier.forms else (handed_in(ticket, last, "", at),)


def handed_in(ticket: Underway, ended: EndedVisit, form_ref: str, at: datetime) -> FormHandedIn:
    """The form of a visit is in (K15)."""
    duty = find(ticket.dossier.duties, FORM, str(ended.visit.visit_no))
    return FormHandedIn(
        at=at,
        ticket_id=ticket.case.ticket_id,
        visit_no=ended.visit.visit_no,
        technician=ended.visit.technician,
        form_ref=form_ref,
        due=None if duty is None else duty.watch.due,
    )


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
    """What the ticket still needs before it closes, as codes of `refusals.GATES`.

    With a visit, or for what only a visit settles: report, acceptance, rating, signature, call-back (C11). Without:
    advice that helped (C6), or a customer content with the answer (C12). A complaint with a visit needs both.
    """
    gates = ticket.gates if isinstance(ticket, VisitAgreed | Repaired) else Gates()
    complaint = complaints.gates_missing(ticket, signed=gates.signed)
    if not visits_since(ticket) and not isinstance(ticket, VisitAgreed):
        if ticket.case.kind == "consultation":
            return () if consultation.settled_by_phone(ticket) else ("advice",)
        if ticket.dossier.complaint is not None:
            return complaint
    there = {
        "report": isinstance(ticket, Repaired),
        "acceptance": gates.acceptance is not None,
        "rating": gates.acceptance is not None,
        "signature": gates.signed,
        "call_back": gates.call_back is not None,
    }
    missing = {gate for gate, held in there.items() if not held} | set(complaint)
    return tuple(gate for gate in refusals.GATES if gate in missing)


def _visits(ticket: Underway) -> tuple[Visit, ...]:
    """All visits so far, the agreed one last."""
    agreed = (ticket.visit,) if isinstance(ticket, VisitAgreed) else ()
    return tuple(ended.visit for ended in ticket.ended) + agreed


def _repair(ticket: Underway, visit_no: int) -> EndedVisit | None:
    """The visit of that number, if it repaired."""
    return next(
        (ended for ended in ticket.ended if ended.visit.visit_no == visit_no and ended.outcome == "repaired"), None
    )


def fits(window: Window, on: date, at: datetime, ctx: Context) -> bool:
    """The window is a span of the day `on`, ends after it was agreed, and is not years away."""
    near = ctx.now - BOOKING_REACH <= window.starts < window.ends <= ctx.now + BOOKING_REACH
    return near and at < window.ends and {civil_day(window.starts), civil_day(window.ends)} == {on}
