"""Between the agreement and the door: who goes, moved or cancelled, papers and goods, address and time confirmed, the
arrival; and the form that is handed in the next day (C3, C9, C10, K14, K15)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import wraps
from typing import Annotated, Literal, TypeVar, assert_never

from pydantic import Field

from company.context import Context
from contracts import service_desk_visits as facts
from contracts.bounds import CivilDay
from contracts.fact import Window
from contracts.service_desk_visits import Paper
from runtime.decision import Command, Rejected, said_again
from runtime.refusal import Term
from runtime.use_case import UseCase
from service_desk.clocks import visit_watch
from service_desk.fields import Note, PaperPhoto, Text, Ticked, VisitNo, happened
from service_desk.refusals import no
from service_desk.roles import AT_THE_CUSTOMERS, NOTES_GOODS, OFFICE, SUPERVISORS
from service_desk.ticket.state import Decision, Underway, Visit, VisitAgreed, contract_of, made_visits
from service_desk.ticket.visit import fits, handed_in, is_agreed, too_early

PAPERS = {
    "repair_feedback": ("安装维修反馈单", "repair feedback form"),
    "leftover_feedback": ("遗留单反馈单", "leftover feedback form"),
    "service_report": ("售后服务报告单", "service report"),
    "satisfaction_survey": ("满意度调查表", "satisfaction survey"),
    "acceptance_form": ("服务验收单", "acceptance form"),
}
"""C9, C11: papers of a visit: code -> zh, en."""


class AssignVisit(Command):
    """派工 Assign the visit (C9)

    A supervisor says who goes.
    """

    command: Literal["AssignVisit"] = "AssignVisit"
    visit_no: VisitNo
    technician: Text


class MoveVisit(Command):
    """改约 Move the visit (C3, C10)

    Another time was agreed; the technician confirms anew.
    """

    command: Literal["MoveVisit"] = "MoveVisit"
    visit_no: VisitNo
    on: CivilDay
    window: Window
    asked_by: Literal["customer", "us"] = "customer"
    reason: Text


class CancelVisit(Command):
    """取消上门 Cancel the visit (C10)

    The ticket stays open.
    """

    command: Literal["CancelVisit"] = "CancelVisit"
    visit_no: VisitNo
    asked_by: Literal["customer", "us"] = "customer"
    reason: Text


class PreparePapers(Command):
    """备单 Prepare the papers (C9)

    安装维修反馈单 always, 遗留单反馈单 where something was ordered.
    """

    command: Literal["PreparePapers"] = "PreparePapers"
    visit_no: VisitNo
    papers: Annotated[tuple[Paper, ...], Field(min_length=1, max_length=len(PAPERS))]


class ConfirmVisit(Command):
    """出发前确认 Confirm before going (C9)

    Papers and goods taken, address and time said again by the customer.
    """

    command: Literal["ConfirmVisit"] = "ConfirmVisit"
    visit_no: VisitNo
    papers_taken: Ticked
    goods_taken: bool = False
    address_confirmed: Ticked
    time_confirmed: Ticked
    note: Note = ""


class ArriveAtVisit(Command):
    """到达 Arrive (C3, C10, K14)

    Identity is shown at the door.
    """

    command: Literal["ArriveAtVisit"] = "ArriveAtVisit"
    visit_no: VisitNo
    identity_shown: Ticked


class HandInForm(Command):
    """交单 Hand in the form (C9, K15)

    By the end of the next day.
    """

    command: Literal["HandInForm"] = "HandInForm"
    visit_no: VisitNo
    form_ref: PaperPhoto = ""


OfAgreedVisit = AssignVisit | MoveVisit | CancelVisit | PreparePapers | ConfirmVisit | ArriveAtVisit
PreparationEvent = (
    facts.VisitAssigned | facts.VisitMoved | facts.PapersPrepared | facts.VisitConfirmed | facts.TechnicianArrived
)
C = TypeVar("C", bound=OfAgreedVisit)


def agreed(rule: Callable[[C, VisitAgreed, Context], Decision]) -> Callable[[C, Underway, Context], Decision]:
    """A rule about the agreed visit: of one that is not agreed, what it already holds is accepted, all else refused.

    Refuses: unknown_visit, visit_ended.
    """

    @wraps(rule)
    def checked(command: C, ticket: Underway, ctx: Context) -> Decision:
        if isinstance(ticket, VisitAgreed) and ticket.visit.visit_no == command.visit_no:
            return rule(command, ticket, ctx)
        return _over(command, ticket)

    return checked


def _over(command: OfAgreedVisit, ticket: Underway) -> Decision:
    ended = next((one for one in ticket.ended if one.visit.visit_no == command.visit_no), None)
    if ended is None:
        return no("unknown_visit", visit_no=command.visit_no)
    visit = ended.visit
    held = {
        "AssignVisit": isinstance(command, AssignVisit)
        and visit.assigned_by is not None
        and visit.technician == command.technician,
        "CancelVisit": ended.outcome == "cancelled",
        "MoveVisit": isinstance(command, MoveVisit) and visit.window == _utc(command.window),
        "PreparePapers": isinstance(command, PreparePapers) and visit.papers == command.papers,
        "ConfirmVisit": visit.confirmed,
        "ArriveAtVisit": visit.arrived_at is not None,
    }
    if held[command.command]:
        return ()
    return no("visit_ended", visit_no=command.visit_no, outcome=ended.outcome)


@agreed
def assign_visit(command: AssignVisit, ticket: VisitAgreed, ctx: Context) -> Decision:
    """A supervisor assigns the visit (C9). Refuses: not_a_supervisor, visit_begun."""
    visit = ticket.visit
    if visit.assigned_by is not None and visit.technician == command.technician:
        return ()
    if ctx.role not in SUPERVISORS:
        return no("not_a_supervisor", role=ctx.role)
    if (begun := can_be_changed(ticket)) is not None:
        return begun
    return (
        facts.VisitAssigned(
            at=happened(command, ctx),
            ticket_id=ticket.case.ticket_id,
            visit_no=visit.visit_no,
            technician=command.technician,
            technician_before=visit.technician,
            assigned_by=ctx.by,
            watch=visit_watch(visit.window, visit.visit_no, command.technician, ctx.policy),
        ),
    )


@agreed
def move_visit(command: MoveVisit, ticket: VisitAgreed, ctx: Context) -> Decision:
    """Agree another time (C3, C10); the technician confirms anew. Refuses: visit_begun, bad_window."""
    at = happened(command, ctx)
    visit, window = ticket.visit, _utc(command.window)
    if window == visit.window:
        return ()
    if (begun := can_be_changed(ticket)) is not None:
        return begun
    if not fits(window, command.on, at, ctx):
        return no("bad_window", on=command.on)
    return (
        facts.VisitMoved(
            at=at,
            ticket_id=ticket.case.ticket_id,
            visit_no=visit.visit_no,
            contract_no=contract_of(ticket),
            customer=ticket.case.customer,
            on=command.on,
            window=window,
            window_before=visit.window,
            technician=visit.technician,
            asked_by=command.asked_by,
            reason=command.reason,
            watch=visit_watch(window, visit.visit_no, visit.technician, ctx.policy),
        ),
    )


@agreed
def cancel_visit(command: CancelVisit, ticket: VisitAgreed, ctx: Context) -> Decision:
    """Give the visit up; another one may be agreed (C10). Refuses: visit_begun."""
    at = happened(command, ctx)
    if (begun := can_be_changed(ticket)) is not None:
        return begun
    return (cancelled(ticket, command.asked_by, command.reason, at),)


def cancelled(
    ticket: VisitAgreed, asked_by: Literal["customer", "us"], reason: str, at: datetime
) -> facts.VisitCancelled:
    """The agreed visit does not take place."""
    return facts.VisitCancelled(
        at=at,
        ticket_id=ticket.case.ticket_id,
        visit_no=ticket.visit.visit_no,
        contract_no=contract_of(ticket),
        customer=ticket.case.customer,
        on=ticket.visit.on,
        technician=ticket.visit.technician,
        asked_by=asked_by,
        reason=reason,
    )


@agreed
def prepare_papers(command: PreparePapers, ticket: VisitAgreed, ctx: Context) -> Decision:
    """The papers lie ready: the repair form always, the leftover form where something was ordered (C9).

    Refuses: papers_incomplete.
    """
    if ticket.visit.papers == command.papers:
        return ()
    owed: tuple[Paper, ...] = ("repair_feedback", "leftover_feedback") if ticket.orders else ("repair_feedback",)
    missing = [PAPERS[paper] for paper in owed if paper not in command.papers]
    if missing:
        return no("papers_incomplete", missing=_joined(missing))
    return (
        facts.PapersPrepared(
            at=happened(command, ctx),
            ticket_id=ticket.case.ticket_id,
            visit_no=ticket.visit.visit_no,
            papers=command.papers,
        ),
    )


@agreed
def confirm_visit(command: ConfirmVisit, ticket: VisitAgreed, ctx: Context) -> Decision:
    """The technician has papers and goods, and the customer said address and time again (C9).

    Refuses: papers_not_prepared, not_ready_to_go.
    """
    visit = ticket.visit
    if visit.confirmed:
        return said_again(visit.confirm_note, command.note)
    if (unprepared := papers_are_prepared(ticket)) is not None:
        return unprepared
    needs_goods = bool(ticket.orders) or any(part.route != "leftover_order" for part in ticket.record.parts)
    owed = (
        (command.papers_taken, "领取单据", "take the papers"),
        (command.goods_taken or not needs_goods, "领取货品配件", "take the goods and parts"),
        (command.address_confirmed, "与客户确认地址", "confirm the address with the customer"),
        (command.time_confirmed, "与客户确认时间", "confirm the time with the customer"),
    )
    missing = [(zh, en) for held, zh, en in owed if not held]
    if missing:
        return no("not_ready_to_go", missing=_joined(missing))
    return (
        facts.VisitConfirmed(
            at=happened(command, ctx),
            ticket_id=ticket.case.ticket_id,
            visit_no=visit.visit_no,
            technician=visit.technician,
            papers=visit.papers,
            goods_taken=command.goods_taken,
            note=command.note,
        ),
    )


@agreed
def arrive(command: ArriveAtVisit, ticket: VisitAgreed, ctx: Context) -> Decision:
    """At the customer's door (K14); identity is shown (C10), perhaps a little later. The earliest arrival counts."""
    at = happened(command, ctx)
    visit = ticket.visit
    shown_only_now = command.identity_shown and not visit.identity_shown
    if visit.arrived_at is not None and visit.arrived_at <= at:
        if not shown_only_now:
            return ()
        at = visit.arrived_at
    return (
        facts.TechnicianArrived(
            at=at,
            ticket_id=ticket.case.ticket_id,
            visit_no=visit.visit_no,
            technician=visit.technician,
            identity_shown=command.identity_shown or visit.identity_shown,
            due=visit.window.ends,
        ),
    )


