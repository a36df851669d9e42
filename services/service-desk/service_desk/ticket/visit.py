"""Visits (上门) of a ticket: agreed, ended with an outcome, accepted, rated, signed, called back about (C9-C11).

Acceptance, signature and call-back belong to a visit: they may come before or after its report, and a further visit
asks for them anew. What happens between the agreement and the door has its own file.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal, assert_never

from pydantic import Field

from company.context import Context
from company.policy import Policy
from company.roles import Role
from contracts import service_desk_visits as facts
from contracts.bounds import CivilDay
from contracts.civil_time import civil, civil_day
from contracts.fact import Window
from runtime.decision import Command, Rejected, said_again
from runtime.forms import Widget
from runtime.use_case import UseCase
from service_desk.clocks import FORM, form_watch, visit_watch
from service_desk.duties import find
from service_desk.fields import Note, Text, VisitNo, happened
from service_desk.refusals import no
from service_desk.roles import AT_THE_CUSTOMERS, MANAGER, OFFICE, SUPERVISORS
from service_desk.ticket import complaint as complaint_rules
from service_desk.ticket import consultation, leftover_order, part, quote
from service_desk.ticket.state import (
    Acceptance,
    CallBackResult,
    Decision,
    EndedVisit,
    Gates,
    Received,
    Repaired,
    Replied,
    Underway,
    Visit,
    VisitAgreed,
    VisitFailed,
    contract_of,
    made_visits,
    ordered,
    sku_of,
    visits_since,
)

GATES = {
    "report": ("售后服务报告单", "service report"),
    "acceptance": ("客户验收", "customer's acceptance"),
    "rating": ("请客户评价", "rating asked for"),
    "signature": ("主管签字", "supervisor's signature"),
    "call_back": ("回访", "call-back"),
    "advice": ("电话指导并跟进到解决", "advice that was followed up and helped"),
    "finding": ("投诉调查结果", "what the complaint's investigation found"),
    "solution": ("投诉解决方案", "an answer to the complaint"),
    "content": ("客户满意", "a customer who is content"),
}
"""C6, C11, C12: what a ticket needs before it closes: code -> zh, en."""

BOOKING_REACH = timedelta(days=366)
"""A window further away than this is a typing mistake, not a visit."""


Stars = Annotated[int, Field(ge=1, le=5)]


class BookVisit(Command):
    """预约上门 Book a visit (C3, C5, C7, C9)

    `asked_for` is what the customer asked for, `window` what was agreed; a visit job opens on the board.
    """

    command: Literal["BookVisit"] = "BookVisit"
    on: CivilDay
    window: Window
    technician: Text
    asked_for: Note = ""
    accompanied_by: Annotated[Text | None, Widget("manager")] = None


class CompleteVisit(Command):
    """登记上门结果 How the visit ended (C10, C11)

    Repaired (with the service report), customer absent, not let in, or parts missing.
    """

    command: Literal["CompleteVisit"] = "CompleteVisit"
    visit_no: VisitNo
    outcome: Literal["repaired", "customer_absent", "not_let_in", "parts_missing"]
    report_ref: Annotated[Text | None, Widget("photos")] = None
    note: Annotated[Note, Widget("long")] = ""


class AcceptRepair(Command):
    """客户验收与评价 Acceptance and rating (C11)

    `rating` must be said: 1-5, or null when the customer was asked and gave none.
    """

    command: Literal["AcceptRepair"] = "AcceptRepair"
    accepted_by: Text
    rating: Annotated[Stars | None, Widget("choice", choices=("5", "4", "3", "2", "1", "null"))]


class GiveRating(Command):
    """客户评价 The customer's rating (C9, C11)

    Through the link, on the technician's phone, or from the paper form.
    """

    command: Literal["GiveRating"] = "GiveRating"
    visit_no: VisitNo
    rating: Annotated[Stars, Widget("choice", choices=("5", "4", "3", "2", "1"))]
    comment: Note = ""
    through: Annotated[Literal["link", "phone", "paper"], Widget(choices=("phone", "paper"))] = "phone"


class SignBySupervisor(Command):
    """主管签字 Supervisor signs (C9, C11, C12)

    The papers were checked; a complaint settled without a visit is signed too, by the manager if need be.
    """

    command: Literal["SignBySupervisor"] = "SignBySupervisor"


class CallBack(Command):
    """回访 Call back (C9, C11)

    Whether the customer is satisfied is registered.
    """

    command: Literal["CallBack"] = "CallBack"
    satisfied: bool
    note: Note = ""


def book_visit(command: BookVisit, ticket: Underway, ctx: Context) -> Decision:
    """Agree a visit with the customer (C3). It waits for the goods that were ordered for it (C9), for parts and the
    expert (C7), and for the customer's yes to the quote (C5); after one that was not let in the manager goes along
    (C10).

    After a repair too: a further visit makes acceptance, signature and call-back due anew.
    Refuses: bad_window, manager_must_come, and as `can_be_booked`.
    """
    at = happened(command, ctx)
    window = Window(starts=command.window.starts.astimezone(UTC), ends=command.window.ends.astimezone(UTC))
    goes_along = manager_must_come(ticket) and command.accompanied_by is not None  # is another visit, at that time too
    known = any((visit.technician, visit.window) == (command.technician, window) for visit in _visits(ticket))
    if known and not goes_along:
        return ()
    if (against := can_be_booked(ticket)) is not None:
        return against
    if not fits(window, command.on, at, ctx):
        return no("bad_window", on=command.on)
    if manager_must_come(ticket) and command.accompanied_by is None:
        return no("manager_must_come")
    case, visit_no = ticket.case, len(_visits(ticket)) + 1
    return (
        facts.VisitBooked(
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


def can_be_booked(ticket: Underway) -> Rejected | None:
    """Gate of a visit. Refuses: visit_agreed, and what goods, parts and quote refuse."""
    if isinstance(ticket, VisitAgreed):
        return no("visit_agreed", visit_no=ticket.visit.visit_no, starts=ticket.visit.window.starts)
    return leftover_order.goods_are_here(ticket) or part.parts_are_here(ticket) or quote.is_paid_for(ticket)


def manager_must_come(ticket: Underway) -> bool:
    """The last visit that took place was not let in (C10)."""
    made = made_visits(ticket)
    return isinstance(ticket, VisitFailed) and bool(made) and made[-1].outcome == "not_let_in"


def lacks_parts(ticket: Underway) -> bool:
    """The last visit that took place lacked parts, and nothing was ordered or routed since (C10)."""
    made = made_visits(ticket)
    return bool(made) and made[-1].outcome == "parts_missing" and made[-1].visit.ordered == ordered(ticket)


def complete_visit(command: CompleteVisit, ticket: Underway, ctx: Context) -> Decision:
    """Record how a visit ended; each outcome has its own next step (C10). A repair has its report (C11), and its form
    is handed in the next day (K15), unless a supervisor signed it already.

    Refuses: unknown_visit, visit_ended, report_missing, accepted_already (what the customer accepted was a repair).
    """
    at = happened(command, ctx)
    for ended in ticket.ended:
        if ended.visit.visit_no == command.visit_no:
            same = (ended.outcome, ended.report_ref) == (command.outcome, command.report_ref)
            if same:
                return said_again(ended.note, command.note)
            return no("visit_ended", visit_no=command.visit_no, outcome=ended.outcome)
    if not isinstance(ticket, VisitAgreed) or ticket.visit.visit_no != command.visit_no:
        return no("unknown_visit", visit_no=command.visit_no)
    if command.outcome == "repaired" and command.report_ref is None:
        return no("report_missing")
    if command.outcome != "repaired" and ticket.gates.acceptance is not None:
        return no("accepted_already", accepted_by=ticket.gates.acceptance.accepted_by)
    visit = ticket.visit
    form_is_owed = command.outcome == "repaired" and not ticket.gates.signed
    return (
        facts.VisitCompleted(
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


def too_early(at: datetime, ended: datetime, policy: Policy) -> Rejected | None:
    """What is about a visit cannot be older than it; clocks may differ. Refuses: before_repair."""
    early = at + timedelta(seconds=policy.told_ahead_seconds) < ended
    return no("before_repair", at=at, ended_at=ended) if early else None


def before_repair(ticket: Underway, at: datetime, ctx: Context) -> Rejected | None:
    """Signature and call-back cannot be older than what they are about (C9): the end of the repair, or while its report
    is awaited the day of the visit. Refuses: before_repair."""
    match ticket:
        case Repaired():
            return too_early(at, made_visits(ticket)[-1].ended_at, ctx.policy)
        case VisitAgreed():
            return too_early(at, civil(ticket.visit.on, time()), ctx.policy)
        case Received() | VisitFailed():
            return None
    assert_never(ticket)


def accept_repair(command: AcceptRepair, ticket: Underway, ctx: Context) -> Decision:
    """The customer accepts and was asked for a rating (C9, C11), on the day of the visit or later: they may sign while
    the technician still writes. A rating that was not given at first may follow.

    Refuses: no_visit, accepted_already (by somebody else, or with another rating), before_repair.
    """
    at = happened(command, ctx)
    match ticket:
        case Received() | VisitFailed():
            return no("nothing_to_accept")
        case VisitAgreed():
            technician, known, day = ticket.visit.technician, ticket.gates.acceptance, ticket.visit.on
        case Repaired():
            last = made_visits(ticket)[-1]
            technician, known, day = last.visit.technician, ticket.gates.acceptance, civil_day(last.ended_at)
        case _:
            assert_never(ticket)
    if (refused := too_early(at, civil(day, time()), ctx.policy)) is not None:
        return refused
    if known == Acceptance(command.accepted_by, command.rating):
        return ()
    if known is not None and (known.accepted_by != command.accepted_by or known.rating is not None):
        return no("accepted_already", accepted_by=known.accepted_by)
    return (
        facts.RepairAccepted(
            at=at,
            ticket_id=ticket.case.ticket_id,
            accepted_by=command.accepted_by,
            rating=command.rating,
            technician=technician,
        ),
    )


def give_rating(command: GiveRating, ticket: Underway, ctx: Context) -> Decision:
    """The customer rates a visit that repaired, also after the ticket closed (C9, C11); the last word counts.

    Refuses: unknown_visit, before_repair.
    """
    at = happened(command, ctx)
    repaired = _repair(ticket, command.visit_no)
    if repaired is None:
        return no("unknown_visit", visit_no=command.visit_no)
    if (refused := too_early(at, repaired.ended_at, ctx.policy)) is not None:
        return refused
    if (command.visit_no, command.rating, command.comment) in ticket.record.rated:
        return ()
    return (
        facts.RatingGiven(
            at=at,
            ticket_id=ticket.case.ticket_id,
            visit_no=command.visit_no,
            technician=repaired.visit.technician,
            rating=command.rating,
            comment=command.comment,
            through=command.through,
        ),
    )


def sign_by_supervisor(command: SignBySupervisor, ticket: Underway, ctx: Context) -> Decision:
    """A supervisor checks the papers and signs (C9): that proves that the form is in (K15). A complaint that was
    settled without a visit is signed too (C12), by the manager where it came to them.

    Refuses: no_visit, not_a_supervisor.
    """
    at = happened(command, ctx)
    if (early := before_repair(ticket, at, ctx)) is not None:
        return early
    complaint = ticket.record.complaint
    signed = facts.SupervisorSigned(at=at, ticket_id=ticket.case.ticket_id)
    if isinstance(ticket, Received | VisitFailed):
        if (against := can_be_signed(ticket)) is not None:
            return against
        if complaint is not None and complaint.signed:
            return ()
        return (signed,) if ctx.role in signers(ticket) else no("not_a_supervisor", role=ctx.role)
    if ticket.gates.signed:
        return ()
    if ctx.role not in signers(ticket):
        return no("not_a_supervisor", role=ctx.role)
    return (*_form_with_signature(ticket, at), signed)


def can_be_signed(ticket: Underway) -> Rejected | None:
    """Gate of the signature. Refuses: no_visit."""
    complaint = ticket.record.complaint
    nothing = isinstance(ticket, Received | VisitFailed) and (complaint is None or not complaint.settled)
    return no("nothing_to_sign") if nothing else None


def signers(ticket: Underway) -> frozenset[Role]:
    """Who signs: a supervisor, and the manager where there is a complaint."""
    return SUPERVISORS if ticket.record.complaint is None else SUPERVISORS | MANAGER


def is_unsigned(ticket: Underway) -> bool:
    """The repair, or the complaint, has no signature yet."""
    complaint = ticket.record.complaint
    if isinstance(ticket, VisitAgreed | Repaired):
        return not ticket.gates.signed and (isinstance(ticket, Repaired) or complaint is not None)
    return complaint is not None and not complaint.signed


def is_agreed(ticket: Underway) -> bool:
    """Somebody is to come."""
    return isinstance(ticket, VisitAgreed)


def is_replied(ticket: Underway) -> bool:
    """The customer is answered before a visit is agreed (C2)."""
    return isinstance(ticket.reply, Replied)


def is_unaccepted(ticket: Underway) -> bool:
    """Repaired, and the customer has not said so."""
    return isinstance(ticket, Repaired) and ticket.gates.acceptance is None


def is_not_called_back(ticket: Underway) -> bool:
    """Repaired, and nobody called back about it."""
    return isinstance(ticket, Repaired) and ticket.gates.call_back is None


def is_unrated(ticket: Underway) -> bool:
    """The last visit repaired, and the customer has not rated it."""
    last = None if is_agreed(ticket) or not ticket.ended else ticket.ended[-1]
    rated = {visit_no for visit_no, *_ in ticket.record.rated}
    return last is not None and last.outcome == "repaired" and last.visit.visit_no not in rated


def _form_with_signature(ticket: VisitAgreed | Repaired, at: datetime) -> tuple[facts.FormHandedIn, ...]:
    if isinstance(ticket, VisitAgreed):
        return ()
    last = made_visits(ticket)[-1]
    return () if last.visit.visit_no in ticket.record.forms else (handed_in(ticket, last, "", at),)


def handed_in(ticket: Underway, ended: EndedVisit, form_ref: str, at: datetime) -> facts.FormHandedIn:
    """The form of a visit is in (K15)."""
    duty = find(ticket.record.duties, FORM, str(ended.visit.visit_no))
    return facts.FormHandedIn(
        at=at,
        ticket_id=ticket.case.ticket_id,
        visit_no=ended.visit.visit_no,
        technician=ended.visit.technician,
        form_ref=form_ref,
        due=None if duty is None else duty.watch.due,
    )


def call_back(command: CallBack, ticket: Underway, ctx: Context) -> Decision:
    """The specialist calls back and registers satisfaction (C9); a second call may say something else.

    Refuses: no_visit.
    """
    at = happened(command, ctx)
    if (early := before_repair(ticket, at, ctx)) is not None:
        return early
    if isinstance(ticket, Received | VisitFailed):
        return no("nothing_to_call_back")
    if ticket.gates.call_back == CallBackResult(command.satisfied, command.note):
        return ()
    return (facts.CalledBack(at=at, ticket_id=ticket.case.ticket_id, satisfied=command.satisfied, note=command.note),)


def gates_missing(ticket: Underway) -> tuple[str, ...]:
    """What the ticket still needs before it closes, as codes of `GATES`.

    With a visit, or for what only a visit settles: report, acceptance, rating, signature, call-back (C11). Without:
    advice that helped (C6), or a customer content with the answer (C12). A complaint with a visit needs both.
    """
    gates = ticket.gates if isinstance(ticket, VisitAgreed | Repaired) else Gates()
    of_complaint = complaint_rules.gates_missing(ticket, signed=gates.signed)
    if not visits_since(ticket) and not isinstance(ticket, VisitAgreed):
        if ticket.case.kind == "consultation":
            return () if consultation.settled_by_phone(ticket) else ("advice",)
        if ticket.record.complaint is not None:
            return of_complaint
    there = {
        "report": isinstance(ticket, Repaired),
        "acceptance": gates.acceptance is not None,
        "rating": gates.acceptance is not None,
        "signature": gates.signed,
        "call_back": gates.call_back is not None,
    }
    missing = {gate for gate, held in there.items() if not held} | set(of_complaint)
    return tuple(gate for gate in GATES if gate in missing)


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


USE_CASES = (
    UseCase(
        BookVisit,
        book_visit,
        OFFICE,
        "visit",
        gate=can_be_booked,
        wanted=is_replied,
        steps=("book_visit", "book_again", "book_with_manager", "order_or_visit", "order_or_book", "advise_again"),
    ),
    UseCase(CompleteVisit, complete_visit, AT_THE_CUSTOMERS, "visit/completion", wanted=is_agreed, steps=("visit",)),
    UseCase(AcceptRepair, accept_repair, AT_THE_CUSTOMERS, "acceptance", wanted=is_unaccepted, steps=("acceptance",)),
    UseCase(GiveRating, give_rating, AT_THE_CUSTOMERS, "rating", wanted=is_unrated),
    UseCase(
        SignBySupervisor,
        sign_by_supervisor,
        SUPERVISORS | MANAGER,
        "signature",
        gate=can_be_signed,
        wanted=is_unsigned,
        whose=signers,
        steps=("signature",),
    ),
    UseCase(CallBack, call_back, OFFICE, "call-back", wanted=is_not_called_back, steps=("call_back",)),
)
