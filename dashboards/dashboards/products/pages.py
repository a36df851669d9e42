"""商品档案 (D15) over HTTP: what is known of each product, since when and by whom, and what is a question still."""

from collections.abc import AsyncIterator, Sequence

from fastapi.responses import Response

from company.units import BASE
from contracts.bounds import Id
from contracts.order_products import ProductDescribed
from contracts.spelling import sku as spelt_sku
from dashboards.listing import Json, every, page_of, starts_with
from dashboards.live_rows import rows_stream
from dashboards.page_route import PageRouter
from dashboards.products.questions import OPEN, QUESTIONS
from dashboards.render import LOOKS
from dashboards.seat import Seat, seated
from dashboards.sheets import sheet
from dashboards.workbook import Cell
from order.product.aggregate import PRODUCT, DescribeProduct
from order.product.row import PRODUCTS
from order.who import READS
from runtime.route import takes

UNKNOWN_SHOWN = 50
"""Skus in the warehouse that nobody described; the first ones, the others follow when these are."""

FIELDS = (
    ("sku", "line.sku"),
    ("name", "line.name"),
    ("spec", "product.spec"),
    ("category", "product.category"),
    ("base_unit", "product.base_unit"),
    ("per_box", "product.per_box"),
    ("square_metres", "product.square_metres"),
    ("whole_boxes", "product.whole_boxes"),
    ("by_lot", "product.by_lot"),
    ("barcode", "product.barcode"),
    ("litres", "product.litres"),
    ("kilograms", "product.kilograms"),
    ("install_minutes", "product.install_minutes"),
    ("skill", "product.skill"),
    ("warranty_months", "product.warranty_months"),
    ("supplier", "product.supplier"),
)
"""What is known of a product, and its word."""

router = PageRouter(include_in_schema=False)


def _query(q: str | None) -> Json:
    return {"_id": starts_with(spelt_sku(q)[0])} if q else {}


@router.get("/products")
@takes(*LOOKS, "q", "after")
@seated("orders", READS)
async def products(seat: Seat) -> Response:
    """All products by number, and the skus that are a question: they lie here, and nobody described them."""
    q = seat.asked("q", longest=40)
    part = await page_of(seat.caller.view(PRODUCTS), _query(q), after=seat.asked("after", longest=400))
    unknown = await seat.caller.view(QUESTIONS).find(OPEN, sort=[("_id", 1)], limit=UNKNOWN_SHOWN)
    return seat.show(
        "products.html",
        q=q,
        slice=part,
        rows=[row.told for row in part.rows],
        unknown=unknown if await in_use(seat) else [],
        may_describe=seat.may(PRODUCT, DescribeProduct),
        stream=rows_stream(seat.caller, (PRODUCTS.name,)),
        units=BASE,
    )


async def in_use(seat: Seat) -> bool:
    """Whether products are kept at all: else no sku is a question."""
    return bool(await seat.caller.view(PRODUCTS).find(limit=1))


@router.get("/products.xlsx")
@takes(*LOOKS, "q")
@seated("orders", READS)
async def products_sheet(seat: Seat) -> Response:
    """All of them (X6)."""
    words = seat.words

    async def lines() -> AsyncIterator[Sequence[Cell]]:
        async for row in every(seat.caller.view(PRODUCTS), _query(seat.asked("q", longest=40))):
            yield tuple(_cell(getattr(row.told, name)) for name, _ in FIELDS)

    return await sheet(words("product.title"), [words(word) for _, word in FIELDS], lines())


def _cell(value: object) -> Cell:
    if isinstance(value, bool):
        return "是" if value else "否"
    return value if isinstance(value, int | str) or value is None else str(value)


@router.get("/products/{sku:path}")
@takes(*LOOKS)
@seated("orders", READS)
async def product(seat: Seat, sku: Id) -> Response:
    """One product: as it is described, every change of it with who and why, and a form to change it."""
    number = spelt_sku(sku)[0]
    files = await seat.caller.view(PRODUCTS.files).get_many([number])
    if number not in files:
        return seat.not_found(sku)
    file = files[number]
    said = file.said.all(ProductDescribed)
    return seat.show(
        "product.html",
        told=file.row.told,
        fields=FIELDS,
        changes=[
            (one, [] if before is None else differing(before.event, one.event))
            for before, one in zip((None, *said), said, strict=False)
        ][::-1],
        may_describe=seat.may(PRODUCT, DescribeProduct),
        stream=rows_stream(seat.caller, (PRODUCTS.name,), number),
        units=BASE,
    )


def differing(before: ProductDescribed, after: ProductDescribed) -> list[tuple[str, object, object]]:
    """Word, old and new value of what changed."""
    values = ((word, getattr(before, name), getattr(after, name)) for name, word in FIELDS)
    return [(word, old, new) for word, old, new in values if old != new]
