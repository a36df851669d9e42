"""存卡 Bin card of one sku in one depot: where every piece lies and for whom, and every move of it (D6, D8).

One aggregate per depot and sku, `stock:main:BTH-0421`. Moves are numbered without a gap and carry the balance before
and after; a piece is in one lot; nothing falls below zero. Contract goods follow `goods:<contract>`; people move,
set aside and settle; loans, scrap applications and lists hold their pieces before they take them.
"""

from typing import assert_never

from company.context import Context
from contracts.civil_time import civil_day
from contracts.inventory_stock import (
    DeadStockReported,
    Lot,
)
from inventory.domain.stock_adjusting import adjust, write_off
from inventory.domain.stock_asks import (
    COMMANDS,
    AdjustStock,
    BringIn,
    HoldStock,
    MoveStock,
    ReleaseStock,
    ReportDeadStock,
    SetAside,
    SetHeldAside,
    SettlePending,
    TakeOut,
    WriteOff,
    stock_id,
)
from inventory.domain.stock_moves import moved, short
from inventory.domain.stock_state import INITIAL, STATES, Card, NoCard, Stock, StockEvent, evolve, lots_of
from inventory.domain.stock_words import (
    bad_pieces,
    not_enough_in_bin,
    same_bin,
    unknown_bin,
    unknown_sku,
    wrong_zone,
)
from inventory.fields import MAX_PIECES
from inventory.stock.lots import (
    Lots,
    at_place,
    bin_for,
    next_report_at,
    pieces,
    take,
    zone_of,
)
from runtime.decision import Rejected, Timer

Decision = tuple[StockEvent, ...] | Rejected

# --- decisions ----------------------------------------------------------------------------------------------------


def decide(command: COMMANDS, stock: Stock, ctx: Context) -> Decision:
    """What follows from a command; see the function named by its verb. A cause moves pieces once."""
    if isinstance(command, ReportDeadStock):
        return report_dead(command, stock, ctx)
    if isinstance(stock, Card) and command.cause_id in stock.causes:
        return ()
    if not 1 <= abs(command.quantity) <= MAX_PIECES or (command.quantity < 0 and not isinstance(command, AdjustStock)):
        return bad_pieces(command.quantity)
    match command:
        case BringIn():
            return bring_in(command, stock, ctx)
        case TakeOut():
            return take_out(command, stock, ctx)
        case HoldStock():
            return hold(command, stock, ctx)
        case ReleaseStock():
            return release(command, stock, ctx)
        case SetHeldAside():
            return set_held_aside(command, stock, ctx)
        case WriteOff():
            return write_off(command, stock, ctx)
        case SetAside():
            return set_aside(command, stock, ctx)
        case SettlePending():
            return settle(command, stock, ctx)
        case MoveStock():
            return move(command, stock, ctx)
        case AdjustStock():
            return adjust(command, stock, ctx)
    assert_never(command)


def bring_in(command: BringIn, stock: Stock, ctx: Context) -> Decision:
    """Pieces came in. Without a bin, or with one of the wrong kind, they lie in the receiving (pending) zone.

    Rules: D2, D3, D6.
    """
    bin_ = bin_for(ctx.policy, command.depot, command.bin, pending=command.pending)
    lot = Lot(bin=bin_, held_for=command.held_for, pending=command.pending, quantity=command.quantity)
    return (moved(command, command.kind, stock, ctx, put=(lot,), held_for=command.held_for),)


def take_out(command: TakeOut, stock: Stock, ctx: Context) -> Decision:
    """Held pieces left by list, loan or scrap. What the card does not have is told as short (D8: never below zero).

    Rules: D8, D9.
    """
    taken = take(lots_of(stock), command.quantity, lambda lot: lot.held_for == command.held_for)
    there = pieces(taken)
    left = (moved(command, command.kind, stock, ctx, taken=taken, held_for=command.held_for),) if there else ()
    if there == command.quantity:
        return left
    return (*left, short(command, there, command.held_for, ctx))


def hold(command: HoldStock, stock: Stock, ctx: Context) -> Decision:
    """Free pieces are set apart for a contract, loan, scrap application or list: all of them, or none and it is told.

    Rules: D8 (reserved goods cannot be issued to another), D9.
    """

    def wanted(lot: Lot) -> bool:
        free = lot.held_for is None and lot.pending == command.pending
        return free and command.bin in ("", lot.bin)

    taken = take(lots_of(stock), command.quantity, wanted)
    if pieces(taken) < command.quantity:
        return (short(command, pieces(taken), command.held_for, ctx),)
    put = at_place(taken, held_for=command.held_for)
    return (moved(command, "held", stock, ctx, taken=taken, put=put, held_for=command.held_for),)


def release(command: ReleaseStock, stock: Stock, ctx: Context) -> Decision:
    """Held pieces are free again.

    Rules: A6, D8. Pieces that are not there any more are no event.
    """
    taken = take(lots_of(stock), command.quantity, lambda lot: lot.held_for == command.held_for)
    if not taken:
        return ()
    put = at_place(taken, held_for=None)
    return (moved(command, "released", stock, ctx, taken=taken, put=put, held_for=command.held_for),)


def set_held_aside(command: SetHeldAside, stock: Stock, ctx: Context) -> Decision:
    """Damaged pieces of a contract go to the pending zone and count for nobody.

    Rules: D4, D2.
    """
    taken = take(lots_of(stock), command.quantity, lambda lot: lot.held_for == command.held_for and not lot.pending)
    if not taken:
        return (short(command, 0, command.held_for, ctx),)
    bin_ = bin_for(ctx.policy, command.depot, "", pending=True)
    put = at_place(taken, bin=bin_, held_for=None, pending=True)
    return (moved(command, "set_aside", stock, ctx, taken=taken, put=put, held_for=command.held_for),)


