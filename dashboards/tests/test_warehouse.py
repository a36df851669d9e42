"""The warehouse desk: picking, bin cards with a balance, papers, labels, and what waits."""

import json
import re
from datetime import date
from html import unescape
from io import BytesIO
from urllib.parse import quote

import pytest
from dashboards_story import NOW, line
from openpyxl import load_workbook
from orders_story import desk_rows, signed
from warehouse_site import (
    ACCOUNTANT,
    ASSISTANT,
    KEEPER,
    LEADER,
    MANAGER,
    MOVES,
    ORDER,
    QC,
    SPECIALIST,
    STORE,
    STORY,
    get,
)
from warehouse_story import (
    CHECK_RIGHT,
    FOUND,
    LIST_ISSUED,
    LIST_WRONG,
    ON,
    WRONG_CHECK,
    checked,
    goods,
    inspected,
    loan,
    lot,
    numbered,
    picklist,
    rows,
    scrap,
    slip,
    stock,
    stock_list,
    transfer,
)

from contracts.fact import GoodsLine, Measure
from dashboards.inbox.waiting import FIXES, IN_WAREHOUSE
from dashboards.orders.reading import Chosen
from dashboards.warehouse.papers_reading import LISTS, LOANS, SCRAPS, SLIPS, query_of
from dashboards.warehouse.picking import pick_day
from dashboards.warehouse.reading import StockChosen, stock_query
from inventory.goods.state import Awaited, CorrectionWanted
from inventory.packing_rows import INSPECTIONS
from inventory.picklist_row import PICK_LISTS
from inventory.stock.row import STOCKED
from order.contract.row import CONTRACTS

PAGES = (
    f"/warehouse?date={ON}",
    "/warehouse",
    "/warehouse/stock",
    "/warehouse/stock/WC-1",
    "/warehouse/counts",
    "/warehouse/counts/PD-1",
    "/warehouse/report",
    f"/forms/delivery-list/{ON}",
    f"/forms/sorting-sheet/{ON}/S1",
    "/forms/bin-card/WC-1",
    "/forms/count-sheet/PD-1",
    "/warehouse/arrivals",
    "/warehouse/arrivals/RK1",
    "/warehouse/loans",
    "/warehouse/loans/JY1",
    "/warehouse/scraps",
    "/warehouse/scraps/BF1",
    "/warehouse/lists",
    "/warehouse/lists/LL1",
    "/warehouse/transfers",
    "/warehouse/transfers?state=open&depot=main&q=WC-1",
    "/warehouse/transfers/DB1",
    "/forms/transfer/DB1",
    "/warehouse/labels/HT26030001",
    "/warehouse/returns",
    "/warehouse/corrections",
    "/warehouse/shortages",
    "/warehouse/shortages?kind=excess",
    "/warehouse/vouchers",
    "/warehouse/vouchers?q=RK1",
    "/warehouse/lots",
    "/warehouse/lots?lot=c88",
    "/warehouse/lots?lot=X1",
    "/forms/inbound-slip/RK1",
    "/forms/scrap/BF1",
    "/forms/labels/HT26030001",
)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("person", [KEEPER, QC, ACCOUNTANT, MANAGER])
@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_every_page_of_the_warehouse_renders_for_who_works_there(path, person, lang):
    """X5"""
    answer = await get(f"{path}{'&' if '?' in path else '?'}lang={lang}", person)
    assert (answer.status_code, answer.text.count("<h1"), answer.text.count("<main")) == (200, 1, 1)


@pytest.mark.parametrize("path", PAGES)
async def test_a_store_has_no_business_in_the_warehouse(path):
    """C18"""
    assert (await get(path, STORE)).status_code == 403


MISSING = ("/warehouse/stock/NO-1", "/warehouse/counts/PD-9", "/forms/nothing/1", "/forms/bin-card/X")


@pytest.mark.parametrize("path", MISSING)
async def test_what_is_not_there_is_said_in_words(path):
    answer = await get(path)
    assert (answer.status_code, "没有找到" in answer.text) == (404, True)


