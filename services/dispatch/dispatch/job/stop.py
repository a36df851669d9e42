"""A job's stop on a day plan: taken, left, published, confirmed by the warehouse, departed (B4, B6, B8, B11)."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal, assert_never

from company.context import Context
from company.depots import depot_name, said_depot
from company.policy import Policy
from company.reasons import OTHER_DAY
from contracts import dispatch_jobs as facts
from contracts.bounds import CivilDay, Few, HowMany, ManyLines, Nth, OneLine, OptionalId, Words
from contracts.civil_time import civil, days_later
from contracts.dispatch import JobEvent
from contracts.fact import GoodsLine, Half, Window
from dispatch.fields import DEPOT, happened
from dispatch.job.booking import on_site
from dispatch.job.state import (
    Booked,
    Cancelled,
    Decision,
    Delivered,
    Failed,
    Installed,
    OnTheWay,
    Opened,
    PickUp,
    Place,
    Published,
    Scheduled,
    Taken,
    Visited,
    Waiting,
    Work,
    booking_of,
    left,
    place_of,
)
from dispatch.refusals import no, words_of
from runtime.decision import Command, Rejected
from runtime.refusal import Term
from runtime.use_case import UseCase


class TakeSlot(Command):
    """排进 (B8): the slot that the day gave at its version `day_version`, by its change `change_id`.

    `seen`: the job's version on the page that it was planned on. `renewed`, `given`: of older records, without meaning.
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
    change_id: OptionalId = ""
    seen: Nth | None = None
    renewed: bool = True
    given: bool = False
    reason: Words | None = None


class LeaveSlot(Command):
    """退回待排. With `on` and `day_version`: only if the slot is of that day and was not given after that version; with
    `crew`: only if it is that crew's.

    `change_id`: the change of that day which took the job out of the plan; if it stays, the day has to hear of it.
    """

    command: Literal["LeaveSlot"] = "LeaveSlot"
    reason: Words
    depot: OptionalId = DEPOT
    on: CivilDay | None = None
    day_version: Nth | None = None
    change_id: OptionalId = ""
    crew: OptionalId = ""


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
    lines: Annotated[tuple[GoodsLine, ...], Few(1_000)] = ()


class WhoseStop(Command):
    """Whose stop is it now (C18)? Changes nothing: the answer is a refusal that says where the job is."""

    command: Literal["WhoseStop"] = "WhoseStop"


def whose(_: WhoseStop, job: Opened, __: Context) -> Decision:
    """Where the job is, for whoever may not wait for a read model. Rules: C18. Refuses: stop_is_at, always."""
    job_id = job.work.job_id
    match job:
        case Scheduled():
            return no("stop_is_at", job_id=job_id, status="plan", on=job.place.on, crew=job.place.crew)
        case Published():
            return no("stop_is_at", job_id=job_id, status="pub", on=job.place.on, crew=job.place.crew)
        case OnTheWay():
            return no("stop_is_at", job_id=job_id, status="way", on=job.place.on, crew=job.place.crew)
        case Waiting() | Booked() | PickUp() | Delivered() | Failed() | Installed() | Visited() | Cancelled():
            return no("stop_is_nowhere", job_id=job_id, status="", on=None, crew=None)
    assert_never(job)


def take(command: TakeSlot, job: Opened, ctx: Context) -> Decision:
    """排进: the job takes the slot that the day gave, or says for good why not, so that the day puts its change back.

    Rules: B1, B2 (a delivery must be booked, for that day), A3, B4 (leaving a published place needs a reason), B8 (of
    two reservations on one day the later one counts). Declines what is over or on the road, a slot for other goods, and
    a page that is out of date. Refuses: overtaken (nothing is to be put back: the later one counts).
    """
    decision = take_or_not(command, job, ctx)
    if not isinstance(decision, Rejected) or decision.code == "overtaken":
        return decision
    return (declined(decision, command, (command.on, command.day_version), job, happened(command, ctx)),)


def declined(
    refused: Rejected, command: TakeSlot | LeaveSlot, told: tuple[date, int], job: Opened, at: datetime
) -> facts.SlotDeclined:
    """What the day has to hear: why the job does not follow what it was `told` by which day at which version."""
    on, day_version = told
    return facts.SlotDeclined(
        at=at,
        job_id=job.work.job_id,
        depot=command.depot,
        on=on,
        day_version=day_version,
        change_id=command.change_id,
        leaving=isinstance(command, LeaveSlot),
        **words_of(refused),
    )


