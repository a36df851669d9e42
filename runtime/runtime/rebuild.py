"""Blue/green rebuild of a read model: fold everything into a fresh collection at full speed, prove it equal, switch.

The one in service stays until then. `verify` compares live and rebuilt facet by facet at the same offsets, by digest,
and names the first difference; a rebuilt model is switched in only when it is equal (or when asked, if a fold changed),
and never silently with an aggregate parked.
"""

import hashlib
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import orjson
from aiokafka import TopicPartition

from runtime import kafka
from runtime.clock import utc_now
from runtime.folds import ReadModel
from runtime.mongo import Collection, Database, Document
from runtime.parked_log import Skips
from runtime.parking import Parked
from runtime.rows import ALIASES, POSITIONS, STATE, first_collection, serving
from runtime.service import Facet, Projection
from runtime.settings import Settings
from runtime.window import Folds

_PAGE = 1_000  # rows compared at a time


@dataclass(frozen=True, slots=True)
class Difference:
    """The first row that is not the same: where, and the two digests (empty: no such row)."""

    row: str
    facet: str
    live: str
    rebuilt: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a comparison came to. `compared` facets at the same offset; `ahead` facets that moved on meanwhile; those of
    `parked` aggregates, of either model, were not compared."""

    compared: int
    ahead: int
    difference: Difference | None
    parked: tuple[Parked, ...] = ()


class Incomplete(Exception):
    """A rebuilt model with aggregates parked is not switched in unless that is asked for."""

    def __init__(self, parked: Sequence[Parked]) -> None:
        super().__init__(f"{len(parked)} aggregates are parked, first {parked[0].subject}: {parked[0].error}")
        self.parked = parked


async def events_to_fold(settings: Settings, model: ReadModel) -> tuple[dict[TopicPartition, tuple[int, int]], int]:
    """Spans from the model's positions to the streams' ends, and how many offsets they hold."""
    ends = await kafka.high_watermarks(settings, model.partitions())
    spans = {tp: (model.position(tp), end) for tp, end in ends.items()}
    return spans, sum(end - start for start, end in spans.values())


async def rebuild(
    settings: Settings, database: Database, projection: Projection, progress: Callable[[int, int], None]
) -> ReadModel:
    """Fold the streams from offset 0 into a fresh collection. `progress(done, total)` in offsets.

    What cannot be folded is parked in it, what people decided to skip is skipped. Raises `FoldBroken`, and leaves the
    collection as far as it came.
    """
    stamp = utc_now().strftime("%Y%m%d%H%M%S%f")
    collection = f"{first_collection(projection)}_{stamp}"
    model = ReadModel(database, projection, settings, collection, skips=Skips(settings).of)
    await model.open()
    done = 0
    while True:
        spans, total = await events_to_fold(settings, model)
        if not any(start < end for start, end in spans.values()):
            return model

        def step(count: int, grand: int = done + total) -> None:
            nonlocal done
            done += count
            progress(done, grand)

        before = done
        await model.read_up(spans, step)
        done = before + total  # commit markers are offsets too, but no events
        progress(done, done)
        if total < 1_000:  # caught up with a moving stream; what comes now the switch will read up
            return model


async def verify(live: ReadModel, rebuilt: ReadModel) -> Verdict:
    """Compare every facet that both hold at the same offset; names the first difference, in order of the live rows' ids
    (and a row that only the rebuilt one has after those).

    Aggregates that are parked in one of them are no difference: they are counted apart.
    """
    both = [*live.parked.values(), *rebuilt.parked.values()]
    parked = {one.subject: one for one in both}
    apart = _Apart(live.projection, both)
    compared = ahead = 0
    async for row_id, a, b in _pairs(live.collection, rebuilt.collection):
        for facet in live.projection.facets:
            place_a, place_b = _place(a, facet.name), _place(b, facet.name)
            if (place_a is None and place_b is None) or apart.holds(row_id, facet):
                continue
            if place_a != place_b:
                moved = max(p["offset"] for p in (place_a, place_b) if p is not None)
                partition = next(p["partition"] for p in (place_a, place_b) if p is not None)
                tp = TopicPartition(f"{facet.service}.events", int(partition))
                if moved >= min(live.position(tp), rebuilt.position(tp)):
                    ahead += 1  # one of the two has simply read further by now
                    continue
            compared += 1
            if digest(a, facet.name) == digest(b, facet.name):
                continue
            difference = await _again(live.collection, rebuilt.collection, row_id, facet.name)
            if difference is not None:
                return Verdict(compared, ahead, difference, tuple(parked.values()))
    return Verdict(compared, ahead, None, tuple(parked.values()))


async def _again(live: Collection, rebuilt: Collection, row_id: str, facet: str) -> Difference | None:
    """A difference is looked at twice: rows are written all the while, and a server that shows half a write (the
    stand-in does) has shown none. None where it is gone, or the live row has moved on by now."""
    a, b = await live.find_one({"_id": row_id}), await rebuilt.find_one({"_id": row_id})
    x, y = digest(a, facet), digest(b, facet)
    moved = a is not None and b is not None and _place(a, facet) != _place(b, facet)
    return None if x == y or moved else Difference(row_id, facet, x, y)


async def _pairs(live: Collection, rebuilt: Collection) -> AsyncIterator[tuple[str, Document | None, Document | None]]:
    """Rows of both by id, a page at a time: first all that live has, then what only the rebuilt one has.

    Looked up by id, not merged in order: servers do not agree with Python, nor with one another, on the order of texts.
    """
    async for page in _pages(live):
        others = {d["_id"]: d async for d in rebuilt.find({"_id": {"$in": list(page)}})}
        for row_id, row in page.items():
            yield row_id, row, others.get(row_id)
    async for page in _pages(rebuilt):
        known = {d["_id"] async for d in live.find({"_id": {"$in": list(page)}}, {"_id": 1})}
        for row_id, row in page.items():
            if row_id not in known:
                yield row_id, None, row


async def _pages(collection: Collection) -> AsyncIterator[dict[str, Document]]:
    page: dict[str, Document] = {}
    async for row in collection.find({"_id": {"$ne": POSITIONS}}).sort("_id", 1):
        page[row["_id"]] = row
        if len(page) == _PAGE:
            yield page
            page = {}
    yield page


class _Apart:
    """Facets of rows that wait at an event: of these aggregates, in the rows that hold them."""

    def __init__(self, projection: Projection, parked: Iterable[Parked]) -> None:
        folds = Folds(projection)
        self._per_event = projection.per_event
        self._from: dict[tuple[str, str], int] = {}
        for one in parked:
            with suppress(Exception):  # where that is why it is parked, it has no row
                row = projection.row(one.subject)
                for facet in folds.facets(one.topic, one.subject):
                    self._from[row, facet.name] = min(one.sequence, self._from.get((row, facet.name), one.sequence))

    def holds(self, row_id: str, facet: Facet) -> bool:
        """Whether this is one of them; of a journal, whether its event waits."""
        if not self._per_event:
            return (row_id, facet.name) in self._from
        row, _, sequence = row_id.rpartition("#")
        return int(sequence) >= self._from.get((row, facet.name), int(sequence) + 1)


def _place(row: Document | None, facet: str) -> Document | None:
    return None if row is None else row["_pos"].get(facet)


def digest(row: Document | None, facet: str) -> str:
    """Digest of a facet's value and place; empty for none. Keys are sorted: MongoDB keeps them as first written."""
    if row is None or facet not in row["_pos"]:
        return ""
    content = orjson.dumps([row.get(facet), row["_pos"][facet]], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(content + bytes(row.get(STATE, b""))).hexdigest()


async def promote(database: Database, projection: Projection, model: ReadModel, *, with_parked: bool = False) -> str:
    """Let the rebuilt collection serve; returns the name of the one that served until now (kept for going back).

    Raises `Incomplete` when aggregates are parked in it, unless that is known and wanted.
    """
    if model.parked and not with_parked:
        raise Incomplete(list(model.parked.values()))
    first = first_collection(projection)
    previous = await serving(database, first)
    alias = {"_id": first, "collection": model.collection.name, "previous": previous}
    await database[ALIASES].replace_one({"_id": first}, alias, upsert=True)
    return previous


async def discard(model: ReadModel) -> None:
    """Drop a rebuilt collection that is not wanted."""
    await model.collection.drop()
