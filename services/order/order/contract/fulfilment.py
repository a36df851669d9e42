"""From loading to fulfilment (完结): loaded, delivered, installed, accepted; and the warranty (质保, A7)."""

from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, Literal, assert_never

from pydantic import Field

from company.context import Context
from company.policy import Policy
from company.reasons import LEFT_BY_DELIVERY
from contracts import order as facts
from contracts.bounds import Few, Nth, OneLine, OptionalId
from contracts.civil_time import civil_day
from contracts.fact import GoodsLine
from contracts.job_ids import is_delivery, is_installation, part_of
from order.contract.fields import MAX_LINES, MAX_PIECES, ContractNo, Note, PaperNo, Text
from order.contract.goods import completeness, owed_pieces
from order.contract.left_by_list import SOLD, left_by_list
from order.contract.state import (
    Cancelled,
    Complete,
    Course,
    Decision,
    Failure,
    Fulfilled,
    Known,
    Line,
    Lines,
    Rest,
    Waiting,
    Warranty,
    all_delivered,
    any_delivered,
    counted,
    line_of,
    over,
    owed_fen,
    unknown_line,
    with_pieces,
)
from order.contract.statements import Accepted, Handover, said_before
from order.refusals import no
from order.who import OFFICE
from runtime.decision import Command, Rejected
from runtime.refusal import Term
from runtime.use_case import Asker, UseCase


class NoteLoading(Command):
    """装车入合同 (A6, B11)."""

    command: Literal["NoteLoading"] = "NoteLoading"
    contract_no: OptionalId
    run: OptionalId
    part: Nth = 0
    """Which of the contract's deliveries (A10); 0: nobody said."""


class NoteFailedDelivery(Command):
    """未送成入合同 (B14)."""

    command: Literal["NoteFailedDelivery"] = "NoteFailedDelivery"
    contract_no: OptionalId
    job_id: OptionalId
    cause: OneLine
    goods: Literal["returned", "deposited"]


class NoteDelivery(Command):
    """签收入合同 (A7, B13). `job_id`: the job, or the number of the receipt (签收单)."""

    command: Literal["NoteDelivery"] = "NoteDelivery"
    contract_no: ContractNo
    job_id: PaperNo
    delivered: Annotated[tuple[GoodsLine, ...], Few(1_000)]
    refused: Annotated[tuple[GoodsLine, ...], Few(1_000)] = ()
    damaged: Annotated[tuple[GoodsLine, ...], Few(1_000)] = ()
    signed_by: Note
    left: Annotated[tuple[GoodsLine, ...], Few(1_000)] = ()
    """Of a receipt typed in: what left the warehouse by list, and is neither back nor on a vehicle (B9)."""


class NoteInstallation(Command):
    """安装验收入合同 (A7, B10). `job_id`: the job, or the number of the acceptance form (服务验收单)."""

    command: Literal["NoteInstallation"] = "NoteInstallation"
    contract_no: ContractNo
    job_id: PaperNo
    accepted_by: Text


class Pieces(Command):
    """Pieces of one line."""

    line_no: Nth
    quantity: Annotated[int, Field(gt=0, le=MAX_PIECES)]


class Receipt(Command):
    """登记签收 Note a receipt (A7, B13)

    签收单: goods that left by list and reached the customer without a delivery's signature, as out of deposit (寄存).
    What did not leave by list is delivered, or picked up, first (B9, A11).
    """

    receipt_no: PaperNo
    lines: Annotated[tuple[Pieces, ...], Field(min_length=1, max_length=MAX_LINES)]
    signed_by: Text


class Acceptance(Command):
    """登记安装验收 Note an acceptance (A7)

    服务验收单: installed without an installation job, and who accepted it.
    """

    form_no: PaperNo
    accepted_by: Text


async def delivery_of(asker: Asker, contract_no: str, body: Receipt) -> NoteDelivery:
    """What a receipt says, with sku and name of each line as the contract has them, and what left by list for it."""
    contract = await asker.view(SOLD).get(contract_no)
    if contract is None:
        return asker.refuse(no("unknown_or_not_yours", contract_no=contract_no), 404)
    known = {line.line_no: (line.sku, line.name) for line in contract.lines}
    pieces = []
    for piece in body.lines:
        sku, name = known.get(piece.line_no, ("", ""))
        pieces.append(GoodsLine(line_no=piece.line_no, sku=sku, name=name, quantity=piece.quantity))
    return NoteDelivery(
        at=body.at,
        contract_no=contract_no,
        job_id=body.receipt_no,
        delivered=tuple(pieces),
        signed_by=body.signed_by,
        left=await left_by_list(asker, contract_no, contract.part),
    )


