"""What became of a sent message: the provider's receipt (E4), the warehouse's word for a fax (E5)."""

from dataclasses import replace
from typing import Annotated, Literal, assert_never

from pydantic import Field

from company.context import Context
from contracts import notify as facts
from contracts.bounds import HowMany, ManyLines, OneLine
from notify.message.attempts import sent
from notify.message.state import (
    FAX,
    Confirmed,
    Decision,
    Delivered,
    Known,
    Sent,
    Undelivered,
    attempt_of,
    tried,
)
from notify.quiet_hours import backed_off
from notify.refusals import no
from notify.who import CONFIRMS_FAXES
from runtime.decision import Command, Rejected, said_again
from runtime.use_case import UseCase


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
    """仓库确认收到安排表 The warehouse has the schedule (E5, B6)

    Whoever confirms is on record.
    """

    command: Literal["ConfirmFax"] = "ConfirmFax"
    note: Annotated[str, Field(max_length=500)] = ""


class NoteFaxUnconfirmed(Command):
    """The time to confirm the fax is over."""

    command: Literal["NoteFaxUnconfirmed"] = "NoteFaxUnconfirmed"


def record_receipt(command: RecordReceipt, message: Known, ctx: Context) -> Decision:
    """The receipt. It may come before the news that the message was sent, and tells that too. One that did arrive after
    all is kept; what arrived did. Refuses: not_attempted, arrived_already (what is said not to have arrived did)."""
    if isinstance(message, Delivered | Confirmed):
        return () if command.delivered else no("arrived_already")
    if isinstance(message, Undelivered):
        return (_receipt(command, message, ctx),) if command.delivered else ()
    if not tried(message):
        return no("not_attempted")
    receipt = _receipt(command, message, ctx)
    if isinstance(message, Sent):
        return (receipt,)
    return (sent(message.letter, ctx, attempt=attempt_of(message), ref=command.provider_ref), receipt)


def _receipt(command: RecordReceipt, message: Known, ctx: Context) -> facts.MessageDelivered | facts.MessageUndelivered:
    at = command.at or ctx.now
    letter = message.letter
    if not command.delivered:
        return facts.MessageUndelivered(
            at=at, message_id=letter.message_id, provider_ref=command.provider_ref, reason=command.reason
        )
    return facts.MessageDelivered(
        at=at,
        message_id=letter.message_id,
        provider_ref=command.provider_ref,
        template=letter.template,
        subject=letter.subject,
        cause_id=letter.cause_id,
    )


def record_no_receipt(command: RecordNoReceipt, message: Known, ctx: Context) -> Decision:
    """No receipt yet: asked again later, `policy.ask_attempts` times in all."""
    if not isinstance(message, Sent) or message.asked != command.asked or message.ask_at is not None:
        return ()
    again = message.asked < ctx.policy.ask_attempts
    wait = backed_off(ctx.policy.ask_minutes, message.asked, f"{message.letter.message_id}!{message.asked}", ctx.policy)
    return (
        facts.ReceiptAwaited(
            at=ctx.now,
            message_id=message.letter.message_id,
            asked=message.asked,
            ask_at=ctx.now + wait if again else None,
        ),
    )


def confirm_fax(command: ConfirmFax, message: Known, ctx: Context) -> Decision:
    """The warehouse has the schedule, by whatever way it came (E5).

    Refuses: no_fax, said_otherwise (confirmed with another note, X7).
    """
    if isinstance(message, Confirmed):
        return said_again(message.note, command.note)
    return is_no_fax(message) or (
        facts.FaxConfirmed(
            at=command.at or ctx.now,
            message_id=message.letter.message_id,
            subject=message.letter.subject,
            ref=message.letter.ref,
            note=command.note,
        ),
    )


def is_no_fax(message: Known) -> Rejected | None:
    """Only what the warehouse was sent is confirmed."""
    return None if message.letter.topic == FAX else no("no_fax")


def note_fax_unconfirmed(command: NoteFaxUnconfirmed, message: Known, ctx: Context) -> Decision:  # noqa: ARG001
    """Nobody confirmed the fax in time (E5)."""
    if not isinstance(message, Sent) or message.confirm_due is None or ctx.now < message.confirm_due:
        return ()
    return (
        facts.FaxConfirmationOverdue(
            at=ctx.now,
            message_id=message.letter.message_id,
            subject=message.letter.subject,
            ref=message.letter.ref,
            due=message.confirm_due,
        ),
    )


Event = (
    facts.ReceiptAwaited
    | facts.MessageDelivered
    | facts.MessageUndelivered
    | facts.FaxConfirmed
    | facts.FaxConfirmationOverdue
)


def evolve(message: Known, event: Event) -> Known:
    """The message after an event of this topic."""
    match event:
        case facts.ReceiptAwaited():
            return replace(message, ask_at=event.ask_at) if isinstance(message, Sent) else message
        case facts.MessageDelivered():
            return Delivered(message.letter, attempt_of(message))
        case facts.MessageUndelivered():
            return Undelivered(message.letter, attempt_of(message))
        case facts.FaxConfirmed():
            return Confirmed(message.letter, event.note)
        case facts.FaxConfirmationOverdue():
            return replace(message, confirm_due=None) if isinstance(message, Sent) else message
    assert_never(event)


USE_CASES = (
    UseCase(RecordReceipt, record_receipt),
    UseCase(RecordNoReceipt, record_no_receipt),
    UseCase(
        ConfirmFax,
        confirm_fax,
        CONFIRMS_FAXES,
        "confirm-fax",
        is_no_fax,
        body="Confirm",
        unsaid=("at",),
        bare=False,
        wanted=lambda message: not isinstance(message, Confirmed),
    ),
    UseCase(NoteFaxUnconfirmed, note_fax_unconfirmed),
)
