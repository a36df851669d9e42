"""The board's tools in Chromium: clashes and ways out, undo, proposal, absence, history, week, looking back."""

import re
from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any

import pytest
from harness.browsing import faults, signed_in
from harness.whole import People
from playwright.sync_api import Browser, Locator, Page, expect

from contracts.civil_time import civil, civil_day
from runtime.clock import utc_now

pytestmark = [pytest.mark.kafka, pytest.mark.browser, pytest.mark.slow]

TODAY = civil_day(utc_now())
DAY = TODAY + timedelta(days=23)
READY = dict.fromkeys(("switch_panels", "angle_valves", "ceiling", "water_power", "gas", "kitchen_cleared"), True)
CUSTOMERS = {"HT93000001": ("冷霜", "am"), "HT93000002": ("娄敏", None), "HT93000003": ("漆红", None)}


@pytest.fixture(scope="module", autouse=True)
def booked(whole: Any) -> Iterator[None]:
    """Three deliveries that wait for a place on a day of their own; one customer wants the morning."""
    people = People(whole)
    line = {"line_no": 1, "sku": "WC-100", "name": "坐便器", "spec": "标准", "category": "卫浴", "quantity": 1}
    for number, (name, _) in CUSTOMERS.items():
        contract = {
            "contract_no": number,
            "store_code": "S02",
            "store_name": "南海店",
            "signed_on": "2026-03-01",
            "customer": {"name": name, "phone": "17712633920", "address": f"{name}家1号", "district": "南海区"},
            "promised_on": DAY.isoformat(),
            "amount_due_fen": 0,
            "lines": [{**line, "unit_price_fen": 100, "to_install": False}],
        }
        people.done("liang.my", "/api/contracts", contract)
    whole.settle()
    for number in CUSTOMERS:
        arrival = {"line_no": 1, "sku": "WC-100", "quantity": 1, "waybill": "YD0001"}
        at = civil(TODAY - timedelta(days=8), time(9)).isoformat()
        people.done("mai.gh", f"/api/goods/{number}/arrivals", {**arrival, "at": at})
    whole.settle()
    for number, (_, half) in CUSTOMERS.items():
        people.done("he.jx", f"/api/jobs/D-{number}/booking", {"checklist": READY, "on": DAY.isoformat(), "half": half})
    whole.settle()
    yield
    people.close()


def board(chromium: Browser, whole: Any, person: str = "tan.zw", more: str = "") -> Page:
    """Somebody's board of the day."""
    page = signed_in(chromium, whole, person)
    page.goto(f"/board?date={DAY}{more}")
    expect(page.locator("#board")).to_be_visible()
    return page


def cell(page: Page, crew: str, half: str) -> Locator:
    """A crew's half-day."""
    return page.locator(f'.cell[data-crew="{crew}"][data-half="{half}"]')


def card(within: Page | Locator, name: str) -> Locator:
    """A customer's card, once it is confirmed where it is."""
    return within.locator(f'.card[data-name="{name}"]:not(.ghost, .held)')


def move(page: Page, name: str, crew: str, half: str) -> None:
    """By the dialog (M)."""
    card(page, name).focus()
    page.keyboard.press("m")
    page.locator("#move [name=crew]").select_option(crew)
    page.locator("#move [name=half]").select_option(half)
    page.locator("#move button[value=go]").click()


def close(*pages: Page) -> None:
    """Done with them."""
    for page in pages:
        page.context.close()


def test_a_clash_is_told_whole_and_forced_by_a_supervisor_only(chromium: Browser, whole: Any) -> None:
    """B8: the customer wants the morning; then undone and done again, seen in another browser."""
    theirs = board(chromium, whole, "he.jx")
    move(theirs, "冷霜", "S1", "pm")
    expect(theirs.locator("#conflict .clash")).to_contain_text(["与客户约的是上午"])
    expect(theirs.locator("#conflict [data-way=force]")).to_be_disabled()
    assert faults(theirs) == []
    theirs.keyboard.press("Escape")
    expect(card(theirs.locator(".back"), "冷霜")).to_be_visible()
    mine = board(chromium, whole)
    move(mine, "冷霜", "S1", "pm")
    mine.locator("#conflict [data-way=force]").click()
    mine.locator("#reason-form [name=reason]").fill("客户电话里同意下午")
    mine.locator("#reason button[value=go]").click()
    for page in (mine, theirs):
        expect(card(cell(page, "S1", "pm"), "冷霜")).to_be_visible()
    whole.settle()
    mine.locator("[data-plan=undo]").click()
    for page in (mine, theirs):
        expect(card(page.locator(".back"), "冷霜")).to_be_visible()
    whole.settle()
    mine.keyboard.press("Control+y")
    for page in (mine, theirs):
        expect(card(cell(page, "S1", "pm"), "冷霜")).to_be_visible()
    whole.settle()
    theirs.locator("[data-plan=history]").click()
    expect(theirs.locator("#plan-box [data-rows] li")).to_have_count(3)
    assert faults(theirs) == []
    close(mine, theirs)


