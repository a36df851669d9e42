"""How a ticket ends and goes on: closed with its gates (C11), cancelled without work done, merged with a duplicate,
reopened, linked to contract, product and job."""

from datetime import datetime
from typing import Literal, assert_never

from contracts.bounds import FarDay
from contracts.decision import Command, Context, Rejected
from contracts.service_desk_repairs import CoverageJudged, ExpertAsked, RepeatRepairFound, WarrantyState
from contracts.service_desk_tickets import (
    ComplaintEscalated,
    TicketCancelled,
    TicketClosed,
    TicketLinked,
    TicketReopened,
    TicketsMerged,
)
from contracts.service_desk_visits import VisitCancelled
from service_desk.domain import complaint_refusals, complaints, refusals, work_refusals
from service_desk.domain import ending_refusals as no
from service_desk.domain.clocks import reply_watch
from service_desk.domain.dossier import Link
from service_desk.domain.parts import counts_as_repeat, repeated
from service_desk.domain.quotes import COVERED, PRESUMED_OURS
from service_desk.domain.situations import (
    Cancelled,
    Closed,
    Decision,
    Note,
    Number,
    Reference,
    Repaired,
    Text,
    Underway,
    VisitAgreed,
    contract_of,
    made_visits,
    product_of,
    sku_of,
    visits_since,
)
from service_desk.domain.visit_preparation import cancelled as visit_cancelled
from service_desk.domain.visits import gates_missing

WAITS_FOR_DELIVERY = frozenset({"installation", "repair", "maintenance", "parts", "leftover"})
"""Kinds that fall away with the contract; advice, returns and complaints do not (A6)."""


class CloseTicket(Command):
    """结单归档 (C11)."""

    command: Literal["CloseTicket"] = "CloseTicket"


class CancelTicket(Command):
    """取消工单, and why."""

    command: Literal["CancelTicket"] = "CancelTicket"
    cause: Literal["customer_withdrew", "quote_declined", "opened_in_error", "solved_itself", "other"]
    reason: Text


class CancelWithContract(Command):
    """合同取消 (A6): a ticket that only waits for the delivery is cancelled with it. Asked by a reaction."""

    command: Literal["CancelWithContract"] = "CancelWithContract"
    contract_no: Number
    reason: Note = ""


class MergeDuplicate(Command):
    """合并工单: this one goes on for the duplicate too. Whether it is the same customer is handed in."""

    command: Literal["MergeDuplicate"] = "MergeDuplicate"
    duplicate: Number
    same_customer: bool
    note: Note = ""


class EndAsDuplicate(Command):
    """并入: the duplicate ends, the other ticket goes on. Asked by a reaction."""

    command: Literal["EndAsDuplicate"] = "EndAsDuplicate"
    into: Number


class ReopenTicket(Command):
    """重新受理."""

    command: Literal["ReopenTicket"] = "ReopenTicket"
    reason: Text


class LinkTicket(Command):
    """关联合同、产品、任务; what is left out stays. The API hands in what the contract says of the warranty (C5)."""

    command: Literal["LinkTicket"] = "LinkTicket"
    contract_no: Number | None = None
    sku: Reference | None = None
    product: Text | None = None
    job_id: Number | None = None
    warranty: WarrantyState | None = None
    warranty_ends_on: FarDay | None = None


EndingCommand = CloseTicket | CancelTicket | CancelWithContract | MergeDuplicate | EndAsDuplicate | LinkTicket
Cause = Literal[
    "customer_withdrew",
    "quote_declined",
    "contract_cancelled",
    "duplicate",
    "opened_in_error",
    "solved_itself",
    "other",
]


def decide(command: EndingCommand, ticket: Underway, at: datetime, ctx: Context) -> Decision:
    """Answer a command about an open ticket's end or its place."""
    match command:
        case CloseTicket():
            return close_ticket(ticket, at)
        case CancelTicket():
            return cancel_ticket(command, ticket, at, ctx)
        case CancelWithContract():
            return cancel_with_contract(command, ticket, at)
        case MergeDuplicate():
            return merge_duplicate(command, ticket, at)
        case EndAsDuplicate():
            return end_as_duplicate(command, ticket, at)
        case LinkTicket():
            return link_ticket(command, ticket, at)
    assert_never(command)


