"""Routes of pages: what is wrong with an address is said on a page, in the reader's language (X8)."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response

from dashboards.login import known, to_login
from dashboards.render import page, words_for
from runtime.clock import utc_now
from runtime.http import Refusal, note_refusal
from runtime.http_errors import unreadable
from runtime.route import Route

AWAY = {404: "gone.title", 503: "away.title"}
"""The same of addresses that no page has, and of pages that cannot be shown now."""
HEADINGS = {403: "denied.title", 404: "gone.title", 422: "bad.title"}
"""Status -> what stands above what was wrong; anything else is answered as the API does."""


class PageRoute(Route):
    """A route that answers a page where its address is refused. What is in the API's description is no page."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """As every route, but for what it says no with."""
        handle = super().get_route_handler()
        if self.include_in_schema or "GET" not in (self.methods or ()):
            return handle

        async def handler(request: Request) -> Response:
            try:
                return await handle(request)
            except Refusal as refusal:
                if refusal.status not in HEADINGS:
                    raise
                note_refusal(request, refusal)
                return _said(request, refusal.status, (refusal.no.zh, refusal.no.en))
            except RequestValidationError as error:
                note_refusal(request, unreadable(error))
                return _said(request, 422, None)

        return handler


class PageRouter(APIRouter):
    """A router of such routes."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(route_class=PageRoute, **settings)


def error_page(request: Request, refusal: Refusal) -> Response | None:
    """What a browser is shown of an address that there is not, or of a page that is away (X5); None for all else."""
    if refusal.status not in AWAY:
        return None
    answer = _worded(request, refusal.status, AWAY[refusal.status], (refusal.no.zh, refusal.no.en))
    answer.headers.update(refusal.headers)
    return answer


def _said(request: Request, status: int, texts: tuple[str, str] | None) -> Response:
    """What is wrong, to whoever is signed in; a visitor of a page of ours signs in first."""
    caller = known(request)
    is_ours = not request.url.path.startswith("/login")
    if caller is None and is_ours:
        return to_login(request)
    return _worded(request, status, HEADINGS[status], texts)


def _worded(request: Request, status: int, heading: str, texts: tuple[str, str] | None) -> Response:
    """A page with nothing but words, for whoever asks; it reads nothing but who that is."""
    caller, now = known(request), utc_now()
    words = words_for(request, now)
    text = words("bad.address") if texts is None else texts[0 if words.lang == "zh" else 1]
    return page(
        request,
        "message.html",
        words,
        now=now,
        status=status,
        person=None if caller is None else caller.person,
        page="",
        heading=words(heading),
        text=text,
    )
