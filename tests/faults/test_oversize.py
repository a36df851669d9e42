"""Events, commands and dead letters that are larger than somebody on the way takes."""

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from harness.load import Callers, contract_numbers, planned, register
from harness.stage import Stage
from harness.topics import committed, put

from runtime import kafka
from runtime.command_keys import CommandKeys
from runtime.commands import to_headers
from runtime.gateway import new_request
from runtime.outcome import Outcome

pytestmark = pytest.mark.kafka


async def test_an_event_over_the_limit_is_a_dead_letter_and_the_partition_goes_on(stage: Stage) -> None:
    """DESIGN 11: the command is kept whole, its caller is told, the next one is decided."""
    await stage.worker(max_event_bytes=4_000)
    callers = await stage.callers()
    big, small = _two_of_one_partition(stage)
    refused = await callers.ask(planned(big, register(big, lines=200), stage.random))
    taken = await callers.ask(planned(small, register(small), stage.random))
    dead = await committed(stage.address, f"{stage.order}.dead-letters")
    assert (refused.status, taken.status) == ("broken", "accepted")
    assert [(d.key, d.value) for d in dead] == [
        (f"contract:{big}", register(big, lines=200).model_dump_json().encode())
    ]
    await stage.check()


async def test_a_record_over_the_brokers_limit_is_not_half_committed(stage: Stage) -> None:
    """RISKS A1: no answer and no offset without the event; once the broker takes it, all of it is there, once."""
    await stage.worker()
    callers = await stage.callers(patience=1.0)
    big, small = _two_of_one_partition(stage)
    await _limit(stage, f"{stage.order}.events", 4_000)
    plan = planned(big, register(big, lines=200), stage.random)
    refused = [await callers.ask_once(plan), await callers.ask_once(plan)]
    assert [outcome.status for outcome in refused] == ["pending", "pending"]
    assert await committed(stage.address, f"{stage.order}.events") == []
    assert await committed(stage.address, f"{stage.order}.outcomes") == []
    assert await _offsets(stage) == set()
    await _limit(stage, f"{stage.order}.events", 1_048_588)
    answers = [await callers.ask(plan), await callers.ask(planned(small, register(small), stage.random))]
    assert [answer.status for answer in answers] == ["accepted", "accepted"]
    report = await stage.check()
    assert (report.accepted, report.events) == (2, 2)


async def test_a_broken_command_of_the_largest_size_is_a_dead_letter_too(stage: Stage) -> None:
    """The letter says more than the command did, so it is larger than what the broker took."""
    await stage.worker()
    callers = await stage.callers()
    big, small = _two_of_one_partition(stage)
    headers = to_headers(new_request("too-big", actor="x", role="store"))
    value = b'{"command": "RegisterContract", "contract_no": "' + b"x" * 1_048_100 + b'"}'
    await _put(stage, big, value, headers)
    taken = await callers.ask(planned(small, register(small), stage.random))
    dead = await committed(stage.address, f"{stage.order}.dead-letters")
    assert taken.status == "accepted"
    assert [(d.key, d.value) for d in dead] == [(f"contract:{big}", value)]


async def test_a_command_with_a_thousand_faults_has_a_short_error(stage: Stage) -> None:
    """An answer and a log line are for people; the whole command lies in the dead letters."""
    await stage.worker()
    callers: Callers = await stage.callers()
    number = contract_numbers(1)[0]
    lines = ",".join('{"line_no": "x", "unknown": 1}' for _ in range(2_000))
    value = f'{{"command": "RegisterContract", "contract_no": "{number}", "lines": [{lines}]}}'.encode()
    headers = to_headers(new_request("many-faults", actor="x", role="store"))
    await _put(stage, number, value, headers)
    answer: Outcome = await callers.ask(planned(number, register(number), stage.random))
    outcomes = await committed(stage.address, f"{stage.order}.outcomes")
    assert answer.status == "accepted"
    assert max(len(record.value) for record in outcomes) < 4_000


async def _put(stage: Stage, number: str, value: bytes, headers: list[tuple[str, bytes]]) -> None:
    """A command as no gateway of this version would make it, but signed by us."""
    topic, key = f"{stage.order}.commands", f"contract:{number}".encode()
    signed = CommandKeys.of(stage.settings).signed(topic, key, value, headers)
    partition = kafka.partition_of(f"contract:{number}", stage.settings.partitions)
    await put(stage.address, topic, partition, key=key, value=value, headers=signed)


def _two_of_one_partition(stage: Stage) -> tuple[str, str]:
    first, *others = contract_numbers(20)
    home = kafka.partition_of(f"contract:{first}", stage.settings.partitions)
    same = (o for o in others if kafka.partition_of(f"contract:{o}", stage.settings.partitions) == home)
    return first, next(same)


async def _limit(stage: Stage, topic: str, size: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=stage.address)
    await admin.start()
    try:
        await admin.alter_configs(
            [ConfigResource(ConfigResourceType.TOPIC, topic, configs={"max.message.bytes": str(size)})]
        )
    finally:
        await admin.close()


async def _offsets(stage: Stage) -> set[TopicPartition]:
    """Command partitions of which something counts as decided."""
    admin = AIOKafkaAdminClient(bootstrap_servers=stage.address)
    await admin.start()
    try:
        found = await admin.list_consumer_group_offsets(f"songda.{stage.order}.commands")
        return {tp for tp, offset in found.items() if offset.offset > 0}
    finally:
        await admin.close()
