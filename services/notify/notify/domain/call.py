"""A call (电话任务): somebody owes a customer a call by a time; who called, when, and what came of it is recorded (E3).

The situations: Unrequested, Open (待打), Done (已接通), Dropped (不用打了).
"""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, assert_never

from company.context import Context
from contracts.bounds import ManyLines, Moment, OneLine, OptionalId
from contracts.civil_time import civil_day
from contracts.fact import Customer, Fact
from contracts.notify import CallDropped, CallMade, CallOverdue, CallPurpose, CallRequested, CallResult
from runtime.decision import Command, Rejected, Timer

_CALLS = uuid.UUID("a3c0f1de-52c1-5d6f-8f3e-2b7f0d9c4e21")
"""Namespace of call ids. It is stored in streams: never change it."""


def call_id(purpose: str, subject: str, occasion: str) -> str:
    """The id of the one call of a purpose about a subject, on an occasion: a day, or a delay's or visit's number."""
    return str(uuid.uuid5(_CALLS, f"{purpose}/{subject}/{occasion}"))


def call_key(call_id: str) -> str:
    """The aggregate id of a call."""
    return f"call:{call_id}"


class RequestCall(Command):
    """要打电话 (E3). `again`: one that was made is to be made again, when it falls due at another time."""

    command: Literal["RequestCall"] = "RequestCall"
    call_id: OptionalId
    purpose: CallPurpose
    subject: OptionalId
    occasion: OneLine
    customer: Customer | None
    due: Moment
    owner_role: OptionalId
    owner: OneLine | None
    script: ManyLines
    cause_id: OptionalId
    duty: OptionalId = ""
    again: bool = False


class RecordCall(Command):
    """打了 (E3): what came of it. `later` says when the customer wants to be called; `not_reached` may."""

    command: Literal["RecordCall"] = "RecordCall"
    result: CallResult
    note: ManyLines = ""
    next_at: Moment | None = None


class DropCall(Command):
    """不用打了: done some other way (`fulfilled`), or no longer called for (`fell_away`)."""

    command: Literal["DropCall"] = "DropCall"
    reason: Literal["fulfilled", "fell_away"]
    note: ManyLines


class NoteCallOverdue(Command):
    """The call was owed by now."""

    command: Literal["NoteCallOverdue"] = "NoteCallOverdue"


