"""What may change in a published event, kind by kind: every break names the place and whom it breaks."""

from typing import Any

import pytest

from contracts.publishing.compatibility import Break, Whom, check_compatible

Json = dict[str, Any]

OLD: Json = {
    "$id": "urn:songda:test:StopScheduled:v1",
    "type": "object",
    "description": "已排",
    "required": ["event", "job_id", "half", "window", "lines", "reason", "position"],
    "properties": {
        "event": {"const": "StopScheduled", "type": "string"},
        "job_id": {"type": "string"},
        "half": {"enum": ["am", "pm"], "type": "string"},
        "window": {"$ref": "#/$defs/Window"},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/Line"}},
        "reason": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "position": {"type": "integer", "minimum": 1, "maximum": 20},
        "note": {"type": "string", "default": ""},
        "volumes": {"type": "object", "additionalProperties": {"type": "integer"}, "default": {}},
        "by": {"anyOf": [{"$ref": "#/$defs/Person"}, {"$ref": "#/$defs/Machine"}], "default": None},
    },
    "$defs": {
        "Window": {
            "type": "object",
            "title": "Window",
            "required": ["starts"],
            "properties": {"starts": {"type": "string", "format": "date-time"}},
        },
        "Line": {"type": "object", "title": "Line", "required": ["sku"], "properties": {"sku": {"type": "string"}}},
        "Person": {"type": "object", "title": "Person", "required": ["id"], "properties": {"id": {"type": "string"}}},
        "Machine": {
            "type": "object",
            "title": "Machine",
            "required": ["no"],
            "properties": {"no": {"type": "integer"}},
        },
    },
}

GONE = object()


def changed(*path: str, to: Any, of: Json = OLD) -> Json:
    """`of` with the value at `path` replaced; `GONE` takes it out."""
    key, *rest = path
    if rest:
        return {**of, key: changed(*rest, to=to, of=of.get(key, {}))}
    if to is GONE:
        return {name: value for name, value in of.items() if name != key}
    return {**of, key: to}


REQUIRED: list[str] = OLD["required"]

SAFE = {
    "nothing": OLD,
    "words": changed("description", to="已排：有班组和半天"),
    "words of a shared value": changed("$defs", "Window", "description", to="时段"),
    "a field with a default": changed("properties", "ramp", to={"type": "boolean", "default": False}),
    "an order of fields": {**OLD, "properties": dict(reversed(OLD["properties"].items()))},
    "an order of values": changed("properties", "half", "enum", to=["pm", "am"]),
    "a shared value written in place": changed("properties", "window", to=OLD["$defs"]["Window"]),
}


@pytest.mark.parametrize("what", SAFE)
def test_a_change_that_no_reader_notices_is_no_break(what: str) -> None:
    assert check_compatible(OLD, SAFE[what]) == []


