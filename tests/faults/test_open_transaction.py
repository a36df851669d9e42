"""A transaction of somebody else stays open on an events partition: readers wait, and skip nothing."""

import pytest
from aiokafka import AIOKafkaProducer
from harness.load import arrival, contract_numbers, planned, register
from harness.stage import Stage
from harness.waiting import eventually

from runtime import kafka

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


async def test_a_restore_waits_for_an_open_transaction_and_skips_nothing_behind_it(stage: Stage) -> None:
    """RISKS A13: the end of what is committed is not the end of the stream."""
    number = contract_numbers(1)[0]
    partition = kafka.partition_of(f"contract:{number}", stage.settings.partitions)
    former = await stage.worker(checkpoint_seconds=3_600)
    callers = await stage.callers()
    await callers.ask(planned(number, register(number), stage.random))

    foreign = AIOKafkaProducer(
        bootstrap_servers=stage.address, transactional_id=f"foreign-{stage.order}", transaction_timeout_ms=120_000
    )
    await foreign.start()
    try:
        await foreign.begin_transaction()
        await foreign.send_and_wait(f"{stage.order}.events", b"never committed", partition=partition)
        behind = await callers.ask(planned(number, arrival(number, 1, "YD0001"), stage.random))
        await stage.end(former)
        heir = stage.application("heir", "worker", checkpoint_seconds=3_600).start()
        await eventually(lambda: heir.lines("replay waits for an open transaction"), "the replay waits")
        alone = {f"worker {stage.order}": f"restoring {stage.order}.commands/{partition}"}

        async def restored_but_one() -> bool:
            return (await heir.state()).get("waiting_for") == alone

        await eventually(restored_but_one, "all others are restored")
        await foreign.abort_transaction()
    finally:
        await foreign.stop()

    await heir.ready()
    after = await callers.ask(planned(number, arrival(number, 2, "YD0002"), stage.random))
    assert (behind.version, after.version) == (2, 3)
    report = await stage.check()
    assert report.events == 3
