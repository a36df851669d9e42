"""Pages that renew themselves: a stream that only says "something you show has changed"; the page then asks again."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Header, Query, Request
from fastapi.responses import StreamingResponse

from contracts.bounds import OneLine
from dashboards.live import event, response
from runtime.changes import Change, TooOld
from runtime.clock import utc_now
from runtime.http import Caller, SignedIn
from runtime.route import Router

REST_SECONDS = 0.3
"""Between two words about changes: many at once are one."""

router = Router(include_in_schema=False)


def rows_stream(caller: Caller, collections: Sequence[str], row: str | None = None) -> str:
    """The address of the stream for a page that shows these read models (or one row of each)."""
    query = {"of": ",".join(collections), "after": caller.position()} | ({"row": row} if row else {})
    return f"/live/rows?{urlencode(query)}"


@router.get("/live/rows")
async def live_rows(
    request: Request,
    caller: SignedIn,
    of: Annotated[str, Query(max_length=200)],
    *,
    row: Annotated[str | None, Query(max_length=120)] = None,
    after: OneLine | None = None,
    last_event_id: Annotated[OneLine | None, Header()] = None,
) -> StreamingResponse:
    """Events `hello`, `beat`, `changed` (no content: whoever may see it asks the page), `old` (too long away)."""
    wanted = [name for name in of.split(",") if name in request.app.state.rows]
    return response(words(caller.changes(wanted, last_event_id or after), row))


async def words(feed: AsyncIterator[Change], row: str | None) -> AsyncIterator[str]:
    """Changes -> events."""
    yield event(utc_now().isoformat(), name="hello")
    try:
        async for change in feed:
            hit = change.collection and (row is None or row in change.row_ids)
            yield event(utc_now().isoformat(), name="changed" if hit else "beat", position=change.id)
            if hit:
                await asyncio.sleep(REST_SECONDS)
    except TooOld:
        yield event(utc_now().isoformat(), name="old")
