"""Load at a fixed rate, whatever the answers do: each latency counts from the moment a request was due to be sent.

A client that waits for an answer before it sends the next would leave out just the requests that a slow moment would
have hurt (coordinated omission). What the client's own timer is late by (up to 1 ms) counts as well.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable


async def open_loop(rate: float, seconds: float, ask: Callable[[int], Awaitable[None]]) -> list[float]:
    """Ask `rate` times a second; latencies in ms, in order of sending. The first failure is raised."""
    total = int(rate * seconds)
    latencies = [0.0] * total
    start = time.perf_counter() + 0.05

    async def one(number: int, due: float) -> None:
        await ask(number)
        latencies[number] = (time.perf_counter() - due) * 1000

    async with asyncio.TaskGroup() as asked:
        for number in range(total):
            due = start + number / rate
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            asked.create_task(one(number, due))
    return latencies


def percentile(values: list[float], per_cent: float) -> float:
    """The value that `per_cent` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * per_cent / 100))]
