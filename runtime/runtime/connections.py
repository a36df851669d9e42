"""Connections: as many as there is room for, none for ever. What uvicorn leaves unbounded, over its own protocol.

A head (request line and headers) must come within its time and size; a body is the front door's matter, but what is
left of one after the answer is passed over for a while only. Who idles is closed; who takes no answer is cut. When all
places are taken, whoever has waited longest without a request makes room for the next.
"""

import asyncio
import time
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, ClassVar

import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from runtime.decision import Rejected
from runtime.front_door import BUSY, LARGE_HEAD, MOST_HEAD_BYTES
from runtime.http import error_body, new_request_id
from runtime.logs import get_log
from runtime.metrics import CONNECTIONS, REFUSED
from runtime.rates import Rate
from runtime.security_headers import secured
from runtime.settings import Settings

log = get_log("runtime.connections")

LOOK_SECONDS = 0.5
"""Between two looks at all connections: so late may a time be noticed."""
REST_SECONDS = 30.0
"""The rest of a body that was refused is passed over so long, so that who sends it gets to read why."""

SLOW_HEAD = Rejected(
    "too_slow", "", "请求来得太慢，连接已关闭。", "The request came too slowly; the connection is closed."
)
NO_HTTP = Rejected("no_http", "", "这不是完整的 HTTP 请求。", "This is no complete HTTP request.")


class Phase(Enum):
    """What a connection is in."""

    HEAD = auto()
    """A request's line and headers are awaited."""
    BUSY = auto()
    """The application has the request."""
    REST = auto()
    """The answer is out, the rest of the body is passed over."""
    IDLE = auto()
    """Kept for a further request."""


@dataclass(frozen=True, slots=True)
class ConnectionBounds:
    """How many, and how long in each phase (seconds)."""

    most: int
    head: float
    idle: float
    unread: float


def connection_bounds(settings: Settings) -> ConnectionBounds:
    """As the settings have them."""
    return ConnectionBounds(
        settings.max_connections, settings.header_seconds, settings.idle_seconds, settings.unread_seconds
    )


