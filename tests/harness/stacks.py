"""The servers of a test: started here, somewhere else, or in containers; and what may happen to them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from motor.motor_asyncio import AsyncIOMotorClient

from songda.stack import Process, free_port, kill, start_kafka, start_mongo, stop
from songda.stack.kafka import answers as kafka_answers
from songda.stack.mongo import answers as mongo_answers

KAFKA_IMAGE = "apache/kafka:4.4.0"
MONGO_IMAGE = "mongo:8.0"


@dataclass
class Stack:
    """Kafka and MongoDB of a test. `kafka` and `mongo` are set when they are processes that we may end."""

    home: Path
    kafka_address: str
    mongo_url: str
    kafka: Process | None = None
    mongo: Process | None = None
    properties: Mapping[str, str] = field(default_factory=dict)

    async def kill_kafka(self) -> None:
        """SIGKILL: what was not on disk is what a crash would lose."""
        assert self.kafka is not None, "Kafka is not ours to kill"
        await kill(self.kafka)

    async def start_kafka_again(self) -> None:
        """Over the same data, at the same address."""
        assert self.kafka is not None
        self.kafka = await start_kafka(self.home, self.kafka.port, heap="512m", properties=self.properties)

    async def kill_mongo(self) -> None:
        """SIGKILL."""
        assert self.mongo is not None, "MongoDB is not ours to kill"
        await kill(self.mongo)

    async def start_mongo_again(self) -> None:
        """Over the same data, at the same address."""
        assert self.mongo is not None
        self.mongo = await start_mongo(self.home, self.mongo.port, heap="256m")

    async def wipe_mongo(self, database: str) -> None:
        """Drop every collection of a database, one after the other, as an operator would."""
        client: AsyncIOMotorClient[dict[str, object]] = AsyncIOMotorClient(self.mongo_url)
        try:
            for name in await client[database].list_collection_names():
                await client[database].drop_collection(name)
        finally:
            client.close()


SHORT_LIVED = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""Servers that live for minutes: compiling their code well would cost more than it gains."""


async def local_stack(home: Path, *, port: int | None = None, properties: Mapping[str, str] | None = None) -> Stack:
    """The local stack of this machine, on free ports."""
    wanted = dict(properties or {})
    kafka = await start_kafka(home, port, heap="512m", options=SHORT_LIVED, properties=wanted)
    mongo = await start_mongo(home, heap="256m", options=SHORT_LIVED)
    return Stack(home, kafka.address, f"mongodb://{mongo.address}", kafka, mongo, wanted)


async def stop_stack(stack: Stack) -> None:
    """End the servers; what they kept was the test's."""
    for process in (stack.mongo, stack.kafka):
        if process is not None:
            await (stop(process, 1.0) if process is stack.mongo else kill(process))


@contextmanager
def container_stack(home: Path) -> Iterator[Stack]:
    """Apache Kafka and MongoDB proper, in containers (needs a Docker engine)."""
    import asyncio

    from testcontainers.core.container import DockerContainer

    kafka_port, mongo_port = free_port(), free_port()
    settings = {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_LISTENERS": "PLAINTEXT://:9092,CONTROLLER://:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://127.0.0.1:{kafka_port}",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    }
    kafka = DockerContainer(KAFKA_IMAGE).with_envs(**settings).with_bind_ports(9092, kafka_port)
    mongo = DockerContainer(MONGO_IMAGE).with_bind_ports(27017, mongo_port)
    with kafka, mongo:
        asyncio.run(_until_both_answer(kafka_port, mongo_port))
        yield Stack(home, f"127.0.0.1:{kafka_port}", f"mongodb://127.0.0.1:{mongo_port}")


async def _until_both_answer(kafka_port: int, mongo_port: int) -> None:
    from harness.waiting import eventually

    await eventually(lambda: kafka_answers(kafka_port), "Kafka in a container answers")
    await eventually(lambda: mongo_answers(mongo_port), "MongoDB in a container answers")
