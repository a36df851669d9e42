"""Rows that are asked for by a view's name have the fields that are asked for: no import says so (`ByName`)."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Any, get_args

import pytest
from pydantic import BaseModel

import company
import dispatch
import inventory
import notify
import order
import service_desk
import songda
from runtime.service import Projection
from runtime.typed_rows import ROW, ByName
from runtime.view import Journal, Typed, View

PACKAGES = (company, dispatch, inventory, notify, order, service_desk, songda)


def _things() -> Iterator[Any]:
    for package in PACKAGES:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield from vars(import_module(module.name)).values()


THINGS = [*_things()]
VIEWS = {one.name: one.row for one in THINGS if isinstance(one, View | Journal)}
FOLDS = {
    one.name: facet.stored.row
    for one in THINGS
    if isinstance(one, Projection)
    for facet in one.facets
    if facet.name == ROW and isinstance(facet.stored, Typed)
}
ASKED = {id(one): one for one in THINGS if isinstance(one, ByName)}.values()


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in get_args(annotation) for model in _models(inner)]


def _lacking(asked: type[BaseModel], there: type[BaseModel], path: str) -> Iterator[str]:
    """Fields that are asked for and not there, in what is within as well."""
    for name, field in asked.model_fields.items():
        if name not in there.model_fields:
            yield f"{path}.{name}"
            continue
        inner, within = _models(field.annotation), _models(there.model_fields[name].annotation)
        for one, other in zip(inner, within, strict=True):
            yield from _lacking(one, other, f"{path}.{name}")


@pytest.mark.parametrize("asked", ASKED, ids=lambda one: f"{one.row.__module__}.{one.row.__name__}")
def test_a_row_that_is_asked_for_by_name_has_every_field_that_is_asked_for(asked: ByName[Any]) -> None:
    """DESIGN §2: services never import one another, so the type checker cannot say it."""
    assert [*_lacking(asked.row, (VIEWS | FOLDS)[asked.name], asked.name)] == []


def test_a_field_that_is_not_there_is_found() -> None:
    """DESIGN §2"""

    class Line(BaseModel):
        sku: str
        colour: str = ""

    class Order(BaseModel):
        lines: tuple[Line, ...]
        store: str

    assert [*_lacking(Order, VIEWS["contracts"], "contracts")] == ["contracts.lines.colour", "contracts.store"]
