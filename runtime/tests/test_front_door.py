"""The front door: what is refused before the application sees it, how often and how many may, what answers say."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from structlog.testing import capture_logs

from company.people import read_people
from company.policy import policy_book
from runtime.decision import Rejected
from runtime.front_door import MOST_HEAD_BYTES, Bounds, bounds_of, open_to_all
from runtime.http import Refusal, SignedIn
from runtime.http_errors import add_error_handling
from runtime.rates import Rates
from runtime.settings import Settings
from runtime.tokens import Tokens

from .browsers import COOKIE, Browsers

TOKENS = Tokens("secret")
HEX = TOKENS.issue("he.jx")
BYTES = 1_000


class Note(BaseModel):
    """A body."""

    text: str


router = APIRouter()


@router.post("/api/notes")
async def note(body: Note, caller: SignedIn) -> str:
    """A route as services write them: the framework reads the body before it asks who sends it."""
    return body.text


@router.post("/api/raw")
async def raw(request: Request, caller: SignedIn) -> int:
    """Reads the body itself."""
    return len(await request.body())


@router.post("/login")
@open_to_all(50, secret=True)
async def login(body: Note) -> Response:
    """Anybody may ask; "right" is right."""
    if body.text != "right":
        raise Refusal(401, Rejected("login_bad", "C18", "不对", "wrong"))
    return Response(status_code=204)


@router.post("/free")
@open_to_all(50)
async def free(body: Note) -> str:
    """Anybody may ask."""
    return body.text


@router.get("/live/all")
async def live(caller: SignedIn) -> StreamingResponse:
    """A stream that goes on until its reader leaves."""

    async def events() -> AsyncIterator[str]:
        yield "event: hello\ndata: x\n\n"
        await asyncio.Event().wait()

    return StreamingResponse(events(), media_type="text/event-stream")


@router.get("/slow")
async def slow(caller: SignedIn) -> str:
    """Waits for `release`."""
    await caller.request.app.state.release.wait()
    return "done"


@router.get("/page")
async def page() -> Response:
    """A page."""
    return Response("<p>", media_type="text/html; charset=utf-8")


@router.get("/list.xlsx")
async def sheet(caller: SignedIn) -> Response:
    """A spreadsheet."""
    return Response(b"PK", media_type="application/vnd.ms-excel", headers={"Cache-Control": "private, max-age=9"})


@router.get("/breaks")
async def breaks() -> None:
    """Breaks."""
    raise RuntimeError


def site(**bounds: Any) -> FastAPI:
    """The application behind a door with these bounds."""
    app = FastAPI()
    app.state.policies = policy_book()
    app.state.people, app.state.tokens, app.state.release = read_people(), TOKENS, asyncio.Event()
    app.state.doorkeeper = Browsers(TOKENS)
    app.include_router(router)

    @app.get("/ready")
    async def ready() -> str:
        return "yes"

    add_error_handling(app, Bounds(**{"max_body_bytes": BYTES, **bounds}))
    return app


def caller(app: FastAPI, person: str | None = "he.jx", *, browser: bool = False, address: str = "10.0.0.1") -> Any:
    """Somebody's client at an address: a program with a token, or a browser with a cookie."""
    token = None if person is None else TOKENS.issue(person)
    transport = httpx.ASGITransport(app, client=(address, 1234), raise_app_exceptions=False)
    if browser:
        return httpx.AsyncClient(transport=transport, base_url="http://songda", cookies={COOKIE: person or ""})
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.AsyncClient(transport=transport, base_url="http://songda", headers=headers)


async def call(
    app: FastAPI,
    path: str,
    *,
    headers: Iterable[tuple[str, str]] = (),
    pieces: Iterable[bytes] = (),
    hangs: bool = False,
) -> tuple[int, dict[str, str], int]:
    """A POST by hand: status, headers, how often its body was asked for. `hangs`: the last piece never comes."""
    waiting = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    asked, answer = 0, {}

    async def receive() -> dict[str, Any]:
        nonlocal asked
        asked += 1
        if waiting:
            return waiting.pop(0)
        if hangs:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answer.update(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "http_version": "1.1",
        "client": ("10.0.0.1", 1),
        "server": ("songda", 80),
        "headers": [(b"host", b"songda"), *((name.lower().encode(), value.encode()) for name, value in headers)],
    }
    await app(scope, receive, send)
    told = {name.decode(): value.decode() for name, value in answer["headers"]}
    return answer["status"], told, asked


JSON = ("Content-Type", "application/json")
CHUNKED = ("Transfer-Encoding", "chunked")
SIGNED_IN = ("Authorization", f"Bearer {HEX}")