COMMANDS = RequestCall | RecordCall | DropCall | NoteCallOverdue


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be called about, and who owes it."""

    call_id: str
    purpose: CallPurpose
    subject: str
    occasion: str
    due: datetime
    owner_role: str
    owner: str | None
    duty: str
    cause_id: str


@dataclass(frozen=True, slots=True)
class Unrequested:
    """No such call."""


@dataclass(frozen=True, slots=True)
class Open:
    """待打. `calls`: how often it was tried; `overdue`: that was said."""

    task: Task
    calls: int
    overdue: bool


@dataclass(frozen=True, slots=True)
class Done:
    """已接通."""

    task: Task


@dataclass(frozen=True, slots=True)
class Dropped:
    """不用打了."""

    task: Task


Call = Unrequested | Open | Done | Dropped
INITIAL: Call = Unrequested()
STATES = (Unrequested, Open, Done, Dropped)
Decision = tuple[Fact, ...] | Rejected


def decide(command: COMMANDS, call: Call, ctx: Context) -> Decision:
    """Answer a command."""
    match command:
        case RequestCall():
            return request_call(command, call, ctx)
        case RecordCall():
            return record_call(command, call, ctx)
        case DropCall():
            return drop_call(command, call, ctx)
        case NoteCallOverdue():
            return note_overdue(command, call, ctx)
    assert_never(command)


def request_call(command: RequestCall, call: Call, ctx: Context) -> Decision:
    """Ask for a call. Open: only another time or owner is news. Made: not again, unless for another time and so asked.

    Dropped: asked for anew by a new cause.
    """
    match call:
        case Done() if not command.again or command.due == call.task.due:
            return ()
        case Dropped() if command.cause_id == call.task.cause_id:
            return ()
        case Open() if (command.due, command.owner) == (call.task.due, call.task.owner):
            return ()
        case Unrequested() | Open() | Done() | Dropped():
            return (
                CallRequested(
                    at=command.at or ctx.now,
                    call_id=command.call_id,
                    purpose=command.purpose,
                    subject=command.subject,
                    customer=command.customer,
                    due=command.due,
                    owner_role=command.owner_role,
                    owner=command.owner,
                    script=command.script,
                    cause_id=command.cause_id,
                    occasion=command.occasion,
                    duty=command.duty,
                ),
            )
    assert_never(call)


def record_call(command: RecordCall, call: Call, ctx: Context) -> Decision:
    """Record a call: reached ends it; else it is made again, when the customer said or after a while (E3)."""
    at = command.at or ctx.now
    match call:
        case Unrequested():
            return _unknown()
        case Done() if command.result == "reached":
            return ()
        case Done() | Dropped():
            return _closed(call)
        case Open() if command.result == "later" and command.next_at is None:
            return Rejected(
                "when_then",
                "E3",
                "请填写客户要求再打的时间。",
                "Say when the customer wants to be called.",
            )
        case Open() if command.next_at is not None and command.next_at <= at:
            return Rejected(
                "next_call_in_the_past",
                "E3",
                "再打的时间应晚于这次通话的时间，请核对。",
                "The next call must be later than this one; check the time.",
                {"next_at": command.next_at.isoformat()},
            )
        case Open() if command.result == "reached" and _is_too_early(call.task, at):
            day = civil_day(call.task.due)
            return Rejected(
                "confirmed_too_early",
                "B3",
                f"在家确认要到 {day} 才打，现在确认的到时会忘。请到时再打一次。",
                f"Whether somebody is home is asked on {day}, not earlier. Call again then.",
                {"day": day.isoformat()},
            )
        case Open():
            task = call.task
            next_at = command.next_at or at + timedelta(minutes=ctx.policy.call_again_minutes)
            return (
                CallMade(
                    at=at,
                    call_id=task.call_id,
                    purpose=task.purpose,
                    subject=task.subject,
                    result=command.result,
                    note=command.note,
                    called_by=ctx.by,
                    next_at=None if command.result == "reached" else next_at,
                    occasion=task.occasion,
                    duty=task.duty,
                    due=task.due,
                    calls=call.calls + 1,
                ),
            )
    assert_never(call)


def _is_too_early(task: Task, at: datetime) -> bool:
    """B3: a confirmation is of the day on which it is owed, the day before the delivery."""
    return task.purpose == "home_confirmation" and civil_day(at) < civil_day(task.due)


def drop_call(command: DropCall, call: Call, ctx: Context) -> Decision:
    """No longer to be made; nothing when it was made, or never asked for."""
    match call:
        case Unrequested() | Done() | Dropped():
            return ()
        case Open():
            task = call.task
            return (
                CallDropped(
                    at=command.at or ctx.now,
                    call_id=task.call_id,
                    purpose=task.purpose,
                    subject=task.subject,
                    reason=command.reason,
                    note=command.note,
                ),
            )
    assert_never(call)


def note_overdue(command: NoteCallOverdue, call: Call, ctx: Context) -> Decision:  # noqa: ARG001 - one signature
    """Nobody reached the customer in time. Said once."""
    match call:
        case Open() if not call.overdue and ctx.now >= call.task.due:
            task = call.task
            return (
                CallOverdue(
                    at=ctx.now,
                    call_id=task.call_id,
                    purpose=task.purpose,
                    subject=task.subject,
                    due=task.due,
                    owner_role=task.owner_role,
                    owner=task.owner,
                    duty=task.duty,
                ),
            )
        case Unrequested() | Open() | Done() | Dropped():
            return ()
    assert_never(call)


def evolve(call: Call, event: Fact) -> Call:
    """The situation after an event."""
    match event:
        case CallRequested():
            task = Task(
                event.call_id,
                event.purpose,
                event.subject,
                event.occasion,
                event.due,
                event.owner_role,
                event.owner,
                event.duty,
                event.cause_id,
            )
            return Open(task, call.calls if isinstance(call, Open) else 0, overdue=False)
        case CallMade() if isinstance(call, Open):
            return Done(call.task) if event.result == "reached" else replace(call, calls=event.calls)
        case CallOverdue() if isinstance(call, Open):
            return replace(call, overdue=True)
        case CallDropped() if isinstance(call, Open):
            return Dropped(call.task)
        case _:
            return call


def due(call: Call) -> tuple[Timer, ...]:
    """E3: an open call, at its time."""
    if isinstance(call, Open) and not call.overdue:
        return (Timer("overdue", call.task.due, NoteCallOverdue()),)
    return ()


def _unknown() -> Rejected:
    return Rejected("unknown_call", "E3", "没有这个电话任务，请核对编号。", "There is no such call; check its number.")


def _closed(call: Done | Dropped) -> Rejected:
    done = isinstance(call, Done)
    return Rejected(
        "call_closed",
        "E3",
        "这个电话已经打通登记过了。" if done else "这个电话已不用打：事情已办或已取消。",
        "This call was made and recorded." if done else "This call is no longer needed.",
    )
