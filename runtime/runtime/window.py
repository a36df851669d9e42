"""What was folded into rows and is not written yet. Pure: rows and events in, rows and parked aggregates out.

An event that a model cannot take parks its aggregate for this model alone: the aggregate's later events wait,
everything else is folded, also other facets of the same row.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from aiokafka import TopicPartition

from contracts.fact import Fact
from runtime.decoded import Decoded, Unreadable
from runtime.errors import FoldBroken, PartitionStopped
from runtime.folding import turn
from runtime.mongo import Document, unstorable
from runtime.parking import Kind, Parked, Place, park
from runtime.rows import in_texts, may_be_row
from runtime.service import Facet, Projection, entry_id

MAX_PARKED = 2_000
"""Aggregates parked in one model. More are no trouble of their own: the fold is broken, and the model stops."""
ROW_ID_CHARACTERS = 256
"""A longer row id is none: a thousand of them must fit into one record of the change feed."""

Noticed = Callable[[Parked, Exception], None]
Wanted = tuple[Decoded, str, Sequence[Facet]]
"""An event that a model folds: with the name of its row, and the facets that fold it."""


def reader_of(projection: str) -> str:
    """A read model's name as a reader."""
    return f"projection {projection}"


class Folds:
    """Which of a projection's facets fold which events."""

    def __init__(self, projection: Projection) -> None:
        self.projection = projection
        self.reader = reader_of(projection.name)
        self.prefixes = frozenset(prefix.encode() for facet in projection.facets for prefix in facet.prefixes)
        self._stored = any(facet.stored is not None for facet in projection.facets)
        self._facets: dict[tuple[str, str], list[Facet]] = {}
        for facet in projection.facets:
            for prefix in facet.prefixes:
                self._facets.setdefault((f"{facet.service}.events", prefix), []).append(facet)

    def facets(self, topic: str, subject: str) -> Sequence[Facet]:
        """Those that fold an aggregate's events; most often one, or none."""
        return self._facets.get((topic, subject.partition(":")[0]), ())

    def row_id(self, subject: str, sequence: int) -> str:
        """Name of the row that an event goes into. Raises ValueError for a name that no row can have."""
        row = self.projection.row(subject)
        if not may_be_row(row) or len(row) > ROW_ID_CHARACTERS:
            raise ValueError(f"no name for a row: {row[:40]}")
        return entry_id(row, sequence) if self.projection.per_event else row

    def document(self, row: Document) -> Document:
        """The row as it is written. Raises what a view's own code raises."""
        if not self._stored:
            return row
        beside = {"_id": row["_id"], "_pos": row["_pos"]}
        fields = {name: value for facet in self.projection.facets for name, value in facet.fields(row).items()}
        return in_texts(beside | fields, self.projection.texts)

    def row(self, document: Document) -> Document:
        """The row as it is folded on."""
        if not self._stored:
            return document
        return {
            "_id": document["_id"],
            "_pos": document["_pos"],
            **{
                facet.name: document[facet.name] if facet.stored is None else facet.stored.load(document)
                for facet in self.projection.facets
                if facet.name in document
            },
        }


def _ignore(_: Parked, __: Exception) -> None:
    pass


