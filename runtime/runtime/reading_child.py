"""The process in which one uploaded file is read: `python -m runtime.reading_child MODULE:FUNCTION MEMORY CPU`.

Standard input is the file; `FUNCTION(bytes)` answers a `Parsed` or an `UnreadableFile`, which go to standard
output as lines of JSON (`runtime.uploads.Piece`), the last one with `done`. Memory in bytes, CPU in seconds: the
process ends at either, and soon after its parent. It writes no file and has inherited no secret.
"""

import gc
import importlib
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import orjson

from runtime.file_limits import TOO_HEAVY
from runtime.file_refusals import UnreadableFile

PIECE = 50  # rows a line: some 20 KB, which the parent takes in a fraction of a millisecond
NICE = 5  # pages and decisions come before imports
LOOK_SECONDS = 1.0  # how long it may outlive its parent
FRAMES = 20


def main() -> None:
    """Read the one file and say what is in it."""
    where, memory_bytes, cpu_seconds = sys.argv[1:]
    sys.excepthook = _say_where
    _bound(int(memory_bytes), int(cpu_seconds))
    sys.modules["numpy"] = None  # type: ignore[assignment] # openpyxl loads it if it can: 0.1 s and a pool of threads
    module, name = where.split(":")
    read = getattr(importlib.import_module(module), name)
    gc.disable()  # it lives for one file, and rows make no cycles
    for piece in pieces(read, sys.stdin.buffer.read()):
        sys.stdout.buffer.write(orjson.dumps(piece, option=orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()


def pieces(read: Callable[[bytes], Any], content: bytes) -> Iterator[dict[str, Any]]:
    """What the function makes of the content, in pieces that are quick to take."""
    try:
        made = read(content)
    except MemoryError:
        made = TOO_HEAVY
    if isinstance(made, UnreadableFile):
        yield {"unreadable": made, "done": True}
        return
    for name, items in (("rows", made.rows), ("refused", made.refused)):
        for start in range(0, len(items), PIECE):
            yield {name: items[start : start + PIECE]}
    yield {"ignored": made.ignored, "done": True}


def _bound(memory_bytes: int, cpu_seconds: int) -> None:
    os.nice(NICE)
    for kind, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    parent = os.getppid()

    def look(*_: object) -> None:
        if os.getppid() != parent:
            os._exit(1)

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, LOOK_SECONDS, LOOK_SECONDS)


def _say_where(kind: type[BaseException], _error: BaseException, trace: Any) -> None:
    """Where it broke, without the message: that may quote the file, which is personal (C18)."""
    print("".join(traceback.format_tb(trace, limit=-FRAMES)) + kind.__name__, file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    main()
