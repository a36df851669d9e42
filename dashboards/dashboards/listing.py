"""Lists that are read page by page: what is chosen stands in the address, the next page begins after the last row.

A page is one indexed query, however long the list is: rows after a key, never rows after a number.
"""

import asyncio
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from runtime.typed_rows import Views

T = TypeVar("T")

Json = dict[str, Any]
Sort = tuple[str, int]
"""A field that every row of the list has, and 1 or -1. Rows that are equal in it follow by id, the same way."""

PAGE_ROWS = 50
SHEET_ROWS = 1000
"""Rows read at once for a spreadsheet."""
AT_ONCE = 100
"""Of them, made between two looks at other requests."""

BY_ID: Sort = ("_id", 1)


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """One page of a list; `after` is where the next one begins, None at the end."""

    rows: Sequence[T]
    after: str | None
    first: bool = True


def value_at(document: Mapping[str, Any], path: str) -> Any:
    """The value of a dotted path, None where there is none."""
    found: Any = document
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def key_of(document: Mapping[str, Any], sort: Sort) -> str:
    """Where a row lies in the list, as a word of an address."""
    key = [value_at(document, sort[0]), document["_id"]]
    return urlsafe_b64encode(json.dumps(key, ensure_ascii=False).encode()).decode().rstrip("=")


def beyond(after: str | None, sort: Sort) -> Json:
    """The condition for rows after a key. A key that cannot be read begins anew: an old address still shows a list."""
    key = None if after is None else _read(after)
    if key is None:
        return {}
    field, way = sort
    further = "$gt" if way > 0 else "$lt"
    value, row_id = key
    if field == "_id":
        return {"_id": {further: row_id}}
    return {field: {f"{further}e": value}, "$or": [{field: {further: value}}, {"_id": {further: row_id}}]}


def _read(after: str) -> tuple[Any, str] | None:
    try:
        value, row_id = key = json.loads(urlsafe_b64decode(after + "=" * (-len(after) % 4)))
        json.dumps(key, ensure_ascii=False).encode()  # half a character no database takes
    except (ValueError, TypeError):
        return None
    plain = isinstance(value, str | int) and isinstance(row_id, str)
    return (value, row_id) if plain else None


def both(*conditions: Mapping[str, Any]) -> Json:
    """All conditions at once; two that speak of the same field both hold."""
    given = [dict(one) for one in conditions if one]
    if len(given) < 2:
        return given[0] if given else {}
    return {"$and": given}


def _whole(sort: Sort) -> list[Sort]:
    return [sort] if sort[0] == "_id" else [sort, ("_id", sort[1])]


async def page_of(
    view: Views[T], query: Mapping[str, Any], *, sort: Sort = BY_ID, after: str | None = None, limit: int = PAGE_ROWS
) -> Slice[T]:
    """A page of the rows that match."""
    wanted = both(query, beyond(after, sort))
    found = await view.rows.find(wanted, sort=_whole(sort), limit=limit + 1)
    shown = found[:limit]
    more = key_of(shown[-1], sort) if len(found) > limit else None
    return Slice(rows=[view.model.read(document) for document in shown], after=more, first=after is None)


async def every(view: Views[T], query: Mapping[str, Any], *, sort: Sort = BY_ID) -> AsyncIterator[T]:
    """All rows that match, read in pages."""
    after: str | None = None
    while True:
        wanted = both(query, beyond(after, sort))
        found = await view.rows.find(wanted, sort=_whole(sort), limit=SHEET_ROWS)
        for number, document in enumerate(found, start=1):
            yield view.model.read(document)
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)
        if len(found) < SHEET_ROWS:
            return
        after = key_of(found[-1], sort)


def starts_with(text: str) -> Json:
    """A condition for a field that begins with the text; an index answers it."""
    return {"$gte": text, "$lt": text + "\U0010ffff"}
