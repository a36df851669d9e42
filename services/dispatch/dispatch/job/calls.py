"""Calls to the customer between booking and arrival, and trouble told on the day (B3, B5, B7, B10).

Each call is owed by a time of its own: the day before for 在家确认, 上午/下午 and 安装前电话, an hour ahead of the
arrival for 到达前电话. Only a call that reached the customer keeps the duty; a missed one is told once.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Literal, assert_never

from company.context import Context
from contracts import dispatch_calls as facts
from contracts.bounds import CivilDay, ManyLines, Moment, OneLine
from contracts.civil_time import civil, civil_day, days_later
from contracts.dispatch import JobEvent
from dispatch.fields import happened
from dispatch.job.booking import install_by
from dispatch.job.state import Booked, Decision, OnTheWay, Opened, Place, Published, Scheduled, Told, stop_of
from dispatch.refusals import no
from dispatch.who import LEADS, OFFICE
from runtime.decision import Command, Rejected, Timer, said_again
from runtime.use_case import UseCase

CallKind = Literal["home", "half_day", "arrival", "install"]


class ConfirmHome(Command):
    """在家确认 Somebody will be home (B3, K3)

    The call of the day before; the customer hears that installation follows within two days. `on`: the day that it is
    about; else the job's own.
    """

    command: Literal["ConfirmHome"] = "ConfirmHome"
    result: facts.CallResult = "reached"
    at_home: bool = True
    note: ManyLines = ""
    on: CivilDay | None = None
    called_by: OneLine | None = None


class TellHalfDay(Command):
    """告知上午/下午 Morning or afternoon (B5, K5)

    The leader's call of the evening before, by 19:00.
    """

    command: Literal["TellHalfDay"] = "TellHalfDay"
    result: facts.CallResult = "reached"
    note: ManyLines = ""
    on: CivilDay | None = None
    called_by: OneLine | None = None


class CallBeforeArrival(Command):
    """到达前电话 An hour or two ahead (B5, K6)

    The leader's call 1 to 2 hours before he arrives: before `expected_at`; without one, before the window opens.
    """

    command: Literal["CallBeforeArrival"] = "CallBeforeArrival"
    result: facts.CallResult = "reached"
    expected_at: Moment | None = None
    note: ManyLines = ""
    on: CivilDay | None = None
    called_by: OneLine | None = None


class CallBeforeInstallation(Command):
    """安装前电话 Before the installation (B10, K10)

    The specialist's call by 17:00 of the day before.
    """

    command: Literal["CallBeforeInstallation"] = "CallBeforeInstallation"
    result: facts.CallResult = "reached"
    note: ManyLines = ""
    on: CivilDay | None = None
    called_by: OneLine | None = None


class ReportTrouble(Command):
    """当天有变 Trouble on the day (B7)

    A stop that cannot go, goods with a problem, a late change: told at least an hour before the window.
    """

    command: Literal["ReportTrouble"] = "ReportTrouble"
    cause: facts.TroubleCause
    note: ManyLines
    told_customer: bool


class MarkCallOverdue(Command):
    """The clock: a call of the stop of `on` was owed by now."""

    command: Literal["MarkCallOverdue"] = "MarkCallOverdue"
    call: CallKind
    on: CivilDay


def confirm_home(command: ConfirmHome, job: Opened, ctx: Context) -> Decision:
    """在家确认. Rules: B3, X7. Deliveries with a day, the day before; confirmed already is no event, but that somebody
    is home after all, or nobody. Refuses: said_otherwise (another note), and see `_other_day`."""
    at = happened(command, ctx)
    if job.work.kind != "delivery":
        return no("not_a_delivery", job_id=job.work.job_id)
    match job:
        case Booked():
            on, owed = job.booking.on, civil(days_later(job.booking.on, -1), ctx.policy.home_call_due)
        case Scheduled():
            on, owed = job.place.on, _home_due(job.place, ctx)
        case _:
            stop = stop_of(job, at)
            if stop is None:
                return no("no_stop", rule="B3", job_id=job.work.job_id)
            on, owed = stop[0].on, _home_due(stop[0], ctx)
    other = _other_day(job, command.on, on)
    if other is not None:
        return other
    if command.result == "reached" and civil_day(at) < civil_day(owed):
        return no("confirmed_too_early", job_id=job.work.job_id, on=on, day=civil_day(owed))
    told = job.work.told
    if command.result == "reached" and (told.home_on, told.at_home) == (on, command.at_home):
        return _again("home", command, told, ctx)
    return (
        facts.HomeConfirmed(
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


def _delivery_stop(command: TellHalfDay | CallBeforeArrival, job: Opened, at: datetime) -> tuple[Place, str] | Rejected:
    """The published stop of a delivery that a call is about, and its crew's leader (B5)."""
    stop = stop_of(job, at)
    if stop is None or job.work.kind != "delivery":
        return no("no_published_stop", rule="B5", job_id=job.work.job_id)
    return _other_day(job, command.on, stop[0].on) or stop


