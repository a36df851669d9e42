"""The way of a message to its provider (E4): let go or held back, attempted, taken or not."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Literal, assert_never

from pydantic import Field

from company.context import Context
from company.policy import Policy
from company.reasons import DAY_OVER, TAKEN_BACK
from contracts import notify as facts
from contracts.bounds import ManyLines, Moment, Nth, OneLine, OptionalId
from notify.message.request import is_over
from notify.message.state import (
    FAX,
    Attempting,
    AwaitingRetry,
    Decision,
    GivenUp,
    Held,
    Known,
    Letter,
    OptedOut,
    Questioned,
    Ready,
    Requested,
    Sent,
    Unsent,
    attempt_of,
    tried,
    tries_of,
)
from notify.quiet_hours import after_quiet_hours, backed_off
from notify.refusals import no
from runtime.decision import Command
from runtime.use_case import UseCase

Attempt = Annotated[Nth, Field(ge=1)]


class ReleaseMessage(Command):
    """The customer may get it (not before `not_before`), or what it was held back for is over."""

    command: Literal["ReleaseMessage"] = "ReleaseMessage"
    not_before: Moment | None = None


class SuppressMessage(Command):
    """The customer opted out of it."""

    command: Literal["SuppressMessage"] = "SuppressMessage"


class WithdrawMessage(Command):
    """What it tells of was taken back, for this reason (D16)."""

    command: Literal["WithdrawMessage"] = "WithdrawMessage"
    reason: ManyLines


class StartAttempt(Command):
    """The provider is about to be asked for the `attempt`-th time, by the one process that knows `claim`."""

    command: Literal["StartAttempt"] = "StartAttempt"
    attempt: Attempt
    claim: OptionalId


class PostponeMessage(Command):
    """The provider was not asked: it has had enough for the moment."""

    command: Literal["PostponeMessage"] = "PostponeMessage"
    attempt: Attempt
    seconds: Annotated[Nth, Field(ge=1)]


class RecordSent(Command):
    """The provider has the message; `provider_ref` is its own number. `receipts`: it can tell what became of it."""

    command: Literal["RecordSent"] = "RecordSent"
    attempt: Attempt
    provider_ref: OneLine
    receipts: bool = False


class RecordFailed(Command):
    """The provider said that it does not take it; `permanent`: it never will."""

    command: Literal["RecordFailed"] = "RecordFailed"
    attempt: Attempt
    reason: ManyLines
    permanent: bool


def release(command: ReleaseMessage, message: Known, ctx: Context) -> Decision:
    """Let it go, or hold it back: in quiet hours unless urgent, and while the customer had enough (E4). What speaks of
    a day that is over meanwhile is given up."""
    match message:
        case Requested() | Held() | AwaitingRetry() if is_over(message.letter.last_day, ctx):
            return (day_over(message.letter, attempt_of(message), ctx),)
        case Requested():
            return (let_go(message.letter, 1, 1, ctx, not_before=command.not_before),)
        case Held() if ctx.now >= message.until:
            return (let_go(message.letter, message.attempt, message.tries, ctx),)
        case AwaitingRetry() if ctx.now >= message.retry_at:
            return (let_go(message.letter, message.attempt + 1, message.tries + 1, ctx),)
        case _:
            return ()


def let_go(
    letter: Letter, attempt: int, tries: int, ctx: Context, *, not_before: datetime | None = None
) -> facts.MessageReady | facts.MessageHeld:
    """What releasing comes to."""
    earliest = max(ctx.now, not_before or ctx.now)
    until = earliest
    if letter.channel == "sms" and not letter.urgent:
        until = after_quiet_hours(earliest, ctx.policy)
    if until <= ctx.now:
        return facts.MessageReady(at=ctx.now, message_id=letter.message_id, attempt=attempt, tries=tries)
    return facts.MessageHeld(
        at=ctx.now,
        message_id=letter.message_id,
        until=until,
        reason="quiet_hours" if until > earliest else "rate_limit",
        attempt=attempt,
        tries=tries,
    )


def day_over(letter: Letter, attempt: int, ctx: Context) -> facts.MessageFailed:
    """It does not go out: what it says of a day would come after that day."""
    return facts.MessageFailed(
        at=ctx.now,
        message_id=letter.message_id,
        attempt=attempt,
        reason=f"{DAY_OVER}：{letter.last_day}",
        final=True,
        retry_at=None,
    )


def suppress(command: SuppressMessage, message: Known, ctx: Context) -> Decision:  # noqa: ARG001 - one signature
    """Not sent: the customer opted out. Only what the contract does not need, while no provider has it (E4)."""
    waits = isinstance(message, Requested | Held | Ready | AwaitingRetry) and message.letter.optional
    return (facts.MessageOptedOut(at=ctx.now, message_id=message.letter.message_id),) if waits else ()


def withdraw(command: WithdrawMessage, message: Known, ctx: Context) -> Decision:
    """Not sent: what it tells of was none (D16). What a provider has already is out."""
    if not isinstance(message, Requested | Held | Ready | AwaitingRetry):
        return ()
    return (
        facts.MessageFailed(
            at=ctx.now,
            message_id=message.letter.message_id,
            attempt=1 if isinstance(message, Requested) else message.attempt,
            reason=f"{TAKEN_BACK}：{command.reason}",
            final=True,
            retry_at=None,
        ),
    )


def start_attempt(command: StartAttempt, message: Known, ctx: Context) -> Decision:
    """Put on record that the provider is asked now, and by whom, before it is (E4).

    Out of turn: nothing. Quiet hours may have begun since it was let go: then it is held after all; so may the day
    after that of which it speaks: then it is given up.
    """
    if not isinstance(message, Ready) or command.attempt != message.attempt:
        return ()
    letter = message.letter
    if is_over(letter.last_day, ctx):
        return (day_over(letter, message.attempt, ctx),)
    after_all = let_go(letter, message.attempt, message.tries, ctx)
    if isinstance(after_all, facts.MessageHeld):
        return (after_all,)
    return (
        facts.MessageAttempted(
            at=ctx.now,
            message_id=letter.message_id,
            attempt=command.attempt,
            channel=letter.channel,
            to=letter.to,
            text=letter.text,
            template=letter.template,
            words=letter.words,
            topic=letter.topic,
            claim=command.claim,
            sending_id=letter.sending_id,
        ),
    )


def postpone(command: PostponeMessage, message: Known, ctx: Context) -> Decision:
    """The provider takes no more for a while and was not asked: a later attempt is made; this one does not count."""
    if not isinstance(message, Attempting) or message.attempt != command.attempt:
        return ()
    until = ctx.now + timedelta(seconds=command.seconds)
    return (let_go(message.letter, message.attempt + 1, message.tries, ctx, not_before=until),)


def record_sent(command: RecordSent, message: Known, ctx: Context) -> Decision:
    """It was sent. A fact, also when it becomes known after a failure: then nothing is tried again (E4)."""
    if not isinstance(message, Unsent):
        return ()
    if not tried(message):
        return no("not_attempted")
    return (sent(message.letter, ctx, attempt=command.attempt, ref=command.provider_ref, receipts=command.receipts),)


def sent(
    letter: Letter, ctx: Context, *, attempt: int, ref: str, receipts: bool = False, settled_by: str | None = None
) -> facts.MessageSent:
    """That it was sent, with all that others need to know of it."""
    is_fax = letter.topic == FAX
    return facts.MessageSent(
        at=ctx.now,
        message_id=letter.message_id,
        attempt=attempt,
        provider_ref=ref,
        channel=letter.channel,
        template=letter.template,
        topic=letter.topic,
        ref=letter.ref,
        subject=letter.subject,
        cause_id=letter.cause_id,
        duty=letter.duty,
        due=letter.due,
        settled_by=settled_by,
        ask_at=ctx.now + timedelta(minutes=ctx.policy.ask_minutes) if receipts else None,
        confirm_due=ctx.now + timedelta(minutes=ctx.policy.fax_confirm_minutes) if is_fax else None,
    )


def record_failed(command: RecordFailed, message: Known, ctx: Context) -> Decision:
    """This attempt failed for certain: the next one waits twice as long, up to `policy.send_attempts` in all (E4)."""
    if isinstance(message, Attempting) and message.attempt == command.attempt:
        return (failed(message, command.reason, ctx, permanent=command.permanent),)
    return () if tried(message) else no("not_attempted")


def failed(message: Attempting | Questioned, reason: str, ctx: Context, *, permanent: bool) -> facts.MessageFailed:
    """The failure of an attempt: final, or with the time of the next one."""
    final = permanent or message.tries >= ctx.policy.send_attempts
    return facts.MessageFailed(
        at=ctx.now,
        message_id=message.letter.message_id,
        attempt=message.attempt,
        reason=reason,
        final=final,
        retry_at=None if final else ctx.now + _wait(message, ctx.policy),
    )


def _wait(message: Attempting | Questioned, policy: Policy) -> timedelta:
    key = f"{message.letter.message_id}/{message.attempt}"
    return backed_off(policy.retry_minutes, message.tries - 1, key, policy)


Event = (
    facts.MessageHeld
    | facts.MessageReady
    | facts.MessageAttempted
    | facts.MessageSent
    | facts.MessageFailed
    | facts.MessageOptedOut
)


def evolve(message: Known, event: Event) -> Known:
    """The message after an event of this topic."""
    letter = message.letter
    match event:
        case facts.MessageHeld():
            return Held(letter, event.attempt, event.tries, event.until, event.reason)
        case facts.MessageReady():
            return Ready(letter, event.attempt, event.tries)
        case facts.MessageAttempted():
            tries = message.tries if isinstance(message, Ready) else event.attempt
            return Attempting(replace(letter, attempts=event.attempt), event.attempt, tries, event.at)
        case facts.MessageSent():
            return Sent(letter, event.attempt, event.provider_ref, event.at, 0, event.ask_at, event.confirm_due)
        case facts.MessageFailed():
            if event.retry_at is None:
                return GivenUp(letter, event.attempt)
            return AwaitingRetry(letter, event.attempt, tries_of(message), event.retry_at)
        case facts.MessageOptedOut():
            return OptedOut(letter)
    assert_never(event)


USE_CASES = (
    UseCase(ReleaseMessage, release),
    UseCase(SuppressMessage, suppress),
    UseCase(WithdrawMessage, withdraw),
    UseCase(StartAttempt, start_attempt),
    UseCase(PostponeMessage, postpone),
    UseCase(RecordSent, record_sent),
    UseCase(RecordFailed, record_failed),
)
