"""One batch as one Kafka transaction: events, answers, dead letters and the consumed offset, all or nothing."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.producer.message_accumulator import BatchBuilder

from runtime.deciding import Decided, Outgoing
from runtime.errors import NotReady, OutcomeUnknown

COMMIT_SECONDS = 20.0  # longer and the transaction's end is unknown; the broker aborts it after 10 s anyway


@dataclass(frozen=True, slots=True)
class Places:
    """Where a partition's owner writes: the same partition number of three topics."""

    events: TopicPartition
    outcomes: TopicPartition
    dead: TopicPartition

    @classmethod
    def of(cls, service: str, partition: int) -> Self:
        """The places of a service's partition."""
        return cls(*(TopicPartition(f"{service}.{kind}", partition) for kind in ("events", "outcomes", "dead-letters")))


async def write_batch(
    producer: AIOKafkaProducer,
    places: Places,
    decided: Decided,
    consumed: Mapping[TopicPartition, tuple[int, str]],
    group: str,
) -> int | None:
    """Write what was decided and the offsets consumed, each with a text that is kept beside it. Returns the offset
    after the last event, None without events.

    1 begin; 2 one record batch per topic and await each: a failed one must not be committed over (RISKS A1);
    3 flush before offsets (spares a 100 ms back-off); 4 offsets last; 5 commit, never cancelled (RISKS A3).
    Raises `OutcomeUnknown` when the commit gives no answer; whatever else fails leaves as the client's error.
    """
    await producer.begin_transaction()  # 1
    written = [
        (tp, await _send(producer, tp, outgoing))
        for tp, outgoing in (
            (places.events, decided.events),
            (places.outcomes, decided.outcomes),
            (places.dead, decided.dead),
        )
        if outgoing
    ]
    next_event = None
    for tp, futures in written:  # 2
        for future, count in futures:
            metadata = await future
            if tp == places.events:
                next_event = metadata.offset + count
    await producer.flush()  # 3
    await producer.send_offsets_to_transaction(dict(consumed), group)  # 4
    committing = asyncio.ensure_future(producer.commit_transaction())  # 5
    committing.add_done_callback(_seen)
    try:
        await asyncio.wait_for(asyncio.shield(committing), COMMIT_SECONDS)
    except TimeoutError:
        raise OutcomeUnknown(f"commit on {places.events.topic}/{places.events.partition} gave no answer") from None
    return next_event


async def _send(producer: AIOKafkaProducer, tp: TopicPartition, outgoing: Sequence[Outgoing]) -> list[tuple[Any, int]]:
    """Hand records over as whole record batches (twice as fast as one by one); returns (future, records) of each."""
    sent: list[tuple[Any, int]] = []
    batch = producer.create_batch()
    count = 0
    for record in outgoing:
        while batch.append(timestamp=None, key=record.key, value=record.value, headers=record.headers) is None:
            if not count:
                raise NotReady(f"a record of {len(record.value)} bytes does not fit into a batch of {tp.topic}")
            sent.append((await _send_batch(producer, tp, batch), count))
            batch, count = producer.create_batch(), 0
        count += 1
    sent.append((await _send_batch(producer, tp, batch), count))
    return sent


async def _send_batch(producer: AIOKafkaProducer, tp: TopicPartition, batch: BatchBuilder) -> "asyncio.Future[Any]":
    batch.close()
    future: asyncio.Future[Any] = await producer.send_batch(batch, tp.topic, partition=tp.partition)
    future.add_done_callback(_seen)
    return future


def _seen(future: "asyncio.Future[Any]") -> None:
    """After the first failure of a transaction nobody awaits the others; asyncio would tell of each, with a trace."""
    if not future.cancelled():
        future.exception()
