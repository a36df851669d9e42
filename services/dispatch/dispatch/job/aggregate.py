"""A job (单): a delivery, an installation or a visit, from 待排 over booking and slot to what came of it.

A delivery is booked by phone (B1, B2), takes a slot of a day (B8), is published (B4), confirmed by the warehouse (B6),
departs (B11) and ends with a signature (B13) or with the office's consent to take it back (B14). An installation
follows its delivery within two days (B10); a visit was booked by the service desk.
"""

from typing import Any

from company.context import Context
from contracts import dispatch_jobs as facts
from contracts.dispatch import JobEvent
from dispatch.job import (
    booking,
    calls,
    correction,
    handover,
    installing,
    load_count,
    pick_up,
    stop,
    terms,
    undeliverable,
)
from dispatch.job.state import INITIAL, STATES, Job, Unopened
from dispatch.refusals import no
from runtime.aggregate import Aggregate, Decision
from runtime.decision import Rejected, Timer
from runtime.use_case import UseCase


def evolve(job: Job, event: JobEvent) -> Job:
    """The job after an event. Nothing is known of one that was not opened."""
    if isinstance(event, facts.JobOpened):
        return terms.opened(event)
    if isinstance(job, Unopened):
        return job
    if isinstance(event, terms.Event):
        return terms.evolve(job, event)
    if isinstance(event, booking.Event):
        return booking.evolve(job, event)
    if isinstance(event, pick_up.Event):
        return pick_up.evolve(job, event)
    if isinstance(event, stop.Event):
        return stop.evolve(job, event)
    if isinstance(event, calls.Event):
        return calls.evolve(job, event)
    if isinstance(event, handover.Event):
        return handover.evolve(job, event)
    if isinstance(event, correction.Event):
        return correction.evolve(job, event)
    if isinstance(event, load_count.Event):
        return load_count.evolve(job, event)
    return undeliverable.evolve(job, event)


def due(job: Job) -> tuple[Timer, ...]:
    """An installation that is not done falls overdue two days after its delivery (K9); calls at their times."""
    if isinstance(job, Unopened):
        return ()
    owed = terms.owed_since(job)
    overdue = () if owed is None else (Timer("installation_overdue", owed, terms.MarkInstallationOverdue()),)
    return (*overdue, *calls.calls_due(job))


MOOT = (
    terms.ChangeCompleteness,
    terms.LimitLine,
    terms.MarkInstallationOverdue,
    terms.CancelJob,
    terms.MovePromise,
    terms.AmendJob,
    calls.MarkCallOverdue,
)
"""Of what was never opened there is nothing to correct, to cancel or to owe."""


def at_the_door(case: UseCase[Any, Any, JobEvent], command: Any, job: Job, ctx: Context) -> Decision[JobEvent]:
    """Whatever is asked of a job, it must have been opened; booking what is here of a contract opens it (A3)."""
    if isinstance(job, Unopened) and isinstance(command, booking.BookInstallation) and command.opens is not None:
        opened = terms.job_opened(command.opens, ctx)
        decision = case.rule(command, terms.opened(opened), ctx)
        return decision if isinstance(decision, Rejected) else (opened, *decision)
    if isinstance(job, Unopened) and not isinstance(command, terms.OpenJob | installing.CorrectInstallation):
        if isinstance(command, MOOT):
            return ()
        return no("not_delivered") if isinstance(command, handover.CompleteInstallation) else no("unknown_job")
    return case.rule(command, job, ctx)


JOB = Aggregate[Job, JobEvent](
    "job",
    INITIAL,
    STATES,
    evolve,
    (
        *terms.USE_CASES,
        *booking.USE_CASES,
        *stop.USE_CASES,
        *calls.USE_CASES,
        *handover.USE_CASES,
        *pick_up.USE_CASES,
        *load_count.USE_CASES,
        *correction.USE_CASES,
        *installing.USE_CASES,
        *undeliverable.USE_CASES,
    ),
    due,
    at_the_door,
)