# --- picking ---------------------------------------------------------------------------------------------------------


def sold(number, *categories):
    lines = [line(n).model_copy(update={"category": name}) for n, name in enumerate(categories, start=1)]
    (document,) = desk_rows(signed(number, lines=tuple(lines)))[CONTRACTS.name].values()
    return {number: CONTRACTS.read(document)}


def day_of(**more):
    given = {"crews": [], "orders": {}, "stock": [], "inspected": {}, "order": ORDER, "role": "warehouse", **more}
    return pick_day(PICK_LISTS.read(picklist()), **given)


def test_the_last_stop_is_loaded_first_and_what_is_unloaded_last_goes_in_first():
    """B19"""
    view = day_of(orders=sold("HT26030001", "卫浴") | sold("HT26030002", "台面", "柜体"))
    assert [line.name for stop in view.stops for line in stop.lines] == ["石英石台面", "地柜柜体", "坐便器"]


def test_a_stop_is_ready_by_what_lies_here_for_its_contract():
    """B6 D8: free pieces and pieces in the pending zone are nobody's."""
    row = stock("WC-1", lot("B-1", 5), lot("B-2", 2, "HT26030001"), lot("D-1", 9, "HT26030001", pending=True))
    view = day_of(stock=[STOCKED.read(row)], inspected={"HT26030001": INSPECTIONS.read(inspected(2))})
    stop = next(one for one in view.stops if one.contract_no == "HT26030001")
    assert (stop.lines[0].bins, stop.lines[0].here, stop.lies_here, stop.passed) == (("B-2",), 2, True, True)


def test_a_list_says_of_which_lot_the_pieces_are_and_how_many_boxes():
    """D13, D14: both units stand on paper."""
    measure = Measure(sold="2", unit="件", base_unit="件", per_box=2)
    boxed = line(1).model_copy(update={"measure": measure})
    orders = {no: CONTRACTS.read(row) for no, row in desk_rows(signed(lines=(boxed,)))["contracts"].items()}
    row = stock("WC-1", lot("B-2", 2, "HT26030001", lot_no="C88"))
    stop = next(one for one in day_of(stock=[STOCKED.read(row)], orders=orders).stops if one.lines[0].here)
    assert (stop.lines[0].bins, stop.lines[0].boxes) == (("B-2 C88",), "1+0")


async def test_the_keeper_answers_for_every_stop_and_sees_no_customers_name():
    """B6 C18"""
    text = (await get(f"/warehouse?date={ON}")).text
    assert (text.count('data-list="stops"'), f"/api/picklists/{ON}/feedback" in text, "林艳" in text) == (
        2,
        True,
        False,
    )


async def test_qc_passes_goods_and_nobody_else():
    """B21"""
    qc, keeper = (await get(f"/warehouse?date={ON}", QC)).text, (await get(f"/warehouse?date={ON}")).text
    assert [("/api/quality/HT26030002/passes" in text, "feedback" in text) for text in (qc, keeper)] == [
        (True, False),
        (False, True),
    ]


async def test_a_leader_prints_the_own_crews_sheets_alone():
    """B11 C18"""
    own = await get(f"/forms/sorting-sheet/{ON}/S1", LEADER)
    other, whole = await get(f"/forms/sorting-sheet/{ON}/S2", LEADER), await get(f"/forms/sorting-sheet/{ON}", LEADER)
    assert [answer.status_code for answer in (own, other, whole)] == [200, 404, 404]


# --- stock and bin cards ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("HT26030001", {"row.holders": "HT26030001"}),
        ("wc-", {"$or": [{"_id": {"$gte": "main:WC-", "$lt": "main:WC-\U0010ffff"}}, {"row.bins": "WC-"}]}),
        ("坐便", {"row.name": {"$gte": "坐便", "$lt": "坐便\U0010ffff"}}),
    ],
)
def test_stock_is_found_by_contract_sku_bin_or_name(text, wanted):
    """D6 D11"""
    assert stock_query(StockChosen(q=text)) == wanted
    assert not Chosen().narrowed


