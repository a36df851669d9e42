"""The service desk on pages: the queue by what is due next, a ticket whole, the technician's phone, printed forms."""

import re
from datetime import date, timedelta

import pytest
from dashboards_site import RowsInMemory, browser, site
from dashboards_story import CUSTOMER, rows_of, signed, told

from contracts import service_desk_repairs as repairs
from contracts import service_desk_tickets as tickets
from contracts import service_desk_visits as visits
from contracts.civil_time import civil_day
from contracts.fact import Window
from contracts.service_desk_duties import DutyEscalated, Telling, Watch
from dashboards.desk.reading import why_reply
from dashboards.words import tables
from runtime.clock import utc_now
from service_desk.main import SERVICE
from service_desk.ticket.next_step import NEXT_STEPS
from service_desk.ticket.row import TICKETS as VIEW

FORMS = SERVICE.offers["ticket"].forms
NOW = utc_now().replace(microsecond=0)
SPECIALIST, SUPERVISOR, INSTALL, TECHNICIAN, STORE, WAREHOUSE, MANAGER = (
    "liang.my",
    "ou.yl",
    "tan.zw",
    "zhou.jm",
    "wu.xm",
    "mai.gh",
    "guan.yf",
)


EARLIER = NOW - timedelta(hours=1)
SOON = NOW + timedelta(hours=3)
WINDOW = Window(starts=NOW + timedelta(hours=2), ends=SOON)


def watch(duty="K13", due=SOON, role="cs_specialist", item=""):
    return Watch(duty=duty, item=item, owner_role=role, due=due, tells=(Telling(at=due, role="cs_supervisor"),))


def opened(name, due=SOON, **more):
    told = {
        "kind": "repair",
        "channel": "phone",
        "contract_no": "HT26030001",
        "product": "衣柜",
        "sku": "YG-1",
        "quantity": 1,
        "problem": "导轨脱落",
        "proof": ("sha256:" + "b" * 64,),
        "warranty": "in",
        "warranty_ends_on": date(2028, 3, 1),
        **more,
    }
    return tickets.TicketOpened(
        at=EARLIER, ticket_id=name, customer=CUSTOMER, reply_due=due, watch=watch(due=due), **told
    )


def replied(name):
    return tickets.TicketReplied(at=NOW, ticket_id=name, note="", due=SOON)


def agreed(name):
    return (
        visits.VisitBooked(
            at=NOW,
            ticket_id=name,
            visit_no=1,
            contract_no="HT26030001",
            customer=CUSTOMER,
            on=civil_day(NOW),
            window=WINDOW,
            technician=TECHNICIAN,
            problem="导轨脱落",
            asked_for="下午",
        ),
        visits.PapersPrepared(at=NOW, ticket_id=name, visit_no=1, papers=("service_report",)),
    )


def repaired(name):
    return visits.VisitCompleted(
        at=NOW,
        ticket_id=name,
        visit_no=1,
        technician=TECHNICIAN,
        outcome="repaired",
        report_ref="BG1",
        note="换了导轨",
        window_ends=WINDOW.ends,
        watch=watch("K15", role="technician", item="1"),
    )


LONG_DUE = NOW - timedelta(hours=10)
OF_K13 = {"subject": "ticket:T-2", "duty": "K13", "item": "", "owner_role": "cs_specialist", "owner": None}
STORY = (
    opened("T-1"),
    opened("T-2", LONG_DUE),
    tickets.ReplyOverdue(at=LONG_DUE, ticket_id="T-2", due=LONG_DUE),
    DutyEscalated(at=NOW, due=LONG_DUE, level=1, told="cs_supervisor", **OF_K13),
    *(opened("T-3"), replied("T-3"), *agreed("T-3")),
    *(opened("T-4"), replied("T-4"), *agreed("T-4"), repaired("T-4")),
    opened("T-5", kind="leftover", channel="damage", contract_no="HT26030009"),
    replied("T-5"),
    tickets.LeftoverOrderPlaced(
        at=NOW, ticket_id="T-5", order_no="LY1", items="门扇 1", expected_on=date(2026, 12, 1), placed_by=STORE
    ),
    opened("T-6", kind="complaint", conduct=True),
    tickets.ComplaintRegistered(
        at=EARLIER,
        ticket_id="T-6",
        level=2,
        owner_role="manager",
        department="",
        conduct=True,
        contract_no="HT26030001",
        customer=CUSTOMER,
        problem="导轨脱落",
        watch=watch("K20", role="manager", item="2"),
    ),
    replied("T-6"),
    opened("T-7"),
    replied("T-7"),
    tickets.TicketClosed(at=NOW, ticket_id="T-7", kind="repair", contract_no="HT26030001"),
    opened("T-8"),
    repairs.SupplierWaitStarted(
        at=EARLIER, ticket_id="T-8", wait_no=1, supplier="木门厂", reason="等补件", expected_on=None
    ),
)
TICKETS = rows_of(
    [told(one.subject if isinstance(one, DutyEscalated) else f"ticket:{one.ticket_id}", one) for one in STORY]
)["tickets"]
CONTRACTS = rows_of([signed("HT26030009", store="S02")])["contracts"]


