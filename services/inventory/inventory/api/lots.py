"""HTTP of lots: who has one at home (D13)."""

from dataclasses import asdict
from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel

from company.masking import customer_for
from contracts.fact import Customer
from contracts.spelling import Spelt
from contracts.spelling import lot as spelt_lot
from inventory import recall
from inventory.refusals import no
from inventory.who import READS_GOODS
from runtime.http import SignedIn
from runtime.route import Router

router = Router()

LotInPath = Annotated[str, Path(min_length=1, max_length=40, examples=["C88"]), Spelt(spelt_lot)]


class LotHolder(BaseModel):
    """Who has pieces of the lot, at home or on the road: a contract (its customer masked by role), a loan, a list."""

    holder: str
    customer: Customer | None
    sku: str
    name: str
    quantity: int


class LotPlace(BaseModel):
    """Pieces of the lot in a depot; `held_for` null: free."""

    depot: str
    sku: str
    name: str
    bin: str
    held_for: str | None
    pending: bool
    quantity: int


class LotBetween(BaseModel):
    """Pieces of the lot that left one depot and were not counted in the other: on the road, or lacking (D17)."""

    transfer_no: str
    from_depot: str
    to_depot: str
    carrier: str
    sku: str
    name: str
    quantity: int


class LotTraced(BaseModel):
    """Who has a lot: `total` lines with `pieces`; the next page begins after `next` of them, null at the end."""

    lot: str
    total: int
    pieces: int
    rows: list[LotHolder]
    next: int | None
    stock: list[LotPlace]
    between: list[LotBetween]


@router.get("/lots/{lot:path}", summary="批号追查 Who has a lot (D13)")
async def who_has(
    lot: LotInPath,
    caller: SignedIn,
    sku: Annotated[str, Query(max_length=80)] = "",
    skip: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=1_000)] = recall.PAGE,
) -> LotTraced:
    """Contracts with pieces of the lot that left, by number, and what of it lies here. `sku`: of this product."""
    caller.allow(*READS_GOODS)
    traced = await recall.trace(caller, lot, sku, skip, limit)
    if not traced.known:
        caller.refuse(no("unknown_lot", lot=lot), 404)
    role = caller.person.role
    return LotTraced(
        lot=lot,
        total=traced.total,
        pieces=traced.pieces,
        rows=[
            LotHolder(
                holder=one.holder,
                customer=one.customer and customer_for(role, one.customer),
                sku=one.sku,
                name=one.name,
                quantity=one.quantity,
            )
            for one in traced.holders
        ],
        next=traced.next,
        stock=[
            LotPlace(depot=one.depot, sku=one.sku, name=one.name, **one.place.model_dump(exclude={"lot"}))
            for one in traced.lying
        ],
        between=[LotBetween(**asdict(one)) for one in traced.between],
    )
