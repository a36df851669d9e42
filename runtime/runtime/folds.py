"""One read model: rows folded from streams, written guarded, with the position they reflect beside them.

The same code serves the live projector and a rebuild from nothing, so that live equals rebuilt is not a hope. What
cannot be folded or written is parked (`window`), in the same document and the same write as the positions: so it is
derived data too, and a wiped database parks the same again.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import aclosing
from dataclasses import dataclass

from aiokafka import ConsumerRecord, TopicPartition

from runtime import kafka
from runtime.clock import utc_now
from runtime.commands import deterministic_id, fresh_id
from runtime.decoded import Decoded, PassedOver, decode_all
from runtime.errors import CheckpointLost
from runtime.mongo import (
    Collection,
    Database,
    Document,
    InsertOne,
    Refused,
    ReplaceOne,
    UpdateOne,
    Write,
    make_indexes,
    unstorable,
    write_guarded,
)
from runtime.parking import Parked, Place, from_document, to_document
from runtime.rows import POSITIONS, first_collection, serving
from runtime.service import Facet, Projection
from runtime.settings import Settings
from runtime.window import Folds, Noticed, Window

_KEPT_ROWS = 20_000  # rows kept in memory per model: the hot ones; the rest are read when an event touches them
_NEWS_SECONDS = 0.5  # what a long reading parks is listed by then: reading and writing rows may take minutes
_BULK = 250  # rows per write: a server that is slow answers in time, one message stays small, the loop goes on between
_NO_ROW: Document = {"_pos": {}}
_LANES = 2  # writes at a time: the rows of one are made while the server takes those of the other

Spans = Mapping[TopicPartition, tuple[int, int]]
Skips = Callable[[str], Awaitable[frozenset[Place]]]
"""Reader -> the places that people told it to pass over, as the log has them now."""


class _Unwritten(Exception):
    """Rows that the database does not take; a reason only where it is the server's own."""

    def __init__(self, rows: Mapping[str, str | None]) -> None:
        super().__init__(", ".join(rows))
        self.rows = rows


async def _no_skips(_: str) -> frozenset[Place]:
    return frozenset()


@dataclass(frozen=True, slots=True)
class Watched:
    """Whom a model tells what it meets, as it meets it. What is folded again (a server was away) is told again."""

    parked: Noticed = lambda _, __: None
    stray: PassedOver = lambda _, __: None


