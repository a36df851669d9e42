"""The command topic is deleted and made anew: offsets begin anew, and every command in it is answered, none twice."""

import asyncio
import json
from collections import Counter

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from harness.load import Callers, Planned, contract_numbers, life_of
from harness.stage import Stage
from harness.topics import committed, high_watermarks
from harness.waiting import eventually

from runtime import worker as worker_module

pytestmark = pytest.mark.kafka

CONTRACTS = 10


async def recreate(stage: Stage) -> None:
    """As an operator would: `kafka-topics --delete`, `--create`."""
    topic = f"{stage.order}.commands"
    admin = AIOKafkaAdminClient(bootstrap_servers=stage.address)
    await admin.start()
    try:
        await admin.delete_topics([topic])

        async def made() -> bool:
            wanted = NewTopic(topic, num_partitions=stage.settings.partitions, replication_factor=1)
            answer = await admin.create_topics([wanted])
            return not answer.topic_errors[0][1]

        await eventually(made, "the topic is made anew")
    finally:
        await admin.close()


async def length(stage: Stage) -> int:
    """Records on the command topic."""
    tps = [TopicPartition(f"{stage.order}.commands", p) for p in range(stage.settings.partitions)]
    return sum((await high_watermarks(stage.address, tps)).values())


async def told(stage: Stage) -> Counter[str]:
    """How many answers lie on the topic, by command."""
    return Counter(json.loads(r.value)["command_id"] for r in await committed(stage.address, f"{stage.order}.outcomes"))


async def put(callers: Callers, plans: list[Planned]) -> None:
    """Asked, while nobody answers."""
    for plan in plans:
        assert (await callers.ask_once(plan)).status == "pending"


@pytest.mark.parametrize("share", [0.3, 1.0, 1.6], ids=["shorter", "as long", "longer"])
async def test_what_lies_in_it_at_a_takeover_is_answered_however_long_it_is_by_then(stage: Stage, share: float) -> None:
    """RISKS A14: commands at or below the last offset that was decided in the former topic are no old ones."""
    worker = await stage.worker()
    callers = await stage.callers()
    lives = [life_of(number, stage.random) for number in contract_numbers(CONTRACTS)]
    await callers.live(lives)
    await stage.end(worker)
    before, answered = await length(stage), await told(stage)
    await recreate(stage)

    again = [plan for life in lives for plan in life][: int(before * min(share, 1.0))]  # all of it was decided already
    fresh = [life_of(number, stage.random)[0] for number in contract_numbers(int(before * max(share - 1, 0.1)), 500)]
    impatient = await stage.callers(patience=0.01)
    await put(impatient, again + fresh)
    worker = await stage.worker()

    async def all_answered() -> bool:
        now = await told(stage)
        return all(now[plan.command_id] > answered[plan.command_id] for plan in again + fresh)

    await eventually(all_answered, "every command in the new topic is answered", every=0.5)
    await stage.check()
    await stage.end(worker)  # the new topic is the known one from now on
    answered = await told(stage)
    await stage.worker()
    await callers.live([life_of(number, stage.random) for number in contract_numbers(3, 900)])
    now = await told(stage)
    assert all(now[plan.command_id] == answered[plan.command_id] for plan in again + fresh)
    await stage.check()


async def test_a_topic_that_is_made_anew_under_a_running_owner_is_noticed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No error tells it: a topic that grew quickly looks like the former one that went on."""
    monkeypatch.setattr(worker_module, "LOOK_SECONDS", 0.5)
    await stage.worker()
    callers = await stage.callers()
    await callers.live([life_of(number, stage.random) for number in contract_numbers(3)])
    for round_number in (1, 2):
        await recreate(stage)
        lives = [life_of(number, stage.random) for number in contract_numbers(4 * round_number, 100 * round_number)]
        await callers.live(lives, at_once=50)
    report = await stage.check()
    assert (report.commands, report.unknown) == (7 * (3 + 4 + 8), 0)


async def test_an_owner_that_is_killed_after_the_topic_was_made_anew_swallows_nothing(stage: Stage) -> None:
    """What it decided meanwhile, believing in the former topic, says so."""
    worker = stage.application("worker", "worker").start()
    await worker.ready()
    callers = await stage.callers()
    await callers.live([life_of(number, stage.random) for number in contract_numbers(3)])
    await recreate(stage)
    load = asyncio.create_task(
        callers.live([life_of(number, stage.random) for number in contract_numbers(20, 100)], at_once=50)
    )
    await eventually(lambda: stage.oracle.answers > 21 + 10, "some are answered")
    worker.kill()
    worker.start()
    await load
    report = await stage.check()
    assert (report.commands, report.unknown) == (7 * 23, 0)
