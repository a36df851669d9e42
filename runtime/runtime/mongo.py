"""MongoDB: the only module that imports motor (at its end upstream), so that moving to PyMongo's async API is one file.

Nothing here is the truth: every collection can be dropped and comes back from the streams.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection, AsyncIOMotorDatabase
from pymongo import IndexModel, InsertOne, ReplaceOne, UpdateOne
from pymongo.errors import AutoReconnect, BulkWriteError, ConnectionFailure, PyMongoError

from runtime.settings import Settings

Document = dict[str, Any]
Collection = AsyncIOMotorCollection[Document]
Database = AsyncIOMotorDatabase[Document]
Write = ReplaceOne[Document] | UpdateOne | InsertOne[Document]

DUPLICATE_KEY = 11000


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


async def answers(database: Database) -> bool:
    """Whether the server answers, within two seconds."""
    try:
        await asyncio.wait_for(database.command("ping"), 2.0)
    except (PyMongoError, TimeoutError):
        return False
    return True


async def write_guarded(collection: Collection, writes: Sequence[Write]) -> None:
    """Unordered bulk write of guarded upserts; a stale one ends in a duplicate key: already applied, no error (C7).

    Two writers that make the same document at once look the same to the slower one, so what failed is written once
    more: then the document exists, and only what is really stale fails again (RISKS D2).
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
        if any(e.get("code") != DUPLICATE_KEY for e in failed):
            raise
        return [writes[e["index"]] for e in failed]
    return []


async def make_indexes(collection: Collection, keys: Sequence[tuple[str, ...]]) -> None:
    """Indexes of a read model; each key is a tuple of ascending fields."""
    if keys:
        await collection.create_indexes([IndexModel([(field, 1) for field in key]) for key in keys])


__all__ = [
    "DUPLICATE_KEY",
    "AutoReconnect",
    "Collection",
    "ConnectionFailure",
    "Database",
    "Document",
    "InsertOne",
    "PyMongoError",
    "ReplaceOne",
    "UpdateOne",
    "Write",
    "answers",
    "connect",
    "make_indexes",
    "write_guarded",
]
