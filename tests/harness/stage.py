"""The stage of one test: a small system with topics, database and processes of its own on some stack."""

import asyncio
import random
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from harness.load import Callers, Pace
from harness.oracle import Oracle, Report
from harness.processes import Application
from harness.stacks import Stack
from harness.systems import small_system
from harness.waiting import eventually
from runtime import kafka
from runtime.app import rules_of
from runtime.folds import ReadModel
from runtime.gateway import Gateway
from runtime.mongo import Database, connect
from runtime.rebuild import Verdict, discard, rebuild, verify
from runtime.settings import Settings
from runtime.state import PartitionState
from runtime.worker import Worker

SECRET = "a secret of the tests"


class Stage:
    """What a test needs at hand. `order` and `alarm` are the names (so: topic prefixes) of its two services."""

    def __init__(self, stack: Stack, home: Path, seed: int) -> None:
        self.stack = stack
        self.home = home
        self.random = random.Random(seed)
        name = uuid.uuid4().hex[:6]
        self.order = f"order_{name}"
        self.alarm = f"alarm_{name}"
        self.system = small_system(self.order, self.alarm)
        self.settings = Settings(
            kafka_bootstrap=stack.kafka_address,
            mongo_url=stack.mongo_url,
            mongo_database=f"songda_{name}",
            home=home / "home",
            secret=SECRET,
            session_timeout_ms=6_000,  # the shortest that a broker takes: dead members are missed soon
            checkpoint_seconds=1.0,
        )
        self.oracle = Oracle()
        self.pace = Pace()
        self.database: Database = connect(self.settings)
        self._applications: list[Application] = []
        self._running: list[asyncio.Task[None]] = []

    @property
    def address(self) -> str:
        """Kafka's own address."""
        return self.stack.kafka_address

    async def provision(self) -> None:
        """Make the topics."""
        await kafka.provision(self.settings, self.system.services)

    def application(self, name: str, *roles: str, **settings: Any) -> Application:
        """A process of this system, not started yet. `settings` go over the stage's own."""
        wanted = self.settings.model_dump(mode="json", exclude={"secret", "people"}) | settings
        env = {f"SONGDA_{key.upper()}": str(value) for key, value in wanted.items() if value is not None}
        env["SONGDA_SECRET"] = SECRET
        command = ["-m", "harness.application", self.order, self.alarm, *roles]
        application = Application(name, command, env, self.home / f"{name}.log")
        self._applications.append(application)
        return application

    async def gateway(self, **settings: Any) -> Gateway:
        """A gateway in this process, listening."""
        gateway = Gateway(self.settings.model_copy(update=settings), self.system.services)
        self._running.append(asyncio.create_task(gateway.run()))
        await eventually(lambda: gateway.not_ready is None, "the gateway listens")
        return gateway

    async def callers(self, *, patience: float = 3.0, service: str | None = None, **settings: Any) -> Callers:
        """Callers of a service (the order service), whose answers the oracle notes."""
        return Callers(await self.gateway(**settings), service or self.order, self.oracle, self.pace, patience=patience)

    async def worker(self, service: str | None = None, **settings: Any) -> Worker:
        """A worker in this process, serving. End it by `end(worker)`, or leave it to the stage."""
        changed = self.settings.model_copy(update=settings)
        rules = rules_of(changed, self.system.services[service or self.order], self.system.policies)
        worker = Worker(changed, rules, self.database, cluster="test")
        task = asyncio.create_task(worker.run())
        self._running.append(task)
        worker.task = task  # type: ignore[attr-defined]

        def serving() -> bool:
            if task.done():
                task.result()
            return worker.not_ready is None

        await eventually(serving, "the worker serves")
        return worker

    async def end(self, worker: Worker) -> None:
        """Let a worker of this process go, as a graceful stop does."""
        task: asyncio.Task[None] = worker.task  # type: ignore[attr-defined]
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def crash(self, worker: Worker) -> None:
        """End a worker of this process without its leaving in order: no checkpoint, no farewell to the group."""
        for owner in worker.owners.values():
            owner.cancel()
        await asyncio.gather(*worker.owners.values(), return_exceptions=True)
        await self.end(worker)

    def memories(self, worker: Worker) -> list[PartitionState]:
        """What a worker of this process holds in memory, partition by partition."""
        return [partition.state for partition in worker.partitions.values() if partition.state is not None]

    async def check(self) -> Report:
        """The oracle's verdict on the order service, and live = rebuilt for all its read models."""
        report = await self.oracle.check(self.address, self.order, self.settings.partitions)
        print(f"oracle: {report}")
        return report

    async def live_equals_rebuilt(self) -> int:
        """Rebuild every read model from nothing and compare, facet by facet; the number of rows that were compared.

        The live one may still be catching up: looked at again until nothing is ahead of the other.
        """
        compared = 0  # rows
        for projection in self.system.all_projections():
            rebuilt = await rebuild(self.settings, self.database, projection, lambda done, total: None)
            documents = [d async for d in rebuilt.collection.find({"_id": {"$ne": "#positions"}}, {"_pos": 1})]
            facets = sum(len(document["_pos"]) for document in documents)

            async def equal(rebuilt: ReadModel = rebuilt, facets: int = facets) -> Verdict | None:
                live = ReadModel(self.database, rebuilt.projection, self.settings)
                await live.open()
                verdict = await verify(live, rebuilt)
                assert verdict.difference is None, f"live is not what it should be: {verdict.difference}"
                return verdict if verdict.compared == facets else None

            await eventually(equal, "live has caught up and equals rebuilt", every=0.5)
            await discard(rebuilt)
            compared += len(documents)
        return compared

    async def close(self) -> None:
        """End all that runs."""
        for application in self._applications:
            application.end()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self.database.client.close()


@asynccontextmanager
async def a_stage(stack: Stack, home: Path, seed: int) -> AsyncIterator[Stage]:
    """A stage, with its topics; whatever runs on it ends with the test."""
    stage = Stage(stack, home, seed)
    try:
        await stage.provision()
        yield stage
    finally:
        await stage.close()