def test_every_line_of_a_bin_card_carries_the_balance_after_it():
    """D6"""
    assert [(line.move_no, line.change, line.after, line.where) for line in MOVES] == [
        (1, 9, 9, "A-05-2"),
        (2, 0, 9, "A-05-2 → B-01-1"),
        (3, -1, 8, "B-01-1"),
    ]


@pytest.mark.parametrize(("path", "lines"), [("/warehouse/stock.xlsx", 3), ("/warehouse/stock/WC-1.xlsx", 3)])
async def test_lists_go_out_as_sheets(path, lines):
    """X6"""
    page = load_workbook(BytesIO((await get(path)).content)).active
    assert page.max_row == lines + 1


FREE, HELD, ASIDE = lot("B-01-1", 6), lot("B-01-2", 2, "HT26030001"), lot("D-01", 1, pending=True)


@pytest.mark.parametrize(
    ("person", "lots", "offered"),
    [
        (KEEPER, (FREE,), {"moves", "asides", "allocations", "scraps", "loans"}),
        (KEEPER, (HELD,), {"moves", "scraps", "loans"}),
        (KEEPER, (), {"scraps", "loans"}),
        (QC, (FREE, HELD), {"asides", "scraps"}),
        (ASSISTANT, (FREE,), {"allocations"}),
        (MANAGER, (FREE, ASIDE), {"settlements"}),
        (MANAGER, (FREE,), set()),
    ],
)
async def test_a_bin_card_offers_what_its_pieces_allow_to_whom_it_belongs(person, lots, offered):
    """D2 D3 D6 D8"""
    text = (await get("/warehouse/stock/WC-1", person, rows(stock=[stock("WC-1", *lots)]))).text
    assert asks(text) == offered


@pytest.mark.parametrize("sku", ["60*80", "A:B", "[1]"])
async def test_a_card_goes_out_whatever_signs_its_sku_has(sku):
    """X6: a spreadsheet takes some signs in no name of a sheet."""
    story = rows(stock=[stock(sku)])
    answer = await get(f"/warehouse/stock/{quote(sku, safe='')}.xlsx", story=story)
    assert (answer.status_code, answer.content[:2]) == (200, b"PK")


# --- papers ----------------------------------------------------------------------------------------------------------


def asks(text):
    """What the page's forms ask for, by the last word of the address."""
    return {path.rpartition("/")[2] for path in re.findall(r'data-api="POST ([^"]+)"', text)}


@pytest.mark.parametrize(
    ("person", "story", "offered"),
    [
        (KEEPER, (), {"check"}),
        (QC, (), {"check"}),
        (ACCOUNTANT, (), {"cancellation"}),
        (KEEPER, (checked(),), {"put-aways", "papers", "corrections"}),
        (QC, (checked(),), {"corrections"}),
        (KEEPER, (checked(), WRONG_CHECK), {"put-aways", "papers", "refusal"}),
        (ACCOUNTANT, (checked(), WRONG_CHECK), {"papers", "approval", "refusal"}),
        (MANAGER, (checked(good=1), FOUND), {"settlements"}),
        (ASSISTANT, (), set()),
    ],
)
async def test_a_slip_offers_its_next_step_to_whom_it_belongs(person, story, offered):
    """D1 D2 D5"""
    text = (await get("/warehouse/arrivals/RK1", person, rows(slips=[slip(*story)]))).text
    assert asks(text) == offered


async def test_only_the_accountant_issues_slips():
    """D1"""
    pages = [(await get("/warehouse/arrivals", person)).text for person in (ACCOUNTANT, KEEPER, MANAGER)]
    assert ["/api/inbound" in text for text in pages] == [True, False, False]


@pytest.mark.parametrize(
    ("person", "state", "offered"),
    [
        (MANAGER, "asked", {"approval"}),
        (KEEPER, "held", {"refusal"}),
        (MANAGER, "held", {"approval", "refusal"}),
        (KEEPER, "approved", {"handout", "refusal"}),
        (KEEPER, "out", {"returns", "corrections"}),
        (ACCOUNTANT, "overdue", {"charges"}),
        (MANAGER, "returned", set()),
    ],
)
async def test_a_loan_offers_its_next_step(person, state, offered):
    """D12"""
    assert asks((await get("/warehouse/loans/JY1", person, rows(loans=[loan(state)]))).text) == offered


