"""Reactions and effects: other streams' events -> own commands, with ids that make a second delivery ask nothing new.

At least once, idempotent by id: commands are acknowledged by the broker before the position is committed, and the
worker answers a repeated id with the first outcome. A record that cannot be read stops the reactor: skipping it would
lose a fact (RISKS B2).
"""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from contracts import envelope
from contracts.decision import Ask
from contracts.envelope import Meta
from contracts.reading import read_event
from runtime import kafka, metrics
from runtime.clock import utc_now
from runtime.commands import Request, deterministic_id, to_headers
from runtime.errors import NotReady, PartitionStopped
from runtime.logs import get_log
from runtime.service import Effect, Reaction
from runtime.settings import Settings

log = get_log("runtime.reactor")

Step = Reaction | Effect


class Reactor:
    """Runs the reactions (or the effects) of one service in its own consumer group. `run()` until cancelled."""

    def __init__(self, settings: Settings, service: str, steps: Sequence[Step], *, kind: str = "reactions") -> None:
        self.settings = settings
        self.service = service
        self.group = f"songda.{service}.{kind}"
        self._steps: dict[str, list[Step]] = {}
        for step in steps:
            self._steps.setdefault(step.source, []).append(step)
        self._producer: AIOKafkaProducer = kafka.sender(settings)
        self._stopped: str | None = None
        self._failing: str | None = None
        self._joined = False

    @property
    def not_ready(self) -> str | None:
        """Why events are not being reacted to; None when they are."""
        return self._stopped or self._failing or (None if self._joined else f"joining {self.group}")

    async def run(self) -> None:
        """React until cancelled; servers that are away are waited for, a broken stream stops for good."""
        while True:
            try:
                await self._follow()
            except PartitionStopped as error:
                self._stopped = str(error)
                log.error("reactor stopped", group=self.group, error=str(error))  # noqa: TRY400 - the message names the place
                await asyncio.Event().wait()
            except (KafkaError, NotReady, OSError) as error:
                log.warning("reactor tries again", group=self.group, error=f"{type(error).__name__}: {error}")
                await asyncio.sleep(1.0)
            except Exception as error:  # a bug: skipping would lose a fact, so it is tried again and told
                self._failing = f"{self.group} fails: {type(error).__name__}: {error}"
                log.exception("reaction fails, trying again", group=self.group)
                await asyncio.sleep(5.0)

    async def _follow(self) -> None:
        producer = self._producer = kafka.sender(self.settings)
        consumer = kafka.stream_consumer(self.settings, self.group)
        await producer.start()
        try:
            consumer.subscribe([f"{source}.events" for source in self._steps])
            await consumer.start()
            try:
                while True:
                    got = await consumer.getmany(timeout_ms=500, max_records=500)
                    self._joined = True
                    if got:
                        await self._react(consumer, got)
                    await asyncio.sleep(0)
            finally:
                with suppress(KafkaError, TimeoutError):
                    await asyncio.wait_for(consumer.stop(), 10)
        finally:
            await kafka.close_producer(producer)

    async def _react(
        self, consumer: AIOKafkaConsumer, got: dict[TopicPartition, list[ConsumerRecord[bytes, bytes]]]
    ) -> None:
        """One fetch: 1 work out what it asks for; 2 send, and wait until the broker has it; 3 only then move on."""
        sent = []
        for tp, records in got.items():
            source = tp.topic.removesuffix(".events")
            for record in records:
                for command_id, meta, ask in await self._asks(source, record):
                    sent.append(await self._send(command_id, meta, ask))
        await asyncio.gather(*sent)
        metrics.REACTED.labels(self.service).inc(len(sent))
        self._failing = None
        await consumer.commit({tp: records[-1].offset + 1 for tp, records in got.items()})

    async def _asks(self, source: str, record: ConsumerRecord[bytes, bytes]) -> Iterable[tuple[str, Meta, Ask]]:
        where = f"{record.topic}/{record.partition}@{record.offset}"
        try:
            meta = envelope.from_headers(record.headers)
            event = read_event(record.headers, record.value or b"")
        except (ValueError, envelope.BadEnvelope) as error:
            raise PartitionStopped(f"{where}: unreadable event: {error}") from error
        if event is None:
            metrics.UNKNOWN_EVENTS.labels(self.group, meta.type).inc()
            return ()
        asked = []
        for step in self._steps[source]:
            asks = step.react(event, meta) if isinstance(step, Reaction) else await step.run(event, meta)
            asked += [(deterministic_id(meta.id, step.name, str(i)), meta, ask) for i, ask in enumerate(asks)]
        return asked

    async def _send(self, command_id: str, meta: Meta, ask: Ask) -> "asyncio.Future[object]":
        request = Request(command_id, utc_now(), "system", "system", meta.correlation_id, traceparent=meta.traceparent)
        future: asyncio.Future[object] = await self._producer.send(
            f"{self.service}.commands",
            ask.command.model_dump_json().encode(),
            key=ask.aggregate_id.encode(),
            partition=kafka.partition_of(ask.aggregate_id, self.settings.partitions),
            headers=to_headers(request),
        )
        return future


__all__ = ["Reactor"]
