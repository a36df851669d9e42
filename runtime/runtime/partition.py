"""One owned partition of a service's commands: taken over, served, let go (`worker` says when).

    take over ──> serve ──> let go
        ▲            │
        └── forget ◀─┘   any failure of a transaction: producer and memory are thrown away, the log decides

An event of its own stream that cannot be folded parks that event's aggregate (DESIGN §7): aggregates do not see one
another, so the others are decided as ever; commands to the parked one are kept and put again later (`mending`). What
newer code wrote before a roll-back is no other case. Where it would not be sound the partition stops, or starts over:

- the stream's beginning is gone: an aggregate all of whose events are gone would look new;
- checkpoints are of another stream, or reach past its end: none of them is right, all is replayed;
- a transaction failed: what became of it only the log knows, and that for all aggregates of the batch.

Kafka itself keeps order within a partition, and a transaction whole or not at all; a doubled one tells old sequences
anew, by commands that are known (passed over) or not (parked).
"""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import cycle

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError, ProducerFenced

from contracts.civil_time import in_utc
from runtime import kafka, metrics
from runtime.clock import utc_now
from runtime.command_keys import CommandKeys
from runtime.command_topic import HEADER, Reached, standing
from runtime.commands import MAX_COMMAND_BYTES, deterministic_id, to_headers
from runtime.commands import Request as CommandRequest
from runtime.deciding import Decided, Incoming, Rules, decide_batch
from runtime.decision import SYSTEM
from runtime.errors import CheckpointLost, NotReady, OutcomeUnknown, OwnershipLost, PartitionStopped, TopicAnew
from runtime.logs import get_log
from runtime.mending import Mending, events_of
from runtime.mongo import Database, PyMongoError
from runtime.outcome import from_json as outcome_of
from runtime.parked_log import Following, tell
from runtime.parking import Note, Parked, Stray, meta_of
from runtime.settings import Settings
from runtime.state import PartitionState
from runtime.strays import Strays
from runtime.topic_ids import topic_id
from runtime.transaction import Places, write_batch

log = get_log("runtime.partition")

START_SECONDS = 30.0  # fencing waits for the former owner's transaction to be resolved
RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)  # between takeovers after a failure
_EXPECTED = (KafkaError, PyMongoError, OutcomeUnknown, CheckpointLost, TopicAnew, NotReady, TimeoutError, OSError)


@dataclass
class Shared:
    """What the partitions of one worker have in common. `topic_id`: of the command topic, as it was last seen."""

    settings: Settings
    rules: Rules
    database: Database
    group: str
    generation: str
    consumer: AIOKafkaConsumer
    sender: AIOKafkaProducer
    following: Following
    strays: Strays
    keys: CommandKeys
    topic_id: str | None = None