@pytest.mark.parametrize(
    ("person", "state", "offered"),
    [
        (ACCOUNTANT, "applied", set()),
        (KEEPER, "held", {"refusal"}),
        (ACCOUNTANT, "held", {"approval", "refusal"}),
        (KEEPER, "approved", {"execution", "refusal"}),
        (MANAGER, "executed", set()),
    ],
)
async def test_a_scrap_application_offers_its_next_step(person, state, offered):
    """D10"""
    assert asks((await get("/warehouse/scraps/BF1", person, rows(scraps=[scrap(state)]))).text) == offered


@pytest.mark.parametrize("kind", [SLIPS, LISTS, LOANS, SCRAPS], ids=lambda kind: kind.model.name)
def test_what_papers_are_found_narrowed_and_sorted_by_is_indexed(kind):
    """D11"""
    indexes = kind.model.view.indexes
    assert {f"row.{name}" for name in (*kind.finds, kind.sort)} <= {index[0] for index in indexes}
    assert ("row.state", f"row.{kind.sort}") in indexes


SHEETS = ("arrivals", "loans", "scraps", "lists", "report", "dead", "counts", "shortages", "returns", "lots")


@pytest.mark.parametrize("path", [f"/warehouse/{name}.xlsx" for name in SHEETS])
async def test_every_list_of_the_warehouse_has_its_sheet(path):
    """X6"""
    answer = await get(path)
    assert load_workbook(BytesIO(answer.content)).active["A1"].value


async def test_a_paper_is_found_by_any_number_on_it():
    """D11"""
    texts = [
        (await get(f"/warehouse/arrivals?q={number}")).text for number in ("RK1", "SH-77", "YD0001", "ht26030001", "NO")
    ]
    assert ["/warehouse/arrivals/RK1" in text for text in texts] == [True, True, True, True, False]


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_anybody_checks_a_label_without_signing_in(lang):
    """B20"""
    answer = await get(f"/check/1-AAAAA-BBBBB?lang={lang}", None)
    assert (answer.status_code, 'data-code="1-AAAAA-BBBBB"' in answer.text) == (200, True)


@pytest.mark.parametrize(
    ("number", "page"),
    [
        ("RK1", "/warehouse/arrivals/RK1"),
        ("SH-77", "/warehouse/arrivals/RK1"),
        ("RK003", "/warehouse/stock/WC-1"),
        ("JY1", "/warehouse/loans/JY1"),
        ("PD-1", "/warehouse/counts/PD-1"),
        ("HT26030001", "/orders/HT26030001"),
        (ON, f"/warehouse?date={ON}"),
    ],
)
async def test_every_paper_and_every_move_is_found_by_its_number(number, page):
    """D11"""
    assert f'href="{page}"' in (await get(f"/warehouse/vouchers?q={number}")).text


VOUCHERS = [
    *numbered("RK", 1, "inbound:RK1", "RK1"),
    *numbered("RK", 2, "inbound:RK2", "RK2", void="重复开单"),
    *numbered("FL", 7, f"run:{ON}:S1", ""),
    *numbered("SK", 3, "contract:HT26030001", "P-1"),
]
NUMBERED = {**STORY, "vouchers": {row["_id"]: row for row in VOUCHERS}}


async def test_a_papers_number_stands_on_it_with_the_year_and_finds_it():
    """D11"""
    slip = (await get("/forms/inbound-slip/RK1", ACCOUNTANT, NUMBERED)).text
    assert "RK-2026-000001" in slip
    assert "2026年3月" in slip
    assert "FL-2026-000007" in (await get(f"/forms/sorting-sheet/{ON}/S1", story=NUMBERED)).text
    assert 'href="/warehouse/arrivals/RK1"' in (await get("/warehouse/vouchers?q=rk-2026-000001", story=NUMBERED)).text
    sheet_no = await get("/warehouse/vouchers?q=FL-2026-000007", story=NUMBERED)
    assert f'href="/forms/sorting-sheet/{ON}/S1"' in sheet_no.text


