"""One crew's day on the road (出车): the sorting sheet, the supervisor's list, loading with both signatures, departure.

Goods leave only on the list (B9), counted line by line (B11), passed by QC (B21), with a leader who answers for them
(B8). What follows on the road, its cash and its close have a file each.
"""

from datetime import date, datetime
from typing import Annotated, Literal, assert_never

from company.context import Context
from contracts.bounds import CivilDay, Few, Nth, OneLine, OptionalId
from contracts.civil_time import end_of_day
from contracts.dispatch_road import DeliveryListIssued
from contracts.dispatch_runs import RunDeparted, RunLoaded, RunPlanned, RunStop
from dispatch.domain import run_refusals as no
from dispatch.domain.cash import CollectCash, HandInCash, MarkCashOverdue, collect, hand_in, mark_cash_overdue
from dispatch.domain.loading_rules import CountedStop, as_run_stops, counted_twice, differences
from dispatch.domain.road import (
    CloseRun,
    EndStop,
    MarkReportOverdue,
    ReachStop,
    ReportDay,
    close,
    end_stop,
    mark_report_overdue,
    reach,
    report,
)
from dispatch.domain.run_state import Closed, Decision, Departed, Loaded, Planned, Run, Sheet, Unplanned, road_of
from dispatch.domain.words import Words
from runtime.decision import Command, Rejected, Timer


def run_id(on: date, crew: str) -> str:
    """Aggregate id of a run."""
    return f"run:{on.isoformat()}:{crew}"


class PlanRun(Command):
    """The crew's stops of the day, as published (B4)."""

    command: Literal["PlanRun"] = "PlanRun"
    on: CivilDay
    crew: OptionalId
    leader: OneLine | None
    vehicle: OneLine
    version: Nth
    stops: Annotated[tuple[RunStop, ...], Few(1_000)]


class IssueList(Command):
    """送、验清单 (B9): the supervisor's list for this edition of the plan. Without a number, the plan's."""

    command: Literal["IssueList"] = "IssueList"
    list_no: Words | None = None


class LoadRun(Command):
    """装车清点 (B11): what was counted, who signed, and how differences were settled with the warehouse."""

    command: Literal["LoadRun"] = "LoadRun"
    counted: Annotated[tuple[CountedStop, ...], Few(1_000)]
    leader_signed: Words
    warehouse_signed: Words
    settlement: Words | None = None


class DepartRun(Command):
    """出车 (B8, B9, B11, B21): with the leader, driver and vehicle that the fleet let go.

    `known`: the loaded jobs that whoever asks has looked at; `careful`: those of them whose goods leave on the list
    without exception; `unchecked`: those that QC has not passed although it must.
    """

    command: Literal["DepartRun"] = "DepartRun"
    list_no: Words | None = None
    leader: OneLine | None = None
    driver: OneLine = ""
    vehicle: OneLine | None = None
    known: Annotated[tuple[OneLine, ...], Few(1_000)] | None = None
    careful: Annotated[tuple[OneLine, ...], Few(1_000)] = ()
    unchecked: Annotated[tuple[OneLine, ...], Few(1_000)] = ()


COMMANDS = (
    PlanRun
    | IssueList
    | LoadRun
    | DepartRun
    | ReachStop
    | EndStop
    | CollectCash
    | HandInCash
    | MarkCashOverdue
    | CloseRun
    | ReportDay
    | MarkReportOverdue
)


def decide(command: COMMANDS, run: Run, ctx: Context) -> Decision:
    """What a request does to the run."""
    at = command.at or ctx.now
    match command:
        case PlanRun():
            return plan(command, run, at)
        case IssueList():
            return issue_list(command, run, at, ctx)
        case LoadRun():
            return load(command, run, at)
        case DepartRun():
            return depart(command, run, at, ctx)
        case ReachStop():
            return reach(command, run, at)
        case EndStop():
            return end_stop(command, run, at)
        case CollectCash():
            return collect(command, run, at, ctx)
        case HandInCash():
            return hand_in(command, run, at, ctx)
        case MarkCashOverdue():
            return mark_cash_overdue(run, at, ctx)
        case CloseRun():
            return close(command, run, at, ctx)
        case ReportDay():
            return report(command, run, at, ctx)
        case MarkReportOverdue():
            return mark_report_overdue(run, at, ctx)
    assert_never(command)


def plan(command: PlanRun, run: Run, at: datetime) -> Decision:
    """The published plan reaches the crew. Rules: B4, B11 (what was loaded is counted anew when the sheet changed).

    The same stops, or an older edition, are no event. Refuses once departed.
    """
    match run:
        case Unplanned() if not command.stops:
            return ()
        case Planned() | Loaded() if command.version <= run.sheet.version or is_same(run.sheet, command):
            return ()
        case Departed() | Closed():
            road = run if isinstance(run, Departed) else run.road
            if command.version <= road.sheet.version or is_same(road.sheet, command):
                return ()
            if {stop.job_id for stop in command.stops} == {stop.job_id for stop in road.stops}:
                return ()  # the plan follows what left: stops that were settled not to go are out of it
            return no.plan_too_late(command.crew, command.on)
        case Unplanned() | Planned() | Loaded():
            return (
                RunPlanned(
                    at=at,
                    on=command.on,
                    crew=command.crew,
                    leader=command.leader,
                    vehicle=command.vehicle,
                    version=command.version,
                    stops=command.stops,
                ),
            )
    assert_never(run)


