"""An owner that was given up comes back and does not know: the broker fences it."""

import asyncio

import pytest
from harness.amid import amid, rest
from harness.load import contract_numbers, life_of
from harness.stage import Stage
from harness.waiting import eventually

from runtime import kafka

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


async def test_a_worker_frozen_past_its_session_is_fenced_when_it_comes_back(stage: Stage) -> None:
    """DESIGN 2: one writer per key, whoever believes to be it."""
    zombie = stage.application("zombie", "worker").start()
    await zombie.ready()
    callers = await stage.callers(patience=2.0)
    load = asyncio.create_task(callers.live([life_of(number, stage.random) for number in contract_numbers(120)]))
    await amid(load, stage, 150)
    zombie.freeze()
    heir = stage.application("heir", "worker").start()
    await heir.ready()
    await amid(load, stage, 300)
    zombie.thaw()
    await rest(load, stage)
    report = await stage.check()
    assert (report.commands, report.unknown) == (840, 0)
    await zombie.ready()  # it is a member again, with its share of the partitions
    await heir.ready()


async def test_a_fenced_owner_writes_nothing_and_takes_over_anew(stage: Stage) -> None:
    """RISKS A6: fenced while still assigned; it comes back with what the log says."""
    worker = await stage.worker()
    callers = await stage.callers(patience=2.0)
    lives = [life_of(number, stage.random) for number in contract_numbers(30)]
    load = asyncio.create_task(callers.live(lives))
    await amid(load, stage, 60)
    for partition in range(stage.settings.partitions):
        for owner_id in kafka.owner_ids(f"{stage.order}.commands", partition):
            usurper = kafka.transactional(stage.settings, owner_id)
            await usurper.start()  # as another owner's takeover does
            await usurper.stop()
    await rest(load, stage)
    await eventually(lambda: worker.not_ready is None, "the worker serves again")
    report = await stage.check()
    assert (report.commands, report.unknown) == (210, 0)
