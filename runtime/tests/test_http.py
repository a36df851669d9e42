"""HTTP, without any server behind it: who asks, what is refused and in which words, where a pending answer lies."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Body, FastAPI, Request, UploadFile
from pydantic import BaseModel

from company.people import read_people
from company.policy import policy_book
from runtime.commands import Asked, deterministic_id
from runtime.commands import Request as CommandRequest
from runtime.decision import Rejected
from runtime.errors import NotReady, Overloaded
from runtime.http import Answer, SignedIn
from runtime.http_errors import add_error_handling
from runtime.mongo import PyMongoError
from runtime.outcome import NOT_SIGNED, Outcome
from runtime.request_digest import RequestDigest
from runtime.tokens import Tokens

from .browsers import COOKIE, Browsers

LIMIT = 2_000
NO = Rejected(code="enough", rule="T1", zh="够了。", en="Enough.", facts={"left": 0})
UNKNOWN = Rejected(code="unknown_counter", rule="T1", zh="没有。", en="None.")

WAITS = Rejected("waits_for_repair", "", "停住了", "It is stopped for now.")


class Count(BaseModel):
    """A command."""

    times: int
    at: str | None = None


class Answering:
    """Stands where the gateway is: it answers by what is asked, and notes the request."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, CommandRequest]] = []

    async def ask(self, service: str, aggregate_id: str, command: Any, request: CommandRequest) -> Outcome:
        """By the number asked for."""
        self.asked.append((service, aggregate_id, request))
        match command.times:
            case -1:
                return Outcome(request.command_id, aggregate_id, "rejected", 4, rejected=NO)
            case -2:
                return Outcome(request.command_id, aggregate_id, "pending")
            case -3:
                return Outcome(request.command_id, aggregate_id, "broken", error="ZeroDivisionError: 马娜")
            case -10:
                return Outcome(request.command_id, aggregate_id, "broken", rejected=NOT_SIGNED, error="key 马娜")
            case -4:
                return Outcome(request.command_id, aggregate_id, "rejected", 0, rejected=UNKNOWN)
            case -5:
                raise Overloaded("full")
            case -6:
                raise NotReady("no Kafka at 10.0.0.1")
            case -7:
                raise PyMongoError("away")
            case -8:
                raise TimeoutError
            case -11:
                return Outcome(request.command_id, aggregate_id, "parked", rejected=WAITS)
            case -9:
                raise RuntimeError("马娜 13800001111")
        return Outcome(request.command_id, aggregate_id, "accepted", 5, ("Counted",), (f"{request.command_id}.0",))

    async def ask_all(self, service: str, asked: list[Asked]) -> list[Outcome]:
        """One after the other."""
        return [await self.ask(service, one.aggregate_id, one.command, one.request) for one in asked]


router = APIRouter(prefix="/api")


@router.post("/counts/{name}", status_code=201)
async def count(name: str, body: Count, caller: SignedIn) -> Answer:
    """A route as services write them."""
    caller.allow("install_assistant")
    return caller.answer(await caller.ask(f"counter:{name}", body))


@router.post("/moves/{name}")
async def move(name: str, body: Count, caller: SignedIn) -> Answer:
    """Two steps, each of its own aggregate."""
    await caller.ask(f"counter:{name}", body, step="from")
    return caller.answer(await caller.ask("counter:to", body, step="to"))


@router.post("/uploads")
async def upload(file: list[UploadFile], caller: SignedIn) -> list[str]:
    """Asks once the files are closed."""
    for one in file:
        await one.close()
    asked = [(f"counter:{one.filename}", Count(times=1), f"{n}") for n, one in enumerate(file)]
    return [outcome.command_id for outcome in await caller.ask_all(asked)]


@router.post("/pieces/{name}")
async def pieces(name: str, request: Request, caller: SignedIn) -> Answer:
    """Reads the body itself, piece by piece, before it asks."""
    size = 0
    async for piece in request.stream():
        size += len(piece)
    return caller.answer(await caller.ask(f"counter:{name}", Count(times=size)))


