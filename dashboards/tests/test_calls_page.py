"""Booking and calls: whom to call, when, with which script, and the day that may be offered (B1, B2, B10, A4, E3)."""

import re
from datetime import time, timedelta

import pytest
from dashboards_site import browser, site
from dashboards_story import CUSTOMER, day_opened, in_slot, opened, rows_of, signed

from contracts.civil_time import civil, civil_day
from runtime.clock import utc_now

SOON = civil(civil_day(utc_now()), time(23, 59))
"""Still today, whenever this runs."""
ASSISTANT, SPECIALIST, SUPERVISOR, STORE = "he.jx", "liang.my", "tan.zw", "wu.xm"


def call(name, purpose, subject, *, due=SOON, role="install_assistant", state="open", occasion=""):
    return {
        "_id": name,
        "row": {
            "call_id": name,
            "purpose": purpose,
            "subject": subject,
            "occasion": occasion,
            "customer": CUSTOMER.model_dump(),
            "due": due.isoformat(),
            "show_at": due.isoformat(),
            "owner_role": role,
            "owner": None,
            "script": "请预约送货安装",
            "duty": "",
            "cause_id": "e1",
            "requested_at": due.isoformat(),
            "state": state,
            "result": None,
            "note": None,
            "called_by": None,
            "called_at": None,
            "next_at": None,
            "calls": 0,
            "overdue": False,
            "drop_reason": None,
        },
    }


CALLS = {
    one["_id"]: one
    for one in (
        call("c1", "booking", "contract:HT26030001"),
        call("c2", "home_confirmation", "job:D-HT26030001", due=SOON - timedelta(days=1)),
        call("c3", "install_call", "job:I-HT26030001", role="cs_specialist"),
        call("c4", "delay_explained", "contract:HT26030009", occasion="d1"),
        call("c5", "follow_up", "ticket:T-1", role="cs_specialist"),
        call("c6", "booking", "contract:HT26030002", state="done"),
        call("c7", "damage_explained", "ticket:T-2", role="cs_specialist", due=SOON + timedelta(days=3)),
    )
}
STORY = [opened(), opened("I-HT26030001", kind="installation"), signed(), day_opened(), *in_slot()]


async def get(path, person=ASSISTANT, **query):
    rows = {**rows_of(STORY), "calls": CALLS}
    app = site(rows)
    app.state.rows["calls"] = type(app.state.rows["journal"])(CALLS)
    async with browser(app, person) as client:
        return await client.get(path, params=query)


def listed(text):
    return re.findall(r'id="row-(c\d)"', text)


@pytest.mark.parametrize(
    ("person", "query", "expected"),
    [
        (ASSISTANT, {}, ["c2", "c1", "c4"]),
        (ASSISTANT, {"whose": "all"}, ["c2", "c1", "c3", "c4", "c5"]),
        (ASSISTANT, {"purpose": "booking"}, ["c1"]),
        (SPECIALIST, {}, ["c3", "c5"]),
        (SUPERVISOR, {"day": (SOON + timedelta(days=4)).date().isoformat()}, ["c2", "c1", "c3", "c4", "c5", "c7"]),
    ],
)
async def test_the_queue_holds_open_calls_of_the_day_the_earliest_first(person, query, expected):
    """E3"""
    assert listed((await get("/booking", person, **query)).text) == expected


@pytest.mark.parametrize(
    ("chosen", "route"),
    [
        ("c1", "/api/jobs/D-HT26030001/booking"),
        ("c2", "/api/jobs/D-HT26030001/home-confirmation"),
        ("c3", "/api/calls/c3/result"),
        ("c4", "/api/calls/c4/result"),
        ("c5", "/desk/T-1"),
        ("c7", "/api/calls/c7/result"),
    ],
)
async def test_each_call_is_answered_where_it_belongs(chosen, route):
    """B1, B3, B10, A4, C6, E3"""
    assert route in (await get("/booking", call=chosen)).text


async def test_days_nearer_than_the_rule_cannot_be_chosen_but_by_a_supervisor():
    """B1"""
    assistant, supervisor = [(await get("/booking", person, call="c1")).text for person in (ASSISTANT, SUPERVISOR)]
    days = r'type="radio" name="on" value="[\d-]+"( disabled)?'
    assert [re.findall(days, text).count(" disabled") for text in (assistant, supervisor)] == [2, 0]


async def test_all_six_questions_of_the_site_are_asked():
    """B2"""
    text = (await get("/booking", call="c1")).text
    assert len(set(re.findall(r'name="(checklist\.\w+)"', text))) == 6


async def test_a_call_that_is_over_has_nothing_to_answer():
    """E3"""
    text = (await get("/booking", call="c6")).text
    assert ("data-api" in text, "已打通" in text) == (False, True)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("person", "status"), [(ASSISTANT, 200), (SPECIALIST, 200), (SUPERVISOR, 200), (STORE, 403)])
async def test_the_page_is_for_those_who_call_customers(person, status, lang):
    """RULES §1, C18, X5"""
    assert (await get("/booking", person, lang=lang)).status_code == status


async def test_the_queue_as_a_sheet():
    """X6"""
    answer = await get("/booking.xlsx", SUPERVISOR)
    assert (answer.status_code, answer.content[:2]) == (200, b"PK")
