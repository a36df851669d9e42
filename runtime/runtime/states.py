"""States of aggregates <-> bytes for checkpoints: the situation's class name and its content as JSON."""

import hashlib
import inspect
from collections.abc import Iterable
from pathlib import Path
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
    """Fingerprint of the rules that fold states: a checkpoint written under another one is ignored.

    Takes in every module beside `evolve` (its folder is the service's domain), wherever states are defined.
    """
    digest = hashlib.sha256()
    folders = {Path(inspect.getfile(decider.evolve)).parent for decider in deciders}
    for path in sorted(path for folder in folders for path in folder.glob("*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:10]


__all__ = ["StateCodec", "code_version"]
