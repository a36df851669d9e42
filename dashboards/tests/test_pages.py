"""Pages and JSON over HTTP: who gets what, in which language, and that no text of a customer does harm."""

import json
import re
from datetime import UTC, datetime

import pytest
from dashboards_site import browser, site
from dashboards_story import ON, booked, day_opened, in_slot, opened, published_day, published_stop, rows_of, signed
from fastapi import Request
from structlog.testing import capture_logs

from company.people import read_people
from contracts.fact import Customer
from dashboards.render import page, words_for
from runtime.errors import NotReady

ASSISTANT, MANAGER, WAREHOUSE, LEADER, STORE = "he.jx", "guan.yf", "mai.gh", "li.zq", "wu.xm"
BOARD = f"/board?date={ON}"

HOSTILE = Customer(
    name="<script>alert(1)</script>",
    phone="17712347747",
    address="=cmd|' /C calc'!A0\"><img src=x onerror=alert(2)>",
    district='禅城" onmouseover="alert(3)',
)
STORY = [opened(), booked(), day_opened(), *in_slot(), published_day(), published_stop(), signed()]
HARM = [opened(customer=HOSTILE), booked(), day_opened(), *in_slot(), opened("D-HT26030002", customer=HOSTILE)]


async def get(path, person=ASSISTANT, story=STORY, **more):
    async with browser(site(rows_of(story), **more), person) as client:
        return await client.get(path)


@pytest.mark.parametrize("path", [BOARD, "/assessment", "/"])
async def test_without_a_person_a_page_leads_to_the_login_and_back(path):
    """C18"""
    answer = await get(path, person=None)
    assert (answer.status_code, answer.headers["location"].split("=")[0]) == (303, "/login?next")


@pytest.mark.parametrize(("person", "page"), [(ASSISTANT, "/board"), (LEADER, "/crew"), (MANAGER, "/assessment")])
async def test_the_start_page_is_where_the_role_works(person, page):
    """RULES §1"""
    assert (await get("/", person=person)).headers["location"] == page


@pytest.mark.parametrize("path", [BOARD, f"{BOARD}&view=list", f"{BOARD}&lang=en", "/assessment?month=2026-03"])
@pytest.mark.parametrize("person", [ASSISTANT, MANAGER, WAREHOUSE, LEADER, STORE])
async def test_every_page_renders_for_every_role(path, person):
    """X5"""
    answer = await get(path, person=person)
    assert (answer.status_code, "<h1" in answer.text, answer.text.count("<main")) == (200, True, 1)


async def test_pages_are_chinese_first_and_english_on_request():
    """X5"""
    zh, en = await get(BOARD), await get(f"{BOARD}&lang=en")
    assert [('lang="zh-CN"' in zh.text, "已发布" in zh.text), ('lang="en"' in en.text, "Published" in en.text)] == [
        (True, True),
        (True, True),
    ]
    assert "songda_lang=en" in en.headers["set-cookie"]


async def test_only_our_own_files_may_run_on_a_page():
    """C18"""
    answer = await get(BOARD)
    assert answer.headers["content-security-policy"].startswith("default-src 'self'; style-src-attr 'unsafe-inline'")
    inline = re.findall(r"<script(?![^>]*src=)([^>]*)>", answer.text)
    assert (inline, re.search(r"\son\w+=", answer.text)) == ([' type="application/json" id="words"'], None)


@pytest.mark.parametrize("path", [BOARD, f"{BOARD}&view=list", "/assessment?month=2026-03", f"/live/board/{ON}"])
async def test_what_a_customer_is_called_does_no_harm(path):
    """C18"""
    text = (await get(path, story=HARM)).text
    assert [harm for harm in ("<script>alert", "<img", '" onmouseover') if harm in text] == []


async def test_the_warehouse_reads_the_board_and_has_nothing_to_press():
    """B4 C18"""
    text = (await get(BOARD, person=WAREHOUSE)).text
    assert ('data-act="publish"' in text, 'data-movable="1"' in text, "林艳" in text, "只读" in text) == (
        False,
        False,
        False,
        True,
    )


async def test_a_day_without_a_plan_offers_the_latest_one_that_has():
    """B4"""
    text = (await get("/board?date=2026-05-05")).text
    assert ("这一天还没有排" in text, f"date={ON}" in text) == (True, True)


@pytest.mark.parametrize(
    "path",
    [
        "/board?date=tomorrow",
        "/board?date=0001-01-01",
        "/board?date=9999-12-31",
        "/board?date=1773273600",
        "/assessment?month=March",
    ],
)
async def test_an_unreadable_address_says_how_it_reads(path):
    answer = await get(path)
    assert (answer.status_code, "2026-03" in answer.text) == (422, True)


