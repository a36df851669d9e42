"""Pieces of a lot come and go on a bin card -> the lot's book knows who has them (D13)."""

from collections.abc import Sequence

from contracts.inventory_stock import StockMoved
from inventory.lot_book import LOT_BOOK, NoteLotMove
from inventory.stock.lots import by_lot
from inventory.transfer.aggregate import TRANSFER
from runtime.decision import Ask
from runtime.reaction import On, Reaction

TO_SOMEBODY = ("issued", "lent", "returned", "lent_back")
"""Moves by which somebody has more or fewer pieces; by others they come, or are nobody's."""


def book_lots(event: StockMoved) -> Sequence[Ask]:
    """What left for somebody and what came back, lot by lot; what came in, so that the lot's card is known."""
    taken, put = by_lot(event.taken), by_lot(event.put)
    if taken == put:
        return ()
    holder = (event.held_for or "") if event.kind in TO_SOMEBODY else ""
    if holder.startswith(f"{TRANSFER.prefix}:"):  # on the road between depots: they are nobody's (D17)
        holder = ""
    return tuple(
        Ask(
            LOT_BOOK.key(lot),
            NoteLotMove(
                at=event.at,
                lot=lot,
                depot=event.depot,
                sku=event.sku,
                name=event.name,
                move_no=event.move_no,
                holder=holder,
                quantity=taken.get(lot, 0) - put.get(lot, 0) if holder else 0,
            ),
        )
        for lot in {**taken, **put}
        if lot
    )


REACTIONS = (Reaction("inventory.book_lots", (On(StockMoved, book_lots),)),)
