"""The record of who came in: on a topic of its own, appended by the gateway and by the command line."""

import re
from typing import Any

import pytest
from aiokafka import TopicPartition
from harness.waiting import eventually

from runtime import kafka
from runtime.identity.audit import Audited, What
from runtime.identity.session import How
from runtime.settings import Settings

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

PERSON, ANOTHER = "deng.w", "he.zb"


async def told(whole: Any, *people: str) -> list[Audited]:
    """What the topic holds about these people, in its order."""
    settings = Settings(kafka_bootstrap=whole.kafka_address)
    log = TopicPartition(kafka.AUDIT, 0)
    end = (await kafka.high_watermarks(settings, [log]))[log]
    found: list[Audited] = []
    async for _, records in kafka.read_between(settings, {log: (0, end)}):
        found += [Audited.model_validate_json(record.value or b"") for record in records]
    return [one for one in found if one.person in people]


async def test_logins_refusals_logouts_and_what_an_administrator_does_are_appended_in_their_order(whole: Any) -> None:
    """C18"""
    before = len(await told(whole, PERSON, ANOTHER))
    with whole.as_person(None) as client:
        assert client.post("/login", data={"name": PERSON, "password": "wrong"}).status_code == 401
        assert client.post("/login", json={"person": PERSON}).status_code == 200
        assert client.post("/logout").status_code == 204
        assert client.get("/account").status_code == 303
    await eventually(lambda: _many(whole, before + 3), "the gateway's three records are there")
    added = whole.command("users", "add", ANOTHER)
    assert added.returncode == 0, added.stderr
    assert whole.command("users", "disable", ANOTHER).returncode == 0
    assert whole.command("users", "enable", ANOTHER).returncode == 0
    records = (await told(whole, PERSON, ANOTHER))[before:]
    assert [(one.what, one.person, one.how, one.why) for one in records[:3]] == [
        (What.SIGN_IN_REFUSED, PERSON, How.PASSWORD, "wrong"),
        (What.SIGNED_IN, PERSON, How.DEMO, ""),
        (What.SIGNED_OUT, PERSON, None, ""),
    ]
    assert [(one.what, one.person) for one in records[-2:]] == [
        (What.ACCOUNT_DISABLED, ANOTHER),
        (What.ACCOUNT_ENABLED, ANOTHER),
    ]
    assert all(re.fullmatch(r".+@command", one.by or "") for one in records[3:])
    assert {one.network for one in records[:3]} == {"127.0.0.*"}


async def _many(whole: Any, wanted: int) -> bool:
    return len(await told(whole, PERSON, ANOTHER)) >= wanted
