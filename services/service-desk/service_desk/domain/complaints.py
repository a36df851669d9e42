"""Complaints (投诉): sent to the department at once, investigated, answered level by level with a new clock each, until
the customer is content (C12, K20); about conduct, they reach the manager at once (C15)."""

from dataclasses import replace
from datetime import datetime
from typing import Literal, assert_never

from contracts.bounds import Nth
from contracts.decision import Command, Context
from contracts.policy import Policy
from contracts.service_desk_tickets import (
    ComplaintAnswered,
    ComplaintEscalated,
    ComplaintInvestigated,
    ComplaintRegistered,
    ComplaintSettled,
    ConductReported,
    TicketOpened,
)
from service_desk.domain import complaint_refusals as refusals
from service_desk.domain.clocks import COMPLAINT, complaint_watch, rewatched
from service_desk.domain.dossier import Complaint, Dossier
from service_desk.domain.duties import begun, done, find
from service_desk.domain.replying import replied_too
from service_desk.domain.situations import Decision, Note, Photos, Text, Underway


class Investigate(Command):
    """调查投诉 (C12)."""

    command: Literal["Investigate"] = "Investigate"
    finding: Text
    photos: Photos = ()


class AnswerComplaint(Command):
    """答复投诉 (C12, K20): a solution is proposed."""

    command: Literal["AnswerComplaint"] = "AnswerComplaint"
    solution: Text


class SettleComplaint(Command):
    """客户满意 (C12)."""

    command: Literal["SettleComplaint"] = "SettleComplaint"
    note: Note = ""


class EscalateComplaint(Command):
    """投诉升级 (C12): the customer is not content. `level` is the one that is left: a repeat changes nothing."""

    command: Literal["EscalateComplaint"] = "EscalateComplaint"
    level: Nth
    reason: Text


ComplaintCommand = Investigate | AnswerComplaint | SettleComplaint | EscalateComplaint
ComplaintEvent = (
    ComplaintRegistered
    | ComplaintInvestigated
    | ComplaintAnswered
    | ComplaintSettled
    | ComplaintEscalated
    | ConductReported
)


def registered(opened: TicketOpened, policy: Policy) -> tuple[ComplaintRegistered | ConductReported, ...]:
    """A complaint that came in: at the first level, or at the manager's where it is about conduct (C12, C15)."""
    if opened.kind != "complaint":
        return ()
    level = len(policy.complaint_levels) if opened.conduct else 1
    role = owner_of(level, policy)
    complaint = ComplaintRegistered(
        at=opened.at,
        ticket_id=opened.ticket_id,
        level=level,
        owner_role=role,
        department=opened.department,
        conduct=opened.conduct,
        contract_no=opened.contract_no,
        customer=opened.customer,
        problem=opened.problem,
        watch=complaint_watch(opened.at, level, role, policy),
    )
    if not opened.conduct:
        return (complaint,)
    conduct = ConductReported(
        at=opened.at,
        ticket_id=opened.ticket_id,
        contract_no=opened.contract_no,
        customer=opened.customer,
        about=opened.about,
        problem=opened.problem,
        told_role=policy.escalation_top,
    )
    return (complaint, conduct)


def owner_of(level: int, policy: Policy) -> str:
    """Whose answer is owed at a level; above the last one it stays there."""
    return policy.complaint_levels[min(level, len(policy.complaint_levels)) - 1]


def decide(command: ComplaintCommand, ticket: Underway, at: datetime, ctx: Context) -> Decision:
    """Answer a command about a complaint. Refuses: not_a_complaint."""
    complaint = ticket.dossier.complaint
    if complaint is None:
        return refusals.not_a_complaint()
    match command:
        case Investigate():
            return investigate(command, ticket, complaint, at, ctx)
        case AnswerComplaint():
            return answer(command, ticket, complaint, at, ctx)
        case SettleComplaint():
            return settle(command, ticket, complaint, at)
        case EscalateComplaint():
            return escalate(command, ticket, complaint, at, ctx)
    assert_never(command)


def investigate(command: Investigate, ticket: Underway, complaint: Complaint, at: datetime, ctx: Context) -> Decision:
    """What was found out (C12). Refuses: complaint_settled."""
    if complaint.finding == command.finding:
        return ()
    if complaint.settled:
        return refusals.complaint_settled()
    return (
        ComplaintInvestigated(
            at=at,
            ticket_id=ticket.case.ticket_id,
            level=complaint.level,
            finding=command.finding,
            photos=command.photos,
            investigated_by=ctx.by,
        ),
    )


