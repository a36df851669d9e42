"""Blue/green rebuild of a read model: fold everything into a fresh collection at full speed, prove it equal, switch.

The one in service stays until then. `verify` compares live and rebuilt facet by facet at the same offsets, by digest,
and names the first difference; a rebuilt model is switched in only when it is equal (or when asked, if a fold changed).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import orjson
from aiokafka import TopicPartition

from runtime import kafka
from runtime.clock import utc_now
from runtime.folds import ReadModel
from runtime.mongo import Database, Document
from runtime.rows import ALIASES, POSITIONS, first_collection, serving
from runtime.service import Projection
from runtime.settings import Settings


@dataclass(frozen=True, slots=True)
class Difference:
    """The first row that is not the same: where, and the two digests (empty: no such row)."""

    row: str
    facet: str
    live: str
    rebuilt: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a comparison came to. `compared` facets at the same offset; `ahead` facets that moved on meanwhile."""

    compared: int
    ahead: int
    difference: Difference | None


async def events_to_fold(settings: Settings, model: ReadModel) -> tuple[dict[TopicPartition, tuple[int, int]], int]:
    """Spans from the model's positions to the streams' ends, and how many offsets they hold."""
    ends = await kafka.high_watermarks(settings, model.partitions())
    spans = {tp: (model.position(tp), end) for tp, end in ends.items()}
    return spans, sum(end - start for start, end in spans.values())


async def rebuild(
    settings: Settings, database: Database, projection: Projection, progress: Callable[[int, int], None]
) -> ReadModel:
    """Fold the streams from offset 0 into a fresh collection. `progress(done, total)` in offsets."""
    stamp = utc_now().strftime("%Y%m%d%H%M%S%f")
    model = ReadModel(database, projection, settings, collection=f"{first_collection(projection)}_{stamp}")
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
    """Compare every facet that both hold at the same offset; names the first difference, in order of row ids."""
    compared = ahead = 0
    theirs = {d["_id"]: d async for d in live.collection.find({"_id": {"$ne": POSITIONS}})}
    ours = {d["_id"]: d async for d in rebuilt.collection.find({"_id": {"$ne": POSITIONS}})}
    for row_id in sorted(theirs.keys() | ours.keys()):
        a, b = theirs.get(row_id), ours.get(row_id)
        for facet in live.projection.facets:
            place_a, place_b = _place(a, facet.name), _place(b, facet.name)
            if place_a is None and place_b is None:
                continue
            if place_a != place_b:
                moved = max(p["offset"] for p in (place_a, place_b) if p is not None)
                partition = next(p["partition"] for p in (place_a, place_b) if p is not None)
                tp = TopicPartition(f"{facet.service}.events", int(partition))
                if moved >= min(live.position(tp), rebuilt.position(tp)):
                    ahead += 1  # one of the two has simply read further by now
                    continue
            compared += 1
            if (x := digest(a, facet.name)) != (y := digest(b, facet.name)):
                return Verdict(compared, ahead, Difference(row_id, facet.name, x, y))
    return Verdict(compared, ahead, None)


def _place(row: Document | None, facet: str) -> Document | None:
    return None if row is None else row["_pos"].get(facet)


def digest(row: Document | None, facet: str) -> str:
    """Digest of a facet's value and place; empty for none. Keys are sorted: MongoDB keeps them as first written."""
    if row is None or facet not in row["_pos"]:
        return ""
    content = orjson.dumps([row.get(facet), row["_pos"][facet]], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(content).hexdigest()


async def promote(database: Database, projection: Projection, model: ReadModel) -> str:
    """Let the rebuilt collection serve; returns the name of the one that served until now (kept for going back)."""
    first = first_collection(projection)
    previous = await serving(database, first)
    alias = {"_id": first, "collection": model.collection.name, "previous": previous}
    await database[ALIASES].replace_one({"_id": first}, alias, upsert=True)
    return previous


async def discard(model: ReadModel) -> None:
    """Drop a rebuilt collection that is not wanted."""
    await model.collection.drop()


__all__ = ["Difference", "Verdict", "digest", "discard", "events_to_fold", "promote", "rebuild", "verify"]
