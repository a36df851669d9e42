"""Of which lots (批号, D13) the pieces of a line are: a piece has one lot, or none that anybody said."""

from collections.abc import Iterable, Mapping

from contracts.fact import LineLot
from contracts.inventory_stock import LotPieces

ByLot = Mapping[str, int]
"""Pieces of each lot, in the order in which they came; "" for those of no lot."""


def spread(have: ByLot, quantity: int, named: Iterable[tuple[str, int]] = ()) -> dict[str, int]:
    """`quantity` pieces of what there is: of the lots that are named, then of no lot, then of the largest lots."""
    found: dict[str, int] = {}
    rest = [("", have.get("", 0)), *sorted(have.items(), key=lambda one: -one[1])]
    for lot, most in (*named, *rest):
        pieces = min(most, have.get(lot, 0) - found.get(lot, 0), quantity - sum(found.values()))
        if pieces > 0:
            found[lot] = found.get(lot, 0) + pieces
    return found


def smallest_first(have: ByLot) -> list[tuple[str, int]]:
    """What is given up first, so that the largest lot stays whole: pieces of no lot, then the smallest lots."""
    return sorted(have.items(), key=lambda one: (one[0] != "", one[1]))


def added(have: ByLot, more: ByLot) -> dict[str, int]:
    """Both together."""
    return {lot: have.get(lot, 0) + more.get(lot, 0) for lot in {**have, **more}}


def less(have: ByLot, gone: ByLot) -> dict[str, int]:
    """What is left."""
    left = {lot: quantity - gone.get(lot, 0) for lot, quantity in have.items()}
    return {lot: quantity for lot, quantity in left.items() if quantity > 0}


def of_line(line_no: int, found: ByLot) -> tuple[LineLot, ...]:
    """As an event tells it; pieces of no lot are not named."""
    told = (LineLot(line_no=line_no, lot=lot, quantity=quantity) for lot, quantity in found.items() if lot)
    return tuple(told)


def told(lots: Iterable[LineLot], line_no: int) -> list[tuple[str, int]]:
    """What an event says of a line."""
    return [(one.lot, one.quantity) for one in lots if one.line_no == line_no]


def on_card(lots: Iterable[LineLot], line_no: int | None = None) -> tuple[LotPieces, ...]:
    """The same for the bin card; of one line, or of all."""
    of = (one for one in lots if line_no in {None, one.line_no})
    return tuple(LotPieces(lot=one.lot, quantity=one.quantity) for one in of)
