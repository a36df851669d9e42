"""The gateway: a request becomes a command record, and the caller waits for what was decided.

Back-pressure: at most `waiting_requests` wait at once; one more is `Overloaded` (HTTP 503 with Retry-After). A caller
whose decision takes too long gets `pending` and where to ask: the command is not lost, and repeating it with the same
id is safe.
"""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.producer.message_accumulator import BatchBuilder
from pydantic import BaseModel

from runtime import kafka, metrics
from runtime.clock import utc_now
from runtime.command_keys import CommandKeys
from runtime.commands import MAX_COMMAND_BYTES, Asked, Request, to_headers
from runtime.decision import Rejected, Signer
from runtime.ending import end_if_cancelled
from runtime.errors import NotReady, Overloaded
from runtime.logs import get_log
from runtime.outcome import Outcome, Record, from_json
from runtime.request_digest import KEY_REUSED
from runtime.settings import Settings
from runtime.strays import Strays

log = get_log("runtime.gateway")

TOO_LONG = Rejected(
    code="command_too_large",
    rule="",
    zh="内容太多，系统一次收不下：请分成几次提交。什么都没有改变。",
    en="This is more than one request can hold: send it in parts. Nothing was changed.",
)

_RECENT = 20_000  # answers kept for callers who come back
_TOLD_BYTES = 32 << 20  # facts of answers: whoever asks for them again was cut off, or came second, just now
_LOOK_BACK = 2  # who looks for an answer of long ago at once: each reads a day's answers
_HEARD = 50_000  # aggregates whose version is remembered: rows are behind for moments only


Waiting = tuple[str, str | None]
"""Command id, and the digest of the request: another request under the same id gets another answer."""


