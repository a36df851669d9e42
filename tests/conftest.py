"""What all tests that need servers share: one stack for the session, a stage of its own for each test.

`SONGDA_TEST_KAFKA` and `SONGDA_TEST_MONGO` point at servers that run already; else `SONGDA_TEST_CONTAINERS=1` starts
containers; else this machine's local stack is started in a folder for the session. A missing server is a failure, not a
skip: a suite that is green because nothing ran says nothing.
"""

import asyncio
import gc
import logging
import os
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiokafka.errors import KafkaError

sys.path.insert(0, str(Path(__file__).parent))  # the support package `harness` lies beside the tests

from harness.seeds import seed_of
from harness.stacks import Stack, container_stack, local_stack, stop_stack
from harness.stage import Stage, a_stage
from harness.whole import People, Whole


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Kafka and MongoDB for the whole session. Never kill or wipe these: others live on them (see `own_stack`)."""
    kafka, mongo = os.environ.get("SONGDA_TEST_KAFKA"), os.environ.get("SONGDA_TEST_MONGO")
    home = tmp_path_factory.mktemp("stack")
    if kafka and mongo:
        yield Stack(home, kafka, mongo)
    elif os.environ.get("SONGDA_TEST_CONTAINERS") == "1":
        with container_stack(home) as containers:
            yield containers
    else:
        started = asyncio.run(local_stack(home))
        try:
            yield started
        finally:
            asyncio.run(stop_stack(started))


@pytest.fixture
async def own_stack(tmp_path: Path) -> AsyncIterator[Stack]:
    """Kafka and MongoDB that a test may kill and wipe."""
    started = await local_stack(tmp_path / "stack")
    try:
        yield started
    finally:
        await stop_stack(started)


@pytest.fixture
async def stage(stack: Stack, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    """A small system of its own on the session's servers: own topics, own database, own processes."""
    async with a_stage(stack, tmp_path, seed_of(request)) as made:
        yield made


@pytest.fixture
async def own_stage(own_stack: Stack, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    """The same on servers that the test may kill and wipe."""
    async with a_stage(own_stack, tmp_path, seed_of(request)) as made:
        yield made


@pytest.fixture(autouse=True)
def no_forgotten_errors(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A task or future whose error nobody looked at fails the test that left it behind, not some later one.

    Except those that aiokafka makes for itself and drops: when a producer is fenced, and a connection that it was still
    making when its client was closed (a client that is not closed says so itself).
    """
    yield
    gc.collect()
    records = [r for when in ("call", "teardown") for r in caplog.get_records(when) if r.name == "asyncio"]
    ours = [
        r
        for r in records
        if not (r.exc_info and isinstance(r.exc_info[1], KafkaError))
        and not r.getMessage().startswith("Unclosed AIOKafkaConnection")
    ]
    forgotten = [r.getMessage() for r in ours if r.levelno >= logging.ERROR]
    assert not forgotten, forgotten


ITS_FILES = pytest.StashKey[set[Path]]()
"""Files of tests that use the whole system."""
WHOLE = pytest.StashKey[Whole]()


@pytest.hookimpl(trylast=True)  # after the order by servers
def pytest_collection_modifyitems(session: pytest.Session, items: list[pytest.Item]) -> None:
    """Spread over several workers, files that use the whole system come first of all."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        files = {item.path for item in items if "whole" in getattr(item, "fixturenames", ())}
        session.stash[ITS_FILES] = files
        items.sort(key=lambda item: item.path not in files)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Once they are done, it ends: idle, it takes a tenth of a core from all other tests."""
    if item.path not in item.session.stash.get(ITS_FILES, {item.path}) and WHOLE in item.session.stash:
        item.session.stash[WHOLE].application.end()


@pytest.fixture(scope="session")
def whole(stack: Stack, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Whole]:
    """One for all journeys: each uses contract numbers of its own."""
    made = request.session.stash[WHOLE] = Whole(stack, tmp_path_factory.mktemp("whole"))
    made.application.start()
    try:
        asyncio.run(made.application.ready())
        yield made
    finally:
        made.application.end()


@pytest.fixture
def people(whole: Whole) -> Iterator[People]:
    """Everybody."""
    everybody = People(whole)
    yield everybody
    everybody.close()
