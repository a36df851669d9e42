"""更正单 printed (D16, D11): found by its number in the register, with what it takes back, why, and both people."""

import pytest
from dashboards_site import browser, site
from dashboards_story import NOW, rows_of
from orders_story import signed
from test_corrections_page import JOB, asked, opened_and_delivered
from warehouse_story import (
    CHECK_RIGHT,
    FOUND,
    LIST_ISSUED,
    LIST_WRONG,
    WRONG_CHECK,
    checked,
    numbered,
    rows,
    slip,
    stock_list,
    told_of,
)

from contracts.fact import Customer, GoodsLine
from contracts.inventory import ArrivalCorrected, CorrectionAsked, CorrectionRefused, GoodsArrived, GoodsExpected
from contracts.inventory_stock import PaperCorrected
from inventory.goods.row import PIECES

KEEPER, ACCOUNTANT, STORE = "mai.gh", "su.kj", "wu.xm"
NO = "HT26030001"
GZ = "GZ-2026-000001"
EXPECTED = GoodsExpected(
    at=NOW,
    contract_no=NO,
    customer=Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区"),
    lines=(GoodsLine(line_no=1, sku="WC-1", name="坐便器", quantity=3),),
)
ARRIVED = GoodsArrived(
    at=NOW,
    contract_no=NO,
    line_no=1,
    sku="WC-1",
    name="坐便器",
    quantity=3,
    waybill="YD0001",
    arrived_on=NOW.date(),
    told_by="warehouse",
    told=3,
)
ASKED = CorrectionAsked(
    at=NOW,
    contract_no=NO,
    correction_no="GZ-OWN",
    line_no=1,
    sku="WC-1",
    name="坐便器",
    waybill="YD0001",
    booked=3,
    right=2,
    reason="多录一件",
    asked_by=KEEPER,
)
AGREED = ArrivalCorrected(
    at=NOW,
    contract_no=NO,
    line_no=1,
    sku="WC-1",
    name="坐便器",
    quantity=1,
    told=1,
    waybill="YD0001",
    named="YD0001",
    by="person",
    correction_no="GZ-OWN",
    reason="多录一件",
    asked_by=KEEPER,
    witness=ACCOUNTANT,
)
DECLINED = CorrectionRefused(at=NOW, contract_no=NO, correction_no="GZ-OWN", reason="没有多", refused_by=ACCOUNTANT)
LIST_RIGHT = PaperCorrected(
    at=NOW,
    paper="stocklist",
    number="LL1",
    depot="main",
    correction_no="GZ2",
    lines=LIST_WRONG.lines,
    bin="",
    reason="两件",
    asked_by=KEEPER,
    witness=ACCOUNTANT,
)


def goods(*events):
    return told_of(PIECES, NO, EXPECTED, ARRIVED, *events)


async def get(path, story, person=KEEPER):
    async with browser(site(story), person) as client:
        return await client.get(path)


@pytest.mark.parametrize(
    ("paper", "own_no", "story", "said"),
    [
        (f"goods:{NO}", "GZ-OWN", {"goods": [goods(ASKED)]}, ["YD0001", "多录一件", "麦国华", "等第二人同意"]),
        (f"goods:{NO}", "GZ-OWN", {"goods": [goods(ASKED, AGREED)]}, ["已更正", "麦国华", "苏可佳"]),
        (f"goods:{NO}", "GZ-OWN", {"goods": [goods(ASKED, DECLINED)]}, ["不同意", "没有多", "苏可佳"]),
        ("inbound:RK1", "GZ1", {"slips": [slip(checked(), WRONG_CHECK)]}, ["RK1", "实点", "点错了"]),
        ("inbound:RK1", "GZ3", {"slips": [slip(checked(good=1), FOUND, CHECK_RIGHT)]}, ["只是纸箱破", "已更正"]),
        (
            "stocklist:LL1",
            "GZ2",
            {"stocklists": [stock_list(LIST_ISSUED, LIST_WRONG, LIST_RIGHT)]},
            ["LL1", "两件", "麦国华", "苏可佳"],
        ),
    ],
)
async def test_a_correction_is_printed_by_its_number(paper, own_no, story, said):
    """D11, D16, B23: with the year in number and date"""
    known = rows(**story, vouchers=numbered("GZ", 1, paper, own_no))
    answer = await get(f"/forms/correction/{GZ}", known)
    assert answer.status_code == 200
    assert [text for text in ("更正单", GZ, own_no, "2026", *said) if text not in answer.text] == []


async def test_a_delivery_that_was_typed_wrong_says_each_figure_that_changes():
    """D11, D16"""
    known = rows_of([signed(), *opened_and_delivered(), asked()])
    known["vouchers"] = {row["_id"]: row for row in numbered("GZ", 1, f"job:{JOB}", "SG-1")}
    text = (await get(f"/forms/correction/{GZ}", known)).text
    assert [what for what in ("签收", "拒收（完好）", JOB, "签收单写一件") if what not in text] == []
    assert "拒收（破损）" not in text


async def test_the_register_leads_to_the_print_and_by_either_number():
    """D11"""
    known = rows(goods=[goods(ASKED)], vouchers=numbered("GZ", 1, f"goods:{NO}", "GZ-OWN"))
    for path in ("?letters=GZ&year=2026", f"?q={GZ}", "?q=GZ-OWN"):
        assert f"/forms/correction/{GZ}" in (await get(f"/warehouse/vouchers{path}", known)).text
    assert (await get("/forms/correction/GZ-OWN", known)).status_code == 200


@pytest.mark.parametrize(("number", "person", "status"), [("GZ-2026-000009", KEEPER, 404), (GZ, STORE, 403)])
async def test_what_is_not_there_or_not_theirs_is_not_printed(number, person, status):
    """D11, C18"""
    known = rows(goods=[goods(ASKED)], vouchers=numbered("GZ", 1, f"goods:{NO}", "GZ-OWN"))
    assert (await get(f"/forms/correction/{number}", known, person)).status_code == status
