"""One read model: rows folded from streams, written guarded, with the position they reflect beside them.

The same code serves the live projector and a rebuild from nothing, so that live equals rebuilt is not a hope.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiokafka import ConsumerRecord, TopicPartition

from contracts import envelope
from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.reading import read_event
from runtime import kafka, metrics
from runtime.clock import utc_now
from runtime.commands import fresh_id
from runtime.errors import CheckpointLost, PartitionStopped
from runtime.folding import turn
from runtime.logs import get_log
from runtime.mongo import Collection, Database, Document, ReplaceOne, UpdateOne, Write, make_indexes, write_guarded
from runtime.rows import POSITIONS, first_collection, serving
from runtime.service import Facet, Projection
from runtime.settings import Settings

log = get_log("runtime.folds")

_KEPT_ROWS = 20_000  # rows kept in memory per model: the hot ones; the rest are read when an event touches them
_BULK = 1_000  # rows per write: a server that is slow answers in time, and one message stays small


@dataclass(frozen=True, slots=True)
class Decoded:
    """An event with its envelope and place; decoded once, folded by every model that wants it."""

    tp: TopicPartition
    offset: int
    event: Fact
    meta: Meta


def decode(record: ConsumerRecord[bytes, bytes], prefixes: frozenset[str], reader: str) -> Decoded | None:
    """The event in a record; None when nobody folds its kind of aggregate or its type is unknown (counted)."""
    key = record.key or b""
    if key.partition(b":")[0].decode() not in prefixes:
        return None
    where = f"{record.topic}/{record.partition}@{record.offset}"
    try:
        meta = envelope.from_headers(record.headers)
        event = read_event(record.headers, record.value or b"")
    except (ValueError, envelope.BadEnvelope) as error:
        raise PartitionStopped(f"{where}: unreadable event: {error}") from error
    if event is None:
        metrics.UNKNOWN_EVENTS.labels(reader, meta.type).inc()
        event = Fact(at=meta.time)  # folds leave the row as it is, but its sequence goes on
    return Decoded(TopicPartition(record.topic, record.partition), record.offset, event, meta)


@dataclass(frozen=True, slots=True)
class _Window:
    """What was folded and is not written yet: rows, which of their facets moved, up to where partitions are read."""

    rows: dict[str, Document] = field(default_factory=dict)
    moved: dict[str, set[str]] = field(default_factory=dict)
    ends: dict[TopicPartition, int] = field(default_factory=dict)


class ReadModel:
    """A projection's rows in one collection. `open()` before use; it notices when the collection is another one."""

    def __init__(
        self, database: Database, projection: Projection, settings: Settings, collection: str | None = None
    ) -> None:
        self.projection = projection
        self.topics = frozenset(f"{facet.service}.events" for facet in projection.facets)
        self._database = database
        self._settings = settings
        self._first = first_collection(projection)
        self._fixed = collection
        self._name: str | None = None
        self._token: str | None = None
        self._positions: dict[TopicPartition, int] = {}
        self._rows: OrderedDict[str, Document] = OrderedDict()
        self._facets: dict[tuple[str, str], list[Facet]] = {}
        for facet in projection.facets:
            for prefix in facet.prefixes:
                self._facets.setdefault((f"{facet.service}.events", prefix), []).append(facet)
        self.prefixes = frozenset(prefix for facet in projection.facets for prefix in facet.prefixes)

    def partitions(self) -> list[TopicPartition]:
        """All partitions that this model folds."""
        return [TopicPartition(topic, p) for topic in sorted(self.topics) for p in range(self._settings.partitions)]

    def position(self, tp: TopicPartition) -> int:
        """Offset up to which the partition is folded into the rows."""
        return self._positions.get(tp, 0)

    @property
    def positions(self) -> Mapping[TopicPartition, int]:
        """All of them."""
        return self._positions

    @property
    def collection(self) -> Collection:
        """The collection that the rows lie in."""
        assert self._name is not None, "open() first"
        return self._database[self._name]

    async def open(self) -> bool:
        """Look up which collection serves and what it reflects. True when that is not what it was before."""
        name = self._fixed or await serving(self._database, self._first)
        document = await self._database[name].find_one({"_id": POSITIONS})
        if name == self._name and document is not None and document.get("token") == self._token:
            return False
        known = self._name is not None
        self._name = name
        self._rows.clear()
        self._positions = {}
        if document is None:  # never built, or wiped
            await self._database[name].drop()
            self._token = fresh_id()  # whoever made the document known to us before: these rows are none of theirs
            fresh = {"token": self._token, "at": utc_now(), "offsets": {}}
            await self._database[name].update_one({"_id": POSITIONS}, {"$set": fresh}, upsert=True)
        else:
            self._token = document.get("token")
            self._positions = {
                TopicPartition(topic.replace("/", "."), int(p)): int(offset)
                for topic, offsets in document["offsets"].items()
                for p, offset in offsets.items()
            }
        await make_indexes(self._database[name], self.projection.indexes)  # a new one needs no rebuild
        return known

    async def _write_positions(self, ends: Mapping[TopicPartition, int]) -> None:
        """Only the partitions at hand: another process may be folding the others.

        Raises `CheckpointLost` when the document is not the one that was opened: the rows were wiped under us, and
        positions written now would hide that.
        """
        if not ends:
            return
        moved: Document = {"at": utc_now()}
        moved |= {f"offsets.{tp.topic.replace('.', '/')}.{tp.partition}": end for tp, end in ends.items()}
        ours = {"_id": POSITIONS, "token": self._token}
        if not (await self.collection.update_one(ours, {"$set": moved})).matched_count:
            self._name = None
            raise CheckpointLost(f"the rows of {self.projection.name} are gone")

    async def fold(self, events: Sequence[Decoded], ends: Mapping[TopicPartition, int]) -> set[str]:
        """Fold events into rows and write what changed.

        Returns the ids of changed rows. Raises `PartitionStopped` for a hole; then nothing is written.
        """
        window = _Window()
        await self._fold_into(window, events)
        window.ends.update(ends)
        return await self._write_out(window)

    async def read_up(
        self, spans: Mapping[TopicPartition, tuple[int, int]], progress: Callable[[int], None] | None = None
    ) -> set[str]:
        """Fold what lies between: used for a new or wiped model, a switched one, and a rebuild.

        A row is written once per window (as many changed rows as memory keeps), not once per batch: writing costs most.
        """
        changed: set[str] = set()
        window = _Window()
        async for tp, records in kafka.read_between(self._settings, spans):
            await self._fold_into(
                window, [d for r in records if (d := decode(r, self.prefixes, self.projection.name)) is not None]
            )
            window.ends[tp] = records[-1].offset + 1
            if len(window.rows) >= _KEPT_ROWS:
                changed |= await self._write_out(window)
                window = _Window()
            if progress is not None:
                progress(len(records))
            await asyncio.sleep(0)  # over buffered records the loop would never yield to heartbeats and HTTP
        window.ends.update((tp, end) for tp, (_, end) in spans.items())
        return changed | await self._write_out(window)

    async def _fold_into(self, window: "_Window", events: Sequence[Decoded]) -> None:
        """Fold events over what the window and memory hold: 1 rows into memory; 2 fold. Writes nothing."""
        wanted = [d for d in events if self._facets.get((d.tp.topic, d.meta.subject.partition(":")[0]))]
        if not self.projection.per_event:
            await self._load({self._row_id(d.meta) for d in wanted} - window.rows.keys())  # 1
        for decoded in wanted:  # 2
            row_id = self._row_id(decoded.meta)
            row = window.rows.get(row_id) or self._rows.get(row_id) or {"_id": row_id, "_pos": {}}
            for facet in self._facets[decoded.tp.topic, decoded.meta.subject.partition(":")[0]]:
                known = decoded.meta.sequence - 1 if self.projection.per_event else _known(row, facet)
                after = _fold_one(row, facet, decoded, known)
                if after is not None:
                    row = window.rows[row_id] = after
                    window.moved.setdefault(row_id, set()).add(facet.name)

    def _row_id(self, meta: Meta) -> str:
        row = self.projection.row(meta.subject)
        return f"{row}#{meta.sequence:06d}" if self.projection.per_event else row

    async def _write_out(self, window: "_Window") -> set[str]:
        """Write what a window changed, rows first, positions last; then memory takes it over. Ids of changed rows."""
        writes: list[Write] = (
            [_guarded(window.rows[row_id], facets) for row_id, facets in window.moved.items()]
            if self._fixed is None and not self.projection.per_event
            else [ReplaceOne({"_id": row_id}, row, upsert=True) for row_id, row in window.rows.items()]
        )  # whole rows at half the cost, where a rebuild is the one writer or, in a journal, a row never changes
        for start in range(0, len(writes), _BULK):
            await write_guarded(self.collection, writes[start : start + _BULK])
        for row_id, row in () if self.projection.per_event else window.rows.items():
            self._rows[row_id] = row
            self._rows.move_to_end(row_id)
        while len(self._rows) > _KEPT_ROWS:
            self._rows.popitem(last=False)
        reached = {tp: max(end, self._positions.get(tp, 0)) for tp, end in window.ends.items()}
        self._positions |= reached
        await self._write_positions(reached)
        return set() if self.projection.per_event else set(window.moved)

    async def _load(self, row_ids: set[str]) -> None:
        cold = [row_id for row_id in row_ids if row_id not in self._rows]
        if cold and self._positions:
            async for document in self.collection.find({"_id": {"$in": cold}}):
                self._rows[document["_id"]] = document


