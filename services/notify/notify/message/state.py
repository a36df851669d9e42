"""Situations of a message (E1, E4, E5).

Unrequested, Requested (待发: not admitted yet), Held (暂缓), Ready (可发), Attempting (发送中), AwaitingRetry (待重发),
Unknown (结果不明: the provider will be asked), Questioned (已查询), Unsettled (待人工核实), Sent (已发), Delivered
(已送达), Undelivered (未送达), GivenUp (失败), OptedOut (已退订), Confirmed (传真已收).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from contracts import notify as facts
from runtime.decision import Rejected

FAX = "fax"
"""Topic of the schedule that goes to the warehouse (E5)."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent, to whom and why.

    `sending_id` is our number for it at the provider, another one after a person had it sent again. `owed`: when its
    sending is overdue, until that was said. `attempts`: how often it was tried. `last_day`: after it, it does
    not go out any more.
    """

    message_id: str
    sending_id: str
    channel: facts.Channel
    template: int
    to: str
    text: str
    words: tuple[facts.Word, ...]
    cause_id: str
    subject: str
    topic: str
    ref: str
    urgent: bool
    optional: bool
    duty: str
    due: datetime | None
    owed: datetime | None
    requested_at: datetime
    attempts: int = 0
    last_day: date | None = None


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
    reason: Literal["quiet_hours", "rate_limit"]


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
    note: str = ""


Open = Unknown | Questioned | Unsettled
"""Nobody knows whether it was sent."""
Unsent = Requested | Held | Ready | Attempting | AwaitingRetry | Open | GivenUp
Known = Unsent | Sent | Delivered | Undelivered | OptedOut | Confirmed
"""One that was asked for."""
Message = Unrequested | Known
INITIAL: Message = Unrequested()
STATES: tuple[type, ...] = get_args(Message)
Decision = tuple[facts.MessageEvent, ...] | Rejected


def tried(message: Known) -> bool:
    """Whether a provider may have been given the message."""
    match message:
        case Requested() | OptedOut() | Confirmed():
            return False
        case Held() | Ready():
            return message.attempt > 1
        case _:
            return True


def attempt_of(message: Known) -> int:
    """Number of the attempt that was made last or comes next."""
    return 1 if isinstance(message, Requested | OptedOut | Confirmed) else message.attempt


def tries_of(message: Known) -> int:
    """The same, within the present round: a person who has it sent again begins a new one."""
    match message:
        case Held() | Ready() | Attempting() | AwaitingRetry() | Unknown() | Questioned() | Unsettled():
            return message.tries
        case _:
            return 1
