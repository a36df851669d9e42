"""送达更正 What was typed of a delivery or a pick-up was wrong: taken back by a correction that names it (D16)."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal, assert_never

from pydantic import Field

from company.context import Context
from contracts import dispatch_corrections as facts
from contracts import dispatch_road as road
from contracts.bounds import Few, OptionalId, Words
from contracts.civil_time import civil_day
from contracts.dispatch import JobEvent
from contracts.dispatch_door import CountedLine, Photos, RefusedLine
from dispatch.fields import happened
from dispatch.job.booking import install_due
from dispatch.job.handover import (
    accounts_for_all,
    delivered_lines,
    handed_over,
    pieces,
    refused_goods,
)
from dispatch.job.resting import Standings, standing_of
from dispatch.job.state import Counts, Decision, Delivered, Opened, WrongDelivery
from dispatch.refusals import no
from dispatch.who import APPROVES_CORRECTIONS, CORRECTS
from runtime.decision import Command, Rejected
from runtime.refusal import Term
from runtime.use_case import Asker, UseCase

CorrectionNo = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{2,39}$")]


class AskDeliveryCorrection(Command):
    """送达更正 (D16): what the customer really took, and sent back."""

    command: Literal["AskDeliveryCorrection"] = "AskDeliveryCorrection"
    correction_no: CorrectionNo
    delivered: Annotated[tuple[CountedLine, ...], Few(1_000)]
    refused: Annotated[tuple[RefusedLine, ...], Few(1_000)] = ()
    photos: Photos = ()
    reason: Words
    standing: Standings = ()


class DeliveryWrong(Command):
    """更正送达 Correct a delivery (D16)

    What the customer really took of each line, and what he sent back, whole or broken, as it ought to have been typed.
    It waits for a second person; nobody outside is told of damage that was none.
    """

    command: Literal["AskDeliveryCorrection"] = "AskDeliveryCorrection"
    correction_no: CorrectionNo | None = None
    delivered: Annotated[tuple[CountedLine, ...], Few(1_000), Field(min_length=1)]
    refused: Annotated[tuple[RefusedLine, ...], Few(1_000)] = ()
    photos: Photos = ()
    reason: Words


class ApproveDeliveryCorrection(Command):
    """同意送达更正 Approve a delivery's correction (D16)

    By another person than who asked for it: contract, warehouse, installation and books follow.
    """

    command: Literal["ApproveDeliveryCorrection"] = "ApproveDeliveryCorrection"
    correction_no: CorrectionNo
    standing: Standings = ()


class RefuseDeliveryCorrection(Command):
    """不同意送达更正 Refuse a delivery's correction (D16)

    What was typed stays. Whoever asked for it may withdraw it.
    """

    command: Literal["RefuseDeliveryCorrection"] = "RefuseDeliveryCorrection"
    correction_no: CorrectionNo
    reason: Words


class ReverseDeliveryCorrection(Command):
    """送达更正收不回 (D16): the warehouse had received meanwhile what a correction moves."""

    command: Literal["ReverseDeliveryCorrection"] = "ReverseDeliveryCorrection"
    correction_no: OptionalId
    reason: Words


def ask_delivery_correction(command: AskDeliveryCorrection, job: Opened, ctx: Context) -> Decision:
    """Somebody says what was really handed over.

    Rules: D16, B13, A9 (each piece that left is accounted for as before), X7. The same again is no event. Refuses:
    not_delivered_yet, correction_contradicts, correction_waits, nothing_to_correct, count_differs, pieces_unaccounted,
    pick_up_takes_no_refused, photos_missing, and what rests on it (`_resting`).
    """
    if not isinstance(job, Delivered):
        return no("not_delivered_yet", job_id=job.work.job_id)
    wanted = _wanted(command, job, ctx)
    if isinstance(wanted, Rejected):
        taken = command.correction_no in {one.correction_no for one in job.corrections.known}
        return _contradicts(command.correction_no) if taken else wanted
    before = job.corrections.asked_before(
        wanted, lambda one: one.right.same(wanted.right), _contradicts(wanted.correction_no)
    )
    if before is not None:
        return before
    if (waits := job.corrections.waits) is not None:
        return no("correction_waits", job_id=job.work.job_id, correction_no=waits.correction_no)
    if wanted.right.same(job.counts):
        return no("nothing_to_correct", job_id=job.work.job_id)
    resting = _resting(job, wanted, command.standing)
    if resting is not None:
        return resting
    return (
        facts.DeliveryCorrectionAsked(
            at=wanted.at,
            job_id=job.work.job_id,
            contract_no=job.work.contract_no,
            correction_no=wanted.correction_no,
            delivered=wanted.right.delivered,
            refused=wanted.right.refused,
            damaged=wanted.right.damaged,
            reason=wanted.reason,
            photos=wanted.photos,
            asked_by=ctx.by,
        ),
    )


def _contradicts(correction_no: str) -> Rejected:
    return no("correction_contradicts", correction_no=correction_no)


def _unknown(correction_no: str, job: Opened) -> Rejected:
    return no("unknown_correction", job_id=job.work.job_id, correction_no=correction_no)


def _wanted(command: AskDeliveryCorrection, job: Delivered, ctx: Context) -> WrongDelivery | Rejected:
    """The correction as it is asked for; or what is wrong with its count: it is of the pieces that left, no others."""
    before = job.counts
    left = tuple(line for lines in before.all for line in lines)
    goods = handed_over(command.delivered, job.work.lines, pieces(() if job.picked_up else left))
    if isinstance(goods, Rejected):
        return goods
    if job.picked_up and command.refused:
        return no("pick_up_takes_no_refused", job_id=job.work.job_id)
    wrong = None if job.picked_up else accounts_for_all(command.refused, goods, left, job.work.lines)
    if wrong is not None:
        return wrong
    ordered = {line.line_no for line in goods}
    there = (*goods, *(line for line in left if line.line_no not in ordered))
    whole, broken = (refused_goods(command.refused, there, damaged=damaged) for damaged in (False, True))
    right = Counts(goods, whole, broken)
    for told, was, damaged in ((right.refused, before.refused, False), (right.damaged, before.damaged, True)):
        more = pieces(told) - pieces(was)
        shown = {
            line.line_no for line in command.refused if line.damaged == damaged and (line.photos or command.photos)
        }
        if not set(more) <= shown:
            return no("photos_missing", job_id=job.work.job_id)
    photos = (photo for line in command.refused for photo in line.photos)
    return WrongDelivery(
        command.correction_no,
        right,
        before,
        command.reason,
        ctx.by,
        happened(command, ctx),
        tuple(dict.fromkeys((*command.photos, *photos))),
    )


def _resting(job: Delivered, wanted: WrongDelivery, standing: Standings) -> Rejected | None:
    """Later facts that rest on what is taken back, the first of them: it is taken back before (D16)."""
    found = {one.line_no: one for one in standing}
    to_install = {line.line_no for line in job.work.lines if line.to_install}
    delivered, refused, damaged = (wanted.right.more(wanted.was, part) for part in range(3))
    for line in job.work.lines:
        number, name = line.line_no, Term.of(line.name)
        at = found.get(number)
        more = delivered[number]
        if at is None or not (more or refused[number] or damaged[number]):
            continue
        said: dict[str, Any] = {"line_no": number, "name": name}
        if at.later:
            return no("correction_delivered_again", **said, later=at.later)
        if more and at.installed and number in to_install:
            return no("correction_installed", **said, installed=at.installed)
        if more > at.owed:
            return no("correction_more_than_owed", **said, owed=at.owed, refunded=at.refunded, more=more)
        if job.picked_up and more > at.here:
            return no("correction_not_here", **said, here=at.here, more=more)
        back, broken = -refused[number], -damaged[number]
        if back > at.coming_back or broken > at.broken_back:
            received = max(back - at.coming_back, 0) + max(broken - at.broken_back, 0)
            return no("correction_received_back", **said, received=received)
    return None


def approve_delivery_correction(command: ApproveDeliveryCorrection, job: Opened, ctx: Context) -> Decision:
    """A second person agrees: this is how it was.

    Rules: D16, B23 (nobody is their own second), X7. Approved already is no event. Refuses: unknown_correction,
    own_correction, and what rests on it by now.
    """
    number = command.correction_no
    if not isinstance(job, Delivered):
        return _unknown(number, job)
    own = no("own_correction", correction_no=number)
    wrong = job.corrections.to_agree(number, ctx.by, _unknown(number, job), own)
    if not isinstance(wrong, WrongDelivery):
        return wrong
    resting = _resting(job, wrong, command.standing)
    if resting is not None:
        return resting
    at = happened(command, ctx)
    corrected = _corrected(job, wrong, at, ctx)
    refused = (
        road.PiecesRefused(
            at=at,
            job_id=job.work.job_id,
            contract_no=job.work.contract_no,
            customer=job.work.customer,
            crew=corrected.crew,
            leader=corrected.leader,
            lines=lines,
            damaged=damaged,
            reason=wrong.reason,
            photos=wrong.photos,
        )
        for part, damaged in ((1, False), (2, True))
        if (lines := wrong.right.what_is_more(wrong.was, part))
    )
    return (corrected, *refused)


def _corrected(job: Delivered, wrong: WrongDelivery, at: datetime, ctx: Context) -> facts.DeliveryCorrected:
    work, stop = job.work, job.stop
    return facts.DeliveryCorrected(
        at=at,
        job_id=work.job_id,
        contract_no=work.contract_no,
        customer=work.customer,
        crew="" if stop is None else stop.place.crew,
        leader="" if stop is None else stop.leader or "",
        correction_no=wrong.correction_no,
        delivered=wrong.right.delivered,
        refused=wrong.right.refused,
        damaged=wrong.right.damaged,
        was_delivered=wrong.was.delivered,
        was_refused=wrong.was.refused,
        was_damaged=wrong.was.damaged,
        lines=work.lines,
        picked_up=job.picked_up,
        install_due=install_due(civil_day(at), delivered_lines(wrong.right.delivered, work.lines), ctx.policy),
        reason=wrong.reason,
        asked_by=wrong.asked_by,
        witness=ctx.by,
        depot=work.depot,
    )


def refuse_delivery_correction(command: RefuseDeliveryCorrection, job: Opened, ctx: Context) -> Decision:
    """What was typed stays. Rules: D16, X7. Refused already is no event. Refuses: unknown_correction."""
    number = command.correction_no
    unknown = _unknown(number, job)
    wrong = job.corrections.to_refuse(number, unknown) if isinstance(job, Delivered) else unknown
    if not isinstance(wrong, WrongDelivery):
        return wrong
    return (
        facts.DeliveryCorrectionRefused(
            at=happened(command, ctx),
            job_id=job.work.job_id,
            contract_no=job.work.contract_no,
            correction_no=wrong.correction_no,
            reason=command.reason,
            refused_by=ctx.by,
        ),
    )


def reverse_delivery_correction(command: ReverseDeliveryCorrection, job: Opened, ctx: Context) -> Decision:
    """The warehouse had received meanwhile what a correction moves: the delivery is as it was typed again.

    Rules: D16, D3. Once per correction; what was corrected anew since stays.
    """
    if not isinstance(job, Delivered):
        return ()
    done = next((one for one in job.corrections.agreed if one.correction_no == command.correction_no), None)
    if done is None or not done.right.same(job.counts):
        return ()
    again = replace(
        done, correction_no=f"{done.correction_no}-R", right=done.was, was=done.right, reason=command.reason
    )
    back = _corrected(job, again, happened(command, ctx), ctx)
    return (back.model_copy(update={"reverses": done.correction_no}),)


Event = facts.DeliveryCorrectionAsked | facts.DeliveryCorrectionRefused | facts.DeliveryCorrected


def evolve(job: Opened, event: Event) -> Opened:
    """The delivery as it was."""
    if not isinstance(job, Delivered):
        return job
    match event:
        case facts.DeliveryCorrectionAsked():
            right = Counts(event.delivered, event.refused, event.damaged)
            wrong = WrongDelivery(
                event.correction_no, right, job.counts, event.reason, event.asked_by, event.at, event.photos
            )
            return replace(job, corrections=job.corrections.asked(wrong))
        case facts.DeliveryCorrectionRefused():
            return replace(job, corrections=job.corrections.refused())
        case facts.DeliveryCorrected():
            right = Counts(event.delivered, event.refused, event.damaged)
            was = Counts(event.was_delivered, event.was_refused, event.was_damaged)
            done = WrongDelivery(event.correction_no, right, was, event.reason, event.asked_by, event.at)
            return replace(
                job,
                delivered=event.delivered,
                refused=event.refused,
                damaged=event.damaged,
                corrections=(job.corrections if event.reverses else job.corrections.refused()).agreed_to(done),
            )
    assert_never(event)


def is_delivered(job: Opened) -> Rejected | None:
    """Gate: something was signed for, and nobody's correction of it waits."""
    if not isinstance(job, Delivered):
        return no("not_delivered_yet", job_id=job.work.job_id)
    wrong = job.corrections.waits
    return None if wrong is None else no("correction_waits", job_id=job.work.job_id, correction_no=wrong.correction_no)


