"""Sending: the one place of notify that reaches out (E4). A provider is asked; what it says returns as a command.

Effects run at least once per event, yet nothing may go out twice. So the right to make an attempt is a *claim*: a word
known only to the process that made it, asked for before the attempt and put on record with it. Only that process, and
only once, asks the provider. Whoever finds an attempt with another's claim reports that its result is not known, and
then the provider is asked (by our number), or a person. A claim lapses after CLAIM_SECONDS, long before "the provider
has no such message" is believed (policy.settle_seconds).
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol
from uuid import uuid4

from pydantic import BaseModel

from company.policy import policy_book
from contracts.envelope import Meta
from contracts.notify import Channel, MessageAttempted, MessageReady, ProviderQueried
from notify.message.attempts import PostponeMessage, RecordFailed, RecordSent, StartAttempt
from notify.message.receipts import RecordNoReceipt, RecordReceipt
from notify.message.state import FAX
from notify.message.unknown import RecordNoAnswer, RecordNotFound, RecordUnknown
from runtime.decision import Ask

Route = Literal["sms", "group", "fax"]

ANSWER_SECONDS = 15.0
"""How long a provider may take to answer; then its answer is not known."""
CLAIM_SECONDS = 240.0
"""How long an attempt may wait for its turn."""
MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a sender is given. `sending_id` is our number for it; `words` are the template's variables."""

    sending_id: str
    channel: Channel
    topic: str
    template: int
    to: str
    text: str
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Taken:
    """The provider has the message; `provider_ref` is its own number. `receipts`: it tells later what became of it."""

    provider_ref: str
    receipts: bool = False


@dataclass(frozen=True, slots=True)
class NotTaken:
    """The provider certainly does not have it; `permanent`: it never will (a wrong number, say)."""

    reason: str
    permanent: bool


class ResultUnknown(Exception):
    """The provider could not be reached, or broke off: it may have the message or not. Names no receiver, no text."""


@dataclass(frozen=True, slots=True)
class Question:
    """About a message: our number, its receiver, since when the provider may have it, its own number if known."""

    sending_id: str
    to: str
    since: datetime
    provider_ref: str


@dataclass(frozen=True, slots=True)
class Known:
    """The provider has it. `delivered`: whether the telephone got it; None while that is open."""

    provider_ref: str
    receipts: bool = False
    delivered: bool | None = None
    at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Absent:
    """The provider has no such message."""


@dataclass(frozen=True, slots=True)
class CannotSay:
    """This provider keeps no record that could be asked for."""


class Sender(Protocol):
    """A way out for messages. Both raise ResultUnknown when there is no answer."""

    askable: bool
    """Whether `ask` ever says more than CannotSay."""

    async def send(self, parcel: Parcel) -> Taken | NotTaken:
        """Give it to the provider, once."""
        ...

    async def ask(self, question: Question) -> Known | Absent | CannotSay:
        """Whether the provider has it, and what became of it."""
        ...


@dataclass(slots=True)
class Pace:
    """How many messages a provider takes from this process within a minute (E4)."""

    per_minute: int
    taken: deque[float] = field(default_factory=deque)

    def wait(self, now: float) -> float:
        """0 and one place less, or the seconds until there is a place again."""
        while self.taken and self.taken[0] <= now - MINUTE:
            self.taken.popleft()
        if len(self.taken) < self.per_minute:
            self.taken.append(now)
            return 0.0
        return self.taken[0] + MINUTE - now


def route_of(channel: Channel, topic: str) -> Route:
    """Which sender takes it."""
    return "fax" if topic == FAX else channel


