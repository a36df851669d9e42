"""安装随更正 What is to be installed, once it is known what a delivery really brought (B10, D16)."""

from datetime import datetime
from typing import Any, Literal, assert_never

from company.context import Context
from contracts import dispatch_calls as calls
from contracts import dispatch_jobs as facts
from contracts.bounds import Words
from contracts.dispatch import JobEvent
from dispatch.fields import happened
from dispatch.job.state import (
    Booked,
    Cancelled,
    Decision,
    Delivered,
    Failed,
    Installed,
    Job,
    OnTheWay,
    Opened,
    PickUp,
    Published,
    Scheduled,
    Unopened,
    Visited,
    Waiting,
    left,
)
from dispatch.job.terms import OpenJob, job_opened
from runtime.decision import Command
from runtime.use_case import UseCase

BY_CORRECTION = "送达更正："
"""How the reason of an installation begins that fell away because nothing of it had been delivered."""


class CorrectInstallation(Command):
    """安装随更正 (B10, D16): the installation as it would have been opened; without lines, none."""

    command: Literal["CorrectInstallation"] = "CorrectInstallation"
    opens: OpenJob
    reason: Words


def correct_installation(command: CorrectInstallation, job: Job, ctx: Context) -> Decision:
    """Opened, changed or called off, until it is done; one that fell away by a correction is opened again by another.

    Rules: B10, D16. As it is: no event.
    """
    at = happened(command, ctx)
    match job:
        case Unopened():
            return (job_opened(command.opens, ctx),) if command.opens.lines else ()
        case Cancelled():
            fell_away = job.reason.startswith(BY_CORRECTION)
            return (job_opened(command.opens, ctx),) if command.opens.lines and fell_away else ()
        case Waiting() | Booked() | Scheduled() | Published() | Failed():
            return _changed(command, job, at=at)
        case PickUp() | OnTheWay() | Delivered() | Installed() | Visited():
            return ()
    assert_never(job)


def _changed(command: CorrectInstallation, job: Opened, *, at: datetime) -> Decision:
    work = job.work
    if command.opens.lines == work.lines:
        return ()
    reason = f"{BY_CORRECTION}{command.reason}"
    if command.opens.lines:
        changed = facts.JobCompletenessChanged(
            at=at, job_id=work.job_id, complete_on=work.complete_on, reason=reason, lines=command.opens.lines
        )
        return (changed,)
    return (
        *left(job, reason, at),
        calls.JobCancelled(
            at=at, job_id=work.job_id, kind=work.kind, contract_no=work.contract_no, reason=reason, on_the_road=False
        ),
    )


USE_CASES: tuple[UseCase[Any, Any, JobEvent], ...] = (UseCase(CorrectInstallation, correct_installation),)
