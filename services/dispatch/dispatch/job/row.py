"""The job's row: how a 派工单 stands, by what lists, calls, planning and the board find it; and what was said of it.

Times are UTC, money fen, volume litres. Words are not here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, TypeVar, assert_never

from contracts import dispatch_calls as calls
from contracts import dispatch_corrections as corrections
from contracts import dispatch_jobs as facts
from contracts import dispatch_pick_up as pick_up
from contracts import dispatch_road as road
from contracts.fact import ContractLine, Customer, Fact, GoodsLine, Half, JobKind, Window
from contracts.job_ids import part_of
from dispatch.job.aggregate import JOB
from dispatch.job.state import (
    Booked,
    Cancelled,
    Counts,
    Delivered,
    Failed,
    Installed,
    Job,
    OnTheWay,
    Opened,
    PickUp,
    Place,
    Published,
    Scheduled,
    Unopened,
    Visited,
    Waiting,
    WrongDelivery,
    booking_of,
)
from runtime.said import Said, Saying
from runtime.view import Instant, Row, View, Whole

E = TypeVar("E", bound=Fact)

Status = Literal["plan", "pub", "pickup", "way", "done", "fail", "cancelled"]
"""待排 or draft, 已发布, 待自提, 在途, 完成, 未送成, 已取消."""

WAITING = "waiting"
"""A job's `board` while it waits for a slot: it is on the board of every day."""


class CountsRow(Row):
    """What of a delivery the customer took, sent back whole, and sent back broken."""

    delivered: tuple[GoodsLine, ...]
    refused: tuple[GoodsLine, ...]
    damaged: tuple[GoodsLine, ...]


class WrongRow(Row):
    """A correction of what was signed for, until a second person has decided (D16)."""

    correction_no: str
    right: CountsRow
    was: CountsRow
    reason: str
    asked_by: str
    at: Instant


class JobRow(Row):
    """A job. What belongs to its slot is null without one; it stays while it is over."""

    job_id: str
    kind: JobKind
    contract_no: str
    ticket_id: str | None
    summary: str
    opened_at: datetime | None
    customer: Customer
    district: str
    lines: tuple[ContractLine, ...]
    volume_l: int
    amount_due_fen: int
    promised_on: date | None
    complete_on: date | None
    due_at: datetime | None
    overdue: bool
    status: Status
    board: str | None
    """The day on whose board it is, or `WAITING`."""
    missing: tuple[str, ...]
    """On site (B2); with the day to call back."""
    call_back_on: date | None
    booked_on: date | None
    """The day agreed with the customer, until the goods leave."""
    booked_half: Half | None
    partial: bool
    """Agreed although the goods were not complete (A3)."""
    depot: str
    """Whose crews do it (D17)."""
    on: date | None
    half: Half | None
    crew: str | None
    vehicle: str | None
    position: int | None
    window: Window | None
    day_version: int
    home_due: datetime | None
    install_call_due: datetime | None
    leader: str | None
    arrived: bool
    on_vehicle: tuple[GoodsLine, ...] | None
    """What left with the crew, while it is on the way."""
    deposited: tuple[GoodsLine, ...] = ()
    """What lies in deposit (B14) and is taken up there."""
    pick_up_on: date | None = None
    """The day on which the customer collects it (A11), until it is handed out."""
    list_no: str | None = None
    """Of a pick-up, the list by which it leaves (B9)."""
    cause: str | None
    """Why it was not delivered, or is cancelled."""
    delivered: tuple[GoodsLine, ...] = ()
    """What was signed for, as it is right ..."""
    counts: CountsRow | None = None
    """... and with what was sent back, of a delivery that is over."""
    picked_up: bool = False
    wrong: WrongRow | None = None
    """A correction that waits."""
    correcting: bool = False
    version: int = 0

    @property
    def part(self) -> int:
        """Which of its contract's deliveries it is, or installs (A10)."""
        return part_of(self.job_id)

    @property
    def over(self) -> bool:
        """Whether nothing is to be done any more, unless it is booked again."""
        return self.status in {"done", "fail", "cancelled"}


