"""Parts (配件): from stock, off a showroom piece with approval, bought, or by leftover order; the expert first where
the problem is new or came back (C7); repeat repairs (C8)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, assert_never

from pydantic import BaseModel

from company.context import Context
from company.roles import Role
from contracts import service_desk_repairs as facts
from contracts.bounds import CivilDay, HowMany, Moment, Nth
from contracts.civil_time import civil_day
from contracts.service_desk_repairs import PartsRoute
from contracts.spelling import OptionalSku
from runtime.decision import Command, Rejected, said_again
from runtime.forms import Widget
from runtime.typed_rows import ByName
from runtime.use_case import Asker, UseCase
from service_desk.access import visible
from service_desk.fields import LongText, Note, Number, Pieces, Reference, Text, happened
from service_desk.refusals import no
from service_desk.roles import MANAGER, NOTES_GOODS, OFFICE, SUPERVISORS, WORKS
from service_desk.ticket.state import Decision, Expert, Part, Record, Repaired, Underway, contract_of

DEPOT = "main"

EXPERT = MANAGER
"""C7: 安装部经理."""

LENDERS = SUPERVISORS | MANAGER
"""Who approves that a showroom piece is taken."""


class RouteParts(Command):
    """配件来源 Where a part comes from (C7)

    From stock if there is some; else off a showroom piece with approval, bought, or by leftover order. `in_stock` is
    what the warehouse has free, which the API finds out; null when it cannot say.
    """

    command: Literal["RouteParts"] = "RouteParts"
    part_no: Number
    route: PartsRoute
    sku: OptionalSku = ""
    name: Annotated[Text, Widget(label="part")]
    quantity: Pieces = 1
    in_stock: Annotated[HowMany | None, Widget("hidden")] = None
    reference: Reference = ""
    return_by: CivilDay | None = None
    note: Note = ""


OwnPart = Annotated[Number, Widget("fixed", of="part_no")]


class ApproveParts(Command):
    """批准借展厅件 Approve the showroom piece (C7)

    By a supervisor or the manager who did not ask for it (D12).
    """

    command: Literal["ApproveParts"] = "ApproveParts"
    part_no: OwnPart


class NotePartsReady(Command):
    """配件到位 The part is here (C7)

    Bought and in, or taken off the showroom piece.
    """

    command: Literal["NotePartsReady"] = "NotePartsReady"
    part_no: OwnPart
    note: Note = ""


class AskExpert(Command):
    """请专家 Ask the expert (C7)

    Never seen before, or it came back: parts and visits wait for the installation manager's answer.
    """

    command: Literal["AskExpert"] = "AskExpert"
    reason: Annotated[Literal["never_seen", "came_back"], Widget(label="expert_reason")]
    question: LongText


class AnswerAsExpert(Command):
    """专家意见 The expert answers (C7)

    By the installation manager.
    """

    command: Literal["AnswerAsExpert"] = "AnswerAsExpert"
    answer: LongText


class NoteRepeatRepair(Command):
    """重复修理 It repeats an earlier repair (C8)

    By hand, where the words of the two tickets differ; it counts against the last visit that repaired.
    """

    command: Literal["NoteRepeatRepair"] = "NoteRepeatRepair"
    earlier_ticket: Number
    earlier_visit_no: Nth
    earlier_visit_technician: Text
    repaired_at: Moment


PartsEvent = (
    facts.PartsRouted
    | facts.PartsApproved
    | facts.PartsReady
    | facts.ExpertAsked
    | facts.ExpertAnswered
    | facts.RepeatRepairFound
)


def route_parts(command: RouteParts, ticket: Underway, ctx: Context) -> Decision:
    """Say where a part comes from (C7): stock first; a showroom piece is lent until a day, with approval.

    Refuses: part_no_taken, expert_first, in_stock, not_in_stock, return_date_missing.
    """
    at = happened(command, ctx)
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
        return () if same else no("part_no_taken", part_no=command.part_no)
    if (waits := expert_answered(ticket)) is not None:
        return waits
    free = command.in_stock
    if free is not None and command.route == "warehouse" and free < command.quantity:
        return no("not_in_stock", sku=command.sku, free=free, wanted=command.quantity)
    if free is not None and command.route != "warehouse" and free >= command.quantity:
        return no("in_stock", sku=command.sku, free=free)
    if command.route == "showroom_loan" and (command.return_by is None or command.return_by < civil_day(at)):
        return no("return_date_missing")
    return (
        facts.PartsRouted(
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


def approve_parts(command: ApproveParts, ticket: Underway, ctx: Context) -> Decision:
    """Let the showroom piece be taken (C7, D12); of other parts there is nothing to approve.

    Refuses: unknown_part, role_may_not_approve, own_part.
    """
    part = _part(ticket, command.part_no)
    if part is None:
        return no("unknown_part", part_no=command.part_no)
    if not awaits_approval(part):
        return ()
    if ctx.role not in LENDERS:
        return no("may_not_lend", role=ctx.role)
    if ctx.by == part.asked_by:
        return no("own_part", part_no=command.part_no)
    return (
        facts.PartsApproved(
            at=happened(command, ctx),
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


def note_parts_ready(command: NotePartsReady, ticket: Underway, ctx: Context) -> Decision:
    """The part is here (C7). Refuses: unknown_part, part_not_approved, said_otherwise (another note, X7)."""
    part = _part(ticket, command.part_no)
    if part is None:
        return no("unknown_part", part_no=command.part_no)
    if part.stage == "ready":
        return said_again(part.ready_note, command.note)
    if awaits_approval(part):
        return no("part_not_approved", part_no=command.part_no)
    return (
        facts.PartsReady(
            at=happened(command, ctx), ticket_id=ticket.case.ticket_id, part_no=part.part_no, note=command.note
        ),
    )


def ask_expert(command: AskExpert, ticket: Underway, ctx: Context) -> Decision:
    """Put a question to the installation manager (C7); parts and visits wait for the answer. The same question again is
    no second one. Refuses: said_otherwise (another one while one is open, X7)."""
    known = ticket.record.expert
    if known is not None and (known.reason, known.question) == (command.reason, command.question):
        return ()
    if known is not None and known.answer is None:
        return said_again(known.question, command.question, command.reason)
    ticket_id = ticket.case.ticket_id
    return (
        facts.ExpertAsked(
            at=happened(command, ctx), ticket_id=ticket_id, reason=command.reason, question=command.question
        ),
    )


def answer_as_expert(command: AnswerAsExpert, ticket: Underway, ctx: Context) -> Decision:
    """The installation manager answers (C7). Refuses: not_the_expert, no_question."""
    expert = ticket.record.expert
    if expert is not None and expert.answer == command.answer:
        return ()
    if ctx.role not in EXPERT:
        return no("not_the_expert", role=ctx.role)
    if expert is None or expert.answer is not None:
        return no("no_question")
    return (
        facts.ExpertAnswered(
            at=happened(command, ctx), ticket_id=ticket.case.ticket_id, answer=command.answer, answered_by=ctx.by
        ),
    )


def note_repeat_repair(command: NoteRepeatRepair, ticket: Underway, ctx: Context) -> Decision:
    """The same problem came back within the days of the policy: it counts against the earlier visit (C8), and the
    expert looks at it before anybody goes again (C7). Refuses: not_a_repeat."""
    at = happened(command, ctx)
    if command.earlier_ticket in ticket.record.repeats:
        return ()
    days, case = ctx.policy.repeat_repair_days, ticket.case
    own = command.earlier_ticket == case.ticket_id
    if own or not counts_as_repeat(command.repaired_at, case.received_at, days):
        return no("not_a_repeat", days=days)
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
) -> tuple[facts.RepeatRepairFound | facts.ExpertAsked, ...]:
    """The repeat repair, and the question to the expert unless nothing is left to decide or one is open."""
    earlier_ticket, visit_no, technician = earlier
    found = facts.RepeatRepairFound(
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
    return (found, facts.ExpertAsked(at=at, ticket_id=ticket.case.ticket_id, reason="came_back", question=question))


def expert_is_asked(ticket: Underway) -> bool:
    """A question to the expert is open (C7)."""
    expert = ticket.record.expert
    return expert is not None and expert.answer is None


def expert_answered(ticket: Underway) -> Rejected | None:
    """Gate of parts and visits. Refuses: expert_first."""
    return no("expert_first") if expert_is_asked(ticket) else None


def has_no_question(ticket: Underway) -> bool:
    """The expert may be asked."""
    return not expert_is_asked(ticket)


def takes_parts(ticket: Underway) -> bool:
    """Advice takes none."""
    return ticket.case.kind != "consultation"


def parts_are_here(ticket: Underway) -> Rejected | None:
    """Gate of a visit (C7). Refuses: expert_first, parts_not_ready."""
    waits = awaited(ticket)
    return expert_answered(ticket) or (None if waits is None else no("parts_not_ready", part_no=waits.part_no))


def awaited(ticket: Underway) -> Part | None:
    """The first part that a visit waits for: nobody lent it yet, or it is bought and not in."""
    return next((part for part in ticket.record.parts if awaits_approval(part) or is_on_order(part)), None)


def awaits_approval(part: Part) -> bool:
    """A showroom piece that nobody lent yet."""
    return part.route == "showroom_loan" and part.stage == "asked"


def is_on_order(part: Part) -> bool:
    """Bought, and not in yet."""
    return part.route == "purchase" and part.stage != "ready"


def some_await_approval(ticket: Underway) -> bool:
    """A supervisor is to say yes."""
    return any(awaits_approval(part) for part in ticket.record.parts)


def some_are_awaited(ticket: Underway) -> bool:
    """Bought and not in yet, or approved and not yet taken off the showroom piece."""
    parts = ticket.record.parts
    return any(is_on_order(part) or (part.route == "showroom_loan" and part.stage == "approved") for part in parts)


def after(record: Record, event: PartsEvent) -> Record:
    """The record after parts, the expert or a repeat repair were settled further."""
    match event:
        case facts.PartsRouted():
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
            return record.having(parts=(*record.parts, part))
        case facts.PartsApproved():
            return _staged(record, event.part_no, "approved")
        case facts.PartsReady():
            return _staged(record, event.part_no, "ready", event.note)
        case facts.ExpertAsked():
            return record.having(expert=Expert(event.reason, event.question))
        case facts.ExpertAnswered():
            asked = record.expert
            return record if asked is None else record.having(expert=replace(asked, answer=event.answer))
        case facts.RepeatRepairFound():
            return record.having(repeats=(*record.repeats, event.earlier_ticket))
    assert_never(event)


def _staged(record: Record, part_no: str, stage: Literal["approved", "ready"], note: str = "") -> Record:
    staged = (replace(part, stage=stage, ready_note=note) if part.part_no == part_no else part for part in record.parts)
    parts = tuple(staged)
    return record.having(parts=parts)


def _part(ticket: Underway, part_no: str) -> Part | None:
    return next((part for part in ticket.record.parts if part.part_no == part_no), None)


class InStock(BaseModel):
    """The warehouse's row of a sku, as far as we ask for it."""

    free: int