def take_or_not(command: TakeSlot, job: Opened, ctx: Context) -> Decision:
    """Whether the job may be planned, as it is now."""
    at = happened(command, ctx)
    policy = ctx.policy
    if command.seen is not None and command.seen != ctx.version:
        return no("stale_page", expected=command.seen, version=ctx.version)
    match job:
        case OnTheWay() | Delivered() | Installed() | Visited():
            return no("already_departed", job_id=job.work.job_id)
        case Cancelled():
            return no("cancelled", job_id=job.work.job_id, reason=Term.of(job.reason))
        case Failed():
            return no("not_booked", job_id=job.work.job_id)
        case PickUp():
            return no("to_be_picked_up", job_id=job.work.job_id, on=job.on)
        case Waiting() if job.missing:
            return no("site_not_ready", missing=on_site(job.missing), call_back_on=job.call_back_on)
        case Waiting() if job.work.kind == "delivery":
            return no("not_booked", job_id=job.work.job_id)
        case Waiting() | Booked() | Scheduled() | Published():
            return take_place(command, job, at, policy)
    assert_never(job)


def take_place(
    command: TakeSlot, job: Waiting | Booked | Scheduled | Published, at: datetime, policy: Policy
) -> Decision:
    """The second half of it: the job may be planned; does this slot suit it?"""
    work, held = job.work, place_of(job)
    if command.depot != work.depot:
        return of_other_depot(policy, work.contract_no, work.depot, command.depot)
    same_day = held is not None and (held.depot, held.on) == (command.depot, command.on)
    if held is not None and same_day and held.day_version > command.day_version:
        return no("overtaken", job_id=work.job_id)
    if not same_day and command.day_version <= taken_before(work, command):
        return ()
    if held is None or not same_day or not is_same_place(held, command):
        refused = against(command, job)
        if refused is not None:
            return refused
    elif held.day_version == command.day_version:
        return ()
    if isinstance(job, Published) and command.reason is None:
        return no("adjustment_needs_reason", on=job.place.on, edition=job.edition)
    scheduled = facts.StopScheduled(
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
    moved = () if held is None or same_day else left(job, command.reason or OTHER_DAY, at)
    return (*moved, scheduled)


def of_other_depot(policy: Policy, contract_no: str, depot: str, asked: str) -> Rejected:
    """A contract's job is a depot's, and no other one's crews do it (D17)."""
    home, other = said_depot(policy, depot), Term.of(depot_name(policy, asked))
    return no("job_of_other_depot", contract_no=contract_no, depot=home, asked=other)


def taken_before(work: Work, command: TakeSlot) -> int:
    """The newest version of that day at which the job took a place; 0 for none. It may have left it since."""
    places = (one.day_version for one in work.taken if (one.depot, one.on) == (command.depot, command.on))
    return next(places, 0)


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
        return no("not_complete", contract_no=work.contract_no)
    if booking is not None and booking.on != command.on:
        return no("other_day_agreed", job_id=work.job_id, agreed=booking.on, on=command.on)
    if command.volume_l != work.volume_l:
        return no("goods_changed", job_id=work.job_id)
    return None


def is_same_place(place: Place, command: TakeSlot) -> bool:
    """Whether the job already has this place of its day."""
    return (place.half, place.crew, place.position, place.window) == (
        command.half,
        command.crew,
        command.position,
        command.window,
    )


def leave(command: LeaveSlot, job: Opened, ctx: Context) -> Decision:
    """退回待排. A job without a slot, or with a later one than is meant, stays as it is. Refuses once departed from
    there; where a change of the day took it out, the day hears of it."""
    at = happened(command, ctx)
    match job:
        case Waiting() | Booked() | PickUp() | Failed():
            return ()
        case Scheduled() | Published():
            return left(job, command.reason, at) if is_meant(command, job.place) else ()
        case OnTheWay() if not is_meant(command, job.place):
            return ()
        case OnTheWay() | Delivered() | Installed() | Visited():
            refused = no("already_departed", job_id=job.work.job_id)
            if command.on is None or command.day_version is None or not command.change_id:
                return refused
            return (declined(refused, command, (command.on, command.day_version), job, at),)
        case Cancelled():
            return ()
    assert_never(job)


def is_meant(command: LeaveSlot, place: Place) -> bool:
    """Whether it is this place that is to be left: of that day and crew, and not given later."""
    other_day = command.on is not None and command.on != place.on
    later = command.day_version is not None and place.day_version > command.day_version
    other_crew = command.crew not in {"", place.crew}
    return not (other_day or later or other_crew)


def publish(command: PublishStop, job: Opened, ctx: Context) -> Decision:
    """B4: the plan with this stop is final. An edition that is not newer is no event."""
    at = happened(command, ctx)
    policy = ctx.policy
    match job:
        case OnTheWay() | Delivered() | Installed() | Visited() | Cancelled():
            return ()
        case Published() if job.edition >= command.version:
            return ()
        case Scheduled() | Published():
            place = job.place
            meant = (command.on, command.half, command.crew, command.position)
            if (place.on, place.half, place.crew, place.position) != meant:
                return no("not_in_plan", job_id=job.work.job_id, on=command.on)
            is_delivery = job.work.kind == "delivery"
            ahead = place.window.starts - timedelta(hours=policy.arrival_call_hours)
            return (
                facts.StopPublished(
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
        case Waiting() | Booked() | PickUp() | Failed():
            return no("not_in_plan", job_id=job.work.job_id, on=command.on)
    assert_never(job)


def confirm(command: ConfirmByWarehouse, job: Opened, ctx: Context) -> Decision:
    """B6: the warehouse's word of the morning for this stop; too late once it left."""
    at = happened(command, ctx)
    match job:
        case OnTheWay() | Delivered() | Installed() | Visited() | Cancelled():
            return ()
        case Published() if job.place.on == command.on:
            if (job.ready, job.note) == (command.ready, command.note):
                return ()
            return (
                facts.StopConfirmedByWarehouse(at=at, job_id=job.work.job_id, ready=command.ready, note=command.note),
            )
        case Waiting() | Booked() | Scheduled() | Published() | PickUp() | Failed():
            return no("not_in_plan", job_id=job.work.job_id, on=command.on)
    assert_never(job)


def depart(command: DepartStop, job: Opened, ctx: Context) -> Decision:
    """B11: the crew that has this stop left with its goods."""
    at = happened(command, ctx)
    match job:
        case OnTheWay() | Delivered() | Installed() | Visited() | Cancelled():
            return ()
        case Scheduled() | Published() if (job.place.on, job.place.crew) == (command.on, command.crew):
            return (
                facts.DeliveryDeparted(
                    at=at,
                    job_id=job.work.job_id,
                    crew=command.crew,
                    vehicle=command.vehicle,
                    leader=command.leader,
                    lines=command.lines,
                ),
            )
        case Waiting() | Booked() | Scheduled() | Published() | PickUp() | Failed():
            return no("not_in_plan", job_id=job.work.job_id, on=command.on)
    assert_never(job)


Event = (
    facts.StopScheduled
    | facts.StopUnscheduled
    | facts.SlotDeclined
    | facts.StopPublished
    | facts.StopConfirmedByWarehouse
    | facts.DeliveryDeparted
)


def evolve(job: Opened, event: Event) -> Opened:
    """The job after its place has changed."""
    work, known = job.work, place_of(job)
    match event:
        case facts.StopScheduled():
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
            others = tuple(one for one in work.taken if (one.depot, one.on) != (event.depot, event.on))
            taken = (*others, Taken(event.depot, event.on, event.day_version))
            return Scheduled(replace(work, taken=taken), booking_of(job), place)
        case facts.StopUnscheduled():
            booked = booking_of(job)
            return Waiting(work, (), None) if booked is None else Booked(work, booked)
        case facts.SlotDeclined():
            return job
        case facts.StopPublished():
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
        case facts.StopConfirmedByWarehouse():
            return replace(job, ready=event.ready, note=event.note) if isinstance(job, Published) else job
        case facts.DeliveryDeparted():
            if known is None:
                return job
            call_due, leader = (job.arrival_call_due, job.leader) if isinstance(job, Published) else (None, "")
            place = replace(known, vehicle=event.vehicle)
            return OnTheWay(work, place, event.leader or leader, event.lines, call_due)
    assert_never(event)


USE_CASES: tuple[UseCase[Any, Any, JobEvent], ...] = (
    UseCase(TakeSlot, take),
    UseCase(LeaveSlot, leave),
    UseCase(PublishStop, publish),
    UseCase(ConfirmByWarehouse, confirm),
    UseCase(DepartStop, depart),
    UseCase(WhoseStop, whose),
)
