"""更正 A wrong receipt, check or put-away of a contract's pieces is taken back by a correction that names it (D16)."""

from typing import Annotated, Any, Literal

from pydantic import Field

from company.context import Context
from contracts import inventory as facts
from contracts.bounds import Few, ManyLines, Nth, OneLine, OptionalId
from contracts.civil_time import civil_day
from contracts.fact import GoodsLine
from contracts.inventory import GoodsEvent
from inventory.fields import MAX_PIECES, Reason, dated
from inventory.goods.lots import of_line, spread
from inventory.goods.state import CorrectionWanted, Decision, Expected, Issue, Known, Stock, stock_of
from inventory.refusals import no
from inventory.who import HANDS_OVER, SETTLES
from runtime.agreeing import to_agree
from runtime.decision import Command, Rejected
from runtime.use_case import Asker, UseCase

CorrectionNo = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{2,39}$")]


class AskCorrection(Command):
    """更正到货 (D16): a waybill or slip brought `right` pieces of a line, not what was booked."""

    command: Literal["AskCorrection"] = "AskCorrection"
    contract_no: OptionalId
    correction_no: CorrectionNo
    line_no: Nth
    waybill: OptionalId
    right: Annotated[int, Field(ge=0, le=MAX_PIECES)]
    reason: Reason


class CorrectionTold(Command):
    """更正到货 Correct an arrival (D16)

    Names the waybill or slip, and how many pieces of the line it really brought. More than was booked arrives at once;
    fewer wait for a second person. It is no damage, and nobody outside is told of any.
    """

    command: Literal["AskCorrection"] = "AskCorrection"
    correction_no: CorrectionNo | None = None
    line_no: Nth
    waybill: Annotated[OptionalId, Field(min_length=1)]
    right: Annotated[int, Field(ge=0, le=MAX_PIECES)]
    reason: Reason


class ApproveCorrection(Command):
    """同意更正 Approve a correction (D16)

    By another person than who asked for it: the pieces are taken back from the books.
    """

    command: Literal["ApproveCorrection"] = "ApproveCorrection"
    contract_no: OptionalId
    correction_no: CorrectionNo


class RefuseCorrection(Command):
    """不同意更正 Refuse a correction (D16)

    What was booked stays.
    """

    command: Literal["RefuseCorrection"] = "RefuseCorrection"
    contract_no: OptionalId
    correction_no: CorrectionNo
    reason: Reason


class CorrectIssue(Command):
    """出库更正 (D16): pieces that were issued never left."""

    command: Literal["CorrectIssue"] = "CorrectIssue"
    contract_no: OptionalId
    correction_no: OptionalId
    lines: Annotated[tuple[GoodsLine, ...], Few(1_000)]
    bin: OneLine = ""
    reason: ManyLines
    corrected_by: OneLine


def correct_issue(command: CorrectIssue, goods: Known, ctx: Context) -> Decision:
    """What was issued and never left is here again, in the same lots; never more than is outside. What the list took up
    out of deposit never was here: it lies there again.

    Rules: D16, A9, B14. Once per number and line. What was short at the issue is not put back: it never was on the
    books.
    """
    at, events, lying = command.at or ctx.now, list[GoodsEvent](), list[GoodsLine]()
    for line in command.lines:
        stock = next((x for x in (*goods.stock, *goods.former) if x.line.line_no == line.line_no and x.outside), None)
        if stock is None or f"{command.correction_no}/{line.line_no}" in goods.settled:
            continue
        lists = (one for one in reversed(goods.issues) if {line.line_no} & {*one.pieces, *one.taken_up})
        by = next(lists, Issue("", {}))
        quantity = min(line.quantity, stock.outside)
        if deposited := min(by.taken_up.get(line.line_no, 0), max(0, quantity - by.pieces.get(line.line_no, 0))):
            lying.append(line.model_copy(update={"quantity": deposited}))
        if quantity == deposited:
            continue
        events.append(
            facts.IssueCorrected(
                at=at,
                contract_no=command.contract_no,
                correction_no=command.correction_no,
                list_no=by.list_no,
                line_no=line.line_no,
                sku=stock.line.sku,
                name=stock.line.name,
                quantity=quantity - deposited,
                bin=command.bin,
                reason=command.reason,
                corrected_by=command.corrected_by,
                lots=of_line(line.line_no, spread(stock.lots_outside, quantity - deposited)),
            )
        )
    if not lying or command.correction_no in goods.settled:
        return tuple(events)
    again = facts.GoodsDeposited(
        at=at, contract_no=command.contract_no, deposit_no=command.correction_no, lines=tuple(lying)
    )
    return (*events, again)


