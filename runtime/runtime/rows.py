"""Reading the read models: an alias names the collection that serves now; rebuilding switches the alias (DESIGN §4).

Whoever was answered finds what the answer was about: a row that is known to be behind its aggregate is waited for, that
row alone and not for long.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Sequence
from itertools import islice
from types import MappingProxyType

import orjson

from runtime import fingerprint, lacking
from runtime.errors import NotReady
from runtime.mongo import Collection, Database, Document
from runtime.parking import Parked, from_document
from runtime.service import Projection
from runtime.typed_rows import ROW

ALIASES = "projections"
"""Collection of aliases: `{_id: first collection, collection, previous}`. Other code has others: none reads rows that
another one folded."""

BESIDE = "#"
"""What the ids of documents beside the rows begin with, and no row's: no query and no address ever gives one away."""

POSITIONS = f"{BESIDE}positions"
"""Document beside the rows of each collection: up to which offset each partition is folded into it, and what is parked:
`{token, at, offsets: {topic: {partition: offset}}, rev, parked: {key: Parked}}`. `rev` counts changes of `parked`, `at`
is when offsets were written last."""

STATE = "_state"
"""Field of a row's document that the projector alone reads: the state that the row is a view of (`runtime.view`)."""

_SHOWN: Document = {STATE: 0}

BEHIND_SECONDS = 2.0
"""How long a row that is behind is waited for: it takes milliseconds, unless the projector is away."""
_LOOK_SECONDS = 0.02
_GIVEN_UP = 1_000  # rows that were waited for in vain: not once more for the same versions
_LATELY = 1_000  # aggregates: some seconds of a busy company
_COUNTED_SECONDS = 2.0  # how old the number of parked aggregates may be that an answer tells

_LAST_BESIDE = f"{BESIDE}\U0010ffff"
_ROWS: Document = {"_id": {"$gt": _LAST_BESIDE}}


Decided = MappingProxyType[str, int]
"""Aggregates' versions as they were last heard of, the latest last."""

Versions = tuple[tuple[str, int], ...]
"""Facet and the version of its aggregate."""


def first_collection(projection: Projection) -> str:
    """Collection of a projection that this code never rebuilt."""
    return f"rows_{projection.name}_{fingerprint.of_projection(projection)}"


async def serving(database: Database, first: str) -> str:
    """Name of the collection that serves now, of a projection whose first collection is given."""
    alias = await database[ALIASES].find_one({"_id": first})
    return first if alias is None else str(alias["collection"])


def may_be_row(row_id: str) -> bool:
    """Whether a row may have this id: no row has one that lists would leave out."""
    return row_id > _LAST_BESIDE


