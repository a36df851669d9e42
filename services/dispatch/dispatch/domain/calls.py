"""Calls to the customer between booking and arrival, and trouble told on the day (B3, B5, B7, B10).

Each call is owed by a time of its own: the day before for 在家确认, 上午/下午 and 安装前电话, an hour ahead of the
arrival for 到达前电话. Only a call that reached the customer keeps the duty; a missed one is told once.
"""

from datetime import datetime, timedelta
from typing import Literal, assert_never

from company.context import Context
from contracts.bounds import CivilDay, ManyLines, Moment, OneLine
from contracts.civil_time import civil, civil_day, days_later
from contracts.dispatch_calls import (
    ArrivalCalled,
    ArrivalCallOverdue,
    CallResult,
    HalfDayCallOverdue,
    HalfDayTold,
    HomeConfirmationOverdue,
    HomeConfirmed,
    InstallCallMade,
    InstallCallOverdue,
    TroubleCause,
    TroubleReported,
)
from dispatch.domain import call_refusals as no
from dispatch.domain.booking_rules import install_by
from dispatch.domain.job_state import Booked, Decision, OnTheWay, Opened, Place, Published, Scheduled, stop_of
from runtime.decision import Command, Timer

CallKind = Literal["home", "half_day", "arrival", "install"]


class ConfirmHome(Command):
    """在家确认 (B3, K3): the call of the day before. `on`: the day that it is about; else the job's own."""

    command: Literal["ConfirmHome"] = "ConfirmHome"
    result: CallResult = "reached"
    at_home: bool = True
    note: ManyLines = ""
    on: CivilDay | None = None
    called_by: OneLine | None = None


class TellHalfDay(Command):
    """告知上午/下午 (B5, K5)."""

    command: Literal["TellHalfDay"] = "TellHalfDay"
    result: CallResult = "reached"
    note: ManyLines = ""
    on: CivilDay | None = None
    called_by: OneLine | None = None


class CallBeforeArrival(Command):
    """到达前电话 (B5, K6): 1 to 2 hours before `expected_at`; without one, before the window opens."""

    command: Literal["CallBeforeArrival"] = "CallBeforeArrival"
    result: CallResult = "reached"
    expected_at: Moment | None = None
    note: ManyLines = ""
    on: CivilDay | None = None
    called_by: OneLine | None = None


class CallBeforeInstallation(Command):
    """安装前电话 (B10, K10)."""

    command: Literal["CallBeforeInstallation"] = "CallBeforeInstallation"
    result: CallResult = "reached"
    note: ManyLines = ""
    on: CivilDay | None = None
    called_by: OneLine | None = None


class ReportTrouble(Command):
    """当天有变 (B7): told to the office, and to the customer at least an hour before the window opens."""

    command: Literal["ReportTrouble"] = "ReportTrouble"
    cause: TroubleCause
    note: ManyLines
    told_customer: bool


class MarkCallOverdue(Command):
    """The clock: a call of the stop of `on` was owed by now."""

    command: Literal["MarkCallOverdue"] = "MarkCallOverdue"
    call: CallKind
    on: CivilDay


def confirm_home(command: ConfirmHome, job: Opened, at: datetime, ctx: Context) -> Decision:
    """在家确认. Rules: B3. Deliveries with a day, the day before; confirmed already is no event."""
    if job.work.kind != "delivery":
        return no.not_a_delivery(job.work.job_id)
    match job:
        case Booked():
            on, owed = job.booking.on, civil(days_later(job.booking.on, -1), ctx.policy.home_call_due)
        case Scheduled():
            on, owed = job.place.on, _home_due(job.place, ctx)
        case _:
            stop = stop_of(job, at)
            if stop is None:
                return no.no_stop(job.work.job_id, "B3")
            on, owed = stop[0].on, _home_due(stop[0], ctx)
    if command.on is not None and command.on != on:
        return no.other_day(job.work.job_id, on, command.on)
    if command.result == "reached" and civil_day(at) < civil_day(owed):
        return no.confirmed_too_early(job.work.job_id, on, civil_day(owed))
    if command.result == "reached" and job.work.told.home_on == on:
        return ()
    return (
        HomeConfirmed(
            at=at,
            job_id=job.work.job_id,
            on=on,
            at_home=command.at_home and command.result == "reached",
            result=command.result,
            note=command.note,
            called_by=command.called_by or ctx.by,
            install_by=install_by(on, job.work.lines, ctx.policy),
            due=owed,
        ),
    )


def _home_due(place: Place, ctx: Context) -> datetime:
    return place.home_due or civil(days_later(place.on, -1), ctx.policy.home_call_due)


def tell_half_day(command: TellHalfDay, job: Opened, at: datetime, ctx: Context) -> Decision:
    """告知上午/下午. Rules: B5. A published delivery; told already for this half-day is no event."""
    stop = stop_of(job, at)
    if stop is None or job.work.kind != "delivery":
        return no.no_published_stop(job.work.job_id, "B5")
    place, leader = stop
    if command.on is not None and command.on != place.on:
        return no.other_day(job.work.job_id, place.on, command.on)
    if command.result == "reached" and job.work.told.half == (place.on, place.half):
        return ()
    return (
        HalfDayTold(
            at=at,
            job_id=job.work.job_id,
            on=place.on,
            half=place.half,
            crew=place.crew,
            leader=leader,
            result=command.result,
            note=command.note,
            called_by=command.called_by or ctx.by,
            due=civil(days_later(place.on, -1), ctx.policy.half_day_call_due),
        ),
    )


