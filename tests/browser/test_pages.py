"""The pages in Chromium, on the running system: what a dispatcher sees, does and is refused, two of them looking on."""

from datetime import timedelta
from typing import Any

import pytest
from harness.browsing import signed_in
from playwright.sync_api import Browser, Route, expect

from contracts.civil_time import civil_day
from runtime.clock import utc_now

pytestmark = [pytest.mark.kafka, pytest.mark.browser, pytest.mark.slow]

DAY = civil_day(utc_now()) + timedelta(days=3)
READY = dict.fromkeys(("switch_panels", "angle_valves", "ceiling", "water_power", "gas", "kitchen_cleared"), True)


def a_bookable_contract(whole: Any, people: Any, contract_no: str, name: str) -> None:
    """A contract whose goods are there, booked for tomorrow."""
    line = {"line_no": 1, "sku": "WC-100", "name": "坐便器", "spec": "标准", "category": "卫浴", "quantity": 1}
    contract = {
        "contract_no": contract_no,
        "store_code": "S02",
        "store_name": "南海店",
        "signed_on": "2026-03-01",
        "customer": {"name": name, "phone": "17712633920", "address": "佛山市南海区1号", "district": "南海区"},
        "promised_on": DAY.isoformat(),
        "amount_due_fen": 0,
        "lines": [{**line, "unit_price_fen": 100, "to_install": False}],
    }
    people.done("liang.my", "/api/contracts", contract)
    whole.settle()
    day = DAY - timedelta(days=8)
    arrival = {"line_no": 1, "sku": "WC-100", "quantity": 1, "waybill": "YD0001", "arrived_on": day.isoformat()}
    people.done("mai.gh", f"/api/goods/{contract_no}/arrivals", arrival)
    whole.settle()
    call = f"{DAY - timedelta(days=4)}T10:00:00+08:00"
    booking = {"checklist": READY, "on": DAY.isoformat(), "half": "am", "at": call}
    people.done("he.jx", f"/api/jobs/D-{contract_no}/booking", booking)
    whole.settle()


def test_a_card_is_planned_by_drag_and_the_other_dispatcher_sees_it(chromium: Browser, whole: Any, people: Any) -> None:
    """B4 B8: from the backlog into a crew's half-day; live in a second browser; still there after a reload."""
    a_bookable_contract(whole, people, "HT96000001", "唐小雨")
    mine, theirs = signed_in(chromium, whole, "he.jx"), signed_in(chromium, whole, "tan.zw")
    for page in (mine, theirs):
        page.goto(f"/board?date={DAY}")
        expect(page.locator(".back .card", has_text="唐小雨")).to_be_visible()
    card, cell = mine.locator(".back .card", has_text="唐小雨"), mine.locator(".lane").first.locator(".cell").first
    card.scroll_into_view_if_needed()
    start, end = card.bounding_box(), cell.bounding_box()
    assert start is not None
    assert end is not None
    mine.mouse.move(start["x"] + 40, start["y"] + 20)
    mine.mouse.down()
    mine.mouse.move(start["x"] + 80, start["y"] + 40, steps=4)
    mine.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=8)
    mine.mouse.up()
    for page in (mine, theirs):
        expect(page.locator(".lane").first.locator(".card", has_text="唐小雨")).to_be_visible()
        expect(page.locator(".back .card", has_text="唐小雨")).to_have_count(0)
    theirs.reload()
    expect(theirs.locator(".lane").first.locator(".card", has_text="唐小雨")).to_be_visible()
    mine.context.close()
    theirs.context.close()


@pytest.mark.parametrize("script", ["hx-sse", "page.js"])
def test_a_board_is_live_in_whatever_order_its_scripts_arrive(chromium: Browser, whole: Any, script: str) -> None:
    """htmx begins when all are there; begun too soon, it would never open the stream."""
    page = signed_in(chromium, whole, "he.jx")

    def late(route: Route) -> None:
        page.wait_for_timeout(1_000)
        route.continue_()

    page.route(f"**/*{script}*", late)
    page.goto(f"/board?date={DAY}")
    expect(page.locator("#live")).to_have_attribute("data-state", "on")
    page.unroute_all(behavior="ignoreErrors")
    page.context.close()


def test_a_board_of_an_empty_day_says_so(chromium: Browser, whole: Any) -> None:
    """B4: what would be here; and no error on the page."""
    page = signed_in(chromium, whole, "he.jx")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"/board?date={DAY + timedelta(days=30)}")
    expect(page.locator(".empty:visible").first).to_be_visible()
    expect(page.locator(".lane")).to_have_count(5)
    assert errors == []
    page.context.close()


def test_a_customer_named_like_a_script_is_a_name(chromium: Browser, whole: Any, people: Any) -> None:
    """C18: text is shown, never run."""
    a_bookable_contract(whole, people, "HT96000002", "<img src=x onerror=window.hit=1>")
    page = signed_in(chromium, whole, "he.jx")
    page.goto(f"/board?date={DAY}")
    expect(page.locator(".card", has_text="<img src=x").first).to_be_visible()
    assert page.evaluate("window.hit === undefined")
    page.context.close()


def test_the_assessment_opens_from_a_figure_to_its_events(chromium: Browser, whole: Any, people: Any) -> None:
    """K2 X1: every figure is a link, in one click, to what proves it."""
    a_bookable_contract(whole, people, "HT96000003", "高明")
    month = (DAY - timedelta(days=3)).strftime("%Y-%m")
    page = signed_in(chromium, whole, "guan.yf")
    page.goto(f"/assessment?month={month}")
    expect(page.locator("h1")).to_contain_text("考核")
    figure = page.locator("tr", has_text="K2").locator("a.fig").first
    figure.click()
    expect(page.locator("body")).to_contain_text("HT96000003")
    page.context.close()


def test_somebody_who_is_not_signed_in_is_led_to_the_login(chromium: Browser, whole: Any) -> None:
    """C18"""
    page = signed_in(chromium, whole, None)
    page.goto(f"/board?date={DAY}")
    expect(page).to_have_url(f"{whole.application.url}/login?next=/board%3Fdate%3D{DAY}")
    page.context.close()