def ask_correction(command: AskCorrection, goods: Known, ctx: Context) -> Decision:
    """Somebody says what a waybill or slip really brought.

    Rules: D16, X7. The same again is no event. Refuses: unknown_contract, contract_cancelled, unknown_line,
    nothing_to_correct (no such arrival, or it is right), correction_contradicts (with other content),
    correction_waits (another one of the same arrival is not decided), not_enough_here.
    """
    if isinstance(goods, Expected):
        stock = stock_of(goods, command.line_no)
    else:
        return no("contract_cancelled", rule="D16", contract_no=command.contract_no)
    if stock is None:
        return no("no_such_line", contract_no=command.contract_no, line_no=command.line_no)
    known = _waiting(command.correction_no, goods)
    if known is not None:
        same = (known.line_no, known.waybill, known.right) == (command.line_no, command.waybill, command.right)
        return () if same else no("correction_contradicts", correction_no=command.correction_no)
    if command.correction_no in goods.settled:
        is_so = stock.brought_by(command.waybill) == command.right
        return () if is_so else no("correction_contradicts", correction_no=command.correction_no)
    waiting = next((one for one in goods.corrections if _is_of_the_same(one, command, stock)), None)
    if waiting is not None:
        return no(
            "correction_waits",
            line_no=command.line_no,
            waybill=command.waybill,
            correction_no=waiting.correction_no,
        )
    booked = None if command.waybill in goods.settled else stock.brought_by(command.waybill)
    if booked is None or booked == command.right:
        return no("nothing_to_correct", line_no=command.line_no, waybill=command.waybill, booked=booked or 0)
    if booked - command.right > stock.here:
        return _not_here(command.line_no, stock.line.name, stock.here, booked - command.right)
    at = command.at or ctx.now
    line = stock.line
    asked = facts.CorrectionAsked(
        at=at,
        contract_no=command.contract_no,
        correction_no=command.correction_no,
        line_no=line.line_no,
        sku=line.sku,
        name=line.name,
        waybill=command.waybill,
        booked=booked,
        right=command.right,
        reason=command.reason,
        asked_by=ctx.by,
    )
    if command.right < booked:
        return (asked,)
    more = command.right - booked
    lot = next((one.lot for one in stock.arrivals if command.waybill in {one.waybill, one.carrier_waybill}), "")
    return (
        asked,
        facts.GoodsArrived(
            at=at,
            contract_no=command.contract_no,
            line_no=line.line_no,
            sku=line.sku,
            name=line.name,
            quantity=more,
            waybill=command.correction_no,
            arrived_on=civil_day(at),
            lot=lot,
            told_by="warehouse",
            carrier_waybill=stock.carried_by(command.waybill),
            told=more,
        ),
    )


def _is_of_the_same(one: CorrectionWanted, command: AskCorrection, stock: Stock) -> bool:
    """Whether a correction that waits is of the same arrival, by whichever of its numbers."""
    return one.line_no == command.line_no and stock.carried_by(one.waybill) == stock.carried_by(command.waybill)


