"""Who is shut out: people whose account was disabled, and whose tokens of before a moment are no longer good.

Programs ask hundreds of times a second with a token that says it all by itself, so this is asked once a second and not
for each of them. While the database is away, what was known last holds; where nothing was known yet, nobody comes in.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from runtime import mongo
from runtime.logs import get_log
from runtime.mongo import PyMongoError

log = get_log("runtime.identity.standing")

ACCOUNTS = "accounts"
FRESH_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class ShutOut:
    """`disabled`: comes in no way. Otherwise with nothing that was issued before `since`."""

    disabled: bool
    since: datetime | None


class Standing:
    """As of at most a second ago."""

    def __init__(self, database: mongo.Database) -> None:
        self._accounts: mongo.Collection = database[ACCOUNTS]
        self._known: Mapping[str, ShutOut] | None = None
        self._asked = -FRESH_SECONDS
        self._turn = asyncio.Lock()

    async def admits(self, person_id: str, issued: datetime) -> bool:
        """Whether a token of that moment is still good for the person. Raises `PyMongoError` or `TimeoutError`."""
        known = (await self._look()).get(person_id)
        return known is None or not (known.disabled or (known.since is not None and issued < known.since))

    async def _look(self) -> Mapping[str, ShutOut]:
        if time.monotonic() - self._asked < FRESH_SECONDS and self._known is not None:
            return self._known
        async with self._turn:
            if time.monotonic() - self._asked < FRESH_SECONDS and self._known is not None:
                return self._known
            try:
                self._known = await asyncio.wait_for(self._read(), FRESH_SECONDS)
            except (PyMongoError, TimeoutError) as error:
                if self._known is None:
                    raise
                log.warning("accounts cannot be asked; going by what was known", error=type(error).__name__)
            self._asked = time.monotonic()
            return self._known

    async def _read(self) -> Mapping[str, ShutOut]:
        query = {"$or": [{"disabled": True}, {"since": {"$ne": None}}]}
        found = await self._accounts.find(query, {"disabled": 1, "since": 1}).to_list(None)
        return {one["_id"]: ShutOut(bool(one.get("disabled")), one.get("since")) for one in found}
