"""The request that ends a transaction arrives late, in the middle of the next one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from harness.load import arrival, contract_numbers, planned, register
from harness.proxy import How, Proxy
from harness.stacks import local_stack, stop_stack
from harness.stage import Stage, a_stage
from harness.waiting import eventually

from songda.stack import free_port

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

FENCED = {47, 90}  # INVALID_PRODUCER_EPOCH, PRODUCER_FENCED


@pytest.fixture
async def proxied(tmp_path: Path) -> AsyncIterator[tuple[Stage, Proxy, str]]:
    """A stage on a Kafka of its own, and the address of a second listener of it that leads through the proxy."""
    plain, inner, outer, controller = (free_port() for _ in range(4))
    properties = {
        "listeners": f"PLAINTEXT://127.0.0.1:{plain},PROXIED://127.0.0.1:{inner},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{plain},PROXIED://127.0.0.1:{outer}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
    }
    stack = await local_stack(tmp_path / "stack", port=plain, properties=properties)
    proxy = await Proxy(outer, inner).start()
    try:
        async with a_stage(stack, tmp_path, 1) as stage:
            yield stage, proxy, f"127.0.0.1:{outer}"
    finally:
        await proxy.close()
        await stop_stack(stack)


@pytest.mark.parametrize("how", ["connection lost", "no answer"])
async def test_an_end_of_transaction_that_comes_late_is_refused(proxied: tuple[Stage, Proxy, str], how: How) -> None:
    """DESIGN 10: after a request without answer the epoch is another one, so a stray EndTxn cannot tear a transaction.

    Given a commit whose request is held while the client goes on; when it arrives in the middle of the next
    transaction; then the broker refuses it as fenced, and every command has its events once.
    """
    stage, proxy, address = proxied
    await stage.worker(kafka_bootstrap=address)
    callers = await stage.callers(patience=4.0)
    number = contract_numbers(1)[0]  # one aggregate, one partition: its transactions follow one another
    await callers.ask(planned(number, register(number), stage.random))
    proxy.hold_next_end(how)
    for waybill in range(200):
        await callers.ask(planned(number, arrival(number, 1, f"YD{waybill:04d}"), stage.random))
        if proxy.late is not None:
            break
    late = await eventually(lambda: proxy.late, "the held EndTxn was delivered")
    assert late.error_code in FENCED
    report = await stage.check()
    assert report.unknown == 0
