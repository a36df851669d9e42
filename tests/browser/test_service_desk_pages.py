"""The service desk in Chromium, on the running system: tickets from call to archive, calls, faxes, the rating."""

import re
from base64 import b64decode
from datetime import timedelta
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
TOMORROW, SOON = TODAY + timedelta(days=1), TODAY + timedelta(days=5)
VISIT = {"on": TOMORROW.isoformat(), "window.starts": "10:00", "window.ends": "12:00", "technician": "zhou.jm"}
PNG = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==")
PHOTO: Any = {"name": "p.png", "mimeType": "image/png", "buffer": PNG}
SPECIALIST, SUPERVISOR, INSTALL, ASSISTANT = "liang.my", "ou.yl", "tan.zw", "he.jx"
TECHNICIAN, STORE, WAREHOUSE, MANAGER = "zhou.jm", "wu.xm", "mai.gh", "guan.yf"


def a_contract(people: Any, number: str, name: str) -> None:
    """One basin, registered; its phone ends with the contract's last four digits."""
    line = {"line_no": 1, "sku": "WC-9600", "name": "坐便器", "spec": "305", "category": "卫浴"}
    contract = {
        "contract_no": number,
        "store_code": "S02",
        "store_name": "南海店",
        "signed_on": "2026-03-01",
        "customer": {
            "name": name,
            "phone": f"1771263{number[-4:]}",
            "address": "佛山市南海区1号",
            "district": "南海区",
        },
        "promised_on": (TODAY + timedelta(days=20)).isoformat(),
        "amount_due_fen": 0,
        "lines": [{**line, "quantity": 1, "unit_price_fen": 100, "to_install": False}],
    }
    people.done(SPECIALIST, "/api/contracts", contract)


def opened(page: Page, contract_no: str, kind: str, problem: str) -> str:
    """A request typed in on the page, and its ticket's number."""
    page.goto(f"/desk/new?contract={contract_no}")
    form = page.locator("form[data-api]")
    form.locator('[name="kind"]').select_option(kind)
    form.locator('[name="product"]').fill("坐便器")
    form.locator('[name="problem"]').fill(problem)
    form.get_by_role("button", name="登记请求").click()
    expect(page).to_have_url(re.compile("/desk/T-"))
    return page.url.rpartition("/")[2]


def ask(page: Page, code: str, said: str | None, **fields: Any) -> None:
    """Fill in one of the ticket's forms and send it; `said`: the next step afterwards."""
    form = page.locator(f"#ask-{code}")
    expect(form).to_be_attached()

    def unfold() -> None:  # also when the page renewed itself meanwhile, and folded it
        if not form.is_visible():
            page.locator("details.act", has=form).locator("summary").click()

    unfold()
    for name, value in fields.items():
        unfold()
        field = form.locator(f'[name="{name.replace("__", ".")}"]')
        if value is PHOTO:
            field.set_input_files(PHOTO)
        elif field.first.get_attribute("type") == "radio":
            form.locator(f'[name="{name}"][value="{value}"]').check()
        elif isinstance(value, bool):
            field.set_checked(value)
        elif field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    form.locator("button.go").click()
    if said is not None:
        expect(page.locator("#do-h")).to_contain_text(said)


def visit(page: Page, said: str, **more: str) -> None:
    """A visit agreed for tomorrow morning."""
    ask(page, "book_visit", said, **{name.replace(".", "__"): value for name, value in VISIT.items()}, **more)


