"""Apache Kafka of this machine: one KRaft node that is broker and controller, its data kept between runs."""

import asyncio
import base64
import contextlib
import logging
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from songda.stack.health import until_healthy
from songda.stack.java import class_path, find_java
from songda.stack.places import PROJECT, data_folder, log_file
from songda.stack.ports import free_port, listening, require_free
from songda.stack.processes import PartEnded, Process, StackError, spawn

START_SECONDS = 90.0
FORMAT_SECONDS = 60.0
LOG4J = """\
rootLogger.level=WARN
rootLogger.appenderRef.c.ref=c
appender.c.type=Console
appender.c.name=c
appender.c.layout.type=PatternLayout
appender.c.layout.pattern=%d %p %c %m%n
"""


def server_properties(data: Path, port: int, controller_port: int) -> dict[str, str]:
    """The node's settings. Topics are never made by accident, and one replica of each is all there is."""
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        # A fixed voter, not a recorded one: the ports may differ from run to run over the same data.
        "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "log.dirs": str(data),
        "auto.create.topics.enable": "false",
        "num.partitions": "3",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "8",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "8",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",
        # After a SIGKILL the node waits until its former self has timed out: 9 s by default.
        "broker.session.timeout.ms": "3000",
        "broker.heartbeat.interval.ms": "500",
        # The default would take 128 MiB of the small heap, for compacting two small internal topics.
        "log.cleaner.dedupe.buffer.size": "16777216",
    }


async def start_kafka(
    home: Path,
    port: int | None = None,
    *,
    controller_port: int | None = None,
    programs: Path = PROJECT / ".local" / "java",
    heap: str = "1g",
    options: Sequence[str] = ("-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20"),
    properties: Mapping[str, str] | None = None,
    passwords: Mapping[str, str] | None = None,
    seconds: float = START_SECONDS,
) -> Process:
    """Start Kafka over the data in `home` (formatted at first), and return once it answers.

    `port` None takes any free one. `properties` go over the node's own, `options` are Java's; `passwords` are those of
    users (SCRAM-SHA-512) that are there from the first. Raises StackError.
    """
    port = port or free_port()
    controller_port = controller_port or free_port()
    require_free(port, "Kafka", "SONGDA_KAFKA_PORT")
    require_free(controller_port, "Kafka controller", "SONGDA_KAFKA_CONTROLLER_PORT")
    java, jars = find_java(), class_path(programs, "kafka")
    data = data_folder(home, "kafka").resolve()
    data.mkdir(parents=True, exist_ok=True)
    settings, logging_settings = data / "server.properties", data / "log4j2.properties"
    wanted = server_properties(data / "log", port, controller_port) | dict(properties or {})
    settings.write_text("".join(f"{key}={value}\n" for key, value in wanted.items()), encoding="utf-8")
    logging_settings.write_text(LOG4J, encoding="utf-8")
    if not (data / "log" / "meta.properties").exists():
        await _format(java, jars, settings, home, passwords or {})
    process = spawn(
        home,
        "kafka",
        [
            java,
            f"-Xmx{heap}",
            "-Xms256m",
            *options,
            "-XX:+ExitOnOutOfMemoryError",
            f"-XX:ErrorFile={log_file(home, 'kafka').with_suffix('.crash')}",
            f"-Dlog4j2.configurationFile={logging_settings}",
            "-cp",
            jars,
            "kafka.Kafka",
            str(settings),
        ],
        port=port,
    )
    await until_healthy(process, lambda: answers(port), seconds)
    return process


async def answers(port: int) -> bool:
    """Whether a Kafka there describes its cluster and has a broker that takes requests."""
    if not listening(port):
        return False
    from aiokafka.admin import AIOKafkaAdminClient  # here: `songda status` and its like need not wait for it
    from aiokafka.errors import KafkaError

    quiet = logging.getLogger("aiokafka")
    level = quiet.level
    quiet.setLevel(logging.CRITICAL)  # a broker that is still starting is no error
    admin = AIOKafkaAdminClient(bootstrap_servers=f"127.0.0.1:{port}", request_timeout_ms=4_000)
    try:
        await admin.start()
        return bool((await admin.describe_cluster())["brokers"])
    except (KafkaError, OSError):
        return False
    finally:
        with contextlib.suppress(KafkaError, OSError):
            await admin.close()
        quiet.setLevel(level)


async def _format(java: str, jars: str, settings: Path, home: Path, passwords: Mapping[str, str]) -> None:
    """Give the empty data folder a cluster id, and users. A half-done earlier attempt is done over."""
    command = ["-cp", jars, "kafka.tools.StorageTool", "format", "--ignore-formatted"]
    for name, password in passwords.items():
        command += ["--add-scram", f"SCRAM-SHA-512=[name={name},password={password}]"]
    formatting = await asyncio.create_subprocess_exec(
        java,
        "-XX:TieredStopAtLevel=1",  # it runs for a second: compiling well costs more than it gains
        f"-Dlog4j2.configurationFile={settings.with_name('log4j2.properties')}",
        *command,
        "-t",
        _cluster_id(),
        "-c",
        str(settings),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await asyncio.wait_for(formatting.communicate(), FORMAT_SECONDS)
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            formatting.kill()
        await formatting.wait()
        raise
    if formatting.returncode != 0:
        reason = said.decode("utf-8", "replace")[-2000:]
        kind = PartEnded if (formatting.returncode or 0) < 0 else StackError  # killed: another try may do better
        raise kind(f"Kafka 数据目录无法初始化。 Kafka could not format {home / 'kafka'}:\n{reason}")


def _cluster_id() -> str:
    """22 URL-safe characters, as Kafka makes them; never a leading hyphen, which would read as an option."""
    while (text := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return text
