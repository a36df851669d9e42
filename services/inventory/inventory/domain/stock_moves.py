"""A line of the bin card (D6), and the report of a shortage (D9), as events."""

from company.context import Context
from contracts.inventory_stock import MoveKind, StockMoved, StockShortReported
from inventory.domain.stock_asks import Move
from inventory.domain.stock_state import Card, Stock, lots_of
from inventory.stock.lots import Lots, dead_report_at, pieces


def moved(
    command: Move,
    kind: MoveKind,
    stock: Stock,
    ctx: Context,
    *,
    taken: Lots = (),
    put: Lots = (),
    held_for: str | None = None,
) -> StockMoved:
    """The next line of the card: `taken` left their places, `put` came to theirs; the balance before and after."""
    at = command.at or ctx.now
    before = pieces(lots_of(stock))
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


def short(command: Move, available: int, needed_for: str | None, ctx: Context) -> StockShortReported:
    """`available` of the pieces asked for are there."""
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
