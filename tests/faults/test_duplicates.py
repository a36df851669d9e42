"""Every command comes twice, and once more after the worker is another one: the first answer stands."""

import asyncio
from dataclasses import replace

import pytest
from harness.amid import amid, rest
from harness.load import Planned, contract_numbers, life_of
from harness.stage import Stage

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


async def test_each_command_sent_three_times_has_one_answer_and_one_effect(stage: Stage) -> None:
    """DESIGN 10, A2"""
    worker = stage.application("worker", "worker", aggregates_in_memory=10, checkpoint_seconds=0.5).start()
    await worker.ready()
    callers, others = await stage.callers(patience=2.0), await stage.callers(patience=2.0)
    lives = [life_of(number, stage.random) for number in contract_numbers(40)]

    def shuffled(life: list[Planned]) -> list[Planned]:
        """The repeats of a life in another order: some arrive before what they repeat."""
        return stage.random.sample(life, len(life))

    load = asyncio.create_task(_both(callers.live(lives), others.live([shuffled(life) for life in lives])))
    await amid(load, stage, 120)
    worker.kill()
    worker.start()
    await rest(load, stage)
    plans = [plan for life in lives for plan in life]
    first = {plan.command_id: stage.oracle.accounts[plan.command_id].answers[0] for plan in plans}
    again = [await callers.ask(plan) for plan in stage.random.sample(plans, len(plans))]
    assert {o.command_id: replace(o, repeated=False) for o in again} == {
        command_id: replace(o, repeated=False) for command_id, o in first.items()
    }
    report = await stage.check()
    assert (report.commands, report.unknown) == (280, 0)
    assert report.sendings >= 3 * 280


async def _both(one: "asyncio.Future[None]", other: "asyncio.Future[None]") -> None:
    await asyncio.gather(one, other)