class ReadModel:
    """A projection's rows in one collection. `open()` before use; it notices when the collection is another one, or
    when somebody else changed what is parked."""

    def __init__(
        self,
        database: Database,
        projection: Projection,
        settings: Settings,
        collection: str | None = None,
        *,
        skips: Skips = _no_skips,
        watched: Watched = Watched(),
    ) -> None:
        self.projection = projection
        self.folds = Folds(projection)
        self.reader = self.folds.reader
        self.topics = frozenset(f"{facet.service}.events" for facet in projection.facets)
        sources: dict[tuple[str, tuple[str, ...]], list[Facet]] = {}
        for facet in projection.facets:
            sources.setdefault((facet.service, facet.prefixes), []).append(facet)
        self._groups = tuple(sources.values())
        """Facets of the same aggregates move together."""
        self._database = database
        self._settings = settings
        self._first = first_collection(projection)
        self._fixed = collection
        self._skips_of = skips
        self._watched = watched
        self._name: str | None = None
        self._token: str | None = None
        self._rev: int | None = None
        self._positions: dict[TopicPartition, int] = {}
        self._parked: dict[str, Parked] = {}
        self._skips: frozenset[Place] = frozenset()
        self._rows: OrderedDict[str, Document] = OrderedDict()

    def partitions(self) -> list[TopicPartition]:
        """All partitions that this model folds."""
        return [TopicPartition(topic, p) for topic in sorted(self.topics) for p in range(self._settings.partitions)]

    def position(self, tp: TopicPartition) -> int:
        """Offset up to which the partition is folded into the rows."""
        return self._positions.get(tp, 0)

    @property
    def collection(self) -> Collection:
        """The collection that the rows lie in."""
        assert self._name is not None, "open() first"
        return self._database[self._name]

    @property
    def parked(self) -> Mapping[str, Parked]:
        """Aggregates that wait, by their ids."""
        return self._parked

    async def open(self) -> None:
        """Look up which collection serves, what it reflects, and what is parked; cheap when all is as it was."""
        name = self._fixed or await serving(self._database, self._first)
        seen = await self._database[name].find_one({"_id": POSITIONS}, {"token": 1, "rev": 1})
        if name == self._name and seen is not None and (seen.get("token"), seen.get("rev")) == (self._token, self._rev):
            return
        self._name = None
        self._rows.clear()  # of another collection; or somebody else folded what was parked
        self._skips = await self._skips_of(self.reader)
        document = await self._database[name].find_one({"_id": POSITIONS})
        if document is None:  # never built, or wiped
            await self._database[name].drop()
            token = fresh_id()  # whoever made the document known to us before: these rows are none of theirs
            document = {"token": token, "at": utc_now(), "offsets": {}, "rev": 0, "parked": {}}
            await self._database[name].update_one({"_id": POSITIONS}, {"$set": document}, upsert=True)
        await make_indexes(self._database[name], self.projection.indexes)  # a new one needs no rebuild
        self._token, self._rev = document.get("token"), document.get("rev")
        self._positions = {
            TopicPartition(topic.replace("/", "."), int(p)): int(offset)
            for topic, offsets in document["offsets"].items()
            for p, offset in offsets.items()
        }
        parked = map(from_document, document.get("parked", {}).values())
        self._parked = {one.subject: one for one in parked}
        self._name = name

    async def fold(self, events: Sequence[Decoded], ends: Mapping[TopicPartition, int]) -> set[str]:
        """Fold events into rows and write what changed.

        Returns the ids of changed rows. Raises `CheckpointLost` when the rows are gone, or what is parked was changed
        by somebody else meanwhile: open again, fold again. Raises `FoldBroken`, and then nothing is written.
        """
        careful: dict[str, str | None] = {}
        while True:
            window = self._window(careful)
            await self._fold_into(window, events)
            window.ends.update(ends)
            try:
                return await self._write_out(window)
            except _Unwritten as error:
                careful |= error.rows

    async def read_up(self, spans: Spans, progress: Callable[[int], None] | None = None) -> set[str]:
        """Fold what lies between: used for a new or wiped model, a switched one, and a rebuild. Raises as `fold` does.

        A row is written once per window (as many changed rows as memory keeps), not once per batch: writing costs most.
        """
        changed: set[str] = set()
        careful: dict[str, str | None] = {}
        left = dict(spans)
        clock = asyncio.get_running_loop().time
        while True:
            window, listed = self._window(careful), clock()
            try:
                async with aclosing(kafka.read_between(self._settings, left)) as reading:
                    async for tp, records in reading:
                        await self._fold_into(window, self._decoded(records))
                        window.ends[tp] = records[-1].offset + 1
                        if window.news and clock() - listed >= _NEWS_SECONDS:
                            await self._list_parked(window)
                            listed = clock()
                        if len(window.rows) >= _KEPT_ROWS:
                            await self._list_parked(window)
                            changed |= await self._write_out(window)
                            left = {p: (window.ends.get(p, start), end) for p, (start, end) in left.items()}
                            window = self._window(careful)
                        if progress is not None:
                            progress(len(records))
                        # Over buffered records the loop would never yield to heartbeats and HTTP.
                        await asyncio.sleep(0)
                window.ends.update((tp, end) for tp, (_, end) in spans.items())
                await self._list_parked(window)
                return changed | await self._write_out(window)
            except _Unwritten as error:  # again, from the last window that was written
                careful |= error.rows

    async def retry(self, subjects: AbstractSet[str]) -> set[str]:
        """Fold anew, from the stream, what waits of these aggregates, up to the model's positions, and let them go on.

        1 read; 2 write the rows; 3 in one write take them off what is parked, keep what still waits with its new
        reason, and set the positions to what was read: a projector that went on meanwhile folds the rest again, most of
        it known. Returns the ids of changed rows. Raises `CheckpointLost` as `fold` does; then nothing is decided.
        """
        held = {subject: one for subject, one in self._parked.items() if subject in subjects}
        keys = {subject.encode() for subject in held}
        first: dict[TopicPartition, int] = {}
        for one in held.values():
            tp = TopicPartition(one.topic, one.partition)
            first[tp] = min(one.offset, first.get(tp, one.offset))
        spans = {tp: (start, self.position(tp)) for tp, start in first.items()}
        careful: dict[str, str | None] = {}
        while True:
            window = self._window(careful, without=held.keys())
            async with aclosing(kafka.read_between(self._settings, spans)) as reading:  # 1
                async for _, records in reading:
                    await self._fold_into(window, self._decoded(r for r in records if r.key in keys))
            window.ends.update((tp, end) for tp, (_, end) in spans.items())
            try:
                return await self._write_out(window, resumed=held.keys() - window.news.keys())  # 2, 3
            except _Unwritten as error:
                careful |= error.rows

    def _window(self, careful: Mapping[str, str | None], without: AbstractSet[str] = frozenset()) -> Window:
        waiting = {subject: one for subject, one in self._parked.items() if subject not in without}
        return Window(self.folds, waiting, self._skips, careful, self._watched.parked)

    def _decoded(self, records: Iterable[ConsumerRecord[bytes, bytes]]) -> list[Decoded]:
        return decode_all(records, self.folds.prefixes, self.reader, self._watched.stray)

    async def _fold_into(self, window: Window, events: Sequence[Decoded]) -> None:
        """Fold events over what the window and memory hold: 1 rows into memory; 2 fold. Writes nothing."""
        wanted = window.wanted(events)
        if not self.projection.per_event:
            await self._load({row_id for _, row_id, _ in wanted} - window.rows.keys())  # 1
        window.fold(wanted, self._rows)  # 2

    async def _write_out(self, window: Window, resumed: AbstractSet[str] = frozenset()) -> set[str]:
        """Write what a window changed: 1 rows; 2 positions and what is parked; 3 memory. Ids of changed rows."""
        await self._write_rows(window)  # 1
        await self._write_positions(window, resumed)  # 2
        for row_id, row in () if self.projection.per_event else window.rows.items():  # 3
            self._rows[row_id] = row
            self._rows.move_to_end(row_id)
        while len(self._rows) > _KEPT_ROWS:
            self._rows.popitem(last=False)
        return set() if self.projection.per_event else set(window.moved)

    async def _write_rows(self, window: Window) -> None:
        """Write all that can be written. Raises `_Unwritten` for the others, after that."""
        row_ids = list(window.rows)
        bulks = iter([row_ids[start : start + _BULK] for start in range(0, len(row_ids), _BULK)])
        unwritten: dict[str, str | None] = {}

        async def lane() -> None:
            for bulk in bulks:
                unwritten.update(await self._write_bulk(window, bulk))

        for error in await asyncio.gather(*(lane() for _ in range(_LANES)), return_exceptions=True):
            if error is not None:
                raise error
        if unwritten:
            raise _Unwritten(unwritten)

    async def _write_bulk(self, window: Window, row_ids: Sequence[str]) -> Mapping[str, str | None]:
        """Write some rows: a view is made here, once a window. Returns those whose view raises or whose content the
        database does not take, and why where the server says so; another trouble is its own."""
        documents: dict[str, Document] = {}
        unwritten: dict[str, str | None] = {}
        for row_id in row_ids:
            try:
                documents[row_id] = self.folds.document(window.rows[row_id])
            except Exception:  # noqa: BLE001 - a view's own code: its aggregate waits, nobody else
                unwritten[row_id] = None  # each event is judged by what the view makes of it
        writes: list[tuple[str, Write]] = (
            [
                (name, write)
                for name, document in documents.items()
                for write in self._guarded(window.rows[name], document, window.moved[name])
            ]
            if self._fixed is None and not self.projection.per_event
            else [(name, self._whole(row, again=bool(window.careful))) for name, row in documents.items()]
        )  # whole rows at half the cost, where a rebuild is the one writer or, in a journal, a row never changes
        try:
            await write_guarded(self.collection, [write for _, write in writes])
        except Exception as error:
            refused: dict[str, str | None] = {name: None for name, row in documents.items() if unstorable(row)}
            if not refused and isinstance(error, Refused):
                names = {id(write): row_id for row_id, write in writes}
                refused = {names[id(write)]: why for write, why in error.writes}
            if not refused:
                raise
            unwritten |= refused
        return unwritten

    async def _list_parked(self, window: Window) -> None:
        """List what a long reading parked before its rows are written and its positions move.

        That is sound: what is listed waits from its sequence on, wherever the positions are.
        """
        if window.news:
            await self._update({"$set": _parked(window.news), "$inc": {"rev": 1}})
            self._parked = dict(window.parked)
            window.news.clear()

    async def _write_positions(self, window: Window, resumed: AbstractSet[str]) -> None:
        """Only the partitions at hand: another process may be folding the others."""
        if not window.ends:
            return
        reached = {tp: max(end, self.position(tp)) for tp, end in window.ends.items()}
        ends = {f"offsets.{tp.topic.replace('.', '/')}.{tp.partition}": end for tp, end in reached.items()}
        update: Document = {"$set": {"at": utc_now(), **ends}}
        if window.news or resumed:
            update = {"$set": update["$set"] | _parked(window.news), "$inc": {"rev": 1}}
        if resumed:
            update["$unset"] = {f"parked.{_key(subject)}": "" for subject in resumed}
        await self._update(update)
        self._positions |= reached
        self._parked = window.parked

    async def _update(self, update: Document) -> None:
        """Change the positions document.

        Raises `CheckpointLost` when it is not the one that was opened: the rows were wiped under us, and positions
        written now would hide that; or what is parked was changed, and we folded by what it was.
        """
        ours = {"_id": POSITIONS, "token": self._token, "rev": self._rev}
        if not (await self.collection.update_one(ours, update)).matched_count:
            self._name = None
            raise CheckpointLost(f"the rows of {self.projection.name} are gone, or what is parked was changed")
        self._rev = (self._rev or 0) + 1 if "$inc" in update else self._rev

    def _whole(self, document: Document, *, again: bool) -> Write:
        """The row as a whole: one that a rebuild meets first is not there, and to insert it costs a third less."""
        if self._fixed is not None and not again and document["_id"] not in self._rows:
            return InsertOne(document)
        return ReplaceOne({"_id": document["_id"]}, document, upsert=True)

    def _guarded(self, row: Document, document: Document, moved: AbstractSet[str]) -> Iterator[Write]:
        """Set only the facets that moved, only over older ones (DESIGN 10).

        Those of one stream together, each stream by itself: whoever folds a second time (a crash before the positions
        were written, two processes that start at once) may be behind in one and ahead in another, and neither may hold
        up the other. Of a facet that moved and is what it was (nothing was said), the value stays where the database
        has it, if that is as new as the one that memory has: otherwise the rows were wiped, and nothing is written.
        """
        before = self._rows.get(row["_id"], _NO_ROW)
        for group in self._groups:
            guard: Document = {}
            values: Document = {}
            stays = False
            for facet in (one for one in group if one.name in moved):
                place, known = row["_pos"][facet.name], before["_pos"].get(facet.name)
                values[f"_pos.{facet.name}"] = place
                if known is not None and row.get(facet.name, known) is before.get(facet.name, known):
                    guard[f"_pos.{facet.name}.seq"] = {"$gte": known["seq"], "$lt": place["seq"]}
                    stays = True
                else:
                    guard[f"_pos.{facet.name}.seq"] = {"$not": {"$gte": place["seq"]}}
                    names = (facet.name,) if facet.stored is None else facet.stored.fields
                    values |= {name: document[name] for name in names if name in document}
            if values:
                yield UpdateOne({"_id": row["_id"], **guard}, {"$set": values}, upsert=not stays)

    async def _load(self, row_ids: set[str]) -> None:
        cold = [row_id for row_id in row_ids if row_id not in self._rows]
        if cold and self._positions:
            async for document in self.collection.find({"_id": {"$in": cold}}):
                self._rows[document["_id"]] = self.folds.row(document)


def _parked(news: Mapping[str, Parked]) -> Document:
    """Fields of the positions document that say so."""
    return {f"parked.{_key(subject)}": to_document(one) for subject, one in news.items()}


def _key(subject: str) -> str:
    """A subject as a field's name: it may hold dots and dollars, which a field's name may not."""
    return deterministic_id(subject)
