"""Row `messages`: how a message stands (`row`, a view of its state), and what was said of it (`heard`).

The receiver is masked, the text is there for posts and faxes only, which name no customer (C18).
"""

from typing import Literal, assert_never, get_args

from company.masking import mask_phone
from contracts import notify as facts
from notify.message.aggregate import MESSAGE
from notify.message.state import (
    Attempting,
    AwaitingRetry,
    Confirmed,
    Delivered,
    GivenUp,
    Held,
    Known,
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
)
from runtime.said import Said
from runtime.view import Instant, Row, View, Whole

Status = Literal[
    "requested",
    "held",
    "ready",
    "sending",
    "unknown",
    "retrying",
    "sent",
    "delivered",
    "undelivered",
    "failed",
    "opted_out",
    "confirmed",
]
"""待发, 暂缓, 可发, 发送中, 结果不明, 待重发, 已发, 已送达, 未送达, 失败, 已退订, 已确认 (传真)."""
STATUSES: tuple[Status, ...] = get_args(Status)
TROUBLE: tuple[Status, ...] = ("failed", "undelivered", "unknown")
"""What a person must look at."""


class Standing(Row):
    """How a message stands."""

    message_id: str
    channel: facts.Channel
    topic: str
    ref: str
    template: int
    to: str
    text: str | None
    subject: str
    cause_id: str
    duty: str
    due: Instant | None
    status: Status
    needs_person: bool
    attempts: int
    requested_at: Instant
    held_until: Instant | None
    held_reason: Literal["quiet_hours", "rate_limit"] | None
    ask_at: Instant | None
    retry_at: Instant | None
    overdue: bool


class MessageRow(Standing):
    """A message; the receiver is masked, the text is there for posts and faxes only (C18).

    `needs_person`: its outcome is unknown and no provider can say. `overdue`: owed by `due` and not sent then (K17).
    """

    sent_at: Instant | None
    delivered_at: Instant | None
    provider_ref: str | None
    settled_by: str | None
    unknown_since: Instant | None
    reason: str | None
    resent_by: str | None
    resend_reason: str | None
    confirm_due: Instant | None
    confirmed_at: Instant | None
    confirmed_by: str | None
    confirm_note: str | None
    confirmation_overdue: bool


def status_of(message: Known) -> Status:
    """How far it is."""
    match message:
        case Requested():
            return "requested"
        case Held():
            return "held"
        case Ready():
            return "ready"
        case Attempting():
            return "sending"
        case Unknown() | Questioned() | Unsettled():
            return "unknown"
        case AwaitingRetry():
            return "retrying"
        case Sent():
            return "sent"
        case Delivered():
            return "delivered"
        case Undelivered():
            return "undelivered"
        case GivenUp():
            return "failed"
        case OptedOut():
            return "opted_out"
        case Confirmed():
            return "confirmed"
    assert_never(message)


def standing(message: Message) -> Standing | None:
    """The row of a message that was asked for."""
    if isinstance(message, Unrequested):
        return None
    letter = message.letter
    return Standing(
        message_id=letter.message_id,
        channel=letter.channel,
        topic=letter.topic,
        ref=letter.ref,
        template=letter.template,
        to=mask_phone(letter.to) if letter.channel == "sms" else letter.to,
        text=letter.text if letter.channel == "group" else None,
        subject=letter.subject,
        cause_id=letter.cause_id,
        duty=letter.duty,
        due=letter.due,
        status=status_of(message),
        needs_person=isinstance(message, Unsettled),
        attempts=letter.attempts,
        requested_at=letter.requested_at,
        held_until=message.until if isinstance(message, Held) else None,
        held_reason=message.reason if isinstance(message, Held) else None,
        ask_at=message.ask_at if isinstance(message, Unknown | Sent) else None,
        retry_at=message.retry_at if isinstance(message, AwaitingRetry) else None,
        overdue=letter.due is not None and letter.owed is None,
    )


MESSAGES = View(
    "messages",
    "notify",
    MESSAGE,
    Standing,
    standing,
    (("row.subject",), ("row.status", "row.requested_at"), ("row.topic", "row.requested_at"), ("row.requested_at",)),
    said=(
        facts.MessageUnknown,
        facts.MessageSent,
        facts.MessageDelivered,
        facts.MessageUndelivered,
        facts.MessageFailed,
        facts.MessageResendAsked,
        facts.FaxConfirmed,
        facts.FaxConfirmationOverdue,
    ),
)


def whole(row: Standing, said: Said) -> MessageRow:
    """How a message stands, and the last of what was said of it."""
    unknown, sent = said.told(facts.MessageUnknown), said.told(facts.MessageSent)
    delivered = said.told(facts.MessageDelivered)
    resent, confirmed = said.last(facts.MessageResendAsked), said.last(facts.FaxConfirmed)
    came_of_it = said.told(
        facts.MessageUnknown,
        facts.MessageSent,
        facts.MessageDelivered,
        facts.MessageUndelivered,
        facts.MessageFailed,
    )
    return MessageRow(
        **dict(row),
        sent_at=sent and sent.at,
        delivered_at=delivered and delivered.at,
        provider_ref=sent and sent.provider_ref,
        settled_by=sent and sent.settled_by,
        unknown_since=unknown and unknown.since,
        reason=getattr(came_of_it, "reason", None),
        resent_by=resent and resent.by,
        resend_reason=resent and resent.event.reason,
        confirm_due=sent and sent.confirm_due,
        confirmed_at=confirmed and confirmed.event.at,
        confirmed_by=confirmed and confirmed.by,
        confirm_note=confirmed and confirmed.event.note,
        confirmation_overdue=said.told(facts.FaxConfirmationOverdue) is not None,
    )


MESSAGE_ROWS = Whole(MESSAGES, whole)
"""Reads messages as API and page show them."""
