"""MongoDB: the only module that imports motor (at its end upstream), so that moving to PyMongo's async API is one file.

Nothing here is the truth: every collection can be dropped and comes back from the streams. Accounts and sessions are
the exception, in a database of their own (`identity_of`).
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import bson
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection, AsyncIOMotorDatabase
from pymongo import IndexModel, InsertOne, ReplaceOne, UpdateOne
from pymongo.errors import AutoReconnect, BulkWriteError, ConnectionFailure, DuplicateKeyError, PyMongoError

from runtime.settings import Settings

Document = dict[str, Any]
Collection = AsyncIOMotorCollection[Document]
Database = AsyncIOMotorDatabase[Document]
Write = ReplaceOne[Document] | UpdateOne | InsertOne[Document]

DUPLICATE_KEY = 11000

_CONTENT = frozenset({2, 9, 14, 15, 22, 52, 53, 54, 55, 56, 57, 171, 10334, 17280, 17419, 17420})
"""Server error codes that say: not this document, whatever is done. Any other may be different in a second."""

MAX_DOCUMENT_BYTES = 16 << 20
MAX_DEPTH = 100
"""Levels of a document; the server's own limit. Deeper ones can end the stand-in's process."""


class Refused(Exception):
    """Documents that the server does not take for what they hold: the writes, each with the server's words."""

    def __init__(self, writes: Sequence[tuple["Write", str]]) -> None:
        super().__init__("; ".join(why for _, why in writes[:3]))
        self.writes = writes


class NotWritten(PyMongoError):
    """Writes failed for another reason than what they hold; says how many, and the server's code. Never a document."""


def connect(settings: Settings) -> Database:
    """The database; connections are opened on first use. Close with `database.client.close()`."""
    client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(
        settings.mongo_url,
        tz_aware=True,
        serverSelectionTimeoutMS=5_000,
        retryWrites=False,
        w="majority",  # what memory lets go relies on it: an acknowledged write must outlive a crash and a failover
        journal=True,
        appname="songda",
    )
    return client[settings.mongo_database]


def identity_of(database: Database) -> Database:
    """Where accounts and sessions lie: apart from the read models, for they come back from no stream. Back it up."""
    return database.client[f"{database.name}_identity"]


async def answers(database: Database) -> bool:
    """Whether the server answers, within two seconds."""
    try:
        await asyncio.wait_for(database.command("ping"), 2.0)
    except (PyMongoError, TimeoutError):
        return False
    return True


def unstorable(document: Mapping[str, Any]) -> str | None:
    """Why no MongoDB stores a document: values or keys it has no form for, too large, too deep. None when it does."""
    try:
        size = len(bson.encode(document))
    except Exception as error:  # noqa: BLE001 - each kind of value fails in a way of its own
        return f"{type(error).__name__}: {str(error).rpartition(' | ')[2]}"
    if size > MAX_DOCUMENT_BYTES:
        return f"{size:,} bytes, more than {MAX_DOCUMENT_BYTES:,}"
    return None if _depth(document) <= MAX_DEPTH else f"more than {MAX_DEPTH} levels deep"


def _depth(document: Mapping[str, Any]) -> int:
    """Levels of values within values, level by level: recursion would itself be what breaks."""
    depth = 0
    level: list[Any] = [document]
    while level and depth <= MAX_DEPTH:
        depth += 1
        inner: Iterable[Any] = (v for d in level for v in (d.values() if isinstance(d, Mapping) else d))
        level = [value for value in inner if isinstance(value, Mapping | list | tuple)]
    return depth


async def write_guarded(collection: Collection, writes: Sequence[Write]) -> None:
    """Unordered bulk write of guarded upserts; a stale one ends in a duplicate key: no error (DESIGN 10).

    Two writers that make the same document at once look the same to the slower one, so what failed is written once
    more: then the document exists, and only what is really stale fails again (RISKS D2). Raises `Refused`.
    """
    again = await _write_once(collection, writes)
    await _write_once(collection, again)


async def _write_once(collection: Collection, writes: Sequence[Write]) -> list[Write]:
    """Those that met a duplicate key."""
    if not writes:
        return []
    try:
        await collection.bulk_write(list(writes), ordered=False)
    except BulkWriteError as error:
        details: Mapping[str, Any] = error.details or {}
        failed = details.get("writeErrors", ())
        others = [e for e in failed if e.get("code") != DUPLICATE_KEY]
        if others and all(e.get("code") in _CONTENT for e in others):
            raise Refused([(writes[e["index"]], str(e.get("errmsg", e["code"]))) for e in others]) from None
        if others:  # the error itself holds the documents, and with them whatever is personal in them (C18)
            first = others[0]
            raise NotWritten(f"{len(others)} writes failed, the first with {first.get('code')}") from None
        if concerns := details.get("writeConcernErrors"):  # done here, and perhaps not where a failover would look
            raise NotWritten(f"not confirmed by the servers: {concerns[0].get('code')}") from None
        return [writes[e["index"]] for e in failed]
    return []


async def make_indexes(collection: Collection, keys: Sequence[tuple[str, ...]]) -> None:
    """Indexes of a read model; each key is a tuple of ascending fields."""
    if keys:
        await collection.create_indexes([IndexModel([(field, 1) for field in key]) for key in keys])


__all__ = [
    "DUPLICATE_KEY",
    "MAX_DEPTH",
    "MAX_DOCUMENT_BYTES",
    "AutoReconnect",
    "Collection",
    "ConnectionFailure",
    "Database",
    "Document",
    "DuplicateKeyError",
    "InsertOne",
    "NotWritten",
    "PyMongoError",
    "Refused",
    "ReplaceOne",
    "UpdateOne",
    "Write",
    "answers",
    "connect",
    "identity_of",
    "make_indexes",
    "unstorable",
    "write_guarded",
]
