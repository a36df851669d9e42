"""Read models in the database itself: whatever is asked, rows come, and nothing of what lies beside them.

And whoever was answered finds what the answer was about: a row that is behind is waited for, that row and no other.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest
from aiokafka import ConsumerRecord, TopicPartition
from harness.stacks import Stack

from contracts.envelope import Meta
from contracts.fact import Fact
from dashboards.listing import SHEET_ROWS, every, page_of
from dashboards.listing import key_of as place_of
from runtime import rows as reading
from runtime.decoded import Decoded
from runtime.errors import CheckpointLost, NotReady
from runtime.folds import ReadModel
from runtime.mongo import Database, connect
from runtime.rows import BESIDE, POSITIONS, Rows, first_collection
from runtime.service import Facet, Projection, key_of
from runtime.settings import Settings
from runtime.typed_rows import Views

pytestmark = pytest.mark.kafka


def fold(facet: dict[str, Any] | None, event: Fact, meta: Meta) -> dict[str, Any]:
    """Never asked: the rows lie there."""
    raise AssertionError(f"{facet}, {event}, {meta}")


CONTRACTS = Projection("contracts_of_a_test", key_of, (Facet("order", "order", ("contract",), fold),))
NUMBERS = [f"HT26{n:06}" for n in range(SHEET_ROWS + 203)]
PARKED = f"{BESIDE}parked"


@pytest.fixture
async def database(stack: Stack) -> AsyncIterator[Database]:
    """One of the test's own."""
    made = connect(Settings(mongo_url=stack.mongo_url, mongo_database=f"songda_{uuid.uuid4().hex[:6]}"))
    yield made
    made.client.close()


@pytest.fixture
async def rows(database: Database) -> Rows:
    """More rows than a sheet reads at once; beside them the positions, and whatever else may come to lie there."""
    collection = database[first_collection(CONTRACTS)]
    days = {number: f"2026-03-{n % 28 + 1:02}" for n, number in enumerate(NUMBERS)}
    await collection.insert_many([{"_id": number, "order": {"day": day}} for number, day in days.items()])
    await collection.insert_many([{"_id": POSITIONS, "offsets": {}}, {"_id": PARKED, "order": {"day": "2"}}])
    await collection.insert_one({"_id": "HT25000001", "_pos": {"order": {"seq": 1}}})  # its first event was passed over
    return Rows(database, CONTRACTS)


async def test_no_query_and_no_address_gives_away_what_lies_beside_the_rows(rows: Rows) -> None:
    """X6: rows and nothing else; `/api/tickets/%23positions` is no ticket."""
    queries: list[tuple[dict[str, object] | None, int]] = [
        (None, len(NUMBERS)),
        ({}, len(NUMBERS)),
        ({"_id": {"$lt": NUMBERS[3]}}, 3),
        ({"_id": {"$ne": NUMBERS[0]}}, len(NUMBERS) - 1),
        ({"_id": {"$in": [POSITIONS, NUMBERS[0]]}}, 1),
        ({"_id": POSITIONS}, 0),
        ({"_id": {"$regex": "(?i)#|HT26000001$"}}, 1),
        ({"$or": [{"_id": {"$lt": NUMBERS[2]}}, {"order.day": "2"}]}, 2),
        ({"$and": [{"_id": {"$lte": NUMBERS[0]}}, {"_id": {"$lt": "Z"}}]}, 1),
        ({"order.day": None}, 0),
        ({"order.day": {"$lt": "2026-03-02"}}, len(NUMBERS[::28])),
    ]
    found = [[row["_id"] for row in await rows.find(query)] for query, _ in queries]
    counted = [await rows.count(query) for query, _ in queries]
    beside = [one for ids in found for one in ids if one.startswith(BESIDE)]
    assert ([len(ids) for ids in found], counted, beside) == ([n for _, n in queries], [n for _, n in queries], [])
    assert [await rows.get(one) for one in (POSITIONS, PARKED)] == [None, None]
    assert [one["_id"] for one in await rows.get_many([POSITIONS, PARKED, NUMBERS[7]])] == [NUMBERS[7]]


