"""The real servers: what they acknowledged outlives a SIGKILL, and the command line brings them up and down."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pymongo import AsyncMongoClient

from songda.stack import find, free_port, kill, start_kafka, start_mongo, status, stop

pytestmark = pytest.mark.kafka

FACTS = TopicPartition("facts", 0)


async def test_kafka_keeps_acknowledged_records_over_a_sigkill(tmp_path: Path) -> None:
    kafka = await start_kafka(tmp_path)
    try:
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka.address)
        await admin.start()
        await admin.create_topics([NewTopic("facts", num_partitions=1, replication_factor=1)])
        await admin.close()
        async with AIOKafkaProducer(bootstrap_servers=kafka.address, acks="all", enable_idempotence=True) as producer:
            for n in range(20):
                await producer.send_and_wait("facts", str(n).encode(), partition=0)
            await kill(kafka)
        kafka = await start_kafka(tmp_path, kafka.port)
        consumer = AIOKafkaConsumer(bootstrap_servers=kafka.address, auto_offset_reset="earliest")
        consumer.assign([FACTS])
        async with consumer:
            values = [(await consumer.getone()).value for _ in range(20)]
            end = await consumer.end_offsets([FACTS])
        assert (values, end) == ([str(n).encode() for n in range(20)], {FACTS: 20})
    finally:
        assert await stop(kafka)


async def test_mongo_keeps_acknowledged_writes_over_a_sigkill(tmp_path: Path) -> None:
    mongo = await start_mongo(tmp_path)
    client: AsyncMongoClient[dict[str, Any]]
    try:
        async with AsyncMongoClient(f"mongodb://{mongo.address}") as client:
            for n in range(200):
                await client.songda.rows.replace_one({"_id": "one"}, {"_id": "one", "n": n}, upsert=True)
            await kill(mongo)
        mongo = await start_mongo(tmp_path, mongo.port)
        async with AsyncMongoClient(f"mongodb://{mongo.address}") as client:
            assert await client.songda.rows.find_one({}) == {"_id": "one", "n": 199}
    finally:
        assert await stop(mongo)


async def test_the_command_line_survives_a_server_that_is_killed_during_the_very_first_start(tmp_path: Path) -> None:
    ports = {name: free_port() for name in ("KAFKA", "KAFKA_CONTROLLER", "MONGO", "HTTP")}
    env = {**os.environ, "SONGDA_HOME": str(tmp_path), **{f"SONGDA_{n}_PORT": str(p) for n, p in ports.items()}}
    up = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "songda", "up", "--servers"), env=env, stdout=asyncio.subprocess.PIPE
    )
    try:
        while (kafka := find(tmp_path, "kafka")) is None:
            await asyncio.sleep(0.01)
        os.kill(kafka.pid, signal.SIGKILL)
        assert up.stdout is not None
        said = ""
        while "servers are up" not in said:
            line = await up.stdout.readline()
            assert line, said
            said += line.decode()
        assert "Try 1 of 3 to start kafka failed" in said
        assert str(tmp_path / "logs" / "kafka.log") in said
        parts = {part.name: part.process for part in status(tmp_path)}
        assert (parts["kafka"] is not None, parts["mongo"] is not None) == (True, True)
    finally:
        up.terminate()
        await up.communicate()
    assert not any(part.process for part in status(tmp_path))


async def test_the_command_line_brings_the_servers_up_detached_and_down_again(tmp_path: Path) -> None:
    ports = {name: free_port() for name in ("KAFKA", "KAFKA_CONTROLLER", "MONGO", "HTTP")}
    env = {**os.environ, "SONGDA_HOME": str(tmp_path), **{f"SONGDA_{n}_PORT": str(p) for n, p in ports.items()}}

    async def songda(*arguments: str) -> tuple[int | None, str]:
        run = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "songda", *arguments, env=env, stdout=asyncio.subprocess.PIPE
        )
        said, _ = await run.communicate()
        return run.returncode, said.decode()

    try:
        code, said = await songda("up", "--servers", "--detach")
        assert (code, "ready: kafka" in said, "ready: mongo" in said) == (0, True, True), said
        code, said = await songda("status", "--json")
        status = json.loads(said)
        assert (code, status["ready"], status["parts"]["kafka"]["port"], status["parts"]["app"]) == (
            0,
            True,
            ports["KAFKA"],
            None,
        )
        assert "already up" in (await songda("up", "--detach"))[1]
    finally:
        code, said = await songda("wipe", "--yes")
    assert (code, said.splitlines()[-1]) == (0, "已清空 wiped: kafka, logs, mongo, run")
    assert (await songda("status"))[0] == 3
