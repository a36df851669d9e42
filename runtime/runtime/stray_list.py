"""Stray records, listed for people (`songda ops parked list`). Derived from the streams, as every collection is."""

from datetime import UTC, datetime
from typing import Any

from aiokafka import ConsumerRecord

from runtime.mongo import Database, Document

COLLECTION = "strays"
"""`{_id: topic/partition@offset, topic, partition, offset, why, at}`; `at`: the record's own time, UTC, or "" where
that is none: whoever wrote it may have written any number."""

MAX_LISTED = 1_000
"""Whoever floods a topic must not flood the database too: more are counted (metric) and not listed."""


class StrayList:
    """What a projector passed over and has not listed yet."""

    def __init__(self, database: Database) -> None:
        self._collection = database[COLLECTION]
        self._new: dict[str, Document] = {}

    def add(self, record: ConsumerRecord[bytes, bytes], why: object) -> None:
        """Have it listed by the next `write()`. Never its content: it may be anything, also personal data."""
        if len(self._new) < MAX_LISTED:
            self._new[f"{record.topic}/{record.partition}@{record.offset}"] = {
                "topic": record.topic,
                "partition": record.partition,
                "offset": record.offset,
                "why": str(why),
                "at": _time_of(record.timestamp),
            }

    @property
    def waiting(self) -> list[Document]:
        """What is not written yet."""
        return list(self._new.values())

    async def write(self) -> None:
        """List what is new; one that is listed stays as it is. Raises PyMongoError, and keeps what is not written."""
        while self._new and await self._collection.count_documents({}) < MAX_LISTED:
            place, document = next(iter(self._new.items()))
            await self._collection.update_one({"_id": place}, {"$setOnInsert": document}, upsert=True)
            del self._new[place]
        self._new.clear()


def _time_of(milliseconds: int) -> str:
    try:
        return datetime.fromtimestamp(max(milliseconds, 0) / 1000, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return ""


async def listed(database: Database) -> list[dict[str, Any]]:
    """All that are listed, in order of their places."""
    in_order = database[COLLECTION].find({}).sort([("topic", 1), ("partition", 1), ("offset", 1)])
    return await in_order.to_list(None)