@pytest.mark.parametrize("path", ["/api/notes", "/api/raw"])
@pytest.mark.parametrize("size", [("Content-Length", "900"), ("Transfer-Encoding", "chunked")])
async def test_no_byte_of_a_body_is_read_before_it_is_known_who_sends_it(path: str, size: tuple[str, str]) -> None:
    """X8"""
    status, headers, asked = await call(site(), path, headers=[JSON, size], pieces=[b"x" * 100], hangs=True)
    assert (status, headers["www-authenticate"], asked) == (401, "Bearer", 0)


async def test_a_forged_token_is_nobodys_and_its_body_is_not_read() -> None:
    """X8"""
    forged = ("Authorization", "Bearer Imd1YW4ueWYi.aaaa.bbbb")
    assert (await call(site(), "/api/notes", headers=[JSON, forged, ("Content-Length", "9")], hangs=True))[::2] == (
        401,
        0,
    )


async def test_a_body_for_no_route_or_of_a_wrong_method_is_not_read() -> None:
    """X8"""
    length = ("Content-Length", "900")
    assert (await call(site(), "/nowhere", headers=[JSON, length], hangs=True))[::2] == (404, 0)
    assert (await call(site(), "/page", headers=[JSON, length], hangs=True))[::2] == (405, 0)


@pytest.mark.parametrize(
    ("path", "headers", "status", "asked"),
    [
        ("/free", [("Content-Length", "60")], 413, 0),
        ("/free", [("Transfer-Encoding", "chunked")], 413, 1),
        ("/api/notes", [SIGNED_IN, ("Content-Length", "1001")], 413, 0),
        ("/api/notes", [SIGNED_IN, ("Transfer-Encoding", "chunked")], 422, 2),
        ("/api/notes", [("Content-Length", "9" * 40)], 413, 0),
        ("/api/notes", [("Content-Length", str(1 << 62))], 413, 0),
        ("/free", [("Content-Length", str(1 << 62))], 413, 0),
    ],
)
async def test_a_route_that_is_open_to_all_takes_little_and_says_how_much(
    path: str, headers: list[tuple[str, str]], status: int, asked: int
) -> None:
    """X8: a piece of 60 bytes, to a route that takes 50 and to one that takes 1,000."""
    assert (await call(site(), path, headers=[JSON, *headers], pieces=[b"x" * 60]))[::2] == (status, asked)


@pytest.mark.parametrize("path", ["/api/notes", "/api/raw"])
async def test_a_body_that_does_not_come_is_408_and_ends(path: str) -> None:
    """X8"""
    app = site(body_seconds=0.05, body_bytes_per_second=1_000_000)
    headers = [JSON, SIGNED_IN, ("Content-Length", "100")]
    status, _, asked = await call(app, path, headers=headers, pieces=[b'{"text'], hangs=True)
    assert (status, asked) == (408, 2)


async def test_a_body_that_comes_has_the_longer_the_larger_it_is() -> None:
    """X8: nothing is granted in advance, yet 60 bytes at 1,000 a second have time to come."""
    app = site(body_seconds=1e-9, body_bytes_per_second=0.01)
    headers = [JSON, SIGNED_IN, ("Transfer-Encoding", "chunked")]
    assert (await call(app, "/api/notes", headers=headers, pieces=[b'{"text": "x"}']))[0] == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("songda.example.com", 200),
        ("SONGDA.example.com:8443", 200),
        ("a.shop.cn", 200),
        ("shop.cn", 400),
        ("127.0.0.1:8080", 200),
        ("[::1]:8080", 200),
        ("evil.example", 400),
        ("songda.example.com.evil.example", 400),
        ("", 400),
        ("[", 400),
        ("evil.example@songda.example.com", 400),
        ("songda.example.com/evil", 400),
        ("songda.example.com?evil", 400),
        ("songda.example.com#evil", 400),
        ("songda.example.com:443@", 400),
        ("songda.example.com:evil", 400),
        ("songda.example.com:4430000", 400),
        ("songda.example.com:", 200),
    ],
)
async def test_only_our_own_hosts_are_answered(host: str, status: int) -> None:
    """C18"""
    settings = Settings(public_url="https://songda.example.com", trusted_hosts="*.shop.cn")
    async with caller(site(hosts=bounds_of(settings).hosts)) as client:
        answer = await client.get("/page", headers={"Host": host})
        healthy = await client.get("/ready", headers={"Host": host})
    assert (answer.status_code, healthy.status_code) == (status, 200)


