"""Aliyun's own SDK against a server that checks each call's signature (ACS3-HMAC-SHA256) by its description."""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from http_server import Answer, Received, http_server

from notify.message.request import message_id
from notify.senders.aliyun import AliyunSender
from notify.sending import Absent, Known, NotTaken, Parcel, Question, ResultUnknown, Taken

ID = message_id("cause-1", 1)
KEY, SECRET = "LTAI5tExample", "ExampleSecret"
SMS = Parcel(ID, "sms", "", 1, "13800001111", "马娜您好", {"name": "马娜", "contract_no": "HT1"})
SINCE = datetime(2026, 3, 13, 2, 0, tzinfo=UTC)
QUESTION = Question(ID, "13800001111", SINCE, "9006^0")


def proven(request: Received) -> bool:
    """The signature, worked out from "V3 版本请求体与签名机制": canonical request, string to sign, HMAC."""
    scheme, _, fields = request.headers["authorization"].partition(" ")
    told = dict(field.split("=", 1) for field in fields.split(","))
    names = told["SignedHeaders"].split(";")
    query = "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in sorted(request.query.items()))
    headers = "".join(f"{name}:{request.headers[name].strip()}\n" for name in names)
    payload = hashlib.sha256(request.body).hexdigest()
    canonical = "\n".join((request.method, request.path, query, headers, told["SignedHeaders"], payload))
    to_sign = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    expected = hmac.new(SECRET.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    must = {"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"}
    return (
        scheme == "ACS3-HMAC-SHA256"
        and told["Credential"] == KEY
        and must <= set(names)
        and request.headers["x-acs-content-sha256"] == payload
        and hmac.compare_digest(expected, told["Signature"])
    )


def strict(answer: Any, status: int = 200) -> Callable[[Received], Answer]:
    """Aliyun, letting in only what is signed."""
    refusal = {"Code": "SignatureDoesNotMatch", "Message": "x", "RequestId": "R"}
    return lambda request: (status, answer) if proven(request) else (403, refusal)


def sender(url: str, secret: str = SECRET) -> AliyunSender:
    return AliyunSender(endpoint=url, key_id=KEY, key_secret=secret, sign_name="送达", templates={1: "SMS_154950909"})


OK = {"Code": "OK", "Message": "OK", "BizId": "9006^0", "RequestId": "R"}


async def test_an_sms_is_sent_by_template_and_variables_under_our_number() -> None:
    """E1, E4"""
    with http_server(strict(OK)) as server:
        result = await sender(server.url).send(SMS)
        (request,) = server.received
    query = {**request.query, "TemplateParam": json.loads(request.query["TemplateParam"])}
    assert (result, request.headers["x-acs-action"], request.headers["x-acs-version"], query) == (
        Taken("9006^0", receipts=True),
        "SendSms",
        "2017-05-25",
        {
            "PhoneNumbers": "13800001111",
            "SignName": "送达",
            "TemplateCode": "SMS_154950909",
            "TemplateParam": {"name": "马娜", "contract_no": "HT1"},
            "OutId": ID,
        },
    )


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("isv.MOBILE_NUMBER_ILLEGAL", NotTaken("isv.MOBILE_NUMBER_ILLEGAL", permanent=True)),
        ("isv.BUSINESS_LIMIT_CONTROL", NotTaken("isv.BUSINESS_LIMIT_CONTROL", permanent=False)),
        ("isv.AMOUNT_NOT_ENOUGH", NotTaken("isv.AMOUNT_NOT_ENOUGH", permanent=False)),
    ],
)
async def test_a_refusal_is_final_unless_it_passes(code: str, expected: NotTaken) -> None:
    """E4"""
    with http_server(strict({"Code": code, "Message": "x", "RequestId": "R"})) as server:
        assert await sender(server.url).send(SMS) == expected


@pytest.mark.parametrize(
    "answer",
    [
        strict({"Code": "isp.SYSTEM_ERROR", "Message": "x", "RequestId": "R"}),
        strict({"Code": "InternalError", "Message": "x", "RequestId": "R"}, 500),
        lambda _: None,
    ],
)
async def test_when_nobody_knows_the_sdk_does_not_simply_try_again(answer: Callable[[Received], Answer]) -> None:
    """E4"""
    with http_server(answer) as server:
        with pytest.raises(ResultUnknown):
            await sender(server.url).send(SMS)
        assert len(server.received) == 1


async def test_a_wrong_secret_is_found_out() -> None:
    """E4: the server of these tests does check."""
    with http_server(strict(OK)) as server:
        result = await sender(server.url, secret="other").send(SMS)
    assert result == NotTaken("SignatureDoesNotMatch", permanent=True)


async def test_a_template_without_a_code_is_not_sent() -> None:
    """E1"""
    with http_server(strict(OK)) as server:
        result = await sender(server.url).send(Parcel(ID, "sms", "", 5, "13800001111", "", {}))
        assert (result, server.received) == (NotTaken("template 5 has no Aliyun code", permanent=True), [])


# --- asking -----------------------------------------------------------------------------------------------------------


def detail(out_id: str = ID, status: int = 3, code: str = "DELIVERED", at: str = "2026-03-13 10:00:05") -> Any:
    return {
        "OutId": out_id,
        "SendStatus": status,
        "ErrCode": code,
        "ReceiveDate": at,
        "SendDate": "2026-03-13 10:00:00",
        "PhoneNum": "13800001111",
        "TemplateCode": "SMS_154950909",
        "Content": "x",
    }


def details(*found: Any) -> Any:
    listed = {"SmsSendDetailDTO": list(found)}
    return {"Code": "OK", "Message": "OK", "RequestId": "R", "TotalCount": str(len(found)), "SmsSendDetailDTOs": listed}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ((), Absent()),
        ((detail("another"),), Absent()),
        ((detail("another"), detail(status=1)), Known("9006^0", receipts=True)),
        (
            (detail(),),
            Known(
                "9006^0",
                receipts=True,
                delivered=True,
                at=datetime(2026, 3, 13, 2, 0, 5, tzinfo=UTC),
                reason="DELIVERED",
            ),
        ),
        (
            (detail(status=2, code="MK:0001", at=""),),
            Known("9006^0", receipts=True, delivered=False, reason="MK:0001"),
        ),
    ],
)
async def test_aliyun_is_asked_what_became_of_our_number(found: tuple[Any, ...], expected: Any) -> None:
    """E4"""
    with http_server(strict(details(*found))) as server:
        answer = await sender(server.url).ask(QUESTION)
        first = server.received[0]
    asked = {"PhoneNumber": "13800001111", "SendDate": "20260313", "PageSize": "50", "CurrentPage": "1"}
    assert (answer, first.headers["x-acs-action"], first.query) == (expected, "QuerySendDetails", asked)


async def test_every_page_is_looked_through() -> None:
    """E4"""
    pages = {"1": details(*[detail("another")] * 50), "2": details(detail(status=1))}
    with http_server(lambda request: (200, pages[request.query["CurrentPage"]])) as server:
        assert await sender(server.url).ask(QUESTION) == Known("9006^0", receipts=True)


@pytest.mark.parametrize("answer", [strict({"Code": "isv.LIMIT", "RequestId": "R"}), lambda _: None])
async def test_no_answer_is_not_taken_for_no_message(answer: Callable[[Received], Answer]) -> None:
    """E4"""
    with http_server(answer) as server, pytest.raises(ResultUnknown):
        await sender(server.url).ask(QUESTION)
