"""The warehouse desk in Chromium, on the running system: from the slip to the bin, counted blind, labelled, checked."""

import re
from base64 import b64decode
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from harness.browsing import faults, signed_in
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, Route, expect

from contracts.civil_time import civil_day
from runtime.clock import utc_now

pytestmark = [pytest.mark.kafka, pytest.mark.browser, pytest.mark.slow]

TOMORROW = civil_day(utc_now()) + timedelta(days=1)
READY = dict.fromkeys(("switch_panels", "angle_valves", "ceiling", "water_power", "gas", "kitchen_cleared"), True)
PNG = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==")


def a_contract(people: Any, number: str, name: str) -> None:
    """One line of two pieces, registered."""
    line = {"line_no": 1, "sku": f"WC-{number[-4:]}", "name": "坐便器", "spec": "305", "category": "卫浴"}
    contract = {
        "contract_no": number,
        "store_code": "S02",
        "store_name": "南海店",
        "signed_on": "2026-03-01",
        "customer": {"name": name, "phone": "17712633920", "address": "佛山市南海区1号", "district": "南海区"},
        "promised_on": TOMORROW.isoformat(),
        "amount_due_fen": 0,
        "lines": [{**line, "quantity": 2, "unit_price_fen": 100, "to_install": False}],
    }
    people.done("liang.my", "/api/contracts", contract)


def a_slip(people: Any, number: str, contract_no: str) -> str:
    """An inbound slip of the contract's goods; its sku."""
    sku = f"WC-{contract_no[-4:]}"
    of = {"contract_no": contract_no, "contract_line_no": 1}
    line = {"line_no": 1, "sku": sku, "name": "坐便器", "quantity": 2, **of}
    body = {"slip_no": number, "reason": "purchase", "source": "某厂", "lines": [line]}
    people.done("su.kj", "/api/inbound", body)
    return sku


def put_in_stock(people: Any, whole: Any, number: str, contract_no: str, *, bin_name: str) -> str:
    """Goods of a contract, checked and put away; their sku."""
    sku = a_slip(people, number, contract_no)
    whole.settle()
    people.done("mai.gh", f"/api/inbound/{number}/check", {"lines": [{"line_no": 1, "counted": 2}]})
    put = {"line_no": 1, "quantity": 2, "bin": bin_name}
    people.done("mai.gh", f"/api/inbound/{number}/put-aways", put)
    whole.settle()
    return sku


def scan(page: Page, code: str, times: int = 1) -> None:
    """What a scanner does: types into the focused field and presses Enter."""
    field = page.locator("[data-scan]").first
    field.focus()
    for _ in range(times):
        page.keyboard.type(code)
        page.keyboard.press("Enter")


def test_goods_go_from_the_slip_over_the_scanner_to_the_bin(chromium: Browser, whole: Any, people: Any) -> None:
    """D1 D2 D6 A3: issued, counted by scanner, put away; the bin card has it, the contract is complete."""
    a_contract(people, "HT97000001", "蓝天")
    whole.settle()
    office = signed_in(chromium, whole, "su.kj")
    office.goto("/warehouse/arrivals")
    office.locator("#issue > summary").click()
    form = office.locator("#issue form")
    fields = {"source": "某厂", "waybill": "YD9700001", "sku": "WC-0001", "name": "坐便器", "quantity": "2"}
    for field, text in {**fields, "contract_no": "HT97000001", "contract_line_no": "1"}.items():
        form.locator(f'[name="{field}"]').fill(text)
    assert faults(office) == []
    form.get_by_role("button", name="开单", exact=True).click()
    expect(office).to_have_url(re.compile("/warehouse/arrivals/RK"))
    keeper = signed_in(chromium, whole, "mai.gh")
    keeper.goto(office.url)
    scan(keeper, "WC-0001", 2)
    expect(keeper.locator('[name="counted"]')).to_have_value("2")
    scan(keeper, "NO-SUCH")
    expect(keeper.locator("#scan-said")).to_contain_text("没有 NO-SUCH")
    assert faults(keeper) == []
    keeper.get_by_role("button", name="验收签字").click()
    bin_field = keeper.locator('#put-away [name="bin"]')
    expect(bin_field).to_be_visible()
    bin_field.fill("B-01-1")
    keeper.locator("#put-away").get_by_role("button", name="上架").click()
    expect(keeper.locator("#lines")).to_contain_text("B-01-1 ×2")
    expect(office.locator("#lines")).to_contain_text("B-01-1 ×2")
    whole.settle()
    keeper.goto("/warehouse/stock/WC-0001")
    expect(keeper.locator("#card tbody tr")).to_have_count(1)
    expect(keeper.locator("#places")).to_contain_text("HT97000001")
    assert faults(keeper) == []
    keeper.goto("/orders/HT97000001")
    expect(keeper.locator("#lines")).to_contain_text("货齐")
    office.context.close()
    keeper.context.close()


