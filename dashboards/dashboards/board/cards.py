"""Cards of the dispatch board: one job as a viewer may see it, what is wrong with it and what it lacks. Pure.

Rules shown: A3, B1, B2 (lacks), B6, K8, K9 (risks), B8 (places), C18 (who may read a customer).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from company.masking import customer_for, phone_masked
from company.roles import Role
from contracts.civil_time import civil_day
from contracts.dispatch_calls import ArrivalCalled, HalfDayTold, HomeConfirmed, InstallCallMade, TroubleReported
from contracts.dispatch_days import CrewOfDay, Slot
from contracts.dispatch_road import FailureConsented, StopUndeliverable
from contracts.fact import Customer, Fact, JobKind
from contracts.job_ids import delivery_of
from dashboards.board.view import Card, Place, Risk, Say, Span, Status
from dispatch.day.state import Held
from dispatch.job.row import Call, JobFile, JobRow
from dispatch.who import CREW, PLANS, PLANS_VISITS
from order.contract.row import ContractRow

NO_MONEY = frozenset({Role.WAREHOUSE, Role.QC, Role.CREW, Role.TECHNICIAN})
"""Who is not shown what a customer still owes."""

WARN_DAYS = 2
"""A promise that close before the board's day is marked: one planning day is left to keep it."""
WARN_BEFORE_END = timedelta(minutes=30)
"""A stop on the road is marked when its promised window ends that soon."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: role id, the crew by day of somebody on the road, for a store the numbers of its contracts."""

    role: str
    crews: Mapping[date, str | None] = field(default_factory=dict)
    contracts: frozenset[str] | None = None
    """None: may see every contract."""
    past: bool = False
    """The board of a moment that is over (X2): nothing can be moved on it."""
    looks: bool = False
    """The board of several depots (D17): each is planned on its own."""

    @property
    def plans(self) -> bool:
        """Whether this person may plan this board (B4)."""
        return not (self.past or self.looks) and self.role in PLANS

    def moves(self, kind: JobKind) -> bool:
        """Whether this person may give jobs of a kind their place."""
        if self.past or self.looks:
            return False
        return self.role in (PLANS_VISITS if kind == "visit" else PLANS)

    def sees_lane(self, crew: str, on: date) -> bool:
        """Whether this person may see a crew's stops of a day: people on the road where they work that day (C18)."""
        return self.role not in CREW or self.crews.get(on) == crew

    def sees(self, contract_no: str) -> bool:
        """Whether this person may see the cards of a contract."""
        return self.contracts is None or contract_no in self.contracts


def placed(job: JobFile | None, held: Held, crew: CrewOfDay, *, on: date, now: datetime, viewer: Viewer) -> Card:
    """A card in its slot. The job's row may be a moment behind the day's: then the slot says what is known.

    A job that failed here and was booked anew has left for good, but this day keeps showing what came of it.
    """
    slot = held.slot
    failure = None if job is None else next((told for day, told in job.failures() if day == on), None)
    here = job is not None and job.row.on == on
    status: Status = status_of(job) if job is not None and here else "plan" if failure is None else "fail"
    window = Span(starts=slot.window.starts, ends=slot.window.ends)
    place = {
        "seq": slot.position,
        "window": window,
        "vehicle": crew.vehicle,
        "place": Place(on=on, crew=slot.crew, half=slot.half, position=slot.position),
        "held": not held.confirmed,
    }
    if job is None:
        return _unknown(slot, viewer).model_copy(
            update={**place, "risk": window_risk(slot.kind, window, now), "movable": viewer.moves(slot.kind)}
        )
    cause = job.row.cause if here else None if failure is None else failure.cause
    return _card(job, viewer, status=status).model_copy(
        update={
            **place,
            "risk": placed_risk(job, status, window, cause=cause or "", on=on, now=now),
            "movable": viewer.moves(job.row.kind) and status in {"plan", "pub"},
        }
    )


def status_of(job: JobFile) -> Status:
    """How far a job in a slot is, as the board marks it."""
    if job.row.status == "cancelled" or (job.row.status == "way" and job.cancelled is not None):
        return "cancel"  # also while the goods are still to come back
    if job.row.status == "pickup":
        return "wait"
    return "site" if job.row.status == "way" and job.row.arrived else job.row.status


def _unknown(slot: Slot, viewer: Viewer) -> Card:
    """A card of which nothing is known but its slot."""
    nobody = customer_for(viewer.role, Customer.model_construct(name="…", phone="", address="", district=""))
    money = viewer.role not in NO_MONEY and slot.kind == "delivery"
    return Card(
        **dict(nobody),
        job_id=slot.job_id,
        contract_no="",
        kind=slot.kind,
        status="plan",
        rev=0,
        lines=0,
        goods="",
        volume_l=slot.volume_l,
        amount_due_fen=0 if money else None,
        promised_on=None,
        wanted_on=None,
        wanted_half=None,
    )


