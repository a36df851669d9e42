"""What is to be done, for whom, by when (A3, A6, A8, B10): opened, complete, amended, promised anew, cancelled."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal, assert_never

from company.context import Context
from company.depots import delivers_to
from company.policy import Policy
from company.reasons import COMPLETENESS_CORRECTED, CONTRACT_AMENDED, OTHER_DEPOT
from contracts import dispatch_calls as calls
from contracts import dispatch_jobs as facts
from contracts.bounds import CivilDay, Few, HowMany, ManyLines, Moment, MoneyFen, Nth, OptionalId, Words
from contracts.dispatch import JobEvent
from contracts.fact import ContractLine, Customer, GoodsLine, JobKind
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
    Work,
    is_departed,
    left,
)
from dispatch.words import goods_zh
from runtime.decision import Command
from runtime.use_case import UseCase


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
    depot: OptionalId = ""
    """The depot that it is delivered from; empty: the one that delivers to the customer's district (D17)."""


class ChangeCompleteness(Command):
    """货齐有变: complete on another day, or no longer (A3)."""

    command: Literal["ChangeCompleteness"] = "ChangeCompleteness"
    complete_on: CivilDay | None
    reason: ManyLines
    depot: OptionalId = ""
    """The depot that it is delivered from; empty: it stays (D17)."""


class LimitLine(Command):
    """少送 (A9, B15): of a line no more is owed than so many pieces; the rest was paid back."""

    command: Literal["LimitLine"] = "LimitLine"
    line_no: Nth
    owed: HowMany
    reason: ManyLines


class MarkInstallationOverdue(Command):
    """The clock: two days after delivery have passed (K9)."""

    command: Literal["MarkInstallationOverdue"] = "MarkInstallationOverdue"


class CancelJob(Command):
    """取消 (A6): the contract, or the visit, is no more."""

    command: Literal["CancelJob"] = "CancelJob"
    reason: Words
    settled: bool = False
    """Nothing is owed any more (A10): it may be opened again."""


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


def open_job(command: OpenJob, job: Job, ctx: Context) -> Decision:
    """待排 (A3): arrange a job. Said again, it corrects completeness (X1), and until departure what is ordered (A6) and
    the depot (D17). One of which nothing was owed any more is opened again (A10, D16)."""
    if isinstance(job, Unopened) or (isinstance(job, Cancelled) and job.settled):
        return (job_opened(command, ctx),)
    work = job.work
    amended = not is_departed(job) and (command.lines, command.amount_due_fen) != (work.lines, work.amount_due_fen)
    depot, at = other_depot(command.depot, job), happened(command, ctx)
    if (
        isinstance(job, Cancelled)
        or work.kind != "delivery"
        or (command.complete_on == work.complete_on and not amended and depot is None)
    ):
        return ()
    return (
        *elsewhere(depot, job, at),
        facts.JobCompletenessChanged(
            at=at,
            job_id=work.job_id,
            complete_on=command.complete_on,
            reason=CONTRACT_AMENDED if amended else COMPLETENESS_CORRECTED,
            lines=command.lines if amended else None,
            volume_l=volume_of(command.lines, ctx.policy) if amended else None,
            amount_due_fen=command.amount_due_fen if amended else None,
            depot=depot,
        ),
    )


def other_depot(depot: str, job: Opened) -> str | None:
    """The depot that does the job from now on, if that is another one and the job has not left (D17)."""
    return None if depot in {"", job.work.depot} or is_departed(job) else depot


def elsewhere(depot: str | None, job: Opened, at: datetime) -> tuple[facts.StopUnscheduled, ...]:
    """No crew of the depot that it leaves brings it: its slot there is free (D17)."""
    return () if depot is None else left(job, OTHER_DEPOT, at)


def job_opened(command: OpenJob, ctx: Context) -> facts.JobOpened:
    """A job as it begins."""
    return facts.JobOpened(
        at=happened(command, ctx),
        job_id=command.job_id,
        kind=command.kind,
        contract_no=command.contract_no,
        ticket_id=command.ticket_id,
        customer=command.customer,
        lines=command.lines,
        volume_l=volume_of(command.lines, ctx.policy) if command.kind == "delivery" else 0,
        amount_due_fen=command.amount_due_fen,
        promised_on=command.promised_on,
        complete_on=command.complete_on,
        due_at=command.due_at,
        summary=command.summary or goods_zh(command.lines),
        depot=depot_for(command, ctx.policy),
    )


