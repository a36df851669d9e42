"""What comes of a job at the customer's: arrived, signed, refused pieces, installed, visited (B10, B13, B15, B22)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, assert_never

from pydantic import Field

from company import units
from company.context import Context
from company.policy import Policy
from contracts import dispatch_jobs as facts
from contracts import dispatch_road as road
from contracts.bounds import ManyLines, MoneyFen, Words
from contracts.civil_time import civil_day
from contracts.dispatch import JobEvent
from contracts.dispatch_door import CountedLine, RefusedLine, Signing
from contracts.fact import ContractLine, GoodsLine
from dispatch.fields import happened
from dispatch.job.booking import install_due
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
    stop_ended,
)
from dispatch.refusals import no
from dispatch.who import INSTALLS
from dispatch.words import joined
from runtime.decision import Command, Rejected
from runtime.refusal import Term
from runtime.use_case import UseCase


class CompleteDelivery(Signing, Command):
    """签收 (B13, B22): counted line by line in front of the customer, who signed."""

    command: Literal["CompleteDelivery"] = "CompleteDelivery"
    cash_fen: MoneyFen = Field(default=0, ge=0)


class ArriveAtStop(Command):
    """到达 (B13): the crew is at the customer's."""

    command: Literal["ArriveAtStop"] = "ArriveAtStop"


class CompleteInstallation(Command):
    """安装完成 Installed and accepted (B10)

    Once it has a slot with an installation crew.
    """

    command: Literal["CompleteInstallation"] = "CompleteInstallation"
    accepted_by: Words
    note: ManyLines = ""


class FinishVisit(Command):
    """上门结束: the service desk has the technician's report."""

    command: Literal["FinishVisit"] = "FinishVisit"
    note: ManyLines = ""


def complete_delivery(command: CompleteDelivery, job: Opened, ctx: Context) -> Decision:
    """签收: goods checked line by line in front of the customer, signed.

    Rules: B13, B22, B10 (installation is due), A9 (what left on the vehicle was taken or refused, piece by piece), D14
    (what is refused undamaged comes back in whole boxes), X7.
    The same signature with the same count again is no event. Refuses: not_on_the_way, count_differs,
    refused_too_many, pieces_unaccounted, loose_pieces, photos_missing, already_over.
    """
    at = happened(command, ctx)
    match job:
        case Delivered() if is_repeated(command, job):
            return ()
        case Delivered() | Installed() | Visited():
            return no("already_over", job_id=job.work.job_id)
        case Cancelled():
            return no("cancelled", job_id=job.work.job_id, reason=Term.of(job.reason))
        case OnTheWay() if job.cancelled is not None:
            return no("cancelled", job_id=job.work.job_id, reason=Term.of(job.cancelled))
        case OnTheWay():
            goods = at_the_door(command, job.work.job_id, job.work.lines, job.loaded)
            return goods if isinstance(goods, Rejected) else signed(command, goods, job, at, ctx.policy)
        case Waiting() | Booked() | Scheduled() | Published() | PickUp() | Failed():
            return no("not_on_the_way", rule="B13", job_id=job.work.job_id)
    assert_never(job)


def at_the_door(
    told: Signing, job_id: str, ordered: tuple[ContractLine, ...], on_vehicle: tuple[GoodsLine, ...]
) -> tuple[GoodsLine, ...] | Rejected:
    """What the customer has now of what came on the vehicle; or what is wrong with what was signed (B13, A9, D14)."""
    goods = handed_over(told.delivered, ordered, pieces(on_vehicle))
    if isinstance(goods, Rejected):
        return goods
    wrong = accounts_for_all(told.refused, goods, on_vehicle, ordered)
    if wrong is None:
        wrong = _loose_pieces(told.refused, ordered, on_vehicle)
    if wrong is None and any(not (line.photos or told.photos) for line in told.refused):
        wrong = no("photos_missing", job_id=job_id)
    return goods if wrong is None else wrong


def _loose_pieces(
    refused: tuple[RefusedLine, ...], ordered: tuple[ContractLine, ...], on_vehicle: tuple[GoodsLine, ...]
) -> Rejected | None:
    """Good pieces of a product in boxes come back in whole boxes, or all that was loaded (D14); a broken piece may lie
    in the box."""
    good, broken = (pieces(line for line in refused if line.damaged == damaged) for damaged in (False, True))
    loaded = pieces(on_vehicle or ordered)
    for line in ordered:
        per_box = 1 if line.measure is None else line.measure.per_box
        number = line.line_no
        if not units.comes_back_whole(good[number], per_box, broken=broken[number], of=loaded[number]):
            return no("loose_pieces", line_no=number, name=Term.of(line.name), per_box=per_box)
    return None


