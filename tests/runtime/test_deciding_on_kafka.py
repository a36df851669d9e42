"""Commands, events and answers on real Kafka, with nothing going wrong."""

import pytest
from harness.load import contract_numbers, life_of
from harness.stage import Stage

pytestmark = pytest.mark.kafka


async def test_every_command_is_answered_and_its_events_are_there_once(stage: Stage) -> None:
    """X1 on the machine's side: what was accepted is on the stream, once, in order."""
    await stage.worker()
    callers = await stage.callers()
    await callers.live([life_of(number, stage.random) for number in contract_numbers(40)])
    report = await stage.check()
    assert (report.commands, report.sendings, report.unknown) == (280, 280, 0)
