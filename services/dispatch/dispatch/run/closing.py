"""The end of a run: collected = paid in (B16), and the day report (B17)."""

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, Literal, assert_never

from pydantic import BaseModel

from company.context import Context
from contracts import dispatch_road as facts
from contracts.bounds import Few, ManyLines, OneLine, Words
from contracts.civil_time import end_of_day
from contracts.dispatch import RunEvent
from dispatch.fields import happened
from dispatch.refusals import no
from dispatch.run.state import Closed, Decision, Departed, Loaded, Planned, Report, Run, Unplanned, road_of
from dispatch.who import DELIVERS
from dispatch.words import listed
from runtime.decision import Command, Rejected, said_again
from runtime.refusal import Term, yuan
from runtime.typed_rows import ByName
from runtime.use_case import Asker, UseCase

CHECKED = ("lights", "brakes", "tyres", "fluids", "clean", "tools")
"""What the vehicle check asks (B17)."""


Elsewhere = Annotated[tuple[OneLine, ...], Few(1_000)]
"""Jobs of the run that are not this crew's any more: released, moved or cancelled in the moment of departure."""


class CloseRun(Command):
    """日清日结 Close the crew's day (B16)

    Only when collected = paid in, or the difference is explained.
    """

    command: Literal["CloseRun"] = "CloseRun"
    explanation: Words | None = None
    elsewhere: Elsewhere = ()


class ReportDay(Command):
    """送货日报表 File the day report (B17)

    Vehicle check and parking; stops and cash are known. Another one corrects it.
    """

    command: Literal["ReportDay"] = "ReportDay"
    vehicle_check: facts.VehicleCheck
    parking: Words
    note: ManyLines = ""
    elsewhere: Elsewhere = ()


class MarkReportOverdue(Command):
    """The clock: the day is over (K12)."""

    command: Literal["MarkReportOverdue"] = "MarkReportOverdue"


def close(command: CloseRun, run: Run, ctx: Context) -> Decision:
    """日清日结. Rules: B16. Every stop is over, and collected = paid in, or the difference is explained. A stop that is
    not this crew's any more has failed: nobody could end it otherwise.

    Closed already is no event. Refuses: stops_open, cash_differs, said_otherwise (another explanation, X7).
    """
    at = happened(command, ctx)
    match run:
        case Closed():
            return said_again(run.explanation, command.explanation or "")
        case Unplanned() | Planned() | Loaded():
            return no("not_departed", rule="B16")
        case Departed():
            if (still_open := stops_open(run, command.elsewhere)) is not None:
                return still_open
            difference = run.collected_fen - run.handed_in_fen
            if difference and command.explanation is None:
                return no(
                    "cash_differs",
                    collected_fen=run.collected_fen,
                    handed_in_fen=run.handed_in_fen,
                    difference_fen=difference,
                    apart=Term.of(yuan(abs(difference))),
                )
            return (
                *ended_elsewhere(run, command.elsewhere, at),
                facts.RunClosed(
                    at=at,
                    on=run.sheet.on,
                    crew=run.sheet.crew,
                    leader=run.leader,
                    vehicle=run.vehicle,
                    collected_fen=run.collected_fen,
                    handed_in_fen=run.handed_in_fen,
                    difference_fen=difference,
                    explanation=command.explanation if difference else None,
                    closed_by=ctx.by,
                    due=end_of_day(run.sheet.on),
                ),
            )
    assert_never(run)


