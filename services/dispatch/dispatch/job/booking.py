"""Booking (预约): the call to the customer, its site checklist and the day that is agreed (A3, A8, B1, B2, B10)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal, assert_never

from pydantic import BaseModel

from company.business_calendar import service_calendar
from company.business_time import days_before
from company.context import Context
from company.policy import Policy
from company.reasons import BOOKED_ANEW, SENT_AHEAD, SITE_NOT_READY
from contracts import dispatch_jobs as facts
from contracts.bounds import CivilDay, Few, Words
from contracts.civil_time import civil_day, days_later, end_of_day
from contracts.dispatch import JobEvent
from contracts.fact import ContractLine, Customer, Half, JobKind, Measure
from contracts.job_ids import contract_of, delivery_of
from dispatch.fields import happened
from dispatch.job.state import (
    Booked,
    Booking,
    Cancelled,
    Decision,
    Delivered,
    Failed,
    Installed,
    OnTheWay,
    Opened,
    PickUp,
    Published,
    Scheduled,
    Visited,
    Waiting,
    Work,
    booking_of,
    left,
    place_of,
)
from dispatch.job.terms import OpenJob, volume_of
from dispatch.refusals import no
from dispatch.who import OFFICE, SUPERVISOR
from runtime.decision import Command
from runtime.refusal import Term
from runtime.typed_rows import ByName
from runtime.use_case import Asker, UseCase


class BookInstallation(Command):
    """预约 Book a day with the customer (B1, B2)

    The call with its checklist. All ready: give `on`. Any "no": give `call_back_on`, and the job waits.
    """

    command: Literal["BookInstallation"] = "BookInstallation"
    checklist: facts.Checklist
    on: CivilDay | None = None
    half: Half | None = None
    call_back_on: CivilDay | None = None
    override_reason: Words | None = None
    remarks: Annotated[tuple[facts.SiteRemark, ...], Few(1_000)] = ()
    """Why an item is a "no" (B2)."""
    consent: facts.LaterDayConsent | None = None
    """The customer's, to a day that is later than was promised (A8)."""
    opens: OpenJob | None = None
    """What is here of a contract that is not complete, and whose it is (A3): the supervisor sends it ahead."""


CHECKLIST_ZH = {
    "switch_panels": "开关面板",
    "angle_valves": "角阀",
    "ceiling": "吊顶",
    "water_power": "水电",
    "gas": "燃气",
    "kitchen_cleared": "厨房清空",
}


def book(command: BookInstallation, job: Opened, ctx: Context) -> Decision:
    """预约: the call with the customer; the day is agreed, or the site is not ready and a call back is due.

    Rules: B1 (days ahead; less only by a supervisor with a reason), B2 (checklist), A3 (complete goods only, or the
    supervisor's partial delivery, of what is here), A8 (later than promised only with the customer's consent, whoever
    asks; the contract's promise follows it). Installations and visits are not bound by B1: they follow a delivery or a
    ticket. A booking of another day, or a "no" on site, takes the job out of its slot. Booking the same again is no
    event.
    """
    at = happened(command, ctx)
    match job:
        case OnTheWay() | Delivered() | Installed() | Visited():
            return no("too_late_to_book", job_id=job.work.job_id)
        case PickUp():
            return no("to_be_picked_up", job_id=job.work.job_id, on=job.on)
        case Cancelled():
            return no("cancelled", job_id=job.work.job_id, reason=Term.of(job.reason))
        case Waiting() | Booked() | Scheduled() | Published() | Failed():
            missing = missing_on_site(command.checklist)
            return wait_for_site(command, missing, job, at, ctx) if missing else agree(command, job, at, ctx)
    assert_never(job)


Bookable = Waiting | Booked | Scheduled | Published | Failed


