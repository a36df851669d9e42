"""Consultations (咨询): guided on the phone, followed up two hours later, and closed without a visit (C6, K16)."""

from typing import Literal, assert_never

from company.context import Context
from contracts import service_desk_repairs as facts
from runtime.decision import Command, Rejected
from runtime.refusal import Term
from runtime.use_case import UseCase
from service_desk.clocks import FOLLOW_UP, follow_up_watch
from service_desk.duties import begun, done, find
from service_desk.fields import LongText, Note, happened
from service_desk.refusals import no
from service_desk.roles import OFFICE
from service_desk.ticket.reply import replied_too
from service_desk.ticket.state import Advice, Decision, Record, Underway

SOLVED = {True: Term("已解决", "solved", fact=True), False: Term("未解决", "not solved", fact=False)}


class AnswerByPhone(Command):
    """电话指导 Guide on the phone (C6)

    A reply too; somebody calls again two hours later (K16).
    """

    command: Literal["AnswerByPhone"] = "AnswerByPhone"
    answer: LongText


class FollowUp(Command):
    """跟进电话 Follow up (C6, K16)

    Whether the advice helped; if so, the consultation closes without a visit.
    """

    command: Literal["FollowUp"] = "FollowUp"
    solved: bool
    note: Note = ""


ConsultationEvent = facts.ConsultationAnswered | facts.FollowedUp


def answer_by_phone(command: AnswerByPhone, ticket: Underway, ctx: Context) -> Decision:
    """Guide the customer; that is a reply too, and a follow-up is owed (C6). Better advice starts a new clock.

    Refuses: not_a_consultation, already_solved.
    """
    at = happened(command, ctx)
    if (other := is_consultation(ticket)) is not None:
        return other
    known = ticket.record.advice
    if known is not None and known.answer == command.answer and known.solved is not False:
        return ()
    if known is not None and known.solved:
        return no("already_solved")
    number = 1 if known is None else known.answer_no + 1
    answered = facts.ConsultationAnswered(
        at=at,
        ticket_id=ticket.case.ticket_id,
        answer_no=number,
        customer=ticket.case.customer,
        answer=command.answer,
        watch=follow_up_watch(at, number, ctx.policy),
    )
    return (*replied_too(ticket, command.answer, at, ctx), answered)


def follow_up(command: FollowUp, ticket: Underway, ctx: Context) -> Decision:
    """Call again and hear whether it helped (C6, K16, X7). Refuses: no_advice, followed_up."""
    at = happened(command, ctx)
    advice = ticket.record.advice
    if advice is None:
        return no("no_advice")
    if advice.solved is not None:
        same = (advice.solved, ticket.record.followed) == (command.solved, command.note)
        return () if same else no("followed_up", solved=SOLVED[advice.solved])
    duty = find(ticket.record.duties, FOLLOW_UP, str(advice.answer_no))
    return (
        facts.FollowedUp(
            at=at,
            ticket_id=ticket.case.ticket_id,
            answer_no=advice.answer_no,
            solved=command.solved,
            note=command.note,
            due=at if duty is None else duty.watch.due,
        ),
    )


def is_consultation(ticket: Underway) -> Rejected | None:
    """Gate of advice. Refuses: not_a_consultation."""
    return None if ticket.case.kind == "consultation" else no("not_a_consultation")


def is_unsolved(ticket: Underway) -> bool:
    """No advice helped yet, as far as anybody knows."""
    return ticket.record.advice is None or ticket.record.advice.solved is not True


def is_unhelped(ticket: Underway) -> bool:
    """The advice did not help."""
    return ticket.record.advice is not None and ticket.record.advice.solved is False


def awaits_follow_up(ticket: Underway) -> bool:
    """Somebody was advised and not asked yet whether it helped."""
    return ticket.record.advice is not None and ticket.record.advice.solved is None


def after(record: Record, event: ConsultationEvent) -> Record:
    """The record after advice was given or followed up."""
    match event:
        case facts.ConsultationAnswered():
            duties = begun(done(record.duties, FOLLOW_UP, None), event.watch, event.at)
            return record.having(advice=Advice(event.answer_no, event.answer), duties=duties)
        case facts.FollowedUp():
            if record.advice is None:
                return record
            advice = Advice(event.answer_no, record.advice.answer, event.solved)
            return record.having(advice=advice, followed=event.note, duties=done(record.duties, FOLLOW_UP, None))
    assert_never(event)


def settled_by_phone(ticket: Underway) -> bool:
    """The advice helped, and somebody asked (C6)."""
    advice = ticket.record.advice
    return ticket.case.kind == "consultation" and advice is not None and advice.solved is True


USE_CASES = (
    UseCase(
        AnswerByPhone,
        answer_by_phone,
        OFFICE,
        "advice",
        gate=is_consultation,
        wanted=is_unsolved,
        steps=("advise", "advise_again"),
    ),
    UseCase(FollowUp, follow_up, OFFICE, "follow-up", wanted=awaits_follow_up, steps=("follow_up",)),
)
