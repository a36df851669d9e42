"""One crew's day on the road (出车): the sorting sheet, loading with both signatures, departure, and the cash.

Goods leave only on the list (B9), counted line by line (B11), with a leader who answers for them (B8); no vehicle
carries more cash than the policy allows (B16).
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, assert_never

from pydantic import Field

from contracts.decision import Command, Context, Rejected, Timer
from contracts.dispatch import CashCollected, CashHandedIn, RunDeparted, RunLoaded, RunPlanned, RunStop
from dispatch.domain import run_refusals as no
from dispatch.domain.loading_rules import CountedStop, as_run_stops, counted_twice, differences
from dispatch.domain.words import Words


def run_id(on: date, crew: str) -> str:
    """Aggregate id of a run."""
    return f"run:{on.isoformat()}:{crew}"


# --- commands ------------------------------------------------------------------------------------------------------


class PlanRun(Command):
    """The crew's stops of the day, as published (B4)."""

    command: Literal["PlanRun"] = "PlanRun"
    on: date
    crew: str
    leader: str | None
    vehicle: str
    version: int
    stops: tuple[RunStop, ...]


class LoadRun(Command):
    """装车清点 (B11): what was counted, who signed, and how differences were settled with the warehouse."""

    command: Literal["LoadRun"] = "LoadRun"
    counted: tuple[CountedStop, ...]
    leader_signed: Words
    warehouse_signed: Words
    settlement: Words | None = None


class DepartRun(Command):
    """出车 (B8, B9, B11). `list_no`: the delivery-and-check list; without one, the published plan's."""

    command: Literal["DepartRun"] = "DepartRun"
    list_no: Words | None = None


class CollectCash(Command):
    """收款 (B13, B16): cash taken at a stop; `due_fen` is what the order says is still owed."""

    command: Literal["CollectCash"] = "CollectCash"
    job_id: str
    amount_fen: int = Field(gt=0)
    due_fen: int = Field(ge=0)


class HandInCash(Command):
    """交款 (B16): cash leaves the vehicle, received by somebody else than the leader."""

    command: Literal["HandInCash"] = "HandInCash"
    amount_fen: int = Field(gt=0)
    received_by: Words


COMMANDS = PlanRun | LoadRun | DepartRun | CollectCash | HandInCash

# --- states --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sheet:
    """The crew's day by the published plan, edition `version`."""

    on: date
    crew: str
    leader: str | None
    vehicle: str
    version: int
    stops: tuple[RunStop, ...]


@dataclass(frozen=True, slots=True)
class Collected:
    """Cash taken at one stop."""

    job_id: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Unplanned:
    """The crew has no published stops that day."""


@dataclass(frozen=True, slots=True)
class Planned:
    """The sorting sheet is out."""

    sheet: Sheet


@dataclass(frozen=True, slots=True)
class Loaded:
    """Counted and signed."""

    sheet: Sheet
    counted: tuple[RunStop, ...]


@dataclass(frozen=True, slots=True)
class Departed:
    """On the road, with what was loaded and the cash so far."""

    sheet: Sheet
    stops: tuple[RunStop, ...]
    collected: tuple[Collected, ...]
    on_vehicle_fen: int


Run = Unplanned | Planned | Loaded | Departed
INITIAL: Run = Unplanned()
STATES = (Unplanned, Planned, Loaded, Departed)

RunEvent = RunPlanned | RunLoaded | RunDeparted | CashCollected | CashHandedIn
Decision = tuple[RunEvent, ...] | Rejected

# --- decisions -----------------------------------------------------------------------------------------------------


def decide(command: COMMANDS, run: Run, ctx: Context) -> Decision:
    """What a request does to the run."""
    at = command.at or ctx.now
    match command:
        case PlanRun():
            return plan(command, run, at)
        case LoadRun():
            return load(command, run, at)
        case DepartRun():
            return depart(command, run, at)
        case CollectCash():
            return collect(command, run, at, ctx)
        case HandInCash():
            return hand_in(command, run, at)
    assert_never(command)


def plan(command: PlanRun, run: Run, at: datetime) -> Decision:
    """The published plan reaches the crew. Rules: B4, B11 (what was loaded is counted anew when the sheet changed).

    The same stops, or an older edition, are no event. Refuses once departed.
    """
    match run:
        case Unplanned() if not command.stops:
            return ()
        case Planned() | Loaded() | Departed() if command.version <= run.sheet.version or is_same(run.sheet, command):
            return ()
        case Departed():
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


