"""The order desk: lists by keyset, who sees what, what a contract's page says and offers, and sheets that are safe."""

import re
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from dashboards_site import RowsInMemory, browser, site
from dashboards_story import CUSTOMER, line, told
from openpyxl import load_workbook
from orders_story import SIGNED, completed, delayed, desk_rows, signed

from company.people import read_people
from company.reasons import LEFT_BY_DELIVERY
from contracts import order as facts
from contracts.fact import Customer, Measure
from contracts.order_drafts import DraftRow
from dashboards.listing import SHEET_ROWS, beyond, key_of, page_of
from dashboards.nav import STAFF
from dashboards.orders.contract_view import line_state
from dashboards.orders.history import Told, details
from dashboards.orders.lines import order_line
from dashboards.orders.reading import SORTS, Chosen, query_of
from dashboards.words import Words
from dashboards.workbook import safe
from order.contract.aggregate import CONTRACT
from order.contract.row import CONTRACTS
from order.draft.row import DraftFile
from order.files.contracts_file import LAYOUT, read_contracts
from runtime.file_refusals import UnreadableFile
from runtime.forms import Field, Form
from runtime.offers import Offering
from runtime.typed_rows import Views

STORE, OTHER_STORE, SPECIALIST, ACCOUNTANT, WAREHOUSE, LEADER = (
    "wu.xm",
    "huang.jh",
    "liang.my",
    "su.kj",
    "mai.gh",
    "li.zq",
)
OF_DELAY = {"at": SIGNED, "contract_no": "HT26030001", "delay_id": "1-YD0001"}
OF_STORE = {**OF_DELAY, "store_code": "S02"}
POSTED = facts.DelayPosted(**OF_DELAY, due=None, note="")
EXPLAINED = facts.DelayExplained(**OF_DELAY, result="reached", note="", called_by="liang.my")
HANDED_OVER = facts.StoreErrorHandedOver(**OF_STORE, customer=CUSTOMER, reason="门店下错", handed_by="he.jx")
ACCEPTED = facts.StoreErrorAccepted(**OF_STORE, accepted_by="wu.xm", note="")
SETTLED = facts.StoreErrorFollowedUp(**OF_STORE, followed_by="wu.xm", note="已改", settled=True)
CANCELLED = facts.ContractCancelled(
    at=SIGNED, contract_no="HT26030001", store_code="S02", customer=CUSTOMER, lines=(), paid_fen=0, reason="退房"
)
HOSTILE = Customer(name="=HYPERLINK(1)", phone="17712347747", address="<img src=x>", district="禅城区")


async def get(path, person=SPECIALIST, rows=None, offers=None):
    app = site(rows or desk_rows(signed()))
    app.state.offers = offers or app.state.offers
    async with browser(app, person) as client:
        return await client.get(path)


# --- lists -----------------------------------------------------------------------------------------------------------


class AsItLies:
    """Reads documents as they lie there."""

    name = "rows"

    @staticmethod
    def read(document: Any) -> Any:
        return document


async def test_pages_of_a_list_follow_each_other_without_gap_or_repeat():
    """X8: the next page begins after the last row, whatever came in meanwhile."""
    rows = RowsInMemory({f"r{n:02}": {"_id": f"r{n:02}", "a": {"day": f"2026-03-{n % 3:02}"}} for n in range(11)})
    seen, after = [], None
    while True:
        part = await page_of(Views(AsItLies(), rows), {}, sort=("a.day", 1), after=after, limit=4)
        seen += [row["_id"] for row in part.rows]
        after = part.after
        if after is None:
            break
    assert seen == ["r00", "r03", "r06", "r09", "r01", "r04", "r07", "r10", "r02", "r05", "r08"]


@pytest.mark.parametrize("sort", ["new", "promised"])
async def test_the_last_page_and_the_sheet_of_a_long_list_hold_contracts_only(sort):
    """X6: more rows than are read at once, and nothing of what lies beside them."""
    numbers = [f"HT26{n:06}" for n in range(SHEET_ROWS + 3)]
    one = desk_rows(signed())
    row = next(iter(one["contracts"].values()))
    many = {n: {**row, "_id": n, "row": {**row["row"], "contract_no": n}} for n in numbers}
    rows = {**one, "contracts": many}
    ordered = numbers[::-1] if SORTS[sort][1] < 0 else numbers
    after = key_of(many[ordered[-3]], SORTS[sort])
    page = await get(f"/orders?sort={sort}&after={after}", rows=rows)
    sheet = await get(f"/orders.xlsx?sort={sort}", rows=rows)
    cells = load_workbook(BytesIO(sheet.content), read_only=True).active.values
    assert (page.status_code, re.findall(r'href="/orders/(HT\d+)"', page.text), [line[0] for line in cells][1:]) == (
        200,
        ordered[-2:],
        ordered,
    )