def _card(job: JobFile, viewer: Viewer, *, status: Status) -> Card:
    row, agreed = job.row, job.agreed
    delivery = row.kind == "delivery"
    return Card(
        **dict(_seen(row.customer, viewer)),
        job_id=row.job_id,
        contract_no=row.contract_no,
        kind=row.kind,
        status=status,
        rev=row.version,
        lines=len(row.lines),
        goods="" if delivery else row.summary or _goods(row),
        volume_l=row.volume_l,
        amount_due_fen=row.amount_due_fen if delivery and viewer.role not in NO_MONEY else None,
        promised_on=row.promised_on,
        wanted_on=wanted_on(job),
        wanted_half=None if agreed is None else agreed.half,
    )


def _seen(customer: Customer, viewer: Viewer) -> Customer:
    """The customer as this viewer may see him; on the board phone numbers are masked for everybody (C18)."""
    return customer_for(viewer.role, phone_masked(customer))


def _goods(row: JobRow) -> str:
    return "、".join(f"{line.name} {line.quantity}" for line in row.lines[:2])


def window_risk(kind: JobKind, window: Span, now: datetime) -> Risk | None:
    """The promised window is over (K8)."""
    if now <= window.ends or kind != "delivery":
        return None
    return Risk(level="late", say=Say(code="risk.window_over", facts=_minutes(now - window.ends)))


def placed_risk(job: JobFile, status: Status, window: Span, *, cause: str, on: date, now: datetime) -> Risk | None:
    """The first thing that is wrong with a card in a slot: failed, past its time (K8, K9), short of goods (B6)."""
    row = job.row
    if status == "fail":
        return Risk(level="late", say=Say(code="risk.failed", facts={"cause": cause}))
    if status in {"done", "cancel"}:
        return None
    trouble = _trouble(job.trouble)
    if trouble is not None:
        return Risk(level="late", say=trouble)
    due = row.due_at if row.kind == "installation" else None
    if due is not None and (row.overdue or now > due):
        return Risk(level="late", say=Say(code="risk.install_overdue"))
    over = window_risk(row.kind, window, now)
    if over is not None:
        return over
    told = job.warehouse
    if told is not None and not told.ready:
        return Risk(level="warn", say=Say(code="risk.short", facts={"note": told.note}))
    if row.complete_on is None and row.kind == "delivery":
        return Risk(level="warn", say=Say(code="risk.incomplete"))
    call = _call_due(job, now)
    if call is not None:
        return call
    if status in {"way", "site"} and window.ends - now < WARN_BEFORE_END:
        return Risk(level="warn", say=Say(code="risk.window_ends", facts=_minutes(window.ends - now)))
    if due is not None and window.ends > due:
        return Risk(level="warn", say=Say(code="risk.install_late"))
    if row.promised_on is not None and row.kind == "delivery" and on > row.promised_on:
        return Risk(level="warn", say=Say(code="risk.after_promise", facts={"days": (on - row.promised_on).days}))
    return None


def _trouble(told: Fact | None) -> Say | None:
    """What the leader told (B7), or that the office is asked about the goods (B14)."""
    match told:
        case TroubleReported():
            return Say(code=f"risk.trouble.{told.cause}", facts={"note": told.note})
        case StopUndeliverable():
            return Say(code="risk.trouble.undeliverable", facts={"note": told.cause})
        case FailureConsented():
            return Say(code="risk.trouble.consented", facts={"note": told.note})
        case _:
            return None


@dataclass(frozen=True, slots=True)
class CallOwed:
    """A call that a stop's customer is owed (K3, K5, K6, K10), and while which status a card shows it."""

    name: str
    kind: type[Call]
    shown: frozenset[str]

    def due(self, job: JobFile) -> datetime | None:
        """When it is owed at the latest."""
        match self.name:
            case "home":
                return job.row.home_due
            case "install_call":
                return job.row.install_call_due
            case "half_day":
                return None if job.issue is None else job.issue.half_day_due
            case _:
                return None if job.issue is None else job.issue.arrival_call_due


HOME = CallOwed("home", HomeConfirmed, frozenset({"plan", "pub"}))
INSTALL_CALL = CallOwed("install_call", InstallCallMade, frozenset({"plan", "pub"}))
ARRIVAL_CALL = CallOwed("arrival_call", ArrivalCalled, frozenset({"pub", "way"}))
HALF_DAY = CallOwed("half_day", HalfDayTold, frozenset({"pub"}))
CALLS_OWED = (HOME, INSTALL_CALL, ARRIVAL_CALL, HALF_DAY)
WARN_BEFORE_CALL = timedelta(hours=2)