async def test_the_register_lists_a_kinds_numbers_of_a_year_and_what_became_void():
    """D11"""
    page = (await get("/warehouse/vouchers?letters=RK&year=2026", ACCOUNTANT, NUMBERED)).text
    assert (page.count("data-row"), "重复开单" in page) == (2, True)
    assert "还没有这种单据" in (await get("/warehouse/vouchers?letters=RK&year=2025", ACCOUNTANT, NUMBERED)).text
    file = await get("/warehouse/vouchers.xlsx?letters=RK&year=2026", ACCOUNTANT, NUMBERED)
    rows = [*load_workbook(BytesIO(file.content)).active.iter_rows(values_only=True, min_row=2)]
    assert [(row[0], row[3], row[7]) for row in rows] == [
        ("RK-2026-000001", "RK1", None),
        ("RK-2026-000002", "RK2", "重复开单"),
    ]


@pytest.mark.parametrize(("person", "finds"), [(KEEPER, False), (ACCOUNTANT, True)])
async def test_a_payments_number_is_found_by_whom_money_concerns(person, finds):
    """D11, C18"""
    page = (await get("/warehouse/vouchers?q=SK-2026-000003", person, NUMBERED)).text
    assert ('href="/orders/HT26030001"' in page) is finds
    assert ('value="SK"' in (await get("/warehouse/vouchers", person, NUMBERED)).text) is finds


@pytest.mark.parametrize(("person", "offered"), [(KEEPER, True), (QC, True), (ACCOUNTANT, False)])
async def test_what_crews_bring_back_is_received_and_inspected_on_its_page(person, offered):
    """D3 B15"""
    piece = GoodsLine(line_no=1, sku="WC-1", name="坐便器", quantity=2)
    back = Awaited("D-HT26030001#9", (piece,), date(2026, 3, 12), "客户拒收", crew="S1")
    text = (await get("/warehouse/returns", person, rows(goods=[goods(awaited=(back,))]))).text
    assert "D-HT26030001#9" in text
    assert ("/api/goods/HT26030001/returns" in text) == offered
    assert "没有在途的退回" in (await get("/warehouse/returns", person)).text


@pytest.mark.parametrize(("person", "offered"), [(KEEPER, 1), (ACCOUNTANT, 0)])
async def test_a_move_on_a_card_can_be_taken_back_by_the_keeper(person, offered):
    """D6 D16: a receipt or an issue not by this; but the bin, of what a receipt put into one."""
    text = (await get("/warehouse/stock/WC-1", person)).text
    assert text.count("登错了，移回") == offered
    assert ("更正库位" in text) == bool(offered)


@pytest.mark.parametrize(("person", "asks", "approves"), [(KEEPER, True, False), (ACCOUNTANT, True, True)])
async def test_a_correction_waits_on_its_page_for_another_person(person, asks, approves):
    """D16 B23"""
    wanted = CorrectionWanted("GZ1", 1, "YD0001", 1, 0, "数错了", KEEPER, NOW)
    text = (await get("/warehouse/corrections", person, rows(goods=[goods(corrections=(wanted,))]))).text
    found = ("{contract_no}/corrections" in text, "/corrections/GZ1/approval" in text)
    assert found == (asks, approves)
    assert ("/load-correction" in text) == (person == KEEPER)
    assert "没有等同意的更正" in (await get("/warehouse/corrections", person)).text


