"""The front door: what is settled about a request before the application sees it, and what each answer carries.

In this order: who asks, how often they may, the host it is for, how many of theirs are inside. A body is read only when
it is known who sends it, or by a route that is `open_to_all`, which says how much it takes; and only while it comes at
a fair pace. Each "no" has the one shape of all errors; what is refused in floods is counted, and logged now and then.
"""

import asyncio
import math
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runtime.decision import Rejected
from runtime.http import NOBODY, Refusal, new_request_id, people_are_known, refused
from runtime.identity.known import Doorkeeper, Known, bearer_of
from runtime.identity.stream_watch import StreamWatch
from runtime.logs import get_log
from runtime.metrics import REFUSED
from runtime.mongo import PyMongoError
from runtime.person import Person
from runtime.rates import AtOnce, Origin, Rate, Rates, network_of
from runtime.security_headers import secured
from runtime.settings import HOSTS_OF_THIS_MACHINE, Settings, is_any_address, listed

log = get_log("runtime.front_door")

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

HEALTH = frozenset({"/live", "/ready", "/metrics"})
"""Asked by the machinery around us, under any name, as often as it likes; they show nothing of anybody."""
FILES = "/static/"
"""Files of the pages: the same for all, kept by browsers."""
WITHIN = "songda.within"
"""Marks a request that the application makes of itself for one that came in; of the bounds, that of streams holds."""
MOST_HEAD_BYTES = 64 << 10
"""Of a request line with its headers; ours are a few KB."""
_HOST = re.compile(r"(?P<name>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{0,5})?")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LOGGED = "1/minute"
"""Of each kind of flood, and of each who makes it."""

UNKNOWN_HOST = Rejected(
    code="unknown_host",
    rule="C18",
    zh="这个网址不是给本系统的。管理员可用 SONGDA_PUBLIC_URL 或 SONGDA_TRUSTED_HOSTS 写上它的主机名。",
    en="This host name is not one of ours. Name it in SONGDA_PUBLIC_URL or SONGDA_TRUSTED_HOSTS.",
)
TOO_LARGE = Rejected("body_too_large", "", "内容太大：请分成几份再传。", "The body is too large: send it in parts.")
LARGE_HEAD = Rejected(
    "headers_too_large", "", "请求的地址或表头太长。", "The request line or its headers are too long."
)
TOO_SLOW = Rejected(
    "too_slow", "", "内容传得太慢，请换个网络再试。", "The body came too slowly; try a better connection."
)
FOREIGN = Rejected(
    code="foreign_origin",
    rule="C18",
    zh="请求来自别的网站，没有执行。",
    en="The request came from another site and was not carried out.",
)
NUL = Rejected(
    code="unreadable",
    rule="",
    zh="地址里有看不见的控制字符 (NUL)。请删去后再试。",
    en="The address holds a control character (NUL). Remove it and try again.",
)
TOO_MANY = Rejected("too_many_requests", "", "请求太频繁，请稍后再试。", "Too many requests: try again a little later.")
TOO_MANY_TRIES = Rejected(
    "too_many_tries", "C18", "试错太多次，请稍后再登录。", "Too many wrong tries: sign in a little later."
)
TOO_MANY_AT_ONCE = Rejected(
    "too_many_at_once",
    "",
    "您同时提出的请求太多，请等前面的完成。",
    "Too many of your requests are under way: wait for them.",
)
TOO_MANY_STREAMS = Rejected(
    "too_many_streams",
    "",
    "您打开的实时页面太多，请关掉几个。",
    "Too many live pages of yours are open: close some of them.",
)
WHO_UNKNOWN = Rejected(
    code="who_cannot_be_asked",
    rule="",
    zh="现在查不到您是谁（数据库没有回答）；您还在登录中，请过几秒再试。什么都没有改变。",
    en="Who you are cannot be looked up just now (the database does not answer). You are still signed in: try again in "
    "a few seconds. Nothing was changed.",
)
BUSY = Rejected("busy", "", "现在请求太多，请稍等几秒再试。", "Too many requests at once, try again in a few seconds.")


@dataclass(frozen=True, slots=True)
class OpenBody:
    """What a route takes from somebody who has not signed in."""

    max_bytes: int
    secret: bool
    """Whether it checks a secret, so that its 401, 403 and 404 are wrong tries."""
    at_once: int | None
    """How many of one address may be looked at at once, where a look is work (a password's hash)."""


