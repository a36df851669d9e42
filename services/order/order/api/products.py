"""HTTP of products as they are (D15)."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel

from contracts.order_products import ProductDescribed
from contracts.spelling import Sku
from order.product.row import PRODUCTS
from order.refusals import no
from order.who import READS
from runtime.http import SignedIn
from runtime.route import Router

router = Router()

SkuInPath = Annotated[Sku, Path(max_length=40, examples=["TC-600"])]


class Change(BaseModel):
    """One description, as it was given."""

    at: datetime
    by: str
    told: ProductDescribed


class Product(BaseModel):
    """A product and its history, the newest first."""

    told: ProductDescribed
    history: list[Change]


class ProductList(BaseModel):
    """One page of products in order of their numbers; `next`: the sku to go on after, null at the end."""

    rows: list[ProductDescribed]
    next: str | None


@router.get("/products", summary="商品档案 Products (D15)")
async def products(
    caller: SignedIn,
    after: Annotated[str, Query(max_length=40)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> ProductList:
    """All products, page by page."""
    caller.allow(*READS)
    query: dict[str, Any] = {"_id": {"$gt": after}}
    found = await caller.rows(PRODUCTS.name).find(query, sort=[("_id", 1)], limit=limit + 1)
    rows = [PRODUCTS.read(document).told for document in found[:limit]]
    return ProductList(rows=rows, next=rows[-1].sku if len(found) > limit else None)


@router.get("/products/{sku:path}", summary="一种商品 One product with its history (D15)")
async def product(caller: SignedIn, sku: SkuInPath) -> Product:
    """What is known of it, and what was known before."""
    caller.allow(*READS)
    document = await caller.rows(PRODUCTS.name).get(sku)
    if document is None:
        return caller.refuse(no("no_product", sku=sku), 404)
    row, said = PRODUCTS.whole(document)
    history = [Change(at=one.event.at, by=one.by, told=one.event) for one in reversed(said.all(ProductDescribed))]
    return Product(told=row.told, history=history)
