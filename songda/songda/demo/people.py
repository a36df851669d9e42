"""Everybody of the demo, each with an own connection: what a role may not do, the demo may not do either."""

import hashlib
import hmac
import json
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from contracts.civil_time import civil
from runtime.clock import utc_now
from runtime.kept_secret import kept_secret
from runtime.pins import is_trivial
from runtime.settings import Settings
from songda.client import CallFailed, Client

ASSISTANT, SUPERVISOR, SPECIALIST = "he.jx", "tan.zw", "liang.my"
DESK_SUPERVISOR, WAREHOUSE, ACCOUNTANT, TECHNICIAN = "ou.yl", "mai.gh", "su.kj", "zhou.jm"
QC = "lu.qc"
LEADERS = {"S1": "li.zq", "S2": "chen.gd", "A1": "huang.wy", "A2": "he.zb"}


class Staff:
    """People by id. Requests carry a key made of what they are about, so that playing again repeats nothing."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._clients: dict[str, Client] = {}
        self.asked = 0
        self.refused: list[str] = []
        self.pins: dict[str, str] = {}
        """Of those who signed beside somebody."""

    def __getitem__(self, person: str) -> Client:
        if person not in self._clients:
            self._clients[person] = Client(self._settings, person)
        return self._clients[person]

    def tell(
        self,
        person: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        at: datetime | None = None,
        second: str | None = None,
    ) -> bool:
        """Ask for something that happened at `at` (not if that is yet to come), signed beside by a second person, who
        enters their PIN (B23). False when refused or not yet."""
        if at is not None and at > utc_now():
            return False
        content = {**(body or {}), **({} if at is None else {"at": at.isoformat()})}
        signed = content if second is None else {**content, "second": {"person": second, "pin": self.pin(second)}}
        self.asked += 1
        try:
            self[person].post(path, signed, key=_key(path, content))
        except CallFailed as no:
            self.refused.append(f"{path}: {no}")
            return False
        return True

    def pin(self, person: str) -> str:
        """Somebody's PIN, which they set before they first enter it: nobody but this machine can make it again."""
        if person not in self.pins:
            pin = _pin(kept_secret(self._settings.home / "demo_pins"), person)
            if not self[person].get("/api/pin")["is_set"]:
                self[person].post("/api/pin", {"pin": pin})
            self.pins[person] = pin
        return self.pins[person]

    def settle(self) -> None:
        """Wait until all of it has run its course."""
        self[ASSISTANT].get("/api/settled")

    def close(self) -> None:
        """Hang up."""
        for client in self._clients.values():
            client.close()


def _key(path: str, content: dict[str, Any]) -> str:
    """The same request has the same key, so that playing the demo again repeats nothing."""
    told = json.dumps([path, content], sort_keys=True).encode()
    return f"demo-{hashlib.sha256(told).hexdigest()[:32]}"


def _pin(secret: str, person: str) -> str:
    """Six figures that the secret of this machine and the person give, the first of them that are no trivial ones."""
    made = (hmac.digest(secret.encode(), f"demo pin {person} {n}".encode(), "sha256") for n in count())
    pins = (f"{int.from_bytes(digest[:8]) % 1_000_000:06d}" for digest in made)
    return next(pin for pin in pins if not is_trivial(pin))


def clock(on: date, hour: int, minute: int = 0, *, plus: int = 0) -> datetime:
    """A moment on a day of the company, `plus` minutes later."""
    return civil(on, time(hour, minute)) + timedelta(minutes=plus)
