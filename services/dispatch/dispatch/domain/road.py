"""The run on the road: stops reached in the order of the sheet (B12) and left, the close of the day (B16), its report
(B17)."""

from datetime import datetime
from typing import Literal, assert_never

from company.context import Context
from contracts.bounds import ManyLines, OptionalId
from contracts.civil_time import end_of_day
from contracts.dispatch_road import (
    DayReported,
    DayReportOverdue,
    RunClosed,
    StopEnded,
    StopOrderChanged,
    StopOutcome,
    StopReached,
    VehicleCheck,
)
from dispatch.domain import run_refusals as no
from dispatch.domain.run_state import Closed, Decision, Departed, Loaded, Planned, Report, Run, Unplanned, road_of
from dispatch.domain.words import Words
from runtime.decision import Command

CHECKED = ("lights", "brakes", "tyres", "fluids", "clean", "tools")
"""What the vehicle check asks (B17)."""


class ReachStop(Command):
    """到站 (B12): `reason` when it is not the next stop of the sheet."""

    command: Literal["ReachStop"] = "ReachStop"
    job_id: OptionalId
    reason: Words | None = None


class EndStop(Command):
    """本站结束: signed for, or not deliverable."""

    command: Literal["EndStop"] = "EndStop"
    job_id: OptionalId
    outcome: StopOutcome


class CloseRun(Command):
    """日清日结 (B16): `explanation` when paid in is not what was collected."""

    command: Literal["CloseRun"] = "CloseRun"
    explanation: Words | None = None


class ReportDay(Command):
    """送货日报表 (B17): vehicle check and parking; stops and cash are known."""

    command: Literal["ReportDay"] = "ReportDay"
    vehicle_check: VehicleCheck
    parking: Words
    note: ManyLines = ""


class MarkReportOverdue(Command):
    """The clock: the day is over (K12)."""

    command: Literal["MarkReportOverdue"] = "MarkReportOverdue"


def reach(command: ReachStop, run: Run, at: datetime) -> Decision:
    """到站. Rules: B12. Another stop than the next one needs a reason. Reached or left already is no event."""
    match run:
        case Unplanned() | Planned() | Loaded():
            return no.not_on_the_road("B12")
        case Closed():
            return ()
        case Departed():
            over = {*run.reached, *(one.job_id for one in run.ended)}
            if command.job_id in over:
                return ()
            if command.job_id not in {stop.job_id for stop in run.stops}:
                return no.not_on_this_run(command.job_id, run.sheet.crew)
            following = next(job for job in run.open_stops if job not in over)
            sheet = run.sheet
            reached = StopReached(
                at=at, on=sheet.on, crew=sheet.crew, job_id=command.job_id, number=len(run.reached) + 1
            )
            if following == command.job_id:
                return (reached,)
            if command.reason is None:
                return no.out_of_order(command.job_id, following)
            changed = StopOrderChanged(
                at=at,
                on=sheet.on,
                crew=sheet.crew,
                leader=run.leader,
                job_id=command.job_id,
                instead_of=following,
                reason=command.reason,
            )
            return (changed, reached)
    assert_never(run)


def end_stop(command: EndStop, run: Run, at: datetime) -> Decision:
    """本站结束. Of another run, or ended already, is no event."""
    if not isinstance(run, Departed) or command.job_id not in run.open_stops:
        return ()
    return (StopEnded(at=at, on=run.sheet.on, crew=run.sheet.crew, job_id=command.job_id, outcome=command.outcome),)


def close(command: CloseRun, run: Run, at: datetime, ctx: Context) -> Decision:
    """日清日结. Rules: B16. Every stop is over, and collected = paid in, or the difference is explained.

    Closed already is no event. Refuses: stops_open, cash_differs.
    """
    match run:
        case Closed():
            return ()
        case Unplanned() | Planned() | Loaded():
            return no.not_on_the_road("B16")
        case Departed():
            if run.open_stops:
                return no.stops_open(run.sheet.crew, run.open_stops)
            difference = run.collected_fen - run.handed_in_fen
            if difference and command.explanation is None:
                return no.cash_differs(run.collected_fen, run.handed_in_fen)
            return (
                RunClosed(
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


def report(command: ReportDay, run: Run, at: datetime, ctx: Context) -> Decision:
    """送货日报表. Rules: B17. After the last stop; the same again is no event, another one corrects it (X1).

    Refuses: stops_open, check_note_missing (a "no" in the vehicle check says what is wrong).
    """
    road = road_of(run)
    if road is None:
        return no.not_on_the_road("B17")
    if road.open_stops:
        return no.stops_open(road.sheet.crew, road.open_stops)
    wrong = tuple(item for item in CHECKED if not getattr(command.vehicle_check, item))
    if wrong and not command.vehicle_check.note.strip():
        return no.check_note_missing(road.vehicle, wrong)
    if road.report == Report(command.vehicle_check, command.parking, command.note):
        return ()
    return (
        DayReported(
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


def mark_report_overdue(run: Run, at: datetime, ctx: Context) -> Decision:
    """当日未交日报 (K12): told once."""
    road = road_of(run)
    if road is None or road.report is not None or road.is_report_overdue:
        return ()
    ends = end_of_day(road.sheet.on)
    if ctx.now < ends:
        return ()
    return (DayReportOverdue(at=at, on=road.sheet.on, crew=road.sheet.crew, leader=road.leader, due=ends),)
