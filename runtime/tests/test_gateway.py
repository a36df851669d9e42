"""The gateway, without Kafka: how many may look for answers of long ago."""

import asyncio

import pytest

from runtime import kafka
from runtime.gateway import Gateway
from runtime.outcome import Outcome
from runtime.settings import Settings


async def test_few_look_for_answers_of_long_ago_at_once_and_the_others_do_not_wait_for_ever(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """X8: each look reads a day's answers; two hundred of one person must not hold up all that the process does."""
    inside = most = 0
    release = asyncio.Event()

    async def look_back(_: Gateway, __: str, aggregate_id: str, command_id: str) -> Outcome:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await release.wait()
        inside -= 1
        return Outcome(command_id, aggregate_id, "accepted")

    monkeypatch.setattr(Gateway, "_look_back", look_back)
    monkeypatch.setattr(kafka, "sender", lambda _: None)  # nothing is sent
    gateway = Gateway(Settings(home=tmp_path_factory.mktemp("home"), decision_seconds=0.1), ["order"])
    looks = [asyncio.create_task(gateway.outcome_of("order", "contract:HT1", f"c{n}")) for n in range(20)]
    done, waiting = await asyncio.wait(looks, timeout=2.0)
    assert (len(waiting), {type(one.exception()) for one in done}) == (2, {TimeoutError})
    release.set()
    assert [(await one).status for one in waiting] == ["accepted"] * 2
    assert most == 2
    assert (await gateway.outcome_of("order", "contract:HT1", "c99")) is not None
