"""Between the agreement and the door: who goes, moved or cancelled, papers and goods, address and time confirmed, the
arrival; and the form that is handed in the next day (C3, C9, C10, K14, K15)."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Literal, assert_never

from pydantic import Field

from contracts.bounds import CivilDay
from contracts.decision import Command, Context
from contracts.fact import Window
from contracts.service_desk_visits import (
    Paper,
    PapersPrepared,
    TechnicianArrived,
    VisitAssigned,
    VisitCancelled,
    VisitConfirmed,
    VisitMoved,
)
from service_desk.domain import refusals
from service_desk.domain.clocks import visit_watch
from service_desk.domain.situations import (
    SUPERVISORS,
    Decision,
    Note,
    Reference,
    Text,
    Underway,
    Visit,
    VisitAgreed,
    VisitNo,
    contract_of,
    made_visits,
)
from service_desk.domain.visits import fits, handed_in

PAPERS = {
    "repair_feedback": ("安装维修反馈单", "repair feedback form"),
    "leftover_feedback": ("遗留单反馈单", "leftover feedback form"),
    "service_report": ("售后服务报告单", "service report"),
    "satisfaction_survey": ("满意度调查表", "satisfaction survey"),
    "acceptance_form": ("服务验收单", "acceptance form"),
}
"""C9, C11: papers of a visit: code -> zh, en."""


class AssignVisit(Command):
    """派工 (C9): a supervisor says who goes."""

    command: Literal["AssignVisit"] = "AssignVisit"
    visit_no: VisitNo
    technician: Text


class MoveVisit(Command):
    """改约 (C3, C10)."""

    command: Literal["MoveVisit"] = "MoveVisit"
    visit_no: VisitNo
    on: CivilDay
    window: Window
    asked_by: Literal["customer", "us"] = "customer"
    reason: Text


class CancelVisit(Command):
    """取消上门 (C10)."""

    command: Literal["CancelVisit"] = "CancelVisit"
    visit_no: VisitNo
    asked_by: Literal["customer", "us"] = "customer"
    reason: Text


class PreparePapers(Command):
    """备单 (C9)."""

    command: Literal["PreparePapers"] = "PreparePapers"
    visit_no: VisitNo
    papers: Annotated[tuple[Paper, ...], Field(min_length=1, max_length=len(PAPERS))]


class ConfirmVisit(Command):
    """出发前确认 (C9): papers and goods taken, address and time said again by the customer."""

    command: Literal["ConfirmVisit"] = "ConfirmVisit"
    visit_no: VisitNo
    papers_taken: bool
    goods_taken: bool = False
    address_confirmed: bool
    time_confirmed: bool
    note: Note = ""


class ArriveAtVisit(Command):
    """到达 (C3, C10, K14)."""

    command: Literal["ArriveAtVisit"] = "ArriveAtVisit"
    visit_no: VisitNo
    identity_shown: bool


class HandInForm(Command):
    """交单 (C9, K15)."""

    command: Literal["HandInForm"] = "HandInForm"
    visit_no: VisitNo
    form_ref: Reference = ""


PreparationCommand = AssignVisit | MoveVisit | CancelVisit | PreparePapers | ConfirmVisit | ArriveAtVisit | HandInForm


def decide(command: PreparationCommand, ticket: Underway, at: datetime, ctx: Context) -> Decision:
    """Answer a command about an agreed visit. Refuses: unknown_visit."""
    if isinstance(command, HandInForm):
        return hand_in_form(command, ticket, at, ctx)
    if not isinstance(ticket, VisitAgreed) or ticket.visit.visit_no != command.visit_no:
        return _over(command, ticket)
    match command:
        case AssignVisit():
            return assign_visit(command, ticket, at, ctx)
        case MoveVisit():
            return move_visit(command, ticket, at, ctx)
        case CancelVisit():
            return cancel_visit(command, ticket, at)
        case PreparePapers():
            return prepare_papers(command, ticket, at)
        case ConfirmVisit():
            return confirm_visit(command, ticket, at)
        case ArriveAtVisit():
            return arrive(command, ticket, at)
    assert_never(command)


def _over(command: PreparationCommand, ticket: Underway) -> Decision:
    """A visit that is not agreed: what it already holds is accepted, all else refused."""
    ended = next((one for one in ticket.ended if one.visit.visit_no == command.visit_no), None)
    if ended is None:
        return refusals.no_such_visit(command.visit_no)
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
    return () if held.get(command.command, False) else refusals.visit_ended(command.visit_no, ended.outcome)


def assign_visit(command: AssignVisit, ticket: VisitAgreed, at: datetime, ctx: Context) -> Decision:
    """A supervisor assigns the visit (C9). Refuses: not_a_supervisor, visit_begun."""
    visit = ticket.visit
    if visit.assigned_by is not None and visit.technician == command.technician:
        return ()
    if ctx.role not in SUPERVISORS:
        return refusals.not_a_supervisor(ctx.role)
    if _has_begun(ticket):
        return refusals.visit_begun(visit.visit_no)
    return (
        VisitAssigned(
            at=at,
            ticket_id=ticket.case.ticket_id,
            visit_no=visit.visit_no,
            technician=command.technician,
            technician_before=visit.technician,
            assigned_by=ctx.by,
            watch=visit_watch(visit.window, visit.visit_no, command.technician, ctx.policy),
        ),
    )


def move_visit(command: MoveVisit, ticket: VisitAgreed, at: datetime, ctx: Context) -> Decision:
    """Agree another time (C3, C10); the technician confirms anew. Refuses: visit_begun, bad_window."""
    visit, window = ticket.visit, _utc(command.window)
    if window == visit.window:
        return ()
    if _has_begun(ticket):
        return refusals.visit_begun(visit.visit_no)
    if not fits(window, command.on, at, ctx):
        return refusals.bad_window(command.on.isoformat())
    return (
        VisitMoved(
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


def cancel_visit(command: CancelVisit, ticket: VisitAgreed, at: datetime) -> Decision:
    """Give the visit up; another one may be agreed (C10). Refuses: visit_begun."""
    if _has_begun(ticket):
        return refusals.visit_begun(ticket.visit.visit_no)
    return (cancelled(ticket, command.asked_by, command.reason, at),)


def cancelled(ticket: VisitAgreed, asked_by: Literal["customer", "us"], reason: str, at: datetime) -> VisitCancelled:
    """The agreed visit does not take place."""
    return VisitCancelled(
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


def prepare_papers(command: PreparePapers, ticket: VisitAgreed, at: datetime) -> Decision:
    """The papers lie ready: the repair form always, the leftover form where something was ordered (C9).

    Refuses: papers_incomplete.
    """
    if ticket.visit.papers == command.papers:
        return ()
    owed: tuple[Paper, ...] = ("repair_feedback", "leftover_feedback") if ticket.orders else ("repair_feedback",)
    missing = [PAPERS[paper] for paper in owed if paper not in command.papers]
    if missing:
        return refusals.papers_incomplete("、".join(zh for zh, _ in missing), ", ".join(en for _, en in missing))
    return (
        PapersPrepared(at=at, ticket_id=ticket.case.ticket_id, visit_no=ticket.visit.visit_no, papers=command.papers),
    )


def confirm_visit(command: ConfirmVisit, ticket: VisitAgreed, at: datetime) -> Decision:
    """The technician has papers and goods, and the customer said address and time again (C9).

    Refuses: papers_not_prepared, not_ready_to_go.
    """
    visit = ticket.visit
    if visit.confirmed:
        return ()
    if not visit.papers:
        return refusals.papers_not_prepared(visit.visit_no)
    needs_goods = bool(ticket.orders) or any(part.route != "leftover_order" for part in ticket.dossier.parts)
    owed = (
        (command.papers_taken, "领取单据", "take the papers"),
        (command.goods_taken or not needs_goods, "领取货品配件", "take the goods and parts"),
        (command.address_confirmed, "与客户确认地址", "confirm the address with the customer"),
        (command.time_confirmed, "与客户确认时间", "confirm the time with the customer"),
    )
    missing = [words for held, *words in owed if not held]
    if missing:
        return refusals.not_ready_to_go("、".join(zh for zh, _ in missing), ", ".join(en for _, en in missing))
    return (
        VisitConfirmed(
            at=at,
            ticket_id=ticket.case.ticket_id,
            visit_no=visit.visit_no,
            technician=visit.technician,
            papers=visit.papers,
            goods_taken=command.goods_taken,
            note=command.note,
        ),
    )


def arrive(command: ArriveAtVisit, ticket: VisitAgreed, at: datetime) -> Decision:
    """At the customer's door (K14); identity is shown (C10). The earliest arrival counts (X1)."""
    visit = ticket.visit
    if visit.arrived_at is not None and visit.arrived_at <= at:
        return ()
    return (
        TechnicianArrived(
            at=at,
            ticket_id=ticket.case.ticket_id,
            visit_no=visit.visit_no,
            technician=visit.technician,
            identity_shown=command.identity_shown,
            due=visit.window.ends,
        ),
    )


