"""What a reader could not take: kept small, seen, and with a way on (DESIGN §7). Data and pure functions, no I/O.

A *reader* is whatever follows event streams: `worker order`, `reactions order`, `effects notify`,
`projection contracts`. An event that it cannot read, fold or react to parks that event's aggregate for this reader
alone: the aggregate's later events wait, everybody else's go on. A record without our envelope is a *stray*: only
workers write events, so it can be no fact; every reader passes over it.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

import orjson
from aiokafka import ConsumerRecord
from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from contracts import envelope
from contracts.envelope import Meta, wire_source
from runtime.clock import utc_now
from runtime.logs import mask_phones

Kind = Literal["unreadable", "unknown_type", "hole", "fold", "reaction", "effect"]
"""Why an event was not taken: its content, its type (written by newer code), a gap in its aggregate's sequence, or
the code that folds it or reacts to it raised."""

Place = tuple[str, int, int]
"""Topic, partition, offset of one record."""

_SHOWN = 5  # aggregates named in /ready; `songda ops parked list` has all
_LARGEST = 2**53 - 1  # what the log, the database and pages can hold

Whole = Annotated[int, Field(ge=0, le=_LARGEST)]
_LONGEST = 512  # bytes of a subject; names of aggregates are far below, and thousands of them are kept side by side
_ERROR_CHARACTERS = 300  # of what is kept and shown; the log line has the whole trace


class Stray(Exception):
    """A record in an event stream that is no event of its service; says what shows it, and never what is in it: that
    may be personal data."""


class Unfit(Exception):
    """An event that a reader cannot take, and what it says: its aggregate is to be parked."""

    def __init__(self, kind: Kind, error: object) -> None:
        super().__init__(str(error))
        self.kind = kind
        self.error = error


@dataclass(frozen=True, slots=True)
class Parked:
    """An aggregate that waits for one reader, and the event it waits at. `since` is when the reader met it."""

    reader: str
    subject: str
    kind: Kind
    type: str
    topic: str
    partition: Whole
    offset: Whole
    sequence: Whole
    error: str
    since: AwareDatetime

    @property
    def place(self) -> Place:
        """Where the event lies."""
        return (self.topic, self.partition, self.offset)

    def holds(self, sequence: int) -> bool:
        """Whether an event of the aggregate waits: the one that was not taken, and all after it."""
        return sequence >= self.sequence


Act = Literal["parked", "retry", "resumed", "skipped"]


@dataclass(frozen=True, slots=True)
class Note:
    """One line of the log `songda.parked`: what a reader met, what a person decided, and what came of it.

    `parked` and `resumed` are told by readers; `retry` and `skipped` by people, with who and why.
    """

    act: Act
    parked: Parked
    by: str
    why: str
    at: datetime


@dataclass(slots=True)
class Log:
    """The log, folded: what is parked now per (reader, subject), what waits to be tried again, what is passed over."""

    parked: dict[tuple[str, str], Parked] = field(default_factory=dict)
    retry: dict[tuple[str, str], Note] = field(default_factory=dict)
    skipped: dict[tuple[str, Place], Note] = field(default_factory=dict)

    def take(self, note: Note) -> None:
        """Fold the next note."""
        key = (note.parked.reader, note.parked.subject)
        match note.act:
            case "parked":
                self.parked[key] = note.parked
                self.retry.pop(key, None)
            case "retry":
                self.retry[key] = note
            case "skipped":
                self.skipped[note.parked.reader, note.parked.place] = note
                self.retry[key] = note
            case "resumed":
                self.parked.pop(key, None)
                self.retry.pop(key, None)

    def skips(self, reader: str) -> frozenset[Place]:
        """Places that a person told this reader to pass over."""
        return frozenset(place for who, place in self.skipped if who == reader)

    def of(self, reader: str) -> Mapping[str, Parked]:
        """What is parked for one reader, by aggregate."""
        return {subject: parked for (who, subject), parked in self.parked.items() if who == reader}


def meta_of(record: ConsumerRecord[bytes, bytes]) -> Meta:
    """The envelope of a record in an event stream. Raises `Stray` for what no worker wrote there."""
    try:
        meta = envelope.from_headers(record.headers)
    except envelope.BadEnvelope as error:
        raise Stray(str(error)) from error
    except Exception as error:  # whatever somebody put there
        raise Stray(f"its headers are no envelope: {type(error).__name__}") from error
    if record.key != meta.subject.encode():
        raise Stray("the key is not the event's subject")
    if meta.source != wire_source(record.topic.removesuffix(".events")):
        raise Stray("the event says it is another service's")
    if len(record.key) > _LONGEST or len(meta.type) > _LONGEST:
        raise Stray(f"a key or type of more than {_LONGEST} bytes")
    if not 1 <= meta.sequence <= _LARGEST:
        raise Stray("the sequence is none")
    return meta


def park(reader: str, record: ConsumerRecord[bytes, bytes], meta: Meta, kind: Kind, error: object) -> Parked:
    """What to keep of an event that was not taken."""
    place = (record.topic, record.partition, record.offset)
    return parked_at(
        reader, meta.subject, place=place, sequence=meta.sequence, type_name=meta.type, kind=kind, error=error
    )


def parked_at(
    reader: str, subject: str, *, place: Place, sequence: int, type_name: str, kind: Kind, error: object
) -> Parked:
    """The same of an event at a place. Phones are masked: error texts may quote what people wrote."""
    text = f"{type(error).__name__}: {_on_one_line(error)}" if isinstance(error, Exception) else str(error)
    text = text.encode(errors="backslashreplace").decode()  # half a character would fit into no log
    topic, partition, offset = place
    return Parked(
        reader=reader,
        subject=subject,
        kind=kind,
        type=type_name,
        topic=topic,
        partition=partition,
        offset=offset,
        sequence=sequence,
        error=mask_phones(text)[:_ERROR_CHARACTERS],
        since=utc_now(),
    )


def _on_one_line(error: Exception) -> str:
    """Its text, as lists and logs show it. Of content that does not fit: fields and reasons, never the content."""
    if isinstance(error, ValidationError):
        found = error.errors(include_url=False, include_input=False, include_context=False)
        return "; ".join(f"{'.'.join(map(str, one['loc'])) or 'content'}: {one['msg']}" for one in found)
    return " ".join(str(error).split())


def in_short(parked: Collection[Parked]) -> dict[str, Any]:
    """For `/ready`: how many aggregates wait, and the first few with their reason and place."""
    first = sorted(parked, key=lambda one: one.place)[:_SHOWN]
    return {
        "parked": len(parked),
        "first": [
            {"subject": p.subject, "kind": p.kind, "type": p.type, "place": f"{p.topic}/{p.partition}@{p.offset}"}
            for p in first
        ],
    }


_PARKED = TypeAdapter(Parked)
_NOTE = TypeAdapter(Note)


def to_document(parked: Parked) -> dict[str, Any]:
    """As JSON-able fields."""
    return {**asdict(parked), "since": parked.since.isoformat()}


def from_document(document: Mapping[str, Any]) -> Parked:
    """The same again; raises ValueError for something else."""
    return _PARKED.validate_python(document)


def to_json(note: Note) -> bytes:
    """A note as the log carries it."""
    return orjson.dumps({**asdict(note), "parked": to_document(note.parked)})


def from_json(raw: bytes) -> Note:
    """A line of the log; raises ValueError for anything else."""
    return _NOTE.validate_json(raw)