def call_before_arrival(command: CallBeforeArrival, job: Opened, at: datetime, ctx: Context) -> Decision:
    """到达前电话. Rules: B5. A published delivery, or one on the way; called already is no event."""
    stop = stop_of(job, at)
    if stop is None or job.work.kind != "delivery":
        return no.no_published_stop(job.work.job_id, "B5")
    place, leader = stop
    if command.on is not None and command.on != place.on:
        return no.other_day(job.work.job_id, place.on, command.on)
    if command.result == "reached" and job.work.told.arrival_on == place.on:
        return ()
    expected = command.expected_at or place.window.starts
    return (
        ArrivalCalled(
            at=at,
            job_id=job.work.job_id,
            on=place.on,
            crew=place.crew,
            leader=leader,
            expected_at=expected,
            result=command.result,
            note=command.note,
            called_by=command.called_by or ctx.by,
            due_from=expected - timedelta(hours=ctx.policy.arrival_call_first_hours),
            due=expected - timedelta(hours=ctx.policy.arrival_call_hours),
        ),
    )


def call_before_installation(command: CallBeforeInstallation, job: Opened, at: datetime, ctx: Context) -> Decision:
    """安装前电话. Rules: B10. An installation with a slot; called already is no event."""
    stop = stop_of(job, at)
    place = job.place if isinstance(job, Scheduled) else None if stop is None else stop[0]
    if place is None or job.work.kind != "installation":
        return no.no_installation_stop(job.work.job_id)
    on = place.on
    if command.on is not None and command.on != on:
        return no.other_day(job.work.job_id, on, command.on)
    if command.result == "reached" and job.work.told.install_on == on:
        return ()
    return (
        InstallCallMade(
            at=at,
            job_id=job.work.job_id,
            on=on,
            result=command.result,
            note=command.note,
            called_by=command.called_by or ctx.by,
            due=place.install_call_due,
        ),
    )


def report_trouble(command: ReportTrouble, job: Opened, at: datetime, ctx: Context) -> Decision:
    """当天有变. Rules: B7. Told late, it is recorded as late."""
    stop = stop_of(job, at)
    if stop is None:
        return no.no_published_stop(job.work.job_id, "B7")
    place, leader = stop
    owed = place.window.starts - timedelta(minutes=ctx.policy.trouble_minutes_ahead)
    return (
        TroubleReported(
            at=at,
            job_id=job.work.job_id,
            on=place.on,
            crew=place.crew,
            leader=leader,
            cause=command.cause,
            note=command.note,
            told_customer=command.told_customer,
            window=place.window,
            due=owed,
            in_time=command.told_customer and at <= owed,
        ),
    )


def mark_call_overdue(command: MarkCallOverdue, job: Opened, at: datetime, ctx: Context) -> Decision:
    """A call was owed by now and nobody reached the customer: told once (K3, K5, K6, K10)."""
    owed = {timer.name: timer.at for timer in calls_due(job) if timer.command == command}
    late = next((moment for moment in owed.values() if ctx.now >= moment), None)
    if late is None:
        return ()
    job_id = job.work.job_id
    match command.call:
        case "home":
            return (HomeConfirmationOverdue(at=at, job_id=job_id, on=command.on, due=late),)
        case "install":
            return (InstallCallOverdue(at=at, job_id=job_id, on=command.on, due=late),)
        case "half_day" | "arrival":
            if not isinstance(job, Published | OnTheWay):
                return ()
            missed = HalfDayCallOverdue if command.call == "half_day" else ArrivalCallOverdue
            return (missed(at=at, job_id=job_id, on=command.on, crew=job.place.crew, leader=job.leader, due=late),)
    assert_never(command.call)


def calls_due(job: Opened) -> tuple[Timer, ...]:
    """The calls that the job's stop still owes, each with the moment at which it is missed."""
    told = job.work.told
    if not isinstance(job, Scheduled | Published | OnTheWay):
        return ()
    if isinstance(job, OnTheWay) and job.cancelled is not None:
        return ()
    place = job.place
    owed: list[tuple[CallKind, datetime | None]] = []
    if not isinstance(job, OnTheWay):
        if place.on not in {told.home_on, told.home_missed_on}:
            owed.append(("home", place.home_due))
        if place.on not in {told.install_on, told.install_missed_on}:
            owed.append(("install", place.install_call_due))
    if isinstance(job, Published) and told.half != (place.on, place.half) and told.half_missed_on != place.on:
        owed.append(("half_day", job.half_day_due))
    if not isinstance(job, Scheduled) and place.on not in {told.arrival_on, told.arrival_missed_on}:
        is_arrived = isinstance(job, OnTheWay) and job.is_arrived
        owed.append(("arrival", None if is_arrived else job.arrival_call_due))
    return tuple(
        Timer(name=f"call_overdue:{call}:{place.on}", at=moment, command=MarkCallOverdue(call=call, on=place.on))
        for call, moment in owed
        if moment is not None
    )
