"""Files that are meant to do harm, sent to the running system: refused with words, and nobody else notices (X6, X8)."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any, Self

import httpx
import psutil
import pytest
from harness.hostile_files import HOSTILE, long_file, readers
from harness.processes import Application
from harness.waiting import eventually
from harness.whole import Whole

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

ROOM_SECONDS = 10.0
"""How long others may wait for a page while such a file is read, also on a busy machine. Each was 23 s behind the worst
of these files; how long the loop itself is held is measured in tests/runtime/test_uploads.py."""


class Others:
    """People who go on looking at a page; how often they were answered, and the longest time it took."""

    def __init__(self, whole: Whole) -> None:
        self._whole = whole
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.answers = 0
        self.longest = 0.0

    def _look(self) -> None:
        with self._whole.as_person("guan.yf") as client:
            while not self._ended.is_set():
                begun = time.monotonic()
                assert client.get("/api/contracts", params={"limit": 5}).status_code == 200
                self.longest = max(self.longest, time.monotonic() - begun)
                self.answers += 1

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()


@pytest.fixture(scope="module")
def others(whole: Whole) -> Iterator[Others]:
    """Somebody who looks at contracts all the while."""
    with Others(whole) as looking:
        yield looking


def send_and_stay(application: Application, client: httpx.Client, content: bytes) -> socket.socket:
    """Upload a contracts file and wait for no answer; close the connection to hang up."""
    path = "/api/imports/contracts"
    request = client.build_request("POST", path, files={"file": ("long.xlsx", content)})
    request.read()
    head = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in request.headers.items()), "", ""]
    connection = socket.create_connection(("127.0.0.1", application.port))
    connection.sendall("\r\n".join(head).encode() + request.content)
    return connection


@pytest.mark.parametrize("what", HOSTILE)
async def test_a_hostile_file_is_refused_or_costs_only_its_rows(
    whole: Any, people: Any, others: Others, what: str
) -> None:
    """X6: the right status, words, one line in the log; the good row of a file that is taken in part is taken."""
    hostile = HOSTILE[what]
    content = hostile.make()
    answer = people["liang.my"].post("/api/imports/contracts", files={"file": (hostile.name, content)})
    said = answer.json()
    if isinstance(hostile.answer, int):
        good = said["taken"] + said["repeated"] + said["waiting_rows"]  # with a bad row of its own, the contract waits
        found = (answer.status_code, len(said["refused"]), good)
        assert found == (200, hostile.answer, 1)
        assert all(row["reason"] and row["reason_en"] for row in said["refused"])
    else:
        assert (answer.status_code, said["code"]) == hostile.answer
        assert all(said[name] for name in ("zh", "en", "rule"))
        await eventually(lambda: len(whole.application.lines(said["id"])) == 1, "one line in the log")
    await eventually(lambda: readers(whole.application.pid) == [], "nobody reads it any more")


def test_others_were_answered_all_the_while(others: Others) -> None:
    """X6, X8"""
    assert others.answers > 100
    assert others.longest < ROOM_SECONDS


async def test_who_hangs_up_ends_the_reading(whole: Any, others: Others) -> None:
    """X6"""
    with whole.as_person("he.jx") as client:
        begun = send_and_stay(whole.application, client, long_file(20_000))
    (child,) = await eventually(lambda: readers(whole.application.pid), "the file is being read")
    begun.close()
    await eventually(lambda: not psutil.pid_exists(child.pid), "its process is gone")
    await eventually(lambda: whole.application.lines("hung_up"), "the log says so")


async def test_a_stopped_server_leaves_no_process_behind(whole: Any) -> None:
    """X6: told to stop, with an upload in its hands."""
    more = Application("more", ["-m", "songda", "run", "order", "--role", "api"], whole.env, whole.home / "more.log")
    more.start()
    try:
        await more.ready()
        with whole.as_person("he.jx") as client:
            begun = send_and_stay(more, client, long_file(20_000))
        (child,) = await eventually(lambda: readers(more.pid), "the file is being read")
        await asyncio.to_thread(more.stop)
        begun.close()
        await eventually(lambda: not psutil.pid_exists(child.pid), "its process is gone")
    finally:
        more.end()
