"""`make audit`: known holes of dependencies are told, those looked at are not, and no connection is no silence."""

import json
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

AUDIT = Path(__file__).parents[2] / "deploy" / "audit.py"
NOWHERE = "http://127.0.0.1:9/"
"""Nobody listens there (discard)."""


@pytest.fixture
def advisories() -> Iterator[str]:
    """Who knows of two holes in lz4, and tells them on a page each."""

    def holes(query: dict[str, Any]) -> dict[str, Any]:
        if "lz4" not in query["package"]["purl"]:
            return {}
        if "page_token" in query:
            return {"vulns": [{"id": "CVE-2025-2"}]}
        return {"vulns": [{"id": "CVE-2025-1"}], "next_page_token": "more"}

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps({"results": [holes(one) for one in asked["queries"]]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def bills(tmp_path: Path) -> Path:
    """Bills of materials of two packages."""
    for name, purl in (("python", "pkg:pypi/six@1.17.0"), ("java", "pkg:maven/org.lz4/lz4-java@1.8.0?type=jar")):
        (tmp_path / f"{name}.json").write_text(json.dumps({"components": [{"purl": purl}]}))
    (tmp_path / "looked_at.toml").write_text("")
    return tmp_path


def audit(folder: Path, ask: str) -> tuple[int, str]:
    """Exit code and all that is said."""
    done = subprocess.run(
        [sys.executable, str(AUDIT), str(folder), "--ask", ask, "--looked-at", str(folder / "looked_at.toml")],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    return done.returncode, done.stdout


def test_known_holes_are_told_until_somebody_says_why_they_do_not_concern_us(bills: Path, advisories: str) -> None:
    """X7: with a reason, and until a day: then they are told again."""
    code, said = audit(bills, advisories)
    assert (code, said.count("pkg:maven/org.lz4/lz4-java@1.8.0:"), "six" in said) == (1, 2, False)
    one = '[[advisory]]\nid = "CVE-2025-{}"\nwhy = "{}"\nuntil = {}\n'.format
    (bills / "looked_at.toml").write_text(
        one(1, "we unpack nothing of strangers", "2099-01-01") + one(2, "", "2099-01-01")
    )
    assert audit(bills, advisories)[1].count("CVE-") == 1
    (bills / "looked_at.toml").write_text("".join(one(n, "not reached", "2099-01-01") for n in (1, 2)))
    assert audit(bills, advisories)[0] == 0
    (bills / "looked_at.toml").write_text("".join(one(n, "not reached", "2026-01-01") for n in (1, 2)))
    assert audit(bills, advisories)[0] == 1


def test_without_a_connection_it_says_so_and_tells_what_was_known_last(bills: Path, advisories: str) -> None:
    """X7: nobody takes silence for safety."""
    code, said = audit(bills, NOWHERE)
    assert (code, "not asked" in said, "known holes" in said) == (0, True, False)
    audit(bills, advisories)
    code, said = audit(bills, NOWHERE)
    assert (code, "not asked" in said, said.count("CVE-")) == (1, True, 2)
