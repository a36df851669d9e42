"""What a job (单) can be: 待排, 预约, 已排, 已发布, 在途, 签收; or 未送成, which may be booked again.

Installations end with 安装完成, visits with 上门结束.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, assert_never

from company.depots import MAIN
from contracts import dispatch_jobs as facts
from contracts.dispatch import JobEvent
from contracts.fact import ContractLine, Customer, GoodsLine, Half, JobKind, Window
from runtime.agreeing import Proposals
from runtime.decision import Rejected


@dataclass(frozen=True, slots=True)
class Told:
    """Calls to the customer that reached him, and those that were missed, each by the day of the stop (B3, B5, B10)."""

    home_on: date | None = None
    at_home: bool = True
    home_missed_on: date | None = None
    half: tuple[date, Half] | None = None
    half_missed_on: date | None = None
    arrival_on: date | None = None
    expected_at: datetime | None = None
    arrival_missed_on: date | None = None
    install_on: date | None = None
    install_missed_on: date | None = None
    notes: Mapping[str, str] = field(default_factory=dict)
    """What was noted of the call that reached him, by kind of call."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The newest reservation of a day that the job has taken, by the day's version at which it was given."""

    depot: str
    on: date
    day_version: int


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done, for whom, since when. `overdue`: K9 was missed and told. `taken`: of which days it had
    places, so that a reservation that was taken and left since is known when it is told again."""

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
    promised_on: date | None = None
    told: Told = Told()
    ticket_id: str | None = None
    summary: str = ""
    opened_at: datetime | None = None
    taken: tuple[Taken, ...] = ()
    deposited: tuple[GoodsLine, ...] = ()
    """What lies in deposit (寄存, B14) and is taken up there."""
    depot: str = MAIN
    """Whose crews do it (D17)."""


@dataclass(frozen=True, slots=True)
class Booking:
    """The day agreed on the phone. `partial`: agreed although the goods were not complete (A3)."""

    on: date
    half: Half | None
    checklist: facts.Checklist
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
    home_due: datetime | None = None
    install_call_due: datetime | None = None


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
    half_day_due: datetime | None = None
    arrival_call_due: datetime | None = None


@dataclass(frozen=True, slots=True)
class PickUp:
    """待自提 (A11): the customer comes on a day; in no plan. `partial`: a part that a supervisor sent ahead (A3)."""

    work: Work
    on: date
    partial: bool
    list_no: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Consent:
    """What the office agreed to for a stop that is not deliverable (B14)."""

    goods: Literal["returned", "deposited"]
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reported:
    """What the office was told of a stop that is not deliverable (B14)."""

    cause: str
    customer_reached: bool
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """在途. `loaded`: what is on the vehicle; `reported`: what the office was told of a stop that is not deliverable;
    `cancelled`: the contract is no more (A6)."""

    work: Work
    place: Place
    leader: str
    loaded: tuple[GoodsLine, ...] = ()
    arrival_call_due: datetime | None = None
    is_arrived: bool = False
    reported: Reported | None = None
    consent: Consent | None = None
    cancelled: str | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """Where and with whom a job that is over stood in the plan, and until when: calls before may be told late (X1).

    Without leader: the plan was not published.
    """

    place: Place
    leader: str | None
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """What of a delivery the customer took, sent back whole, and sent back broken: each piece that left, once."""

    delivered: tuple[GoodsLine, ...]
    refused: tuple[GoodsLine, ...] = ()
    damaged: tuple[GoodsLine, ...] = ()

    @property
    def all(self) -> tuple[tuple[GoodsLine, ...], ...]:
        """The three, in this order."""
        return (self.delivered, self.refused, self.damaged)

    def more(self, other: "Counts", part: int) -> Counter[int]:
        """Pieces by line that the `part`th of the three has more than another's; below 0, fewer."""
        found: Counter[int] = Counter()
        for lines, sign in ((self.all[part], 1), (other.all[part], -1)):
            for line in lines:
                found[line.line_no] += sign * line.quantity
        return found

    def what_is_more(self, other: "Counts", part: int) -> tuple[GoodsLine, ...]:
        """The lines of which it has more, with as many pieces."""
        more = self.more(other, part)
        lines = {line.line_no: line for line in self.all[part]}
        return tuple(
            line.model_copy(update={"quantity": more[number]}) for number, line in lines.items() if more[number] > 0
        )

    def same(self, other: "Counts") -> bool:
        """Whether both say the same."""
        return not any(any(self.more(other, part).values()) for part in range(3))