def hand_in_form(command: HandInForm, ticket: Underway, ctx: Context) -> Decision:
    """The form of a visit that took place is in (K15). Refuses: unknown_visit, before_repair."""
    at = happened(command, ctx)
    ended = next((one for one in made_visits(ticket) if one.visit.visit_no == command.visit_no), None)
    if ended is None:
        return no("unknown_visit", visit_no=command.visit_no)
    if command.visit_no in ticket.record.forms:
        return said_again(dict(ticket.record.form_refs).get(command.visit_no, ""), command.form_ref)
    return too_early(at, ended.ended_at, ctx.policy) or (handed_in(ticket, ended, command.form_ref, at),)


def after(visit: Visit, event: PreparationEvent) -> Visit:
    """The agreed visit after one of these."""
    match event:
        case facts.VisitAssigned():
            return replace(visit, technician=event.technician, assigned_by=event.assigned_by)
        case facts.VisitMoved():
            return replace(visit, on=event.on, window=event.window, confirmed=False)
        case facts.PapersPrepared():
            return replace(visit, papers=event.papers)
        case facts.VisitConfirmed():
            return replace(visit, confirmed=True, confirm_note=event.note)
        case facts.TechnicianArrived():
            return replace(visit, arrived_at=event.at, identity_shown=event.identity_shown)
    assert_never(event)


