"""What former code folded: its collections are kept for a while, for going back, and then dropped.

Each code has collections of its own, named by its fingerprint, so nothing here is ever read by other code. One that is
dropped although somebody still runs that code is only made anew, from the streams.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from runtime.clock import utc_now
from runtime.logs import get_log
from runtime.mongo import Database
from runtime.rows import ALIASES, POSITIONS, first_collection, serving
from runtime.service import Projection

log = get_log("runtime.former")

KEPT = timedelta(days=7)
"""How long a collection is kept that is written no more. The newest of them is kept for as long as it is that."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Written:
    """A collection, and when it was written last; None by code that did not say."""

    collection: str
    at: datetime | None


async def collections_of(database: Database, name: str, stamp: str) -> list[Written]:
    """All collections of a read model (`rows_<name>`) or of a partition's checkpoints (`state_<service>_<partition>`)
    by whatever code, those written last first. `stamp`: the document in them that says when."""
    ours = re.compile(rf"{re.escape(name)}_(v\d+|\d{{20}}|[0-9a-f]{{10}}(_.+)?)")
    found = []
    for collection in filter(ours.fullmatch, await database.list_collection_names()):
        document = await database[collection].find_one({"_id": stamp}, {"at": 1})
        found.append(Written(collection, (document or {}).get("at")))
    return sorted(found, key=lambda one: (one.at or _LONG_AGO, one.collection), reverse=True)


async def drop_former(database: Database, name: str, stamp: str, serves: str, *, kept: timedelta = KEPT) -> list[str]:
    """Drop what is older than `kept`, except what serves and the newest of the others; the names of the dropped."""
    others = [one for one in await collections_of(database, name, stamp) if one.collection != serves]
    old = [one.collection for one in others[1:] if (one.at or _LONG_AGO) < utc_now() - kept]
    for collection in old:
        await database.drop_collection(collection)
        log.info("collection of former code dropped", collection=collection)
    return old


async def drop_former_rows(
    database: Database, projections: Iterable[Projection], *, kept: timedelta = KEPT
) -> list[str]:
    """The same for read models, with the aliases that lead to what is gone."""
    dropped = []
    for projection in projections:
        serves = await serving(database, first_collection(projection))
        dropped += await drop_former(database, f"rows_{projection.name}", POSITIONS, serves, kept=kept)
    await database[ALIASES].delete_many({"collection": {"$in": dropped}})
    return dropped
