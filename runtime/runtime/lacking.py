"""What the figures of one request lack: aggregates that are parked in the read models it read (DESIGN §7).

Whoever reads a read model notes it here, by whatever door; answers carry it as a header, pages and sheets say it in
words. A request is whatever runs under `TellsWhatLacks`; outside of one nothing is noted.
"""

from collections.abc import Mapping
from contextvars import ContextVar

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "Songda-Incomplete"
"""E.g. `contracts=3, jobs=1`: read models and how many of their aggregates are not up to date."""

_LACKS: ContextVar[dict[str, int] | None] = ContextVar("lacks", default=None)


def note(model: str, parked: int) -> None:
    """A read model was read while so many aggregates were parked in it."""
    lacks = _LACKS.get()
    if lacks is not None and parked:
        lacks[model] = parked


def lacking() -> Mapping[str, int]:
    """What this request has read so far that is not up to date: read model -> aggregates."""
    return _LACKS.get() or {}


class TellsWhatLacks:
    """ASGI middleware: one request, and the header of its answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        _LACKS.set({})

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start" and (lacks := lacking()):
                told = ", ".join(f"{model}={parked}" for model, parked in sorted(lacks.items()))
                MutableHeaders(scope=message)[HEADER] = told
            await send(message)

        await self._app(scope, receive, sent)