class Rows:
    """One read model. Documents: `_id`, one sub-document per facet, `_pos` with sequence and offset per facet.

    A row of which no facet has been folded yet (its first events were passed over) is none.
    """

    def __init__(self, database: Database, projection: Projection, decided: Decided = MappingProxyType({})) -> None:
        self._database = database
        self._name = projection.name
        self._texts = projection.texts
        self._first = first_collection(projection)
        self._decided = decided
        self._sources = tuple(
            (facet.name, prefix)
            for facet in projection.facets
            for prefix in facet.prefixes
            if not projection.per_event and projection.row(f"{prefix}:a:b") == "a:b"
        )
        """Facet and kind of aggregate, for rows that are named as their aggregates are."""
        self._given_up: OrderedDict[str, Versions] = OrderedDict()
        some: list[Document] = [{facet.name: {"$ne": None}} for facet in projection.facets]
        self._holds_something: Document = some[0] if len(some) == 1 else {"$or": some}
        self._counted = -_COUNTED_SECONDS
        self._parked = 0

    async def collection(self) -> Collection:
        """The collection that serves now. What it lacks is noted for whoever answers."""
        found = self._database[await serving(self._database, self._first)]
        if (now := time.monotonic()) - self._counted >= _COUNTED_SECONDS:
            self._counted = now  # before the look: others need not look as well
            self._parked = len(await _parked_in(found))
        lacking.note(self._name, self._parked)
        return found

    async def get(self, row_id: str) -> Document | None:
        """One row, or None; one that is known to be behind is waited for up to `BEHIND_SECONDS`.

        Raises `NotReady` for one that is not there yet.
        """
        row = await self.peek(row_id)
        wanted = self._heard(row_id)
        if _shows(row, wanted) or self._given_up.get(row_id) == wanted:
            return await self._there(row_id, row, wanted)
        await self._wait_for({row_id: wanted})
        return await self._there(row_id, await self.peek(row_id), wanted)

    async def catch_up(self) -> None:
        """Wait, up to `BEHIND_SECONDS`, until the rows show what was decided lately: before a list says no."""
        kinds = {prefix for _, prefix in self._sources}
        heard = (aggregate_id.partition(":") for aggregate_id in islice(reversed(self._decided), _LATELY))
        lately = {row_id: self._heard(row_id) for kind, _, row_id in heard if kind in kinds}
        await self._wait_for({row: wanted for row, wanted in lately.items() if self._given_up.get(row) != wanted})

    async def _wait_for(self, behind: dict[str, Versions]) -> None:
        deadline = asyncio.get_running_loop().time() + BEHIND_SECONDS
        while True:
            for row in await self._positions(list(behind)):
                if _shows(row, behind[row["_id"]]):
                    del behind[row["_id"]]
            if not behind or asyncio.get_running_loop().time() >= deadline:
                break
            await asyncio.sleep(_LOOK_SECONDS)
        self._given_up.update(behind)
        while len(self._given_up) > _GIVEN_UP:
            self._given_up.popitem(last=False)

    async def peek(self, row_id: str) -> Document | None:
        """One row as it lies there now, however far behind; or None."""
        if not may_be_row(row_id):
            return None
        found = await (await self.collection()).find_one({"_id": row_id, **self._holds_something}, _SHOWN)
        return None if found is None else without_texts(found, self._texts)

    async def state(self, row_id: str) -> bytes | None:
        """The state that lies beside a row, where its read model keeps one (`runtime.states`)."""
        found = await (await self.collection()).find_one({"_id": row_id, STATE: {"$exists": True}}, {STATE: 1})
        return None if found is None else bytes(found[STATE])

    async def states(self, row_ids: Sequence[str]) -> dict[str, bytes]:
        """The states that lie beside rows, by row."""
        asked = {"_id": {"$in": list(filter(may_be_row, row_ids))}, STATE: {"$exists": True}}
        found = await (await self.collection()).find(asked, {STATE: 1}).to_list(None)
        return {one["_id"]: bytes(one[STATE]) for one in found}

    def _heard(self, row_id: str) -> Versions:
        """What the row's facets should show, as far as this process has heard."""
        heard = ((facet, self._decided.get(f"{prefix}:{row_id}", 0)) for facet, prefix in self._sources)
        return tuple((facet, version) for facet, version in heard if version)

    async def _there(self, row_id: str, row: Document | None, wanted: Versions) -> Document | None:
        """What was decided may be nothing that a row shows (a crew that was not let go has no run): then there is none,
        and there will be none."""
        if row is None and wanted and not any(_shows(one, wanted) for one in await self._positions([row_id])):
            raise NotReady(f"row {row_id} of {self._name} is not there yet")
        return row

    async def _positions(self, row_ids: Sequence[str]) -> list[Document]:
        """How far rows are folded, also those that hold nothing."""
        asked = {"_id": {"$in": list(filter(may_be_row, row_ids))}}
        return await (await self.collection()).find(asked, {"_pos": 1}).to_list(None)

    async def get_many(self, row_ids: Sequence[str]) -> list[Document]:
        """Rows by id, in no order; those that do not exist are missing."""
        asked = {"_id": {"$in": list(filter(may_be_row, row_ids))}, **self._holds_something}
        found = await (await self.collection()).find(asked, _SHOWN).to_list(None)
        return [without_texts(one, self._texts) for one in found]

    async def find(
        self,
        query: Document | None = None,
        *,
        sort: Sequence[tuple[str, int]] = (),
        limit: int = 0,
        skip: int = 0,
    ) -> list[Document]:
        """Rows that match, sorted, one page of them (limit 0: all)."""
        cursor = (await self.collection()).find(self._rows_only(query), _SHOWN)
        if sort:
            cursor = cursor.sort(list(sort))
        if skip:
            cursor = cursor.skip(skip)
        if limit:
            cursor = cursor.limit(limit)
        return [without_texts(one, self._texts) for one in await cursor.to_list(None)]

    async def count(self, query: Document | None = None) -> int:
        """How many rows match."""
        return int(await (await self.collection()).count_documents(self._rows_only(query)))

    async def parked(self) -> list[Parked]:
        """Aggregates whose rows wait at an event that could not be folded; where the first of them lies comes first."""
        found = map(from_document, (await _parked_in(await self.collection())).values())
        return sorted(found, key=lambda one: one.place)

    def _rows_only(self, query: Document | None) -> Document:
        """The query, without what lies beside the rows and without rows that hold nothing yet."""
        some = rows_only(query)
        return {**some, "$and": [*some.get("$and", ()), self._holds_something]}


async def _parked_in(collection: Collection) -> Document:
    document = await collection.find_one({"_id": POSITIONS}, {"parked": 1})
    return {} if document is None else document.get("parked") or {}


def _shows(row: Document | None, wanted: Versions) -> bool:
    positions = {} if row is None else row.get("_pos", {})
    return all(facet in positions and positions[facet]["seq"] >= version for facet, version in wanted)


def in_texts(document: Document, names: Sequence[str]) -> Document:
    """A row's document as it is kept: some of the row's fields as one text of JSON each, which a database writes much
    faster than all that they hold, field by field. No query can name what is in them."""
    row = document.get(ROW)
    if not names or not row:
        return document
    return {**document, ROW: {**row, **{name: orjson.dumps(row[name]).decode() for name in names}}}


def without_texts(document: Document, names: Sequence[str]) -> Document:
    """The same document as whoever reads rows sees it."""
    row = document.get(ROW)
    if not names or not row:
        return document
    return {**document, ROW: {**row, **{name: orjson.loads(row[name]) for name in names}}}


def rows_only(query: Document | None) -> Document:
    """The query, without the documents that lie beside the rows; whatever it says of ids holds as well."""
    if not query:
        return _ROWS
    return {**query, **_ROWS} if "_id" not in query else {"$and": [query, _ROWS]}