def answer(command: AnswerComplaint, ticket: Underway, complaint: Complaint, at: datetime, ctx: Context) -> Decision:
    """Propose a solution, by the level's owner or somebody above (C12, K20); it is a reply too (C2).

    Refuses: complaint_settled, not_your_level, not_investigated.
    """
    if complaint.solution == command.solution:
        return ()
    if complaint.settled:
        return refusals.complaint_settled()
    if ctx.role not in _at_or_above(complaint.level, ctx.policy):
        return refusals.not_your_level(complaint.level, complaint.owner_role)
    if complaint.finding is None:
        return refusals.not_investigated(complaint.level)
    answered = ComplaintAnswered(
        at=at,
        ticket_id=ticket.case.ticket_id,
        level=complaint.level,
        solution=command.solution,
        answered_by=ctx.by,
        due=_due(ticket, complaint, at, ctx),
    )
    return (*replied_too(ticket, command.solution, at, ctx), answered)


def settle(command: SettleComplaint, ticket: Underway, complaint: Complaint, at: datetime) -> Decision:
    """The customer is content with the answer (C12). Refuses: not_answered."""
    if complaint.settled:
        return ()
    if complaint.solution is None:
        return refusals.not_answered(complaint.level)
    settled = ComplaintSettled(at=at, ticket_id=ticket.case.ticket_id, level=complaint.level, note=command.note)
    return (settled,)


def escalate(
    command: EscalateComplaint, ticket: Underway, complaint: Complaint, at: datetime, ctx: Context
) -> Decision:
    """The customer is not content: one level up, with a new clock (C12). An answer that is overdue will do instead of
    one that was refused. Refuses: complaint_settled, not_answered."""
    if command.level < complaint.level:
        return ()
    if complaint.settled:
        return refusals.complaint_settled()
    duty = find(ticket.dossier.duties, COMPLAINT, str(complaint.level))
    if complaint.solution is None and not (duty is not None and duty.overdue):
        return refusals.not_answered(complaint.level)
    return (escalated(ticket, complaint, command.reason, at, ctx),)


def escalated(ticket: Underway, complaint: Complaint, reason: str, at: datetime, ctx: Context) -> ComplaintEscalated:
    """One level up (C12)."""
    level = complaint.level + 1
    role = owner_of(level, ctx.policy)
    watch = complaint_watch(at, level, role, ctx.policy)
    return ComplaintEscalated(
        at=at,
        ticket_id=ticket.case.ticket_id,
        level=level,
        owner_role=role,
        reason=reason,
        due=watch.due,
        watch=watch,
    )


def gates_missing(ticket: Underway, *, signed: bool) -> tuple[str, ...]:
    """What a complaint still needs before it closes (C12)."""
    complaint = ticket.dossier.complaint
    if complaint is None:
        return ()
    there = {
        "finding": complaint.finding is not None,
        "solution": complaint.solution is not None,
        "content": complaint.settled,
        "signature": complaint.signed or signed,
    }
    return tuple(gate for gate, held in there.items() if not held)


def after(dossier: Dossier, event: ComplaintEvent) -> Dossier:
    """The dossier after a complaint went on."""
    complaint = dossier.complaint
    match event:
        case ComplaintRegistered():
            made = Complaint(event.level, event.owner_role, event.conduct)
            return dossier.having(complaint=made, duties=begun(dossier.duties, event.watch, event.at))
        case ConductReported():
            return dossier
        case ComplaintInvestigated() | ComplaintAnswered() | ComplaintSettled() | ComplaintEscalated():
            return dossier if complaint is None else _gone_on(dossier, complaint, event)
    assert_never(event)


def _gone_on(
    dossier: Dossier,
    complaint: Complaint,
    event: ComplaintInvestigated | ComplaintAnswered | ComplaintSettled | ComplaintEscalated,
) -> Dossier:
    match event:
        case ComplaintInvestigated():
            return dossier.having(complaint=replace(complaint, finding=event.finding))
        case ComplaintAnswered():
            duties = done(dossier.duties, COMPLAINT, None)
            return dossier.having(complaint=replace(complaint, solution=event.solution), duties=duties)
        case ComplaintSettled():
            duties = done(dossier.duties, COMPLAINT, None)
            return dossier.having(complaint=replace(complaint, settled=True), duties=duties)
        case ComplaintEscalated():
            higher = Complaint(event.level, event.owner_role, complaint.conduct, finding=complaint.finding)
            duties = begun(done(dossier.duties, COMPLAINT, None), event.watch, event.at)
            return dossier.having(complaint=higher, duties=duties)
    assert_never(event)


def _at_or_above(level: int, policy: Policy) -> frozenset[str]:
    levels = policy.complaint_levels
    return frozenset((*levels[min(level, len(levels)) - 1 :], policy.escalation_top))


def _due(ticket: Underway, complaint: Complaint, at: datetime, ctx: Context) -> datetime:
    """When the answer was owed; later while the clock stands (C13). A better answer is owed by nobody."""
    duty = find(ticket.dossier.duties, COMPLAINT, str(complaint.level))
    if duty is None:
        return at
    if ticket.dossier.waiting is None:
        return duty.watch.due
    return rewatched(duty.watch, duty.since, ctx.policy, ticket.dossier.pauses(at)).due