@dataclass(slots=True)
class Window:
    """Rows that changed and which of their facets moved, aggregates that were parked, up to where partitions are read.

    `parked` is all that waits, known before or new; `skips` are events that people told this model to pass over.
    `careful` names rows that the database did not take as they were: each event is judged by what it makes of them.
    """

    folds: Folds
    parked: dict[str, Parked] = field(default_factory=dict)
    skips: frozenset[Place] = frozenset()
    careful: Mapping[str, str | None] = field(default_factory=dict)
    noticed: Noticed = _ignore
    rows: dict[str, Document] = field(default_factory=dict)
    moved: dict[str, set[str]] = field(default_factory=dict)
    news: dict[str, Parked] = field(default_factory=dict)
    ends: dict[TopicPartition, int] = field(default_factory=dict)

    def wanted(self, events: Iterable[Decoded]) -> list[Wanted]:
        """Events that this model folds and that need not wait."""
        found: list[Wanted] = []
        for decoded in events:
            meta = decoded.meta
            facets = self.folds.facets(decoded.record.topic, meta.subject)
            if not facets or (self.parked and self._waits(decoded)):
                continue
            try:
                found.append((decoded, self.folds.row_id(meta.subject, meta.sequence), facets))
            except Exception as error:  # noqa: BLE001 - a rule's own code; its aggregate waits, nobody else
                self._park(decoded, "fold", error)
        return found

    def fold(self, events: Iterable[Wanted], known: Mapping[str, Document]) -> None:
        """Fold events over the window's rows, else the known ones, else nothing. Raises `FoldBroken`."""
        for decoded, row_id, facets in events:
            if self.parked and self._waits(decoded):  # since an event a moment ago
                continue
            row = self.rows.get(row_id) or known.get(row_id) or {"_id": row_id, "_pos": {}}
            try:
                after, moved = self._after(row, decoded, facets)
                if moved and row_id in self.careful:
                    _check(self.folds.document(after), self.careful[row_id])
            except PartitionStopped as error:
                self._park(decoded, "hole", error)
            except Exception as error:  # noqa: BLE001 - the same
                self._park(decoded, "unreadable" if isinstance(decoded.event, Unreadable) else "fold", error)
            else:
                if moved:
                    self.rows[row_id] = after
                    self.moved.setdefault(row_id, set()).update(moved)

    def _after(self, row: Document, decoded: Decoded, facets: Sequence[Facet]) -> tuple[Document, list[str]]:
        """The row after one event, a new one, and the facets that moved; none when the event is already in it.

        An event that is passed over (of unknown type, or skipped) moves the sequence on and nothing else; a skipped one
        behind a hole is no part of the history, and moves nothing.
        """
        meta, record, event = decoded.meta, decoded.record, decoded.event
        per_event = self.folds.projection.per_event
        skipped = bool(self.skips) and decoded.place in self.skips
        passed_over = skipped or type(event) is Fact
        moved: list[str] = []
        values: Document = {}
        if passed_over and per_event:
            return row, moved
        for facet in facets:
            known = meta.sequence - 1 if per_event else _known(row, facet)
            if skipped and meta.sequence > known + 1:
                continue
            if turn(record, meta, known, row["_id"], facet.name) == "old":
                continue
            if not passed_over:
                if isinstance(event, Unreadable):
                    raise event.error
                values[facet.name] = facet.fold(row.get(facet.name), event, meta)
            moved.append(facet.name)
        if not moved:
            return row, moved
        place = {"seq": meta.sequence, "offset": record.offset, "partition": record.partition}
        return {**row, **values, "_pos": {**row["_pos"], **dict.fromkeys(moved, place)}}, moved

    def _waits(self, decoded: Decoded) -> bool:
        one = self.parked.get(decoded.meta.subject)
        return one is not None and one.holds(decoded.meta.sequence)

    def _park(self, decoded: Decoded, kind: Kind, error: Exception) -> None:
        one = park(self.folds.reader, decoded.record, decoded.meta, kind, error)
        self.parked[one.subject] = self.news[one.subject] = one
        self.noticed(one, error)
        if len(self.parked) > MAX_PARKED:
            raise FoldBroken(
                f"{self.folds.reader}: more than {MAX_PARKED} aggregates cannot be folded, the last of them "
                f"{one.subject} at {one.topic}/{one.partition}@{one.offset} ({one.kind})"
            ) from error


def _known(row: Document, facet: Facet) -> int:
    position = row["_pos"].get(facet.name)
    return 0 if position is None else int(position["seq"])


def _check(row: Document, refused: str | None) -> None:
    why = refused or unstorable(row)
    if why is not None:
        raise ValueError(f"the database does not take the row: {why}")
