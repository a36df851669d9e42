"""Two depots on real Kafka and in Chromium: each contract goes out with its own depot's crew, the board and the
warehouse show one depot or both, and whoever works in one does nothing in the other (D17)."""

import asyncio
import os
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from harness.browsing import faults, signed_in
from harness.depots import people_of_both, two_depots
from harness.stacks import local_stack, stop_stack
from harness.whole import People, Whole
from playwright.sync_api import Browser, Page, expect

from contracts.civil_time import civil_day
from runtime.clock import utc_now

pytestmark = [pytest.mark.kafka, pytest.mark.browser, pytest.mark.slow]

TODAY = civil_day(utc_now())
DAY = TODAY + timedelta(days=4)
HERE, THERE = "HT98800001", "HT98800002"
READY = dict.fromkeys(("switch_panels", "angle_valves", "ceiling", "water_power", "gas", "kitchen_cleared"), True)
LINE = {"line_no": 1, "sku": "WC-9880", "name": "坐便器", "spec": "700", "category": "卫浴", "quantity": 2}


def contract(number: str, name: str, district: str) -> dict[str, object]:
    """A contract of a customer in that district."""
    return {
        "contract_no": number,
        "store_code": "S02",
        "store_name": "南海店",
        "signed_on": str(TODAY - timedelta(days=20)),
        "customer": {"name": name, "phone": "17712633962", "address": "大良街道1号", "district": district},
        "promised_on": str(TODAY + timedelta(days=10)),
        "amount_due_fen": 0,
        "lines": [{**LINE, "unit_price_fen": 5_000, "to_install": True}],
    }


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """The running system of a company with a second depot, its crews and its keeper."""
    home = tmp_path_factory.mktemp("two-depots")
    stack = asyncio.run(local_stack(home / "stack"))
    made = Whole(stack, home, SONGDA_POLICIES=str(two_depots(home)), SONGDA_PEOPLE=str(people_of_both(home)))
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


def test_each_contract_goes_out_from_its_own_depot(company: Whole) -> None:
    """D17 B4 B8 A3 C18: from the contracts to both depots' published days, runs and lists."""
    people = People(company)
    for number, name, district in ((HERE, "马娜", "南海区"), (THERE, "欧阳慧", "顺德区")):
        people.done("liang.my", "/api/contracts", contract(number, name, district))
    company.settle()
    came = {"line_no": 1, "sku": "WC-9880", "quantity": 2, "waybill": "YD98800001", "arrived_on": str(TODAY)}
    assert people.refused("lan.sd", f"/api/goods/{HERE}/arrivals", came) == (403, "D17")
    people.done("mai.gh", f"/api/goods/{HERE}/arrivals", came)
    people.done("lan.sd", f"/api/goods/{THERE}/arrivals", came)
    company.settle()
    for number in (HERE, THERE):
        booking = {"checklist": READY, "on": str(DAY), "half": "am"}
        people.done("he.jx", f"/api/jobs/D-{number}/booking", booking)
    company.settle()
    place = {"on": str(DAY), "half": "am"}
    assert people.refused("he.jx", f"/api/jobs/D-{THERE}/slot", {**place, "crew": "S1"}) == (409, "D17")
    people.done("he.jx", f"/api/jobs/D-{HERE}/slot", {**place, "crew": "S1"})
    people.done("he.jx", f"/api/jobs/D-{THERE}/slot", {**place, "crew": "D1"})
    company.settle()
    days = [people["he.jx"].get(f"/api/days/{DAY}", params={"depot": one}).json() for one in ("main", "shunde")]
    assert [{slot["job_id"] for slot in day["slots"]} for day in days] == [{f"D-{HERE}"}, {f"D-{THERE}"}]
    people.done("he.jx", f"/api/days/{DAY}/publish?depot=shunde")
    company.settle()
    run = people["lan.sd"].get(f"/api/runs/{DAY}/D1").json()
    assert (run["depot"], [stop["job_id"] for stop in run["stops"]]) == ("shunde", [f"D-{THERE}"])
    assert people["lan.sd"].get(f"/api/picklists/{DAY}", params={"depot": "shunde"}).status_code == 200
    assert people["lan.sd"].get(f"/api/picklists/{DAY}").status_code == 404
    assert people["he.jx"].get(f"/api/jobs/D-{HERE}").json()["edition"] is None
    people.close()


