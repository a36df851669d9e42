"""Rows `messages` (what became of each, receiver masked), `calls` (what is to be called, by when) and `receivers`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from company.masking import customer_for, mask_phone
from contracts.civil_time import in_utc
from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.notify import (
    CallDropped,
    CallMade,
    CallOverdue,
    CallRequested,
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
    OptInNoted,
    OptOutNoted,
    ReceiptAwaited,
)
from runtime.service import Facet, Projection, key_of

Json = dict[str, Any]

_OPEN_ENDS: Json = {"retry_at": None, "held_until": None, "held_reason": None, "ask_at": None, "needs_person": False}
"""What every step of a message takes back, unless it says otherwise."""


def fold_message(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """A message's facet after one more event; `text` only of posts and faxes, which name no customer (C18)."""
    if isinstance(event, MessageRequested):
        return _requested(event)
    known = facet or {}
    match event:
        case MessageHeld():
            return {
                **known,
                **_OPEN_ENDS,
                "status": "held",
                "held_until": _iso(event.until),
                "held_reason": event.reason,
            }
        case MessageReady():
            return {**known, **_OPEN_ENDS, "status": "ready"}
        case MessageAttempted():
            return {**known, **_OPEN_ENDS, "status": "sending", "attempts": event.attempt}
        case MessageUnknown():
            return {
                **known,
                **_OPEN_ENDS,
                "status": "unknown",
                "unknown_since": _iso(event.since),
                "ask_at": _maybe(event.ask_at),
                "needs_person": event.ask_at is None,
                "reason": event.reason,
            }
        case MessageSent():
            return {
                **known,
                **_OPEN_ENDS,
                "status": "sent",
                "sent_at": _iso(event.at),
                "provider_ref": event.provider_ref,
                "settled_by": event.settled_by,
                "confirm_due": _maybe(event.confirm_due),
                "ask_at": _maybe(event.ask_at),
                "reason": None,
            }
        case ReceiptAwaited():
            return {**known, "ask_at": _maybe(event.ask_at)}
        case MessageDelivered():
            return {**known, **_OPEN_ENDS, "status": "delivered", "delivered_at": _iso(event.at), "reason": None}
        case MessageUndelivered():
            return {**known, **_OPEN_ENDS, "status": "undelivered", "reason": event.reason}
        case MessageFailed():
            return {
                **known,
                **_OPEN_ENDS,
                "status": "failed" if event.final else "retrying",
                "reason": event.reason,
                "retry_at": _maybe(event.retry_at),
            }
        case MessageResendAsked():
            return {**known, **_OPEN_ENDS, "resent_by": meta.actor, "resend_reason": event.reason}
        case MessageOptedOut():
            return {**known, **_OPEN_ENDS, "status": "opted_out"}
        case MessageOverdue():
            return {**known, "overdue": True}
        case FaxConfirmed():
            confirmed = {"confirmed_at": _iso(event.at), "confirmed_by": meta.actor, "confirm_note": event.note}
            return {**known, **_OPEN_ENDS, **confirmed, "status": "confirmed"}
        case FaxConfirmationOverdue():
            return {**known, "confirmation_overdue": True}
        case _:
            return known


def _requested(event: MessageRequested) -> Json:
    return {
        "message_id": event.message_id,
        "channel": event.channel,
        "topic": event.topic,
        "ref": event.ref,
        "template": event.template,
        "to": mask_phone(event.to) if event.channel == "sms" else event.to,
        "text": event.text if event.channel == "group" else None,
        "subject": event.subject,
        "cause_id": event.cause_id,
        "duty": event.duty,
        "due": _maybe(event.due),
        "status": "requested",
        "attempts": 0,
        "requested_at": _iso(event.at),
        "sent_at": None,
        "delivered_at": None,
        "provider_ref": None,
        "settled_by": None,
        "unknown_since": None,
        "reason": None,
        "resent_by": None,
        "resend_reason": None,
        "overdue": False,
        "confirm_due": None,
        "confirmed_at": None,
        "confirmed_by": None,
        "confirm_note": None,
        "confirmation_overdue": False,
        **_OPEN_ENDS,
    }