def can_be_changed(ticket: Underway) -> Rejected | None:
    """Gate of another technician or time, or of none. Refuses: visit_begun."""
    if not isinstance(ticket, VisitAgreed):
        return None
    begun = ticket.visit.arrived_at is not None or ticket.gates.acceptance is not None
    return no("visit_begun", visit_no=ticket.visit.visit_no) if begun else None


def papers_are_prepared(ticket: Underway) -> Rejected | None:
    """Gate of the confirmation. Refuses: papers_not_prepared."""
    if not isinstance(ticket, VisitAgreed) or not lacks_papers(ticket):
        return None
    return no("papers_not_prepared", visit_no=ticket.visit.visit_no)


def lacks_papers(ticket: Underway) -> bool:
    """Nobody laid the papers ready."""
    return isinstance(ticket, VisitAgreed) and not ticket.visit.papers


def is_unconfirmed(ticket: Underway) -> bool:
    """The technician has not said that they go."""
    return isinstance(ticket, VisitAgreed) and not ticket.visit.confirmed


def is_awaited(ticket: Underway) -> bool:
    """The technician is not there yet."""
    return isinstance(ticket, VisitAgreed) and ticket.visit.arrived_at is None


def owes_form(ticket: Underway) -> bool:
    """The form of the last visit is not in."""
    last = None if isinstance(ticket, VisitAgreed) or not ticket.ended else ticket.ended[-1]
    return last is not None and last.outcome != "cancelled" and last.visit.visit_no not in ticket.record.forms


def _joined(missing: Sequence[tuple[str, str]]) -> Term:
    return Term("、".join(zh for zh, _ in missing), ", ".join(en for _, en in missing))


def _utc(window: Window) -> Window:
    return Window(starts=window.starts.astimezone(UTC), ends=window.ends.astimezone(UTC))


USE_CASES = (
    UseCase(AssignVisit, assign_visit, SUPERVISORS, "visit/assignment", gate=can_be_changed, wanted=is_agreed),
    UseCase(PreparePapers, prepare_papers, NOTES_GOODS, "visit/papers", wanted=is_agreed, steps=("prepare_papers",)),
    UseCase(
        ConfirmVisit,
        confirm_visit,
        AT_THE_CUSTOMERS,
        "visit/confirmation",
        gate=papers_are_prepared,
        wanted=is_unconfirmed,
        steps=("confirm_visit",),
    ),
    UseCase(ArriveAtVisit, arrive, AT_THE_CUSTOMERS, "visit/arrival", wanted=is_awaited, steps=("visit",)),
    UseCase(MoveVisit, move_visit, OFFICE, "visit/move", gate=can_be_changed, wanted=is_agreed),
    UseCase(CancelVisit, cancel_visit, OFFICE, "visit/cancellation", gate=can_be_changed, wanted=is_agreed),
    UseCase(HandInForm, hand_in_form, AT_THE_CUSTOMERS, "form", wanted=owes_form),
)
