"""The lot book's row: who has pieces of a lot (D13)."""

from pydantic import BaseModel

from inventory.lot_book import LOT_BOOK, LotBook
from runtime.view import Row, View


class HeldRow(BaseModel):
    """Pieces of a product that a contract (or loan, or list) has."""

    holder: str
    sku: str
    name: str
    quantity: int


class LotRow(Row):
    """A lot: who has pieces of it, by number, and the bin cards by which they came and went."""

    lot: str
    held: tuple[HeldRow, ...]
    cards: tuple[str, ...]


def lot_row(book: LotBook) -> LotRow | None:
    """The view."""
    if not book.lot:
        return None
    held = sorted(book.held.values(), key=lambda one: (one.holder, one.sku))
    return LotRow(
        lot=book.lot,
        held=tuple(HeldRow(holder=x.holder, sku=x.sku, name=x.name, quantity=x.quantity) for x in held),
        cards=tuple(sorted(book.cards)),
    )


LOTS = View("lots", "inventory", LOT_BOOK, LotRow, lot_row)
