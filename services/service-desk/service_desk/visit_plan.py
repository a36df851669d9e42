"""Visit plans (走访): whom we visit in an area, what we ask, what they say of design, assembly and process (C16)."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from company.context import Context
from company.masking import customer_for
from company.roles import Role
from contracts.bounds import CivilDay
from contracts.civil_time import civil_day
from contracts.fact import Customer
from contracts.service_desk import VisitPlanEvent
from contracts.service_desk_care import PlannedCall, VisitAnswer, VisitPlanClosed, VisitPlanned, VisitRecorded
from runtime import aggregate
from runtime.aggregate import Aggregate
from runtime.decision import Command, Rejected, said_again
from runtime.use_case import Born, UseCase
from runtime.view import File, Instant, Row, View
from service_desk.fields import Note, Number, Text, happened
from service_desk.refusals import no
from service_desk.roles import PLANS

Decision = tuple[VisitPlanEvent, ...] | Rejected


class CallToPlan(BaseModel):
    """A customer of the plan."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    contract_no: Number | None = None
    customer: Customer
    about: Note = ""


class PlanVisits(Command):
    """走访计划 Plan visits to customers (C16)

    Whom we visit in an area, who goes, what we ask.
    """

    command: Literal["PlanVisits"] = "PlanVisits"
    plan_id: Number
    title: Text
    area: Text
    starts_on: CivilDay
    ends_on: CivilDay
    responsible: Text
    questions: Annotated[tuple[Text, ...], Field(max_length=50)] = ()
    calls: Annotated[tuple[CallToPlan, ...], Field(min_length=1, max_length=200)]


class RecordVisit(Command):
    """走访记录 Record a visit (C16)

    Who was met, and what they said about design, assembly and process; a complaint becomes a ticket.
    """

    command: Literal["RecordVisit"] = "RecordVisit"
    call_no: Annotated[int, Field(ge=1, le=200)]
    visited_on: CivilDay
    met: bool
    answers: Annotated[tuple[VisitAnswer, ...], Field(max_length=100)] = ()
    note: Note = ""
    complaint: Note = ""


class CloseVisitPlan(Command):
    """走访结束 Close the plan (C16)

    Who was not met is left out.
    """

    command: Literal["CloseVisitPlan"] = "CloseVisitPlan"
    note: Note = ""


@dataclass(frozen=True, slots=True)
class Unplanned:
    """No such plan."""


@dataclass(frozen=True, slots=True)
class Record:
    """What a visit brought."""

    visited_on: date
    met: bool
    answers: tuple[VisitAnswer, ...]
    note: str
    complaint: str


