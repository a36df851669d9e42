"""What comes of a job at the customer's: arrived, signed, refused pieces, installed, visited (B10, B13, B15, B22)."""

from datetime import datetime
from typing import Annotated, Literal, assert_never

from pydantic import Field

from company.context import Context
from company.policy import Policy
from contracts.bounds import Few, ManyLines, MoneyFen, OneLine
from contracts.civil_time import civil_day
from contracts.dispatch_jobs import DeliveryCompleted, InstallationCompleted, VisitDone
from contracts.dispatch_road import PiecesRefused, StopArrived
from contracts.fact import GoodsLine
from dispatch.domain import job_refusals as no
from dispatch.domain.booking_rules import install_due
from dispatch.domain.delivery_rules import (
    CountedLine,
    RefusedLine,
    delivered_lines,
    handed_over,
    refused_goods,
    refused_too_many,
)
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
)
from dispatch.domain.words import Words
from runtime.decision import Command, Rejected


class CompleteDelivery(Command):
    """签收 (B13, B22): counted line by line in front of the customer, who signed."""

    command: Literal["CompleteDelivery"] = "CompleteDelivery"
    delivered: Annotated[tuple[CountedLine, ...], Few(1_000)]
    signed_by: Words
    signature_ref: Words
    taught_use: bool
    cash_fen: MoneyFen = Field(default=0, ge=0)
    refused: Annotated[tuple[RefusedLine, ...], Few(1_000)] = ()
    photos: Annotated[tuple[OneLine, ...], Few(1_000)] = ()


class ArriveAtStop(Command):
    """到达 (B13): the crew is at the customer's."""

    command: Literal["ArriveAtStop"] = "ArriveAtStop"


class CompleteInstallation(Command):
    """安装完成 (B10): accepted by the customer."""

    command: Literal["CompleteInstallation"] = "CompleteInstallation"
    accepted_by: Words
    note: ManyLines = ""


class FinishVisit(Command):
    """上门结束: the service desk has the technician's report."""

    command: Literal["FinishVisit"] = "FinishVisit"
    note: ManyLines = ""


def complete_delivery(command: CompleteDelivery, job: Opened, at: datetime, ctx: Context) -> Decision:
    """签收: goods checked line by line in front of the customer, signed. Rules: B13, B22, B10 (installation is due).

    The same signature again is no event. Refuses: not_on_the_way, count_differs.
    """
    match job:
        case Delivered() if job.signature_ref == command.signature_ref:
            return ()
        case Delivered() | Installed() | Visited():
            return no.over(job.work.job_id)
        case Cancelled():
            return no.cancelled(job.work.job_id, job.reason)
        case OnTheWay() if job.cancelled is not None:
            return no.cancelled(job.work.job_id, job.cancelled)
        case OnTheWay():
            goods = handed_over(command.delivered, job.work.lines)
            if isinstance(goods, Rejected):
                return goods
            wrong = refused_too_many(command.refused, goods, job.work.lines)
            if wrong is not None:
                return wrong
            if any(not (line.photos or command.photos) for line in command.refused):
                return no.photos_missing(job.work.job_id)
            return signed(command, goods, job, at, ctx.policy)
        case Waiting() | Booked() | Scheduled() | Published() | Failed():
            return no.not_on_the_way(job.work.job_id, "B13")
    assert_never(job)


def signed(
    command: CompleteDelivery, goods: tuple[GoodsLine, ...], job: OnTheWay, at: datetime, policy: Policy
) -> Decision:
    """The signature, and what was refused: undamaged pieces come back (B15), damaged ones are reported (D4)."""
    work = job.work
    back = refused_goods(command.refused, goods, damaged=False)
    broken = refused_goods(command.refused, goods, damaged=True)
    completed = DeliveryCompleted(
        at=at,
        job_id=work.job_id,
        contract_no=work.contract_no,
        customer=work.customer,
        crew=job.place.crew,
        leader=job.leader,
        delivered=goods,
        lines=work.lines,
        signed_by=command.signed_by,
        signature_ref=command.signature_ref,
        taught_use=command.taught_use,
        cash_fen=command.cash_fen,
        window_ends=job.place.window.ends,
        install_due=install_due(civil_day(at), delivered_lines(goods, work.lines), policy),
        refused=back,
        damaged=broken,
        photos=command.photos,
    )
    refused = tuple(
        PiecesRefused(
            at=at,
            job_id=work.job_id,
            contract_no=work.contract_no,
            customer=work.customer,
            crew=job.place.crew,
            leader=job.leader,
            lines=lines,
            damaged=damaged,
            reason="；".join(dict.fromkeys(line.reason for line in command.refused if line.damaged == damaged)),
            photos=tuple(
                dict.fromkeys(photo for line in command.refused if line.damaged == damaged for photo in line.photos)
            )
            or command.photos,
        )
        for lines, damaged in ((back, False), (broken, True))
        if lines
    )
    return (completed, *refused)


def arrive(command: ArriveAtStop, job: Opened, at: datetime) -> Decision:  # noqa: ARG001 - it says it all by its name
    """到达. Arrived, or over, already is no event."""
    match job:
        case OnTheWay(is_arrived=True) | Delivered() | Failed() | Installed() | Visited() | Cancelled():
            return ()
        case OnTheWay():
            place = job.place
            return (
                StopArrived(
                    at=at,
                    job_id=job.work.job_id,
                    on=place.on,
                    crew=place.crew,
                    leader=job.leader,
                    window=place.window,
                ),
            )
        case Waiting() | Booked() | Scheduled() | Published():
            return no.not_on_the_way(job.work.job_id, "B13")
    assert_never(job)


def complete_installation(command: CompleteInstallation, job: Opened, at: datetime, ctx: Context) -> Decision:
    """安装完成 (B10): an installation that has a slot. Done already is no event."""
    if job.work.kind != "installation":
        return no.not_an_installation(job.work.job_id)
    match job:
        case Installed():
            return ()
        case Scheduled() | Published():
            return (
                InstallationCompleted(
                    at=at,
                    job_id=job.work.job_id,
                    contract_no=job.work.contract_no,
                    crew=job.place.crew,
                    leader=job.leader if isinstance(job, Published) else leader_by(ctx.policy, job.place.crew, ctx.by),
                    accepted_by=command.accepted_by,
                    note=command.note,
                    due=job.work.due_at,
                ),
            )
        case Cancelled():
            return no.cancelled(job.work.job_id, job.reason)
        case Waiting() | Booked() | OnTheWay() | Delivered() | Failed() | Visited():
            return no.not_scheduled(job.work.job_id)
    assert_never(job)


def leader_by(policy: Policy, crew: str, otherwise: str) -> str:
    """The crew's leader by the policy, or the person who reports."""
    known = next((one.leader for one in policy.crews if one.crew == crew), None)
    return known or otherwise


def finish_visit(command: FinishVisit, job: Opened, at: datetime) -> Decision:
    """上门结束: what came of it is the ticket's story. Finished already is no event."""
    if job.work.kind != "visit":
        return no.not_a_visit(job.work.job_id)
    return (
        () if isinstance(job, Visited | Cancelled) else (VisitDone(at=at, job_id=job.work.job_id, note=command.note),)
    )
