"""Skus that are a question (D15): the warehouse has pieces of them, and nobody has described the product.

One row per sku, of two streams: its bin card in the main depot, and the product. Other depots get theirs by transfer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.inventory_stock import StockMoved
from contracts.order_products import ProductDescribed
from runtime.service import Facet, Projection, key_of
from runtime.view import Row, Typed

MAIN = "main:"
"""What the names of cards of the main depot begin with."""


class CardSays(Row):
    """What lies of a sku in the main depot."""

    sku: str = ""
    name: str = ""
    on_hand: int = 0


class ProductSays(Row):
    """Whether anybody has described it."""

    described: bool = False


def sku_of(aggregate_id: str) -> str:
    """Card and product of one sku are one row; a card of another depot is a row by itself."""
    number = key_of(aggregate_id)
    if not aggregate_id.startswith("stock:"):
        return number
    return number.removeprefix(MAIN) if number.startswith(MAIN) else aggregate_id


def fold_card(known: CardSays | None, event: Fact, _: Meta) -> CardSays:
    """After a move of the card; another depot's asks nothing."""
    if isinstance(event, StockMoved) and event.depot == MAIN.rstrip(":"):
        return CardSays(sku=event.sku, name=event.name, on_hand=event.after)
    return known or CardSays()


def fold_product(known: ProductSays | None, event: Fact, _: Meta) -> ProductSays:
    """Described once, it is a question no more."""
    return ProductSays(described=True) if isinstance(event, ProductDescribed) else known or ProductSays()


@dataclass(frozen=True, slots=True)
class AllQuestions:
    """Reads what the card says (`Caller.view`)."""

    name: str = "questions"

    def read(self, document: Mapping[str, Any]) -> CardSays:
        """A document's."""
        return CardSays.model_validate(document["card"])


QUESTIONS = AllQuestions()
OPEN = {"product.described": None, "card.on_hand": {"$gt": 0}}
"""Nobody has described it, and there are pieces."""
ASKED = Projection(
    name=QUESTIONS.name,
    row=sku_of,
    facets=(
        Facet("card", "inventory", ("stock",), fold_card, Typed("card", CardSays, fold_card)),
        Facet("product", "order", ("product",), fold_product, Typed("product", ProductSays, fold_product)),
    ),
    indexes=(("product.described", "card.on_hand"),),
)
