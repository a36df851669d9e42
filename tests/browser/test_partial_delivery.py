"""A contract that is delivered in two parts, on real Kafka: what is here goes ahead, the rest is owed and seen on its
page, and comes once it is here; the books add up (A3, A9, A10)."""

import os
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from harness.browsing import faults, signed_in
from playwright.sync_api import Browser, Page, expect

from contracts.civil_time import civil, civil_day
from runtime.clock import utc_now

pytestmark = [pytest.mark.kafka, pytest.mark.browser, pytest.mark.slow]

NO = "HT98500001"
TODAY = civil_day(utc_now())
FIRST, SECOND = TODAY - timedelta(days=15), TODAY - timedelta(days=9)
READY = dict.fromkeys(("switch_panels", "angle_valves", "ceiling", "water_power", "gas", "kitchen_cleared"), True)
LINE = {"line_no": 1, "sku": "WC-100", "name": "连体坐便器", "spec": "700x390x650", "category": "卫浴", "quantity": 3}
CONTRACT = {
    "contract_no": NO,
    "store_code": "S02",
    "store_name": "南海店",
    "signed_on": str(TODAY - timedelta(days=40)),
    "customer": {"name": "区敏仪", "phone": "17712633961", "address": "海八东路150号", "district": "南海区"},
    "promised_on": str(SECOND),
    "amount_due_fen": 0,
    "lines": [{**LINE, "unit_price_fen": 135_000, "to_install": True}],
}


def moment(on: date, hour: int, minute: int = 0) -> str:
    return civil(on, time(hour, minute)).isoformat()


def arrives(whole: Any, people: Any, quantity: int, waybill: str, on: date) -> None:
    body = {"line_no": 1, "sku": "WC-100", "quantity": quantity, "waybill": waybill, "at": moment(on, 9)}
    people.done("mai.gh", f"/api/goods/{NO}/arrivals", body)
    whole.settle()


def on_the_road(whole: Any, people: Any, job: str, on: date, pieces: int, *, keeper: Page | None = None) -> None:
    """Placed, published, counted by the list (by the keeper on their page, or by the API), and away."""
    before, run = on - timedelta(days=1), f"/api/runs/{on}/S1"
    slot = {"on": str(on), "half": "am", "crew": "S1", "at": moment(before, 15)}
    people.done("he.jx", f"/api/jobs/{job}/slot", slot)
    whole.settle()
    people.done("he.jx", f"/api/days/{on}/publish", {"at": moment(before, 16)})
    whole.settle()
    counted = [{"job_id": job, "lines": [{"line_no": 1, "quantity": pieces}]}]
    signed = {"counted": counted, "second": people.signs("li.zq"), "at": moment(on, 8, 40)}
    if keeper is None:
        people.done("mai.gh", f"{run}/load", signed)
    else:
        load(keeper, on, pieces, people.signs("li.zq")["pin"])
    people.done("tan.zw", f"{run}/list", {"at": moment(on, 8, 50)})
    whole.settle()
    people.done("li.zq", f"{run}/depart", {"at": moment(on, 9)})
    whole.settle()


def load(page: Page, on: date, pieces: int, pin: str) -> None:
    """装车: counted on the page, the leader enters their PIN on the keeper's device (B11, B23)."""
    page.goto(f"/warehouse/loading?date={on}")
    vehicle = page.locator("#load-S1")
    expect(vehicle).to_contain_text("待装车")
    assert faults(page) == []
    vehicle.get_by_label(f"实点 {NO} WC-100").fill(str(pieces))
    vehicle.get_by_label("另一方签字").select_option("li.zq")
    vehicle.locator("[name='second.pin']").fill(pin)
    vehicle.locator("[name='at']").fill(f"{on}T08:40")
    kept(page, "loading")
    vehicle.get_by_role("button", name="清点无误，签字").click()
    expect(vehicle).to_contain_text("已清点")


def handed_over(whole: Any, people: Any, job: str, on: date, pieces: int) -> None:
    body = {
        "delivered": [{"line_no": 1, "quantity": pieces}],
        "signed_by": "区敏仪",
        "signature_ref": f"sign-{job}",
        "taught_use": True,
        "at": moment(on, 11),
    }
    people.done("li.zq", f"/api/jobs/{job}/delivery", body)
    run = f"/api/runs/{on}/S1"
    check = dict.fromkeys(("lights", "brakes", "tyres", "fluids", "clean", "tools"), True)
    whole.settle()
    people.done("li.zq", f"{run}/close", {"at": moment(on, 18)})
    people.done("li.zq", f"{run}/report", {"vehicle_check": check, "parking": "总仓", "at": moment(on, 18, 10)})


