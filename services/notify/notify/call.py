"""A call (电话任务): somebody owes a customer a call by a time; who called, when, and what came of it is recorded (E3).

The situations: Unrequested, Open (待打), Done (已接通), Dropped (不用打了).
"""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, assert_never, get_args

from pydantic import BaseModel, Field

from company.context import Context
from contracts import notify as facts
from contracts.bounds import ManyLines, Moment, OneLine, OptionalId
from contracts.civil_time import civil_day
from contracts.fact import Customer
from notify.refusals import no
from notify.who import DROPS_CALLS, MAKES_CALLS, OFFICE
from runtime.aggregate import Aggregate
from runtime.decision import Command, Rejected, Timer, said_again
from runtime.use_case import Asker, Born, UseCase

_CALLS = uuid.UUID("a3c0f1de-52c1-5d6f-8f3e-2b7f0d9c4e21")
"""Namespace of call ids. It is stored in streams: never change it."""


def call_id(purpose: str, subject: str, occasion: str) -> str:
    """The id of the one call of a purpose about a subject, on an occasion: a day, or a delay's or visit's number."""
    return str(uuid.uuid5(_CALLS, f"{purpose}/{subject}/{occasion}"))


class RequestCall(Command):
    """要打电话 (E3). `again`: one that was made is to be made again, when it falls due at another time."""

    command: Literal["RequestCall"] = "RequestCall"
    call_id: OptionalId
    purpose: facts.CallPurpose
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


class Plan(BaseModel):
    """安排一个电话 Plan a call by hand (E3)

    One for each purpose, subject and occasion; its id is in `aggregate_id`.
    """

    purpose: facts.CallPurpose
    subject: Annotated[str, Field(min_length=1, max_length=100, examples=["contract:HT26030001"])]
    occasion: Annotated[str, Field(max_length=60)] = ""
    customer: Customer | None = None
    due: Moment
    owner_role: Annotated[str, Field(max_length=40)]
    owner: Annotated[str | None, Field(max_length=60)] = None
    script: Annotated[str, Field(max_length=500)]


class RecordCall(Command):
    """登记通话结果 Record what came of a call (E3)

    `reached` ends it; `not_reached` and `later` keep it open until the next call. `next_at` is needed for `later`; for
    `not_reached` it is half an hour on (policy).
    """

    command: Literal["RecordCall"] = "RecordCall"
    result: facts.CallResult
    note: Annotated[str, Field(max_length=500)] = ""
    next_at: Moment | None = None


class DropCall(Command):
    """不用打了: done some other way (`fulfilled`), or no longer called for (`fell_away`)."""

    command: Literal["DropCall"] = "DropCall"
    reason: Literal["fulfilled", "fell_away"] = "fell_away"
    note: ManyLines


class Drop(BaseModel):
    """取消电话任务 Drop a call that is not needed any more (E3)

    With the reason.
    """

    note: Annotated[str, Field(min_length=1, max_length=500)]


