"""Complaints (投诉): sent to the department at once, investigated, answered level by level with a new clock each, until
the customer is content (C12, K20); about conduct, they reach the manager at once (C15)."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal, assert_never

from company.context import Context
from company.policy import Policy
from company.roles import Role
from contracts import service_desk_tickets as facts
from contracts.bounds import Nth
from runtime.decision import Command, Rejected, said_again
from runtime.forms import Widget
from runtime.use_case import UseCase
from service_desk.clocks import COMPLAINT, complaint_watch, rewatched
from service_desk.duties import begun, done, find
from service_desk.fields import LongText, Note, Photos, Text, happened
from service_desk.refusals import no
from service_desk.roles import HEADS, MANAGER, OFFICE
from service_desk.ticket.reply import replied_too
from service_desk.ticket.state import Complaint, Decision, Record, Underway


class Investigate(Command):
    """调查投诉 Investigate (C12)

    What was found out, with photos.
    """

    command: Literal["Investigate"] = "Investigate"
    finding: LongText
    photos: Photos = ()


class AnswerComplaint(Command):
    """答复投诉 Answer with a solution (C12, K20)

    By the owner of the complaint's level, or somebody above.
    """

    command: Literal["AnswerComplaint"] = "AnswerComplaint"
    solution: LongText


class SettleComplaint(Command):
    """客户满意 The customer is content (C12)

    A supervisor signs, then it closes.
    """

    command: Literal["SettleComplaint"] = "SettleComplaint"
    note: Note = ""


class EscalateComplaint(Command):
    """投诉升级 One level up (C12)

    The customer is not content, or has waited too long; a new clock starts. `level` is the one that is left: a repeat
    changes nothing.
    """

    command: Literal["EscalateComplaint"] = "EscalateComplaint"
    level: Annotated[Nth, Widget("fixed", of="level")]
    reason: Text


ComplaintEvent = (
    facts.ComplaintRegistered
    | facts.ComplaintInvestigated
    | facts.ComplaintAnswered
    | facts.ComplaintSettled
    | facts.ComplaintEscalated
    | facts.ConductReported
)


def registered(
    opened: facts.TicketOpened, policy: Policy
) -> tuple[facts.ComplaintRegistered | facts.ConductReported, ...]:
    """A complaint that came in: at the first level, or at the manager's where it is about conduct (C12, C15)."""
    if opened.kind != "complaint":
        return ()
    level = len(policy.complaint_levels) if opened.conduct else 1
    role = owner_of(level, policy)
    complaint = facts.ComplaintRegistered(
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
    conduct = facts.ConductReported(
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


def investigate(command: Investigate, ticket: Underway, ctx: Context) -> Decision:
    """What was found out (C12). Refuses: complaint_settled."""
    complaint = ticket.record.complaint
    if complaint is None:
        return no("not_a_complaint")
    if complaint.finding == command.finding and set(command.photos) <= set(complaint.photos):
        return ()
    if complaint.settled:
        return no("complaint_settled")
    return (
        facts.ComplaintInvestigated(
            at=happened(command, ctx),
            ticket_id=ticket.case.ticket_id,
            level=complaint.level,
            finding=command.finding,
            photos=command.photos,
            investigated_by=ctx.by,
        ),
    )


def answer_complaint(command: AnswerComplaint, ticket: Underway, ctx: Context) -> Decision:
    """Propose a solution, by the level's owner or somebody above (C12, K20); it is a reply too (C2).

    Refuses: complaint_settled, not_your_level, not_investigated.
    """
    complaint = ticket.record.complaint
    if complaint is None:
        return no("not_a_complaint")
    at = happened(command, ctx)
    if complaint.solution == command.solution:
        return ()
    if complaint.settled:
        return no("complaint_settled")
    if ctx.role not in _at_or_above(complaint.level, ctx.policy):
        return no("not_your_level", level=complaint.level, owner_role=complaint.owner_role)
    if complaint.finding is None:
        return no("not_investigated", level=complaint.level)
    answered = facts.ComplaintAnswered(
        at=at,
        ticket_id=ticket.case.ticket_id,
        level=complaint.level,
        solution=command.solution,
        answered_by=ctx.by,
        due=_due(ticket, complaint, at, ctx),
    )
    return (*replied_too(ticket, command.solution, at, ctx), answered)


def settle(command: SettleComplaint, ticket: Underway, ctx: Context) -> Decision:
    """The customer is content with the answer (C12). Refuses: not_answered."""
    complaint = ticket.record.complaint
    if complaint is None:
        return no("not_a_complaint")
    if complaint.settled:
        return said_again(complaint.settled_note, command.note)
    if complaint.solution is None:
        return no("not_answered", level=complaint.level)
    settled = facts.ComplaintSettled(
        at=happened(command, ctx), ticket_id=ticket.case.ticket_id, level=complaint.level, note=command.note
    )
    return (settled,)


def escalate(command: EscalateComplaint, ticket: Underway, ctx: Context) -> Decision:
    """The customer is not content: one level up, with a new clock (C12). An answer that is overdue will do instead of
    one that was refused. Refuses: complaint_settled, not_answered."""
    complaint = ticket.record.complaint
    if complaint is None:
        return no("not_a_complaint")
    at = happened(command, ctx)
    if command.level < complaint.level:
        return ()
    if complaint.settled:
        return no("complaint_settled")
    if complaint.solution is None and not _is_overdue(ticket, complaint):
        return no("not_answered", level=complaint.level)
    return (escalated(ticket, complaint, command.reason, at, ctx),)


def escalated(
    ticket: Underway, complaint: Complaint, reason: str, at: datetime, ctx: Context
) -> facts.ComplaintEscalated:
    """One level up (C12)."""
    level = complaint.level + 1
    role = owner_of(level, ctx.policy)
    watch = complaint_watch(at, level, role, ctx.policy)
    return facts.ComplaintEscalated(
        at=at,
        ticket_id=ticket.case.ticket_id,
        level=level,
        owner_role=role,
        reason=reason,
        due=watch.due,
        watch=watch,
    )


def _is_overdue(ticket: Underway, complaint: Complaint) -> bool:
    duty = find(ticket.record.duties, COMPLAINT, str(complaint.level))
    return duty is not None and duty.overdue


def is_open(ticket: Underway) -> Rejected | None:
    """Gate of all that is said of a complaint. Refuses: not_a_complaint, complaint_settled."""
    if ticket.record.complaint is None:
        return no("not_a_complaint")
    return None if is_unsettled(ticket) else no("complaint_settled")


def is_unsettled(ticket: Underway) -> bool:
    """The customer has not said to be content."""
    complaint = ticket.record.complaint
    return complaint is not None and not complaint.settled


def is_uninvestigated(ticket: Underway) -> bool:
    """Nobody found out anything."""
    complaint = ticket.record.complaint
    return complaint is not None and not complaint.settled and complaint.finding is None


def is_unanswered(ticket: Underway) -> bool:
    """Nobody proposed a solution at this level."""
    complaint = ticket.record.complaint
    return complaint is not None and not complaint.settled and complaint.solution is None


def can_be_answered(ticket: Underway) -> Rejected | None:
    """Gate of an answer. Refuses: not_investigated, and as `is_open`."""
    return is_open(ticket) or (no("not_investigated", level=_level(ticket)) if is_uninvestigated(ticket) else None)


def can_be_settled(ticket: Underway) -> Rejected | None:
    """Gate of the customer's yes. Refuses: not_answered, and as `is_open`."""
    return is_open(ticket) or (no("not_answered", level=_level(ticket)) if is_unanswered(ticket) else None)


def _level(ticket: Underway) -> int:
    return 0 if ticket.record.complaint is None else ticket.record.complaint.level


def can_be_escalated(ticket: Underway) -> Rejected | None:
    """Gate of the next level. Refuses as `can_be_settled`, unless the answer is overdue."""
    complaint = ticket.record.complaint
    late = complaint is not None and _is_overdue(ticket, complaint)
    return is_open(ticket) if late else can_be_settled(ticket)


def gates_missing(ticket: Underway, *, signed: bool) -> tuple[str, ...]:
    """What a complaint still needs before it closes (C12)."""
    complaint = ticket.record.complaint
    if complaint is None:
        return ()
    there = {
        "finding": complaint.finding is not None,
        "solution": complaint.solution is not None,
        "content": complaint.settled,
        "signature": complaint.signed or signed,
    }
    return tuple(gate for gate, held in there.items() if not held)


def after(record: Record, event: ComplaintEvent) -> Record:
    """The record after a complaint went on."""
    complaint = record.complaint
    match event:
        case facts.ComplaintRegistered():
            made = Complaint(event.level, event.owner_role, event.conduct)
            return record.having(complaint=made, duties=begun(record.duties, event.watch, event.at))
        case facts.ConductReported():
            return record
        case (
            facts.ComplaintInvestigated()
            | facts.ComplaintAnswered()
            | facts.ComplaintSettled()
            | facts.ComplaintEscalated()
        ):
            return record if complaint is None else _gone_on(record, complaint, event)
    assert_never(event)


def _gone_on(
    record: Record,
    complaint: Complaint,
    event: facts.ComplaintInvestigated | facts.ComplaintAnswered | facts.ComplaintSettled | facts.ComplaintEscalated,
) -> Record:
    match event:
        case facts.ComplaintInvestigated():
            return record.having(complaint=replace(complaint, finding=event.finding, photos=event.photos))
        case facts.ComplaintAnswered():
            duties = done(record.duties, COMPLAINT, None)
            return record.having(complaint=replace(complaint, solution=event.solution), duties=duties)
        case facts.ComplaintSettled():
            duties = done(record.duties, COMPLAINT, None)
            return record.having(complaint=replace(complaint, settled=True, settled_note=event.note), duties=duties)
        case facts.ComplaintEscalated():
            higher = Complaint(event.level, event.owner_role, complaint.conduct, finding=complaint.finding)
            duties = begun(done(record.duties, COMPLAINT, None), event.watch, event.at)
            return record.having(complaint=higher, duties=duties)
    assert_never(event)


def _at_or_above(level: int, policy: Policy) -> frozenset[str]:
    levels = policy.complaint_levels
    return frozenset((*levels[min(level, len(levels)) - 1 :], policy.escalation_top))


def _due(ticket: Underway, complaint: Complaint, at: datetime, ctx: Context) -> datetime:
    """When the answer was owed; later while the clock stands (C13). A better answer is owed by nobody."""
    duty = find(ticket.record.duties, COMPLAINT, str(complaint.level))
    if duty is None:
        return at
    if ticket.record.waiting is None:
        return duty.watch.due
    return rewatched(duty.watch, duty.since, ctx.policy, ticket.record.pauses(at)).due


USE_CASES = (
    UseCase(
        Investigate,
        investigate,
        OFFICE | MANAGER | {Role.INSTALL_SUPERVISOR},
        "complaint/investigation",
        gate=is_open,
        steps=("investigate",),
    ),
    UseCase(
        AnswerComplaint,
        answer_complaint,
        HEADS,
        "complaint/answer",
        gate=can_be_answered,
        steps=("answer_complaint",),
    ),
    UseCase(
        SettleComplaint,
        settle,
        OFFICE | MANAGER,
        "complaint/settlement",
        gate=can_be_settled,
        steps=("ask_content",),
    ),
    UseCase(
        EscalateComplaint,
        escalate,
        OFFICE | MANAGER,
        "complaint/escalation",
        gate=can_be_escalated,
        steps=("ask_content",),
    ),
)
