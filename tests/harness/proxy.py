"""A TCP proxy between a worker and the broker that knows Kafka's request headers, and can hold an EndTxn back.

It stands for a network that breaks at the worst moment: the request that ends a transaction is on its way, the client
loses its connection (or its patience), comes back over another one, and only later the first request arrives.
"""

import asyncio
import struct
from dataclasses import dataclass
from typing import Literal

ADD_OFFSETS_TO_TXN = 25
END_TXN = 26

How = Literal["connection lost", "no answer"]


@dataclass(frozen=True)
class Late:
    """A held request that was delivered after all: the epoch it was sent under, and the broker's error code."""

    epoch: int
    error_code: int


@dataclass(frozen=True, eq=False)
class _Link:
    """One connection: the client's side, the broker's side, and the task that carries answers back."""

    client: asyncio.StreamReader
    to_client: asyncio.StreamWriter
    broker: asyncio.StreamReader
    to_broker: asyncio.StreamWriter
    answers: "asyncio.Task[None]"

    async def stop_answers(self) -> None:
        """Nothing more goes back to the client."""
        self.answers.cancel()
        await asyncio.gather(self.answers, return_exceptions=True)


class Proxy:
    """Forwards everything, except for one EndTxn when told to. `start()` before use, `close()` after."""

    def __init__(self, port: int, upstream: int) -> None:
        self._port = port
        self._upstream = upstream
        self._server: asyncio.Server | None = None
        self._pumps: set[asyncio.Task[None]] = set()
        self._how: How | None = None
        self._held: tuple[bytes, _Link] | None = None
        self._retried = False
        self.late: Late | None = None
        self.passed: list[tuple[str, int]] = []
        """Transactional id and epoch of every EndTxn that was let through at once."""

    async def start(self) -> "Proxy":
        """Listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        return self

    def hold_next_end(self, how: How) -> None:
        """The next EndTxn stays here until the client is in the middle of its next transaction."""
        self._how = how
        self._held = None
        self._retried = False
        self.late = None

    async def close(self) -> None:
        """Break all connections."""
        if self._server is not None:
            self._server.close()
        for pump in list(self._pumps):
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)
        if self._held is not None:
            self._held[1].to_broker.close()

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._pumps.add(task)
        try:
            broker, to_broker = await asyncio.open_connection("127.0.0.1", self._upstream, limit=16 << 20)
        except OSError:
            to_client.close()
            self._pumps.discard(task)
            return
        link = _Link(client, to_client, broker, to_broker, asyncio.create_task(_copy(broker, to_client)))
        try:
            await self._forward(link)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            await link.stop_answers()
            to_client.close()
            if self._held is None or self._held[1] is not link:
                to_broker.close()
            self._pumps.discard(task)

    async def _forward(self, link: "_Link") -> None:
        """Requests of one connection, one after the other."""
        while True:
            size = await link.client.readexactly(4)
            frame = size + await link.client.readexactly(struct.unpack(">i", size)[0])
            api_key = struct.unpack_from(">h", frame, 4)[0]
            if api_key == END_TXN:
                if self._how is not None and self._held is None:
                    return await self._hold(frame, link)
                self.passed.append(_transaction(frame))
                self._retried = self._held is not None
            if api_key == ADD_OFFSETS_TO_TXN and self._retried:
                await self._deliver()
            link.to_broker.write(frame)
            await link.to_broker.drain()

    async def _hold(self, frame: bytes, link: "_Link") -> None:
        await link.stop_answers()
        self._held = (frame, link)
        how, self._how = self._how, None
        if how == "no answer":
            await link.client.read()  # until the client has lost its patience and hangs up

    async def _deliver(self) -> None:
        """The held request arrives, in the middle of the client's next transaction."""
        assert self._held is not None
        frame, link = self._held
        self._held, self._retried = None, False
        link.to_broker.write(frame)
        answer = await link.broker.readexactly(struct.unpack(">i", await link.broker.readexactly(4))[0])
        self.late = Late(_transaction(frame)[1], struct.unpack_from(">h", answer, 8)[0])
        link.to_broker.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    writer.close()


def _transaction(frame: bytes) -> tuple[str, int]:
    """Transactional id and producer epoch of an EndTxn request, version 0 to 2 (before flexible headers)."""
    _, version, _, client = struct.unpack_from(">hhih", frame, 4)
    assert version <= 2, f"EndTxn version {version} has another header"
    at = 14 + max(client, 0)
    (length,) = struct.unpack_from(">h", frame, at)
    name = frame[at + 2 : at + 2 + length].decode()
    (epoch,) = struct.unpack_from(">h", frame, at + 2 + length + 8)
    return name, epoch