def wait_for_site(
    command: BookInstallation, missing: tuple[str, ...], job: Bookable, at: datetime, ctx: Context
) -> Decision:
    """B2: a "no" on the checklist; the customer is called back on a day within the policy's time."""
    days = ctx.policy.call_back_within_days
    called_on, back_on = civil_day(at), command.call_back_on
    if back_on is None or not 0 <= (back_on - called_on).days <= days:
        return no("call_back_missing", missing=on_site(missing), called_on=called_on, within_days=days)
    if isinstance(job, Waiting) and (job.missing, job.call_back_on) == (missing, back_on):
        return ()
    waiting = facts.SiteNotReady(
        at=at,
        job_id=job.work.job_id,
        missing=missing,
        call_back_on=back_on,
        checklist=command.checklist,
        remarks=tuple(one for one in command.remarks if one.item in missing),
    )
    return (*left(job, SITE_NOT_READY, at), waiting)


def agree(command: BookInstallation, job: Bookable, at: datetime, ctx: Context) -> Decision:
    """B1: a day is agreed on the phone."""
    work, on, called_on = job.work, command.on, civil_day(at)
    known = booking_of(job)
    if on is None:
        return no("day_missing")
    by_supervisor = command.override_reason is not None and ctx.role in SUPERVISOR
    bound = work.kind == "delivery"
    incomplete = bound and work.complete_on is None
    is_same = known is not None and (known.on, known.half, known.checklist) == (on, command.half, command.checklist)
    if known is not None and is_same and (known.partial or not incomplete):
        return sent_ahead(command.opens, work, at, ctx.policy) if incomplete else ()
    if on < called_on:
        return no("day_in_the_past", on=on, called_on=called_on)
    if incomplete and not by_supervisor:
        return no("not_complete", contract_no=work.contract_no)
    earliest = earliest_day(at, ctx.policy)
    short = bound and on < earliest and (known is None or known.on != on)
    if short and not by_supervisor:
        return no("notice_too_short", on=on, called_on=called_on, earliest=earliest)
    late = bound and work.promised_on is not None and on > work.promised_on
    if late and command.consent is None:
        return no("later_than_promised", on=on, promised_on=work.promised_on)
    part = sent_ahead(command.opens, work, at, ctx.policy) if incomplete else ()
    booked = facts.InstallationBooked(
        at=at,
        job_id=work.job_id,
        on=on,
        half=command.half,
        checklist=command.checklist,
        install_due=install_due(on, part[0].lines or () if part else work.lines, ctx.policy) if bound else work.due_at,
        override_reason=command.override_reason if incomplete or short else None,
        booking_due=booking_due(work.kind, on, ctx.policy),
        kind=work.kind,
        contract_no=work.contract_no,
        customer=work.customer,
        rebooked=known is not None and known.on != on,
        consent=command.consent if late else None,
    )
    place = place_of(job)
    moved = left(job, BOOKED_ANEW, at) if place is not None and place.on != on else ()
    return (*moved, *part, booked)


def sent_ahead(
    opens: OpenJob | None, work: Work, at: datetime, policy: Policy
) -> tuple[facts.JobCompletenessChanged, ...]:
    """The job is for what is here, if it was for more, or less (A3)."""
    if opens is None or opens.lines == work.lines:
        return ()
    return (
        facts.JobCompletenessChanged(
            at=at,
            job_id=work.job_id,
            complete_on=None,
            reason=SENT_AHEAD,
            lines=opens.lines,
            volume_l=volume_of(opens.lines, policy),
        ),
    )


class LineHere(BaseModel):
    """A line of the contract's row, as far as a partial delivery needs it."""

    line_no: int
    sku: str
    name: str
    spec: str
    category: str
    unit_price_fen: int
    to_install: bool
    measure: Measure | None = None
    deliverable: int


class Incomplete(BaseModel):
    """The order service's row of a contract, as far as a partial delivery needs it."""

    customer: Customer
    lines: tuple[LineHere, ...]
    owed_fen: int
    promised_on: date
    part: int
    complete: bool


class Delivers(BaseModel):
    """The warehouse's row of a contract's goods: which depot delivers it (D17)."""

    depot: str


INCOMPLETE, DELIVERS = ByName("contracts", Incomplete), ByName("goods", Delivers)


