"""The order desk in Chromium, on the running system: registering, finding, amending, being refused, looking on."""

import re
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from harness.browsing import faults, signed_in
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from contracts.civil_time import civil_day
from runtime.clock import utc_now

pytestmark = [pytest.mark.kafka, pytest.mark.browser, pytest.mark.slow]

TODAY = civil_day(utc_now())
PROMISED = TODAY + timedelta(days=20)


def a_contract(number: str, name: str, *, store: str = "S02") -> dict[str, Any]:
    """A contract as the API takes it."""
    line = {"line_no": 1, "sku": "WC-100", "name": "坐便器", "spec": "标准", "category": "卫浴", "quantity": 2}
    return {
        "contract_no": number,
        "store_code": store,
        "store_name": "南海店",
        "signed_on": TODAY.isoformat(),
        "customer": {"name": name, "phone": "17712633920", "address": "佛山市南海区1号", "district": "南海区"},
        "promised_on": PROMISED.isoformat(),
        "amount_due_fen": 120_000,
        "lines": [{**line, "unit_price_fen": 60_000, "to_install": True}],
    }


def fill(page: Page, number: str, promised: date, name: str) -> None:
    """The form that registers a contract, filled in."""
    page.goto("/orders/new")
    for field, text in {
        "contract_no": number,
        "store_name": "南海店",
        "promised_on": promised.isoformat(),
        "amount_due_fen": "1200.50",
        "customer.name": name,
        "customer.phone": "17712633920",
        "customer.district": "南海区",
        "customer.address": "海八东路1号",
        "sku": "WC-100",
        "name": "坐便器",
        "category": "卫浴",
        "quantity": "2",
        "unit_price_fen": "600",
    }.items():
        page.locator(f'form[data-api] [name="{field}"]').first.fill(text)


def test_a_store_registers_a_contract_and_finds_it_again(chromium: Browser, whole: Any) -> None:
    """A1 A3: from the form to its page, which says what is missing; found by number, name and phone."""
    page = signed_in(chromium, whole, "wu.xm")
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    fill(page, "HT95000001", PROMISED, "司徒明")
    assert faults(page) == []
    page.get_by_role("button", name="登记").click()
    expect(page).to_have_url(re.compile("/orders/HT95000001$"))
    expect(page.locator(".toast")).to_contain_text("HT95000001 已登记")
    expect(page.locator("#lines")).to_contain_text("还没有发货消息")
    expect(page.locator("#facts")).to_contain_text("司徒明")
    expect(page.locator("#history")).to_contain_text("登记合同")
    assert faults(page) == []
    page.goto("/orders")
    for text in ("HT95000001", "司徒", "3920"):
        page.keyboard.press("/")
        page.locator("#find").fill(text)
        page.keyboard.press("Enter")
        expect(page.locator("#row-HT95000001")).to_be_visible()
    assert faults(page) == []
    assert broken == []
    page.context.close()


def test_a_refusal_is_said_beside_the_form_and_nothing_typed_is_lost(
    chromium: Browser, whole: Any, people: Any
) -> None:
    """A1: the same number with another promise contradicts the contract that is known."""
    people.done("liang.my", "/api/contracts", a_contract("HT95000002", "钟玉"))
    page = signed_in(chromium, whole, "wu.xm")
    fill(page, "HT95000002", PROMISED + timedelta(days=3), "钟玉")
    page.get_by_role("button", name="登记").click()
    told = page.locator('[role="alert"]:visible')
    expect(told).to_contain_text("没有保存")
    expect(told).to_be_focused()
    assert page.locator('[name="customer.address"]').input_value() == "海八东路1号"
    page.locator('[name="customer.phone"]').fill("123 4567")
    page.route("**/api/contracts", lambda route: route.abort())
    page.get_by_role("button", name="登记").click()
    expect(told).to_contain_text("连不上服务器")
    page.context.close()


