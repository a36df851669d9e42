"""The whole system as one process on the session's servers, its command line, and the people who use it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from harness.processes import Application
from harness.stacks import Stack
from harness.waiting import PATIENCE
from runtime.testing import pin_of, signs
from runtime.tokens import Tokens

SECRET = "only for the tests"


class Whole:
    """The running system: its process, its address, its command line."""

    def __init__(self, stack: Stack, home: Path, **more: str) -> None:
        self.home = home
        self.kafka_address = stack.kafka_address
        self.env = {
            "SONGDA_KAFKA_BOOTSTRAP": stack.kafka_address,
            "SONGDA_MONGO_URL": stack.mongo_url,
            "SONGDA_MONGO_DATABASE": "journeys",
            "SONGDA_HOME": str(home),
            "SONGDA_SECRET": SECRET,
            "SONGDA_DEMO_LOGIN": "true",
            "SONGDA_NOTIFY_QUIET_HOURS": "false",  # what is sent must not depend on when tests run
            **more,
        }
        self.application = Application("whole", ["-m", "songda", "run", "all"], self.env, home / "whole.log")

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`songda ...`, to its end."""
        env = {**os.environ, **self.env, "SONGDA_HTTP_PORT": str(self.application.port), "COLUMNS": "200"}
        return subprocess.run(
            [sys.executable, "-m", "songda", *arguments],
            env=env,
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE,
        )

    def json(self, *arguments: str) -> Any:
        """What a command with `--json` prints; it must succeed."""
        done = self.command(*arguments, "--json")
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout)

    def as_person(self, person: str | None) -> httpx.Client:
        """A connection signed in as somebody (None: nobody)."""
        headers = {} if person is None else {"Authorization": f"Bearer {Tokens(SECRET).issue(person)}"}
        return httpx.Client(base_url=self.application.url, headers=headers, timeout=PATIENCE, verify=False)

    def settle(self) -> None:
        """Wait until everything asked so far has run its course."""
        with self.as_person("he.jx") as client:
            answer = client.get("/api/settled", params={"seconds": PATIENCE - 10})
            assert answer.json() == {"settled": True}


class People:
    """Everybody, by id: `people["he.jx"].post(...)`."""

    def __init__(self, whole: Whole) -> None:
        self._whole = whole
        self._clients: dict[str, httpx.Client] = {}

    def __getitem__(self, person: str) -> httpx.Client:
        if person not in self._clients:
            self._clients[person] = self._whole.as_person(person)
        return self._clients[person]

    def post(self, person: str, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> httpx.Response:
        """POST as somebody; header names with `_` for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self[person].post(path, json=dict(body or {}), headers=named)

    def done(self, person: str, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> dict[str, Any]:
        """The same; it must be accepted."""
        answer = self.post(person, path, body, **headers)
        assert answer.status_code in {200, 201}, f"{path}: {answer.status_code} {answer.text}"
        content: dict[str, Any] = answer.json()
        return content

    def refused(self, person: str, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> tuple[int, str]:
        """The same; it must be refused: status and rule."""
        answer = self.post(person, path, body, **headers)
        assert answer.status_code >= 400, f"{path} was accepted: {answer.text}"
        return answer.status_code, answer.json()["rule"]

    def signs(self, person: str) -> dict[str, str]:
        """`second` of a request: somebody enters their PIN, which they have set before."""
        known = self[person].get("/api/pin").json()["is_set"]
        if not known:
            self.done(person, "/api/pin", {"pin": pin_of(person)})
        return signs(person)

    def close(self) -> None:
        """Hang up."""
        for client in self._clients.values():
            client.close()