def job_row(job: Job) -> JobRow | None:
    """The view."""
    if isinstance(job, Unopened):
        return None
    work, booking, (place, leader) = job.work, booking_of(job), stands_at(job)
    waiting = job if isinstance(job, Waiting) else None
    slot: dict[str, Any] = {name: getattr(place, name, None) for name in _OF_PLACE}
    return JobRow(
        job_id=work.job_id,
        kind=work.kind,
        contract_no=work.contract_no,
        ticket_id=work.ticket_id,
        summary=work.summary,
        opened_at=work.opened_at,
        customer=work.customer,
        district=work.customer.district,
        lines=work.lines,
        volume_l=work.volume_l,
        amount_due_fen=work.amount_due_fen,
        promised_on=work.promised_on,
        complete_on=work.complete_on,
        due_at=work.due_at,
        overdue=work.overdue,
        status=status_of(job),
        board=WAITING if isinstance(job, Waiting | Booked) else None if place is None else place.on.isoformat(),
        missing=() if waiting is None else waiting.missing,
        call_back_on=None if waiting is None else waiting.call_back_on,
        booked_on=None if booking is None else booking.on,
        booked_half=None if booking is None else booking.half,
        partial=booking is not None and booking.partial,
        depot=work.depot,
        **slot,
        day_version=0 if place is None else place.day_version,
        leader=leader or None,
        arrived=isinstance(job, OnTheWay) and job.is_arrived,
        on_vehicle=(job.loaded or None) if isinstance(job, OnTheWay) else None,
        deposited=work.deposited,
        pick_up_on=job.on if isinstance(job, PickUp) else None,
        list_no=job.list_no if isinstance(job, PickUp) else None,
        cause=job.cause if isinstance(job, Failed) else job.reason if isinstance(job, Cancelled) else None,
        delivered=job.delivered if isinstance(job, Delivered) else (),
        counts=_counts(job.counts) if isinstance(job, Delivered) else None,
        picked_up=isinstance(job, Delivered) and job.picked_up,
        wrong=_wrong(job.corrections.waits) if isinstance(job, Delivered) else None,
        correcting=isinstance(job, Delivered) and job.corrections.waits is not None,
    )


def _counts(counts: Counts) -> CountsRow:
    return CountsRow(delivered=counts.delivered, refused=counts.refused, damaged=counts.damaged)


def _wrong(wrong: WrongDelivery | None) -> WrongRow | None:
    if wrong is None:
        return None
    return WrongRow(
        correction_no=wrong.correction_no,
        right=_counts(wrong.right),
        was=_counts(wrong.was),
        reason=wrong.reason,
        asked_by=wrong.asked_by,
        at=wrong.at,
    )


_OF_PLACE = ("on", "half", "crew", "vehicle", "position", "window", "home_due", "install_call_due")


def status_of(job: Opened) -> Status:
    """How far a job is."""
    match job:
        case Waiting() | Booked() | Scheduled():
            return "plan"
        case Published():
            return "pub"
        case PickUp():
            return "pickup"
        case OnTheWay():
            return "way"
        case Delivered() | Installed() | Visited():
            return "done"
        case Failed():
            return "fail"
        case Cancelled():
            return "cancelled"
    assert_never(job)


def stands_at(job: Opened) -> tuple[Place | None, str | None]:
    """Where the job is in a plan, or was when it ended, and who answers for the stop."""
    match job:
        case Scheduled():
            return job.place, None
        case Published() | OnTheWay():
            return job.place, job.leader
        case Delivered() | Failed() | Installed() | Visited() | Cancelled():
            return (None, None) if job.stop is None else (job.stop.place, job.stop.leader)
        case Waiting() | Booked() | PickUp():
            return None, None
    assert_never(job)


JOBS = View(
    "jobs",
    "dispatch",
    JOB,
    JobRow,
    job_row,
    indexes=(
        ("row.status", "row.promised_on"),
        ("row.on",),
        ("row.board",),
        ("row.contract_no",),
        ("row.call_back_on",),
        ("row.kind", "row.status"),
        ("row.pick_up_on",),
        ("row.correcting",),
    ),
    said=(
        facts.InstallationBooked,
        facts.SiteNotReady,
        facts.StopScheduled,
        facts.StopPublished,
        facts.StopConfirmedByWarehouse,
        calls.HomeConfirmed,
        calls.HomeConfirmationOverdue,
        calls.HalfDayTold,
        calls.HalfDayCallOverdue,
        calls.ArrivalCalled,
        calls.ArrivalCallOverdue,
        calls.InstallCallMade,
        calls.InstallCallOverdue,
        calls.TroubleReported,
        calls.JobCancelled,
        road.StopArrived,
        road.StopUndeliverable,
        road.FailureConsented,
        road.PiecesRefused,
        facts.DeliveryCompleted,
        facts.DeliveryFailed,
        facts.InstallationCompleted,
        facts.VisitDone,
        pick_up.PickUpArranged,
        pick_up.PickUpListIssued,
        pick_up.PickedUp,
        corrections.DeliveryCorrectionAsked,
        corrections.DeliveryCorrectionRefused,
        corrections.DeliveryCorrected,
    ),
)

Missed = calls.HomeConfirmationOverdue | calls.HalfDayCallOverdue | calls.ArrivalCallOverdue | calls.InstallCallOverdue
Call = calls.HomeConfirmed | calls.HalfDayTold | calls.ArrivalCalled | calls.InstallCallMade
Outcome = (
    facts.DeliveryCompleted | facts.DeliveryFailed | facts.InstallationCompleted | facts.VisitDone | pick_up.PickedUp
)


