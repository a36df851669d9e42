"""The raw limits: the loops that anything on this machine with these clients has to be measured against.

`moved`: consume, look up ready-made bytes, produce, commit. Nothing is read or written as data: the floor.
`translated`: the same with each command decoded and each event, its headers and the answer encoded by the same
functions as the worker uses, but no state, no rules, no look-up of repeats: what any honest use of the stream costs.
`ruled`: translated, and the rules decide and fold over a plain dict: what is left to the worker is its own share
(repeats, overlay until the commit, timers, checkpoints, logs).
`echoed`: consume, give back, commit: the way of one command without anything in between.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from bench import load
from company.context import Context
from company.policy import policy_book
from contracts import envelope
from contracts.envelope import Meta, wire_source
from contracts.fact import Fact
from contracts.reading import read_event
from order.main import SERVICE
from runtime import commands, kafka
from runtime.app import rules_of
from runtime.deciding import Incoming, Outgoing, Rules, decide_batch
from runtime.decision import Rejected
from runtime.outcome import Outcome, from_json, to_json
from runtime.settings import Settings

Kind = Literal["moved", "translated", "ruled", "echoed"]


@dataclass(frozen=True, slots=True)
class Made:
    """What the worker makes of the n-th command of a contract."""

    events: tuple[Outgoing, ...]
    facts: tuple[tuple[Fact, Meta], ...]
    answer: Outgoing
    outcome: Outcome


def made_by_step(settings: Settings) -> tuple[Made, ...]:
    """Decide one contract's life once: the bytes that belong to each of its ten commands."""
    rules = rules_of(settings, SERVICE, policy_book())
    memory: dict[str, Any] = {}
    remembered: dict[str, bytes] = {}
    steps = []
    for offset, row in enumerate(load.lives(1)):
        incoming = Incoming(offset, row.key, row.value, tuple(row.headers))
        decided = decide_batch(rules, [incoming], memory, remembered, offset - 1)
        memory |= decided.changed
        remembered |= decided.answers
        facts = []
        for out in decided.events:
            fact = read_event(out.headers, out.value)
            assert fact is not None
            facts.append((fact, envelope.from_headers(out.headers)))
        (answer,) = decided.outcomes
        steps.append(Made(tuple(decided.events), tuple(facts), answer, from_json(answer.value)))
    return tuple(steps)


def step_of(record: ConsumerRecord[bytes, bytes]) -> int:
    """Which of a contract's ten commands a record is: the last digit of its id (see `load.row`)."""
    return int(record.headers[0][1][-1:], 16)


