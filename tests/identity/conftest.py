"""People who sign in, on a server that speaks MongoDB's protocol: no Kafka, no services, one application for a test."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

sys.path.insert(0, str(Path(__file__).parents[1]))

from company.people import read_people
from company.policy import policy_book
from company.roles import DECIDE_ABOUT_MONEY
from dashboards.main import router as pages
from runtime import clock
from runtime.front_door import bounds_of
from runtime.http import SignedIn
from runtime.http_errors import add_error_handling
from runtime.identity.audit import Audited, AuditTrail
from runtime.identity.identity import Identity
from runtime.mongo import connect
from runtime.route import Router
from runtime.settings import Settings
from runtime.tokens import tokens_of
from songda.stack import start_mongo, stop

FAR = dict.fromkeys(("wrong_logins", "requests_per_stranger", "requests_per_address"), "1000000/second")

Site = Callable[..., AbstractAsyncContextManager["Office"]]


@pytest.fixture(scope="session")
def mongo_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server for the session: one that runs already, or this machine's own."""
    if given := os.environ.get("SONGDA_TEST_MONGO"):
        yield given
        return
    process = asyncio.run(start_mongo(tmp_path_factory.mktemp("mongo"), heap="256m"))
    yield f"mongodb://{process.address}"
    asyncio.run(stop(process, 1.0))


class Office:
    """An application, its identity, and browsers at it."""

    def __init__(self, app: FastAPI, settings: Settings) -> None:
        self.app, self.settings = app, settings
        self.identity: Identity = app.state.identity

    def browser(self, address: str = "203.0.113.7", *, scheme: str = "http", **headers: str) -> httpx.AsyncClient:
        """A new browser; forms are sent as one sends them."""
        told = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) Chrome/130.0", "Accept": "text/html", **headers}
        transport = httpx.ASGITransport(self.app, client=(address, 4321), raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=f"{scheme}://127.0.0.1", headers=told)

    async def picked(self, person: str) -> httpx.AsyncClient:
        """A browser at which somebody was picked."""
        browser = self.browser()
        assert (await browser.post("/login", json={"person": person})).status_code == 200
        return browser

    def audit(self) -> list[Audited]:
        """What was noted so far, once."""
        waiting = self.identity.trail._waiting
        return [waiting.get_nowait() for _ in range(waiting.qsize())]


own = Router()


@own.get("/whoami")
async def whoami(caller: SignedIn) -> str:
    """Who asks."""
    return caller.person.id


@own.get("/live/clock")
async def live(caller: SignedIn) -> StreamingResponse:
    """A stream that goes on until its reader leaves."""

    async def events() -> AsyncIterator[str]:
        while True:
            yield "data: tick\n\n"
            await asyncio.sleep(0.1)

    return StreamingResponse(events(), media_type="text/event-stream")


@pytest.fixture
def site(mongo_url: str, tmp_path: Path) -> Site:
    """Opens an application with a database of its own, as the settings say."""
    database = f"identity_{uuid4().hex[:12]}"

    @asynccontextmanager
    async def opened(**changes: Any) -> AsyncIterator[Office]:
        known = {**FAR, "mongo_url": mongo_url, "mongo_database": database, "home": tmp_path, "demo_login": True}
        settings = Settings(**{**known, **changes})
        app = FastAPI()
        app.state.settings = settings
        app.state.policies = policy_book()
        app.state.people = read_people()
        app.state.tokens = tokens_of(settings)
        connection = connect(settings)
        identity = Identity.of(settings, connection, DECIDE_ABOUT_MONEY, AuditTrail(settings))
        app.state.identity, app.state.doorkeeper = identity, identity.doorkeeper
        app.state.changes = SimpleNamespace(position=lambda: "0")
        add_error_handling(app, bounds_of(settings))
        app.include_router(own)
        app.include_router(pages)
        try:
            yield Office(app, settings)
        finally:
            connection.client.close()

    return opened


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes it later for all that identity asks for the time."""
    real = clock.utc_now
    modules = [name for name in sys.modules if re.match(r"(runtime\.identity|dashboards\.signing_in)\.", name)]

    def by(**span: float) -> None:
        for name in modules:
            if hasattr(sys.modules[name], "utc_now"):
                monkeypatch.setattr(sys.modules[name], "utc_now", lambda: real() + timedelta(**span))

    return by
