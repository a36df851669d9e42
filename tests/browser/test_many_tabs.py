"""Many pages of one browser: one stream for what all show, whoever is closed; without one they ask (DESIGN §7)."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from harness.browsing import signed_in
from playwright.sync_api import Browser, Page, expect

from contracts.civil_time import civil_day
from runtime.clock import utc_now

pytestmark = [pytest.mark.kafka, pytest.mark.browser, pytest.mark.slow]

TODAY = civil_day(utc_now())
PLACES = ["/orders"] * 4 + ["/warehouse/shortages", f"/board?date={TODAY}", f"/board?date={TODAY}&view=list"]


def a_contract(number: str, name: str) -> dict[str, Any]:
    """A contract as the API takes it: in the list of orders as soon as it is signed."""
    line = {"line_no": 1, "sku": "WC-100", "name": "坐便器", "spec": "标准", "category": "卫浴", "quantity": 2}
    return {
        "contract_no": number,
        "store_code": "S02",
        "store_name": "南海店",
        "signed_on": TODAY.isoformat(),
        "customer": {"name": name, "phone": "17712633920", "address": "佛山市南海区1号", "district": "南海区"},
        "promised_on": (TODAY + timedelta(days=20)).isoformat(),
        "amount_due_fen": 0,
        "lines": [{**line, "unit_price_fen": 60_000, "to_install": True}],
    }


@pytest.fixture
def tabs(chromium: Browser, whole: Any) -> Iterator[list[Page]]:
    """Seven tabs of the manager's browser, all loaded: one connection more than a browser opens to a host."""
    first = signed_in(chromium, whole, "guan.yf")
    pages = [first, *(first.context.new_page() for _ in PLACES[1:])]
    for page, place in zip(pages, PLACES, strict=True):
        page.goto(place)
        expect(page.locator("#live")).to_have_attribute("data-state", "on")
    yield pages
    first.context.close()


def shows(pages: list[Page], number: str) -> None:
    """Each of these lists of orders shows a contract, without being loaded again."""
    for page in pages:
        expect(page.locator(f'a[href="/orders/{number}"]').first).to_be_visible()
        assert page.evaluate("window.mark") == "not loaded again"


def test_all_of_seven_tabs_are_told_and_the_first_to_come_may_go(tabs: list[Page], whole: Any, people: Any) -> None:
    """DESIGN §7: the tab that began the stream is closed, then all but one; a tab that comes later is told too."""
    lists = [page for page in tabs if page.url.endswith("/orders")]
    for page in lists:
        page.evaluate("window.mark = 'not loaded again'")
    people.done("liang.my", "/api/contracts", a_contract("HT92000001", "唐一"))
    shows(lists, "HT92000001")

    tabs[0].close()
    people.done("liang.my", "/api/contracts", a_contract("HT92000002", "唐二"))
    shows(lists[1:], "HT92000002")

    late = tabs[1].context.new_page()
    late.goto("/orders")
    late.evaluate("window.mark = 'not loaded again'")
    for page in tabs[2:]:
        page.close()
    people.done("liang.my", "/api/contracts", a_contract("HT92000003", "唐三"))
    shows([lists[1], late], "HT92000003")


def test_a_browser_holds_one_stream_for_all_its_tabs(tabs: list[Page]) -> None:
    """DESIGN §7: the worker that the tabs share holds it; none of them asks for one of its own."""
    asked = 'performance.getEntriesByType("resource").filter((one) => one.name.includes("/live/")).length'
    assert [page.evaluate(asked) for page in tabs] == [0] * len(tabs)
    assert tabs[0].evaluate("fetch('/orders').then((answer) => answer.status)") == 200


@pytest.mark.parametrize("lacking", ["SharedWorker", "stream"])
def test_pages_go_on_by_asking_where_they_cannot_share_or_get_a_stream(
    chromium: Browser, whole: Any, people: Any, lacking: str
) -> None:
    """DESIGN §7: an old browser; a person whose streams are all taken."""
    page = signed_in(chromium, whole, "guan.yf")
    if lacking == "SharedWorker":
        page.context.add_init_script("delete window.SharedWorker")
    else:
        page.context.route("**/live/together*", lambda route: route.fulfill(status=429, headers={"Retry-After": "5"}))
    page.goto("/orders")
    page.evaluate("window.mark = 'not loaded again'")
    expect(page.locator("#live")).to_have_attribute("data-state", "on")
    number = "HT92000011" if lacking == "stream" else "HT92000012"
    people.done("liang.my", "/api/contracts", a_contract(number, "唐四"))
    shows([page], number)
    page.goto(f"/board?date={TODAY}")
    expect(page.locator("#live")).to_have_attribute("data-state", "on")
    page.context.unroute_all(behavior="ignoreErrors")  # it goes on asking
    page.context.close()


def test_pages_outlive_the_loss_of_their_stream(chromium: Browser, whole: Any, people: Any) -> None:
    """DESIGN §7: the server goes and comes back; the pages say so and go on."""
    page = signed_in(chromium, whole, "guan.yf")
    page.goto("/orders")
    page.evaluate("window.mark = 'not loaded again'")
    expect(page.locator("#live")).to_have_attribute("data-state", "on")
    whole.application.stop()
    expect(page.locator("#live")).to_have_attribute("data-state", "off")
    with ThreadPoolExecutor(1) as thread:  # the browser's own loop runs in this one
        thread.submit(asyncio.run, whole.application.start().ready()).result()
    people.done("liang.my", "/api/contracts", a_contract("HT92000020", "唐五"))
    expect(page.locator("#live")).to_have_attribute("data-state", "on")
    shows([page], "HT92000020")
    page.context.close()
