"""When nobody knows whether a message was sent (E4): the provider is asked, or a person says; never a blind repeat.

"The provider has no such message" counts only `policy.settle_seconds` after the attempt: providers write their records
late, and a process that was slow must have given up by then.
"""

from datetime import timedelta
from typing import Literal, assert_never

from company.context import Context
from contracts.bounds import HowMany, ManyLines
from contracts.notify import MessageResendAsked, MessageUnknown, ProviderQueried
from notify.domain import message_refusals as no
from notify.domain.attempts import Attempt, failed, let_go, sent
from notify.domain.message_state import (
    Attempting,
    AwaitingRetry,
    Confirmed,
    Decision,
    Delivered,
    GivenUp,
    Held,
    Message,
    OptedOut,
    Questioned,
    Ready,
    Requested,
    Sent,
    Undelivered,
    Unknown,
    Unrequested,
    Unsettled,
    tried,
)
from notify.domain.quiet_hours import backed_off
from runtime.decision import Command


class RecordUnknown(Command):
    """An attempt whose result nobody knows. `askable`: the provider can say later; else a person must."""

    command: Literal["RecordUnknown"] = "RecordUnknown"
    attempt: Attempt
    reason: ManyLines
    askable: bool


class AskProvider(Command):
    """The time has come to ask the provider for the `asked`-th time."""

    command: Literal["AskProvider"] = "AskProvider"
    asked: HowMany


class RecordNotFound(Command):
    """The provider answered the `asked`-th question: it has no such message."""

    command: Literal["RecordNotFound"] = "RecordNotFound"
    asked: HowMany


class RecordNoAnswer(Command):
    """The provider did not answer the `asked`-th question, or cannot (`askable` false)."""

    command: Literal["RecordNoAnswer"] = "RecordNoAnswer"
    asked: HowMany
    reason: ManyLines
    askable: bool


class ResolveUnknown(Command):
    """A person found out: it arrived, or it did not and is to be sent again."""

    command: Literal["ResolveUnknown"] = "ResolveUnknown"
    arrived: bool
    note: ManyLines


class ResendMessage(Command):
    """重发: a person wants a failed message sent again."""

    command: Literal["ResendMessage"] = "ResendMessage"
    reason: ManyLines


def record_unknown(command: RecordUnknown, message: Message, ctx: Context) -> Decision:
    """The result of an attempt is not known: the provider is asked at once, or a person must say."""
    match message:
        case Unrequested():
            return no.unknown()
        case Attempting() if message.attempt == command.attempt:
            return (
                MessageUnknown(
                    at=ctx.now,
                    message_id=message.letter.message_id,
                    attempt=message.attempt,
                    reason=command.reason,
                    since=message.since,
                    asked=0,
                    ask_at=ctx.now if command.askable else None,
                ),
            )
        case _ if not tried(message):
            return no.not_attempted()
        case _:
            return ()


def ask_provider(command: AskProvider, message: Message, ctx: Context) -> Decision:
    """Ask about an unknown result, or for the receipt of what was sent."""
    match message:
        case Unrequested():
            return no.unknown()
        case Unknown() if command.asked == message.asked + 1 and ctx.now >= message.ask_at:
            ref, since = "", message.since
        case Sent() if command.asked == message.asked + 1 and message.ask_at is not None and ctx.now >= message.ask_at:
            ref, since = message.provider_ref, message.sent_at
        case _:
            return ()
    return (
        ProviderQueried(
            at=ctx.now,
            message_id=message.letter.message_id,
            purpose="receipt" if isinstance(message, Sent) else "result",
            asked=command.asked,
            attempt=message.attempt,
            channel=message.letter.channel,
            to=message.letter.to,
            topic=message.letter.topic,
            sending_id=message.letter.sending_id,
            provider_ref=ref,
            since=since,
        ),
    )


def record_not_found(command: RecordNotFound, message: Message, ctx: Context) -> Decision:
    """The provider has no such message: it failed and may be tried again, once that can be believed."""
    match message:
        case Unrequested():
            return no.unknown()
        case Questioned() if message.asked == command.asked:
            believed_at = message.since + timedelta(seconds=ctx.policy.settle_seconds)
            if ctx.now >= believed_at:
                return (failed(message, "provider has no such message", ctx, permanent=False),)
            return (
                MessageUnknown(
                    at=ctx.now,
                    message_id=message.letter.message_id,
                    attempt=message.attempt,
                    reason="provider has no such message yet",
                    since=message.since,
                    asked=message.asked,
                    ask_at=believed_at,
                ),
            )
        case _:
            return ()


def record_no_answer(command: RecordNoAnswer, message: Message, ctx: Context) -> Decision:
    """No answer: asked again later, `policy.ask_attempts` times in all; then a person must say."""
    match message:
        case Unrequested():
            return no.unknown()
        case Questioned() if message.asked == command.asked:
            again = command.askable and message.asked < ctx.policy.ask_attempts
            key = f"{message.letter.message_id}?{message.asked}"
            wait = backed_off(ctx.policy.ask_minutes, message.asked - 1, key, ctx.policy)
            return (
                MessageUnknown(
                    at=ctx.now,
                    message_id=message.letter.message_id,
                    attempt=message.attempt,
                    reason=command.reason,
                    since=message.since,
                    asked=message.asked,
                    ask_at=ctx.now + wait if again else None,
                ),
            )
        case _:
            return ()


def resolve(command: ResolveUnknown, message: Message, ctx: Context) -> Decision:
    """A person's word on an unknown result. "Send again" is taken once the provider cannot say any more."""
    match message:
        case Unrequested():
            return no.unknown()
        case Unknown() | Questioned() | Unsettled() if command.arrived:
            return (sent(message.letter, ctx, attempt=message.attempt, ref="", settled_by=ctx.by),)
        case Unsettled():
            asked = MessageResendAsked(
                at=ctx.now,
                message_id=message.letter.message_id,
                reason=command.note,
                attempt=message.attempt + 1,
                sending_id=f"{message.letter.message_id}-{message.attempt + 1}",
            )
            return (asked, let_go(message.letter, message.attempt + 1, 1, ctx))
        case Unknown() | Questioned():
            return no.still_asking(message.ask_at if isinstance(message, Unknown) else None)
        case Sent() | Delivered() | Confirmed() if command.arrived:
            return ()
        case (
            Requested()
            | Held()
            | Ready()
            | Attempting()
            | AwaitingRetry()
            | Sent()
            | Delivered()
            | Undelivered()
            | GivenUp()
            | OptedOut()
            | Confirmed()
        ):
            return no.outcome_is_known()
    assert_never(message)


def resend(command: ResendMessage, message: Message, ctx: Context) -> Decision:
    """Send a failed message again: a person takes it upon himself, with a reason."""
    match message:
        case Unrequested():
            return no.unknown()
        case GivenUp() | Undelivered():
            asked = MessageResendAsked(
                at=ctx.now,
                message_id=message.letter.message_id,
                reason=command.reason,
                attempt=message.attempt + 1,
                sending_id=f"{message.letter.message_id}-{message.attempt + 1}",
            )
            return (asked, let_go(message.letter, message.attempt + 1, 1, ctx))
        case Requested() | Held() | Ready() | Attempting() | AwaitingRetry():
            return ()  # it is on its way
        case Unknown() | Questioned() | Unsettled():
            return no.outcome_unknown()
        case Sent() | Delivered() | Confirmed():
            return no.already_sent()
        case OptedOut():
            return no.opted_out()
    assert_never(message)
