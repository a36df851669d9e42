"""Connections, over real sockets: none is kept for ever, and whoever holds many keeps nobody else out."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

from company.people import read_people
from runtime import connections
from runtime.connections import ConnectionBounds, bounded
from runtime.front_door import Bounds
from runtime.http import SignedIn
from runtime.http_errors import add_error_handling
from runtime.metrics import REFUSED
from runtime.tokens import Tokens

TOKENS = Tokens("secret")
SIGNED_IN = f"Authorization: Bearer {TOKENS.issue('he.jx')}\r\n"
LONG = 60.0
PATIENT = ConnectionBounds(most=1_000, head=LONG, idle=LONG, unread=LONG)
GET = b"GET /page HTTP/1.1\r\nHost: songda\r\n\r\n"


def site(**bounds: Any) -> FastAPI:
    app = FastAPI()
    app.state.people, app.state.tokens = read_people(), TOKENS
    app.state.entered, app.state.go_on = asyncio.Semaphore(0), asyncio.Event()

    @app.get("/page")
    async def page() -> str:
        return "here"

    @app.post("/raw")
    async def raw(request: Request, caller: SignedIn) -> int:
        return len(await request.body())

    @app.get("/slow")
    async def slow() -> str:
        app.state.entered.release()
        await app.state.go_on.wait()
        return "done"

    @app.get("/endless")
    async def endless() -> StreamingResponse:
        async def more() -> AsyncIterator[bytes]:
            while True:
                await asyncio.sleep(0)
                yield b"x" * 100_000

        return StreamingResponse(more())

    @app.post("/names")
    async def names(request: Request, caller: SignedIn) -> list[str]:
        await request.body()
        return [name.decode() for name, _ in request.scope["headers"]]

    add_error_handling(app, Bounds(**{"max_body_bytes": 1 << 20, **bounds}))
    return app


class Caller:
    """A connection by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def say(self, data: bytes | str) -> "Caller":
        self.writer.write(data if isinstance(data, bytes) else data.encode())
        return self

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the next answer."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        return int(head[0].split()[1]), headers, await self.reader.readexactly(int(headers.get("content-length", 0)))

    async def rest(self) -> bytes:
        """What comes until the other side hangs up."""
        got = b""
        with suppress(ConnectionResetError):
            while piece := await self.reader.read(65_536):
                got += piece
        return got


Open = Callable[[], Any]


class Listening(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        finally:
            self.listens.set()


@asynccontextmanager
async def served(app: FastAPI, bounds: ConnectionBounds, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Open]:
    """The application on a port; what is yielded opens a connection to it."""
    monkeypatch.setattr(connections, "LOOK_SECONDS", 0.02)
    server = Listening(
        uvicorn.Config(
            app,
            port=0,
            http=bounded(bounds),
            ws="none",
            lifespan="off",
            log_config=None,
            timeout_keep_alive=round(LONG),
            timeout_graceful_shutdown=1,
        )
    )
    serving = asyncio.create_task(server.serve())
    await server.listens.wait()
    port = server.servers[0].sockets[0].getsockname()[1]
    opened: list[Caller] = []

    async def connect() -> Caller:
        opened.append(Caller(*await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)))
        return opened[-1]

    try:
        yield connect
    finally:
        app.state.go_on.set()
        for one in opened:
            one.writer.transport.abort()
        server.should_exit = True
        await serving


async def test_half_open_requests_end_and_meanwhile_others_are_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """X8: three hundred of them."""
    bounds = ConnectionBounds(most=1_000, head=0.3, idle=LONG, unread=LONG)
    async with served(site(), bounds, monkeypatch) as connect:
        half = [(await connect()).say("POST /raw HTTP/1.1\r\nHost: songda\r\nX-") for _ in range(300)]
        assert (await (await connect()).say(GET).answer())[0] == 200
        ends = await asyncio.gather(*(one.rest() for one in half))
        assert {end.split(b"\r\n", 1)[0] for end in ends} == {b"HTTP/1.1 408 Request Timeout"}
        assert json.loads(ends[0].split(b"\r\n\r\n")[1])["code"] == "too_slow"
        assert (await (await connect()).say(GET).answer())[0] == 200


async def test_a_head_that_drips_gets_no_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """X8"""
    bounds = ConnectionBounds(most=9, head=0.2, idle=LONG, unread=LONG)
    async with served(site(), bounds, monkeypatch) as connect:
        caller = (await connect()).say("GET /page HTTP/1.1\r\n")
        told = asyncio.create_task(caller.rest())
        began = time.monotonic()
        while not told.done() and time.monotonic() - began < 5:
            caller.say("X: 1\r\n")
            await asyncio.sleep(0.02)
        assert (await told).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("said", [b"", b"\r\n\r\n\r\n"])
async def test_who_opens_and_asks_nothing_is_closed(monkeypatch: pytest.MonkeyPatch, said: bytes) -> None:
    """X8: without a word where nothing was said; empty lines are no request."""
    bounds = ConnectionBounds(most=9, head=0.1, idle=LONG, unread=LONG)
    async with served(site(), bounds, monkeypatch) as connect:
        told = await (await connect()).say(said).rest()
        assert (told == b"") is (said == b"")


