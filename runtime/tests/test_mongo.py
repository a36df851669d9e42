"""Guarded writes: which failures are none, and which are."""

from collections.abc import Sequence
from typing import Any, cast

import pytest
from pymongo.errors import BulkWriteError

from runtime.mongo import DUPLICATE_KEY, Collection, UpdateOne, Write, write_guarded


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
    """C7"""
    collection = Refusing({0: DUPLICATE_KEY, 2: DUPLICATE_KEY}, {0: DUPLICATE_KEY, 1: DUPLICATE_KEY})
    await _write(collection, WRITES)
    assert collection.calls == [WRITES, [WRITES[0], WRITES[2]]]


@pytest.mark.parametrize("refusals", [({0: 121},), ({0: DUPLICATE_KEY, 1: 121},), ({0: DUPLICATE_KEY}, {0: 121})])
async def test_any_other_failure_is_one(refusals: tuple[dict[int, int], ...]) -> None:
    with pytest.raises(BulkWriteError):
        await _write(Refusing(*refusals), WRITES)
