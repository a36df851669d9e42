"""The front door of a running process, by real sockets: what one caller holds or floods keeps nobody else out."""

import asyncio
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from harness.processes import Application
from harness.stacks import Stack
from harness.waiting import PATIENCE
from harness.whole import SECRET

from runtime.tokens import Tokens

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

STREAMS = 5
HEAD_SECONDS = 2


@pytest.fixture(scope="module")
def front(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """A process that serves HTTP and nothing else, as shipped but for its patience and its streams."""
    home = tmp_path_factory.mktemp("front")
    env = {
        "SONGDA_KAFKA_BOOTSTRAP": stack.kafka_address,
        "SONGDA_MONGO_URL": stack.mongo_url,
        "SONGDA_MONGO_DATABASE": "front",
        "SONGDA_HOME": str(home),
        "SONGDA_SECRET": SECRET,
        "SONGDA_HEADER_SECONDS": str(HEAD_SECONDS),
        "SONGDA_STREAMS_EACH": str(STREAMS),
        "SONGDA_WRITES_PER_PROGRAM": "5/minute",
    }
    application = Application("front", ["-m", "songda", "run", "order", "--role", "api"], env, home / "front.log")
    application.start()
    try:
        asyncio.run(application.ready())
        yield application
    finally:
        application.end()


def as_person(front: Application, person: str | None) -> httpx.Client:
    """Somebody's program, signed in or not."""
    headers = {} if person is None else {"Authorization": f"Bearer {Tokens(SECRET).issue(person)}"}
    return httpx.Client(base_url=front.url, headers=headers, timeout=PATIENCE, verify=False)


def said(connection: socket.socket) -> bytes:
    """What comes until the other side hangs up."""
    got = b""
    while piece := connection.recv(65_536):
        got += piece
    return got


def half_open(front: Application) -> socket.socket:
    """A connection that begins a request; at once, since its time runs from the connection on."""
    connection = socket.create_connection(("127.0.0.1", front.port), timeout=PATIENCE)
    connection.sendall(b"POST /api/contracts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Le")
    return connection


def test_three_hundred_half_open_requests_end_and_meanwhile_others_are_served(front: Application) -> None:
    """X8"""
    with ExitStack() as opened:
        half = [opened.enter_context(half_open(front)) for _ in range(300)]
        with as_person(front, None) as other:
            assert other.get("/login").status_code == 200
        assert Counter(said(one).split(b"\r\n", 1)[0] for one in half) == {b"HTTP/1.1 408 Request Timeout": 300}
    assert len(front.lines('"code": "too_slow"')) == 1


def test_who_sends_a_large_body_without_signing_in_is_told_before_it_is_sent(front: Application) -> None:
    """X8"""
    with socket.create_connection(("127.0.0.1", front.port), timeout=PATIENCE) as connection:
        connection.sendall(
            b"POST /api/imports/contracts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 20000000\r\n\r\n"
        )
        assert connection.recv(65_536).startswith(b"HTTP/1.1 401 ")


def test_sixty_wrong_logins_are_ten_and_addresses_that_the_caller_makes_up_do_not_help(front: Application) -> None:
    """X8: nobody named a proxy whose word would count."""

    async def try_all() -> list[httpx.Response]:
        async with httpx.AsyncClient(base_url=front.url, timeout=PATIENCE) as client:
            return await asyncio.gather(
                *(
                    client.post("/login", data={"name": f"guess-{n}"}, headers={"X-Forwarded-For": f"10.0.0.{n}"})
                    for n in range(60)
                )
            )

    answers = asyncio.run(try_all())
    assert Counter(answer.status_code for answer in answers) == {401: 10, 429: 50}
    refused = [answer for answer in answers if answer.status_code == 429]
    assert {answer.json()["code"] for answer in refused} == {"too_many_tries"}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
    assert len(front.lines('"code": "too_many_tries"')) == 1
    with as_person(front, "he.jx") as signed_in:
        assert signed_in.get("/orders").status_code in {200, 403}


def test_one_person_has_so_many_streams_and_the_next_person_theirs(front: Application) -> None:
    """X8"""

    def open_all(opened: ExitStack, client: httpx.Client, many: int) -> list[int]:
        return [opened.enter_context(client.stream("GET", "/live/rows?of=x")).status_code for _ in range(many)]

    with ExitStack() as opened, as_person(front, "he.jx") as one, as_person(front, "liang.my") as other:
        assert Counter(open_all(opened, one, 30)) == {200: STREAMS, 429: 30 - STREAMS}
        assert open_all(opened, other, 1) == [200]
        assert one.get("/ready").status_code == 200


def test_who_asks_too_often_is_told_when_to_come_again(front: Application) -> None:
    """X8: refused requests change nothing, so what they hold does not matter."""
    with as_person(front, "wu.xm") as client:
        answers = [client.post("/api/contracts", json={}) for _ in range(8)]
    assert Counter(answer.status_code for answer in answers) == {422: 5, 429: 3}
    assert answers[-1].json()["code"] == "too_many_requests"
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 12


@pytest.mark.parametrize(("host", "status"), [("127.0.0.1", 200), ("localhost:80", 200), ("songda.evil.example", 400)])
def test_other_hosts_than_ours_are_not_answered(front: Application, host: str, status: int) -> None:
    """C18"""
    with as_person(front, None) as client:
        assert client.get("/login", headers={"Host": host}).status_code == status


def test_as_shipped_nobody_can_be_picked(front: Application) -> None:
    """C18"""
    with as_person(front, None) as client:
        assert "何嘉欣" not in client.get("/login").text


def test_personal_data_are_not_kept_guessed_or_framed(front: Application) -> None:
    """C18"""
    with as_person(front, "he.jx") as client:
        told: dict[str, Any] = dict(client.get("/api/contracts").headers)
    assert (told["cache-control"], told["x-content-type-options"]) == ("no-store", "nosniff")
    assert "frame-ancestors 'none'" in told["content-security-policy"]