# --- JSON and streams ------------------------------------------------------------------------------------------------


async def test_the_board_as_json_is_what_the_page_shows():
    """B4 B8"""
    body = (await get(f"/api/board/{ON}")).json()
    card = body["lanes"][0]["cells"][0]["cards"][0]
    assert (body["state"], card["job_id"], card["status"], card["phone"]) == (
        "published",
        "D-HT26030001",
        "pub",
        "177****7747",
    )


async def test_a_figure_opens_to_its_duties_and_these_to_their_events():
    """K4 K21"""
    kpi = (await get("/api/kpi?month=2026-03&duty=K4", person=MANAGER)).json()
    duty = kpi["duties"][0]
    opened_duty = (await get(f"/api/kpi/duties/{duty['aggregate_id']}", person=MANAGER)).json()
    assert (kpi["rules"][0]["count"]["met"], [proof["event"] for proof in opened_duty[0]["evidence"]]) == (
        1,
        ["DayOpened", "DayPublished"],
    )


async def test_the_page_shows_the_proof_of_the_duty_that_was_chosen():
    """K4 K21 X1"""
    text = (await get(f"/assessment?month=2026-03&item=day:main:{ON}/K4.0", person=MANAGER)).text
    assert ("DayPublished" in text, "发生" in text) == (True, True)


async def test_duties_of_others_are_not_there_to_see():
    """K21"""
    answer = await get(f"/api/kpi/duties/day:main:{ON}", person=LEADER)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_duties")


@pytest.mark.parametrize("path", [f"/api/board/{ON}", "/api/kpi", f"/live/board/{ON}", "/live/kpi"])
async def test_data_without_a_person_are_refused_with_words(path):
    """C18"""
    answer = await get(path, person=None)
    assert (answer.status_code, answer.json()["code"]) == (401, "who_are_you")


@pytest.mark.parametrize("path", ["/api/kpi?month=March", "/api/kpi?duty=K99", "/api/board/tomorrow"])
async def test_unreadable_questions_are_refused(path):
    assert (await get(path)).status_code == 422


async def test_the_stream_brings_the_board_as_parts_that_replace_elements_of_the_page():
    """B4"""
    page, stream = await get(BOARD), await get(f"/live/board/{ON}")
    parts = re.findall(r'<hx-partial hx-target="#([\w-]+)"', stream.text)
    assert [part for part in parts if f'id="{part}"' not in page.text] == []
    assert {"rhythm", "status", "cell-S1-am", "head-S1", "back-ready"} <= set(parts)


async def test_the_stream_as_json_begins_with_every_part():
    """B4"""
    answer = await get(f"/live/board/{ON}?format=json")
    first = next(line for line in answer.text.splitlines() if line.startswith("data: {"))
    assert sorted(json.loads(first.removeprefix("data: "))) == [
        "backlog",
        "day",
        *(f"lane:{crew}" for crew in ("A1", "A2", "F1", "S1", "S2")),
        "rhythm",
    ]


async def test_a_page_that_is_up_to_date_gets_a_greeting_only():
    """B4"""
    story = [opened(), booked()]
    page = await get("/board?date=2026-03-13", story=story)
    path = re.search(r'hx-sse:connect="([^"]+)"', page.text)[1].replace("&amp;", "&")
    assert [line for line in (await get(path, story=story)).text.splitlines() if line.startswith("event")] == [
        "event: hello"
    ]


async def test_what_the_pages_show_is_documented():
    schema = (await get("/openapi.json")).json()
    documented = {"/api/board/{on}", "/live/board/{on}", "/api/board-week/{on}", "/live/board-week/{on}"}
    assert documented | {"/api/kpi", "/api/kpi/duties/{aggregate_id}", "/live/kpi"} <= set(schema["paths"])
    assert {"BoardView", "KpiView", "Duty"} <= schema["components"]["schemas"].keys()


async def test_where_real_people_work_nobody_is_listed():
    """C18"""
    text = (await get("/login", person=None, demo_login=False)).text
    assert ("何嘉欣" in text, "songda users" in text) == (False, True)


