"""Both units (D14): pages, prints and sheets of the warehouse say boxes and square metres beside the pieces."""

from datetime import date
from io import BytesIO

import pytest
from dashboards_site import browser, site
from openpyxl import load_workbook
from test_products import TILE
from warehouse_story import (
    count,
    lines,
    lot,
    lot_book,
    move,
    rows,
    scrap,
    slip,
    stock,
    stock_list,
    stored,
    told_of,
    transfer,
)

from contracts.fact import GoodsLine
from inventory.goods.row import ComingBack, GoodsRow
from order.product.row import PRODUCTS

KEEPER = "mai.gh"
BOXED = TILE.model_copy(update={"sku": "WC-1", "name": "坐便器"})
CARD = stock("WC-1", lot("B-01-1", 6), lot("D-01", 3, pending=True))
MOVES = (
    move(1, "received", 0, 9, put=[lot("A-05-2", 9)]),
    move(2, "moved", 9, 9, taken=[lot("A-05-2", 9)], put=[lot("B-01-1", 9)], quantity=9),
    move(3, "issued", 9, 8, taken=[lot("B-01-1", 1)]),
)

LINE = dict.fromkeys(
    ("arrived", "damaged", "damaged_outside", "issued", "returned", "released", "here", "excess"), 0
) | {"line_no": 1, "sku": "WC-1", "name": "坐便器", "expected": 4, "missing": 4}
BACK = ComingBack(
    return_no="D-HT26030001#1",
    on=date(2026, 3, 12),
    crew="S1",
    reason="客户拒收",
    broken=False,
    lines=(GoodsLine(line_no=1, sku="WC-1", name="坐便器", quantity=2),),
)
LACKING = {"contract_no": "HT26030001", "lines": (LINE,), "missing": 4, "back_since": BACK.on, "coming_back": (BACK,)}
GOODS = stored("HT26030001", GoodsRow.model_validate(LACKING))


DEAD = {**CARD, "row": {**CARD["row"], "dead_month": "2026-02"}}
ASIDE = move(4, "held", 8, 8, taken=[lot("D-01", 1, pending=True, lot_no="C88")], voucher_no="BF1")


async def get(path: str, *, described: bool = True):
    story = rows(
        goods=[GOODS],
        stock=[DEAD],
        moves=lines(*MOVES, ASIDE),
        slips=[slip()],
        counts=[count()],
        scraps=[scrap()],
        stocklists=[stock_list()],
        transfers=[transfer()],
        lots=[lot_book()],
    )
    known = {**story, "products": {"WC-1": told_of(PRODUCTS, "WC-1", BOXED)} if described else {}}
    async with browser(site(known), KEEPER) as client:
        return await client.get(path)


@pytest.mark.parametrize("path", ["/warehouse/stock", "/warehouse/stock/WC-1", "/forms/bin-card/WC-1"])
async def test_nine_pieces_are_two_boxes_and_one_and_their_area(path):
    """D14, D6"""
    text = (await get(path)).text
    assert "箱+片 2+1 · 3.24 ㎡" in text
    assert "㎡" not in (await get(path, described=False)).text


@pytest.mark.parametrize("path", ["/warehouse/arrivals/RK1", "/forms/inbound-slip/RK1"])
async def test_a_slip_says_both(path):
    """D14, D1"""
    answer = await get(path)
    assert (answer.status_code, "箱+片 0+2 · 0.72 ㎡" in answer.text) == (200, True)


async def test_who_counts_is_told_how_many_are_in_a_box():
    """D14, D7: and no figure of what should be there."""
    text = (await get("/forms/count-sheet/PD-1")).text
    assert ("每箱 4" in text, "㎡" in text) == (True, False)


@pytest.mark.parametrize(
    ("path", "column"),
    [
        ("/warehouse/stock.xlsx", ["箱+片 1+2 · 2.16 ㎡", "箱+片 0+3 · 1.08 ㎡"]),
        ("/warehouse/arrivals.xlsx", ["箱+片 0+2 · 0.72 ㎡"]),
        ("/warehouse/shortages.xlsx", ["箱+片 1+0 · 1.44 ㎡"]),
        ("/warehouse/returns.xlsx", ["箱+片 0+2 · 0.72 ㎡"]),
        ("/warehouse/dead.xlsx", ["箱+片 1+2 · 2.16 ㎡", "箱+片 0+3 · 1.08 ㎡"]),
        ("/warehouse/scraps.xlsx", ["箱+片 0+1 · 0.36 ㎡"]),
        ("/warehouse/lists.xlsx", ["箱+片 0+1 · 0.36 ㎡"]),
        ("/warehouse/transfers.xlsx", ["箱+片 0+3 · 1.08 ㎡"]),
        ("/warehouse/lots.xlsx?lot=C88", ["箱+片 0+1 · 0.36 ㎡"]),
    ],
)
async def test_sheets_say_both(path, column):
    """D14, X6"""
    page = load_workbook(BytesIO((await get(path)).content)).active
    heads = [cell.value for cell in page[1]]
    place = heads.index("折合") + 1
    assert [page.cell(row, place).value for row in range(2, page.max_row + 1)] == column


async def test_the_scrap_form_says_of_which_lot_and_both_units():
    """D13, D14, D10: as the pieces were set apart; who approves knows what is destroyed"""
    text = (await get("/forms/scrap/BF1")).text
    assert ("C88 ×1" in text, "箱+片 0+1 · 0.36 ㎡" in text) == (True, True)


async def test_dead_stock_is_told_by_lot():
    """D13, D10, X6"""
    page = load_workbook(BytesIO((await get("/warehouse/dead.xlsx")).content)).active
    assert "批号" in [cell.value for cell in page[1]]