def _call_due(job: JobFile, now: datetime) -> Risk | None:
    """A call that is owed soon or overdue; or that nobody will be home."""
    for owed in CALLS_OWED:
        if job.reached(owed.kind):
            told = job.said.told(owed.kind)
            if isinstance(told, HomeConfirmed) and not told.at_home:
                return Risk(level="late", say=Say(code="risk.not_home", facts={"note": told.note}))
            continue
        due = owed.due(job)
        if due is None or status_of(job) not in owed.shown:
            continue
        facts: dict[str, str | int] = {"at": due.isoformat()}
        if now > due:
            return Risk(level="late", say=Say(code=f"risk.call_over.{owed.name}", facts=facts))
        if due - now < WARN_BEFORE_CALL:
            return Risk(level="warn", say=Say(code=f"risk.call_due.{owed.name}", facts=facts | _minutes(due - now)))
    return None


def _minutes(span: timedelta) -> dict[str, str | int]:
    return {"minutes": int(span.total_seconds() // 60)}


def wanted_on(job: JobFile) -> date | None:
    """The day agreed with the customer, else the day by which it is owed (B10)."""
    if job.agreed is not None:
        return job.agreed.on
    return None if job.row.due_at is None else civil_day(job.row.due_at)


def lacks(row: JobRow) -> tuple[Say, ...]:
    """What stands between a job and a slot: goods (A3, unless overridden), a ready site (B2), a booking (B1)."""
    found = []
    if row.kind == "delivery" and row.complete_on is None and not row.partial:
        found.append(Say(code="lack.goods"))
    if row.call_back_on is not None:
        found.extend(Say(code=f"lack.site.{item}") for item in row.missing)
        found.append(Say(code="lack.call_back", facts={"on": row.call_back_on.isoformat()}))
    elif row.kind == "delivery" and row.booked_on is None:
        found.append(Say(code="lack.booking"))
    return tuple(found)


def waiting_card(job: JobFile, *, on: date, now: datetime, viewer: Viewer) -> Card:
    """A card of a job that waits for a slot."""
    row, missing = job.row, lacks(job.row)
    return _card(job, viewer, status="wait").model_copy(
        update={
            "lacks": missing,
            "risk": waiting_risk(row, on=on, now=now),
            "movable": viewer.moves(row.kind) and not missing,
        }
    )


def waiting_risk(row: JobRow, *, on: date, now: datetime) -> Risk | None:
    """Amber while the promise is near, red once it has passed; for an installation its two days (K9)."""
    if row.kind == "installation" and row.due_at is not None:
        late = row.overdue or now > row.due_at
        return Risk(level="late", say=Say(code="risk.install_overdue")) if late else None
    return promise_risk(row.promised_on, on) if row.kind == "delivery" else None


def promise_risk(promised_on: date | None, on: date) -> Risk | None:
    """How near a promised day is to the board's."""
    if promised_on is None:
        return None
    left = (promised_on - on).days
    if left < 0:
        return Risk(level="late", say=Say(code="risk.promise_over", facts={"days": -left}))
    if left == 0:
        return Risk(level="warn", say=Say(code="risk.promise_day"))
    return Risk(level="warn", say=Say(code="risk.promise_near", facts={"days": left})) if left <= WARN_DAYS else None


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A contract whose goods are not complete; `rev` is its version."""

    row: ContractRow
    rev: int


def contract_card(waits: Incomplete, viewer: Viewer, *, on: date) -> Card:
    """How many of its lines are here, and when the rest comes (A3)."""
    contract = waits.row
    awaited = [line for line in contract.lines if line.missing]
    etas = [line.why.eta for line in awaited if line.why is not None and line.why.eta is not None]
    late = any(line.delay is not None for line in awaited)
    figures: dict[str, str | int] = {"here": len(contract.lines) - len(awaited), "of": len(contract.lines)}
    goods = Say(code="lack.lines_delayed" if late else "lack.lines", facts=figures)
    eta = (Say(code="lack.eta", facts={"on": max(etas).isoformat()}),) if etas else ()
    return Card(
        **dict(_seen(contract.customer, viewer)),
        job_id=delivery_of(contract.contract_no, contract.part),
        contract_no=contract.contract_no,
        kind="delivery",
        status="wait",
        rev=waits.rev,
        lines=len(awaited),
        goods="",
        volume_l=0,
        amount_due_fen=0 if viewer.role not in NO_MONEY else None,
        promised_on=contract.promised_on,
        wanted_on=None,
        wanted_half=None,
        lacks=(goods, *eta),
        risk=promise_risk(contract.promised_on, on),
    )
