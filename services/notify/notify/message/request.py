"""A message is asked for (要发), once per cause (E1, E4); what is owed and not sent by its time is said (K17)."""

import uuid
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Literal, assert_never

from company.context import Context
from contracts import notify as facts
from contracts.bounds import CivilDay, Few, ManyLines, Moment, Nth, OneLine, OptionalId
from contracts.civil_time import civil_day
from notify.message.state import Decision, Known, Letter, Message, Requested, Unrequested, Unsent
from runtime.decision import Command, Timer
from runtime.use_case import UseCase

_MESSAGES = uuid.UUID("0d6c1a52-7f0e-5b7a-8c86-2f4b3f1f2a57")
"""Namespace of message ids. It is stored in streams: never change it."""

GROUP_POST = 0
"""Template number of posts to the group and of faxes, whose text is made of the event."""


def message_id(cause_id: str, template: int) -> str:
    """The id of the one message that an event causes with a template (E4)."""
    return str(uuid.uuid5(_MESSAGES, f"{cause_id}/{template}"))


class RequestMessage(Command):
    """要发 (E1): one per cause and template, by `message_id`. `to`: telephone number, or the group's name."""

    command: Literal["RequestMessage"] = "RequestMessage"
    message_id: OptionalId
    channel: facts.Channel
    template: Nth
    to: OneLine
    text: ManyLines
    cause_id: OptionalId
    subject: OptionalId
    words: Annotated[tuple[facts.Word, ...], Few(1_000)] = ()
    topic: OptionalId = ""
    ref: OptionalId = ""
    urgent: bool = False
    optional: bool = False
    duty: OptionalId = ""
    due: Moment | None = None
    last_day: CivilDay | None = None
    """The day that it speaks of: nobody is told of a day that is over."""


class NoteOverdue(Command):
    """The message was owed by now (K17)."""

    command: Literal["NoteOverdue"] = "NoteOverdue"


def request_message(command: RequestMessage, message: Message, ctx: Context) -> Decision:
    """Ask for a message; asked for again, whatever became of it, it is not asked for twice (E4), and of a day that is
    over not at all."""
    if not isinstance(message, Unrequested) or is_over(command.last_day, ctx):
        return ()
    return (facts.MessageRequested.model_validate({**dict(command), "at": command.at or ctx.now}),)


def is_over(day: date | None, ctx: Context) -> bool:
    """Whether the day that a message speaks of has ended."""
    return day is not None and day < civil_day(ctx.now)


def note_overdue(command: NoteOverdue, message: Known, ctx: Context) -> Decision:  # noqa: ARG001 - one signature
    """The message was owed and is not sent (K17). Said once; what is sent after all is late."""
    letter = message.letter
    if not isinstance(message, Unsent) or letter.owed is None or ctx.now < letter.owed:
        return ()
    return (
        facts.MessageOverdue(
            at=ctx.now,
            message_id=letter.message_id,
            duty=letter.duty,
            due=letter.owed,
            subject=letter.subject,
            template=letter.template,
        ),
    )


def requested(event: facts.MessageRequested) -> Requested:
    """A message that was asked for just now."""
    return Requested(
        Letter(
            message_id=event.message_id,
            sending_id=event.message_id,
            channel=event.channel,
            template=event.template,
            to=event.to,
            text=event.text,
            words=event.words,
            cause_id=event.cause_id,
            subject=event.subject,
            topic=event.topic,
            ref=event.ref,
            urgent=event.urgent,
            optional=event.optional,
            duty=event.duty,
            due=event.due,
            owed=event.due,
            requested_at=event.at,
            last_day=event.last_day,
        )
    )


Event = facts.MessageRequested | facts.MessageOverdue


def evolve(message: Known, event: Event) -> Known:
    """The message after an event of this topic."""
    match event:
        case facts.MessageRequested():
            return requested(event)
        case facts.MessageOverdue():
            return replace(message, letter=replace(message.letter, owed=None))
    assert_never(event)


def owed(when: datetime | None) -> tuple[Timer, ...]:
    """K17: when its being late is said."""
    return () if when is None else (Timer("owed", when, NoteOverdue()),)


USE_CASES = (UseCase(RequestMessage, request_message), UseCase(NoteOverdue, note_overdue))