def test_a_page_after_a_key_is_one_condition_that_an_index_answers():
    """X8"""
    key = key_of({"_id": "HT2", "row": {"promised_on": "2026-03-20"}}, ("row.promised_on", 1))
    assert beyond(key, ("row.promised_on", 1)) == {
        "row.promised_on": {"$gte": "2026-03-20"},
        "$or": [{"row.promised_on": {"$gt": "2026-03-20"}}, {"_id": {"$gt": "HT2"}}],
    }


@pytest.mark.parametrize("after", ["", "nonsense", "e30", "WzEsMl0"])
def test_an_unreadable_place_in_a_list_begins_anew(after):
    assert beyond(after, ("_id", -1)) == {}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("7747", {"row.search": "7747"}),
        ("ht2603", {"_id": {"$gte": "HT2603", "$lt": "HT2603\U0010ffff"}}),
        ("wc-1", {"row.skus": "WC-1"}),
        ("林", {"row.search": {"$gte": "林", "$lt": "林\U0010ffff"}}),
        ("17712347747", {"row.phone": "17712347747"}),
    ],
)
def test_one_field_finds_numbers_names_phones_and_products(text, wanted):
    """A1"""
    assert query_of(Chosen(q=text), "cs_specialist", None) == wanted


@pytest.mark.parametrize("text", ["7747", "林", "17712347747"])
def test_who_does_not_see_customers_finds_no_contract_by_them(text):
    """C18"""
    assert query_of(Chosen(q=text), "warehouse", None) == {"_id": {"$gte": text, "$lt": f"{text}\U0010ffff"}}


def test_a_store_searches_its_own_contracts_whatever_it_asks_for():
    """C18"""
    assert query_of(Chosen(store="S01"), "store", "S02") == {"row.store_code": "S02"}


async def test_the_list_shows_a_stores_own_contracts_only():
    """C18"""
    rows = desk_rows(signed(), signed("HT26030002", store="S01"))
    own, other = await get("/orders", STORE, rows), await get("/orders", OTHER_STORE, rows)
    assert [("HT26030001" in page.text, "HT26030002" in page.text) for page in (own, other)] == [
        (True, False),
        (False, True),
    ]


async def test_who_does_not_call_customers_sees_the_family_name_alone():
    """C18"""
    text = (await get("/orders", ACCOUNTANT)).text
    assert ("林艳" in text, "林*" in text) == (False, True)


async def test_a_list_that_matches_nothing_offers_to_take_the_filters_off():
    text = (await get("/orders?stage=cancelled")).text
    assert ("没有符合所选条件的" in text, 'href="/orders"' in text) == (True, True)


async def test_a_crew_has_its_stops_not_the_contracts():
    """C18"""
    answer = await get("/orders", LEADER)
    assert (answer.status_code, "送货领队" in answer.text) == (403, True)


async def test_the_sheet_holds_every_chosen_row_and_no_formula_runs():
    """X6"""
    rows = desk_rows(*(signed(f"HT2603{n:04}", customer=HOSTILE) for n in range(1, 121)))
    answer = await get("/orders.xlsx", SPECIALIST, rows)
    page = load_workbook(BytesIO(answer.content)).active
    cells = [cell for row in page.iter_rows() for cell in row]
    assert (page.max_row, {cell.data_type for cell in cells} & {"f"}, page["B2"].value) == (
        121,
        set(),
        "'=HYPERLINK(1)",
    )


def test_text_that_a_cell_cannot_hold_is_made_to_fit():
    """X6"""
    assert (safe("a\x00b"), len(str(safe("x" * 40_000))), safe("+1"), safe("＝1+1")) == ("ab", 32_767, "+1", "'＝1+1")


# --- rows ------------------------------------------------------------------------------------------------------------


def test_a_contract_in_the_list_says_how_far_it_is_and_which_delay_presses():
    """A3 A4"""
    row = CONTRACTS.read(desk_rows(signed(), delayed(), completed())["contracts"]["HT26030001"])
    line = order_line(row, "cs_specialist", date(2026, 3, 19))
    assert (line.stage, line.complete_on, line.delay, line.phone, line.risk) == (
        "complete",
        "2026-03-10",
        "unposted",
        "177****7747",
        "near",
    )


def of_contract(event, by="system"):
    return told("contract:HT26030001", event, by=by)