def close_ticket(ticket: Underway, at: datetime) -> Decision:
    """Archive the ticket (C11). Refuses: gates_missing (naming what is missing), still_waiting (C13)."""
    missing = gates_missing(ticket)
    if missing:
        return refusals.gates_missing(missing)
    if ticket.dossier.waiting is not None:
        return work_refusals.still_waiting(ticket.dossier.waiting.supplier)
    case = ticket.case
    last = made_visits(ticket)[-1].visit if isinstance(ticket, Repaired) else None
    by_phone: Literal["phone", "content"] = "phone" if case.kind == "consultation" else "content"
    return (
        TicketClosed(
            at=at,
            ticket_id=case.ticket_id,
            kind=case.kind,
            contract_no=contract_of(ticket),
            how="visit" if last is not None else by_phone,
            customer=case.customer,
            visit_no=None if last is None else last.visit_no,
            technician=None if last is None else last.technician,
        ),
    )


def cancel_ticket(command: CancelTicket, ticket: Underway, at: datetime, ctx: Context) -> Decision:
    """End a ticket without work done. Refuses: visit_agreed, repaired_is_closed, complaint_needs_supervisor."""
    if isinstance(ticket, VisitAgreed):
        return no.visit_agreed(ticket.visit.visit_no)
    if _was_repaired(ticket):
        return no.repaired_is_closed()
    if ticket.dossier.complaint is not None and ctx.role not in {"cs_supervisor", "manager"}:
        return complaint_refusals.supervisor_cancels()
    return (_cancelled(ticket, command.cause, command.reason, at),)


def cancel_with_contract(command: CancelWithContract, ticket: Underway, at: datetime) -> Decision:
    """The contract is cancelled (A6): what only waited for its goods goes with it; all else is still owed."""
    only_waits = not visits_since(ticket) and not isinstance(ticket, VisitAgreed)
    if not only_waits or contract_of(ticket) != command.contract_no or ticket.case.kind not in WAITS_FOR_DELIVERY:
        return ()
    return (_cancelled(ticket, "contract_cancelled", command.reason, at),)


def merge_duplicate(command: MergeDuplicate, ticket: Underway, at: datetime) -> Decision:
    """Go on for a duplicate too. Refuses: merge_with_itself, other_customer."""
    if command.duplicate == ticket.case.ticket_id:
        return no.merge_with_itself()
    if command.duplicate in ticket.dossier.duplicates:
        return ()
    if not command.same_customer:
        return no.other_customer(command.duplicate)
    merged = TicketsMerged(at=at, ticket_id=ticket.case.ticket_id, duplicate=command.duplicate, note=command.note)
    return (merged,)


def end_as_duplicate(
    command: EndAsDuplicate, ticket: Underway, at: datetime
) -> tuple[VisitCancelled | TicketCancelled, ...]:
    """End in favour of another ticket, its agreed visit too. A ticket that was repaired is closed, not merged away.

    Two tickets that were merged into each other at once: the one with the lower number goes on.
    """
    each_other = command.into in ticket.dossier.duplicates
    if _was_repaired(ticket):
        return ()
    if each_other and ticket.case.ticket_id < command.into:
        return ()
    ended = _cancelled(ticket, "duplicate", f"并入 {command.into}", at, into=command.into)
    if not isinstance(ticket, VisitAgreed):
        return (ended,)
    return (visit_cancelled(ticket, "us", f"重复工单，并入 {command.into}", at), ended)


def _was_repaired(ticket: Underway) -> bool:
    return any(visit.outcome == "repaired" for visit in visits_since(ticket))