async def of_what_is_here(asker: Asker, job_id: str, body: Command) -> BookInstallation:
    """The booking; of a contract that is not complete, and by the supervisor with a reason, for what is here (A3), from
    the depot that delivers it (D17)."""
    command = BookInstallation(**dict(body))
    number = contract_of(job_id)
    if asker.role not in SUPERVISOR or command.override_reason is None or number is None:
        return command
    contract = await asker.view(INCOMPLETE).get(number)
    if contract is None or contract.complete or job_id != delivery_of(number, contract.part):
        return command
    lines = tuple(
        ContractLine(quantity=line.deliverable, **line.model_dump(exclude={"deliverable"}))
        for line in contract.lines
        if line.deliverable
    )
    if not lines:
        return asker.refuse(no("nothing_here", contract_no=number))
    goods = await asker.view(DELIVERS).get(number)
    opens = OpenJob(
        at=command.at,
        job_id=job_id,
        kind="delivery",
        contract_no=number,
        customer=contract.customer,
        lines=lines,
        amount_due_fen=contract.owed_fen,
        promised_on=contract.promised_on,
        depot="" if goods is None else goods.depot,
    )
    return command.model_copy(update={"opens": opens})


def missing_on_site(checklist: facts.Checklist) -> tuple[str, ...]:
    """The items of the checklist that are answered "no", by field name, in the order of the call (B2)."""
    return tuple(item for item in CHECKLIST_ZH if not getattr(checklist, item))


def on_site(missing: Iterable[str]) -> Term:
    """What is missing on site, as people say it; beside the words by field name."""
    items = tuple(missing)
    return Term("、".join(CHECKLIST_ZH[item] for item in items), ", ".join(items), ",".join(items))


def earliest_day(called_at: datetime, policy: Policy) -> date:
    """The first day that may be agreed in a call at `called_at` (B1: calendar or working days, by the policy)."""
    called_on = civil_day(called_at)
    day = days_later(called_on, policy.booking_days_ahead)
    while last_booking_day(day, policy) < called_on:
        day += timedelta(days=1)
    return day


def last_booking_day(on: date, policy: Policy) -> date:
    """The last day on which a stop of `on` may be booked (B1)."""
    return days_before(on, policy.booking_days_ahead, service_calendar(policy), policy.booking_days_counting)


def booking_due(kind: JobKind, on: date, policy: Policy) -> datetime:
    """By when the booking was owed: 3 days before a delivery (K2); what is not bound by B1, by the day itself."""
    return end_of_day(last_booking_day(on, policy) if kind == "delivery" else on)


def install_due(delivered_on: date, lines: Iterable[ContractLine], policy: Policy) -> datetime | None:
    """Until when installation is owed (B10, K9): the end of the second day; None when nothing is installed."""
    if not any(line.to_install for line in lines):
        return None
    return end_of_day(days_later(delivered_on, policy.install_within_days))


def install_by(delivered_on: date, lines: Iterable[ContractLine], policy: Policy) -> date | None:
    """The last day of the installation, as the customer is told it (B3, B10); None when nothing is installed."""
    if not any(line.to_install for line in lines):
        return None
    return days_later(delivered_on, policy.install_within_days)


Event = facts.InstallationBooked | facts.SiteNotReady


def evolve(job: Opened, event: Event) -> Opened:
    """The job after the call."""
    work = job.work
    match event:
        case facts.InstallationBooked():
            booking = Booking(event.on, event.half, event.checklist, partial=work.complete_on is None)
            return replace(job, booking=booking) if isinstance(job, Scheduled | Published) else Booked(work, booking)
        case facts.SiteNotReady():
            return Waiting(work, event.missing, event.call_back_on)
    assert_never(event)


USE_CASES: tuple[UseCase[Any, Any, JobEvent], ...] = (
    UseCase(
        BookInstallation,
        book,
        OFFICE,
        "booking",
        body="BookInstallation",
        unsaid=("opens",),
        prepare=of_what_is_here,
    ),
)
