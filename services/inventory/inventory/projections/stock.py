"""Rows `stock`: what lies where and for whom, from the bin card's own stream (D6)."""

from collections.abc import Iterable, Mapping
from typing import Any, assert_never, cast

from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.inventory_stock import DeadStockReported, HeldPiecesMissed, Lot, StockMoved, StockShortReported
from inventory.stock.lots import plus, without
from inventory.stock.state import StockEvent
from runtime.service import Facet, Projection, key_of

Json = dict[str, Any]
SHORTS_KEPT = 20  # the last ones; all of them are in the stream


def fold_stock(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """What of a sku lies where and for whom. `on_hand` = `free` + `held` + `pending` pieces.

    `dead_month`: the last month in which it was reported as dead stock (null once it moved, D10); `short[]`: the last
    requests that it could not fill (D9).
    """
    told = cast(StockEvent, event)
    if facet is None:
        depot, sku = meta.subject.split(":", 2)[1:]
        facet = {
            "depot": depot,
            "sku": sku,
            "name": told.name,
            "lots": [],
            "last_move_no": 0,
            "last_move_at": None,
            "dead_month": None,
            "idle_days": None,
            "short": [],
            **_sums(()),
        }
    match told:
        case StockMoved():
            lots = tuple(Lot.model_validate(lot) for lot in facet["lots"])
            lots = plus(without(lots, told.taken), told.put)
            return {
                **facet,
                "name": told.name,
                "lots": [lot.model_dump() for lot in lots],
                "last_move_no": told.move_no,
                "last_move_at": told.at.isoformat(),
                "dead_month": None,
                "idle_days": None,
                **_sums(lots),
            }
        case StockShortReported():
            short = {
                "at": told.at.isoformat(),
                "wanted": told.wanted,
                "available": told.available,
                "needed_for": told.needed_for,
                "voucher_no": told.voucher_no,
                "reason": told.reason,
            }
            return {**facet, "short": [*facet["short"], short][-SHORTS_KEPT:]}
        case HeldPiecesMissed():
            return facet
        case DeadStockReported():
            return {**facet, "dead_month": told.month, "idle_days": told.idle_days}
    assert_never(told)


def _sums(lots: Iterable[Lot]) -> Json:
    lots = tuple(lots)
    return {
        "on_hand": sum(lot.quantity for lot in lots),
        "free": sum(lot.quantity for lot in lots if lot.held_for is None and not lot.pending),
        "held": sum(lot.quantity for lot in lots if lot.held_for is not None and not lot.pending),
        "pending": sum(lot.quantity for lot in lots if lot.pending),
        "bins": sorted({lot.bin for lot in lots}),
        "holders": sorted({lot.held_for for lot in lots if lot.held_for is not None}),
    }


def stock_view(document: Mapping[str, Any]) -> Json:
    """A sku's stock; `version` is what `If-Match` may name."""
    return {**document["stock"], "version": document["_pos"]["stock"]["seq"]}


PROJECTIONS = (
    Projection(
        name="stock",
        row=key_of,
        facets=(Facet(name="stock", service="inventory", prefixes=("stock",), fold=fold_stock),),
        indexes=(
            ("stock.sku",),
            ("stock.bins",),
            ("stock.holders",),
            ("stock.pending",),
            ("stock.dead_month",),
            ("stock.last_move_at",),
        ),
    ),
)
