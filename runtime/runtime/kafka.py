"""Kafka clients as this system uses them: the one place that makes aiokafka objects, reasons beside settings.

RISKS A tells why each setting is as it is; topics are made by `provision`, never by a client that happens to ask.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, NodeNotReadyError, TopicAlreadyExistsError, for_code
from aiokafka.partitioner import murmur2
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.protocol.transaction import (
    AddOffsetsToTxnRequest,
    AddPartitionsToTxnRequest,
    EndTxnRequest,
    TxnOffsetCommitRequest,
)

from runtime import kafka_login
from runtime.errors import NotReady
from runtime.fetched import read_leniently
from runtime.logs import get_log
from runtime.settings import Settings

log = get_log("runtime.kafka")

read_leniently()

CHANGES = "songda.changes"
"""Topic of read-model changes, for pages that are looking on."""

PARKED = "songda.parked"
"""Log of what readers could not take and what people decided about it (`runtime.parking.Note`), kept for ever."""

AUDIT = "audit.events"
"""Who came in, who did not, what was changed about it (`runtime.identity.audit.Audited`), kept for ever."""

_OF_TRANSACTIONS = (
    AddPartitionsToTxnRequest,
    ProduceRequest,
    AddOffsetsToTxnRequest,
    TxnOffsetCommitRequest,
    EndTxnRequest,
)
LONG_POLL_MS = 500
"""How long the broker holds a fetch that finds nothing. What comes meanwhile is answered at once; less burns CPU."""

END_MS = 20
"""The same for a read that has an end: a position passes the last commit marker only with one more, empty fetch."""

_LOOK_MS = 5_000
"""How soon a worker finds a command topic that was deleted and made anew; no error tells it."""

_DAY_MS = 86_400_000


def partition_of(key: str, partitions: int) -> int:
    """Partition of a key, as Java's default partitioner computes it, so that other companies' tools agree."""
    return int((murmur2(key.encode()) & 0x7FFFFFFF) % partitions)


def topics_of(service: str) -> dict[str, dict[str, str]]:
    """Topics of a service and their configuration: events for ever, the rest for a while."""
    return {
        f"{service}.commands": {"retention.ms": str(7 * _DAY_MS)},
        f"{service}.events": {"retention.ms": "-1", "retention.bytes": "-1", "cleanup.policy": "delete"},
        f"{service}.outcomes": {"retention.ms": str(_DAY_MS)},
        # A dead letter says more than the command did, and the largest of those must find room too.
        f"{service}.dead-letters": {"retention.ms": "-1", "retention.bytes": "-1", "max.message.bytes": str(2 << 20)},
    }


def wanted_topics(settings: Settings, services: Iterable[str]) -> dict[str, tuple[int, dict[str, str]]]:
    """All topics of the system: partitions, and the configuration that counts."""
    wanted: dict[str, tuple[int, dict[str, str]]] = {
        CHANGES: (1, {"retention.ms": str(_DAY_MS)}),
        PARKED: (1, {"retention.ms": "-1", "retention.bytes": "-1"}),
        AUDIT: (1, {"retention.ms": "-1", "retention.bytes": "-1"}),
    }
    for service in services:
        wanted |= {topic: (settings.partitions, config) for topic, config in topics_of(service).items()}
    safe = {"min.insync.replicas": str(max(1, settings.replication - 1))}
    return {topic: (partitions, config | safe) for topic, (partitions, config) in wanted.items()}


async def provision(settings: Settings, services: Iterable[str], own: Iterable[str] | None = None) -> None:
    """Make the topics that are missing and check those that exist. Raises `NotReady` naming what is wrong.

    Where processes make no topics (`makes_topics`), only `own` are looked for: a principal knows of no others.
    """
    wanted = wanted_topics(settings, services)
    admin = await started_administrator(settings)
    try:
        if settings.makes_topics:
            await make_topics(admin, settings, wanted)
        else:
            wanted = {topic: wanted[topic] for topic in own or wanted}
        for described in await _described(admin, list(wanted), patient=settings.makes_topics):
            count, _ = wanted[described.name]
            if not described.is_known:
                raise NotReady(
                    f"there is no topic {described.name}, or {settings.kafka_user} may not use it: "
                    "run `songda topics apply` as somebody who may make topics and give access."
                )
            if described.partitions != count:
                raise NotReady(
                    f"topic {described.name} has {described.partitions} partitions, settings say {count}: "
                    "keys would move. Set SONGDA_PARTITIONS to what is there, or copy the stream to a new topic."
                )
        if settings.makes_topics:
            await _coordinated(admin)
    finally:
        await admin.close()


async def make_topics(
    admin: AIOKafkaAdminClient, settings: Settings, wanted: Mapping[str, tuple[int, dict[str, str]]]
) -> list[str]:
    """Make those that are missing; their names. Raises `NotReady` with the broker's reason."""
    there = set(await admin.list_topics())
    missing = [
        NewTopic(name=topic, num_partitions=n, replication_factor=settings.replication, topic_configs=config)
        for topic, (n, config) in wanted.items()
        if topic not in there
    ]
    if missing:
        response: Any = await admin.create_topics(missing)
        for topic, code, *rest in response.topic_errors:
            if code and for_code(code) is not TopicAlreadyExistsError:
                raise NotReady(f"topic {topic} could not be made: {for_code(code).__name__} {rest}")
    return [one.name for one in missing]