def test_a_cancelled_contract_stays_cancelled_whatever_is_noted_afterwards():
    """A6: what a crew did nevertheless is noted, and shown as what happened, not as how the contract stands"""
    installed = facts.InstallationNoted(
        at=SIGNED, contract_no="HT26030001", job_id="I-HT26030001", accepted_by="林艳", installed_on=date(2026, 3, 9)
    )
    row = CONTRACTS.read(desk_rows(signed(), of_contract(CANCELLED), of_contract(installed))["contracts"]["HT26030001"])
    assert (row.stage, row.ended, row.delay, row.complete) == ("cancelled", True, None, False)


def test_the_post_that_the_group_is_owed_stays_in_the_list_though_the_customer_was_called_first():
    """K1 A4"""
    row = CONTRACTS.read(desk_rows(signed(), delayed(), of_contract(EXPLAINED))["contracts"]["HT26030001"])
    assert (row.delay, row.todo) == ("unposted", ("delay_post",))


ANNOUNCED = facts.ShipmentAnnounced(
    at=SIGNED,
    contract_no="HT26030001",
    line_no=1,
    sku="WC-1",
    quantity=2,
    waybill="YD1",
    carrier="德邦",
    eta=date(2026, 3, 12),
)


def received(quantity):
    return facts.GoodsNoted(
        at=SIGNED,
        contract_no="HT26030001",
        line_no=1,
        quantity=quantity,
        arrived_on=date(2026, 3, 9),
        waybill=f"YD{quantity}",
    )


DAMAGED = facts.DamageNoted(
    at=SIGNED, contract_no="HT26030001", line_no=1, damage_id="d", quantity=2, in_warehouse=True
)


@pytest.mark.parametrize(
    ("events", "why", "eta"),
    [
        ((received(2),), "", None),
        ((received(2), DAMAGED), "damaged", None),
        ((ANNOUNCED, delayed()[2]), "delayed", "2026-03-18"),
        ((ANNOUNCED,), "on_the_way", "2026-03-12"),
        ((ANNOUNCED, received(1)), "partly_arrived", "2026-03-12"),
        ((received(1),), "partly_arrived", None),
        ((), "not_shipped", None),
    ],
)
def test_a_line_says_why_it_is_not_complete(events, why, eta):
    """A3"""
    row = CONTRACTS.read(desk_rows(signed(), *map(of_contract, events))["contracts"]["HT26030001"])
    shown = line_state(row.lines[0])
    assert (shown.why, shown.eta and shown.eta.isoformat()) == (why, eta)


def of_lot(lot, quantity):
    return received(quantity).model_copy(update={"lot": lot, "waybill": f"YD-{lot}"})


@pytest.mark.parametrize(("person", "offered"), [(WAREHOUSE, True), (SPECIALIST, False)])
async def test_a_line_of_several_lots_can_be_exchanged_whole_by_who_allocates(person, offered):
    """D13: instead of the customer's consent, which is asked of the same line."""
    by_lot = Measure(sold="2", unit="片", base_unit="片", by_lot=True)
    tiles = line(1, 2).model_copy(update={"measure": by_lot})
    mixed = (signed(lines=(tiles,)), of_contract(of_lot("C88", 1)), of_contract(of_lot("D07", 1)))
    text = (await get("/orders/HT26030001", person, desk_rows(*mixed))).text
    assert ("/api/goods/HT26030001/exchanges" in text) == offered
    alone = desk_rows(signed(lines=(tiles,)), of_contract(of_lot("C88", 2)))
    assert "/api/goods/HT26030001/exchanges" not in (await get("/orders/HT26030001", person, alone)).text


# --- a contract's page -----------------------------------------------------------------------------------------------


PAGES = ("/orders", "/orders/HT26030001", "/customers/HT26030001", "/forms/shipping/HT26030001")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("person", [STORE, SPECIALIST, ACCOUNTANT, WAREHOUSE, "guan.yf"])
@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_every_page_of_the_order_desk_renders_for_every_role(path, person, lang):
    """X5"""
    answer = await get(f"{path}?lang={lang}", person)
    assert (answer.status_code, answer.text.count("<h1"), answer.text.count("<main")) == (200, 1, 1)


@pytest.mark.parametrize("path", PAGES[1:])
async def test_another_stores_contract_is_not_there(path):
    """C18"""
    assert (await get(path, OTHER_STORE)).status_code == 404


def offered(text):
    """Addresses that the page's forms post to."""
    return {path.rpartition("/")[2] for path in re.findall(r'data-api="POST /api/contracts/[^"]*?([^"/]+)"', text)}


