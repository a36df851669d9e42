"""State of one owned partition: memory over checkpoints over the stream.

Memory is a bounded LRU of aggregates. What falls out of it lies in checkpoints (one MongoDB document per aggregate:
state, version, commands that made events, earliest timer). A manifest says up to which event the checkpoints reach; a
restore replays from there. A checkpoint of other code or of another cluster is simply not there, as in a wiped
database: replay from the beginning gives the same.

What is wrong with one aggregate stays with it. One whose events cannot be folded is `parked`: its state is not known.
One whose state cannot be written, or not be read again, is folded from its events instead. The manifest names both as
`apart`: their checkpoints, if they have any, say nothing, and the next owner does not read them.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Collection as Names
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

import orjson
from aiokafka import ConsumerRecord, TopicPartition

from contracts.envelope import Meta
from runtime.checkpoints import MANIFEST, Checkpoint, Manifest, document_of, read
from runtime.clock import utc_now
from runtime.commands import fresh_id
from runtime.deciding import Entry, Kept, Rules, earliest
from runtime.decision import Timer
from runtime.errors import CheckpointLost
from runtime.former import drop_former
from runtime.logs import get_log
from runtime.mongo import Collection, Database, Document, PyMongoError, ReplaceOne, write_guarded
from runtime.parking import Kind, Parked, Place, Unfit, parked_at
from runtime.replaying import replayed
from runtime.states import StateCodec
from runtime.timers import Timers

log = get_log("runtime.state")

_NO_ROOM = timedelta(seconds=15)  # a database that is away is not asked before every batch: each time takes seconds
_CHUNK = 500  # documents per write: short enough that the loop serves commands in between
_LARGEST_DOCUMENT = 12 << 20  # bytes of a state and its causes; MongoDB takes 16 MiB


class PartitionState:
    """Aggregates of one partition. `next_event` is the offset up to which memory reflects the stream, `stream` the id
    of its topic; `last_command` is the last offset that was decided in the topic with the id `command_topic`."""

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
        self.reader = f"worker {rules.service}"
        self.events = TopicPartition(f"{rules.service}.events", partition)
        self.entries: OrderedDict[str, Entry] = OrderedDict()
        self.remembered: OrderedDict[str, bytes] = OrderedDict()
        self.next_event = 0
        self.stream = ""
        self.command_topic = ""
        self.last_command = -1
        self.timers = Timers(grace_seconds)
        self.parked: dict[str, Parked] = {}
        self.skips: frozenset[Place] = frozenset()
        self.kept: set[Kept] = set()
        """Commands that this owner laid aside for what is parked, so that a repeat is not laid aside as well."""
        self.apart: set[str] = set()
        self._codecs = {prefix: StateCodec(d.states) for prefix, d in rules.deciders.items()}
        self._collection: Collection = database[f"state_{rules.service}_{partition}_{generation}"]
        self._database = database
        self._capacity = capacity
        self._remembered_limit = remembered_limit
        self._dirty: set[str] = set()
        self._folded: dict[str, tuple[int, str]] = {}
        """Offset and type of the last event of aggregates whose timers are not looked at yet: once, not per event."""
        self._illegible: set[str] = set()
        """Aggregates whose checkpoint could not be read back: they stay in memory."""
        self._replaying = True
        self._token: str | None = None
        self._complete = True  # memory holds every aggregate: what is not in it does not exist
        self._checkpointing = asyncio.Lock()
        self._no_room_until = utc_now()

    # --- reading ---------------------------------------------------------------------------------------------------

    async def load(self, keys: Iterable[str]) -> frozenset[str]:
        """Bring the aggregates that are in checkpoints, but not in memory, into memory (one query).

        Returns those whose checkpoint cannot be read: they must be folded anew (`refold`). Raises `CheckpointLost` when
        the checkpoints are no longer the ones this owner wrote.
        """
        if self._complete:
            return frozenset()
        cold = [key for key in keys if key not in self.entries and key not in self.apart]
        if not cold:
            return frozenset()
        found = await self._collection.find({"_id": {"$in": [*cold, MANIFEST]}}).to_list(None)
        documents = {document["_id"]: document for document in found}
        manifest = documents.pop(MANIFEST, None)
        if manifest is None or read(Manifest, manifest).token != self._token:
            raise CheckpointLost(f"checkpoints of {self.rules.service}/{self.partition} are gone")
        illegible = set()
        for key, document in documents.items():
            try:
                self.entries[key] = self._entry(key, read(Checkpoint, document))
            except Exception:
                log.exception("a checkpoint cannot be read", service=self.rules.service, subject=key)
                illegible.add(key)
        self._illegible |= illegible
        return frozenset(illegible)

    def _entry(self, key: str, kept: Checkpoint) -> Entry:
        causes = {
            command: (version, tuple(names), digest) for command, version, names, digest in orjson.loads(kept.causes)
        }
        state = self._codecs[key.partition(":")[0]].load(bytes(kept.state))
        due = None if kept.due is None else datetime.fromisoformat(kept.due).astimezone(UTC)
        return Entry(state, kept.version, datetime.fromisoformat(kept.time), causes, due)

    # --- changing --------------------------------------------------------------------------------------------------

    def commit(self, changed: Mapping[str, Entry], answers: Mapping[str, bytes], now: datetime) -> None:
        """Take over what a committed batch decided."""
        for key, entry in changed.items():
            self.entries[key] = entry
            self.entries.move_to_end(key)
            self._dirty.add(key)
            self.timers.arm(key, entry.due, now)
        for command_id, answer in answers.items():
            self.remember(command_id, answer)

    def keep(self, commands: Iterable[Kept]) -> None:
        """Know which commands are kept, within bounds."""
        self.kept |= set(commands)
        if len(self.kept) > self._remembered_limit:
            self.kept.clear()

    def remember(self, command_id: str, answer: bytes) -> None:
        """Keep the answer to a command that made no event, within bounds."""
        self.remembered[command_id] = answer
        if len(self.remembered) > self._remembered_limit:
            self.remembered.popitem(last=False)

    def replay(self, record: ConsumerRecord[bytes, bytes], meta: Meta) -> None:
        """Fold one event of the stream; its aggregate must be loaded. One that cannot be folded parks its aggregate."""
        subject = meta.subject
        if subject in self.parked:
            return
        try:
            entry = replayed(self.rules, self.entries.get(subject), record, meta, self.skips)
        except Unfit as unfit:
            self._park(subject, meta.sequence, (record.offset, meta.type), unfit.kind, unfit.error)
            return
        if entry is not None:
            self.entries[subject] = entry
            self.entries.move_to_end(subject)
            self._dirty.add(subject)
            self._folded[subject] = (record.offset, meta.type)

    def refold(self, subjects: Names[str], events: Iterable[tuple[ConsumerRecord[bytes, bytes], Meta]]) -> None:
        """Fold aggregates anew from all their events up to `next_event`, whatever was known of them."""
        before = self.parked.keys() & set(subjects)
        for subject in subjects:
            self.parked.pop(subject, None)
            self.entries.pop(subject, None)
            self.apart.add(subject)
        for record, meta in events:
            if meta.subject in subjects:
                self.replay(record, meta)
        if not self._replaying:
            self._settle_all(utc_now())
        if mended := before - self.parked.keys():
            self.kept = {one for one in self.kept if one[0] not in mended}

    def arm_all(self, now: datetime) -> None:
        """Set the timers of every aggregate that was folded, once a replay is through."""
        self._settle_all(now)
        self._replaying = False

    def _settle_all(self, now: datetime) -> None:
        for key in list(self._folded):
            self._settle(key, now)

    def _settle(self, key: str, now: datetime) -> Entry | None:
        """The aggregate with its earliest due moment, also set as its timer. None when it is not there: also because
        nobody can say what it owes, which parks it."""
        entry = self.entries.get(key)
        last = self._folded.pop(key, None)
        if entry is None or last is None:
            return entry
        try:
            due = earliest(self.rules.deciders[key.partition(":")[0]], entry.state)
            self.timers.arm(key, due, now)
        except Exception as error:  # noqa: BLE001 - kept with the aggregate and told
            self._park(key, entry.version, last, "fold", f"due: {type(error).__name__}: {error}")
            return None
        entry = self.entries[key] = Entry(entry.state, entry.version, entry.time, entry.causes, due)
        return entry

    def _park(self, subject: str, sequence: int, last: tuple[int, str], kind: Kind, error: object) -> None:
        """Its state is not known from this event on: nothing of it is kept."""
        offset, type_name = last
        self.parked[subject] = parked_at(
            self.reader,
            subject,
            place=(self.events.topic, self.partition, offset),
            sequence=sequence,
            type_name=type_name,
            kind=kind,
            error=error,
        )
        self.apart.add(subject)
        self.entries.pop(subject, None)
        self._dirty.discard(subject)
        self._folded.pop(subject, None)
        self.timers.arm(subject, None)

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
            if key not in self._dirty and key not in self._illegible:
                if self._settle(key, utc_now()) is not None:  # `arm_all` will not see it any more
                    del self.entries[key]
                self._complete = False

    @property
    def unsaved(self) -> int:
        """Aggregates whose newest state is in no checkpoint, and should be."""
        return len(self._dirty)

    async def checkpoint(self) -> None:
        """Write what changed, aggregates first, the manifest last (RISKS D7); may run beside decisions.

        Documents are guarded by version, so a fenced former owner cannot put an older state over a newer one. A state
        that cannot be written keeps its aggregate apart and in memory, and holds up no other.
        """
        async with self._checkpointing:
            reach, topic, last = self.next_event, self.command_topic, self.last_command
            if self._token is not None and not await self._manifest_is_ours():
                self._lost()
            if self._token is None:
                self._dirty |= set(self.entries)
            token = self._token or await self._begin()
            waiting = list(self._dirty)
            for start in range(0, len(waiting), _CHUNK):
                chunk = [
                    (key, entry, write)
                    for key in waiting[start : start + _CHUNK]
                    if (entry := self._settle(key, utc_now())) and (write := self._write(key, entry)) is not None
                ]
                await write_guarded(self._collection, [write for _, _, write in chunk])
                for key, entry, _ in chunk:
                    if self.entries.get(key) is entry:
                        self._dirty.discard(key)
                        self.apart.discard(key)
            manifest = Manifest(token, reach, utc_now(), self.stream, tuple(sorted(self.apart)), topic, last)
            ours = {"_id": MANIFEST, "token": token}
            written = await self._collection.replace_one(ours, document_of(MANIFEST, manifest))
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
            {"_id": MANIFEST}, {"_id": MANIFEST, "token": token, "next_event": None}, upsert=True
        )
        return token

    def _lost(self) -> None:
        """Our checkpoints are not there any more: write all anew, if memory still has all."""
        if not self._complete:
            raise CheckpointLost(f"checkpoints of {self.rules.service}/{self.partition} are gone")
        self._token = None
        self._dirty |= set(self.entries)

    def _write(self, key: str, entry: Entry) -> ReplaceOne[Document] | None:
        """The write of an aggregate's checkpoint; None for one that cannot be written."""
        causes = [[command, *cause] for command, cause in entry.causes.items()]
        try:
            kept = Checkpoint(
                entry.version,
                entry.time.isoformat(),
                self._codecs[key.partition(":")[0]].dump(entry.state),
                orjson.dumps(causes),
                None if entry.due is None else entry.due.isoformat(),
            )
            if kept.size > _LARGEST_DOCUMENT:
                raise ValueError(f"{kept.size} bytes")
        except Exception:
            if key not in self.apart:
                log.exception("a state cannot be written", service=self.rules.service, subject=key)
            self.apart.add(key)
            return None
        # what is apart may have a checkpoint of this very version that says something else
        older = {"$lte" if key in self.apart else "$lt": entry.version}
        return ReplaceOne({"_id": key, "version": older}, document_of(key, kept), upsert=True)

    async def _manifest_is_ours(self) -> bool:
        manifest = await self._manifest()
        return manifest is not None and manifest.token == self._token

    async def _manifest(self) -> Manifest | None:
        found = await self._collection.find_one({"_id": MANIFEST})
        return None if found is None else read(Manifest, found)

    async def open_checkpoints(self, end_of_stream: int, stream: str = "") -> None:
        """Start from the checkpoints if there are usable ones; sets `next_event`, the last command, the timers, and
        what is `apart`: each of those must be refolded, or is parked. `stream`: id of the topic.

        Without a database, or with checkpoints of another topic of this name (or that point past the stream's end),
        starts from nothing.
        """
        self.stream = stream
        try:
            manifest = await self._manifest()
            reach = None if manifest is None else manifest.reach(end_of_stream, stream)
            if manifest is not None and reach is not None:
                self._token = fresh_id()
                await self._collection.update_one({"_id": MANIFEST}, {"$set": {"token": self._token}})
                self.next_event = reach
                self.command_topic, self.last_command = manifest.command_topic, manifest.last_command
                self.apart = set(manifest.apart)
                self._complete = False
                passed_over = {MANIFEST, *self.apart}
                async for document in self._collection.find({"due": {"$ne": None}}, {"due": 1}):
                    key, due = document["_id"], document.get("due")
                    if key not in passed_over and due:
                        self.timers.arm(key, datetime.fromisoformat(due).astimezone(UTC))
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
            self.command_topic, self.last_command = "", -1
            self.apart = set()


def generation(code: str, cluster: str) -> str:
    """Name of the checkpoints that this code may read: other rules or another cluster have their own."""
    return f"{code}_{cluster[:8]}"
