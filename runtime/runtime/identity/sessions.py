"""Sessions as they are kept: one document each, asked once for each request of a browser.

Kept apart from the read models (`mongo.identity_of`): wiping those signs nobody out, and these come back from nowhere.
"""

import asyncio
from collections.abc import Awaitable, Collection, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from runtime import mongo
from runtime.clock import utc_now
from runtime.identity.cookie_value import CookieValue, fresh_value, read_value
from runtime.identity.place import device_of, masked
from runtime.identity.session import How, Session, lifetime_of
from runtime.kept_secret import Keys
from runtime.logs import get_log
from runtime.mongo import Document
from runtime.person import Person
from runtime.settings import Settings

T = TypeVar("T")

log = get_log("runtime.identity.sessions")

COLLECTION = "sessions"
AWAY_SECONDS = 2.0
"""How long a request waits for a database that is away before it is told to come again."""
_TIDY_EVERY = timedelta(hours=1)


async def in_time(asked: Awaitable[T]) -> T:
    """What the database answers. Raises `TimeoutError` where it does not, in the time that a person waits."""
    return await asyncio.wait_for(asked, AWAY_SECONDS)


class Sessions:
    """All sessions. Each question that the database does not answer raises `PyMongoError` or `TimeoutError`."""

    def __init__(self, settings: Settings, database: mongo.Database, keys: Keys, guarded: Collection[str]) -> None:
        self._kept: mongo.Collection = database[COLLECTION]
        self._keys = keys
        self._settings = settings
        self.guarded = frozenset(guarded)
        """Roles whose sessions are short, and which take a second factor."""
        self._tidied = utc_now() - _TIDY_EVERY

    async def begin(self, person: Person, how: How, *, user_agent: str, host: str) -> tuple[CookieValue, Session]:
        """A new session of somebody who has proved who they are: what their browser is to carry, and the session."""
        await self._tidy()
        value = fresh_value(self._keys)
        session = Session.begin(
            id=value.kept_as,
            key=value.key,
            person=person,
            how=how,
            now=utc_now(),
            lifetime=lifetime_of(self._settings, guarded=person.role in self.guarded),
            device=device_of(user_agent),
            address=masked(host),
        )
        await in_time(self._kept.insert_one(_document(session)))
        return value, session

    async def of(self, text: str, *, used: bool = True) -> Session | None:
        """The session that a browser's value stands for, if it still lasts; being asked for counts as its use."""
        value = read_value(self._keys, text)
        if value is None:
            return None
        found = await in_time(self._kept.find_one({"_id": value.kept_as}))
        session = None if found is None else _session(found)
        now = utc_now()
        if session is None or session.is_over(now):
            return None
        later = session.used(now) if used else None
        if later is not None:  # an ended one is not made again: this changes what is there, or nothing
            changed = {"$set": {"seen": later.seen, "idle_end": later.idle_end}}
            await in_time(self._kept.update_one({"_id": session.id}, changed))
        return later or session

    async def lasting(self, ids: Collection[str]) -> frozenset[str]:
        """Which of these still last."""
        now = utc_now()
        query = {"_id": {"$in": list(ids)}, "idle_end": {"$gt": now}, "end": {"$gt": now}}
        found = await in_time(self._kept.find(query, {"_id": 1}).to_list(None))
        return frozenset(one["_id"] for one in found)

    async def of_person(self, person_id: str) -> Sequence[Session]:
        """Those of a person that still last, the last used first."""
        now = utc_now()
        found = [_session(one) for one in await in_time(self._kept.find({"person": person_id}).to_list(None))]
        return sorted((one for one in found if not one.is_over(now)), key=lambda one: one.seen, reverse=True)

    async def end(self, person_id: str, session_id: str) -> bool:
        """End one session of a person; whether there was one."""
        done = await in_time(self._kept.delete_one({"_id": session_id, "person": person_id}))
        return bool(done.deleted_count)

    async def end_all(self, person_id: str, *, but: str | None = None) -> int:
        """End all sessions of a person, or all but one; how many there were."""
        done = await in_time(self._kept.delete_many({"person": person_id, "_id": {"$ne": but}}))
        return int(done.deleted_count)

    async def _tidy(self) -> None:
        """Forget what is long over, now and then."""
        now = utc_now()
        if now - self._tidied < _TIDY_EVERY:
            return
        self._tidied = now
        await in_time(self._kept.create_index("person"))
        await in_time(self._kept.delete_many({"$or": [{"end": {"$lt": now}}, {"idle_end": {"$lt": now}}]}))


def _document(session: Session) -> Document:
    return {"_id": session.id, **session.model_dump(exclude={"id"}), "how": session.how.value}


def _session(document: Document) -> Session:
    return Session.model_validate({**document, "id": document["_id"]})


def cookie_name(*, secure: bool) -> str:
    """Under https a name that browsers take only from this host, for all its paths, over https."""
    return "__Host-songda_session" if secure else "songda_session"


def seconds_left(session: Session, now: datetime) -> int:
    """How long a browser keeps the cookie."""
    return max(1, int((session.end - now).total_seconds()))
