"""The change feed: a page resumes where it was, or is told that it must be loaded anew."""

import asyncio
from collections.abc import AsyncIterator
from random import Random

import pytest
from anyio import CancelScope

from runtime import changes
from runtime.changes import KEPT, ROWS_TOLD_AT_ONCE, Change, ChangeFeed, TooOld, decode, encode, parts_of
from runtime.settings import Settings


async def _feed(*told: tuple[int, str, tuple[str, ...]], end: int | None = None) -> ChangeFeed:
    feed = ChangeFeed(Settings())
    feed.begin(end if end is not None else (told[0][0] if told else 0))
    for offset, collection, row_ids in told:
        feed.take([(offset, collection, row_ids)])
    return feed


async def _take(stream: AsyncIterator[Change], count: int) -> list[Change]:
    return [await anext(stream) for _ in range(count)]


async def test_a_page_gets_what_changed_after_it_was_rendered_and_only_of_its_collections() -> None:
    feed = await _feed((5, "board", ("a",)), (6, "kpi", ("x",)), (7, "board", ("b", "c")))
    stream = feed.since(["board"], "6")
    assert await _take(stream, 1) == [Change("8", "board", ("b", "c"))]


async def test_a_page_that_resumes_gets_each_change_once() -> None:
    feed = await _feed(*((n, "board", (f"r{n}",)) for n in range(5, 9)))
    first = await _take(feed.since(["board"], "5"), 2)
    rest = await _take(feed.since(["board"], first[-1].id), 2)
    assert [change.row_ids for change in first + rest] == [("r5",), ("r6",), ("r7",), ("r8",)]


async def test_a_page_without_a_position_gets_what_comes_from_now_on() -> None:
    feed = await _feed((5, "board", ("old",)))
    stream = feed.since(["board"], None)
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    feed.take([(6, "board", ("new",))])
    assert await waiting == Change("7", "board", ("new",))


async def test_a_page_that_takes_its_time_misses_nothing_that_came_meanwhile() -> None:
    feed = await _feed((5, "board", ("a",)))
    stream = feed.since(["board"], "5")
    first = await anext(stream)
    feed.take([(6, "board", ("b",)), (7, "board", ("c",))])
    assert [first, *await _take(stream, 2)] == [
        Change("6", "board", ("a",)),
        Change("7", "board", ("b",)),
        Change("8", "board", ("c",)),
    ]


async def test_a_page_that_is_too_slow_for_what_is_kept_must_be_loaded_anew() -> None:
    feed = await _feed((5, "board", ("a",)))
    stream = feed.since(["board"], "5")
    await anext(stream)
    feed.take((n, "board", (str(n),)) for n in range(6, KEPT + 20))
    with pytest.raises(TooOld):
        await anext(stream)


async def test_silence_is_filled_with_heartbeats_that_carry_the_position(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "HEARTBEAT_SECONDS", 0.01)
    feed = await _feed((5, "kpi", ("x",)))
    assert await _take(feed.since(["board"], "5"), 1) == [Change("6", "", ())]


def test_many_rows_are_told_in_parts_and_none_is_left_out() -> None:
    rows = [str(n) for n in range(2 * ROWS_TOLD_AT_ONCE + 1)]
    parts = list(parts_of(rows))
    assert [row for part in parts for row in part] == rows
    assert [len(part) for part in parts] == [ROWS_TOLD_AT_ONCE, ROWS_TOLD_AT_ONCE, 1]


async def test_pages_that_are_closed_while_changes_arrive_silence_nobody() -> None:
    """Closed as the server closes them: a cancelled scope, which cancels again and again until the stream is gone."""
    feed, random = await _feed(end=0), Random(7)

    async def look(scope: CancelScope) -> None:
        with scope:
            async for _ in feed.since(["board"], None):
                pass

    for offset in range(200):
        scopes = [CancelScope() for _ in range(6)]
        streams = [asyncio.create_task(look(scope)) for scope in scopes]
        for scope in scopes:
            for _ in range(random.randrange(4)):
                await asyncio.sleep(0)
            feed.take([(offset, "board", ("a",))])
            scope.cancel()
        await asyncio.gather(*streams)
    stays = feed.since(["board"], "199")
    assert await anext(stays) == Change("200", "board", ("a",))


@pytest.mark.parametrize("after", ["4", "99", "", "x", "-1", "²", "1e3"])
async def test_a_position_that_is_not_kept_any_more_or_never_was_means_load_anew(after: str) -> None:
    feed = await _feed((5, "board", ("a",)), (6, "board", ("b",)))
    with pytest.raises(TooOld):
        await anext(feed.since(["board"], after))


async def test_a_position_from_before_this_process_began_means_load_anew() -> None:
    """It keeps only what came since: the change in between would be missed."""
    feed = await _feed(end=10)
    with pytest.raises(TooOld):
        await anext(feed.since(["board"], "9"))


async def test_what_is_kept_is_bounded_and_the_oldest_goes_first() -> None:
    feed = await _feed(*((n, "board", (str(n),)) for n in range(KEPT + 10)))
    with pytest.raises(TooOld):
        await anext(feed.since(["board"], "9"))
    assert await _take(feed.since(["board"], "10"), 1) == [Change("11", "board", ("10",))]


async def test_a_page_that_looks_on_is_told_when_the_feed_had_to_begin_anew() -> None:
    """The topic was made anew, or the feed was away for longer than it is kept: what came meanwhile is not known."""
    feed = await _feed((5, "board", ("a",)))
    stream = feed.since(["board"], "5")
    await anext(stream)
    feed.begin(2)
    feed.take([(2, "board", ("b",))])
    with pytest.raises(TooOld):
        await anext(stream)
    assert await _take(feed.since(["board"], "2"), 1) == [Change("3", "board", ("b",))]


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xff", b"[]", b"7", b"{}", b'{"collection": 1, "row_ids": []}', b'{"collection": "board", "row_ids": "a"}']
    + [b'{"collection": "board", "row_ids": ["a", 1]}', b'{"collection": "board"}'],
)
def test_another_record_of_the_topic_is_no_change(raw: bytes) -> None:
    """DESIGN §7: passed over."""
    with pytest.raises(ValueError, match=r"."):
        decode(raw)


def test_a_change_survives_the_wire() -> None:
    assert decode(encode("board", ["a", "b"])) == ("board", ("a", "b"))
