"""A job's stop on a day plan: taken, left, published, confirmed by the warehouse, departed (B4, B6, B8, B11)."""

from datetime import date, datetime, time, timedelta
from typing import Literal, assert_never

from company.policy import Policy
from contracts.bounds import CivilDay, HowMany, ManyLines, Nth, OneLine, OptionalId
from contracts.civil_time import civil, days_later
from contracts.dispatch_jobs import DeliveryDeparted, StopConfirmedByWarehouse, StopPublished, StopScheduled
from contracts.fact import Half, Window
from dispatch.domain import job_refusals as no
from dispatch.domain.job_state import (
    Booked,
    Cancelled,
    Decision,
    Delivered,
    Failed,
    Installed,
    OnTheWay,
    Opened,
    Place,
    Published,
    Scheduled,
    Visited,
    Waiting,
    booking_of,
    left,
    place_of,
)
from dispatch.domain.plan_refusals import adjustment_needs_reason
from dispatch.domain.words import Words
from runtime.decision import Command, Rejected


class TakeSlot(Command):
    """排进 (B8): the slot that the day gave at its version `day_version`; `renewed` when it was given just now.

    `given`: told by the day's own event, so that it counts even where a planner's page named the place wrongly.
    """

    command: Literal["TakeSlot"] = "TakeSlot"
    depot: OptionalId
    on: CivilDay
    half: Half
    crew: OptionalId
    vehicle: OneLine
    position: Nth
    window: Window
    volume_l: HowMany
    day_version: Nth
    renewed: bool = True
    given: bool = False
    reason: Words | None = None


class LeaveSlot(Command):
    """退回待排. With `on` and `day_version`: only if the slot is of that day and was not given after that version."""

    command: Literal["LeaveSlot"] = "LeaveSlot"
    reason: Words
    on: CivilDay | None = None
    day_version: Nth | None = None


class PublishStop(Command):
    """The plan with this stop is out (B4)."""

    command: Literal["PublishStop"] = "PublishStop"
    on: CivilDay
    half: Half
    crew: OptionalId
    position: Nth
    leader: OneLine
    version: Nth


class ConfirmByWarehouse(Command):
    """早上反馈 (B6)."""

    command: Literal["ConfirmByWarehouse"] = "ConfirmByWarehouse"
    on: CivilDay
    ready: bool
    note: ManyLines = ""


class DepartStop(Command):
    """出车 (B11): the crew left with this stop's goods."""

    command: Literal["DepartStop"] = "DepartStop"
    on: CivilDay
    crew: OptionalId
    vehicle: OneLine
    leader: OneLine


class WhoseStop(Command):
    """Whose stop is it now (C18)? Changes nothing: the answer is a refusal that says where the job is."""

    command: Literal["WhoseStop"] = "WhoseStop"


def whose(job: Opened) -> Rejected:
    """Where the job is, for whoever may not wait for a read model. Rules: C18. Refuses: stop_is_at, always."""
    match job:
        case Scheduled():
            return no.stop_is_at(job.work.job_id, "plan", job.place.on, job.place.crew)
        case Published():
            return no.stop_is_at(job.work.job_id, "pub", job.place.on, job.place.crew)
        case OnTheWay():
            return no.stop_is_at(job.work.job_id, "way", job.place.on, job.place.crew)
        case Waiting() | Booked() | Delivered() | Failed() | Installed() | Visited() | Cancelled():
            return no.stop_is_at(job.work.job_id, "", None, None)
    assert_never(job)


def take(command: TakeSlot, job: Opened, at: datetime, policy: Policy) -> Decision:
    """排进: the job takes the slot that the day gave.

    Rules: B1, B2 (a delivery must be booked, for that day), A3, B4 (leaving a published place needs a reason), B8 (of
    two reservations on one day the later one counts). Refuses what is over or on the road, and a slot for other goods.
    """
    match job:
        case OnTheWay() | Delivered() | Installed() | Visited():
            return no.already_departed(job.work.job_id)
        case Cancelled():
            return no.cancelled(job.work.job_id, job.reason)
        case Failed():
            return no.not_booked(job.work.job_id)
        case Waiting() if job.missing:
            return no.site_not_ready(job.missing, job.call_back_on)
        case Waiting() if job.work.kind == "delivery":
            return no.not_booked(job.work.job_id)
        case Waiting() | Booked() | Scheduled() | Published():
            return take_place(command, job, at, policy)
    assert_never(job)


def take_place(
    command: TakeSlot, job: Waiting | Booked | Scheduled | Published, at: datetime, policy: Policy
) -> Decision:
    """The second half of `take`: the job may be planned; does this slot suit it?"""
    work, held = job.work, place_of(job)
    same_day = held is not None and (held.depot, held.on) == (command.depot, command.on)
    if held is not None and same_day and held.day_version > command.day_version:
        return no.overtaken(work.job_id)
    taken_already = held is not None and same_day and held.day_version == command.day_version
    if held is None or not same_day or not is_same_place(held, command):
        if taken_already and not command.given:
            return ()
        refused = against(command, job)
        if refused is not None:
            return refused
    elif taken_already or not command.renewed:
        return ()
    if isinstance(job, Published) and command.reason is None:
        return adjustment_needs_reason(job.place.on, job.edition)
    scheduled = StopScheduled(
        at=at,
        job_id=work.job_id,
        depot=command.depot,
        on=command.on,
        half=command.half,
        crew=command.crew,
        vehicle=command.vehicle,
        position=command.position,
        window=command.window,
        day_version=command.day_version,
        home_due=day_before(command.on, policy.home_call_due, at) if work.kind == "delivery" else None,
        install_call_due=day_before(command.on, policy.install_call_due, at) if work.kind == "installation" else None,
    )
    moved = () if held is None or same_day else left(job, command.reason or "改排他日 moved to another day", at)
    return (*moved, scheduled)


