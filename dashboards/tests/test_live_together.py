"""Streams of several pages in one: each as its own address gives it, told apart, ending and refused apart."""

import asyncio
import json
from collections.abc import AsyncIterator
from itertools import count
from typing import Any
from urllib.parse import urlencode

import pytest
from dashboards_site import TOKENS, browser, site

from runtime.changes import Change
from runtime.front_door import Bounds, FrontDoor

ASSISTANT = "he.jx"


class Feed:
    """Changes that the test makes; every reader gets them all."""

    def __init__(self) -> None:
        self.told: list[Change] = []
        self._news = asyncio.Condition()

    def position(self) -> str:
        return "7"

    async def since(self, collections: Any, _after: str | None) -> AsyncIterator[Change]:
        for seen in count():
            async with self._news:
                while len(self.told) == seen:
                    await self._news.wait()
            if self.told[seen].collection in collections:
                yield self.told[seen]

    async def tell(self, change: Change) -> None:
        async with self._news:
            self.told.append(change)
            self._news.notify_all()


def address(*streams: str, ids: tuple[str, ...] = ()) -> str:
    """Asks for these together."""
    return urlencode([("of", one) for one in streams] + [("id", one) for one in ids or ("",)])


class Reader:
    """A browser's one stream, by hand."""

    def __init__(self, app: Any, query: str, person: str = ASSISTANT) -> None:
        self.status = 0
        self.told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._leaves = asyncio.Event()
        token = f"Bearer {TOKENS.issue(person)}".encode()
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/live/together",
            "raw_path": b"/live/together",
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(b"host", b"songda"), (b"authorization", token)],
            "client": ("10.0.0.1", 1),
        }
        self._task = asyncio.create_task(app(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        await self._leaves.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message.get("body"):
            assert message["body"].startswith(b"data: ")
            self.told.put_nowait(json.loads(message["body"][6:]))

    async def next(self) -> tuple[int, str | int]:
        """Which stream, and the name of its event or the status that it ended with."""
        told = await asyncio.wait_for(self.told.get(), 10)
        if "ended" in told:
            return told["of"], told["ended"]
        lines = [line for line in told["text"].split("\n") if line.startswith("event: ")]
        return told["of"], lines[0].removeprefix("event: ") if lines else "message"

    async def leave(self) -> None:
        self._leaves.set()
        await self._task


def app_with(feed: Feed) -> Any:
    app = site({"tickets": {}})
    app.state.changes = feed
    return app


async def test_what_concerns_one_page_is_told_to_it_and_all_hear_that_we_are_there() -> None:
    """DESIGN §7"""
    feed = Feed()
    reader = Reader(app_with(feed), address("/live/rows?of=contracts", "/live/rows?of=tickets&row=T-1"))
    assert sorted([await reader.next() for _ in range(2)]) == [(0, "hello"), (1, "hello")]
    await feed.tell(Change("8", "tickets", ("T-1",)))
    assert await reader.next() == (1, "changed")
    await feed.tell(Change("9", "tickets", ("T-2",)))
    assert await reader.next() == (1, "beat")
    await feed.tell(Change("10", "contracts", ("HT1",)))
    assert await reader.next() == (0, "changed")
    await reader.leave()


async def test_a_stream_that_is_refused_or_ends_leaves_the_others_alone() -> None:
    """C18, DESIGN §7: each is authorised as its own address is."""
    feed = Feed()
    reader = Reader(app_with(feed), address("/live/rows?of=contracts", "/live/nothing", "/live/rows?of=x&nonsense=1"))
    heard = {await reader.next() for _ in range(3)}
    assert heard == {(0, "hello"), (1, 404), (2, 422)}
    await feed.tell(Change("8", "contracts", ("HT1",)))
    assert await reader.next() == (0, "changed")
    await reader.leave()


@pytest.mark.parametrize(
    ("streams", "status"),
    [
        (("/api/contracts",), 422),
        (("https://elsewhere.example/live/rows",), 422),
        (("/live/together?of=/live/rows",), 422),
        (("/live/now?of=/live/rows",), 422),
        (("/live/rows?of=x",) * 25, 422),
        ((), 422),
    ],
)
async def test_only_streams_are_put_together_and_not_too_many(streams: tuple[str, ...], status: int) -> None:
    """DESIGN §7"""
    async with browser(site({}), ASSISTANT) as client:
        for path in ("/live/together", "/live/now"):
            assert (await client.get(f"{path}?{address(*streams)}")).status_code == status


async def test_nobody_gets_none() -> None:
    """C18"""
    async with browser(site({})) as client:
        assert (await client.get(f"/live/now?{address('/live/rows?of=x')}")).status_code == 401


async def test_who_cannot_hold_a_stream_asks_for_what_there_is_now() -> None:
    """DESIGN §7"""
    async with browser(app_with(Feed()), ASSISTANT) as client:
        answer = await client.get(f"/live/now?{address('/live/rows?of=contracts', '/live/nothing')}")
    told = {(one["of"], one.get("ended") or one["text"].split("\n")[0]) for one in answer.json()}
    assert (answer.status_code, told) == (200, {(0, "event: hello"), (1, 404)})


async def test_each_stream_within_counts_as_one_of_the_persons() -> None:
    """X8: putting them together does not get around the bound."""
    app = app_with(Feed())
    [door] = [one for one in app.user_middleware if one.cls is FrontDoor]
    door.kwargs["bounds"] = Bounds(1 << 20, streams_each=3)
    reader = Reader(app, address(*["/live/rows?of=contracts"] * 3))
    assert sorted([await reader.next() for _ in range(3)], key=str) == [(0, "hello"), (1, "hello"), (2, 429)]
    await reader.leave()
    again = Reader(app, address("/live/rows?of=contracts"))
    assert await again.next() == (0, "hello")
    await again.leave()
