"""Requests with values at the edge, made from the OpenAPI document: of each operation, each field in its turn."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import quote

Json = dict[str, Any]

YEARS = (1, 1899, 2100, 9999)
OFFSETS = ("-14:00", "Z", "+14:00")
DAYS = tuple(f"{year:04}-{month}" for year, month in zip(YEARS, ("01-01", "12-31", "01-01", "12-31"), strict=True))
MOMENTS = tuple(f"{day}T00:00:00{offset}" for day in DAYS for offset in OFFSETS)
CLOCKS = ("24:00", "08:30:00+14:00", "08:30:00.999999")
TEXTS = (
    "",
    " ",
    "长" * 10_000,
    "a\u0378b",
    "a\ud800b",
    "a\u0000b",
    "a\u202eb",
    "\ufeff\u200b",
    "a\r\nb",
    "Cafe\u0301 👩\u200d🔧",
)
"""Nothing, too much, unassigned, half a character, NUL, turned around, invisible, lines, and what is all right."""
NUMBERS: tuple[Any, ...] = (-1, 0, 2**63, 10**30, -(10**30), 1e308, float("nan"), float("inf"))
WRONG: tuple[Any, ...] = (None, True, "x", 1.5, [], {}, [[[]]], {"a": {"b": 1}})
"""Of another type than was asked for."""
BODIES: tuple[str, ...] = ("", "null", "[]", '"x"', "{", '{"a": 1e999}', "[" * 3_000 + "]" * 3_000, '{"\\ud800": 1}')
"""Instead of the whole body."""
IN_TURN = 4
"""Bodies are read, and names that nobody knows refused, by the same code for all operations: so many in turn share
them, each with one name and two bodies at least."""
NAMES = ("surprise", "phone", "a\u0378", "\ufeff", "x" * 300)
"""Of fields and parameters that nobody knows."""
LIVE = "text/event-stream"
_SAME: Json = {}


@dataclass(frozen=True)
class Asking:
    """One request: what is at the edge, for the message of a failure, and how to send it."""

    operation: str
    edge: str
    method: str
    path: str
    query: str = ""
    body: bytes | None = None
    content_type: str = "application/json"
    streams: bool = False


@dataclass(frozen=True)
class World:
    """Values that exist or fit: by the name of a field or parameter, and for patterns."""

    today: date
    by_name: Mapping[str, Any]
    words: Sequence[str]
    skipped: frozenset[str] = field(default_factory=frozenset)
    """Operations that are not asked: they wait, or end the session."""


class Operations:
    """The document, and what can be asked of it."""

    def __init__(self, document: Json, world: World) -> None:
        self._document = document
        self._world = world
        self._turns = count()

    def ordinary(self) -> Iterator[Asking]:
        """One request per operation with nothing at the edge, as far as a document can tell."""
        for operation in self._all():
            yield self._request(operation, "nothing", self._body(operation.said))

    def at_the_edge(self) -> Iterator[Asking]:
        """All requests with something at the edge, in the same order each time."""
        for operation in self._all():
            body = self._body(operation.said)
            for parameter in operation.said.get("parameters", []):
                name = parameter["name"]
                if parameter["in"] != "header":
                    for edge in self._some(self._plain(parameter["schema"]), name):
                        value = edge.replace("长", "x") if isinstance(edge, str) else edge  # an address has an end
                        shown = f"{parameter['in']} {name} = {value!r:.60}"
                        yield self._request(operation, shown, body, {name: value})
            for unknown in NAMES if body is None else NAMES[:1]:
                yield self._request(operation, f"unknown {unknown!r:.30}", body, more={unknown: "1"})
            if isinstance(body, dict):
                yield from self._bodies(operation, body)

    def _bodies(self, operation: "_Operation", body: Json) -> Iterator[Asking]:
        for where, schema in self._leaves(self._body_schema(operation.said), body):
            for value in self._some(schema, str(where[-1])):
                shown = f"body {'.'.join(map(str, where))} = {value!r:.60}"
                yield self._request(operation, shown, _changed(body, where, value))
        turn = next(self._turns) % IN_TURN
        for unknown in NAMES[turn::IN_TURN]:
            yield self._request(operation, f"unknown field {unknown!r:.30}", {**body, unknown: 1})
        for text in BODIES[turn::IN_TURN]:
            yield self._request(operation, f"body {text:.30}", text)

    # --- what the document says ---------------------------------------------------------------------------------------

    def _all(self) -> Iterator["_Operation"]:
        for path, methods in self._document["paths"].items():
            for method, operation in methods.items():
                name = f"{method.upper()} {path}"
                if name not in self._world.skipped:
                    yield _Operation(name, method, path, operation)

    def _plain(self, schema: Json) -> Json:
        """Without references and without the choice of nothing."""
        if "$ref" in schema:
            return self._plain(self._document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
        for choice in schema.get("anyOf", schema.get("oneOf", [])):
            if choice.get("type") != "null":
                return {**self._plain(choice), **{k: v for k, v in schema.items() if k == "examples"}}
        return schema

    def _body_schema(self, operation: Json) -> Json:
        content = operation.get("requestBody", {}).get("content", {})
        return self._plain(content["application/json"]["schema"]) if "application/json" in content else {}

    def _body(self, operation: Json) -> Any:
        schema = self._body_schema(operation)
        return self._fitting(schema, "body") if schema else None

    def _fitting(self, schema: Json, name: str) -> Any:
        """A value that fits a schema: one that the world has under this name, else one made of what the schema says."""
        schema = self._plain(schema)
        known = self._world.by_name.get(name)
        match schema:
            case {"const": value}:
                return value
            case {"enum": [*values]}:
                return known if known in values else values[0]
            case {"type": "object", "properties": properties}:
                return {one: self._fitting(of, one) for one, of in properties.items()}
            case {"type": "array"}:
                return [self._fitting(schema.get("items", {}), name)]
            case {"type": "boolean"}:
                return True
            case {"type": "integer" | "number"}:
                return known if isinstance(known, int) else max(1, schema.get("minimum", 1))
            case {"type": "string"}:
                return self._text(schema, known)
        return {}

    def _text(self, schema: Json, known: Any) -> str:
        today = self._world.today
        match schema.get("format"):
            case "date":
                return str(known or today + timedelta(days=5))
            case "date-time":
                return str(known or datetime(today.year, today.month, today.day, tzinfo=UTC).isoformat())
            case "time":
                return "09:00"
            case "uuid":
                return "00000000-0000-4000-8000-000000000000"
        pattern = re.compile(schema.get("pattern", ".*"))
        fits = [one for one in (known, *schema.get("examples", ()), *self._world.words) if isinstance(one, str)]
        return next(one for one in fits if pattern.search(one))

    def _leaves(self, schema: Json, value: Any, where: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Json]]:
        schema = self._plain(schema)
        if isinstance(value, dict) and "properties" in schema:
            for name, inner in value.items():
                yield from self._leaves(schema["properties"][name], inner, (*where, name))
        elif isinstance(value, list) and value:
            yield where, {"type": "array"}
            yield from self._leaves(schema["items"], value[0], (*where, 0))
        elif where:
            yield where, schema

    def _some(self, schema: Json, name: str) -> Sequence[Any]:
        """Every sixth of a type's edges, beginning with another one for each field: six fields get them all."""
        return self._edges(schema, name)[next(self._turns) % 6 :: 6]

    def _edges(self, schema: Json, name: str) -> Sequence[Any]:
        """Values at the edge of a type, and one of another type (not the same one for every field)."""
        wrong = WRONG[sum(name.encode()) % len(WRONG)]
        match schema:
            case {"enum": _} | {"const": _}:
                return ["", "不是", wrong]
            case {"type": "array"}:
                return [[], [None], "x", {}]
            case {"type": "integer" | "number"}:
                return [*NUMBERS, schema.get("minimum", 1), schema.get("maximum", 10**12), wrong]
            case {"type": "boolean"}:
                return ["也许", wrong]
            case {"format": "date"}:
                first, last = self._world.today - timedelta(days=300), self._world.today.replace(day=28)
                return [*DAYS, str(first), str(last.replace(year=last.year + 3)), "2026-02-30", 1773273600, wrong]
            case {"format": "date-time"}:
                return [*MOMENTS, "2026-03-12T00:00:00", f"{self._world.today}T00:00:00+14:00", 1773273600, wrong]
            case {"format": "time"}:
                return [*CLOCKS, wrong]
            case {"type": "string"}:
                return [*TEXTS, "字" * schema.get("maxLength", 80), wrong]
        return WRONG

    # --- requests -----------------------------------------------------------------------------------------------------

    def _request(
        self, operation: "_Operation", edge: str, body: Any, changed: Mapping[str, Any] = _SAME, more: Json = _SAME
    ) -> Asking:
        """`changed`: values of parameters; `more`: parameters that are not in the document."""
        said, path = operation.said, operation.path
        query: Json = dict(more)
        for parameter in said.get("parameters", []):
            name = parameter["name"]
            value = changed.get(name, self._fitting(parameter["schema"], name))
            if parameter["in"] == "path":
                path = path.replace(f"{{{name}}}", _written(value) or "%20")
            elif parameter["in"] == "query" and (name in changed or parameter.get("required")):
                query[name] = value
        form = "multipart/form-data" in said.get("requestBody", {}).get("content", {})
        content = _FORM if form else body if isinstance(body, str) else None if body is None else json.dumps(body)
        return Asking(
            operation=operation.name,
            edge=edge,
            method=operation.method.upper(),
            path=path,
            query="&".join(f"{_written(key)}={_written(value)}" for key, value in query.items()),
            body=None if content is None else content.encode(),
            content_type="multipart/form-data; boundary=edge" if form else "application/json",
            streams=LIVE in said.get("responses", {}).get("200", {}).get("content", {}),
        )


@dataclass(frozen=True)
class _Operation:
    """One operation of the document."""

    name: str
    method: str
    path: str
    said: Json


_FORM = (
    '--edge\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\n'
    "合同号,行号\r\n--edge--\r\n"
)


def _written(value: Any) -> str:
    """As a part of an address; half a character as the bytes that it would have."""
    text = value if isinstance(value, str) else json.dumps(value)
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def _changed(body: Any, where: tuple[Any, ...], value: Any) -> Any:
    """The body with one value in it replaced."""
    if not where:
        return value
    first, rest = where[0], where[1:]
    if isinstance(body, list):
        return [_changed(inner, rest, value) if place == first else inner for place, inner in enumerate(body)]
    return {name: _changed(inner, rest, value) if name == first else inner for name, inner in body.items()}