def test_a_repair_goes_from_the_call_to_the_archive(chromium: Browser, whole: Any, people: Any) -> None:
    """C2 C5 C9 C11 K15: every step from its form, what is missing is said, the customer rates by the link."""
    a_contract(people, "HT91000001", "红豆")
    whole.settle()
    desk = signed_in(chromium, whole, SPECIALIST)
    ticket = opened(desk, "HT91000001", "repair", "漏水")
    assert faults(desk) == []
    ask(desk, "reply", None, note=" ")
    expect(desk.locator("#ask-reply [data-error]")).to_contain_text("答复内容")
    ask(desk, "reply", "约上门", note="已回电")
    visit(desk, "备好上门单据", asked_for="上午")
    ask(desk, "prepare_papers", "领单领货")
    technician = signed_in(chromium, whole, TECHNICIAN)
    technician.goto(f"/desk/{ticket}")
    ask(technician, "confirm_visit", "下一步：上门", papers_taken=True, address_confirmed=True, time_confirmed=True)
    ask(technician, "arrive", None, identity_shown=True)
    expect(technician.locator("#work")).to_contain_text("到达")
    ask(technician, "complete_visit", None, outcome="repaired", note="换密封圈")
    expect(technician.locator("#ask-complete_visit [data-error]")).to_contain_text("售后服务报告单")
    ask(technician, "complete_visit", "验收", report_ref=PHOTO)
    ask(technician, "accept_repair", "主管审核签字", accepted_by="红豆", rating="5")
    ask(technician, "hand_in_form", None, form_ref=PHOTO)
    expect(technician.locator("#timeline")).to_contain_text("上门结果 换密封圈 · 修好 · 周建民")
    expect(technician.locator("#ask-hand_in_form")).to_have_count(0)
    assert faults(technician) == []
    customer = signed_in(chromium, whole, None, phone=True)
    customer.goto(people[TECHNICIAN].get(f"/api/tickets/{ticket}/rating-link").json()["path"])
    customer.locator('[name="rating"][value="4"]').check()
    assert faults(customer) == []
    customer.get_by_role("button", name="提交").click()
    expect(customer.locator("#rate")).to_contain_text("谢谢")
    customer.goto("/rate/forged")
    expect(customer.locator("#rate-no")).to_contain_text("链接无效")
    ask(desk, "close_ticket", None)
    expect(desk.locator("#ask-close_ticket [data-error]")).to_contain_text("主管签字、回访")
    supervisor = signed_in(chromium, whole, SUPERVISOR)
    supervisor.goto(f"/desk/{ticket}")
    ask(supervisor, "sign_by_supervisor", "回访")
    expect(desk.locator("#do-h")).to_contain_text("回访")  # the page renewed itself, the refusal stays
    expect(desk.locator("#ask-close_ticket [data-error]")).to_contain_text("主管签字、回访")
    desk.reload()
    ask(desk, "call_back", "结单归档", satisfied="true")
    ask(desk, "close_ticket", "已经结束")
    ask(desk, "reopen_ticket", "回复客户", reason="又漏水")
    for page in (desk, technician, supervisor, customer):
        page.context.close()


def test_what_waits_for_repair_is_told_in_its_own_words_and_never_as_done(
    chromium: Browser, whole: Any, people: Any
) -> None:
    """DESIGN 7: the server keeps it and carries it out later, whether it says so at once or to who asks again."""
    a_contract(people, "HT91000009", "白薇")
    whole.settle()
    desk = signed_in(chromium, whole, SPECIALIST)
    waits = {"code": "waits_for_repair", "rule": "", "zh": "已原样保存，请不要重复提交", "en": "It is kept"}
    later = {"status": "parked", "command_id": "c1", "rejected": {**waits, "facts": {}}}
    answers = [(503, {**waits, "facts": {}, "id": "x"}), (202, {"status": "pending", "ask_at": "/api/outcomes/test"})]
    told: dict[str, Any] = {}
    desk.route("**/api/tickets", lambda route: route.fulfill(**told))
    desk.route("**/api/outcomes/test", lambda route: route.fulfill(json=later))
    for status, body in answers:
        told |= {"status": status, "json": body}
        desk.goto("/desk/new?contract=HT91000009")
        form = desk.locator("form[data-api]")
        form.locator('[name="kind"]').select_option("repair")
        form.locator('[name="product"]').fill("坐便器")
        form.locator('[name="problem"]').fill("漏水")
        form.get_by_role("button", name="登记请求").click()
        error = form.locator("[data-error]")
        expect(error).to_have_text("已原样保存，请不要重复提交")
    desk.context.close()


def test_what_several_have_to_decide_is_asked_again_until_it_is_told_and_never_told_as_done_before(
    chromium: Browser, whole: Any, people: Any
) -> None:
    """B8, X7: there is no outcome to ask for; the same request under the same key goes on."""
    a_contract(people, "HT91000010", "白薇")
    whole.settle()
    desk = signed_in(chromium, whole, SPECIALIST)
    no = {"code": "slot_gone", "rule": "B8", "zh": "占位已不在", "en": "The slot is gone", "facts": {}, "id": "x"}
    answers = [(202, {"status": "pending", "ask_at": None})] * 2 + [(409, no)]
    keys: list[str] = []

    def answer(route: Any) -> None:
        keys.append(route.request.headers["idempotency-key"])
        status, body = answers[len(keys) - 1]
        route.fulfill(status=status, json=body)

    desk.route("**/api/tickets", answer)
    desk.goto("/desk/new?contract=HT91000010")
    form = desk.locator("form[data-api]")
    form.locator('[name="kind"]').select_option("repair")
    form.locator('[name="product"]').fill("坐便器")
    form.locator('[name="problem"]').fill("漏水")
    form.get_by_role("button", name="登记请求").click()
    expect(form.locator("[data-error]")).to_contain_text("占位已不在")
    assert (len(keys), len(set(keys))) == (3, 1)
    desk.context.close()