def installed(whole: Any, people: Any, job: str, on: date) -> None:
    place = {"on": str(on), "half": "am", "crew": "A1", "at": moment(on - timedelta(days=1), 16)}
    people.done("he.jx", f"/api/jobs/{job}/slot", place)
    whole.settle()
    people.done("huang.wy", f"/api/jobs/{job}/installation", {"accepted_by": "区敏仪", "at": moment(on, 11)})
    whole.settle()


def booked(people: Any, person: str, job: str, on: date, **more: Any) -> None:
    body = {"checklist": READY, "on": str(on), "half": "am", "at": moment(on - timedelta(days=4), 10), **more}
    people.done(person, f"/api/jobs/{job}/booking", body)


def kept(page: Page, name: str) -> None:
    """Where somebody looks at pages by eye, a picture of it."""
    folder = os.environ.get("SONGDA_TEST_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_what_is_here_goes_ahead_and_the_rest_comes_by_itself(chromium: Browser, whole: Any, people: Any) -> None:
    """A3 A9 A10 B10 A7: by a supervisor's reason before completeness; two deliveries, two installations, fulfilled."""
    people.done("liang.my", "/api/contracts", CONTRACT)
    whole.settle()
    arrives(whole, people, 2, "YD8501", FIRST - timedelta(days=8))
    page = signed_in(chromium, whole, "tan.zw")
    page.goto(f"/orders/{NO}")
    page.locator("#act-ahead > summary").click()
    expect(page.locator("#act-ahead form")).to_contain_text("连体坐便器 2 / 3")
    assert faults(page) == []
    kept(page, "ahead-supervisor")

    first, second = f"D-{NO}", f"D-{NO}-2"
    assert people.refused("he.jx", f"/api/jobs/{first}/booking", {"checklist": READY, "on": str(TODAY)})[0] == 404
    booked(people, "tan.zw", first, FIRST, override_reason="客户急着入伙")
    whole.settle()
    on_the_road(whole, people, first, FIRST, 2)
    handed_over(whole, people, first, FIRST, 2)
    whole.settle()
    seen = people["he.jx"].get(f"/api/contracts/{NO}").json()
    assert (seen["state"], seen["lines"][0]["owed"], seen["lines"][0]["delivered"]) == ("partly_delivered", 1, 2)
    assert "rest" in seen["todo"]
    assert people["liang.my"].get(f"/api/tickets/T-{NO}-R1").json()["kind"] == "leftover"
    assert people["he.jx"].get(f"/api/jobs/{second}").status_code == 404
    for person in ("liang.my", "wu.xm"):
        theirs = signed_in(chromium, whole, person)
        theirs.goto(f"/orders/{NO}")
        expect(theirs.locator("#lines")).to_contain_text("未交 1")
        expect(theirs.locator("#history")).to_contain_text("余件待送")
        assert faults(theirs) == []
        kept(theirs, f"rest-{person}")
        theirs.context.close()

    arrives(whole, people, 1, "YD8502", SECOND - timedelta(days=5))
    job = people["he.jx"].get(f"/api/jobs/{second}").json()
    assert ([line["quantity"] for line in job["lines"]], job["contract_no"]) == ([1], NO)
    page.goto(f"/orders/{NO}")
    expect(page.locator("#jobs")).to_contain_text("第 2 次")
    kept(page, "rest-here-supervisor")
    booked(people, "he.jx", second, SECOND)
    whole.settle()
    on_the_road(whole, people, second, SECOND, 1, keeper=signed_in(chromium, whole, "mai.gh"))
    installed(whole, people, f"I-{NO}", FIRST + timedelta(days=1))
    handed_over(whole, people, second, SECOND, 1)
    whole.settle()
    assert people["he.jx"].get(f"/api/contracts/{NO}").json()["state"] == "delivered"
    installed(whole, people, f"I-{NO}-2", SECOND + timedelta(days=1))
    done = people["he.jx"].get(f"/api/contracts/{NO}").json()
    assert (done["state"], done["lines"][0]["owed"]) == ("fulfilled", 0)
    page.context.close()
    findings = whole.json("verify", "books")["findings"]
    assert [one for one in findings if NO in one["where"]] == []
