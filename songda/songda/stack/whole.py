"""The whole stack: started in order, watched, stopped in reverse order; found again and ended from elsewhere."""

import asyncio
import contextlib
import fcntl
import shutil
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from songda.stack.application import start_application
from songda.stack.kafka import start_kafka
from songda.stack.mongo import start_mongo
from songda.stack.places import StackSettings, log_file, pid_file, ready_file
from songda.stack.ports import require_free
from songda.stack.processes import PartEnded, Process, StackError, alive, find, last_lines, myself, note, stop

WATCHER = "stack"
"""Name of the process that starts and watches the others."""
ORDER = ("kafka", "mongo", "app")
"""Each needs those before it: started in this order, stopped in the reverse."""
OURS = frozenset({"kafka", "mongo", "logs", "run", "sent", "demo"})
"""What a stack and its application keep in a home; a wipe deletes this and nothing else."""
LOOK_SECONDS = 0.5
RESTARTS, WITHIN_SECONDS = 5, 120.0
"""A part that ends by itself, or while it starts, is started again, unless it happens too often."""
TRIES = 3
"""To start a part, one after the other."""
STOP_SECONDS = 120.0
"""The watcher stops the parts one after the other."""

Tell = Callable[[str], None]
Starter = Callable[[], Awaitable[Process]]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a stack, and its process if it runs."""

    name: str
    process: Process | None


def status(home: Path) -> tuple[Part, ...]:
    """The watcher and the parts, with what runs now."""
    return tuple(Part(name, find(home, name)) for name in (WATCHER, *ORDER))


def starters(settings: StackSettings, tell: Tell, *, servers_only: bool = False) -> dict[str, Starter]:
    """How each part is started, in order."""
    programs = settings.java_programs
    servers: dict[str, Starter] = {
        "kafka": lambda: start_kafka(
            settings.home, settings.kafka_port, controller_port=settings.controller_port, programs=programs
        ),
        "mongo": lambda: start_mongo(settings.home, settings.mongo_port, programs=programs),
    }
    return servers if servers_only else {**servers, "app": lambda: start_application(settings, tell)}


async def run(
    settings: StackSettings, parts: Mapping[str, Starter], tell: Tell, stopping: asyncio.Event, when_ready: str
) -> None:
    """Bring the parts up, watch them until `stopping` is set, and bring them down. Raises StackError."""
    home = settings.home
    with _only_one(home):
        note(myself(home, WATCHER, settings.http_port))
        try:
            await end_parts(home, tell, "上次留下的 left over")
            _require_ports(settings, parts)

            def all_up() -> None:
                tell(when_ready)
                ready_file(home).touch()

            await _keep_up(home, parts, tell, stopping, all_up)
        finally:
            ready_file(home).unlink(missing_ok=True)
            await end_parts(home, tell, "停止 stopping")
            pid_file(home, WATCHER).unlink(missing_ok=True)


async def end_parts(home: Path, tell: Tell, why: str) -> None:
    """End every part that runs, in reverse order."""
    for name in reversed(ORDER):
        if process := find(home, name):
            tell(f"{why}: {name} (pid {process.pid})")
            if not await stop(process):
                tell(f"  {name} 未按时退出, 已强制结束 did not end in time and was killed")


async def down(home: Path, tell: Tell) -> bool:
    """End the stack of this home, whoever started it, and what a killed one left. False when nothing ran."""
    found = [part for part in status(home) if part.process]
    watcher = find(home, WATCHER)
    if watcher:
        tell(f"停止 stopping: {WATCHER} (pid {watcher.pid})")
        await stop(watcher, STOP_SECONDS)
    await end_parts(home, tell, "停止 stopping")
    ready_file(home).unlink(missing_ok=True)
    return bool(found)


async def wipe(home: Path, tell: Tell) -> tuple[str, ...]:
    """Bring the stack down and delete what it keeps: streams, read models, logs. Returns the names deleted."""
    await down(home, tell)
    if not home.exists():
        return ()
    with _only_one(home):
        deleted = tuple(sorted(path.name for path in home.iterdir() if path.name in OURS))
        for name in deleted:
            path = home / name
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    return deleted


def _require_ports(settings: StackSettings, parts: Iterable[str]) -> None:
    """Say at once that a port is taken, not after the other parts have started."""
    require_free(settings.kafka_port, "Kafka", "SONGDA_KAFKA_PORT")
    require_free(settings.controller_port, "Kafka controller", "SONGDA_KAFKA_CONTROLLER_PORT")
    require_free(settings.mongo_port, "MongoDB", "SONGDA_MONGO_PORT")
    if "app" in parts:
        require_free(settings.http_port, "songda", "SONGDA_HTTP_PORT")


async def _start(name: str, starter: Starter, tell: Tell) -> Process:
    begun = time.monotonic()
    tell(f"启动 starting: {name} …")
    process = await starter()
    tell(f"就绪 ready: {name} {process.address} (pid {process.pid}, {time.monotonic() - begun:.1f} s)")
    return process


async def _keep_up(
    home: Path, parts: Mapping[str, Starter], tell: Tell, stopping: asyncio.Event, all_up: Callable[[], None]
) -> None:
    """Bring the parts up in order, and start again what ends by itself, until told to stop.

    Each is watched by itself as soon as it is up, during the first start of the others as well: one that gets ready
    only when another is back must not keep us from starting that one.
    """
    ends: list[float] = []
    up = {name: asyncio.Event() for name in parts}

    def count_end(name: str, why: str) -> None:
        now = time.monotonic()
        ends[:] = [*(end for end in ends if now - end < WITHIN_SECONDS), now]
        if len(ends) > RESTARTS:
            raise _given_up(home, name, f"{name} 反复退出。 {name} keeps ending", why)

    async def started(name: str, *, first: bool) -> Process | None:
        """It, once it and what it needs are up, if need be at a later try. None when told to stop."""
        why = ""
        for attempt in range(1, TRIES + 1):
            for other in list(parts)[: list(parts).index(name)]:
                await _first_of(up[other], stopping)
            if stopping.is_set():
                return None
            try:
                process = await _unless(stopping, _start(name, parts[name], tell))
            except StackError as error:
                if left := find(home, name):
                    await stop(left)
                if first and not isinstance(error, PartEnded):
                    raise  # no program, no port: another try is of no use
                why = str(error)
                tell(why)
                tell(f"第 {attempt} 次启动 {name} 没有成功。 Try {attempt} of {TRIES} to start {name} failed.")
                count_end(name, why)
                await _set_within(stopping, LOOK_SECONDS)
                continue
            up[name].set()
            return process
        what = f"{name} 启动了 {TRIES} 次都没有成功。 {name} did not come up in {TRIES} tries"
        raise _given_up(home, name, what, why)

    async def keep(name: str, process: Process) -> None:
        while not await _set_within(stopping, LOOK_SECONDS):
            if alive(process):
                continue
            up[name].clear()
            count_end(name, last_lines(process))
            tell(f"{name} 意外退出, 重新启动 ended unexpectedly and is started again; see {process.log}")
            again = await started(name, first=False)
            if again is None:
                return
            process = again

    async def bring_up(keeping: asyncio.TaskGroup) -> None:
        for name in parts:
            process = await started(name, first=True)
            if process is None:
                return
            keeping.create_task(keep(name, process))
        all_up()

    try:
        async with asyncio.TaskGroup() as keeping:
            keeping.create_task(bring_up(keeping))
    except ExceptionGroup as several:
        raise several.exceptions[0] from several


def _given_up(home: Path, name: str, what: str, why: str) -> StackError:
    return StackError(f"{what}; see {log_file(home, name)}. The stack stops.\n{why}")


async def _first_of(*events: asyncio.Event) -> None:
    """Until one of them is set."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waiting:
            one.cancel()


async def _unless(stopping: asyncio.Event, work: Awaitable[Process]) -> Process | None:
    """The result of `work`, or None when `stopping` comes first (then `work` is cancelled)."""
    task = asyncio.ensure_future(work)
    stop_first = asyncio.ensure_future(stopping.wait())
    try:
        await asyncio.wait({task, stop_first}, return_when=asyncio.FIRST_COMPLETED)
        return await task if task.done() and not stopping.is_set() else None
    finally:
        stop_first.cancel()
        if not task.done():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
    return event.is_set()


@contextlib.contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """Hold this home: two stacks over the same data would destroy it. StackError when another holds it."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "stack.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StackError(
                f"{home} 正被另一个 songda up 使用。 Another stack is using {home}: `songda down` ends it."
            ) from None
        yield
