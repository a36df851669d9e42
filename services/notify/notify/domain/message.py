"""A message (通知): asked for once per cause, tried until sent or given up, followed to its receipt (E1, E4, E5).

Its way to the provider, unknown results and receipts have a file each.
"""

import uuid
from datetime import datetime
from typing import Annotated, Literal, assert_never

from company.context import Context
from contracts.bounds import Few, ManyLines, Moment, Nth, OneLine, OptionalId
from contracts.notify import Channel, MessageRequested, Word
from notify.domain.attempts import (
    PostponeMessage,
    RecordFailed,
    RecordSent,
    ReleaseMessage,
    StartAttempt,
    SuppressMessage,
    postpone,
    record_failed,
    record_sent,
    release,
    start_attempt,
    suppress,
)
from notify.domain.message_state import (
    INITIAL,
    STATES,
    AwaitingRetry,
    Confirmed,
    Decision,
    Delivered,
    Held,
    Message,
    OptedOut,
    Sent,
    Undelivered,
    Unknown,
    Unrequested,
    evolve,
)
from notify.domain.outcomes import (
    AskProvider,
    RecordNoAnswer,
    RecordNotFound,
    RecordUnknown,
    ResendMessage,
    ResolveUnknown,
    ask_provider,
    record_no_answer,
    record_not_found,
    record_unknown,
    resend,
    resolve,
)
from notify.domain.receipts import (
    ConfirmFax,
    NoteFaxUnconfirmed,
    NoteOverdue,
    RecordNoReceipt,
    RecordReceipt,
    confirm_fax,
    note_fax_unconfirmed,
    note_overdue,
    record_no_receipt,
    record_receipt,
)
from runtime.decision import Command, Timer

_MESSAGES = uuid.UUID("0d6c1a52-7f0e-5b7a-8c86-2f4b3f1f2a57")
"""Namespace of message ids. It is stored in streams: never change it."""

GROUP_POST = 0
"""Template number of posts to the group and of faxes, whose text is made of the event."""


def message_id(cause_id: str, template: int) -> str:
    """The id of the one message that an event causes with a template (E4)."""
    return str(uuid.uuid5(_MESSAGES, f"{cause_id}/{template}"))


def message_key(message_id: str) -> str:
    """The aggregate id of a message."""
    return f"message:{message_id}"


class RequestMessage(Command):
    """要发 (E1): one per cause and template, by `message_id`. `to`: telephone number, or the group's name."""

    command: Literal["RequestMessage"] = "RequestMessage"
    message_id: OptionalId
    channel: Channel
    template: Nth
    to: OneLine
    text: ManyLines
    cause_id: OptionalId
    subject: OptionalId
    words: Annotated[tuple[Word, ...], Few(1_000)] = ()
    topic: OptionalId = ""
    ref: OptionalId = ""
    urgent: bool = False
    optional: bool = False
    duty: OptionalId = ""
    due: Moment | None = None


COMMANDS = (
    RequestMessage
    | ReleaseMessage
    | SuppressMessage
    | StartAttempt
    | PostponeMessage
    | RecordSent
    | RecordFailed
    | RecordUnknown
    | AskProvider
    | RecordNotFound
    | RecordNoAnswer
    | RecordReceipt
    | RecordNoReceipt
    | ResolveUnknown
    | ResendMessage
    | ConfirmFax
    | NoteFaxUnconfirmed
    | NoteOverdue
)


def decide(command: COMMANDS, message: Message, ctx: Context) -> Decision:
    """Answer a command."""
    match command:
        case RequestMessage():
            return request_message(command, message, ctx)
        case ReleaseMessage():
            return release(command, message, ctx)
        case SuppressMessage():
            return suppress(command, message, ctx)
        case StartAttempt():
            return start_attempt(command, message, ctx)
        case PostponeMessage():
            return postpone(command, message, ctx)
        case RecordSent():
            return record_sent(command, message, ctx)
        case RecordFailed():
            return record_failed(command, message, ctx)
        case RecordUnknown():
            return record_unknown(command, message, ctx)
        case AskProvider():
            return ask_provider(command, message, ctx)
        case RecordNotFound():
            return record_not_found(command, message, ctx)
        case RecordNoAnswer():
            return record_no_answer(command, message, ctx)
        case RecordReceipt():
            return record_receipt(command, message, ctx)
        case RecordNoReceipt():
            return record_no_receipt(command, message, ctx)
        case ResolveUnknown():
            return resolve(command, message, ctx)
        case ResendMessage():
            return resend(command, message, ctx)
        case ConfirmFax():
            return confirm_fax(command, message, ctx)
        case NoteFaxUnconfirmed():
            return note_fax_unconfirmed(command, message, ctx)
        case NoteOverdue():
            return note_overdue(command, message, ctx)
    assert_never(command)


def request_message(command: RequestMessage, message: Message, ctx: Context) -> Decision:
    """Ask for a message; asked for again, whatever became of it, it is not asked for twice (E4)."""
    if not isinstance(message, Unrequested):
        return ()
    return (
        MessageRequested(
            at=command.at or ctx.now,
            message_id=command.message_id,
            channel=command.channel,
            template=command.template,
            to=command.to,
            text=command.text,
            cause_id=command.cause_id,
            subject=command.subject,
            words=command.words,
            topic=command.topic,
            ref=command.ref,
            urgent=command.urgent,
            optional=command.optional,
            duty=command.duty,
            due=command.due,
        ),
    )


def due(message: Message) -> tuple[Timer, ...]:
    """E4: the next attempt or question, once its time has come. E5: an unconfirmed fax. K17: what is owed."""
    match message:
        case Unrequested() | Delivered() | Undelivered() | OptedOut() | Confirmed():
            return ()
        case Held(until=when) | AwaitingRetry(retry_at=when):
            return (Timer("release", when, ReleaseMessage()), *_owed(message.letter.owed))
        case Unknown():
            ask = Timer("ask", message.ask_at, AskProvider(asked=message.asked + 1))
            return (ask, *_owed(message.letter.owed))
        case Sent():
            timers = []
            if message.ask_at is not None:
                timers.append(Timer("ask", message.ask_at, AskProvider(asked=message.asked + 1)))
            if message.confirm_due is not None:
                timers.append(Timer("confirm", message.confirm_due, NoteFaxUnconfirmed()))
            return tuple(timers)
        case _:
            return _owed(message.letter.owed)


def _owed(when: datetime | None) -> tuple[Timer, ...]:
    return () if when is None else (Timer("owed", when, NoteOverdue()),)


__all__ = [
    "COMMANDS",
    "GROUP_POST",
    "INITIAL",
    "STATES",
    "Message",
    "RequestMessage",
    "decide",
    "due",
    "evolve",
    "message_id",
    "message_key",
]
