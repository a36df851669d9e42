"""How often somebody may be wrong about one name: a few times at once, then after longer and longer waits.

A try is counted before it is looked at, in one guarded write: of fifty at once, five are looked at. Names that nobody
has are counted as well, or the wait would tell which ones are known. Only a hash of the name is kept.
"""

from datetime import datetime, timedelta
from hashlib import sha256

from runtime import mongo
from runtime.clock import utc_now
from runtime.identity.sessions import in_time
from runtime.mongo import DuplicateKeyError

COLLECTION = "tries"
AT_ONCE = 5
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=15), timedelta(minutes=15)
FORGOTTEN = timedelta(hours=24)
"""After the last wrong one."""


def wait_after(wrong: int) -> timedelta:
    """How long one waits after so many wrong tries in a row."""
    if wrong < AT_ONCE:
        return timedelta(0)
    doubled: timedelta = FIRST_WAIT * 2 ** min(wrong - AT_ONCE, 12)
    return min(doubled, LONGEST_WAIT)


class Tries:
    """Of all names, in all processes."""

    def __init__(self, database: mongo.Database) -> None:
        self._kept: mongo.Collection = database[COLLECTION]

    async def begin(self, name: str) -> float:
        """Count a try as wrong, until `right`. Seconds to wait before one may be made; 0 when this one may."""
        key, now = _key(name), utc_now()
        known = await in_time(self._kept.find_one({"_id": key}))
        wrong = 0 if known is None or known["at"] < now - FORGOTTEN else int(known["wrong"])
        until: datetime | None = None if known is None else known["until"]
        if until is not None and until > now:
            return (until - now).total_seconds()
        same = {"_id": key, "wrong": known["wrong"]} if known else {"_id": key, "wrong": -1}
        counted = {"wrong": wrong + 1, "at": now, "until": now + wait_after(wrong + 1)}
        try:
            await in_time(self._kept.update_one(same, {"$set": counted}, upsert=True))
        except DuplicateKeyError:  # another try was counted in between
            return await self.begin(name)
        return 0.0

    async def right(self, name: str) -> None:
        """Forget the wrong ones."""
        await in_time(self._kept.delete_one({"_id": _key(name)}))


def _key(name: str) -> str:
    return sha256(name.encode()).hexdigest()