def depot_for(command: OpenJob, policy: Policy) -> str:
    """Whose crews do a job (D17): those of the depot that its goods are delivered from, else of the customer's
    district. Where that one has nobody who installs, or visits, the first depot's do it: they bring nothing."""
    depot = command.depot or delivers_to(policy, command.customer.district)
    if command.kind == "delivery" or any((crew.depot, crew.kind) == (depot, command.kind) for crew in policy.crews):
        return depot
    return policy.depots[0].depot if policy.depots else depot


def change_completeness(command: ChangeCompleteness, job: Opened, ctx: Context) -> Decision:
    """货齐有变 (A3, D17): until the goods have left; afterwards it is a matter of leftovers."""
    at, depot = happened(command, ctx), other_depot(command.depot, job)
    if is_departed(job) or (command.complete_on == job.work.complete_on and depot is None):
        return ()
    return (
        *elsewhere(depot, job, at),
        facts.JobCompletenessChanged(
            at=at, job_id=job.work.job_id, complete_on=command.complete_on, reason=command.reason, depot=depot
        ),
    )


def limit_line(command: LimitLine, job: Opened, ctx: Context) -> Decision:
    """少送: what was paid back is not delivered; what rides on the vehicle stays, whatever becomes of the trip. Nothing
    less, or it is over: no event."""
    work = job.work
    riding = {line.line_no: line.quantity for line in job.loaded} if isinstance(job, OnTheWay) else {}
    most = {command.line_no: max(command.owed, riding.get(command.line_no, 0))}
    owed = {line: min(line.quantity, most.get(line.line_no, line.quantity)) for line in work.lines}
    lines = tuple(line.model_copy(update={"quantity": quantity}) for line, quantity in owed.items() if quantity)
    is_over = is_departed(job) and not riding
    if is_over or work.kind != "delivery" or lines == work.lines:
        return ()
    return (
        facts.JobCompletenessChanged(
            at=happened(command, ctx),
            job_id=work.job_id,
            complete_on=work.complete_on,
            reason=command.reason,
            lines=lines,
            volume_l=volume_of(lines, ctx.policy),
        ),
    )


def mark_overdue(command: MarkInstallationOverdue, job: Opened, ctx: Context) -> Decision:
    """送后 2 日已过 (K9): told once, and only while the installation is open."""
    at = happened(command, ctx)
    owed = owed_since(job)
    if owed is None or ctx.now < owed:
        return ()
    return (facts.InstallationOverdue(at=at, job_id=job.work.job_id, contract_no=job.work.contract_no, due=owed),)


def cancel(command: CancelJob, job: Opened, ctx: Context) -> Decision:
    """取消 (A6): the slot is free again; what is on the road comes back (B14). Over, or cancelled, is no event."""
    at = happened(command, ctx)
    match job:
        case Delivered() | Installed() | Visited() | Cancelled():
            return ()
        case OnTheWay() if job.cancelled is not None:
            return ()
        case OnTheWay() | Waiting() | Booked() | Scheduled() | Published() | PickUp() | Failed():
            return (
                *left(job, command.reason, at),
                calls.JobCancelled(
                    at=at,
                    job_id=job.work.job_id,
                    kind=job.work.kind,
                    contract_no=job.work.contract_no,
                    reason=command.reason,
                    on_the_road=isinstance(job, OnTheWay),
                    settled=command.settled and not isinstance(job, OnTheWay),
                ),
            )
    assert_never(job)


def move_promise(command: MovePromise, job: Opened, ctx: Context) -> Decision:
    """承诺改期 (A8). The same day again, or a job that is over, is no event."""
    at = happened(command, ctx)
    work = job.work
    same = (command.promised_on, command.due_at or work.due_at) == (work.promised_on, work.due_at)
    if same or isinstance(job, Delivered | Installed | Visited | Cancelled):
        return ()
    return (
        calls.JobPromiseMoved(
            at=at,
            job_id=work.job_id,
            promised_before=work.promised_on,
            promised_on=command.promised_on,
            reason=command.reason,
            due_at=command.due_at,
        ),
    )