def test_a_proposal_is_accepted_in_part_and_a_card_moved_by_keys(chromium: Browser, whole: Any) -> None:
    """B4 B8"""
    page = board(chromium, whole)
    page.locator("[data-plan=proposal]").click()
    offered = page.locator("#plan-box [data-rows] label")
    expect(offered.filter(has_text="漆红")).to_be_visible()
    for label in offered.all():
        label.locator("input").set_checked("漆红" in label.inner_text())
    page.locator("#plan-box [data-go]").click()
    placed = card(page.locator(".lane"), "漆红")
    expect(placed).to_be_visible()
    expect(card(page.locator(".back"), "娄敏")).to_be_visible()
    half, crew = placed.get_attribute("data-half"), placed.get_attribute("data-crew")
    other = "pm" if half == "am" else "am"
    placed.focus()
    page.keyboard.press(" ")
    page.keyboard.press("ArrowDown" if half == "am" else "ArrowUp")
    expect(page.locator("#say")).to_contain_text("上午" if other == "am" else "下午")
    page.keyboard.press(" ")
    expect(card(cell(page, str(crew), other), "漆红")).to_be_visible()
    close(page)


def test_an_absent_crews_stops_are_looked_at_and_redistributed(chromium: Browser, whole: Any, people: Any) -> None:
    """B8: to whom, how much further; then done in one change."""
    slot = {"on": DAY.isoformat(), "half": "am", "crew": "S2"}
    people.done("tan.zw", "/api/jobs/D-HT93000002/slot", slot)
    page = board(chromium, whole)
    expect(card(cell(page, "S2", "am"), "娄敏")).to_be_visible()
    page.locator('[data-plan=absent][data-crew="S2"]').click()
    page.locator("#absence [name=reason]").fill("发烧")
    page.locator("#absence button[value=go]").click()
    expect(page.locator("#plan-box")).to_contain_text("娄敏")
    page.locator("#plan-box [data-go]").click()
    expect(card(page.locator('.cell[data-crew="S1"]'), "娄敏")).to_be_visible()
    expect(page.locator("#head-S2")).to_contain_text("发烧")
    page.locator('[data-plan=present][data-crew="S2"]').click()
    expect(page.locator("#head-S2")).not_to_contain_text("发烧")
    close(page)


def test_looking_back_goes_from_change_to_change_and_only_looks(chromium: Browser, whole: Any) -> None:
    """X2: known then or known now; ticks by arrow keys; nothing can be moved; back to now."""
    page = signed_in(chromium, whole, "tan.zw")
    page.goto(f"/board?date={DAY}")
    page.get_by_text("回看").first.click()
    expect(page.locator("#asof")).to_be_visible()
    ticks = [int(str(tick.get_attribute("value"))) for tick in page.locator("#asof-ticks option").all()]
    assert ticks != []
    page.goto(page.url.split("&as_of")[0] + f"&as_of={TODAY}T00:00&known=happened")
    expect(page.locator("#asof")).to_have_value("0")
    page.locator("#asof").focus()
    page.keyboard.press("ArrowRight")
    expect(page).not_to_have_url(re.compile("T00(:|%3A)00"))
    page.goto(f"/board?date={DAY}&as_of={TODAY}T00:00&known=happened")
    expect(page.locator("[data-plan=undo], [data-act=publish], [data-act=move]")).to_have_count(0)
    assert faults(page) == []
    page.get_by_text("回到现在").click()
    expect(page.locator("#stream")).to_have_count(1)
    close(page)


def test_week_filter_language_and_dark_on_wide_and_narrow(chromium: Browser, whole: Any) -> None:
    """B4, X5: the filter lives in the address; axe finds nothing."""
    page = board(chromium, whole, more="&find=HT93000003")
    expect(card(page, "漆红")).to_be_visible()
    page.locator("#find").fill("娄敏")
    expect(card(page, "漆红")).to_be_hidden()
    page.reload()
    expect(page.locator("#find")).to_have_value("娄敏")
    expect(card(page, "漆红")).to_be_hidden()
    page.goto(f"/board?date={DAY}&view=week")
    expect(card(page, "漆红")).to_be_visible()
    assert faults(page) == []
    page.goto(f"/board?date={DAY}&lang=en&theme=dark")
    assert faults(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert faults(page) == []
    close(page)