@pytest.mark.parametrize(
    ("person", "acts"),
    [
        (STORE, {"amendments", "postponements", "delays", "cancellation"}),
        (SPECIALIST, {"amendments", "postponements", "delays", "deliveries", "installations", "cancellation"}),
        (ACCOUNTANT, {"payments", "refunds"}),
        (WAREHOUSE, set()),
    ],
)
async def test_a_contract_offers_each_role_what_it_may_ask_for(person, acts):
    """A6 A8"""
    assert offered((await get("/orders/HT26030001", person)).text) == acts


async def test_what_a_page_offers_is_what_the_use_cases_let_each_role_ask():
    """DESIGN 4: for every role of the company, whatever the page has a form of its own for, where the gate is open."""
    state = CONTRACT.evolve(CONTRACT.initial, signed()[2])
    asked = [case for case in CONTRACT.use_cases if case.path and case.gate(state) is None]
    for person in read_people().values():
        if person.role not in STAFF or person.store not in (None, "S02"):
            continue
        may = {case.path for case in asked if person.role in case.may}
        assert offered((await get("/orders/HT26030001", person.id)).text) == {p for p in may if "{" not in p}


async def test_a_use_case_without_a_form_of_its_own_gets_the_one_made_of_its_command():
    """DESIGN 4: under the names `ask.<code>` and `ask.field.<field>`."""
    made = Form(
        "start_wait", "waits", frozenset({"cs_specialist"}), (), (Field("note", "long", required=False, word="note"),)
    )
    offers = {"contract": Offering((made,), lambda _: {made.code: None})}
    text = (await get("/orders/HT26030001", SPECIALIST, offers=offers)).text
    assert ('data-api="POST /api/contracts/HT26030001/waits"' in text, '<textarea name="note"' in text) == (True, True)


async def test_a_contract_that_has_ended_offers_nothing():
    """A6 A7"""
    rows = desk_rows(signed(), of_contract(CANCELLED))
    assert offered((await get("/orders/HT26030001", SPECIALIST, rows)).text) == set()


@pytest.mark.parametrize(
    ("person", "done", "acts"),
    [
        (SPECIALIST, (), {"post", "calls"}),
        (SPECIALIST, (POSTED, EXPLAINED), {"handover"}),
        (STORE, (POSTED, EXPLAINED, HANDED_OVER), {"acceptance"}),
        (STORE, (POSTED, EXPLAINED, HANDED_OVER, ACCEPTED), {"follow-ups"}),
        (STORE, (EXPLAINED, HANDED_OVER, ACCEPTED, SETTLED), set()),
    ],
)
async def test_a_delay_offers_its_next_step_to_whom_it_belongs(person, done, acts):
    """A4 A5"""
    rows = desk_rows(signed(), delayed(fault="store"), *map(of_contract, done))
    always = {"amendments", "postponements", "delays", "deliveries", "installations", "cancellation"}
    assert offered((await get("/orders/HT26030001", person, rows)).text) - always == acts


async def test_the_history_tells_what_happened_with_both_times_where_they_differ():
    """X1"""
    text = (await get("/orders/HT26030001", rows=desk_rows(signed(), delayed()))).text
    assert ("登记合同" in text, "吴晓敏" in text, "工厂排产" in text) == (True, True, True)


def test_the_history_speaks_one_language_and_counts_nothing_that_has_no_pieces() -> None:
    """X1, X5: a reason of the system stands in events in both languages; an amendment names no pieces."""
    at = datetime(2026, 3, 13, 1, tzinfo=UTC)
    rest = Told("RestOwed", at, None, "system", {"reason": LEFT_BY_DELIVERY})
    added = Told("goods.changed", at, None, "he.jx", {"quantity": 0, "note": "加一行"})
    zh, en = Words("zh", at), Words("en", at)
    assert [details(rest, words, money=False) for words in (zh, en)] == ["送货后余件", "left by a delivery"]
    assert details(added, zh, money=False) == "加一行"


async def test_a_page_shows_its_own_half_of_a_reason_of_the_system():
    """X5: wherever on the page it stands"""
    rows = desk_rows(signed(), delayed(), of_contract(HANDED_OVER.model_copy(update={"reason": LEFT_BY_DELIVERY})))
    zh, en = [await get(f"/orders/HT26030001?lang={lang}", rows=rows) for lang in ("zh", "en")]
    assert ["left by a delivery" in zh.text, "送货后余件" in zh.text] == [False, True]
    assert ["left by a delivery" in en.text, "送货后余件" in en.text] == [True, False]


