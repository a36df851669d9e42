"""Both units of a product's pieces (D14): whole boxes and single pieces, and square metres, as pages, prints and sheets
say them beside the pieces."""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from company import units
from company.units import Packing
from dashboards.seat import Seat
from dashboards.words import Words
from order.product.aggregate import packing_of
from order.product.row import known_products

T = TypeVar("T")
HUNDREDS = 500  # rows of which the products are asked for at once


@dataclass(frozen=True, slots=True)
class Both:
    """What is said of some products' pieces."""

    products: Mapping[str, Packing]
    words: Words

    def __call__(self, sku: str, pieces: int) -> str:
        """箱+片 6+2 · 12.8 ㎡; nothing of a product that is counted in pieces alone, or that nobody described."""
        packing = self.products.get(sku)
        if packing is None or not pieces:
            return ""
        boxes, metres = units.boxes(pieces, packing.per_box), units.square_metres(pieces, packing)
        told = (
            self.words("contract.boxes", n=boxes) if boxes else "",
            self.words("units.square_metres", n=metres) if metres else "",
        )
        return " · ".join(one for one in told if one)

    def box(self, sku: str) -> str:
        """How many are in a box, for whoever counts."""
        packing = self.products.get(sku)
        return "" if packing is None or packing.per_box == 1 else self.words("units.box", n=packing.per_box)


async def both_units(seat: Seat, skus: Iterable[str]) -> Both:
    """For these products, in the words of whoever looks."""
    products = await known_products(seat.caller, set(skus))
    return Both({sku: packing_of(told) for sku, told in products.items()}, seat.words)


async def by_hundreds(rows: AsyncIterator[T]) -> AsyncIterator[list[T]]:
    """The same rows, some at a time: their products are one query."""
    some: list[T] = []
    async for one in rows:
        some.append(one)
        if len(some) == HUNDREDS:
            yield some
            some = []
    if some:
        yield some