class Gateway:
    """Sends commands of all services and hands back their outcomes. `run()` until cancelled."""

    def __init__(self, settings: Settings, services: Iterable[str]) -> None:
        self.settings = settings
        self._services = tuple(services)
        self._keys = CommandKeys.of(settings)
        self._producer: AIOKafkaProducer = kafka.sender(settings)
        self._waiting: dict[Waiting, asyncio.Future[Outcome]] = {}
        self._askers: Counter[Waiting] = Counter()
        self._recent: OrderedDict[str, Outcome] = OrderedDict()
        self._told: OrderedDict[str, tuple[Record, ...]] = OrderedDict()
        self._told_bytes = 0
        self._versions: OrderedDict[str, int] = OrderedDict()
        self._listening = asyncio.Event()
        self._looking_back = asyncio.Semaphore(_LOOK_BACK)
        self._strays = Strays("gateway")

    async def run(self) -> None:
        """Listen to the outcomes of all services; without this nobody gets an answer."""
        await self._producer.start()
        try:
            while True:
                try:
                    await self._listen()
                except (KafkaError, NotReady, OSError) as error:
                    log.warning("outcomes cannot be read, trying again", error=f"{type(error).__name__}: {error}")
                    await asyncio.sleep(1.0)
        finally:
            await kafka.close_producer(self._producer)

    async def _listen(self) -> None:
        topics = [
            TopicPartition(f"{service}.outcomes", p)
            for service in self._services
            for p in range(self.settings.partitions)
        ]
        consumer = kafka.reader(self.settings)
        await consumer.start()
        try:
            consumer.assign(topics)
            await consumer.seek_to_end()
            self._listening.set()
            while True:
                end_if_cancelled()
                for records in (await consumer.getmany(timeout_ms=1_000)).values():
                    for record in records:
                        try:
                            outcome = from_json(record.value or b"")
                        except ValueError as why:
                            self._strays.passed_over(record, why)
                        else:
                            self._arrived(outcome)
        finally:
            self._listening.clear()
            with suppress(KafkaError):
                await consumer.stop()

    def _arrived(self, outcome: Outcome) -> None:
        if outcome.facts and outcome.command_id not in self._told:
            self._told[outcome.command_id] = outcome.facts
            self._told_bytes += size_of(outcome.facts)
            while self._told_bytes > _TOLD_BYTES:
                self._told_bytes -= size_of(self._told.popitem(last=False)[1])
        if outcome.rejected is None or outcome.rejected.code != KEY_REUSED:  # the id's own answer is the first one's
            self._recent[outcome.command_id] = replace(outcome, facts=())
        if len(self._recent) > _RECENT:
            self._recent.popitem(last=False)
        if outcome.version > self._versions.get(outcome.aggregate_id, 0):  # a repeat tells an old one
            self._versions[outcome.aggregate_id] = outcome.version
            self._versions.move_to_end(outcome.aggregate_id)
            if len(self._versions) > _HEARD:
                self._versions.popitem(last=False)
        waiter = self._waiting.get((outcome.command_id, outcome.digest))
        if waiter is not None and not waiter.done():
            waiter.set_result(outcome)

    @property
    def versions(self) -> MappingProxyType[str, int]:
        """Aggregates' versions as last heard of from any process, the latest last; those of long ago are forgotten."""
        return MappingProxyType(self._versions)

    @property
    def not_ready(self) -> str | None:
        """Why no answers can be given now; None when they can."""
        return None if self._listening.is_set() else "gateway is not listening to outcomes yet"

    async def ask(
        self, service: str, aggregate_id: str, command: BaseModel, request: Request, *, seconds: float | None = None
    ) -> Outcome:
        """Put a command to its aggregate and wait for the answer.

        Raises `Overloaded`, or `NotReady` when Kafka did not take the command.
        """
        value = command.__pydantic_serializer__.to_json(command)
        if len(value) > MAX_COMMAND_BYTES:
            return Outcome(
                command_id=request.command_id, aggregate_id=aggregate_id, status="rejected", rejected=TOO_LONG
            )
        await asyncio.wait_for(self._listening.wait(), self.settings.decision_seconds)
        if len(self._waiting) >= self.settings.waiting_requests:  # no await from here until this one counts too
            raise Overloaded(f"{len(self._waiting)} requests wait for a decision")
        waiter: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        waiting = (request.command_id, request.digest)
        waiter = self._waiting.setdefault(waiting, waiter)
        self._askers[waiting] += 1
        metrics.WAITING.labels(service).inc()
        try:
            await self._send(service, aggregate_id, value, request)
            return await asyncio.wait_for(asyncio.shield(waiter), seconds or self.settings.decision_seconds)
        except TimeoutError:
            return Outcome(command_id=request.command_id, aggregate_id=aggregate_id, status="pending")
        finally:
            metrics.WAITING.labels(service).dec()
            self._forget(waiting)

    async def ask_all(self, service: str, asked: Sequence[Asked], *, seconds: float | None = None) -> list[Outcome]:
        """Put many commands at once and wait for all answers, in their order; commands of one aggregate are decided in
        the order given. A file of thousands costs a fraction of asking one by one.

        Raises `Overloaded` before anything is sent, or `NotReady` when Kafka did not take them all: then some may be
        decided nevertheless, and asking again with the same ids is safe.
        """
        await asyncio.wait_for(self._listening.wait(), self.settings.decision_seconds)
        if len(self._waiting) + len(asked) > self.settings.waiting_requests:
            raise Overloaded(f"{len(self._waiting)} requests wait for a decision")
        loop = asyncio.get_running_loop()
        answers: dict[str, Outcome] = {}
        waiters: dict[Waiting, asyncio.Future[Outcome]] = {}
        sendable: list[tuple[Asked, bytes]] = []
        for one in asked:
            command_id = one.request.command_id
            value = one.command.__pydantic_serializer__.to_json(one.command)
            if len(value) > MAX_COMMAND_BYTES:
                answers[command_id] = Outcome(command_id, one.aggregate_id, "rejected", rejected=TOO_LONG)
                continue
            sendable.append((one, value))
            waiting = (command_id, one.request.digest)
            if waiting not in waiters:
                waiters[waiting] = self._waiting.setdefault(waiting, loop.create_future())
                self._askers[waiting] += 1
        metrics.WAITING.labels(service).inc(len(waiters))
        try:
            await self._send_all(service, sendable)
            if waiters:
                await asyncio.wait(waiters.values(), timeout=seconds or self.settings.decision_seconds)
            answers |= {command_id: waiter.result() for (command_id, _), waiter in waiters.items() if waiter.done()}
        finally:
            metrics.WAITING.labels(service).dec(len(waiters))
            for waiting in waiters:
                self._forget(waiting)
        return [
            answers.get(one.request.command_id) or Outcome(one.request.command_id, one.aggregate_id, "pending")
            for one in asked
        ]

    async def _send_all(self, service: str, asked: Sequence[tuple[Asked, bytes]]) -> None:
        """Record batches per partition, each in the order given."""
        topic = f"{service}.commands"
        batches: dict[int, BatchBuilder] = {}
        sent: list[asyncio.Future[Any]] = []
        try:
            for one, value in asked:
                key = one.aggregate_id.encode()
                headers = self._keys.signed(topic, key, value, to_headers(one.request))
                partition = kafka.partition_of(one.aggregate_id, self.settings.partitions)
                batch = batches.get(partition) or batches.setdefault(partition, self._producer.create_batch())
                if batch.append(timestamp=None, key=key, value=value, headers=headers) is None:  # full
                    sent.append(await self._producer.send_batch(batch, topic, partition=partition))
                    batch = batches[partition] = self._producer.create_batch()
                    batch.append(timestamp=None, key=key, value=value, headers=headers)
            for partition, batch in batches.items():
                sent.append(await self._producer.send_batch(batch, topic, partition=partition))
            await asyncio.wait_for(asyncio.gather(*sent), self.settings.decision_seconds)
        except (KafkaError, TimeoutError) as error:
            for future in sent:
                future.add_done_callback(lambda done: done.cancelled() or done.exception())
            raise NotReady(f"Kafka did not take the requests: {type(error).__name__}") from error

    def _forget(self, waiting: Waiting) -> None:
        """Somebody waits no longer; somebody else may be waiting for the same answer."""
        self._askers[waiting] -= 1
        if not self._askers[waiting]:
            del self._askers[waiting], self._waiting[waiting]

    async def _send(self, service: str, aggregate_id: str, value: bytes, request: Request) -> None:
        topic, key = f"{service}.commands", aggregate_id.encode()
        try:
            sent = await asyncio.wait_for(
                self._producer.send(
                    topic,
                    value,
                    key=key,
                    partition=kafka.partition_of(aggregate_id, self.settings.partitions),
                    headers=self._keys.signed(topic, key, value, to_headers(request)),
                ),
                self.settings.decision_seconds,
            )
        except KafkaError as error:
            raise NotReady(f"Kafka did not take the request: {type(error).__name__}") from error
        sent.add_done_callback(lambda future: future.cancelled() or future.exception())

    def as_heard(self, outcome: Outcome) -> Outcome:
        """An answer with the facts that its command made, as far as this process has heard of them: a repeat has none
        of its own."""
        return outcome if outcome.facts else replace(outcome, facts=self._told.get(outcome.command_id, ()))

    async def with_facts(self, service: str, outcome: Outcome) -> Outcome:
        """The same, also by the answers of the last day, as `outcome_of`."""
        heard = self.as_heard(outcome)
        if heard.facts or not (outcome.status == "accepted" and outcome.events):
            return heard
        async with self._turn_to_look_back():
            first = await self._look_back(service, outcome.aggregate_id, outcome.command_id)
        return outcome if first is None else replace(outcome, facts=first.facts)

    async def outcome_of(self, service: str, aggregate_id: str, command_id: str) -> Outcome | None:
        """The answer to an earlier command: from memory, else from the last day's answers on the topic.

        Few look there at once, since each reads them all; raises TimeoutError when it is not one's turn for long.
        """
        known = self._recent.get(command_id)
        if known is not None and known.holds:
            return known
        async with self._turn_to_look_back():
            return await self._look_back(service, aggregate_id, command_id)

    @asynccontextmanager
    async def _turn_to_look_back(self) -> AsyncIterator[None]:
        async with asyncio.timeout(self.settings.decision_seconds):
            await self._looking_back.acquire()
        try:
            yield
        finally:
            self._looking_back.release()

    async def _look_back(self, service: str, aggregate_id: str, command_id: str) -> Outcome | None:
        tp = TopicPartition(f"{service}.outcomes", kafka.partition_of(aggregate_id, self.settings.partitions))
        consumer = kafka.reader(self.settings)
        await consumer.start()
        try:
            first = (await consumer.beginning_offsets([tp]))[tp]
            last = (await consumer.end_offsets([tp]))[tp]
        finally:
            await consumer.stop()
        needle = command_id.encode()
        found: Outcome | None = None
        async for _, records in kafka.read_between(self.settings, {tp: (first, last)}):
            for record in records:
                if (found is None or not found.holds) and record.value is not None and needle in record.value:
                    with suppress(ValueError):  # a stray, as whoever listens has told
                        outcome = from_json(record.value)  # the id may also stand in somebody else's answer
                        found = outcome if outcome.command_id == command_id else found
        return found


def size_of(facts: Iterable[Record]) -> int:
    """What it takes to remember them, roughly."""
    return sum(len(value) + 2_000 for _, value in facts)


def new_request(
    command_id: str,
    *,
    actor: str,
    role: str,
    correlation_id: str | None = None,
    expected_version: int | None = None,
    traceparent: str | None = None,
    digest: str | None = None,
    tells: bool = False,
    second: Signer | None = None,
) -> Request:
    """A request received now."""
    request = Request(command_id, utc_now(), actor, role, correlation_id or command_id)
    return replace(
        request,
        expected_version=expected_version,
        traceparent=traceparent,
        digest=digest,
        tells=tells,
        second=second,
    )