def waits(job: Opened) -> Rejected | None:
    """Gate: a correction waits for a second person."""
    waiting = isinstance(job, Delivered) and job.corrections.waits is not None
    return None if waiting else _unknown("", job)


async def asked(asker: Asker, job_id: str, body: DeliveryWrong) -> AskDeliveryCorrection:
    """With its number, and with what rests on the delivery by now."""
    told = dict(body) | {"correction_no": body.correction_no or asker.fresh_number("SG", "delivery_correction")}
    return AskDeliveryCorrection(**told, standing=await standing_of(asker, job_id))


async def looked_at(asker: Asker, job_id: str, body: Command) -> ApproveDeliveryCorrection:
    """With what rests on the delivery by now."""
    told = dict(body) | {"standing": await standing_of(asker, job_id)}
    return ApproveDeliveryCorrection.model_validate(told)


USE_CASES: tuple[UseCase[Any, Any, JobEvent], ...] = (
    UseCase(
        AskDeliveryCorrection,
        ask_delivery_correction,
        CORRECTS,
        "corrections",
        body=DeliveryWrong,
        prepare=asked,
        says=lambda said: {"correction_no": said.correction_no},
        status=201,
        gate=is_delivered,
    ),
    UseCase(
        ApproveDeliveryCorrection,
        approve_delivery_correction,
        APPROVES_CORRECTIONS,
        "corrections/approval",
        body="DeliveryCorrectionApproval",
        unsaid=("standing",),
        prepare=looked_at,
        status=201,
        gate=waits,
    ),
    UseCase(
        RefuseDeliveryCorrection,
        refuse_delivery_correction,
        APPROVES_CORRECTIONS | CORRECTS,
        "corrections/refusal",
        body="DeliveryCorrectionRefusal",
        status=201,
        gate=waits,
    ),
    UseCase(ReverseDeliveryCorrection, reverse_delivery_correction),
)