def test_damage_at_the_check_is_photographed_and_settled_by_another(chromium: Browser, whole: Any, people: Any) -> None:
    """D2 D4: photo, liability, the carrier's signature; the piece goes aside; a manager decides."""
    a_contract(people, "HT97000002", "白云")
    whole.settle()
    a_slip(people, "RKB0002", "HT97000002")
    whole.settle()
    keeper = signed_in(chromium, whole, "mai.gh")
    keeper.goto("/warehouse/arrivals/RKB0002")
    keeper.locator('[name="counted"]').fill("2")
    keeper.locator("#check details summary").first.click()
    finding = keeper.locator("#check fieldset fieldset").first
    finding.locator('[name="findings.0.kind"]').select_option("damage")
    finding.locator('[name="findings.0.quantity"]').fill("1")
    finding.locator('[name="findings.0.cause"]').fill("磕角")
    finding.locator('[name="findings.0.liability"]').select_option("carrier")
    finding.locator('[name="findings.0.carrier_signed_by"]').fill("老王")
    photo: Any = {"name": "p.png", "mimeType": "image/png", "buffer": PNG}
    finding.locator('[name="findings.0.photos"]').set_input_files(photo)
    finding.locator('[name="findings.0.carrier_signature_ref"]').set_input_files(photo)
    keeper.get_by_role("button", name="验收签字").click()
    expect(keeper.locator("#exceptions")).to_contain_text("磕角")
    link = keeper.locator('#exceptions a[href^="/api/files/sha256:"]').first
    assert keeper.context.request.get(link.get_attribute("href") or "").headers["content-type"] == "image/png"
    manager = signed_in(chromium, whole, "guan.yf")
    manager.goto("/warehouse/arrivals/RKB0002")
    manager.locator("#exceptions summary").click()
    manager.locator('#exceptions [name="outcome"]').select_option("returned_to_supplier")
    manager.locator("#exceptions form").get_by_role("button", name="保存").click()
    expect(manager.locator("#exceptions")).to_contain_text("退厂")
    keeper.context.close()
    manager.context.close()


def test_what_is_scanned_and_sent_before_the_scripts_are_there_is_neither_lost_nor_sent_twice(
    chromium: Browser, whole: Any, people: Any
) -> None:
    """D7: on a slow network the page can be seen before it can answer."""
    a_contract(people, "HT97000007", "小雨")
    whole.settle()
    sku = put_in_stock(people, whole, "RKB0007", "HT97000007", bin_name="B-01-3")
    opened = people.done("mai.gh", "/api/counts", {"kind": "cycle", "chosen": {"skus": [sku]}})
    (count_no,) = opened["body"]["counts"]
    whole.settle()
    keeper = signed_in(chromium, whole, "mai.gh")
    held: list[Route] = []
    for script in ("desk.js", "scan.js"):
        keeper.route(f"**/{script}", lambda route: held.append(route))  # noqa: PLW0108 - it must be a function
    keeper.goto(f"/warehouse/counts/{count_no}", wait_until="commit")
    expect(keeper.locator("#waiting")).to_contain_text("B-01-3")
    scan(keeper, sku, times=2)
    keeper.get_by_role("button", name="交点数").click()
    while len(held) < 2:
        keeper.wait_for_timeout(50)
    for route in held:
        route.continue_()
    expect(keeper.locator("#counted")).to_contain_text("B-01-3")
    counted = people["mai.gh"].get(f"/api/counts/{count_no}").json()
    assert [figure["quantity"] for line in counted["lines"] for figure in line["figures"]] == [2]
    keeper.context.close()


