"""The plain HTTP provider and the robots of group chats, each against a server that checks their signatures."""

import base64
import hashlib
import hmac
import socket
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any, Literal

import httpx
import pytest
from http_server import Answer, Received, http_server

from notify.message.request import message_id
from notify.senders.plain_http import PlainHttpSender
from notify.senders.webhook import WebhookSender
from notify.sending import Absent, CannotSay, Known, NotTaken, Parcel, Question, ResultUnknown, Sender, Taken

ID = message_id("cause-1", 1)
CLOCK = 1_773_367_200.0
SMS = Parcel(ID, "sms", "", 1, "13800001111", "马娜您好", {"name": "马娜"})
POST = Parcel(ID, "group", "delay", 0, "品牌群", "【延期】合同HT1", {})
QUESTION = Question(ID, "13800001111", datetime(2026, 3, 13, tzinfo=UTC), "")
KEY, SECRET = "songda", "s3cret"


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=2) as client:
        yield client


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def said(sender: Sender, parcel: Parcel = SMS) -> Any:
    """What sending comes to; the text of ResultUnknown when nobody knows."""
    try:
        return await sender.send(parcel)
    except ResultUnknown as unknown:
        return str(unknown)


# --- plain HTTP -------------------------------------------------------------------------------------------------------


def proven(request: Received) -> bool:
    """The provider's own check: key, time and signature, worked out by the description alone."""
    stamp = request.headers.get("x-songda-timestamp", "")
    signed = f"{request.method}\n{request.path}\n{stamp}\n{hashlib.sha256(request.body).hexdigest()}"
    expected = hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).hexdigest()
    return (
        request.headers.get("x-songda-key") == KEY
        and stamp == str(int(CLOCK))
        and hmac.compare_digest(expected, request.headers.get("x-songda-signature", ""))
    )


def strict(answer: Answer) -> Callable[[Received], Answer]:
    """A provider that lets in only what is signed."""
    return lambda request: answer if proven(request) else (401, {})


def plain(url: str, client: httpx.AsyncClient, secret: str = SECRET) -> PlainHttpSender:
    return PlainHttpSender(f"{url}/v1/", KEY, secret, client, clock=lambda: CLOCK)


async def test_an_sms_is_given_to_the_provider_under_our_number_and_signed(client: httpx.AsyncClient) -> None:
    """E4"""
    with http_server(strict((202, {"ref": "p1"}))) as server:
        result = await plain(server.url, client).send(SMS)
        (request,) = server.received
    assert (result, request.method, request.path, request.json()) == (
        Taken("p1", receipts=True),
        "POST",
        "/v1/messages",
        {"id": ID, "to": "13800001111", "text": "马娜您好", "template": 1},
    )


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ((409, {"ref": "p0"}), Taken("p0", receipts=True)),  # it has our number already
        ((400, {}), NotTaken("HTTP 400", permanent=True)),
        ((408, {}), NotTaken("HTTP 408", permanent=False)),
        ((429, {}), NotTaken("HTTP 429", permanent=False)),
        ((502, {}), "HTTP 502"),
        (None, "RemoteProtocolError"),
        ((200, [1]), "the provider answers no JSON object"),
    ],
)
async def test_what_the_provider_says_is_told_apart_from_what_nobody_knows(
    client: httpx.AsyncClient, answer: Answer, expected: Any
) -> None:
    """E4"""
    with http_server(strict(answer)) as server:
        assert await said(plain(server.url, client)) == expected


async def test_a_provider_that_cannot_be_reached_has_nothing(client: httpx.AsyncClient) -> None:
    """E4"""
    sender = plain(f"http://127.0.0.1:{free_port()}", client)
    assert await said(sender) == NotTaken("cannot be reached: ConnectError", permanent=False)
    with pytest.raises(ResultUnknown, match="ConnectError"):
        await sender.ask(QUESTION)


async def test_a_wrong_secret_is_found_out(client: httpx.AsyncClient) -> None:
    """E4: the server of these tests does check."""
    with http_server(strict((202, {"ref": "p1"}))) as server:
        assert await said(plain(server.url, client, secret="other")) == NotTaken("HTTP 401", permanent=True)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ((404, {}), Absent()),
        ((200, {"ref": "p1", "status": "sent"}), Known("p1", receipts=True)),
        (
            (200, {"ref": "p1", "status": "delivered", "at": "2026-03-13T10:00:05+08:00"}),
            Known("p1", receipts=True, delivered=True, at=datetime(2026, 3, 13, 2, 0, 5, tzinfo=UTC)),
        ),
        (
            (200, {"ref": "p1", "status": "failed", "reason": "空号"}),
            Known("p1", receipts=True, delivered=False, reason="空号"),
        ),
    ],
)
async def test_the_provider_is_asked_by_our_number(client: httpx.AsyncClient, answer: Answer, expected: Any) -> None:
    """E4"""
    with http_server(strict(answer)) as server:
        found = await plain(server.url, client).ask(QUESTION)
        assert (found, server.received[0].method, server.received[0].path) == (expected, "GET", f"/v1/messages/{ID}")


@pytest.mark.parametrize(
    "answer",
    [
        (500, {}),
        (403, {}),
        None,
        (200, {"status": "?"}),
        (200, {"status": "delivered", "at": "yesterday"}),
        (200, {"status": "delivered", "at": "2026-03-13T10:00:05"}),
        (200, "x"),
    ],
)
async def test_an_answer_that_makes_no_sense_is_no_answer(client: httpx.AsyncClient, answer: Answer) -> None:
    """E4"""
    with http_server(strict(answer)) as server, pytest.raises(ResultUnknown):
        await plain(server.url, client).ask(QUESTION)


