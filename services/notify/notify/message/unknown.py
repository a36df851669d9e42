"""When nobody knows whether a message was sent (E4): the provider is asked, or a person says; never a blind repeat.

"The provider has no such message" counts only `policy.settle_seconds` after the attempt: providers write their records
late, and a process that was slow must have given up by then.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Literal, assert_never

from pydantic import Field

from company.context import Context
from contracts import notify as facts
from contracts.bounds import HowMany, ManyLines
from contracts.civil_time import in_shanghai
from notify.message.attempts import Attempt, failed, let_go, sent
from notify.message.state import (
    Attempting,
    Confirmed,
    Decision,
    Delivered,
    GivenUp,
    Known,
    Open,
    OptedOut,
    Questioned,
    Sent,
    Undelivered,
    Unknown,
    Unsettled,
    attempt_of,
    tried,
    tries_of,
)
from notify.quiet_hours import backed_off
from notify.refusals import no
from notify.who import SENDS_AGAIN
from runtime.decision import Command, Rejected
from runtime.refusal import Term
from runtime.use_case import UseCase


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
    """核实结果不明的消息 Settle a message of unknown outcome (E4)

    It arrived, or it did not and is sent again; the latter only once the provider cannot say.
    """

    command: Literal["ResolveUnknown"] = "ResolveUnknown"
    arrived: bool
    note: Annotated[str, Field(max_length=500)] = ""


class ResendMessage(Command):
    """重发失败的消息 Send a failed message again (E4)

    Only one that failed or was not delivered; a reason is asked for. One whose outcome is unknown: see `resolve`.
    """

    command: Literal["ResendMessage"] = "ResendMessage"
    reason: Annotated[str, Field(min_length=1, max_length=500)]


def record_unknown(command: RecordUnknown, message: Known, ctx: Context) -> Decision:
    """The result of an attempt is not known: the provider is asked at once, or a person must say."""
    if isinstance(message, Attempting) and message.attempt == command.attempt:
        return (_unknown(message, command.reason, ctx, 0, ctx.now if command.askable else None),)
    return () if tried(message) else no("not_attempted")


def _unknown(
    message: Attempting | Questioned, reason: str, ctx: Context, asked: int, ask_at: datetime | None
) -> facts.MessageUnknown:
    return facts.MessageUnknown(
        at=ctx.now,
        message_id=message.letter.message_id,
        attempt=message.attempt,
        reason=reason,
        since=message.since,
        asked=asked,
        ask_at=ask_at,
    )


def ask_provider(command: AskProvider, message: Known, ctx: Context) -> Decision:
    """Ask about an unknown result, or for the receipt of what was sent."""
    if not isinstance(message, Unknown | Sent) or message.ask_at is None:
        return ()
    if command.asked != message.asked + 1 or ctx.now < message.ask_at:
        return ()
    is_sent = isinstance(message, Sent)
    return (
        facts.ProviderQueried(
            at=ctx.now,
            message_id=message.letter.message_id,
            purpose="receipt" if is_sent else "result",
            asked=command.asked,
            attempt=message.attempt,
            channel=message.letter.channel,
            to=message.letter.to,
            topic=message.letter.topic,
            sending_id=message.letter.sending_id,
            provider_ref=message.provider_ref if isinstance(message, Sent) else "",
            since=message.sent_at if isinstance(message, Sent) else message.since,
        ),
    )


def record_not_found(command: RecordNotFound, message: Known, ctx: Context) -> Decision:
    """The provider has no such message: it failed and may be tried again, once that can be believed."""
    if not isinstance(message, Questioned) or message.asked != command.asked:
        return ()
    believed_at = message.since + timedelta(seconds=ctx.policy.settle_seconds)
    if ctx.now >= believed_at:
        return (failed(message, "provider has no such message", ctx, permanent=False),)
    return (_unknown(message, "provider has no such message yet", ctx, message.asked, believed_at),)


def record_no_answer(command: RecordNoAnswer, message: Known, ctx: Context) -> Decision:
    """No answer: asked again later, `policy.ask_attempts` times in all; then a person must say."""
    if not isinstance(message, Questioned) or message.asked != command.asked:
        return ()
    again = command.askable and message.asked < ctx.policy.ask_attempts
    wait = backed_off(
        ctx.policy.ask_minutes, message.asked - 1, f"{message.letter.message_id}?{message.asked}", ctx.policy
    )
    return (_unknown(message, command.reason, ctx, message.asked, ctx.now + wait if again else None),)


def resolve(command: ResolveUnknown, message: Known, ctx: Context) -> Decision:
    """A person's word on an unknown result. "Send again" is taken once the provider cannot say any more.

    Refuses: outcome_is_known, still_asking.
    """
    match message:
        case Unknown() | Questioned() | Unsettled() if command.arrived:
            return (sent(message.letter, ctx, attempt=message.attempt, ref="", settled_by=ctx.by),)
        case Unsettled():
            return _sent_again(message, command.note, ctx)
        case Unknown():
            clock = f"（{in_shanghai(message.ask_at):%H:%M}）"
            return no("still_asking_until", ask_at=Term(clock, "", message.ask_at.isoformat()))
        case Questioned():
            return no("still_asking", ask_at=None)
        case Sent() | Delivered() | Confirmed() if command.arrived:
            return ()
        case _:
            return no("outcome_is_known")


def resend(command: ResendMessage, message: Known, ctx: Context) -> Decision:
    """Send a failed message again: a person takes it upon himself, with a reason. On its way already: nothing.

    Refuses: outcome_unknown, already_sent, opted_out.
    """
    if isinstance(message, GivenUp | Undelivered):
        return _sent_again(message, command.reason, ctx)
    return against_resending(message) or ()


def against_resending(message: Known) -> Rejected | None:
    """Why a message may not be sent again, whatever the reason."""
    match message:
        case Unknown() | Questioned() | Unsettled():
            return no("outcome_unknown")
        case Sent() | Delivered() | Confirmed():
            return no("already_sent")
        case OptedOut():
            return no("opted_out")
        case _:
            return None


def _sent_again(message: Unsettled | GivenUp | Undelivered, reason: str, ctx: Context) -> Decision:
    attempt = message.attempt + 1
    asked = facts.MessageResendAsked(
        at=ctx.now,
        message_id=message.letter.message_id,
        reason=reason,
        attempt=attempt,
        sending_id=f"{message.letter.message_id}-{attempt}",
    )
    return (asked, let_go(message.letter, attempt, 1, ctx))


Event = facts.MessageUnknown | facts.ProviderQueried | facts.MessageResendAsked


def evolve(message: Known, event: Event) -> Known:
    """The message after an event of this topic."""
    letter = message.letter
    match event:
        case facts.MessageUnknown():
            if event.ask_at is None:
                return Unsettled(letter, event.attempt, tries_of(message), event.since)
            return Unknown(letter, event.attempt, tries_of(message), event.since, event.asked, event.ask_at)
        case facts.ProviderQueried():
            if isinstance(message, Sent):
                return replace(message, asked=event.asked, ask_at=None)
            return Questioned(letter, attempt_of(message), tries_of(message), event.since, event.asked)
        case facts.MessageResendAsked():  # MessageReady or MessageHeld follows
            return replace(message, letter=replace(letter, sending_id=event.sending_id))
    assert_never(event)


def _is_open(message: Known) -> Rejected | None:
    return None if isinstance(message, Open) else no("outcome_is_known")


def _failed(message: Known) -> bool:
    return isinstance(message, GivenUp | Undelivered)


USE_CASES = (
    UseCase(RecordUnknown, record_unknown),
    UseCase(AskProvider, ask_provider),
    UseCase(RecordNotFound, record_not_found),
    UseCase(RecordNoAnswer, record_no_answer),
    UseCase(
        ResolveUnknown,
        resolve,
        SENDS_AGAIN,
        "resolve",
        _is_open,
        body="Resolve",
        unsaid=("at",),
        wanted=lambda message: isinstance(message, Unsettled),
    ),
    UseCase(
        ResendMessage,
        resend,
        SENDS_AGAIN,
        "resend",
        against_resending,
        body="Resend",
        unsaid=("at",),
        wanted=_failed,
    ),
)