def test_a_dispatcher_chooses_a_depot_and_the_choice_stays(company: Whole, chromium: Browser) -> None:
    """D17 B4: all to look at, one to plan; in the address, and remembered for the next page."""
    page = signed_in(chromium, company, "he.jx")
    page.goto(f"/board?date={DAY}")
    choice, lanes = page.locator("#depots"), page.locator(".lane")
    expect(choice.locator("[aria-current]")).to_have_text("全部仓库")
    expect(lanes).to_have_count(7)
    expect(page.locator("main")).to_contain_text("要排单，请先选一个仓库")
    assert page.locator('[data-act="publish"]').count() == 0
    kept(page, "board-all-depots")
    assert faults(page) == []

    choice.get_by_text("总仓").click()
    expect(lanes).to_have_count(5)
    expect(page).to_have_url(re.compile(r"depot=main"))
    expect(page.locator(f"#job-D-{HERE}")).to_be_visible()
    expect(page.locator(f"#job-D-{THERE}")).to_have_count(0)
    expect(page.locator("#status")).to_have_attribute("data-state", "draft")
    choice.get_by_text("顺德仓").click()
    expect(lanes).to_have_count(2)
    expect(page.locator(f"#job-D-{THERE}")).to_be_visible()
    expect(page.locator("#status")).to_have_attribute("data-state", "published")
    page.locator('[data-plan="history"]').click()
    expect(page.locator("#plan-box")).to_contain_text("欧阳慧")
    kept(page, "board-shunde")
    assert faults(page) == []
    page.keyboard.press("Escape")

    page.goto(f"/board?date={DAY}")
    expect(lanes).to_have_count(2)
    page.goto(f"/board?date={DAY}&view=week")
    expect(page.locator("#week tbody tr")).to_have_count(2)
    kept(page, "week-shunde")
    page.goto(f"/board?date={DAY + timedelta(days=1)}")
    expect(page.locator("#none")).to_be_visible()
    page.goto(f"/board?date={DAY}&depot=main")
    page.locator('[data-act="publish"]').click()
    publish = page.locator('[data-act="publish-anyway"]')
    if publish.is_visible():
        publish.click()
    expect(page.locator("#status")).to_have_attribute("data-state", "published")
    page.goto(f"/forms/schedule/{DAY}?depot=shunde")
    expect(page.locator(".heads")).to_contain_text("顺德仓")
    kept(page, "schedule-shunde")
    page.context.close()


def test_a_keeper_sees_the_own_depots_list_first_and_gives_its_feedback(company: Whole, chromium: Browser) -> None:
    """D17 B6 C18: the person's depot is where pages begin; the other one's is only looked at."""
    page = signed_in(chromium, company, "lan.sd")
    page.goto(f"/warehouse?date={DAY}")
    expect(page.locator("#depots [aria-current]")).to_have_text("顺德仓")
    expect(page.locator("#load-D1")).to_contain_text(THERE)
    kept(page, "picking-shunde")
    assert faults(page) == []
    page.get_by_role("button", name="提交反馈").or_(page.locator('form[data-api*="feedback"] button.go')).first.click()
    expect(page.locator("#loads")).to_contain_text("已反馈")
    page.goto(f"/forms/sorting-sheet/{DAY}/D1")
    expect(page.locator(".heads").first).to_contain_text("顺德仓")
    kept(page, "sorting-sheet-shunde")
    for name, path in (
        ("counts", "/warehouse/counts"),
        ("shortages", "/warehouse/shortages"),
        ("stock", "/warehouse/stock"),
    ):
        page.goto(path)
        kept(page, f"{name}-keeper-shunde")
        assert faults(page) == []
    page.goto(f"/warehouse?date={DAY}&depot=main")
    expect(page.locator("#load-S1")).to_contain_text(HERE)
    assert page.locator('form[data-api*="feedback"]').count() == 0
    kept(page, "picking-main-looked-at")
    page.context.close()

    leader = signed_in(chromium, company, "fang.jh")
    leader.goto("/crew")
    kept(leader, "crew-shunde")
    leader.context.close()