def _other_day(job: Opened, on: date | None, planned: date) -> Rejected | None:
    """Why a call was not about the day that is planned."""
    if on is None or on == planned:
        return None
    return no("other_day", job_id=job.work.job_id, planned=planned, on=on)


def _home_due(place: Place, ctx: Context) -> datetime:
    return place.home_due or civil(days_later(place.on, -1), ctx.policy.home_call_due)


def tell_half_day(command: TellHalfDay, job: Opened, ctx: Context) -> Decision:
    """告知上午/下午. Rules: B5, X7. A published delivery; told already for this half-day is no event. Refuses:
    said_otherwise (another note)."""
    at = happened(command, ctx)
    stop = _delivery_stop(command, job, at)
    if isinstance(stop, Rejected):
        return stop
    place, leader = stop
    if command.result == "reached" and job.work.told.half == (place.on, place.half):
        return _again("half_day", command, job.work.told, ctx)
    return (
        facts.HalfDayTold(
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


def call_before_arrival(command: CallBeforeArrival, job: Opened, ctx: Context) -> Decision:
    """到达前电话. Rules: B5, X7. A published delivery, or one on the way; called already is no event, another time of
    arrival is. Refuses: said_otherwise (another note)."""
    at = happened(command, ctx)
    stop = _delivery_stop(command, job, at)
    if isinstance(stop, Rejected):
        return stop
    place, leader = stop
    told = job.work.told
    expected = command.expected_at or place.window.starts
    same_time = command.expected_at is None or told.expected_at in {None, expected}
    if command.result == "reached" and told.arrival_on == place.on and same_time:
        return _again("arrival", command, told, ctx)
    return (
        facts.ArrivalCalled(
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


def call_before_installation(command: CallBeforeInstallation, job: Opened, ctx: Context) -> Decision:
    """安装前电话. Rules: B10, X7. An installation with a slot; called already is no event. Refuses: said_otherwise
    (another note)."""
    at = happened(command, ctx)
    stop = stop_of(job, at)
    place = job.place if isinstance(job, Scheduled) else None if stop is None else stop[0]
    if place is None or job.work.kind != "installation":
        return no("no_installation_stop", job_id=job.work.job_id)
    on = place.on
    other = _other_day(job, command.on, on)
    if other is not None:
        return other
    if command.result == "reached" and job.work.told.install_on == on:
        return _again("install", command, job.work.told, ctx)
    return (
        facts.InstallCallMade(
            at=at,
            job_id=job.work.job_id,
            on=on,
            result=command.result,
            note=command.note,
            called_by=command.called_by or ctx.by,
            due=place.install_call_due,
        ),
    )


Reaching = ConfirmHome | TellHalfDay | CallBeforeArrival | CallBeforeInstallation


def _again(call: CallKind, command: Reaching, told: Told, ctx: Context) -> Decision:
    """He was reached already; what calls are counted of by themselves is said there (X7)."""
    return () if ctx.by == "system" else said_again(told.notes.get(call, ""), command.note)


def report_trouble(command: ReportTrouble, job: Opened, ctx: Context) -> Decision:
    """当天有变. Rules: B7. Told late, it is recorded as late."""
    at = happened(command, ctx)
    stop = stop_of(job, at)
    if stop is None:
        return no("no_published_stop", rule="B7", job_id=job.work.job_id)
    place, leader = stop
    owed = place.window.starts - timedelta(minutes=ctx.policy.trouble_minutes_ahead)
    return (
        facts.TroubleReported(
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


def mark_call_overdue(command: MarkCallOverdue, job: Opened, ctx: Context) -> Decision:
    """A call was owed by now and nobody reached the customer: told once (K3, K5, K6, K10)."""
    at = happened(command, ctx)
    owed = {timer.name: timer.at for timer in calls_due(job) if timer.command == command}
    late = next((moment for moment in owed.values() if ctx.now >= moment), None)
    if late is None:
        return ()
    job_id = job.work.job_id
    match command.call:
        case "home":
            return (facts.HomeConfirmationOverdue(at=at, job_id=job_id, on=command.on, due=late),)
        case "install":
            return (facts.InstallCallOverdue(at=at, job_id=job_id, on=command.on, due=late),)
        case "half_day" | "arrival":
            if not isinstance(job, Published | OnTheWay):
                return ()
            missed = facts.HalfDayCallOverdue if command.call == "half_day" else facts.ArrivalCallOverdue
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


Event = (
    facts.HomeConfirmed
    | facts.HomeConfirmationOverdue
    | facts.HalfDayTold
    | facts.HalfDayCallOverdue
    | facts.ArrivalCalled
    | facts.ArrivalCallOverdue
    | facts.InstallCallMade
    | facts.InstallCallOverdue
    | facts.TroubleReported
)


def evolve(job: Opened, event: Event) -> Opened:
    """The job after a call or a missed one: it changes what the customer was told, and nothing else."""
    return replace(job, work=replace(job.work, told=told_after(job.work.told, event)))


def told_after(told: Told, event: Event) -> Told:
    """What the customer has been told, after a call or a missed one: only a call that reached him counts."""
    match event:
        case facts.HomeConfirmed():
            reached = replace(_noted(told, "home", event.note), home_on=event.on, at_home=event.at_home)
            return reached if event.result == "reached" else told
        case facts.HomeConfirmationOverdue():
            return replace(told, home_missed_on=event.on)
        case facts.HalfDayTold():
            reached = replace(_noted(told, "half_day", event.note), half=(event.on, event.half))
            return reached if event.result == "reached" else told
        case facts.HalfDayCallOverdue():
            return replace(told, half_missed_on=event.on)
        case facts.ArrivalCalled():
            reached = replace(_noted(told, "arrival", event.note), arrival_on=event.on, expected_at=event.expected_at)
            return reached if event.result == "reached" else told
        case facts.ArrivalCallOverdue():
            return replace(told, arrival_missed_on=event.on)
        case facts.InstallCallMade():
            reached = replace(_noted(told, "install", event.note), install_on=event.on)
            return reached if event.result == "reached" else told
        case facts.InstallCallOverdue():
            return replace(told, install_missed_on=event.on)
        case facts.TroubleReported():
            return told
    assert_never(event)


def _noted(told: Told, call: CallKind, note: str) -> Told:
    return replace(told, notes={**told.notes, call: note})


CALLER = ("called_by",)
"""A call is credited to whoever registers it, and to nobody else; a finished call task tells who made it."""

USE_CASES: tuple[UseCase[Any, Any, JobEvent], ...] = (
    UseCase(ConfirmHome, confirm_home, OFFICE, "home-confirmation", bare=False, signers=CALLER),
    UseCase(TellHalfDay, tell_half_day, OFFICE | LEADS, "half-day-call", bare=False, signers=CALLER),
    UseCase(CallBeforeArrival, call_before_arrival, OFFICE | LEADS, "arrival-call", bare=False, signers=CALLER),
    UseCase(CallBeforeInstallation, call_before_installation, OFFICE, "installation-call", bare=False, signers=CALLER),
    UseCase(ReportTrouble, report_trouble, OFFICE | LEADS, "trouble"),
    UseCase(MarkCallOverdue, mark_call_overdue),
)
