"""商品档案 The pages of products: what is known of each, who changed what and why, and what nobody described (D15)."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from dashboards_site import browser, site
from dashboards_story import NOW, Told, rows_of, told
from openpyxl import load_workbook
from warehouse_story import told_of

from contracts.inventory_stock import StockMoved
from contracts.order_products import ProductDescribed
from order.product.row import PRODUCTS
from service_desk.main import SERVICE as DESK

MANAGER, KEEPER, LEADER = "guan.yf", "mai.gh", "li.zq"
TILE = ProductDescribed(
    at=NOW,
    sku="TC-600",
    name="仿古砖",
    spec="600x600",
    category="陶瓷",
    base_unit="片",
    per_box=4,
    square_metres=Decimal("0.36"),
    whole_boxes=True,
    by_lot=True,
)
CHANGED = TILE.model_copy(update={"at": NOW + timedelta(days=1), "per_box": 3, "reason": "换包装"})


def rows() -> dict[str, dict[str, dict[str, Any]]]:
    return {"products": {"TC-600": told_of(PRODUCTS, "TC-600", TILE, CHANGED)}}


async def get(path: str, person: str, found: Any = None) -> Any:
    async with browser(site(rows() if found is None else found), person) as client:
        return await client.get(path)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", ["/products", "/products?q=tc", "/products?q=NO", "/products/TC-600"])
async def test_every_page_of_products_renders(path, lang):
    """D15, X5"""
    answer = await get(f"{path}{'&' if '?' in path else '?'}lang={lang}", KEEPER)
    assert (answer.status_code, answer.text.count("<h1"), answer.text.count("<main")) == (200, 1, 1)


async def test_a_product_says_what_changed_when_and_why():
    """D15"""
    text = (await get("/products/tc-600", KEEPER)).text
    assert ("换包装" in text, "首次登记" in text, "4 → <b>3</b>" in text) == (True, True, True)


@pytest.mark.parametrize(("person", "may"), [(MANAGER, True), (KEEPER, False)])
async def test_who_may_describe_is_offered_the_form(person, may):
    """D15"""
    for path in ("/products", "/products/TC-600"):
        assert ('data-api="POST /api/products"' in (await get(path, person)).text) == may


def came(sku: str, after: int, depot: str = "main", no: int = 1) -> Told:
    """A move of a bin card, after which so many pieces are there."""
    moved = StockMoved.model_validate(
        {
            "at": NOW,
            "depot": depot,
            "sku": sku,
            "name": "砖",
            "move_no": no,
            "kind": "received",
            "quantity": 1,
            "taken": (),
            "put": (),
            "before": 0,
            "after": after,
            "voucher_no": "V",
            "held_for": None,
            "reason": "",
            "cause_id": "x",
            "report_at": NOW,
        }
    )
    return told(f"stock:{depot}:{sku}", moved)


DESCRIBED = told("product:TC-600", TILE)


def asked(*story: Told) -> dict[str, dict[str, dict[str, Any]]]:
    """Rows after this."""
    return {name: found for name, found in rows_of(story).items() if name in {"questions", "products"}}


async def test_a_sku_that_nobody_described_is_a_question():
    """D15: where products are kept at all, and as long as there are pieces of it."""
    known, unknown = came("TC-600", 3), came("XX-1", 5)
    text = (await get("/products", KEEPER, asked(DESCRIBED, known, unknown))).text
    assert ("XX-1" in text, 'id="unknown"' in text) == (True, True)
    for story in ((DESCRIBED, known), (unknown,), (DESCRIBED, unknown, came("XX-1", 0, no=2))):
        assert 'id="unknown"' not in (await get("/products", KEEPER, asked(*story))).text


async def test_a_sku_that_nobody_described_waits_for_those_who_may_describe_it():
    """D15, X9: until it is described; nobody else can do it."""
    other = told("product:XX-1", TILE.model_copy(update={"sku": "XX-1"}))
    story = (DESCRIBED, came("TC-600", 3), came("XX-1", 5), came("XX-1", 4, "second"))
    for person, found, waits in (
        (MANAGER, asked(*story), ["XX-1"]),
        (MANAGER, asked(*story, other), []),
        (MANAGER, asked(*story[1:]), []),
        (KEEPER, asked(*story), []),
    ):
        app = site({"tickets": {}, "messages": {}, **found})
        app.state.offers = {**app.state.offers, **DESK.offers}
        async with browser(app, person) as client:
            groups = (await client.get("/api/inbox")).json()["groups"]
        assert [item["name"] for one in groups if one["word"] == "products" for item in one["items"]] == waits, person


async def test_crews_have_no_business_there_and_what_nobody_described_is_not_found():
    """C18, D15"""
    assert [(await get(path, LEADER)).status_code for path in ("/products", "/products.xlsx")] == [403, 403]
    assert (await get("/products/NO-1", KEEPER)).status_code == 404


async def test_products_have_their_sheet():
    """X6"""
    sheet = load_workbook(BytesIO((await get("/products.xlsx", KEEPER)).content)).active
    assert [cell.value for cell in sheet[2]][:6] == ["TC-600", "仿古砖", "600x600", "陶瓷", "片", 3]
