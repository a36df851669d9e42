"""Files that people send are read beside the system, never in it: each in a process of its own, with bounds (X6).

A file that is meant to do harm, or is only far too large, costs its own process and nothing else. One person has one
file read at a time, and a process of ours has a few read at once; more wait for a little while.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePath
from typing import BinaryIO, Generic, TypeVar

from fastapi import Request
from pydantic import BaseModel
from starlette.datastructures import UploadFile

from runtime.decision import Rejected
from runtime.errors import Overloaded
from runtime.file_limits import TOO_HEAVY
from runtime.file_refusals import NOTHING_IGNORED, SHAPE_RULE, Ignored, Parsed, Refused, UnreadableFile
from runtime.http import Caller, ErrorBody, Refusal
from runtime.logs import get_log

log = get_log("runtime.uploads")

FILES = 20  # in one request
AT_ONCE = 2  # files that one of our processes has read at once
WAIT_SECONDS = 20.0  # for one of these places
RETRY_SECONDS = 5
LINE_BYTES = 16 << 20  # of what a child says at once: 50 rows of the longest cells there can be
STATUS_OF = {"too_large": 413, "too_heavy": 413, "not_a_table": 415, "unknown_encoding": 415, "damaged": 415}
"""HTTP status by what is wrong with a file; anything else is 422."""
RESPONSES: dict[int | str, dict[str, object]] = {status: {"model": ErrorBody} for status in (413, 415, 422, 429, 503)}
"""What a route that takes a file may answer besides what all may."""

R = TypeVar("R")
Reader = Callable[[bytes], Parsed[R] | UnreadableFile]
"""A function of a module, found there by its name: it runs in another process."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What reading one file may cost: several times what the largest one that is taken does."""

    memory_bytes: int = 1 << 30
    cpu_seconds: int = 60
    wall_seconds: float = 150.0


class Piece(BaseModel, Generic[R]):
    """A part of what a child says."""

    rows: list[R] = []
    refused: list[Refused] = []
    ignored: Ignored = NOTHING_IGNORED
    unreadable: UnreadableFile | None = None
    done: bool = False


class Uploads:
    """Who has a file read, and how many are read at once. One per process."""

    def __init__(self, at_once: int = AT_ONCE, allowance: Allowance | None = None) -> None:
        self._people: set[str] = set()
        self._places = asyncio.Semaphore(at_once)
        self._allowance = allowance or Allowance()

    async def read(
        self, caller: Caller, files: Sequence[UploadFile], reader: Reader[R], piece: type[Piece[R]]
    ) -> list[tuple[str | None, Parsed[R]]]:
        """All files, read, each with its name. One that cannot be read refuses the request whole; who hangs up ends it.

        Raises `Refusal`: 413, 415, 422 (what is wrong with which file), 429 (another one of this person is being read);
        `Overloaded` when too many are being read.
        """
        if len(files) > FILES:
            raise _too_many()
        async with self._claim(caller.person.id):
            reading = asyncio.create_task(self._read_all(files, reader, piece))
            gone = asyncio.create_task(_hung_up(caller.request))
            try:
                await asyncio.wait({reading, gone}, return_when=asyncio.FIRST_COMPLETED)
                if not reading.done():
                    raise _hang_up()
                return reading.result()
            finally:
                for task in (reading, gone):
                    task.cancel()
                await asyncio.gather(reading, gone, return_exceptions=True)

    @asynccontextmanager
    async def _claim(self, person_id: str) -> AsyncIterator[None]:
        if person_id in self._people:
            raise _another()
        self._people.add(person_id)
        try:
            yield
        finally:
            self._people.discard(person_id)

    async def _read_all(
        self, files: Sequence[UploadFile], reader: Reader[R], piece: type[Piece[R]]
    ) -> list[tuple[str | None, Parsed[R]]]:
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._places.acquire()
        except TimeoutError as late:
            raise Overloaded("too many uploads are being read") from late
        try:
            parsed: list[tuple[str | None, Parsed[R]]] = []
            for upload in files:
                name = PurePath(upload.filename).name if upload.filename else None
                made = await read_apart(upload.file, reader, piece, self._allowance)
                if isinstance(made, UnreadableFile):
                    raise _unreadable(replace(made, filename=name))
                parsed.append((name, made))
            return parsed
        finally:
            self._places.release()


async def read_apart(
    file: BinaryIO, reader: Reader[R], piece: type[Piece[R]], allowance: Allowance
) -> Parsed[R] | UnreadableFile:
    """What `reader` makes of a file, in a process of its own. Cancelled, it ends that process before it returns."""
    # Cancelled while it starts, an event loop may leave a process behind: it is let start, and ended then.
    starting = asyncio.create_task(_child(file, reader, allowance))
    rows: list[R] = []
    refused: list[Refused] = []
    try:
        async with asyncio.timeout(allowance.wall_seconds):
            process = await asyncio.shield(starting)
            assert process.stdout is not None
            async for line in process.stdout:
                said = piece.model_validate_json(line)
                rows += said.rows
                refused += said.refused
                if said.done:
                    return said.unreadable or Parsed(rows, refused, said.ignored)
                await asyncio.sleep(0)  # lines that wait already are taken without a pause otherwise
            _, trouble = await process.communicate()
    except TimeoutError:
        return TOO_HEAVY
    finally:
        await _end(await starting)
    if process.returncode in {-signal.SIGXCPU, -signal.SIGKILL}:
        return TOO_HEAVY
    raise RuntimeError(f"reading a file ended with {process.returncode}: {trouble.decode(errors='replace')}")


async def _child(file: BinaryIO, reader: Reader[R], allowance: Allowance) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-X", "utf8", "-m", "runtime.reading_child"),
        f"{reader.__module__}:{reader.__qualname__}",
        str(allowance.memory_bytes),
        str(allowance.cpu_seconds),
        stdin=await asyncio.to_thread(_on_disk, file),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=LINE_BYTES,
        env={},
    )


async def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    await process.communicate()


def _on_disk(file: BinaryIO) -> int:
    """The descriptor of the file, at its beginning; a small upload lies in memory until now."""
    descriptor = file.fileno()
    file.flush()
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


async def _hung_up(request: Request) -> None:
    """Returns when who asked is no longer there. The body must have been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _unreadable(file: UnreadableFile) -> Refusal:
    name = file.filename
    return Refusal(
        STATUS_OF.get(file.code, 422),
        Rejected(
            f"file_{file.code}",
            file.rule,
            f"{name}：{file.reason}" if name else file.reason,
            f"{name}: {file.reason_en}" if name else file.reason_en,
            {"file": name},
        ),
    )


_shape = partial(Rejected, rule=SHAPE_RULE)


def _another() -> Refusal:
    return Refusal(
        429,
        _shape(
            code="one_file_at_a_time",
            zh="您传的另一个文件还在读取。请等它读完，再传这一个。",
            en="Another file of yours is still being read. Send this one when it is done.",
        ),
        {"Retry-After": str(RETRY_SECONDS)},
    )


def _too_many() -> Refusal:
    return Refusal(
        413,
        _shape(
            code="too_many_files",
            zh=f"一次最多传 {FILES} 个文件，请分几次导入。",
            en=f"At most {FILES} files at a time; please import them in parts.",
        ),
    )


def _hang_up() -> Refusal:
    """Nobody reads it; the log says why the reading ended."""
    return Refusal(
        499, _shape(code="hung_up", zh="上传的人已离开，没有导入。", en="Who sent it hung up; nothing was taken.")
    )
