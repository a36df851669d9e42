"""Processes that outlive a moment's attention: started in a session of their own, found again by file, ended for sure.

A process is known by its pid, the moment it started and the boot it belongs to, so that a pid that was given to
somebody else meanwhile is never signalled.
"""

import asyncio
import contextlib
import json
import os
import shutil
import signal
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from songda.stack.places import log_file, pid_file

POLL_SECONDS = 0.05
KILL_SECONDS = 10.0
"""How long the kernel may take to end a process after SIGKILL."""
MAX_LOG_BYTES = 16 << 20
"""A log larger than this is set aside (`.1`) when its process starts."""


class StackError(Exception):
    """The stack cannot do what was asked; the message says what is wrong and what to do."""


class PartEnded(StackError):
    """A part ended while it started, or did not answer in time: another try may do better."""


@dataclass(frozen=True, slots=True)
class Process:
    """One process of a stack: a server, the application, or the one that watches them."""

    name: str
    home: Path
    pid: int
    started: int
    """Clock ticks between boot and its start, as in /proc/PID/stat."""
    boot: str
    port: int | None = None
    log: Path | None = None

    @property
    def address(self) -> str:
        """`host:port`, where it listens."""
        return f"127.0.0.1:{self.port}"


def spawn(
    home: Path, name: str, command: Sequence[str], *, port: int | None = None, env: Mapping[str, str] | None = None
) -> Process:
    """Start `command` detached, its output appended to its log, and note it in its pid file.

    posix_spawn rather than subprocess: no object here that must be kept to reap the child.
    """
    program = shutil.which(command[0])
    if program is None:
        raise StackError(f"找不到程序 {command[0]}。 {command[0]} is not installed or not on PATH.")
    log = log_file(home, name)
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > MAX_LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
    append = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    pid = os.posix_spawn(
        program,
        [program, *command[1:]],
        dict(os.environ if env is None else env),
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), append, 0o640),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )
    process = Process(name, home, pid, _started(pid) or 0, _boot(), port, log)
    note(process)
    return process


def note(process: Process) -> None:
    """Write the pid file, whole or not at all."""
    path = pid_file(process.home, process.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.write_text(json.dumps(asdict(process), default=str), encoding="utf-8")
    fresh.replace(path)


def myself(home: Path, name: str, port: int | None = None) -> Process:
    """This very process, for its pid file."""
    return Process(name, home, os.getpid(), _started(os.getpid()) or 0, _boot(), port, log_file(home, name))


def find(home: Path, name: str) -> Process | None:
    """The process that the pid file names, if it still runs; a stale file is removed."""
    path = pid_file(home, name)
    try:
        saved = json.loads(path.read_text(encoding="utf-8"))
        process = Process(
            name=name,
            home=home,
            pid=int(saved["pid"]),
            started=int(saved["started"]),
            boot=str(saved["boot"]),
            port=saved["port"],
            log=log_file(home, name),
        )
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        path.unlink(missing_ok=True)  # a torn file names nobody
        return None
    if alive(process):
        return process
    path.unlink(missing_ok=True)
    return None


def alive(process: Process) -> bool:
    """Whether that very process runs (a zombie does not)."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(process.pid, os.WNOHANG)  # reap it, if it is our child
    return process.boot == _boot() and _started(process.pid) == process.started


async def stop(process: Process, grace: float = 30.0) -> bool:
    """SIGTERM, then SIGKILL after `grace` seconds. True when it went by itself."""
    gently = await _end(process, signal.SIGTERM, grace)
    if not gently:
        await kill(process)
    pid_file(process.home, process.name).unlink(missing_ok=True)
    return gently


async def kill(process: Process) -> None:
    """SIGKILL, and wait until it is gone. The pid file stays: a crash would leave it too."""
    if not await _end(process, signal.SIGKILL, KILL_SECONDS):
        raise StackError(f"{process.name}(pid {process.pid}) 无法结束。 It does not end, even by SIGKILL.")


async def _end(process: Process, how: signal.Signals, seconds: float) -> bool:
    if alive(process):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, how)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while alive(process):
                await asyncio.sleep(POLL_SECONDS)
            return True
    return False


def last_lines(process: Process, count: int = 15) -> str:
    """The end of its log, for an error message."""
    if process.log is None or not process.log.exists():
        return ""
    with process.log.open("rb") as log:
        log.seek(max(0, process.log.stat().st_size - 8192))
        return "\n".join(log.read().decode("utf-8", "replace").splitlines()[-count:])


def _started(pid: int) -> int | None:
    """Field 22 of /proc/PID/stat, or None when there is no such running process.

    The first thread of a killed process is a zombie while others still hold its ports and files: it runs as yet.
    """
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, *fields = text.rpartition(")")[2].split()  # the name before it may hold spaces and brackets
    threads, started = int(fields[16]), int(fields[18])
    return None if state in "ZX" and threads <= 1 else started


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
