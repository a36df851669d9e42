"""A receiver (收信号码): one customer's telephone number, which gets so many messages at most (E4).

The situations: Open (可收) and Closed (已退订). Its id is made of the number, so that the number is not in the stream.
"""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Literal, assert_never, get_args

from pydantic import BaseModel, Field, StringConstraints

from company.context import Context
from company.masking import mask_phone
from contracts import notify as facts
from contracts.bounds import Happened, ManyLines, OptionalId
from contracts.spelling import Spelt, phone
from notify.quiet_hours import DAY, within_limits
from notify.who import OFFICE
from runtime.aggregate import Aggregate
from runtime.decision import Command, Rejected
from runtime.use_case import Asker, Born, UseCase
from runtime.view import File, Instant, Row, View

_RECEIVERS = uuid.UUID("6f0f2a40-3a7b-5f0d-9d8e-5a1f4f6f9c11")
"""Namespace of receiver ids. It is stored in streams: never change it."""

Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9][0-9 -]{5,18}[0-9]$")]


def receiver_id(phone: str) -> str:
    """The receiver of a telephone number, however it is written: spaces, dashes, +86 or 0086 make no difference."""
    digits = "".join(character for character in phone if character.isdigit())
    if phone.strip().startswith(("+86", "0086")):
        digits = digits.removeprefix("00").removeprefix("86")
    return str(uuid.uuid5(_RECEIVERS, digits))


class AdmitMessage(Command):
    """May this receiver get this message now?"""

    command: Literal["AdmitMessage"] = "AdmitMessage"
    receiver_id: OptionalId
    message_id: OptionalId
    urgent: bool
    optional: bool


class NoteOptOut(Command):
    """退订: the customer wants no messages that the contract does not need."""

    command: Literal["NoteOptOut"] = "NoteOptOut"
    phone: Phone
    reason: ManyLines


class NoteOptIn(Command):
    """恢复订阅: the customer wants them again."""

    command: Literal["NoteOptIn"] = "NoteOptIn"
    phone: Phone
    reason: ManyLines


class OptOut(BaseModel):
    """登记退订或恢复 Note an opt-out or opt-in (E4)

    A customer's wish: no such messages (`opted_out`), or all of them again. What the contract needs (dates, damage,
    ...) is sent all the same.
    """

    phone: Annotated[Phone, Spelt(phone)]
    opted_out: bool
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    at: Happened | None = None


@dataclass(frozen=True, slots=True)
class Admission:
    """A message that was let through, and when it may go out."""

    message_id: str
    not_before: datetime
    optional: bool


@dataclass(frozen=True, slots=True)
class Open:
    """可收. `recent`: what was let through within the last day, by time."""

    recent: tuple[Admission, ...] = ()


@dataclass(frozen=True, slots=True)
class Closed:
    """已退订 since then: only what the contract needs is let through."""

    recent: tuple[Admission, ...]
    since: datetime


Receiver = Open | Closed
INITIAL: Receiver = Open()
STATES: tuple[type, ...] = get_args(Receiver)
Decision = tuple[facts.ReceiverEvent, ...] | Rejected


def admit(command: AdmitMessage, receiver: Receiver, ctx: Context) -> Decision:
    """Let it through: at once when urgent, else when the customer's limits allow. Opted out: barred (E4)."""
    if any(known.message_id == command.message_id for known in receiver.recent):
        return ()
    if command.optional and isinstance(receiver, Closed):
        return (facts.MessageBarred(at=ctx.now, receiver_id=command.receiver_id, message_id=command.message_id),)
    moments = [known.not_before for known in receiver.recent]
    not_before = ctx.now if command.urgent else within_limits(moments, ctx.now, ctx.policy)
    return (
        facts.MessageAdmitted(
            at=ctx.now,
            receiver_id=command.receiver_id,
            message_id=command.message_id,
            not_before=not_before,
            optional=command.optional,
        ),
    )


def opt_out(command: NoteOptOut, receiver: Receiver, ctx: Context) -> Decision:
    """No more of what the contract does not need, nor what is still waiting of it."""
    if isinstance(receiver, Closed):
        return ()
    return (
        facts.OptOutNoted(
            at=command.at or ctx.now,
            receiver_id=receiver_id(command.phone),
            phone=mask_phone(command.phone),
            reason=command.reason,
            withdrawn=tuple(known.message_id for known in receiver.recent if known.optional),
        ),
    )


def opt_in(command: NoteOptIn, receiver: Receiver, ctx: Context) -> Decision:
    """All messages again."""
    if isinstance(receiver, Open):
        return ()
    at = command.at or ctx.now
    return (facts.OptInNoted(at=at, receiver_id=receiver_id(command.phone), reason=command.reason),)


def evolve(receiver: Receiver, event: facts.ReceiverEvent) -> Receiver:
    """The situation after an event."""
    match event:
        case facts.MessageAdmitted():
            admission = Admission(event.message_id, event.not_before, event.optional)
            kept = tuple(known for known in receiver.recent if event.at - known.not_before < DAY)
            recent = tuple(sorted((*kept, admission), key=lambda known: known.not_before))
            return replace(receiver, recent=recent)
        case facts.OptOutNoted():
            return Closed(receiver.recent, event.at)
        case facts.OptInNoted():
            return Open(receiver.recent)
        case facts.MessageBarred():
            return receiver
    assert_never(event)


async def wish(asker: Asker, number: str, said: OptOut) -> NoteOptOut | NoteOptIn:  # noqa: ARG001 - one signature
    """What the customer wants."""
    return (NoteOptOut if said.opted_out else NoteOptIn)(at=said.at, phone=said.phone, reason=said.reason)


def number_of(said: Any) -> str:
    """The receiver that a wish is about."""
    return receiver_id(said.phone)


RECEIVER = Aggregate[Receiver, facts.ReceiverEvent](
    "receiver",
    INITIAL,
    STATES,
    evolve,
    (
        UseCase(AdmitMessage, admit),
        UseCase(NoteOptOut, opt_out, OFFICE, "", body=OptOut, prepare=wish, born=Born(of=number_of)),
        UseCase(NoteOptIn, opt_in),
    ),
)


class Standing(Row):
    """Whether a number opted out, since when."""

    opted_out: bool
    since: Instant | None


class ReceiverRow(Row):
    """A number that has opted out, masked."""

    receiver_id: str
    phone: str | None
    opted_out: bool
    reason: str
    since: Instant
    noted_by: str


def standing(receiver: Receiver) -> Standing:
    """The row of a receiver."""
    is_closed = isinstance(receiver, Closed)
    return Standing(opted_out=is_closed, since=receiver.since if isinstance(receiver, Closed) else None)


RECEIVERS = View(
    "receivers",
    "notify",
    RECEIVER,
    Standing,
    standing,
    (("row.opted_out", "row.since"),),
    said=(facts.OptOutNoted,),
    said_kept=1,
)


def opted_out(receiver: File[Standing]) -> ReceiverRow:
    """A receiver whose number opted out: with the word on it."""
    said = receiver.said.last(facts.OptOutNoted)
    assert said is not None
    told = said.event
    return ReceiverRow(
        receiver_id=told.receiver_id,
        phone=told.phone,
        opted_out=receiver.row.opted_out,
        reason=told.reason,
        since=told.at,
        noted_by=said.by,
    )
