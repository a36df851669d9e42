"""Where the event streams begin and end."""

import asyncio
from collections.abc import Iterable

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from contracts.reading import SERVICES
from runtime import kafka
from runtime.errors import NotReady
from runtime.settings import Settings


async def event_spans(settings: Settings, services: Iterable[str] = SERVICES) -> dict[TopicPartition, tuple[int, int]]:
    """All partitions of event streams: first offset, and the end of what is committed. Raises `NotReady`."""
    admin = kafka.administrator(settings)
    consumer = kafka.reader(settings)
    try:
        async with asyncio.timeout(30):
            await admin.start()
            partitions = await _partitions(admin, settings, services)
            await consumer.start()
            consumer.assign(partitions)
            starts, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
    except (KafkaError, TimeoutError, OSError) as error:
        raise NotReady(
            f"连不上 Kafka {settings.kafka_bootstrap}：请先 songda up，或检查 SONGDA_KAFKA_BOOTSTRAP。 "
            f"No Kafka at {settings.kafka_bootstrap}: is it running, and is SONGDA_KAFKA_BOOTSTRAP right?"
        ) from error
    finally:
        await consumer.stop()
        await admin.close()
    return {partition: (starts[partition], ends[partition]) for partition in partitions}


async def _partitions(admin: AIOKafkaAdminClient, settings: Settings, services: Iterable[str]) -> list[TopicPartition]:
    """As many as there are, whatever the settings say: a partition left out would be a silent hole in the story."""
    found = await admin.describe_topics([f"{service}.events" for service in services])
    missing = sorted(described["topic"] for described in found if described["error_code"])
    if missing:
        raise NotReady(
            f"Kafka {settings.kafka_bootstrap} 上没有主题 {missing[0]}：请先 songda up。 "
            f"There is no topic {missing[0]} on {settings.kafka_bootstrap}: start the system with `songda up`."
        )
    return [TopicPartition(described["topic"], p["partition"]) for described in found for p in described["partitions"]]
