"""The rows that requests of counts begin from: sheets, cards, and what lies where."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from company.policy import policy_book
from contracts.civil_time import civil_day
from inventory.count.card import BinChange, Card, CardMove
from inventory.count.choice import Stocked, abc_classes
from inventory.count.row import SHEETS, CountRow
from inventory.refusals import no
from inventory.stock.aggregate import card_no
from inventory.stock.lots import by_place
from inventory.stock.moves import MOVES, MoveRow
from inventory.stock.row import STOCKED, StockRow
from inventory.turnover import DAYS_OF_CARDS, turned_over
from runtime.use_case import Asker

REMEMBERED_COUNTS = 500
"""Closed counts that are looked through for when a bin was counted last."""


async def count_of(asker: Asker, count_no: str) -> CountRow:
    """A count, or 404."""
    count = await asker.view(SHEETS).get(count_no)
    if count is None:
        asker.refuse(no("no_count", count_no=count_no), 404)
    return count


async def moves_of(asker: Asker, cards: Mapping[str, int]) -> dict[str, list[MoveRow]]:
    """The lines of some cards (`depot:sku`) after the move numbers given, each card's in their order."""
    found: dict[str, list[MoveRow]] = {card: [] for card in cards}
    wanted = [{"row.card": card, "row.move_no": {"$gt": after}} for card, after in cards.items()]
    if wanted:
        for move in await asker.view(MOVES).find({"$or": wanted}, sort=[("row.move_no", 1)]):
            found[move.card].append(move)
    return found


async def cards_of(asker: Asker, depot: str, bases: Mapping[str, int]) -> tuple[Card, ...]:
    """The cards of some skus as they are now, with the moves since the numbers given. A sku without a card has an
    empty one. A card whose lines are not all there yet has a gap, which a count does not compare with."""
    rows = await asker.view(STOCKED).get_many([card_no(depot, sku) for sku in bases])
    moves = await moves_of(asker, {card: bases[row.sku] for card, row in rows.items()})
    found = {row.sku: card_after(row, moves[card]) for card, row in rows.items()}
    return tuple(found.get(sku) or Card(sku=sku, move_no=0, balances=(), since=()) for sku in bases)


def card_after(row: StockRow, moves: Iterable[MoveRow]) -> Card:
    """A bin card as the count needs it: balances, and the lines given as far as the balances have them."""
    since = (
        CardMove(
            move_no=move.move_no,
            at=move.at,
            changes=tuple(BinChange(bin=bin_, lot=lot, quantity=pieces) for (bin_, lot), pieces in move.places.items()),
            adjusted_by=move.voucher_no if move.kind == "adjusted" else None,
        )
        for move in moves
        if move.move_no <= row.last_move_no
    )
    return Card(
        sku=row.sku,
        move_no=row.last_move_no,
        balances=tuple(
            BinChange(bin=bin_, lot=lot, quantity=pieces) for (bin_, lot), pieces in by_place(row.lots).items()
        ),
        since=tuple(since),
    )


async def stocked_bins(asker: Asker, depot: str, now: datetime) -> list[Stocked]:
    """Every sku in every bin where the cards have pieces of it, each lot there by itself (D13), with its class and
    when it was counted last."""
    policy = policy_book().at(now)
    since = civil_day(now - timedelta(days=policy.abc_days))
    rows = await asker.view(STOCKED).find({"row.depot": depot})
    days = await asker.view(DAYS_OF_CARDS).get_many([card_no(depot, row.sku) for row in rows])
    moved = {row.sku: turned_over(days.get(card_no(depot, row.sku), {}), since) for row in rows}
    classes = abc_classes(moved, policy.abc_percent)
    counted = await _counted_at(asker, depot)
    return [
        Stocked(
            sku=row.sku,
            name=row.name,
            bin=bin_,
            move_no=row.last_move_no,
            abc=classes[row.sku],
            counted_at=counted.get((row.sku, bin_)),
            lot=lot,
        )
        for row in rows
        for bin_ in row.bins
        for lot in row.lots_in(bin_)
    ]


async def _counted_at(asker: Asker, depot: str) -> dict[tuple[str, str], datetime]:
    """When each sku was counted last in each bin."""
    closed = await asker.view(SHEETS).find(
        {"row.depot": depot, "row.status": "closed"}, sort=[("row.closed_at", -1)], limit=REMEMBERED_COUNTS
    )
    latest: dict[tuple[str, str], datetime] = {}
    for count in closed:
        for line in count.lines:
            if line.compared is not None:
                key, moment = (line.sku, line.bin), line.compared.counted_at
                latest[key] = max(moment, latest.get(key, moment))
    return latest