def test_a_count_is_blind_and_its_difference_is_explained_and_approved(
    chromium: Browser, whole: Any, people: Any
) -> None:
    """D7 K19: no book figure while it is counted; two pieces on the card, one in the bin; adjusted by a manager."""
    a_contract(people, "HT97000003", "青山")
    whole.settle()
    sku = put_in_stock(people, whole, "RKB0003", "HT97000003", bin_name="B-02-1")
    keeper = signed_in(chromium, whole, "mai.gh")
    keeper.goto("/warehouse/counts")
    assert faults(keeper) == []
    keeper.locator("#count-cycle > summary").click()
    keeper.locator('#count-cycle [name="chosen.skus"]').fill(sku)
    keeper.locator("#count-cycle form").get_by_role("button", name="开盘").click()
    row = keeper.locator("#counts tbody tr", has_text="0/1").first
    expect(row).to_be_visible()
    row.locator("a[data-row]").click()
    expect(keeper.locator("#waiting")).to_contain_text("B-02-1")
    scan(keeper, sku)
    assert faults(keeper) == []
    keeper.get_by_role("button", name="交点数").click()
    keeper.locator("#waiting").get_by_role("button", name="对账").click()
    status = keeper.locator("#waiting .badge, #compared .badge")
    expect(status.filter(has_text=re.compile("复盘|不一致")).first).to_be_visible()
    if keeper.locator("#waiting [name=quantity]").count():  # beyond tolerance: another person counts once more
        second = signed_in(chromium, whole, "su.kj")
        second.goto(keeper.url)
        scan(second, sku)
        second.get_by_role("button", name="交点数").click()
        second.locator("#waiting").get_by_role("button", name="对账").click()
        expect(second.locator("#compared .badge")).to_have_text("不一致")
        second.context.close()
    expect(keeper.locator("#compared .badge")).to_have_text("不一致")
    keeper.locator("#compared summary", has_text="写原因").click()
    keeper.locator('#compared [name="reason"]').select_option("loss")
    keeper.locator('#compared [name="note"]').fill("翻找三遍没有")
    keeper.locator("#compared form[data-api$='/explanations']").get_by_role("button", name="保存").click()
    expect(keeper.locator("#compared")).to_contain_text("等批准")
    manager = signed_in(chromium, whole, "guan.yf")
    manager.goto("/warehouse/report")
    expect(manager.locator("#ledger")).to_contain_text(sku)
    assert faults(manager) == []
    manager.goto(keeper.url)
    manager.locator("#compared summary", has_text="批准").click()
    manager.get_by_role("button", name="批准调整").click()
    expect(manager.locator("#compared")).to_contain_text("已调账")
    keeper.goto(f"/warehouse/stock/{sku}")
    expect(keeper.locator("#card")).to_contain_text("短缺")  # it was held for a contract, which lacks it now
    keeper.context.close()
    manager.context.close()


def test_labels_are_printed_and_anybody_checks_them(chromium: Browser, whole: Any, people: Any) -> None:
    """B20 B21: one label for each package, with a QR; genuine, and not genuine, without signing in."""
    a_contract(people, "HT97000004", "丁香")
    whole.settle()
    put_in_stock(people, whole, "RKB0004", "HT97000004", bin_name="B-02-2")
    page = signed_in(chromium, whole, "mai.gh")
    page.goto("/warehouse/labels/HT97000004")
    page.locator("#label-1 > summary").click()
    page.locator('#label-1 [name="pieces"]').fill("1 1")
    page.locator("#label-1").get_by_role("button", name="打标签", exact=True).click()
    expect(page.locator("#labels")).to_contain_text("2 包")
    page.goto("/forms/labels/HT97000004")
    expect(page.locator("article.label")).to_have_count(2)
    assert page.locator("article.label img").first.evaluate(
        "async (image) => { await image.decode(); return image.naturalWidth > 0; }"
    )
    code = page.locator("article.label [data-say=code]").first.inner_text()
    anybody = signed_in(chromium, whole, None)
    anybody.goto(f"/check/{code}")
    expect(anybody.locator("#verdict")).to_have_text("正品标签")
    expect(anybody.locator("#facts")).to_contain_text("坐便器")
    assert faults(anybody) == []
    anybody.goto("/check/1-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AA")
    expect(anybody.locator("#verdict.late")).to_be_visible()
    page.context.close()
    anybody.context.close()


