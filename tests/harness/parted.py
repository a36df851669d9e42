"""Order, inventory and dispatch as processes of their own, of which any may be killed, and one in front with HTTP."""

import random
from pathlib import Path

from harness.processes import Application
from harness.stacks import Stack
from runtime.settings import Settings

SECRET = "only for the tests"
VICTIMS = {
    "order": ("order", "worker", "reactor"),
    "inventory-1": ("inventory", "worker", "reactor"),
    "inventory-2": ("inventory", "worker", "reactor"),
    "dispatch": ("dispatch", "worker", "reactor"),
}
"""Process -> service and roles; two of inventory, so that one takes over from the other."""


class Parted:
    """The system in parts, on servers of its own."""

    def __init__(self, stack: Stack, home: Path, seed: int) -> None:
        self.stack = stack
        self.home = home
        self.seed = seed
        self.killed: list[str] = []
        self.settings = Settings(
            kafka_bootstrap=stack.kafka_address,
            mongo_url=stack.mongo_url,
            mongo_database="parted",
            home=home / "home",
            secret=SECRET,
            session_timeout_ms=6_000,
            checkpoint_seconds=1.0,
            decision_seconds=2.0,  # those who ask are told "not yet" while a worker is away, and ask again
        )
        self.front = self._application("front", "all", "api", "projector")
        self.victims = {name: self._application(name, *what) for name, what in VICTIMS.items()}

    def _application(self, name: str, what: str, *roles: str) -> Application:
        told = self.settings.model_dump(mode="json", exclude={"secret", "people"})
        env = {f"SONGDA_{key.upper()}": str(value) for key, value in told.items() if value is not None}
        command = ["-m", "songda", "run", what, *(f"--role={role}" for role in roles)]
        return Application(name, command, env | {"SONGDA_SECRET": SECRET}, self.home / f"{name}.log")

    async def start(self) -> None:
        """All of it, until all of it is ready."""
        for application in (self.front, *self.victims.values()):
            application.start()
        for application in (self.front, *self.victims.values()):
            await application.ready()

    def strike(self, chance: random.Random) -> None:
        """SIGKILL to one of the processes; another one of the same kind starts at once."""
        name = chance.choice(sorted(self.victims))
        victim = self.victims[name]
        assert victim.running, f"{name} ended by itself:\n{victim.tail()}"
        victim.kill()
        self.killed.append(name)
        victim.start()

    def close(self) -> None:
        """End all that runs."""
        for application in (self.front, *self.victims.values()):
            application.end()