def test_what_one_writes_another_sees_without_reloading(chromium: Browser, whole: Any, people: Any) -> None:
    """A8 X1: a consented later date, with the reason, on both pages."""
    people.done("liang.my", "/api/contracts", a_contract("HT95000003", "谢婷"))
    whole.settle()
    mine, theirs = signed_in(chromium, whole, "liang.my"), signed_in(chromium, whole, "wu.xm")
    for page in (mine, theirs):
        page.goto("/orders/HT95000003")
    later = PROMISED + timedelta(days=10)
    mine.locator("#act-postpone > summary").click()
    form = mine.locator("#act-postpone form")
    form.locator('[name="promised_on"]').fill(later.isoformat())
    form.locator('[name="reason"]').fill("客户装修未完")
    form.get_by_role("button", name="保存").click()
    for page in (mine, theirs):
        expect(page.locator("#facts")).to_contain_text(f"{later.month}/{later.day}")
        expect(page.locator("#facts")).to_contain_text("电话同意")
        expect(page.locator("#history")).to_contain_text("客户装修未完")
    expect(mine.locator("#act-postpone[open]")).to_have_count(0)
    mine.context.close()
    theirs.context.close()


def test_a_delay_by_the_stores_error_goes_from_the_call_to_the_store(
    chromium: Browser, whole: Any, people: Any
) -> None:
    """A4 A5: posted, explained, handed over, accepted; each step is offered to whom it belongs."""
    people.done("liang.my", "/api/contracts", a_contract("HT95000004", "龚雪"))
    body = {"line_no": 1, "fault": "store", "reason": "门店下错规格"}
    people.done("liang.my", "/api/contracts/HT95000004/delays", body)
    whole.settle()
    page = signed_in(chromium, whole, "liang.my")
    page.goto("/orders/HT95000004")
    expect(page.locator("#delays")).to_contain_text("门店下错规格")
    page.locator("#delays summary", has_text="记致电").click()
    page.locator("#delays form[data-api$='/calls']").get_by_role("button", name="保存").click()
    expect(page.locator("#delays")).to_contain_text("接通")
    page.locator("#delays summary", has_text="移交门店").click()
    hand = page.locator("#delays form[data-api$='/handover']")
    hand.locator('[name="reason"]').fill("规格由门店改单")
    hand.get_by_role("button", name="保存").click()
    expect(page.locator("#delays")).to_contain_text("已移交门店")
    store = signed_in(chromium, whole, "wu.xm")
    store.goto("/orders/HT95000004")
    store.locator("#delays summary", has_text="接收").click()
    store.locator("#delays form[data-api$='/acceptance']").get_by_role("button", name="保存").click()
    expect(store.locator("#delays")).to_contain_text("门店已接收")
    expect(store.locator("#delays summary", has_text="跟进")).to_be_visible()
    store.context.close()
    page.context.close()


def test_a_contract_is_amended_and_cancelled_with_reasons(chromium: Browser, whole: Any, people: Any) -> None:
    """A6: another quantity, one more line; then cancelled, after which nothing is offered."""
    people.done("liang.my", "/api/contracts", a_contract("HT95000005", "鲁一"))
    whole.settle()
    page = signed_in(chromium, whole, "liang.my")
    page.goto("/orders/HT95000005")
    page.locator("#act-amend > summary").click()
    form = page.locator("#act-amend form")
    form.locator('[name="reason"]').fill("客户加一个花洒")
    form.locator("[data-changes]").fill("3")
    form.locator("[data-row-act=add]").click()
    added = form.locator("#added tr")
    for field, text in {"sku": "HS-100", "name": "花洒", "category": "卫浴", "unit_price_fen": "99"}.items():
        added.locator(f'[name="{field}"]').fill(text)
    form.get_by_role("button", name="变更", exact=True).click()
    expect(page.locator("#lines")).to_contain_text("花洒")
    expect(page.locator("#lines tbody tr").first).to_contain_text("/ 3")
    page.locator("#act-cancel > summary").click()
    page.locator("#act-cancel [name=reason]").fill("客户改买别家")
    page.locator("#act-cancel form").get_by_role("button", name="取消合同").click()
    expect(page.locator("h1 ~ .st").first).to_contain_text("已取消")
    expect(page.locator("#do")).to_have_count(0)
    page.context.close()