@router.post("/raw")
async def raw(request: Request) -> dict[str, int]:
    """Reads the body itself."""
    return {"bytes": len(await request.body())}


class Keys:
    """Stands where the keys are kept."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], RequestDigest] = {}

    async def claim(self, person: str, key: str, request: RequestDigest) -> RequestDigest | None:
        """As the database's unique id."""
        first = self.known.setdefault((person, key), request)
        return None if str(first) == str(request) else first


@router.post("/form")
async def form(body: Annotated[dict[str, Any], Body()]) -> dict[str, int]:
    """Lets the framework read it."""
    return {"fields": len(body)}


@pytest.fixture
def gateway() -> Answering:
    return Answering()


@pytest.fixture
async def client(gateway: Answering) -> AsyncIterator[httpx.AsyncClient]:
    """he.jx, signed in."""
    app = FastAPI()
    app.state.policies = policy_book()
    app.state.people = read_people()
    app.state.tokens = Tokens("secret")
    app.state.doorkeeper = Browsers(app.state.tokens)
    app.state.owners = {"counter": "counting"}
    app.state.gateway = gateway
    app.state.request_keys = Keys()
    app.include_router(router)
    add_error_handling(app, LIMIT)
    token = Tokens("secret").issue("he.jx")
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver", headers=headers) as made:
        yield made


def _error(response: Any) -> tuple[int, str, str]:
    """Status, code, rule; every error has words in both languages and an id to quote."""
    body = response.json()
    assert set(body) == {"code", "rule", "zh", "en", "facts", "id"}
    assert body["zh"]
    assert body["en"]
    assert len(body["id"]) == 12
    return response.status_code, body["code"], body["rule"]


async def test_what_was_accepted_is_answered_with_its_events(client: httpx.AsyncClient, gateway: Answering) -> None:
    response = await client.post("/api/counts/a", json={"times": 1})
    [(service, aggregate_id, request)] = gateway.asked
    assert response.status_code == 201
    assert response.json() == {
        "status": "accepted",
        "aggregate_id": "counter:a",
        "version": 5,
        "events": ["Counted"],
        "command_id": request.command_id,
        "repeated": False,
        "ask_at": None,
        "body": None,
    }
    assert (service, aggregate_id, request.actor, request.role) == (
        "counting",
        "counter:a",
        "he.jx",
        "install_assistant",
    )


async def test_what_is_not_decided_yet_is_202_and_says_where_to_ask(
    client: httpx.AsyncClient, gateway: Answering
) -> None:
    response = await client.post("/api/counts/a", json={"times": -2})
    command_id = gateway.asked[0][2].command_id
    assert (response.status_code, response.json()["ask_at"]) == (202, f"/api/outcomes/counting/counter:a/{command_id}")


@pytest.mark.parametrize(
    ("times", "error"),
    [
        (-1, (409, "enough", "T1")),
        (-3, (500, "not_decided", "")),
        (-4, (404, "unknown_counter", "T1")),
        (-5, (503, "busy", "")),
        (-6, (503, "not_ready", "")),
        (-7, (503, "not_ready", "")),
        (-8, (503, "not_ready", "")),
        (-9, (500, "broken", "")),
        (-10, (500, "not_signed", "")),
        (-11, (503, "waits_for_repair", "")),
    ],
)
async def test_each_way_to_fail_has_its_status_and_words(
    client: httpx.AsyncClient, times: int, error: tuple[int, str, str]
) -> None:
    response = await client.post("/api/counts/a", json={"times": times})
    assert _error(response) == error
    assert ("retry-after" in response.headers) == (response.status_code == 503)


@pytest.mark.parametrize("times", [-3, -6, -9, -10])
async def test_what_broke_inside_is_not_told_to_the_outside(client: httpx.AsyncClient, times: int) -> None:
    """C18"""
    text = (await client.post("/api/counts/a", json={"times": times})).text
    assert "马娜" not in text
    assert "10.0.0.1" not in text


