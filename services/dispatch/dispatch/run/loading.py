"""Before a run leaves: the crew's sheet as published, the supervisor's list, the count at the vehicle (B4, B9, B11)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal, assert_never

from company.context import Context
from company.depots import MAIN
from contracts import dispatch_road as road
from contracts import dispatch_runs as facts
from contracts.bounds import CivilDay, Few, Nth, OneLine, OptionalId, Words
from contracts.dispatch import RunEvent
from contracts.dispatch_door import CountedLine
from contracts.fact import GoodsLine, Half, Value
from dispatch.fields import happened
from dispatch.refusals import no
from dispatch.run.state import Closed, Decision, Departed, Loaded, Planned, Run, Sheet, Unplanned
from dispatch.who import DELIVERS, HANDS_OUT, LOADS, SUPERVISOR
from dispatch.words import joined
from runtime.decision import Command, Rejected
from runtime.refusal import Term
from runtime.second import SECOND_WANTED, Second
from runtime.use_case import UseCase


class CountedStop(Value):
    """One stop as counted at the vehicle. What the sheet knows of it may be left out; an extra stop says it all."""

    job_id: OptionalId
    lines: Annotated[tuple[CountedLine, ...], Few(1_000)]
    contract_no: OptionalId | None = None
    half: Half | None = None
    position: Nth | None = None


class PlanRun(Command):
    """The crew's stops of the day, as published (B4)."""

    command: Literal["PlanRun"] = "PlanRun"
    on: CivilDay
    crew: OptionalId
    leader: OneLine | None
    vehicle: OneLine
    version: Nth
    stops: Annotated[tuple[facts.RunStop, ...], Few(1_000)]
    depot: OptionalId = MAIN


class IssueList(Command):
    """送、验清单 Issue the delivery-and-check list (B9)

    By the supervisor, for the plan as it is; goods leave on it only. Without a number, the plan's.
    """

    command: Literal["IssueList"] = "IssueList"
    list_no: Words | None = None


class LoadRun(Command):
    """装车清点 Count at the vehicle, both sign (B9, B11)

    Line by line; differences need a settlement with the warehouse. Whoever of leader and warehouse does not ask signs
    as `second` (B23); names in `leader_signed` and `warehouse_signed` may be left out.
    """

    command: Literal["LoadRun"] = "LoadRun"
    counted: Annotated[tuple[CountedStop, ...], Few(1_000)]
    leader_signed: Words | None = None
    warehouse_signed: Words | None = None
    settlement: Words | None = None


def plan(command: PlanRun, run: Run, ctx: Context) -> Decision:
    """The published plan reaches the crew. Rules: B4, B11 (what was loaded is counted anew when the sheet changed).

    The same stops, or an older edition, are no event. Refuses once departed.
    """
    at = happened(command, ctx)
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
            return no("plan_too_late", crew=command.crew, on=command.on)
        case Unplanned() | Planned() | Loaded():
            return (
                facts.RunPlanned(
                    at=at,
                    on=command.on,
                    crew=command.crew,
                    leader=command.leader,
                    vehicle=command.vehicle,
                    version=command.version,
                    stops=command.stops,
                    depot=command.depot,
                ),
            )
    assert_never(run)


def is_same(sheet: Sheet, command: PlanRun) -> bool:
    """Whether a new edition changes nothing for this crew."""
    return (sheet.leader, sheet.vehicle, sheet.stops) == (command.leader, command.vehicle, command.stops)


def issue_list(command: IssueList, run: Run, ctx: Context) -> Decision:
    """送、验清单 (B9): for the plan as it is; a changed plan needs another one. Issued already is no event.

    Refuses: not_planned, list_after_departure (another number than it left by, X7).
    """
    at = happened(command, ctx)
    match run:
        case Unplanned():
            return no("not_planned")
        case Departed() | Closed():
            gone = run if isinstance(run, Departed) else run.road
            left_by = gone.list_no or list_no(gone.sheet)
            if command.list_no in {None, left_by}:
                return ()
            told = Term.of(command.list_no)
            return no("list_after_departure", crew=gone.sheet.crew, on=gone.sheet.on, list_no=left_by, told=told)
        case Planned() | Loaded():
            number = command.list_no or list_no(run.sheet)
            if run.list_no == number:
                return ()
            return (
                road.DeliveryListIssued(
                    at=at,
                    on=run.sheet.on,
                    crew=run.sheet.crew,
                    list_no=number,
                    edition=run.sheet.version,
                    issued_by=ctx.by,
                ),
            )
    assert_never(run)


def load(command: LoadRun, run: Run, ctx: Context) -> Decision:
    """装车清点: counted line by line with the sorter, both sign.

    Rules: B9, B23 (two signatures), B11 (more or fewer stops or pieces need a settlement with the warehouse). The same
    count again is no event; another count, or other signatures, before departure replace it (X7). Refuses: not_planned,
    second_wanted, counted_twice, stop_unclear, count_differs, already_departed.
    """
    at = happened(command, ctx)
    match run:
        case Departed():
            return no("run_departed", crew=run.sheet.crew, on=run.sheet.on)
        case Closed():
            return no("run_departed", crew=run.road.sheet.crew, on=run.road.sheet.on)
        case Unplanned():
            return no("not_planned")
        case Planned() | Loaded():
            return count(command, run, at, ctx)
    assert_never(run)


