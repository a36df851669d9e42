"""Passwords: what is a good one (NIST 800-63B: long, not what everybody tries), and how one is kept (Argon2id)."""

import asyncio
import secrets
import string
import unicodedata
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from runtime.decision import Rejected

SHORTEST, LONGEST = 12, 128
"""Characters. Nothing is asked of their kinds: that makes passwords that people write down."""
_AT_ONCE = 2
"""Hashes under way at once in one process: each takes 64 MiB and a twentieth of a second of a core."""
_ONE_TIME_CHARACTERS = "".join(sorted(set(string.ascii_lowercase + string.digits) - set("il1o0")))
_ONE_TIME_PARTS, _ONE_TIME_PART = 4, 4  # 16 characters of 31: 79 bits

_COMMON = (
    "password", "passw0rd", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx", "letmein", "welcome", "admin",
    "iloveyou", "woaini", "changeme", "secret", "monkey", "dragon", "abc123", "qwerty", "songda", "mima", "12345",
)  # fmt: skip
"""What guesses are made of, and our own name; a password that is one of them with little beside it is guessed first."""
_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "0123456789012345678901234567890",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
)
_FEW = 5
"""Different characters; and characters beside what is common: fewer are no password."""


def flaw_of(password: str, *, about: Iterable[str]) -> Rejected | None:
    """Why a password will not do; None when it does. `about`: what is known of the person, such as id and name."""
    text = normal(password)
    if len(text) < SHORTEST:
        return _no("password_short", f"密码至少要 {SHORTEST} 个字符，可以是一句话。",
                   f"A password has {SHORTEST} characters or more; a sentence will do.")  # fmt: skip
    if len(text) > LONGEST:
        return _no("password_long", f"密码最多 {LONGEST} 个字符。", f"A password has {LONGEST} characters at most.")
    low = text.lower()
    rest = low
    for known in sorted((*_COMMON, *(one.lower() for one in about if len(one) > 1)), key=len, reverse=True):
        rest = rest.replace(known, "")
    if len(set(low)) < _FEW or len(rest) < _FEW or any(low in run or low in run[::-1] for run in _RUNS):
        return _no(
            "password_common",
            "这样的密码最先被人猜到：请不要用连续、重复的字符，常见的密码，或自己的名字、编号。",
            "Such a password is guessed first: no runs or repeats, no common password, not your own name or id.",
        )
    return None


def normal(password: str) -> str:
    """The same password however a keyboard puts it together (NFKC, as NIST asks)."""
    return unicodedata.normalize("NFKC", password)


def one_time_password() -> str:
    """One to be changed at the first login: four groups that can be read aloud."""
    groups = (
        "".join(secrets.choice(_ONE_TIME_CHARACTERS) for _ in range(_ONE_TIME_PART)) for _ in range(_ONE_TIME_PARTS)
    )
    return "-".join(groups)


class Hashing:
    """Argon2id, as argon2-cffi recommends it (RFC 9106, low memory), off the event loop and two at once."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._nobodys = self._hasher.hash(secrets.token_urlsafe(16))

    async def hash(self, password: str) -> str:
        """What is kept of a password."""
        async with self._room:
            return await asyncio.to_thread(self._hasher.hash, normal(password))

    async def is_right(self, kept: str | None, password: str) -> bool:
        """Whether it is the password. Where nothing is kept the same work is done: nobody learns who is known."""
        async with self._room:
            right = await asyncio.to_thread(self._verify, kept or self._nobodys, normal(password)[:LONGEST])
        return right and kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether it was hashed as one would no longer today."""
        return self._hasher.check_needs_rehash(kept)

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False


def _no(code: str, zh: str, en: str) -> Rejected:
    return Rejected(code=code, rule="C18", zh=zh, en=en)
