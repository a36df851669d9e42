"""1. Commands decided per second by one worker process, exactly once, beside bare loops over the same commands."""

from bench import load
from bench.measuring import Section, figure, in_child, ratios
from bench.scratch import as_given
from runtime import kafka
from runtime.settings import Settings

AIM = 0.7
SIDES = ("worker", "ruled", "translated", "moved")


async def measure(settings: Settings, rounds: int, contracts: int, *, profile: bool) -> Section:
    """Rounds of worker, translating loop, moving loop, one after the other in each round."""
    commands = contracts * load.COMMANDS_OF_A_CONTRACT
    rate: dict[str, list[float]] = {side: [] for side in SIDES}
    cpu: dict[str, list[float]] = {side: [] for side in SIDES}
    profiles: list[tuple[str, str]] = []
    for number in range(rounds + profile):
        profiling = number == rounds
        service = f"order{number}"
        await kafka.provision(settings, [service, *(f"{service}{side}" for side in SIDES[1:])])
        await load.fill(settings, f"{service}.commands", load.lives(contracts))
        for side in SIDES:
            given = {"settings": as_given(settings), "commands": commands, "profile": profiling}
            log = settings.home / "logs" / f"bench-write-{side}.log"
            if side == "worker":
                found = await in_child("write_worker", log, service=service, **given)
            else:
                found = await in_child("write_bare", log, source=service, target=f"{service}{side}", kind=side, **given)
            if profiling:
                profiles.append((f"write {side}", found["profile"]))
            else:
                rate[side].append(found["per_second"])
                cpu[side].append(found["cpu"] / found["done"] * 10_000)
    return Section(
        "write",
        f"write side: {commands} commands of {contracts} contracts, {settings.partitions} partitions, "
        f"batches of {settings.batch_commands}, one process",
        (
            figure("worker", "commands/s", rate["worker"]),
            figure("bare loop + the rules", "commands/s", rate["ruled"]),
            figure("bare loop, translated", "commands/s", rate["translated"]),
            figure("bare loop, bytes moved", "commands/s", rate["moved"]),
            figure("worker / translated", "ratio", ratios(rate["worker"], rate["translated"]), at_least=AIM),
            figure("worker / with the rules", "ratio", ratios(rate["worker"], rate["ruled"])),
            figure("worker / moved", "ratio", ratios(rate["worker"], rate["moved"])),
            *(figure(f"CPU of {side}", "s per 10k", cpu[side]) for side in SIDES),
            figure("CPU: translated / worker", "ratio", ratios(cpu["translated"], cpu["worker"])),
            figure("CPU: with the rules / worker", "ratio", ratios(cpu["ruled"], cpu["worker"])),
        ),
        tuple(profiles),
    )
