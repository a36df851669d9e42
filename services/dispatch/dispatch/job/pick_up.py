"""Pick-up (自提, A11): the customer collects a delivery's goods at the depot, on a day, by a list of its own."""

from dataclasses import replace
from typing import Annotated, Any, Literal, assert_never

from pydantic import BaseModel, Field

from company.context import Context
from company.policy import Policy, policy_book
from company.reasons import COLLECTED
from contracts import dispatch_pick_up as facts
from contracts.bounds import CivilDay, Few, ManyLines, Words
from contracts.civil_time import civil_day
from contracts.dispatch import JobEvent
from contracts.dispatch_door import CountedLine, Photos
from contracts.dispatch_jobs import LaterDayConsent
from contracts.fact import ContractLine, GoodsLine
from contracts.job_ids import part_of
from dispatch.fields import happened
from dispatch.job.booking import install_due
from dispatch.job.handover import delivered_lines, handed_over, pieces
from dispatch.job.state import (
    Booked,
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
    booking_of,
    left,
)
from dispatch.refusals import no
from dispatch.who import HANDS_OUT, OFFICE, SUPERVISOR
from runtime.decision import Command, Rejected
from runtime.refusal import Term
from runtime.typed_rows import ByName
from runtime.use_case import Asker, UseCase

IDENTITY_DIGITS = 6
"""Of a document's number, no more is written down (C18)."""


class ArrangePickUp(Command):
    """约自提 Arrange a pick-up (A11)

    The customer collects the goods at the depot on a day, instead of having them delivered. Later than promised, with
    his consent (A8).
    """

    command: Literal["ArrangePickUp"] = "ArrangePickUp"
    on: CivilDay
    note: ManyLines = ""
    consent: LaterDayConsent | None = None
    """The customer's, to a day that is later than was promised (A8)."""


class CallOffPickUp(Command):
    """取消自提 Call a pick-up off (A11)

    The goods are to be delivered again, or collected another time.
    """

    command: Literal["CallOffPickUp"] = "CallOffPickUp"
    reason: Words


class IssuePickUpList(Command):
    """开自提单 Issue the pick-up list (A11, B9)

    By the supervisor; goods leave on it only.
    """

    command: Literal["IssuePickUpList"] = "IssuePickUpList"


class HandOut(Command):
    """自提交货 Hand out a pick-up (A11, B13)

    Counted line by line in front of whoever collects, whose identity was looked at and who signed.
    """

    command: Literal["HandOut"] = "HandOut"
    delivered: Annotated[tuple[CountedLine, ...], Few(1_000)]
    collected_by: Words
    identity: Annotated[Words, Field(examples=["身份证尾号 1234"])]
    signature_ref: Words
    taught_use: bool = False
    photos: Photos = ()
    unchecked: bool = False
    """QC did not pass what it must (B21)."""


def arrange_pick_up(command: ArrangePickUp, job: Opened, ctx: Context) -> Decision:
    """约自提: for the goods of a delivery that are here; a slot is given up. The same day and note again is no event.

    Rules: A11, A3 (complete goods, or the part that a supervisor sent ahead), A8 (later than promised only with the
    customer's consent; the contract's promise follows it). Refuses: not_a_delivery, already_over, cancelled,
    too_late_to_book, in_deposit, not_complete, day_in_the_past, later_than_promised.
    """
    at = happened(command, ctx)
    work = job.work
    if work.kind != "delivery":
        return no("not_a_delivery", job_id=work.job_id)
    match job:
        case Delivered() | Installed() | Visited():
            return no("already_over", job_id=work.job_id)
        case Cancelled():
            return no("cancelled", job_id=work.job_id, reason=Term.of(job.reason))
        case OnTheWay():
            return no("too_late_to_book", job_id=work.job_id)
        case _ if work.deposited:
            return no("in_deposit", job_id=work.job_id)
        case PickUp() if (job.on, job.note) == (command.on, command.note or job.note):
            return ()
        case Waiting() | Booked() | Scheduled() | Published() | Failed() | PickUp():
            if work.complete_on is None and not is_part(job):
                return no("not_complete", contract_no=work.contract_no)
            if command.on < civil_day(at):
                return no("day_in_the_past", on=command.on, called_on=civil_day(at))
            late = work.promised_on is not None and command.on > work.promised_on
            if late and command.consent is None:
                return no("later_than_promised", on=command.on, promised_on=work.promised_on)
            arranged = facts.PickUpArranged(
                at=at,
                job_id=work.job_id,
                contract_no=work.contract_no,
                customer=work.customer,
                on=command.on,
                lines=work.lines,
                note=command.note,
                consent=command.consent if late else None,
            )
            return (*left(job, COLLECTED, at), arranged)
    assert_never(job)


def is_part(job: Opened) -> bool:
    """Whether a supervisor sent it ahead although the contract waits (A3)."""
    booking = booking_of(job)
    return job.partial if isinstance(job, PickUp) else booking is not None and booking.partial


def call_off_pick_up(command: CallOffPickUp, job: Opened, ctx: Context) -> Decision:
    """取消自提. What is not to be picked up is no event."""
    if not isinstance(job, PickUp):
        return ()
    return (facts.PickUpCalledOff(at=happened(command, ctx), job_id=job.work.job_id, reason=command.reason),)


def issue_pick_up_list(command: IssuePickUpList, job: Opened, ctx: Context) -> Decision:
    """开自提单: issued already is no event. Refuses: no_pick_up."""
    if not isinstance(job, PickUp):
        return no("no_pick_up", job_id=job.work.job_id)
    if job.list_no is not None:
        return ()
    return (
        facts.PickUpListIssued(
            at=happened(command, ctx), job_id=job.work.job_id, list_no=list_no(job), issued_by=ctx.by
        ),
    )


