"""May the run go (B8, B9, B11, B21)? Counted and signed, on the list, passed by QC, with a leader."""

from datetime import datetime
from typing import Annotated, Any, Literal, assert_never

from company.context import Context
from contracts import dispatch_runs as facts
from contracts.bounds import CivilDay, Few, Nth, OneLine, OptionalId, Words
from contracts.dispatch import RunEvent
from dispatch.fields import happened
from dispatch.refusals import no, words_of
from dispatch.run.loading import list_no
from dispatch.run.state import Closed, Decision, Departed, Loaded, Planned, Run, Unplanned
from dispatch.who import DELIVERS
from dispatch.words import listed
from runtime.decision import Command, Rejected
from runtime.refusal import Term
from runtime.use_case import UseCase


class DepartRun(Command):
    """出车 (B8, B9, B11, B21): with the leader, driver and vehicle that the fleet let go.

    `known`: the loaded jobs that whoever asks has looked at; `careful`: those of them whose goods leave on the list
    without exception; `unchecked`: those that QC has not passed although it must. `seen`: the run's version on the
    page. `on`, `crew`: whose vehicle the fleet has let go: if the run does not depart, it has to come back in.
    """

    command: Literal["DepartRun"] = "DepartRun"
    list_no: Words | None = None
    leader: OneLine | None = None
    driver: OneLine = ""
    vehicle: OneLine | None = None
    known: Annotated[tuple[OneLine, ...], Few(1_000)] | None = None
    careful: Annotated[tuple[OneLine, ...], Few(1_000)] = ()
    unchecked: Annotated[tuple[OneLine, ...], Few(1_000)] = ()
    seen: Nth | None = None
    on: CivilDay | None = None
    crew: OptionalId = ""


def depart(command: DepartRun, run: Run, ctx: Context) -> Decision:
    """出车. Rules: B8 (a leader), B9 (by the supervisor's list), B11 (counted and signed), B21 (QC has passed).

    Stops of the sheet that were settled not to go are left behind. Departed already is no event. A "no" is said for
    good where the vehicle has been let go, so that it comes back in.
    """
    decision = depart_or_not(command, run, ctx)
    if not isinstance(decision, Rejected) or command.on is None:
        return decision
    return (facts.DepartureDeclined(at=happened(command, ctx), on=command.on, crew=command.crew, **words_of(decision)),)


def depart_or_not(command: DepartRun, run: Run, ctx: Context) -> Decision:
    """Whether the run may go, as it is now."""
    at = happened(command, ctx)
    if command.seen is not None and command.seen != ctx.version and not isinstance(run, Departed | Closed):
        return no("stale_page", expected=command.seen, version=ctx.version)
    match run:
        case Departed() | Closed():
            return ()
        case Unplanned():
            return no("not_planned")
        case Planned():
            return no("not_loaded", crew=run.sheet.crew)
        case Loaded():
            return depart_loaded(command, run, at, ctx)
    assert_never(run)


def depart_loaded(command: DepartRun, run: Loaded, at: datetime, ctx: Context) -> Decision:
    """The second half of it: everything is on the vehicle; may it go?"""
    sheet, leader = run.sheet, command.leader or run.sheet.leader
    if leader is None:
        return no("no_leader", crew=sheet.crew)
    stops = tuple(stop for stop in run.counted if any(line.quantity for line in stop.lines))
    going = {stop.job_id for stop in stops}
    if command.known is not None and going - set(command.known):
        return no("loaded_meanwhile", crew=sheet.crew)
    careful = tuple(job for job in command.careful if job in going)
    if run.list_no is None and (ctx.policy.departure_needs_list or careful):
        zh = f"（其中橱柜、衣柜 {'、'.join(careful)} 一律不得例外）" if careful else ""
        return no("list_missing", crew=sheet.crew, careful=Term(zh, "", ",".join(careful)))
    unchecked = tuple(job for job in command.unchecked if job in going)
    if unchecked:
        return no("quality_missing", crew=sheet.crew, jobs=listed(unchecked))
    return (
        facts.RunDeparted(
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
            depot=sheet.depot,
        ),
    )


Event = facts.RunDeparted | facts.DepartureDeclined


def evolve(run: Run, event: Event) -> Run:
    """The run on the road; one that does not depart stays as it is."""
    if isinstance(event, facts.DepartureDeclined) or not isinstance(run, Planned | Loaded):
        return run
    return Departed(run.sheet, event.leader, event.driver, event.vehicle, event.stops, list_no=event.list_no)


USE_CASES: tuple[UseCase[Any, Any, RunEvent], ...] = (UseCase(DepartRun, depart, DELIVERS),)
