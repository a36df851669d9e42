"""Kafka is killed amid load and started again over the same data."""

import asyncio

import pytest
from harness.amid import amid, rest
from harness.load import contract_numbers, life_of
from harness.stage import Stage

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


async def test_kafka_killed_twice_amid_load_loses_nothing_and_does_nothing_twice(own_stage: Stage) -> None:
    """DESIGN 10: whatever was answered before the crash is there after it; the rest is answered when asked again."""
    stage = own_stage
    for role in ("worker", "projector"):
        await stage.application(role, role).start().ready()
    callers = await stage.callers(patience=2.0)
    load = asyncio.create_task(callers.live([life_of(number, stage.random) for number in contract_numbers(100)]))
    for answers in (150, 400):
        await amid(load, stage, answers)
        await stage.stack.kill_kafka()
        await stage.stack.start_kafka_again()
    await rest(load, stage)
    report = await stage.check()
    assert (report.commands, report.unknown) == (700, 0)
    assert await stage.live_equals_rebuilt() == 100