class BareLoop:
    """Consume, transform, produce, commit: one producer and one task per partition, one transaction per batch.

    `done` counts commands. `run()` until cancelled.
    """

    def __init__(self, settings: Settings, source: str, target: str, kind: Kind) -> None:
        self.done = 0
        self._settings = settings
        self._source = source
        self._target = target
        self._kind = kind
        self._made = made_by_step(settings)
        self._rules: Rules = rules_of(settings, SERVICE, policy_book())
        self._group = f"bare.{target}"
        self._wire_source = wire_source(target)
        self._states: dict[str, tuple[Any, int]] = {}

    async def run(self) -> None:
        """One task per partition."""
        consumer = kafka.command_consumer(self._settings, self._group)
        await consumer.start()
        partitions = [TopicPartition(f"{self._source}.commands", p) for p in range(self._settings.partitions)]
        consumer.assign(partitions)
        producers = [kafka.transactional(self._settings, f"{self._group}.{tp.partition}") for tp in partitions]
        await asyncio.gather(*(producer.start() for producer in producers))
        try:
            await consumer.seek_to_beginning()
            await asyncio.gather(
                *(self._serve(consumer, producer, tp) for producer, tp in zip(producers, partitions, strict=True))
            )
        finally:
            await consumer.stop()
            for producer in producers:
                await kafka.close_producer(producer)

    async def _serve(self, consumer: AIOKafkaConsumer, producer: AIOKafkaProducer, tp: TopicPartition) -> None:
        events, outcomes = f"{self._target}.events", f"{self._target}.outcomes"
        transform = {
            "moved": self._moved,
            "translated": self._translated,
            "ruled": self._ruled,
            "echoed": self._echoed,
        }[self._kind]
        while True:
            got = await consumer.getmany(tp, timeout_ms=100, max_records=self._settings.batch_commands)
            records: list[ConsumerRecord[bytes, bytes]] = got.get(tp, [])
            if records:
                await producer.begin_transaction()
                made, answers = producer.create_batch(), producer.create_batch()
                transform(records, made, answers)
                for topic, batch in ((events, made), (outcomes, answers)):
                    batch.close()
                    if batch.record_count():
                        await producer.send_batch(batch, topic, partition=tp.partition)
                await producer.flush()
                await producer.send_offsets_to_transaction({tp: records[-1].offset + 1}, self._group)
                await producer.commit_transaction()
                self.done += len(records)
            await asyncio.sleep(0)

    def _moved(self, records: Sequence[ConsumerRecord[bytes, bytes]], made: Any, answers: Any) -> None:
        for record in records:
            step = self._made[step_of(record)]
            for out in step.events:
                made.append(timestamp=None, key=record.key, value=out.value, headers=out.headers)
            answers.append(timestamp=None, key=record.key, value=step.answer.value, headers=step.answer.headers)

    def _translated(self, records: Sequence[ConsumerRecord[bytes, bytes]], made: Any, answers: Any) -> None:
        reader = self._rules.readers["contract"]
        for record in records:
            step = self._made[step_of(record)]
            request = commands.from_headers(record.headers)
            reader.validate_json(record.value or b"")
            for fact, meta in step.facts:
                self._append(made, record, request, fact, meta.sequence)
            _answer(answers, record, step.outcome, step.answer)

    def _ruled(self, records: Sequence[ConsumerRecord[bytes, bytes]], made: Any, answers: Any) -> None:
        reader, decider = self._rules.readers["contract"], self._rules.deciders["contract"]
        for record in records:
            step = self._made[step_of(record)]
            request = commands.from_headers(record.headers)
            command = reader.validate_json(record.value or b"")
            subject = (record.key or b"").decode()
            state, version = self._states.get(subject, (decider.initial, 0))
            now = request.received
            context = Context(now=now, by=request.actor, role=request.role, policy=self._rules.policies.at(now))
            result = decider.decide(command, state, context)
            for fact in () if isinstance(result, Rejected) else result:
                state, version = decider.evolve(state, fact), version + 1
                self._append(made, record, request, fact, version)
            self._states[subject] = state, version
            _answer(answers, record, step.outcome, step.answer)

    def _append(
        self, made: Any, record: ConsumerRecord[bytes, bytes], request: commands.Request, fact: Fact, sequence: int
    ) -> None:
        meta = Meta(
            f"{request.command_id}.0",
            fact.wire,
            self._wire_source,
            (record.key or b"").decode(),
            request.received,
            sequence,
            request.command_id,
            request.correlation_id,
            request.actor,
            record.offset,
        )
        value = fact.__pydantic_serializer__.to_json(fact)
        made.append(timestamp=None, key=record.key, value=value, headers=envelope.to_headers(meta))

    def _echoed(self, records: Sequence[ConsumerRecord[bytes, bytes]], _: Any, answers: Any) -> None:
        for record in records:
            answers.append(timestamp=None, key=record.key, value=record.value, headers=[])


def _answer(answers: Any, record: ConsumerRecord[bytes, bytes], outcome: Outcome, like: Outgoing) -> None:
    headers = [("commandoffset", b"%d" % record.offset), *like.headers[1:]]
    answers.append(timestamp=None, key=record.key, value=to_json(outcome), headers=headers)


async def count_decoded(settings: Settings, topic: str, total: list[int]) -> None:
    """Plain getmany + decode of envelope and event, no fold, no database; `total[0]` counts. Until the ends."""
    partitions = [TopicPartition(topic, p) for p in range(settings.partitions)]
    ends = await kafka.high_watermarks(settings, partitions)
    consumer = kafka.reader(settings)
    await consumer.start()
    try:
        consumer.assign(partitions)
        await consumer.seek_to_beginning()
        left = {tp for tp in partitions if ends[tp]}
        while left:
            for records in (await consumer.getmany(timeout_ms=200, max_records=2_000)).values():
                for record in records:
                    envelope.from_headers(record.headers)
                    read_event(record.headers, record.value or b"")
                total[0] += len(records)
            left = {tp for tp in left if await consumer.position(tp) < ends[tp]}
    finally:
        await consumer.stop()
