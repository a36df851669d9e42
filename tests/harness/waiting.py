"""Waiting for something to become true by looking again and again: the only waiting that tests do."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 300.0
"""Seconds that a test waits for what must come, whatever it is: said here and nowhere else. It costs nothing when all
is well, and a machine that is busy with other things is no fault of ours. A test that is about a time says its own."""

REST, LONGEST_REST = 2, 0.5
"""How many times as long as a look took whoever waits rests before the next one, and for how many seconds at most."""


async def eventually(
    look: Callable[[], Awaitable[T] | T], what: str, *, within: float = PATIENCE, every: float = 0.05
) -> T:
    """Look until the answer is true, and return it; after `within` seconds an AssertionError that says `what`.

    Between looks it rests for `every` seconds, longer if a look takes long: what is waited for needs the processor.
    One that waits by itself is asked again at once (0).
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while True:
        begun = loop.time()
        seen = look()
        answer: T = await seen if inspect.isawaitable(seen) else seen
        if answer:
            return answer
        if loop.time() >= deadline:
            raise AssertionError(f"not within {within:.0f} s: {what}; last seen: {answer!r}")
        took = loop.time() - begun
        await asyncio.sleep(every and max(every, min(REST * took, LONGEST_REST)))