def load(command: LoadRun, run: Run, at: datetime) -> Decision:
    """装车清点: counted line by line with the sorter, both sign.

    Rules: B9 (two signatures), B11 (more or fewer stops or pieces need a settlement with the warehouse). The same count
    again is no event; another count before departure replaces it. Refuses: not_planned, one_signature, counted_twice,
    stop_unclear, count_differs, already_departed.
    """
    match run:
        case Departed():
            return no.already_departed(run.sheet.crew, run.sheet.on)
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


def depart(command: DepartRun, run: Run, at: datetime) -> Decision:
    """出车. Rules: B8 (a leader), B9 (by list), B11 (counted and signed). Departed already is no event."""
    match run:
        case Departed():
            return ()
        case Unplanned():
            return no.not_planned()
        case Planned():
            return no.not_loaded(run.sheet.crew)
        case Loaded() if run.sheet.leader is None:
            return no.no_leader(run.sheet.crew)
        case Loaded():
            sheet = run.sheet
            stops = tuple(stop for stop in run.counted if any(line.quantity for line in stop.lines))
            return (
                RunDeparted(
                    at=at,
                    on=sheet.on,
                    crew=sheet.crew,
                    leader=sheet.leader or "",
                    vehicle=sheet.vehicle,
                    job_ids=tuple(stop.job_id for stop in stops),
                    list_no=command.list_no or list_no(sheet),
                    stops=stops,
                ),
            )
    assert_never(run)


def list_no(sheet: Sheet) -> str:
    """Number of the delivery-and-check list (送、验清单, B9): day, crew, edition of the plan."""
    return f"SY{sheet.on:%Y%m%d}-{sheet.crew}-{sheet.version}"


def collect(command: CollectCash, run: Run, at: datetime, ctx: Context) -> Decision:
    """收款. Rules: B13 (as on the order), B16 (limit per vehicle). Once per stop; the same again is no event."""
    if not isinstance(run, Departed):
        return no.not_on_the_road("B13")
    known = next((one for one in run.collected if one.job_id == command.job_id), None)
    if known is not None:
        if known.amount_fen == command.amount_fen:
            return ()
        return no.already_collected(command.job_id, known.amount_fen)
    if command.job_id not in {stop.job_id for stop in run.stops}:
        return no.not_on_this_run(command.job_id, run.sheet.crew)
    limit, total = ctx.policy.vehicle_cash_limit_fen, run.on_vehicle_fen + command.amount_fen
    if total > limit:
        return no.cash_limit(run.on_vehicle_fen, command.amount_fen, limit)
    if command.amount_fen > command.due_fen:
        return no.more_than_due(command.job_id, command.due_fen, command.amount_fen)
    return (
        CashCollected(
            at=at,
            on=run.sheet.on,
            crew=run.sheet.crew,
            job_id=command.job_id,
            amount_fen=command.amount_fen,
            on_vehicle_fen=total,
        ),
    )


def hand_in(command: HandInCash, run: Run, at: datetime) -> Decision:
    """交款. Rules: B16. Refuses more than is on the vehicle, and the leader as receiver."""
    if not isinstance(run, Departed):
        return no.not_on_the_road("B16")
    if command.received_by == run.sheet.leader:
        return no.received_by_leader(command.received_by)
    if command.amount_fen > run.on_vehicle_fen:
        return no.more_than_on_vehicle(run.on_vehicle_fen, command.amount_fen)
    return (
        CashHandedIn(
            at=at,
            on=run.sheet.on,
            crew=run.sheet.crew,
            amount_fen=command.amount_fen,
            on_vehicle_fen=run.on_vehicle_fen - command.amount_fen,
            received_by=command.received_by,
        ),
    )


# --- state ---------------------------------------------------------------------------------------------------------


def evolve(run: Run, event: RunEvent) -> Run:
    """The run after an event."""
    if isinstance(event, RunPlanned):
        return Planned(Sheet(event.on, event.crew, event.leader, event.vehicle, event.version, event.stops))
    if isinstance(run, Unplanned):
        return run
    match event:
        case RunLoaded():
            return Loaded(run.sheet, event.counted)
        case RunDeparted():
            return Departed(run.sheet, event.stops, (), 0)
        case CashCollected():
            if not isinstance(run, Departed):
                return run
            one = Collected(event.job_id, event.amount_fen)
            return replace(run, collected=(*run.collected, one), on_vehicle_fen=event.on_vehicle_fen)
        case CashHandedIn():
            return replace(run, on_vehicle_fen=event.on_vehicle_fen) if isinstance(run, Departed) else run
    assert_never(event)


def due(run: Run) -> tuple[Timer, ...]:  # noqa: ARG001 - the shape that every aggregate has
    """Nothing of a run falls due by itself yet."""
    return ()
