"""4. Memory of a worker process by the number of contracts it has ever decided: bounded by settings, not by history."""

from bench import load
from bench.measuring import Figure, Section, figure, in_child, ratios
from bench.scratch import as_given
from runtime import kafka
from runtime.settings import Settings

IN_MEMORY = 1_000
"""Contracts that a partition keeps in memory here; six partitions keep 6,000."""
FLAT = 1.25


async def measure(settings: Settings, rounds: int, sizes: tuple[int, ...]) -> Section:
    """Each size in a fresh process; every contract is registered, its memory taken at the end."""
    bounded = settings.model_copy(update={"aggregates_in_memory": IN_MEMORY, "remembered_outcomes": IN_MEMORY})
    resident: dict[int, list[float]] = {size: [] for size in sizes}
    highest: dict[int, list[float]] = {size: [] for size in sizes}
    empty: list[float] = []
    for number in range(rounds):
        for size in sizes:
            service = f"memory{number}x{size}"
            await kafka.provision(settings, [service])
            await load.fill(settings, f"{service}.commands", load.registrations(size))
            log = settings.home / "logs" / "bench-memory.log"
            found = await in_child("grow", log, settings=as_given(bounded), service=service, contracts=size)
            resident[size].append(found["rss"])
            highest[size].append(found["hwm"])
            empty.append(found["empty"])
    figures: list[Figure] = [figure("before it joins", "MiB", empty)]
    for size in sizes:
        figures.append(figure(f"resident, {size:,} contracts", "MiB", resident[size]))
        figures.append(figure(f"highest, {size:,} contracts", "MiB", highest[size]))
    middle, largest = sizes[-2:]
    figures.append(
        figure(
            f"highest, {largest:,} / {middle:,}",
            "ratio",
            ratios(highest[largest], highest[middle]),
            at_most=FLAT,
        )
    )
    kept = IN_MEMORY * settings.partitions
    return Section(
        "memory", f"worker's memory; {kept:,} contracts may be in memory, the rest in checkpoints", tuple(figures)
    )
