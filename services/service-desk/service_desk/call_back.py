"""Regular call-backs (定期回访) to served customers; a complaint becomes a ticket (C17)."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal, assert_never

from pydantic import BaseModel, ConfigDict

from company.context import Context
from company.masking import customer_for
from contracts.bounds import CivilDay, Happened
from contracts.fact import Customer
from contracts.service_desk import CallBackEvent
from contracts.service_desk_care import CallBackDropped, CallBackPlanned, CustomerCalledBack
from contracts.service_desk_duties import DutyEscalated, DutyOverdue, DutyWarned
from runtime import aggregate
from runtime.aggregate import Aggregate
from runtime.decision import Command, Rejected, Timer, said_again
from runtime.use_case import Born, UseCase
from runtime.view import File, Instant, Row, View
from service_desk import duties
from service_desk.clocks import call_back_watch
from service_desk.duties import Duty, DutyEvent, DutyRow, KeepWatch
from service_desk.fields import Note, Number, Text, happened
from service_desk.refusals import no
from service_desk.roles import MANAGER, OFFICE

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


class NewCallBack(BaseModel):
    """计划回访 Plan a call-back (C17)

    Without `callback_id` a number is given. Fulfilled contracts are planned by themselves.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    at: Happened | None = None
    callback_id: Number | None = None
    contract_no: Number | None = None
    customer: Customer
    about: Note = ""
    due_on: CivilDay


class RecordCallBack(Command):
    """回访结果 What the customer said (C17)

    A complaint, or a customer who is not satisfied, becomes a ticket. Who was not reached is called again.
    """

    command: Literal["RecordCallBack"] = "RecordCallBack"
    reached: bool
    satisfied: bool | None = None
    note: Note = ""
    complaint: Note = ""


class DropCallBack(Command):
    """取消回访 Drop a call-back (C17)

    The customer does not want it.
    """

    command: Literal["DropCallBack"] = "DropCallBack"
    reason: Text
    wrong: bool = False
    """What it was planned for was taken back (D16)."""


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
    wrong: bool = False


CallBack = Unplanned | Planned | Done


def plan_call_back(command: PlanCallBack, call_back: CallBack, ctx: Context) -> Decision:
    """Somebody calls a served customer by a day (C17). Refuses: call_back_exists."""
    if not isinstance(call_back, Unplanned) and not (isinstance(call_back, Done) and call_back.wrong):
        known = call_back.call_back if isinstance(call_back, Done) else call_back
        same = (known.contract_no, known.customer, known.about, known.due_on) == (
            command.contract_no,
            command.customer,
            command.about,
            command.due_on,
        )
        return () if same else no("call_back_exists", callback_id=command.callback_id)
    return (
        CallBackPlanned(
            at=happened(command, ctx),
            callback_id=command.callback_id,
            contract_no=command.contract_no,
            customer=command.customer,
            about=command.about,
            due_on=command.due_on,
            watch=call_back_watch(command.due_on, ctx.policy),
        ),
    )


def record_call_back(command: RecordCallBack, call_back: Planned | Done, ctx: Context) -> Decision:
    """What the customer said (C17). Refuses: call_back_over, satisfaction_missing, not_reached_but_answered."""
    at = happened(command, ctx)
    if isinstance(call_back, Done):
        known = (call_back.satisfied, call_back.note, call_back.complaint)
        same = known == (command.satisfied, command.note, command.complaint)
        again = same and command.reached and not call_back.dropped
        return () if again else no("call_back_over", callback_id=call_back.call_back.callback_id)
    if command.reached and command.satisfied is None:
        return no("satisfaction_missing")
    if not command.reached and at == call_back.tried_at:
        return ()
    if not command.reached and (command.satisfied is not None or command.complaint):
        return no("not_reached_but_answered")
    return (
        CustomerCalledBack(
            at=at,
            callback_id=call_back.callback_id,
            contract_no=call_back.contract_no,
            customer=call_back.customer,
            reached=command.reached,
            satisfied=command.satisfied,
            note=command.note,
            complaint=command.complaint,
            due=call_back.duty.watch.due,
        ),
    )


def drop_call_back(command: DropCallBack, call_back: Planned | Done, ctx: Context) -> Decision:
    """Nobody calls (C17). Refuses: call_back_over."""
    if isinstance(call_back, Done):
        if call_back.dropped:
            return said_again(call_back.note, command.reason)
        return no("call_back_over", callback_id=call_back.call_back.callback_id)
    dropped = CallBackDropped(
        at=happened(command, ctx), callback_id=call_back.callback_id, reason=command.reason, wrong=command.wrong
    )
    return (dropped,)