class Sending:
    """The effects of one process. `monotonic`: seconds that only grow."""

    def __init__(self, senders: Mapping[Route, Sender], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._senders = senders
        self._monotonic = monotonic
        self._claims: dict[str, float] = {}
        self._paces: dict[Route, Pace] = {}

    async def claim(self, event: MessageReady, meta: Meta) -> Sequence[Ask]:
        """A message may go out -> the right to send it is asked for."""
        now = self._monotonic()
        self._claims = {claim: at for claim, at in self._claims.items() if at > now - 2 * CLAIM_SECONDS}
        claim = uuid4().hex
        self._claims[claim] = now
        return (Ask(meta.subject, StartAttempt(attempt=event.attempt, claim=claim)),)

    async def send(self, event: MessageAttempted, meta: Meta) -> Sequence[Ask]:
        """An attempt on record -> if the claim is ours, the provider is asked -> its answer goes on record."""
        return (Ask(meta.subject, await self._attempt(event, meta)),)

    async def _attempt(self, event: MessageAttempted, meta: Meta) -> BaseModel:
        route = route_of(event.channel, event.topic)
        sender = self._senders[route]
        claimed = self._claims.pop(event.claim, None)
        now = self._monotonic()
        if claimed is None:
            return RecordUnknown(attempt=event.attempt, reason="interrupted", askable=sender.askable)
        if claimed < now - CLAIM_SECONDS:  # ours and not used: certainly not sent
            return RecordFailed(attempt=event.attempt, reason="waited too long for its turn", permanent=False)
        if (seconds := self._pace(route, meta.time).wait(now)) > 0:
            return PostponeMessage(attempt=event.attempt, seconds=int(seconds) + 1)
        parcel = Parcel(
            sending_id=event.sending_id or event.message_id,
            channel=event.channel,
            topic=event.topic,
            template=event.template,
            to=event.to,
            text=event.text,
            words={word.name: word.value for word in event.words},
        )
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                result = await sender.send(parcel)
        except (ResultUnknown, TimeoutError) as unknown:
            reason = str(unknown) or f"no answer within {ANSWER_SECONDS:.0f} s"
            return RecordUnknown(attempt=event.attempt, reason=reason, askable=sender.askable)
        if isinstance(result, Taken):
            return RecordSent(attempt=event.attempt, provider_ref=result.provider_ref, receipts=result.receipts)
        return RecordFailed(attempt=event.attempt, reason=result.reason, permanent=result.permanent)

    def _pace(self, route: Route, moment: datetime) -> Pace:
        pace = self._paces.setdefault(route, Pace(1))
        pace.per_minute = policy_book().at(moment).sends_per_minute[route]
        return pace

    async def query(self, event: ProviderQueried, meta: Meta) -> Sequence[Ask]:
        """A question on record -> the provider is asked -> its answer goes on record. Asking twice does no harm."""
        sender = self._senders[route_of(event.channel, event.topic)]
        question = Question(event.sending_id or event.message_id, event.to, event.since, event.provider_ref)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                answer = await sender.ask(question)
        except (ResultUnknown, TimeoutError) as unknown:
            return (Ask(meta.subject, _no_answer(event, str(unknown) or "no answer", askable=True)),)
        return tuple(Ask(meta.subject, command) for command in _commands(event, answer))


def _commands(event: ProviderQueried, answer: Known | Absent | CannotSay) -> tuple[BaseModel, ...]:
    match answer:
        case Known(delivered=None) if event.purpose == "receipt":
            return (RecordNoReceipt(asked=event.asked),)
        case Known(delivered=None):
            return (RecordSent(attempt=event.attempt, provider_ref=answer.provider_ref, receipts=answer.receipts),)
        case Known():
            receipt = RecordReceipt(
                at=answer.at,
                delivered=bool(answer.delivered),
                provider_ref=answer.provider_ref,
                reason=answer.reason,
            )
            return (receipt,)
        case Absent() if event.purpose == "result":
            return (RecordNotFound(asked=event.asked),)
        case Absent():
            return (RecordNoReceipt(asked=event.asked),)
        case CannotSay():
            return (_no_answer(event, "provider keeps no record", askable=False),)


def _no_answer(event: ProviderQueried, reason: str, *, askable: bool) -> BaseModel:
    if event.purpose == "receipt":
        return RecordNoReceipt(asked=event.asked)
    return RecordNoAnswer(asked=event.asked, reason=reason, askable=askable)
