"""What a changed schema would break, before it does.

Two kinds of reader must live through a change under the same wire name:

- **old readers**, compiled from the old schema, meet new events. They ignore fields they do not know.
- **today's readers**, compiled from the new schema, meet old events: the stream is kept for ever.

So a shape may gain optional fields and better words, and nothing else; all else needs a new version of the event.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from contracts.publishing.schemas import Schema

Whom = Literal["old readers", "old events", "both"]
"""`old readers`: they could not read new events. `old events`: today's readers could not read them any more."""


@dataclass(frozen=True, slots=True)
class Break:
    """One reason why a change is no change but another shape. `path`: where, e.g. `lines[].sku`; "" is the event."""

    path: str
    kind: str
    whom: Whom
    detail: str

    def __str__(self) -> str:
        return f"{self.path or '(event)'}: {self.kind} ({self.detail}) - breaks {self.whom}"


_WORDS = frozenset({"$schema", "$id", "$defs", "title", "description", "examples", "$comment", "deprecated"})
"""Keywords for people: changing them breaks nobody."""

_JUDGED = frozenset(
    {"type", "properties", "required", "additionalProperties", "items", "anyOf", "oneOf", "enum", "const", "format"}
    | {"default"}
)
_LOWER_BOUNDS = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER_BOUNDS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")


def check_compatible(old: Schema, new: Schema) -> list[Break]:
    """What breaks a reader when `new` replaces `old` under the same wire name; empty when nothing does."""
    return _Comparison(old, new).breaks_of(old, new, "")


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Two documents, for looking up their `$defs`."""

    old_root: Schema
    new_root: Schema

    def breaks_of(self, old: Schema, new: Schema, path: str) -> list[Break]:
        olds, old_null = _branches(_resolved(old, self.old_root), self.old_root)
        news, new_null = _branches(_resolved(new, self.new_root), self.new_root)
        breaks: list[Break] = []
        if new_null and not old_null:
            breaks.append(Break(path, "now nullable", "old readers", "they expect a value"))
        if old_null and not new_null:
            breaks.append(Break(path, "no longer nullable", "old events", "some of them say null"))
        if len(olds) == len(news) == 1:
            return breaks + self._shape(olds[0], news[0], path)
        return breaks + self._variants(olds, news, path)

    def _variants(self, olds: list[Schema], news: list[Schema], path: str) -> list[Break]:
        """Unions, matched by what their members are called."""
        by_name = {_name(schema): schema for schema in olds}
        breaks: list[Break] = []
        for schema in news:
            before = by_name.pop(_name(schema), None)
            if before is None:
                breaks.append(Break(path, "variant added", "old readers", _name(schema)))
            else:
                breaks += self._shape(before, schema, path)
        return breaks + [Break(path, "variant removed", "old events", name) for name in by_name]

    def _shape(self, old: Schema, new: Schema, path: str) -> list[Break]:
        breaks = _type(old, new, path)
        if breaks:
            return breaks
        breaks = _values(old, new, path) + _format(old, new, path) + _bounds(old, new, path)
        breaks += self._fields(old, new, path)
        if "items" in old or "items" in new:
            breaks += self.breaks_of(old.get("items", {}), new.get("items", {}), f"{path}[]")
        return breaks + _not_judged(old, new, path)

    def _fields(self, old: Schema, new: Schema, path: str) -> list[Break]:
        old_fields: Mapping[str, Schema] = old.get("properties", {})
        new_fields: Mapping[str, Schema] = new.get("properties", {})
        old_required, new_required = set(old.get("required", ())), set(new.get("required", ()))
        breaks: list[Break] = []
        for name, field in old_fields.items():
            at = f"{path}.{name}" if path else name
            if name not in new_fields:
                breaks.append(Break(at, "field removed", "old readers", "they live on it"))
                continue
            if name in old_required and name not in new_required:
                breaks.append(Break(at, "required field made optional", "old readers", "they expect it always"))
            if name in new_required and name not in old_required:
                breaks.append(Break(at, "optional field made required", "old events", "some of them lack it"))
            if name not in old_required | new_required and field.get("default") != new_fields[name].get("default"):
                breaks.append(Break(at, "default changed", "old events", "those without it would say something else"))
            breaks += self.breaks_of(field, new_fields[name], at)
        for name in new_fields.keys() - old_fields.keys():
            at = f"{path}.{name}" if path else name
            if name in new_required:
                breaks.append(Break(at, "required field added", "old events", "they lack it; give it a default"))
            if old.get("additionalProperties") is False:
                breaks.append(Break(at, "field added to a closed shape", "old readers", "they refuse unknown fields"))
        return breaks + self._other_fields(old, new, path)

    def _other_fields(self, old: Schema, new: Schema, path: str) -> list[Break]:
        """`additionalProperties`: open (absent or true), closed (false), or the shape of a mapping's values."""
        before, after = old.get("additionalProperties", True), new.get("additionalProperties", True)
        if before is after:
            return []
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            return self.breaks_of(before, after, f"{path}{{}}")
        if after is False:
            return [Break(path, "shape closed", "old events", "fields that it does not name are refused")]
        if before is False:
            return [Break(path, "shape opened", "old readers", "they refuse unknown fields")]
        return [Break(path, "mapping changed", "both", "its values are of another kind")]


