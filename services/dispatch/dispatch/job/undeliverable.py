"""A stop that is not deliverable (B14): the customer is called, the office agrees, and only then the goods go back."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, assert_never

from company.context import Context
from contracts import dispatch_jobs as facts
from contracts import dispatch_road as road
from contracts.bounds import ManyLines, Words
from contracts.dispatch import JobEvent
from contracts.dispatch_door import Photos
from contracts.fact import GoodsLine
from dispatch.fields import happened
from dispatch.job.state import (
    Booked,
    Cancelled,
    Consent,
    Decision,
    Delivered,
    Failed,
    Installed,
    OnTheWay,
    Opened,
    PickUp,
    Published,
    Reported,
    Scheduled,
    Visited,
    Waiting,
    stop_ended,
)
from dispatch.refusals import no
from dispatch.who import DELIVERS, OFFICE
from dispatch.words import GOODS_ZH
from runtime.decision import Command, said_again
from runtime.refusal import Term
from runtime.use_case import UseCase


class ReportUndeliverable(Command):
    """送不成，报办公室 Report a stop that cannot be delivered (B14)

    The customer was called; the office decides what becomes of the goods.
    """

    command: Literal["ReportUndeliverable"] = "ReportUndeliverable"
    cause: Words
    customer_reached: bool
    photos: Photos = ()


class ConsentToFailure(Command):
    """办公室同意 The office consents to return or deposit (B14)

    Where the goods go.
    """

    command: Literal["ConsentToFailure"] = "ConsentToFailure"
    goods: Literal["returned", "deposited"]
    note: ManyLines = ""


class FailDelivery(Command):
    """未送成 (B14): not deliverable; where the goods go, as the office agreed in a session of its own (B23).

    `consent_by` may repeat who did, and names nobody else. Deposited goods need the signature of who keeps them.
    """

    command: Literal["FailDelivery"] = "FailDelivery"
    cause: Words
    goods: Literal["returned", "deposited"]
    consent_by: Words | None = None
    customer_reached: bool | None = None
    signature_ref: Words | None = None
    photos: Photos = ()


def report_undeliverable(command: ReportUndeliverable, job: Opened, ctx: Context) -> Decision:
    """送不成, 报办公室. The same again is no event; another cause, or that the customer was reached meanwhile, is told.

    Refuses: already_over, not_on_the_way, said_otherwise (another cause, once it has failed; X7).
    """
    at = happened(command, ctx)
    told = Reported(command.cause, command.customer_reached, command.photos)
    match job:
        case OnTheWay() if job.reported == told:
            return ()
        case OnTheWay():
            return (
                road.StopUndeliverable(
                    at=at,
                    job_id=job.work.job_id,
                    contract_no=job.work.contract_no,
                    crew=job.place.crew,
                    leader=job.leader,
                    cause=command.cause,
                    customer_reached=command.customer_reached,
                    photos=command.photos,
                ),
            )
        case Failed():
            return said_again(job.cause, command.cause)
        case Cancelled():
            return no("cancelled", job_id=job.work.job_id, reason=Term.of(job.reason))
        case Delivered() | Installed() | Visited():
            return no("already_over", job_id=job.work.job_id)
        case Waiting() | Booked() | Scheduled() | Published() | PickUp():
            return no("not_on_the_way", rule="B14", job_id=job.work.job_id)
    assert_never(job)


def consent(command: ConsentToFailure, job: Opened, ctx: Context) -> Decision:
    """办公室同意. The same consent again is no event; another one replaces it."""
    at = happened(command, ctx)
    if not isinstance(job, OnTheWay):
        return no("not_on_the_way", rule="B14", job_id=job.work.job_id)
    if job.consent == Consent(command.goods, ctx.by, command.note):
        return ()
    return (
        road.FailureConsented(
            at=at,
            job_id=job.work.job_id,
            contract_no=job.work.contract_no,
            goods=command.goods,
            consent_by=ctx.by,
            note=command.note,
        ),
    )


def fail_delivery(command: FailDelivery, job: Opened, ctx: Context) -> Decision:
    """未送成: only with the office's consent (B14); deposited only against a signature. The same again is no event."""
    at = happened(command, ctx)
    match job:
        case Failed() if (job.cause, job.goods) == (command.cause, command.goods):
            return ()
        case Delivered() | Installed() | Visited():
            return no("already_over", job_id=job.work.job_id)
        case Cancelled():
            return ()
        case OnTheWay():
            return fail_on_the_way(command, job, at, ctx.by)
        case Waiting() | Booked() | Scheduled() | Published() | PickUp() | Failed():
            return no("not_on_the_way", rule="B14", job_id=job.work.job_id)
    assert_never(job)


def fail_on_the_way(command: FailDelivery, job: OnTheWay, at: datetime, by: str) -> Decision:
    """The second half of `fail_delivery`: did the office agree, another person than who fails it, and to this?"""
    work = job.work
    if job.consent is None:
        return no("consent_missing", job_id=work.job_id)
    agreed = job.consent.by
    if command.consent_by not in {None, agreed}:
        return no("consent_named", job_id=work.job_id, named=command.consent_by or "", agreed=agreed)
    if agreed in {job.leader, by}:
        return no("own_consent", job_id=work.job_id)
    if job.consent.goods != command.goods:
        return no(
            "consent_differs",
            job_id=work.job_id,
            goods=Term(GOODS_ZH[job.consent.goods], job.consent.goods, job.consent.goods),
        )
    if command.goods == "deposited" and command.signature_ref is None:
        return no("signature_missing", job_id=work.job_id)
    return (
        facts.DeliveryFailed(
            at=at,
            job_id=work.job_id,
            contract_no=work.contract_no,
            crew=job.place.crew,
            leader=job.leader,
            cause=command.cause,
            goods=command.goods,
            consent_by=agreed,
            window_ends=job.place.window.ends,
            lines=job.loaded
            or tuple(
                GoodsLine(line_no=line.line_no, sku=line.sku, name=line.name, quantity=line.quantity)
                for line in work.lines
            ),
            customer_reached=command.customer_reached,
            signature_ref=command.signature_ref,
            photos=command.photos,
        ),
    )


Event = road.StopUndeliverable | road.FailureConsented | facts.DeliveryFailed


def evolve(job: Opened, event: Event) -> Opened:
    """The job on its way back."""
    match event:
        case road.StopUndeliverable():
            return _reported(job, event) if isinstance(job, OnTheWay) else job
        case road.FailureConsented():
            return _consented(job, event) if isinstance(job, OnTheWay) else job
        case facts.DeliveryFailed():
            stop = stop_ended(job, event.at)
            if isinstance(job, OnTheWay) and job.cancelled is not None:
                return Cancelled(job.work, job.cancelled, stop)
            lying = tuple(line for line in event.lines if line.quantity and event.goods == "deposited")
            work = replace(job.work, deposited=lying)
            return Failed(work, event.cause, event.goods, stop)
    assert_never(event)


def _reported(job: OnTheWay, event: road.StopUndeliverable) -> OnTheWay:
    return replace(job, reported=Reported(event.cause, event.customer_reached, event.photos))


def _consented(job: OnTheWay, event: road.FailureConsented) -> OnTheWay:
    return replace(job, consent=Consent(event.goods, event.consent_by, event.note))


USE_CASES: tuple[UseCase[Any, Any, JobEvent], ...] = (
    UseCase(ReportUndeliverable, report_undeliverable, DELIVERS, "undeliverable"),
    UseCase(ConsentToFailure, consent, OFFICE, "consent"),
    UseCase(FailDelivery, fail_delivery),
)