@dataclass(frozen=True, slots=True)
class WrongDelivery:
    """A correction of what was signed for (D16): how it was, and how it had been typed."""

    correction_no: str
    right: Counts
    was: Counts
    reason: str
    asked_by: str
    at: datetime
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivered:
    """已签收. `corrections`: the one that waits for a second person, and those that were agreed to (D16)."""

    work: Work
    delivered: tuple[GoodsLine, ...]
    signature_ref: str
    stop: Stop | None = None
    signed_by: str = ""
    cash_fen: int = 0
    refused: tuple[GoodsLine, ...] = ()
    damaged: tuple[GoodsLine, ...] = ()
    picked_up: bool = False
    """Collected by the customer (A11)."""
    corrections: Proposals[WrongDelivery] = field(default_factory=Proposals)

    @property
    def counts(self) -> Counts:
        """What was signed for."""
        return Counts(self.delivered, self.refused, self.damaged)


@dataclass(frozen=True, slots=True)
class Failed:
    """未送成; may be booked again."""

    work: Work
    cause: str
    goods: Literal["returned", "deposited"]
    stop: Stop | None = None


@dataclass(frozen=True, slots=True)
class Installed:
    """已安装."""

    work: Work
    accepted_by: str
    stop: Stop | None = None


@dataclass(frozen=True, slots=True)
class Visited:
    """上门已结束."""

    work: Work
    stop: Stop | None = None


@dataclass(frozen=True, slots=True)
class Cancelled:
    """已取消 (A6). `stop`: where it came back from, if it was on the road; `settled`: nothing was owed any more."""

    work: Work
    reason: str
    stop: Stop | None = None
    settled: bool = False


Opened = (
    Waiting | Booked | Scheduled | Published | PickUp | OnTheWay | Delivered | Failed | Installed | Visited | Cancelled
)

Job = Unopened | Opened

INITIAL: Job = Unopened()

STATES = (
    Unopened,
    Waiting,
    Booked,
    Scheduled,
    Published,
    PickUp,
    OnTheWay,
    Delivered,
    Failed,
    Installed,
    Visited,
    Cancelled,
)


Decision = tuple[JobEvent, ...] | Rejected


def is_departed(job: Opened) -> bool:
    """Whether the job's goods are, or were, on the road, or it is over; a failed delivery is to be arranged anew."""
    match job:
        case OnTheWay() | Delivered() | Installed() | Visited() | Cancelled():
            return True
        case Waiting() | Booked() | Scheduled() | Published() | PickUp() | Failed():
            return False
    assert_never(job)


def booking_of(job: Opened) -> Booking | None:
    """The agreement with the customer that is in force."""
    return job.booking if isinstance(job, Booked | Scheduled | Published) else None


def place_of(job: Opened) -> Place | None:
    """The slot that the job holds and could give up."""
    return job.place if isinstance(job, Scheduled | Published) else None


def stop_of(job: Opened, at: datetime) -> tuple[Place, str] | None:
    """Place and leader of the published stop that the job was at `at`; also of one that ended since (X1)."""
    match job:
        case Published() | OnTheWay():
            return job.place, job.leader
        case Delivered() | Failed() | Installed():
            stop = job.stop
            return None if stop is None or stop.leader is None or at >= stop.ended_at else (stop.place, stop.leader)
        case Waiting() | Booked() | Scheduled() | PickUp() | Visited() | Cancelled():
            return None
    assert_never(job)


def left(job: Opened, reason: str, at: datetime) -> tuple[facts.StopUnscheduled, ...]:
    """The job's slot is given up, if it has one."""
    place = place_of(job)
    if place is None:
        return ()
    return (
        facts.StopUnscheduled(
            at=at,
            job_id=job.work.job_id,
            reason=reason,
            depot=place.depot,
            on=place.on,
            day_version=place.day_version,
        ),
    )


def stop_ended(job: Opened, at: datetime) -> Stop | None:
    """The stop that ended with the job."""
    if isinstance(job, Scheduled):
        return Stop(job.place, None, at)
    return Stop(job.place, job.leader, at) if isinstance(job, Published | OnTheWay) else None
