"""A customer collects goods at the depot, page by page in Chromium on real Kafka: agreed, listed, handed out, installed
afterwards; the books add up (A11)."""

import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from harness.browsing import faults, signed_in
from playwright.sync_api import Browser, Page, expect

from contracts.civil_time import civil_day
from runtime.clock import utc_now

pytestmark = [pytest.mark.kafka, pytest.mark.browser, pytest.mark.slow]

NO = "HT98600001"
JOB = f"D-{NO}"
TODAY = civil_day(utc_now())
LINE = {"line_no": 1, "sku": "WC-100", "name": "连体坐便器", "spec": "700x390x650", "category": "卫浴", "quantity": 2}
CONTRACT = {
    "contract_no": NO,
    "store_code": "S02",
    "store_name": "南海店",
    "signed_on": str(TODAY - timedelta(days=20)),
    "customer": {"name": "欧阳慧", "phone": "17712633962", "address": "海八东路151号", "district": "南海区"},
    "promised_on": str(TODAY + timedelta(days=10)),
    "amount_due_fen": 0,
    "lines": [{**LINE, "unit_price_fen": 135_000, "to_install": True}],
}


def kept(page: Page, name: str) -> None:
    """Where somebody looks at pages by eye, a picture of it."""
    folder = os.environ.get("SONGDA_TEST_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_a_customer_collects_by_list_and_signs(chromium: Browser, whole: Any, people: Any) -> None:
    """A11 B9 B10 A9: arranged by the office, listed by the supervisor, handed out by the warehouse."""
    people.done("liang.my", "/api/contracts", CONTRACT)
    whole.settle()
    came = {"line_no": 1, "sku": "WC-100", "quantity": 2, "waybill": "YD8601"}
    people.done("mai.gh", f"/api/goods/{NO}/arrivals", came)
    whole.settle()
    hand = {"receipt_no": "QS-8601", "lines": [{"line_no": 1, "quantity": 2}], "signed_by": "欧阳慧"}
    assert people.refused("liang.my", f"/api/contracts/{NO}/deliveries", hand) == (409, "B9")

    office = signed_in(chromium, whole, "liang.my")
    office.goto("/pickups")
    expect(office.locator("#pickups")).to_be_visible()
    assert faults(office) == []
    office.goto(f"/orders/{NO}")
    office.locator("#act-pick-up > summary").click()
    office.locator('#act-pick-up [name="on"]').fill(TODAY.isoformat())
    kept(office, "pickup-arrange-office")
    office.locator("#act-pick-up").get_by_role("button", name="约好").click()
    expect(office.locator("#jobs")).to_contain_text("待自提")

    supervisor, keeper = signed_in(chromium, whole, "tan.zw"), signed_in(chromium, whole, "mai.gh")
    supervisor.goto("/pickups")
    row = supervisor.locator(f'[id="row-{JOB}"]')
    expect(row).to_contain_text("待主管开单")
    kept(supervisor, "pickup-list-supervisor")
    row.get_by_role("button", name="开自提单").click()
    expect(row).to_contain_text(f"ZT{TODAY:%Y%m%d}-{NO}-1")
    assert faults(supervisor) == []

    keeper.goto("/pickups")
    mine = keeper.locator(f'[id="row-{JOB}"]')
    mine.locator("summary", has_text="点交").click()
    form = mine.locator("form", has_text="谁来取")
    form.locator('[name="collected_by"]').fill("欧阳慧")
    form.locator('[name="identity"]').fill("身份证尾号 1234")
    kept(keeper, "pickup-hand-out-warehouse")
    assert faults(keeper) == []
    form.get_by_role("button", name="已交货、已签名").click()
    expect(mine).to_have_count(0)
    keeper.goto(f"/forms/pick-up/{JOB}")
    expect(keeper.locator("body")).to_contain_text("身份证尾号 1234")
    kept(keeper, "pickup-paper")
    whole.settle()

    seen = people["he.jx"].get(f"/api/contracts/{NO}").json()
    assert (seen["state"], seen["lines"][0]["owed"], seen["todo"]) == ("delivered", 0, ["installation"])
    goods = people["mai.gh"].get(f"/api/goods/{NO}").json()
    assert [(line["here"], line["issued"]) for line in goods["lines"]] == [(0, 2)]
    assert people["he.jx"].get(f"/api/jobs/I-{NO}").json()["kind"] == "installation"
    office.goto(f"/orders/{NO}")
    expect(office.locator("#history")).to_contain_text("自提点交")
    expect(office).to_have_url(re.compile(f"/orders/{NO}$"))
    kept(office, "pickup-done-office")
    for page in (office, supervisor, keeper):
        page.context.close()
    findings = whole.json("verify", "books")["findings"]
    assert [one for one in findings if NO in one["where"]] == []