IN_STOCK = ByName("stock", InStock)


async def with_stock(asker: Asker, _: str, body: RouteParts) -> RouteParts:
    """What the warehouse has free of it."""
    stock = await asker.view(IN_STOCK).get(f"{DEPOT}:{body.sku}") if body.sku else None
    return body.model_copy(update={"in_stock": None if stock is None else stock.free})


async def with_earlier_repair(asker: Asker, _: str, body: Any) -> NoteRepeatRepair:
    """The last visit of the earlier ticket that repaired. Refuses: nothing_repaired."""
    last = (await visible(asker, body.earlier_ticket)).repaired
    if last is None or last.ended_at is None:
        asker.refuse(no("nothing_repaired", ticket_id=body.earlier_ticket))
    return NoteRepeatRepair(
        at=body.at,
        earlier_ticket=body.earlier_ticket,
        earlier_visit_no=last.visit_no,
        earlier_visit_technician=last.technician,
        repaired_at=last.ended_at,
    )


USE_CASES = (
    UseCase(
        AskExpert,
        ask_expert,
        WORKS,
        "expert-question",
        wanted=has_no_question,
    ),
    UseCase(
        AnswerAsExpert, answer_as_expert, EXPERT, "expert-answer", wanted=expert_is_asked, steps=("expert_answer",)
    ),
    UseCase(
        RouteParts,
        route_parts,
        WORKS | {Role.PROCUREMENT, Role.WAREHOUSE, Role.INSTALL_ASSISTANT},
        "parts",
        gate=expert_answered,
        wanted=takes_parts,
        prepare=with_stock,
        steps=("order_or_book",),
    ),
    UseCase(
        ApproveParts,
        approve_parts,
        LENDERS,
        "parts/approval",
        wanted=some_await_approval,
        steps=("approve_parts",),
    ),
    UseCase(
        NotePartsReady,
        note_parts_ready,
        NOTES_GOODS | {Role.PROCUREMENT},
        "parts/arrival",
        wanted=some_are_awaited,
        steps=("await_parts",),
    ),
    UseCase(
        NoteRepeatRepair,
        note_repeat_repair,
        OFFICE | {Role.INSTALL_SUPERVISOR},
        "repeat",
        body="EarlierTicket",
        unsaid=("earlier_visit_no", "earlier_visit_technician", "repaired_at"),
        prepare=with_earlier_repair,
    ),
)
