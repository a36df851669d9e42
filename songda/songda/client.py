"""The command line as a client of the running system: signed in as a person, talking to the public API."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import httpx

from company.people import read_people
from runtime.lacking import HEADER
from runtime.settings import Settings
from runtime.tokens import tokens_of

LINES = "application/x-ndjson"
"""Asks an import to tell how far it is."""

TRIES = 10
LONGEST_WAIT_SECONDS = 60.0

Progress = Callable[[int, int], None]


class CallFailed(Exception):
    """The system said no or could not be reached; the text is for a person."""


def token_for(settings: Settings, person_id: str) -> str:
    """A token for a person of the company. Raises `CallFailed` for an unknown one, naming those there are."""
    people = read_people(settings.people)
    if person_id not in people:
        raise CallFailed(
            f"没有 {person_id} 这个人。There is no person {person_id}; there are {', '.join(sorted(people))}."
        )
    return tokens_of(settings).issue(person_id)


class Patient(httpx.HTTPTransport):
    """Whoever is told that they ask too often (429) waits as long as they are told, and asks again."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One request; its content can be sent again, as ours all can."""
        response = super().handle_request(request)
        for _ in range(TRIES - 1):
            if response.status_code != httpx.codes.TOO_MANY_REQUESTS:
                break
            response.close()
            time.sleep(min(float(response.headers.get("Retry-After", 1)), LONGEST_WAIT_SECONDS))
            response = super().handle_request(request)
        return response


class Client:
    """Calls the API as one person. Close after use (or use as a context)."""

    def __init__(self, settings: Settings, person_id: str, *, seconds: float = 600.0) -> None:
        self.lacks: str | None = None
        """What the answers so far lacked (`contracts=3`)."""
        self.address = settings.address
        self._http = httpx.Client(
            base_url=self.address,
            headers={"Authorization": f"Bearer {token_for(settings, person_id)}"},
            timeout=httpx.Timeout(seconds, connect=5.0),
            transport=Patient(),
            trust_env=False,  # the system is on this machine or named by SONGDA_HTTP_HOST: no proxy in between
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def get(self, path: str, **query: Any) -> Any:
        """GET, as JSON. Raises `CallFailed`."""
        return self._answer(lambda: self._http.get(path, params=query))

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Any:
        """POST JSON. `key` is the Idempotency-Key. Raises `CallFailed`."""
        headers = {"Idempotency-Key": key} if key else {}
        return self._answer(lambda: self._http.post(path, json=body, headers=headers))

    def upload(self, path: str, file: Path, progress: Progress | None = None) -> Any:
        """POST a file and return the report; `progress` is told (rows done, rows in all) meanwhile.

        Raises `CallFailed`.
        """
        try:
            content = file.read_bytes()
        except OSError as error:
            raise CallFailed(f"读不了文件 {file}：{error.strerror}。Cannot read {file}: {error.strerror}.") from error
        files = {"file": (file.name, content)}
        if progress is None:
            return self._answer(lambda: self._http.post(path, files=files))
        try:
            with self._http.stream("POST", path, files=files, headers={"Accept": LINES}) as response:
                if not response.is_success:
                    response.read()
                    raise _refusal(response)
                for line in response.iter_lines():
                    told = json.loads(line)
                    if "report" in told:
                        return told["report"]
                    progress(told["done"], told["total"])
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        raise CallFailed("导入中断了，请再导一次。The import was cut off; please import the file again.")

    def _answer(self, call: Any) -> Any:
        try:
            response: httpx.Response = call()
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        if response.is_success:
            self.lacks = response.headers.get(HEADER, self.lacks)
            return response.json()
        raise _refusal(response)

    def _unreachable(self, error: httpx.HTTPError) -> CallFailed:
        return CallFailed(
            f"连不上 {self.address}（{type(error).__name__}）。请先 songda up。"
            f" Cannot reach {self.address}: start it with songda up."
        )


def _refusal(response: httpx.Response) -> CallFailed:
    """A refused request as one line for a person."""
    try:
        no = response.json()
        text = f"{no['zh']} {no['en']} [{no['code']}{' ' + no['rule'] if no['rule'] else ''} · {no['id']}]"
    except (ValueError, KeyError):
        text = f"HTTP {response.status_code}"
    return CallFailed(text)