def open_to_all(max_bytes: int, *, secret: bool = False, at_once: int | None = None) -> Callable[[Endpoint], Endpoint]:
    """Mark a route that takes a body of so many bytes from anybody; the others take one only from who has signed in."""

    def mark(endpoint: Endpoint) -> Endpoint:
        endpoint.open_body = OpenBody(max_bytes, secret, at_once)  # type: ignore[attr-defined]
        return endpoint

    return mark


@dataclass(frozen=True, slots=True)
class Bounds:
    """What comes in. Without more words than its size: bodies are bounded, nothing else is."""

    max_body_bytes: int
    hosts: Sequence[str] = ()
    """Names that we answer to; none: to all."""
    body_seconds: float = math.inf
    body_bytes_per_second: float = math.inf
    requests_at_once: int = 1 << 31
    requests_at_once_each: int = 1 << 31
    body_bytes_at_once: int = 1 << 62
    body_bytes_at_once_each: int = 1 << 62
    streams: int = 1 << 31
    streams_each: int = 1 << 31
    rates: Rates | None = None


def bounds_of(settings: Settings) -> Bounds:
    """The front door as the settings have it."""
    public = urlsplit(settings.public_url or "").hostname
    own = () if is_any_address(settings.http_host) else (settings.http_host,)
    return Bounds(
        max_body_bytes=settings.max_body_bytes,
        hosts=(*HOSTS_OF_THIS_MACHINE, *own, *([public] if public else ()), *listed(settings.trusted_hosts.lower())),
        body_seconds=settings.body_seconds,
        body_bytes_per_second=settings.body_bytes_per_second,
        requests_at_once=settings.requests_at_once,
        requests_at_once_each=settings.requests_at_once_each,
        body_bytes_at_once=max(settings.body_bytes_at_once, settings.max_body_bytes),
        body_bytes_at_once_each=max(settings.body_bytes_at_once_each, settings.max_body_bytes),
        streams=settings.streams,
        streams_each=settings.streams_each,
        rates=Rates(settings),
    )


def doorkeeper_of(request: Request) -> Doorkeeper:
    """Who knows people here; an application without accounts and sessions takes tokens alone."""
    state = request.app.state
    doorkeeper: Doorkeeper = getattr(state, "doorkeeper", None) or Doorkeeper(state.tokens)
    return doorkeeper


class FrontDoor:
    """Outermost. One for the application; a `_Visit` for each request."""

    def __init__(self, app: ASGIApp, bounds: Bounds) -> None:
        self._app = app
        self.bounds = bounds
        self.watch = StreamWatch()
        self.requests = AtOnce(bounds.requests_at_once, bounds.requests_at_once_each)
        self.bodies = AtOnce(bounds.body_bytes_at_once, bounds.body_bytes_at_once_each)
        self.streams = AtOnce(bounds.streams, bounds.streams_each)
        self.tries: dict[str, int] = {}
        """By address: how many tries of a secret are looked at now."""
        self._logged = Rate(_LOGGED)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        request.state.request_id = new_request_id()
        is_unknown = False
        if not hasattr(request.state, "known"):  # within: as it was said to be
            try:
                request.state.known = await self._known(request)
            except (PyMongoError, TimeoutError):
                request.state.known, is_unknown = None, True
        visit = _Visit(self, request, receive, send)
        no = visit.no(is_unknown=is_unknown)
        if no is not None:
            await visit.refuse(no)
            return
        try:
            async with visit.deadline:
                await self._app(scope, visit.receive, visit.send)
        except Exception:
            if visit.deadline.expired():
                await visit.end_stream()
            elif not visit.is_over:
                raise
        finally:
            visit.leave()
            visit.let_go()

    async def _known(self, request: Request) -> Known | None:
        """Who asks. Files of the pages and the machinery's questions are the same for all."""
        if not people_are_known(request) or request.url.path in HEALTH or request.url.path.startswith(FILES):
            return None
        people: Mapping[str, Person] = request.app.state.people
        return await doorkeeper_of(request).known(request, people)

    def turn_away(self, origin: Origin, no: Rejected, wait: float) -> Refusal:
        """A refusal of what is too much: counted each time, logged once a minute for each who asks."""
        REFUSED.labels(code=no.code).inc()
        quiet = self._logged.ask(f"{no.code} {origin.key}") > 0
        return Refusal(503 if no is BUSY else 429, no, {"Retry-After": str(max(1, math.ceil(wait)))}, quiet=quiet)


