"""The list of messages: what became of each, what failed and may be sent again, what nobody knows, faxes (E4, E5)."""

import re

import pytest
from dashboards_site import RowsInMemory, browser, site

SPECIALIST, WAREHOUSE, STORE = "liang.my", "mai.gh", "wu.xm"


def message(number, status, **more):
    name = f"m{number}"
    base = {
        "message_id": name,
        "channel": "sms",
        "topic": "",
        "template": 1,
        "to": "177****7747",
        "text": None,
        "subject": "contract:HT26030001",
        "requested_at": f"2026-03-0{number}T02:00:00+00:00",
        "attempts": 1,
        "status": status,
        "needs_person": False,
        "held_until": None,
        "retry_at": None,
        "reason": None,
        "confirmed_at": None,
        "confirmation_overdue": False,
        **more,
    }
    return {"_id": name, "message": base}


MESSAGES = {
    one["_id"]: one
    for one in (
        message(1, "sent"),
        message(2, "failed", reason="号码无效"),
        message(3, "unknown", needs_person=True),
        message(4, "unknown"),
        message(5, "sent", channel="group", topic="fax", subject="day:main:2026-03-13", text="送货安排表"),
        message(6, "held", held_until="2026-03-07T00:00:00+00:00"),
        message(7, "confirmed", channel="group", topic="fax", confirmed_at="2026-03-07T00:00:00+00:00"),
    )
}


async def get(person=SPECIALIST, path="/messages", **query):
    app = site({})
    app.state.rows["messages"] = RowsInMemory(MESSAGES)
    async with browser(app, person) as client:
        return await client.get(path, params=query)


def listed(text):
    return re.findall(r'id="row-(m\d)"', text)


@pytest.mark.parametrize(
    ("person", "query", "expected"),
    [
        (SPECIALIST, {}, ["m7", "m6", "m5", "m4", "m3", "m2", "m1"]),
        (SPECIALIST, {"queue": "trouble"}, ["m4", "m3", "m2"]),
        (SPECIALIST, {"status": "held"}, ["m6"]),
        (SPECIALIST, {"channel": "fax"}, ["m7", "m5"]),
        (WAREHOUSE, {}, ["m7", "m5"]),
    ],
)
async def test_the_newest_is_on_top_and_the_warehouse_sees_its_faxes(person, query, expected):
    """E4, E5"""
    assert listed((await get(person, **query)).text) == expected


async def test_what_failed_can_be_sent_again_and_what_is_unknown_only_after_somebody_decided():
    """E4: never a blind repeat"""
    text = (await get()).text
    assert re.findall(r'data-api="POST /api/messages/(m\d/[\w-]+)"', text) == ["m3/resolve", "m2/resend"]


async def test_the_warehouse_confirms_its_fax():
    """E5, B6: once"""
    text = (await get(WAREHOUSE)).text
    assert re.findall(r'data-api="POST /api/messages/(m\d/[\w-]+)"', text) == ["m5/confirm-fax"]


@pytest.mark.parametrize(("person", "status"), [(SPECIALIST, 200), (WAREHOUSE, 200), (STORE, 403)])
@pytest.mark.parametrize("path", ["/messages", "/messages.xlsx"])
async def test_who_may_read_messages(person, status, path):
    """C18, X6"""
    assert (await get(person, path)).status_code == status
