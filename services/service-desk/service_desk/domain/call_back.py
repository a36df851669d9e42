"""Regular call-backs (定期回访) to served customers; a complaint becomes a ticket (C17)."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, assert_never

from contracts.bounds import CivilDay
from contracts.decision import Command, Context, Rejected, Timer
from contracts.fact import Customer
from contracts.service_desk import CallBackEvent
from contracts.service_desk_care import CallBackDropped, CallBackPlanned, CustomerCalledBack
from contracts.service_desk_duties import DutyEscalated, DutyOverdue, DutyWarned
from service_desk.domain import duties
from service_desk.domain import round_refusals as refusals
from service_desk.domain.clocks import call_back_watch
from service_desk.domain.duties import Duty, DutyEvent, KeepWatch
from service_desk.domain.situations import Note, Number, Text, happened

Event = CallBackEvent | DutyEvent
Decision = tuple[Event, ...] | Rejected


class PlanCallBack(Command):
    """计划回访 (C17)."""

    command: Literal["PlanCallBack"] = "PlanCallBack"
    callback_id: Number
    contract_no: Number | None = None
    customer: Customer
    about: Note = ""
    due_on: CivilDay


class RecordCallBack(Command):
    """回访结果 (C17). Who was not reached is called again."""

    command: Literal["RecordCallBack"] = "RecordCallBack"
    reached: bool
    satisfied: bool | None = None
    note: Note = ""
    complaint: Note = ""


class DropCallBack(Command):
    """取消回访 (C17)."""

    command: Literal["DropCallBack"] = "DropCallBack"
    reason: Text


COMMANDS = PlanCallBack | RecordCallBack | DropCallBack | KeepWatch


@dataclass(frozen=True, slots=True)
class Unplanned:
    """No such call-back."""


@dataclass(frozen=True, slots=True)
class Planned:
    """To be called; `tried_at`: when nobody answered last."""

    callback_id: str
    contract_no: str | None
    customer: Customer
    about: str
    due_on: date
    duty: Duty
    tried_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """Called, or dropped."""

    call_back: Planned
    satisfied: bool | None
    note: str = ""
    complaint: str = ""
    dropped: bool = False


CallBack = Unplanned | Planned | Done
INITIAL: CallBack = Unplanned()
STATES = (Unplanned, Planned, Done)


def call_back_key(callback_id: str) -> str:
    """The aggregate id of a call-back."""
    return f"callback:{callback_id}"


def decide(command: COMMANDS, call_back: CallBack, ctx: Context) -> Decision:
    """Answer a command about a call-back. Refuses: unknown_call_back, call_back_over."""
    at = happened(command, ctx)
    if isinstance(command, PlanCallBack):
        return plan(command, call_back, at, ctx)
    match call_back:
        case Unplanned():
            return refusals.unknown_call_back()
        case Done():
            return _when_done(command, call_back)
        case Planned():
            return _when_planned(command, call_back, at, ctx)
    assert_never(call_back)


def plan(command: PlanCallBack, call_back: CallBack, at: datetime, ctx: Context) -> Decision:
    """Somebody calls a served customer by a day (C17). Refuses: call_back_exists."""
    if not isinstance(call_back, Unplanned):
        known = call_back.call_back if isinstance(call_back, Done) else call_back
        same = (known.contract_no, known.customer, known.about, known.due_on) == (
            command.contract_no,
            command.customer,
            command.about,
            command.due_on,
        )
        return () if same else refusals.call_back_exists(command.callback_id)
    return (
        CallBackPlanned(
            at=at,
            callback_id=command.callback_id,
            contract_no=command.contract_no,
            customer=command.customer,
            about=command.about,
            due_on=command.due_on,
            watch=call_back_watch(command.due_on, ctx.policy),
        ),
    )


def _when_planned(
    command: RecordCallBack | DropCallBack | KeepWatch, planned: Planned, at: datetime, ctx: Context
) -> Decision:
    match command:
        case KeepWatch():
            return duties.keep_watch(call_back_key(planned.callback_id), planned.duty, ctx.now)
        case DropCallBack():
            return (CallBackDropped(at=at, callback_id=planned.callback_id, reason=command.reason),)
        case RecordCallBack():
            return record(command, planned, at)
    assert_never(command)


def record(command: RecordCallBack, planned: Planned, at: datetime) -> Decision:
    """What the customer said (C17). Refuses: satisfaction_missing, not_reached_but_answered."""
    if command.reached and command.satisfied is None:
        return refusals.satisfaction_missing()
    if not command.reached and at == planned.tried_at:
        return ()
    if not command.reached and (command.satisfied is not None or command.complaint):
        return refusals.not_reached_but_answered()
    return (
        CustomerCalledBack(
            at=at,
            callback_id=planned.callback_id,
            contract_no=planned.contract_no,
            customer=planned.customer,
            reached=command.reached,
            satisfied=command.satisfied,
            note=command.note,
            complaint=command.complaint,
            due=planned.duty.watch.due,
        ),
    )


def _when_done(command: RecordCallBack | DropCallBack | KeepWatch, done: Done) -> Decision:
    match command:
        case KeepWatch():
            return ()
        case DropCallBack():
            return () if done.dropped else refusals.call_back_over(done.call_back.callback_id)
        case RecordCallBack():
            same = (done.satisfied, done.note, done.complaint) == (command.satisfied, command.note, command.complaint)
            again = same and command.reached and not done.dropped
            return () if again else refusals.call_back_over(done.call_back.callback_id)
    assert_never(command)


def evolve(call_back: CallBack, event: Event) -> CallBack:
    """The call-back after an event."""
    if isinstance(event, CallBackPlanned):
        duty = Duty(event.watch, event.at)
        return Planned(event.callback_id, event.contract_no, event.customer, event.about, event.due_on, duty)
    if not isinstance(call_back, Planned):
        return call_back
    match event:
        case CustomerCalledBack():
            if not event.reached:
                return replace(call_back, tried_at=event.at)
            return Done(call_back, event.satisfied, event.note, event.complaint)
        case CallBackDropped():
            return Done(call_back, None, dropped=True)
        case DutyWarned() | DutyOverdue() | DutyEscalated():
            return replace(call_back, duty=duties.remembered((call_back.duty,), event)[0])
    assert_never(event)


def due(call_back: CallBack) -> tuple[Timer, ...]:
    """The call's clock (C17)."""
    return duties.timers((call_back.duty,)) if isinstance(call_back, Planned) else ()
