"""批号追查 Who has a lot (D13): at home or on the road, and what of it lies in the warehouse, for whom."""

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.fact import Customer
from contracts.inventory_stock import Lot
from inventory.goods.row import PIECES
from inventory.lot_book_row import LOTS, HeldRow, LotRow
from inventory.stock.row import STOCKED
from inventory.transfer.row import TRANSFERS, TransferRow
from runtime.use_case import Asker

PAGE = 200  # holders that are shown at once


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has pieces of the lot: a contract, with its customer; or a loan or list."""

    holder: str
    customer: Customer | None
    sku: str
    name: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Lying:
    """Pieces of the lot in a place of a depot."""

    depot: str
    sku: str
    name: str
    place: Lot


@dataclass(frozen=True, slots=True)
class Between:
    """Pieces of the lot that left one depot and were not counted in the other (D17)."""

    transfer_no: str
    from_depot: str
    to_depot: str
    carrier: str
    sku: str
    name: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Traced:
    """A lot: whether any of it was ever here, a page of those who have pieces, how many there are in all and where the
    next page begins; what lies in the depots, and what is between them."""

    lot: str
    known: bool
    holders: tuple[Holder, ...]
    total: int
    pieces: int
    next: int | None
    lying: tuple[Lying, ...]
    between: tuple[Between, ...]


async def trace(asker: Asker, lot: str, sku: str = "", skip: int = 0, limit: int = PAGE) -> Traced:
    """Who has the lot (of the product, if one is named: makers number their lots alike). By keys alone: as quick among
    millions as among few."""
    known = await asker.view(LOTS).get(lot)
    book = known or LotRow(lot=lot, held=(), cards=())
    held = [one for one in book.held if sku in {"", one.sku}]
    shown = held[skip : skip + limit]
    cards = await asker.view(STOCKED).get_many(book.cards)
    return Traced(
        lot=lot,
        known=known is not None,
        holders=await _holders(asker, shown),
        total=len(held),
        pieces=sum(one.quantity for one in held),
        next=skip + limit if len(held) > skip + limit else None,
        lying=tuple(
            Lying(card.depot, card.sku, card.name, place)
            for card in cards.values()
            for place in card.lots
            if place.lot == lot and sku in {"", card.sku}
        ),
        between=tuple(
            one
            for transfer in await asker.view(TRANSFERS).find({"row.lots": lot}, sort=[("_id", 1)], limit=PAGE)
            for one in between(transfer, lot)
            if sku in {"", one.sku}
        ),
    )


def between(transfer: TransferRow, lot: str) -> Iterator[Between]:
    """What a transfer has of the lot that is in no depot: on the road, or lacking where it was counted."""
    for line in transfer.lines:
        for one in line.lots:
            if one.lot == lot and one.road:
                yield Between(
                    transfer_no=transfer.transfer_no,
                    from_depot=transfer.from_depot,
                    to_depot=transfer.to_depot,
                    carrier=transfer.carrier,
                    sku=line.sku,
                    name=line.name,
                    quantity=one.road,
                )


async def _holders(asker: Asker, held: list[HeldRow]) -> tuple[Holder, ...]:
    numbers = [one.holder for one in held if ":" not in one.holder]
    goods = await asker.view(PIECES).get_many(numbers)
    return tuple(
        Holder(
            holder=one.holder,
            customer=goods[one.holder].customer if one.holder in goods else None,
            sku=one.sku,
            name=one.name,
            quantity=one.quantity,
        )
        for one in held
    )
