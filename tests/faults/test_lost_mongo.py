"""MongoDB is wiped, killed and away while commands come in: it is not the truth."""

import asyncio

import pytest
from harness.amid import amid, rest
from harness.load import contract_numbers, life_of
from harness.stage import Stage

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


async def test_mongo_wiped_killed_and_wiped_again_changes_no_answer_and_no_row(own_stage: Stage) -> None:
    """DESIGN 1: all of it comes back from the streams. Memory is small, so that states live in checkpoints."""
    stage = own_stage
    worker = stage.application("worker", "worker", aggregates_in_memory=10, checkpoint_seconds=0.3).start()
    projector = stage.application("projector", "projector").start()
    for application in (worker, projector):
        await application.ready()
    callers = await stage.callers(patience=2.0)
    load = asyncio.create_task(callers.live([life_of(number, stage.random) for number in contract_numbers(120)]))
    await amid(load, stage, 200)
    await stage.stack.wipe_mongo(stage.settings.mongo_database)
    await amid(load, stage, 400)
    await stage.stack.kill_mongo()
    await amid(load, stage, 402)  # it goes on without
    await stage.stack.start_mongo_again()
    await amid(load, stage, 600)
    await stage.stack.wipe_mongo(stage.settings.mongo_database)
    await rest(load, stage)
    report = await stage.check()
    assert (report.commands, report.unknown) == (840, 0)
    assert await stage.live_equals_rebuilt() == 120
