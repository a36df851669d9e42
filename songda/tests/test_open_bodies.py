"""Which routes take a body from somebody who has not signed in: these, and as much as they say."""

from collections.abc import Iterable, Iterator
from typing import Any

from fastapi.routing import APIRoute

from runtime.app import Process, web
from runtime.http import _signed_in
from runtime.settings import Settings
from songda.system import system

OPEN = {
    "/login": 4 << 10,
    "/login/password": 4 << 10,
    "/login/code": 4 << 10,
    "/login/enrol": 4 << 10,
    "/ratings/{code}": 8 << 10,
    "/receipts/http": 1 << 20,
    "/receipts/aliyun": 1 << 20,
    "/receipts/aliyun/replies": 1 << 20,
}
WITHOUT_BODY = {"/logout"}


def routes(found: Iterable[Any]) -> Iterator[APIRoute]:
    """All routes, however deep routers lie in routers."""
    for one in found:
        if isinstance(one, APIRoute):
            yield one
        elif hasattr(one, "original_router"):
            yield from routes(one.original_router.routes)


def asks_who(dependant: Any) -> bool:
    """Whether a route is for people who have signed in."""
    return dependant.call is _signed_in or any(asks_who(one) for one in dependant.dependencies)


def test_whoever_has_not_signed_in_sends_a_body_to_these_routes_only(tmp_path: Any) -> None:
    """X8: they check a secret of their own (token, link, signature), so wrong tries are counted."""
    settings = Settings(home=tmp_path)
    whole = system(settings)
    every = list(routes(web(Process(settings, whole, whole.services, ("api",))).routes))
    writing = [route for route in every if not route.methods <= {"GET", "HEAD"}]
    unasked = {
        route.path: getattr(route.endpoint, "open_body", None) for route in writing if not asks_who(route.dependant)
    }
    marked = {route.path for route in every if hasattr(route.endpoint, "open_body")}
    assert len(writing) > 100
    assert set(unasked) == {*OPEN, *WITHOUT_BODY}
    assert {path: (body.max_bytes, body.secret) for path, body in unasked.items() if body} == {
        path: (size, True) for path, size in OPEN.items()
    }
    assert marked == set(OPEN)
