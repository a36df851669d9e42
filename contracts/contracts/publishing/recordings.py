"""Recorded events: one per version ever published, as it went over the wire. They are never written again.

A recording is text that one can read and a test can replay: a header per line, an empty line, then the value's exact
bytes, without a newline at the end.
"""

from dataclasses import dataclass
from pathlib import Path

from contracts.envelope import type_of

SUFFIX = ".event"


@dataclass(frozen=True, slots=True)
class Recording:
    """Headers and value of one record, in their order and to the byte."""

    headers: tuple[tuple[str, bytes], ...]
    value: bytes


def to_text(recording: Recording) -> bytes:
    """Recording -> file content."""
    head = b"".join(b"%b: %b\n" % (name.encode(), value) for name, value in recording.headers)
    return head + b"\n" + recording.value


def from_text(content: bytes) -> Recording:
    """File content -> recording."""
    head, _, value = content.partition(b"\n\n")
    pairs = (line.partition(b": ") for line in head.split(b"\n"))
    return Recording(tuple((name.decode(), text) for name, _, text in pairs), value)


def recordings(folder: Path) -> dict[str, Recording]:
    """All recordings of a folder by wire name. Raises ValueError when a file holds another event than its name says."""
    found: dict[str, Recording] = {}
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        recording = from_text(path.read_bytes())
        name = type_of(recording.headers)
        if path.name != name + SUFFIX:
            raise ValueError(f"{path.name} holds a {name}: rename it, or record the right event")
        found[name] = recording
    return found
