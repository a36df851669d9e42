"""A contract's money (A7, A12, B15): what came in, what is paid back, and what is owed or overpaid after it."""

from dataclasses import replace
from decimal import ROUND_CEILING, Decimal
from typing import Annotated, Any, Literal, assert_never

from pydantic import Field

from company import units
from company.context import Context
from contracts import order as facts
from contracts.bounds import Few, Nth
from contracts.civil_time import civil_day
from contracts.fact import ContractLine, GoodsLine
from order.contract.fields import MAX_FEN, MAX_PIECES, ContractNo, Note, OwnNo, Text
from order.contract.fulfilment import more_than_sold, outcome, rest_owed
from order.contract.goods import completeness, owed_pieces, said
from order.contract.left_by_list import SOLD, on_vehicle
from order.contract.state import (
    Cancelled,
    Complete,
    Course,
    Decision,
    Fulfilled,
    Known,
    Line,
    counted,
    over,
    overpaid_fen,
    owed_fen,
    to_pay_fen,
    unknown_line,
    with_line,
)
from order.contract.statements import Payment, Refund, said_before
from order.refusals import no
from order.who import ACCOUNTS, REFUNDS
from runtime.decision import Command
from runtime.refusal import Term
from runtime.use_case import Asker, UseCase


class NotePayment(Command):
    """登记收款 Note a payment (A7)

    Of the office; what crews collect comes by itself. The same number with the same content changes nothing.
    """

    command: Literal["NotePayment"] = "NotePayment"
    contract_no: ContractNo
    payment_id: OwnNo
    amount_fen: Annotated[int, Field(gt=0, le=MAX_FEN)]
    method: facts.PaymentMethod
    received_by: Note = ""
    note: Note = ""


class RefundReturn(Command):
    """登记退款 Note a refund (B15, A6, A12)

    For pieces that the customer does not take; money alone (`line_no` 0) of a cancelled contract, or what was overpaid.
    """

    command: Literal["RefundReturn"] = "RefundReturn"
    contract_no: ContractNo
    refund_id: OwnNo
    line_no: Nth = 0
    quantity: Annotated[int, Field(ge=0, le=MAX_PIECES)] = 0
    refund_fen: Annotated[int, Field(ge=0, le=MAX_FEN)]
    reason: Text
    riding: Annotated[tuple[GoodsLine, ...], Few(1_000)] = ()
    """What is on a vehicle now: it is handed over, or refused, before it is refunded (B13)."""


def note_payment(command: NotePayment, contract: Known, ctx: Context) -> Decision:
    """Money came in. Before loading, who is to collect the rest at the door is told of what is left.

    Rules: A7, B13, X7. By hand, no more than is owed is taken; what a crew took all the same is overpaid (A12).
    Refuses: number_taken, number_of_crews, more_than_owed, contract_cancelled.
    """
    at, by_hand, course = command.at or ctx.now, ctx.by != "system", contract.course
    payment = Payment(command.payment_id, command.amount_fen, command.method, civil_day(at))
    known = said_before(course.payments, payment, Term("收款", "payment"))
    if known is not None:
        return known
    if by_hand and command.payment_id.startswith(facts.OF_CREWS):
        return no("number_of_crews", number=command.payment_id)
    if by_hand and isinstance(contract, Cancelled):
        return over(contract, "A7")
    owed = owed_fen(contract.terms, course)
    if by_hand and command.amount_fen > owed:
        return no("more_than_owed", owed_fen=owed, told_fen=command.amount_fen)
    course = replace(course, payments=(*course.payments, payment))
    noted = facts.PaymentNoted(
        at=at,
        contract_no=command.contract_no,
        payment_id=command.payment_id,
        amount_fen=command.amount_fen,
        method=command.method,
        received_by=command.received_by or ctx.by,
        owed_fen=to_pay_fen(replace(contract, course=course)),
        note=command.note,
        part=course.part,
    )
    if isinstance(contract, Complete) and not course.loaded and owed_pieces(contract.lines):
        return (noted, *said(replace(contract, course=course), contract.on, at, ctx, "收款"))
    return (noted, *outcome(contract, contract.lines, course, at, ctx.policy))


