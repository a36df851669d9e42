"""What became of a sent message: the provider's receipt (E4), the warehouse's word for a fax (E5), lateness (K17)."""

from typing import Literal, assert_never

from company.context import Context
from contracts.bounds import HowMany, ManyLines, OneLine
from contracts.fact import Fact
from contracts.notify import (
    FaxConfirmationOverdue,
    FaxConfirmed,
    MessageDelivered,
    MessageOverdue,
    MessageUndelivered,
    ReceiptAwaited,
)
from notify.domain import message_refusals as no
from notify.domain.attempts import sent
from notify.domain.message_state import (
    FAX,
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


class RecordReceipt(Command):
    """回执: the provider says whether the telephone got it."""

    command: Literal["RecordReceipt"] = "RecordReceipt"
    delivered: bool
    provider_ref: OneLine
    reason: ManyLines = ""


class RecordNoReceipt(Command):
    """The provider has no receipt yet; the answer to the `asked`-th question."""

    command: Literal["RecordNoReceipt"] = "RecordNoReceipt"
    asked: HowMany


class ConfirmFax(Command):
    """传真已收 (E5)."""

    command: Literal["ConfirmFax"] = "ConfirmFax"
    note: ManyLines = ""


class NoteFaxUnconfirmed(Command):
    """The time to confirm the fax is over."""

    command: Literal["NoteFaxUnconfirmed"] = "NoteFaxUnconfirmed"


class NoteOverdue(Command):
    """The message was owed by now (K17)."""

    command: Literal["NoteOverdue"] = "NoteOverdue"


def record_receipt(command: RecordReceipt, message: Message, ctx: Context) -> Decision:
    """The receipt. It may come before the news that the message was sent, and tells that too. The first counts."""
    match message:
        case Unrequested():
            return no.unknown()
        case Delivered() | Undelivered() | OptedOut() | Confirmed():
            return ()
        case Sent():
            return (_receipt(command, message, ctx),)
        case Requested() | Held() | Ready() if not tried(message):
            return no.not_attempted()
        case Requested():  # never tried: answered above
            return ()
        case Held() | Ready() | Attempting() | AwaitingRetry() | Unknown() | Questioned() | Unsettled() | GivenUp():
            told = sent(message.letter, ctx, attempt=message.attempt, ref=command.provider_ref)
            return (told, _receipt(command, message, ctx))
    assert_never(message)


def _receipt(
    command: RecordReceipt,
    message: Sent | Held | Ready | Attempting | AwaitingRetry | Unknown | Questioned | Unsettled | GivenUp,
    ctx: Context,
) -> Fact:
    at = command.at or ctx.now
    letter = message.letter
    if not command.delivered:
        return MessageUndelivered(
            at=at, message_id=letter.message_id, provider_ref=command.provider_ref, reason=command.reason
        )
    return MessageDelivered(
        at=at,
        message_id=letter.message_id,
        provider_ref=command.provider_ref,
        template=letter.template,
        subject=letter.subject,
        cause_id=letter.cause_id,
    )


def record_no_receipt(command: RecordNoReceipt, message: Message, ctx: Context) -> Decision:
    """No receipt yet: asked again later, `policy.ask_attempts` times in all."""
    match message:
        case Unrequested():
            return no.unknown()
        case Sent() if message.asked == command.asked and message.ask_at is None:
            again = message.asked < ctx.policy.ask_attempts
            key = f"{message.letter.message_id}!{message.asked}"
            wait = backed_off(ctx.policy.ask_minutes, message.asked, key, ctx.policy)
            return (
                ReceiptAwaited(
                    at=ctx.now,
                    message_id=message.letter.message_id,
                    asked=message.asked,
                    ask_at=ctx.now + wait if again else None,
                ),
            )
        case _:
            return ()


def confirm_fax(command: ConfirmFax, message: Message, ctx: Context) -> Decision:
    """The warehouse has the schedule, by whatever way it came (E5)."""
    match message:
        case Unrequested():
            return no.unknown()
        case Confirmed():
            return ()
        case _ if message.letter.topic != FAX:
            return no.no_fax()
        case _:
            return (
                FaxConfirmed(
                    at=command.at or ctx.now,
                    message_id=message.letter.message_id,
                    subject=message.letter.subject,
                    ref=message.letter.ref,
                    note=command.note,
                ),
            )


def note_fax_unconfirmed(command: NoteFaxUnconfirmed, message: Message, ctx: Context) -> Decision:  # noqa: ARG001
    """Nobody confirmed the fax in time (E5)."""
    match message:
        case Sent() if message.confirm_due is not None and ctx.now >= message.confirm_due:
            return (
                FaxConfirmationOverdue(
                    at=ctx.now,
                    message_id=message.letter.message_id,
                    subject=message.letter.subject,
                    ref=message.letter.ref,
                    due=message.confirm_due,
                ),
            )
        case _:
            return ()


def note_overdue(command: NoteOverdue, message: Message, ctx: Context) -> Decision:  # noqa: ARG001
    """The message was owed and is not sent (K17). Said once; what is sent after all is late."""
    match message:
        case (
            Requested()
            | Held()
            | Ready()
            | Attempting()
            | AwaitingRetry()
            | Unknown()
            | Questioned()
            | Unsettled()
            | GivenUp()
        ) if message.letter.owed is not None and ctx.now >= message.letter.owed:
            letter = message.letter
            return (
                MessageOverdue(
                    at=ctx.now,
                    message_id=letter.message_id,
                    duty=letter.duty,
                    due=message.letter.owed,
                    subject=letter.subject,
                    template=letter.template,
                ),
            )
        case _:
            return ()
