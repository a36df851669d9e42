"""Records on the commands topic that are no commands: kept whole, and the partition goes on."""

from typing import Any

import pytest
from harness.load import contract_numbers, planned, register
from harness.stage import Stage
from harness.topics import committed, put

from runtime import kafka
from runtime.command_keys import CommandKeys
from runtime.commands import to_headers
from runtime.gateway import new_request

pytestmark = pytest.mark.kafka

GOOD: list[tuple[str, Any]] = list(to_headers(new_request("poison", actor="x", role="store")))
KEY = b"contract:HT26000001"


def _with(name: str, value: bytes | None) -> list[tuple[str, Any]]:
    return [(n, value if n == name else v) for n, v in GOOD] + ([] if name in dict(GOOD) else [(name, value)])


POISON: dict[str, tuple[bytes | None, bytes | None, list[tuple[str, Any]]]] = {
    "no headers": (KEY, b"{}", []),
    "header without value": (KEY, b"{}", _with("id", None)),
    "header that is no text": (KEY, b"{}", _with("actor", b"\xff\xfe")),
    "time that is none": (KEY, b"{}", _with("received", b"yesterday")),
    "time out of range": (KEY, b"{}", _with("received", b"9999-12-31T23:59:59-14:00")),
    "version that is no number": (KEY, b"{}", _with("expected", b"seven")),
    "no key": (None, b"{}", GOOD),
    "key that is no text": (b"contract:\xff\xfe", b"{}", GOOD),
    "nobody's aggregate": (b"spaceship:1", b"{}", GOOD),
    "no value": (KEY, None, GOOD),
    "no JSON": (KEY, b"\x00\xff{", GOOD),
    "another JSON": (KEY, b"[1, 2]", GOOD),
    "unknown command": (KEY, b'{"command": "Explode"}', GOOD),
    "JSON without end": (KEY, b"[" * 100_000, GOOD),
}


async def test_garbage_is_kept_whole_and_the_partition_goes_on(stage: Stage) -> None:
    """DESIGN 11"""
    await stage.worker()
    callers = await stage.callers()
    partition = kafka.partition_of(KEY.decode(), stage.settings.partitions)
    keys, topic = CommandKeys.of(stage.settings), f"{stage.order}.commands"
    for number, (key, value, headers) in enumerate(POISON.values()):
        mine = [(n, f"poison-{number}".encode() if (n, v) == ("id", b"poison") else v) for n, v in headers]
        signed = keys.signed(topic, key or b"", value or b"", mine)  # as by a version of ours that is not this one
        await put(stage.address, topic, partition, key=key, value=value, headers=signed)
    taken = await callers.ask(planned(contract_numbers(1)[0], register(contract_numbers(1)[0]), stage.random))
    dead = await committed(stage.address, f"{stage.order}.dead-letters")
    assert taken.status == "accepted"
    assert [letter.value for letter in dead] == [value or b"" for _, value, _ in POISON.values()]
    assert all(letter.headers["error"] for letter in dead)


async def test_a_command_on_another_partition_than_its_own_is_not_decided(stage: Stage) -> None:
    """DESIGN 2: a foreign program with another idea of partitions must not split an aggregate in two."""
    await stage.worker()
    callers = await stage.callers()
    number = contract_numbers(1)[0]
    home = kafka.partition_of(f"contract:{number}", stage.settings.partitions)
    elsewhere = (home + 1) % stage.settings.partitions
    await callers.ask(planned(number, register(number), stage.random))
    topic, key = f"{stage.order}.commands", f"contract:{number}".encode()
    value = register(number).model_dump_json().encode()
    signed = CommandKeys.of(stage.settings).signed(topic, key, value, GOOD)
    await put(stage.address, topic, elsewhere, key=key, value=value, headers=signed)
    neighbour = next(
        n
        for n in contract_numbers(50, first=2)
        if kafka.partition_of(f"contract:{n}", stage.settings.partitions) == elsewhere
    )
    await callers.ask(planned(neighbour, register(neighbour), stage.random))  # behind it
    dead = await committed(stage.address, f"{stage.order}.dead-letters")
    assert [letter.key for letter in dead] == [f"contract:{number}"]
    await stage.check()