def test_the_days_list_is_passed_by_qc_and_answered_by_the_keeper(chromium: Browser, whole: Any, people: Any) -> None:
    """B6 B9 B11 B21: the published plan reaches the warehouse; QC, feedback, and the printed sheets."""
    a_contract(people, "HT97000005", "江月")
    whole.settle()
    put_in_stock(people, whole, "RKB0005", "HT97000005", bin_name="B-02-3")
    call = f"{TOMORROW - timedelta(days=4)}T10:00:00+08:00"
    booking = {"checklist": READY, "on": TOMORROW.isoformat(), "half": "am", "at": call}
    people.done("he.jx", "/api/jobs/D-HT97000005/booking", booking)
    whole.settle()
    people.done("he.jx", "/api/jobs/D-HT97000005/slot", {"on": TOMORROW.isoformat(), "half": "am", "crew": "S1"})
    whole.settle()
    people.done("he.jx", f"/api/days/{TOMORROW}/publish", {})
    whole.settle()
    qc = signed_in(chromium, whole, "lu.qc")
    qc.goto(f"/warehouse?date={TOMORROW}")
    expect(qc.locator("#loads")).to_contain_text("B-02-3")
    assert faults(qc) == []
    qc.locator("#qc-D-HT97000005 > summary").click()
    qc.locator("#qc-D-HT97000005").get_by_role("button", name="合格", exact=True).click()
    expect(qc.locator("#loads tr", has_text="HT97000005").locator(".badge.ok")).to_be_visible()
    keeper = signed_in(chromium, whole, "mai.gh", phone=True)
    keeper.goto(f"/warehouse?date={TOMORROW}")
    assert faults(keeper) == []
    keeper.get_by_role("button", name="反馈", exact=True).click()
    expect(keeper.locator("#loads")).to_contain_text("已反馈")
    for path in (
        f"/forms/delivery-list/{TOMORROW}",
        f"/forms/sorting-sheet/{TOMORROW}/S1",
        "/forms/shipping/HT97000005",
    ):
        qc.goto(path)
        expect(qc.locator(".sheet").first).to_contain_text("坐便器")
        assert faults(qc) == []
    with qc.expect_download() as download:
        qc.goto("/warehouse/stock?q=HT97000005")
        qc.get_by_role("link", name="导出 XLSX").click()
    assert load_workbook(BytesIO(download.value.path().read_bytes())).active.max_row == 2
    qc.context.close()
    keeper.context.close()


def test_a_piece_is_moved_lent_and_scrapped_only_with_approval(chromium: Browser, whole: Any, people: Any) -> None:
    """D6 D10 D12: free stock moves between bins; a loan and a scrap application wait for approval."""
    line = {"line_no": 1, "sku": "HS-9400", "name": "花洒", "quantity": 5}
    slip = {"slip_no": "RKB0006", "reason": "purchase", "source": "某厂", "lines": [line]}
    people.done("su.kj", "/api/inbound", slip)
    whole.settle()
    people.done("mai.gh", "/api/inbound/RKB0006/check", {"lines": [{"line_no": 1, "counted": 5}]})
    people.done("mai.gh", "/api/inbound/RKB0006/put-aways", {"line_no": 1, "quantity": 5, "bin": "B-01-2"})
    whole.settle()
    page = signed_in(chromium, whole, "mai.gh")
    page.goto("/warehouse/stock/HS-9400")
    page.locator("#do-move > summary").click()
    page.locator('#do-move [name="to_bin"]').fill("B-01-3")
    page.locator('#do-move [name="quantity"]').fill("2")
    page.locator("#do-move form").get_by_role("button", name="保存").click()
    expect(page.locator("#card")).to_contain_text("B-01-2 → B-01-3")
    page.locator("#do-scrap > summary").click()
    page.locator('#do-scrap [name="reason"]').fill("镀层起皮")
    page.locator("#do-scrap form").get_by_role("button", name="申请").click()
    expect(page).to_have_url(re.compile("/warehouse/scraps/BF"))
    expect(page.locator("h1 ~ .badge")).to_contain_text(re.compile("等批准|已申请"))
    manager = signed_in(chromium, whole, "guan.yf")
    manager.goto(page.url)
    manager.locator("#approve > summary").click()
    manager.get_by_role("button", name="批准报废").click()
    page.locator("#execute > summary").click()
    page.locator('#execute [name="second.person"]').select_option("lu.qc")
    page.locator('#execute [name="second.pin"]').fill(people.signs("lu.qc")["pin"])
    page.locator("#execute form").get_by_role("button", name="保存").click()
    expect(page.locator("#paper")).to_contain_text("执行")
    assert faults(page) == []
    page.context.close()
    manager.context.close()
