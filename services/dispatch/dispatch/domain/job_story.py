"""How events lead a job (派工单) from one situation to the next."""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from contracts.dispatch_calls import (
    ArrivalCalled,
    ArrivalCallOverdue,
    HalfDayCallOverdue,
    HalfDayTold,
    HomeConfirmationOverdue,
    HomeConfirmed,
    InstallCallMade,
    InstallCallOverdue,
    JobAmended,
    JobCancelled,
    JobPromiseMoved,
    TroubleReported,
)
from contracts.dispatch_jobs import (
    DeliveryCompleted,
    DeliveryDeparted,
    DeliveryFailed,
    InstallationBooked,
    InstallationCompleted,
    InstallationOverdue,
    JobCompletenessChanged,
    JobOpened,
    SiteNotReady,
    StopConfirmedByWarehouse,
    StopPublished,
    StopScheduled,
    StopUnscheduled,
    VisitDone,
)
from contracts.dispatch_road import FailureConsented, PiecesRefused, StopArrived, StopUndeliverable
from dispatch.domain.job_state import (
    Booked,
    Booking,
    Cancelled,
    Consent,
    Delivered,
    Failed,
    Installed,
    Job,
    JobEvent,
    OnTheWay,
    Opened,
    Place,
    Published,
    Scheduled,
    Stop,
    Told,
    Unopened,
    Visited,
    Waiting,
    Work,
    booking_of,
    place_of,
)

Called = (
    HomeConfirmed
    | HomeConfirmationOverdue
    | HalfDayTold
    | HalfDayCallOverdue
    | ArrivalCalled
    | ArrivalCallOverdue
    | InstallCallMade
    | InstallCallOverdue
)
"""Calls made or missed: they change what the customer was told, and nothing else."""


AtStop = StopArrived | StopUndeliverable | FailureConsented | TroubleReported | PiecesRefused
"""What happens at a stop before it is over."""


def evolve(job: Job, event: JobEvent) -> Job:
    """The job after an event."""
    if isinstance(event, JobOpened):
        work = Work(
            job_id=event.job_id,
            kind=event.kind,
            contract_no=event.contract_no,
            customer=event.customer,
            lines=event.lines,
            volume_l=event.volume_l,
            amount_due_fen=event.amount_due_fen,
            complete_on=event.complete_on,
            due_at=event.due_at,
            overdue=False,
            promised_on=event.promised_on,
            ticket_id=event.ticket_id,
            summary=event.summary,
            opened_at=event.at,
        )
        return Waiting(work, missing=(), call_back_on=None)
    if isinstance(job, Unopened):
        return job
    work = job.work
    if isinstance(event, Called):
        return replace(job, work=replace(work, told=told_after(work.told, event)))
    if isinstance(event, AtStop):
        return at_stop_after(job, event)
    match event:
        case JobCompletenessChanged():
            changed = replace(
                work,
                complete_on=event.complete_on,
                lines=work.lines if event.lines is None else event.lines,
                volume_l=work.volume_l if event.volume_l is None else event.volume_l,
                amount_due_fen=work.amount_due_fen if event.amount_due_fen is None else event.amount_due_fen,
            )
            return replace(job, work=changed)
        case InstallationBooked():
            booking = Booking(event.on, event.half, event.checklist, partial=work.complete_on is None)
            return replace(job, booking=booking) if isinstance(job, Scheduled | Published) else Booked(work, booking)
        case SiteNotReady():
            return Waiting(work, event.missing, event.call_back_on)
        case StopScheduled():
            place = Place(
                depot=event.depot,
                on=event.on,
                half=event.half,
                crew=event.crew,
                vehicle=event.vehicle,
                position=event.position,
                window=event.window,
                day_version=event.day_version,
                home_due=event.home_due,
                install_call_due=event.install_call_due,
            )
            return Scheduled(work, booking_of(job), place)
        case StopUnscheduled():
            booked = booking_of(job)
            return Waiting(work, (), None) if booked is None else Booked(work, booked)
        case StopPublished():
            known = place_of(job)
            if known is None:
                return job
            return Published(
                work,
                booking_of(job),
                known,
                event.leader,
                event.version,
                ready=None,
                note="",
                half_day_due=event.half_day_due,
                arrival_call_due=event.arrival_call_due,
            )
        case StopConfirmedByWarehouse():
            return replace(job, ready=event.ready, note=event.note) if isinstance(job, Published) else job
        case DeliveryDeparted():
            place_left = place_of(job)
            if place_left is None:
                return job
            call_due, leader = (job.arrival_call_due, job.leader) if isinstance(job, Published) else (None, "")
            return OnTheWay(work, replace(place_left, vehicle=event.vehicle), event.leader or leader, call_due)
        case DeliveryCompleted():
            return Delivered(work, event.delivered, event.signature_ref, stop_ended(job, event.at))
        case DeliveryFailed():
            if isinstance(job, OnTheWay) and job.cancelled is not None:
                return Cancelled(work, job.cancelled, stop_ended(job, event.at))
            return Failed(work, event.cause, event.goods, stop_ended(job, event.at))
        case InstallationCompleted():
            return Installed(work, event.accepted_by, stop_ended(job, event.at))
        case InstallationOverdue():
            return replace(job, work=replace(work, overdue=True))
        case VisitDone():
            return Visited(work, stop_ended(job, event.at))
        case JobCancelled():
            if isinstance(job, OnTheWay) and event.on_the_road:
                return replace(job, cancelled=event.reason)
            return Cancelled(work, event.reason)
        case JobPromiseMoved():
            due_at = event.due_at or work.due_at
            return replace(job, work=replace(work, promised_on=event.promised_on, due_at=due_at))
        case JobAmended():
            amount = work.amount_due_fen if event.amount_due_fen is None else event.amount_due_fen
            return replace(job, work=replace(work, customer=event.customer or work.customer, amount_due_fen=amount))
    assert_never(event)


def stop_ended(job: Opened, at: datetime) -> Stop | None:
    """The stop that ended with the job."""
    if isinstance(job, Scheduled):
        return Stop(job.place, None, at)
    return Stop(job.place, job.leader, at) if isinstance(job, Published | OnTheWay) else None


def at_stop_after(job: Opened, event: AtStop) -> Opened:
    """The job after something happened at its stop."""
    if not isinstance(job, OnTheWay):
        return job
    match event:
        case StopArrived():
            return replace(job, is_arrived=True)
        case StopUndeliverable():
            return replace(job, undeliverable=event.cause)
        case FailureConsented():
            return replace(job, consent=Consent(event.goods, event.consent_by))
        case TroubleReported() | PiecesRefused():
            return job
    assert_never(event)


def told_after(told: Told, event: Called) -> Told:
    """What the customer has been told, after a call or a missed one: only a call that reached him counts."""
    match event:
        case HomeConfirmed():
            return replace(told, home_on=event.on) if event.result == "reached" else told
        case HomeConfirmationOverdue():
            return replace(told, home_missed_on=event.on)
        case HalfDayTold():
            return replace(told, half=(event.on, event.half)) if event.result == "reached" else told
        case HalfDayCallOverdue():
            return replace(told, half_missed_on=event.on)
        case ArrivalCalled():
            return replace(told, arrival_on=event.on) if event.result == "reached" else told
        case ArrivalCallOverdue():
            return replace(told, arrival_missed_on=event.on)
        case InstallCallMade():
            return replace(told, install_on=event.on) if event.result == "reached" else told
        case InstallCallOverdue():
            return replace(told, install_missed_on=event.on)
    assert_never(event)
