"""Workers are killed amid load, one after the other; the others take over."""

import asyncio

import pytest
from harness.amid import amid, rest
from harness.load import contract_numbers, life_of
from harness.stage import Stage

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


async def test_workers_killed_in_turn_lose_nothing_and_do_nothing_twice(stage: Stage) -> None:
    """DESIGN 10"""
    workers = [stage.application(f"worker-{n}", "worker").start() for n in (1, 2)]
    projector = stage.application("projector", "projector").start()
    for application in (*workers, projector):
        await application.ready()
    callers = await stage.callers(patience=2.0)
    lives = [life_of(number, stage.random) for number in contract_numbers(150)]
    load = asyncio.create_task(callers.live(lives))
    for victim, answers in ((workers[0], 150), (workers[1], 400), (workers[0], 700)):
        await amid(load, stage, answers)
        victim.kill()
        victim.start()
    await rest(load, stage)
    report = await stage.check()
    assert (report.commands, report.unknown) == (1050, 0)
    assert await stage.live_equals_rebuilt() == 150


async def test_projectors_that_share_the_streams_and_are_killed_leave_rows_as_a_rebuild_makes_them(
    stage: Stage,
) -> None:
    """DESIGN 9: partitions move from one to the other, with rows that the other one has changed meanwhile."""
    projectors = [stage.application(f"projector-{n}", "projector").start() for n in (1, 2)]
    for application in (stage.application("worker", "worker").start(), *projectors):
        await application.ready()
    callers = await stage.callers(patience=2.0)
    load = asyncio.create_task(callers.live([life_of(number, stage.random) for number in contract_numbers(80)]))
    for victim, answers in ((projectors[0], 100), (projectors[1], 250), (projectors[0], 400)):
        await amid(load, stage, answers)
        victim.kill()
        victim.start()
    await rest(load, stage)
    await stage.check()
    assert await stage.live_equals_rebuilt() == 80
