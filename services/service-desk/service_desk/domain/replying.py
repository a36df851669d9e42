"""The reply to a request (C2, K13): its clock stands while the ticket waits for a supplier (C13)."""

from datetime import datetime
from typing import Literal

from contracts.decision import Command, Context
from contracts.service_desk_tickets import TicketReplied
from service_desk.domain.clocks import REPLY, rewatched
from service_desk.domain.duties import find
from service_desk.domain.situations import Replied, Text, Underway


class Reply(Command):
    """回复客户 (C2, K13)."""

    command: Literal["Reply"] = "Reply"
    note: Text


def reply(command: Reply, ticket: Underway, at: datetime, ctx: Context) -> tuple[TicketReplied, ...]:
    """Note that the customer was answered (C2, K13). The earliest reply counts: a later one changes nothing, an
    earlier one that is told late corrects (X1)."""
    duty = ticket.reply
    if isinstance(duty, Replied) and duty.at <= at:
        return ()
    return (TicketReplied(at=at, ticket_id=ticket.case.ticket_id, note=command.note, due=_due(ticket, at, ctx)),)


def replied_too(ticket: Underway, note: str, at: datetime, ctx: Context) -> tuple[TicketReplied, ...]:
    """Whatever tells the customer something is a reply, if none was given yet (C2)."""
    return () if isinstance(ticket.reply, Replied) else reply(Reply(note=note), ticket, at, ctx)


def _due(ticket: Underway, at: datetime, ctx: Context) -> datetime:
    """When the reply was owed; later than it was while the clock stands."""
    wait, duty = ticket.dossier.waiting, find(ticket.dossier.duties, REPLY)
    if wait is None or duty is None or wait.since >= ticket.reply.due:
        return ticket.reply.due
    return rewatched(duty.watch, duty.since, ctx.policy, ticket.dossier.pauses(at)).due