class _Topic(NamedTuple):
    """A topic as the broker describes it."""

    name: str
    partitions: int
    is_known: bool


async def _described(admin: AIOKafkaAdminClient, topics: list[str], *, patient: bool) -> list[_Topic]:
    """Topics once all of them are known to the broker (a new topic takes a moment); `patient`: wait for that."""
    found: list[_Topic] = []
    for _ in range(100):
        told = await admin.describe_topics(topics)
        found = [_Topic(one["topic"], len(one["partitions"]), not one["error_code"]) for one in told]
        if not patient or all(one.is_known and one.partitions for one in found):
            return found
        await asyncio.sleep(0.1)
    raise NotReady(f"topics do not come up: {[one.name for one in found if not one.is_known]}")


async def _coordinated(admin: AIOKafkaAdminClient) -> None:
    """Ask for a group once, until there is an answer: a new cluster makes its offsets topic only now, and every
    consumer that came meanwhile would log an error."""
    for _ in range(100):
        try:
            await admin.list_consumer_group_offsets("songda.provision")
        except KafkaError:
            await asyncio.sleep(0.1)
        else:
            return


async def reachable(settings: Settings) -> bool:
    """Whether somebody listens at one of the bootstrap addresses, within a second."""
    for address in settings.kafka_bootstrap.split(","):
        host, _, port = address.strip().rpartition(":")
        try:
            _, writer = await asyncio.wait_for(asyncio.open_connection(host, int(port)), 1.0)
        except (OSError, TimeoutError, ValueError):
            continue
        writer.close()
        return True
    return False


async def _start(starting: Any, settings: Settings) -> None:
    try:
        await asyncio.wait_for(starting, 20)
    except (KafkaError, TimeoutError, OSError) as error:
        raise NotReady(
            f"no Kafka at {settings.kafka_bootstrap} ({type(error).__name__} {error}): "
            "is it running, and is SONGDA_KAFKA_BOOTSTRAP right?"
        ) from error


def administrator(settings: Settings) -> AIOKafkaAdminClient:
    """Who asks about topics, groups and the cluster. Start and close it."""
    return AIOKafkaAdminClient(**kafka_login.client(settings), request_timeout_ms=10_000)


async def started_administrator(settings: Settings) -> AIOKafkaAdminClient:
    """The same, started. Raises `NotReady`."""
    admin = administrator(settings)
    await _start(admin.start(), settings)
    return admin


