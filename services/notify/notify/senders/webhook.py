"""Robots of group chats (品牌群): DingTalk 钉钉, Feishu 飞书, WeCom 企业微信. Signed with HMAC-SHA256 where they can.

They keep no record that could be asked for: a result that is not known is settled by a person who looks at the group.
Sources: open.dingtalk.com 自定义机器人安全设置, open.feishu.cn 自定义机器人使用指南, developer.work.weixin.qq.com
91770.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from typing import Any, assert_never

import httpx

from notify.senders.http_calls import answered
from notify.sending import Absent, CannotSay, Known, NotTaken, Parcel, Question, ResultUnknown, Taken
from notify.settings import Robot

_WECOM_BYTES = 2048
_MORE = "……（全文见系统）"

_BUSY: Mapping[Robot, frozenset[int]] = {
    "dingtalk": frozenset({-1, 130101, 660026}),
    "feishu": frozenset({11232, 99991400}),
    "wecom": frozenset({-1, 45009, 45033}),
}
"""Codes that say: later. Any other code is about us, and does not go away by trying."""


class WebhookSender:
    """Posts to one robot. `url` holds its token and `secret` its signing key: neither is ever logged."""

    askable = False

    def __init__(
        self, robot: Robot, url: str, secret: str, client: httpx.AsyncClient, clock: Callable[[], float] = time.time
    ) -> None:
        self._robot = robot
        self._url = url
        self._secret = secret
        self._client = client
        self._clock = clock

    async def send(self, parcel: Parcel) -> Taken | NotTaken:
        """Post the text."""
        query, body = self._call(parcel.text)
        response = await answered(self._client.post(self._url, params=query, json=body))
        if isinstance(response, NotTaken):
            return response
        try:
            answer = response.json()
            code = int(answer.get("errcode", answer.get("code", answer.get("StatusCode", -2))))
        except (ValueError, AttributeError, TypeError) as error:
            raise ResultUnknown("robot answers no JSON") from error
        if code == 0:
            return Taken(parcel.sending_id)
        return NotTaken(f"{self._robot} says {code}", permanent=code not in _BUSY[self._robot])

    async def ask(self, question: Question) -> Known | Absent | CannotSay:  # noqa: ARG002 - all senders have it
        """A robot cannot say what it posted."""
        return CannotSay()

    def _call(self, text: str) -> tuple[dict[str, str], dict[str, Any]]:
        """Query and body of the call."""
        now = self._clock()
        match self._robot:
            case "dingtalk":
                stamp = str(int(now * 1000))
                sign = dingtalk_sign(stamp, self._secret)
                query = {**_query_of(self._url), **({"timestamp": stamp, "sign": sign} if self._secret else {})}
                return query, {"msgtype": "text", "text": {"content": text}}
            case "feishu":
                stamp = str(int(now))
                signed = {"timestamp": stamp, "sign": feishu_sign(stamp, self._secret)} if self._secret else {}
                return _query_of(self._url), {**signed, "msg_type": "text", "content": {"text": text}}
            case "wecom":
                return _query_of(self._url), {"msgtype": "text", "text": {"content": _shortened(text)}}
        assert_never(self._robot)


def dingtalk_sign(timestamp: str, secret: str) -> str:
    """DingTalk: the secret signs `timestamp\\nsecret` (milliseconds)."""
    return _base64(hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256).digest())


def feishu_sign(timestamp: str, secret: str) -> str:
    """Feishu: `timestamp\\nsecret` is the key, and signs nothing at all (seconds)."""
    return _base64(hmac.new(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256).digest())


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def _query_of(url: str) -> dict[str, str]:
    return dict(httpx.URL(url).params)


def _shortened(text: str) -> str:
    """WeCom takes 2048 bytes."""
    raw = text.encode()
    if len(raw) <= _WECOM_BYTES:
        return text
    return raw[: _WECOM_BYTES - len(_MORE.encode())].decode("utf-8", "ignore") + _MORE
