"""Processes of the system under test: real ones, that can be stopped, killed, frozen and started again."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from harness.waiting import PATIENCE, eventually
from songda.stack import free_port

TESTS = Path(__file__).resolve().parents[1]


class Application:
    """One process. `start()` before use; `start()` again after its end starts another one of the same kind."""

    def __init__(self, name: str, command: Sequence[str], env: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.port = free_port()
        self.log = log
        self._command = [*command]
        self._env = {
            **os.environ,
            **env,
            "SONGDA_HTTP_PORT": str(self.port),
            "PYTHONPATH": os.pathsep.join([str(TESTS), *filter(None, [os.environ.get("PYTHONPATH")])]),
            "PYTHONUNBUFFERED": "1",
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where its HTTP is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> "Application":
        """Start it; returns at once."""
        assert not self.running, f"{self.name} runs already"
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self._command], env=self._env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        return self

    async def ready(self) -> "Application":
        """Wait until `/ready` says so."""

        async def look() -> bool:
            assert self.running, f"{self.name} ended:\n{self.tail()}"
            return (await self.state()).get("ready") is True

        try:
            await eventually(look, f"{self.name} is ready", every=0.1)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{await self.state()}\n{self.tail()}") from error
        return self

    async def state(self) -> dict[str, Any]:
        """What `/ready` says; empty while nothing listens."""
        async with httpx.AsyncClient(timeout=5, verify=False) as client:  # or each look reads all the world's CAs
            try:
                answer: dict[str, Any] = (await client.get(f"{self.url}/ready")).json()
                return answer
            except httpx.HTTPError:
                return {}

    def kill(self) -> None:
        """SIGKILL, and wait for its end."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(PATIENCE)

    def stop(self, within: float = PATIENCE) -> int:
        """SIGTERM, and wait for its end; the exit code."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(within)

    def freeze(self) -> None:
        """SIGSTOP: it neither runs nor knows that time passes."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def end(self) -> None:
        """Whatever state it is in: gone."""
        if self.running:
            self.kill()

    def lines(self, phrase: str) -> list[str]:
        """Its log lines that hold a phrase."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return [line for line in text.splitlines() if phrase in line]

    def tail(self, count: int = 25) -> str:
        """The end of its log."""
        return "\n".join(self.lines("")[-count:])