async def test_a_parameter_that_no_page_knows_is_named():
    """X7, X8: on a page, in the reader's language, with what was perhaps meant"""
    answer = await get(f"{BOARD}&districts=x")
    english = await get(f"{BOARD}&districts=x&lang=en")
    assert [one.status_code for one in (answer, english)] == [422, 422]
    assert answer.headers["content-type"].startswith("text/html")
    assert ["地址里有不认识的参数：districts。" in answer.text, "district" in answer.text] == [True, True]
    assert "The address has unknown parameters: districts." in english.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/forms/schedule/0001-01-01", 404),
        ("/forms/day-report/9999-12-31/S1", 404),
        ("/warehouse?date=0001-01-01", 422),
        ("/money?date=yesterday", 422),
        ("/orders?before=2026-13-01", 422),
        ("/booking?day=x", 422),
    ],
)
async def test_a_day_that_is_none_is_said_and_no_other_one_shown_for_it(path, status):
    """X8"""
    answer = await get(path, person=MANAGER)
    assert answer.status_code == status
    assert status == 404 or "日期应写成 2026-03-13 这样" in answer.text


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/orders?stage=lost", "stage 的值“lost”"),
        ("/board?view=year", "view 的值“year”"),
        ("/warehouse/lots?lot=C88&skip=-1", "skip 的值“-1”"),
        ("/warehouse/vouchers?letters=XX", "letters 的值“XX”"),
        ("/warehouse/vouchers?year=1999", "year 的值“1999”"),
        ("/assessment?state=good", "state 的值“good”"),
        ("/board?depot=mars", "depot 的值“mars”"),
        ("/warehouse?depot=mars", "depot 的值“mars”"),
        ("/warehouse/stock.xlsx?depot=mars", "depot 的值“mars”"),
        ("/orders?stage=a%00b", ""),
    ],
)
async def test_a_choice_that_a_page_does_not_have_is_said(path, text):
    """X8: no list is shown in its place"""
    answer = await get(path, person=MANAGER)
    assert (answer.status_code, text in answer.text) == (422, True)


HTML = {"Accept": "text/html,application/xhtml+xml"}


@pytest.mark.parametrize("person", [None, MANAGER])
async def test_an_address_that_there_is_not_is_said_on_a_page_and_to_programs_as_ever(person):
    """X5, C18: signed in or not, in the reader's language; what a page's script or a program asks for stays JSON"""
    async with browser(site(rows_of(STORY)), person) as client:
        page = await client.get("/ordres", headers=HTML)
        english = await client.get("/ordres?lang=en", headers=HTML)
        others = [await client.get("/ordres"), await client.get("/api/ordres", headers=HTML)]
    assert [one.status_code for one in (page, english, *others)] == [404] * 4
    assert page.headers["content-type"].startswith("text/html")
    assert ("没有这个地址。" in page.text, "There is no such address." in english.text) == (True, True)
    assert [one.json()["code"] for one in others] == ["http_404", "http_404"]


class Away:
    """A read model whose database does not answer."""

    async def get(self, _row):
        raise NotReady("away")

    async def find(self, *_query, **_more):
        raise NotReady("away")


async def test_a_page_that_is_away_says_so_on_a_page():
    """X5: in words, and when to come again"""
    app = site(rows_of(STORY))
    app.state.rows["contracts"] = Away()
    async with browser(app, MANAGER) as client:
        page = await client.get("/orders/HT26030001", headers=HTML)
        script = await client.get("/orders/HT26030001")
    assert [(one.status_code, one.headers["retry-after"]) for one in (page, script)] == [(503, "5")] * 2
    assert ("现在打不开" in page.text, "请稍后再试" in page.text) == (True, True)
    assert script.json()["code"] == "not_ready"


async def test_an_address_that_cannot_be_read_is_logged_once():
    """X8: as at every other door"""
    with capture_logs() as logs:
        answer = await get(f"/desk/{'x' * 100}", person=MANAGER)
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (422, "text/html")
    assert [log["code"] for log in logs if log["event"] == "request refused"] == ["unreadable"]


async def test_a_visitor_with_a_wrong_address_signs_in_first():
    """C18"""
    async with browser(site(rows_of(STORY))) as client:
        answer = await client.get("/money?x=1")
        login = await client.get("/login?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/money%3Fx%3D1")
    assert (login.status_code, "地址里有不认识的参数：x。" in login.text) == (422, True)


def test_the_manager_hears_sixty_days_ahead_that_a_year_of_the_calendar_is_missing():
    """C1"""

    def shown(role, *today):
        request = Request({"type": "http", "path": "/", "query_string": b"", "headers": []})
        person = next(one for one in read_people().values() if one.role == role)
        now = datetime(*today, 2, tzinfo=UTC)
        words = words_for(request, now)
        answer = page(request, "message.html", words, now=now, person=person, page="x", heading="", text="")
        return "2027 年的放假" in answer.body.decode()

    assert [shown("manager", 2026, 11, 1), shown("manager", 2026, 11, 2), shown("cs_supervisor", 2026, 11, 2)] == [
        False,
        True,
        False,
    ]