@pytest.mark.parametrize(("person", "agrees", "refuses"), [(KEEPER, 0, 2), (ACCOUNTANT, 2, 2), (ASSISTANT, 0, 0)])
async def test_corrections_of_checks_and_issues_wait_on_the_same_page_and_say_what_they_change(person, agrees, refuses):
    """D16 B23: whoever asked withdraws; another agrees."""
    waiting = rows(slips=[slip(checked(), WRONG_CHECK)], stocklists=[stock_list(LIST_ISSUED, LIST_WRONG)])
    text = (await get("/warehouse/corrections", person, waiting)).text
    assert (text.count("/corrections/approval"), text.count("/corrections/refusal")) == (agrees, refuses)
    assert ("实点 2 → <b>1</b>" in text, "实际出库 1 → <b>2</b>" in text) == (True, True)
    for path, number in (("arrivals/RK1", "GZ1"), ("lists/LL1", "GZ2")):
        page = (await get(f"/warehouse/{path}", person, waiting)).text
        assert (number in page, "/corrections/approval" in page) == (True, agrees > 0)


async def test_a_corrected_slip_says_so_on_its_page_and_its_paper():
    """D16 D11: the exception that was none is not to be settled, and no longer on the paper."""
    story = rows(slips=[slip(checked(good=1), FOUND, CHECK_RIGHT)])
    page = (await get("/warehouse/arrivals/RK1", MANAGER, story)).text
    assert ("没有这回事" in page, "/settlements" in page, "待上架 1" in page or "1 → 2" in page) == (True, False, True)
    paper = (await get("/forms/inbound-slip/RK1", KEEPER, story)).text
    assert ("GZ3" in paper, "破损" in paper) == (True, False)


async def test_who_has_a_lot_at_home_is_found_and_the_customer_masked_by_role():
    """D13, C18: customer service calls them, the warehouse works with the contract number."""
    keeper, service = [(await get("/warehouse/lots?lot=c88", one)).text for one in (KEEPER, SPECIALIST)]
    assert ["lot-HT26030001-WC-1" in text for text in (keeper, service)] == [True, True]
    assert ["17712347747" in text for text in (keeper, service)] == [False, True]
    assert "lot-HT26030001-WC-1" not in (await get("/warehouse/lots?lot=c88&sku=other")).text


async def test_who_has_a_lot_names_the_transfer_that_has_pieces_of_it_on_the_road():
    """D13 D17"""
    on_the_road = {**STORY, "transfers": {"DB1": transfer()}}
    text = (await get("/warehouse/lots?lot=C88", KEEPER, on_the_road)).text
    assert ("/warehouse/transfers/DB1" in text, "仓库之间" in text) == (True, True)
    assert "仓库之间" not in (await get("/warehouse/lots?lot=E11", KEEPER, on_the_road)).text


async def test_a_contract_that_lacks_pieces_is_offered_the_free_ones():
    """D8 D9"""
    text = (await get("/warehouse/shortages")).text
    assert ("/api/goods/HT26030001/allocations" in text, "gap-HT26030001-1" in text) == (True, True)


@pytest.mark.parametrize(("model", "query", "href"), [(one.model.name, one.query, one.href) for one in IN_WAREHOUSE])
def test_what_waits_counts_what_the_page_behind_it_lists(model, query, href):
    """D5 D10 D12 K18; corrections of all kinds wait on one page, D16"""
    listed = (SLIPS, LOANS, SCRAPS) if href != FIXES else ()
    kind = next((kind for kind in listed if kind.model.name == model), None)
    assert kind is None or query_of(kind, None, href.partition("state=")[2]) == query


async def test_what_waits_is_counted_with_the_way_to_it():
    """D5 K18"""
    text = (await get("/warehouse")).text
    assert ("/warehouse/arrivals?state=exceptions" in text, "/warehouse/scraps?state=held" in text) == (True, True)


async def test_labels_of_the_days_goods_are_counted_against_the_list_by_scan():
    """B20 B21: each code with the pieces of its package; who may not pass goods gets none."""
    unchecked = {**STORY, "inspections": {}}
    text = (await get(f"/warehouse?date={ON}", QC, unchecked)).text
    (line, *_) = re.findall(r'data-code="([^"]+)"\s+data-pieces="([^"]+)"', text)
    codes, pieces = line[0].split(), json.loads(unescape(line[1]))
    assert (sorted(pieces), len(codes), set(pieces.values())) == (sorted(codes), 2, {1})
    assert "data-pieces" not in (await get(f"/warehouse?date={ON}", ACCOUNTANT)).text
