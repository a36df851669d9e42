"""The crew's phone in Chromium, on the running system: a day on the road, a dead network, the day's close."""

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from io import BytesIO
from time import monotonic
from typing import Any

import pytest
from harness.browsing import faults, signed_in
from harness.line import Line, line_to
from harness.waiting import PATIENCE
from harness.whole import People
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, Route, expect

from contracts.civil_time import civil, civil_day
from runtime.clock import utc_now

pytestmark = [pytest.mark.kafka, pytest.mark.browser, pytest.mark.slow]

TODAY = civil_day(utc_now())
READY = dict.fromkeys(("switch_panels", "angle_valves", "ceiling", "water_power", "gas", "kitchen_cleared"), True)
LEADER, CREW = "chen.gd", "S2"
STOPS = {"HT94000001": ("卓文", "am"), "HT94000002": ("穆青", "am"), "HT94000003": ("贺兰", "pm")}
RUN = f"/api/runs/{TODAY}/{CREW}"


def moment(days: int, hour: int, minute: int = 0) -> str:
    """A time of day, so many days from today."""
    return civil(TODAY + timedelta(days=days), time(hour, minute)).isoformat()


@pytest.fixture(scope="module")
def people(whole: Any) -> Iterator[People]:
    """Everybody, for the whole module."""
    everybody = People(whole)
    yield everybody
    everybody.close()


@pytest.fixture(scope="module", autouse=True)
def on_the_road(whole: Any, people: People) -> None:
    """Today's run of one crew: booked, planned, published, counted, departed."""
    line = {"line_no": 1, "sku": "WC-100", "name": "坐便器", "spec": "标准", "category": "卫浴", "quantity": 2}
    for number, (name, _) in STOPS.items():
        contract = {
            "contract_no": number,
            "store_code": "S02",
            "store_name": "南海店",
            "signed_on": "2026-03-01",
            "customer": {"name": name, "phone": "17712633920", "address": f"{name}家1号", "district": "南海区"},
            "promised_on": TODAY.isoformat(),
            "amount_due_fen": 120_000,
            "lines": [{**line, "unit_price_fen": 60_000, "to_install": True}],
        }
        people.done("liang.my", "/api/contracts", contract)
        whole.settle()
        arrival = {"line_no": 1, "sku": "WC-100", "quantity": 2, "waybill": "YD0001"}
        people.done("mai.gh", f"/api/goods/{number}/arrivals", {**arrival, "at": moment(-8, 9)})
    whole.settle()
    for number, (_, half) in STOPS.items():
        job = f"/api/jobs/D-{number}"
        booking = {"checklist": READY, "on": TODAY.isoformat(), "half": half, "at": moment(-4, 10)}
        people.done("he.jx", f"{job}/booking", booking)
        slot = {"on": TODAY.isoformat(), "half": half, "crew": CREW, "adjustment_reason": "排入"}
        people.done("he.jx", f"{job}/slot", {**slot, "at": moment(-1, 15)})
    people.done("he.jx", f"/api/days/{TODAY}/publish", {"at": moment(-1, 16, 42)})
    whole.settle()
    for number in STOPS:
        people.done("lu.qc", f"/api/quality/{number}/passes", {})
    counted = [
        {"job_id": f"D-{number}", "lines": [{"line_no": 1, "quantity": 2}]} for number in STOPS
    ]  # as the sheet says
    people.done("tan.zw", f"{RUN}/list", {})
    people.done("mai.gh", f"{RUN}/load", {"counted": counted, "second": people.signs(LEADER)})
    whole.settle()
    people.done("tan.zw", "/api/fleet/trips", {"on": TODAY.isoformat(), "crew": CREW, "reason": "测试可在任何钟点跑"})
    people.done(LEADER, f"{RUN}/depart", {})
    whole.settle()


@pytest.fixture
def line(whole: Any) -> Iterator[Line]:
    """The network of one phone."""
    with line_to(whole.application.url) as made:
        yield made


def phone(chromium: Browser, whole: Any, person: str = LEADER, line: Line | None = None) -> Page:
    """Somebody's phone on the route, with the page kept for a time without a network."""
    page = signed_in(chromium, whole, person, phone=True, line=line)
    page.goto("/crew")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    expect(page.locator("#phone .live")).to_contain_text("已同步")
    return page


def press(page: Page, name: str) -> None:
    """A button or link of the page, by its words."""
    page.locator("#phone").get_by_text(name).first.click()


