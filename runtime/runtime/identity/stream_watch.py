"""Live streams end with what let their reader in: a session that was ended, a person who was shut out.

A stream is let in once and then goes on for hours, so all that are open are looked after together, once a second.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from runtime.identity.known import Doorkeeper, Known
from runtime.logs import get_log
from runtime.mongo import PyMongoError
from runtime.person import Person

log = get_log("runtime.identity.stream_watch")

LOOK_SECONDS = 1.0
Everybody = Mapping[str, Person]


class StreamWatch:
    """The open streams of a process, each with the deadline that ends it. It looks only while there are any."""

    def __init__(self) -> None:
        self._open: dict[asyncio.Timeout, Known] = {}
        self._looking: asyncio.Task[None] | None = None

    @contextmanager
    def over(
        self, deadline: asyncio.Timeout, known: Known, doorkeeper: Doorkeeper, people: Callable[[], Everybody]
    ) -> Iterator[None]:
        """Look after a stream: `deadline` is over as soon as its reader may go on no longer."""
        self._open[deadline] = known
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(doorkeeper, people))
        try:
            yield
        finally:
            del self._open[deadline]
            if not self._open:
                self._looking.cancel()
                self._looking = None

    async def _look(self, doorkeeper: Doorkeeper, people: Callable[[], Everybody]) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            watched = dict(self._open)
            try:
                gone = await doorkeeper.gone(list(watched.values()), people())
            except (
                PyMongoError,
                TimeoutError,
            ) as error:
                # they go on showing what they may have shown; nobody new is let in meanwhile
                log.warning("streams cannot be looked after", error=type(error).__name__)
                continue
            now = asyncio.get_running_loop().time()
            for deadline, is_gone in zip(watched, gone, strict=True):
                if is_gone and deadline in self._open:
                    deadline.reschedule(now)