async def test_the_same_idempotency_key_is_the_same_command(client: httpx.AsyncClient, gateway: Answering) -> None:
    for _ in range(2):
        await client.post("/api/counts/a", json={"times": 1}, headers={"Idempotency-Key": "k"})
    await client.post("/api/counts/a", json={"times": 1})
    await client.post("/api/counts/a", json={"times": 1})
    ids = [request.command_id for _, _, request in gateway.asked]
    assert ids[0] == ids[1] == deterministic_id("he.jx", "k", "", "counter:a")
    assert len(set(ids)) == 3


KEY = {"Idempotency-Key": "k"}
JSON = {"Content-Type": "application/json", **KEY}


@pytest.mark.parametrize(
    ("path", "body", "differs"),
    [
        ("/api/counts/a", {"times": 2}, "times"),
        ("/api/counts/a", {"times": 1, "at": None}, "at"),
        ("/api/counts/b", {"times": 1}, "address"),
        ("/api/counts/a?x=1", {"times": 1}, "address"),
        ("/api/moves/a", {"times": 2}, "address,times"),
    ],
)
async def test_a_key_that_stands_for_another_request_is_refused_before_anything_is_asked(
    client: httpx.AsyncClient, gateway: Answering, path: str, body: dict[str, Any], differs: str
) -> None:
    """X7: naming both requests and what differs, never its values."""
    await client.post("/api/counts/a", json={"times": 1}, headers=KEY)
    asked = len(gateway.asked)
    response = await client.post(path, json=body, headers=KEY)
    facts = {"first": "POST /api/counts/a", "now": f"POST {path}", "differs": differs}
    assert (_error(response), response.json()["facts"]) == ((422, "key_reused", "X7"), facts)
    assert len(gateway.asked) == asked


async def test_the_same_request_is_the_same_however_its_json_is_written(
    client: httpx.AsyncClient, gateway: Answering
) -> None:
    """X7: order of fields and spaces say nothing; another person's key is another key."""
    for content in (b'{"times": 1, "at": "x"}', b'{"at":"x","times":1}'):
        assert (await client.post("/api/counts/a", content=content, headers=JSON)).status_code == 201
    other = {**KEY, "Authorization": f"Bearer {Tokens('secret').issue('tan.zw')}"}
    assert (await client.post("/api/moves/a", json={"times": 9}, headers=other)).status_code == 200
    digests = [request.digest for _, _, request in gateway.asked]
    assert (len(set(digests[:2])), len(set(digests)), None in digests) == (1, 2, False)


async def test_a_request_that_was_not_asked_for_leaves_its_key_free(client: httpx.AsyncClient) -> None:
    """X7: what was unreadable or not one's role to ask may be mended under the same key."""
    unreadable = await client.post("/api/counts/a", json={"times": "x"}, headers=KEY)
    mended = await client.post("/api/counts/a", json={"times": 1}, headers=KEY)
    assert (unreadable.status_code, mended.status_code) == (422, 201)


async def test_an_upload_is_the_same_by_its_files_not_by_how_they_were_packed(
    client: httpx.AsyncClient, gateway: Answering
) -> None:
    """X7: a browser packs the same files under another boundary each time."""
    answers = [
        await client.post("/api/uploads", files=[("file", (name, content))], headers=KEY)
        for name, content in (("a.csv", b"1,2"), ("a.csv", b"1,2"), ("a.csv", b"1,3"))
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 422]
    assert answers[0].json() == answers[1].json()
    assert answers[2].json()["facts"]["differs"] == "0 file"
    assert len(gateway.asked) == 2


async def test_a_body_that_a_route_reads_piece_by_piece_counts_as_well(
    client: httpx.AsyncClient, gateway: Answering
) -> None:
    """X7"""
    answers = [await client.post("/api/pieces/a", content=content, headers=KEY) for content in (b"ab", b"ab", b"xy")]
    assert [answer.status_code for answer in answers] == [200, 200, 422]
    assert answers[2].json()["facts"]["differs"] == "body"
    assert len(gateway.asked) == 2


@pytest.mark.parametrize(("header", "version"), [('"7"', 7), ("7", 7), ('W/"7"', 7)])
async def test_if_match_is_the_version_that_the_caller_saw(
    client: httpx.AsyncClient, gateway: Answering, header: str, version: int
) -> None:
    await client.post("/api/counts/a", json={"times": 1}, headers={"If-Match": header})
    assert gateway.asked[0][2].expected_version == version