def call(page: Page) -> None:
    """The customer was called, and reached (B5)."""
    press(page, "已经打过")
    page.locator("#call").get_by_text("接通，已告知").click()


def sign(page: Page) -> None:
    """The customer writes on the screen."""
    expect(page.locator("canvas.sign")).to_be_visible()
    pad = page.locator("canvas.sign").bounding_box()
    assert pad is not None
    page.mouse.move(pad["x"] + 40, pad["y"] + 30)
    page.mouse.down()
    for x, y in ((180, 70), (90, 100), (220, 40)):
        page.mouse.move(pad["x"] + x, pad["y"] + y, steps=4)
    page.mouse.up()
    press(page, "签收完成")


def photo() -> FilePayload:
    """What the camera gives: wider than is kept."""
    made = BytesIO()
    Image.new("RGB", (2400, 1800), (200, 90, 60)).save(made, "JPEG")
    return {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": made.getvalue()}


def job(people: People, number: str) -> dict[str, Any]:
    """A job as the leader's API shows it."""
    found: dict[str, Any] = people[LEADER].get(f"/api/jobs/D-{number}").json()
    return found


def run(people: People) -> dict[str, Any]:
    """The crew's day as the leader's API shows it."""
    found: dict[str, Any] = people[LEADER].get(RUN).json()
    return found


def eventually(page: Page, look: Callable[[], Any], wanted: Any) -> None:
    """Until the server says so."""
    deadline = monotonic() + PATIENCE
    while look() != wanted and monotonic() < deadline:
        page.wait_for_timeout(250)
    assert look() == wanted


def test_a_stop_from_the_call_to_the_signature_with_a_piece_short(
    chromium: Browser, whole: Any, people: People
) -> None:
    """B5 B13 B15 B16 B22: called, arrived, counted with a photo and a reason, money, signature."""
    page = phone(chromium, whole)
    expect(page.locator("#phone")).to_contain_text("卓文")
    assert faults(page) == []
    press(page, "继续第 1 站")
    call(page)
    press(page, "到了")
    page.get_by_label("坐便器 减一").click()
    press(page, "验货完")
    expect(page.locator("#toasts")).to_contain_text("写原因")
    page.get_by_label("为什么少").fill("面板裂")
    page.get_by_text("破损", exact=True).click()
    press(page, "验货完")
    expect(page.locator("#toasts")).to_contain_text("拍照")
    page.locator("#phone input[type=file]").set_input_files(photo())
    expect(page.locator("#phone")).to_contain_text("已有 1 张")
    page.get_by_label("已向客户说明").check()
    assert faults(page) == []
    press(page, "验货完")
    press(page, "下一步：签收")
    sign(page)
    expect(page.locator("#phone")).to_contain_text("已到 1")
    expect(page.locator("#phone footer")).to_contain_text("¥1,200 / 50,000")
    eventually(page, lambda: job(people, "HT94000001")["status"], "done")
    outcome = job(people, "HT94000001")["outcome"]
    told = (outcome["delivered"][0]["quantity"], outcome["damaged"][0]["quantity"], outcome["cash_fen"])
    assert (told, outcome["taught_use"], len(outcome["photos"])) == ((1, 1, 120_000), True, 1)
    picture = people["he.jx"].get(f"/api/files/{outcome['photos'][0].removeprefix('sha256:')}")
    assert Image.open(BytesIO(picture.content)).size == (1600, 1200)
    page.context.close()


def test_a_stop_out_of_order_that_cannot_be_delivered(chromium: Browser, whole: Any, people: People) -> None:
    """B12 B14 B23: a reason for the order; reported, agreed by the office in its own session, then brought back."""
    page = phone(chromium, whole)
    page.locator("#phone a", has_text="贺兰").click()
    call(page)
    press(page, "到了")
    page.locator("#why input").fill("客户要出门")
    page.locator("#why button[value=go]").click()
    press(page, "送不成")
    page.get_by_label("无人在家").check()
    press(page, "报办公室")
    expect(page.locator("#phone")).to_contain_text("已报办公室")
    expect(page.locator("#phone").get_by_role("button", name="带回仓库")).to_have_count(0)
    eventually(page, lambda: job(people, "HT94000003")["undeliverable"] is not None, wanted=True)
    people.done("he.jx", "/api/jobs/D-HT94000003/consent", {"goods": "returned"})
    expect(page.locator("#phone")).to_contain_text("办公室同意：带回仓库")
    page.locator("#phone footer").get_by_role("button", name="带回仓库").click()
    eventually(page, lambda: job(people, "HT94000003")["status"], "fail")
    eventually(page, lambda: [change["reason"] for change in run(people)["order_changes"]], ["客户要出门"])
    page.context.close()


def test_without_a_network_what_happened_waits_and_is_told_later(
    chromium: Browser, whole: Any, people: People, line: Line
) -> None:
    """X1: the page opens, each step keeps its time, survives a restart, goes out in order; a "no" is shown."""
    page = phone(chromium, whole, line=line)
    context: BrowserContext = page.context
    expect(page.locator("#phone")).to_contain_text("穆青")
    line.cut()
    page.reload()
    expect(page.locator("#phone")).to_contain_text("没有信号")
    press(page, "继续第 2 站")
    call(page)
    press(page, "到了")
    press(page, "返回")
    expect(page.locator("#phone")).to_contain_text("待上传 2")
    page.close()
    page = context.new_page()
    page.goto("/crew")
    expect(page.locator("#phone")).to_contain_text("待上传 2")
    page.locator("#phone").get_by_role("button", name="退出登录").click()
    expect(page.locator("#toasts")).to_contain_text("还有 2 项没有上传")
    # Somebody else signs in on this phone: what is not theirs stays where it is.
    page.close()
    back = utc_now()
    line.mend()
    assert context.request.post("/login", data={"person": "li.zq"}).ok
    page = context.new_page()
    page.goto("/crew")
    expect(page.locator("#phone")).to_contain_text("有 2 项是别人登录时记的")
    assert "穆青" not in page.locator("#phone").inner_text()
    assert job(people, "HT94000002")["arrived_at"] is None
    assert context.request.post("/login", data={"person": LEADER}).ok
    page.goto("/crew")
    eventually(page, lambda: job(people, "HT94000002")["arrived_at"] is not None, wanted=True)
    history = whole.json("events", "job:D-HT94000002")
    told = [one for one in history if one["event"] in {"ArrivalCalled", "StopArrived"}]
    moments = [(datetime.fromisoformat(one["at"]), datetime.fromisoformat(one["recorded"])) for one in told]
    assert [one["event"] for one in told] == ["ArrivalCalled", "StopArrived"]
    assert [(happened < back, back < recorded) for happened, recorded in moments] == 2 * [(True, True)], (back, told)
    # Without a network again; meanwhile the supervisor writes the signature down, so the phone's own is refused.
    expect(page.locator("#phone")).not_to_contain_text("待上传")
    line.cut()
    press(page, "继续第 2 站")
    press(page, "验货完")
    press(page, "下一步：签收")
    sign(page)
    expect(page.locator("#phone")).to_contain_text("待上传 1")
    signed = {"delivered": [{"line_no": 1, "quantity": 2}], "signed_by": "穆青", "signature_ref": "纸质签收单"}
    paper = {**signed, "taught_use": True, "cash_fen": 120_000, "order_reason": "补录"}
    people.done("tan.zw", "/api/jobs/D-HT94000002/delivery", paper)
    line.mend()
    expect(page.locator("#phone")).to_contain_text("需要看一眼 1")
    expect(page.locator("#phone")).to_contain_text("签收 穆青")
    press(page, "知道了")
    expect(page.locator("#phone")).not_to_contain_text("需要看一眼")
    page.locator("#phone").get_by_role("button", name="退出登录").click()
    expect(page).to_have_url(f"{line.url}/login")
    context.close()


def test_what_is_kept_for_repair_or_came_too_slowly_holds_up_nothing_of_the_phone(
    chromium: Browser, whole: Any
) -> None:
    """DESIGN 7: one stop that waits for repair is told to the leader and everything behind it goes out; what a poor
    network cut off is sent again; a route that lacks something says so."""
    page = phone(chromium, whole)
    expect(page.locator("#phone")).to_contain_text("穆青")
    expect(page.locator("#lacks")).to_have_count(0)
    waits = {
        "code": "waits_for_repair",
        "rule": "",
        "zh": "处理暂时停住了，已原样保存",
        "en": "It waits",
        "facts": {},
        "id": "x",
    }
    answers = [(503, waits), (408, {"code": "too_slow"}), (200, {})]
    asked: list[str] = []

    def answered(route: Route) -> None:
        asked.append(route.request.post_data_json["step"])
        status, body = answers[min(len(asked), len(answers)) - 1]
        route.fulfill(status=status, json=body)

    page.route("**/api/test/taps", answered)
    page.route(
        "**/api/jobs?*",
        lambda route: route.fulfill(
            response=(got := route.fetch()), headers={**got.headers, "songda-incomplete": "jobs=1"}
        ),
    )
    page.evaluate("Promise.all(['a', 'b'].map((step) => Crew.tell(`步骤${step}`, '/api/test/taps', { step })))")
    expect(page.locator("#phone")).to_contain_text("步骤a · 处理暂时停住了，已原样保存")
    expect(page.locator("#lacks")).to_contain_text("有数据暂未更新")
    eventually(page, lambda: page.evaluate("Crew.phone.outbox.length"), 0)
    assert asked == ["a", "b", "b"]
    press(page, "知道了")
    expect(page.locator("#phone")).not_to_contain_text("步骤a")
    at_once = "Promise.all([1, 2, 3, 4].map((n) => Crew.alter('test', (told) => [...told, n])))"
    assert page.evaluate(f"{at_once}.then(() => Crew.kept('test'))") == [1, 2, 3, 4]  # nobody's word is written over
    page.unroute_all(behavior="ignoreErrors")  # one may be on its way
    page.context.close()


def test_the_day_is_closed_with_cash_and_report(chromium: Browser, whole: Any, people: People) -> None:
    """B16 B17 B23: handed in against a receipt that the accountant signs for with a PIN, closed, reported."""
    pin = people.signs("su.kj")["pin"]
    page = phone(chromium, whole)
    page.locator("#phone").get_by_role("link", name="去日结").click()
    expect(page.get_by_label("收据号")).to_be_visible()
    assert faults(page) == []
    page.locator("#phone").get_by_role("button", name="交日报").click()
    expect(page.locator("#phone [role=alert]")).to_be_visible()
    page.get_by_label("收据号").fill("SJ-94")
    page.get_by_label("会计本人输入 PIN").fill("000001")
    page.locator("#phone").get_by_role("button", name="交款", exact=True).click()
    expect(page.locator("#phone [role=alert]")).to_contain_text("PIN 不对")
    expect(page.get_by_label("会计本人输入 PIN")).to_have_value("")
    page.get_by_label("会计本人输入 PIN").fill(pin)
    page.locator("#phone").get_by_role("button", name="交款", exact=True).click()
    expect(page.locator("#phone")).to_contain_text("已交清")
    page.locator("#phone").get_by_role("button", name="日结", exact=True).click()
    expect(page.locator("#phone")).to_contain_text("已日结")
    for tick in page.locator("#phone .tick input").all():
        tick.check()
    page.get_by_label("停车位置").fill("总仓")
    page.locator("#phone").get_by_role("button", name="交日报").click()
    expect(page.locator("#phone")).to_contain_text("日报已交")
    eventually(page, lambda: run(people)["status"], "closed")
    eventually(page, lambda: (run(people)["report"] or {}).get("parking"), "总仓")
    assert run(people)["on_vehicle_fen"] == 0
    page.context.close()


def test_an_installation_crew_has_its_customers_acceptance(chromium: Browser, whole: Any, people: People) -> None:
    """B10"""
    slot = {"on": TODAY.isoformat(), "half": "pm", "crew": "A1", "adjustment_reason": "当天装"}
    people.done("he.jx", "/api/jobs/I-HT94000002/slot", slot)
    people.done("he.jx", f"/api/days/{TODAY}/publish", {})
    whole.settle()
    page = phone(chromium, whole, "huang.wy")
    press(page, "继续第 1 站")
    press(page, "安装完成")
    expect(page.locator("#phone")).to_contain_text("已到 1")
    eventually(page, lambda: people["huang.wy"].get("/api/jobs/I-HT94000002").json()["status"], "done")
    page.context.close()


def test_after_a_day_without_contact_customers_leave_the_phone(chromium: Browser, whole: Any) -> None:
    """C18"""
    page = signed_in(chromium, whole, LEADER, phone=True)
    context = page.context
    page.clock.install()
    page.goto("/crew")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    expect(page.locator("#phone")).to_contain_text("卓文")
    context.set_offline(True)
    page.clock.fast_forward("25:00:00")
    expect(page.locator("#phone")).not_to_contain_text("卓文")
    expect(page.locator("#phone")).to_contain_text("手机里没有行程")
    assert page.evaluate("Crew.kept('route').then((held) => held === undefined)")
    context.close()