class Partition:
    """One owned partition: its producers, its memory, its loop."""

    def __init__(self, shared: Shared, tp: TopicPartition) -> None:
        self.shared = shared
        self.tp = tp
        self.places = Places.of(shared.rules.service, tp.partition)
        self.leaving = asyncio.Event()
        self.serving = False
        self.state: PartitionState | None = None
        self.topic_id = ""
        self._mending: Mending | None = None
        self._checkpointing: asyncio.Task[None] | None = None
        self._checkpointed = utc_now()
        self._unanswered: list[list[str]] = []

    async def own(self) -> None:
        """Take over and serve until released; after a failure forget everything and take over again."""
        failures = 0
        while not self.leaving.is_set():
            producers = [kafka.transactional(self.shared.settings, i) for i in kafka.owner_ids(*self.tp)]
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
                if self._mending is not None:
                    await self._mending.stop()
                await self._end_checkpointing()
                await asyncio.gather(*(kafka.close_producer(producer) for producer in producers))
            with suppress(TimeoutError):
                await asyncio.wait_for(self.leaving.wait(), wait)

    def _after_fencing(self) -> float:
        """Longer than the group needs to tell us that we are out, or two owners fence each other in turn (RISKS A6)."""
        return 2 * min(3.0, self.shared.settings.session_timeout_ms / 3_000) + 1.0

    async def _take_over(self, producers: Sequence[AIOKafkaProducer]) -> PartitionState:
        """Become the owner, in this order (RISKS A12-A15):

        1 pause; 2 fence both ids of the former owner, which also resolves its open transaction; 3 only now read the
        committed offset; 4 take the high watermark of the events as target; 5 checkpoint, then replay to the target by
        position; 6 seek past the last command of this topic that was ever decided; 7 resume.
        """
        started = utc_now()
        shared, settings, consumer = self.shared, self.shared.settings, self.shared.consumer
        consumer.pause(self.tp)  # 1
        await asyncio.wait_for(asyncio.gather(*(producer.start() for producer in producers)), START_SECONDS)  # 2
        committed = await kafka.committed(settings, shared.group, self.tp)  # 3
        here, stream = [await topic_id(shared.sender.client, tp.topic) for tp in (self.tp, self.places.events)]
        if here is None or stream is None:
            raise NotReady(f"there is no topic {self.tp.topic if here is None else self.places.events.topic}")
        self.topic_id = shared.topic_id = here
        extents = await kafka.extents(settings, [self.tp, self.places.events, self.places.outcomes])  # 4
        await shared.following.catch_up()
        state = PartitionState(  # 5
            shared.rules,
            self.tp.partition,
            shared.database,
            generation=shared.generation,
            capacity=settings.aggregates_in_memory,
            remembered_limit=settings.remembered_outcomes,
            grace_seconds=settings.timer_grace_seconds,
        )
        first_event, target = extents[self.places.events]
        await state.open_checkpoints(target, stream)
        if state.next_event < first_event:
            raise PartitionStopped(
                f"{self.places.events.topic}/{self.tp.partition}: the events from {state.next_event} to {first_event} "
                "are gone. Restore the topic: an aggregate all of whose events are gone would look new"
            )
        waiting = await self._know_what_is_parked(state)
        by_events, replayed = await self._replay(state, target)
        told = [await self._remember_answers(state, extents[self.places.outcomes])]
        state.arm_all(utc_now())
        await self._tell_what_is_parked(state, waiting)
        self._start_behind(state, extents[self.tp], committed, told, by_events)  # 6
        consumer.resume(self.tp)  # 7
        self.serving = True
        log.info(
            "partition taken over",
            topic=self.tp.topic,
            partition=self.tp.partition,
            events_replayed=replayed,
            aggregates=len(state.entries),
            parked=len(state.parked),
            seconds=round((utc_now() - started).total_seconds(), 3),
        )
        return state

    def _start_behind(
        self,
        state: PartitionState,
        extent: tuple[int, int],
        committed: tuple[int, str] | None,
        told: list[Reached],
        by_events: int,
    ) -> None:
        """Seek past the last command that was decided, by whatever says so about this very topic."""
        told.append(Reached(state.command_topic, state.last_command))
        if committed is not None:  # an offset that somebody set by hand says nothing; Kafka drops it with its topic
            told.append(Reached(committed[1] or self.topic_id, committed[0] - 1))
        first, end = extent
        found = standing(self.topic_id, end, told, by_events)
        if found.anew:
            log.error(
                "command topic was made anew: all that lies in it is decided",
                topic=self.tp.topic,
                partition=self.tp.partition,
                topic_id=self.topic_id,
                formerly=[f"{reached.topic}@{reached.offset}" for reached in told],
            )
        start = max(found.last + 1, first)
        state.command_topic, state.last_command = self.topic_id, start - 1
        self.shared.consumer.seek(self.tp, start)

    async def _know_what_is_parked(self, state: PartitionState) -> dict[str, Parked]:
        """What the log says is parked here. Of that, what the checkpoints leave out as well waits on; whatever else
        they leave out, and what somebody asked to be tried again, is folded anew."""
        known = self.shared.following.known
        state.skips = known.skips(state.reader)
        here = {s: one for s, one in known.of(state.reader).items() if one.partition == self.tp.partition}
        asked = {subject for reader, subject in known.retry if reader == state.reader}
        state.parked = {subject: here[subject] for subject in state.apart & here.keys() - asked}
        await self._refold(state, state.apart - state.parked.keys())
        return here

    async def _tell_what_is_parked(self, state: PartitionState, before: dict[str, Parked]) -> None:
        """Tell the log what is parked now and was not, or not so; what is mended gets its commands (`Mending`)."""
        news = []
        for subject, found in state.parked.items():
            known = before.get(subject)
            parked = state.parked[subject] = found if known is None else replace(found, since=known.since)
            if parked != known:
                news.append(parked)
        await self._tell_of(state, news)
        self._mending = Mending(self.shared.settings, self.shared.following, self.shared.sender, state)
        self._mending.mended(parked for subject, parked in before.items() if subject not in state.parked)

    async def _tell_of(self, state: PartitionState, parked: Sequence[Parked]) -> None:
        for one in parked:
            log.error(
                "parked",
                reader=state.reader,
                subject=one.subject,
                kind=one.kind,
                type=one.type,
                place=one.place,
                error=one.error,
            )
        await tell(self.shared.sender, [Note("parked", one, state.reader, "", utc_now()) for one in parked])

    async def _replay(self, state: PartitionState, target: int) -> tuple[int, int]:
        """Fold the events from the checkpoints' reach to the target. Returns the command offset that the last of them
        names (-1: none), and how many there were."""
        count, last = 0, -1
        span = {self.places.events: (state.next_event, target)}
        async for _, records in kafka.read_between(self.shared.settings, span, stalled=self._stalled):
            events = []
            for record in records:
                try:
                    events.append((record, meta_of(record)))
                except Stray as why:
                    self.shared.strays.passed_over(record, why)
            await self._load(state, {meta.subject for _, meta in events})
            for record, meta in events:
                state.replay(record, meta)
                last = meta.command_offset
            state.next_event = records[-1].offset + 1
            count += len(events)
            await state.make_room()
            await asyncio.sleep(0)  # a buffered replay would otherwise starve heartbeats
        state.next_event = max(state.next_event, target)
        return last, count

    async def _load(self, state: PartitionState, keys: Iterable[str]) -> None:
        """Bring aggregates into memory; those whose checkpoint cannot be read, from their events."""
        await self._refold(state, await state.load(keys))

    async def _refold(self, state: PartitionState, subjects: Collection[str]) -> None:
        if not subjects:
            return
        state.refold(subjects, await events_of(self.shared.settings, self.places.events, subjects, state.next_event))
        if self.serving:  # else it is told at the end of the takeover
            await self._tell_of(state, [state.parked[subject] for subject in subjects if subject in state.parked])

    async def _remember_answers(self, state: PartitionState, extent: tuple[int, int]) -> Reached:
        """Read the tail of the answers: repeats of commands that made no event get their first answer too. Returns the
        last command that was answered."""
        first, end = extent
        reached = Reached("", -1)
        span = (max(first, end - self.shared.settings.remembered_outcomes), end)
        async for _, records in kafka.read_between(self.shared.settings, {self.places.outcomes: span}):
            for record in records:
                headers = dict(record.headers)
                try:
                    offset = int(headers["commandoffset"])
                    outcome = outcome_of(record.value or b"")
                    topic = headers.get(HEADER, b"").decode()
                except (KeyError, ValueError, TypeError, AttributeError) as why:
                    self.shared.strays.passed_over(record, f"no answer: {type(why).__name__}")
                    continue
                if topic:
                    reached = Reached(topic, offset)
                if "remember" in headers and record.value is not None:
                    state.remember(outcome.command_id, record.value)
        return reached

    def _stalled(self) -> None:
        log.warning("replay waits for an open transaction", topic=self.places.events.topic, partition=self.tp.partition)

    async def _serve(self, producers: Iterator[AIOKafkaProducer], state: PartitionState) -> None:
        """Decide what is waiting, batch by batch; between batches timers and checkpoints get their turn."""
        settings = self.shared.settings
        assert self._mending is not None
        while not self.leaving.is_set():
            if self.shared.topic_id not in {None, self.topic_id}:
                raise TopicAnew(f"{self.tp.topic} is {self.shared.topic_id}, it was {self.topic_id}")
            await self._mending.step()
            records = await self._waiting_commands(settings.batch_commands)
            if records and records[0].offset <= state.last_command:
                raise TopicAnew(f"{self.tp.topic}/{self.tp.partition} begins anew at {records[0].offset}")
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
        """At most `limit` that wait; none when asked to leave: `getmany` would outlast a rebalance (RISKS A18)."""
        fetching = asyncio.ensure_future(self.shared.consumer.getmany(self.tp, timeout_ms=100, max_records=limit))
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
        await self._load(state, {_text(record.key) for record in records})  # 1
        batch = [self._incoming(record, state) for record in records]
        decided = decide_batch(  # 2
            self.shared.rules,
            batch,
            state.entries,
            state.remembered,
            state.last_command,
            parked=state.parked,
            kept=state.kept,
        )
        if decided.outcomes:
            decided.outcomes[-1].headers.append((HEADER, self.topic_id.encode()))
        consumed = {self.tp: (records[-1].offset + 1, self.topic_id)}
        written = await write_batch(producer, self.places, decided, consumed, self.shared.group)  # 3
        if lost := [name for names in self._unanswered for name in names]:
            # committed, but the lost request may still arrive: it must meet another epoch
            raise OutcomeUnknown(f"{lost[-1]} was sent again on {self.tp.topic}/{self.tp.partition}")
        state.commit(decided.changed, decided.answers, utc_now())  # 4
        state.keep(decided.held)
        state.next_event = written or state.next_event
        state.last_command = max(state.last_command, records[-1].offset)
        self._report(decided, len(batch), asyncio.get_running_loop().time() - began)

    def _incoming(self, record: ConsumerRecord[bytes, bytes], state: PartitionState) -> Incoming:
        """A record as a command. An aggregate that is known here was placed rightly; a new one is checked."""
        key = _text(record.key)
        fault = None
        if key not in state.entries:
            home = kafka.partition_of(key, self.shared.settings.partitions)
            if "\\" in key:
                fault = "the key is no text"
            elif home != self.tp.partition:
                fault = f"{key} belongs to partition {home}: two owners would split it"
        forged = self.shared.keys.fault(record.topic, record.key, record.value, record.headers)
        return Incoming(record.offset, key, record.value or b"", tuple(record.headers), fault, forged)

    def _report(self, decided: Decided, count: int, seconds: float) -> None:
        service = self.shared.rules.service
        metrics.COMMANDS.labels(service).inc(count)
        metrics.EVENTS.labels(service).inc(len(decided.events))
        metrics.BATCH_SECONDS.labels(service).observe(seconds)
        if decided.unsigned:
            metrics.UNSIGNED.labels(service).inc(decided.unsigned)
        for command_id, aggregate_id, code, rule in decided.refusals:
            log.info("refused", service=service, subject=aggregate_id, command_id=command_id, code=code, rule=rule)
        for aggregate_id, command_id, _ in decided.held:
            metrics.HELD.labels(service).inc()
            log.warning("kept until its aggregate is mended", service=service, subject=aggregate_id, id=command_id)
        for command_id, aggregate_id, error in decided.failures:
            metrics.DEAD.labels(service).inc()
            log.error("dead letter", service=service, subject=aggregate_id, command_id=command_id, error=error)

    async def _fire_timers(self, state: PartitionState) -> None:
        """Put what fell due to the command topic, under an id that a second firing would repeat."""
        now = utc_now()
        due = state.timers.take_due(now)
        if not due:
            return
        await self._load(state, due)
        sent = []
        for key in due:
            for request, value in _due_commands(state, key, now):
                sent.append(
                    await self.shared.sender.send(
                        self.tp.topic,
                        value,
                        key=key.encode(),
                        partition=self.tp.partition,
                        headers=self.shared.keys.signed(self.tp.topic, key.encode(), value, to_headers(request)),
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
        if state.unsaved and elapsed >= self.shared.settings.checkpoint_seconds:
            self._checkpointed = utc_now()
            self._checkpointing = asyncio.create_task(state.checkpoint())

    async def _end_checkpointing(self) -> None:
        if self._checkpointing is not None:
            with suppress(Exception):
                await asyncio.wait_for(self._checkpointing, 5)
            self._checkpointing = None


def _due_commands(state: PartitionState, key: str, now: datetime) -> list[tuple[CommandRequest, bytes]]:
    """What an aggregate owes by now, ready to be sent; nothing, told loudly, when its rules fail on it."""
    found = []
    try:
        for timer in state.due_commands(key, now):
            command_id = deterministic_id(key, timer.name, in_utc(timer.at).isoformat())
            value = timer.command.model_dump_json().encode()
            if len(value) > MAX_COMMAND_BYTES:
                raise ValueError(f"a command of {len(value)} bytes, at most {MAX_COMMAND_BYTES} are taken")
            found.append((CommandRequest(command_id, now, SYSTEM, SYSTEM, command_id), value))
    except Exception:
        log.exception("a timer fails", service=state.rules.service, subject=key)
    return found


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
