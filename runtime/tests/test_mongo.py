"""Guarded writes: which failures are none, and which are."""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

import pytest
from pymongo.errors import BulkWriteError

from runtime.mongo import (
    DUPLICATE_KEY,
    MAX_DEPTH,
    MAX_DOCUMENT_BYTES,
    Collection,
    NotWritten,
    Refused,
    UpdateOne,
    Write,
    unstorable,
    write_guarded,
)

BAD_VALUE, STEPPED_DOWN = 2, 189
"""Codes of a real server."""


class Refusing:
    """A collection that refuses writes as told, call by call: `{index: code}`."""

    def __init__(self, *refusals: dict[int, int]) -> None:
        self._refusals = [*refusals]
        self.calls: list[list[Write]] = []

    async def bulk_write(self, writes: Sequence[Write], *, ordered: bool) -> None:
        """As MongoDB reports an unordered bulk."""
        assert not ordered
        self.calls.append([*writes])
        refused = self._refusals.pop(0) if self._refusals else {}
        if refused:
            raise BulkWriteError({"writeErrors": [{"index": i, "code": code} for i, code in refused.items()]})


WRITES: list[Write] = [UpdateOne({"_id": name}, {"$set": {"x": 1}}, upsert=True) for name in "abc"]


async def _write(collection: Refusing, writes: list[Write]) -> None:
    await write_guarded(cast(Collection, cast(Any, collection)), writes)


async def test_nothing_to_write_asks_nothing() -> None:
    collection = Refusing()
    await _write(collection, [])
    assert collection.calls == []


async def test_what_met_a_duplicate_key_is_written_once_more_and_only_that() -> None:
    """RISKS D2: it may have lost a race for a new document, which exists now."""
    collection = Refusing({1: DUPLICATE_KEY})
    await _write(collection, WRITES)
    assert collection.calls == [WRITES, [WRITES[1]]]


async def test_what_meets_it_twice_is_stale_and_no_error() -> None:
    """DESIGN 10"""
    collection = Refusing({0: DUPLICATE_KEY, 2: DUPLICATE_KEY}, {0: DUPLICATE_KEY, 1: DUPLICATE_KEY})
    await _write(collection, WRITES)
    assert collection.calls == [WRITES, [WRITES[0], WRITES[2]]]


@pytest.mark.parametrize("refusals", [({0: 121},), ({0: DUPLICATE_KEY, 1: 121},), ({0: DUPLICATE_KEY}, {0: 121})])
async def test_any_other_failure_is_one(refusals: tuple[dict[int, int], ...]) -> None:
    with pytest.raises(NotWritten):
        await _write(Refusing(*refusals), WRITES)


async def test_documents_that_the_server_refuses_for_what_they_hold_are_named() -> None:
    """DESIGN §7: their aggregates wait; another trouble of the same write is the server's."""
    with pytest.raises(Refused) as refused:
        await _write(Refusing({0: DUPLICATE_KEY, 2: BAD_VALUE}), WRITES)
    assert [write for write, _ in refused.value.writes] == [WRITES[2]]
    with pytest.raises(NotWritten):
        await _write(Refusing({1: BAD_VALUE, 2: STEPPED_DOWN}), WRITES)


DEEP: dict[str, Any] = {}
_inner = DEEP
for _ in range(MAX_DEPTH):
    _inner["a"] = _inner = {}


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (1 << 64, "OverflowError"),
        ("\ud800", "UnicodeEncodeError"),
        ({"a\0b": 1}, "Key names must not contain the NULL byte"),
        ({1: 2}, "documents must have only string keys"),
        ({1, 2}, "cannot encode object"),
        (date(2026, 3, 2), "cannot encode object"),
        ("x" * MAX_DOCUMENT_BYTES, "bytes, more than"),
        (DEEP, "levels deep"),
        ([[DEEP]], "levels deep"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_no_database_stores_is_known_before_it_is_asked(value: Any, why: str) -> None:
    assert why in str(unstorable({"_id": "a", "order": value}))


def test_what_every_database_stores_is_none_of_that() -> None:
    assert unstorable({"_id": "a", "order": {"$x.y": [1, "马娜", None, 1.5, b"", {}], "": (1 << 63) - 1}}) is None


class Unsure(Refusing):
    """A collection whose error holds what a real one's does."""

    def __init__(self, details: dict[str, Any]) -> None:
        super().__init__()
        self._details = details

    async def bulk_write(self, writes: Sequence[Write], *, ordered: bool) -> None:
        raise BulkWriteError(self._details)


@pytest.mark.parametrize(
    "details",
    [
        {"writeErrors": [{"index": 0, "code": STEPPED_DOWN, "errmsg": "not primary", "op": {"name": "张三"}}]},
        {"writeErrors": [], "writeConcernErrors": [{"code": 64, "errmsg": "waiting for replication timed out"}]},
    ],
)
async def test_writes_that_are_not_safe_are_an_error_that_quotes_no_document(details: dict[str, Any]) -> None:
    """C18: the error goes into the log. RISKS D: what memory lets go must outlive a failover."""
    with pytest.raises(NotWritten) as failed:
        await _write(Unsure(details), WRITES)
    assert ("张三" in str(failed.value), failed.value.__suppress_context__) == (False, True)
