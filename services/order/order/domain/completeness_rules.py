"""When a line's pieces are all there (A3): plain arithmetic over receipts, in whatever order they became known."""

from collections.abc import Iterable
from datetime import date


def reached_on(quantity: int, receipts: Iterable[tuple[date, int]], damaged: int) -> date | None:
    """The earliest day by which the pieces received, less the damaged ones, reach `quantity`; None if they do not.

    Damage takes away from the earliest pieces, so that a replacement moves the day to its own arrival.
    """
    pieces = -damaged
    for day, received in sorted(receipts):
        pieces += received
        if pieces >= quantity:
            return day
    return None


def lacking(quantity: int, received: int, damaged: int) -> int:
    """Pieces that are still missing, never negative (A3)."""
    return max(0, quantity - (received - damaged))
