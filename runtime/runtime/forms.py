"""Forms and buttons of an aggregate's use cases: what a person fills in is made of the command's own types.

Labels are the page's words. What makes sense now, and for whom, is what the rules' gates say of a state
(`runtime.offers`); this needs none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from runtime.aggregate import Aggregate
from runtime.use_case import UseCase

Kind = Literal["text", "long", "number", "day", "hour", "tick", "yes_no", "choice", "many", "fixed", "hidden"]
"""How a field is filled in; a service and its pages may agree on more ("photos", "fen")."""

NOT_ASKED = frozenset({"at", "command"})


@dataclass(frozen=True, slots=True)
class Widget:
    """How a person fills a field in, where its type does not say. Stands in the field's annotation.

    `fixed` carries a fact that the page knows by the name `of`, `hidden` is nothing that a person says. `label` is the
    word for it where that is not the field's name; `choices` where not all that its type allows are offered.
    """

    kind: str = ""
    label: str = ""
    of: str = ""
    choices: tuple[str, ...] = ()


NO_WIDGET = Widget()


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form: `name` is dotted within an object; `word` names its label, `choices` are codes."""

    name: str
    kind: str
    required: bool
    word: str
    choices: tuple[str, ...] = ()
    default: str = ""
    of: str = ""
    number: bool = False
    """Whether what is chosen or fixed is a number."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a page needs of a use case: `POST <address>/<number>/<path>`; main where the next step is one of `steps`."""

    code: str
    path: str
    may: frozenset[str]
    steps: tuple[str, ...]
    fields: tuple[Field, ...]


def forms_of(aggregate: Aggregate[Any, Any], number: str = "") -> tuple[Form, ...]:
    """A form for each use case that is asked of one aggregate over HTTP, in their order; `number`: the name of its
    number in commands, which stands in the address."""
    return tuple(_form(case, number) for case in aggregate.use_cases if case.path is not None and case.born is None)


def _form(case: UseCase[Any, Any, Any], number: str) -> Form:
    body = case.request(number)
    fields = tuple(field for name, info in body.model_fields.items() for field in _fields(name, info))
    return Form(case.code, case.path or "", frozenset(map(str, case.may)), case.steps, fields)


def _fields(name: str, info: FieldInfo) -> Iterator[Field]:
    widget = next(_widgets(info), NO_WIDGET)
    kind = _bare(info.annotation)
    if name in NOT_ASKED or widget.kind == "hidden":
        return
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for part, of_part in kind.model_fields.items():
            yield from _fields(f"{name}.{part}", of_part)
        return
    choices = widget.choices or _choices(kind)
    yield Field(
        name=name,
        kind=widget.kind or _kind(kind, required=info.is_required()),
        required=info.is_required(),
        word=widget.label or name.rpartition(".")[2],
        choices=choices,
        default=info.default if info.default in choices else "",
        of=widget.of,
        number=kind is int,
    )


def _widgets(info: FieldInfo) -> Iterator[Widget]:
    yield from (mark for mark in info.metadata if isinstance(mark, Widget))
    yield from _in_annotation(info.annotation)


def _in_annotation(annotation: Any) -> Iterator[Widget]:
    if get_origin(annotation) is Annotated:
        yield from (mark for mark in annotation.__metadata__ if isinstance(mark, Widget))
    for inner in get_args(annotation):
        yield from _in_annotation(inner)


def _bare(annotation: Any) -> Any:
    """The type without bounds and without None."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        left = [one for one in get_args(annotation) if one is not NoneType]
        return _bare(left[0]) if len(left) == 1 else annotation
    return annotation


def _choices(kind: Any) -> tuple[str, ...]:
    if get_origin(kind) is Literal:
        return tuple(map(str, get_args(kind)))
    return tuple(one for inner in get_args(kind) for one in _choices(inner))


def _kind(kind: Any, *, required: bool) -> Kind:
    if get_origin(kind) is Literal:
        return "choice"
    if get_origin(kind) is tuple and _choices(kind):
        return "many"
    if kind in (datetime, AwareDatetime):
        return "hour"
    simple: dict[Any, Kind] = {bool: "yes_no" if required else "tick", int: "number", date: "day"}
    return simple.get(kind, "text")
