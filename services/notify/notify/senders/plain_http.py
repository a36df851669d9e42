"""An SMS provider that speaks plain HTTP, each call signed with HMAC-SHA256. Small providers and company gateways do.

`POST <url>/messages {"id", "to", "text", "template"}` -> 200/201/202 `{"ref"}`; 409: it has this id already, `{"ref"}`.
`GET <url>/messages/<id>` -> 200 `{"ref", "status", "at", "reason"}`, status queued, sent, delivered or failed; 404.
Headers: `X-Songda-Key`, `X-Songda-Timestamp` (seconds), `X-Songda-Signature` (hex) over method, path, timestamp and the
SHA-256 of the body, one per line. Receipts come back signed the same way (see `signature`).
"""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx

from notify.senders.http_calls import answered
from notify.sending import Absent, CannotSay, Known, NotTaken, Parcel, Question, ResultUnknown, Taken


def signature(secret: str, method: str, path: str, timestamp: str, body: bytes) -> str:
    """What proves that a call comes from who knows the secret, and that nobody changed it."""
    signed = "\n".join((method, path, timestamp, hashlib.sha256(body).hexdigest()))
    return hmac.new(secret.encode(), signed.encode(), hashlib.sha256).hexdigest()


class PlainHttpSender:
    """Sends through one provider."""

    askable = True

    def __init__(
        self, url: str, key: str, secret: str, client: httpx.AsyncClient, clock: Callable[[], float] = time.time
    ) -> None:
        self._url = httpx.URL(url.rstrip("/"))
        self._key = key
        self._secret = secret
        self._client = client
        self._clock = clock

    async def send(self, parcel: Parcel) -> Taken | NotTaken:
        """Give it to the provider under our number."""
        content = {
            "id": parcel.sending_id,
            "to": parcel.to,
            "text": parcel.text,
            "template": parcel.template,
        }
        response = await self._call("POST", "/messages", json.dumps(content, ensure_ascii=False).encode())
        if isinstance(response, NotTaken):
            return response
        if response.status_code in {200, 201, 202, 409}:
            return Taken(str(_content(response).get("ref", "")), receipts=True)
        return NotTaken(f"HTTP {response.status_code}", permanent=response.status_code != 408)

    async def ask(self, question: Question) -> Known | Absent | CannotSay:
        """Ask by our number."""
        response = await self._call("GET", f"/messages/{question.sending_id}", b"")
        if isinstance(response, NotTaken):
            raise ResultUnknown(response.reason)
        if response.status_code == 404:
            return Absent()
        if response.status_code != 200:
            raise ResultUnknown(f"HTTP {response.status_code}")
        return known(_content(response))

    async def _call(self, method: str, path: str, body: bytes) -> httpx.Response | NotTaken:
        url = self._url.copy_with(path=self._url.path.rstrip("/") + path)
        timestamp = str(int(self._clock()))
        headers = {
            "Content-Type": "application/json",
            "X-Songda-Key": self._key,
            "X-Songda-Timestamp": timestamp,
            "X-Songda-Signature": signature(self._secret, method, url.path, timestamp, body),
        }
        return await answered(self._client.request(method, url, content=body, headers=headers))


def known(content: dict[str, Any]) -> Known:
    """What the provider says of a message. Raises ResultUnknown for what makes no sense."""
    ref, status = str(content.get("ref", "")), content.get("status")
    try:
        at = datetime.fromisoformat(content["at"]) if content.get("at") else None
    except (TypeError, ValueError) as error:
        raise ResultUnknown("the provider's time is unreadable") from error
    if at is not None and at.tzinfo is None:
        raise ResultUnknown("the provider's time has no zone")
    if status in {"delivered", "failed"}:
        return Known(
            ref, receipts=True, delivered=status == "delivered", at=at, reason=str(content.get("reason") or "")
        )
    if status in {"queued", "sent"}:
        return Known(ref, receipts=True)
    raise ResultUnknown("the provider's status is unknown")


def _content(response: httpx.Response) -> dict[str, Any]:
    try:
        content = response.json()
    except ValueError as error:
        raise ResultUnknown("the provider answers no JSON") from error
    if not isinstance(content, dict):
        raise ResultUnknown("the provider answers no JSON object")
    return content