def is_repeated(command: CompleteDelivery, job: Delivered) -> bool:
    """Whether the same was signed before (X7): by whom, what was taken, what was not and why, and the money."""
    back = [pieces(line for line in command.refused if line.damaged == damaged) for damaged in (False, True)]
    told = (command.signature_ref, command.signed_by, command.cash_fen, pieces(command.delivered), *back)
    known = (job.signature_ref, job.signed_by, job.cash_fen, *map(pieces, (job.delivered, job.refused, job.damaged)))
    return told == known


def accounts_for_all(
    back: tuple[RefusedLine, ...],
    goods: tuple[GoodsLine, ...],
    left: tuple[GoodsLine, ...],
    ordered: tuple[ContractLine, ...],
) -> Rejected | None:
    """Each piece that left on the vehicle was either taken or refused, and no other one (A9, B13)."""
    if not left:
        return refused_too_many(back, goods, ordered)
    taken, refused, loaded = pieces(goods), pieces(back), pieces(left)
    names = {line.line_no: line.name for line in left} | {line.line_no: line.name for line in ordered}
    numbers = sorted({*taken, *refused, *loaded})
    wrong = [number for number in numbers if taken[number] + refused[number] != loaded[number]]
    if not wrong:
        return None
    told = joined(
        Term(
            f"第 {number} 行 {names.get(number, '')}"
            f"：车上 {loaded[number]}，签收 {taken[number]}，拒收 {refused[number]}",
            f"line {number}: {loaded[number]} on the vehicle, {taken[number]} taken, {refused[number]} refused",
        )
        for number in wrong
    )
    return no("pieces_unaccounted", named=told, lines=",".join(map(str, wrong)))


def pieces(lines: Iterable[CountedLine | RefusedLine | GoodsLine | ContractLine]) -> Counter[int]:
    """How many of each line."""
    found: Counter[int] = Counter()
    for line in lines:
        found[line.line_no] += line.quantity
    return +found


