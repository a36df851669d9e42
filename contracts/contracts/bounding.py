"""Applying the bounds of `contracts.bounds` to whole values: the mark of each field, else the ordinary bounds. Pure.

Nothing here raises on a value, and no value is quoted: it may be personal.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from enum import Enum
from functools import cache
from operator import is_
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel

from contracts.bounds import (
    ORDINARY_DAYS,
    ORDINARY_FEW,
    ORDINARY_REAL,
    ORDINARY_TEXT,
    ORDINARY_WHOLE,
    Code,
    Days,
    Door,
    Few,
    Flaw,
    Real,
    Text,
    Whole,
    day_flaw,
    day_of,
    text_flaw,
    tidy,
)
from contracts.spelling import NEEDED, RAW, Spelt

_Path = tuple[Any, ...]
"""(path of what it stands in, name): joined only when something is wrong."""


@dataclass(slots=True)
class Walk:
    """One value's way through its checks: the door, and what was found wrong so far."""

    door: Door
    flaws: list[Flaw]

    def no(self, path: _Path, flaw: tuple[str, str] | None, *, misspelt: bool = False) -> None:
        """Note what is wrong, if anything."""
        if flaw is not None:
            self.flaws.append(Flaw(_joined(path), *flaw, misspelt))


Check = Callable[[Any, _Path, Walk], Any]
"""(value, where, walk) -> the value, tidied. What is wrong is noted in the walk."""

_M = TypeVar("_M", bound=BaseModel)


def bounded(model: _M, door: Door) -> tuple[_M, tuple[Flaw, ...]]:
    """A command or body, tidied; and what in it is beyond its bounds (then the first is of no use)."""
    walk = Walk(door, [])
    return _model(model, (), walk), tuple(walk.flaws)


