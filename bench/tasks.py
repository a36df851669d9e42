"""What runs in a process of its own: `python -m bench.tasks TASK '{"settings": {...}, ...}'` prints one JSON object.

Each measured side gets a fresh process, so that neither memory nor CPU of one is counted to another.
"""

import asyncio
import json
import signal
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, replace
from typing import Any

import httpx
import uvloop
from aiokafka import TopicPartition

from bench import load
from bench.bare import BareLoop, Kind, count_decoded
from bench.import_file import contracts_file
from bench.lean_http import LeanClient
from bench.measuring import Span, memory, until, watch
from bench.open_loop import open_loop, percentile
from bench.parked_tasks import parked_live, parked_rebuild, parked_start
from bench.poisoned import changed, projection_of
from bench.profiling import Samples, sampling
from company.policy import policy_book
from contracts.envelope import wire_source
from order.main import SERVICE
from runtime import kafka, metrics
from runtime.app import cluster_id, rules_of
from runtime.checkpoints import MANIFEST
from runtime.collecting import set_up_collector
from runtime.decoded import Unreadable, decode
from runtime.logs import set_up_logs
from runtime.mongo import connect
from runtime.projector import Projector
from runtime.rebuild import rebuild
from runtime.settings import Settings
from runtime.worker import Worker

Found = dict[str, Any]


async def write_worker(settings: Settings, service: str, commands: int, profile: bool) -> Found:
    """A worker process over prefilled commands."""
    database = connect(settings)
    worker = Worker(
        settings,
        rules_of(settings, replace(SERVICE, name=service), policy_book()),
        database,
        await cluster_id(settings),
    )
    counter: Any = metrics.COMMANDS.labels(service)
    async with _running(worker.run()):
        span = await _measured(lambda: int(counter._value.get()), commands, profile=profile)
    database.client.close()
    return _found(span)


async def write_bare(
    settings: Settings, *, source: str, target: str, kind: Kind, commands: int, profile: bool
) -> Found:
    """A bare loop over the same commands."""
    loop = BareLoop(settings, source, target, kind)
    async with _running(loop.run()):
        span = await _measured(lambda: loop.done, commands, profile=profile)
    return _found(span)


async def read_bare(settings: Settings, topic: str, profile: bool) -> Found:
    """A plain getmany + decode loop over a whole stream."""
    total = [0]
    span = await _whole(count_decoded(settings, topic, total), lambda: total[0], profile)
    return _found(span)


async def read_rebuild(settings: Settings, service: str, profile: bool) -> Found:
    """A rebuild of the order service's read model into a fresh collection, from offset 0."""
    done = [0]

    def progress(count: int, _: int) -> None:
        done[0] = count

    database = connect(settings)
    work = rebuild(settings, database, projection_of(service), progress)
    span = await _whole(work, lambda: done[0], profile)
    database.client.close()
    return _found(span)


async def read_fold(settings: Settings, service: str, profile: bool) -> Found:
    """The same folds over the same stream, without a database: what the rebuild costs besides its writes."""
    facet = projection_of(service).facets[0]
    prefixes = frozenset(prefix.encode() for prefix in facet.prefixes)
    rows: dict[str, Any] = {}
    total = [0]

    async def fold() -> None:
        tps = [TopicPartition(f"{service}.events", p) for p in range(settings.partitions)]
        ends = await kafka.high_watermarks(settings, tps)
        async for _, records in kafka.read_between(settings, {tp: (0, end) for tp, end in ends.items()}):
            for record in records:
                decoded = decode(record, prefixes, "bench")
                if decoded is not None and not isinstance(decoded.event, Unreadable):
                    subject = decoded.meta.subject
                    rows[subject] = facet.fold(rows.get(subject), decoded.event, decoded.meta)
            total[0] += len(records)

    span = await _whole(fold(), lambda: total[0], profile)
    return _found(span)


async def read_live(settings: Settings, service: str, events: int, profile: bool) -> Found:
    """The live projector: it has caught up with an empty stream, then a copy of the events is put there at once."""
    copies = await _records_of(settings, service, f"{service}live")
    database = connect(settings)
    projection = projection_of(f"{service}live")
    counter: Any = metrics.PROJECTED.labels(projection.name)
    projector = Projector(settings, (projection,), database)

    async def ready() -> bool:
        return projector.not_ready is None

    async with _running(projector.run()):
        await until(ready)
        await load.fill(settings, f"{service}live.events", iter(copies))
        del copies
        span = await _measured(lambda: int(counter._value.get()), events, profile=profile)
    database.client.close()
    return _found(span)


