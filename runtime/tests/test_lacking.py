"""Answers that lack something say so, each for itself."""

import asyncio

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from runtime.lacking import HEADER, TellsWhatLacks, lacking, note


def application() -> FastAPI:
    """Routes that read read models, of which some lack something."""
    app = FastAPI()
    app.add_middleware(TellsWhatLacks)

    @app.get("/lists")
    async def lists() -> dict[str, int]:
        note("contracts", 3)
        await asyncio.sleep(0)
        note("jobs", 0)
        note("days", 1)
        return dict(lacking())

    @app.get("/inner")
    def in_a_thread() -> dict[str, int]:
        note("tickets", 2)
        return {}

    @app.get("/whole")
    async def whole() -> dict[str, int]:
        note("jobs", 0)
        return dict(lacking())

    return app


async def test_an_answer_names_the_read_models_that_are_not_up_to_date() -> None:
    """DESIGN §7"""
    async with AsyncClient(transport=ASGITransport(application()), base_url="http://songda") as client:
        some, inner, whole = await asyncio.gather(*(client.get(path) for path in ("/lists", "/inner", "/whole")))
    assert (some.headers[HEADER], some.json()) == ("contracts=3, days=1", {"contracts": 3, "days": 1})
    assert inner.headers[HEADER] == "tickets=2"
    assert (HEADER in whole.headers, whole.json()) == (False, {})


def test_outside_of_a_request_nothing_is_noted() -> None:
    note("contracts", 3)
    assert lacking() == {}
