"""存卡 Bin card of one sku in one depot: where every piece lies and for whom, and every move of it (D6, D8).

One aggregate per depot and sku, `stock:main:BTH-0421`. Moves are numbered without a gap and carry the balance before
and after; a piece is in one lot; nothing falls below zero. Contract goods follow `goods:<contract>`; people move,
set aside and settle; loans, scrap applications and lists hold their pieces before they take them.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from contracts.decision import Context, Rejected, Timer
from contracts.inventory_stock import (
    DeadStockReported,
    HeldPiecesMissed,
    Lot,
    MoveKind,
    StockMoved,
    StockShortReported,
)
from contracts.policy import civil_day
from inventory.domain.stock_asks import (
    COMMANDS,
    MAX_PIECES,
    AdjustStock,
    BringIn,
    HoldStock,
    Move,
    MoveStock,
    ReleaseStock,
    ReportDeadStock,
    SetAside,
    SetHeldAside,
    SettlePending,
    TakeOut,
    stock_id,
)
from inventory.domain.stock_lots import (
    Lots,
    at_place,
    bin_for,
    dead_report_at,
    next_report_at,
    pieces,
    plus,
    take,
    without,
    zone_of,
)
from inventory.domain.stock_words import (
    bad_pieces,
    not_enough_in_bin,
    same_bin,
    unknown_bin,
    unknown_sku,
    wrong_zone,
)

REMEMBERED = 300  # causes that a card remembers: a repeat under another command id comes soon or never

StockEvent = StockMoved | StockShortReported | HeldPiecesMissed | DeadStockReported

# --- states -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NoCard:
    """Nothing of this sku was ever here."""


@dataclass(frozen=True, slots=True)
class Card:
    """The bin card as it stands. `causes`: what asked for the last moves."""

    depot: str
    sku: str
    name: str
    lots: Lots
    last_move: int
    moved_at: datetime
    report_at: datetime
    causes: tuple[str, ...]


Stock = NoCard | Card
INITIAL: Stock = NoCard()
STATES = (NoCard, Card)
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
    return (_moved(command, command.kind, stock, ctx, put=(lot,), held_for=command.held_for),)


def take_out(command: TakeOut, stock: Stock, ctx: Context) -> Decision:
    """Held pieces left by list, loan or scrap. What the card does not have is told as short (D8: never below zero).

    Rules: D8, D9.
    """
    taken = take(_lots(stock), command.quantity, lambda lot: lot.held_for == command.held_for)
    there = pieces(taken)
    moved = (_moved(command, command.kind, stock, ctx, taken=taken, held_for=command.held_for),) if there else ()
    if there == command.quantity:
        return moved
    return (*moved, _short(command, there, command.held_for, ctx))


def hold(command: HoldStock, stock: Stock, ctx: Context) -> Decision:
    """Free pieces are set apart for a contract, loan, scrap application or list: all of them, or none and it is told.

    Rules: D8 (reserved goods cannot be issued to another), D9.
    """

    def wanted(lot: Lot) -> bool:
        free = lot.held_for is None and lot.pending == command.pending
        return free and command.bin in ("", lot.bin)

    taken = take(_lots(stock), command.quantity, wanted)
    if pieces(taken) < command.quantity:
        return (_short(command, pieces(taken), command.held_for, ctx),)
    put = at_place(taken, held_for=command.held_for)
    return (_moved(command, "held", stock, ctx, taken=taken, put=put, held_for=command.held_for),)


def release(command: ReleaseStock, stock: Stock, ctx: Context) -> Decision:
    """Held pieces are free again.

    Rules: A6, D8. Pieces that are not there any more are no event.
    """
    taken = take(_lots(stock), command.quantity, lambda lot: lot.held_for == command.held_for)
    if not taken:
        return ()
    put = at_place(taken, held_for=None)
    return (_moved(command, "released", stock, ctx, taken=taken, put=put, held_for=command.held_for),)


def set_held_aside(command: SetHeldAside, stock: Stock, ctx: Context) -> Decision:
    """Damaged pieces of a contract go to the pending zone and count for nobody.

    Rules: D4, D2.
    """
    taken = take(_lots(stock), command.quantity, lambda lot: lot.held_for == command.held_for and not lot.pending)
    if not taken:
        return (_short(command, 0, command.held_for, ctx),)
    bin_ = bin_for(ctx.policy, command.depot, "", pending=True)
    put = at_place(taken, bin=bin_, held_for=None, pending=True)
    return (_moved(command, "set_aside", stock, ctx, taken=taken, put=put, held_for=command.held_for),)


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
    return (_moved(command, "set_aside", stock, ctx, taken=taken, put=put),)


def settle(command: SettlePending, stock: Stock, ctx: Context) -> Decision:
    """Pending pieces become free stock in a bin, or go back to the supplier.

    Rules: D2. Refuses: unknown_sku, bad_bin, wrong_zone, not_enough_in_bin.
    """
    taken = _free(stock, command, command.bin, pending=True)
    if isinstance(taken, Rejected):
        return taken
    if command.outcome == "sent_back":
        return (_moved(command, "sent_back", stock, ctx, taken=taken),)
    to_bin = command.to_bin or bin_for(ctx.policy, command.depot, "", pending=False)
    flaw = _bin_flaw(ctx, command.depot, to_bin, pending=False)
    if flaw is not None:
        return flaw
    put = at_place(taken, bin=to_bin, pending=False)
    return (_moved(command, "settled", stock, ctx, taken=taken, put=put),)


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
    return (_moved(command, "moved", stock, ctx, taken=taken, put=put, held_for=command.held_for),)


def adjust(command: AdjustStock, stock: Stock, ctx: Context) -> Decision:
    """The card follows what was counted in a bin. A surplus is free stock; a shortage takes free pieces of the bin
    first, then held ones, then those of other bins (they were moved since); of what was held for a contract that
    contract is told. Never refused: it is approved; what no bin has any more is told as short.

    Rules: D7, D9.
    """
    if command.quantity > 0:
        zone = zone_of(ctx.policy, command.depot, command.bin)
        pending = zone is not None and zone.kind == "pending"
        bin_ = bin_for(ctx.policy, command.depot, command.bin, pending=pending)
        return (
            _moved(
                command,
                "adjusted",
                stock,
                ctx,
                put=(Lot(bin=bin_, held_for=None, pending=pending, quantity=command.quantity),),
            ),
        )
    lacking = -command.quantity
    in_order = sorted(_lots(stock), key=lambda lot: (lot.bin != command.bin, lot.held_for is not None, lot.pending))
    taken = take(tuple(in_order), lacking, lambda _lot: True)
    short = () if pieces(taken) == lacking else (_short(command, pieces(taken), None, ctx),)
    if not taken:
        return short
    missed: dict[str, int] = {}
    for lot in taken:
        if lot.held_for is not None and ":" not in lot.held_for and not lot.pending:
            missed[lot.held_for] = missed.get(lot.held_for, 0) + lot.quantity
    told = tuple(
        HeldPiecesMissed(
            at=command.at or ctx.now,
            depot=command.depot,
            sku=command.sku,
            name=stock.name if isinstance(stock, Card) else command.name,
            contract_no=contract_no,
            quantity=quantity,
            voucher_no=command.voucher_no,
            cause_id=command.cause_id,
        )
        for contract_no, quantity in missed.items()
    )
    return (_moved(command, "adjusted", stock, ctx, taken=taken), *told, *short)


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


def _lots(stock: Stock) -> Lots:
    return stock.lots if isinstance(stock, Card) else ()


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


def _moved(
    command: Move,
    kind: MoveKind,
    stock: Stock,
    ctx: Context,
    *,
    taken: Lots = (),
    put: Lots = (),
    held_for: str | None = None,
) -> StockMoved:
    at = command.at or ctx.now
    before = pieces(_lots(stock))
    moved_at = max(at, stock.moved_at) if isinstance(stock, Card) else at
    return StockMoved(
        at=at,
        depot=command.depot,
        sku=command.sku,
        name=stock.name if isinstance(stock, Card) else command.name or command.sku,
        move_no=stock.last_move + 1 if isinstance(stock, Card) else 1,
        kind=kind,
        quantity=pieces(taken) or pieces(put),
        taken=taken,
        put=put,
        before=before,
        after=before - pieces(taken) + pieces(put),
        voucher_no=command.voucher_no,
        held_for=held_for,
        reason=command.reason,
        cause_id=command.cause_id,
        report_at=dead_report_at(ctx.policy, moved_at),
    )


def _short(command: Move, available: int, needed_for: str | None, ctx: Context) -> StockShortReported:
    return StockShortReported(
        at=command.at or ctx.now,
        depot=command.depot,
        sku=command.sku,
        name=command.name or command.sku,
        wanted=abs(command.quantity),
        available=available,
        needed_for=needed_for,
        voucher_no=command.voucher_no,
        reason=command.reason,
    )


# --- folding ------------------------------------------------------------------------------------------------------


def evolve(stock: Stock, event: StockEvent) -> Stock:
    """The card after an event."""
    match event:
        case StockMoved():
            causes = (*stock.causes, event.cause_id)[-REMEMBERED:] if isinstance(stock, Card) else (event.cause_id,)
            moved_at = max(stock.moved_at, event.at) if isinstance(stock, Card) else event.at
            return Card(
                depot=event.depot,
                sku=event.sku,
                name=event.name,
                lots=plus(without(_lots(stock), event.taken), event.put),
                last_move=event.move_no,
                moved_at=moved_at,
                report_at=event.report_at,
                causes=causes,
            )
        case StockShortReported() | HeldPiecesMissed():
            return stock
        case DeadStockReported():
            return replace(stock, report_at=event.next_report_at) if isinstance(stock, Card) else stock
    assert_never(event)


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
    "decide",
    "due",
    "evolve",
    "stock_id",
]
