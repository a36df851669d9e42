"""Events of the notify service (通知): stream `notify.events`, key `message:<uuid>`."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from contracts.fact import Fact

Channel = Literal["sms", "group"]
"""短信 to a customer, 品牌群 post."""


class MessageRequested(Fact):
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


class MessageAttempted(Fact):
    """开始发送 (E4): written before the provider is asked, so that a crash leaves a trace."""

    event: Literal["MessageAttempted"] = "MessageAttempted"
    message_id: str
    attempt: int
    channel: Channel
    to: str
    text: str


class MessageSent(Fact):
    """已发出 (E4)."""

    event: Literal["MessageSent"] = "MessageSent"
    message_id: str
    attempt: int
    provider_ref: str


class MessageFailed(Fact):
    """失败 (E4); `final` when it is not tried again."""

    event: Literal["MessageFailed"] = "MessageFailed"
    message_id: str
    attempt: int
    reason: str
    final: bool
    retry_at: AwareDatetime | None
    """When it is tried again; null when it is not."""


NotifyEvent = Annotated[MessageRequested | MessageAttempted | MessageSent | MessageFailed, Field(discriminator="event")]

WIRE: dict[str, type[Fact]] = {
    "songda.notify.MessageRequested.v1": MessageRequested,
    "songda.notify.MessageAttempted.v1": MessageAttempted,
    "songda.notify.MessageSent.v1": MessageSent,
    "songda.notify.MessageFailed.v1": MessageFailed,
}
"""Wire name -> model."""

__all__ = [
    "WIRE",
    "Channel",
    "MessageAttempted",
    "MessageFailed",
    "MessageRequested",
    "MessageSent",
    "NotifyEvent",
]