def test_leftover_goods_are_ordered_approved_and_come_damaged(chromium: Browser, whole: Any, people: Any) -> None:
    """C9 C10: the store orders, the installation supervisor approves; damaged goods are ordered anew; refused at the
    door, a manager goes along."""
    a_contract(people, "HT91000002", "绿豆")
    whole.settle()
    desk, store = signed_in(chromium, whole, SPECIALIST), signed_in(chromium, whole, STORE)
    install = signed_in(chromium, whole, INSTALL)
    ticket = opened(desk, "HT91000002", "leftover", "缺盖板")
    ask(desk, "reply", "信息反馈表", note="已回电")
    ask(desk, "take_information", "下遗留单", findings="缺盖板", order_needed="true", items="盖板1")
    store.goto(f"/desk/{ticket}")
    install.goto(f"/desk/{ticket}")
    assert faults(store) == []
    ask(store, "place_leftover_order", "批准遗留单", order_no="YL9601", items="盖板1")
    ask(install, "approve_leftover_order", "等遗留货")
    desk.reload()
    ask(desk, "note_leftover_arrival", "重新下单", damaged=True, fault="carrier", note="碎")
    store.reload()
    ask(store, "place_leftover_order", "批准遗留单", order_no="YL9602", items="盖板1")
    install.reload()
    ask(install, "approve_leftover_order", "等遗留货")
    desk.reload()
    ask(desk, "note_leftover_arrival", "约上门")
    visit(desk, "备好上门单据")
    ask(desk, "prepare_papers", "领单领货")
    people.done(
        TECHNICIAN, f"/api/tickets/{ticket}/visit/completion", {"visit_no": 1, "outcome": "not_let_in", "note": "拒绝"}
    )
    expect(desk.locator("#do-h")).to_contain_text("服务经理亲自上门")
    visit(desk, "备好上门单据", accompanied_by=MANAGER)
    for page in (desk, store, install):
        page.context.close()


def test_money_advice_complaints_and_waiting(chromium: Browser, whole: Any, people: Any) -> None:
    """C4 C5 C6 C8 C12 C13: out of warranty is quoted, a supplier's wait stops the clock, a complaint goes up a level, a
    duplicate is merged; the queue finds, counts and exports them."""
    a_contract(people, "HT91000003", "黑豆")
    whole.settle()
    desk, manager = signed_in(chromium, whole, SPECIALIST), signed_in(chromium, whole, MANAGER)
    waiting = opened(desk, "HT91000003", "repair", "门掉")
    ask(desk, "start_wait", "等供应商", supplier="某厂", reason="等配件")
    expect(desk.locator("#clocks")).to_contain_text("停表")
    assert faults(desk) == []
    ask(desk, "end_wait", "回复客户", outcome="已发")
    ask(desk, "reply", "约上门", note="已回电")
    ask(desk, "judge_coverage", "报价", fault="wear", warranty="out", reason="五年前买的")
    ask(desk, "give_quote", "等客户接受报价", quote_no="BJ9601", parts_fen="120.50", travel_fen="30")
    expect(desk.locator("#work")).to_contain_text("150.5")
    ask(desk, "accept_quote", "约上门", accepted_by="黑豆")
    advice = opened(desk, "HT91000003", "consultation", "怎么调水温")
    ask(desk, "answer_by_phone", "跟进电话", answer="旋左侧旋钮")
    ask(desk, "follow_up", "结单归档", solved="true")
    ask(desk, "close_ticket", "已经结束")
    complaint = opened(desk, "HT91000003", "complaint", "送货迟到")
    ask(desk, "reply", "调查投诉", note="已致歉")
    ask(desk, "investigate", "答复投诉", finding="车坏了")
    people.done(SUPERVISOR, f"/api/tickets/{complaint}/complaint/answer", {"solution": "道歉"})
    expect(desk.locator("#do-h")).to_contain_text("问客户是否满意")
    ask(desk, "escalate", "答复投诉", reason="不满意")
    manager.goto(f"/desk/{complaint}")
    ask(manager, "answer_complaint", "问客户是否满意", solution="退运费")
    desk.reload()
    ask(desk, "settle", "主管审核签字")
    manager.reload()
    ask(manager, "sign_by_supervisor", "结单归档")
    first = opened(desk, "HT91000003", "repair", "漏水")
    second = opened(desk, "HT91000003", "repair", "漏水，同一件")
    ask(desk, "merge_duplicate", None, duplicate=first)
    expect(desk.locator("#timeline")).to_contain_text("合并")
    whole.settle()
    desk.goto("/desk?q=0003")
    rows = desk.locator("#tickets [data-row]")
    assert sorted(row.get_attribute("id") for row in rows.all()) == sorted(
        f"row-{one}" for one in (waiting, complaint, second)
    )
    sheet = load_workbook(BytesIO(desk.context.request.get("/desk.xlsx?q=0003").body())).worksheets[0]
    assert sheet.max_row == 1 + 3
    desk.goto("/desk?queue=closed&q=0003")
    assert sorted(row.get_attribute("id") for row in rows.all()) == sorted(f"row-{one}" for one in (advice, first))
    assert faults(desk) == []
    for page in (desk, manager):
        page.context.close()


