"""Which request an Idempotency-Key stands for, whichever aggregate it is put to: one document per key, made once.

Aggregates notice another request under their own command ids by themselves (`request_digest`), for ever and without
this. What they cannot see is a key that was used for another aggregate: that needs one place for all, and MongoDB's
unique `_id` is the cheapest that several API processes can share: no second round through Kafka before each request.
It is no truth: wiped or away, a reused key is carried out as the two requests that it came with, and nothing is lost
or answered with another one's answer.
"""

import asyncio
from contextlib import suppress
from datetime import timedelta

from runtime.clock import utc_now
from runtime.commands import deterministic_id
from runtime.logs import get_log
from runtime.mongo import Collection, Database, DuplicateKeyError, PyMongoError
from runtime.request_digest import RequestDigest

log = get_log("runtime.request_keys")

COLLECTION = "request_keys"
KEPT = timedelta(days=7)
"""How long a key is remembered: an outbox that was without contact over a holiday still repeats, and is no other."""
AWAY_SECONDS = 1.0
"""How long a database that is away is waited for: writes go on without it."""
_TIDY_EVERY = timedelta(hours=1)


class RequestKeys:
    """The keys of the last days."""

    def __init__(self, database: Database) -> None:
        self._collection: Collection = database[COLLECTION]
        self._tidied = utc_now() - _TIDY_EVERY

    async def claim(self, person: str, key: str, request: RequestDigest) -> RequestDigest | None:
        """Let the key stand for this request. Returns the other request that it stands for already, if any."""
        name = deterministic_id(person, key)
        try:
            return await asyncio.wait_for(self._claim(name, request), AWAY_SECONDS)
        except (PyMongoError, TimeoutError) as error:
            log.warning("keys cannot be compared", error=type(error).__name__)
            return None

    async def release(self, person: str, key: str, request: RequestDigest) -> None:
        """The key does not stand for this request after all: an aggregate knows the one that it stands for."""
        known = {"_id": deterministic_id(person, key), "digest": str(request)}
        with suppress(PyMongoError, TimeoutError):
            await asyncio.wait_for(self._collection.delete_one(known), AWAY_SECONDS)

    async def _claim(self, name: str, request: RequestDigest) -> RequestDigest | None:
        await self._tidy()
        parts = sorted(request.parts.items())
        try:
            same = {"address": request.address, "parts": parts, "digest": str(request)}
            await self._collection.insert_one({"_id": name, "at": utc_now(), **same})
        except DuplicateKeyError:
            known = await self._collection.find_one({"_id": name})
            if known is not None and known["digest"] != str(request):
                return RequestDigest(known["address"], dict(known["parts"]))
        return None

    async def _tidy(self) -> None:
        """Forget keys of long ago, now and then."""
        now = utc_now()
        if now - self._tidied < _TIDY_EVERY:
            return
        self._tidied = now
        await self._collection.create_index("at")
        await self._collection.delete_many({"at": {"$lt": now - KEPT}})
