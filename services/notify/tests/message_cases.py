"""Messages as tests tell them: what happened, and what is asked next."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from company.context import Context
from company.policy import Policy, policy_book
from contracts.fact import Fact
from contracts.notify import (
    MessageAttempted,
    MessageFailed,
    MessageReady,
    MessageRequested,
    MessageSent,
    MessageUnknown,
    ProviderQueried,
)
from notify.message.aggregate import MESSAGE
from notify.message.request import RequestMessage, message_id
from notify.message.state import Message
from runtime.decision import Rejected
from runtime.testing import Given

NOW = datetime(2026, 3, 13, 2, 0, tzinfo=UTC)
"""10:00 in Shanghai: nobody sleeps."""
NIGHT = datetime(2026, 3, 13, 14, 0, tzinfo=UTC)
"""22:00 in Shanghai."""
MORNING = datetime(2026, 3, 14, 0, 0, tzinfo=UTC)
"""8:00 in Shanghai, when the quiet hours end."""
ID = message_id("cause-1", 1)
PHONE = "13800001111"
POLICY = policy_book().at(NOW).model_copy(update={"retry_jitter_percent": 0})
"""The numbers in force, but failures wait exactly as long as the rule says."""

ASK = RequestMessage(
    message_id=ID, channel="sms", template=1, to=PHONE, text="您好", cause_id="cause-1", subject="contract:HT26030001"
)
REQUESTED = MessageRequested(at=NOW, **ASK.model_dump(exclude={"at", "command"}))


def at(now: datetime, by: str = "system", policy: Policy = POLICY) -> Context:
    return Context(now=now, by=by, role="system", policy=policy)


def requested(**changes: Any) -> MessageRequested:
    return REQUESTED.model_copy(update=changes)


def ready(attempt: int = 1, tries: int | None = None) -> MessageReady:
    return MessageReady(at=NOW, message_id=ID, attempt=attempt, tries=attempt if tries is None else tries)


def attempted(attempt: int = 1, claim: str = "mine", **changes: Any) -> MessageAttempted:
    event = MessageAttempted(
        at=NOW,
        message_id=ID,
        attempt=attempt,
        channel="sms",
        to=PHONE,
        text="您好",
        template=1,
        claim=claim,
        sending_id=ID,
    )
    return event.model_copy(update=changes)


def failed(attempt: int = 1, *, final: bool = False, minutes: int | None = None, reason: str = "busy") -> MessageFailed:
    retry_at = None if minutes is None else NOW + timedelta(minutes=minutes)
    return MessageFailed(at=NOW, message_id=ID, attempt=attempt, reason=reason, final=final, retry_at=retry_at)


def sent(**changes: Any) -> MessageSent:
    event = MessageSent(
        at=NOW,
        message_id=ID,
        attempt=1,
        provider_ref="p1",
        channel="sms",
        template=1,
        subject="contract:HT26030001",
        cause_id="cause-1",
    )
    return event.model_copy(update=changes)


def unknown(asked: int = 0, ask_at: datetime | None = NOW, reason: str = "broke off") -> MessageUnknown:
    return MessageUnknown(at=NOW, message_id=ID, attempt=1, reason=reason, since=NOW, asked=asked, ask_at=ask_at)


def queried(asked: int = 1, purpose: Any = "result", ref: str = "") -> ProviderQueried:
    return ProviderQueried(
        at=NOW,
        message_id=ID,
        purpose=purpose,
        asked=asked,
        channel="sms",
        to=PHONE,
        topic="",
        provider_ref=ref,
        sending_id=ID,
        since=NOW,
    )


TRIED = (REQUESTED, ready(), attempted())
WAITING = (*TRIED, failed(minutes=2))
UNKNOWN = (*TRIED, unknown())
ASKED = (*UNKNOWN, queried())
UNSETTLED = (*ASKED, unknown(asked=1, ask_at=None))
SENT = (*TRIED, sent())
GIVEN_UP = (*TRIED, failed(final=True))


def code(decision: object) -> str | None:
    """The code of a refusal."""
    return decision.code if isinstance(decision, Rejected) else None


def play(story: list[tuple[Any, int]], policy: Policy = POLICY) -> tuple[Message, list[Fact]]:
    """Commands, each some minutes after the one before: where they lead, and what happened."""
    message, history, now = MESSAGE.initial, list[Fact](), NOW
    for command, minutes in story:
        now += timedelta(minutes=minutes)
        for event in Given(MESSAGE, message).asks(command, replace(at(now), policy=policy)).made:
            message = MESSAGE.evolve(message, event)
            history.append(event)
    return message, history