@dataclass(frozen=True, slots=True)
class Call:
    """One customer; `record` is null until somebody went."""

    planned: PlannedCall
    record: Record | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan that is being visited."""

    plan_id: str
    title: str
    area: str
    starts_on: date
    ends_on: date
    responsible: str
    questions: tuple[str, ...]
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Closed:
    """A plan that is over."""

    plan: Planned
    note: str = ""


VisitPlan = Unplanned | Planned | Closed


def plan_visits(command: PlanVisits, plan: VisitPlan, ctx: Context) -> Decision:
    """Make a plan (C16). Refuses: plan_exists, plan_ends_first."""
    planned = VisitPlanned(
        at=happened(command, ctx),
        plan_id=command.plan_id,
        title=command.title,
        area=command.area,
        starts_on=command.starts_on,
        ends_on=command.ends_on,
        responsible=command.responsible,
        questions=command.questions,
        calls=tuple(
            PlannedCall(call_no=number, contract_no=call.contract_no, customer=call.customer, about=call.about)
            for number, call in enumerate(command.calls, start=1)
        ),
    )
    if not isinstance(plan, Unplanned):
        known = plan.plan if isinstance(plan, Closed) else plan
        fresh = replace(known, calls=tuple(Call(call.planned) for call in known.calls))
        return () if _planned(planned) == fresh else no("plan_exists", plan_id=command.plan_id)
    if command.ends_on < command.starts_on:
        return no("plan_ends_first")
    return (planned,)


def record_visit(command: RecordVisit, plan: Planned, ctx: Context) -> Decision:
    """Who was met, and what they said (C16). Who was not met may be visited again; a later record of one who was met
    corrects it. A technician records the plans they are responsible for.

    Refuses: not_your_plan, unknown_call, not_met_but_answered, visited_in_future.
    """
    if ctx.role == Role.TECHNICIAN and ctx.by != plan.responsible:
        return no("not_your_plan", plan_id=plan.plan_id, responsible=plan.responsible)
    call = next((one for one in plan.calls if one.planned.call_no == command.call_no), None)
    if call is None:
        return no("unknown_call", call_no=command.call_no)
    if not command.met and (command.answers or command.complaint):
        return no("not_met_but_answered")
    if command.visited_on > civil_day(ctx.now):
        return no("visited_in_future", day=command.visited_on)
    if call.record == Record(command.visited_on, command.met, command.answers, command.note, command.complaint):
        return ()
    return (
        VisitRecorded(
            at=happened(command, ctx),
            plan_id=plan.plan_id,
            call_no=command.call_no,
            contract_no=call.planned.contract_no,
            customer=call.planned.customer,
            visited_on=command.visited_on,
            visited_by=ctx.by,
            met=command.met,
            answers=command.answers,
            note=command.note,
            complaint=command.complaint,
        ),
    )


def close_plan(command: CloseVisitPlan, plan: Planned, ctx: Context) -> Decision:
    """The plan is over (C16): how many were met, how many left out."""
    met = met_of(plan)
    closed = VisitPlanClosed(
        at=happened(command, ctx), plan_id=plan.plan_id, visited=met, left_out=len(plan.calls) - met, note=command.note
    )
    return (closed,)


def met_of(plan: Planned) -> int:
    """How many customers were met."""
    return sum(call.record is not None and call.record.met for call in plan.calls)


def door(
    case: UseCase[Any, Any, VisitPlanEvent], command: Any, plan: VisitPlan, ctx: Context
) -> aggregate.Decision[VisitPlanEvent]:
    """Refuses: unknown_plan, plan_closed."""
    if case.command is PlanVisits or isinstance(plan, Planned):
        return case.rule(command, plan, ctx)
    if isinstance(plan, Unplanned):
        return no("unknown_plan")
    if isinstance(command, CloseVisitPlan):
        return said_again(plan.note, command.note)
    return no("plan_closed", plan_id=plan.plan.plan_id)


def evolve(plan: VisitPlan, event: VisitPlanEvent) -> VisitPlan:
    """The plan after an event."""
    match event:
        case VisitPlanned():
            return _planned(event)
        case VisitRecorded():
            return _visited(plan, event) if isinstance(plan, Planned) else plan
        case VisitPlanClosed():
            return Closed(plan, event.note) if isinstance(plan, Planned) else plan
    assert_never(event)


def _planned(event: VisitPlanned) -> Planned:
    return Planned(
        plan_id=event.plan_id,
        title=event.title,
        area=event.area,
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        responsible=event.responsible,
        questions=event.questions,
        calls=tuple(Call(call) for call in event.calls),
    )


def _visited(plan: Planned, event: VisitRecorded) -> Planned:
    record = Record(event.visited_on, event.met, event.answers, event.note, event.complaint)
    calls = tuple(
        replace(call, record=record) if call.planned.call_no == event.call_no else call for call in plan.calls
    )
    return replace(plan, calls=calls)


VISIT_PLAN = Aggregate[VisitPlan, VisitPlanEvent](
    "visitplan",
    Unplanned(),
    (Unplanned, Planned, Closed),
    evolve,
    (
        UseCase(PlanVisits, plan_visits, PLANS, "", born=Born("plan_id"), status=201),
        UseCase(RecordVisit, record_visit, PLANS | {Role.TECHNICIAN}, "calls/{call_no}", body="Heard"),
        UseCase(CloseVisitPlan, close_plan, PLANS, "closing"),
    ),
    door=door,
)


class PlanStanding(Row):
    """A plan: whom we visit, and who was met (`visited` of `count`)."""

    plan_id: str
    title: str
    area: str
    starts_on: date
    ends_on: date
    responsible: str
    questions: tuple[str, ...]
    state: Literal["open", "closed"]
    visited: int
    count: int


class RecordRow(Row):
    """What a visit brought, and who went."""

    visited_on: date
    met: bool
    answers: tuple[VisitAnswer, ...]
    note: str
    complaint: str
    visited_by: str
    at: Instant


class CallRow(PlannedCall):
    """A customer of the plan, as the asking role may see them (C18); `record` is null until somebody went."""

    record: RecordRow | None


class PlanRow(PlanStanding):
    """A plan, with its customers and what they said."""

    calls: tuple[CallRow, ...]
    planned_at: Instant
    planned_by: str
    closed_at: Instant | None
    note: str


def standing(plan: VisitPlan) -> PlanStanding | None:
    """The view."""
    if isinstance(plan, Unplanned):
        return None
    made = plan.plan if isinstance(plan, Closed) else plan
    return PlanStanding(
        **{name: getattr(made, name) for name in _MADE},
        state="closed" if isinstance(plan, Closed) else "open",
        visited=met_of(made),
        count=len(made.calls),
    )


_MADE = ("plan_id", "title", "area", "starts_on", "ends_on", "responsible", "questions")


VISIT_PLANS = View(
    "visit_plans",
    "service_desk",
    VISIT_PLAN,
    PlanStanding,
    standing,
    indexes=(("row.state", "row.starts_on"),),
    said=(VisitPlanned, VisitRecorded, VisitPlanClosed),
)


def plan_row(plan: File[PlanStanding], role: str) -> PlanRow:
    """A plan, as `role` may see it."""
    row, said = plan.row, plan.said
    (planned,), closed = said.all(VisitPlanned), said.told(VisitPlanClosed)
    records = {one.event.call_no: one.event for one in said.all(VisitRecorded)}
    return PlanRow(
        **dict(row),
        calls=tuple(_call_row(call, records.get(call.call_no), role) for call in planned.event.calls),
        planned_at=planned.event.at,
        planned_by=planned.by,
        closed_at=None if closed is None else closed.at,
        note="" if closed is None else closed.note,
    )


def _call_row(call: PlannedCall, told: VisitRecorded | None, role: str) -> CallRow:
    record = told and RecordRow(**{name: getattr(told, name) for name in RecordRow.model_fields})
    return CallRow(**{**dict(call), "customer": customer_for(role, call.customer)}, record=record)
