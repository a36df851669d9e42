"""The command worker: owns partitions of `<service>.commands`, decides batches, writes each in one Kafka transaction.

One owner per partition at a time. Ownership comes from the consumer group; safety does not: it comes from the broker,
which fences a former owner by the stable transactional id (RISKS A5, A17). The life of an owned partition:

    assigned ──> take over ──> serve ──> (revoked: finish the running transaction, stop)
                    ▲            │
                    └── forget ◀─┘   any failure of a transaction: producer and memory are thrown away, the log decides
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import cycle
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError, ProducerFenced

from contracts import envelope
from contracts.policy import in_utc
from contracts.reading import read_event
from runtime import fingerprint, kafka, metrics
from runtime.clock import utc_now
from runtime.command_keys import CommandKeys
from runtime.commands import SYSTEM, deterministic_id, to_headers
from runtime.commands import Request as CommandRequest
from runtime.deciding import Decided, Incoming, Rules, decide_batch
from runtime.errors import CheckpointLost, NotReady, OutcomeUnknown, OwnershipLost, PartitionStopped
from runtime.logs import get_log
from runtime.mongo import Database, PyMongoError
from runtime.outcome import from_json as outcome_of
from runtime.settings import Settings
from runtime.state import PartitionState, generation
from runtime.strays import Strays
from runtime.transaction import Places, write_batch

log = get_log("runtime.worker")

START_SECONDS = 30.0  # fencing waits for the former owner's transaction to be resolved
RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)  # between takeovers after a failure
_EXPECTED = (KafkaError, PyMongoError, OutcomeUnknown, CheckpointLost, NotReady, TimeoutError, OSError)


class Worker:
    """All owned partitions of one service in this process. `run()` until cancelled; then everything is stopped."""

    def __init__(self, settings: Settings, rules: Rules, database: Database, cluster: str) -> None:
        self.settings = settings
        self.rules = rules
        self.topic = f"{rules.service}.commands"
        self.group = f"songda.{rules.service}.commands"
        self.database = database
        self.strays = Strays(f"worker {rules.service}")
        self.generation = generation(fingerprint.of_states(rules.deciders.values()), cluster)
        self.consumer: AIOKafkaConsumer = kafka.command_consumer(settings, self.group)
        self.owners: dict[TopicPartition, asyncio.Task[None]] = {}
        self.partitions: dict[TopicPartition, Partition] = {}
        self.stopped: dict[TopicPartition, str] = {}
        self.joined = False
        self.keys = CommandKeys.of(settings)
        self.sender: AIOKafkaProducer = kafka.sender(settings)

    async def run(self) -> None:
        """Join the group and serve what is assigned, until cancelled."""
        await self.sender.start()
        self.consumer.subscribe([self.topic], listener=_Assignments(self))
        await self.consumer.start()
        try:
            while True:
                await asyncio.sleep(1.0)
                self._notice_stopped()
        finally:
            await self.release(list(self.owners))
            with suppress(KafkaError, TimeoutError):
                await asyncio.wait_for(self.consumer.stop(), 10)
            await kafka.close_producer(self.sender)

    def _notice_stopped(self) -> None:
        """A partition whose stream does not hold together stays stopped and is told to whoever watches."""
        for tp, task in list(self.owners.items()):
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                del self.owners[tp]
                self.stopped[tp] = str(error)
                metrics.STOPPED.labels(self.rules.service).inc()
                log.error("partition stopped", topic=tp.topic, partition=tp.partition, error=str(error))

    @property
    def not_ready(self) -> str | None:
        """Why this worker is not serving all it owns; None when it is."""
        if self.stopped:
            return "; ".join(self.stopped.values())
        waiting = [
            tp for tp in self.consumer.assignment() if tp not in self.partitions or not self.partitions[tp].serving
        ]
        if waiting:
            return f"restoring {', '.join(f'{tp.topic}/{tp.partition}' for tp in sorted(waiting))}"
        return None if self.joined else f"joining {self.group}"

    def acquire(self, assigned: Iterable[TopicPartition]) -> None:
        """Start owning partitions. Returns at once: a takeover must not block the rebalance (RISKS A15)."""
        self.joined = True
        for tp in assigned:
            self.consumer.pause(tp)
            self.partitions[tp] = Partition(self, tp)
            self.owners[tp] = asyncio.create_task(self.partitions[tp].own(), name=f"own {tp.topic}/{tp.partition}")

    async def release(self, revoked: Iterable[TopicPartition]) -> None:
        """Stop owning partitions: each finishes the transaction it is in, then stops."""
        going = [(tp, self.owners.pop(tp)) for tp in revoked if tp in self.owners]
        for tp, _ in going:
            self.partitions[tp].leaving.set()
        await asyncio.gather(*(self._let_go(tp, task) for tp, task in going))

    async def _let_go(self, tp: TopicPartition, task: "asyncio.Task[None]") -> None:
        try:
            await asyncio.wait_for(task, 8)
        except (TimeoutError, asyncio.CancelledError):
            log.warning("partition did not stop in time", topic=tp.topic, partition=tp.partition)
        except Exception as error:  # noqa: BLE001 - it is leaving; what broke it is logged, the next owner restores
            log.warning("partition left after an error", partition=tp.partition, error=str(error))
        self.partitions.pop(tp, None)


class _Assignments(ConsumerRebalanceListener):
    """What the group says about who owns what."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        await self._worker.release(list(revoked))

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        self._worker.acquire(assigned)