async def test_what_was_decided_and_is_no_row_is_none_and_what_is_not_folded_is_not_there_yet(
    database: Database, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """X7: a crew that was not let go has an event, and no run; whoever asks for it is not told to come again."""
    monkeypatch.setattr(reading, "BEHIND_SECONDS", 0.2)
    decided = {"contract:HT25000001": 1, "contract:HT25000002": 1}
    asking = Rows(database, CONTRACTS, decided)
    assert await asking.get("HT25000001") is None
    decided["contract:HT25000001"] = 2
    for behind in ("HT25000001", "HT25000002"):
        with pytest.raises(NotReady, match=behind):
            await asking.get(behind)


class AsItLies:
    """Reads documents as they lie there."""

    name = "rows"

    @staticmethod
    def read(document: Mapping[str, Any]) -> Mapping[str, Any]:
        return document


async def test_a_long_list_is_read_whole_whatever_its_order_and_its_last_page_ends(rows: Rows) -> None:
    """X6"""
    view = Views(AsItLies(), rows)
    by_id = sorted(await rows.find(), key=lambda row: row["_id"])
    for sort in (("_id", 1), ("_id", -1), ("order.day", 1), ("order.day", -1)):
        wanted = by_id[:: sort[1]]
        if sort[0] != "_id":
            wanted.sort(key=lambda row: row["order"]["day"], reverse=sort[1] < 0)
        read = [row["_id"] async for row in every(view, {}, sort=sort)]
        last = await page_of(view, {}, sort=sort, after=place_of(wanted[-4], sort))
        assert read == [row["_id"] for row in wanted], sort
        assert ([row["_id"] for row in last.rows], last.after) == ([row["_id"] for row in wanted[-3:]], None), sort


async def test_what_is_kept_as_one_text_is_read_as_what_it_says(database: Database) -> None:
    """DESIGN §4"""
    projection = replace(CONTRACTS, texts=("lines",))
    collection = database[first_collection(projection)]
    await collection.insert_many([{"_id": "HT1", "order": 1, "row": {"lines": '[{"sku":"FL-1"}]'}}])
    await collection.insert_one({"_id": "HT2", "order": 1, "row": None})
    rows = Rows(database, projection)
    read = [await rows.get("HT1"), *await rows.get_many(["HT1"]), *await rows.find(sort=[("_id", 1)])]
    assert [one and one["row"] for one in read] == [{"lines": [{"sku": "FL-1"}]}] * 3 + [None]


def _at(number: str, version: int) -> dict[str, object]:
    """A row as it stands after so many events."""
    return {"_id": number, "order": {"seen": version}, "_pos": {"order": {"seq": version, "offset": 0, "partition": 0}}}


async def test_a_row_that_is_behind_is_waited_for_and_no_other(database: Database) -> None:
    """X7: who was answered reads their own write, new or changed."""
    heard: dict[str, int] = {}
    rows = Rows(database, CONTRACTS, MappingProxyType(heard))
    collection = await rows.collection()
    await collection.insert_many([_at("HT1", 1), _at("HT3", 7)])
    heard |= {"contract:HT1": 2, "contract:HT2": 1, "job:D-HT3": 9}

    unread = asyncio.gather(rows.get("HT1"), rows.get("HT2"), rows.catch_up())
    other = await rows.get("HT3")
    assert not unread.done()
    await collection.replace_one({"_id": "HT1"}, _at("HT1", 2))
    await collection.insert_one(_at("HT2", 1))
    changed, new, _ = await unread
    assert [row and row["order"]["seen"] for row in (other, changed, new)] == [7, 2, 1]
    assert await rows.get("HT9") is None


async def test_a_read_model_that_stands_still_is_waited_for_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """X8: then the row is shown as it is; one that is not there at all is no "there is none"."""
    monkeypatch.setattr(reading, "BEHIND_SECONDS", 0.2)
    heard = {"contract:HT1": 2, "contract:HT2": 1}
    rows = Rows(database, CONTRACTS, MappingProxyType(heard))
    await (await rows.collection()).insert_one(_at("HT1", 1))

    old = await rows.get("HT1")
    with pytest.raises(NotReady):
        await rows.get("HT2")
    monkeypatch.setattr(reading, "BEHIND_SECONDS", 3600.0)
    again = await rows.get("HT1")
    with pytest.raises(NotReady):
        await rows.get("HT2")
    await rows.catch_up()
    assert (old, again, await rows.peek("HT2")) == (_at("HT1", 1), _at("HT1", 1), None)


NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def versions(facet: list[int] | None, _: Fact, meta: Meta) -> list[int]:
    """A fold that shows what it was given."""
    return [*(facet or []), meta.sequence]


TWO_STREAMS = Projection(
    "two_streams",
    key_of,
    (Facet("order", "order", ("contract",), versions), Facet("goods", "inventory", ("goods",), versions)),
)


def an_event(service: str, subject: str, sequence: int) -> Decoded:
    """As it comes off a stream."""
    record: ConsumerRecord[bytes, bytes] = ConsumerRecord(
        f"{service}.events", 0, sequence, 0, 0, subject.encode(), b"", None, 0, 0, ()
    )
    meta = Meta("e", "Something", f"/songda/{service}", subject, NOW, sequence, "c", "c", "x", 0)
    return Decoded(record, Noticed(at=NOW), meta)


class Noticed(Fact):
    """An event that a model knows."""


async def test_who_folds_anew_what_another_one_wrote_before_its_positions_loses_nothing_of_either_stream(
    database: Database,
) -> None:
    """A crash between rows and positions, or two processes that start at once: the second one is behind in one
    facet of a row and ahead in the other."""
    order = [an_event("order", "contract:HT1", n) for n in (1, 2, 3)]
    goods = [an_event("inventory", "goods:HT1", n) for n in (1, 2, 3)]
    end = {TopicPartition("order.events", 0): 4, TopicPartition("inventory.events", 0): 4}
    first, second = (ReadModel(database, TWO_STREAMS, Settings()) for _ in range(2))
    await first.open()
    await first.fold([*order[:2], *goods[:1]], end)
    await first.collection.update_one({"_id": POSITIONS}, {"$set": {"offsets": {}}})  # they were not written yet
    await second.open()
    await second.fold([*order[:1], *goods[:2]], {})
    await second.fold(order[1:], end)

    third = ReadModel(database, TWO_STREAMS, Settings())
    await third.open()
    await third.fold(goods[2:], end)
    row = await Rows(database, TWO_STREAMS).get("HT1")
    assert (row and (row["order"], row["goods"]), third.parked) == (([1, 2, 3], [1, 2, 3]), {})


def odd(facet: tuple[int, ...] | None, _: Fact, meta: Meta) -> tuple[int, ...]:
    """A fold to which every other event means nothing."""
    return (*(facet or ()), meta.sequence) if meta.sequence % 2 else facet or ()


SOME_MEAN_NOTHING = Projection(
    "some_mean_nothing",
    key_of,
    (Facet("every", "order", ("contract",), versions), Facet("odd", "order", ("contract",), odd)),
)


async def test_what_an_event_left_as_it_was_is_not_written_again(database: Database) -> None:
    """DESIGN 10: its place is, and whoever reads the row later folds on from there."""
    events = [an_event("order", "contract:HT1", n) for n in (1, 2, 3)]
    model = ReadModel(database, SOME_MEAN_NOTHING, Settings())
    await model.open()
    await model.fold(events[:1], {TopicPartition("order.events", 0): 2})
    await model.collection.update_one({"_id": "HT1"}, {"$set": {"odd": ["untouched"]}})
    await model.fold(events[1:2], {TopicPartition("order.events", 0): 3})
    row = await Rows(database, SOME_MEAN_NOTHING).get("HT1")
    assert row is not None
    assert (row["every"], row["odd"], row["_pos"]["odd"]["seq"]) == ([1, 2], ["untouched"], 2)
    await model.fold(events[2:], {TopicPartition("order.events", 0): 4})
    row = await Rows(database, SOME_MEAN_NOTHING).get("HT1")
    assert row is not None
    assert (row["every"], row["odd"]) == ([1, 2, 3], [1, 3])


async def test_what_was_wiped_is_not_written_in_part(database: Database) -> None:
    """X8: what a writer did not notice to be gone, or to be folded anew by somebody else, it leaves to who folds it."""
    events = [an_event("order", "contract:HT1", n) for n in (1, 2, 3, 4)]
    for left in (None, {"every": [1], "odd": [1], "_pos": {one: {"seq": 1} for one in ("every", "odd")}}):
        model = ReadModel(database, SOME_MEAN_NOTHING, Settings())
        await model.open()
        await model.fold(events[:3], {TopicPartition("order.events", 0): 4})
        collection = model.collection
        await collection.drop()
        if left is not None:
            await collection.insert_one({"_id": "HT1", **left})
        with pytest.raises(CheckpointLost):
            await model.fold(events[3:], {TopicPartition("order.events", 0): 5})
        assert await collection.find_one({"_id": "HT1"}) == (left and {"_id": "HT1", **left})
        await collection.drop()
