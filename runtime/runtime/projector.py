"""The projector: event streams -> read models, live. A FastStream batch subscriber that decodes each record once.

For every read model the position in MongoDB is the truth, not the consumer group's: whatever lies between it and the
batch at hand is read up first. So a new model, a wiped database, lost group offsets and a rebuilt collection that was
switched in are one and the same case. Writes are guarded by sequence: what is already folded is a no-op.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from runtime import kafka, metrics
from runtime.changes import encode, parts_of
from runtime.errors import CheckpointLost, NotReady, PartitionStopped
from runtime.folds import Decoded, ReadModel, decode
from runtime.former import drop_former_rows
from runtime.logs import get_log
from runtime.mongo import Database, PyMongoError
from runtime.service import Projection
from runtime.settings import Settings

log = get_log("runtime.projector")


def projector_group(database: str) -> str:
    """Consumer group of the read models in a database: another database folds the same streams on its own."""
    return f"songda.projector.{database}"


LOOK_SECONDS = 2.0  # how often an idle projector looks whether its collections are still what they were
_RETRY_SECONDS = 1.0


class Projector:
    """Keeps read models up to date. `run()` until cancelled."""

    def __init__(self, settings: Settings, projections: Sequence[Projection], database: Database) -> None:
        self.settings = settings
        self.database = database
        self.models = [ReadModel(database, projection, settings) for projection in projections]
        self.topics = sorted({f"{f.service}.events" for p in projections for f in p.facets})
        self._subjects: dict[str, frozenset[str]] = {
            topic: frozenset(
                prefix for p in projections for f in p.facets if f"{f.service}.events" == topic for prefix in f.prefixes
            )
            for topic in self.topics
        }
        self._producer: AIOKafkaProducer = kafka.sender(settings)
        self._turn = asyncio.Lock()
        self._position: dict[TopicPartition, int] = {}
        self._stopped: str | None = None
        self._ready = False

    @property
    def not_ready(self) -> str | None:
        """Why read models are not being kept up to date; None when they are."""
        return self._stopped or (None if self._ready else "read models are being caught up")

    async def run(self) -> None:
        """Catch up, then follow, until cancelled."""
        broker = KafkaBroker(
            self.settings.kafka_bootstrap, allow_auto_create_topics=False, logger=None, graceful_timeout=10.0
        )
        subscriber = broker.subscriber(
            *self.topics,
            batch=True,
            max_records=500,
            batch_timeout_ms=20,
            group_id=projector_group(self.settings.mongo_database),
            ack_policy=AckPolicy.NACK_ON_ERROR,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            session_timeout_ms=self.settings.session_timeout_ms,
            heartbeat_interval_ms=min(3_000, self.settings.session_timeout_ms // 3),
            rebalance_timeout_ms=60_000,
            max_poll_interval_ms=300_000,
            fetch_max_wait_ms=kafka.LONG_POLL_MS,
            no_reply=True,
            decoder=_as_it_came,
        )
        subscriber(self.take)
        await self._producer.start()
        try:
            await self._first_catch_up()
            with suppress(PyMongoError):  # it can wait until the next start
                await drop_former_rows(self.database, [model.projection for model in self.models])
            await broker.start()
            self._ready = True
            while True:
                await asyncio.sleep(LOOK_SECONDS)
                await self._look()
        finally:
            with suppress(KafkaError, TimeoutError):
                await asyncio.wait_for(broker.stop(), 15)
            await kafka.close_producer(self._producer)

    async def take(self, message: KafkaMessage) -> None:
        """One batch. Servers that are away are waited for here; a stream that does not hold together stops us."""
        raw: Any = message.raw_message
        records: Sequence[ConsumerRecord[bytes, bytes]] = raw if isinstance(raw, tuple) else (raw,)
        while True:
            try:
                async with self._turn:
                    await self._fold(records)
                return
            except PartitionStopped as error:
                self._stop(error)
                await asyncio.Event().wait()
            except (PyMongoError, KafkaError, NotReady, CheckpointLost, OSError) as error:
                log.warning("read models wait for a server", error=f"{type(error).__name__}: {error}")
                await asyncio.sleep(_RETRY_SECONDS)
            except Exception as error:  # a bug in a fold: going on would leave rows wrong for ever
                log.exception("a fold fails")
                self._stop(PartitionStopped(f"a fold fails: {type(error).__name__}: {error}"))
                await asyncio.Event().wait()

    async def _fold(self, records: Sequence[ConsumerRecord[bytes, bytes]]) -> None:
        """1 decode once; 2 each model: read up what it lacks, fold, write; 3 tell who looks on."""
        by_partition: dict[TopicPartition, list[Decoded]] = {}
        spans: dict[TopicPartition, tuple[int, int]] = {}
        for record in records:  # 1
            tp = TopicPartition(record.topic, record.partition)
            first, _ = spans.get(tp, (record.offset, 0))
            spans[tp] = (first, record.offset + 1)
            decoded = decode(record, self._subjects[record.topic], "projector")
            if decoded is not None:
                by_partition.setdefault(tp, []).append(decoded)
        changed = await asyncio.gather(*(self._advance(model, spans, by_partition) for model in self.models))  # 2
        for tp, (_, end) in spans.items():
            self._position[tp] = max(end, self._position.get(tp, 0))
        await self._tell(zip(self.models, changed, strict=True))  # 3

    async def _advance(
        self,
        model: ReadModel,
        spans: Mapping[TopicPartition, tuple[int, int]],
        by_partition: Mapping[TopicPartition, Sequence[Decoded]],
    ) -> set[str]:
        mine = {tp: span for tp, span in spans.items() if tp.topic in model.topics}
        if not mine:
            return set()
        await model.open()
        gaps = {tp: (model.position(tp), start) for tp, (start, _) in mine.items() if model.position(tp) < start}
        changed = await model.read_up(gaps) if gaps else set()
        events = [decoded for tp in mine for decoded in by_partition.get(tp, ())]
        changed |= await model.fold(events, {tp: end for tp, (_, end) in mine.items()})
        metrics.PROJECTED.labels(model.projection.name).inc(len(events))
        return changed

    async def _first_catch_up(self) -> None:
        """Before the first batch: every model up to the ends of its streams, so that pages start complete."""
        while True:
            try:
                async with self._turn:
                    for model in self.models:
                        await model.open()
                        ends = await kafka.high_watermarks(self.settings, model.partitions())
                        changed = await model.read_up({tp: (model.position(tp), end) for tp, end in ends.items()})
                        for tp in ends:
                            self._position[tp] = max(model.position(tp), self._position.get(tp, 0))
                        if changed:
                            log.info("read model caught up", projection=model.projection.name, rows=len(changed))
                return
            except PartitionStopped as error:
                self._stop(error)
                await asyncio.Event().wait()
            except (PyMongoError, KafkaError, NotReady, CheckpointLost, OSError) as error:
                log.warning("read models wait for a server", error=f"{type(error).__name__}: {error}")
                await asyncio.sleep(_RETRY_SECONDS)

    async def _look(self) -> None:
        """Notice a switched alias or a wiped database also when no event comes: read up to where we are."""
        if self._stopped:
            return
        try:
            async with self._turn:
                changed = [await self._read_up_to_here(model) for model in self.models]
                await self._tell(zip(self.models, changed, strict=True))
        except PartitionStopped as error:
            self._stop(error)
        except (PyMongoError, KafkaError, NotReady, CheckpointLost, OSError) as error:
            log.warning("read models wait for a server", error=f"{type(error).__name__}: {error}")

    async def _read_up_to_here(self, model: ReadModel) -> set[str]:
        """What the model lacks of what this process has folded: nothing, unless it was switched, wiped, or failed."""
        await model.open()
        here = {tp: self._position.get(tp, 0) for tp in model.partitions()}
        lacking = {tp: (model.position(tp), end) for tp, end in here.items() if model.position(tp) < end}
        if not lacking:
            return set()
        changed = await model.read_up(lacking)
        log.info("read model switched or restored", projection=model.projection.name, rows=len(changed))
        return changed

    async def _tell(self, changed: Iterable[tuple[ReadModel, set[str]]]) -> None:
        told = [(model.projection.name, part) for model, rows in changed for part in parts_of(sorted(rows))]
        futures = [await self._producer.send(kafka.CHANGES, encode(*one), partition=0) for one in told]
        await asyncio.gather(*futures)

    def _stop(self, error: PartitionStopped) -> None:
        self._stopped = str(error)
        log.error("projector stopped", error=str(error))


async def _as_it_came(message: KafkaMessage) -> Any:
    """FastStream would parse every record as JSON before us; we decode once, where we fold (RISKS B3)."""
    return message.body


__all__ = ["Projector", "projector_group"]
