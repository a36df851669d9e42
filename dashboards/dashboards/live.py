"""Server-Sent Events: what changed on a page, as soon as its rows changed; whoever comes back resumes.

A stream computes its parts (id -> text) again when rows changed, and at each heartbeat because time alone changes what
is due; it sends the parts that differ from what it sent. Any number of changes meanwhile is one more look. `id:` is
`<digest of all parts>.<position in the change feed>`: a reconnecting reader whose picture is still right gets nothing,
another gets all parts; one whose position is no longer kept gets `event: reload`.
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import StreamingResponse

from contracts.bounds import OneLine
from runtime.changes import Change, TooOld

Parts = Mapping[str, str]
Look = Callable[[], Awaitable[Parts]]
Frame = Callable[[Parts], str]
"""Changed parts -> the body of one event."""

STREAMED: dict[str, Any] = {
    "tags": ["dashboards 看板"],
    "response_class": StreamingResponse,
    "responses": {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
}
"""What the API's document says of a route that streams."""
After = Annotated[OneLine | None, Query(description="Position that the page was rendered at")]
Seen = Annotated[OneLine | None, Query(description="Digest of what the page shows")]

REST_SECONDS = 0.05
"""Between two looks: bounds the work under a burst of changes and is not felt by a person."""


def digest(parts: Parts) -> str:
    """What a picture is recognised by."""
    total = hashlib.sha256()
    for name in sorted(parts):
        total.update(name.encode() + b"\0" + parts[name].encode() + b"\0")
    return total.hexdigest()[:16]


def changed(sent: Parts, now: Parts) -> Parts:
    """Parts that are new or differ."""
    return {name: text for name, text in now.items() if sent.get(name) != text}


def event(body: str, *, name: str | None = None, position: str | None = None) -> str:
    """One event of the stream; a body of several lines becomes several data lines."""
    head = (f"id: {position}\n" if position else "") + (f"event: {name}\n" if name else "")
    return head + "".join(f"data: {line}\n" for line in body.split("\n")) + "\n"


def resume(last_event_id: str | None, seen: str | None, after: str | None) -> tuple[str | None, str | None]:
    """(digest that the reader has, position to go on from): of the last event, else of the page that was rendered."""
    if last_event_id:
        picture, _, position = last_event_id.partition(".")
        return picture, position or None
    return seen, after


async def stream(
    feed: AsyncIterator[Change], look: Look, frame: Frame, *, seen: str | None, beat: Callable[[], str]
) -> AsyncIterator[str]:
    """Events for one reader, until it leaves or the feed ends."""
    position = ""
    news = asyncio.Event()
    ended: list[BaseException | None] = []

    async def follow() -> None:
        nonlocal position
        try:
            async for change in feed:
                position = change.id
                news.set()
            ended.append(None)
        except Exception as error:  # noqa: BLE001 - handed to the reader's loop, which raises it
            ended.append(error)
        news.set()

    follower = asyncio.create_task(follow())
    try:
        sent = await look()
        yield event(beat(), name="hello")
        if digest(sent) != seen:
            yield event(frame(sent), position=f"{digest(sent)}.{position}" if position else None)
        while True:
            await news.wait()
            news.clear()
            if ended:
                if isinstance(ended[0], TooOld):
                    yield event("", name="reload")
                elif ended[0] is not None:
                    raise ended[0]
                return
            at = position
            now = await look()
            if set(now) != set(sent):  # other lanes than the page was built for
                yield event("", name="reload", position=f"{digest(now)}.{at}")
                return
            parts = changed(sent, now)
            if parts:
                yield event(frame(parts), position=f"{digest(now)}.{at}")
            yield event(beat(), name="beat")
            sent = now
            await asyncio.sleep(REST_SECONDS)
    finally:
        follower.cancel()
        with suppress(asyncio.CancelledError):
            await follower


def html_frame(parts: Parts) -> str:
    """Parts as htmx partials: each morphs the element with its id."""
    return "\n".join(
        f'<hx-partial hx-target="#{name}" hx-swap="outerMorph">{text}</hx-partial>' for name, text in parts.items()
    )


def json_texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Each value as JSON."""
    return {name: json.dumps(value, ensure_ascii=False, separators=(",", ":")) for name, value in values.items()}


def json_frame(parts: Parts) -> str:
    """Changed parts as one JSON object."""
    return "{" + ",".join(f"{json.dumps(name)}:{text}" for name, text in parts.items()) + "}"


def response(events: AsyncIterator[str]) -> StreamingResponse:
    """An event stream that no proxy holds back."""
    return StreamingResponse(events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
