"""Events of the notify service (通知): stream `notify.events`, keys `message:<uuid>`, `call:<uuid>` and
`receiver:<uuid>`."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from contracts.bounds import ManyLines, OneLine
from contracts.fact import Customer, Fact, Value

Channel = Literal["sms", "group"]
"""短信 to a customer, 品牌群 post. The "fax" to the warehouse is a post with the topic `fax` (E5)."""

# --- message: one SMS, post or fax ----------------------------------------------------------------------------------


class Word(Value):
    """One variable of a template, filled in: what a provider that holds the template itself is given."""

    name: OneLine
    value: ManyLines


class MessageRequested(Fact, wire="songda.notify.MessageRequested.v1"):
    """要发 (E1, E4): one per cause and template."""

    event: Literal["MessageRequested"] = "MessageRequested"
    message_id: str
    channel: Channel
    template: int
    to: str
    text: str
    cause_id: str
    """Id of the event that caused it."""
    subject: str
    """Aggregate that it is about, e.g. contract:HT26030001."""
    words: tuple[Word, ...] = ()
    topic: str = ""
    """What a post is about: delay, plan, feedback, adjustment, cancellation, fax; empty for SMS."""
    ref: str = ""
    """The cause's own number, e.g. the delay's, so that its service knows the answer to which it belongs."""
    urgent: bool = False
    """Sent in quiet hours too."""
    optional: bool = False
    """Not part of the contract: an opt-out stops it."""
    duty: str = ""
    """Rule id of the duty that sending it fulfils, e.g. K17; empty for none."""
    due: AwareDatetime | None = None
    """When it is owed to be sent by (`duty`)."""
    last_day: date | None = None
    """The day that it speaks of: once that is over it does not go out any more; null where it speaks of none."""


class MessageHeld(Fact, wire="songda.notify.MessageHeld.v1"):
    """暂缓 (E4): it waits until `until`, because customers sleep or had enough messages."""

    event: Literal["MessageHeld"] = "MessageHeld"
    message_id: str
    until: AwareDatetime
    reason: Literal["quiet_hours", "rate_limit"]
    attempt: int
    tries: int


class MessageReady(Fact, wire="songda.notify.MessageReady.v1"):
    """可发 (E4): the `attempt`-th attempt may be made now, the `tries`-th since it was asked for or sent again."""

    event: Literal["MessageReady"] = "MessageReady"
    message_id: str
    attempt: int
    tries: int


class MessageAttempted(Fact, wire="songda.notify.MessageAttempted.v1"):
    """开始发送 (E4): written before the provider is asked, so that a crash leaves a trace."""

    event: Literal["MessageAttempted"] = "MessageAttempted"
    message_id: str
    attempt: int
    channel: Channel
    to: str
    text: str
    template: int = 0
    words: tuple[Word, ...] = ()
    topic: str = ""
    claim: str = ""
    """Known only to the process that may ask the provider for this attempt; any other leaves it alone."""
    sending_id: str = ""
    """Our number for it at the provider: the message id, and more of it once a person had it sent again."""


class MessageUnknown(Fact, wire="songda.notify.MessageUnknown.v1"):
    """结果不明 (E4): the provider may have it or not. It is asked at `ask_at`; null: a person must say."""

    event: Literal["MessageUnknown"] = "MessageUnknown"
    message_id: str
    attempt: int
    reason: str
    since: AwareDatetime
    asked: int
    """How often the provider was asked about it so far."""
    ask_at: AwareDatetime | None


class ProviderQueried(Fact, wire="songda.notify.ProviderQueried.v1"):
    """查询服务商 (E4): whether it has the message (`result`), or whether it reached the customer (`receipt`)."""

    event: Literal["ProviderQueried"] = "ProviderQueried"
    message_id: str
    purpose: Literal["result", "receipt"]
    asked: int
    """1 for the first question of its kind."""
    attempt: int = 1
    channel: Channel
    to: str
    topic: str
    provider_ref: str
    sending_id: str = ""
    """Our number for it at the provider."""
    since: AwareDatetime
    """When the provider was first given it, or would have been."""


class MessageSent(Fact, wire="songda.notify.MessageSent.v1"):
    """已发出 (E4): the provider took it. `settled_by`: the person who said so, where no provider could."""

    event: Literal["MessageSent"] = "MessageSent"
    message_id: str
    attempt: int
    provider_ref: str
    channel: Channel = "sms"
    template: int = 0
    topic: str = ""
    ref: str = ""
    subject: str = ""
    cause_id: str = ""
    duty: str = ""
    due: AwareDatetime | None = None
    settled_by: str | None = None
    ask_at: AwareDatetime | None = None
    """When the provider is asked for its delivery receipt; null where there is none to expect."""
    confirm_due: AwareDatetime | None = None
    """E5: when the warehouse should have confirmed the fax; null for anything else."""


class ReceiptAwaited(Fact, wire="songda.notify.ReceiptAwaited.v1"):
    """回执未到 (E4): asked once more at `ask_at`; null: not asked any more."""

    event: Literal["ReceiptAwaited"] = "ReceiptAwaited"
    message_id: str
    asked: int
    ask_at: AwareDatetime | None


class MessageDelivered(Fact, wire="songda.notify.MessageDelivered.v1"):
    """已送达 (E4): the provider's receipt says that the customer's telephone has it."""

    event: Literal["MessageDelivered"] = "MessageDelivered"
    message_id: str
    provider_ref: str
    template: int
    subject: str
    cause_id: str


class MessageUndelivered(Fact, wire="songda.notify.MessageUndelivered.v1"):
    """未送达 (E4): the provider's receipt says that it did not reach the telephone; a person may send it again."""

    event: Literal["MessageUndelivered"] = "MessageUndelivered"
    message_id: str
    provider_ref: str
    reason: str