def set_aside(command: SetAside, stock: Stock, ctx: Context) -> Decision:
    """Free pieces with a problem go to the pending zone; what is held for a contract is reported as damage instead.

    Rules: D3. Refuses: unknown_sku, bad_bin, wrong_zone, not_enough_in_bin.
    """
    to_bin = command.to_bin or bin_for(ctx.policy, command.depot, "", pending=True)
    flaw = _bin_flaw(ctx, command.depot, to_bin, pending=True)
    if flaw is not None:
        return flaw
    taken = _free(stock, command, command.bin, pending=False)
    if isinstance(taken, Rejected):
        return taken
    put = at_place(taken, bin=to_bin, pending=True)
    return (moved(command, "set_aside", stock, ctx, taken=taken, put=put),)


def settle(command: SettlePending, stock: Stock, ctx: Context) -> Decision:
    """Pending pieces become free stock in a bin, or go back to the supplier.

    Rules: D2. Refuses: unknown_sku, bad_bin, wrong_zone, not_enough_in_bin.
    """
    taken = _free(stock, command, command.bin, pending=True)
    if isinstance(taken, Rejected):
        return taken
    if command.outcome == "sent_back":
        return (moved(command, "sent_back", stock, ctx, taken=taken),)
    to_bin = command.to_bin or bin_for(ctx.policy, command.depot, "", pending=False)
    flaw = _bin_flaw(ctx, command.depot, to_bin, pending=False)
    if flaw is not None:
        return flaw
    put = at_place(taken, bin=to_bin, pending=False)
    return (moved(command, "settled", stock, ctx, taken=taken, put=put),)


def move(command: MoveStock, stock: Stock, ctx: Context) -> Decision:
    """Pieces go from bin to bin within the good zones, or within the pending zone; whose they are stays.

    Rules: D6, D3. Refuses: unknown_sku, bad_bin, wrong_zone, same_bin, not_enough_in_bin.
    """
    if command.from_bin == command.to_bin:
        return same_bin(command.to_bin)
    if isinstance(stock, NoCard):
        return unknown_sku(command.sku)
    lots = tuple(lot for lot in stock.lots if lot.bin == command.from_bin and lot.held_for == command.held_for)
    pending = bool(lots) and all(lot.pending for lot in lots)
    flaw = _bin_flaw(ctx, command.depot, command.to_bin, pending=pending)
    if flaw is not None:
        return flaw
    taken = take(lots, command.quantity, lambda lot: lot.pending == pending)
    if pieces(taken) < command.quantity:
        there = pieces(taken)
        return not_enough_in_bin(command.sku, command.from_bin, there, command.quantity, held_for=command.held_for)
    put = at_place(taken, bin=command.to_bin)
    return (moved(command, "moved", stock, ctx, taken=taken, put=put, held_for=command.held_for),)


def report_dead(command: ReportDeadStock, stock: Stock, ctx: Context) -> Decision:  # noqa: ARG001 - one signature
    """Pieces lay for long without a move: told to finance on the month's first day, and every month until they move.

    Rules: D10 (`policy.dead_stock_days`).
    """
    match stock:
        case NoCard():
            return ()
        case Card() if not stock.lots or ctx.now < stock.report_at:
            return ()
        case Card():
            return (
                DeadStockReported(
                    at=stock.report_at,
                    depot=stock.depot,
                    sku=stock.sku,
                    name=stock.name,
                    month=civil_day(stock.report_at).isoformat()[:7],
                    quantity=pieces(stock.lots),
                    lots=stock.lots,
                    idle_since=stock.moved_at,
                    idle_days=(stock.report_at - stock.moved_at).days,
                    next_report_at=next_report_at(ctx.policy, stock.report_at),
                ),
            )
    assert_never(stock)


def _free(stock: Stock, command: SetAside | SettlePending, bin_: str, *, pending: bool) -> Lots | Rejected:
    """Free pieces of a bin (of any, without one), good or pending; else the words why not."""
    if isinstance(stock, NoCard):
        return unknown_sku(command.sku)

    def wanted(lot: Lot) -> bool:
        return lot.held_for is None and lot.pending == pending and bin_ in ("", lot.bin)

    taken = take(stock.lots, command.quantity, wanted)
    if pieces(taken) < command.quantity:
        return not_enough_in_bin(command.sku, bin_, pieces(taken), command.quantity, held_for=None)
    return taken


def _bin_flaw(ctx: Context, depot: str, bin_: str, *, pending: bool) -> Rejected | None:
    zone = zone_of(ctx.policy, depot, bin_)
    if zone is None:
        return unknown_bin(depot, bin_)
    return None if (zone.kind == "pending") == pending else wrong_zone(bin_, pending=pending)


def due(stock: Stock) -> tuple[Timer, ...]:
    """The next report as dead stock (D10), while there are pieces."""
    if isinstance(stock, NoCard) or not stock.lots:
        return ()
    return (Timer("dead_stock", stock.report_at, ReportDeadStock()),)


__all__ = [
    "COMMANDS",
    "INITIAL",
    "STATES",
    "AdjustStock",
    "BringIn",
    "Card",
    "HoldStock",
    "MoveStock",
    "NoCard",
    "ReleaseStock",
    "ReportDeadStock",
    "SetAside",
    "SetHeldAside",
    "SettlePending",
    "Stock",
    "StockEvent",
    "TakeOut",
    "WriteOff",
    "decide",
    "due",
    "evolve",
    "stock_id",
]
