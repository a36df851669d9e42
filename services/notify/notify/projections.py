"""Row `messages`: what became of a message, without its words and with its receiver masked (C18, E4)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, assert_never, cast

from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.masking import mask_phone
from contracts.notify import MessageAttempted, MessageFailed, MessageRequested, MessageSent, NotifyEvent
from runtime.service import Facet, Projection

Json = dict[str, Any]


def fold_message(facet: Json | None, event: Fact, meta: Meta) -> Json:  # noqa: ARG001 - all folds have one signature
    """A message's facet after one more event; `text` only of posts to the group, which name no customer."""
    told = cast(NotifyEvent, event)
    return _requested(told) if isinstance(told, MessageRequested) else _folded(cast(Json, facet), told)


def _requested(event: MessageRequested) -> Json:
    return {
        "message_id": event.message_id,
        "channel": event.channel,
        "template": event.template,
        "to": mask_phone(event.to) if event.channel == "sms" else event.to,
        "text": event.text if event.channel == "group" else None,
        "subject": event.subject,
        "cause_id": event.cause_id,
        "status": "requested",
        "attempts": 0,
        "requested_at": _iso(event.at),
        "sent_at": None,
        "provider_ref": None,
        "reason": None,
        "retry_at": None,
    }


def _folded(facet: Json, event: NotifyEvent) -> Json:
    match event:
        case MessageRequested():
            return facet  # a message is asked for once; the first one is folded above
        case MessageAttempted():
            return {**facet, "status": "sending", "attempts": event.attempt, "retry_at": None}
        case MessageSent():
            return {
                **facet,
                "status": "sent",
                "sent_at": _iso(event.at),
                "provider_ref": event.provider_ref,
                "retry_at": None,
            }
        case MessageFailed():
            return {
                **facet,
                "status": "failed" if event.final else "retrying",
                "reason": event.reason,
                "retry_at": None if event.retry_at is None else _iso(event.retry_at),
            }
    assert_never(event)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def message_view(document: Mapping[str, Any]) -> Json:
    """A message as the API shows it."""
    return dict(document["message"])


PROJECTIONS = (
    Projection(
        name="messages",
        version=1,
        row=lambda aggregate_id: aggregate_id.partition(":")[2],
        facets=(Facet(name="message", service="notify", prefixes=("message",), fold=fold_message),),
        indexes=(
            ("message.subject",),
            ("message.status", "message.requested_at"),
            ("message.requested_at",),
        ),
    ),
)
