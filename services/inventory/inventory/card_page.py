"""A page of a bin card (存卡): some of its lines, by their keys; as quick after years as on the first day (D6)."""

from inventory.stock.aggregate import card_no
from inventory.stock.moves import MOVES, MoveRow
from inventory.stock.row import StockRow
from runtime.service import entry_id
from runtime.use_case import Asker


async def card_page(asker: Asker, card: StockRow, after: int, limit: int) -> list[MoveRow]:
    """`limit` lines after the number `after`, in their order, in one query.

    Lines are numbered without a gap, and so are the card's events, of which a few are no lines (what was short, or
    lay dead): a line has the number of its event, or as many less as there were of those before it.
    """
    name, last = card_no(card.depot, card.sku), min(after + limit, card.last_move_no)
    others = card.version - card.last_move_no
    keys = [entry_id(name, sequence) for sequence in range(after + 1, last + others + 1)] if last > after else []
    found = (await asker.view(MOVES).get_many(keys)).values()
    return sorted((line for line in found if after < line.move_no <= last), key=lambda line: line.move_no)