BREAKS: list[tuple[Json, str, str, Whom]] = [
    (changed("properties", "job_id", to=GONE), "job_id", "field removed", "old readers"),
    (changed("properties", "note", to=GONE), "note", "field removed", "old readers"),
    (
        changed("required", to=[*REQUIRED, "ramp"], of=changed("properties", "ramp", to={"type": "boolean"})),
        "ramp",
        "required field added",
        "old events",
    ),
    (changed("required", to=REQUIRED[:-1]), "position", "required field made optional", "old readers"),
    (changed("required", to=[*REQUIRED, "note"]), "note", "optional field made required", "old events"),
    (changed("properties", "note", "default", to="-"), "note", "default changed", "old events"),
    (changed("properties", "job_id", "type", to="integer"), "job_id", "type changed", "both"),
    (changed("properties", "position", "type", to="number"), "position", "type changed", "old readers"),
    (changed("properties", "job_id", to={}), "job_id", "type changed", "old readers"),
    (changed("properties", "event", "const", to="Scheduled"), "event", "value added", "old readers"),
    (changed("properties", "half", "enum", to=["am", "pm", "eve"]), "half", "value added", "old readers"),
    (changed("properties", "half", "enum", to=["am"]), "half", "value removed", "old events"),
    (changed("properties", "half", "enum", to=GONE), "half", "values no longer restricted", "old readers"),
    (changed("properties", "job_id", "enum", to=["D-1"]), "job_id", "values restricted", "old events"),
    (
        changed("properties", "job_id", to={"anyOf": [{"type": "string"}, {"type": "null"}]}),
        "job_id",
        "now nullable",
        "old readers",
    ),
    (changed("properties", "reason", to={"type": "string"}), "reason", "no longer nullable", "old events"),
    (changed("properties", "by", "anyOf", to=[{"$ref": "#/$defs/Person"}]), "by", "variant removed", "old events"),
    (
        changed("properties", "by", "anyOf", to=[*OLD["properties"]["by"]["anyOf"], {"$ref": "#/$defs/Line"}]),
        "by",
        "variant added",
        "old readers",
    ),
    (changed("$defs", "Machine", "properties", "no", "type", to="string"), "by.no", "type changed", "both"),
    (changed("$defs", "Window", "properties", "starts", to=GONE), "window.starts", "field removed", "old readers"),
    (
        changed("$defs", "Window", "properties", "starts", "format", to="date"),
        "window.starts",
        "format changed",
        "both",
    ),
    (
        changed("$defs", "Window", "properties", "starts", "format", to=GONE),
        "window.starts",
        "format changed",
        "old readers",
    ),
    (changed("properties", "job_id", "format", to="uuid"), "job_id", "format changed", "old events"),
    (changed("$defs", "Line", "properties", "sku", "type", to="integer"), "lines[].sku", "type changed", "both"),
    (changed("properties", "position", "minimum", to=2), "position", "bound tightened", "old events"),
    (changed("properties", "position", "minimum", to=GONE), "position", "bound loosened", "old readers"),
    (changed("properties", "position", "maximum", to=10), "position", "bound tightened", "old events"),
    (changed("properties", "position", "maximum", to=30), "position", "bound loosened", "old readers"),
    (changed("properties", "job_id", "maxLength", to=9), "job_id", "bound tightened", "old events"),
    (
        changed("properties", "volumes", "additionalProperties", "type", to="string"),
        "volumes{}",
        "type changed",
        "both",
    ),
    (changed("properties", "volumes", "additionalProperties", to=True), "volumes", "mapping changed", "both"),
    (changed("additionalProperties", to=False), "", "shape closed", "old events"),
    (changed("properties", "job_id", "pattern", to="^D-"), "job_id", "not understood", "both"),
]


@pytest.mark.parametrize(("new", "path", "kind", "whom"), BREAKS, ids=[f"{p} {k}" for _, p, k, _ in BREAKS])
def test_a_change_that_a_reader_would_notice_is_a_break(new: Json, path: str, kind: str, whom: Whom) -> None:
    found = check_compatible(OLD, new)
    assert (found[0].path, found[0].kind, found[0].whom) == (path, kind, whom)


def test_a_renamed_field_breaks_on_both_sides() -> None:
    fields = changed("properties", "job", to={"type": "string"}, of=changed("properties", "job_id", to=GONE))
    renamed = changed("required", to=[n if n != "job_id" else "job" for n in REQUIRED], of=fields)
    assert check_compatible(OLD, renamed) == [
        Break("job_id", "field removed", "old readers", "they live on it"),
        Break("job", "required field added", "old events", "they lack it; give it a default"),
    ]


def test_a_closed_shape_may_not_even_gain_an_optional_field() -> None:
    closed = changed("additionalProperties", to=False)
    grown = changed("properties", "ramp", to={"type": "boolean", "default": False}, of=closed)
    assert check_compatible(closed, grown) == [
        Break("ramp", "field added to a closed shape", "old readers", "they refuse unknown fields")
    ]


def test_opening_a_closed_shape_breaks_those_who_refuse_unknown_fields() -> None:
    assert check_compatible(changed("additionalProperties", to=False), OLD) == [
        Break("", "shape opened", "old readers", "they refuse unknown fields")
    ]


def test_a_break_says_where_what_and_whom() -> None:
    assert str(check_compatible(OLD, changed("properties", "half", "enum", to=["am"]))[0]) == (
        "half: value removed (pm) - breaks old events"
    )
