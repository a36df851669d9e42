"""The command worker: owns partitions of `<service>.commands`, decides batches, writes each in one Kafka transaction.

One owner per partition at a time. Ownership comes from the consumer group; safety does not: it comes from the broker,
which fences a former owner by the stable transactional id (RISKS A5, A17). What an owner does: `partition`.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

from runtime import fingerprint, kafka, metrics
from runtime.command_keys import CommandKeys
from runtime.deciding import Rules
from runtime.ending import end_if_cancelled
from runtime.logs import get_log
from runtime.mongo import Database
from runtime.parked_log import Following
from runtime.parking import Parked, in_short
from runtime.partition import Partition, Shared
from runtime.settings import Settings
from runtime.state import generation
from runtime.strays import Strays
from runtime.topic_ids import topic_id

log = get_log("runtime.worker")

LOOK_SECONDS = 5.0  # how often a worker looks whether the command topic is still the one it knows


class Worker:
    """All owned partitions of one service in this process. `run()` until cancelled; then everything is stopped."""

    def __init__(self, settings: Settings, rules: Rules, database: Database, cluster: str) -> None:
        self.rules = rules
        self.topic = f"{rules.service}.commands"
        self.group = f"songda.{rules.service}.commands"
        self.reader = f"worker {rules.service}"
        self.generation = generation(fingerprint.of_states(rules.deciders.values()), cluster)
        self.consumer: AIOKafkaConsumer = kafka.command_consumer(settings, self.group)
        self.sender: AIOKafkaProducer = kafka.sender(settings)
        self.following = Following(settings, self.reader)
        self.shared = Shared(
            settings=settings,
            rules=rules,
            database=database,
            group=self.group,
            generation=self.generation,
            consumer=self.consumer,
            sender=self.sender,
            following=self.following,
            strays=Strays(self.reader, [f"{rules.service}.events"]),
            keys=CommandKeys.of(settings),
        )
        for counter in (metrics.UNSIGNED, metrics.HELD, metrics.DEAD, metrics.STOPPED):
            counter.labels(rules.service)  # from the start: else its first event is no increase
        self._looked = 0.0
        self.owners: dict[TopicPartition, asyncio.Task[None]] = {}
        self.partitions: dict[TopicPartition, Partition] = {}
        self.stopped: dict[TopicPartition, str] = {}
        self.joined = False

    async def run(self) -> None:
        """Join the group and serve what is assigned, until cancelled."""
        await self.sender.start()
        await self.following.start()
        self.consumer.subscribe([self.topic], listener=_Assignments(self))
        await self.consumer.start()
        try:
            while True:
                await asyncio.sleep(1.0)
                end_if_cancelled()
                self._notice_stopped()
                await self._look_around()
        finally:
            await self.release(list(self.owners))
            with suppress(KafkaError, TimeoutError):
                await asyncio.wait_for(self.consumer.stop(), 10)
            await self.following.stop()
            await kafka.close_producer(self.sender)

    async def _look_around(self) -> None:
        """What people decided about parked aggregates; whether the command topic was made anew."""
        metrics.PARKED.labels(self.reader).set(len(self.parked()))
        now = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self.following.news()
                if now - self._looked >= LOOK_SECONDS:
                    self.shared.topic_id = await topic_id(self.sender.client, self.topic)
                    self._looked = now
        except (KafkaError, TimeoutError, OSError) as error:
            log.warning("Kafka does not answer", service=self.rules.service, error=f"{type(error).__name__}: {error}")

    def parked(self) -> list[Parked]:
        """What waits in the partitions that this process owns."""
        states = [partition.state for partition in self.partitions.values() if partition.state is not None]
        return [one for state in states for one in state.parked.values()]

    @property
    def degraded(self) -> dict[str, Any]:
        """What is not being decided; empty when all is."""
        parked = self.parked()
        return {self.reader: in_short(parked)} if parked else {}

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
        if not self.joined:
            return f"joining {self.group}"
        return None if self.shared.topic_id is not None else f"there is no topic {self.topic}"

    def acquire(self, assigned: Iterable[TopicPartition]) -> None:
        """Start owning partitions. Returns at once: a takeover must not block the rebalance (RISKS A15)."""
        self.joined = True
        for tp in assigned:
            self.consumer.pause(tp)
            self.partitions[tp] = Partition(self.shared, tp)
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