def approve_correction(command: ApproveCorrection, goods: Known, ctx: Context) -> Decision:
    """A second person agrees that stock falls.

    Rules: D16, B23 (nobody is their own second), D8 (never below what is here). Refuses: unknown_correction,
    own_correction, correction_overtaken (other pieces are booked by now), not_enough_here.
    """
    number = command.correction_no
    own = no("own_correction", correction_no=number)
    waits, unknown = _waiting(number, goods), _unknown(number, goods)
    wanted = to_agree(waits, ctx.by, unknown, own, agreed=number in goods.settled)
    if not isinstance(wanted, CorrectionWanted):
        return wanted
    stock = stock_of(goods, wanted.line_no)
    less = wanted.booked - wanted.right
    here = 0 if stock is None or not isinstance(goods, Expected) else stock.here
    if stock is None or less > here:
        return _not_here(wanted.line_no, "" if stock is None else stock.line.name, here, less)
    if (booked := stock.brought_by(wanted.waybill)) != wanted.booked:
        return no("correction_overtaken", correction_no=wanted.correction_no, was=wanted.booked, booked=booked or 0)
    told = [
        (one.lot, one.told or one.quantity)
        for one in stock.arrivals
        if wanted.waybill in {one.waybill, one.carrier_waybill}
    ]
    return (
        facts.ArrivalCorrected(
            at=command.at or ctx.now,
            contract_no=command.contract_no,
            line_no=wanted.line_no,
            sku=stock.line.sku,
            name=stock.line.name,
            quantity=less,
            told=less,
            waybill=stock.carried_by(wanted.waybill),
            by="person",
            named=wanted.waybill,
            correction_no=wanted.correction_no,
            reason=wanted.reason,
            asked_by=wanted.asked_by,
            witness=ctx.by,
            lots=of_line(wanted.line_no, spread(stock.lots_here, less, told)),
        ),
    )


def refuse_correction(command: RefuseCorrection, goods: Known, ctx: Context) -> Decision:
    """What was booked stays. Whoever asked for it may withdraw it. Refuses: unknown_correction. Rules: D16."""
    wanted = _waiting(command.correction_no, goods)
    if wanted is None:
        return _unknown(command.correction_no, goods)
    return (
        facts.CorrectionRefused(
            at=command.at or ctx.now,
            contract_no=command.contract_no,
            correction_no=wanted.correction_no,
            reason=command.reason,
            refused_by=ctx.by,
        ),
    )


def _waiting(correction_no: str, goods: Known) -> CorrectionWanted | None:
    return next((one for one in goods.corrections if one.correction_no == correction_no), None)


def _unknown(correction_no: str, goods: Known) -> Rejected:
    return no("unknown_correction", contract_no=goods.contract_no, correction_no=correction_no)


def _not_here(line_no: int, name: str, here: int, wanted: int) -> Rejected:
    return no("not_enough_here", rule="D16", line_no=line_no, name=name, here=here, wanted=wanted)


async def told(asker: Asker, number: str, body: CorrectionTold) -> AskCorrection:
    """With its number."""
    correction_no = body.correction_no or dated("GZ")(asker, body)
    return AskCorrection(**{**dict(body), "contract_no": number, "correction_no": correction_no})


_OF_ONE = "corrections/{correction_no}"

USE_CASES: tuple[UseCase[Any, Any, GoodsEvent], ...] = (
    UseCase(CorrectIssue, correct_issue),
    UseCase(
        AskCorrection,
        ask_correction,
        HANDS_OVER,
        "corrections",
        body=CorrectionTold,
        prepare=told,
        says=lambda said: {"correction_no": said.correction_no},
        status=201,
    ),
    UseCase(
        ApproveCorrection, approve_correction, SETTLES, f"{_OF_ONE}/approval", body="CorrectionApproval", status=201
    ),
    UseCase(
        RefuseCorrection,
        refuse_correction,
        SETTLES | HANDS_OVER,
        f"{_OF_ONE}/refusal",
        body="CorrectionRefusal",
        status=201,
    ),
)
