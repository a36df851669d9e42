"""Every event is delivered to the read models again: nothing changes."""

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from harness.load import contract_numbers, life_of
from harness.stage import Stage
from harness.topics import high_watermarks

from runtime.folds import ReadModel
from runtime.projector import projector_group

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


async def test_events_delivered_again_change_no_row(stage: Stage) -> None:
    """DESIGN 10: first by a projector whose group lost its offsets, then by folding the whole stream once more."""
    await stage.worker()
    projector = stage.application("projector", "projector").start()
    await projector.ready()
    callers = await stage.callers()
    await callers.live([life_of(number, stage.random) for number in contract_numbers(40)])
    assert await stage.live_equals_rebuilt() == 40
    before = await _rows(stage)

    projector.stop()
    await _forget_offsets(stage)
    projector.start()
    await projector.ready()
    await callers.live([life_of(number, stage.random, steps=0) for number in contract_numbers(1, first=900)])
    assert await stage.live_equals_rebuilt() == 41
    assert {k: v for k, v in (await _rows(stage)).items() if k != "HT26000900"} == before

    projector.stop()
    model = ReadModel(stage.database, stage.system.all_projections()[0], stage.settings)
    await model.open()
    ends = await high_watermarks(stage.address, model.partitions())
    await model.read_up({tp: (0, end) for tp, end in ends.items()})
    assert {k: v for k, v in (await _rows(stage)).items() if k != "HT26000900"} == before


async def _rows(stage: Stage) -> dict[str, object]:
    model = ReadModel(stage.database, stage.system.all_projections()[0], stage.settings)
    await model.open()
    return {row["_id"]: row async for row in model.collection.find({"_id": {"$ne": "#positions"}})}


async def _forget_offsets(stage: Stage) -> None:
    group = projector_group(stage.settings.mongo_database)
    consumer = AIOKafkaConsumer(bootstrap_servers=stage.address, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        tps = [TopicPartition(f"{stage.order}.events", p) for p in range(stage.settings.partitions)]
        consumer.assign(tps)
        await consumer.commit(dict.fromkeys(tps, 0))
    finally:
        await consumer.stop()
