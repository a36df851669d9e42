"""5. Start-up of processes, and taking over partitions with and without checkpoints."""

from bench import load
from bench.http_latency import APART, TOGETHER, songda_processes
from bench.measuring import Figure, Section, figure, in_child
from bench.scratch import as_given
from runtime import kafka
from runtime.settings import Settings

TAKE_OVER_SECONDS = 3.0


async def measure(settings: Settings, rounds: int, sizes: tuple[int, ...]) -> Section:
    """Process start to ready, on an empty system; then restores of streams of about `sizes` events."""
    seconds: dict[str, list[float]] = {}
    for _ in range(rounds):
        for processes in (APART, TOGETHER):
            async with songda_processes(settings, processes) as took:
                for name, value in took.items():
                    seconds.setdefault(name, []).append(value)
    figures: list[Figure] = [
        figure("start to ready: order api", "s", seconds["api"]),
        figure("start to ready: order worker", "s", seconds["worker"]),
        figure("start to ready: all in one", "s", seconds["all"]),
    ]
    for size in sizes:
        figures += await _restores(settings, rounds, size)
    return Section("start", f"start-up and restore, {settings.partitions} partitions of one worker", tuple(figures))


async def _restores(settings: Settings, rounds: int, size: int) -> list[Figure]:
    """One stream, taken over again and again. Another database's name: the same stream without its checkpoints."""
    service = f"restore{size}"
    contracts = size // load.EVENTS_OF_A_CONTRACT
    await kafka.provision(settings, [service])
    await load.fill(settings, f"{service}.commands", load.lives(contracts))
    log = settings.home / "logs" / "bench-restore.log"
    commands = contracts * load.COMMANDS_OF_A_CONTRACT
    await in_child("settle", log, settings=as_given(settings), service=service, commands=commands)
    found: dict[str, list[float]] = {"with": [], "without": []}
    for number in range(rounds):
        elsewhere = settings.model_copy(update={"mongo_database": f"elsewhere{number}"})
        for side, where in (("with", settings), ("without", elsewhere)):
            got = await in_child("restore", log, settings=as_given(where), service=service)
            found[side].append(got["seconds"])
    return [
        figure(f"take-over with checkpoints, {size:,} events", "s", found["with"], at_most=TAKE_OVER_SECONDS),
        figure(f"take-over without, {size:,} events", "s", found["without"]),
    ]
