"""All the streams of a browser in one: a browser opens six connections to a host, and a stream holds one for good.

Whoever has several pages open asks for their streams together; each is the stream that its own address gives, with its
own authorisation, and may end or be refused apart from the others. A browser that cannot hold a stream for all pages
asks for what there is now, from time to time.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

import orjson
from fastapi import Query, Request
from fastapi.responses import Response, StreamingResponse
from starlette.types import Message

from contracts.bounds import OneLine
from dashboards.live import event, response
from runtime.decision import Rejected
from runtime.front_door import WITHIN
from runtime.http import Caller, Refusal, SignedIn
from runtime.route import Router

MOST = 24
"""Streams in one."""
_OF_THE_READER = ("type", "asgi", "http_version", "scheme", "server", "client")
QUIET_SECONDS, PATIENCE_SECONDS = 0.25, 3.0
"""What there is now: all that comes until nothing has come for a moment, or at last until patience ends."""

router = Router(include_in_schema=False)

Addresses = Annotated[list[OneLine], Query(alias="of", min_length=1, max_length=MOST)]
"""Addresses of streams of ours, path and query."""
Seen = Annotated[list[OneLine], Query(alias="id", max_length=MOST)]
"""The last id of each that the reader has, in the same order; empty for none."""


@router.get("/live/together")
async def together(request: Request, caller: SignedIn, addresses: Addresses, seen: Seen) -> StreamingResponse:
    """Events without name: `{"of": 0, "text": "..."}` an event of that stream; `{"of": 0, "ended": 200}` its end."""
    streams = _Streams(request, caller, _wanted(addresses, seen))
    return response(event(orjson.dumps(told).decode()) async for told in streams.all())


@router.get("/live/now")
async def now(request: Request, caller: SignedIn, addresses: Addresses, seen: Seen) -> Response:
    """The same as a list of what there is now."""
    streams = _Streams(request, caller, _wanted(addresses, seen))
    return Response(orjson.dumps([told async for told in streams.all(briefly=True)]), media_type="application/json")


@dataclass(frozen=True, slots=True)
class _Wanted:
    path: str
    query: str
    seen: str


def _wanted(addresses: Sequence[str], seen: Sequence[str]) -> list[_Wanted]:
    found = []
    for number, address in enumerate(addresses):
        parts = urlsplit(address)
        if not address.startswith("/live/") or parts.path in {"/live/together", "/live/now"}:
            zh, en = f"第 {number + 1} 个地址不是实时页面的。", f"Address {number + 1} is no stream."
            raise Refusal(422, Rejected("no_stream", "", zh, en))
        found.append(_Wanted(parts.path, parts.query, seen[number] if number < len(seen) else ""))
    return found


class _Streams:
    """Streams of this application, asked for as their reader would and told apart by number."""

    def __init__(self, request: Request, caller: Caller, wanted: Sequence[_Wanted]) -> None:
        self._request, self._desk, self._wanted = request, caller, wanted
        self._told: asyncio.Queue[dict[str, Any]] = asyncio.Queue(maxsize=2 * MOST)

    async def all(self, *, briefly: bool = False) -> AsyncIterator[dict[str, Any]]:
        """What they say, until all have ended; or what they say now."""
        reading = [asyncio.create_task(self._read(number, one)) for number, one in enumerate(self._wanted)]
        left = len(reading)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS if briefly else None):
                quiet = PATIENCE_SECONDS
                while left:
                    told = await asyncio.wait_for(self._told.get(), quiet if briefly else None)
                    quiet = QUIET_SECONDS
                    left -= "ended" in told
                    yield told
        except TimeoutError:
            return
        finally:
            for one in reading:
                one.cancel()
            await asyncio.gather(*reading, return_exceptions=True)

    async def _read(self, number: int, wanted: _Wanted) -> None:
        status = 500

        async def send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message.get("body") and status == 200:
                await self._told.put({"of": number, "text": message["body"].decode()})

        with suppress(Exception):  # told in the log by then, and answered with 500
            await self._request.app(self._scope(wanted), _stays, send)
        await self._told.put({"of": number, "ended": status})

    def _scope(self, wanted: _Wanted) -> dict[str, Any]:
        """A request for that stream by the same reader, made inside: who asks is known."""
        own = self._request.scope
        headers = [(name, value) for name, value in own["headers"] if name != b"last-event-id"]
        if wanted.seen:
            headers.append((b"last-event-id", wanted.seen.encode()))
        return {
            **{name: own[name] for name in _OF_THE_READER if name in own},
            "method": "GET",
            "path": unquote(wanted.path),
            "raw_path": wanted.path.encode(),
            "query_string": wanted.query.encode(),
            "root_path": own.get("root_path", ""),
            "headers": headers,
            "state": {"known": self._request.state.known},
            WITHIN: True,
        }


async def _stays() -> Message:
    """The reader of a stream within stays until it is cancelled."""
    await asyncio.Event().wait()
    return {"type": "http.disconnect"}
