"""签收更正 What was signed for was typed wrong: the contract follows, back over its end too (A7, D16)."""

from dataclasses import replace
from typing import Annotated, Any, Literal, assert_never

from company.context import Context
from contracts import order as facts
from contracts import order_corrections as corrections
from contracts.bounds import Few, HowMany, ManyLines, Nth, OptionalId
from contracts.fact import GoodsLine
from order.contract.fulfilment import outcome, rest_owed
from order.contract.goods import completeness, owed_pieces
from order.contract.state import (
    Complete,
    Decision,
    Fulfilled,
    Known,
    Line,
    Waiting,
    all_delivered,
    counted,
    line_of,
    with_line,
    with_pieces,
)
from order.refusals import no
from runtime.decision import Command
from runtime.use_case import UseCase

CountedGoods = Annotated[tuple[GoodsLine, ...], Few(1_000)]


class CorrectDelivery(Command):
    """签收更正入合同 (A7, D16): what the customer has of a delivery, and what was broken there, as it is right."""

    command: Literal["CorrectDelivery"] = "CorrectDelivery"
    contract_no: OptionalId
    job_id: OptionalId
    correction_no: OptionalId
    delivered: CountedGoods
    damaged: CountedGoods
    was_damaged: CountedGoods
    reason: ManyLines


class TakeBackDamage(Command):
    """破损收回入合同 (D4, D16): of a damage report, `left` pieces are damaged."""

    command: Literal["TakeBackDamage"] = "TakeBackDamage"
    contract_no: OptionalId
    line_no: Nth
    damage_id: OptionalId
    left: HowMany
    reason: ManyLines


def take_back_damage(command: TakeBackDamage, contract: Known, ctx: Context) -> Decision:
    """Pieces that were said to be damaged are not: the contract counts them again.

    Rules: D16, D4, A3. Of no report that is known, or known already: no event.
    """
    at, line = command.at or ctx.now, line_of(contract, command.line_no)
    known = next((one for one in line.damages if one.damage_id == command.damage_id), None) if line else None
    if known is None or known.quantity <= command.left:
        return ()
    corrected = corrections.DamageNoteCorrected(
        at=at,
        contract_no=command.contract_no,
        line_no=command.line_no,
        damage_id=command.damage_id,
        quantity=known.quantity - command.left,
        left=command.left,
        in_warehouse=known.in_warehouse,
        reason=command.reason,
    )
    after = evolve(contract, corrected)
    return (corrected, *completeness(after, after.lines, at, ctx, command.reason))


def correct_delivery(command: CorrectDelivery, contract: Known, ctx: Context) -> Decision:
    """The contract with a delivery as it was. What it owes now is said to those who bring it; a contract that was
    fulfilled by it is fulfilled no longer, or is by now.

    Rules: D16, A7, A9, A10. Once per correction. Refuses: no_such_delivery.
    """
    course, at = contract.course, command.at or ctx.now
    if command.correction_no in course.corrections:
        return ()
    handover = next((one for one in course.deliveries if one.number == command.job_id), None)
    if handover is None:
        return no("no_such_delivery", contract_no=command.contract_no, job_id=command.job_id)
    lines = {line.sold.line_no: line for line in (*contract.dropped, *contract.lines)}
    was = (
        GoodsLine(line_no=number, sku=lines[number].sold.sku, name=lines[number].sold.name, quantity=quantity)
        for number, quantity in handover.pieces
    )
    corrected = corrections.DeliveryNoteCorrected(
        at=at,
        contract_no=command.contract_no,
        job_id=command.job_id,
        correction_no=command.correction_no,
        delivered=command.delivered,
        damaged=command.damaged,
        was_delivered=tuple(was),
        was_damaged=command.was_damaged,
        reason=command.reason,
    )
    after = evolve(contract, corrected)
    taken_back: tuple[corrections.FulfilmentTakenBack, ...] = ()
    if isinstance(after, Fulfilled) and not all_delivered(after.lines):
        taken_back = (_not_fulfilled(after, command, corrected),)
        after = evolve(after, taken_back[0])
    told_owed = course.rest is not None and course.rest.pieces
    rest = rest_owed(after, at, command.reason) if told_owed or owed_pieces(after.lines) else ()
    return (
        corrected,
        *taken_back,
        *rest,
        *completeness(after, after.lines, at, ctx, command.reason),
        *outcome(after, after.lines, after.course, at, ctx.policy),
    )


def _not_fulfilled(
    contract: Fulfilled, command: CorrectDelivery, corrected: corrections.DeliveryNoteCorrected
) -> corrections.FulfilmentTakenBack:
    return corrections.FulfilmentTakenBack(
        at=corrected.at,
        contract_no=command.contract_no,
        store_code=contract.terms.store_code,
        customer=contract.terms.customer,
        fulfilled_on=contract.on,
        correction_no=command.correction_no,
        reason=command.reason,
    )


Event = corrections.DeliveryNoteCorrected | corrections.DamageNoteCorrected | corrections.FulfilmentTakenBack


def evolve(contract: Known, event: Event) -> Known:
    """The contract with a delivery as it was."""
    match event:
        case corrections.DeliveryNoteCorrected():
            return _corrected(contract, event)
        case corrections.DamageNoteCorrected():
            return with_line(contract, event.line_no, lambda line: _less_damaged(line, event))
        case corrections.FulfilmentTakenBack():
            if not isinstance(contract, Fulfilled):
                return contract
            terms, lines, dropped, course = contract.terms, contract.lines, contract.dropped, contract.course
            if contract.complete_on is None:
                return Waiting(terms, lines, dropped, course)
            return Complete(terms, lines, contract.complete_on, dropped, course)
    assert_never(event)


def _corrected(contract: Known, event: corrections.DeliveryNoteCorrected) -> Known:
    pieces = counted(event.delivered)
    deliveries = tuple(
        replace(one, pieces=pieces) if one.number == event.job_id else one for one in contract.course.deliveries
    )
    course = replace(
        contract.course, deliveries=deliveries, corrections=(*contract.course.corrections, event.correction_no)
    )
    days = {number: one.on for one in sorted(deliveries, key=lambda one: one.on) for number, n in one.pieces if n}

    def delivered(line: Line, more: int) -> Line:
        has = line.delivered + more
        return _covered(replace(line, delivered=has, delivered_on=days.get(line.sold.line_no)), has)

    noted = with_pieces(
        replace(contract, course=course), event.damaged, lambda line, n: replace(line, at_door=line.at_door + n)
    )
    noted = with_pieces(noted, event.was_damaged, lambda line, n: replace(line, at_door=line.at_door - n))
    noted = with_pieces(noted, event.delivered, lambda line, n: replace(line, delivered=line.delivered + n))
    return with_pieces(noted, event.was_delivered, lambda line, n: delivered(line, -n))


def _less_damaged(line: Line, event: corrections.DamageNoteCorrected) -> Line:
    damages = tuple(
        replace(one, quantity=event.left) if one.damage_id == event.damage_id else one for one in line.damages
    )
    return replace(line, damages=damages)


def _covered(line: Line, has: int) -> Line:
    """The line with warranties of pieces that the customer has; those that began last go first."""
    left, kept = has, []
    for one in line.warranties:
        if (pieces := min(one.quantity, left)) > 0:
            kept.append(replace(one, quantity=pieces))
            left -= pieces
    return replace(line, warranties=tuple(kept))


USE_CASES: tuple[UseCase[Any, Any, facts.OrderEvent], ...] = (
    UseCase(CorrectDelivery, correct_delivery, cites="D16"),
    UseCase(TakeBackDamage, take_back_damage, cites="D16"),
)