def hand_in_form(command: HandInForm, ticket: Underway, at: datetime, ctx: Context) -> Decision:
    """The form of a visit that took place is in (K15). Refuses: unknown_visit, before_repair."""
    ended = next((one for one in made_visits(ticket) if one.visit.visit_no == command.visit_no), None)
    if ended is None:
        return refusals.no_such_visit(command.visit_no)
    if command.visit_no in ticket.dossier.forms:
        return ()
    return refusals.before_repair(at, ended.ended_at, ctx.policy) or (handed_in(ticket, ended, command.form_ref, at),)


def after(
    visit: Visit, event: VisitAssigned | VisitMoved | PapersPrepared | VisitConfirmed | TechnicianArrived
) -> Visit:
    """The agreed visit after one of these."""
    match event:
        case VisitAssigned():
            return replace(visit, technician=event.technician, assigned_by=event.assigned_by)
        case VisitMoved():
            return replace(visit, on=event.on, window=event.window, confirmed=False)
        case PapersPrepared():
            return replace(visit, papers=event.papers)
        case VisitConfirmed():
            return replace(visit, confirmed=True)
        case TechnicianArrived():
            return replace(visit, arrived_at=event.at)
    assert_never(event)


def _has_begun(ticket: VisitAgreed) -> bool:
    return ticket.visit.arrived_at is not None or ticket.gates.acceptance is not None


def _utc(window: Window) -> Window:
    return Window(starts=window.starts.astimezone(UTC), ends=window.ends.astimezone(UTC))
