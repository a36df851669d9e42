"""How a ticket ends and goes on: closed with its gates (C11), cancelled without work done, merged with a duplicate,
reopened, linked to contract, product and job."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from company.context import Context
from company.roles import Role
from contracts import service_desk_repairs as repairs
from contracts import service_desk_tickets as facts
from contracts.bounds import FarDay
from contracts.civil_time import civil_day
from contracts.service_desk_repairs import WarrantyState
from contracts.service_desk_visits import VisitCancelled
from contracts.spelling import OptionalSku
from runtime.decision import Command, Rejected
from runtime.forms import Widget
from runtime.refusal import Term
from runtime.use_case import Asker, UseCase
from service_desk.access import visible
from service_desk.clocks import reply_watch
from service_desk.fields import Note, Number, Text, happened
from service_desk.refusals import no
from service_desk.roles import HEADS, MANAGER, OFFICE
from service_desk.ticket.complaint import escalated
from service_desk.ticket.part import counts_as_repeat, repeated
from service_desk.ticket.quote import COVERED, PRESUMED_OURS
from service_desk.ticket.request import OpenTicket, rest_noted
from service_desk.ticket.state import (
    Cancelled,
    Closed,
    Decision,
    Link,
    Repaired,
    Underway,
    VisitAgreed,
    contract_of,
    job_of,
    made_visits,
    product_of,
    sku_of,
    visits_since,
    waiting_order,
)
from service_desk.ticket.visit import GATES, gates_missing
from service_desk.ticket.visit_preparation import cancelled as visit_cancelled
from service_desk.warranty import contracts_warranty

WAITS_FOR_DELIVERY = frozenset({"installation", "repair", "maintenance", "parts", "leftover"})
"""Kinds that fall away with the contract; advice, returns and complaints do not (A6)."""


class CloseTicket(Command):
    """结单归档 Close (C6, C11, C12)

    Refused, naming what is missing, until report, acceptance, rating, signature and call-back are there; advice that
    helped (C6) and a customer who is content (C12) close without a visit.
    """

    command: Literal["CloseTicket"] = "CloseTicket"


class CancelTicket(Command):
    """取消工单 Cancel (C11)

    It ends without work done, and why. A complaint is cancelled by a supervisor or the manager.
    """

    command: Literal["CancelTicket"] = "CancelTicket"
    cause: Annotated[
        Literal["customer_withdrew", "quote_declined", "opened_in_error", "solved_itself", "other"],
        Widget(label="cancel_cause"),
    ]
    reason: Text


class CancelWithContract(Command):
    """合同取消 (A6): a ticket that only waits for the delivery is cancelled with it. Asked by a reaction."""

    command: Literal["CancelWithContract"] = "CancelWithContract"
    contract_no: Number
    reason: Note = ""


class CancelWrongReport(Command):
    """破损收回 (D16): the damage that a ticket was opened for was none. Asked by a reaction."""

    command: Literal["CancelWrongReport"] = "CancelWrongReport"
    reason: Note = ""


class EndWithRest(Command):
    """余件结清 (A10): the rest of a delivery that a ticket was opened for is owed no longer. Asked by a reaction."""

    command: Literal["EndWithRest"] = "EndWithRest"
    reason: Note = ""


class MergeDuplicate(Command):
    """合并重复工单 Merge a duplicate (C4)

    This ticket goes on for the duplicate too, which ends. Both are of the same customer or contract.
    """

    command: Literal["MergeDuplicate"] = "MergeDuplicate"
    duplicate: Number
    same_customer: bool
    note: Note = ""


class EndAsDuplicate(Command):
    """并入: the duplicate ends, the other ticket goes on. Asked by a reaction."""

    command: Literal["EndAsDuplicate"] = "EndAsDuplicate"
    into: Number


class ReopenTicket(Command):
    """重新受理 Reopen (C8, C11, C12)

    The customer came back with the same matter; a reply is owed anew.
    """

    command: Literal["ReopenTicket"] = "ReopenTicket"
    reason: Text


class LinkTicket(Command):
    """关联合同、产品、任务 Link to contract, product, job (C4, C5)

    What is left out stays; what the contract says of the warranty is judged with it.
    """

    command: Literal["LinkTicket"] = "LinkTicket"
    contract_no: Number | None = None
    sku: OptionalSku | None = None
    product: Text | None = None
    job_id: Number | None = None
    warranty: WarrantyState | None = None
    warranty_ends_on: FarDay | None = None


REST_SETTLED: Literal["solved_itself"] = "solved_itself"
"""Why a ticket ended whose rest is owed no longer."""

Cause = Literal[
    "customer_withdrew",
    "quote_declined",
    "contract_cancelled",
    "duplicate",
    "opened_in_error",
    "solved_itself",
    "other",
]


def close_ticket(command: CloseTicket, ticket: Underway, ctx: Context) -> Decision:
    """Archive the ticket (C11). Refuses: gates_missing (naming what is missing), still_waiting (C13)."""
    missing = gates_missing(ticket)
    if missing:
        return still_missing(missing)
    if ticket.record.waiting is not None:
        return no("still_waiting", supplier=ticket.record.waiting.supplier)
    case = ticket.case
    last = made_visits(ticket)[-1].visit if isinstance(ticket, Repaired) else None
    by_phone: Literal["phone", "content"] = "phone" if case.kind == "consultation" else "content"
    return (
        facts.TicketClosed(
            at=happened(command, ctx),
            ticket_id=case.ticket_id,
            kind=case.kind,
            contract_no=contract_of(ticket),
            how="visit" if last is not None else by_phone,
            customer=case.customer,
            visit_no=None if last is None else last.visit_no,
            technician=None if last is None else last.technician,
        ),
    )


def still_missing(gates: Sequence[str]) -> Rejected:
    """It cannot be closed, for want of these (C11)."""
    words = [GATES[gate] for gate in gates]
    named = Term("、".join(zh for zh, _ in words), ", ".join(en for _, en in words), ",".join(gates))
    return no("gates_missing", missing=named)


def cancel_ticket(command: CancelTicket, ticket: Underway, ctx: Context) -> Decision:
    """End a ticket without work done. Refuses: visit_agreed, repaired_is_closed, rest_is_owed (A10),
    complaint_needs_supervisor."""
    at = happened(command, ctx)
    if (against := can_be_cancelled(ticket)) is not None:
        return against
    if ticket.record.complaint is not None and ctx.role not in cancels(ticket):
        return no("complaint_needs_supervisor")
    return (_cancelled(ticket, command.cause, command.reason, at),)


def can_be_cancelled(ticket: Underway) -> Rejected | None:
    """Gate of the cancellation. Refuses: visit_agreed, repaired_is_closed, rest_is_owed (A10)."""
    if isinstance(ticket, VisitAgreed):
        return no("cancel_visit_first", visit_no=ticket.visit.visit_no)
    if ticket.record.rest_left:
        return no("rest_is_owed", ticket_id=ticket.case.ticket_id, left=ticket.record.rest_left)
    return no("repaired_is_closed") if _was_repaired(ticket) else None


def cancels(ticket: Underway) -> frozenset[Role]:
    """Who cancels; of complaints only the supervisor and the manager."""
    return OFFICE | MANAGER if ticket.record.complaint is None else HEADS


def can_be_reopened(ticket: Closed | Cancelled) -> Rejected | None:
    """Gate of another beginning. Refuses: duplicate_goes_on."""
    duplicate = isinstance(ticket, Cancelled) and ticket.cause == "duplicate"
    return no("duplicate_goes_on", ticket_id=ticket.work.case.ticket_id) if duplicate else None


def cancel_with_contract(command: CancelWithContract, ticket: Underway, ctx: Context) -> Decision:
    """The contract is cancelled (A6): what only waited for its goods goes with it; all else is still owed."""
    at = happened(command, ctx)
    only_waits = not visits_since(ticket) and not isinstance(ticket, VisitAgreed)
    if not only_waits or contract_of(ticket) != command.contract_no or ticket.case.kind not in WAITS_FOR_DELIVERY:
        return ()
    return (_cancelled(ticket, "contract_cancelled", command.reason, at),)


def cancel_wrong_report(command: CancelWrongReport, ticket: Underway, ctx: Context) -> Decision:
    """The damage was none (D16): what nobody has been to see ends with it; all else goes on, and a person ends it."""
    at = happened(command, ctx)
    if visits_since(ticket) or isinstance(ticket, VisitAgreed) or ticket.case.kind != "leftover":
        return ()
    return (_cancelled(ticket, "opened_in_error", command.reason, at),)


def end_with_rest(
    command: EndWithRest, ticket: Underway, ctx: Context
) -> tuple[facts.RestNoted | facts.TicketCancelled, ...]:
    """Nothing of the rest is owed any more (A10, B15): the ticket ends with it. Where goods were ordered, or somebody
    was there or is to come, it is noted, and a person ends it."""
    if not ticket.record.rest_left:
        return ()
    at = happened(command, ctx)
    noted = rest_noted(ticket, 0, command.reason, at)
    if visits_since(ticket) or isinstance(ticket, VisitAgreed) or waiting_order(ticket) is not None:
        return noted
    return (*noted, _cancelled(ticket, REST_SETTLED, command.reason, at))


def owed_again(command: OpenTicket, ticket: Cancelled, ctx: Context) -> Decision:
    """A rest that was settled is owed after all (A10, D16): its ticket goes on."""
    if ticket.cause != REST_SETTLED or ticket.work.record.rest_left is None:
        return ()
    reopened = reopen_ticket(ReopenTicket(at=command.at, reason=command.problem), ticket, ctx)
    if isinstance(reopened, Rejected):
        return reopened
    return (*reopened, *rest_noted(ticket.work, command.quantity, command.problem, happened(command, ctx)))


def merge_duplicate(command: MergeDuplicate, ticket: Underway, ctx: Context) -> Decision:
    """Go on for a duplicate too. Refuses: merge_with_itself, other_customer."""
    if command.duplicate == ticket.case.ticket_id:
        return no("merge_with_itself")
    if command.duplicate in ticket.record.duplicates:
        return ()
    if not command.same_customer:
        return no("other_customer", duplicate=command.duplicate)
    merged = facts.TicketsMerged(
        at=happened(command, ctx), ticket_id=ticket.case.ticket_id, duplicate=command.duplicate, note=command.note
    )
    return (merged,)


def end_as_duplicate(
    command: EndAsDuplicate, ticket: Underway, ctx: Context
) -> tuple[VisitCancelled | facts.TicketCancelled, ...]:
    """End in favour of another ticket, its agreed visit too. A ticket that was repaired is closed, not merged away.

    Two tickets that were merged into each other at once: the one with the lower number goes on.
    """
    at = happened(command, ctx)
    each_other = command.into in ticket.record.duplicates
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
) -> facts.TicketCancelled:
    case = ticket.case
    advice = ticket.record.advice
    return facts.TicketCancelled(
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


def link_ticket(
    command: LinkTicket, ticket: Underway, ctx: Context
) -> tuple[facts.TicketLinked | repairs.CoverageJudged, ...]:
    """Say to what the ticket belongs; what the contract says of the warranty is judged with it (C5)."""
    at = happened(command, ctx)
    before = Link(contract_of(ticket), sku_of(ticket), product_of(ticket), job_of(ticket))
    link = Link(
        before.contract_no if command.contract_no is None else command.contract_no,
        before.sku if command.sku is None else command.sku,
        before.product if command.product is None else command.product,
        before.job_id if command.job_id is None else command.job_id,
    )
    if link == before:
        return ()
    case = ticket.case
    linked = facts.TicketLinked(
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


def _coverage_of_link(command: LinkTicket, ticket: Underway, at: datetime) -> tuple[repairs.CoverageJudged, ...]:
    judged = ticket.record.judged
    known = judged.warranty if judged is not None else ticket.record.warranty
    if command.warranty is None or command.warranty in ("unknown", known):
        return ()
    fault = judged.fault if judged is not None else "unknown"
    return (
        repairs.CoverageJudged(
            at=at,
            ticket_id=ticket.case.ticket_id,
            warranty=command.warranty,
            warranty_ends_on=command.warranty_ends_on,
            fault=fault,
            free=command.warranty in COVERED and fault in PRESUMED_OURS,
            reason="按所关联的合同",
        ),
    )


def reopen_ticket(
    command: ReopenTicket, ticket: Closed | Cancelled, ctx: Context
) -> (
    tuple[facts.TicketReopened | facts.ComplaintEscalated | repairs.RepeatRepairFound | repairs.ExpertAsked, ...]
    | Rejected
):
    """The customer came back with the same matter: a reply is owed anew, a complaint is one level up (C12), and what
    was repaired within the days of the policy is a repeat repair (C8). Refuses: duplicate_goes_on, before_receipt."""
    at = happened(command, ctx)
    work = ticket.work
    if (elsewhere := can_be_reopened(ticket)) is not None:
        return elsewhere
    if at < work.case.received_at:
        return no("before_receipt", at=at, received_at=work.case.received_at)
    watch = reply_watch(at, ctx.policy)
    reopened = facts.TicketReopened(
        at=at,
        ticket_id=work.case.ticket_id,
        contract_no=contract_of(work),
        customer=work.case.customer,
        reason=command.reason,
        reply_due=watch.due,
        watch=watch,
    )
    complaint = work.record.complaint
    again = () if complaint is None else (escalated(work, complaint, command.reason, at, ctx),)
    return (reopened, *again, *_came_back(work, at, ctx))


def _came_back(
    work: Underway, at: datetime, ctx: Context
) -> tuple[repairs.RepeatRepairFound | repairs.ExpertAsked, ...]:
    repairs = [ended for ended in work.ended if ended.outcome == "repaired"]
    days = ctx.policy.repeat_repair_days
    if not repairs or not counts_as_repeat(repairs[-1].ended_at, at, days):
        return ()
    last = repairs[-1]
    earlier = (work.case.ticket_id, last.visit.visit_no, last.visit.technician)
    return repeated(work, at, days=days, earlier=earlier, repaired_at=last.ended_at)


async def with_customer(asker: Asker, ticket_id: str, body: Any) -> MergeDuplicate:
    """Whether both tickets are of the same customer or contract."""
    one, other = await visible(asker, ticket_id), await visible(asker, body.duplicate)
    same_contract = one.contract_no is not None and one.contract_no == other.contract_no
    return MergeDuplicate(
        at=body.at,
        duplicate=body.duplicate,
        same_customer=same_contract or one.customer.phone == other.customer.phone,
        note=body.note,
    )


async def with_warranty(asker: Asker, ticket_id: str, body: Any) -> LinkTicket:
    """What the contract says of the product's warranty on the day the request came in (C5)."""
    ticket = await visible(asker, ticket_id)
    warranty = await contracts_warranty(
        asker,
        body.contract_no or ticket.contract_no,
        sku=ticket.sku if body.sku is None else body.sku,
        product=body.product or ticket.product,
        on=civil_day(ticket.received_at),
    )
    return LinkTicket.model_validate({**dict(body), "warranty": warranty.state, "warranty_ends_on": warranty.ends_on})


USE_CASES = (
    UseCase(CloseTicket, close_ticket, OFFICE, "closing", steps=("close",)),
    UseCase(
        LinkTicket,
        link_ticket,
        OFFICE,
        "link",
        body="Belonging",
        unsaid=("warranty", "warranty_ends_on"),
        prepare=with_warranty,
    ),
    UseCase(
        MergeDuplicate,
        merge_duplicate,
        OFFICE,
        "merge",
        body="Duplicate",
        unsaid=("same_customer",),
        prepare=with_customer,
    ),
    UseCase(CancelTicket, cancel_ticket, OFFICE | MANAGER, "cancellation", gate=can_be_cancelled, whose=cancels),
    UseCase(ReopenTicket, reopen_ticket, OFFICE | MANAGER, "reopening", gate=can_be_reopened),
    UseCase(CancelWrongReport, cancel_wrong_report),
    UseCase(CancelWithContract, cancel_with_contract),
    UseCase(EndWithRest, end_with_rest),
    UseCase(EndAsDuplicate, end_as_duplicate),
)
