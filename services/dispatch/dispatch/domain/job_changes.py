"""What becomes of a job when its contract or ticket changes: cancelled, promised for another day, amended (A6, A8)."""

from datetime import datetime
from typing import Literal, assert_never

from contracts.bounds import CivilDay, ManyLines, Moment, MoneyFen
from contracts.dispatch_calls import JobAmended, JobCancelled, JobPromiseMoved
from contracts.fact import Customer
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
    left,
)
from dispatch.domain.words import Words
from runtime.decision import Command


class CancelJob(Command):
    """取消 (A6): the contract, or the visit, is no more."""

    command: Literal["CancelJob"] = "CancelJob"
    reason: Words


class MovePromise(Command):
    """承诺改期 (A8): the customer consented to another day. `due_at`: a visit's new end."""

    command: Literal["MovePromise"] = "MovePromise"
    promised_on: CivilDay
    reason: ManyLines
    due_at: Moment | None = None


class AmendJob(Command):
    """合同变更 (A6): another address, phone or amount due."""

    command: Literal["AmendJob"] = "AmendJob"
    reason: ManyLines
    customer: Customer | None = None
    amount_due_fen: MoneyFen | None = None


def cancel(command: CancelJob, job: Opened, at: datetime) -> Decision:
    """取消 (A6): the slot is free again; what is on the road comes back (B14). Over, or cancelled, is no event."""
    match job:
        case Delivered() | Installed() | Visited() | Cancelled():
            return ()
        case OnTheWay() if job.cancelled is not None:
            return ()
        case OnTheWay() | Waiting() | Booked() | Scheduled() | Published() | Failed():
            return (
                *left(job, command.reason, at),
                JobCancelled(
                    at=at,
                    job_id=job.work.job_id,
                    kind=job.work.kind,
                    contract_no=job.work.contract_no,
                    reason=command.reason,
                    on_the_road=isinstance(job, OnTheWay),
                ),
            )
    assert_never(job)


def move_promise(command: MovePromise, job: Opened, at: datetime) -> Decision:
    """承诺改期 (A8). The same day again, or a job that is over, is no event."""
    work = job.work
    same = (command.promised_on, command.due_at or work.due_at) == (work.promised_on, work.due_at)
    if same or isinstance(job, Delivered | Installed | Visited | Cancelled):
        return ()
    return (
        JobPromiseMoved(
            at=at,
            job_id=work.job_id,
            promised_before=work.promised_on,
            promised_on=command.promised_on,
            reason=command.reason,
            due_at=command.due_at,
        ),
    )


def amend(command: AmendJob, job: Opened, at: datetime) -> Decision:
    """合同变更 (A6): crews go to the address, and collect the amount, that hold now. Nothing new is no event."""
    work = job.work
    customer = None if command.customer == work.customer else command.customer
    amount = None if command.amount_due_fen == work.amount_due_fen else command.amount_due_fen
    if (customer is None and amount is None) or isinstance(job, Delivered | Installed | Visited | Cancelled):
        return ()
    return (JobAmended(at=at, job_id=work.job_id, customer=customer, amount_due_fen=amount, reason=command.reason),)
