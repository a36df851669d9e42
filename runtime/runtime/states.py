"""States of aggregates <-> bytes for checkpoints: the situation's class name and its content as JSON."""

from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter


class StateCodec:
    """Writes and reads the states of one kind of aggregate."""

    def __init__(self, states: Iterable[type]) -> None:
        self._adapters: dict[str, TypeAdapter[Any]] = {state.__name__: TypeAdapter(state) for state in states}

    def dump(self, state: Any) -> bytes:
        """State -> `Name\\0{json}`."""
        name = type(state).__name__
        return name.encode() + b"\0" + self._adapters[name].dump_json(state)

    def load(self, raw: bytes) -> Any:
        """The state again; raises for bytes written by other code."""
        name, _, content = raw.partition(b"\0")
        return self._adapters[name.decode()].validate_json(content)
