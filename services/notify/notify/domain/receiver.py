"""A receiver (收信号码): one customer's telephone number, which gets so many messages at most (E4).

The situations: Open (可收) and Closed (已退订). Its id is made of the number, so that the number is not in the stream.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, assert_never

from pydantic import StringConstraints

from company.context import Context
from company.masking import mask_phone
from contracts.bounds import ManyLines, OptionalId
from contracts.fact import Fact
from contracts.notify import MessageAdmitted, MessageBarred, OptInNoted, OptOutNoted
from notify.domain.quiet_hours import DAY, within_limits
from runtime.decision import Command, Rejected, Timer

_RECEIVERS = uuid.UUID("6f0f2a40-3a7b-5f0d-9d8e-5a1f4f6f9c11")
"""Namespace of receiver ids. It is stored in streams: never change it."""

Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9][0-9 -]{5,18}[0-9]$")]


def receiver_id(phone: str) -> str:
    """The receiver of a telephone number, however it is written: spaces, dashes, +86 or 0086 make no difference."""
    digits = "".join(character for character in phone if character.isdigit())
    if phone.strip().startswith(("+86", "0086")):
        digits = digits.removeprefix("00").removeprefix("86")
    return str(uuid.uuid5(_RECEIVERS, digits))


def receiver_key(phone: str) -> str:
    """The aggregate id of a telephone number's receiver."""
    return f"receiver:{receiver_id(phone)}"


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


COMMANDS = AdmitMessage | NoteOptOut | NoteOptIn


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
    """已退订: only what the contract needs is let through."""

    recent: tuple[Admission, ...]


Receiver = Open | Closed
INITIAL: Receiver = Open()
STATES = (Open, Closed)
Decision = tuple[Fact, ...] | Rejected


def decide(command: COMMANDS, receiver: Receiver, ctx: Context) -> Decision:
    """Answer a command."""
    match command:
        case AdmitMessage():
            return admit(command, receiver, ctx)
        case NoteOptOut():
            return opt_out(command, receiver, ctx)
        case NoteOptIn():
            return opt_in(command, receiver, ctx)
    assert_never(command)


def admit(command: AdmitMessage, receiver: Receiver, ctx: Context) -> Decision:
    """Let it through: at once when urgent, else when the customer's limits allow. Opted out: barred (E4)."""
    if any(known.message_id == command.message_id for known in receiver.recent):
        return ()
    if command.optional and isinstance(receiver, Closed):
        return (MessageBarred(at=ctx.now, receiver_id=command.receiver_id, message_id=command.message_id),)
    moments = [known.not_before for known in receiver.recent]
    not_before = ctx.now if command.urgent else within_limits(moments, ctx.now, ctx.policy)
    return (
        MessageAdmitted(
            at=ctx.now,
            receiver_id=command.receiver_id,
            message_id=command.message_id,
            not_before=not_before,
            optional=command.optional,
        ),
    )


def opt_out(command: NoteOptOut, receiver: Receiver, ctx: Context) -> Decision:
    """No more of what the contract does not need, nor what is still waiting of it."""
    match receiver:
        case Closed():
            return ()
        case Open():
            return (
                OptOutNoted(
                    at=command.at or ctx.now,
                    receiver_id=receiver_id(command.phone),
                    phone=mask_phone(command.phone),
                    reason=command.reason,
                    withdrawn=tuple(known.message_id for known in receiver.recent if known.optional),
                ),
            )
    assert_never(receiver)


def opt_in(command: NoteOptIn, receiver: Receiver, ctx: Context) -> Decision:
    """All messages again."""
    match receiver:
        case Open():
            return ()
        case Closed():
            at = command.at or ctx.now
            return (OptInNoted(at=at, receiver_id=receiver_id(command.phone), reason=command.reason),)
    assert_never(receiver)


def evolve(receiver: Receiver, event: Fact) -> Receiver:
    """The situation after an event."""
    match event:
        case MessageAdmitted():
            admission = Admission(event.message_id, event.not_before, event.optional)
            kept = tuple(known for known in receiver.recent if event.at - known.not_before < DAY)
            recent = tuple(sorted((*kept, admission), key=lambda known: known.not_before))
            return Open(recent) if isinstance(receiver, Open) else Closed(recent)
        case OptOutNoted():
            return Closed(receiver.recent)
        case OptInNoted():
            return Open(receiver.recent)
        case _:
            return receiver


def due(receiver: Receiver) -> tuple[Timer, ...]:  # noqa: ARG001 - nothing falls due here
    """Nothing."""
    return ()
