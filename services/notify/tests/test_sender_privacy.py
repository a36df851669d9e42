"""Whatever a sender meets, neither names, numbers and words of customers nor secrets come into the logs."""

import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
import structlog
from http_server import http_server
from message_cases import NOW

from contracts.envelope import Meta
from contracts.notify import MessageAttempted, MessageReady
from notify.message.attempts import StartAttempt
from notify.message.request import message_id
from notify.senders.aliyun import AliyunSender
from notify.senders.plain_http import PlainHttpSender
from notify.senders.webhook import WebhookSender
from notify.sending import Sender, Sending
from runtime.logs import set_up_logs

ID = message_id("cause-1", 1)
META = Meta("e1", "", "", f"message:{ID}", NOW, 2, "c", "c", "system", 0)
NAME, PHONE, SECRET = "马娜", "13800001111", "T0P-S3CRET"


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=2) as client:
        yield client


def senders(url: str, client: httpx.AsyncClient) -> list[Sender]:
    """Each of them, at that address."""
    aliyun = AliyunSender(endpoint=url, key_id="k", key_secret=SECRET, sign_name="送达", templates={1: "SMS_1"})
    robots = [WebhookSender(kind, f"{url}/?key={SECRET}", SECRET, client) for kind in ("dingtalk", "feishu", "wecom")]
    return [PlainHttpSender(url, "k", SECRET, client), aliyun, *robots]


@pytest.fixture
def all_logs() -> Iterator[None]:
    """Logs as a process has them, down to the last detail."""
    root = logging.getLogger()
    before, configured = (root.handlers, root.level), structlog.get_config()
    set_up_logs("debug")
    yield
    root.handlers, root.level = before
    structlog.configure(**configured)


@pytest.mark.usefixtures("all_logs")
@pytest.mark.parametrize("answer", [(200, {"errcode": 0, "code": 0}), (400, {"Code": "isv.X"}), (500, {}), None])
async def test_the_logs_name_no_customer_and_no_secret(
    client: httpx.AsyncClient, capfd: pytest.CaptureFixture[str], answer: Any
) -> None:
    """C18"""
    said = []
    with http_server(lambda _: answer) as server:
        for sender in senders(server.url, client):
            process = Sending({"sms": sender, "group": sender, "fax": sender})
            (ask,) = await process.claim(MessageReady(at=NOW, message_id=ID, attempt=1, tries=1), META)
            assert isinstance(ask.command, StartAttempt)
            attempt = MessageAttempted(
                at=NOW,
                message_id=ID,
                attempt=1,
                channel="sms",
                to=PHONE,
                text=f"{NAME}您好",
                template=1,
                claim=ask.command.claim,
            )
            (told,) = await process.send(attempt, META)
            said.append(told.command.model_dump_json())
    logged = "".join(capfd.readouterr()) + "".join(said)
    assert [secret for secret in (NAME, PHONE, SECRET) if secret in logged] == []
