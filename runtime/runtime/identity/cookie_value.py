"""What a browser carries of a session: a random value under a MAC, so that a made-up one costs no question.

`<version of the key>.<256 random bits>.<MAC>`. The server keeps the SHA-256 of the whole: whoever reads what it keeps
cannot come in with it.
"""

import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256

from runtime.kept_secret import Keys

_PURPOSE = b"songda.session\0"
_BYTES = 32
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class CookieValue:
    """The value, the name it is kept under, the version of the key that made it."""

    text: str
    kept_as: str
    key: int


def fresh_value(keys: Keys) -> CookieValue:
    """A new one, by the newest key."""
    newest = max(keys)
    value = secrets.token_urlsafe(_BYTES)
    return _of(f"{newest}.{value}.{_mac(keys[newest], value)}", newest)


def read_value(keys: Keys, text: str) -> CookieValue | None:
    """One that we made, under a key that is still named; None for any other text."""
    version, _, rest = text.partition(".")
    value, _, mac = rest.partition(".")
    if len(text) > _LONGEST or not text.isascii() or not version.isdecimal() or int(version) not in keys:
        return None
    if not hmac.compare_digest(_mac(keys[int(version)], value), mac):
        return None
    return _of(text, int(version))


def _of(text: str, key: int) -> CookieValue:
    return CookieValue(text, sha256(text.encode()).hexdigest(), key)


def _mac(key: bytes, value: str) -> str:
    made = hmac.digest(key, _PURPOSE + value.encode(), "sha256")
    return urlsafe_b64encode(made).rstrip(b"=").decode()