def fold_call(facet: Json | None, event: Fact, meta: Meta) -> Json:  # noqa: ARG001 - all folds have one signature
    """A call's facet after one more event. `show_at`: when it is next to be made."""
    known = facet or {}
    match event:
        case CallRequested():
            customer = known.get("customer") if event.customer is None else event.customer.model_dump()
            return {
                "call_id": event.call_id,
                "purpose": event.purpose,
                "subject": event.subject,
                "occasion": event.occasion,
                "customer": customer,
                "due": _iso(event.due),
                "show_at": _iso(event.due),
                "owner_role": event.owner_role,
                "owner": event.owner,
                "script": event.script,
                "duty": event.duty,
                "cause_id": event.cause_id,
                "requested_at": _iso(event.at),
                "state": "open",
                "result": None,
                "note": None,
                "called_by": None,
                "called_at": None,
                "next_at": None,
                "calls": known.get("calls", 0) if known.get("state") == "open" else 0,
                "overdue": False,
                "drop_reason": None,
            }
        case CallMade():
            return {
                **known,
                "state": "done" if event.result == "reached" else "open",
                "result": event.result,
                "note": event.note,
                "called_by": event.called_by,
                "called_at": _iso(event.at),
                "next_at": _maybe(event.next_at),
                "show_at": _iso(event.next_at or event.at),
                "calls": event.calls,
            }
        case CallOverdue():
            return {**known, "overdue": True}
        case CallDropped():
            return {**known, "state": "dropped", "drop_reason": event.reason, "note": event.note}
        case _:
            return known


def fold_receiver(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """Whether a telephone number opted out; the number is masked."""
    known = facet or {"receiver_id": meta.subject.partition(":")[2], "phone": None, "opted_out": False}
    match event:
        case OptOutNoted():
            return {
                **known,
                "phone": event.phone,
                "opted_out": True,
                "reason": event.reason,
                "since": _iso(event.at),
                "noted_by": meta.actor,
            }
        case OptInNoted():
            return {
                **known,
                "opted_out": False,
                "reason": event.reason,
                "since": _iso(event.at),
                "noted_by": meta.actor,
            }
        case _:
            return known


def _iso(moment: datetime) -> str:
    return in_utc(moment).isoformat()


def _maybe(moment: datetime | None) -> str | None:
    return None if moment is None else _iso(moment)


def message_view(document: Mapping[str, Any]) -> Json:
    """A message as the API shows it."""
    return dict(document["message"])


def call_view(document: Mapping[str, Any], role: str) -> Json:
    """A call as the API shows it to a role (C18)."""
    call = dict(document["call"])
    customer = call["customer"]
    return {**call, "customer": None if customer is None else customer_for(role, customer)}


PROJECTIONS = (
    Projection(
        name="messages",
        row=key_of,
        facets=(Facet(name="message", service="notify", prefixes=("message",), fold=fold_message),),
        indexes=(
            ("message.subject",),
            ("message.status", "message.requested_at"),
            ("message.topic", "message.requested_at"),
            ("message.requested_at",),
        ),
    ),
    Projection(
        name="calls",
        row=key_of,
        facets=(Facet(name="call", service="notify", prefixes=("call",), fold=fold_call),),
        indexes=(
            ("call.state", "call.show_at"),
            ("call.owner_role", "call.state", "call.show_at"),
            ("call.owner", "call.state", "call.show_at"),
            ("call.subject",),
            ("call.called_at",),
        ),
    ),
    Projection(
        name="receivers",
        row=key_of,
        facets=(Facet(name="receiver", service="notify", prefixes=("receiver",), fold=fold_receiver),),
        indexes=(("receiver.opted_out", "receiver.since"),),
    ),
)