def sender(settings: Settings) -> AIOKafkaProducer:
    """A producer for records that stand alone (commands, changes): acknowledged by all, no doubles by retries."""
    return AIOKafkaProducer(
        **kafka_login.client(settings),
        acks="all",
        enable_idempotence=True,
        max_batch_size=1 << 20,
        request_timeout_ms=10_000,
        retry_backoff_ms=20,
    )


def owner_ids(topic: str, partition: int) -> tuple[str, str]:
    """Transactional ids of a partition's owner: two producers, used in turn. Stable: they fence a former owner.

    After a commit the broker still writes the transaction's markers; the same id waits for them before it may begin
    anew, at least 20 ms in aiokafka, and at a steady trickle every command would. The other one need not wait.
    """
    return f"{topic}.{partition}.a", f"{topic}.{partition}.b"


def transactional(settings: Settings, transactional_id: str) -> AIOKafkaProducer:
    """The producer of one owned partition. Its stable id is what fences a former owner (RISKS A5)."""
    return AIOKafkaProducer(
        **kafka_login.client(settings),
        transactional_id=transactional_id,
        transaction_timeout_ms=10_000,  # an open transaction of a dead owner blocks readers no longer than this
        request_timeout_ms=10_000,
        retry_backoff_ms=5,
        max_batch_size=1 << 20,  # 16 KiB would split a batch into many round trips
        acks="all",
    )


def unanswered_requests(producer: AIOKafkaProducer) -> list[str]:
    """Names of a transactional producer's requests that were sent and got no answer, as they happen.

    aiokafka silently sends them again under the same epoch. The first one may still be on its way and arrive in the
    middle of the next transaction, which it would end (DESIGN 10): whoever sees a name here must not begin another
    transaction with this producer. A new one has another epoch, for which the late request is a fenced one.
    """
    unanswered: list[str] = []
    send: Any = producer.client.send

    async def watched(node_id: int, request: Any, **options: Any) -> Any:
        try:
            return await send(node_id, request, **options)
        except KafkaError as error:
            if isinstance(request, _OF_TRANSACTIONS) and not isinstance(error, NodeNotReadyError):
                unanswered.append(type(request).__name__)
            raise

    producer.client.send = watched  # type: ignore[method-assign]
    return unanswered


