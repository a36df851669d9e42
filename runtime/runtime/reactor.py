"""Reactions and effects: other streams' events -> own commands, with ids that make a second delivery ask nothing new.

At least once, idempotent by id: commands are acknowledged by the broker before the position is committed, and the
worker answers a repeated id with the first outcome. An event that cannot be read, or on which a step raises, parks its
aggregate for this reader (DESIGN §7): it is told to the log before the position moves past it, later events of the
aggregate wait, all others go on. What waits is read again from the stream when a person asks for it. An event that no
step wants is passed over by its header, and not decoded.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.reading import kind_of, read_event
from runtime import kafka, metrics
from runtime.clock import utc_now
from runtime.command_keys import CommandKeys
from runtime.commands import MAX_COMMAND_BYTES, Asked, to_headers
from runtime.ending import end_if_cancelled
from runtime.errors import NotReady, shown
from runtime.flow import asked_for
from runtime.logs import get_log
from runtime.parked_log import Following, tell
from runtime.parking import Kind, Note, Parked, Stray, Unfit, in_short, meta_of, park
from runtime.reaction import Effect, Reaction
from runtime.settings import Settings
from runtime.strays import Strays

log = get_log("runtime.reactor")

Step = Reaction | Effect[Any]
Fetched = Mapping[TopicPartition, Sequence[ConsumerRecord[bytes, bytes]]]

EFFECT_SECONDS = 60.0  # senders have shorter limits of their own; whatever has none may not hold up all others
AGAIN_SECONDS = (0.2, 1.0, 3.0)  # between the tries of a step that reaches outside
PATIENCE_SECONDS = 30.0  # of waiting for such steps, per fetch: longer, and the group would take us for dead


@dataclass(frozen=True, slots=True)
class _Record:
    """A command, ready to be sent."""

    aggregate_id: bytes
    partition: int
    value: bytes
    headers: list[tuple[str, bytes]]


class Reactor:
    """Runs the reactions (or the effects) of one service in its own consumer group. `run()` until cancelled."""

    def __init__(self, settings: Settings, service: str, steps: Sequence[Step], *, kind: str = "reactions") -> None:
        self.settings = settings
        self.service = service
        self.group = f"songda.{service}.{kind}"
        self.reader = f"{kind} {service}"
        self._topic = f"{service}.commands"
        self._keys = CommandKeys.of(settings)
        self._steps: dict[str, dict[type[Fact], list[Step]]] = {}
        for step in steps:
            wanted = self._steps.setdefault(step.source, {})
            for event in dict.fromkeys(step.events):
                wanted.setdefault(event, []).append(step)
        self._producer: AIOKafkaProducer  # this and the next: of the present connection, see `_follow`
        self._following: Following
        self._strays = Strays(self.reader, [f"{source}.events" for source in self._steps])
        self._waiting: dict[str, Parked] = {}
        self._skips: frozenset[tuple[str, int, int]] = frozenset()
        self._mine: frozenset[TopicPartition] = frozenset()
        self._assigned_anew = True
        self._patience = PATIENCE_SECONDS
        self._failing: str | None = None
        self._joined = False

    @property
    def not_ready(self) -> str | None:
        """Why events are not being reacted to; None when they are."""
        return self._failing or (None if self._joined else f"joining {self.group}")

    def parked(self) -> list[Parked]:
        """What waits in the partitions that this process follows."""
        return [one for one in self._waiting.values() if TopicPartition(one.topic, one.partition) in self._mine]

    @property
    def degraded(self) -> dict[str, Any]:
        """What is not being reacted to; empty when all is."""
        parked = self.parked()
        return {self.reader: in_short(parked)} if parked else {}

    async def run(self) -> None:
        """React until cancelled; servers that are away are waited for."""
        while True:
            try:
                await self._follow()
            except (KafkaError, NotReady, OSError) as error:
                log.warning("reactor tries again", group=self.group, error=f"{type(error).__name__}: {error}")
                await asyncio.sleep(1.0)
            except Exception as error:  # a bug of ours, not of a step: told, and tried again
                self._failing = f"{self.group} fails: {shown(error)}"
                log.exception("reactor fails, trying again", group=self.group)
                await asyncio.sleep(5.0)

    async def _follow(self) -> None:
        producer = self._producer = kafka.sender(self.settings)
        following = self._following = Following(self.settings, self.reader)
        consumer = kafka.stream_consumer(self.settings, self.group)
        self._assigned_anew = True
        await producer.start()
        try:
            await following.start()
            consumer.subscribe([f"{source}.events" for source in self._steps], listener=_Assignments(self))
            await consumer.start()
            try:
                while True:
                    got = await consumer.getmany(timeout_ms=500, max_records=500)
                    await self._heed_the_log(consumer, got)
                    self._joined = True
                    if got:
                        await self._react(consumer, got)
                    await asyncio.sleep(0)
                    end_if_cancelled()
            finally:
                with suppress(KafkaError, TimeoutError):
                    await asyncio.wait_for(consumer.stop(), 10)
        finally:
            await following.stop()
            await kafka.close_producer(producer)

    def assigned(self, partitions: Iterable[TopicPartition]) -> None:
        """These are followed here from now on. What their former owner parked is read before anything is reacted to."""
        self._mine = frozenset(partitions)
        self._assigned_anew = True

    async def _react(self, consumer: AIOKafkaConsumer, got: Fetched) -> None:
        """One fetch: 1 work out what it asks for; 2 send, and wait until the broker has it; 3 tell what was parked;
        4 only then move on."""
        self._patience = PATIENCE_SECONDS
        sent: list[asyncio.Future[object]] = []
        parked: list[Parked] = []
        reached: dict[TopicPartition, int] = {}
        for tp, records in got.items():  # 1
            for record in records:
                if self._patience <= 0:  # too much of it waited for others: it is fetched again
                    consumer.seek(tp, record.offset)
                    break
                met = await self._take(record, sent)
                parked += [] if met is None else [met]
                reached[tp] = record.offset + 1
        await asyncio.gather(*sent)  # 2
        metrics.REACTED.labels(self.service).inc(len(sent))
        if parked:
            await self._note([Note("parked", one, self.reader, "", utc_now()) for one in parked])  # 3
        self._failing = None
        await consumer.commit(reached)  # 4

    async def _take(self, record: ConsumerRecord[bytes, bytes], sent: "list[asyncio.Future[object]]") -> Parked | None:
        """One event: what it asks for goes to the producer. What is to be parked, if it cannot be taken."""
        try:
            meta = meta_of(record)
        except Stray as why:
            self._strays.passed_over(record, why)
            return None
        waiting = self._waiting.get(meta.subject)
        if waiting is not None and waiting.holds(meta.sequence):
            return None
        if self._skips and (record.topic, record.partition, record.offset) in self._skips:
            return None
        try:
            asked = await self._asks(record, meta)
        except Unfit as unfit:
            parked = self._waiting[meta.subject] = park(self.reader, record, meta, unfit.kind, unfit.error)
            log.exception(
                "parked",
                reader=self.reader,
                subject=meta.subject,
                kind=unfit.kind,
                type=meta.type,
                place=parked.place,
                error=parked.error,
            )
            return parked
        for ask in asked:
            sent.append(await self._send(ask))
        return None

    async def _asks(self, record: ConsumerRecord[bytes, bytes], meta: Meta) -> list[_Record]:
        """What all steps ask for on one event. Raises `Unfit`."""
        kind = kind_of(meta.type)
        if kind is None:
            metrics.UNKNOWN_EVENTS.labels(self.group, meta.type).inc()
            return []
        steps = self._steps[record.topic.removesuffix(".events")].get(kind)
        if steps is None:
            return []
        try:
            event = read_event(record.headers, record.value or b"")
        except Exception as error:
            raise Unfit("unreadable", error) from error
        assert event is not None  # its kind is known
        asked: list[_Record] = []
        for step in steps:
            asked += await self._step(step, event, meta)
        return asked

    async def _step(self, step: Step, event: Fact, meta: Meta) -> list[_Record]:
        """What one step asks for. Raises `Unfit`, or KafkaError: our own servers are waited for by whoever calls.

        A reaction is pure: what it raises once it always raises. An effect reaches outside, and what is not there now
        may be in a second: it is tried a few times more, whatever it raised.
        """
        waits = iter(AGAIN_SECONDS)
        clock = asyncio.get_running_loop().time
        while True:
            began = clock()
            try:
                if isinstance(step, Reaction):
                    asks = step.react(event, meta)
                else:
                    async with asyncio.timeout(EFFECT_SECONDS):
                        asks = await step.run(event, meta)
                return [self._asked(asked_for(step, number, ask, meta)) for number, ask in enumerate(asks)]
            except (KafkaError, NotReady):
                raise
            except Exception as error:
                wait = next(waits, None)
                again = isinstance(step, Effect) or isinstance(error, OSError)
                self._patience -= clock() - began + (wait or 0.0)
                if not again or wait is None or self._patience <= 0:
                    kind: Kind = "reaction" if isinstance(step, Reaction) else "effect"
                    raise Unfit(kind, error) from error
                log.warning("step tries again", step=step.name, error=f"{type(error).__name__}: {error}")
                await asyncio.sleep(wait)

    def _asked(self, ask: Asked) -> _Record:
        value = ask.command.model_dump_json().encode()
        if len(value) > MAX_COMMAND_BYTES:
            raise ValueError(f"a command of {len(value)} bytes, at most {MAX_COMMAND_BYTES} are taken")
        key, partition = ask.aggregate_id.encode(), kafka.partition_of(ask.aggregate_id, self.settings.partitions)
        return _Record(key, partition, value, self._keys.signed(self._topic, key, value, to_headers(ask.request)))

    async def _send(self, ask: _Record) -> "asyncio.Future[object]":
        future: asyncio.Future[object] = await self._producer.send(
            self._topic,
            ask.value,
            key=ask.aggregate_id,
            partition=ask.partition,
            headers=ask.headers,
        )
        return future

    # --- the log of what is parked ---------------------------------------------------------------------------------

    async def _heed_the_log(self, consumer: AIOKafkaConsumer, got: Fetched) -> None:
        """Before a fetch is reacted to: know what is parked, and try again what somebody asked for."""
        if self._assigned_anew:
            self._assigned_anew = False
            await self._following.catch_up()
            self._know()
        elif await self._following.news():
            self._know()
        asked: dict[TopicPartition, list[Parked]] = {}
        for reader, subject in self._following.known.retry:
            parked = self._waiting.get(subject) if reader == self.reader else None
            if parked is not None and (tp := TopicPartition(parked.topic, parked.partition)) in self._mine:
                asked.setdefault(tp, []).append(parked)
        for tp, waiting in asked.items():
            records = got.get(tp)
            end = records[0].offset if records else int(await consumer.position(tp))
            await self._try_again(tp, waiting, end)

    async def _try_again(self, tp: TopicPartition, waiting: Sequence[Parked], end: int) -> None:
        """React to what waited, in its order, up to where the partition is read; then tell what came of it.

        What takes too long is cut, as a fetch is: of the rest nothing is told, so it is tried again after the next one.
        """
        keys = {one.subject.encode(): one for one in waiting}
        for one in waiting:
            del self._waiting[one.subject]
        self._patience = PATIENCE_SECONDS
        sent: list[asyncio.Future[object]] = []
        anew: dict[str, Parked] = {}
        span = {tp: (min(one.offset for one in waiting), end)}
        cut = False
        async with aclosing(kafka.read_between(self.settings, span)) as reading:
            async for _, records in reading:
                for record in records:
                    before = keys.get(record.key or b"")
                    if before is None or record.offset < before.offset:
                        continue
                    if cut := self._patience <= 0:
                        break
                    if met := await self._take(record, sent):
                        anew[before.subject] = replace(met, since=before.since)
                if cut:
                    break
        await asyncio.gather(*sent)
        if cut:
            waiting = [one for one in waiting if one.subject in anew]
        now = utc_now()
        await self._note(
            Note("parked", anew[one.subject], self.reader, "", now)
            if one.subject in anew
            else Note("resumed", one, self.reader, "", now)
            for one in waiting
        )
        log.info("tried again", reader=self.reader, resumed=len(waiting) - len(anew), parked=len(anew), asked=len(sent))

    async def _note(self, notes: Iterable[Note]) -> None:
        """Tell the log, and know it: what is read there later must not be older than what is known here."""
        await tell(self._producer, notes)
        await self._following.catch_up()
        self._know()

    def _know(self) -> None:
        self._waiting = dict(self._following.known.of(self.reader))
        self._skips = self._following.known.skips(self.reader)
        metrics.PARKED.labels(self.reader).set(len(self.parked()))


class _Assignments(ConsumerRebalanceListener):
    """What the group says about who follows what."""

    def __init__(self, reactor: Reactor) -> None:
        self._reactor = reactor

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        pass

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        self._reactor.assigned(assigned)
