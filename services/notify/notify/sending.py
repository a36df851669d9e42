"""Sending: the one place of notify that reaches out (E4). A sender is asked; what it says returns as a command.

It runs at least once for each attempt. Before anything is sent the sender is asked whether it already has the message,
so a result that was lost in a crash is settled by asking, never by sending again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from contracts.decision import Ask
from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.notify import Channel, MessageAttempted
from notify.domain.message import RecordFailed, RecordSent

ANSWER_SECONDS = 30.0
"""How long a sender may take to answer; then its answer is unknown and it is asked again at the next attempt."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The sender has the message; `provider_ref` is its own number for it."""

    provider_ref: str


@dataclass(frozen=True, slots=True)
class NotSent:
    """The sender did not take it; `permanent`: it never will (a wrong number, say)."""

    reason: str
    permanent: bool


class ResultUnknown(Exception):
    """The sender could not be reached, or broke off: it may have the message or not."""


class Sender(Protocol):
    """A way out for messages. Both raise ResultUnknown when there is no answer."""

    async def send(self, message_id: str, channel: Channel, to: str, text: str) -> Sent | NotSent:
        """Send once; the same `message_id` again sends nothing."""
        ...

    async def lookup(self, message_id: str) -> Sent | None:
        """Whether the message was sent, or None."""
        ...


def sending(sender: Sender) -> Callable[[Fact, Meta], Awaitable[Sequence[Ask]]]:
    """The effect: an attempt on record -> the sender is asked -> its answer goes on record."""

    async def send(event: Fact, meta: Meta) -> Sequence[Ask]:
        if not isinstance(event, MessageAttempted):
            return ()
        result = await _ask(sender, event)
        command: RecordSent | RecordFailed
        if isinstance(result, Sent):
            command = RecordSent(attempt=event.attempt, provider_ref=result.provider_ref)
        else:
            command = RecordFailed(attempt=event.attempt, reason=result.reason, permanent=result.permanent)
        return (Ask(meta.subject, command),)

    return send


async def _ask(sender: Sender, event: MessageAttempted) -> Sent | NotSent:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            known = await sender.lookup(event.message_id)
            return known or await sender.send(event.message_id, event.channel, event.to, event.text)
    except ResultUnknown as unknown:
        return NotSent(f"unknown: {unknown}", permanent=False)
    except TimeoutError:
        return NotSent(f"unknown: no answer within {ANSWER_SECONDS:.0f} s", permanent=False)
