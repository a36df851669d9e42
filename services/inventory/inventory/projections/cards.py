"""Rows `cards` (存卡, one for each sku) and `moves` (its lines, one row for each move), from the card's stream (D6).

A card grows for years, so its lines are rows of their own: a move costs the same on the first day and after ten years.
"""

from collections.abc import Sequence
from typing import Any, cast

from contracts.civil_time import civil_day, days_later
from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.inventory_stock import Lot, StockMoved
from inventory.stock.state import StockEvent
from runtime.service import Facet, Projection, key_of

Json = dict[str, Any]

MOVED_DAYS = 800
"""Days of which a card remembers how many pieces came and left: more than any classing by turnover looks back (D7)."""


def fold_card(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """A card without its lines: `balance` pieces in all, `places[]` pieces by bin, `last_move_no`, and `moved[]`
    pieces that came and left, by day."""
    told = cast(StockEvent, event)
    if facet is None:
        depot, sku = _depot_and_sku(meta)
        facet = {
            "depot": depot,
            "sku": sku,
            "name": told.name,
            "balance": 0,
            "last_move_no": 0,
            "places": [],
            "moved": [],
        }
    if not isinstance(told, StockMoved):
        return facet
    return {
        **facet,
        "name": told.name,
        "balance": told.after,
        "last_move_no": told.move_no,
        "places": _places(facet["places"], told),
        "moved": facet["moved"] if told.before == told.after else _moved(facet["moved"], told),
    }


def fold_move(facet: Json | None, event: Fact, meta: Meta) -> Json | None:  # noqa: ARG001 - a journal's fold gets no facet
    """One line of a card: its number, the balance before and after, and who did it. None for what moves nothing."""
    if not isinstance(event, StockMoved):
        return None
    depot, sku = _depot_and_sku(meta)
    return {
        "card": f"{depot}:{sku}",
        "move_no": event.move_no,
        "at": event.at.isoformat(),
        "recorded_at": meta.time.isoformat(),
        "by": meta.actor,
        "kind": event.kind,
        "quantity": event.quantity,
        "taken": [lot.model_dump() for lot in event.taken],
        "put": [lot.model_dump() for lot in event.put],
        "before": event.before,
        "after": event.after,
        "voucher_no": event.voucher_no,
        "held_for": event.held_for,
        "reason": event.reason,
    }


def _depot_and_sku(meta: Meta) -> tuple[str, str]:
    depot, sku = meta.subject.split(":", 2)[1:]
    return depot, sku


def _places(places: Sequence[Json], event: StockMoved) -> list[Json]:
    pieces = {place["bin"]: place["quantity"] for place in places}
    signed: tuple[tuple[int, tuple[Lot, ...]], ...] = ((-1, event.taken), (1, event.put))
    for sign, lots in signed:
        for lot in lots:
            pieces[lot.bin] = pieces.get(lot.bin, 0) + sign * lot.quantity
    return [{"bin": bin_, "quantity": quantity} for bin_, quantity in sorted(pieces.items()) if quantity]


def _moved(moved: Sequence[Json], event: StockMoved) -> list[Json]:
    on = civil_day(event.at)
    pieces = {day["on"]: day["quantity"] for day in moved}
    pieces[on.isoformat()] = pieces.get(on.isoformat(), 0) + event.quantity
    since = days_later(on, -MOVED_DAYS).isoformat()
    return [{"on": day, "quantity": quantity} for day, quantity in sorted(pieces.items()) if day >= since]


PROJECTIONS = (
    Projection(
        name="cards",
        row=key_of,
        facets=(Facet(name="card", service="inventory", prefixes=("stock",), fold=fold_card),),
        indexes=(("card.depot",),),
    ),
    Projection(
        name="moves",
        row=key_of,
        facets=(Facet(name="move", service="inventory", prefixes=("stock",), fold=fold_move),),
        indexes=(("move.card", "move.move_no"), ("move.voucher_no",)),
        per_event=True,
    ),
)
