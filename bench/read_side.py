"""2. Events folded per second: a rebuild, the live projector, and beside them a plain getmany + decode loop."""

from typing import Any

from bench import load
from bench.measuring import Section, figure, in_child, ratios
from bench.scratch import as_given
from runtime import kafka
from runtime.settings import Settings

AIM = 0.7
SIDES = ("bare", "fold", "rebuild", "live")


async def measure(settings: Settings, rounds: int, contracts: int, *, profile: bool) -> Section:
    """One stream, made by a worker; each round reads it four ways, one after the other.

    The live projector gets a copy of the stream once it follows an empty one: its first catch-up is a rebuild, which
    would be measured instead.
    """
    commands = contracts * load.COMMANDS_OF_A_CONTRACT
    events = contracts * load.EVENTS_OF_A_CONTRACT
    rate: dict[str, list[float]] = {side: [] for side in SIDES}
    profiles: list[tuple[str, str]] = []
    for number in range(rounds + profile):
        profiling = number == rounds
        service = f"read{number}"
        await kafka.provision(settings, [service, f"{service}live"])
        await load.fill(settings, f"{service}.commands", load.lives(contracts))
        logs = settings.home / "logs"
        await in_child(
            "write_worker",
            logs / "bench-read-worker.log",
            settings=as_given(settings),
            service=service,
            commands=commands,
            profile=False,
        )
        for side in SIDES:
            given: dict[str, Any] = {"settings": as_given(settings), "profile": profiling}
            given |= {"topic": f"{service}.events"} if side == "bare" else {"service": service}
            given |= {"events": events} if side == "live" else {}
            found = await in_child(f"read_{side}", logs / f"bench-read-{side}.log", **given)
            if profiling:
                profiles.append((f"read {side}", found["profile"]))
            else:
                rate[side].append(events / found["seconds"])
    return Section(
        "read",
        f"read side: {events} events of {contracts} contracts, {settings.partitions} partitions",
        (
            figure("rebuild", "events/s", rate["rebuild"]),
            figure("live projector", "events/s", rate["live"]),
            figure("bare loop: getmany + decode", "events/s", rate["bare"]),
            figure("bare loop + the folds", "events/s", rate["fold"]),
            figure("rebuild / bare", "ratio", ratios(rate["rebuild"], rate["bare"]), at_least=AIM),
            figure("rebuild / bare with folds", "ratio", ratios(rate["rebuild"], rate["fold"])),
            figure("live / bare", "ratio", ratios(rate["live"], rate["bare"])),
        ),
        tuple(profiles),
    )