def list_no(job: PickUp) -> str:
    """Number of the pick-up list (自提单): contract, part, and the day for which it was arranged."""
    return f"ZT{job.on:%Y%m%d}-{job.work.contract_no}-{part_of(job.work.job_id)}"


def hand_out(command: HandOut, job: Opened, ctx: Context) -> Decision:
    """自提交货: by list, counted, identity looked at, signed; less than ordered leaves a rest (A10).

    Rules: A11, B9, B13, B21, X7. The same signature with the same count again is no event. Refuses: no_pick_up,
    pick_up_needs_list, not_complete, not_passed, count_differs, identity_whole, nothing_collected, already_over.
    """
    at = happened(command, ctx)
    work = job.work
    if isinstance(job, Delivered):
        told = (command.signature_ref, command.collected_by, pieces(command.delivered))
        same = (job.signature_ref, job.signed_by, pieces(job.delivered)) == told
        return () if same else no("already_over", job_id=work.job_id)
    if not isinstance(job, PickUp):
        return no("no_pick_up", job_id=work.job_id)
    if job.list_no is None:
        return no("pick_up_needs_list", job_id=work.job_id)
    if work.complete_on is None and not job.partial:
        return no("not_complete", contract_no=work.contract_no)
    if command.unchecked:
        return no("not_passed", job_id=work.job_id)
    goods = handed_over(command.delivered, work.lines, pieces(()))
    if isinstance(goods, Rejected):
        return goods
    if sum(map(str.isdecimal, command.identity)) > IDENTITY_DIGITS:
        return no("identity_whole", most=Term.of(IDENTITY_DIGITS))
    if not any(line.quantity for line in goods):
        return no("nothing_collected", job_id=work.job_id)
    return (
        facts.PickedUp(
            at=at,
            job_id=work.job_id,
            contract_no=work.contract_no,
            customer=work.customer,
            list_no=job.list_no,
            delivered=goods,
            lines=work.lines,
            collected_by=command.collected_by,
            identity=command.identity,
            signature_ref=command.signature_ref,
            taught_use=command.taught_use,
            handed_by=ctx.by,
            install_due=install_due(civil_day(at), delivered_lines(goods, work.lines), ctx.policy),
            photos=command.photos,
            depot=work.depot,
        ),
    )


class ToCollect(BaseModel):
    """The job's row, which is made of these use cases, as far as QC needs it."""

    contract_no: str
    lines: tuple[ContractLine, ...]


class Passed(BaseModel):
    """The warehouse's row of what QC passed of a contract."""

    passed: tuple[GoodsLine, ...]


TO_COLLECT, PASSED = ByName("jobs", ToCollect), ByName("inspections", Passed)


async def checked(asker: Asker, job_id: str, body: Command) -> HandOut:
    """What is handed out, and whether QC passed what it must of it (B21)."""
    job = await asker.view(TO_COLLECT).get(job_id)
    told = HandOut.model_validate({**dict(body), "unchecked": False})
    if job is None:
        return told
    found = await asker.view(PASSED).get(job.contract_no)
    passed = {} if found is None else {line.line_no: line.quantity for line in found.passed}
    policy = policy_book().at(asker.now)
    wanted = pieces(told.delivered)
    due = (line.line_no for line in job.lines if needs_check(line, policy))
    unchecked = any(passed.get(number, 0) < wanted[number] for number in due)
    return told.model_copy(update={"unchecked": unchecked})


def needs_check(line: ContractLine, policy: Policy) -> bool:
    """Whether QC must have passed it before it leaves (B9, B21)."""
    return policy.departure_needs_quality or line.category in policy.careful_categories


def is_to_be_collected(job: Opened) -> Rejected | None:
    """Gate: a pick-up that was arranged."""
    return None if isinstance(job, PickUp) else no("no_pick_up", job_id=job.work.job_id)


Event = facts.PickUpArranged | facts.PickUpCalledOff | facts.PickUpListIssued | facts.PickedUp


def evolve(job: Opened, event: Event) -> Opened:
    """The job as a pick-up."""
    match event:
        case facts.PickUpArranged():
            listed = job.list_no if isinstance(job, PickUp) and job.on == event.on else None
            return PickUp(job.work, event.on, is_part(job), listed, event.note)
        case facts.PickUpCalledOff():
            return Waiting(job.work, (), None)
        case facts.PickUpListIssued():
            return replace(job, list_no=event.list_no) if isinstance(job, PickUp) else job
        case facts.PickedUp():
            return Delivered(
                job.work, event.delivered, event.signature_ref, signed_by=event.collected_by, picked_up=True
            )
    assert_never(event)


USE_CASES: tuple[UseCase[Any, Any, JobEvent], ...] = (
    UseCase(ArrangePickUp, arrange_pick_up, OFFICE, "pick-up"),
    UseCase(CallOffPickUp, call_off_pick_up, OFFICE, "pick-up/cancellation", gate=is_to_be_collected),
    UseCase(IssuePickUpList, issue_pick_up_list, SUPERVISOR, "pick-up/list", gate=is_to_be_collected),
    UseCase(
        HandOut,
        hand_out,
        HANDS_OUT,
        "pick-up/handover",
        body="HandOut",
        unsaid=("unchecked",),
        prepare=checked,
        gate=is_to_be_collected,
    ),
)