@pytest.mark.parametrize("header", ["*", "abc", '"-1"', "²", "", "9" * 5000])
async def test_an_if_match_that_is_no_version_is_unreadable(
    client: httpx.AsyncClient, gateway: Answering, header: str
) -> None:
    response = await client.post("/api/counts/a", json={"times": 1}, headers=[("If-Match", header.encode("latin-1"))])
    assert (_error(response), gateway.asked) == ((422, "bad_if_match", ""), [])


@pytest.mark.parametrize("path", ["/api/nowhere?q=a%00b", "/api/nowhere%00"])
async def test_an_address_with_a_nul_is_unreadable(client: httpx.AsyncClient, path: str) -> None:
    """No database takes it in a pattern: it would read as a server that is away."""
    assert _error(await client.get(path)) == (422, "unreadable", "")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "broken_json"),
        (b"", "unreadable"),
        (b"[]", "unreadable"),
        (b'{"times": "x"}', "unreadable"),
        (b'{"times": "13800001111x"}', "unreadable"),
        (b"\xff\xfe", "broken_json"),
    ],
)
async def test_an_unreadable_body_is_422_without_its_values(
    client: httpx.AsyncClient, gateway: Answering, content: bytes, code: str
) -> None:
    response = await client.post("/api/counts/a", content=content, headers={"Content-Type": "application/json"})
    assert (_error(response), gateway.asked) == ((422, code, ""), [])
    assert "13800001111" not in response.text


@pytest.mark.parametrize("path", ["/api/counts/a", "/api/raw", "/api/form"])
@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_past_the_limit_is_413_also_when_it_does_not_say_its_size(
    client: httpx.AsyncClient, gateway: Answering, path: str, *, chunked: bool
) -> None:
    body = b'{"times": 1, "x": "' + b"x" * LIMIT + b'"}'
    content: Any = _in_pieces(body) if chunked else body
    response = await client.post(path, content=content, headers={"Content-Type": "application/json"})
    assert (_error(response), gateway.asked) == ((413, "body_too_large", ""), [])


async def _in_pieces(body: bytes) -> AsyncIterator[bytes]:
    yield body[:1_000]
    yield body[1_000:]


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic aGUuang6", "bearer he.jx"])
async def test_nobody_gets_401(client: httpx.AsyncClient, gateway: Answering, header: str) -> None:
    response = await client.post("/api/counts/a", json={"times": 1}, headers={"Authorization": header})
    assert (_error(response), response.headers["www-authenticate"]) == ((401, "who_are_you", "C18"), "Bearer")
    assert gateway.asked == []


async def test_a_token_of_somebody_who_left_is_nobodys(client: httpx.AsyncClient) -> None:
    token = Tokens("secret").issue("somebody.else")
    response = await client.post("/api/counts/a", json={"times": 1}, headers={"Authorization": f"Bearer {token}"})
    assert _error(response)[0] == 401


async def test_another_role_gets_403_and_nothing_is_asked(client: httpx.AsyncClient, gateway: Answering) -> None:
    """C18"""
    token = Tokens("secret").issue("su.kj")
    response = await client.post("/api/counts/a", json={"times": 1}, headers={"Authorization": f"Bearer {token}"})
    assert (_error(response), gateway.asked) == ((403, "not_your_role", "C18"), [])


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 201),
        ({"Origin": "http://testserver"}, 201),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 201),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
async def test_a_cookie_is_not_good_for_requests_from_other_sites(
    client: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    del client.headers["Authorization"]
    client.cookies.set(COOKIE, "he.jx")
    response = await client.post("/api/counts/a", json={"times": 1}, headers=headers)
    assert response.status_code == status


async def test_an_unknown_address_and_a_wrong_method_have_words_too(client: httpx.AsyncClient) -> None:
    assert _error(await client.get("/nowhere"))[:2] == (404, "http_404")
    assert _error(await client.get("/api/counts/a"))[:2] == (405, "http_405")
