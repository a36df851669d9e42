"""Booking (预约): the call to the customer, with the site checklist and the day that is agreed (B1, B2, A3)."""

from datetime import datetime
from typing import Annotated, Literal, assert_never

from company.context import Context
from contracts.bounds import CivilDay, Few
from contracts.civil_time import civil_day
from contracts.dispatch_jobs import Checklist, InstallationBooked, SiteNotReady, SiteRemark
from contracts.fact import Half
from dispatch.domain import job_refusals as no
from dispatch.domain.booking_rules import booking_due, earliest_day, install_due, missing_on_site
from dispatch.domain.job_state import (
    Booked,
    Cancelled,
    Decision,
    Delivered,
    Failed,
    Installed,
    OnTheWay,
    Opened,
    Published,
    Scheduled,
    Visited,
    Waiting,
    booking_of,
    left,
    place_of,
)
from dispatch.domain.words import Words
from runtime.decision import Command


class BookInstallation(Command):
    """预约 (B1, B2): the call to the customer, with its checklist; `on` when the site is ready, else `call_back_on`."""

    command: Literal["BookInstallation"] = "BookInstallation"
    checklist: Checklist
    on: CivilDay | None = None
    half: Half | None = None
    call_back_on: CivilDay | None = None
    override_reason: Words | None = None
    remarks: Annotated[tuple[SiteRemark, ...], Few(1_000)] = ()
    """Why an item is a "no" (B2)."""


def book(command: BookInstallation, job: Opened, at: datetime, ctx: Context) -> Decision:
    """预约: the call with the customer; the day is agreed, or the site is not ready and a call back is due.

    Rules: B1 (days ahead; less only by a supervisor with a reason), B2 (checklist), A3 (complete goods only, or the
    supervisor's partial delivery). Installations and visits are not bound by B1: they follow a delivery or a ticket.
    A booking of another day, or a "no" on site, takes the job out of its slot. Booking the same again is no event.
    """
    match job:
        case OnTheWay() | Delivered() | Installed() | Visited():
            return no.too_late_to_book(job.work.job_id)
        case Cancelled():
            return no.cancelled(job.work.job_id, job.reason)
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
        return no.call_back_missing(missing, called_on, days)
    if isinstance(job, Waiting) and (job.missing, job.call_back_on) == (missing, back_on):
        return ()
    waiting = SiteNotReady(
        at=at,
        job_id=job.work.job_id,
        missing=missing,
        call_back_on=back_on,
        checklist=command.checklist,
        remarks=tuple(one for one in command.remarks if one.item in missing),
    )
    return (*left(job, "现场未备好 site not ready", at), waiting)


def agree(command: BookInstallation, job: Bookable, at: datetime, ctx: Context) -> Decision:
    """B1: a day is agreed on the phone."""
    work, on, called_on = job.work, command.on, civil_day(at)
    known = booking_of(job)
    if on is None:
        return no.day_missing()
    if known is not None and (known.on, known.half, known.checklist) == (on, command.half, command.checklist):
        return ()
    if on < called_on:
        return no.day_in_the_past(on, called_on)
    by_supervisor = command.override_reason is not None and ctx.role == "install_supervisor"
    bound = work.kind == "delivery"
    incomplete = bound and work.complete_on is None
    if incomplete and not by_supervisor:
        return no.not_complete(work.contract_no)
    earliest = earliest_day(at, ctx.policy)
    short = bound and on < earliest and (known is None or known.on != on)
    if short and not by_supervisor:
        return no.notice_too_short(on, called_on, earliest)
    booked = InstallationBooked(
        at=at,
        job_id=work.job_id,
        on=on,
        half=command.half,
        checklist=command.checklist,
        install_due=install_due(on, work.lines, ctx.policy) if bound else work.due_at,
        override_reason=command.override_reason if incomplete or short else None,
        booking_due=booking_due(work.kind, on, ctx.policy),
        kind=work.kind,
        contract_no=work.contract_no,
        customer=work.customer,
        rebooked=known is not None and known.on != on,
    )
    place = place_of(job)
    moved = left(job, "改约 booked for another day", at) if place is not None and place.on != on else ()
    return (*moved, booked)
