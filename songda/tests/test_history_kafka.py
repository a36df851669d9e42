"""`songda events` on real streams: committed events of all services, and a clear word when there is nothing."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from contracts.publishing.published import FOLDER
from contracts.publishing.recordings import recordings
from contracts.reading import SERVICES
from runtime import kafka
from runtime.settings import Settings
from songda.history_page import events
from songda.stack import kill, start_kafka

pytestmark = pytest.mark.kafka

APP = typer.Typer()
APP.command()(events)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Kafka that holds the recorded events, and one that was never committed."""
    server = asyncio.run(start_kafka(tmp_path_factory.mktemp("kafka"), heap="256m"))
    try:
        asyncio.run(record_story(Settings(kafka_bootstrap=server.address)))
        yield server.address
    finally:
        asyncio.run(kill(server))


async def record_story(settings: Settings) -> None:
    """Each recorded event in its stream and partition, in a transaction; then one more, given up."""
    await kafka.provision(settings, SERVICES)
    producer = kafka.transactional(settings, "story")
    await producer.start()
    try:
        for committed in (True, False):
            await producer.begin_transaction()
            for name, recorded in recordings(FOLDER / "golden").items():
                if committed or name == "songda.order.ContractSigned.v1":
                    key = dict(recorded.headers)["ce_subject"].decode()
                    await producer.send_and_wait(
                        f"{name.split('.')[1]}.events",
                        recorded.value,
                        key=key.encode(),
                        partition=kafka.partition_of(key, settings.partitions),
                        headers=list(recorded.headers),
                    )
            await (producer.commit_transaction() if committed else producer.abort_transaction())
    finally:
        await producer.stop()


def songda_events(address: str, *arguments: str) -> Result:
    return CliRunner().invoke(APP, list(arguments), env={"SONGDA_KAFKA_BOOTSTRAP": address})


def test_the_whole_story_is_read_from_all_streams(address: str) -> None:
    """X1"""
    result = songda_events(address, "contract:HT26030001", "--json")
    told = {entry["type"] for entry in json.loads(result.stdout)}
    wanted = {"order.ContractSigned.v2", "inventory.GoodsArrived.v1", "dispatch.DeliveryCompleted.v1"}
    assert (result.exit_code, {f"songda.{name}" for name in wanted} - told) == (0, set())
    assert "songda.order.ContractSigned.v1" not in told  # the recording of another contract


def test_a_contract_may_be_named_by_its_number_and_uncommitted_events_are_no_history(address: str) -> None:
    result = songda_events(address, "HT26010001", "--json")
    assert [entry["type"] for entry in json.loads(result.stdout)] == ["songda.order.ContractSigned.v1"]


def test_personal_data_is_shown_only_when_asked_for(address: str) -> None:
    """C18"""
    shown = [songda_events(address, "contract:HT26010001", "--json", *more).stdout for more in ((), ("--full",))]
    assert ["13900005678" in text for text in shown] == [False, True]


def test_the_page_opens_with_the_aggregate_and_how_much_happened(address: str) -> None:
    result = songda_events(address, "contract:HT26010001")
    assert result.stdout.splitlines()[0].startswith("contract:HT26010001  1 件事 events  2026-01-12 — 2026-01-12")


def test_records_that_are_no_events_are_passed_over_and_said_to_be(address: str) -> None:
    """DESIGN §7"""
    before = songda_events(address, "contract:HT26010001", "--json")
    asyncio.run(put_strays(Settings(kafka_bootstrap=address)))
    after = songda_events(address, "contract:HT26010001", "--json")
    assert (after.exit_code, after.stdout) == (0, before.stdout)
    assert "Passed over 3 records that are no events, the first at order.events/0@" in after.stderr


async def put_strays(settings: Settings) -> None:
    """Three records that nobody can take for events; one of them names the contract."""
    async with kafka.sending(settings) as producer:
        key = b"contract:HT26010001"
        for headers in ([], [("ce_type", b"songda.order.ContractSigned.v1")], [("ce_time", None)]):
            await producer.send_and_wait("order.events", b"[]", key=key, partition=0, headers=headers)


def test_an_unknown_aggregate_is_said_to_be_unknown(address: str) -> None:
    result = songda_events(address, "contract:HT99999999")
    assert (result.exit_code, result.stdout, "没有 contract:HT99999999 的任何事件" in result.stderr) == (1, "", True)


def test_an_unknown_kind_of_aggregate_is_refused_with_the_kinds_there_are() -> None:
    result = songda_events("127.0.0.1:1", "contrat:HT26030001")
    assert result.exit_code == 1
    assert all(kind in result.stderr for kind in ("contract", "product", "goods", "picklist"))


def test_without_kafka_the_command_says_what_to_do(tmp_path: Path) -> None:
    result = songda_events("127.0.0.1:1", "contract:HT26030001")
    assert (result.exit_code, "songda up" in result.stderr) == (1, True)
