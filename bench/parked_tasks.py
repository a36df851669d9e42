"""Reading a poisoned stream (`bench.poisoned`), each way in a process of its own: live, at start-up, in a rebuild."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from typing import Any

from aiokafka import ConsumerRecord, TopicPartition

from bench import load
from bench.measuring import until
from bench.poisoned import Poisoned, poisoned, projection_of
from runtime import kafka, metrics
from runtime.clock import utc_now
from runtime.folds import ReadModel
from runtime.mongo import connect
from runtime.parking import Parked, from_document
from runtime.projector import Projector
from runtime.rebuild import rebuild, verify
from runtime.rows import POSITIONS, Rows
from runtime.settings import Settings

Found = dict[str, Any]


async def parked_live(settings: Settings, service: str, source: str, bad: int) -> Found:
    """A projector follows; good events are there, then the bad ones are written at once, then everybody's next."""
    stream, projection = await stream_of(settings, source, service, bad), projection_of(service)
    database = connect(settings)
    projector = Projector(settings, (projection,), database)
    rows = Rows(database, projection)
    counter: Any = metrics.PROJECTED.labels(projection.name)

    async def put(part: list[load.Row]) -> None:
        target = int(counter._value.get()) + len(part)
        await load.fill(settings, f"{service}.events", iter(part))

        async def folded() -> bool:
            return int(counter._value.get()) >= target

        await until(folded, seconds=300)

    async with _running(projector):
        await _until_ready(projector)
        await put(stream.base)
        began = time.perf_counter()
        await load.fill(settings, f"{service}.events", iter(stream.poison))

        async def all_listed() -> bool:
            return len(await rows.parked()) == len(stream.poison)

        await until(all_listed, seconds=60)
        listed = time.perf_counter() - began
        await put(stream.rest)
        degraded = projector.degraded
    found = {"listed": listed, "degraded": degraded, **await _held(rows)}
    database.client.close()
    return found


async def parked_start(settings: Settings, service: str) -> Found:
    """A projector starts where nothing is folded yet: until it is ready, and until each bad event is listed."""
    database, projection = connect(settings), projection_of(service)
    rows = Rows(database, projection)
    projector = Projector(settings, (projection,), database)
    began = time.perf_counter()
    lags: dict[str, float] = {}

    async def ready() -> bool:
        _note(lags, await rows.parked())
        return projector.not_ready is None

    async with _running(projector):
        await until(ready, seconds=300)
        seconds = time.perf_counter() - began
        _note(lags, await rows.parked())
        degraded = projector.degraded
    found = {"seconds": seconds, "slowest": max(lags.values()), "degraded": degraded, **await _held(rows)}
    database.client.close()
    return found


async def parked_rebuild(settings: Settings, service: str) -> Found:
    """A rebuild beside the live model, and the two compared."""
    database, projection = connect(settings), projection_of(service)
    before = set(await database.list_collection_names())
    lags: dict[str, float] = {}

    async def look() -> None:
        while True:
            for name in set(await database.list_collection_names()) - before:
                document = await database[name].find_one({"_id": POSITIONS}, {"parked": 1}) or {}
                _note(lags, [from_document(one) for one in document.get("parked", {}).values()])
            await asyncio.sleep(0.05)

    looking = asyncio.create_task(look())
    began = time.perf_counter()
    model = await rebuild(settings, database, projection, lambda _, __: None)
    seconds = time.perf_counter() - began
    await asyncio.sleep(0.2)  # one more look
    looking.cancel()
    with suppress(asyncio.CancelledError):
        await looking
    live = ReadModel(database, projection, settings)
    await live.open()
    verdict = await verify(live, model)
    found = {
        "seconds": seconds,
        "slowest": max(lags.values()),
        "collection": model.collection.name,
        "parked": [_plain(one) for one in model.parked.values()],
        "compared": verdict.compared,
        "apart": len(verdict.parked),
        "equal": verdict.difference is None,
    }
    database.client.close()
    return found


async def stream_of(settings: Settings, source: str, service: str, bad: int) -> Poisoned:
    """The same for everybody who asks: made of the source's events."""
    tps = [TopicPartition(f"{source}.events", p) for p in range(settings.partitions)]
    ends = await kafka.high_watermarks(settings, tps)
    records: list[ConsumerRecord[bytes, bytes]] = []
    async for _, some in kafka.read_between(settings, {tp: (0, end) for tp, end in ends.items()}):
        records += some
    return poisoned(sorted(records, key=lambda one: (one.partition, one.offset)), service, bad)


def _note(lags: dict[str, float], parked: list[Parked]) -> None:
    """Seconds from when the reader met it to when somebody else could see it in the database."""
    for one in parked:
        lags.setdefault(one.subject, (utc_now() - one.since).total_seconds())


async def _held(rows: Rows) -> Found:
    return {
        "collection": (await rows.collection()).name,
        "parked": [_plain(one) for one in await rows.parked()],
    }


def _plain(one: Parked) -> Found:
    return {**asdict(one), "since": one.since.isoformat()}


@asynccontextmanager
async def _running(projector: Projector) -> AsyncIterator[None]:
    task = asyncio.create_task(projector.run())
    try:
        yield
        if task.done():
            task.result()
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _until_ready(projector: Projector) -> None:
    async def ready() -> bool:
        return projector.not_ready is None

    await until(ready)
