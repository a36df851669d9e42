"""The projector: event streams -> read models, live. A FastStream batch subscriber that decodes each record once.

For every read model the position in MongoDB is the truth, not the consumer group's: whatever lies between it and the
batch at hand is read up first. So a new model, a wiped database, lost group offsets and a rebuilt collection that was
switched in are one and the same case. Writes are guarded by sequence: what is already folded is a no-op.

Trouble stays small (DESIGN §7): an event that a model cannot take parks its aggregate there (`folds`), a stray record
is passed over and listed, a model that breaks altogether stops alone, and one that the database does not serve is
left behind after a few tries: its position tells what it lacks.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from aiokafka import AIOKafkaProducer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from runtime import kafka, metrics
from runtime.changes import encode, parts_of
from runtime.decoded import Decoded, decode_all
from runtime.ending import end_if_cancelled
from runtime.errors import CheckpointLost, NotReady, shown
from runtime.folds import ReadModel, Watched
from runtime.former import drop_former_rows
from runtime.kafka_login import of_broker
from runtime.logs import get_log
from runtime.mongo import Database, PyMongoError
from runtime.parked_log import Skips
from runtime.parking import Parked, Stray, in_short
from runtime.service import Projection
from runtime.settings import Settings
from runtime.stray_list import StrayList
from runtime.strays import Strays

log = get_log("runtime.projector")


def projector_group(database: str) -> str:
    """Consumer group of the read models in a database: another database folds the same streams on its own."""
    return f"songda.projector.{database}"


LOOK_SECONDS = 2.0  # how often an idle projector looks whether its collections are still what they were
_RETRY_SECONDS = 1.0
_TRIES = 5  # how often all models wait for one whose writes fail, before they go on without it

_AWAY = (PyMongoError, KafkaError, NotReady, CheckpointLost, OSError)
"""A server is away, or not itself: it is waited for."""


class Projector:
    """Keeps read models up to date. `run()` until cancelled."""

    def __init__(self, settings: Settings, projections: Sequence[Projection], database: Database) -> None:
        self.settings = settings
        self.database = database
        skips = Skips(settings)
        watched = Watched(self._parks, self._passes_over)
        self.models = [ReadModel(database, p, settings, skips=skips.of, watched=watched) for p in projections]
        self.topics = sorted({topic for model in self.models for topic in model.topics})
        self._prefixes = frozenset[bytes]().union(*(model.folds.prefixes for model in self.models))
        self._producer: AIOKafkaProducer = kafka.sender(settings)
        self._turn = asyncio.Lock()
        self._position: dict[TopicPartition, int] = {}
        self._assignments = 0
        self._taken: dict[TopicPartition, tuple[int, int]] = {}
        """End of the last batch of each partition, and the assignment under which it came."""
        self._stopped: dict[str, str] = {}
        self._behind: dict[str, str] = {}
        self._met: dict[str, dict[str, Parked]] = {model.reader: {} for model in self.models}
        self._told: set[tuple[str, str, int]] = set()
        self._strays = Strays("projector", self.topics)
        for model in self.models:
            self._count(model)
        self._stray_list = StrayList(database)
        self._failing: str | None = None
        self._ready = False

    @property
    def not_ready(self) -> str | None:
        """Why no read model is being kept up to date; None when they are. A part of them is `degraded`."""
        if len(self._stopped) == len(self.models):
            return "; ".join(f"{reader}: {why}" for reader, why in self._stopped.items())
        if self._failing:
            return self._failing
        return None if self._ready else "read models are being caught up"

    @property
    def degraded(self) -> dict[str, dict[str, Any]]:
        """By reader: how many aggregates are parked, why a model stopped, or which server it waits for."""
        found: dict[str, dict[str, Any]] = {}
        for model in self.models:
            what = in_short(waiting.values()) if (waiting := self._waiting(model)) else {}
            for word, why in (("stopped", self._stopped), ("waits_for", self._behind)):
                what |= {word: why[model.reader]} if model.reader in why else {}
            found |= {model.reader: what} if what else {}
        return found

    async def run(self) -> None:
        """Catch up, then follow, until cancelled."""
        broker = KafkaBroker(
            self.settings.kafka_bootstrap,
            **of_broker(self.settings),
            allow_auto_create_topics=False,
            logger=None,
            graceful_timeout=10.0,
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
            listener=_Assignments(self),
            parser=_without_headers,
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
                end_if_cancelled()
                await self._look()
        finally:
            with suppress(KafkaError, TimeoutError):
                await asyncio.wait_for(broker.stop(), 15)
            await kafka.close_producer(self._producer)

    async def take(self, message: KafkaMessage) -> None:
        """One batch. Servers that are away are waited for here, also by models that they serve, for a few tries."""
        raw: Any = message.raw_message
        records: Sequence[ConsumerRecord[bytes, bytes]] = raw if isinstance(raw, tuple) else (raw,)
        tries = 0
        while True:
            tries += 1
            try:
                async with self._turn:
                    done = await self._fold(records, last=tries >= _TRIES)
                self._failing = None
                if done:
                    return
            except _AWAY as error:
                self._warn(error)
            except Exception as error:  # none of a fold's, those are parked: tried again, and told
                self._failing = f"projector fails: {shown(error)}"
                log.exception("projector fails, trying again")
            await asyncio.sleep(_RETRY_SECONDS)

    async def _fold(self, records: Sequence[ConsumerRecord[bytes, bytes]], *, last: bool) -> bool:
        """1 decode once; 2 each model: read up what it lacks, fold, write; 3 tell who looks on. Whether that is all."""
        assignment = self._assignments
        spans: dict[TopicPartition, tuple[int, int]] = {}
        for record in records:
            tp = TopicPartition(record.topic, record.partition)
            first, _ = spans.get(tp) or (self._begins(tp, record.offset), 0)
            spans[tp] = (first, record.offset + 1)
        events: dict[str, list[Decoded]] = {}
        for decoded in decode_all(records, self._prefixes, "projector", self._passes_over):  # 1
            events.setdefault(decoded.record.topic, []).append(decoded)
        changed = await asyncio.gather(*(self._advance(model, spans, events) for model in self.models))  # 2
        await self._tell(zip(self.models, changed, strict=True))  # 3
        await self._stray_list.write()
        if None in changed and not (last and any(one is not None for one in changed)):
            return False
        for tp, (_, end) in spans.items():
            self._position[tp] = max(end, self._position.get(tp, 0))
            self._taken[tp] = (end, assignment)
        return True

    def _begins(self, tp: TopicPartition, offset: int) -> int:
        """Where a batch begins whose first record lies at an offset: where the batch before it ended. Between the two
        there are commit markers and aborted records alone, unless the partition was somebody else's meanwhile."""
        end, assignment = self._taken.get(tp, (offset, 0))
        return min(end, offset) if assignment == self._assignments else offset

    def assigned(self) -> None:
        """Partitions were shared out anew: what comes next need not follow on what came."""
        self._assignments += 1

    async def _advance(
        self,
        model: ReadModel,
        spans: Mapping[TopicPartition, tuple[int, int]],
        events: Mapping[str, Sequence[Decoded]],
    ) -> set[str] | None:
        mine = {tp: span for tp, span in spans.items() if tp.topic in model.topics}
        if not mine:
            return set()
        wanted = [decoded for topic in model.topics for decoded in events.get(topic, ())]

        async def forward() -> set[str]:
            await model.open()
            gaps = {tp: (model.position(tp), start) for tp, (start, _) in mine.items() if model.position(tp) < start}
            changed = await model.read_up(gaps) if gaps else set()
            return changed | await model.fold(wanted, {tp: end for tp, (_, end) in mine.items()})

        changed = await self._attempt(model, forward)
        if changed is not None:
            metrics.PROJECTED.labels(model.projection.name).inc(len(wanted))
        return changed

    async def _first_catch_up(self) -> None:
        """Before the first batch: every model up to the ends of its streams, so that pages start complete."""
        waiting = list(self.models)
        tries = 0
        while waiting and (tries < _TRIES or len(waiting) == len(self.models)):
            if tries:
                await asyncio.sleep(_RETRY_SECONDS)
            tries += 1
            async with self._turn:
                waiting = [model for model in waiting if await self._catch_up(model) is None]

    async def _catch_up(self, model: ReadModel) -> set[str] | None:
        async def to_the_ends() -> set[str]:
            await model.open()
            ends = await kafka.high_watermarks(self.settings, model.partitions())
            changed = await model.read_up({tp: (model.position(tp), end) for tp, end in ends.items()})
            for tp in ends:
                self._position[tp] = max(model.position(tp), self._position.get(tp, 0))
            await self._stray_list.write()
            return changed

        changed = await self._attempt(model, to_the_ends)
        if changed:
            log.info("read model caught up", projection=model.projection.name, rows=len(changed))
        return changed

    async def _look(self) -> None:
        """Notice a switched alias or a wiped database also when no event comes: read up to where we are."""
        try:
            async with self._turn:
                changed = [await self._read_up_to_here(model) for model in self.models]
                await self._tell(zip(self.models, changed, strict=True))
                await self._stray_list.write()
        except _AWAY as error:
            self._warn(error)

    async def _read_up_to_here(self, model: ReadModel) -> set[str] | None:
        """What the model lacks of what this process has folded: nothing, unless it was switched, wiped, or failed."""

        async def here() -> set[str]:
            await model.open()
            ends = {tp: self._position.get(tp, 0) for tp in model.partitions()}
            lacking = {tp: (model.position(tp), end) for tp, end in ends.items() if model.position(tp) < end}
            if not lacking:
                return set()
            changed = await model.read_up(lacking)
            log.info("read model switched or restored", projection=model.projection.name, rows=len(changed))
            return changed

        return await self._attempt(model, here)

    async def _attempt(self, model: ReadModel, work: Callable[[], Awaitable[set[str]]]) -> set[str] | None:
        """Work of one model: what it changed; None when a server is away. Any other error stops this model alone."""
        if model.reader in self._stopped:
            return set()
        try:
            try:
                changed = await work()
            except CheckpointLost:  # wiped, or somebody else changed what is parked: opened and folded anew
                changed = await work()
        except _AWAY as error:
            self._behind[model.reader] = shown(error)
            self._warn(error)
            return None
        except Exception as error:
            self._stopped[model.reader] = shown(error)
            metrics.MODELS_STOPPED.inc()
            log.exception("read model stopped", projection=model.projection.name)
            return set()
        self._behind.pop(model.reader, None)
        self._met[model.reader].clear()
        self._count(model)
        return changed

    async def _tell(self, changed: Iterable[tuple[ReadModel, set[str] | None]]) -> None:
        told = [(model.projection.name, part) for model, rows in changed for part in parts_of(sorted(rows or ()))]
        futures = [await self._producer.send(kafka.CHANGES, encode(*one), partition=0) for one in told]
        await asyncio.gather(*futures)

    def _parks(self, parked: Parked, error: Exception) -> None:
        """Told once, however often it is met again before the database has it."""
        self._met[parked.reader][parked.subject] = parked
        self._count(next(model for model in self.models if model.reader == parked.reader))
        told = (parked.reader, parked.subject, parked.offset)
        if told not in self._told:
            self._told.add(told)
            log.error(
                "parked",
                reader=parked.reader,
                subject=parked.subject,
                kind=parked.kind,
                type=parked.type,
                partition=f"{parked.topic}/{parked.partition}",
                offset=parked.offset,
                sequence=parked.sequence,
                exc_info=error,
            )

    def _passes_over(self, record: ConsumerRecord[bytes, bytes], why: Stray) -> None:
        self._strays.passed_over(record, why)
        self._stray_list.add(record, why)

    def _waiting(self, model: ReadModel) -> Mapping[str, Parked]:
        """What is parked, with what was met a moment ago and is not written yet."""
        return {**model.parked, **self._met[model.reader]}

    def _count(self, model: ReadModel) -> None:
        metrics.PARKED.labels(model.reader).set(len(self._waiting(model)))

    @staticmethod
    def _warn(error: Exception) -> None:
        log.warning("read models wait for a server", error=f"{type(error).__name__}: {error}")


class _Assignments(ConsumerRebalanceListener):
    """What the group says about who reads what."""

    def __init__(self, projector: Projector) -> None:
        self._projector = projector

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        pass

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:  # noqa: ARG002 - all of them
        self._projector.assigned()


async def _without_headers(batch: tuple[ConsumerRecord[bytes, bytes], ...], parse: Any) -> Any:
    """FastStream reads all headers as text before us, and a stray's need not be any. Of a batch it uses both ends."""
    message = await parse((replace(batch[0], headers=()), replace(batch[-1], headers=())))
    message.raw_message = batch
    return message


async def _as_it_came(message: KafkaMessage) -> Any:
    """FastStream would parse every record as JSON before us; we decode once, where we fold (RISKS B3)."""
    return message.body