# --- robots -----------------------------------------------------------------------------------------------------------


def dingtalk(request: Received) -> Answer:
    """DingTalk: base64(HMAC-SHA256(secret, "<milliseconds>\\n<secret>")) in the address."""
    stamp = request.query.get("timestamp", "")
    digest = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256).digest()
    good = request.query.get("sign") == base64.b64encode(digest).decode() and request.query.get("access_token") == "T"
    shaped = request.json() == {"msgtype": "text", "text": {"content": POST.text}}
    if not good or stamp != str(int(CLOCK * 1000)):
        return 200, {"errcode": 310000, "errmsg": "sign not match"}
    return (200, {"errcode": 0, "errmsg": "ok"}) if shaped else (200, {"errcode": 40035, "errmsg": "bad json"})


def feishu(request: Received) -> Answer:
    """Feishu: base64(HMAC-SHA256("<seconds>\\n<secret>", "")) in the body."""
    body = request.json()
    stamp = body.get("timestamp", "")
    digest = hmac.new(f"{stamp}\n{SECRET}".encode(), b"", hashlib.sha256).digest()
    if body.get("sign") != base64.b64encode(digest).decode() or stamp != str(int(CLOCK)):
        return 200, {"code": 19021, "msg": "sign match fail or timestamp is not within one hour from current time"}
    shaped = (body["msg_type"], body["content"]) == ("text", {"text": POST.text})
    return (200, {"code": 0, "msg": "success", "data": {}}) if shaped else (200, {"code": 9499, "msg": "Bad Request"})


def wecom(request: Received) -> Answer:
    """WeCom: the key in the address is all there is."""
    shaped = request.json() == {"msgtype": "text", "text": {"content": POST.text}} and request.query == {"key": "T"}
    return (200, {"errcode": 0, "errmsg": "ok"}) if shaped else (200, {"errcode": 93000, "errmsg": "invalid webhook"})


Robots = Literal["dingtalk", "feishu", "wecom"]
ROBOTS: dict[Robots, tuple[Callable[[Received], Answer], str]] = {
    "dingtalk": (dingtalk, "/robot/send?access_token=T"),
    "feishu": (feishu, "/open-apis/bot/v2/hook/T"),
    "wecom": (wecom, "/cgi-bin/webhook/send?key=T"),
}


def robot(kind: Robots, url: str, client: httpx.AsyncClient, secret: str = SECRET) -> WebhookSender:
    return WebhookSender(kind, url, secret, client, clock=lambda: CLOCK)


@pytest.mark.parametrize("kind", list(ROBOTS))
async def test_a_post_reaches_the_robot_signed_as_it_asks(client: httpx.AsyncClient, kind: Robots) -> None:
    """E2"""
    answers, path = ROBOTS[kind]
    with http_server(answers) as server:
        sender = robot(kind, server.url + path, client)
        assert (await sender.send(POST), await sender.ask(QUESTION), sender.askable) == (Taken(ID), CannotSay(), False)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("dingtalk", NotTaken("dingtalk says 310000", permanent=True)),
        ("feishu", NotTaken("feishu says 19021", permanent=True)),
    ],
)
@pytest.mark.parametrize("secret", ["other", ""])
async def test_a_robot_refuses_a_wrong_signature(
    client: httpx.AsyncClient, kind: Robots, expected: NotTaken, secret: str
) -> None:
    """E2"""
    answers, path = ROBOTS[kind]
    with http_server(answers) as server:
        assert await said(robot(kind, server.url + path, client, secret), POST) == expected


@pytest.mark.parametrize(
    ("kind", "answer", "expected"),
    [
        ("dingtalk", (200, {"errcode": 130101}), NotTaken("dingtalk says 130101", permanent=False)),
        ("feishu", (200, {"code": 11232}), NotTaken("feishu says 11232", permanent=False)),
        ("wecom", (200, {"errcode": 45009}), NotTaken("wecom says 45009", permanent=False)),
        ("wecom", (200, {"errcode": 93000}), NotTaken("wecom says 93000", permanent=True)),
        ("feishu", (200, {"StatusCode": 0}), Taken(ID)),
        ("wecom", (500, {}), "HTTP 500"),
        ("wecom", None, "RemoteProtocolError"),
        ("wecom", (200, "ok"), "robot answers no JSON"),
    ],
)
async def test_a_robot_that_is_busy_is_tried_again_and_one_that_breaks_off_leaves_it_open(
    client: httpx.AsyncClient, kind: Robots, answer: Answer, expected: Any
) -> None:
    """E4"""
    with http_server(lambda _: answer) as server:
        assert await said(robot(kind, server.url + ROBOTS[kind][1], client), POST) == expected


async def test_a_post_that_is_too_long_for_wecom_says_where_the_rest_is(client: httpx.AsyncClient) -> None:
    """E2"""
    long = Parcel(ID, "group", "plan", 0, "品牌群", "送" * 1000, {})
    with http_server(lambda _: (200, {"errcode": 0})) as server:
        await robot("wecom", f"{server.url}/x?key=T", client).send(long)
        content = server.received[0].json()["text"]["content"]
    assert (len(content.encode()) <= 2048, content.endswith("送……（全文见系统）")) == (True, True)


async def test_an_address_that_is_none_is_refused_without_naming_its_token(client: httpx.AsyncClient) -> None:
    """C18"""
    result = await said(robot("wecom", "http://[bad?key=T", client), POST)
    assert "T" not in str(result).replace("NotTaken", "").replace("True", "")
