"""Waiting until a process that was started answers like the server it is."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from songda.stack.processes import PartEnded, Process, alive, last_lines

PAUSE_SECONDS = 0.1
ONE_QUESTION_SECONDS = 5.0


async def until_healthy(process: Process, healthy: Callable[[], Awaitable[bool]], seconds: float) -> None:
    """Ask `healthy` again and again. PartEnded when the process ends first, or the time is up."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while alive(process):
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(ONE_QUESTION_SECONDS):
                        if await healthy():
                            return
                await asyncio.sleep(PAUSE_SECONDS)
    what = "没有响应 does not answer" if alive(process) else "启动后就结束了 ended right after its start"
    raise PartEnded(f"{process.name} {what} ({seconds:.0f} s); {process.log}:\n{last_lines(process)}")