async def get(path, person=SPECIALIST, **query):
    app = site({})
    app.state.rows["tickets"] = RowsInMemory(TICKETS)
    app.state.offers = SERVICE.offers
    app.state.rows["contracts"] = RowsInMemory(CONTRACTS)
    async with browser(app, person) as client:
        return await client.get(path, params=query)


def listed(text):
    return re.findall(r'id="row-(T-\d)"', text)


@pytest.mark.parametrize(
    ("person", "query", "expected"),
    [
        (SPECIALIST, {}, ["T-2", "T-1", "T-3", "T-4", "T-6", "T-5", "T-8"]),
        (SPECIALIST, {"queue": "overdue"}, ["T-2"]),
        (SUPERVISOR, {"queue": "told"}, ["T-2"]),
        (SPECIALIST, {"queue": "waiting"}, ["T-8"]),
        (SPECIALIST, {"queue": "closed"}, ["T-7"]),
        (SPECIALIST, {"step": "acceptance"}, ["T-4"]),
        (SPECIALIST, {"kind": "leftover"}, ["T-5"]),
        (TECHNICIAN, {}, ["T-3", "T-4"]),
        (STORE, {}, ["T-5"]),
    ],
)
async def test_the_queue_shows_what_is_due_next_first_to_whom_it_concerns(person, query, expected):
    """C1, C13, X4, RULES §1"""
    assert listed((await get("/desk", person, **query)).text) == expected


@pytest.mark.parametrize(
    ("person", "there"), [(MANAGER, True), (SPECIALIST, True), (INSTALL, False), (WAREHOUSE, False)]
)
async def test_a_complaint_about_conduct_is_not_for_all_eyes(person, there):
    """C15, C18"""
    assert ((await get("/desk/T-6", person)).status_code, "T-6" in listed((await get("/desk", person)).text)) == (
        200 if there else 404,
        there,
    )


@pytest.mark.parametrize("name", sorted(TICKETS))
@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_a_ticket_is_on_one_screen_with_its_timeline(name, lang):
    """C4, C18, X5"""
    answer = await get(f"/desk/{name}", MANAGER, lang=lang)
    assert (answer.status_code, "导轨脱落" in answer.text, 'class="body trail"' in answer.text) == (200, True, True)


@pytest.mark.parametrize(
    ("name", "person", "route"),
    [
        ("T-1", SPECIALIST, "/reply"),
        ("T-3", TECHNICIAN, "/visit/confirmation"),
        ("T-4", TECHNICIAN, "/acceptance"),
        ("T-5", INSTALL, "/leftover-order/approval"),
        ("T-6", MANAGER, "/complaint/investigation"),
        ("T-7", SPECIALIST, "/reopening"),
        ("T-8", SPECIALIST, "/supplier-wait/end"),
    ],
)
async def test_the_next_step_is_the_first_form_for_whose_turn_it_is(name, person, route):
    """C5-C13"""
    text = (await get(f"/desk/{name}", person)).text
    forms = re.findall(r'data-api="POST /api/tickets/T-\d([^"]+)"', text)
    assert forms[0] == route


