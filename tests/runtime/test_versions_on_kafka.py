"""A caller that names the version it saw (If-Match)."""

import pytest
from harness.load import arrival, contract_numbers, planned, register
from harness.stage import Stage

pytestmark = pytest.mark.kafka


async def test_a_stale_version_is_refused_and_changes_nothing(stage: Stage) -> None:
    await stage.worker()
    callers = await stage.callers()
    number = contract_numbers(1)[0]
    asked = [
        planned(number, register(number), stage.random, expected_version=0),
        planned(number, arrival(number, 1, "YD0001"), stage.random, expected_version=0),
        planned(number, arrival(number, 1, "YD0001"), stage.random, expected_version=1),
        planned(number, arrival(number, 2, "YD0002"), stage.random, expected_version=3),
    ]
    answers = [await callers.ask(plan) for plan in asked]
    assert [(a.status, a.version, a.rejected.code if a.rejected else None) for a in answers] == [
        ("accepted", 1, None),
        ("rejected", 1, "stale_page"),
        ("accepted", 2, None),
        ("rejected", 2, "stale_page"),
    ]
    await stage.check()


async def test_of_two_who_saw_the_same_version_one_is_refused(stage: Stage) -> None:
    await stage.worker()
    callers = await stage.callers()
    number = contract_numbers(1)[0]
    await callers.ask(planned(number, register(number), stage.random))
    at_once = [
        [planned(number, arrival(number, 1, f"YD000{caller}"), stage.random, expected_version=1)] for caller in (1, 2)
    ]
    await callers.live(at_once, at_once=2)
    report = await stage.check()
    assert (report.accepted, report.refused) == (2, 1)