def refund(command: RefundReturn, contract: Known, ctx: Context) -> Decision:
    """Pieces that the customer does not take are paid back instead of replaced: the contract owes them no longer. Or
    money goes back that he paid beyond what is due.

    Rules: B15, A6 (a cancelled contract's money goes back), A12, D14 (whole boxes, broken pieces aside), X7. Refuses:
    number_taken, unknown_line, more_than_sold, on_the_road, loose_pieces, refund_too_large, contract_fulfilled (then
    pieces are a return by ticket).
    """
    at = command.at or ctx.now
    told = Refund(command.refund_id, command.line_no, command.quantity, command.refund_fen)
    known = said_before(contract.course.refunds, told, Term("退款", "refund"))
    if known is not None:
        return known
    if command.line_no == 0 or isinstance(contract, Cancelled):
        return _of_money_alone(command, contract, ctx)
    if isinstance(contract, Fulfilled):
        return over(contract, "B15")
    line = next((line for line in contract.lines if line.sold.line_no == command.line_no), None)
    if line is None:
        return unknown_line(contract, command.line_no, "B15")
    if not 0 < command.quantity <= line.owed():
        return more_than_sold(line, command.quantity)
    riding = dict(counted(command.riding)).get(command.line_no, 0)
    if command.quantity > line.owed() - riding:
        return no("on_the_road", line_no=command.line_no, name=Term.of(line.sold.name), riding=riding)
    broken = min(line.broken_and_owed(), command.quantity % line.per_box)
    if command.quantity != line.owed() - riding and not units.comes_back_whole(command.quantity - broken, line.per_box):
        return no("loose_pieces", line_no=command.line_no, name=Term.of(line.sold.name), per_box=line.per_box)
    if command.refund_fen > (most := _worth_fen(line.sold, command.quantity)):
        return no("refund_too_large", most_fen=most, told_fen=command.refund_fen)
    noted = _noted(command, contract, ctx, line)
    after = evolve(contract, noted)
    return (
        noted,
        *rest_owed(after, at, command.reason),
        *completeness(after, after.lines, at, ctx, command.reason),
        *outcome(after, after.lines, after.course, at, ctx.policy),
    )


def _worth_fen(sold: ContractLine, pieces: int) -> int:
    """What these pieces cost, rounded up: the price is one of the unit in which they were sold (D14)."""
    measure, price = sold.measure, Decimal(sold.unit_price_fen * pieces)
    if measure is not None and measure.unit == units.BOX:
        price /= measure.per_box
    if measure is not None and measure.unit == units.SQUARE_METRES:
        price = price * (units.exactly(measure.sold) or sold.quantity) / sold.quantity
    return int(price.to_integral_value(ROUND_CEILING))


def _of_money_alone(command: RefundReturn, contract: Known, ctx: Context) -> Decision:
    if (command.line_no, command.quantity) != (0, 0):
        return no("money_alone", contract_no=command.contract_no)
    if not 0 < command.refund_fen <= (most := overpaid_fen(contract)):
        return no("refund_too_large", most_fen=most, told_fen=command.refund_fen)
    return (_noted(command, contract, ctx),)


def _noted(command: RefundReturn, contract: Known, ctx: Context, line: Line | None = None) -> facts.ReturnRefunded:
    after = _refunded(contract, Refund(command.refund_id, command.line_no, command.quantity, command.refund_fen))
    return facts.ReturnRefunded(
        at=command.at or ctx.now,
        contract_no=command.contract_no,
        refund_id=command.refund_id,
        line_no=command.line_no,
        quantity=command.quantity,
        refund_fen=command.refund_fen,
        owed_fen=to_pay_fen(after),
        reason=command.reason,
        part=contract.course.part,
        line_owed=None if line is None else line.owed() - command.quantity,
        paid_back_fen=after.course.refunds[-1].paid_back_fen,
    )


def _refunded(contract: Known, refund: Refund) -> Known:
    """The contract with a refund: what was not paid yet is owed no longer, the rest is paid back."""
    course = contract.course
    owed = to_pay_fen(contract) if refund.quantity else 0
    noted = replace(refund, paid_back_fen=max(0, refund.refund_fen - owed))
    return replace(contract, course=replace(course, refunds=(*course.refunds, noted)))


def _without(line: Line, pieces: int) -> Line:
    return replace(line, refunded=line.refunded + pieces)


async def refund_of(asker: Asker, contract_no: str, body: Command) -> RefundReturn:
    """The refund, and what is on a vehicle of the contract now."""
    contract = await asker.view(SOLD).get(contract_no)
    riding = () if contract is None else await on_vehicle(asker, contract_no, contract.part)
    return RefundReturn.model_validate({**dict(body), "contract_no": contract_no, "riding": riding})


Event = facts.PaymentNoted | facts.ReturnRefunded


def evolve(contract: Known, event: Event) -> Known:
    """The contract after money moved."""
    course: Course = contract.course
    match event:
        case facts.PaymentNoted():
            payment = Payment(event.payment_id, event.amount_fen, event.method, civil_day(event.at))
            return replace(contract, course=replace(course, payments=(*course.payments, payment)))
        case facts.ReturnRefunded():
            refund = Refund(event.refund_id, event.line_no, event.quantity, event.refund_fen)
            changed = _refunded(contract, refund)
            return with_line(changed, event.line_no, lambda line: _without(line, event.quantity))
    assert_never(event)


USE_CASES: tuple[UseCase[Any, Any, facts.OrderEvent], ...] = (
    UseCase(
        NotePayment, note_payment, ACCOUNTS, "payments", body="Payment", unsaid=("received_by",), status=201, cites="A7"
    ),
    UseCase(
        RefundReturn,
        refund,
        REFUNDS,
        "refunds",
        body="Refund",
        unsaid=("riding",),
        prepare=refund_of,
        status=201,
        cites="B15",
    ),
)