def count(command: LoadRun, run: Planned | Loaded, at: datetime, ctx: Context) -> Decision:
    """The second half of `load`: who signed, and does the count agree with the sheet?"""
    sheet = run.sheet
    if not sheet.stops:
        return no("not_planned")
    if ctx.second is None:
        return SECOND_WANTED
    leader, keeper = (ctx.second.id, ctx.by) if ctx.role in HANDS_OUT else (ctx.by, ctx.second.id)
    twice = counted_twice(command.counted)
    if twice is not None:
        return twice
    found = differences(command.counted, sheet.stops)
    if found and command.settlement is None:
        return no("load_differs", differences=len(found), named=joined(found, beside=True))
    counted = as_run_stops(command.counted, sheet.stops)
    if isinstance(counted, Rejected):
        return counted
    signed = (leader, keeper, command.settlement if found else None)
    if isinstance(run, Loaded) and (run.counted, run.signed) == (counted, signed):
        return ()
    return (
        facts.RunLoaded(
            at=at,
            on=sheet.on,
            crew=sheet.crew,
            counted=counted,
            leader_signed=leader,
            warehouse_signed=keeper,
            settlement=command.settlement if found else None,
        ),
    )


def counted_twice(counted: Iterable[CountedStop]) -> Rejected | None:
    """A stop or line that was written down twice: nobody can say which figure holds."""
    stops = tuple(counted)
    jobs = [job for job, times in Counter(stop.job_id for stop in stops).items() if times > 1]
    lines = [
        f"{stop.job_id}/{number}"
        for stop in stops
        for number, times in Counter(line.line_no for line in stop.lines).items()
        if times > 1
    ]
    twice = ", ".join([*jobs, *lines])
    if not twice:
        return None
    return no("counted_twice", twice=twice)


def differences(counted: Iterable[CountedStop], planned: Iterable[facts.RunStop]) -> tuple[Term, ...]:
    """Every difference between count and sheet, stop by stop and line by line."""
    told = {stop.job_id: stop for stop in counted}
    sheet = {stop.job_id: stop for stop in planned}
    found = [Term(f"少一站 {job}", f"stop {job} is missing") for job in sheet if job not in told]
    found += [Term(f"多一站 {job}", f"stop {job} is not on the sheet") for job in told if job not in sheet]
    for job, stop in sheet.items():
        if job not in told:
            continue
        pieces = {line.line_no: line.quantity for line in told[job].lines}
        names = {line.line_no: line for line in stop.lines}
        for number in sorted(names.keys() | pieces.keys()):
            wanted = names[number].quantity if number in names else 0
            have = pieces.get(number, 0)
            if have != wanted:
                name = names[number].name if number in names else "单外"
                found.append(
                    Term(
                        f"{job} 第 {number} 行 {name}：单上 {wanted}，点了 {have}",
                        f"{job} line {number}: {wanted} on the sheet, {have} counted",
                    )
                )
    return tuple(found)


def as_run_stops(
    counted: Iterable[CountedStop], planned: Iterable[facts.RunStop]
) -> tuple[facts.RunStop, ...] | Rejected:
    """What was counted, with the names of the sheet; an extra stop must say contract, half-day and place itself."""
    sheet = {stop.job_id: stop for stop in planned}
    stops = []
    for stop in counted:
        known = sheet.get(stop.job_id)
        contract_no = stop.contract_no or (known.contract_no if known else None)
        half = stop.half or (known.half if known else None)
        position = stop.position or (known.position if known else None)
        if contract_no is None or half is None or position is None:
            return no("stop_unclear", job_id=stop.job_id)
        names = {line.line_no: line for line in known.lines} if known else {}
        lines = tuple(
            GoodsLine(
                line_no=line.line_no,
                sku=names[line.line_no].sku if line.line_no in names else "",
                name=names[line.line_no].name if line.line_no in names else "",
                quantity=line.quantity,
            )
            for line in stop.lines
        )
        stops.append(
            facts.RunStop(job_id=stop.job_id, contract_no=contract_no, half=half, position=position, lines=lines)
        )
    return tuple(stops)


def list_no(sheet: Sheet) -> str:
    """Number of the delivery-and-check list (送、验清单, B9): day, crew, edition of the plan."""
    return f"SY{sheet.on:%Y%m%d}-{sheet.crew}-{sheet.version}"


Event = facts.RunPlanned | road.DeliveryListIssued | facts.RunLoaded


def evolve(run: Run, event: Event) -> Run:
    """The run before it leaves."""
    match event:
        case facts.RunPlanned():
            sheet = Sheet(
                event.on, event.crew, event.leader, event.vehicle, event.version, event.stops, depot=event.depot
            )
            return Planned(sheet)
        case road.DeliveryListIssued():
            return replace(run, list_no=event.list_no) if isinstance(run, Planned | Loaded) else run
        case facts.RunLoaded():
            if not isinstance(run, Planned | Loaded):
                return run
            signed = (event.leader_signed, event.warehouse_signed, event.settlement)
            return Loaded(run.sheet, event.counted, run.list_no, signed)
    assert_never(event)


SIGNED = ("leader_signed", "warehouse_signed")
SIGNS_BESIDE = Second(HANDS_OUT, dict.fromkeys(HANDS_OUT, DELIVERS))
"""The warehouse beside whoever leads, and who leads beside the warehouse (B9)."""

USE_CASES: tuple[UseCase[Any, Any, RunEvent], ...] = (
    UseCase(PlanRun, plan),
    UseCase(IssueList, issue_list, SUPERVISOR, "list"),
    UseCase(LoadRun, load, LOADS, "load", second=SIGNS_BESIDE, signers=SIGNED),
)
