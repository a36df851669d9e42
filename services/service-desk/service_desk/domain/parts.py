"""Parts (配件): from stock, off a showroom piece with approval, bought, or by leftover order; the expert first where
the problem is new or came back (C7); repeat repairs (C8)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal, assert_never

from contracts.bounds import CivilDay, HowMany, Moment, Nth
from contracts.decision import Command, Context
from contracts.policy import civil_day
from contracts.service_desk_repairs import (
    ExpertAnswered,
    ExpertAsked,
    PartsApproved,
    PartsReady,
    PartsRoute,
    PartsRouted,
    RepeatRepairFound,
)
from service_desk.domain import work_refusals as refusals
from service_desk.domain.dossier import Dossier, Expert, Part
from service_desk.domain.situations import (
    SUPERVISORS,
    Decision,
    Note,
    Number,
    Pieces,
    Reference,
    Repaired,
    Text,
    Underway,
    contract_of,
)

EXPERT = "manager"
"""C7: 安装部经理."""

LENDERS = SUPERVISORS | {"manager"}
"""Who approves that a showroom piece is taken."""


class RouteParts(Command):
    """配件来源 (C7). `in_stock` is what the warehouse has free, handed in by the API; null when it cannot say."""

    command: Literal["RouteParts"] = "RouteParts"
    part_no: Number
    route: PartsRoute
    sku: Reference = ""
    name: Text
    quantity: Pieces = 1
    in_stock: HowMany | None = None
    reference: Reference = ""
    return_by: CivilDay | None = None
    note: Note = ""


class ApproveParts(Command):
    """批准借件 (C7, D12)."""

    command: Literal["ApproveParts"] = "ApproveParts"
    part_no: Number


class NotePartsReady(Command):
    """配件到位 (C7)."""

    command: Literal["NotePartsReady"] = "NotePartsReady"
    part_no: Number
    note: Note = ""


class AskExpert(Command):
    """请专家 (C7)."""

    command: Literal["AskExpert"] = "AskExpert"
    reason: Literal["never_seen", "came_back"]
    question: Text


class AnswerAsExpert(Command):
    """专家意见 (C7), by the installation manager."""

    command: Literal["AnswerAsExpert"] = "AnswerAsExpert"
    answer: Text


class NoteRepeatRepair(Command):
    """重复修理 (C8): an earlier visit repaired this; the facts of it are handed in."""

    command: Literal["NoteRepeatRepair"] = "NoteRepeatRepair"
    earlier_ticket: Number
    earlier_visit_no: Nth
    earlier_visit_technician: Text
    repaired_at: Moment


PartsCommand = RouteParts | ApproveParts | NotePartsReady | AskExpert | AnswerAsExpert | NoteRepeatRepair
PartsEvent = PartsRouted | PartsApproved | PartsReady | ExpertAsked | ExpertAnswered | RepeatRepairFound


def decide(command: PartsCommand, ticket: Underway, at: datetime, ctx: Context) -> Decision:
    """Answer a command about parts, the expert or repeat repairs."""
    match command:
        case RouteParts():
            return route_parts(command, ticket, at, ctx)
        case ApproveParts():
            return approve_parts(command, ticket, at, ctx)
        case NotePartsReady():
            return note_parts_ready(command, ticket, at)
        case AskExpert():
            return ask_expert(command, ticket, at)
        case AnswerAsExpert():
            return answer_as_expert(command, ticket, at, ctx)
        case NoteRepeatRepair():
            return note_repeat_repair(command, ticket, at, ctx)
    assert_never(command)


def route_parts(command: RouteParts, ticket: Underway, at: datetime, ctx: Context) -> Decision:
    """Say where a part comes from (C7): stock first; a showroom piece is lent until a day, with approval.

    Refuses: part_no_taken, expert_first, in_stock, not_in_stock, return_date_missing.
    """
    known = _part(ticket, command.part_no)
    if known is not None:
        same = (known.route, known.sku, known.name, known.quantity, known.reference, known.return_by) == (
            command.route,
            command.sku,
            command.name,
            command.quantity,
            command.reference,
            command.return_by,
        )
        return () if same else refusals.part_no_taken(command.part_no)
    if expert_is_asked(ticket):
        return refusals.expert_first()
    free = command.in_stock
    if free is not None and command.route == "warehouse" and free < command.quantity:
        return refusals.not_in_stock(command.sku, free, command.quantity)
    if free is not None and command.route != "warehouse" and free >= command.quantity:
        return refusals.in_stock(command.sku, free)
    if command.route == "showroom_loan" and (command.return_by is None or command.return_by < civil_day(at)):
        return refusals.return_date_missing()
    return (
        PartsRouted(
            at=at,
            ticket_id=ticket.case.ticket_id,
            part_no=command.part_no,
            route=command.route,
            sku=command.sku,
            name=command.name,
            quantity=command.quantity,
            in_stock=free,
            reference=command.reference,
            return_by=command.return_by,
            note=command.note,
            asked_by=ctx.by,
        ),
    )


def approve_parts(command: ApproveParts, ticket: Underway, at: datetime, ctx: Context) -> Decision:
    """Let the showroom piece be taken (C7, D12); of other parts there is nothing to approve.

    Refuses: unknown_part, role_may_not_approve, own_part.
    """
    part = _part(ticket, command.part_no)
    if part is None:
        return refusals.no_such_part(command.part_no)
    if part.route != "showroom_loan" or part.stage != "asked":
        return ()
    if ctx.role not in LENDERS:
        return refusals.may_not_lend(ctx.role)
    if ctx.by == part.asked_by:
        return refusals.own_part(command.part_no)
    return (
        PartsApproved(
            at=at,
            ticket_id=ticket.case.ticket_id,
            part_no=part.part_no,
            route=part.route,
            sku=part.sku,
            name=part.name,
            quantity=part.quantity,
            reference=part.reference,
            return_by=part.return_by,
        ),
    )


def note_parts_ready(command: NotePartsReady, ticket: Underway, at: datetime) -> Decision:
    """The part is here (C7). Refuses: unknown_part, part_not_approved."""
    part = _part(ticket, command.part_no)
    if part is None:
        return refusals.no_such_part(command.part_no)
    if part.stage == "ready":
        return ()
    if part.route == "showroom_loan" and part.stage == "asked":
        return refusals.part_not_approved(command.part_no)
    return (PartsReady(at=at, ticket_id=ticket.case.ticket_id, part_no=part.part_no, note=command.note),)


def ask_expert(command: AskExpert, ticket: Underway, at: datetime) -> Decision:
    """Put a question to the installation manager (C7); parts and visits wait for the answer. While one is open,
    asking again is no second question."""
    if expert_is_asked(ticket):
        return ()
    known = ticket.dossier.expert
    if known is not None and (known.reason, known.question) == (command.reason, command.question):
        return ()
    ticket_id = ticket.case.ticket_id
    return (ExpertAsked(at=at, ticket_id=ticket_id, reason=command.reason, question=command.question),)


def answer_as_expert(command: AnswerAsExpert, ticket: Underway, at: datetime, ctx: Context) -> Decision:
    """The installation manager answers (C7). Refuses: not_the_expert, no_question."""
    expert = ticket.dossier.expert
    if expert is not None and expert.answer == command.answer:
        return ()
    if ctx.role != EXPERT:
        return refusals.not_the_expert(ctx.role)
    if expert is None or expert.answer is not None:
        return refusals.no_question()
    return (ExpertAnswered(at=at, ticket_id=ticket.case.ticket_id, answer=command.answer, answered_by=ctx.by),)


def note_repeat_repair(command: NoteRepeatRepair, ticket: Underway, at: datetime, ctx: Context) -> Decision:
    """The same problem came back within the days of the policy: it counts against the earlier visit (C8), and the
    expert looks at it before anybody goes again (C7). Refuses: not_a_repeat."""
    if command.earlier_ticket in ticket.dossier.repeats:
        return ()
    days, case = ctx.policy.repeat_repair_days, ticket.case
    own = command.earlier_ticket == case.ticket_id
    if own or not counts_as_repeat(command.repaired_at, case.received_at, days):
        return refusals.not_a_repeat(days)
    return repeated(
        ticket,
        at,
        days=days,
        earlier=(command.earlier_ticket, command.earlier_visit_no, command.earlier_visit_technician),
        repaired_at=command.repaired_at,
    )


def counts_as_repeat(repaired_at: datetime, again_at: datetime, days: int) -> bool:
    """Whether a problem that came back `again_at` counts against the repair of `repaired_at` (C8)."""
    return timedelta(0) <= again_at - repaired_at <= timedelta(days=days)


def repeated(
    ticket: Underway, at: datetime, *, days: int, earlier: tuple[str, int, str], repaired_at: datetime
) -> tuple[RepeatRepairFound | ExpertAsked, ...]:
    """The repeat repair, and the question to the expert unless nothing is left to decide or one is open."""
    earlier_ticket, visit_no, technician = earlier
    found = RepeatRepairFound(
        at=at,
        ticket_id=ticket.case.ticket_id,
        contract_no=contract_of(ticket),
        earlier_ticket=earlier_ticket,
        earlier_visit_no=visit_no,
        earlier_visit_technician=technician,
        repaired_at=repaired_at,
        days=days,
    )
    if expert_is_asked(ticket) or (isinstance(ticket, Repaired) and earlier_ticket != ticket.case.ticket_id):
        return (found,)
    question = f"重复修理：{earlier_ticket} 第 {visit_no} 次上门修过。{ticket.case.problem}"[:1000]
    return (found, ExpertAsked(at=at, ticket_id=ticket.case.ticket_id, reason="came_back", question=question))


def expert_is_asked(ticket: Underway) -> bool:
    """A question to the expert is open (C7)."""
    expert = ticket.dossier.expert
    return expert is not None and expert.answer is None


def parts_are_here(ticket: Underway) -> Decision:
    """Nothing if a visit may be booked (C7). Refuses: expert_first, parts_not_ready."""
    if expert_is_asked(ticket):
        return refusals.expert_first()
    for part in ticket.dossier.parts:
        waits = part.route == "purchase" and part.stage != "ready"
        if waits or (part.route == "showroom_loan" and part.stage == "asked"):
            return refusals.parts_not_ready(part.part_no)
    return ()


def after(dossier: Dossier, event: PartsEvent) -> Dossier:
    """The dossier after parts, the expert or a repeat repair were settled further."""
    match event:
        case PartsRouted():
            part = Part(
                part_no=event.part_no,
                route=event.route,
                sku=event.sku,
                name=event.name,
                quantity=event.quantity,
                reference=event.reference,
                return_by=event.return_by,
                asked_by=event.asked_by,
                stage="ready" if event.route == "warehouse" else "asked",
            )
            return dossier.having(parts=(*dossier.parts, part))
        case PartsApproved():
            return _staged(dossier, event.part_no, "approved")
        case PartsReady():
            return _staged(dossier, event.part_no, "ready")
        case ExpertAsked():
            return dossier.having(expert=Expert(event.reason, event.question))
        case ExpertAnswered():
            asked = dossier.expert
            return dossier if asked is None else dossier.having(expert=replace(asked, answer=event.answer))
        case RepeatRepairFound():
            return dossier.having(repeats=(*dossier.repeats, event.earlier_ticket))
    assert_never(event)


def _staged(dossier: Dossier, part_no: str, stage: Literal["approved", "ready"]) -> Dossier:
    parts = tuple(replace(part, stage=stage) if part.part_no == part_no else part for part in dossier.parts)
    return dossier.having(parts=parts)


def _part(ticket: Underway, part_no: str) -> Part | None:
    return next((part for part in ticket.dossier.parts if part.part_no == part_no), None)
