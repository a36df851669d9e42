"""One job (单): a delivery, an installation or a visit, from 待排 over booking and slot to what came of it.

A delivery is booked by phone (B1, B2), takes a slot of a day (B8), is published (B4), confirmed by the warehouse (B6),
departs (B11) and ends with a signature (B13) or with the office's consent to take it back (B14). An installation
follows its delivery within two days (B10); a visit was booked by the service desk. Booking, stop and handover have a
file each.
"""

from datetime import datetime
from typing import Annotated, Literal, assert_never

from company.context import Context
from contracts.bounds import CivilDay, Few, ManyLines, Moment, MoneyFen, OptionalId
from contracts.dispatch_jobs import InstallationOverdue, JobCompletenessChanged, JobOpened
from contracts.fact import ContractLine, Customer, JobKind
from dispatch.domain import job_refusals as no
from dispatch.domain.booking import BookInstallation, book
from dispatch.domain.booking_rules import volume_of
from dispatch.domain.calls import (
    CallBeforeArrival,
    CallBeforeInstallation,
    ConfirmHome,
    MarkCallOverdue,
    ReportTrouble,
    TellHalfDay,
    call_before_arrival,
    call_before_installation,
    calls_due,
    confirm_home,
    mark_call_overdue,
    report_trouble,
    tell_half_day,
)
from dispatch.domain.handover import (
    ArriveAtStop,
    CompleteDelivery,
    CompleteInstallation,
    FinishVisit,
    arrive,
    complete_delivery,
    complete_installation,
    finish_visit,
)
from dispatch.domain.job_changes import AmendJob, CancelJob, MovePromise, amend, cancel, move_promise
from dispatch.domain.job_state import (
    Cancelled,
    Decision,
    Job,
    Opened,
    Unopened,
    is_departed,
    owed_since,
)
from dispatch.domain.stop import (
    ConfirmByWarehouse,
    DepartStop,
    LeaveSlot,
    PublishStop,
    TakeSlot,
    WhoseStop,
    confirm,
    depart,
    leave,
    publish,
    take,
    whose,
)
from dispatch.domain.undeliverable import (
    ConsentToFailure,
    FailDelivery,
    ReportUndeliverable,
    consent,
    fail_delivery,
    report_undeliverable,
)
from dispatch.domain.words import goods_zh
from runtime.decision import Command, Timer


def job_id(job: str) -> str:
    """Aggregate id of a job."""
    return f"job:{job}"


def delivery_of(contract_no: str) -> str:
    """The delivery job of a contract."""
    return f"D-{contract_no}"


def installation_of(contract_no: str) -> str:
    """The installation job of a contract."""
    return f"I-{contract_no}"


def visit_of(ticket_id: str, visit_no: int) -> str:
    """The job of a ticket's visit."""
    return f"V-{ticket_id}-{visit_no}"


class OpenJob(Command):
    """Something is to be arranged; for a job that is open, what the contract says now (货齐日、行)."""

    command: Literal["OpenJob"] = "OpenJob"
    job_id: OptionalId
    kind: JobKind
    contract_no: OptionalId
    ticket_id: OptionalId | None = None
    customer: Customer
    lines: Annotated[tuple[ContractLine, ...], Few(1_000)]
    amount_due_fen: MoneyFen = 0
    promised_on: CivilDay | None = None
    complete_on: CivilDay | None = None
    due_at: Moment | None = None
    summary: ManyLines = ""


class ChangeCompleteness(Command):
    """货齐有变: complete on another day, or no longer (A3)."""

    command: Literal["ChangeCompleteness"] = "ChangeCompleteness"
    complete_on: CivilDay | None
    reason: ManyLines


class MarkInstallationOverdue(Command):
    """The clock: two days after delivery have passed (K9)."""

    command: Literal["MarkInstallationOverdue"] = "MarkInstallationOverdue"


CALLS = ConfirmHome | TellHalfDay | CallBeforeArrival | CallBeforeInstallation | ReportTrouble | MarkCallOverdue

COMMANDS = (
    OpenJob
    | ChangeCompleteness
    | BookInstallation
    | TakeSlot
    | LeaveSlot
    | PublishStop
    | ConfirmByWarehouse
    | DepartStop
    | WhoseStop
    | CompleteDelivery
    | FailDelivery
    | CompleteInstallation
    | FinishVisit
    | MarkInstallationOverdue
    | CancelJob
    | MovePromise
    | AmendJob
    | ArriveAtStop
    | ReportUndeliverable
    | ConsentToFailure
    | CALLS
)


