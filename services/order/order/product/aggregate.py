"""商品 Product (D13-D15): what is known of a sku: how it is counted, packed, kept in lots, installed, warranted.

One aggregate per sku, `product:TC-600`. It is described as a whole, from a file or by hand, as often as it changes: its
events are its history. Contracts take its units when they are registered; a later change leaves them as they were.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from company import units
from company.context import Context
from contracts import order_products as facts
from contracts.bounds import HowMany, OneLine
from contracts.fact import Measure
from contracts.order_products import Exact
from contracts.spelling import Barcode, Sku
from order.contract.fields import Note, Text
from order.refusals import no
from order.who import PRODUCTS
from runtime.aggregate import Aggregate, Decision
from runtime.decision import Command, Timer
from runtime.use_case import Born, UseCase


class DescribeProduct(Command):
    """登记商品 Describe a product (D15)

    All that is known of it, from now on; the same again changes nothing. Once it is known, a change says why.
    """

    command: Literal["DescribeProduct"] = "DescribeProduct"
    sku: Sku
    name: Text
    spec: OneLine = ""
    category: Text
    base_unit: Text
    per_box: Annotated[int, Field(ge=1, le=10_000)] = 1
    square_metres: Exact | None = None
    whole_boxes: bool = False
    by_lot: bool = False
    barcode: Barcode = ""
    litres: Exact | None = None
    kilograms: Exact | None = None
    install_minutes: HowMany = 0
    skill: OneLine = ""
    warranty_months: Annotated[int, Field(ge=0, le=600)] = 0
    supplier: OneLine = ""
    reason: Note = ""


@dataclass(frozen=True)
class Undescribed:
    """Nobody has told us of this product."""


@dataclass(frozen=True)
class Described:
    """What is known of it."""

    told: facts.ProductDescribed


Product = Undescribed | Described


def describe(command: DescribeProduct, product: Product, ctx: Context) -> Decision[facts.ProductDescribed]:
    """Rules: D14 (a base unit that we know; ㎡ of a piece for what is sold by area), D15, X7. Refuses: unknown_unit,
    reason_missing (a change says why)."""
    if units.unit(command.base_unit) not in units.BASE:
        return no("unknown_unit", sku=command.sku, unit=command.base_unit, units="、".join(units.BASE))
    told = as_told(command, command.at or ctx.now)
    if isinstance(product, Described):
        if _content(told) == _content(product.told):
            return ()
        if not command.reason:
            return no("change_needs_reason", sku=command.sku, differing=_differing(product.told, told))
    return (told,)


def as_told(command: DescribeProduct, at: datetime) -> facts.ProductDescribed:
    """What a description says of its product."""
    said = {name: getattr(command, name) for name in DescribeProduct.model_fields if name in _TOLD}
    return facts.ProductDescribed(at=at, **said)


_TOLD = facts.ProductDescribed.model_fields.keys() - {"event", "at"}
_NAMES = {
    "name": "品名",
    "spec": "规格",
    "category": "类别",
    "base_unit": "基本单位",
    "per_box": "每箱",
    "square_metres": "每片㎡",
    "whole_boxes": "整箱",
    "by_lot": "批号管理",
    "barcode": "条码",
    "litres": "体积升",
    "kilograms": "重量kg",
    "install_minutes": "安装分钟",
    "skill": "技能",
    "warranty_months": "保修月",
    "supplier": "供应商",
}


def _content(told: facts.ProductDescribed) -> dict[str, Any]:
    return told.model_dump(exclude={"at", "event", "reason"})


def _differing(known: facts.ProductDescribed, told: facts.ProductDescribed) -> str:
    before, after = _content(known), _content(told)
    return "、".join(zh for name, zh in _NAMES.items() if before[name] != after[name])


def packing_of(told: facts.ProductDescribed) -> units.Packing:
    """How it is counted (D14)."""
    metres: Decimal | None = told.square_metres
    return units.Packing(told.base_unit, told.per_box, metres, told.whole_boxes)


def measure_of(product: facts.ProductDescribed | None, sold: str, unit: str) -> Measure | None:
    """How the line was sold and is counted; None for a product of which nothing is known."""
    if product is None:
        return None
    return Measure(
        sold=sold,
        unit=unit or product.base_unit,
        base_unit=product.base_unit,
        per_box=product.per_box,
        by_lot=product.by_lot,
    )


def evolve(_: Product, event: facts.ProductDescribed) -> Product:
    """What was said last."""
    return Described(event)


def due(_: Product) -> tuple[Timer, ...]:
    """Nothing falls due by itself."""
    return ()


PRODUCT = Aggregate[Product, facts.ProductDescribed](
    "product",
    Undescribed(),
    (Undescribed, Described),
    evolve,
    (UseCase(DescribeProduct, describe, PRODUCTS, "", born=Born("sku"), status=201, cites="D15"),),
    due,
)
