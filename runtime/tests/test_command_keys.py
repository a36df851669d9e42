"""A command record is believed only as one of our processes signed it (DESIGN §6)."""

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from runtime.command_keys import MAC, CommandKeys
from runtime.commands import Request, from_headers, to_headers
from runtime.settings import Settings

OLD, NEW, OTHER = b"the key of last year", b"the key of this year", b"somebody else's key"
KEYS = CommandKeys({1: OLD, 2: NEW})
REQUEST = Request("c1", datetime(2026, 3, 2, tzinfo=UTC), "he.jx", "store", "chain", 7, "00-4bf9-01")
TOPIC, KEY, VALUE = "order.commands", b"contract:HT26030001", b'{"command": "NoteGoods"}'
SIGNED = KEYS.signed(TOPIC, KEY, VALUE, to_headers(REQUEST))
Headers = list[tuple[str, Any]]


def test_what_was_signed_is_believed_and_reads_as_before() -> None:
    assert KEYS.fault(TOPIC, KEY, VALUE, SIGNED) is None
    assert from_headers(SIGNED) == REQUEST


@pytest.mark.parametrize("name", [name for name, _ in SIGNED])
def test_another_header_or_one_less_is_a_forgery(name: str) -> None:
    """So nobody acts under another name, role, id or time."""
    other: Headers = [(n, b"manager" if n == name else v) for n, v in SIGNED]
    less: Headers = [(n, v) for n, v in SIGNED if n != name]
    assert KEYS.fault(TOPIC, KEY, VALUE, other)
    assert KEYS.fault(TOPIC, KEY, VALUE, less)


@pytest.mark.parametrize("more", [("role", b"manager"), ("x", b""), (MAC, b"0" * 32), (MAC, None)])
def test_a_header_more_is_a_forgery_before_or_behind_the_mac(more: tuple[str, Any]) -> None:
    """The last of two headers of one name would be believed."""
    assert KEYS.fault(TOPIC, KEY, VALUE, [*SIGNED, more])
    assert KEYS.fault(TOPIC, KEY, VALUE, [*SIGNED[:-1], more, SIGNED[-1]])


def test_another_topic_aggregate_or_body_is_a_forgery() -> None:
    assert KEYS.fault("dispatch.commands", KEY, VALUE, SIGNED)
    assert KEYS.fault(TOPIC, b"contract:HT26030002", VALUE, SIGNED)
    assert KEYS.fault(TOPIC, None, VALUE, SIGNED)
    assert KEYS.fault(TOPIC, KEY, VALUE + b" ", SIGNED)
    assert KEYS.fault(TOPIC, KEY, None, SIGNED)


Header = st.tuples(st.text("ab"), st.binary(max_size=3))
Parts = st.tuples(st.text("ab"), st.binary(max_size=3), st.binary(max_size=3), st.lists(Header))


@given(Parts, Parts)
def test_no_two_records_are_signed_the_same(one: Any, other: Any) -> None:
    """Not even when bytes only move from one part into the next."""
    assert (KEYS.signed(*one)[-1] == KEYS.signed(*other)[-1]) == (one == other)


@pytest.mark.parametrize("headers", [[], to_headers(REQUEST), [(MAC, b"")], [(MAC, None)], [*SIGNED, ("", b"")]])
def test_what_is_not_signed_says_so(headers: Headers) -> None:
    assert KEYS.fault(TOPIC, KEY, VALUE, headers)


def test_the_newest_key_signs_and_all_of_them_are_good() -> None:
    """So a key is replaced while all runs: first everybody learns the new one, as a lower version, then it signs."""
    old, learning = CommandKeys({2: OLD}), CommandKeys({1: NEW, 2: OLD})
    replaced, done = CommandKeys({2: OLD, 3: NEW}), CommandKeys({3: NEW})

    def believes(reader: CommandKeys, writer: CommandKeys) -> bool:
        return reader.fault(TOPIC, KEY, VALUE, writer.signed(TOPIC, KEY, VALUE, [])) is None

    steps = (old, learning, replaced, done)
    for before, after in pairwise(steps):
        assert (believes(before, after), believes(after, before)) == (True, True)
    assert (believes(old, replaced), believes(done, learning)) == (False, False)


def test_a_wrong_key_is_named_by_its_setting_and_never_shown() -> None:
    fault = CommandKeys({7: OTHER}).fault(TOPIC, KEY, VALUE, SIGNED) or ""
    assert "SONGDA_COMMAND_KEY" in fault
    assert "7" in fault
    assert OTHER.decode() not in fault + repr(CommandKeys({7: OTHER}))


def test_processes_of_one_home_share_a_key_that_nobody_gave(tmp_path: Path) -> None:
    mine, yours = (CommandKeys.of(Settings(home=tmp_path)) for _ in range(2))
    given = CommandKeys.of(Settings(home=tmp_path, command_key=SecretStr("one that was given")))
    signed = mine.signed(TOPIC, KEY, VALUE, [])
    assert yours.fault(TOPIC, KEY, VALUE, signed) is None
    assert given.fault(TOPIC, KEY, VALUE, signed)
    assert (tmp_path / "command_key").stat().st_mode & 0o777 == 0o600
