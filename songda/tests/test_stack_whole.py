"""The whole stack with stand-ins for its parts: order, watching, leftovers, wiping."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from songda.stack import whole
from songda.stack.health import until_healthy
from songda.stack.places import StackSettings, ready_file
from songda.stack.ports import free_port
from songda.stack.processes import Process, StackError, alive, find, spawn


@pytest_asyncio.fixture
async def settings(tmp_path: Path) -> AsyncIterator[StackSettings]:
    settings = StackSettings(
        home=tmp_path,
        kafka_port=free_port(),
        kafka_controller_port=free_port(),
        mongo_port=free_port(),
        http_port=free_port(),
    )
    yield settings
    await whole.end_parts(tmp_path, lambda _: None, "")


def parts(home: Path, started: list[str], command: tuple[str, ...] = ("sleep", "60")) -> dict[str, whole.Starter]:
    def starter(name: str) -> whole.Starter:
        async def start() -> Process:
            started.append(name)
            return spawn(home, name, command, port=1)

        return start

    return {name: starter(name) for name in whole.ORDER}


async def never() -> bool:
    return False


async def until(holds: Callable[[], object]) -> None:
    """However long it takes: a test that hangs is ended by pytest."""
    while not holds():
        await asyncio.sleep(0.01)


def running(home: Path) -> dict[str, Process]:
    return {part.name: part.process for part in whole.status(home) if part.process}


async def test_parts_start_in_order_and_stop_in_reverse(settings: StackSettings) -> None:
    told: list[str] = []
    started: list[str] = []
    stopping = asyncio.Event()
    up = asyncio.create_task(whole.run(settings, parts(settings.home, started), told.append, stopping, "all is up"))
    await until(ready_file(settings.home).exists)
    assert list(running(settings.home)) == ["stack", "kafka", "mongo", "app"]
    stopping.set()
    await up
    stopped = [line.split()[2] for line in told if line.startswith("停止")]
    assert (started, stopped, running(settings.home)) == (["kafka", "mongo", "app"], ["app", "mongo", "kafka"], {})
    assert "all is up" in told
    assert not ready_file(settings.home).exists()


async def test_a_part_that_is_killed_is_started_again(settings: StackSettings) -> None:
    started: list[str] = []
    stopping = asyncio.Event()
    up = asyncio.create_task(whole.run(settings, parts(settings.home, started), lambda _: None, stopping, ""))
    await until(ready_file(settings.home).exists)
    first = running(settings.home)["mongo"]
    os.kill(first.pid, signal.SIGKILL)
    await until(lambda: started == ["kafka", "mongo", "app", "mongo"])
    await until(lambda: "mongo" in running(settings.home))
    assert running(settings.home)["mongo"].pid != first.pid
    stopping.set()
    await up


async def test_a_part_that_waits_for_another_does_not_keep_that_one_from_being_started_again(
    settings: StackSettings,
) -> None:
    started: list[str] = []
    stopping, app_waits = asyncio.Event(), asyncio.Event()
    made = parts(settings.home, started)
    start_app = made["app"]

    async def app_needs_kafka() -> Process:
        if "app" in started:
            app_waits.set()
            await until(lambda: started.count("kafka") == 2)
        return await start_app()

    everything = {**made, "app": app_needs_kafka}
    up = asyncio.create_task(whole.run(settings, everything, lambda _: None, stopping, ""))
    await until(ready_file(settings.home).exists)
    os.kill(running(settings.home)["app"].pid, signal.SIGKILL)
    await app_waits.wait()
    os.kill(running(settings.home)["kafka"].pid, signal.SIGKILL)
    await until(lambda: started == ["kafka", "mongo", "app", "kafka", "app"])
    stopping.set()
    await up


async def test_a_start_that_fails_because_another_part_is_away_is_tried_again(
    settings: StackSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "LOOK_SECONDS", 0.01)
    started: list[str] = []
    told: list[str] = []
    stopping = asyncio.Event()
    made = parts(settings.home, started)
    start_app = made["app"]

    async def app_fails_once() -> Process:
        process = await start_app()
        if started.count("app") == 2:
            raise StackError("no Kafka")
        return process

    everything = {**made, "app": app_fails_once}
    up = asyncio.create_task(whole.run(settings, everything, told.append, stopping, ""))
    await until(ready_file(settings.home).exists)
    os.kill(running(settings.home)["app"].pid, signal.SIGKILL)
    await until(lambda: started == ["kafka", "mongo", "app", "app", "app"])
    stopping.set()
    await up
    assert ("no Kafka" in told, running(settings.home)) == (True, {})


async def test_a_part_that_dies_during_the_very_first_start_is_tried_again(settings: StackSettings) -> None:
    started: list[str] = []
    told: list[str] = []
    stopping = asyncio.Event()
    made = parts(settings.home, started)
    start_mongo = made["mongo"]

    async def mongo_dies_once() -> Process:
        process = await start_mongo()
        if started.count("mongo") == 1:
            os.kill(process.pid, signal.SIGKILL)
            await until_healthy(process, never, seconds=60)
        return process

    up = asyncio.create_task(
        whole.run(settings, {**made, "mongo": mongo_dies_once}, told.append, stopping, "all is up")
    )
    await until(ready_file(settings.home).exists)
    stopping.set()
    await up
    assert started == ["kafka", "mongo", "mongo", "app"]
    assert [line for line in told if "Try" in line] == [
        "第 1 次启动 mongo 没有成功。 Try 1 of 3 to start mongo failed."
    ]


async def test_a_server_that_dies_while_the_application_starts_for_the_first_time_is_started_again(
    settings: StackSettings,
) -> None:
    started: list[str] = []
    told: list[str] = []
    stopping = asyncio.Event()
    made = parts(settings.home, started)
    start_app = made["app"]

    async def app_needs_kafka() -> Process:
        os.kill(running(settings.home)["kafka"].pid, signal.SIGKILL)
        await until(lambda: started.count("kafka") == 2)
        return await start_app()

    up = asyncio.create_task(whole.run(settings, {**made, "app": app_needs_kafka}, told.append, stopping, "all is up"))
    await until(ready_file(settings.home).exists)
    assert list(running(settings.home)) == ["stack", "kafka", "mongo", "app"]
    stopping.set()
    await up
    assert (started, "all is up" in told) == (["kafka", "mongo", "kafka", "app"], True)


async def test_a_part_that_never_comes_up_stops_the_stack_with_the_reason_and_its_log(settings: StackSettings) -> None:
    async def dies() -> Process:
        process = spawn(settings.home, "kafka", ["sh", "-c", "echo no memory; exit 1"], port=1)
        await until_healthy(process, never, seconds=60)
        return process

    with pytest.raises(
        StackError, match=r"kafka did not come up in 3 tries; see .*kafka\.log\. The stack stops\.\n[^!]*no memory"
    ):
        await whole.run(settings, {"kafka": dies}, lambda _: None, asyncio.Event(), "")
    assert running(settings.home) == {}


async def test_a_part_that_cannot_be_started_at_all_is_not_tried_again(settings: StackSettings) -> None:
    told: list[str] = []

    async def not_installed() -> Process:
        return spawn(settings.home, "kafka", ["no-such-program"], port=1)

    with pytest.raises(StackError, match="no-such-program"):
        await whole.run(settings, {"kafka": not_installed}, told.append, asyncio.Event(), "")
    assert told == ["启动 starting: kafka …"]


async def test_a_part_that_keeps_ending_stops_the_stack_with_a_reason(
    settings: StackSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "LOOK_SECONDS", 0.01)
    broken = {"kafka": parts(settings.home, [], ("false",))["kafka"]}
    with pytest.raises(StackError, match=r"kafka keeps ending; see .*kafka\.log"):
        await whole.run(settings, broken, lambda _: None, asyncio.Event(), "")
    assert running(settings.home) == {}


async def test_what_a_killed_watcher_left_is_ended_before_the_next_start(settings: StackSettings) -> None:
    orphan = spawn(settings.home, "kafka", ["sleep", "60"], port=1)
    stopping = asyncio.Event()
    up = asyncio.create_task(whole.run(settings, parts(settings.home, []), lambda _: None, stopping, ""))
    await until(ready_file(settings.home).exists)
    assert not alive(orphan)
    stopping.set()
    await up


async def test_a_stack_that_is_stopped_while_it_starts_leaves_nothing(settings: StackSettings) -> None:
    stopping = asyncio.Event()

    async def never_ready() -> Process:
        spawn(settings.home, "kafka", ["sleep", "60"], port=1)
        stopping.set()
        await asyncio.sleep(60)
        raise AssertionError

    await whole.run(settings, {"kafka": never_ready}, lambda _: None, stopping, "")
    assert running(settings.home) == {}


async def test_a_second_stack_over_the_same_data_is_refused(settings: StackSettings) -> None:
    stopping = asyncio.Event()
    up = asyncio.create_task(whole.run(settings, parts(settings.home, []), lambda _: None, stopping, ""))
    await until(ready_file(settings.home).exists)
    first = running(settings.home)
    with pytest.raises(StackError, match="Another stack is using"):
        await whole.run(settings, parts(settings.home, []), lambda _: None, asyncio.Event(), "")
    assert running(settings.home) == first
    stopping.set()
    await up


async def test_down_ends_what_runs_and_says_whether_there_was_any(settings: StackSettings) -> None:
    spawn(settings.home, "app", ["sleep", "60"], port=1)
    assert await whole.down(settings.home, lambda _: None)
    assert find(settings.home, "app") is None
    assert not await whole.down(settings.home, lambda _: None)


async def test_a_wipe_deletes_what_the_stack_keeps_and_nothing_else(settings: StackSettings) -> None:
    for name in ("kafka", "mongo", "logs", "java", "family-photos"):
        (settings.home / name).mkdir()
        (settings.home / name / "file").touch()
    spawn(settings.home, "kafka", ["sleep", "60"], port=1)
    assert await whole.wipe(settings.home, lambda _: None) == ("kafka", "logs", "mongo", "run")
    assert sorted(path.name for path in settings.home.iterdir()) == ["family-photos", "java", "stack.lock"]
    assert running(settings.home) == {}
