"""Commands of our own that run once a night, and when somebody asks: each in a process of its own, so that nothing that
people wait for has to wait for it. What the last one printed is kept for pages; of several processes one runs it.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from pymongo.errors import DuplicateKeyError, PyMongoError

from contracts.civil_time import SHANGHAI
from runtime import metrics
from runtime.clock import utc_now
from runtime.logs import get_log
from runtime.mongo import Collection, Database, Document
from runtime.settings import Settings, as_environment

log = get_log("runtime.nightly")

COLLECTION = "nightly"
LONGEST = timedelta(minutes=30)
"""A command that takes longer is ended; one whose process died is taken for running as long."""
MOST_OUTPUT = 8 << 20
"""Bytes that are kept of what one printed."""
_LOOK = timedelta(minutes=5)  # a clock that is put right is noticed


@dataclass(frozen=True, slots=True)
class Chore:
    """`songda <arguments>`, each night at `at` by the company's clock. An exit code in `good` is an answer."""

    name: str
    arguments: tuple[str, ...]
    at: time
    good: frozenset[int] = frozenset({0})


@dataclass(frozen=True, slots=True)
class Done:
    """How it stands: the last run that gave an answer, and whether one is under way or failed since."""

    ended: datetime | None = None
    output: str | None = None
    running: bool = False
    failed: datetime | None = None


class Nightly:
    """One chore, as a part of a process."""

    not_ready: str | None = None

    def __init__(self, settings: Settings, database: Database, chore: Chore, clock: Callable[[], datetime] = utc_now):
        self.chore = chore
        self._settings = settings
        self._database = database
        self._clock = clock
        self._at_work: set[asyncio.Task[None]] = set()

    @property
    def _collection(self) -> Collection:
        return self._database[COLLECTION]

    async def run(self) -> None:
        """Begin it every night, as long as this process lives; first of all for a night that all processes missed."""
        due = next_at(self._clock(), self.chore.at) - timedelta(days=1)
        try:
            await self._know_since(due)
            while True:
                left = due - self._clock()
                await asyncio.sleep(min(max(left, timedelta(0)), _LOOK).total_seconds())
                if self._clock() >= due:
                    if await self._begin_night(due):
                        due = next_at(self._clock(), self.chore.at)
                    else:
                        await asyncio.sleep(_LOOK.total_seconds())
        finally:
            for task in self._at_work:
                task.cancel()
            await asyncio.gather(*self._at_work, return_exceptions=True)

    async def _know_since(self, night: datetime) -> None:
        """Where it was never begun, the night before is none that was missed: there was nothing then."""
        first: Document = {"$setOnInsert": {"night": night}}
        with suppress(DuplicateKeyError, PyMongoError):  # it is begun once more at worst
            await self._collection.update_one({"_id": self.chore.name}, first, upsert=True)

    async def _begin_night(self, due: datetime) -> bool:
        """Whether it is begun, here or by another process. False while the database is away: the night is not over."""
        try:
            await self.begin(night=due)
        except PyMongoError as error:
            log.warning("nightly run not begun", chore=self.chore.name, error=type(error).__name__)
            return False
        return True

    async def begin(self, *, night: datetime | None = None) -> bool:
        """Begin it now; False when it is running already, or has been begun for that night."""
        now = self._clock()
        free: Document = {"_id": self.chore.name, "busy_until": {"$not": {"$gt": now}}}
        taken: Document = {"busy_until": now + LONGEST}
        if night is not None:
            free |= {"night": {"$ne": night}}
            taken |= {"night": night}
        try:
            await self._collection.update_one(free, {"$set": taken}, upsert=True)
        except DuplicateKeyError:
            return False
        task = asyncio.create_task(self._work())
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)
        return True

    async def last(self) -> Done:
        """How it stands. One that was due to be over long ago, and never said so, died with its process."""
        found = await self._collection.find_one({"_id": self.chore.name}) or {}
        busy = found.get("busy_until")
        running = busy is not None and busy > self._clock()
        failed = found.get("failed") if busy is None or running else busy
        return Done(found.get("ended"), found.get("output"), running, failed)

    async def _work(self) -> None:
        after: Document = {"failed": self._clock()}
        try:
            code, output, error = await _run(self._settings, self.chore.arguments)
            metrics.NIGHTLY.labels(self.chore.name).set(code)
            if code in self.chore.good and len(output) <= MOST_OUTPUT:
                after = {"ended": self._clock(), "output": output.decode(), "failed": None}
            log.info("nightly run done", chore=self.chore.name, code=code, error=error.decode(errors="replace")[-500:])
        except TimeoutError:
            log.warning("nightly run took too long", chore=self.chore.name, seconds=LONGEST.total_seconds())
        finally:
            with suppress(PyMongoError):  # it counts as running until it is overdue
                await self._collection.update_one({"_id": self.chore.name}, {"$set": {"busy_until": None, **after}})


def next_at(now: datetime, at: time) -> datetime:
    """The next moment at which the company's clock shows `at`."""
    there = now.astimezone(SHANGHAI)
    today = datetime.combine(there.date(), at, SHANGHAI)
    return today if today > there else today + timedelta(days=1)


async def _run(settings: Settings, arguments: tuple[str, ...]) -> tuple[int, bytes, bytes]:
    """Exit code, what it printed, what it said of troubles."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "songda",
        *arguments,
        env={**os.environ, **as_environment(settings)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(LONGEST.total_seconds()):
            output, error = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, output, error
