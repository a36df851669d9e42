"""What an HTTP request says, as digests: so that another request under the same Idempotency-Key is noticed (X7). Pure.

`address.content`: both halves travel with each command of the request, with its events and its answer. So the one
writer of an aggregate knows, after any restart, whether a known command id is the same request again.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from runtime.decision import Rejected
from runtime.second import SECOND, without_secret

KEY_REUSED = "key_reused"
_HEX = 16  # characters of one half: an accident in 2^64


@dataclass(frozen=True, slots=True)
class RequestDigest:
    """A request: its method and address as they are, and a digest of each part of what it says (never the value)."""

    address: str
    parts: Mapping[str, str]

    def __str__(self) -> str:
        content = orjson.dumps(self.parts, option=orjson.OPT_SORT_KEYS)
        return f"{digest_of(self.address.encode())}.{digest_of(content)}"

    def differing(self, other: "RequestDigest") -> tuple[str, ...]:
        """What another request says otherwise: "address", and the names of parts."""
        names = sorted(self.parts.keys() | other.parts.keys())
        parts = tuple(name or "body" for name in names if self.parts.get(name) != other.parts.get(name))
        return parts if self.address == other.address else ("address", *parts)


def digest_of(content: bytes) -> str:
    """Of one value or text."""
    return hashlib.sha256(content).hexdigest()[:_HEX]


def parts_of(body: bytes) -> dict[str, str]:
    """The parts of a body: a JSON object's fields, however it is written; anything else is one part without a name.
    Of who signs beside (B23) only the person counts: a digest of six figures would tell them."""
    try:
        value: Any = orjson.loads(body) if body else {}
    except orjson.JSONDecodeError:
        return {"": digest_of(body)}
    if not isinstance(value, dict):
        return {"": digest_of(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))}
    fields = {name: without_secret(field) if name == SECOND else field for name, field in value.items()}
    return {name: digest_of(orjson.dumps(field, option=orjson.OPT_SORT_KEYS)) for name, field in fields.items()}


def is_other(digest: str | None, first: str | None) -> bool:
    """Whether a request is another one than the first that came under its key, as far as both are known."""
    return digest is not None and first is not None and digest != first


def halves_differing(digest: str, first: str) -> tuple[str, ...]:
    """What is known of the difference by digests alone: "address", "body"."""
    halves = zip(("address", "body"), digest.split("."), first.split("."), strict=False)
    return tuple(name for name, one, other in halves if one != other)


def key_reused(differing: tuple[str, ...], first: str | None = None, now: str | None = None) -> Rejected:
    """X7: a key stands for one request. `first`, `now`: method and address of both, where they are known."""
    said = "" if first is None or now is None else f"（先：{first}；这次：{now}）"
    said_en = "" if first is None or now is None else f" (first {first}, now {now})"
    return Rejected(
        KEY_REUSED,
        "X7",
        f"这个 Idempotency-Key 已经用于另一个请求{said}，不同的是：{'、'.join(differing)}。"
        "这次的请求没有执行。重发请保持原样；新的请求请换一个新的键。",
        f"This Idempotency-Key stands for another request{said_en}; what differs: {', '.join(differing)}. "
        "This one was not carried out. Send a repeat as it was, and a new request under a new key.",
        {"first": first, "now": now, "differs": ",".join(differing)},
    )