def report(command: ReportDay, run: Run, ctx: Context) -> Decision:
    """送货日报表. Rules: B17. After the last stop; the same again is no event, another one corrects it (X1).

    Refuses: stops_open, check_note_missing (a "no" in the vehicle check says what is wrong).
    """
    at = happened(command, ctx)
    road = road_of(run)
    if road is None:
        return no("not_departed", rule="B17")
    if (still_open := stops_open(road, command.elsewhere)) is not None:
        return still_open
    wrong = tuple(item for item in CHECKED if not getattr(command.vehicle_check, item))
    if wrong and not command.vehicle_check.note.strip():
        return no("check_note_missing", vehicle=road.vehicle, count=Term.of(len(wrong)), wrong=listed(wrong))
    if road.report == Report(command.vehicle_check, command.parking, command.note):
        return ()
    lost = ended_elsewhere(road, command.elsewhere, at)
    return (
        *lost,
        facts.DayReported(
            at=at,
            on=road.sheet.on,
            crew=road.sheet.crew,
            leader=road.leader,
            vehicle=road.vehicle,
            driver=road.driver,
            stops=len(road.stops),
            done=sum(one.outcome == "done" for one in road.ended),
            failed=sum(one.outcome == "failed" for one in road.ended) + len(lost),
            collected_fen=road.collected_fen,
            handed_in_fen=road.handed_in_fen,
            vehicle_check=command.vehicle_check,
            parking=command.parking,
            note=command.note,
            reported_by=ctx.by,
            due=end_of_day(road.sheet.on),
        ),
    )


def stops_open(run: Departed, elsewhere: Elsewhere) -> Rejected | None:
    """Stops that this crew has still to end."""
    still = tuple(job for job in run.open_stops if job not in elsewhere)
    if not still:
        return None
    return no("stops_open", crew=run.sheet.crew, count=Term.of(len(still)), jobs=listed(still))


def ended_elsewhere(run: Departed, elsewhere: Elsewhere, at: datetime) -> tuple[facts.StopEnded, ...]:
    """The end of stops that are not this crew's any more."""
    return tuple(
        facts.StopEnded(at=at, on=run.sheet.on, crew=run.sheet.crew, job_id=job, outcome="failed")
        for job in run.open_stops
        if job in elsewhere
    )


def mark_report_overdue(command: MarkReportOverdue, run: Run, ctx: Context) -> Decision:
    """当日未交日报 (K12): told once."""
    at = happened(command, ctx)
    road = road_of(run)
    if road is None or road.report is not None or road.is_report_overdue:
        return ()
    ends = end_of_day(road.sheet.on)
    if ctx.now < ends:
        return ()
    return (facts.DayReportOverdue(at=at, on=road.sheet.on, crew=road.sheet.crew, leader=road.leader, due=ends),)


Event = facts.DayReported | facts.DayReportOverdue


def evolve(run: Departed, event: Event) -> Departed:
    """The run after its day was reported, or not."""
    match event:
        case facts.DayReported():
            return replace(run, report=Report(event.vehicle_check, event.parking, event.note))
        case facts.DayReportOverdue():
            return replace(run, is_report_overdue=True)
    assert_never(event)


class _Stands(BaseModel):
    """The job's row as far as this asks for it."""

    on: date | None
    crew: str | None


class _Loaded(BaseModel):
    """The run's row as far as this asks for it."""

    on: date
    crew: str
    on_vehicle: tuple[str, ...]


STANDS, LOADED = ByName("jobs", _Stands), ByName("runs", _Loaded)
"""By name: the rows are made of these rules."""


async def elsewhere_of(asker: Asker, run_no: str) -> Elsewhere:
    """The stops of a run that are not its crew's any more."""
    run = await asker.view(LOADED).get(run_no)
    if run is None:
        return ()
    found = await asker.view(STANDS).get_many(run.on_vehicle)
    own = {job for job, stands in found.items() if (stands.on, stands.crew) == (run.on, run.crew)}
    return tuple(job for job in run.on_vehicle if job not in own)


async def closing_of(asker: Asker, run_no: str, body: Command) -> CloseRun:
    """With the stops that are not this crew's any more."""
    return CloseRun.model_validate({**dict(body), "elsewhere": await elsewhere_of(asker, run_no)})


async def report_of(asker: Asker, run_no: str, body: Command) -> ReportDay:
    """With the stops that are not this crew's any more."""
    return ReportDay.model_validate({**dict(body), "elsewhere": await elsewhere_of(asker, run_no)})


USE_CASES: tuple[UseCase[Any, Any, RunEvent], ...] = (
    UseCase(CloseRun, close, DELIVERS, "close", body="DayClosing", unsaid=("elsewhere",), prepare=closing_of),
    UseCase(ReportDay, report, DELIVERS, "report", body="DayReport", unsaid=("elsewhere",), prepare=report_of),
    UseCase(MarkReportOverdue, mark_report_overdue),
)
