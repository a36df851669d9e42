"""The MongoDB-compatible server of this machine: mongo-java-server over one file (deploy/java/mongo).

It knows neither transactions nor secondary indexes. After a SIGKILL its file is a consistent state of the last 0.2 s.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from songda.stack.health import until_healthy
from songda.stack.java import class_path, find_java
from songda.stack.places import PROJECT, data_folder, log_file
from songda.stack.ports import free_port, listening, require_free
from songda.stack.processes import Process, spawn

START_SECONDS = 60.0


async def start_mongo(
    home: Path,
    port: int | None = None,
    *,
    programs: Path = PROJECT / ".local" / "java",
    heap: str = "2g",
    options: Sequence[str] = (),
    seconds: float = START_SECONDS,
) -> Process:
    """Start the server over the file in `home`, and return once it answers. `port` None: any free one."""
    port = port or free_port()
    require_free(port, "MongoDB", "SONGDA_MONGO_PORT")
    data = data_folder(home, "mongo").resolve()
    data.mkdir(parents=True, exist_ok=True)
    process = spawn(
        home,
        "mongo",
        [
            find_java(),
            f"-Xmx{heap}",
            "-Xms64m",
            *options,
            "-XX:+ExitOnOutOfMemoryError",
            f"-XX:ErrorFile={log_file(home, 'mongo').with_suffix('.crash')}",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            # It warns of each secondary index that it does not make; it scans instead, which is enough here.
            "-Dorg.slf4j.simpleLogger.log.de.bwaldvogel.mongo.backend.AbstractMongoDatabase=error",
            "-cp",
            class_path(programs, "mongo"),
            "songda.MongoStandIn",
            str(port),
            str(data / "songda.mv"),
        ],
        port=port,
    )
    await until_healthy(process, lambda: answers(port), seconds)
    return process


async def answers(port: int) -> bool:
    """Whether a server there answers a ping in MongoDB's protocol."""
    if not listening(port):
        return False
    from pymongo import AsyncMongoClient  # here: `songda status` and its like need not wait for it
    from pymongo.errors import PyMongoError

    client: AsyncMongoClient[dict[str, Any]]
    async with AsyncMongoClient(
        f"mongodb://127.0.0.1:{port}", serverSelectionTimeoutMS=2_000, connectTimeoutMS=2_000
    ) as client:
        try:
            await client.admin.command("ping")
        except PyMongoError:
            return False
    return True