class _Visit:
    """One request on its way in and its answer on the way out."""

    def __init__(self, door: FrontDoor, request: Request, receive: Receive, send: Send) -> None:
        self._door, self._bounds = door, door.bounds
        self._request, self._receive, self._send = request, receive, send
        host = request.client.host if request.client else ""
        by_token = bearer_of(request) is not None
        self._known: Known | None = request.state.known
        request.state.person = None if self._known is None else self._known.person
        self._origin = Origin(network_of(host), request.state.person, by_token)
        self.deadline = asyncio.Timeout(None)
        self._watched = ExitStack()
        self._inside: AtOnce | None = None
        self._taken = 0
        self._held = 0
        self._tries = False
        self._waited = 0.0
        self._unread = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
        self._no: Refusal | None = None
        self._answered = False
        self.is_over = False
        """Whether a refusal was sent in place of what the application answers."""

    # ---- before the application sees it ------------------------------------------------------------------------

    def no(self, *, is_unknown: bool) -> Refusal | None:
        """Why the request does not come in; None when it does, and then it must `leave`. `is_unknown`: who asks could
        not be looked up, which is no reason to take them for a stranger."""
        request, path = self._request, self._request.url.path
        if _head_bytes(request) > MOST_HEAD_BYTES:
            return Refusal(431, LARGE_HEAD)
        if path in HEALTH or WITHIN in request.scope:
            return None
        too_many = self._too_many(path)  # first: every other "no" is a line in the log
        if too_many is not None:
            return too_many
        if is_unknown:
            return Refusal(503, WHO_UNKNOWN, {"Retry-After": "5"})
        if not _is_ours(request.headers.get("host", ""), self._bounds.hosts):
            return Refusal(400, UNKNOWN_HOST)
        if b"%00" in request.scope["query_string"] or "\x00" in path:
            return Refusal(422, NUL)
        if self._length() > self._bounds.max_body_bytes:
            return Refusal(413, TOO_LARGE)
        return self._foreign() or self._no_room()

    def _too_many(self, path: str) -> Refusal | None:
        if self._bounds.rates is None or path.startswith(FILES):
            return None
        writes, exports = self._request.method not in _SAFE, path.endswith(".xlsx")
        wait = self._bounds.rates.ask(self._origin, writes=writes, exports=exports)
        return self._door.turn_away(self._origin, TOO_MANY, wait) if wait else None

    def _foreign(self) -> Refusal | None:
        """Whether a page of another site had this sent: with a person's cookie, or to sign somebody in (login CSRF)."""
        request = self._request
        if request.method in _SAFE or bearer_of(request) is not None:
            return None
        origin = request.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
            return Refusal(403, FOREIGN)
        if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return Refusal(403, FOREIGN)
        return None

    def _no_room(self) -> Refusal | None:
        if self._enter(self._door.requests):
            return None
        return self._door.turn_away(self._origin, BUSY if self._door.requests.is_full else TOO_MANY_AT_ONCE, 1.0)

    def _length(self) -> int:
        length = self._request.headers.get("content-length", "0")
        return int(length[:20]) if length.isdecimal() else 0  # so many digits are too many already

    # ---- inside --------------------------------------------------------------------------------------------------

    def _enter(self, where: AtOnce) -> bool:
        if not where.enter(self._origin.key):
            return False
        self.leave()
        self._inside = where
        return True

    def leave(self) -> None:
        """Out of where it was counted and looked after."""
        self._watched.close()
        if self._inside is not None:
            self._inside.leave(self._origin.key)
            self._inside = None

    def let_go(self) -> None:
        """Of the body, and of the place among those whose tries are looked at."""
        if self._held:
            self._door.bodies.leave(self._origin.key, self._held)
            self._held = 0
        if self._tries:
            self._tries = False
            left = self._door.tries.pop(self._origin.address) - 1
            if left:
                self._door.tries[self._origin.address] = left

    async def receive(self) -> Message:
        """The body, if it may be read, at a fair pace; then whether the caller is still there."""
        if not self._unread:
            return await self._receive()
        if not self._taken:
            self._may_be_read()
        loop = asyncio.get_running_loop()
        began = loop.time()
        patience = self._bounds.body_seconds + self._taken / self._bounds.body_bytes_per_second - self._waited
        try:
            async with asyncio.timeout(None if patience == math.inf else patience):
                message = await self._receive()
        except TimeoutError:
            raise self._refused(Refusal(408, TOO_SLOW)) from None
        self._waited += loop.time() - began
        self._hold(len(message.get("body", b"")))
        self._unread = message["type"] == "http.request" and message.get("more_body", False)
        if self._taken > self._most():
            raise self._refused(Refusal(413, TOO_LARGE))
        return message

    def _hold(self, more: int) -> None:
        """So many bytes more of the body are there. Raises `Refusal` where they are too many with those of others."""
        self._taken += more
        if more and not self._door.bodies.enter(self._origin.key, more):
            raise self._refused(self._door.turn_away(self._origin, TOO_MANY_AT_ONCE, 5.0))
        self._held += more

    def _open(self) -> OpenBody | None:
        found: OpenBody | None = getattr(self._request.scope.get("endpoint"), "open_body", None)
        return found

    def _most(self) -> int:
        route = self._open()
        return self._bounds.max_body_bytes if route is None else min(route.max_bytes, self._bounds.max_body_bytes)

    def _may_be_read(self) -> None:
        """The router has chosen the route by now. Raises `Refusal`."""
        route = self._open()
        if route is None and self._origin.person is None and people_are_known(self._request):
            raise self._refused(Refusal(401, NOBODY, {"WWW-Authenticate": "Bearer"}))
        if self._length() > self._most():
            raise self._refused(Refusal(413, TOO_LARGE))
        if route is not None and route.secret and self._bounds.rates is not None:
            wait = self._bounds.rates.tried_enough(self._origin)
            if wait:
                raise self._refused(self._door.turn_away(self._origin, TOO_MANY_TRIES, wait))
        if route is not None and route.at_once is not None:
            now = self._door.tries.get(self._origin.address, 0)
            if now >= route.at_once:
                raise self._refused(self._door.turn_away(self._origin, TOO_MANY_TRIES, 1.0))
            self._door.tries[self._origin.address] = now + 1
            self._tries = True

    def _refused(self, no: Refusal) -> Refusal:
        """Whatever the framework makes of the error that leaves `receive`, this is the answer."""
        self._no = self._request.state.refusal = no
        return no

    # ---- on the way out ------------------------------------------------------------------------------------------

    async def send(self, message: Message) -> None:
        """The answer, with what every answer carries; or a refusal in its place."""
        if self.is_over:
            return
        if message["type"] == "http.response.start" and not self._answered:
            no = self._no_answer(message)
            if no is not None:
                self.is_over = True
                await self.refuse(no)
                raise no  # a stream that nobody gets must not go on
            self._answered = True
            message = {**message, "headers": secured(message.get("headers", ()))}
        await self._send(message)

    def _no_answer(self, message: Message) -> Refusal | None:
        """Why another answer goes out than this one."""
        if self._no is not None and message["status"] != self._no.status:
            return self._no
        route = self._open()
        if route is not None and route.secret and message["status"] in {401, 403, 404} and self._bounds.rates:
            wait = self._bounds.rates.wrong(self._origin)
            return self._door.turn_away(self._origin, TOO_MANY_TRIES, wait) if wait else None
        kind = dict(message.get("headers", ())).get(b"content-type", b"")
        if kind.startswith(b"text/event-stream") and not self._enter(self._door.streams):
            full = self._door.streams.is_full
            return self._door.turn_away(self._origin, BUSY if full else TOO_MANY_STREAMS, 15.0)
        if kind.startswith(b"text/event-stream") and self._known is not None and WITHIN not in self._request.scope:
            state = self._request.app.state
            doorkeeper = doorkeeper_of(self._request)
            self._watched.enter_context(
                self._door.watch.over(self.deadline, self._known, doorkeeper, lambda: state.people)
            )
        return None

    async def end_stream(self) -> None:
        """End a stream whose reader may go on no longer, as if it had said all: they ask again, and are told."""
        self.is_over = True
        if self._answered:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def refuse(self, no: Refusal) -> None:
        """Send a refusal."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": secured(message["headers"])}
            await self._send(message)

        await refused(self._request, no)(self._request.scope, self._receive, with_headers)


def _head_bytes(request: Request) -> int:
    """Of the request line and the headers, as they came."""
    scope = request.scope
    line = len(scope.get("raw_path") or b"") + len(scope["query_string"])
    return line + sum(len(name) + len(value) + 4 for name, value in scope["headers"])


def _is_ours(host: str, hosts: Sequence[str]) -> bool:
    """Whether a Host header is one of these names, with a port or without; `*.example.com` is every name below it.

    Nothing else may stand in it: links are made of it.
    """
    if not hosts:
        return True
    found = _HOST.fullmatch(host)
    if found is None:
        return False
    name = found["name"].strip("[]").lower()
    return any(name == one or (one.startswith("*.") and name.endswith(one[1:])) for one in hosts)