@pytest.mark.parametrize("path", ["/page", "/ready"])
async def test_a_head_that_is_too_large_is_431_also_when_it_comes_in_one_piece(path: str) -> None:
    """X8"""
    async with caller(site()) as client:
        assert (await client.get(path, headers={"X-Much": "x" * MOST_HEAD_BYTES})).status_code == 431
        assert (await client.get(path, headers={"X-Much": "x" * (MOST_HEAD_BYTES // 2)})).status_code == 200


def rates(**changes: str) -> Rates:
    """Rates that nothing reaches, but for these."""
    names = [name for name in Settings.model_fields if "_per_" in name and name != "body_bytes_per_second"]
    return Rates(Settings(**{**dict.fromkeys([*names, "wrong_logins"], "1000000/second"), **changes}))


async def statuses(client: Any, times: int, path: str = "/api/raw", method: str = "POST") -> list[int]:
    """Of so many requests, one after the other."""
    return [(await client.request(method, path)).status_code for _ in range(times)]


async def test_who_asks_too_often_gets_429_and_when_to_come_again_and_others_go_on() -> None:
    """X8"""
    app = site(rates=rates(requests_per_person="3/minute"))
    async with caller(app, browser=True) as busy, caller(app, "liang.my", browser=True) as other:
        with capture_logs() as logs:
            assert await statuses(busy, 5, "/page", "GET") == [200, 200, 200, 429, 429]
        no = await busy.get("/page")
        assert await statuses(other, 1, "/page", "GET") == [200]
    assert (no.json()["code"], 1 <= int(no.headers["retry-after"]) <= 20) == ("too_many_requests", True)
    assert [log["code"] for log in logs if log["event"] == "request refused"] == ["too_many_requests"]


async def test_each_kind_of_request_has_its_rate_for_browsers_and_for_programs() -> None:
    """X8"""
    app = site(
        rates=rates(
            writes_per_person="2/minute",
            exports_per_person="1/minute",
            writes_per_program="3/minute",
            exports_per_program="2/minute",
        )
    )
    async with caller(app, browser=True) as browser, caller(app) as program:
        assert await statuses(browser, 3) == [200, 200, 429]
        assert await statuses(browser, 2, "/list.xlsx", "GET") == [200, 429]
        assert await statuses(program, 4) == [200, 200, 200, 429]
        assert await statuses(program, 3, "/list.xlsx", "GET") == [200, 200, 429]
        assert await statuses(browser, 2, "/page", "GET") == [200, 200]


async def test_strangers_share_the_rate_of_their_address_and_files_of_pages_and_health_have_none() -> None:
    """X8"""
    app = site(rates=rates(requests_per_stranger="2/minute"))
    async with caller(app, None) as one, caller(app, None, address="10.0.0.2") as other, caller(app) as known:
        assert await statuses(one, 3, "/page", "GET") == [200, 200, 429]
        assert await statuses(one, 3, "/ready", "GET") == [200, 200, 200]
        assert await statuses(one, 3, "/static/x/y.js", "GET") == [404, 404, 404]
        assert (await statuses(other, 1, "/page", "GET"), await statuses(known, 1, "/page", "GET")) == ([200], [200])


async def test_all_of_an_address_share_its_rate() -> None:
    """X8"""
    app = site(rates=rates(requests_per_address="2/minute"))
    async with caller(app) as one, caller(app, "liang.my") as other:
        assert await statuses(one, 2, "/page", "GET") == [200, 200]
        assert await statuses(other, 1, "/page", "GET") == [429]


async def test_wrong_tries_are_counted_and_right_ones_are_not() -> None:
    """X8: sixty wrong logins in a second."""
    app = site(rates=rates(wrong_logins="10/minute"))
    async with caller(app, None) as thief, caller(app, None, address="10.0.0.2") as other, caller(app) as known:
        right, wrong = {"text": "right"}, {"text": "wrong"}
        assert [(await thief.post("/login", json=right)).status_code for _ in range(12)] == [204] * 12
        told = await asyncio.gather(*(thief.post("/login", json=wrong) for _ in range(60)))
        assert sorted(answer.status_code for answer in told) == [401] * 10 + [429] * 50
        no = await thief.post("/login", json=right)
        assert (no.status_code, no.json()["code"], "retry-after" in no.headers) == (429, "too_many_tries", True)
        assert (await other.post("/login", json=right)).status_code == 204
        assert (await known.post("/api/notes", json=right)).status_code == 200


async def test_so_many_requests_at_once_of_one_and_in_all() -> None:
    """X8"""
    app = site(requests_at_once=3, requests_at_once_each=2)
    async with caller(app) as one, caller(app, "liang.my") as other, caller(app, "guan.yf") as third:
        waiting = [asyncio.create_task(one.get("/slow")) for _ in range(2)]
        await asyncio.sleep(0)
        too_many = await one.get("/page")
        waiting.append(asyncio.create_task(other.get("/slow")))
        await asyncio.sleep(0)
        full = await third.get("/page")
        healthy = await third.get("/ready")
        app.state.release.set()
        assert [answer.status_code for answer in await asyncio.gather(*waiting)] == [200, 200, 200]
        assert (await one.get("/page")).status_code == 200
    assert (too_many.status_code, too_many.json()["code"]) == (429, "too_many_at_once")
    assert (full.status_code, full.json()["code"], full.headers["retry-after"]) == (503, "busy", "1")
    assert healthy.status_code == 200


async def test_so_many_bytes_of_bodies_at_once_of_one_and_in_all() -> None:
    """X8: two hundred uploads of one person must not fill the memory of all."""
    app = site(body_bytes_at_once=1_500, body_bytes_at_once_each=1_000)
    kept = ("Authorization", f"Bearer {TOKENS.issue('liang.my')}")
    waiting = asyncio.create_task(call(app, "/api/raw", headers=[SIGNED_IN, CHUNKED], pieces=[b"x" * 600], hangs=True))
    await asyncio.sleep(0)
    status, headers, _ = await call(app, "/api/raw", headers=[SIGNED_IN, CHUNKED], pieces=[b"x" * 600])
    assert (status, "retry-after" in headers) == (429, True)
    assert (await call(app, "/api/raw", headers=[SIGNED_IN, CHUNKED], pieces=[b"x" * 300]))[0] == 200
    assert (await call(app, "/api/raw", headers=[kept, CHUNKED], pieces=[b"x" * 901]))[0] == 429
    assert (await call(app, "/api/raw", headers=[kept, CHUNKED], pieces=[b"x" * 900]))[0] == 200
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert (await call(app, "/api/raw", headers=[SIGNED_IN, CHUNKED], pieces=[b"x" * 990]))[0] == 200


async def test_a_flood_for_other_hosts_is_refused_as_any_other() -> None:
    """X8: each that is let so far is a line in the log."""
    app = site(hosts=("songda",), rates=Rates(Settings(requests_per_stranger="60/minute burst 3")))
    async with caller(app, None) as client:
        told = [(await client.get("/page", headers={"Host": "elsewhere"})).status_code for _ in range(5)]
    assert told == [400, 400, 400, 429, 429]


class Stream:
    """A reader of the stream by hand: httpx's transport would wait for its end."""

    def __init__(self, app: FastAPI, person: str) -> None:
        self._leaves = asyncio.Event()
        self.status = 0
        self._begun = asyncio.Event()
        token = f"Bearer {TOKENS.issue(person)}".encode()
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/live/all",
            "raw_path": b"/live/all",
            "query_string": b"",
            "root_path": "",
            "headers": [(b"host", b"songda"), (b"authorization", token)],
            "client": ("10.0.0.1", 1),
        }
        self._task = asyncio.create_task(app(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        await self._leaves.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._begun.set()

    async def begun(self) -> int:
        await self._begun.wait()
        return self.status

    async def leave(self) -> None:
        self._leaves.set()
        await self._task


async def test_so_many_streams_of_one_and_in_all_and_who_leaves_makes_room() -> None:
    """X8"""
    app = site(streams=3, streams_each=2, requests_at_once_each=3)
    first = [Stream(app, "he.jx") for _ in range(3)]
    assert [await one.begun() for one in first] == [200, 200, 429]
    other = [Stream(app, "liang.my") for _ in range(2)]
    assert [await one.begun() for one in other] == [200, 503]
    async with caller(app) as client:
        assert (await client.get("/page")).status_code == 200  # streams are no requests under way
    await first[0].leave()
    again = Stream(app, "he.jx")
    assert await again.begun() == 200
    for one in (*first[1:], *other, again):
        await one.leave()


@pytest.mark.parametrize(
    ("path", "status", "kept", "policy"),
    [
        ("/page", 200, "no-store", "default-src 'self'"),
        ("/list.xlsx", 200, "private, max-age=9", "default-src 'none'"),
        ("/ready", 200, "no-store", "default-src 'none'"),
        ("/nowhere", 404, "no-store", "default-src 'none'"),
        ("/breaks", 500, "no-store", "default-src 'none'"),
        ("/page?x=%00", 422, "no-store", "default-src 'none'"),
    ],
)
async def test_every_answer_tells_the_browser_to_keep_guess_and_frame_nothing(
    path: str, status: int, kept: str, policy: str
) -> None:
    """C18: unless who answers says it more exactly."""
    async with caller(site()) as client:
        answer = await client.get(path)
    told = answer.headers
    assert (answer.status_code, told["cache-control"], told["x-content-type-options"]) == (status, kept, "nosniff")
    assert (policy in told["content-security-policy"], told["referrer-policy"]) == (True, "same-origin")
    assert "frame-ancestors 'none'" in told["content-security-policy"]
