"""Reading and writing topics for tests, by clients of their own: the oracle must not see with the runtime's eyes."""

from collections.abc import Iterable
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from harness.waiting import eventually


@dataclass(frozen=True)
class Record:
    """One record: where it lies, and what it holds."""

    partition: int
    offset: int
    key: str
    value: bytes
    headers: dict[str, str]


def consumed(topic: str, record: Record) -> ConsumerRecord[bytes, bytes]:
    """The record as a consumer hands it over."""
    headers = tuple((name, value.encode()) for name, value in record.headers.items())
    key, value = record.key.encode(), record.value
    return ConsumerRecord(topic, record.partition, record.offset, 0, 0, key, value, None, len(key), len(value), headers)


async def committed(address: str, topic: str, partitions: int = 3) -> list[Record]:
    """All committed records of a topic, partition by partition, once no transaction is open on it any more."""
    tps = [TopicPartition(topic, p) for p in range(partitions)]
    ends = await high_watermarks(address, tps)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=address, isolation_level="read_committed", enable_auto_commit=False, auto_offset_reset="none"
    )
    await consumer.start()
    found: list[Record] = []
    try:
        consumer.assign(tps)
        await consumer.seek_to_beginning(*tps)

        async def read() -> bool:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found.extend(
                    Record(
                        record.partition,
                        record.offset,
                        (record.key or b"").decode("utf-8", "replace"),
                        record.value or b"",
                        {name: (value or b"").decode("utf-8", "replace") for name, value in record.headers},
                    )
                    for record in records
                )
            return all([await consumer.position(tp) >= ends[tp] for tp in tps])

        await eventually(read, f"all of {topic} is committed or aborted", every=0)
    finally:
        await consumer.stop()
    return sorted(found, key=lambda record: (record.partition, record.offset))


async def high_watermarks(address: str, tps: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
    """Ends of partitions, with what is not committed."""
    consumer = AIOKafkaConsumer(bootstrap_servers=address, enable_auto_commit=False)
    await consumer.start()
    try:
        wanted = list(tps)
        consumer.assign(wanted)  # or the client learns of the topics one by one, 100 ms each
        return dict(await consumer.end_offsets(wanted))
    finally:
        await consumer.stop()


async def put(
    address: str,
    topic: str,
    partition: int,
    *,
    key: bytes | None,
    value: bytes | None,
    headers: list[tuple[str, bytes]],
) -> int:
    """Write one record as any foreign program might; its offset."""
    producer = AIOKafkaProducer(bootstrap_servers=address, max_request_size=8 << 20, acks="all")
    await producer.start()
    try:
        metadata = await producer.send_and_wait(topic, value, key=key, partition=partition, headers=headers)
        return int(metadata.offset)
    finally:
        await producer.stop()
