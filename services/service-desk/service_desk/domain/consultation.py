"""Consultations (咨询): guided on the phone, followed up two hours later, and closed without a visit (C6, K16)."""

from datetime import datetime
from typing import Literal, assert_never

from contracts.decision import Command, Context
from contracts.service_desk_repairs import ConsultationAnswered, FollowedUp
from service_desk.domain import work_refusals as refusals
from service_desk.domain.clocks import FOLLOW_UP, follow_up_watch
from service_desk.domain.dossier import Advice, Dossier
from service_desk.domain.duties import begun, done, find
from service_desk.domain.replying import replied_too
from service_desk.domain.situations import Decision, Note, Text, Underway


class AnswerByPhone(Command):
    """电话指导 (C6)."""

    command: Literal["AnswerByPhone"] = "AnswerByPhone"
    answer: Text


class FollowUp(Command):
    """跟进电话 (C6, K16): whether the advice helped."""

    command: Literal["FollowUp"] = "FollowUp"
    solved: bool
    note: Note = ""


ConsultationCommand = AnswerByPhone | FollowUp
ConsultationEvent = ConsultationAnswered | FollowedUp


def decide(command: ConsultationCommand, ticket: Underway, at: datetime, ctx: Context) -> Decision:
    """Answer a command about a consultation."""
    match command:
        case AnswerByPhone():
            return answer_by_phone(command, ticket, at, ctx)
        case FollowUp():
            return follow_up(command, ticket, at)
    assert_never(command)


def answer_by_phone(command: AnswerByPhone, ticket: Underway, at: datetime, ctx: Context) -> Decision:
    """Guide the customer; that is a reply too, and a follow-up is owed (C6). Better advice starts a new clock.

    Refuses: not_a_consultation, already_solved.
    """
    if ticket.case.kind != "consultation":
        return refusals.not_a_consultation()
    known = ticket.dossier.advice
    if known is not None and known.answer == command.answer and known.solved is not False:
        return ()
    if known is not None and known.solved:
        return refusals.already_solved()
    number = 1 if known is None else known.answer_no + 1
    answered = ConsultationAnswered(
        at=at,
        ticket_id=ticket.case.ticket_id,
        answer_no=number,
        customer=ticket.case.customer,
        answer=command.answer,
        watch=follow_up_watch(at, number, ctx.policy),
    )
    return (*replied_too(ticket, command.answer, at, ctx), answered)


def follow_up(command: FollowUp, ticket: Underway, at: datetime) -> Decision:
    """Call again and hear whether it helped (C6, K16). Refuses: no_advice, followed_up."""
    advice = ticket.dossier.advice
    if advice is None:
        return refusals.no_advice()
    if advice.solved is not None:
        return () if advice.solved == command.solved else refusals.followed_up(solved=advice.solved)
    duty = find(ticket.dossier.duties, FOLLOW_UP, str(advice.answer_no))
    return (
        FollowedUp(
            at=at,
            ticket_id=ticket.case.ticket_id,
            answer_no=advice.answer_no,
            solved=command.solved,
            note=command.note,
            due=at if duty is None else duty.watch.due,
        ),
    )


def after(dossier: Dossier, event: ConsultationEvent) -> Dossier:
    """The dossier after advice was given or followed up."""
    match event:
        case ConsultationAnswered():
            duties = begun(done(dossier.duties, FOLLOW_UP, None), event.watch, event.at)
            return dossier.having(advice=Advice(event.answer_no, event.answer), duties=duties)
        case FollowedUp():
            if dossier.advice is None:
                return dossier
            advice = Advice(event.answer_no, dossier.advice.answer, event.solved)
            return dossier.having(advice=advice, duties=done(dossier.duties, FOLLOW_UP, None))
    assert_never(event)


def settled_by_phone(ticket: Underway) -> bool:
    """The advice helped, and somebody asked (C6)."""
    advice = ticket.dossier.advice
    return ticket.case.kind == "consultation" and advice is not None and advice.solved is True
