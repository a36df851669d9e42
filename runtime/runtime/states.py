"""States of aggregates <-> bytes for checkpoints: the situation's class name and its content as JSON."""

import hashlib
import inspect
from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter

from runtime.service import Decider


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


def code_version(deciders: Iterable[Decider]) -> str:
    """Fingerprint of the rules that fold states: a checkpoint written under another one is ignored."""
    digest = hashlib.sha256()
    modules = {inspect.getmodule(decider.evolve) for decider in deciders}
    for module in sorted((m for m in modules if m is not None), key=lambda m: m.__name__):
        digest.update(inspect.getsource(module).encode())
    return digest.hexdigest()[:10]


__all__ = ["StateCodec", "code_version"]
