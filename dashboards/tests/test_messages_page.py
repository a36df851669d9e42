"""The list of messages: what became of each, what failed and may be sent again, what nobody knows, faxes (E4, E5)."""

import re
from datetime import UTC, datetime

import pytest
from dashboards_site import RowsInMemory, browser, site

from contracts import notify as facts
from contracts.envelope import Meta
from notify.message.aggregate import MESSAGE
from notify.message.row import MESSAGES as MESSAGES_VIEW
from runtime.offers import offering_of

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
SPECIALIST, WAREHOUSE, STORE = "liang.my", "mai.gh", "wu.xm"


FAX = {"channel": "group", "template": 0, "topic": "fax", "subject": "day:main:2026-03-13", "text": "送货安排表"}
READY = facts.MessageReady(at=NOW, message_id="m", attempt=1, tries=1)
SENT = facts.MessageSent(at=NOW, message_id="m", attempt=1, provider_ref="p1")
FAILED = facts.MessageFailed(at=NOW, message_id="m", attempt=1, reason="号码无效", final=True, retry_at=None)
ATTEMPTED = facts.MessageAttempted(at=NOW, message_id="m", attempt=1, channel="sms", to="", text="")
HELD = facts.MessageHeld(at=NOW, message_id="m", until=NOW, reason="quiet_hours", attempt=1, tries=1)
CONFIRMED = facts.FaxConfirmed(at=NOW, message_id="m", subject="", ref="", note="")


def unknown(ask_at):
    return facts.MessageUnknown(
        at=NOW, message_id="m", attempt=1, reason="broke off", since=NOW, asked=0, ask_at=ask_at
    )


def message(number, *events, **more):
    """A row, after a message was asked for on the day of its number and these events happened."""
    asked = {"channel": "sms", "template": 1, "to": "17712347747", "text": "您好", "subject": "contract:HT26030001"}
    at = NOW.replace(day=number)
    first = facts.MessageRequested(at=at, message_id=f"m{number}", cause_id="e", **{**asked, **more})
    meta = Meta("e", "", "", f"message:m{number}", at, 1, "c", "c", "system", 0)
    document = {"_id": f"m{number}"}
    for facet in MESSAGES_VIEW.projection.facets:
        value = None
        for event in (first, *events):
            value = facet.fold(value, event, meta)
        document |= facet.fields({facet.name: value})
    return document


MESSAGES = {
    one["_id"]: one
    for one in (
        message(1, READY, ATTEMPTED, SENT),
        message(2, READY, ATTEMPTED, FAILED),
        message(3, READY, ATTEMPTED, unknown(None)),
        message(4, READY, ATTEMPTED, unknown(NOW)),
        message(5, READY, ATTEMPTED, SENT, **FAX),
        message(6, HELD),
        message(7, READY, ATTEMPTED, SENT, CONFIRMED, **FAX),
    )
}


async def get(person=SPECIALIST, path="/messages", **query):
    app = site({})
    app.state.rows["messages"] = RowsInMemory(MESSAGES)
    app.state.offers = {"message": offering_of(MESSAGE)}
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