def amend(command: AmendJob, job: Opened, ctx: Context) -> Decision:
    """合同变更 (A6): crews go to the address, and collect the amount, that hold now. Nothing new is no event."""
    at = happened(command, ctx)
    work = job.work
    customer = None if command.customer == work.customer else command.customer
    amount = None if command.amount_due_fen == work.amount_due_fen else command.amount_due_fen
    if (customer is None and amount is None) or isinstance(job, Delivered | Installed | Visited | Cancelled):
        return ()
    return (
        calls.JobAmended(at=at, job_id=work.job_id, customer=customer, amount_due_fen=amount, reason=command.reason),
    )


def owed_since(job: Opened) -> datetime | None:
    """When an open installation is (or was) due, if that has not been told (K9)."""
    match job:
        case Waiting() | Booked() | Scheduled() | Published():
            is_installation = job.work.kind == "installation" and not job.work.overdue
            return job.work.due_at if is_installation else None
        case PickUp() | OnTheWay() | Delivered() | Failed() | Installed() | Visited() | Cancelled():
            return None
    assert_never(job)


def volume_of(lines: Iterable[ContractLine], policy: Policy) -> int:
    """Litres that the goods take on a vehicle (B8)."""
    return sum(
        line.quantity * policy.litres_per_piece.get(line.category, policy.litres_per_piece_default) for line in lines
    )


Event = (
    facts.JobCompletenessChanged
    | facts.InstallationOverdue
    | calls.JobCancelled
    | calls.JobPromiseMoved
    | calls.JobAmended
)


def opened(event: facts.JobOpened) -> Waiting:
    """A job that is to be arranged."""
    work = Work(
        job_id=event.job_id,
        kind=event.kind,
        contract_no=event.contract_no,
        customer=event.customer,
        lines=event.lines,
        volume_l=event.volume_l,
        amount_due_fen=event.amount_due_fen,
        complete_on=event.complete_on,
        due_at=event.due_at,
        overdue=False,
        promised_on=event.promised_on,
        ticket_id=event.ticket_id,
        summary=event.summary,
        opened_at=event.at,
        depot=event.depot,
    )
    return Waiting(work, missing=(), call_back_on=None)


def evolve(job: Opened, event: Event) -> Opened:
    """The job after what is to be done has changed."""
    work = job.work
    match event:
        case facts.JobCompletenessChanged():
            lines = work.lines if event.lines is None else event.lines
            changed = replace(
                work,
                complete_on=event.complete_on,
                lines=lines,
                deposited=_still_owed(work.deposited, lines),
                volume_l=work.volume_l if event.volume_l is None else event.volume_l,
                amount_due_fen=work.amount_due_fen if event.amount_due_fen is None else event.amount_due_fen,
                depot=work.depot if event.depot is None else event.depot,
            )
            if isinstance(job, PickUp) and changed.lines != work.lines:  # a list of other pieces is none (B9)
                return replace(job, work=changed, list_no=None)
            return replace(job, work=changed)
        case facts.InstallationOverdue():
            return replace(job, work=replace(work, overdue=True))
        case calls.JobPromiseMoved():
            due_at = event.due_at or work.due_at
            return replace(job, work=replace(work, promised_on=event.promised_on, due_at=due_at))
        case calls.JobAmended():
            amount = work.amount_due_fen if event.amount_due_fen is None else event.amount_due_fen
            return replace(job, work=replace(work, customer=event.customer or work.customer, amount_due_fen=amount))
        case calls.JobCancelled():
            if isinstance(job, OnTheWay) and event.on_the_road:
                return replace(job, cancelled=event.reason)
            return Cancelled(work, event.reason, settled=event.settled)
    assert_never(event)


def _still_owed(deposited: tuple[GoodsLine, ...], lines: tuple[ContractLine, ...]) -> tuple[GoodsLine, ...]:
    """Of what lies in deposit, what is to be delivered still: the rest is fetched back, not taken up (B14, B15)."""
    owed = {line.line_no: line.quantity for line in lines}
    kept = ((line, min(line.quantity, owed.get(line.line_no, 0))) for line in deposited)
    return tuple(line.model_copy(update={"quantity": pieces}) for line, pieces in kept if pieces)


USE_CASES: tuple[UseCase[Any, Any, JobEvent], ...] = (
    UseCase(OpenJob, open_job),
    UseCase(ChangeCompleteness, change_completeness),
    UseCase(LimitLine, limit_line),
    UseCase(MarkInstallationOverdue, mark_overdue),
    UseCase(CancelJob, cancel),
    UseCase(MovePromise, move_promise),
    UseCase(AmendJob, amend),
)
