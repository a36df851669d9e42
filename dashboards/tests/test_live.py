"""The live stream, on a feed that the test holds."""

import asyncio

import pytest

from dashboards import live
from runtime.changes import Change, TooOld


class Picture:
    """Parts that the test changes, and how often they were looked at."""

    def __init__(self, **parts):
        self.parts = parts

    async def look(self):
        return dict(self.parts)


class Feed:
    """Changes that the test makes."""

    def __init__(self):
        self.queue = asyncio.Queue()

    async def __aiter__(self):
        while (item := await self.queue.get()) is not None:
            if isinstance(item, Exception):
                raise item
            yield item


def stream(feed, picture, *, seen=None):
    def frame(parts):
        return ",".join(f"{name}={text}" for name, text in parts.items())

    return live.stream(aiter(feed), picture.look, frame, seen=seen, beat=lambda: "12:00")


HELLO = "event: hello\ndata: 12:00\n\n"
BEAT = "event: beat\ndata: 12:00\n\n"


async def test_a_reader_with_another_picture_gets_every_part():
    events = stream(Feed(), Picture(a="1", b="2"), seen="other")
    assert [await anext(events), await anext(events)] == [HELLO, "data: a=1,b=2\n\n"]
    await events.aclose()


async def test_a_reader_whose_picture_is_right_gets_only_what_changes():
    feed, picture = Feed(), Picture(a="1", b="2")
    events = stream(feed, picture, seen=live.digest(picture.parts))
    assert await anext(events) == HELLO
    picture.parts = {"a": "1", "b": "3"}
    feed.queue.put_nowait(Change("7", "jobs", ("x",)))
    changed = await anext(events)
    assert changed == f"id: {live.digest(picture.parts)}.7\ndata: b=3\n\n"
    assert await anext(events) == BEAT
    await events.aclose()


async def test_a_heartbeat_looks_again_because_time_alone_changes_what_is_due():
    """K4"""
    feed, picture = Feed(), Picture(a="due")
    events = stream(feed, picture, seen=live.digest(picture.parts))
    await anext(events)
    picture.parts = {"a": "late"}
    feed.queue.put_nowait(Change("7", "", ()))
    assert (await anext(events)).endswith("data: a=late\n\n")
    await events.aclose()


async def test_changes_that_change_nothing_shown_are_a_heartbeat_only():
    feed, picture = Feed(), Picture(a="1")
    events = stream(feed, picture, seen=live.digest(picture.parts))
    await anext(events)
    feed.queue.put_nowait(Change("8", "jobs", ("x",)))
    assert await anext(events) == BEAT
    await events.aclose()


@pytest.mark.parametrize("happens", ["too_old", "other_parts"])
async def test_who_cannot_be_brought_up_to_date_is_told_to_load_anew(happens):
    feed, picture = Feed(), Picture(a="1")
    events = stream(feed, picture, seen=live.digest(picture.parts))
    await anext(events)
    if happens == "too_old":
        feed.queue.put_nowait(TooOld("1"))
    else:
        picture.parts = {"a": "1", "c": "new lane"}
        feed.queue.put_nowait(Change("9", "days", ("x",)))
    rest = [event async for event in events]
    assert ["event: reload" in event for event in rest] == [True]


async def test_the_stream_ends_when_the_feed_ends():
    feed, picture = Feed(), Picture(a="1")
    events = stream(feed, picture, seen=live.digest(picture.parts))
    await anext(events)
    feed.queue.put_nowait(None)
    assert [event async for event in events] == []


async def test_a_broken_feed_breaks_the_stream_so_that_the_reader_comes_again():
    feed, picture = Feed(), Picture(a="1")
    events = stream(feed, picture, seen=live.digest(picture.parts))
    await anext(events)
    feed.queue.put_nowait(OSError("away"))
    with pytest.raises(OSError, match="away"):
        await anext(events)


def test_the_last_event_counts_more_than_the_page_that_was_rendered():
    assert [live.resume("abc.7", "page", "3"), live.resume("abc.", "page", "3"), live.resume(None, "page", "3")] == [
        ("abc", "7"),
        ("abc", None),
        ("page", "3"),
    ]


def test_a_body_of_several_lines_stays_one_event():
    assert live.event("a\nb", name="part", position="1.2") == "id: 1.2\nevent: part\ndata: a\ndata: b\n\n"
