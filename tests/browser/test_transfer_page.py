"""A company with two depots on real Kafka and in Chromium: goods that came to the wrong depot are counted out of it and
into the other, two pieces lack, two people agree what became of them, and the books add up (D17)."""

import asyncio
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from harness.browsing import faults, signed_in
from harness.depots import two_depots
from harness.stacks import local_stack, stop_stack
from harness.whole import People, Whole
from playwright.sync_api import Browser, Page, expect

from contracts.civil_time import civil_day
from runtime.clock import utc_now

pytestmark = [pytest.mark.kafka, pytest.mark.browser, pytest.mark.slow]

NO = "HT98700001"
TODAY = civil_day(utc_now())
LINE = {"line_no": 1, "sku": "TC-9870", "name": "抛光砖", "spec": "600x600", "category": "陶瓷", "quantity": 10}
CONTRACT = {
    "contract_no": NO,
    "store_code": "S02",
    "store_name": "南海店",
    "signed_on": str(TODAY - timedelta(days=20)),
    "customer": {"name": "欧阳慧", "phone": "17712633962", "address": "大良街道1号", "district": "顺德区"},
    "promised_on": str(TODAY + timedelta(days=10)),
    "amount_due_fen": 0,
    "lines": [{**LINE, "unit_price_fen": 5_000, "to_install": False}],
}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """The running system of a company whose policy has a second depot from the first day on."""
    home = tmp_path_factory.mktemp("two-depots")
    stack = asyncio.run(local_stack(home / "stack"))
    made = Whole(stack, home, SONGDA_POLICIES=str(two_depots(home)))
    try:
        made.application.start()
        asyncio.run(made.application.ready())
        yield made
    finally:
        made.application.end()
        asyncio.run(stop_stack(stack))


def kept(page: Page, name: str) -> None:
    """Where somebody looks at pages by eye, a picture of it."""
    folder = os.environ.get("SONGDA_TEST_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_pieces_in_the_wrong_depot_are_counted_out_and_in_and_two_people_agree_on_what_lacks(
    company: Whole, chromium: Browser
) -> None:
    """D17 A3 A9 B23 D13 X9: from the slip in the one depot to the contract's goods in the other."""
    people = People(company)
    people.done("liang.my", "/api/contracts", CONTRACT)
    company.settle()
    of = {"contract_no": NO, "contract_line_no": 1, "lot": "C88"}
    slip = {"line_no": 1, "sku": "TC-9870", "name": "抛光砖", "quantity": 10, **of}
    body = {"slip_no": "RK9870", "reason": "purchase", "source": "某厂", "depot": "main", "lines": [slip]}
    people.done("su.kj", "/api/inbound", body)
    people.done("mai.gh", "/api/inbound/RK9870/check", {"lines": [{"line_no": 1, "counted": 10}]})
    people.done("mai.gh", "/api/inbound/RK9870/put-aways", {"line_no": 1, "quantity": 10, "bin": "B-01-1"})
    company.settle()
    assert goods_of(people)["missing"] == 10

    keeper = signed_in(chromium, company, "mai.gh")
    keeper.goto("/warehouse/transfers?state=ready")
    assert faults(keeper) == []
    kept(keeper, "transfers-keeper")
    keeper.locator("#transfers tbody a.mono").first.click()
    keeper.locator("#send > summary").click()
    keeper.locator('#send [name="quantity"]').fill("10")
    keeper.locator('#send [name="carrier"]').fill("粤E·5D430 陈师傅")
    kept(keeper, "transfer-send-keeper")
    assert faults(keeper) == []
    keeper.get_by_role("button", name="发出", exact=True).click()
    expect(keeper.locator("#head")).to_contain_text("在途")
    expect(keeper.locator("#do")).to_contain_text("收货由另一个人点")

    receiver = signed_in(chromium, company, "lu.qc")
    receiver.goto("/inbox")
    expect(receiver.locator("main")).to_contain_text("调拨在途，等点数收货")
    receiver.goto(keeper.url)
    receiver.locator("#receive > summary").click()
    receiver.locator('#receive [name="good"]').fill("7")
    receiver.locator('#receive [name="damaged"]').fill("1")
    receiver.locator('#receive [name="bin"]').fill("S-01-1")
    kept(receiver, "transfer-receive-qc")
    assert faults(receiver) == []
    receiver.get_by_role("button", name="收货", exact=True).click()
    expect(receiver.locator("#head")).to_contain_text("两头点数不同")
    expect(receiver.locator("#transfer")).to_contain_text("少 2 件")
    explain = receiver.locator('details:has(form[data-api$="/explanations"])')
    explain.locator("summary").click()
    explain.locator('[name="cause"]').select_option("lost")
    explain.locator('[name="answers"]').select_option("carrier")
    explain.locator('[name="reason"]').fill("途中掉落，承运认赔")
    explain.get_by_role("button").last.click()
    expect(receiver.locator("#head")).to_contain_text("差异等同意")

    accountant = signed_in(chromium, company, "su.kj")
    accountant.goto(keeper.url)
    kept(accountant, "transfer-agree-accountant")
    assert faults(accountant) == []
    accountant.get_by_role("button", name="同意", exact=True).click()
    expect(accountant.locator("#head")).to_contain_text("差异已处理")
    accountant.goto(f"/forms/transfer/{keeper.url.rpartition('/')[2]}")
    expect(accountant.locator("main")).to_contain_text("C88")
    kept(accountant, "transfer-paper-accountant")
    company.settle()

    stock = people["mai.gh"].get("/api/stock/TC-9870", params={"depot": "shunde"}).json()
    assert (stock["on_hand"], stock["held"], stock["pending"]) == (8, 7, 1)
    assert people["mai.gh"].get("/api/stock/TC-9870").json()["on_hand"] == 0
    line = goods_of(people)["lines"][0]
    assert (line["here"], line["missing"], line["lots"]) == (7, 3, [{"lot": "C88", "here": 7, "outside": 0}])
    assert company.json("verify", "books")["findings"] == []
    for page in (keeper, receiver, accountant):
        page.context.close()
    people.close()


def goods_of(people: People) -> dict[str, Any]:
    """Where the contract's pieces are."""
    answer: dict[str, Any] = people["mai.gh"].get(f"/api/goods/{NO}").json()
    return answer
