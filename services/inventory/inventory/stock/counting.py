"""The bin card follows a count (D7)."""

from typing import Any, Literal

from company.context import Context
from contracts.bounds import OneLine
from contracts.inventory_stock import HeldPiecesMissed, Lot, StockEvent
from contracts.spelling import Lot as LotNo
from inventory.stock.lots import bin_for, lot_pieces, pieces, take, take_of, zone_of
from inventory.stock.state import Card, Decision, Move, Stock, lots_of, moved, short
from runtime.use_case import UseCase


class AdjustStock(Move):
    """盘点调整 (D7): the card follows the goods of a bin by `quantity` pieces (signed), approved elsewhere.

    `lot`: of this lot (D13); null: whichever lies there."""

    command: Literal["AdjustStock"] = "AdjustStock"
    bin: OneLine
    lot: LotNo | None = None


class WriteOff(Move):
    """短缺核销 (D7): pieces held for a contract are lost, as that contract's goods say. `reason`: the adjustment."""

    command: Literal["WriteOff"] = "WriteOff"
    held_for: OneLine


def adjust(command: AdjustStock, stock: Stock, ctx: Context) -> Decision:
    """The card follows what was counted in a bin. A surplus is free stock. A shortage takes pieces of the bin that no
    contract holds, then those of other bins (they were moved since); what lacks then and is held for contracts in the
    bin, those contracts are told, and their goods have the card written off. Never refused: it is approved; what
    nobody has is told as short.

    Rules: D7, D9.
    """
    if command.quantity > 0:
        zone = zone_of(ctx.policy, command.depot, command.bin)
        pending = zone is not None and zone.kind == "pending"
        bin_ = bin_for(ctx.policy, command.depot, command.bin, pending=pending)
        found = command.lot or ""
        lot = Lot(bin=bin_, held_for=None, pending=pending, quantity=command.quantity, lot=found)
        return (moved(command, "adjusted", stock, ctx, put=(lot,)),)
    lacking = -command.quantity
    counted = tuple(lot for lot in lots_of(stock) if command.lot is None or lot.lot == command.lot)
    here = sorted(counted, key=lambda lot: (lot.bin != command.bin, lot.held_for is not None, lot.pending))
    of_contracts = take(tuple(here), lacking, lambda lot: _of_contract(lot) and lot.bin == command.bin)
    others = take(tuple(here), lacking, lambda lot: not _of_contract(lot) and lot.bin == command.bin)
    missed = take(of_contracts, lacking - pieces(others), lambda _lot: True)
    elsewhere = lacking - pieces(others) - pieces(missed)
    others = (*others, *take(tuple(here), elsewhere, lambda lot: not _of_contract(lot) and lot.bin != command.bin))
    left = lacking - pieces(others) - pieces(missed)
    events: list[StockEvent] = []
    if others:
        events.append(moved(command, "adjusted", stock, ctx, taken=others))
    events += (
        HeldPiecesMissed(
            at=command.at or ctx.now,
            depot=command.depot,
            sku=command.sku,
            name=stock.name if isinstance(stock, Card) else command.name,
            contract_no=contract_no or "",
            quantity=pieces(lot for lot in missed if lot.held_for == contract_no),
            voucher_no=command.voucher_no,
            cause_id=command.cause_id,
            lots=lot_pieces(lot for lot in missed if lot.held_for == contract_no),
        )
        for contract_no in dict.fromkeys(lot.held_for for lot in missed)
    )
    if left:
        told = short(command, lacking - left, None, ctx)
        events.append(told.model_copy(update={"adjustment_id": command.cause_id}))
    return tuple(events)


def _of_contract(lot: Lot) -> bool:
    """Held for a contract, whose goods are the master of these pieces (not a loan's, application's or list's)."""
    return lot.held_for is not None and ":" not in lot.held_for and not lot.pending


def write_off(command: WriteOff, stock: Stock, ctx: Context) -> Decision:
    """Pieces held for a contract are lost: its goods said so after a count.

    Rules: D7.
    """

    def wanted(lot: Lot) -> bool:
        return lot.held_for == command.held_for and not lot.pending

    taken = take_of(lots_of(stock), command.quantity, wanted, command.lots)
    if not taken:
        told = short(command, 0, command.held_for, ctx)
        return (told.model_copy(update={"adjustment_id": command.reason}),)
    return (moved(command, "lost", stock, ctx, taken=taken, held_for=command.held_for),)


USE_CASES: tuple[UseCase[Any, Any, StockEvent], ...] = (
    UseCase(AdjustStock, adjust),
    UseCase(WriteOff, write_off),
)
