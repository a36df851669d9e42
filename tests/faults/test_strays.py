"""Records that are none of ours, on the topics that only the system itself writes: passed over by every reader."""

import asyncio
from contextlib import suppress

import pytest
from harness.load import contract_numbers, planned, register
from harness.stage import Stage
from harness.topics import put
from harness.waiting import PATIENCE, eventually

from runtime.changes import ChangeFeed, encode
from runtime.kafka import CHANGES

pytestmark = pytest.mark.kafka

GARBAGE = {
    "nothing": (b"x", None),
    "no text": (None, b"\x00\xff"),
    "no JSON": (b"x", b"{"),
    "another JSON": (b"\xff", b"[1, 2]"),
    "a number": (b"x", b"7"),
    "an empty object": (b"x", b"{}"),
    "wrong kinds": (b"x", b'{"command_id": [], "collection": 1, "row_ids": 2, "act": "parked"}'),
}


async def litter(stage: Stage, topic: str, partitions: int) -> None:
    """Each kind of garbage on each partition."""
    for partition in range(partitions):
        for key, value in GARBAGE.values():
            await put(stage.address, topic, partition, key=key, value=value, headers=[("commandoffset", b"x")])


async def test_answers_are_heard_and_looked_up_among_garbage_also_by_an_owner_that_takes_over(stage: Stage) -> None:
    """DESIGN §7"""
    await litter(stage, f"{stage.order}.outcomes", stage.settings.partitions)
    worker = await stage.worker()
    gateway = await stage.gateway()
    callers = await stage.callers()
    plans = [planned(number, register(number), stage.random) for number in contract_numbers(6)]
    for plan in plans[:3]:
        assert (await callers.ask(plan)).status == "accepted"
    await litter(stage, f"{stage.order}.outcomes", stage.settings.partitions)
    for plan in plans[3:]:
        assert (await callers.ask(plan)).status == "accepted"
    await stage.end(worker)
    await stage.worker()
    found = [await gateway.outcome_of(stage.order, plan.aggregate_id, plan.command_id) for plan in plans]
    assert [outcome.status if outcome else None for outcome in found] == ["accepted"] * 6
    assert (await callers.ask(plans[0])).repeated
    await stage.check()


async def test_changes_are_told_to_pages_among_garbage(stage: Stage) -> None:
    """DESIGN §7"""
    feed = ChangeFeed(stage.settings)
    following = asyncio.create_task(feed.run())
    try:
        await eventually(lambda: feed.not_ready is None, "the feed is connected")
        stream = feed.since([f"board_{stage.order}"], feed.position())
        await litter(stage, CHANGES, 1)
        value = encode(f"board_{stage.order}", ["a"])
        await put(stage.address, CHANGES, 0, key=None, value=value, headers=[])
        assert (await asyncio.wait_for(anext(stream), PATIENCE)).row_ids == ("a",)
        assert not following.done()
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