async def installation_of(_: Asker, contract_no: str, body: Acceptance) -> NoteInstallation:
    """What an acceptance form says."""
    return NoteInstallation(at=body.at, contract_no=contract_no, job_id=body.form_no, accepted_by=body.accepted_by)


def note_loading(command: NoteLoading, contract: Known, ctx: Context) -> Decision:
    """The goods are loaded: the contract stays as it is from here on.

    Rules: A6, A10, B11, X1. Loaded already, told only after the goods were back or signed for, or over: no event.
    """
    at, course = command.at or ctx.now, contract.course
    was_undone = course.back_at is not None and at <= course.back_at
    was_undone = was_undone or 0 < command.part < course.part
    if isinstance(contract, Cancelled | Fulfilled) or course.loaded or was_undone:
        return ()
    return (facts.LoadingNoted(at=at, contract_no=command.contract_no, run=command.run),)


def note_failed_delivery(command: NoteFailedDelivery, contract: Known, ctx: Context) -> Decision:
    """A delivery failed: goods that came back may be loaded again another day, and the contract amended until then.

    Rules: B14, A6. Once per job and time.
    """
    at = command.at or ctx.now
    if Failure(command.job_id, at) in contract.course.failures:
        return ()
    return (
        facts.DeliveryFailureNoted(
            at=at,
            contract_no=command.contract_no,
            job_id=command.job_id,
            cause=command.cause,
            goods=command.goods,
        ),
    )


def note_delivery(command: NoteDelivery, contract: Known, ctx: Context) -> Decision:
    """The customer has pieces of the contract, and signed for them; what is left is owed, and said so.

    Rules: A7, A9, A10, B13, X7. What a crew delivered is a fact whatever became of the contract; by hand, no more than
    was sold, and than left by list, is taken, summed over the receipt (B9). Refuses: number_taken, unknown_line,
    nothing_handed_over, more_than_sold, not_left_by_list, contract_cancelled.
    """
    at, by_hand = command.at or ctx.now, ctx.by != "system"
    handover = Handover(command.job_id, counted(command.delivered), command.signed_by, civil_day(at))
    known = said_before(contract.course.deliveries, handover, Term("签收", "receipt"))
    if known is not None:
        return known
    if by_hand and isinstance(contract, Cancelled):
        return over(contract, "A7")
    for line_no, quantity in handover.pieces:
        line = line_of(contract, line_no)
        if line is None:
            return unknown_line(contract, line_no, "A7")
        if by_hand and line.delivered + quantity > line.needed():
            return more_than_sold(line, quantity)
        if by_hand and quantity > (left := dict(counted(command.left)).get(line_no, 0) - line.delivered - line.at_door):
            return no("not_left_by_list", line_no=line_no, name=Term.of(line.sold.name), left=max(0, left))
    if by_hand and not any(quantity for _, quantity in handover.pieces):
        return no("nothing_handed_over")
    noted = facts.DeliveryNoted(
        at=at,
        contract_no=command.contract_no,
        job_id=command.job_id,
        delivered=command.delivered,
        refused=command.refused,
        damaged=command.damaged,
        signed_by=command.signed_by,
        delivered_on=handover.on,
    )
    after = evolve(contract, noted)
    is_last = is_delivery(command.job_id) and not owed_pieces(after.lines)
    return (
        noted.model_copy(update={"settled": settled(after)}) if is_last else noted,
        *(() if is_last else rest_owed(after, at, LEFT_BY_DELIVERY)),
        *completeness(after, after.lines, at, ctx, LEFT_BY_DELIVERY),
        *outcome(after, after.lines, after.course, at, ctx.policy),
    )


def note_installation(command: NoteInstallation, contract: Known, ctx: Context) -> Decision:
    """Installed, and accepted by the customer.

    Rules: A7, B10, X7. A form that is typed in is of something that the customer has. Refuses: number_taken,
    contract_cancelled, nothing_to_accept.
    """
    at = command.at or ctx.now
    on = civil_day(at)
    accepted = Accepted(command.job_id, command.accepted_by, on)
    known = said_before(contract.course.installations, accepted, Term("安装验收", "acceptance"))
    if known is not None:
        return known
    if isinstance(contract, Cancelled) and ctx.by != "system":
        return over(contract, "A7")
    if not any_delivered(contract) and ctx.by != "system":
        return no("nothing_to_accept", contract_no=command.contract_no)
    noted = facts.InstallationNoted(
        at=at,
        contract_no=command.contract_no,
        job_id=command.job_id,
        accepted_by=command.accepted_by,
        installed_on=on,
    )
    course = _with_installation(contract.course, accepted)
    return (noted, *outcome(contract, contract.lines, course, at, ctx.policy))


