"""A stop that is not deliverable (B14): the customer is called, the office agrees, and only then the goods go back."""

from datetime import datetime
from typing import Annotated, Literal, assert_never

from company.context import Context
from contracts.bounds import Few, ManyLines, OneLine
from contracts.dispatch_jobs import DeliveryFailed
from contracts.dispatch_road import FailureConsented, StopUndeliverable
from contracts.fact import GoodsLine
from dispatch.domain import job_refusals as no
from dispatch.domain.job_state import (
    Booked,
    Cancelled,
    Consent,
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
)
from dispatch.domain.words import Words
from runtime.decision import Command


class ReportUndeliverable(Command):
    """送不成 (B14): why, and whether the customer was reached by phone."""

    command: Literal["ReportUndeliverable"] = "ReportUndeliverable"
    cause: Words
    customer_reached: bool
    photos: Annotated[tuple[OneLine, ...], Few(1_000)] = ()


class ConsentToFailure(Command):
    """办公室同意 (B14): where the goods go."""

    command: Literal["ConsentToFailure"] = "ConsentToFailure"
    goods: Literal["returned", "deposited"]
    note: ManyLines = ""


class FailDelivery(Command):
    """未送成 (B14): not deliverable; where the goods go. `consent_by`: who in the office agreed, if it is not recorded.

    Deposited goods need the signature of who keeps them.
    """

    command: Literal["FailDelivery"] = "FailDelivery"
    cause: Words
    goods: Literal["returned", "deposited"]
    consent_by: Words | None = None
    customer_reached: bool | None = None
    signature_ref: Words | None = None
    photos: Annotated[tuple[OneLine, ...], Few(1_000)] = ()


def report_undeliverable(command: ReportUndeliverable, job: Opened, at: datetime) -> Decision:
    """送不成, 报办公室. The same cause again is no event."""
    match job:
        case OnTheWay() if job.undeliverable == command.cause:
            return ()
        case OnTheWay():
            return (
                StopUndeliverable(
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
        case Failed() | Cancelled():
            return ()
        case Delivered() | Installed() | Visited():
            return no.over(job.work.job_id)
        case Waiting() | Booked() | Scheduled() | Published():
            return no.not_on_the_way(job.work.job_id, "B14")
    assert_never(job)


def consent(command: ConsentToFailure, job: Opened, at: datetime, ctx: Context) -> Decision:
    """办公室同意. The same consent again is no event; another one replaces it."""
    if not isinstance(job, OnTheWay):
        return no.not_on_the_way(job.work.job_id, "B14")
    if job.consent == Consent(command.goods, ctx.by):
        return ()
    return (
        FailureConsented(
            at=at,
            job_id=job.work.job_id,
            contract_no=job.work.contract_no,
            goods=command.goods,
            consent_by=ctx.by,
            note=command.note,
        ),
    )


def fail_delivery(command: FailDelivery, job: Opened, at: datetime) -> Decision:
    """未送成: only with the office's consent (B14); deposited only against a signature. The same again is no event."""
    match job:
        case Failed() if (job.cause, job.goods) == (command.cause, command.goods):
            return ()
        case Delivered() | Installed() | Visited():
            return no.over(job.work.job_id)
        case Cancelled():
            return ()
        case OnTheWay():
            return fail_on_the_way(command, job, at)
        case Waiting() | Booked() | Scheduled() | Published() | Failed():
            return no.not_on_the_way(job.work.job_id, "B14")
    assert_never(job)


def fail_on_the_way(command: FailDelivery, job: OnTheWay, at: datetime) -> Decision:
    """The second half of `fail_delivery`: did the office agree, and to this?"""
    work = job.work
    agreed = job.consent.by if job.consent is not None else command.consent_by
    if agreed is None:
        return no.consent_missing(work.job_id)
    if agreed == job.leader:
        return no.own_consent(work.job_id)
    if job.consent is not None and job.consent.goods != command.goods:
        return no.consent_differs(work.job_id, job.consent.goods)
    if command.goods == "deposited" and command.signature_ref is None:
        return no.signature_missing(work.job_id)
    return (
        DeliveryFailed(
            at=at,
            job_id=work.job_id,
            contract_no=work.contract_no,
            crew=job.place.crew,
            leader=job.leader,
            cause=command.cause,
            goods=command.goods,
            consent_by=agreed,
            window_ends=job.place.window.ends,
            lines=tuple(
                GoodsLine(line_no=line.line_no, sku=line.sku, name=line.name, quantity=line.quantity)
                for line in work.lines
            ),
            customer_reached=command.customer_reached,
            signature_ref=command.signature_ref,
            photos=command.photos,
        ),
    )