def _cancelled(
    ticket: Underway, cause: Cause, reason: str, at: datetime, *, into: str | None = None
) -> TicketCancelled:
    case = ticket.case
    advice = ticket.dossier.advice
    return TicketCancelled(
        at=at,
        ticket_id=case.ticket_id,
        kind=case.kind,
        contract_no=contract_of(ticket),
        customer=case.customer,
        sku=sku_of(ticket),
        cause=cause,
        into=into,
        reason=reason,
        answer_no=None if advice is None or advice.solved is not None else advice.answer_no,
    )


def link_ticket(command: LinkTicket, ticket: Underway, at: datetime) -> tuple[TicketLinked | CoverageJudged, ...]:
    """Say to what the ticket belongs; what the contract says of the warranty is judged with it (C5)."""
    before = Link(contract_of(ticket), sku_of(ticket), product_of(ticket), _job_of(ticket))
    link = Link(
        before.contract_no if command.contract_no is None else command.contract_no,
        before.sku if command.sku is None else command.sku,
        before.product if command.product is None else command.product,
        before.job_id if command.job_id is None else command.job_id,
    )
    if link == before:
        return ()
    case = ticket.case
    linked = TicketLinked(
        at=at,
        ticket_id=case.ticket_id,
        contract_no=link.contract_no,
        sku=link.sku,
        product=link.product,
        job_id=link.job_id,
        problem=case.problem,
        fault_code=case.fault_code,
        kind=case.kind,
        received_at=case.received_at,
    )
    return (linked, *_coverage_of_link(command, ticket, at))


def _coverage_of_link(command: LinkTicket, ticket: Underway, at: datetime) -> tuple[CoverageJudged, ...]:
    judged = ticket.dossier.judged
    known = judged.warranty if judged is not None else ticket.dossier.warranty
    if command.warranty is None or command.warranty in ("unknown", known):
        return ()
    fault = judged.fault if judged is not None else "unknown"
    return (
        CoverageJudged(
            at=at,
            ticket_id=ticket.case.ticket_id,
            warranty=command.warranty,
            warranty_ends_on=command.warranty_ends_on,
            fault=fault,
            free=command.warranty in COVERED and fault in PRESUMED_OURS,
            reason="按所关联的合同",
        ),
    )


def _job_of(ticket: Underway) -> str | None:
    link = ticket.dossier.link
    return ticket.case.job_id if link is None else link.job_id


def reopen(
    command: ReopenTicket, ticket: Closed | Cancelled, at: datetime, ctx: Context
) -> tuple[TicketReopened | ComplaintEscalated | RepeatRepairFound | ExpertAsked, ...] | Rejected:
    """The customer came back with the same matter: a reply is owed anew, a complaint is one level up (C12), and what
    was repaired within the days of the policy is a repeat repair (C8). Refuses: duplicate_goes_on, before_receipt."""
    work = ticket.work
    if isinstance(ticket, Cancelled) and ticket.cause == "duplicate":
        return no.went_on_elsewhere(work.case.ticket_id)
    if at < work.case.received_at:
        return refusals.before_receipt(at, work.case.received_at)
    watch = reply_watch(at, ctx.policy)
    reopened = TicketReopened(
        at=at,
        ticket_id=work.case.ticket_id,
        contract_no=contract_of(work),
        customer=work.case.customer,
        reason=command.reason,
        reply_due=watch.due,
        watch=watch,
    )
    complaint = work.dossier.complaint
    again = () if complaint is None else (complaints.escalated(work, complaint, command.reason, at, ctx),)
    return (reopened, *again, *_came_back(work, at, ctx))


def _came_back(work: Underway, at: datetime, ctx: Context) -> tuple[RepeatRepairFound | ExpertAsked, ...]:
    repairs = [ended for ended in work.ended if ended.outcome == "repaired"]
    days = ctx.policy.repeat_repair_days
    if not repairs or not counts_as_repeat(repairs[-1].ended_at, at, days):
        return ()
    last = repairs[-1]
    earlier = (work.case.ticket_id, last.visit.visit_no, last.visit.technician)
    return repeated(work, at, days=days, earlier=earlier, repaired_at=last.ended_at)
