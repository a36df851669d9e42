"""The reply to a request (C2, K13): its clock stands while the ticket waits for a supplier (C13)."""

from datetime import datetime
from typing import Annotated, Literal

from company.context import Context
from contracts.service_desk_tickets import TicketReplied
from runtime.decision import Command
from runtime.forms import Widget
from runtime.use_case import UseCase
from service_desk.clocks import REPLY, rewatched
from service_desk.duties import find
from service_desk.fields import Text, happened
from service_desk.refusals import no
from service_desk.roles import OFFICE
from service_desk.ticket.state import Decision, Replied, Underway


class Reply(Command):
    """回复客户 Reply (C2, K13)

    The earliest reply counts.
    """

    command: Literal["Reply"] = "Reply"
    note: Annotated[Text, Widget("long", label="replied")]


def reply(command: Reply, ticket: Underway, ctx: Context) -> Decision:
    """Note that the customer was answered (C2, K13). The earliest reply counts: an earlier one that is told late
    corrects (X1); a later one is refused, so that nobody believes it noted (X7). Refuses: replied_already."""
    known = ticket.reply
    if isinstance(known, Replied) and known.at <= happened(command, ctx):
        return () if command.note == ticket.record.replied else no("replied_already", at=known.at)
    return replied(ticket, command.note, happened(command, ctx), ctx)


def replied(ticket: Underway, note: str, at: datetime, ctx: Context) -> tuple[TicketReplied, ...]:
    """The customer was answered at this time."""
    if isinstance(ticket.reply, Replied) and ticket.reply.at <= at:
        return ()
    return (TicketReplied(at=at, ticket_id=ticket.case.ticket_id, note=note, due=_due(ticket, at, ctx)),)


def replied_too(ticket: Underway, note: str, at: datetime, ctx: Context) -> tuple[TicketReplied, ...]:
    """Whatever tells the customer something is a reply, if none was given yet (C2)."""
    return () if isinstance(ticket.reply, Replied) else replied(ticket, note, at, ctx)


def owes_reply(ticket: Underway) -> bool:
    """Nobody replied yet (C2)."""
    return not isinstance(ticket.reply, Replied)


def _due(ticket: Underway, at: datetime, ctx: Context) -> datetime:
    """When the reply was owed; later than it was while the clock stands."""
    wait, duty = ticket.record.waiting, find(ticket.record.duties, REPLY)
    if wait is None or duty is None or wait.since >= ticket.reply.due:
        return ticket.reply.due
    return rewatched(duty.watch, duty.since, ctx.policy, ticket.record.pauses(at)).due


USE_CASES = (UseCase(Reply, reply, OFFICE, "reply", wanted=owes_reply, steps=("reply",)),)
