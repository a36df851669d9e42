"""The change feed: which rows of which read model changed, for pages that are looking on.

The projector writes a record to `songda.changes` after the rows are written. Each process that serves pages reads the
topic once, keeps the last ones in memory, and hands them to every stream; a stream resumes by the position it had.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile

import orjson
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from runtime import kafka
from runtime.ending import end_if_cancelled
from runtime.errors import NotReady
from runtime.logs import get_log
from runtime.settings import Settings
from runtime.strays import Strays

log = get_log("runtime.changes")

KEPT = 10_000
ROWS_TOLD_AT_ONCE = 1_000
"""Row ids in one record of the topic: about 30 KB."""
HEARTBEAT_SECONDS = 15.0


class TooOld(Exception):
    """The position to resume from is no longer kept: the page must be loaded anew."""


@dataclass(frozen=True, slots=True)
class Change:
    """Rows of a collection that changed. `id` is a position to resume from; an empty collection is a heartbeat."""

    id: str
    collection: str
    row_ids: tuple[str, ...]


def parts_of(row_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Row ids in as many parts as there are records to write for them."""
    for start in range(0, len(row_ids), ROWS_TOLD_AT_ONCE):
        yield row_ids[start : start + ROWS_TOLD_AT_ONCE]


def encode(collection: str, row_ids: Iterable[str]) -> bytes:
    """A change as the topic carries it."""
    return orjson.dumps({"collection": collection, "row_ids": list(row_ids)})


def decode(raw: bytes) -> tuple[str, tuple[str, ...]]:
    """Collection and row ids again. Raises ValueError for what is no change."""
    body = orjson.loads(raw)
    match body:
        case {"collection": str(collection), "row_ids": [*row_ids]} if all(isinstance(row, str) for row in row_ids):
            return collection, tuple(row_ids)
    raise ValueError("no change")


class ChangeFeed:
    """The latest changes of all read models. `run()` until cancelled."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._kept: deque[tuple[int, str, tuple[str, ...]]] = deque(maxlen=KEPT)
        self._end: int | None = None
        self._news = asyncio.Event()
        self._strays = Strays("changes")

    @property
    def not_ready(self) -> str | None:
        """Why pages get no changes; None when they do."""
        return None if self._end is not None else "change feed is not connected yet"

    async def run(self) -> None:
        """Follow the topic until cancelled."""
        while True:
            try:
                await self._follow()
            except (KafkaError, NotReady, OSError) as error:
                log.warning("changes cannot be read, trying again", error=f"{type(error).__name__}: {error}")
                await asyncio.sleep(1.0)

    async def _follow(self) -> None:
        tp = TopicPartition(kafka.CHANGES, 0)
        consumer = kafka.reader(self._settings)
        await consumer.start()
        try:
            consumer.assign([tp])
            first, end = (await consumer.beginning_offsets([tp]))[tp], (await consumer.end_offsets([tp]))[tp]
            if self._end is None or not first <= self._end <= end:  # at first; or away too long, or a topic made anew
                self.begin(end)
            consumer.seek(tp, self._end or 0)
            while True:
                end_if_cancelled()
                told: list[tuple[int, str, tuple[str, ...]]] = []
                for record in (await consumer.getmany(tp, timeout_ms=1_000)).get(tp, []):
                    try:
                        told.append((record.offset, *decode(record.value or b"")))
                    except ValueError as why:
                        self._strays.passed_over(record, why)
                        told.append((record.offset, "", ()))  # of no collection; the position goes on
                self.take(told)
        finally:
            with suppress(KafkaError):
                await consumer.stop()

    def begin(self, end: int) -> None:
        """From here on changes are kept. Whoever looks on already has missed some, and is told so."""
        self._kept = deque(maxlen=KEPT)
        self._end = end
        self._wake()

    def take(self, told: Iterable[tuple[int, str, tuple[str, ...]]]) -> None:
        """Keep changes (offset, collection, row ids) and wake the pages."""
        before = self._end
        for change in told:
            self._kept.append(change)
            self._end = change[0] + 1
        if self._end != before:
            self._wake()

    def _wake(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

    def position(self) -> str:
        """The position of now, for a page that is rendered now."""
        return str(self._end or 0)

    async def since(self, collections: Iterable[str], after: str | None) -> AsyncIterator[Change]:
        """Changes of the collections after a position (or from now on), with heartbeats. Raises `TooOld`."""
        wanted = frozenset(collections)
        position = self._resume(after)
        kept = self._kept
        while True:
            # An event that is set once and replaced, not a condition: a stream that is cancelled while it waits for the
            # condition's lock (a closed page) can leave it locked, and then no page hears anything again.
            news, end = self._news, self._end or 0
            if self._kept is not kept or (kept and kept[0][0] > position):
                raise TooOld(str(position))  # the page was too slow: what it lacks is not kept any more
            for offset, collection, row_ids in self._kept_from(position):
                if collection in wanted:
                    position = offset + 1
                    yield Change(str(position), collection, row_ids)
            position = max(position, end)  # of the look, not of now: more may have come while the page took its time
            try:
                await asyncio.wait_for(news.wait(), HEARTBEAT_SECONDS)
            except TimeoutError:
                yield Change(str(position), "", ())

    def _kept_from(self, position: int) -> list[tuple[int, str, tuple[str, ...]]]:
        """Looked for from the newest back: a stream that keeps up pays for what is new, not for all that is kept."""
        return list(takewhile(lambda kept: kept[0] >= position, reversed(self._kept)))[::-1]

    def _resume(self, after: str | None) -> int:
        if after is None:
            return self._end or 0
        if not after.isdecimal():
            raise TooOld(after)
        position = int(after)
        oldest = self._kept[0][0] if self._kept else (self._end or 0)
        if position < oldest or position > (self._end or 0):
            raise TooOld(after)
        return position