async def _records_of(settings: Settings, service: str, copied_to: str) -> list[load.Row]:
    tps = [TopicPartition(f"{service}.events", p) for p in range(settings.partitions)]
    ends = await kafka.high_watermarks(settings, tps)
    spans = {tp: (0, end) for tp, end in ends.items()}
    return [
        load.Row(
            (record.key or b"").decode(), record.value or b"", changed(record.headers, ce_source=wire_source(copied_to))
        )
        async for _, records in kafka.read_between(settings, spans)
        for record in records
    ]


@asynccontextmanager
async def _running(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Work in the background while the block lasts; what breaks it breaks the block."""
    task = asyncio.create_task(work)
    try:
        yield
        if task.done():
            task.result()
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _measured(count: Callable[[], int], target: int, *, profile: bool) -> tuple[Span, Samples]:
    with sampling(wanted=profile) as samples:
        return await watch(count, target), samples


async def _whole(work: Coroutine[Any, Any, Any], count: Callable[[], int], profile: bool) -> tuple[Span, Samples]:
    """Measure one piece of work from start to end."""
    wall, cpu = time.perf_counter(), time.process_time()
    with sampling(wanted=profile) as samples:
        await work
    return Span(count(), time.perf_counter() - wall, time.process_time() - cpu), samples


def _found(measured: tuple[Span, Samples], **more: Any) -> Found:
    span, samples = measured
    now, highest = memory()
    found = {**asdict(span), "per_second": span.per_second, "rss": now, "hwm": highest, **more}
    if samples.count:
        found["profile"] = samples.report()
    return found


async def http_load(settings: Settings, token: str, rate: float, seconds: float, first: int) -> Found:
    """Register contracts over HTTP at a fixed rate; every one must be accepted."""
    client = LeanClient(settings.http_host, settings.http_port, token)

    async def register(number: int) -> None:
        status, answer = await client.post("/api/contracts", load.registration(number).model_dump_json().encode())
        if status != 201:
            raise RuntimeError(f"HTTP {status}: {answer}")

    warm_up = int(rate)
    await open_loop(rate, 1.0, lambda n: register(first + n))
    latencies = await open_loop(rate, seconds, lambda n: register(first + warm_up + n))
    await client.close()
    return _percentiles(latencies)


async def import_file(settings: Settings, token: str, contracts: int, lines: int, first: int) -> Found:
    """Import a contracts file; every row must be taken. Counts how often the answer told how far it was."""
    content, rows = contracts_file(contracts, lines, first), contracts * lines
    address = f"http://{settings.http_host}:{settings.http_port}"
    told, report = 0, Found()
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/x-ndjson"}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=600, trust_env=False) as client:
        began = time.perf_counter()
        async with client.stream("POST", "/api/imports/contracts", files={"file": ("c.csv", content)}) as answer:
            async for line in answer.aiter_lines():
                said = json.loads(line)
                told += "done" in said
                report = said.get("report", report)
        seconds = time.perf_counter() - began
    if report["taken"] != rows:
        raise RuntimeError(f"taken {report['taken']} of {rows}: {report['refused'][:3]}")
    return {"per_second": rows / seconds, "seconds": seconds, "told": told}


async def echo(settings: Settings, name: str) -> Found:
    """The bare loop as a server: gives back what it gets, in transactions. Runs until it is told to stop."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with _running(BareLoop(settings, name, name, "echoed").run()):
        await stop.wait()
    return {}


async def echo_load(settings: Settings, name: str, rate: float, seconds: float) -> Found:
    """Records to the echo and back at a fixed rate."""
    waiting: dict[bytes, asyncio.Future[None]] = {}
    consumer = kafka.reader(settings)
    await consumer.start()
    consumer.assign([TopicPartition(f"{name}.outcomes", p) for p in range(settings.partitions)])
    await consumer.seek_to_end()

    async def listen() -> None:
        while True:
            for records in (await consumer.getmany(timeout_ms=1_000)).values():
                for record in records:
                    waiting.pop(record.key or b"").set_result(None)

    async with kafka.sending(settings) as producer, _running(listen()):

        async def send(number: int) -> None:
            entry = load.row(number, 0, load.registration(number))
            key = uuid.uuid4().hex.encode()
            waiting[key] = asyncio.get_running_loop().create_future()
            back = waiting[key]
            partition = kafka.partition_of(entry.key, settings.partitions)
            await producer.send(f"{name}.commands", entry.value, key=key, partition=partition, headers=entry.headers)
            await back

        await open_loop(rate, 1.0, send)
        latencies = await open_loop(rate, seconds, send)
    await consumer.stop()
    return _percentiles(latencies)


def _percentiles(latencies: list[float]) -> Found:
    return {f"p{p}": percentile(latencies, p) for p in (50, 95, 99)} | {"max": max(latencies), "n": len(latencies)}


async def grow(settings: Settings, service: str, contracts: int) -> Found:
    """A worker that has had `contracts` aggregates; its memory as it goes and at the end."""
    before = memory()
    database = connect(settings)
    worker = Worker(
        settings,
        rules_of(settings, replace(SERVICE, name=service), policy_book()),
        database,
        await cluster_id(settings),
    )
    counter: Any = metrics.COMMANDS.labels(service)
    async with _running(worker.run()):
        measured = await _measured(lambda: int(counter._value.get()), contracts, profile=False)
    database.client.close()
    return _found(measured, empty=before[0])


async def restore(settings: Settings, service: str) -> Found:
    """Take over all partitions of a service: seconds from assignment to serving, of the slowest partition."""
    database = connect(settings)
    worker = Worker(
        settings,
        rules_of(settings, replace(SERVICE, name=service), policy_book()),
        database,
        await cluster_id(settings),
    )

    async def assigned() -> bool:
        return bool(worker.partitions)

    async def serving() -> bool:
        return worker.not_ready is None

    async with _running(worker.run()):
        await until(assigned, every=0.001)
        began = time.perf_counter()
        await until(serving, seconds=300, every=0.005)
        seconds = time.perf_counter() - began
    database.client.close()
    return {"seconds": seconds, "rss": memory()[0]}


async def settle(settings: Settings, service: str, commands: int) -> Found:
    """A worker decides what is waiting and goes on until all of it is in checkpoints."""
    database = connect(settings)
    worker = Worker(
        settings,
        rules_of(settings, replace(SERVICE, name=service), policy_book()),
        database,
        await cluster_id(settings),
    )
    counter: Any = metrics.COMMANDS.labels(service)
    events = [TopicPartition(f"{service}.events", p) for p in range(settings.partitions)]

    async def safe() -> bool:
        """Every partition's manifest reaches the last event (the commit marker behind it aside)."""
        for tp, end in (await kafka.high_watermarks(settings, events)).items():
            states = database[f"state_{service}_{tp.partition}_{worker.generation}"]
            manifest = await states.find_one({"_id": MANIFEST})
            if manifest is None or manifest["next_event"] < end - 1:
                return False
        return True

    async with _running(worker.run()):
        measured = await _measured(lambda: int(counter._value.get()), commands, profile=False)
        await until(safe, seconds=300, every=0.5)
    database.client.close()
    return _found(measured)


TASKS: dict[str, Callable[..., Coroutine[Any, Any, Found]]] = {
    "write_worker": write_worker,
    "write_bare": write_bare,
    "read_bare": read_bare,
    "read_fold": read_fold,
    "read_rebuild": read_rebuild,
    "read_live": read_live,
    "http_load": http_load,
    "import_file": import_file,
    "echo": echo,
    "echo_load": echo_load,
    "grow": grow,
    "restore": restore,
    "settle": settle,
    "parked_live": parked_live,
    "parked_start": parked_start,
    "parked_rebuild": parked_rebuild,
}


def main() -> None:
    """One task; its findings as JSON on stdout, its logs on stderr."""
    name, given = sys.argv[1], json.loads(sys.argv[2])
    settings = Settings(**given.pop("settings"))
    set_up_logs(settings.log_level)
    set_up_collector()
    print(json.dumps(uvloop.run(TASKS[name](settings, **given))))


if __name__ == "__main__":
    main()
