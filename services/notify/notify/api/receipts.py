"""Receipts that providers push to us (E4). Nobody is signed in here: a signature, or a secret key, proves who speaks.

Repeats change nothing: the first receipt of a message counts. What is not ours, or not readable, is passed over with
a count, since a provider would push a whole batch again for one bad entry.
"""

import hmac
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ValidationError

from contracts.bounds import OneLine
from contracts.civil_time import SHANGHAI
from notify.message.aggregate import MESSAGE
from notify.message.receipts import RecordReceipt
from notify.receiver import RECEIVER, NoteOptOut, receiver_id
from notify.refusals import no
from notify.senders.plain_http import known, signature
from notify.sending import ResultUnknown
from notify.settings import NotifySettings
from runtime.clock import utc_now
from runtime.front_door import open_to_all
from runtime.http import Caller, Refusal
from runtime.logs import get_log
from runtime.person import Person
from runtime.route import Router

log = get_log("notify.api.receipts")

_OUR_NUMBER = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:-[0-9]{1,4})?")
_TOO_OLD_SECONDS = 300
MOST_BYTES = 1 << 20
"""Of one push: some thousand receipts."""
_OPT_OUT_WORDS = frozenset({"TD", "T", "退订", "N"})
PROVIDER = Person(id="provider", name="短信服务商", role="system")


class Received(BaseModel):
    """How many receipts were taken, how many passed over, and what was refused. `code` 0 is what Aliyun wants."""

    code: int = 0
    msg: str = "成功"
    taken: int
    passed_over: int
    refused: tuple[str, ...] = ()
    """Messages of which the receipt says what cannot be: each with its refusal (X7)."""


def receipts_router(settings: NotifySettings) -> APIRouter:
    """Routes without a sign-in. Without SONGDA_NOTIFY_RECEIPTS_SECRET they refuse everything."""
    router = Router(prefix="/receipts")
    secret = settings.receipts_secret.get_secret_value()

    @router.post("/http", summary="短信回执（签名） Receipts of the plain HTTP provider, signed (E4)")
    @open_to_all(MOST_BYTES, secret=True)
    async def plain(request: Request, response: Response) -> Received:
        """JSON list of `{"id", "ref", "status": "delivered"|"failed", "at", "reason"}`."""
        body = await request.body()
        stamp = request.headers.get("x-songda-timestamp", "")
        expected = signature(secret, "POST", request.url.path, stamp, body)
        given = request.headers.get("x-songda-signature", "")
        if not secret or not hmac.compare_digest(expected.encode(), given.encode()):
            raise _refused()
        if not stamp.isdecimal() or abs(utc_now().timestamp() - int(stamp)) > _TOO_OLD_SECONDS:
            raise _refused()
        return await _take(Caller(request, response, PROVIDER), [_plain(entry) for entry in _entries(body)])

    @router.post("/aliyun", summary="阿里云短信回执 Receipts that Aliyun pushes (SmsReport) (E4)")
    @open_to_all(MOST_BYTES, secret=True)
    async def aliyun(request: Request, response: Response, key: OneLine = "") -> Received:
        """`key` in the address is the secret: Aliyun does not sign what it pushes."""
        if not secret or not hmac.compare_digest(secret.encode(), key.encode()):
            raise _refused()
        entries = _entries(await request.body())
        return await _take(Caller(request, response, PROVIDER), [_aliyun(entry) for entry in entries])

    @router.post("/aliyun/replies", summary="阿里云上行短信 Replies that Aliyun pushes (SmsUp): TD opts out (E4)")
    @open_to_all(MOST_BYTES, secret=True)
    async def replies(request: Request, response: Response, key: OneLine = "") -> Received:
        """A reply `TD` or `退订` is an opt-out."""
        if not secret or not hmac.compare_digest(secret.encode(), key.encode()):
            raise _refused()
        asking = Caller(request, response, PROVIDER)
        entries = _entries(await request.body())
        wishes = [wish for entry in entries if (wish := _wish(entry)) is not None]
        for wish in wishes:
            await asking.ask(RECEIVER.key(receiver_id(wish.phone)), wish, step=wish.phone)
        return Received(taken=len(wishes), passed_over=len(entries) - len(wishes))

    return router


async def _take(asking: Caller, receipts: list[tuple[str, RecordReceipt] | None]) -> Received:
    known = [receipt for receipt in receipts if receipt is not None]
    refused: list[str] = []
    for message_id, receipt in known:
        outcome = await asking.ask(MESSAGE.key(message_id), receipt, step=message_id)
        if outcome.rejected is not None:
            log.info("receipt refused", message_id=message_id, code=outcome.rejected.code)
            refused.append(f"{message_id}: {outcome.rejected.code}")
    return Received(taken=len(known) - len(refused), passed_over=len(receipts) - len(known), refused=tuple(refused))


def _entries(body: bytes) -> list[Mapping[str, Any]]:
    try:
        content = json.loads(body)
    except ValueError:
        content = None
    if not isinstance(content, list) or not all(isinstance(entry, dict) for entry in content):
        raise Refusal(422, no("unreadable"))
    return content


def _ours(number: object) -> str | None:
    match = _OUR_NUMBER.fullmatch(str(number))
    return None if match is None else match.group(1)


def _plain(entry: Mapping[str, Any]) -> tuple[str, RecordReceipt] | None:
    message_id = _ours(entry.get("id"))
    try:
        said = known(dict(entry))
    except ResultUnknown:
        return None
    if message_id is None or said.delivered is None:
        return None
    return message_id, RecordReceipt(
        at=said.at, delivered=said.delivered, provider_ref=said.provider_ref, reason=said.reason
    )


def _aliyun(entry: Mapping[str, Any]) -> tuple[str, RecordReceipt] | None:
    message_id = _ours(entry.get("out_id"))
    if message_id is None or not isinstance(entry.get("success"), bool):
        return None
    try:
        at = datetime.strptime(str(entry["report_time"]), "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)
    except (KeyError, ValueError):
        at = None
    return message_id, RecordReceipt(
        at=at,
        delivered=entry["success"],
        provider_ref=str(entry.get("biz_id", "")),
        reason="" if entry["success"] else str(entry.get("err_code", "")),
    )


def _wish(entry: Mapping[str, Any]) -> NoteOptOut | None:
    """The opt-out that a reply is; None for other words, or a number that is none."""
    if not _opts_out(str(entry.get("content", ""))):
        return None
    try:
        return NoteOptOut(phone=str(entry.get("phone_number", "")), reason="短信回复退订")
    except ValidationError:
        return None


def _opts_out(content: str) -> bool:
    return content.strip().upper() in _OPT_OUT_WORDS


def _refused() -> Refusal:
    return Refusal(401, no("bad_signature"))