def _known(row: Document, facet: Facet) -> int:
    position = row["_pos"].get(facet.name)
    return 0 if position is None else int(position["seq"])


def _fold_one(row: Document, facet: Facet, decoded: Decoded, known: int) -> Document | None:
    """The row with one facet moved on by one event after `known`; None when that event is already in it."""
    where = f"{decoded.tp.topic}/{decoded.tp.partition}@{decoded.offset} row {row['_id']}.{facet.name}"
    if turn(decoded.meta.subject, known, decoded.meta.sequence, where) == "old":
        return None
    value = row.get(facet.name)
    if type(decoded.event) is not Fact:
        value = facet.fold(value, decoded.event, decoded.meta)
    place = {"seq": decoded.meta.sequence, "offset": decoded.offset, "partition": decoded.tp.partition}
    return {**row, facet.name: value, "_pos": {**row["_pos"], facet.name: place}}


def _guarded(row: Document, facets: Iterable[str]) -> Write:
    """Set only the facets that moved, only over older ones (C7)."""
    guard: dict[str, Any] = {"_id": row["_id"]}
    values: dict[str, Any] = {}
    for name in facets:
        guard[f"_pos.{name}.seq"] = {"$not": {"$gte": row["_pos"][name]["seq"]}}
        values[name] = row[name]
        values[f"_pos.{name}"] = row["_pos"][name]
    return UpdateOne(guard, {"$set": values}, upsert=True)


def rows_of(documents: Iterable[Document]) -> dict[str, Document]:
    """Documents by id, without the positions."""
    return {document["_id"]: document for document in documents if document["_id"] != POSITIONS}


__all__ = ["Decoded", "ReadModel", "decode", "rows_of"]
