"""JSON Schema (2020-12) of every event: what each record of its type satisfies, from the first ever to the last."""

from collections.abc import Mapping
from typing import Any

from contracts.bounds import MARKED
from contracts.envelope import data_schema
from contracts.fact import Fact
from contracts.reading import WIRE

Schema = Mapping[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def event_schema(wire_name: str, model: type[Fact]) -> dict[str, Any]:
    """The published schema of one event type; its `$id` is what `ce_dataschema` names.

    A field with a default is not required, since records from before it existed lack it; `event` always is there.
    Fields that a schema does not name are allowed and to be ignored.
    """
    schema: dict[str, Any] = _tidy(model.model_json_schema(mode="validation"))
    schema["properties"]["event"].pop("default")
    schema["required"] = ["event", *schema["required"]]
    return {"$schema": DIALECT, "$id": data_schema(wire_name), **schema}


def event_schemas() -> dict[str, dict[str, Any]]:
    """Schemas of all wire names of today."""
    return {name: event_schema(name, model) for name, model in WIRE.items()}


def _tidy(node: Any) -> Any:
    """Without the titles that pydantic makes of field names ("Contract No"): they say nothing new. And without bounds
    of what is asked today (`contracts.bounds`): older records lie beyond them."""
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    asked = {MARKED, *node.get(MARKED, ())}
    tidied = {key: _tidy(value) for key, value in node.items() if key not in asked}
    for field in tidied.get("properties", {}).values():
        if isinstance(field, dict):
            field.pop("title", None)
    return tidied
