"""A message (通知): asked for once per cause, tried until sent or given up, followed to its receipt (E1, E4, E5).

One aggregate per cause and template, `message:<uuid>`. The rules lie by topic: `request` (E1, K17), `attempts` (E4: its
way to the provider), `unknown` (E4: nobody knows whether it was sent), `receipts` (E4, E5: what became of it).
"""

from typing import Any

from company.context import Context
from contracts import notify as facts
from notify.message import attempts, receipts, request, unknown
from notify.message.attempts import ReleaseMessage
from notify.message.receipts import NoteFaxUnconfirmed
from notify.message.request import NoteOverdue, RequestMessage
from notify.message.state import INITIAL, STATES, AwaitingRetry, Held, Message, Sent, Unknown, Unrequested, Unsent
from notify.message.unknown import AskProvider
from notify.refusals import no
from runtime.aggregate import Aggregate, Decision
from runtime.decision import Timer
from runtime.use_case import UseCase


def evolve(message: Message, event: facts.MessageEvent) -> Message:
    """The message after an event; nothing is known of one that was not asked for."""
    if isinstance(message, Unrequested):
        return request.requested(event) if isinstance(event, facts.MessageRequested) else message
    if isinstance(event, attempts.Event):
        return attempts.evolve(message, event)
    if isinstance(event, receipts.Event):
        return receipts.evolve(message, event)
    if isinstance(event, unknown.Event):
        return unknown.evolve(message, event)
    return request.evolve(message, event)


def due(message: Message) -> tuple[Timer, ...]:
    """E4: the next attempt or question, once its time has come. E5: an unconfirmed fax. K17: what is owed."""
    timers: tuple[Timer, ...] = ()
    match message:
        case Held(until=when) | AwaitingRetry(retry_at=when):
            timers = (Timer("release", when, ReleaseMessage()),)
        case Unknown(ask_at=when) | Sent(ask_at=when) if when is not None:
            timers = (Timer("ask", when, AskProvider(asked=message.asked + 1)),)
    if isinstance(message, Sent) and message.confirm_due is not None:
        return (*timers, Timer("confirm", message.confirm_due, NoteFaxUnconfirmed()))
    return (*timers, *request.owed(message.letter.owed)) if isinstance(message, Unsent) else timers


def at_the_door(
    case: UseCase[Any, Any, facts.MessageEvent], command: Any, message: Message, ctx: Context
) -> Decision[facts.MessageEvent]:
    """Whatever is asked of a message, it must have been asked for; a timer of none is moot."""
    if isinstance(message, Unrequested) and not isinstance(command, RequestMessage):
        return () if isinstance(command, NoteOverdue | NoteFaxUnconfirmed) else no("unknown_message")
    return case.rule(command, message, ctx)


def asked_of(case: UseCase[Any, Any, facts.MessageEvent], message: Message) -> Message | None:  # noqa: ARG001
    """What gates look at: a message that was asked for."""
    return None if isinstance(message, Unrequested) else message


MESSAGE = Aggregate[Message, facts.MessageEvent](
    "message",
    INITIAL,
    STATES,
    evolve,
    (*request.USE_CASES, *attempts.USE_CASES, *unknown.USE_CASES, *receipts.USE_CASES),
    due,
    at_the_door,
    asked_of,
)
