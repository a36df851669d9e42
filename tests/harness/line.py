"""The line between a browser and the system, which can be cut: then nothing passes, whoever in the browser asks.

Chromium's own "offline" belongs to a page: a page that is new, that closes, or whose service worker asks, may still
get a request through. A cut line is what a crew has in a basement.
"""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")


class Line:
    """Passes everything on to `upstream` (an http URL) while it is not cut. Other threads may cut and mend it."""

    def __init__(self, upstream: str) -> None:
        self._upstream = urlsplit(upstream)
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="line", daemon=True)
        self._open: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._is_cut = False
        self._thread.start()
        self._server = self._do(asyncio.start_server(self._accept, "127.0.0.1", 0))

    @property
    def url(self) -> str:
        """What the browser is told."""
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def cut(self) -> None:
        """Connections break; no new one gets through. When this returns, nothing more passes."""
        self._do(self._cut())

    def mend(self) -> None:
        """New connections get through again."""
        self._is_cut = False

    def close(self) -> None:
        """The end of the line."""
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def _cut(self) -> None:
        self._is_cut = True
        for writer in list(self._open):
            writer.transport.abort()

    async def _end(self) -> None:
        self._server.close()
        await self._cut()
        await asyncio.gather(*self._serving)

    def _accept(self, browser: asyncio.StreamReader, to_browser: asyncio.StreamWriter) -> None:
        task = self._loop.create_task(self._serve(browser, to_browser))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, browser: asyncio.StreamReader, to_browser: asyncio.StreamWriter) -> None:
        if self._is_cut:
            to_browser.transport.abort()
            return
        host, port = self._upstream.hostname, self._upstream.port
        try:
            system, to_system = await asyncio.open_connection(host, port)
        except OSError:
            to_browser.transport.abort()
            return
        ends = {to_browser, to_system}
        self._open |= ends
        if self._is_cut:  # while it was being opened
            await self._cut()
        await asyncio.gather(_pass(browser, to_system), _pass(system, to_browser))
        self._open -= ends


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    writer.close()


@contextmanager
def line_to(upstream: str) -> Iterator[Line]:
    """A line, until the block ends."""
    line = Line(upstream)
    try:
        yield line
    finally:
        line.close()
