"""Commands as Kafka records, their ids, and their answers."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.commands import Request, command_reader, deterministic_id, from_headers, to_headers
from runtime.decision import Rejected
from runtime.kafka import partition_of
from runtime.outcome import Outcome, from_json, to_json

from .conftest import COUNTER, Count, Fail

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TEXT = st.text(max_size=20)


@given(
    st.builds(
        Request,
        command_id=TEXT,
        received=st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)),
        actor=TEXT,
        role=TEXT,
        correlation_id=TEXT,
        expected_version=st.none() | st.integers(min_value=0),
        traceparent=st.none() | TEXT,
    )
)
def test_a_request_comes_back_from_its_headers(request_: Request) -> None:
    assert from_headers(to_headers(request_)) == request_


def test_a_time_of_another_zone_is_read_as_utc() -> None:
    shanghai = NOW.astimezone(timezone(timedelta(hours=8)))
    headers = to_headers(Request("c", shanghai, "x", "x", "x"))
    assert from_headers(headers).received == NOW
    assert from_headers(headers).received.tzinfo is UTC


@pytest.mark.parametrize("missing", ["id", "received", "actor", "role", "correlation"])
def test_a_record_without_one_of_its_headers_is_no_command(missing: str) -> None:
    headers = [(name, value) for name, value in to_headers(Request("c", NOW, "x", "x", "x")) if name != missing]
    with pytest.raises(KeyError, match=missing):
        from_headers(headers)


def test_the_same_parts_give_the_same_id_for_ever() -> None:
    """These ids are stored in streams: an id that changed would do everything again."""
    assert deterministic_id("he.jx", "key", "", "contract:HT26030001") == "f03daaba-3d3c-55a2-a001-b24a7287c73e"


def test_commands_are_told_apart_by_their_name() -> None:
    reader = command_reader((COUNTER,))["counter"]
    assert reader.validate_json(b'{"command": "Count", "times": 2}') == Count(times=2)
    assert reader.validate_json(b'{"command": "Fail"}') == Fail()


JAVAS_HASHES = {
    "21": -973932308,
    "foobar": -790332482,
    "a-little-bit-long-string": -985981536,
    "a-little-bit-longer-string": -1486304829,
    "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    "abc": 479470107,
}
"""Test vectors of Apache Kafka's own partitioner (murmur2)."""


@pytest.mark.parametrize(("key", "hashed"), JAVAS_HASHES.items())
def test_a_key_lies_where_javas_partitioner_puts_it(key: str, hashed: int) -> None:
    """Other companies' tools compute it too; the partition of a key never changes."""
    assert partition_of(key, 12) == (hashed & 0x7FFFFFFF) % 12


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome("c", "counter:a", "accepted", 3, ("A", "B"), ("c.0", "c.1")),
        Outcome("c", "counter:a", "accepted", 3, ("A",), ("c.0",), repeated=True),
        Outcome("c", "counter:a", "rejected", 1, rejected=Rejected("no", "B1", "不", "no", {"days": 3, "on": None})),
        Outcome("c", "counter:a", "broken", error="ZeroDivisionError: x"),
    ],
)
def test_an_answer_comes_back_from_its_bytes(outcome: Outcome) -> None:
    assert from_json(to_json(outcome)) == outcome