def keep_watch(_: KeepWatch, call_back: Planned | Done, ctx: Context) -> Decision:
    """The call's clock reached its next point (X4)."""
    if isinstance(call_back, Done):
        return ()
    return duties.keep_watch(CALL_BACK.key(call_back.callback_id), call_back.duty, ctx.now)


def door(case: UseCase[Any, Any, Event], command: Any, call_back: CallBack, ctx: Context) -> aggregate.Decision[Event]:
    """Refuses: unknown_call_back."""
    if isinstance(call_back, Unplanned) and case.command is not PlanCallBack:
        return no("unknown_call_back")
    return case.rule(command, call_back, ctx)


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
            return Done(call_back, None, event.reason, dropped=True, wrong=event.wrong)
        case DutyWarned() | DutyOverdue() | DutyEscalated():
            return replace(call_back, duty=duties.remembered((call_back.duty,), event)[0])
    assert_never(event)


def due(call_back: CallBack) -> tuple[Timer, ...]:
    """The call's clock (C17)."""
    return duties.timers((call_back.duty,)) if isinstance(call_back, Planned) else ()


CALL_BACK = Aggregate[CallBack, Event](
    "callback",
    Unplanned(),
    (Unplanned, Planned, Done),
    evolve,
    (
        UseCase(
            PlanCallBack,
            plan_call_back,
            OFFICE | MANAGER,
            "",
            body=NewCallBack,
            born=Born("callback_id", "CB", "callback"),
            status=201,
        ),
        UseCase(RecordCallBack, record_call_back, OFFICE, "result"),
        UseCase(DropCallBack, drop_call_back, OFFICE, "drop", body="DropCallBack", unsaid=("wrong",)),
        UseCase(KeepWatch, keep_watch),
    ),
    due,
    door,
)


class CallBackStanding(Row):
    """A regular call-back: when it is due, and how it ended."""

    callback_id: str
    contract_no: str | None
    customer: Customer
    about: str
    due_on: date
    due: Instant
    state: Literal["open", "done", "dropped"]
    satisfied: bool | None
    complaint: str
    duties: tuple[DutyRow, ...]
    overdue: bool
    told: tuple[str, ...]


class Try(Row):
    """Somebody called."""

    at: Instant
    by: str
    reached: bool
    note: str


class CallBackRow(CallBackStanding):
    """A regular call-back, and who called when; the customer as the asking role may see it (C18)."""

    note: str
    planned_at: Instant
    tries: tuple[Try, ...]
    done_at: Instant | None
    done_by: str | None
    late: bool


def standing(call_back: CallBack) -> CallBackStanding | None:
    """The view."""
    if isinstance(call_back, Unplanned):
        return None
    done = call_back if isinstance(call_back, Done) else None
    plan = call_back.call_back if isinstance(call_back, Done) else call_back
    owed = (plan.duty,) if done is None else ()
    rows = tuple(map(duties.duty_row, owed))
    return CallBackStanding(
        **{name: getattr(plan, name) for name in ("callback_id", "contract_no", "customer", "about", "due_on")},
        due=plan.duty.watch.due,
        state="open" if done is None else "dropped" if done.dropped else "done",
        satisfied=None if done is None else done.satisfied,
        complaint="" if done is None else done.complaint,
        duties=rows,
        overdue=any(one.overdue for one in owed),
        told=duties.told_roles(rows),
    )


CALL_BACKS = View(
    "call_backs",
    "service_desk",
    CALL_BACK,
    CallBackStanding,
    standing,
    indexes=(("row.state", "row.due"), ("row.contract_no",)),
    said=(CallBackPlanned, CustomerCalledBack, CallBackDropped),
)


def call_back_row(call_back: File[CallBackStanding], role: str) -> CallBackRow:
    """A call-back, as `role` may see it."""
    row, said = call_back.row, call_back.said
    (planned,), tries, dropped = said.all(CallBackPlanned), said.all(CustomerCalledBack), said.told(CallBackDropped)
    reached = next((one for one in tries if one.event.reached), None)
    ended = dropped.reason if dropped is not None else "" if reached is None else reached.event.note
    return CallBackRow(
        **{**dict(row), "customer": customer_for(role, row.customer)},
        note=ended,
        planned_at=planned.event.at,
        tries=tuple(Try(at=one.event.at, by=one.by, reached=one.event.reached, note=one.event.note) for one in tries),
        done_at=None if reached is None else reached.event.at,
        done_by=None if reached is None else reached.by,
        late=reached is not None and reached.event.at > reached.event.due,
    )