class MessageFailed(Fact, wire="songda.notify.MessageFailed.v1"):
    """失败 (E4); `final` when it is not tried again."""

    event: Literal["MessageFailed"] = "MessageFailed"
    message_id: str
    attempt: int
    reason: str
    final: bool
    retry_at: AwareDatetime | None
    """When it is tried again; null when it is not."""


class MessageResendAsked(Fact, wire="songda.notify.MessageResendAsked.v1"):
    """重发 (E4): a person wants it sent again, after a failure or where its outcome could not be found out."""

    event: Literal["MessageResendAsked"] = "MessageResendAsked"
    message_id: str
    reason: str
    attempt: int
    """The number that the next attempt has."""
    sending_id: str = ""
    """Our number for it at the provider from now on."""


class MessageOptedOut(Fact, wire="songda.notify.MessageOptedOut.v1"):
    """已退订 (E4): the customer wants no such message; it is not sent."""

    event: Literal["MessageOptedOut"] = "MessageOptedOut"
    message_id: str


class MessageOverdue(Fact, wire="songda.notify.MessageOverdue.v1"):
    """逾期未发 (K17): it was owed by `due` and is not sent."""

    event: Literal["MessageOverdue"] = "MessageOverdue"
    message_id: str
    duty: str
    due: AwareDatetime
    subject: str
    template: int


class FaxConfirmed(Fact, wire="songda.notify.FaxConfirmed.v1"):
    """传真已收 (E5, B6): somebody in the warehouse confirmed that the schedule arrived."""

    event: Literal["FaxConfirmed"] = "FaxConfirmed"
    message_id: str
    subject: str
    ref: str
    note: str


class FaxConfirmationOverdue(Fact, wire="songda.notify.FaxConfirmationOverdue.v1"):
    """传真未确认 (E5): nobody confirmed the schedule's receipt by `due`."""

    event: Literal["FaxConfirmationOverdue"] = "FaxConfirmationOverdue"
    message_id: str
    subject: str
    ref: str
    due: AwareDatetime


# --- receiver: a customer's telephone number --------------------------------------------------------------------------


class MessageAdmitted(Fact, wire="songda.notify.MessageAdmitted.v1"):
    """放行 (E4): the customer may get the message, not before `not_before` (rate limit)."""

    event: Literal["MessageAdmitted"] = "MessageAdmitted"
    receiver_id: str
    message_id: str
    not_before: AwareDatetime
    optional: bool