def decide(command: COMMANDS, job: Job, ctx: Context) -> Decision:
    """What a request does to the job."""
    at = command.at or ctx.now
    if isinstance(command, OpenJob):
        return open_job(command, job, at, ctx)
    if isinstance(job, Unopened):
        return not_opened(command)
    if isinstance(command, CALLS):
        return decide_call(command, job, at, ctx)
    match command:
        case ChangeCompleteness():
            return change_completeness(command, job, at)
        case BookInstallation():
            return book(command, job, at, ctx)
        case TakeSlot():
            return take(command, job, at, ctx.policy)
        case LeaveSlot():
            return leave(command, job, at)
        case PublishStop():
            return publish(command, job, at, ctx.policy)
        case ConfirmByWarehouse():
            return confirm(command, job, at)
        case DepartStop():
            return depart(command, job, at)
        case WhoseStop():
            return whose(job)
        case CompleteDelivery():
            return complete_delivery(command, job, at, ctx)
        case FailDelivery():
            return fail_delivery(command, job, at)
        case CompleteInstallation():
            return complete_installation(command, job, at, ctx)
        case FinishVisit():
            return finish_visit(command, job, at)
        case MarkInstallationOverdue():
            return mark_overdue(job, at, ctx)
        case CancelJob():
            return cancel(command, job, at)
        case MovePromise():
            return move_promise(command, job, at)
        case AmendJob():
            return amend(command, job, at)
        case ArriveAtStop():
            return arrive(command, job, at)
        case ReportUndeliverable():
            return report_undeliverable(command, job, at)
        case ConsentToFailure():
            return consent(command, job, at, ctx)
    assert_never(command)


def decide_call(command: CALLS, job: Opened, at: datetime, ctx: Context) -> Decision:
    """Calls to the customer, and trouble on the day."""
    match command:
        case ConfirmHome():
            return confirm_home(command, job, at, ctx)
        case TellHalfDay():
            return tell_half_day(command, job, at, ctx)
        case CallBeforeArrival():
            return call_before_arrival(command, job, at, ctx)
        case CallBeforeInstallation():
            return call_before_installation(command, job, at, ctx)
        case ReportTrouble():
            return report_trouble(command, job, at, ctx)
        case MarkCallOverdue():
            return mark_call_overdue(command, job, at, ctx)
    assert_never(command)


def not_opened(command: COMMANDS) -> Decision:
    """Requests about a job that does not exist."""
    match command:
        case (
            ChangeCompleteness()
            | MarkInstallationOverdue()
            | MarkCallOverdue()
            | CancelJob()
            | MovePromise()
            | AmendJob()
        ):
            return ()  # nothing was opened, so there is nothing to correct, to cancel or to owe
        case CompleteInstallation():
            return no.not_delivered()
        case _:
            return no.unknown_job()


def open_job(command: OpenJob, job: Job, at: datetime, ctx: Context) -> Decision:
    """待排 (A3): arrange a job. Said again, it corrects completeness (X1), and until departure what is ordered (A6)."""
    volume = volume_of(command.lines, ctx.policy) if command.kind == "delivery" else 0
    if isinstance(job, Unopened):
        return (
            JobOpened(
                at=at,
                job_id=command.job_id,
                kind=command.kind,
                contract_no=command.contract_no,
                ticket_id=command.ticket_id,
                customer=command.customer,
                lines=command.lines,
                volume_l=volume,
                amount_due_fen=command.amount_due_fen,
                promised_on=command.promised_on,
                complete_on=command.complete_on,
                due_at=command.due_at,
                summary=command.summary or goods_zh(command.lines),
            ),
        )
    work = job.work
    amended = not is_departed(job) and (command.lines, command.amount_due_fen) != (work.lines, work.amount_due_fen)
    if (
        isinstance(job, Cancelled)
        or work.kind != "delivery"
        or (command.complete_on == work.complete_on and not amended)
    ):
        return ()
    return (
        JobCompletenessChanged(
            at=at,
            job_id=work.job_id,
            complete_on=command.complete_on,
            reason="合同变更 contract amended" if amended else "货齐日更正 day of completeness corrected",
            lines=command.lines if amended else None,
            volume_l=volume if amended else None,
            amount_due_fen=command.amount_due_fen if amended else None,
        ),
    )


def change_completeness(command: ChangeCompleteness, job: Opened, at: datetime) -> Decision:
    """货齐有变 (A3): until the goods have left; afterwards it is a matter of leftovers."""
    if is_departed(job) or command.complete_on == job.work.complete_on:
        return ()
    return (
        JobCompletenessChanged(at=at, job_id=job.work.job_id, complete_on=command.complete_on, reason=command.reason),
    )


def mark_overdue(job: Opened, at: datetime, ctx: Context) -> Decision:
    """送后 2 日已过 (K9): told once, and only while the installation is open."""
    owed = owed_since(job)
    if owed is None or ctx.now < owed:
        return ()
    return (InstallationOverdue(at=at, job_id=job.work.job_id, contract_no=job.work.contract_no, due=owed),)


def due(job: Job) -> tuple[Timer, ...]:
    """An installation that is not done falls overdue two days after its delivery (K9); calls at their times."""
    if isinstance(job, Unopened):
        return ()
    owed = owed_since(job)
    installation = () if owed is None else (Timer("installation_overdue", owed, MarkInstallationOverdue()),)
    return (*installation, *calls_due(job))