def call_about(page: Page, purpose: str, name: str) -> None:
    """The call of that purpose, opened from the queue."""
    page.goto(f"/booking?whose=all&day={TODAY + timedelta(days=9)}")
    page.locator("#calls tbody tr", has_text=name).filter(has_text=purpose).locator("a[data-row]").click()
    expect(page.locator("#call header")).to_contain_text(purpose)


def test_calls_book_a_day_or_come_back_and_messages_are_looked_after(
    chromium: Browser, whole: Any, people: Any
) -> None:
    """B1 B2 B3 E3 E4 E5: booked with the checklist, a "no" comes back, nobody reached is tried again; the fax of the
    published day is confirmed; a customer opts out."""
    for number, name in (("HT91000011", "麦一"), ("HT91000012", "麦二"), ("HT91000013", "麦三")):
        a_contract(people, number, name)
        whole.settle()
        arrival = {"line_no": 1, "sku": "WC-9600", "quantity": 1, "waybill": f"YD{number}"}
        people.done(WAREHOUSE, f"/api/goods/{number}/arrivals", arrival)
    whole.settle()
    office = signed_in(chromium, whole, ASSISTANT)
    form = office.locator("#call form").first
    call_about(office, "预约送货", "麦一")
    assert faults(office) == []
    for yes in form.locator('input[name^="checklist."][value="true"]').all():
        yes.check()
    form.locator(f'[name="on"][value="{SOON}"]').check()
    form.locator('[name="half"]').select_option("am")
    form.get_by_role("button", name="预约").click()
    expect(office).to_have_url(re.compile("/booking$"))
    call_about(office, "预约送货", "麦二")
    for yes in form.locator('input[name^="checklist."][value="true"]').all():
        yes.check()
    form.locator('[name="checklist.gas"][value="false"]').check()
    form.locator('[name="call_back_on"]').fill((TODAY + timedelta(days=2)).isoformat())
    form.get_by_role("button", name="预约").click()
    expect(office).to_have_url(re.compile("/booking$"))
    call_about(office, "预约送货", "麦三")
    again = office.locator("#call details.act")
    again.locator("summary").click()
    again.locator('[name="result"][value="not_reached"]').check()
    again.get_by_role("button", name="记下结果").click()
    expect(office).to_have_url(re.compile("/booking$"))
    whole.settle()
    call_about(office, "预约送货", "麦三")
    expect(office.locator("#calls tr", has_text="麦三")).to_contain_text("未接")
    call_about(office, "确认在家", "麦一")
    assert faults(office) == []
    form.get_by_role("button", name="打通了").click()  # days ahead: it is asked the day before (B3)
    expect(office.locator('[role="alert"]:visible')).to_contain_text("请到时再打一次")
    office.goto(f"/booking?whose=all&day={TODAY + timedelta(days=9)}")
    expect(office.locator("#calls tr", has_text="麦一")).to_contain_text("确认在家")
    expect(office.locator("#calls tr", has_text="麦二")).to_contain_text("预约送货")
    people.done(ASSISTANT, "/api/jobs/D-HT91000011/slot", {"on": SOON.isoformat(), "half": "am", "crew": "S1"})
    whole.settle()
    people.done(ASSISTANT, f"/api/days/{SOON}/publish")
    whole.settle()
    warehouse = signed_in(chromium, whole, WAREHOUSE)
    warehouse.goto("/messages")
    assert faults(warehouse) == []
    warehouse.locator("#messages tbody").get_by_role("button", name="确认").first.click()
    expect(warehouse.locator("#messages .badge.ok", has_text="确认").first).to_be_visible()
    office.goto("/messages?subject=contract:HT91000011")
    assert faults(office) == []
    opt_out = office.locator('form[data-api="POST /api/opt-outs"]')
    opt_out.locator('[name="phone"]').fill("17712630011")
    opt_out.locator('[name="reason"]').fill("客户要求")
    opt_out.locator("button.go").click()
    expect(office.locator("#toasts")).to_contain_text("已记下")
    for page in (office, warehouse):
        page.context.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_fit_a_phone(chromium: Browser, whole: Any, language: str) -> None:
    """X5"""
    page = signed_in(chromium, whole, SPECIALIST, phone=True)
    found: list[str] = []
    for path in ("/desk", "/desk/new", "/booking", "/messages"):
        page.goto(f"{path}?lang={language}")
        found += [f"{path} {fault}" for fault in faults(page)]
    assert found == []
    page.context.close()