def rest_owed(after: Known, at: datetime, reason: str) -> tuple[facts.RestOwed, ...]:
    """What deliveries left owed (A9, A10), if others have not been told exactly that; of the first one, only that
    nothing is owed any more."""
    course, terms = after.course, after.terms
    rest = Rest(course.part, owed_pieces(after.lines))
    if isinstance(after, Cancelled | Fulfilled) or rest == course.rest or (rest.part == 1 and rest.pieces):
        return ()
    return (
        facts.RestOwed(
            at=at,
            contract_no=terms.contract_no,
            store_code=terms.store_code,
            customer=terms.customer,
            part=rest.part,
            lines=_goods(after.lines, Line.owed),
            to_come=_goods(after.lines, Line.to_come),
            reason=reason,
            settled=settled(after),
        ),
    )


def settled(after: Known) -> tuple[int, ...]:
    """Lines of the rest told last of which nothing is owed any more (A10)."""
    owed = dict(owed_pieces(after.lines))
    told = () if after.course.rest is None else after.course.rest.pieces
    return tuple(line_no for line_no, _ in told if line_no not in owed)


def _goods(lines: Lines, pieces: Callable[[Line], int]) -> tuple[GoodsLine, ...]:
    """Of each line, so many."""
    return tuple(
        GoodsLine(line_no=line.sold.line_no, sku=line.sold.sku, name=line.sold.name, quantity=pieces(line))
        for line in lines
        if pieces(line)
    )


def outcome(
    contract: Known, lines: Lines, course: Course, at: datetime, policy: Policy
) -> tuple[facts.WarrantyStarted | facts.ContractFulfilled, ...]:
    """What the new state means (A7, A10): warranties that start with acceptance, part by part, and whether all is done.

    Accepted is what was installed and signed for; where nothing is to be installed, what was delivered and signed for.
    Where every piece was paid back before any was delivered, there is nothing to accept: it is fulfilled once nothing
    is to be paid either (A9, A12, B15).
    """
    match contract:
        case Cancelled() | Fulfilled():
            return ()
        case Waiting() | Complete():
            accepted = accepted_days(lines, course)
            warranties = tuple(
                one for line in lines if (one := _warranty(line, accepted, policy)) is not None and one.quantity
            )
            terms = contract.terms
            started = facts.WarrantyStarted(
                at=at, contract_no=terms.contract_no, customer=terms.customer, warranties=warranties
            )
            begun = (started,) if warranties else ()
            days = [day for _, day in accepted if day is not None]
            if len(days) < len(accepted) or not all_delivered(lines) or owed_fen(terms, course):
                return begun
            unexplained = (delay.delay_id for delay in course.delays if not delay.is_explained())
            ended = [*days, course.paid_on] if days else [civil_day(at)]
            fulfilled = facts.ContractFulfilled(
                at=at,
                contract_no=terms.contract_no,
                store_code=terms.store_code,
                customer=terms.customer,
                fulfilled_on=max(day for day in ended if day is not None),
                delivered=bool(days),
                unexplained=() if days else tuple(unexplained),
            )
            return (*begun, fulfilled)
    assert_never(contract)


def accepted_days(lines: Lines, course: Course) -> tuple[tuple[Handover, date | None], ...]:
    """Each delivery that brought something, and the day on which it was accepted; None where it is to be installed
    still (A7, A10)."""
    to_install = {line.sold.line_no for line in lines if line.sold.to_install}
    brought = (handover for handover in course.deliveries if any(quantity for _, quantity in handover.pieces))
    return tuple((handover, _accepted_on(handover, to_install, course)) for handover in brought)


def _accepted_on(handover: Handover, to_install: set[int], course: Course) -> date | None:
    """An installation job answers for its own part; a form that was typed in, for what was there by its day; what came
    without a job, for whatever was accepted."""
    if not any(quantity and line_no in to_install for line_no, quantity in handover.pieces):
        return handover.on
    part = part_of(handover.number)

    def answers(one: Accepted) -> bool:
        if not is_delivery(handover.number):
            return True
        return part_of(one.number) == part if is_installation(one.number) else part == 1 or one.on >= handover.on

    day = min((one.on for one in course.installations if answers(one)), default=None)
    return None if day is None else max(day, handover.on)


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def more_than_sold(line: Line, told: int) -> Rejected:
    """More than the customer is still to have."""
    return no("more_than_sold", line_no=line.sold.line_no, name=Term.of(line.sold.name), open=line.owed(), told=told)


