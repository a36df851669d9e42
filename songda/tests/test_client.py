"""The command line as a client: what it does when it is told that it asks too often."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from runtime.settings import Settings
from songda.client import CallFailed, Client


class Busy(BaseHTTPRequestHandler):
    """Says 429 as often as `no` is left, then 200 with the size of what it got; notes each size."""

    no = 0
    got: list[int]

    def do_POST(self) -> None:
        size = int(self.headers["Content-Length"])
        self.got.append(len(self.rfile.read(size)))
        cls = type(self)
        busy, cls.no = cls.no > 0, cls.no - 1
        body = b'{"code":"too_many_requests","rule":"","zh":"z","en":"e","id":"1"}' if busy else b'{"yes":1}'
        self.send_response(429 if busy else 200)
        self.send_header("Retry-After", "0.01")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def busy() -> Iterator[type[Busy]]:
    kind = type("Busy", (Busy,), {"got": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    kind.port = server.server_port  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield kind
    server.shutdown()
    thread.join()
    server.server_close()


def test_it_waits_and_sends_the_same_again(busy: type[Busy], tmp_path: Path) -> None:
    """X8"""
    busy.no = 3
    (tmp_path / "a.csv").write_bytes(b"x" * 100_000)
    with Client(Settings(home=tmp_path, http_port=busy.port), "he.jx") as client:  # type: ignore[attr-defined]
        assert client.upload("/api/imports/contracts", tmp_path / "a.csv") == {"yes": 1}
    assert (len(busy.got), len(set(busy.got)), busy.got[0] > 100_000) == (4, 1, True)


def test_it_does_not_wait_for_ever(busy: type[Busy], tmp_path: Path) -> None:
    """X8"""
    busy.no = 100
    settings = Settings(home=tmp_path, http_port=busy.port)  # type: ignore[attr-defined]
    with Client(settings, "he.jx") as client, pytest.raises(CallFailed, match="too_many_requests"):
        client.post("/api/contracts", {})
    assert len(busy.got) == 10
