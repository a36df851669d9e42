"""Waiting until all is done: however many wait, the servers are asked by one."""

import asyncio

import pytest
from aiokafka import TopicPartition

from runtime import settling
from runtime.settings import Settings

TP = TopicPartition("order.events", 0)


async def test_all_who_wait_share_each_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """X8: a look takes some connections to Kafka; two hundred requests of one person must not take two hundred times
    as many."""
    looks = 0

    async def look(_: Settings, __: settling.Groups) -> settling.Look:
        nonlocal looks
        looks += 1
        now = looks
        await asyncio.sleep(0)
        return {TP: min(now, 4)}, {"songda.order.commands": max(0, 3 - now)}

    monkeypatch.setattr(settling, "_look", look)
    settled = settling.settler(Settings(), {})
    assert await asyncio.gather(*(settled(60.0) for _ in range(200))) == [True] * 200
    assert looks <= 10


async def test_a_look_that_fails_fails_for_those_who_wait_and_the_next_one_is_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fails = True

    async def look(_: Settings, __: settling.Groups) -> settling.Look:
        await asyncio.sleep(0)
        if fails:
            raise ConnectionError
        return {TP: 1}, {}

    monkeypatch.setattr(settling, "_look", look)
    settled = settling.settler(Settings(), {})
    failed = await asyncio.gather(settled(60.0), settled(60.0), return_exceptions=True)
    fails = False
    assert ([type(one) for one in failed], await settled(60.0)) == ([ConnectionError] * 2, True)
