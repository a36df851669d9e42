"""Events of products (商品档案, D13-D15)."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from contracts.bounds import HowMany, OneLine, Text
from contracts.fact import Fact
from contracts.spelling import Sku

Exact = Annotated[Decimal, Field(gt=0, le=1_000_000, max_digits=12, decimal_places=6)]
"""A measure, exactly: on the wire a text."""


class ProductDescribed(Fact, wire="songda.order.ProductDescribed.v1"):
    """商品登记 (D15): all that is known of a product from now on; the events of its key are its history."""

    event: Literal["ProductDescribed"] = "ProductDescribed"
    sku: Sku
    name: OneLine
    spec: OneLine
    category: OneLine
    base_unit: OneLine
    per_box: HowMany
    """Base pieces in a box; 1: not packed in boxes."""
    square_metres: Exact | None
    """Of a base piece."""
    whole_boxes: bool
    """整箱: sold in whole boxes only."""
    by_lot: bool
    """批号管理 (D13): it comes in lots of one shade."""
    barcode: OneLine = ""
    litres: Exact | None = None
    kilograms: Exact | None = None
    install_minutes: HowMany = 0
    skill: OneLine = ""
    warranty_months: HowMany = 0
    supplier: OneLine = ""
    reason: Annotated[str, Text(500)] = ""
