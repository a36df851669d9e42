"""The end of a run: collected = paid in (B16), and the day report (B17)."""

from dataclasses import replace
from typing import Any, Literal, assert_never

from company.context import Context
from contracts import dispatch_road as facts
from contracts.bounds import ManyLines
from contracts.civil_time import end_of_day
from contracts.dispatch import RunEvent
from dispatch.fields import Words, happened
from dispatch.refusals import no
from dispatch.run.state import Closed, Decision, Departed, Loaded, Planned, Report, Run, Unplanned, road_of
from dispatch.who import DELIVERS
from dispatch.words import listed
from runtime.decision import Command
from runtime.refusal import Term, yuan
from runtime.use_case import UseCase

CHECKED = ("lights", "brakes", "tyres", "fluids", "clean", "tools")
"""What the vehicle check asks (B17)."""


class CloseRun(Command):
    """日清日结 Close the crew's day (B16)

    Only when collected = paid in, or the difference is explained.
    """

    command: Literal["CloseRun"] = "CloseRun"
    explanation: Words | None = None


class ReportDay(Command):
    """送货日报表 File the day report (B17)

    Vehicle check and parking; stops and cash are known. Another one corrects it.
    """

    command: Literal["ReportDay"] = "ReportDay"
    vehicle_check: facts.VehicleCheck
    parking: Words
    note: ManyLines = ""


class MarkReportOverdue(Command):
    """The clock: the day is over (K12)."""

    command: Literal["MarkReportOverdue"] = "MarkReportOverdue"


def close(command: CloseRun, run: Run, ctx: Context) -> Decision:
    """日清日结. Rules: B16. Every stop is over, and collected = paid in, or the difference is explained.

    Closed already is no event. Refuses: stops_open, cash_differs.
    """
    at = happened(command, ctx)
    match run:
        case Closed():
            return ()
        case Unplanned() | Planned() | Loaded():
            return no("not_departed", rule="B16")
        case Departed():
            if run.open_stops:
                return no(
                    "stops_open", crew=run.sheet.crew, count=Term.of(len(run.open_stops)), jobs=listed(run.open_stops)
                )
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
    if road.open_stops:
        return no("stops_open", crew=road.sheet.crew, count=Term.of(len(road.open_stops)), jobs=listed(road.open_stops))
    wrong = tuple(item for item in CHECKED if not getattr(command.vehicle_check, item))
    if wrong and not command.vehicle_check.note.strip():
        return no("check_note_missing", vehicle=road.vehicle, count=Term.of(len(wrong)), wrong=listed(wrong))
    if road.report == Report(command.vehicle_check, command.parking, command.note):
        return ()
    return (
        facts.DayReported(
            at=at,
            on=road.sheet.on,
            crew=road.sheet.crew,
            leader=road.leader,
            vehicle=road.vehicle,
            driver=road.driver,
            stops=len(road.stops),
            done=sum(one.outcome == "done" for one in road.ended),
            failed=sum(one.outcome == "failed" for one in road.ended),
            collected_fen=road.collected_fen,
            handed_in_fen=road.handed_in_fen,
            vehicle_check=command.vehicle_check,
            parking=command.parking,
            note=command.note,
            reported_by=ctx.by,
            due=end_of_day(road.sheet.on),
        ),
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


USE_CASES: tuple[UseCase[Any, Any, RunEvent], ...] = (
    UseCase(CloseRun, close, DELIVERS, "close"),
    UseCase(ReportDay, report, DELIVERS, "report"),
    UseCase(MarkReportOverdue, mark_report_overdue),
)