def day_before(on: date, clock: time, at: datetime) -> datetime | None:
    """A time of the day before a stop, by which the customer is to be called; None when it had passed already."""
    return not_passed(civil(days_later(on, -1), clock), at)


def not_passed(due: datetime, at: datetime) -> datetime | None:
    """A call that could not be made in time any more is not owed by that time."""
    return due if at < due else None


def against(command: TakeSlot, job: Waiting | Booked | Scheduled | Published) -> Rejected | None:
    """What forbids the job a place that it does not have yet (A3, B1), or forbids this slot (B8)."""
    work, booking = job.work, booking_of(job)
    partial = booking is not None and booking.partial
    if work.kind == "delivery" and work.complete_on is None and not partial:
        return no.not_complete(work.contract_no)
    if booking is not None and booking.on != command.on:
        return no.other_day_agreed(work.job_id, booking.on, command.on)
    if command.volume_l != work.volume_l:
        return no.goods_changed(work.job_id)
    return None


def is_same_place(place: Place, command: TakeSlot) -> bool:
    """Whether the job already has this place of its day."""
    return (place.half, place.crew, place.position, place.window) == (
        command.half,
        command.crew,
        command.position,
        command.window,
    )


def leave(command: LeaveSlot, job: Opened, at: datetime) -> Decision:
    """退回待排. A job without a slot, or with a later one than is meant, stays as it is. Refuses once departed."""
    match job:
        case Waiting() | Booked() | Failed():
            return ()
        case Scheduled() | Published():
            other_day = command.on is not None and command.on != job.place.on
            later = command.day_version is not None and job.place.day_version > command.day_version
            return () if other_day or later else left(job, command.reason, at)
        case OnTheWay() | Delivered() | Installed() | Visited():
            return no.already_departed(job.work.job_id)
        case Cancelled():
            return ()
    assert_never(job)


def publish(command: PublishStop, job: Opened, at: datetime, policy: Policy) -> Decision:
    """B4: the plan with this stop is final. An edition that is not newer is no event."""
    match job:
        case OnTheWay() | Delivered() | Installed() | Visited() | Cancelled():
            return ()
        case Published() if job.edition >= command.version:
            return ()
        case Scheduled() | Published():
            place = job.place
            meant = (command.on, command.half, command.crew, command.position)
            if (place.on, place.half, place.crew, place.position) != meant:
                return no.not_in_plan(job.work.job_id, command.on)
            is_delivery = job.work.kind == "delivery"
            ahead = place.window.starts - timedelta(hours=policy.arrival_call_hours)
            return (
                StopPublished(
                    at=at,
                    job_id=job.work.job_id,
                    on=command.on,
                    crew=command.crew,
                    leader=command.leader,
                    version=command.version,
                    kind=job.work.kind,
                    contract_no=job.work.contract_no,
                    customer=job.work.customer,
                    half=place.half,
                    window=place.window,
                    half_day_due=day_before(place.on, policy.half_day_call_due, at) if is_delivery else None,
                    arrival_call_due=not_passed(ahead, at) if is_delivery else None,
                ),
            )
        case Waiting() | Booked() | Failed():
            return no.not_in_plan(job.work.job_id, command.on)
    assert_never(job)


def confirm(command: ConfirmByWarehouse, job: Opened, at: datetime) -> Decision:
    """B6: the warehouse's word of the morning for this stop; too late once it left."""
    match job:
        case OnTheWay() | Delivered() | Installed() | Visited() | Cancelled():
            return ()
        case Published() if job.place.on == command.on:
            if (job.ready, job.note) == (command.ready, command.note):
                return ()
            return (StopConfirmedByWarehouse(at=at, job_id=job.work.job_id, ready=command.ready, note=command.note),)
        case Waiting() | Booked() | Scheduled() | Published() | Failed():
            return no.not_in_plan(job.work.job_id, command.on)
    assert_never(job)


def depart(command: DepartStop, job: Opened, at: datetime) -> Decision:
    """B11: the crew that has this stop left with its goods."""
    match job:
        case OnTheWay() | Delivered() | Installed() | Visited() | Cancelled():
            return ()
        case Scheduled() | Published() if (job.place.on, job.place.crew) == (command.on, command.crew):
            return (
                DeliveryDeparted(
                    at=at, job_id=job.work.job_id, crew=command.crew, vehicle=command.vehicle, leader=command.leader
                ),
            )
        case Waiting() | Booked() | Scheduled() | Published() | Failed():
            return no.not_in_plan(job.work.job_id, command.on)
    assert_never(job)
