"""Reading the read models: an alias names the collection that serves now; rebuilding switches the alias (DESIGN §6)."""

from collections.abc import Sequence

from runtime import fingerprint
from runtime.mongo import Collection, Database, Document
from runtime.parking import Parked, from_document
from runtime.service import Projection

ALIASES = "projections"
"""Collection of aliases: `{_id: first collection, collection, previous}`. Other code has others: none reads rows that
another one folded."""

BESIDE = "#"
"""What the ids of documents beside the rows begin with, and no row's: no query and no address ever gives one away."""

POSITIONS = f"{BESIDE}positions"
"""Document beside the rows of each collection: up to which offset each partition is folded into it, and what is parked:
`{token, at, offsets: {topic: {partition: offset}}, rev, parked: {key: Parked}}`. `rev` counts changes of `parked`, `at`
is when offsets were written last."""

_ROWS: Document = {"_id": {"$gt": f"{BESIDE}\U0010ffff"}}


def first_collection(projection: Projection) -> str:
    """Collection of a projection that this code never rebuilt."""
    return f"rows_{projection.name}_{fingerprint.of_projection(projection)}"


async def serving(database: Database, first: str) -> str:
    """Name of the collection that serves now, of a projection whose first collection is given."""
    alias = await database[ALIASES].find_one({"_id": first})
    return first if alias is None else str(alias["collection"])


class Rows:
    """One read model. Documents: `_id`, one sub-document per facet, `_pos` with sequence and offset per facet."""

    def __init__(self, database: Database, projection: Projection) -> None:
        self._database = database
        self._first = first_collection(projection)

    async def collection(self) -> Collection:
        """The collection that serves now."""
        return self._database[await serving(self._database, self._first)]

    async def get(self, row_id: str) -> Document | None:
        """One row, or None."""
        if row_id.startswith(BESIDE):
            return None
        return await (await self.collection()).find_one({"_id": row_id})

    async def get_many(self, row_ids: Sequence[str]) -> list[Document]:
        """Rows by id, in no order; those that do not exist are missing."""
        asked = [row_id for row_id in row_ids if not row_id.startswith(BESIDE)]
        return await (await self.collection()).find({"_id": {"$in": asked}}).to_list(None)

    async def find(
        self,
        query: Document | None = None,
        *,
        sort: Sequence[tuple[str, int]] = (),
        limit: int = 0,
        skip: int = 0,
    ) -> list[Document]:
        """Rows that match, sorted, one page of them (limit 0: all)."""
        cursor = (await self.collection()).find(rows_only(query))
        if sort:
            cursor = cursor.sort(list(sort))
        if skip:
            cursor = cursor.skip(skip)
        if limit:
            cursor = cursor.limit(limit)
        return await cursor.to_list(None)

    async def count(self, query: Document | None = None) -> int:
        """How many rows match."""
        return int(await (await self.collection()).count_documents(rows_only(query)))

    async def parked(self) -> list[Parked]:
        """Aggregates whose rows wait at an event that could not be folded; where the first of them lies comes first."""
        document = await (await self.collection()).find_one({"_id": POSITIONS}, {"parked": 1})
        found = map(from_document, ((document or {}).get("parked") or {}).values())
        return sorted(found, key=lambda one: one.place)


def rows_only(query: Document | None) -> Document:
    """The query, without the documents that lie beside the rows; whatever it says of ids holds as well."""
    if not query:
        return _ROWS
    return {**query, **_ROWS} if "_id" not in query else {"$and": [query, _ROWS]}


__all__ = ["ALIASES", "BESIDE", "POSITIONS", "Rows", "first_collection", "rows_only", "serving"]
