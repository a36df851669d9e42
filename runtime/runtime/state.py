"""State of one owned partition: memory over checkpoints over the stream.

Memory is a bounded LRU of aggregates. What falls out of it lies in checkpoints (one MongoDB document per aggregate:
state, version, commands that made events, earliest timer). A manifest says up to which event the checkpoints reach; a
restore replays from there. A checkpoint of other code or of another cluster is simply not there, as in a wiped
database: replay from the beginning gives the same.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

import orjson

from contracts.decision import Timer
from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.policy import in_utc
from runtime.clock import utc_now
from runtime.commands import fresh_id
from runtime.deciding import Entry, Rules
from runtime.errors import CheckpointLost
from runtime.folding import turn
from runtime.former import drop_former
from runtime.logs import get_log
from runtime.mongo import Collection, Database, Document, PyMongoError, ReplaceOne, write_guarded
from runtime.states import StateCodec
from runtime.timers import Timers

log = get_log("runtime.state")

MANIFEST = "#manifest"
_NO_ROOM = timedelta(seconds=15)  # a database that is away is not asked before every batch: each time takes seconds
_CHUNK = 500  # documents per write: short enough that the loop serves commands in between


class PartitionState:
    """Aggregates of one partition. `next_event` is the offset up to which memory reflects the stream."""

    def __init__(
        self,
        rules: Rules,
        partition: int,
        database: Database,
        *,
        generation: str,
        capacity: int,
        remembered_limit: int,
        grace_seconds: float = 0.0,
    ) -> None:
        self.rules = rules
        self.partition = partition
        self.entries: OrderedDict[str, Entry] = OrderedDict()
        self.remembered: OrderedDict[str, bytes] = OrderedDict()
        self.next_event = 0
        self.last_command = -1
        self.timers = Timers(grace_seconds)
        self._codecs = {prefix: StateCodec(d.states) for prefix, d in rules.deciders.items()}
        self._collection: Collection = database[f"state_{rules.service}_{partition}_{generation}"]
        self._database = database
        self._capacity = capacity
        self._remembered_limit = remembered_limit
        self._dirty: set[str] = set()
        self._replaying = True  # until `arm_all`: timers are set once, at the end, not event by event
        self._token: str | None = None
        self._complete = True  # memory holds every aggregate: what is not in it does not exist
        self._checkpointing = asyncio.Lock()
        self._no_room_until = utc_now()

    # --- reading ---------------------------------------------------------------------------------------------------

    async def load(self, keys: Iterable[str]) -> None:
        """Bring the aggregates that are in checkpoints, but not in memory, into memory (one query).

        Raises `CheckpointLost` when the checkpoints are no longer the ones this owner wrote.
        """
        if self._complete:
            return
        cold = [key for key in keys if key not in self.entries]
        if not cold:
            return
        found = await self._collection.find({"_id": {"$in": [*cold, MANIFEST]}}).to_list(None)
        documents = {document["_id"]: document for document in found}
        manifest = documents.pop(MANIFEST, None)
        if manifest is None or manifest["token"] != self._token:
            raise CheckpointLost(f"checkpoints of {self.rules.service}/{self.partition} are gone")
        for key, document in documents.items():
            self.entries[key] = self._entry(key, document)

    def _entry(self, key: str, document: Document) -> Entry:
        causes = {
            command: (version, tuple(names), digest[0] if digest else None)
            for command, version, names, *digest in orjson.loads(document["causes"])
        }
        state = self._codecs[key.partition(":")[0]].load(bytes(document["state"]))
        return Entry(state, document["version"], datetime.fromisoformat(document["time"]), causes)

    # --- changing --------------------------------------------------------------------------------------------------

    def commit(self, changed: Mapping[str, Entry], answers: Mapping[str, bytes], now: datetime) -> None:
        """Take over what a committed batch decided."""
        for key, entry in changed.items():
            self.entries[key] = entry
            self.entries.move_to_end(key)
            self._dirty.add(key)
            self._arm(key, entry, now)
        for command_id, answer in answers.items():
            self.remember(command_id, answer)

    def remember(self, command_id: str, answer: bytes) -> None:
        """Keep the answer to a command that made no event, within bounds."""
        self.remembered[command_id] = answer
        if len(self.remembered) > self._remembered_limit:
            self.remembered.popitem(last=False)

    def replay(self, event: Fact, meta: Meta, where: str) -> None:
        """Fold one event of the stream; its aggregate must be loaded. Raises `PartitionStopped` for a hole."""
        prefix = meta.subject.partition(":")[0]
        decider = self.rules.deciders[prefix]
        entry = self.entries.get(meta.subject) or Entry(decider.initial, 0, meta.time, {})
        self.last_command = max(self.last_command, meta.command_offset)
        if turn(meta.subject, entry.version, meta.sequence, where) == "old":
            return
        _, names, _ = entry.causes.get(meta.causation_id, (0, (), None))
        entry.causes[meta.causation_id] = (meta.sequence, (*names, type(event).__name__), meta.request_digest)
        changed = Entry(decider.evolve(entry.state, event), meta.sequence, meta.time, entry.causes)
        self.entries[meta.subject] = changed
        self.entries.move_to_end(meta.subject)
        self._dirty.add(meta.subject)

    def _arm(self, key: str, entry: Entry, now: datetime) -> None:
        timers = self.rules.deciders[key.partition(":")[0]].due(entry.state)
        self.timers.arm(key, min((timer.at for timer in timers), default=None), now)

    def arm_all(self, now: datetime) -> None:
        """Set the timers of every aggregate in memory, once a replay is through."""
        for key, entry in self.entries.items():
            self._arm(key, entry, now)
        self._replaying = False

    def due_commands(self, key: str, now: datetime) -> tuple[Timer, ...]:
        """What the aggregate owes by `now`; it must be loaded. Arms it again for what comes later."""
        entry = self.entries.get(key)
        if entry is None:
            return ()
        timers = self.rules.deciders[key.partition(":")[0]].due(entry.state)
        self.timers.arm(key, min((timer.at for timer in timers if timer.at > now), default=None), now)
        return tuple(sorted((timer for timer in timers if timer.at <= now), key=lambda timer: timer.at))

    # --- bounds and checkpoints ------------------------------------------------------------------------------------

    async def make_room(self) -> None:
        """Let the least used aggregates go until memory is within its bound; write those that are not yet safe."""
        if len(self.entries) <= self._capacity:
            return
        if len(self._dirty) > self._capacity // 2 and utc_now() >= self._no_room_until:
            try:
                await self.checkpoint()
            except PyMongoError as error:
                self._no_room_until = utc_now() + _NO_ROOM
                log.warning("memory grows: no checkpoint", partition=self.partition, error=type(error).__name__)
        if self._token is None:
            return  # nothing is safe yet (no database): memory grows rather than forgets
        for key in list(self.entries):
            if len(self.entries) <= self._capacity:
                break
            if key not in self._dirty:
                if self._replaying:  # `arm_all` will not see it any more
                    self._arm(key, self.entries[key], utc_now())
                del self.entries[key]
                self._complete = False

    @property
    def unsaved(self) -> int:
        """Aggregates whose newest state is in no checkpoint."""
        return len(self._dirty)

    async def checkpoint(self) -> None:
        """Write what changed, aggregates first, the manifest last (RISKS D7); may run beside decisions.

        Documents are guarded by version, so a fenced former owner cannot put an older state over a newer one.
        """
        async with self._checkpointing:
            reach, last = self.next_event, self.last_command
            if self._token is not None and not await self._manifest_is_ours():
                self._lost()
            if self._token is None:
                self._dirty |= set(self.entries)
            token = self._token or await self._begin()
            waiting = list(self._dirty)
            for start in range(0, len(waiting), _CHUNK):
                chunk = [(key, self.entries[key]) for key in waiting[start : start + _CHUNK] if key in self.entries]
                await write_guarded(self._collection, [self._write(key, entry) for key, entry in chunk])
                for key, entry in chunk:
                    if self.entries.get(key) is entry:
                        self._dirty.discard(key)
            written = await self._collection.replace_one(
                {"_id": MANIFEST, "token": token},
                {"_id": MANIFEST, "token": token, "at": utc_now(), "next_event": reach, "last_command": last},
            )
            if written.matched_count:
                self._token = token
            else:  # wiped while we wrote: part of it is gone, and only the missing manifest shows it
                self._lost()

    async def _begin(self) -> str:
        """A manifest without reach: usable by nobody until all aggregates are written. What former code left long ago
        is dropped."""
        await drop_former(
            self._database, f"state_{self.rules.service}_{self.partition}", MANIFEST, self._collection.name
        )
        token = fresh_id()
        await self._collection.replace_one(
            {"_id": MANIFEST}, {"_id": MANIFEST, "token": token, "next_event": None, "last_command": -1}, upsert=True
        )
        return token

    def _lost(self) -> None:
        """Our checkpoints are not there any more: write all anew, if memory still has all."""
        if not self._complete:
            raise CheckpointLost(f"checkpoints of {self.rules.service}/{self.partition} are gone")
        self._token = None
        self._dirty |= set(self.entries)

    def _write(self, key: str, entry: Entry) -> ReplaceOne[Document]:
        # By the state, not by the heap: a timer that is just being fired is not in it, and must not be forgotten.
        timers = self.rules.deciders[key.partition(":")[0]].due(entry.state)
        due = min((timer.at for timer in timers), default=None)
        causes = [[command, *cause] for command, cause in entry.causes.items()]
        document = {
            "_id": key,
            "version": entry.version,
            "time": entry.time.isoformat(),
            "state": self._codecs[key.partition(":")[0]].dump(entry.state),
            "causes": orjson.dumps(causes),
            "due": None if due is None else in_utc(due).isoformat(),
        }
        return ReplaceOne({"_id": key, "version": {"$lt": entry.version}}, document, upsert=True)

    async def _manifest_is_ours(self) -> bool:
        manifest = await self._collection.find_one({"_id": MANIFEST})
        return manifest is not None and manifest["token"] == self._token

    async def open_checkpoints(self, end_of_stream: int) -> None:
        """Start from the checkpoints if there are usable ones; sets `next_event`, `last_command` and the timers.

        Without a database, or with checkpoints that point past the stream's end (the topic was made anew), starts
        from nothing.
        """
        try:
            manifest = await self._collection.find_one({"_id": MANIFEST})
            if manifest is not None and manifest["next_event"] is not None and manifest["next_event"] <= end_of_stream:
                self._token = fresh_id()
                await self._collection.update_one({"_id": MANIFEST}, {"$set": {"token": self._token}})
                self.next_event = manifest["next_event"]
                self.last_command = manifest["last_command"]
                self._complete = False
                async for document in self._collection.find({"due": {"$ne": None}}, {"due": 1}):
                    if document["_id"] != MANIFEST and document.get("due"):
                        self.timers.arm(document["_id"], datetime.fromisoformat(document["due"]).astimezone(UTC))
                return
            await self._collection.drop()
        except PyMongoError as error:
            log.warning(
                "no checkpoints, replaying all",
                service=self.rules.service,
                partition=self.partition,
                error=type(error).__name__,
            )
            self._token = None
            self._complete = True
            self.next_event = 0


def generation(code: str, cluster: str) -> str:
    """Name of the checkpoints that this code may read: other rules or another cluster have their own."""
    return f"{code}_{cluster[:8]}"


__all__ = ["MANIFEST", "PartitionState", "generation"]