class MessageBarred(Fact, wire="songda.notify.MessageBarred.v1"):
    """拦下 (E4): the customer opted out of messages of this kind."""

    event: Literal["MessageBarred"] = "MessageBarred"
    receiver_id: str
    message_id: str


class OptOutNoted(Fact, wire="songda.notify.OptOutNoted.v1"):
    """退订 (E4): no more messages that the contract does not need. `withdrawn`: those of the last day."""

    event: Literal["OptOutNoted"] = "OptOutNoted"
    receiver_id: str
    phone: str
    reason: str
    withdrawn: tuple[str, ...]


class OptInNoted(Fact, wire="songda.notify.OptInNoted.v1"):
    """恢复订阅 (E4)."""

    event: Literal["OptInNoted"] = "OptInNoted"
    receiver_id: str
    reason: str


# --- call: one call that a person owes --------------------------------------------------------------------------------

CallPurpose = Literal[
    "delay_explained",
    "booking",
    "home_confirmation",
    "half_day",
    "arrival",
    "install_call",
    "follow_up",
    "call_back",
    "damage_explained",
]
"""A4 延期说明, B1 预约, B3 确认在家, B5 告知上下午, B5 到达前, B10 安装前, C6 咨询跟进, C9/C17 回访, D4 破损说明."""

CallResult = Literal["reached", "not_reached", "later"]
"""E3: 接通, 未接通, 改时间再打."""


class CallRequested(Fact, wire="songda.notify.CallRequested.v1"):
    """待打电话 (E3): somebody of `owner_role` (or `owner` in person) calls the customer by `due`."""

    event: Literal["CallRequested"] = "CallRequested"
    call_id: str
    purpose: CallPurpose
    subject: str
    """Aggregate that it is about, e.g. job:D-HT26030001."""
    customer: Customer | None
    due: AwareDatetime
    owner_role: str
    owner: str | None
    script: str
    """What to say, zh."""
    cause_id: str
    occasion: str = ""
    """Which of several calls of this purpose about this subject: a day, a delay's or visit's number."""
    duty: str = ""
    """Rule id of the duty, e.g. K3."""


class CallMade(Fact, wire="songda.notify.CallMade.v1"):
    """已致电 (E3). `next_at`: when to call again; null when the customer was reached."""

    event: Literal["CallMade"] = "CallMade"
    call_id: str
    purpose: CallPurpose
    subject: str
    result: CallResult
    note: str
    called_by: str
    next_at: AwareDatetime | None
    occasion: str = ""
    duty: str = ""
    due: AwareDatetime | None = None
    calls: int = 1
    """How many times it was tried, this one counted in."""


class CallOverdue(Fact, wire="songda.notify.CallOverdue.v1"):
    """电话逾期 (E3): nobody has reached the customer by `due`."""

    event: Literal["CallOverdue"] = "CallOverdue"
    call_id: str
    purpose: CallPurpose
    subject: str
    due: AwareDatetime
    owner_role: str
    owner: str | None
    duty: str = ""


class CallDropped(Fact, wire="songda.notify.CallDropped.v1"):
    """不用打了 (E3): what it was for has been done or has fallen away."""

    event: Literal["CallDropped"] = "CallDropped"
    call_id: str
    purpose: CallPurpose
    subject: str
    reason: Literal["fulfilled", "fell_away"]
    note: str


MessageEvent = (
    MessageRequested
    | MessageHeld
    | MessageReady
    | MessageAttempted
    | MessageUnknown
    | ProviderQueried
    | MessageSent
    | ReceiptAwaited
    | MessageDelivered
    | MessageUndelivered
    | MessageFailed
    | MessageResendAsked
    | MessageOptedOut
    | MessageOverdue
    | FaxConfirmed
    | FaxConfirmationOverdue
)
ReceiverEvent = MessageAdmitted | MessageBarred | OptOutNoted | OptInNoted
CallEvent = CallRequested | CallMade | CallOverdue | CallDropped
NotifyEvent = Annotated[MessageEvent | ReceiverEvent | CallEvent, Field(discriminator="event")]