def test_another_stores_contract_cannot_be_seen(chromium: Browser, whole: Any, people: Any) -> None:
    """C18"""
    people.done("liang.my", "/api/contracts", a_contract("HT95000006", "米雪"))
    whole.settle()
    page = signed_in(chromium, whole, "huang.jh")
    page.goto("/orders/HT95000006")
    expect(page.locator("h1")).to_have_text("没有找到")
    page.goto("/orders?q=HT95000006")
    expect(page.locator(".empty")).to_contain_text("没有符合所选条件的")
    page.context.close()


def test_the_list_by_keyboard_on_a_phone_and_as_a_sheet(chromium: Browser, whole: Any, people: Any) -> None:
    """X5, X6"""
    people.done("liang.my", "/api/contracts", a_contract("HT95000007", "=1+1"))
    whole.settle()
    page = signed_in(chromium, whole, "liang.my", phone=True)
    page.goto("/orders?q=HT95000007")
    assert faults(page) == []
    page.keyboard.press("j")
    expect(page.locator("#row-HT95000007")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/orders/HT95000007$"))
    assert faults(page) == []
    with page.expect_download() as download:
        page.goto("/orders?q=HT95000007")
        page.get_by_role("link", name="导出 XLSX").click()
    sheet = load_workbook(BytesIO(download.value.path().read_bytes())).active
    assert [cell.value for cell in sheet[2]][:2] == ["HT95000007", "'=1+1"]
    page.context.close()


def test_importing_says_row_by_row_what_was_refused(chromium: Browser, whole: Any) -> None:
    """A2: the good row is taken, the bad one named with the reason."""
    page = signed_in(chromium, whole, "he.jx")
    page.goto("/orders/import")
    assert faults(page) == []
    head = "合同号,行号,型号,数量,运单号,承运商,状态,预计到货,实际到货,备注\n"
    rows = "HT95999999,1,WC-100,1,YD0001,顺途,已到仓,,2026-03-01,\n"
    form = page.locator('form[data-upload-to$="/logistics"]')
    csv: Any = {"name": "物流.csv", "mimeType": "text/csv", "buffer": (head + rows).encode()}
    form.locator("input[type=file]").set_input_files(csv)
    form.get_by_role("button", name="导入").click()
    expect(form.locator("[data-report] .banner")).to_contain_text("拒了 1 行")
    expect(form.locator("[data-report] tbody tr")).to_have_count(1)
    page.context.close()


def test_a_contract_that_waits_for_a_row_is_mended_on_its_page(chromium: Browser, whole: Any) -> None:
    """A13: the import says that it waits, the list says what is wrong, and the mended row registers all of it."""
    page = signed_in(chromium, whole, "liang.my")
    page.goto("/orders/import")
    head = "合同号,门店,签订日期,客户姓名,电话,地址,区域,承诺日期,未付金额,行号,型号,品名,规格,类别,数量,单价,需安装\n"
    of = f"HT95000041,S02 南海店,{TODAY},甄试,13800138041,海八东路1号,南海区,{PROMISED},0"
    rows = f"{of},1,WC-1,坐便器,,卫浴,2,1350,是\n{of},2,WC-2,坐便器,,卫浴,一,1350,是\n"
    form = page.locator('form[data-upload-to$="/contracts"]')
    csv: Any = {"name": "合同.csv", "mimeType": "text/csv", "buffer": (head + rows).encode()}
    form.locator("input[type=file]").set_input_files(csv)
    form.get_by_role("button", name="导入").click()
    expect(form.locator("[data-waiting]")).to_contain_text("HT95000041")
    form.get_by_role("link", name="待补合同").click()
    expect(page).to_have_url(re.compile("/orders/waiting$"))
    assert faults(page) == []
    draft = page.locator("#draft-HT95000041")
    expect(draft.locator('[aria-invalid="true"]')).to_have_count(1)
    expect(draft).to_contain_text("「数量」一 应是")
    draft.locator('[name="cells.数量"]').first.fill("0")
    draft.get_by_role("button", name="改好再送").click()
    expect(draft).to_contain_text("「数量」0 应是")
    draft.locator('[name="cells.数量"]').first.fill("1")
    draft.get_by_role("button", name="改好再送").click()
    expect(draft).to_have_count(0)
    page.goto("/orders/HT95000041")
    expect(page.get_by_text("WC-2").first).to_be_visible()
    page.context.close()