def signed(
    command: CompleteDelivery, goods: tuple[GoodsLine, ...], job: OnTheWay, at: datetime, policy: Policy
) -> Decision:
    """The signature, and what was refused: undamaged pieces come back (B15), damaged ones are reported (D4)."""
    work = job.work
    ordered = {line.line_no for line in goods}
    there = (*goods, *(line for line in job.loaded if line.line_no not in ordered))
    back = refused_goods(command.refused, there, damaged=False)
    broken = refused_goods(command.refused, there, damaged=True)
    completed = facts.DeliveryCompleted(
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
        depot=work.depot,
    )
    refused = tuple(
        road.PiecesRefused(
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


def arrive(command: ArriveAtStop, job: Opened, ctx: Context) -> Decision:
    """到达. Arrived, or over, already is no event."""
    at = happened(command, ctx)
    match job:
        case OnTheWay(is_arrived=True) | Delivered() | Failed() | Installed() | Visited() | Cancelled():
            return ()
        case OnTheWay():
            place = job.place
            return (
                road.StopArrived(
                    at=at,
                    job_id=job.work.job_id,
                    on=place.on,
                    crew=place.crew,
                    leader=job.leader,
                    window=place.window,
                ),
            )
        case Waiting() | Booked() | Scheduled() | Published() | PickUp():
            return no("not_on_the_way", rule="B13", job_id=job.work.job_id)
    assert_never(job)


def complete_installation(command: CompleteInstallation, job: Opened, ctx: Context) -> Decision:
    """安装完成 (B10): an installation that has a slot. Done already is no event; accepted by somebody else is (X7)."""
    at = happened(command, ctx)
    if job.work.kind != "installation":
        return no("not_an_installation", job_id=job.work.job_id)
    match job:
        case Installed():
            same = job.accepted_by == command.accepted_by
            return () if same else no("installed_already", job_id=job.work.job_id, accepted_by=job.accepted_by)
        case Scheduled() | Published():
            return (
                facts.InstallationCompleted(
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
            return no("cancelled", job_id=job.work.job_id, reason=Term.of(job.reason))
        case Waiting() | Booked() | PickUp() | OnTheWay() | Delivered() | Failed() | Visited():
            return no("not_scheduled", job_id=job.work.job_id)
    assert_never(job)


def leader_by(policy: Policy, crew: str, otherwise: str) -> str:
    """The crew's leader by the policy, or the person who reports."""
    known = next((one.leader for one in policy.crews if one.crew == crew), None)
    return known or otherwise


def finish_visit(command: FinishVisit, job: Opened, ctx: Context) -> Decision:
    """上门结束: what came of it is the ticket's story. Finished already is no event."""
    at = happened(command, ctx)
    if job.work.kind != "visit":
        return no("not_a_visit", job_id=job.work.job_id)
    return (
        ()
        if isinstance(job, Visited | Cancelled)
        else (facts.VisitDone(at=at, job_id=job.work.job_id, note=command.note),)
    )


def handed_over(
    counted: Iterable[CountedLine], ordered: tuple[ContractLine, ...], loaded: Counter[int]
) -> tuple[GoodsLine, ...] | Rejected:
    """The goods that the customer has now; or what is wrong with the count (B13).

    Each line that is on the vehicle (where that is not known: each line of the order) is named once, with 0 where
    nothing was handed over; never more than ordered.
    """
    told = tuple(counted)
    quantities = {line.line_no: line.quantity for line in told}
    twice = sorted(number for number, times in Counter(line.line_no for line in told).items() if times > 1)
    known = {line.line_no for line in ordered}
    strange = sorted(set(quantities) - known)
    missing = [line for line in ordered if line.line_no not in quantities and (loaded[line.line_no] or not loaded)]
    over = [line for line in ordered if quantities.get(line.line_no, 0) > line.quantity]
    found = [
        *(Term(f"第 {number} 行点了两次", f"line {number} is counted twice") for number in twice),
        *(Term(f"合同没有第 {number} 行", f"there is no line {number}") for number in strange),
        *(
            Term(
                f"第 {line.line_no} 行 {line.name} 没有清点（没有交付请写 0）",
                f"line {line.line_no} is not counted (write 0 where nothing was handed over)",
            )
            for line in missing
        ),
        *(
            Term(
                f"第 {line.line_no} 行 {line.name} 只订了 {line.quantity}，点了 {quantities[line.line_no]}",
                f"line {line.line_no}: {quantities[line.line_no]} counted, {line.quantity} ordered",
            )
            for line in over
        ),
    ]
    if found:
        lines = sorted({*twice, *strange, *(line.line_no for line in missing), *(line.line_no for line in over)})
        return no("count_differs", named=joined(found), lines=",".join(map(str, lines)))
    return tuple(
        GoodsLine(line_no=line.line_no, sku=line.sku, name=line.name, quantity=quantities.get(line.line_no, 0))
        for line in ordered
    )


def delivered_lines(delivered: Iterable[GoodsLine], ordered: Iterable[ContractLine]) -> tuple[ContractLine, ...]:
    """The contract lines of which the customer has something now, with what was handed over."""
    quantities = {line.line_no: line.quantity for line in delivered}
    return tuple(
        line.model_copy(update={"quantity": quantities[line.line_no]})
        for line in ordered
        if quantities.get(line.line_no, 0) > 0
    )


def refused_goods(refused: Iterable[RefusedLine], there: Iterable[GoodsLine], damaged: bool) -> tuple[GoodsLine, ...]:
    """The pieces that were refused, either the damaged or the undamaged ones, in the order of what was there."""
    back = pieces(line for line in refused if line.damaged == damaged)
    return tuple(line.model_copy(update={"quantity": back[line.line_no]}) for line in there if back[line.line_no])


def refused_too_many(
    refused: Iterable[RefusedLine], delivered: tuple[GoodsLine, ...], ordered: tuple[ContractLine, ...]
) -> Rejected | None:
    """Pieces cannot be both taken and refused, nor refused without having been ordered (B13)."""
    back, taken, wanted = pieces(refused), pieces(delivered), {line.line_no: line.quantity for line in ordered}
    wrong = sorted(number for number in back if taken[number] + back[number] > wanted.get(number, 0))
    if not wrong:
        return None
    return no("refused_too_many", lines=",".join(map(str, wrong)))


Event = road.StopArrived | facts.DeliveryCompleted | road.PiecesRefused | facts.InstallationCompleted | facts.VisitDone


def evolve(job: Opened, event: Event) -> Opened:
    """The job once its crew is there, and when it is over."""
    match event:
        case road.StopArrived():
            return replace(job, is_arrived=True) if isinstance(job, OnTheWay) else job
        case facts.DeliveryCompleted():
            return Delivered(
                job.work,
                event.delivered,
                event.signature_ref,
                stop_ended(job, event.at),
                signed_by=event.signed_by,
                cash_fen=event.cash_fen,
                refused=event.refused,
                damaged=event.damaged,
            )
        case road.PiecesRefused():
            return job
        case facts.InstallationCompleted():
            return Installed(job.work, event.accepted_by, stop_ended(job, event.at))
        case facts.VisitDone():
            return Visited(job.work, stop_ended(job, event.at))
    assert_never(event)


USE_CASES: tuple[UseCase[Any, Any, JobEvent], ...] = (
    UseCase(ArriveAtStop, arrive),
    UseCase(CompleteDelivery, complete_delivery),
    UseCase(CompleteInstallation, complete_installation, INSTALLS, "installation"),
    UseCase(FinishVisit, finish_visit),
)
