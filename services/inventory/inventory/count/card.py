"""What the bin card said when a piece was counted (D6, D7): goods move while a count goes on.

A count opens with the number of each card's last move and with no balance at all. When figures are compared, the card
is handed in as it is then: its balances, and every move after that number, without a gap. The book at the moment of
counting is today's balance of the bin less what moved into it after that moment. So it does not matter how long before
or after its move a bin was counted, nor that moves are recorded late: a move counts at the time when it happened.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from contracts.bounds import Few, Moment, Nth, OneLine, Whole
from contracts.fact import Value
from contracts.spelling import Sku


class BinChange(Value):
    """Pieces of a lot ("": of none, D13) that came to (positive) or left (negative) a bin by one move."""

    bin: OneLine
    quantity: Annotated[int, Whole(-1_000_000, 1_000_000)]
    lot: OneLine = ""


@dataclass(frozen=True, slots=True)
class Place:
    """What a line counts (D13): in a bin the pieces of one lot, or, with `lot` null, those of all lots but `apart`."""

    bin: str
    lot: str | None = None
    apart: frozenset[str] = frozenset()

    def has(self, change: BinChange) -> bool:
        """Whether these pieces are among them."""
        of_lot = change.lot not in self.apart if self.lot is None else change.lot == self.lot
        return change.bin == self.bin and of_lot


class CardMove(Value):
    """One line of a bin card, bin by bin. `at` is when it happened; `adjusted_by`: the count that it adjusts by."""

    move_no: Nth
    at: Moment
    changes: Annotated[tuple[BinChange, ...], Few(1_000)]
    adjusted_by: OneLine | None = None


class Card(Value):
    """存卡: a sku's balances per bin after its move `move_no`, and the moves since some earlier number."""

    sku: Sku
    move_no: Nth
    balances: Annotated[tuple[BinChange, ...], Few(1_000)]
    since: Annotated[tuple[CardMove, ...], Few(1_000)]


def is_gapless(card: Card, base: int) -> bool:
    """Whether the card brings every move after number `base`, up to its last."""
    numbers = [move.move_no for move in card.since if move.move_no > base]
    return card.move_no >= base and numbers == list(range(base + 1, card.move_no + 1))


def adjusted_since(card: Card, place: Place, moment: datetime, but_by: str) -> str | None:
    """Another count by which the card was made to follow the goods of the place after `moment`."""
    return next(
        (
            move.adjusted_by
            for move in card.since
            if move.adjusted_by not in {None, but_by}
            and move.at > moment
            and any(place.has(change) for change in move.changes)
        ),
        None,
    )


def book_at(card: Card, place: Place, moment: datetime) -> int:
    """Pieces in the place, by the card, at `moment` (a move of that very moment counts as done)."""
    now = sum(balance.quantity for balance in card.balances if place.has(balance))
    later = sum(
        change.quantity for move in card.since if move.at > moment for change in move.changes if place.has(change)
    )
    return now - later
