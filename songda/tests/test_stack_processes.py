"""Processes of the stack: found again by file, ended for sure, and never somebody else's."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from songda.stack.places import pid_file
from songda.stack.ports import SERVER_PORTS, free_port, require_free
from songda.stack.processes import Process, StackError, alive, find, kill, last_lines, note, spawn, stop

SLEEPER = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
]

Start = Callable[[list[str]], Process]


@pytest_asyncio.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Starts a process called "it" in this test's home; ends it afterwards."""
    started: list[Process] = []

    def begin(command: list[str]) -> Process:
        started.append(spawn(tmp_path, "it", command, port=4242))
        return started[-1]

    yield begin
    for process in started:
        await kill(process)


async def until_it_speaks(process: Process) -> None:
    while "up" not in last_lines(process):
        await asyncio.sleep(0.01)


async def test_a_started_process_is_found_by_its_file(start: Start, tmp_path: Path) -> None:
    process = start(SLEEPER)
    assert find(tmp_path, "it") == process
    assert process.address == "127.0.0.1:4242"


async def test_a_stopped_process_is_gone_and_its_file_too(start: Start, tmp_path: Path) -> None:
    process = start(SLEEPER)
    await until_it_speaks(process)
    assert await stop(process)
    assert (alive(process), find(tmp_path, "it"), pid_file(tmp_path, "it").exists()) == (False, None, False)


async def test_a_process_that_does_not_end_when_asked_is_killed(start: Start) -> None:
    process = start(STUBBORN)
    await until_it_speaks(process)
    assert not await stop(process, grace=0.2)
    assert not alive(process)


async def test_a_killed_process_is_found_no_more(start: Start, tmp_path: Path) -> None:
    process = start(SLEEPER)
    os.kill(process.pid, signal.SIGKILL)
    while find(tmp_path, "it"):
        await asyncio.sleep(0.01)
    assert not pid_file(tmp_path, "it").exists()


@pytest.mark.parametrize("difference", [{"started": 1}, {"boot": "another boot"}])
async def test_a_pid_that_now_belongs_to_another_process_is_left_alone(
    start: Start, tmp_path: Path, difference: dict[str, int | str]
) -> None:
    process = start(SLEEPER)
    former = replace(process, **difference)  # type: ignore[arg-type]
    note(former)
    assert find(tmp_path, "it") is None
    assert await stop(former)
    assert alive(process)


@pytest.mark.parametrize("torn", ["", "{", "[]", '{"pid": "x"}', '{"pid": 1}'])
def test_a_torn_file_names_nobody(tmp_path: Path, torn: str) -> None:
    path = pid_file(tmp_path, "it")
    path.parent.mkdir(parents=True)
    path.write_text(torn, encoding="utf-8")
    assert find(tmp_path, "it") is None
    assert not path.exists()


def test_a_program_that_is_not_installed_is_named(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="no-such-program"):
        spawn(tmp_path, "it", ["no-such-program"])


def test_a_port_in_use_names_its_owner_and_the_setting() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(
            StackError, match=rf"Port {port} for Kafka is in use by pid {os.getpid()} .*SONGDA_KAFKA_PORT"
        ):
            require_free(port, "Kafka", "SONGDA_KAFKA_PORT")


def test_a_free_port_is_not_one_that_outgoing_connections_get() -> None:
    assert free_port() in SERVER_PORTS