@pytest.mark.parametrize(
    ("person", "name", "status"),
    [
        (STORE, "T-5", 200),
        (STORE, "T-1", 404),
        (TECHNICIAN, "T-1", 404),
        (SPECIALIST, "T-404", 404),
        ("su.kj", "T-1", 403),
    ],
)
async def test_who_may_open_a_ticket(person, name, status):
    """RULES §1, C18"""
    assert (await get(f"/desk/{name}", person)).status_code == status


async def test_a_waiting_clock_stands_and_says_for_whom():
    """C13"""
    text = (await get("/desk/T-8")).text
    assert ("clock hold" in text, "木门厂" in text) == (True, True)


def test_why_a_reply_is_due_then_adds_up_to_the_target():
    """C2: the used intervals are the hours of the policy"""
    open_, answered = (VIEW.read(TICKETS[name]) for name in ("T-1", "T-3"))
    why = why_reply(open_, NOW)
    assert why.used_minutes * 60 == why.terms.seconds
    assert why_reply(answered, NOW) is None


async def test_the_technicians_phone_has_his_steps_and_nothing_of_the_office():
    """C9, C10"""
    text = (await get("/visit/T-3", TECHNICIAN)).text
    routes = set(re.findall(r'data-api="POST /api/tickets/T-3([^"]+)"', text))
    assert routes == {"/visit/confirmation", "/visit/arrival", "/visit/completion"}
    assert "tel:17712347747" in text


@pytest.mark.parametrize("kind", ["information", "repair-feedback", "service-report", "survey", "acceptance"])
@pytest.mark.parametrize("name", ["T-1", "T-3", "T-4"])
async def test_every_form_of_the_desk_prints(kind, name):
    """X5, C11"""
    answer = await get(f"/forms/{kind}/{name}")
    assert (answer.status_code, answer.text.count('class="sheet')) == (200, 1)


async def test_a_leftover_form_is_for_leftover_tickets():
    """X5, C9"""
    assert [(await get(f"/forms/leftover/{name}")).status_code for name in ("T-5", "T-1")] == [200, 404]


@pytest.mark.parametrize(("person", "found"), [(SPECIALIST, True), (WAREHOUSE, False), (MANAGER, False)])
async def test_who_may_not_see_customers_finds_no_ticket_by_them(person, found):
    """C18"""
    texts = [(await get("/desk", person, q=q)).text for q in (CUSTOMER.name, CUSTOMER.phone[-4:], "T-1")]
    assert [bool(listed(text)) for text in texts] == [found, found, True]


async def test_the_queue_as_a_sheet():
    """X6"""
    answer = await get("/desk.xlsx")
    assert (answer.status_code, answer.content[:2]) == (200, b"PK")


async def test_a_new_request_and_the_rating_page_open():
    """C1, C9: the customer's page needs no login"""
    assert [(await get("/desk/new")).status_code, (await get("/rate/some-code", None)).status_code] == [200, 200]


def test_every_form_field_and_step_has_its_words():
    """X5"""
    words = tables()["words"]
    missing = [f"ask.{form.code}" for form in FORMS if f"ask.{form.code}" not in words]
    missing += [f"step.{step}" for step in NEXT_STEPS if f"step.{step}" not in words]
    for form in FORMS:
        for field in form.fields:
            if field.kind != "fixed":
                missing += [key for key in [f"ask.field.{field.word}"] if key not in words]
            missing += [key for one in field.choices if (key := f"ask.{field.word}.{one}") not in words]
    assert missing == []


def test_each_step_is_what_some_use_case_is_for():
    """C5-C13: the queue lists the steps that the service knows"""
    assert {step for form in FORMS for step in form.steps} == set(NEXT_STEPS)


@pytest.mark.parametrize(("person", "there"), [(SUPERVISOR, True), (MANAGER, False), (SPECIALIST, False)])
async def test_a_button_is_for_those_whom_the_rules_name(person, there):
    """C9: a repair is signed by a supervisor, not by everybody who may sign something"""
    assert ("/signature" in (await get("/desk/T-4", person)).text) is there


async def test_what_is_over_offers_nothing_but_to_begin_anew():
    """C11"""
    text = (await get("/desk/T-7")).text
    assert re.findall(r'data-api="POST /api/tickets/T-7([^"]+)"', text) == ["/reopening"]
