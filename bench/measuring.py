"""How a figure is taken: rounds, CPU and memory of a process, and what a child process says about itself."""

import asyncio
import gc
import json
import os
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing over all rounds. `unit` belongs to every value; `better` says which way is good."""

    name: str
    unit: str
    rounds: tuple[float, ...]
    aim: str = ""
    met: bool | None = None
    note: str = ""

    @property
    def median(self) -> float:
        """Middle of the rounds."""
        return statistics.median(self.rounds)

    def as_json(self) -> dict[str, Any]:
        """For the results file."""
        return {
            "name": self.name,
            "unit": self.unit,
            "min": min(self.rounds),
            "median": self.median,
            "max": max(self.rounds),
            "rounds": list(self.rounds),
            "aim": self.aim,
            "met": self.met,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Section:
    """The figures of one subject, and the hot functions when profiled."""

    name: str
    title: str
    figures: tuple[Figure, ...]
    profiles: tuple[tuple[str, str], ...] = ()


def figure(
    name: str,
    unit: str,
    rounds: Sequence[float],
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    note: str = "",
) -> Figure:
    """A figure, judged by its median against an aim if there is one."""
    values = tuple(float(value) for value in rounds)
    if at_least is not None:
        return Figure(name, unit, values, f">= {at_least:g}", statistics.median(values) >= at_least, note)
    if at_most is not None:
        return Figure(name, unit, values, f"<= {at_most:g}", statistics.median(values) <= at_most, note)
    return Figure(name, unit, values, note=note)


def ratios(ours: Sequence[float], bare: Sequence[float]) -> list[float]:
    """Ours over bare, round by round: both sides of a round ran one right after the other."""
    return [a / b for a, b in zip(ours, bare, strict=True)]


def memory(pid: int | str = "self") -> tuple[float, float]:
    """Resident memory of a process now and at its highest, in MiB."""
    found: dict[str, float] = {}
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name in {"VmRSS", "VmHWM"}:
            found[name] = int(value.split()[0]) / 1024
    return found["VmRSS"], found["VmHWM"]


def cpu_of(pid: int) -> float:
    """CPU seconds that a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Span:
    """How long the work between two moments took: things done, wall and CPU seconds of this process."""

    done: int
    seconds: float
    cpu: float

    @property
    def per_second(self) -> float:
        """Things per second."""
        return self.done / self.seconds


async def watch(count: Callable[[], int], target: int, seconds: float = 600.0) -> Span:
    """Measure from the first thing done (joining and taking over lie before it) to the last, by looking every 2 ms."""
    gc.collect()
    deadline = time.perf_counter() + seconds
    while not (first := count()):
        _not_late(deadline, count, target)
        await asyncio.sleep(0.002)
    wall, cpu = time.perf_counter(), time.process_time()
    while (now := count()) < target:
        _not_late(deadline, count, target)
        await asyncio.sleep(0.002)
    return Span(now - first, time.perf_counter() - wall, time.process_time() - cpu)


def _not_late(deadline: float, count: Callable[[], int], target: int) -> None:
    if time.perf_counter() > deadline:
        raise TimeoutError(f"only {count()} of {target} in time")


async def until(ready: Callable[[], Awaitable[bool]], seconds: float = 60.0, every: float = 0.01) -> None:
    """Wait until something holds."""
    deadline = time.perf_counter() + seconds
    while not await ready():
        if time.perf_counter() > deadline:
            raise TimeoutError("not ready in time")
        await asyncio.sleep(every)


async def in_child(task: str, log: Path, **given: Any) -> dict[str, Any]:
    """Run one task of `bench.tasks` in a fresh Python process and return what it found.

    The child's logs go to `log`, as a service's would go to a file.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as errors:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.tasks", task, json.dumps(given), stdout=asyncio.subprocess.PIPE, stderr=errors
        )
        try:
            said, _ = await child.communicate()
        except BaseException:
            child.kill()
            await child.wait()
            raise
    if child.returncode != 0:
        raise RuntimeError(f"{task} failed ({child.returncode}):\n{_end_of(log)}")
    found: dict[str, Any] = json.loads(said)
    return found


def _end_of(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-2000:]