def command_consumer(settings: Settings, group: str) -> AIOKafkaConsumer:
    """Consumer of a service's commands: group membership shares out partitions, offsets go into transactions."""
    return AIOKafkaConsumer(
        **kafka_login.client(settings),
        group_id=group,
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=LONG_POLL_MS,
        max_partition_fetch_bytes=4 << 20,
        session_timeout_ms=settings.session_timeout_ms,
        heartbeat_interval_ms=min(3_000, settings.session_timeout_ms // 3),
        rebalance_timeout_ms=60_000,
        max_poll_interval_ms=300_000,
        metadata_max_age_ms=_LOOK_MS,
    )


def stream_consumer(settings: Settings, group: str, client: str = "aiokafka") -> AIOKafkaConsumer:
    """Consumer of event streams for reactions: committed events only, from the beginning, offsets by hand."""
    return AIOKafkaConsumer(
        **kafka_login.client(settings),
        group_id=group,
        client_id=client,
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=LONG_POLL_MS,
        session_timeout_ms=settings.session_timeout_ms,
        heartbeat_interval_ms=min(3_000, settings.session_timeout_ms // 3),
        rebalance_timeout_ms=60_000,
    )


def reader(settings: Settings, *, committed: bool = True, wait_ms: int = LONG_POLL_MS) -> AIOKafkaConsumer:
    """A consumer without group: partitions assigned by hand, and a hole in retention is an error, not a jump."""
    return AIOKafkaConsumer(
        **kafka_login.client(settings),
        group_id=None,
        isolation_level="read_committed" if committed else "read_uncommitted",
        enable_auto_commit=False,
        auto_offset_reset="none",
        fetch_max_wait_ms=wait_ms,
        max_partition_fetch_bytes=4 << 20,
        fetch_max_bytes=16 << 20,
    )


async def high_watermarks(settings: Settings, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
    """Ends of partitions including what is not committed yet (RISKS A13): the target of a replay."""
    consumer = reader(settings, committed=False)
    try:
        await _start(consumer.start(), settings)
        wanted = list(partitions)
        consumer.assign(wanted)  # asked about unassigned topics, the client learns of them one by one, 100 ms each
        return dict(await consumer.end_offsets(wanted))
    finally:
        await consumer.stop()


async def extents(settings: Settings, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, tuple[int, int]]:
    """First offset and high watermark of partitions: all that is there now, as spans."""
    consumer = reader(settings, committed=False)
    try:
        await _start(consumer.start(), settings)
        wanted = list(partitions)
        consumer.assign(wanted)
        first, ends = await asyncio.gather(consumer.beginning_offsets(wanted), consumer.end_offsets(wanted))
        return {tp: (first[tp], ends[tp]) for tp in wanted}
    finally:
        await consumer.stop()


async def committed(settings: Settings, group: str, tp: TopicPartition) -> tuple[int, str] | None:
    """A group's offset in a partition, as the broker has it now, and what was written beside it."""
    admin = await started_administrator(settings)
    try:
        found = (await admin.list_consumer_group_offsets(group, partitions=[tp])).get(tp)
    finally:
        await admin.close()
    return None if found is None or found.offset < 0 else (found.offset, found.metadata)


async def read_between(
    settings: Settings,
    spans: Mapping[TopicPartition, tuple[int, int]],
    *,
    stalled: Callable[[], None] | None = None,
) -> AsyncGenerator[tuple[TopicPartition, list[ConsumerRecord[bytes, bytes]]], None]:
    """All committed records of `[start, end)` per partition, in order of each.

    Ends by position, not by counting: commit markers and aborted batches take offsets too (RISKS A12).
    `stalled` is called whenever a second passes without progress (somebody's transaction is open).
    """
    open_spans = {tp: end for tp, (start, end) in spans.items() if start < end}
    if not open_spans:
        return
    consumer = reader(settings, wait_ms=END_MS)
    try:
        await _start(consumer.start(), settings)
        consumer.assign(list(open_spans))
        for tp in open_spans:
            consumer.seek(tp, spans[tp][0])
        idle = 0
        while open_spans:
            got = await consumer.getmany(*open_spans, timeout_ms=2 * END_MS, max_records=2_000)
            idle = 0 if got else idle + 2 * END_MS
            if idle and idle % 1_000 == 0 and stalled is not None:
                stalled()
            for tp, records in got.items():
                inside = [r for r in records if r.offset < open_spans[tp]]
                if inside:
                    yield tp, inside
            for tp in list(open_spans):
                if await consumer.position(tp) >= open_spans[tp]:
                    del open_spans[tp]
    finally:
        await consumer.stop()


async def close_producer(producer: AIOKafkaProducer, seconds: float = 5.0) -> None:
    """Stop a producer, within bounds: with the broker away `stop()` would wait for ever (RISKS A4)."""
    try:
        await asyncio.wait_for(producer.stop(), seconds)
    except (KafkaError, TimeoutError, OSError, AssertionError) as error:
        log.warning("producer did not stop in time", error=type(error).__name__)
        task = getattr(getattr(producer, "_sender", None), "_sender_task", None)
        if isinstance(task, asyncio.Task):
            task.cancel()
        with suppress(Exception):
            await asyncio.wait_for(producer.client.close(), 2)


@asynccontextmanager
async def sending(settings: Settings) -> AsyncIterator[AIOKafkaProducer]:
    """A started `sender`, stopped at the end."""
    producer = sender(settings)
    try:
        await _start(producer.start(), settings)
        yield producer
    finally:
        await close_producer(producer)