def is_same(sheet: Sheet, command: PlanRun) -> bool:
    """Whether a new edition changes nothing for this crew."""
    return (sheet.leader, sheet.vehicle, sheet.stops) == (command.leader, command.vehicle, command.stops)


def issue_list(command: IssueList, run: Run, at: datetime, ctx: Context) -> Decision:
    """送、验清单 (B9): for the plan as it is; a changed plan needs another one. Issued already is no event."""
    match run:
        case Unplanned():
            return no.not_planned()
        case Departed() | Closed():
            return ()
        case Planned() | Loaded():
            number = command.list_no or list_no(run.sheet)
            if run.list_no == number:
                return ()
            return (
                DeliveryListIssued(
                    at=at,
                    on=run.sheet.on,
                    crew=run.sheet.crew,
                    list_no=number,
                    edition=run.sheet.version,
                    issued_by=ctx.by,
                ),
            )
    assert_never(run)


def load(command: LoadRun, run: Run, at: datetime) -> Decision:
    """装车清点: counted line by line with the sorter, both sign.

    Rules: B9 (two signatures), B11 (more or fewer stops or pieces need a settlement with the warehouse). The same count
    again is no event; another count before departure replaces it. Refuses: not_planned, one_signature, counted_twice,
    stop_unclear, count_differs, already_departed.
    """
    match run:
        case Departed():
            return no.already_departed(run.sheet.crew, run.sheet.on)
        case Closed():
            return no.already_departed(run.road.sheet.crew, run.road.sheet.on)
        case Unplanned():
            return no.not_planned()
        case Planned() | Loaded():
            return count(command, run, at)
    assert_never(run)


def count(command: LoadRun, run: Planned | Loaded, at: datetime) -> Decision:
    """The second half of `load`: who signed, and does the count agree with the sheet?"""
    sheet = run.sheet
    if not sheet.stops:
        return no.not_planned()
    if command.leader_signed == command.warehouse_signed:
        return no.one_signature(command.leader_signed)
    twice = counted_twice(command.counted)
    if twice is not None:
        return twice
    found = differences(command.counted, sheet.stops)
    if found and command.settlement is None:
        return no.count_differs(found)
    counted = as_run_stops(command.counted, sheet.stops)
    if isinstance(counted, Rejected):
        return counted
    if isinstance(run, Loaded) and run.counted == counted:
        return ()
    return (
        RunLoaded(
            at=at,
            on=sheet.on,
            crew=sheet.crew,
            counted=counted,
            leader_signed=command.leader_signed,
            warehouse_signed=command.warehouse_signed,
            settlement=command.settlement if found else None,
        ),
    )


def depart(command: DepartRun, run: Run, at: datetime, ctx: Context) -> Decision:
    """出车. Rules: B8 (a leader), B9 (by the supervisor's list), B11 (counted and signed), B21 (QC has passed).

    Stops of the sheet that were settled not to go are left behind. Departed already is no event.
    """
    match run:
        case Departed() | Closed():
            return ()
        case Unplanned():
            return no.not_planned()
        case Planned():
            return no.not_loaded(run.sheet.crew)
        case Loaded():
            return depart_loaded(command, run, at, ctx)
    assert_never(run)


def depart_loaded(command: DepartRun, run: Loaded, at: datetime, ctx: Context) -> Decision:
    """The second half of `depart`: everything is on the vehicle; may it go?"""
    sheet, leader = run.sheet, command.leader or run.sheet.leader
    if leader is None:
        return no.no_leader(sheet.crew)
    stops = tuple(stop for stop in run.counted if any(line.quantity for line in stop.lines))
    going = {stop.job_id for stop in stops}
    if command.known is not None and going - set(command.known):
        return no.loaded_meanwhile(sheet.crew)
    careful = tuple(job for job in command.careful if job in going)
    if run.list_no is None and (ctx.policy.departure_needs_list or careful):
        return no.list_missing(sheet.crew, careful)
    unchecked = tuple(job for job in command.unchecked if job in going)
    if unchecked:
        return no.quality_missing(sheet.crew, unchecked)
    return (
        RunDeparted(
            at=at,
            on=sheet.on,
            crew=sheet.crew,
            leader=leader,
            vehicle=command.vehicle or sheet.vehicle,
            job_ids=tuple(stop.job_id for stop in stops),
            list_no=run.list_no or command.list_no or list_no(sheet),
            stops=stops,
            driver=command.driver,
            left_behind=tuple(stop.job_id for stop in sheet.stops if stop.job_id not in going),
        ),
    )


def list_no(sheet: Sheet) -> str:
    """Number of the delivery-and-check list (送、验清单, B9): day, crew, edition of the plan."""
    return f"SY{sheet.on:%Y%m%d}-{sheet.crew}-{sheet.version}"


def due(run: Run) -> tuple[Timer, ...]:
    """At the end of the day the cash is paid in (K11) and the day report filed (K12)."""
    road = road_of(run)
    if road is None:
        return ()
    ends = end_of_day(road.sheet.on)
    cash = isinstance(run, Departed) and road.on_vehicle_fen > 0 and not road.is_cash_overdue
    unreported = road.report is None and not road.is_report_overdue
    return (
        *((Timer("cash_overdue", ends, MarkCashOverdue()),) if cash else ()),
        *((Timer("report_overdue", ends, MarkReportOverdue()),) if unreported else ()),
    )
