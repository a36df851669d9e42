"""Situations of a message, and which event leads to which (E1, E4, E5).

Unrequested, Requested (待发: not admitted yet), Held (暂缓), Ready (可发), Attempting (发送中), AwaitingRetry (待重发),
Unknown (结果不明: the provider will be asked), Questioned (已查询), Unsettled (待人工核实), Sent (已发), Delivered
(已送达), Undelivered (未送达), GivenUp (失败), OptedOut (已退订), Confirmed (传真已收).
"""

from dataclasses import dataclass, replace
from datetime import datetime

from contracts.fact import Fact
from contracts.notify import (
    Channel,
    FaxConfirmationOverdue,
    FaxConfirmed,
    MessageAttempted,
    MessageDelivered,
    MessageFailed,
    MessageHeld,
    MessageOptedOut,
    MessageOverdue,
    MessageReady,
    MessageRequested,
    MessageResendAsked,
    MessageSent,
    MessageUndelivered,
    MessageUnknown,
    ProviderQueried,
    ReceiptAwaited,
    Word,
)
from runtime.decision import Rejected

FAX = "fax"
"""Topic of the schedule that goes to the warehouse (E5)."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent, to whom and why.

    `sending_id` is our number for it at the provider, another one after a person had it sent again. `owed`: when its
    sending is overdue, until that was said.
    """

    message_id: str
    sending_id: str
    channel: Channel
    template: int
    to: str
    text: str
    words: tuple[Word, ...]
    cause_id: str
    subject: str
    topic: str
    ref: str
    urgent: bool
    optional: bool
    duty: str
    due: datetime | None
    owed: datetime | None


@dataclass(frozen=True, slots=True)
class Unrequested:
    """No such message yet."""


@dataclass(frozen=True, slots=True)
class Requested:
    """待发: whether its customer may get it is being asked."""

    letter: Letter


@dataclass(frozen=True, slots=True)
class Held:
    """暂缓 until then; next comes the `attempt`-th attempt, the `tries`-th of this round."""

    letter: Letter
    attempt: int
    tries: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Ready:
    """可发: whoever takes it makes the `attempt`-th attempt."""

    letter: Letter
    attempt: int
    tries: int


@dataclass(frozen=True, slots=True)
class Attempting:
    """发送中 since then: what the provider answers is not known yet."""

    letter: Letter
    attempt: int
    tries: int
    since: datetime


@dataclass(frozen=True, slots=True)
class AwaitingRetry:
    """待重发: the `attempt`-th attempt has failed."""

    letter: Letter
    attempt: int
    tries: int
    retry_at: datetime


@dataclass(frozen=True, slots=True)
class Unknown:
    """结果不明 since an attempt at `since`; the provider is asked for the next time at `ask_at`."""

    letter: Letter
    attempt: int
    tries: int
    since: datetime
    asked: int
    ask_at: datetime


@dataclass(frozen=True, slots=True)
class Questioned:
    """已查询: the provider is being asked for the `asked`-th time."""

    letter: Letter
    attempt: int
    tries: int
    since: datetime
    asked: int


@dataclass(frozen=True, slots=True)
class Unsettled:
    """待人工核实: no provider can say whether it arrived; a person must."""

    letter: Letter
    attempt: int
    tries: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """已发. `ask_at`: when its receipt is asked for; `confirm_due`: when a fax should have been confirmed."""

    letter: Letter
    attempt: int
    provider_ref: str
    sent_at: datetime
    asked: int
    ask_at: datetime | None
    confirm_due: datetime | None


@dataclass(frozen=True, slots=True)
class Delivered:
    """已送达."""

    letter: Letter
    attempt: int


@dataclass(frozen=True, slots=True)
class Undelivered:
    """未送达: the provider had it, the telephone did not get it."""

    letter: Letter
    attempt: int


@dataclass(frozen=True, slots=True)
class GivenUp:
    """失败: not tried again, unless a person asks for it."""

    letter: Letter
    attempt: int


@dataclass(frozen=True, slots=True)
class OptedOut:
    """已退订."""

    letter: Letter


@dataclass(frozen=True, slots=True)
class Confirmed:
    """传真已收."""

    letter: Letter


Unsent = Requested | Held | Ready | Attempting | AwaitingRetry | Unknown | Questioned | Unsettled | GivenUp
Message = Unrequested | Unsent | Sent | Delivered | Undelivered | OptedOut | Confirmed
INITIAL: Message = Unrequested()
STATES = (
    Unrequested,
    Requested,
    Held,
    Ready,
    Attempting,
    AwaitingRetry,
    Unknown,
    Questioned,
    Unsettled,
    Sent,
    Delivered,
    Undelivered,
    GivenUp,
    OptedOut,
    Confirmed,
)
Decision = tuple[Fact, ...] | Rejected


def tried(message: Message) -> bool:
    """Whether a provider may have been given the message."""
    match message:
        case Unrequested() | Requested() | OptedOut() | Confirmed():
            return False
        case Held() | Ready():
            return message.attempt > 1
        case _:
            return True


def evolve(message: Message, event: Fact) -> Message:
    """The situation after an event."""
    if isinstance(event, MessageRequested):
        return Requested(_letter(event))
    if isinstance(message, Unrequested):
        return message
    return _after(message, message.letter, event)


def _letter(event: MessageRequested) -> Letter:
    return Letter(
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
    )


def _after(message: Unsent | Sent | Delivered | Undelivered | OptedOut | Confirmed, to: Letter, event: Fact) -> Message:
    match event:
        case MessageHeld():
            return Held(to, event.attempt, event.tries, event.until)
        case MessageReady():
            return Ready(to, event.attempt, event.tries)
        case MessageAttempted():
            tries = message.tries if isinstance(message, Ready) else event.attempt
            return Attempting(to, event.attempt, tries, event.at)
        case MessageUnknown():
            tries = _tries(message)
            if event.ask_at is None:
                return Unsettled(to, event.attempt, tries, event.since)
            return Unknown(to, event.attempt, tries, event.since, event.asked, event.ask_at)
        case ProviderQueried():
            if isinstance(message, Sent):
                return replace(message, asked=event.asked, ask_at=None)
            return Questioned(to, _attempt(message), _tries(message), event.since, event.asked)
        case MessageSent():
            return Sent(to, event.attempt, event.provider_ref, event.at, 0, event.ask_at, event.confirm_due)
        case ReceiptAwaited():
            return replace(message, ask_at=event.ask_at) if isinstance(message, Sent) else message
        case MessageDelivered():
            return Delivered(to, _attempt(message))
        case MessageUndelivered():
            return Undelivered(to, _attempt(message))
        case MessageFailed():
            if event.retry_at is None:
                return GivenUp(to, event.attempt)
            return AwaitingRetry(to, event.attempt, _tries(message), event.retry_at)
        case MessageOptedOut():
            return OptedOut(to)
        case MessageOverdue():
            return replace(message, letter=replace(to, owed=None))
        case FaxConfirmed():
            return Confirmed(to)
        case FaxConfirmationOverdue():
            return replace(message, confirm_due=None) if isinstance(message, Sent) else message
        case MessageResendAsked():  # MessageReady or MessageHeld follows
            return replace(message, letter=replace(to, sending_id=event.sending_id))
        case _:
            return message


def _attempt(message: Message) -> int:
    return 1 if isinstance(message, Unrequested | Requested | OptedOut | Confirmed) else message.attempt


def _tries(message: Message) -> int:
    match message:
        case Held() | Ready() | Attempting() | AwaitingRetry() | Unknown() | Questioned() | Unsettled():
            return message.tries
        case _:
            return 1