@dataclass(frozen=True, slots=True)
class JobFile:
    """A job as its desks see it: how it stands, and what was said of it."""

    row: JobRow
    said: Said

    @property
    def agreed(self) -> facts.InstallationBooked | None:
        """What was agreed with the customer last (B1); a failed delivery is to be agreed on anew."""
        told = self.said.told(facts.InstallationBooked, facts.SiteNotReady, facts.DeliveryFailed)
        return told if isinstance(told, facts.InstallationBooked) else None

    @property
    def not_ready(self) -> facts.SiteNotReady | None:
        """What the last call found missing on site (B2)."""
        told = self.said.told(facts.InstallationBooked, facts.SiteNotReady)
        return told if isinstance(told, facts.SiteNotReady) else None

    @property
    def ready(self) -> bool:
        """Whether it may be planned (B1, B2): installations and visits until a call says otherwise."""
        told = self.said.told(facts.InstallationBooked, facts.SiteNotReady, facts.DeliveryFailed)
        return self.row.kind != "delivery" if told is None else isinstance(told, facts.InstallationBooked)

    @property
    def issue(self) -> facts.StopPublished | None:
        """The edition of the plan that its slot is in."""
        return self._of_slot(facts.StopPublished)

    @property
    def warehouse(self) -> facts.StopConfirmedByWarehouse | None:
        """The warehouse's word for its slot (B6)."""
        return self._of_slot(facts.StopConfirmedByWarehouse)

    @property
    def arrived_at(self) -> datetime | None:
        """When the crew came, in its last attempt."""
        told = self.said.told(road.StopArrived, since=facts.StopScheduled)
        return None if told is None else told.at

    @property
    def undeliverable(self) -> Saying[road.StopUndeliverable] | None:
        """That it could not be delivered, in its last attempt (B14)."""
        return self.said.last(road.StopUndeliverable, since=facts.StopScheduled)

    @property
    def consent(self) -> Saying[road.FailureConsented] | None:
        """What the office agreed to, in its last attempt (B14)."""
        return self.said.last(road.FailureConsented, since=facts.StopScheduled)

    @property
    def trouble(self) -> Fact | None:
        """The last that went wrong in its last attempt (B7, B14)."""
        kinds: tuple[type[Fact], ...] = (calls.TroubleReported, road.StopUndeliverable, road.FailureConsented)
        return self.said.told(*kinds, since=facts.StopScheduled)

    @property
    def outcome(self) -> Outcome | None:
        """What came of it last."""
        found = self.said.told(*_OUTCOMES)
        return _as_it_was(found, self.row) if isinstance(found, Outcome) else None

    @property
    def cancelled(self) -> calls.JobCancelled | None:
        """That it is no more (A6)."""
        return self.said.told(calls.JobCancelled)

    @property
    def ended_at(self) -> datetime | None:
        """When it was over last; what is cancelled on the road is over when it is back."""
        over = (one.event for one in reversed(self.said.all(*_OUTCOMES, calls.JobCancelled)))
        return next((told.at for told in over if not (isinstance(told, calls.JobCancelled) and told.on_the_road)), None)

    def reached(self, kind: type[Call]) -> bool:
        """Whether the customer was reached about the stop as it is now (B3, B5, B10)."""
        told = self.said.told(kind)
        if told is None or told.result != "reached" or told.on != self.row.on:
            return False
        return not isinstance(told, calls.HalfDayTold) or told.half == self.row.half

    def failures(self) -> Iterator[tuple[date, facts.DeliveryFailed]]:
        """The days on which it was not delivered."""
        on: date | None = None
        for one in self.said.sayings:
            if isinstance(one.event, facts.StopScheduled):
                on = one.event.on
            elif isinstance(one.event, facts.DeliveryFailed) and on is not None:
                yield on, one.event

    def _of_slot(self, kind: type[E]) -> E | None:
        return None if self.row.on is None else self.said.told(kind, since=facts.StopScheduled)


def _as_it_was(told: Outcome, row: JobRow) -> Outcome:
    """With the pieces as they were really handed over, where they had been typed wrong (D16)."""
    if row.counts is None or not isinstance(told, facts.DeliveryCompleted | pick_up.PickedUp):
        return told
    right = dict(row.counts) if isinstance(told, facts.DeliveryCompleted) else {"delivered": row.counts.delivered}
    return told.model_copy(update=right)


_OUTCOMES: tuple[type[Fact], ...] = (
    facts.DeliveryCompleted,
    facts.DeliveryFailed,
    facts.InstallationCompleted,
    facts.VisitDone,
    pick_up.PickedUp,
)


JOB_FILES = Whole(JOBS, JobFile)
"""Reads jobs with what was said of them."""