def _with_delivery(line: Line, pieces: int, on: date) -> Line:
    return replace(line, delivered=line.delivered + pieces, delivered_on=max(on, line.delivered_on or on))


def _with_installation(course: Course, accepted: Accepted) -> Course:
    done = (*course.installations, accepted)
    return replace(course, installations=done, installed_on=max(accepted.on, course.installed_on or accepted.on))


def _with_warranty(line: Line, begun: Mapping[int, Warranty]) -> Line:
    new = begun.get(line.sold.line_no)
    return line if new is None else replace(line, warranties=(*line.warranties, new))


def _warranty(line: Line, accepted: Iterable[tuple[Handover, date | None]], policy: Policy) -> facts.Warranty | None:
    """The warranty of pieces that were accepted and have none yet, from the first day of these on."""
    days = sorted(
        (day, dict(handover.pieces).get(line.sold.line_no, 0)) for handover, day in accepted if day is not None
    )
    covered = sum(one.quantity for one in line.warranties)
    starts_on: date | None = None
    fresh = 0
    for day, pieces in days:
        new = max(0, pieces - covered)
        covered = max(0, covered - pieces)
        fresh += new
        starts_on = starts_on or (day if new else None)
    if starts_on is None:
        return None
    sold = line.sold
    months = policy.warranty_months.get(sold.category, policy.warranty_months_default)
    return facts.Warranty(
        line_no=sold.line_no,
        sku=sold.sku,
        name=sold.name,
        category=sold.category,
        quantity=fresh,
        starts_on=starts_on,
        ends_on=months_after(starts_on, months),
    )


Event = (
    facts.LoadingNoted
    | facts.DeliveryFailureNoted
    | facts.DeliveryNoted
    | facts.RestOwed
    | facts.InstallationNoted
    | facts.WarrantyStarted
    | facts.ContractFulfilled
)


def evolve(contract: Known, event: Event) -> Known:
    """The contract after another step on its way to the customer."""
    course = contract.course
    match event:
        case facts.LoadingNoted():
            return replace(contract, course=replace(course, loaded=True))
        case facts.DeliveryFailureNoted():
            course = replace(course, failures=(*course.failures, Failure(event.job_id, event.at)))
            back = event.goods == "returned"
            return replace(contract, course=replace(course, loaded=False, back_at=event.at) if back else course)
        case facts.DeliveryNoted():
            on = event.delivered_on
            handover = Handover(event.job_id, counted(event.delivered), event.signed_by, on)
            course = replace(course, deliveries=(*course.deliveries, handover))
            if is_delivery(event.job_id):
                course = replace(course, loaded=False)
            noted = replace(contract, course=course)
            noted = with_pieces(noted, event.damaged, lambda line, n: replace(line, at_door=line.at_door + n))
            return with_pieces(noted, event.delivered, lambda line, n: _with_delivery(line, n, on))
        case facts.RestOwed():
            rest = Rest(event.part, counted(event.lines))
            return replace(contract, course=replace(course, rest=rest))
        case facts.InstallationNoted():
            accepted = Accepted(event.job_id, event.accepted_by, event.installed_on)
            return replace(contract, course=_with_installation(course, accepted))
        case facts.WarrantyStarted():
            begun = {one.line_no: Warranty(one.starts_on, one.ends_on, one.quantity) for one in event.warranties}
            return replace(contract, lines=tuple(_with_warranty(line, begun) for line in contract.lines))
        case facts.ContractFulfilled():
            full = contract.on if isinstance(contract, Complete) else None
            return Fulfilled(contract.terms, contract.lines, event.fulfilled_on, contract.dropped, course, full)
    assert_never(event)


USE_CASES: tuple[UseCase[Any, Any, facts.OrderEvent], ...] = (
    UseCase(NoteLoading, note_loading, cites="B11"),
    UseCase(NoteFailedDelivery, note_failed_delivery, cites="B14"),
    UseCase(
        NoteDelivery, note_delivery, OFFICE, "deliveries", body=Receipt, prepare=delivery_of, status=201, cites="A7"
    ),
    UseCase(
        NoteInstallation,
        note_installation,
        OFFICE,
        "installations",
        body=Acceptance,
        prepare=installation_of,
        status=201,
        cites="A7",
    ),
)
