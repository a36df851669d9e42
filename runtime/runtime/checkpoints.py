"""What lies in the checkpoints of a partition: a document per aggregate, and the manifest that says how far they reach
(RISKS D7)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

MANIFEST = "#manifest"
"""Id of the manifest, which no aggregate has."""


class Checkpoint(NamedTuple):
    """An aggregate as it was at `version`: its state, the commands that made events, its earliest timer."""

    version: int
    time: str
    state: bytes
    causes: bytes
    due: str | None = None

    @property
    def size(self) -> int:
        """Of what has no bound by itself."""
        return len(self.state) + len(self.causes)


class Manifest(NamedTuple):
    """Up to which event the checkpoints of the owner with this token reach (None: they are not all there yet), in which
    stream, and which aggregates are `apart`: their checkpoints say nothing."""

    token: str
    next_event: int | None = None
    at: datetime | None = None
    stream: str = ""
    apart: tuple[str, ...] = ()
    command_topic: str = ""
    last_command: int = -1

    def reach(self, end_of_stream: int, stream: str) -> int | None:
        """Where a restore goes on; None where these checkpoints are of no use: not complete, of another topic of this
        name, or past the stream's end."""
        usable = self.next_event is not None and self.next_event <= end_of_stream and self.stream == stream
        return self.next_event if usable else None


def document_of(key: str, kept: Checkpoint | Manifest) -> dict[str, Any]:
    """As it lies there."""
    return {"_id": key, **kept._asdict()}


T = TypeVar("T", Checkpoint, Manifest)


def read(shape: type[T], document: Mapping[str, Any]) -> T:
    """A document, without fields that this code does not know. Raises TypeError for one that lacks a field."""
    return shape(**{name: document[name] for name in shape._fields if name in document})
