"""What a job (单) can be: its situations, how events lead from one to the next, and what they have in common.

待排, 预约, 已排, 已发布, 在途, 签收; or 未送成, which may be booked again. Installations end with 安装完成,
visits with 上门结束.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, assert_never

from contracts.decision import Rejected
from contracts.dispatch import (
    Checklist,
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
from contracts.fact import ContractLine, Customer, GoodsLine, Half, JobKind, Window


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done, for whom. `overdue`: K9 was missed and told."""

    job_id: str
    kind: JobKind
    contract_no: str
    customer: Customer
    lines: tuple[ContractLine, ...]
    volume_l: int
    amount_due_fen: int
    complete_on: date | None
    due_at: datetime | None
    overdue: bool


@dataclass(frozen=True, slots=True)
class Booking:
    """The day agreed on the phone. `partial`: agreed although the goods were not complete (A3)."""

    on: date
    half: Half | None
    checklist: Checklist
    partial: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A slot of a day; `day_version` orders reservations of one day."""

    depot: str
    on: date
    half: Half
    crew: str
    vehicle: str
    position: int
    window: Window
    day_version: int


@dataclass(frozen=True, slots=True)
class Unopened:
    """Nothing is to be done."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """待排, no day agreed; `missing` on site and the day to call back, once a call found the site not ready (B2)."""

    work: Work
    missing: tuple[str, ...]
    call_back_on: date | None


@dataclass(frozen=True, slots=True)
class Booked:
    """A day is agreed; no slot yet."""

    work: Work
    booking: Booking


@dataclass(frozen=True, slots=True)
class Scheduled:
    """In a slot that is not published, or was changed since (B4)."""

    work: Work
    booking: Booking | None
    place: Place


@dataclass(frozen=True, slots=True)
class Published:
    """In a published plan; `ready` is the warehouse's word of the morning (B6), None before it."""

    work: Work
    booking: Booking | None
    place: Place
    leader: str
    edition: int
    ready: bool | None
    note: str


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """在途."""

    work: Work
    place: Place
    leader: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """已签收."""

    work: Work
    delivered: tuple[GoodsLine, ...]
    signature_ref: str


@dataclass(frozen=True, slots=True)
class Failed:
    """未送成; may be booked again."""

    work: Work
    cause: str
    goods: Literal["returned", "deposited"]


@dataclass(frozen=True, slots=True)
class Installed:
    """已安装."""

    work: Work
    accepted_by: str


@dataclass(frozen=True, slots=True)
class Visited:
    """上门已结束."""

    work: Work


Opened = Waiting | Booked | Scheduled | Published | OnTheWay | Delivered | Failed | Installed | Visited
Job = Unopened | Opened
INITIAL: Job = Unopened()
STATES = (
    Unopened,
    Waiting,
    Booked,
    Scheduled,
    Published,
    OnTheWay,
    Delivered,
    Failed,
    Installed,
    Visited,
)

JobEvent = (
    JobOpened
    | JobCompletenessChanged
    | InstallationBooked
    | SiteNotReady
    | StopScheduled
    | StopUnscheduled
    | StopPublished
    | StopConfirmedByWarehouse
    | DeliveryDeparted
    | DeliveryCompleted
    | DeliveryFailed
    | InstallationCompleted
    | InstallationOverdue
    | VisitDone
)
Decision = tuple[JobEvent, ...] | Rejected


def is_departed(job: Opened) -> bool:
    """Whether the job's goods are, or were, on the road; a failed delivery is to be arranged anew."""
    match job:
        case OnTheWay() | Delivered() | Installed() | Visited():
            return True
        case Waiting() | Booked() | Scheduled() | Published() | Failed():
            return False
    assert_never(job)


def owed_since(job: Opened) -> datetime | None:
    """When an open installation is (or was) due, if that has not been told (K9)."""
    match job:
        case Waiting() | Booked() | Scheduled() | Published():
            is_installation = job.work.kind == "installation" and not job.work.overdue
            return job.work.due_at if is_installation else None
        case OnTheWay() | Delivered() | Failed() | Installed() | Visited():
            return None
    assert_never(job)


def booking_of(job: Opened) -> Booking | None:
    """The agreement with the customer that is in force."""
    return job.booking if isinstance(job, Booked | Scheduled | Published) else None


def place_of(job: Opened) -> Place | None:
    """The slot that the job holds and could give up."""
    return job.place if isinstance(job, Scheduled | Published) else None


def left(job: Opened, reason: str, at: datetime) -> tuple[StopUnscheduled, ...]:
    """The job's slot is given up, if it has one."""
    place = place_of(job)
    if place is None:
        return ()
    return (
        StopUnscheduled(
            at=at,
            job_id=job.work.job_id,
            reason=reason,
            depot=place.depot,
            on=place.on,
            day_version=place.day_version,
        ),
    )


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
        )
        return Waiting(work, missing=(), call_back_on=None)
    if isinstance(job, Unopened):
        return job
    work = job.work
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
            )
            return Scheduled(work, booking_of(job), place)
        case StopUnscheduled():
            booked = booking_of(job)
            return Waiting(work, (), None) if booked is None else Booked(work, booked)
        case StopPublished():
            known = place_of(job)
            if known is None:
                return job
            return Published(work, booking_of(job), known, event.leader, event.version, ready=None, note="")
        case StopConfirmedByWarehouse():
            return replace(job, ready=event.ready, note=event.note) if isinstance(job, Published) else job
        case DeliveryDeparted():
            place_left = place_of(job)
            return job if place_left is None else OnTheWay(work, place_left, event.leader)
        case DeliveryCompleted():
            return Delivered(work, event.delivered, event.signature_ref)
        case DeliveryFailed():
            return Failed(work, event.cause, event.goods)
        case InstallationCompleted():
            return Installed(work, event.accepted_by)
        case InstallationOverdue():
            return replace(job, work=replace(work, overdue=True))
        case VisitDone():
            return Visited(work)
    assert_never(event)
