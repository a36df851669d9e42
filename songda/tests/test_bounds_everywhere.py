"""Every field that anybody can send says its bounds (X8): commands, bodies, path, query and headers."""

import types
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from enum import Enum
from inspect import signature
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import AwareDatetime, BaseModel, StringConstraints
from pydantic.fields import FieldInfo

from contracts.bounds import Clock, Code, Days, Few, Real, Text, Whole
from contracts.spelling import Spelt
from runtime.app import Process, web
from runtime.route import Route
from runtime.service import Decider
from runtime.settings import Settings
from songda.system import system

SYSTEM = system(Settings())
DECIDERS = [decider for service in SYSTEM.services.values() for decider in service.deciders]
APP = web(Process(Settings(), SYSTEM, list(SYSTEM.services), ["api"]))
ROUTES = [route for route in iter_route_contexts(APP.routes) if isinstance(route.original_route, APIRoute)]


def unbounded(hint: Any, said: Sequence[Any] = (), where: str = "", seen: tuple[Any, ...] = ()) -> Iterator[str]:
    """Paths of all that is a bare str, int, float, date, moment, time or list."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        yield from unbounded(arguments[0], (*said, *_flat(arguments[1:])), where, seen)
    elif origin in (Union, types.UnionType):
        for argument in arguments:
            yield from unbounded(argument, said, where, seen)
    elif origin is Literal or hint in (bool, type(None), bytes) or (isinstance(hint, type) and issubclass(hint, Enum)):
        return
    elif isinstance(origin, type) and issubclass(origin, Mapping):
        yield from unbounded(arguments[1], (), f"{where}[]", seen)
    elif isinstance(origin, type) and issubclass(origin, Sequence | set | frozenset):
        if not _has(said, Few, "max_length") and (origin is not tuple or ... in arguments):
            yield f"{where}: {hint}"
        for argument in arguments:
            if argument is not ...:
                yield from unbounded(argument, (), f"{where}[]", seen)
    elif isinstance(hint, type) and issubclass(hint, BaseModel):
        if hint not in seen:
            for name, field in hint.model_fields.items():
                yield from unbounded(field.annotation, field.metadata, f"{where}.{name}", (*seen, hint))
    elif isinstance(hint, type) and not _is_bounded(hint, said):
        yield f"{where}: {hint.__name__}"
    elif hint is Any:
        yield f"{where}: Any"


def _flat(marks: Sequence[Any]) -> Iterator[Any]:
    for mark in marks:
        if isinstance(mark, FieldInfo):
            yield from mark.metadata
        yield mark


def _has(said: Sequence[Any], kind: type | tuple[type, ...], *attributes: str) -> bool:
    named = [mark for mark in said if any(getattr(mark, name, None) is not None for name in attributes)]
    return bool(named) or any(isinstance(mark, kind) for mark in said)


def _is_bounded(hint: type, said: Sequence[Any]) -> bool:
    if issubclass(hint, str):
        constrained = any(isinstance(one, StringConstraints) and (one.max_length or one.pattern) for one in said)
        return constrained or _has(said, (Text, Code, Spelt), "max_length", "pattern")
    if issubclass(hint, int):
        return _has(said, Whole) or (_has(said, (), "ge", "gt") and _has(said, (), "le", "lt"))
    if issubclass(hint, float):
        return _has(said, Real) or (_has(said, (), "ge", "gt") and _has(said, (), "le", "lt"))
    if issubclass(hint, date | datetime) or hint is AwareDatetime:
        return _has(said, Days)
    return _has(said, Clock) if issubclass(hint, time) else True


def members(union: Any) -> list[type[BaseModel]]:
    """The commands of a union."""
    return [union] if isinstance(union, type) else [one for part in get_args(union) for one in members(part)]


@pytest.mark.parametrize("decider", DECIDERS, ids=lambda decider: decider.prefix)
def test_every_field_of_every_command_has_bounds(decider: Decider) -> None:
    """X8"""
    found = [f"{one.__name__}{path}" for one in members(decider.commands) for path in unbounded(one)]
    assert found == []


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{min(route.methods)} {route.path}")
def test_every_parameter_and_body_of_every_route_has_bounds(route: Any) -> None:
    """X8: and every route is one that checks them."""
    assert isinstance(route.original_route, Route)
    parameters = signature(route.endpoint, eval_str=True).parameters.values()
    assert [path for one in parameters for path in unbounded(one.annotation, (), one.name)] == []