async def test_a_customers_file_holds_all_contracts_of_the_phone():
    """A1"""
    rows = desk_rows(signed(), signed("HT26030009"), signed("HT26030008", store="S01"))
    mine, store = await get("/customers/HT26030001", rows=rows), await get("/customers/HT26030001", STORE, rows)
    assert [[number in page.text for number in ("HT26030009", "HT26030008")] for page in (mine, store)] == [
        [True, True],
        [True, False],
    ]


async def test_printed_forms_mask_the_phone():
    """X5 C18"""
    text = (await get("/forms/shipping/HT26030001")).text
    assert (CUSTOMER.phone in text, "177****7747" in text) == (False, True)


async def test_what_a_customer_is_called_does_no_harm():
    """C18"""
    hostile = HOSTILE.model_copy(update={"name": "<script>alert(1)</script>"})
    text = (await get("/orders/HT26030001", rows=desk_rows(signed(customer=hostile)))).text
    assert [harm for harm in ("<script>alert", "<img src=x>") if harm in text] == []


@pytest.mark.parametrize(
    ("person", "kinds"),
    [
        (SPECIALIST, {"contracts", "logistics", "products"}),
        ("he.jx", {"contracts", "logistics"}),
        (WAREHOUSE, None),
    ],
)
async def test_who_imports_finds_a_form_for_each_file_that_is_theirs(person: str, kinds: set[str] | None) -> None:
    """A1, A2, D15, C18"""
    answer = await get("/orders/import", person)
    found = set(re.findall(r'data-upload-to="/api/imports/(\w+)"', answer.text))
    assert (answer.status_code, found) == ((200, kinds) if kinds else (403, set()))


def waiting_rows():
    """A contract that waits for one of its two rows, in the read model."""
    cells = (
        "HT26030001",
        "S02 南海店",
        "2026-02-08",
        "<b>马娜</b>",
        "13800001111",
        "海八东路1号",
        "南海区",
        "2026-03-10",
    )
    cells = (*cells, "0.00", "1", "WC-100", "坐便器", "", "卫浴", "2", "1350.00", "是", "")
    wrong = DraftRow(
        row=3,
        cells=(*cells[:9], "2", *cells[10:14], "1.5", *cells[15:]),
        reason="「数量」1.5 不是整数",
        reason_en="quantity 1.5 is not whole",
        rule="A1",
        columns=("数量",),
    )
    draft = DraftFile(
        draft_no="HT26030001",
        status="waiting",
        file="合同.csv",
        at=SIGNED,
        rows=(DraftRow(row=2, cells=cells), wrong),
        contract_no=None,
        reason=None,
    )
    return {"drafts": {"HT26030001": {"_id": "HT26030001", "row": draft.shown()}}}


async def test_what_waits_for_refused_rows_is_seen_with_the_reason_and_can_be_mended_or_dropped():
    """A13, C18"""
    page = (await get("/orders/waiting", SPECIALIST, waiting_rows())).text
    assert "「数量」1.5 不是整数" in page
    assert "<b>马娜</b>" not in page
    assert 'data-api="POST /api/drafts/{draft_no}/mend"' in page
    assert 'data-api="POST /api/drafts/{draft_no}/drop"' in page
    (field,) = re.findall(r'<input\s+name="cells.数量" value="1.5"[^>]*>', page)
    assert 'aria-invalid="true"' in field
    assert "quantity 1.5 is not whole" in (await get("/orders/waiting?lang=en", SPECIALIST, waiting_rows())).text


async def test_the_sheet_of_what_waits_is_a_file_that_can_be_mended_and_imported():
    """A13, X6: the reasons beside the columns are left out when it comes back."""
    answer = await get("/orders/waiting.xlsx", SPECIALIST, waiting_rows())
    book = load_workbook(BytesIO(answer.content))
    page = book.active
    assert [cell.value for cell in page[3]][-3:] == ["「数量」1.5 不是整数", 3, "合同.csv"]
    page.cell(3, LAYOUT.names.index("数量") + 1).value = "1"
    made = BytesIO()
    book.save(made)
    read = read_contracts(made.getvalue())
    assert not isinstance(read, UnreadableFile)
    assert [(row.line_no, row.quantity, row.customer_name) for row in read.rows] == [
        (1, "2", "<b>马娜</b>"),
        (2, "1", "<b>马娜</b>"),
    ]
    assert (read.refused, read.ignored.columns) == ([], ("为什么拒收", "第几行", "文件"))


async def test_nothing_waits_is_said_in_words_and_others_may_not_look():
    """A13, C18"""
    assert "没有待补的合同" in (await get("/orders/waiting", SPECIALIST, {"drafts": {}})).text
    assert (await get("/orders/waiting", WAREHOUSE, waiting_rows())).status_code == 403