class NoteCallOverdue(Command):
    """The call was owed by now."""

    command: Literal["NoteCallOverdue"] = "NoteCallOverdue"


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be called about, whom, and who owes it."""

    call_id: str
    purpose: facts.CallPurpose
    subject: str
    occasion: str
    customer: Customer | None
    due: datetime
    owner_role: str
    owner: str | None
    script: str
    duty: str
    cause_id: str
    requested_at: datetime


@dataclass(frozen=True, slots=True)
class Tried:
    """A call that was made, and what came of it."""

    at: datetime
    by: str
    result: facts.CallResult
    note: str
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Unrequested:
    """No such call."""


@dataclass(frozen=True, slots=True)
class Open:
    """待打. `calls`: how often it was tried; `overdue`: that was said."""

    task: Task
    calls: int = 0
    overdue: bool = False
    last: Tried | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """已接通 by the last call."""

    task: Task
    calls: int
    overdue: bool
    last: Tried


@dataclass(frozen=True, slots=True)
class Dropped:
    """不用打了."""

    task: Task
    calls: int
    overdue: bool
    last: Tried | None
    reason: Literal["fulfilled", "fell_away"]
    note: str


Call = Unrequested | Open | Done | Dropped
INITIAL: Call = Unrequested()
STATES: tuple[type, ...] = get_args(Call)
Decision = tuple[facts.CallEvent, ...] | Rejected


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
            return (facts.CallRequested.model_validate({**dict(command), "at": command.at or ctx.now}),)
    assert_never(call)


def record_call(command: RecordCall, call: Call, ctx: Context) -> Decision:
    """Record a call: reached ends it; else it is made again, when the customer said or after a while (E3).

    Refuses: unknown_call, call_closed, when_then, next_call_in_the_past, confirmed_too_early, said_otherwise (another
    note of one that reached the customer, X7).
    """
    at = command.at or ctx.now
    is_reached = command.result == "reached"
    match call:
        case Done() if is_reached:
            return said_again(call.last.note, command.note)
        case Unrequested() | Done() | Dropped():
            return is_over(call) or ()
        case Open() if command.result == "later" and command.next_at is None:
            return no("when_then")
        case Open() if command.next_at is not None and command.next_at <= at:
            return no("next_call_in_the_past", next_at=command.next_at)
        case Open() if is_reached and _is_too_early(call.task, at):
            return no("confirmed_too_early", day=civil_day(call.task.due))
        case Open():
            task = call.task
            next_at = command.next_at or at + timedelta(minutes=ctx.policy.call_again_minutes)
            return (
                facts.CallMade(
                    at=at,
                    call_id=task.call_id,
                    purpose=task.purpose,
                    subject=task.subject,
                    result=command.result,
                    note=command.note,
                    called_by=ctx.by,
                    next_at=None if is_reached else next_at,
                    occasion=task.occasion,
                    duty=task.duty,
                    due=task.due,
                    calls=call.calls + 1,
                ),
            )
    assert_never(call)


def is_over(call: Call) -> Rejected | None:
    """Why there is nothing to record or to drop."""
    match call:
        case Unrequested():
            return no("unknown_call")
        case Done():
            return no("call_made")
        case Dropped():
            return no("call_not_needed")
        case Open():
            return None
    assert_never(call)


def _is_too_early(task: Task, at: datetime) -> bool:
    """B3: a confirmation is of the day on which it is owed, the day before the delivery."""
    return task.purpose == "home_confirmation" and civil_day(at) < civil_day(task.due)


def drop_call(command: DropCall, call: Call, ctx: Context) -> Decision:
    """No longer to be made; nothing when it was made, or never asked for. Refuses, to a person: unknown_call,
    call_made, said_otherwise (it is not needed for another reason, X7)."""
    if not isinstance(call, Open):
        if ctx.by == "system":
            return ()
        return said_again(call.note, command.note) if isinstance(call, Dropped) else is_over(call) or ()
    task = call.task
    return (
        facts.CallDropped(
            at=command.at or ctx.now,
            call_id=task.call_id,
            purpose=task.purpose,
            subject=task.subject,
            reason=command.reason,
            note=command.note,
        ),
    )


def note_overdue(command: NoteCallOverdue, call: Call, ctx: Context) -> Decision:  # noqa: ARG001 - one signature
    """Nobody reached the customer in time. Said once."""
    if not isinstance(call, Open) or call.overdue or ctx.now < call.task.due:
        return ()
    task = call.task
    return (
        facts.CallOverdue(
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


def evolve(call: Call, event: facts.CallEvent) -> Call:
    """The situation after an event."""
    match event:
        case facts.CallRequested():
            return Open(_task(event, call), call.calls if isinstance(call, Open) else 0)
        case facts.CallMade() if isinstance(call, Open):
            tried = Tried(event.at, event.called_by, event.result, event.note, event.next_at)
            if event.result == "reached":
                return Done(call.task, event.calls, call.overdue, tried)
            return replace(call, calls=event.calls, last=tried)
        case facts.CallOverdue() if isinstance(call, Open):
            return replace(call, overdue=True)
        case facts.CallDropped() if isinstance(call, Open):
            return Dropped(call.task, call.calls, call.overdue, call.last, event.reason, event.note)
        case facts.CallMade() | facts.CallOverdue() | facts.CallDropped():
            return call
    assert_never(event)


def _task(event: facts.CallRequested, call: Call) -> Task:
    """What is asked for; whom to call may be known from before."""
    known = None if isinstance(call, Unrequested) else call.task.customer
    return Task(
        call_id=event.call_id,
        purpose=event.purpose,
        subject=event.subject,
        occasion=event.occasion,
        customer=event.customer or known,
        due=event.due,
        owner_role=event.owner_role,
        owner=event.owner,
        script=event.script,
        duty=event.duty,
        cause_id=event.cause_id,
        requested_at=event.at,
    )


def due(call: Call) -> tuple[Timer, ...]:
    """E3: an open call, at its time."""
    if isinstance(call, Open) and not call.overdue:
        return (Timer("overdue", call.task.due, NoteCallOverdue()),)
    return ()


async def by_hand(asker: Asker, number: str, plan: Plan) -> RequestCall:
    """A call that a person plans: once more, if it was made and falls due at another time."""
    return RequestCall(call_id=number, cause_id=asker.request_id, again=True, **dict(plan))


def number_of(plan: Any) -> str:
    """The id of the call that a person plans."""
    return call_id(plan.purpose, plan.subject, plan.occasion)


CALL = Aggregate[Call, facts.CallEvent](
    "call",
    INITIAL,
    STATES,
    evolve,
    (
        UseCase(RequestCall, request_call, OFFICE, "", body=Plan, prepare=by_hand, born=Born(of=number_of), status=201),
        UseCase(RecordCall, record_call, MAKES_CALLS, "result", is_over, body="Result"),
        UseCase(DropCall, drop_call, DROPS_CALLS, "drop", is_over, body=Drop),
        UseCase(NoteCallOverdue, note_overdue),
    ),
    due,
)
