"""People who ask over HTTP until they are told yes or no, and the book of what they were told.

A request that got no definite answer (not decided yet, come again, connection lost) is sent again under its
Idempotency-Key. Requests that put one command to one aggregate are accounted for: see `Told`.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx

from harness.waiting import PATIENCE, eventually
from runtime.commands import deterministic_id
from runtime.testing import pin_of, signs
from runtime.tokens import Tokens

AGAIN = {202, 429, 503, 504}

Json = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """One request and its definite answer. `command_id` and `aggregate_id` are empty where it asks several things."""

    person: str
    path: str
    body: Json
    key: str
    command_id: str
    aggregate_id: str
    status: int
    answer: Json
    sendings: int

    @property
    def accepted(self) -> bool:
        """Yes."""
        return self.status < 300

    @property
    def code(self) -> str:
        """Why not."""
        return "" if self.accepted else str(self.answer["code"])


class Office:
    """Everybody who works with the system, over one connection pool."""

    def __init__(self, url: str, secret: str) -> None:
        self._client = httpx.AsyncClient(base_url=url, timeout=PATIENCE)
        self._tokens = Tokens(secret)
        self._numbers = count(1)
        self.book: list[Told] = []
        self.files: list[tuple[str, Json]] = []
        """Uploaded texts and their reports."""
        self._pins: set[str] = set()
        self.sendings = 0
        self.unknown = 0

    async def ask(self, person: str, path: str, body: Mapping[str, Any] | None = None, *, of: str = "") -> Told:
        """Ask until there is an answer, and write it down. `of`: the one aggregate that is asked."""
        key = f"r-{next(self._numbers)}"
        told = await self.send(person, path, dict(body or {}), key, of)
        self.book.append(told)
        return told

    async def send(self, person: str, path: str, body: Json, key: str, of: str) -> Told:
        """The same, without writing it down."""
        tries = 0

        async def once() -> httpx.Response | None:
            nonlocal tries
            tries += 1
            self.sendings += 1
            try:
                answer = await self._client.post(path, json=body, headers=self._headers(person, key))
            except httpx.TransportError:
                answer = None
            if answer is None or answer.status_code in AGAIN:
                self.unknown += 1
                return None
            return answer

        answer = await eventually(once, f"{path} is decided", every=0.2)
        assert answer is not None
        assert answer.status_code in {200, 201, 404, 409}, f"{path} {body}: {answer.status_code} {answer.text}"
        command_id = deterministic_id(person, key, "", of) if of else ""
        return Told(person, path, body, key, command_id, of, answer.status_code, answer.json(), tries)

    async def upload(self, person: str, path: str, text: str) -> Json:
        """A file, again until each of its rows is decided; the report."""
        key = f"f-{next(self._numbers)}"

        async def once() -> Json | None:
            self.sendings += 1
            files = {"file": ("l.csv", text.encode())}
            try:
                answer = await self._client.post(path, files=files, headers=self._headers(person, key))
            except httpx.TransportError:
                return None
            assert answer.status_code in {200, *AGAIN}, answer.text
            report: Json = answer.json()
            open_ = answer.status_code in AGAIN or any(not row["rule"] for row in report["refused"])
            self.unknown += open_
            return None if open_ else report

        report = await eventually(once, f"{path} is decided", every=0.2)
        assert report is not None
        self.files.append((text, report))
        return report

    async def put(self, person: str, content: bytes) -> str:
        """A picture; the reference by which commands name it."""

        async def once() -> str | None:
            try:
                answer = await self._client.post("/api/files", content=content, headers=self._headers(person))
            except httpx.TransportError:
                return None
            assert answer.status_code in {201, *AGAIN}, answer.text
            return None if answer.status_code in AGAIN else str(answer.json()["ref"])

        return await eventually(once, "the picture is there", every=0.2) or ""

    async def signs(self, person: str) -> Json:
        """`second` of a request: somebody enters their PIN, which they have set before."""

        async def is_set() -> bool | None:
            try:
                answer = await self._client.post(
                    "/api/pin", json={"pin": pin_of(person)}, headers=self._headers(person)
                )
            except httpx.TransportError:
                return None
            return True if answer.status_code in {200, 409} else None  # 409: it was set before

        if person not in self._pins:
            await eventually(is_set, f"{person} has a PIN", every=0.2)
            self._pins.add(person)
        return dict(signs(person))

    async def see(self, path: str, person: str = "tan.zw") -> Any:
        """What a page reads; None when it is not there yet, or cannot be said just now."""
        answer = await self._client.get(path, headers=self._headers(person))
        if answer.status_code in {404, 503}:
            return None
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    async def sees(self, path: str, person: str = "tan.zw", *, within: float, **wanted: Any) -> Any:
        """The same, once it is there and says what is wanted; None when it does not within that time."""
        until = asyncio.get_running_loop().time() + within
        while asyncio.get_running_loop().time() < until:
            seen = await self.see(path, person)
            if seen is not None and all(seen[name] == value for name, value in wanted.items()):
                return seen
            await asyncio.sleep(0.25)
        return None

    def _headers(self, person: str, key: str = "") -> dict[str, str]:
        token = {"Authorization": f"Bearer {self._tokens.issue(person)}"}
        return token | ({"Idempotency-Key": key} if key else {})

    @property
    def answers(self) -> int:
        """Definite answers so far."""
        return len(self.book)

    def summary(self) -> str:
        """What was asked and said, in one line."""
        codes = Counter(told.code for told in self.book if not told.accepted)
        accepted = sum(told.accepted for told in self.book)
        return (
            f"{self.answers} requests in {self.sendings} sendings: {accepted} accepted, {self.answers - accepted} "
            f"refused {dict(codes)}, {self.unknown} times no answer"
        )

    async def close(self) -> None:
        """Hang up."""
        await self._client.aclose()
