"""A message (通知): asked for once per cause, tried until it is sent or given up (E1, E4).

The situations: Unrequested, Requested (待发), Attempting (发送中: the provider is being asked, its answer is not
known), AwaitingRetry (待重发), Sent (已发), GivenUp (失败).
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal, assert_never

from pydantic import Field

from contracts.decision import Command, Context, Rejected, Timer
from contracts.notify import (
    Channel,
    MessageAttempted,
    MessageFailed,
    MessageRequested,
    MessageSent,
    NotifyEvent,
)

_MESSAGES = uuid.UUID("0d6c1a52-7f0e-5b7a-8c86-2f4b3f1f2a57")
"""Namespace of message ids. It is stored in streams: never change it."""

GROUP_POST = 0
"""Template number of posts to the group, whose text is made of the event."""

Attempt = Annotated[int, Field(ge=1)]


def message_id(cause_id: str, template: int) -> str:
    """The id of the one message that an event causes with a template (E4)."""
    return str(uuid.uuid5(_MESSAGES, f"{cause_id}/{template}"))


def message_key(message_id: str) -> str:
    """The aggregate id of a message."""
    return f"message:{message_id}"


class RequestMessage(Command):
    """要发 (E1): one per cause and template, by `message_id`. `to`: telephone number, or the group's name."""

    command: Literal["RequestMessage"] = "RequestMessage"
    message_id: str
    channel: Channel
    template: int
    to: str
    text: str
    cause_id: str
    subject: str


class StartAttempt(Command):
    """The provider is about to be asked for the `attempt`-th time."""

    command: Literal["StartAttempt"] = "StartAttempt"
    attempt: Attempt


class RecordSent(Command):
    """The provider took the message; `provider_ref` is its own number."""

    command: Literal["RecordSent"] = "RecordSent"
    attempt: Attempt
    provider_ref: str


class RecordFailed(Command):
    """The provider did not take it, or its answer is not known; `permanent`: it never will."""

    command: Literal["RecordFailed"] = "RecordFailed"
    attempt: Attempt
    reason: str
    permanent: bool


COMMANDS = RequestMessage | StartAttempt | RecordSent | RecordFailed


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent, and to whom."""

    message_id: str
    channel: Channel
    to: str
    text: str


@dataclass(frozen=True, slots=True)
class Unrequested:
    """No such message yet."""


@dataclass(frozen=True, slots=True)
class Requested:
    """待发."""

    letter: Letter


@dataclass(frozen=True, slots=True)
class Attempting:
    """发送中: what the provider answers is not known yet."""

    letter: Letter
    attempt: int


@dataclass(frozen=True, slots=True)
class AwaitingRetry:
    """待重发."""

    letter: Letter
    attempt: int
    retry_at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """已发."""

    message_id: str


@dataclass(frozen=True, slots=True)
class GivenUp:
    """失败: not tried again."""

    message_id: str


Message = Unrequested | Requested | Attempting | AwaitingRetry | Sent | GivenUp
INITIAL: Message = Unrequested()
STATES = (Unrequested, Requested, Attempting, AwaitingRetry, Sent, GivenUp)
Decision = tuple[NotifyEvent, ...] | Rejected


def decide(command: COMMANDS, message: Message, ctx: Context) -> Decision:
    """Answer a command."""
    match command:
        case RequestMessage():
            return request_message(command, message, ctx)
        case StartAttempt():
            return start_attempt(command, message, ctx)
        case RecordSent():
            return record_sent(command, message, ctx)
        case RecordFailed():
            return record_failed(command, message, ctx)
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
        ),
    )


def start_attempt(command: StartAttempt, message: Message, ctx: Context) -> Decision:
    """Put on record that the provider is asked now, before it is (E4). Too early, too late or out of turn: nothing."""
    match message:
        case Unrequested():
            return _unknown()
        case Requested() if command.attempt == 1:
            letter = message.letter
        case AwaitingRetry() if command.attempt == message.attempt + 1 and ctx.now >= message.retry_at:
            letter = message.letter
        case Requested() | AwaitingRetry() | Attempting() | Sent() | GivenUp():
            return ()
        case _:
            assert_never(message)
    return (
        MessageAttempted(
            at=ctx.now,
            message_id=letter.message_id,
            attempt=command.attempt,
            channel=letter.channel,
            to=letter.to,
            text=letter.text,
        ),
    )


def record_sent(command: RecordSent, message: Message, ctx: Context) -> Decision:
    """It was sent. A fact, also when it becomes known after a failure: then nothing is tried again (E4)."""
    match message:
        case Unrequested():
            return _unknown()
        case Requested():
            return _not_attempted()
        case Sent():
            return ()
        case Attempting() | AwaitingRetry():
            known_as = message.letter.message_id
        case GivenUp():
            known_as = message.message_id
        case _:
            assert_never(message)
    return (MessageSent(at=ctx.now, message_id=known_as, attempt=command.attempt, provider_ref=command.provider_ref),)


def record_failed(command: RecordFailed, message: Message, ctx: Context) -> Decision:
    """This attempt failed: the next one waits twice as long as the last, up to `policy.send_attempts` in all (E4)."""
    match message:
        case Unrequested():
            return _unknown()
        case Requested():
            return _not_attempted()
        case Attempting() if message.attempt == command.attempt:
            final = command.permanent or command.attempt >= ctx.policy.send_attempts
            wait = timedelta(minutes=ctx.policy.retry_minutes * 2 ** (command.attempt - 1))
            return (
                MessageFailed(
                    at=ctx.now,
                    message_id=message.letter.message_id,
                    attempt=command.attempt,
                    reason=command.reason,
                    final=final,
                    retry_at=None if final else ctx.now + wait,
                ),
            )
        case Attempting() | AwaitingRetry() | Sent() | GivenUp():
            return ()
    assert_never(message)


def evolve(message: Message, event: NotifyEvent) -> Message:
    """The situation after an event."""
    match event:
        case MessageRequested():
            return Requested(Letter(event.message_id, event.channel, event.to, event.text))
        case MessageAttempted():
            return Attempting(Letter(event.message_id, event.channel, event.to, event.text), event.attempt)
        case MessageSent():
            return Sent(event.message_id)
        case MessageFailed():
            if event.retry_at is None or not isinstance(message, Attempting):
                return GivenUp(event.message_id)
            return AwaitingRetry(message.letter, event.attempt, event.retry_at)
    assert_never(event)


def due(message: Message) -> tuple[Timer, ...]:
    """E4: the next attempt, once its time has come."""
    if not isinstance(message, AwaitingRetry):
        return ()
    return (Timer("retry", message.retry_at, StartAttempt(attempt=message.attempt + 1)),)


def _unknown() -> Rejected:
    return Rejected(
        "unknown_message", "E4", "没有这条消息，请核对编号。", "There is no such message; check its number."
    )


def _not_attempted() -> Rejected:
    return Rejected(
        "not_attempted",
        "E4",
        "这条消息还没有开始发送，不能登记发送结果。",
        "This message was not attempted yet; there is no result to record.",
    )
