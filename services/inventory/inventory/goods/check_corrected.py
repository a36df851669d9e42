"""验收更正入仓 What a slip brought to a contract, after its check was corrected (D2, D13, D16)."""

from typing import Annotated, Any, Literal

from company.context import Context
from contracts import inventory as facts
from contracts import inventory_corrections as corrections
from contracts.bounds import Few, HowMany, ManyLines, Nth, OneLine, OptionalId
from contracts.civil_time import civil_day
from contracts.fact import Value
from contracts.inventory import GoodsEvent
from contracts.inventory_stock import LotPieces
from contracts.spelling import Lot, Sku
from inventory.goods.lots import ByLot, added, of_line, spread
from inventory.goods.state import Damage, Decision, Known, Stock
from runtime.decision import Command
from runtime.use_case import UseCase


class Less(Value):
    """Pieces that a damage report, or a put-away's voucher, has too many of."""

    number: OptionalId
    quantity: HowMany
    lot: Lot = ""


class OtherLot(Value):
    """Pieces that a put-away's voucher brought as of a lot, and that are of another."""

    quantity: HowMany
    was: Lot
    lot: Lot


class CorrectSlip(Command):
    """验收更正入仓 (D16): of a line's pieces, those that were not damaged, did not come, or are of another lot."""

    command: Literal["CorrectSlip"] = "CorrectSlip"
    contract_no: OptionalId
    depot: OptionalId
    slip_no: OptionalId
    line_no: Nth
    sku: Sku
    correction_no: OptionalId
    not_damaged: Annotated[tuple[Less, ...], Few(1_000)] = ()
    taken_back: Annotated[tuple[Less, ...], Few(1_000)] = ()
    other_lots: Annotated[tuple[OtherLot, ...], Few(1_000)] = ()
    reason: ManyLines
    asked_by: OneLine
    witness: OneLine = ""

    def and_also(self, other: "CorrectSlip") -> "CorrectSlip":
        """The same correction, with what another line of the slip says of these pieces."""
        more = {name: (*getattr(self, name), *getattr(other, name)) for name in _OF_A_LINE}
        return self.model_copy(update=more)


_OF_A_LINE = ("not_damaged", "taken_back", "other_lots")


def correct_slip(command: CorrectSlip, goods: Known, ctx: Context) -> Decision:
    """Pieces of a slip that were not damaged wait for a bin, if they are there; those that did not come are no longer
    here; those of another lot are told so. Nobody outside is told of damage that was none.

    Rules: D16, D2, D4, D13. Once per correction and line. What has left meanwhile is not taken back.
    """
    at = command.at or ctx.now
    found = (x for x in (*goods.stock, *goods.former) if (x.line.line_no, x.line.sku) == (command.line_no, command.sku))
    stock = next(found, None)
    if stock is None or _is_done(command, goods, stock):
        return ()
    events: list[GoodsEvent] = []
    here = stock.lots_here
    for less in command.not_damaged:
        known = next((one for one in goods.damages if one.damage_id == less.number), None)
        pieces = 0 if known is None else min(less.quantity, known.quantity)
        if known is None or not pieces:
            continue
        of = spread(known.lots, pieces)
        events.append(_none(command, stock, known, pieces, of, at=at))
        events.append(_not_here(command, stock, less.number, pieces, of, at=at, pending=True))
    left = stock.here
    for less in command.taken_back:
        pieces = min(less.quantity, left)
        left -= pieces
        of = spread(here, pieces, [(less.lot, pieces)])
        here = {lot: quantity - of.get(lot, 0) for lot, quantity in here.items()}
        events.append(_not_here(command, stock, less.number, pieces, of, at=at, pending=False))
    for other in command.other_lots:
        pieces = min(other.quantity, here.get(other.was, 0))
        here = added(here, {other.was: -pieces, other.lot: pieces})
        if pieces:
            events.append(_of_other_lot(command, stock, other, pieces, at))
    return tuple(events)


def _is_done(command: CorrectSlip, goods: Known, stock: Stock) -> bool:
    return f"{command.correction_no}/{command.line_no}" in goods.settled or any(
        arrival.waybill == command.correction_no for arrival in stock.arrivals
    )


def _none(
    command: CorrectSlip, stock: Stock, damage: Damage, pieces: int, of: ByLot, *, at: Any
) -> corrections.DamageTakenBack:
    return corrections.DamageTakenBack(
        at=at,
        contract_no=command.contract_no,
        damage_id=damage.damage_id,
        line_no=command.line_no,
        sku=stock.line.sku,
        name=stock.line.name,
        quantity=pieces,
        left=damage.quantity - pieces,
        found=damage.found,
        correction_no=command.correction_no,
        reason=command.reason,
        lots=of_line(command.line_no, of),
    )


def _not_here(
    command: CorrectSlip, stock: Stock, number: str, pieces: int, of: ByLot, *, at: Any, pending: bool
) -> facts.ArrivalCorrected:
    return facts.ArrivalCorrected(
        at=at,
        contract_no=command.contract_no,
        line_no=command.line_no,
        sku=stock.line.sku,
        name=stock.line.name,
        quantity=pieces,
        told=pieces,
        waybill=stock.carried_by(number),
        named=number,
        by="person",
        correction_no=command.correction_no,
        reason=command.reason,
        asked_by=command.asked_by,
        witness=command.witness,
        lots=of_line(command.line_no, of),
        depot=command.depot,
        pending=pending,
    )


def _of_other_lot(command: CorrectSlip, stock: Stock, other: OtherLot, pieces: int, at: Any) -> facts.ArrivalConfirmed:
    return facts.ArrivalConfirmed(
        at=at,
        contract_no=command.contract_no,
        line_no=command.line_no,
        sku=stock.line.sku,
        name=stock.line.name,
        quantity=pieces,
        waybill=command.correction_no,
        carrier_waybill=command.slip_no,
        told_by="slip",
        told=0,
        arrived_on=civil_day(at),
        bin="",
        slip_no=command.slip_no,
        lot=other.lot,
        was=(LotPieces(lot=other.was, quantity=pieces),),
        depot=command.depot,
    )


USE_CASES: tuple[UseCase[Any, Any, GoodsEvent], ...] = (UseCase(CorrectSlip, correct_slip),)