def _resolved(schema: Schema, root: Schema) -> Schema:
    """The schema behind `$ref` (only `#/$defs/...` occurs), with what stands beside the reference."""
    while "$ref" in schema:
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        schema = {**root["$defs"][str(schema["$ref"]).rpartition("/")[2]], **beside}
    return schema


def _branches(schema: Schema, root: Schema) -> tuple[list[Schema], bool]:
    """Members of a union apart from null, and whether null is one of them."""
    members = schema.get("anyOf") or schema.get("oneOf")
    if members is None:
        return ([], True) if schema.get("type") == "null" else ([schema], False)
    resolved = [_resolved(member, root) for member in members]
    values = [member for member in resolved if member.get("type") != "null"]
    return values, len(values) < len(resolved)


def _name(schema: Schema) -> str:
    return str(schema.get("title") or schema.get("const") or schema.get("format") or schema.get("type"))


def _type(old: Schema, new: Schema, path: str) -> list[Break]:
    before, after = old.get("type"), new.get("type")
    if before == after:
        return []
    detail = f"{before or 'anything'} -> {after or 'anything'}"
    whom: Whom = "both"
    if after is None or (before, after) == ("integer", "number"):
        whom = "old readers"
    elif before is None or (before, after) == ("number", "integer"):
        whom = "old events"
    return [Break(path, "type changed", whom, detail)]


def _values(old: Schema, new: Schema, path: str) -> list[Break]:
    before, after = _allowed(old), _allowed(new)
    if before is None and after is None:
        return []
    if before is None:
        return [Break(path, "values restricted", "old events", f"only {_listed(after or ())} from now on")]
    if after is None:
        return [Break(path, "values no longer restricted", "old readers", f"they know {_listed(before)}")]
    added, removed = [v for v in after if v not in before], [v for v in before if v not in after]
    breaks = [Break(path, "value added", "old readers", _listed(added))] if added else []
    return breaks + ([Break(path, "value removed", "old events", _listed(removed))] if removed else [])


def _allowed(schema: Schema) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    return list(schema["enum"]) if "enum" in schema else None


def _listed(values: Iterable[Any]) -> str:
    return ", ".join(str(value) for value in values)


def _format(old: Schema, new: Schema, path: str) -> list[Break]:
    before, after = old.get("format"), new.get("format")
    if before == after:
        return []
    whom: Whom = "old events" if before is None else "old readers" if after is None else "both"
    return [Break(path, "format changed", whom, f"{before or 'any'} -> {after or 'any'}")]


def _bounds(old: Schema, new: Schema, path: str) -> list[Break]:
    breaks = []
    for keyword, sign in (*((k, 1) for k in _LOWER_BOUNDS), *((k, -1) for k in _UPPER_BOUNDS)):
        # With the sign turned for upper bounds, "more" means "stricter" everywhere.
        before, after = (float("-inf") if s.get(keyword) is None else sign * s[keyword] for s in (old, new))
        detail = f"{keyword} {old.get(keyword, 'none')} -> {new.get(keyword, 'none')}"
        if after > before:
            breaks.append(Break(path, "bound tightened", "old events", detail))
        if after < before:
            breaks.append(Break(path, "bound loosened", "old readers", detail))
    return breaks


def _not_judged(old: Schema, new: Schema, path: str) -> list[Break]:
    """Keywords that nothing above understands: a difference is a break until somebody teaches this module."""
    known = _WORDS | _JUDGED | {*_LOWER_BOUNDS, *_UPPER_BOUNDS}
    return [
        Break(path, "not understood", "both", f"{keyword} differs")
        for keyword in sorted((old.keys() | new.keys()) - known)
        if old.get(keyword) != new.get(keyword)
    ]
