"""Routes let in what is within its bounds, tidied, and no query parameter that they do not know (X7, X8)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI, Path, Query
from pydantic import BaseModel

from company.policy import policy_book
from contracts.bounds import CivilDay, Id, Moment, OneLine, PastDay, Text
from contracts.civil_time import civil_day
from runtime.clock import utc_now
from runtime.http_errors import add_error_handling
from runtime.route import Router, takes

router = Router(prefix="/api")


class Body(BaseModel):
    """What is said."""

    signed_on: PastDay
    name: Annotated[str, Text(20, least=1)] = "甄"


def page_of(offset: int = 0) -> int:
    """A dependency with a query parameter."""
    return offset


@router.post("/said/{on}/{name}")
async def said(on: Annotated[CivilDay, Path()], name: Id, body: Body) -> dict[str, Any]:
    """Says what it got."""
    return {"on": on.isoformat(), "name": name, "body": body.model_dump(mode="json")}


@router.get("/asked")
async def asked(
    offset: Annotated[int, Depends(page_of)],
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
    q: Annotated[OneLine | None, Query()] = None,
    since: Annotated[Moment | None, Query(alias="from")] = None,
) -> dict[str, Any]:
    """Says what it got."""
    return {"limit": limit, "offset": offset, "q": q, "from": since and since.isoformat()}


@router.get("/page")
@takes("lang")
async def page() -> dict[str, str]:
    """Reads its query by itself."""
    return {"page": "shown"}


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.state.policies = policy_book()
    app.include_router(router)
    add_error_handling(app, 100_000)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as made:
        yield made


TODAY = civil_day(utc_now())


async def test_the_endpoint_gets_what_is_within_its_bounds_tidied(client: httpx.AsyncClient) -> None:
    response = await client.post(f"/api/said/{TODAY}/ab", json={"signed_on": f"{TODAY}", "name": " Cafe\u0301\r "})
    assert (response.status_code, response.json()) == (
        200,
        {"on": f"{TODAY}", "name": "ab", "body": {"signed_on": f"{TODAY}", "name": "Caf\u00e9"}},
    )


@pytest.mark.parametrize(
    ("path", "body", "field", "zh"),
    [
        ("0001-01-01/ab", {"signed_on": f"{TODAY}"}, "on", "请核对日期"),
        ("9999-12-31/ab", {"signed_on": f"{TODAY}"}, "on", "请核对日期"),
        (f"{TODAY}/a%E2%80%AEb", {"signed_on": f"{TODAY}"}, "name", "U+202E"),
        (f"{TODAY}/ab", {"signed_on": f"{TODAY + timedelta(days=2)}"}, "body.signed_on", "请核对日期"),
        (f"{TODAY}/ab", {"signed_on": f"{TODAY}", "name": " "}, "body.name", "要填"),
        (f"{TODAY}/ab", {"signed_on": f"{TODAY}", "name": "长" * 21}, "body.name", "最多 20 个字"),
        (f"{TODAY}/ab", {"signed_on": f"{TODAY}", "name": "a\u0000b"}, "body.name", "U+0000"),
    ],
)
async def test_what_is_beyond_its_bounds_is_refused_by_name_in_both_languages(
    client: httpx.AsyncClient, path: str, body: dict[str, str], field: str, zh: str
) -> None:
    """X8"""
    response = await client.post(f"/api/said/{path}", json=body)
    answer = response.json()
    assert (response.status_code, answer["code"], answer["facts"]) == (422, "out_of_bounds", {"fields": field})
    assert f"{field} " in answer["zh"]
    assert zh in answer["zh"]
    assert f"{field} " in answer["en"]


@pytest.mark.parametrize(
    "query",
    [
        {"from": "1773273600"},
        {"from": "2026-03-12"},
        {"from": "2026-03-12T16:42:00"},
        {"from": "0001-01-01T00:00:00+14:00"},
        {"from": "9999-12-31T23:59:59-14:00"},
        {"q": "a\u2066b"},
        {"q": "长" * 501},
        {"limit": "1" * 5000},
    ],
)
async def test_query_parameters_have_bounds_too(client: httpx.AsyncClient, query: dict[str, str]) -> None:
    """X8"""
    response = await client.get("/api/asked", params=query)
    assert response.status_code == 422


async def test_unknown_query_parameters_are_named_with_what_was_perhaps_meant(client: httpx.AsyncClient) -> None:
    """X7: `?phone=` must not return everything."""
    known = await client.get("/api/asked", params={"limit": 3, "offset": 2, "q": " a ", "from": f"{TODAY}T00:00:00Z"})
    unknown = await client.get("/api/asked", params={"limits": 3, "phone\x1b": "1"})
    assert known.json() == {"limit": 3, "offset": 2, "q": "a", "from": f"{TODAY}T00:00:00+00:00"}
    assert unknown.status_code == 422
    assert {name: unknown.json()[name] for name in ("code", "zh", "en", "facts")} == {
        "code": "unknown_parameter",
        "zh": "地址里有不认识的参数：?, limits。这里可用：limit",
        "en": "The address has unknown parameters: ?, limits. Known here: limit",
        "facts": {"parameters": "?, limits"},
    }


async def test_a_page_takes_what_it_reads_by_itself_and_what_htmx_adds(client: httpx.AsyncClient) -> None:
    """X7"""
    answers = [await client.get("/api/page", params={name: "1"}) for name in ("lang", "org.htmx.cache-buster", "q")]
    assert [answer.status_code for answer in answers] == [200, 200, 422]


def test_an_endpoint_that_would_run_in_a_thread_is_refused_when_it_is_written() -> None:
    def endpoint(q: str) -> str:
        return q

    with pytest.raises(TypeError, match="async"):
        Router().add_api_route("/x", endpoint)
