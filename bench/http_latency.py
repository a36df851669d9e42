"""3. HTTP: how long one command takes, from the moment it is due to the answer, at fixed rates.

Beside it the way of one record through Kafka alone: an idempotent producer, a transaction that gives it back, a
read_committed consumer.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bench.measuring import Figure, Section, figure, in_child, until
from bench.scratch import as_given
from runtime import kafka
from runtime.settings import Settings, as_environment
from songda.client import token_for
from songda.stack.processes import spawn, stop

RATES = (200, 50)
TOGETHER_RATES = (50,)
"""Five services, their reactions and read models in one Python process: 200/s is more than one core can do."""
WARM_UP_SHARE = 3
"""A broker whose code is not compiled yet takes twice the CPU: it is warmed up for so many times a round's seconds."""
APART: dict[str, Sequence[str]] = {"api": ("order", "--role", "api"), "worker": ("order", "--role", "worker")}
TOGETHER: dict[str, Sequence[str]] = {"all": ("all",)}
P50_MS, P99_MS = 10.0, 40.0


@asynccontextmanager
async def songda_processes(settings: Settings, processes: dict[str, Sequence[str]]) -> AsyncIterator[dict[str, float]]:
    """`songda run ...` for each; yields seconds from start to ready, by name. The first one has the given HTTP port."""
    started = []
    seconds = {}
    try:
        for number, (name, arguments) in enumerate(processes.items()):
            own = settings.model_copy(update={"http_port": settings.http_port + number})
            began = time.perf_counter()
            process = spawn(
                settings.home,
                f"bench-{name}",
                [sys.executable, "-m", "songda", "run", *arguments],
                port=own.http_port,
                env={**os.environ, **as_environment(own)},
            )
            started.append(process)

            async def ready(port: int = own.http_port) -> bool:
                return _is_ready(f"http://127.0.0.1:{port}/ready")

            await until(ready, seconds=120)
            seconds[name] = time.perf_counter() - began
        yield seconds
    finally:
        for process in reversed(started):
            await stop(process)


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


async def measure(settings: Settings, rounds: int, seconds: float) -> Section:
    """Rounds of echo, api and worker as two processes, everything in one process; after a warm-up of the broker."""
    found: dict[tuple[str, int], list[dict[str, float]]] = {}
    token = token_for(settings, "liang.my")
    first = 0
    async with songda_processes(settings, APART):
        warm = {"token": token, "rate": RATES[0], "seconds": seconds * WARM_UP_SHARE, "first": first}
        await _load("http_load", settings, **warm)
        first += int(RATES[0] * (seconds * WARM_UP_SHARE + 2))
    for number in range(rounds):
        echo = f"echo{number}"
        await kafka.provision(settings, [echo])
        server = spawn(
            settings.home,
            "bench-echo",
            [sys.executable, "-m", "bench.tasks", "echo", json.dumps({"settings": as_given(settings), "name": echo})],
        )
        try:
            for rate in RATES:
                got = await _load("echo_load", settings, name=echo, rate=rate, seconds=seconds)
                found.setdefault(("echo", rate), []).append(got)
        finally:
            await stop(server)
        for side, processes, rates in (("apart", APART, RATES), ("together", TOGETHER, TOGETHER_RATES)):
            async with songda_processes(settings, processes):
                for rate in rates:
                    got = await _load("http_load", settings, token=token, rate=rate, seconds=seconds, first=first)
                    found.setdefault((side, rate), []).append(got)
                    first += int(rate * (seconds + 2))
    titles = {
        "echo": "Kafka alone",
        "apart": "HTTP, two processes",
        "together": "HTTP, all in one",
    }
    return Section(
        "http",
        f"HTTP latency: contracts registered at a fixed rate for {seconds:g} s, from when each was due",
        tuple(
            made
            for rate in RATES
            for side, title in titles.items()
            if (side, rate) in found
            for made in _figures(f"{title}, {rate}/s", found[side, rate], judged=side == "apart" and rate == RATES[0])
        ),
    )


def _figures(title: str, rounds: list[dict[str, float]], *, judged: bool) -> list[Figure]:
    aims = {"p50": P50_MS, "p95": None, "p99": P99_MS}
    return [
        figure(f"{title}: {p}", "ms", [r[p] for r in rounds], at_most=aim if judged else None)
        for p, aim in aims.items()
    ]


async def _load(task: str, settings: Settings, **given: object) -> dict[str, float]:
    return await in_child(task, settings.home / "logs" / "bench-load.log", settings=as_given(settings), **given)
