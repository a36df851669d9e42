"""The bin card's row: what of a sku lies where and for whom (D6, D9, D10)."""

from contracts.inventory_stock import Lot, StockShortReported
from inventory.stock.aggregate import STOCK
from inventory.stock.state import Card, Stock
from runtime.view import Instant, Row, View

SHORTS_KEPT = 20  # the last ones; all of them are in the stream


class StockRow(Row):
    """A sku in a depot. `on_hand` = `free` + `held` + `pending` pieces."""

    depot: str
    sku: str
    name: str
    lots: tuple[Lot, ...] = ()
    on_hand: int = 0
    free: int = 0
    held: int = 0
    pending: int = 0
    bins: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()
    lot_nos: tuple[str, ...] = ()
    """Lots (批号) of which there are pieces (D13)."""
    last_move_no: int = 0
    last_move_at: Instant | None = None
    dead_month: str | None = None
    """The last month in which it was reported as dead stock; null once it moved (D10)."""
    idle_days: int | None = None
    version: int = 0

    def in_bin(self, bin_: str, of: str | None = None) -> int:
        """Pieces in one bin: of a lot (D13), or all."""
        return sum(lot.quantity for lot in self.lots if lot.bin == bin_ and of in (None, lot.lot))

    def lots_in(self, bin_: str) -> tuple[str | None, ...]:
        """The lots that lie in a bin, "" for pieces of none beside them; null alone where no lots lie (D13)."""
        found = sorted({lot.lot for lot in self.lots if lot.bin == bin_})
        return tuple(found) if any(found) else (None,)


def stock_row(stock: Stock) -> StockRow | None:
    """The view. What was wanted and never here has a row, without pieces."""
    if not isinstance(stock, Card):
        return StockRow(depot=stock.depot, sku=stock.sku, name=stock.name) if stock.sku else None
    lots = stock.lots
    return StockRow(
        depot=stock.depot,
        sku=stock.sku,
        name=stock.name,
        lots=lots,
        on_hand=sum(lot.quantity for lot in lots),
        free=sum(lot.quantity for lot in lots if lot.held_for is None and not lot.pending),
        held=sum(lot.quantity for lot in lots if lot.held_for is not None and not lot.pending),
        pending=sum(lot.quantity for lot in lots if lot.pending),
        bins=tuple(sorted({lot.bin for lot in lots})),
        holders=tuple(sorted({lot.held_for for lot in lots if lot.held_for is not None})),
        lot_nos=tuple(sorted({lot.lot for lot in lots if lot.lot})),
        last_move_no=stock.last_move,
        last_move_at=stock.moved_at,
        dead_month=stock.dead_month,
        idle_days=stock.idle_days,
    )


REPORTED_DEAD = {"row.dead_month": {"$gt": ""}}
"""What was reported as dead stock and has not moved since (D10)."""

STOCKED = View(
    "stock",
    "inventory",
    STOCK,
    StockRow,
    stock_row,
    indexes=(
        ("row.sku",),
        ("row.bins",),
        ("row.holders",),
        ("row.lot_nos",),
        ("row.pending",),
        ("row.dead_month", "row.last_move_at"),
    ),
    said=(StockShortReported,),
    said_kept=SHORTS_KEPT,
)
