"""A stack for one run of the benches: its own Kafka and MongoDB stand-in, in a folder that is deleted afterwards."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from runtime.settings import Settings
from songda.stack import free_port, start_kafka, start_mongo, stop

PARTITIONS = 3


@asynccontextmanager
async def scratch_stack() -> AsyncIterator[Settings]:
    """Settings that point at a fresh Kafka and MongoDB; both end with the block."""
    home = Path(tempfile.mkdtemp(prefix="songda-bench-"))
    running = []
    try:
        running.append(kafka := await start_kafka(home))
        running.append(mongo := await start_mongo(home))
        yield Settings(
            kafka_bootstrap=kafka.address,
            mongo_url=f"mongodb://{mongo.address}",
            home=home,
            http_port=free_port(),
            partitions=PARTITIONS,
            demo_login=True,
        )
    finally:
        for process in reversed(running):
            await stop(process)
        shutil.rmtree(home, ignore_errors=True)


def as_given(settings: Settings) -> dict[str, Any]:
    """The same settings for a child task, as JSON."""
    return settings.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