class Partition:
    """One owned partition: its producers, its memory, its loop."""

    def __init__(self, worker: Worker, tp: TopicPartition) -> None:
        self.worker = worker
        self.tp = tp
        self.places = Places.of(worker.rules.service, tp.partition)
        self.leaving = asyncio.Event()
        self.serving = False
        self.state: PartitionState | None = None
        self._checkpointing: asyncio.Task[None] | None = None
        self._checkpointed = utc_now()
        self._unanswered: list[list[str]] = []

    async def own(self) -> None:
        """Take over and serve until released; after a failure forget everything and take over again."""
        failures = 0
        while not self.leaving.is_set():
            producers = [kafka.transactional(self.worker.settings, i) for i in kafka.owner_ids(*self.tp)]
            self._unanswered = [kafka.unanswered_requests(producer) for producer in producers]
            wait = RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)]
            try:
                state = self.state = await self._take_over(producers)
                failures = 0
                await self._serve(cycle(producers), state)
                await self._end_checkpointing()
                with suppress(PyMongoError, TimeoutError):  # a fresh checkpoint makes the next owner quick; no more
                    await asyncio.wait_for(state.checkpoint(), 3)
            except PartitionStopped:
                raise
            except (OwnershipLost, ProducerFenced) as error:
                failures += 1
                wait = self._after_fencing()
                log.warning("fenced", topic=self.tp.topic, partition=self.tp.partition, error=type(error).__name__)
            except Exception as error:
                failures += 1
                log.warning(
                    "partition starts over",
                    topic=self.tp.topic,
                    partition=self.tp.partition,
                    error=f"{type(error).__name__}: {error}",
                    exc_info=not isinstance(error, _EXPECTED),
                )
            finally:
                self.serving = False
                self.state = None
                await self._end_checkpointing()
                await asyncio.gather(*(kafka.close_producer(producer) for producer in producers))
            with suppress(TimeoutError):
                await asyncio.wait_for(self.leaving.wait(), wait)

    def _after_fencing(self) -> float:
        """Longer than the group needs to tell us that we are out: two owners must not fence each other in turn (A6)."""
        return 2 * min(3.0, self.worker.settings.session_timeout_ms / 3_000) + 1.0

    async def _take_over(self, producers: Sequence[AIOKafkaProducer]) -> PartitionState:
        """Become the owner, in this order (RISKS A12-A15):

        1 pause; 2 fence both ids of the former owner, which also resolves its open transaction; 3 only now read the
        committed offset; 4 take the high watermark of the events as target; 5 checkpoint, then replay to the target by
        position; 6 seek past the last command ever seen; 7 resume.
        """
        started = utc_now()
        consumer = self.worker.consumer
        consumer.pause(self.tp)  # 1
        await asyncio.wait_for(asyncio.gather(*(producer.start() for producer in producers)), START_SECONDS)  # 2
        committed = await consumer.committed(self.tp)  # 3
        ends = await kafka.high_watermarks(self.worker.settings, [self.places.events, self.places.outcomes])  # 4
        settings = self.worker.settings
        state = PartitionState(  # 5
            self.worker.rules,
            self.tp.partition,
            self.worker.database,
            generation=self.worker.generation,
            capacity=settings.aggregates_in_memory,
            remembered_limit=settings.remembered_outcomes,
            grace_seconds=settings.timer_grace_seconds,
        )
        await state.open_checkpoints(ends[self.places.events])
        replayed = await self._replay(state, ends[self.places.events])
        await self._remember_answers(state, ends[self.places.outcomes])
        state.arm_all(utc_now())
        start = max(committed or 0, state.last_command + 1)  # 6
        beginning = (await consumer.beginning_offsets([self.tp]))[self.tp]
        state.last_command = max(state.last_command, start - 1)
        consumer.seek(self.tp, max(start, beginning))
        consumer.resume(self.tp)  # 7
        self.serving = True
        log.info(
            "partition taken over",
            topic=self.tp.topic,
            partition=self.tp.partition,
            events_replayed=replayed,
            aggregates=len(state.entries),
            seconds=round((utc_now() - started).total_seconds(), 3),
        )
        return state

    async def _replay(self, state: PartitionState, target: int) -> int:
        """Fold the events from the checkpoints' reach to the target. Returns how many there were."""
        count = 0
        span = {self.places.events: (state.next_event, target)}
        async for tp, records in kafka.read_between(self.worker.settings, span, stalled=self._stalled):
            metas = [envelope.from_headers(record.headers) for record in records]
            await state.load({meta.subject for meta in metas})
            for record, meta in zip(records, metas, strict=True):
                where = f"{tp.topic}/{tp.partition}@{record.offset}"
                state.replay(_readable(record, meta.type, where), meta, where)
                state.next_event = record.offset + 1
            count += len(records)
            await state.make_room()
            await asyncio.sleep(0)  # a buffered replay would otherwise starve heartbeats
        state.next_event = max(state.next_event, target)
        return count

    async def _remember_answers(self, state: PartitionState, end: int) -> None:
        """Read the tail of the answers: repeats of commands that made no event get their first answer too."""
        first = await self._beginning(self.places.outcomes)
        start = max(first, end - self.worker.settings.remembered_outcomes)
        async for _, records in kafka.read_between(self.worker.settings, {self.places.outcomes: (start, end)}):
            for record in records:
                headers = dict(record.headers)
                try:
                    offset = int(headers["commandoffset"])
                    outcome = outcome_of(record.value or b"")
                except (KeyError, ValueError, TypeError) as why:
                    self.worker.strays.passed_over(record, f"no answer: {why!r}")
                    continue
                state.last_command = max(state.last_command, offset)
                if "remember" in headers and record.value is not None:
                    state.remember(outcome.command_id, record.value)

    async def _beginning(self, tp: TopicPartition) -> int:
        return int((await self.worker.consumer.beginning_offsets([tp]))[tp])

    def _stalled(self) -> None:
        log.warning("replay waits for an open transaction", topic=self.places.events.topic, partition=self.tp.partition)

    async def _serve(self, producers: Iterator[AIOKafkaProducer], state: PartitionState) -> None:
        """Decide what is waiting, batch by batch; between batches timers and checkpoints get their turn."""
        settings = self.worker.settings
        while not self.leaving.is_set():
            records = await self._waiting_commands(settings.batch_commands)
            start = 0
            while start < len(records):
                end = _within_bytes(records, start, settings.batch_bytes)
                await self._batch(next(producers), state, records[start:end])
                start = end
            await self._fire_timers(state)
            self._checkpoint_now_and_then(state)
            await state.make_room()
            await asyncio.sleep(0)  # over buffered records the loop would never yield to heartbeats and HTTP

    async def _waiting_commands(self, limit: int) -> Sequence[ConsumerRecord[bytes, bytes]]:
        """What is waiting, at most `limit`; nothing when asked to leave: `getmany` would outlast a rebalance (A18)."""
        fetching = asyncio.ensure_future(self.worker.consumer.getmany(self.tp, timeout_ms=100, max_records=limit))
        leaving = asyncio.ensure_future(self.leaving.wait())
        try:
            await asyncio.wait({fetching, leaving}, return_when=asyncio.FIRST_COMPLETED)
            return fetching.result().get(self.tp, []) if fetching.done() else []
        finally:
            fetching.cancel()
            leaving.cancel()

    async def _batch(
        self, producer: AIOKafkaProducer, state: PartitionState, records: Sequence[ConsumerRecord[bytes, bytes]]
    ) -> None:
        """One batch, one transaction. 1 load; 2 decide on an overlay; 3 write; 4 only after the commit: memory."""
        began = asyncio.get_running_loop().time()
        await state.load({_text(record.key) for record in records})  # 1
        batch = [self._incoming(record, state) for record in records]
        decided = decide_batch(self.worker.rules, batch, state.entries, state.remembered, state.last_command)  # 2
        consumed = {self.tp: records[-1].offset + 1}
        written = await write_batch(producer, self.places, decided, consumed, self.worker.group)  # 3
        if lost := [name for names in self._unanswered for name in names]:
            # committed, but the lost request may still arrive: it must meet another epoch
            raise OutcomeUnknown(f"{lost[-1]} was sent again on {self.tp.topic}/{self.tp.partition}")
        state.commit(decided.changed, decided.answers, utc_now())  # 4
        state.next_event = written or state.next_event
        state.last_command = max(state.last_command, records[-1].offset)
        self._report(decided, len(batch), asyncio.get_running_loop().time() - began)

    def _incoming(self, record: ConsumerRecord[bytes, bytes], state: PartitionState) -> Incoming:
        """A record as a command. An aggregate that is known here was placed rightly; a new one is checked."""
        key = _text(record.key)
        fault = None
        if key not in state.entries:
            home = kafka.partition_of(key, self.worker.settings.partitions)
            if "\\" in key:
                fault = "the key is no text"
            elif home != self.tp.partition:
                fault = f"{key} belongs to partition {home}: two owners would split it"
        forged = self.worker.keys.fault(record.topic, record.key, record.value, record.headers)
        return Incoming(record.offset, key, record.value or b"", tuple(record.headers), fault, forged)

    def _report(self, decided: Decided, count: int, seconds: float) -> None:
        service = self.worker.rules.service
        metrics.COMMANDS.labels(service).inc(count)
        metrics.EVENTS.labels(service).inc(len(decided.events))
        metrics.BATCH_SECONDS.labels(service).observe(seconds)
        if decided.unsigned:
            metrics.UNSIGNED.labels(service).inc(decided.unsigned)
        for command_id, aggregate_id, code, rule in decided.refusals:
            log.info("refused", service=service, subject=aggregate_id, command_id=command_id, code=code, rule=rule)
        for command_id, aggregate_id, error in decided.failures:
            metrics.DEAD.labels(service).inc()
            log.error("dead letter", service=service, subject=aggregate_id, command_id=command_id, error=error)

    async def _fire_timers(self, state: PartitionState) -> None:
        """Put what fell due to the command topic, under an id that a second firing would repeat."""
        now = utc_now()
        due = state.timers.take_due(now)
        if not due:
            return
        await state.load(due)
        sent = []
        for key in due:
            for timer in state.due_commands(key, now):
                command_id = deterministic_id(key, timer.name, in_utc(timer.at).isoformat())
                headers = to_headers(CommandRequest(command_id, now, SYSTEM, SYSTEM, command_id))
                value = timer.command.model_dump_json().encode()
                sent.append(
                    await self.worker.sender.send(
                        self.tp.topic,
                        value,
                        key=key.encode(),
                        partition=self.tp.partition,
                        headers=self.worker.keys.signed(self.tp.topic, key.encode(), value, headers),
                    )
                )
        await asyncio.gather(*sent)

    def _checkpoint_now_and_then(self, state: PartitionState) -> None:
        """Write checkpoints in the background, every few seconds when something changed."""
        if self._checkpointing is not None:
            if not self._checkpointing.done():
                return
            task, self._checkpointing = self._checkpointing, None
            error = task.exception()
            if isinstance(error, CheckpointLost):
                raise error
            if error is not None:  # the stream is the truth: without a database we go on, and memory keeps all
                log.warning("checkpoint failed", partition=self.tp.partition, error=type(error).__name__)
        elapsed = (utc_now() - self._checkpointed).total_seconds()
        if state.unsaved and elapsed >= self.worker.settings.checkpoint_seconds:
            self._checkpointed = utc_now()
            self._checkpointing = asyncio.create_task(state.checkpoint())

    async def _end_checkpointing(self) -> None:
        if self._checkpointing is not None:
            with suppress(Exception):
                await asyncio.wait_for(self._checkpointing, 5)
            self._checkpointing = None


def _readable(record: ConsumerRecord[bytes, bytes], type_name: str, where: str) -> Any:
    """The event in a record of our own stream. What cannot be read stops the partition: an owner that passed over an
    event would decide on a state that never was, and number its own events wrongly."""
    try:
        event = read_event(record.headers, record.value or b"")
    except (ValueError, envelope.BadEnvelope) as error:
        raise PartitionStopped(f"{where}: unreadable event: {error}") from error
    if event is None:
        raise PartitionStopped(f"{where}: {type_name} was written by newer code; only that may own this partition")
    return event


def _text(key: bytes | None) -> str:
    """A record's key as text; what is no UTF-8 shows as `\\xff`, which no aggregate id holds."""
    return (key or b"").decode("utf-8", "backslashreplace")


def _within_bytes(records: Sequence[ConsumerRecord[bytes, bytes]], start: int, limit: int) -> int:
    """End of the longest run from `start` whose values stay within `limit` bytes (at least one record)."""
    size = 0
    for index in range(start, len(records)):
        size += len(records[index].value or b"")
        if size > limit and index > start:
            return index
    return len(records)


__all__ = ["Partition", "Worker"]