class Connection(HttpToolsProtocol):
    """One connection. Made by uvicorn; `bounded` makes the class."""

    bounds: ClassVar[ConnectionBounds]
    logged: ClassVar[Rate]
    looked_at: ClassVar[set[ServerState]]

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.phase = Phase.HEAD
        self.since = time.monotonic()
        self._head_bytes = 0
        self._in_head = False
        self._stalled: float | None = None
        """Since when the other side takes nothing, or we are hanging up."""

    # ---- what uvicorn tells ----------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Come in; who has waited longest without a request makes room, else there is none."""
        super().connection_made(transport)
        self._look_soon()
        CONNECTIONS.set(len(self.connections))
        if len(self.connections) <= self.bounds.most:
            return
        others = [one for one in self.connections if isinstance(one, Connection) and one is not self]
        there = [one for one in others if not one.transport.is_closing()]
        waiting = [one for one in there if one.phase is not Phase.BUSY]
        if len(there) < self.bounds.most:
            return
        if waiting:
            min(waiting, key=lambda one: one.since).end("connection_evicted")
        else:
            self.answer(503, BUSY, retry_after=5)

    def connection_lost(self, exc: Exception | None) -> None:
        """Gone."""
        super().connection_lost(exc)
        CONNECTIONS.set(len(self.connections))

    def data_received(self, data: bytes) -> None:
        """Bytes; the first ones after a request begin the next one."""
        if self.phase is Phase.IDLE:
            self._become(Phase.HEAD)
        self._head_bytes += len(data) if self.phase is Phase.HEAD else 0
        super().data_received(data)
        if self.phase is Phase.HEAD and self._head_bytes > MOST_HEAD_BYTES and not self.transport.is_closing():
            self.answer(431, LARGE_HEAD)

    def on_message_begin(self) -> None:
        """The parser's: a request begins."""
        self._in_head = True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """The parser's. What comes after the body (trailers) nobody reads, so nothing of it is kept."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The parser's: the head is there."""
        self._in_head = False
        self._become(Phase.BUSY)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The parser's: the body is there."""
        super().on_message_complete()
        if self.phase is Phase.REST:
            self._become(Phase.IDLE)

    def on_response_complete(self) -> None:
        """The answer is out."""
        super().on_response_complete()
        if self._in_head:
            self._become(Phase.HEAD)
        elif self.cycle.response_complete:  # else the next request was here already, and has begun
            self._become(Phase.REST if self.cycle.more_body else Phase.IDLE)
            if self.cycle.more_body and self.expect_100_continue:
                self.end("rest_not_wanted")  # it may or may not send the body now: nobody could tell it from a request

    def pause_writing(self) -> None:
        """The other side does not take what it is sent."""
        super().pause_writing()
        self._stalled = time.monotonic()

    def resume_writing(self) -> None:
        """It does again."""
        super().resume_writing()
        self._stalled = None

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words, which are not for people
        """What came is no HTTP."""
        self.answer(400, NO_HTTP)

    def _unsupported_upgrade_warning(self) -> None:
        """Asked for WebSockets: answered as the ordinary request that it is too."""

    # ---- ends ----------------------------------------------------------------------------------------------------

    def answer(self, status: int, no: Rejected, *, retry_after: int | None = None) -> None:
        """Say no, in the shape of all errors, and hang up."""
        request_id = new_request_id()
        if self.logged.ask(no.code) == 0:
            log.info("request refused", status=status, code=no.code, request_id=request_id)
        body = orjson.dumps(error_body(no, request_id))
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
            *([(b"retry-after", str(retry_after).encode())] if retry_after else []),
        ]
        lines = [STATUS_LINE[status], *(b"%b: %b\r\n" % pair for pair in secured(headers)), b"\r\n", body]
        self.transport.write(b"".join(lines))
        self.end(no.code)

    def end(self, why: str) -> None:
        """Hang up, when what was written is out."""
        REFUSED.labels(code=why).inc()
        self.transport.close()

    def look(self, now: float) -> None:
        """Is it time to end this connection?"""
        waited = now - self.since
        if self.transport.is_closing() and self._stalled is None:
            self._stalled = now
        if self._stalled is not None and now - self._stalled > self.bounds.unread:
            REFUSED.labels(code="answer_not_taken").inc()
            self.transport.abort()
        elif self.transport.is_closing():
            return
        elif self.phase is Phase.HEAD and waited > self.bounds.head:
            if self._head_bytes or self._in_head:
                self.answer(408, SLOW_HEAD)
            else:
                self.end("nothing_asked")  # browsers open some in advance
        elif self.phase is Phase.IDLE and waited > self.bounds.idle:
            self.end("idle")
        elif self.phase is Phase.REST and waited > REST_SECONDS:
            self.end("rest_not_wanted")

    def _become(self, phase: Phase) -> None:
        self.phase, self.since, self._head_bytes = phase, time.monotonic(), 0

    def _look_soon(self) -> None:
        """One look at all connections is always on its way while there are any."""
        looks: set[ServerState] = type(self).looked_at
        if self.server_state not in looks:
            looks.add(self.server_state)
            self.loop.call_later(LOOK_SECONDS, _look_at_all, self.server_state, self.loop, looks)


def _look_at_all(state: ServerState, loop: asyncio.AbstractEventLoop, looks: set[ServerState]) -> None:
    now = time.monotonic()
    for connection in list(state.connections):
        if isinstance(connection, Connection):
            connection.look(now)
    if state.connections:
        loop.call_later(LOOK_SECONDS, _look_at_all, state, loop, looks)
    else:
        looks.discard(state)


def bounded(bounds: ConnectionBounds) -> type[Connection]:
    """The protocol of a server whose connections are bounded so."""
    return type("BoundedConnection", (Connection,), {"bounds": bounds, "logged": Rate("1/minute"), "looked_at": set()})