def check_of(hint: Any, marks: Sequence[Any] = ()) -> Check | None:
    """What is to be checked of a value of this type; None where nothing is (bool, Literal, what is no data)."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return check_of(arguments[0], (*marks, *arguments[1:]))
    if origin in (Union, UnionType):
        return _union([check for argument in arguments if (check := _of_kind(argument, marks)) is not None])
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(check_of(arguments[1]))
    if origin is not None and isinstance(origin, type) and issubclass(origin, Sequence | AbstractSet):
        return _many([check_of(argument) for argument in arguments if argument is not ...], _mark(marks, ORDINARY_FEW))
    if hint is Any or hint is object:
        return _anything
    return _plain(hint, marks) if isinstance(hint, type) else None


def _plain(kind: type, marks: Sequence[Any]) -> Check | None:
    if issubclass(kind, BaseModel):
        return _model
    if issubclass(kind, bool | Enum):
        return None
    if issubclass(kind, str):
        if (spelt := next((m for m in marks if isinstance(m, Spelt)), None)) is not None:
            return _spelt(spelt)
        return _text(*_text_marks(marks))
    if issubclass(kind, int):
        return _number(_mark(marks, ORDINARY_WHOLE))
    if issubclass(kind, float):
        return _number(_mark(marks, ORDINARY_REAL))
    if issubclass(kind, datetime | AwareDatetime):
        return _moment(_mark(marks, ORDINARY_DAYS))
    if issubclass(kind, date):
        return _day(_mark(marks, ORDINARY_DAYS))
    return _clock if issubclass(kind, time) else None


_K = TypeVar("_K")


def _mark(marks: Sequence[Any], ordinary: _K) -> _K:
    return next((mark for mark in marks if isinstance(mark, type(ordinary))), ordinary)


def _text_marks(marks: Sequence[Any]) -> tuple[Text | Code, re.Pattern[str] | None]:
    """The mark of a text, and its pattern. What pydantic asks of it holds for the tidied text too."""
    said = [one for mark in marks for one in (mark, *getattr(mark, "metadata", ()))]
    mark = next((one for one in said if isinstance(one, Text | Code)), ORDINARY_TEXT)
    least = max((one.min_length for one in said if getattr(one, "min_length", None)), default=0)
    most = min((one.max_length for one in said if getattr(one, "max_length", None)), default=mark.most)
    pattern = next((one.pattern for one in said if getattr(one, "pattern", None)), None)
    mark = replace(mark, least=max(least, mark.least), most=min(most, mark.most) if mark is not ORDINARY_TEXT else most)
    return mark, None if pattern is None else re.compile(pattern)


def _text(mark: Text | Code, pattern: re.Pattern[str] | None) -> Check:
    def check(value: str, path: _Path, walk: Walk) -> str:
        tidied = tidy(value, mark)
        walk.no(path, text_flaw(tidied, mark))
        if pattern is not None and tidied is not value and pattern.search(tidied) is None:
            walk.no(path, _ODD)
        return tidied

    return check


def _spelt(mark: Spelt) -> Check:
    def check(value: str, path: _Path, walk: Walk) -> str:
        raw = tidy(value, RAW)
        if (flaw := text_flaw(raw, RAW)) is not None:
            walk.no(path, flaw)
            return value
        if not raw and mark.optional:
            return raw
        kept, wrong = mark.judge(raw)
        walk.no(path, wrong if raw else NEEDED, misspelt=True)
        return kept if kept != value else value

    return check


_ODD = "不是这里要的写法，请核对", "is not written as it should be here: check it"


def _number(mark: Whole | Real) -> Check:
    wrong = (f"应是 {mark.least} 到 {mark.most} 的数", f"must be a number from {mark.least} to {mark.most}")

    def check(value: float, path: _Path, walk: Walk) -> float:
        walk.no(path, None if mark.least <= value <= mark.most else wrong)  # NaN is neither
        return value

    return check


def _day(mark: Days) -> Check:
    def check(value: date, path: _Path, walk: Walk) -> date:
        walk.no(path, day_flaw(value, mark, walk.door))
        return value

    return check


def _moment(mark: Days) -> Check:
    def check(value: datetime, path: _Path, walk: Walk) -> datetime:
        if value.tzinfo is None:
            walk.no(path, _NO_ZONE)
            return value
        walk.no(path, flaw := day_flaw(day_of(value, walk.door), mark, walk.door))
        return value.astimezone(UTC) if flaw is None else value

    return check


def _clock(value: time, path: _Path, walk: Walk) -> time:
    walk.no(path, None if value.tzinfo is None else _NO_ZONE_WANTED)
    return value


_NO_ZONE = (
    "时间没有时区：请写成 2026-03-12T16:42:00+08:00 这样",
    "the time has no zone: write it like 2026-03-12T16:42:00+08:00",
)
_NO_ZONE_WANTED = ("是公司当地的钟点，不带时区", "is a time on the company's clocks, without a zone")


def _many(checks: Sequence[Check | None], mark: Few) -> Check:
    """Each entry; a list of unlike entries (`tuple[A, B]`) has a check for each place."""

    def check(value: Any, path: _Path, walk: Walk) -> Any:
        if len(value) > mark.most:
            walk.no(path, (f"太多，最多 {mark.most} 项", f"has too many entries, at most {mark.most}"))
            return value
        if not any(checks):
            return value
        tidied = [
            value if (one := checks[place if len(checks) > 1 else 0]) is None else one(value, (path, place + 1), walk)
            for place, value in enumerate(value)
        ]
        return value if all(map(is_, tidied, value)) else type(value)(tidied)

    return check


def _mapping(of_value: Check | None) -> Check:
    names = _text(Text(200), None)

    def check(value: Mapping[Any, Any], path: _Path, walk: Walk) -> Any:
        tidied = {}
        for name, entry in value.items():
            known = names(name, (path, "?"), walk) if isinstance(name, str) else name
            tidied[known] = entry if of_value is None else of_value(entry, (path, known), walk)
        return value if all(tidied.get(name) is entry for name, entry in value.items()) else tidied

    return check


def _of_kind(hint: Any, marks: Sequence[Any]) -> tuple[type, Check] | None:
    check = check_of(hint, marks)
    while get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    kind = datetime if hint is AwareDatetime else get_origin(hint) or hint
    return (kind, check) if check is not None and isinstance(kind, type) else None


def _union(kinds: Sequence[tuple[type, Check]]) -> Check:
    """The check of whichever type the value is."""
    ordered = sorted(kinds, key=lambda one: -len(one[0].__mro__))  # a datetime is a date too

    def check(value: Any, path: _Path, walk: Walk) -> Any:
        if value is None or isinstance(value, bool):
            return value
        return next((one(value, path, walk) for kind, one in ordered if isinstance(value, kind)), value)

    return check


def _anything(value: Any, path: _Path, walk: Walk) -> Any:
    """Content without a type of its own: what is in it has the ordinary bounds."""
    if isinstance(value, BaseModel):
        return _model(value, path, walk)
    if isinstance(value, Mapping):
        return _mapping(_anything)(value, path, walk)
    if isinstance(value, list | tuple):
        return _many([_anything], ORDINARY_FEW)(value, path, walk)
    check = _plain(type(value), (Text(2_000, lines=True),))
    return value if check is None else check(value, path, walk)


def _model(value: _M, path: _Path, walk: Walk) -> _M:
    changed = {}
    for name, check in _fields_of(type(value)):
        old = getattr(value, name)
        new = check(old, (path, name), walk)
        if new is not old:
            changed[name] = new
    return value.model_copy(update=changed) if changed else value


@cache
def _fields_of(model: type[BaseModel]) -> tuple[tuple[str, Check], ...]:
    """The fields that have bounds, each with its check."""
    checks = ((name, check_of(field.annotation, field.metadata)) for name, field in model.model_fields.items())
    return tuple((name, check) for name, check in checks if check is not None)


def _joined(path: _Path) -> str:
    names = []
    while path:
        path, name = path
        names.append(str(name))
    return ".".join(reversed(names))
