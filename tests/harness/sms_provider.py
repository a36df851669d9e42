"""An SMS provider on a port of this machine: it checks who speaks, counts what it takes by the caller's number, and
now and then breaks off after it took a message, or fails before."""

import hashlib
import hmac
import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

KEY, SECRET = "songda", "a secret of the provider"
HANGS_UP, FAILS = 0.15, 0.1
SLOWEST_SECONDS = 0.05


class SmsProvider:
    """What it took: sending id -> how often. `port` is where it listens."""

    def __init__(self, seed: int) -> None:
        self.took: Counter[str] = Counter()
        self.refused = 0
        self.calls = 0
        self.port = 0
        self._random = random.Random(seed)
        self._lock = Lock()

    def is_known(self, method: str, path: str, headers: Any, body: bytes) -> bool:
        """Whether the call is signed as agreed."""
        stamp = headers.get("X-Songda-Timestamp", "")
        signed = f"{method}\n{path}\n{stamp}\n{hashlib.sha256(body).hexdigest()}"
        expected = hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).hexdigest()
        return hmac.compare_digest(expected, headers.get("X-Songda-Signature", ""))

    def mood(self) -> tuple[float, float]:
        """What happens to this call, and how long it takes."""
        with self._lock:
            self.calls += 1
            return self._random.random(), self._random.random() * SLOWEST_SECONDS

    def take(self, sending_id: str) -> None:
        """A message goes out."""
        with self._lock:
            self.took[sending_id] += 1


@contextmanager
def sms_provider(seed: int) -> Iterator[SmsProvider]:
    """The provider, open until the end of the block."""
    provider = SmsProvider(seed)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            mood, seconds = provider.mood()
            if not provider.is_known("POST", self.path, self.headers, body):
                provider.refused += 1
                self.say(401, {})
                return
            time.sleep(seconds / 2)
            if mood < FAILS:
                self.say(500, {})
                return
            known_as = json.loads(body)["id"]
            provider.take(known_as)
            time.sleep(seconds / 2)
            if mood < FAILS + HANGS_UP:
                self.close_connection = True
                return
            self.say(202, {"ref": f"ref-{known_as}"})

        def do_GET(self) -> None:
            known_as = self.path.rpartition("/")[2]
            if not provider.is_known("GET", self.path, self.headers, b""):
                provider.refused += 1
                self.say(401, {})
            elif provider.took[known_as]:
                self.say(200, {"ref": f"ref-{known_as}", "status": "sent"})
            else:
                self.say(404, {})

        def say(self, status: int, content: Any) -> None:
            body = json.dumps(content).encode()
            try:
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:  # whoever asked was killed
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.port = server.server_port
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