async def test_a_connection_is_kept_for_further_requests_and_closed_when_it_idles(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """X8: also one that drips empty lines."""
    bounds = ConnectionBounds(most=9, head=0.2, idle=0.2, unread=LONG)
    async with served(site(), bounds, monkeypatch) as connect:
        caller, dripping = await connect(), await connect()
        for _ in range(3):
            assert (await caller.say(GET).answer())[0] == 200
        assert (await dripping.say(GET).answer())[0] == 200
        assert await caller.rest() == b""
        told = asyncio.create_task(dripping.rest())
        began = time.monotonic()
        while not told.done() and time.monotonic() - began < 5:
            dripping.say(b"\r\n")
            await asyncio.sleep(0.02)
        assert told.done()
        await told


async def test_when_all_places_are_taken_the_one_that_waits_longest_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """X8"""
    bounds = ConnectionBounds(most=3, head=LONG, idle=LONG, unread=LONG)
    async with served(app := site(), bounds, monkeypatch) as connect:
        busy = (await connect()).say("GET /slow HTTP/1.1\r\nHost: songda\r\n\r\n")
        await app.state.entered.acquire()
        first = (await connect()).say("GET /pa")
        await connect()
        newest = await connect()
        assert await first.rest() == b""
        assert (await newest.say(GET).answer())[0] == 200
        app.state.go_on.set()
        assert (await busy.answer())[0] == 200


async def test_when_all_places_are_at_work_there_is_none_and_the_caller_is_told_when_to_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """X8"""
    bounds = ConnectionBounds(most=2, head=LONG, idle=LONG, unread=LONG)
    async with served(app := site(), bounds, monkeypatch) as connect:
        for _ in range(2):
            (await connect()).say("GET /slow HTTP/1.1\r\nHost: songda\r\n\r\n")
            await app.state.entered.acquire()
        status, headers, body = await (await connect()).answer()
        assert (status, headers["retry-after"], json.loads(body)["code"]) == (503, "5", "busy")
        assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        (b"GET /page HTTP/1.1\r\nX: " + b"x" * 300_000, 431, "headers_too_large"),
        (b"GET /" + b"x" * 300_000, 431, "headers_too_large"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "no_http"),
    ],
)
async def test_what_is_no_request_of_ours_is_told_so_and_closed(
    monkeypatch: pytest.MonkeyPatch, said: bytes, status: int, code: str
) -> None:
    """X8"""
    async with served(site(), PATIENT, monkeypatch) as connect:
        caller = (await connect()).say(said)
        answered, _, body = await caller.answer()
        assert (answered, json.loads(body)["code"]) == (status, code)
        assert await caller.rest() == b""


async def test_nobodys_body_is_answered_before_it_comes_and_the_connection_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """X8: what is left of the body is passed over."""
    async with served(site(), PATIENT, monkeypatch) as connect:
        caller = (await connect()).say("POST /raw HTTP/1.1\r\nHost: songda\r\nContent-Length: 400000\r\n\r\n")
        assert (await caller.answer())[0] == 401
        caller.say(b"x" * 400_000 + GET)
        assert (await caller.answer())[::2] == (200, b'"here"')


async def test_the_rest_of_a_refused_body_is_passed_over_for_a_while_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """X8"""
    monkeypatch.setattr(connections, "REST_SECONDS", 0.1)
    async with served(site(), PATIENT, monkeypatch) as connect:
        caller = (await connect()).say("POST /raw HTTP/1.1\r\nHost: songda\r\nContent-Length: 900000\r\n\r\n")
        assert (await caller.answer())[0] == 401
        assert await caller.say(b"x" * 1_000).rest() == b""


async def test_who_waits_to_be_told_to_send_a_body_is_not_told_to_and_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """X8 (RFC 9110, 10.1.1)"""
    async with served(site(), PATIENT, monkeypatch) as connect:
        caller = (await connect()).say(
            "POST /raw HTTP/1.1\r\nHost: songda\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n"
        )
        assert (await caller.answer())[0] == 401
        assert await caller.rest() == b""


async def test_a_body_that_comes_too_slowly_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """X8"""
    app = site(body_seconds=0.1, body_bytes_per_second=1_000)
    async with served(app, PATIENT, monkeypatch) as connect:
        caller = await connect()
        caller.say(f"POST /raw HTTP/1.1\r\nHost: songda\r\n{SIGNED_IN}Content-Length: 99\r\n\r\nabc")
        status, _, body = await caller.answer()
        assert (status, json.loads(body)["code"]) == (408, "too_slow")


async def test_who_takes_nothing_of_an_answer_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """X8: otherwise what is sent would wait in memory."""
    bounds = ConnectionBounds(most=9, head=LONG, idle=LONG, unread=0.2)
    async with served(site(), bounds, monkeypatch) as connect:
        caller = await connect()
        caller.writer.transport.pause_reading()
        cut = REFUSED.labels(code="answer_not_taken")
        before = cut._value.get()
        caller.say("GET /endless HTTP/1.1\r\nHost: songda\r\n\r\n")
        async with asyncio.timeout(20):
            while cut._value.get() == before:
                await asyncio.sleep(0.02)
            caller.writer.transport.resume_reading()
            await caller.rest()


async def test_what_comes_after_a_body_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """X8: trailers have no bound of their own."""
    async with served(site(), PATIENT, monkeypatch) as connect:
        caller = (await connect()).say(
            f"POST /names HTTP/1.1\r\nHost: songda\r\n{SIGNED_IN}Transfer-Encoding: chunked\r\n\r\n"
            "1\r\nx\r\n0\r\nX-Trailer: 1\r\n\r\n"
        )
        status, _, body = await caller.answer()
        assert (status, json.loads(body)) == (200, ["host", "authorization", "transfer-encoding"])
        assert (await caller.say(GET).answer())[0] == 200


async def test_requests_in_a_row_are_answered_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 9112, 9.3.2"""
    bounds = ConnectionBounds(most=9, head=0.3, idle=LONG, unread=LONG)
    async with served(site(), bounds, monkeypatch) as connect:
        caller = (await connect()).say(GET + GET + GET[:10])
        assert [(await caller.answer())[2] for _ in range(2)] == [b'"here"', b'"here"']
        assert (await caller.answer())[0] == 408
