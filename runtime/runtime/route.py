"""Routes that let nothing in beyond its bounds (`contracts.bounds`), and no query parameter that they do not know.

What FastAPI has read (path, query, body) is checked by its annotations before the endpoint sees it; the endpoint gets
it tidied. Said once for every route: a `Router` makes no other ones.
"""

from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextvars import ContextVar
from difflib import get_close_matches
from functools import wraps
from inspect import iscoroutinefunction, signature
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query
from fastapi.routing import APIRoute

from contracts.bounding import Check, Walk, check_of
from contracts.bounds import Door
from runtime.clock import utc_now
from runtime.decision import MISSPELT, Rejected, out_of_bounds
from runtime.http import Refusal

OF_HTMX = frozenset({"org.htmx.cache-buster"})
"""Query parameters of htmx itself."""


_DOOR: ContextVar[Door] = ContextVar("door")
"""The bounds of what is asked now: FastAPI hands an endpoint its values, and not the request they came with."""
_TAKEN = "takes_query_parameters"
_Endpoint = TypeVar("_Endpoint", bound=Callable[..., Any])


class Route(APIRoute):
    """A route whose endpoint sees only what is within its bounds. Refuses with 422, naming what is not."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **settings: Any) -> None:
        self.taken = frozenset(getattr(endpoint, _TAKEN, ()))
        super().__init__(path, _within_bounds(endpoint), **settings)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """As FastAPI makes it, after a look at the names of the query."""
        handle = super().get_route_handler()
        known = _query_names(self.dependant) | self.taken | OF_HTMX

        async def handler(request: Request) -> Response:
            unknown = [name for name in request.query_params if name not in known]
            if unknown:
                raise Refusal(422, _unknown_parameters(unknown, known))
            _DOOR.set(request.app.state.policies.door(utc_now()))
            return await handle(request)

        return handler


class Router(APIRouter):
    """A router of such routes."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(route_class=Route, **settings)


def takes(*names: str) -> Callable[[_Endpoint], _Endpoint]:
    """Names the query parameters that an endpoint reads by itself: a page falls back on sound ones of its own."""

    def mark(endpoint: _Endpoint) -> _Endpoint:
        setattr(endpoint, _TAKEN, names)
        return endpoint

    return mark


def _query_names(dependant: Dependant) -> frozenset[str]:
    """Names of a route's query parameters, those of its dependencies too."""
    return frozenset(one.alias for one in get_flat_params(dependant) if isinstance(one.field_info, Query))


def _within_bounds(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    checks: dict[str, Check] = {
        name: check
        for name, parameter in signature(endpoint, eval_str=True).parameters.items()
        if (check := check_of(parameter.annotation)) is not None
    }
    if not checks:
        return endpoint
    if not iscoroutinefunction(endpoint):
        raise TypeError(f"{endpoint.__qualname__}: an endpoint with parameters is an async function")

    @wraps(endpoint)
    async def bounded_endpoint(**values: Any) -> Any:
        return await endpoint(**_bounded(values, checks))

    return bounded_endpoint


def _bounded(values: Mapping[str, Any], checks: Mapping[str, Check]) -> dict[str, Any]:
    walk = Walk(_DOOR.get(), [])
    tidied = {
        name: value if (check := checks.get(name)) is None or value is None else check(value, ((), name), walk)
        for name, value in values.items()
    }
    if walk.flaws:
        no = out_of_bounds(walk.flaws)
        in_body = all("." in flaw.where for flaw in walk.flaws)  # a misspelt address is none
        raise Refusal(409 if no.code == MISSPELT and in_body else 422, no)
    return tidied


def _unknown_parameters(unknown: Iterable[str], known: Iterable[str]) -> Rejected:
    """Which names of the query nobody knows, and what was perhaps meant. Unreadable ones are not repeated."""
    shown = sorted({name if name.isprintable() and len(name) <= 40 else "?" for name in unknown})[:8]
    near = [match for name in shown for match in get_close_matches(name, known, n=1)]
    names, meant = ", ".join(shown), ", ".join(near or sorted(set(known) - OF_HTMX))
    return Rejected(
        "unknown_parameter",
        "",
        f"地址里有不认识的参数：{names}。{f'这里可用：{meant}' if meant else '这里不带参数'}",
        f"The address has unknown parameters: {names}. " + (f"Known here: {meant}" if meant else "There are none here"),
        {"parameters": names},
    )
