"""HTTP, once for all services: who asks, how a command is asked for, and the one shape of every answer and error.

Errors are `{"code", "rule", "zh", "en", "facts", "id"}` with 401 (who are you), 403 (not your role), 404, 409 (the
rules say no), 413, 415, 422 (unreadable), 503 (come again). `id` is the request's, to quote. Each is logged once.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, NoReturn, TypeVar
from urllib.parse import quote

from fastapi import Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.datastructures import UploadFile

from runtime.changes import Change, ChangeFeed
from runtime.clock import utc_now
from runtime.commands import Asked, deterministic_id, fresh_id
from runtime.commands import Request as AskedAs
from runtime.decision import OUT_OF_BOUNDS, Detail, Rejected, Signer
from runtime.errors import NotReady
from runtime.files_named import file_that_lacks
from runtime.flow import Flow, Way, walk
from runtime.forms import Form
from runtime.gateway import Gateway, new_request
from runtime.logs import get_log
from runtime.mongo import PyMongoError
from runtime.objects import Objects
from runtime.offers import Offering
from runtime.outcome import Outcome
from runtime.person import Person
from runtime.request_digest import KEY_REUSED, RequestDigest, digest_of, key_reused, parts_of
from runtime.request_keys import RequestKeys
from runtime.rows import Rows
from runtime.typed_rows import Model, Views

T = TypeVar("T")
GOOD_TO_KNOW_SECONDS = 1.0  # a person who registers a contract waits for no more

log = get_log("runtime.http")

NOBODY = Rejected(
    code="who_are_you",
    rule="C18",
    zh="请先登录：打开 /login。程序带上 Authorization: Bearer <令牌>（songda token 可发）。",
    en="Please sign in at /login. Programs send Authorization: Bearer <token> (songda token issues one).",
)
VERSION_DIGITS = 15
"""A longer number is no version that anybody saw."""


class Refusal(Exception):
    """An HTTP error with words for a person."""

    def __init__(
        self, status: int, no: Rejected, headers: Mapping[str, str] | None = None, *, quiet: bool = False
    ) -> None:
        super().__init__(no.code)
        self.status = status
        self.no = no
        self.headers = dict(headers or {})
        self.quiet = quiet
        """Whether it is one of a flood that was logged already."""


ErrorPage = Callable[[Request, Refusal], Response | None]
"""What a browser is shown that opens a page; None for what is said as everywhere."""


class ErrorBody(BaseModel):
    """Every error of the API: what is wrong and what to do, in Chinese and English; `rule` of the rule book if any."""

    code: str
    rule: str
    zh: str
    en: str
    facts: dict[str, Detail]
    id: str


class Answer(BaseModel):
    """What became of a command: `accepted` (with the names of its events) or `pending`: 202, ask again at `ask_at`, or,
    where there is none, send the same request again with the same `Idempotency-Key`; or `unsigned`: nothing yet, it
    waits for the second person, as `signature_no` in `body` (B23)."""

    status: str
    aggregate_id: str
    version: int
    events: tuple[str, ...] = ()
    command_id: str
    repeated: bool = False
    ask_at: str | None = None
    body: dict[str, Any] | None = None


def error_body(no: Rejected, request_id: str) -> dict[str, Any]:
    """The JSON of an error."""
    return {"code": no.code, "rule": no.rule, "zh": no.zh, "en": no.en, "facts": dict(no.facts), "id": request_id}


def refused(request: Request, refusal: Refusal) -> Response:
    """A refusal as the answer, logged once: a page where a browser asked for one, if there are pages, else the shape of
    every error. What the front door refused stays that, whatever became of it inside."""
    refusal = getattr(request.state, "refusal", None) or refusal
    request_id = note_refusal(request, refusal)
    on_page: ErrorPage | None = getattr(getattr(request.scope.get("app"), "state", None), "error_page", None)
    if on_page is not None and _opens_a_page(request) and (shown := on_page(request, refusal)) is not None:
        return shown
    return JSONResponse(error_body(refusal.no, request_id), refusal.status, refusal.headers)


def _opens_a_page(request: Request) -> bool:
    """Whether a person waits for what is shown then; programs and the scripts of pages read JSON."""
    is_api = request.url.path.startswith("/api/")
    return request.method == "GET" and not is_api and "text/html" in request.headers.get("accept", "")


def note_refusal(request: Request, refusal: Refusal) -> str:
    """Log a refusal, once; the request's id."""
    request_id: str = getattr(request.state, "request_id", None) or new_request_id()
    if not refusal.quiet:
        log.info(
            "request refused",
            status=refusal.status,
            method=request.method,
            path=request.url.path,
            code=refusal.no.code,
            rule=refusal.no.rule,
            request_id=request_id,
        )
    return request_id


class Caller:
    """Who asks, and all they can ask for. One per HTTP request; `service` is the service whose route it is."""

    def __init__(self, request: Request, response: Response, person: Person) -> None:
        self.request = request
        self._response = response
        self.person = person
        self.request_id: str = request.state.request_id
        self.said: RequestDigest | None = None
        self._claimed: str | None = None
        self._state = request.app.state

    def allow(self, *roles: str) -> None:
        """Go on only for these roles; others get 403."""
        if self.person.role not in roles:
            raise Refusal(
                403,
                Rejected(
                    code="not_your_role",
                    rule="C18",
                    zh=f"您的岗位不能做这件事：需要 {'、'.join(sorted(roles))}。",
                    en=f"Your role may not do this: it takes {', '.join(sorted(roles))}.",
                    facts={"role": self.person.role},
                ),
            )

    async def ask(
        self,
        aggregate_id: str,
        command: BaseModel,
        *,
        step: str = "",
        expected_version: int | None = None,
        service: str | None = None,
        anew: bool = False,
        tells: bool = False,
        second: Signer | None = None,
    ) -> Outcome:
        """Put a command to its aggregate and wait for the decision.

        The command id comes from the `Idempotency-Key` header (with `step` when one request asks several things), so
        that a repeated request gets the first answer; not `anew`, for a question whose answer may be another one now.
        `If-Match: "7"` sets the version that the caller saw. `second`: who has signed beside them (B23).
        """
        gateway: Gateway = self._state.gateway
        await self.check_files(command)
        request = await self.request_for(aggregate_id, step, expected_version=expected_version, anew=anew)
        request = replace(request, tells=tells, second=second)
        outcome = await gateway.ask(service or self.service_of(aggregate_id), aggregate_id, command, request)
        return await self._heard(outcome)

    async def request_for(
        self, aggregate_id: str, step: str = "", *, expected_version: int | None = None, anew: bool = False
    ) -> AskedAs:
        """Of the command that this request puts to an aggregate: its id, and in whose name it is."""
        key = None if anew else self._key
        if expected_version is None and not (step or anew):
            expected_version = self.seen_version()
        return new_request(
            deterministic_id(self.person.id, key, step, aggregate_id) if key else fresh_id(),
            actor=self.person.id,
            role=self.person.role,
            correlation_id=self.request_id,
            expected_version=expected_version,
            traceparent=self.request.headers.get("traceparent"),
            digest=await self._digest() if key else None,
        )

    def service_of(self, aggregate_id: str) -> str:
        """The service that owns it."""
        owner: Mapping[str, str] = self._state.owners
        return owner[aggregate_id.partition(":")[0]]

    async def walk(
        self, flow: Flow, aggregate_id: str, command: BaseModel, *, step: str = "", expected_version: int | None = None
    ) -> Way:
        """Put a command as `ask` does, and go on from what it makes through a flow of the same service, ahead of the
        reactor, which finishes it wherever this process ends."""
        gateway: Gateway = self._state.gateway
        service = self.service_of(aggregate_id)
        first = await self.ask(aggregate_id, command, step=step, expected_version=expected_version, tells=True)

        async def put_all(asked: Sequence[Asked]) -> list[Outcome]:
            return [gateway.as_heard(one) for one in await gateway.ask_all(service, asked)]

        return await walk(flow, put_all, await gateway.with_facts(service, first))

    async def ask_all(self, asked: Sequence[tuple[str, BaseModel, str]]) -> list[Outcome]:
        """Put many commands of one service, (aggregate id, command, step) each, and wait for all (`Gateway.ask_all`).

        Each `step` is another one: it makes the command's id, as in `ask`.
        """
        if not asked:
            return []
        gateway: Gateway = self._state.gateway
        for _, command, _ in asked:
            await self.check_files(command)
        key = self._key
        received = new_request(
            "",
            actor=self.person.id,
            role=self.person.role,
            correlation_id=self.request_id,
            traceparent=self.request.headers.get("traceparent"),
            digest=await self._digest() if key else None,
        )
        whole = [
            Asked(
                aggregate_id,
                command,
                replace(
                    received,
                    command_id=deterministic_id(self.person.id, key, step, aggregate_id) if key else fresh_id(),
                ),
            )
            for aggregate_id, command, step in asked
        ]
        outcomes = await gateway.ask_all(self.service_of(asked[0][0]), whole)
        return [await self._heard(outcome) for outcome in outcomes]

    async def check_files(self, command: BaseModel) -> None:
        """Refuse a command that names a photo or signature which was never put."""
        objects: Objects | None = getattr(self._state, "objects", None)
        lacks = None if objects is None else await file_that_lacks(command, objects)
        if lacks is not None:
            self.refuse(lacks, 422)

    @property
    def _key(self) -> str | None:
        return self.request.headers.get("idempotency-key")

    async def _digest(self) -> str:
        """The request's digest. Before anything of it is asked, its Idempotency-Key comes to stand for it; one that
        stands for another request is refused (X7)."""
        if self._claimed is None:
            said = self.said or RequestDigest(self._address, parts_of(await self.request.body()))
            keys: RequestKeys | None = getattr(self._state, "request_keys", None)
            first = None if keys is None else await keys.claim(self.person.id, self._key or "", said)
            if first is not None:
                raise Refusal(422, key_reused(first.differing(said), first.address, said.address))
            self._claimed = str(said)
            self.said = said
        return self._claimed

    async def _heard(self, outcome: Outcome) -> Outcome:
        """An outcome; where an aggregate knows the key better than where keys are kept, the key is its again."""
        keys: RequestKeys | None = getattr(self._state, "request_keys", None)
        reused = outcome.rejected is not None and outcome.rejected.code == KEY_REUSED
        if reused and keys is not None and self.said is not None:
            await keys.release(self.person.id, self._key or "", self.said)
        return outcome

    async def read_form(self) -> None:
        """Note what a form says while its files are open: what a request asks may be asked after they are closed."""
        parts: dict[str, str] = {}
        for number, (name, value) in enumerate((await self.request.form()).multi_items()):
            content = value.encode() if isinstance(value, str) else await _content_of(value)
            parts[f"{number} {name}"] = digest_of(content)
        self.said = RequestDigest(self._address, parts)

    @property
    def _address(self) -> str:
        url = self.request.url
        return f"{self.request.method} {url.path}" + (f"?{url.query}" if url.query else "")

    def seen_version(self) -> int | None:
        """The version that `If-Match` says the caller saw."""
        match = self.request.headers.get("if-match")
        if match is None:
            return None
        number = match.strip('W/" ')
        if not number.isdecimal() or len(number) > VERSION_DIGITS:
            self.refuse(
                Rejected("bad_if_match", "", "If-Match 应是您看到的版本号。", "If-Match must be the version you saw."),
                422,
            )
        return int(number)

    def answer(self, outcome: Outcome, body: Mapping[str, Any] | None = None) -> Answer:
        """An outcome as the route's answer; a refusal or failure leaves as an HTTP error."""
        if outcome.status == "rejected" and outcome.rejected is not None:
            no = outcome.rejected
            is_unreadable = no.code in {OUT_OF_BOUNDS, KEY_REUSED}
            raise Refusal(422 if is_unreadable else 404 if no.code.startswith("unknown_") else 409, no)
        if outcome.status == "parked" and outcome.rejected is not None:
            raise Refusal(503, outcome.rejected, {"Retry-After": "600"})
        if outcome.status == "broken":
            raise Refusal(
                500,
                outcome.rejected
                or Rejected(
                    code="not_decided",
                    rule="",
                    zh="系统没能处理这个请求，已原样保存给技术人员；什么都没有改变。请报上编号。",
                    en="The request could not be processed; it is kept whole for the engineers and nothing changed.",
                    facts={"command_id": outcome.command_id},
                ),
            )
        pending = outcome.status == "pending"
        where = f"{quote(outcome.aggregate_id, safe=':/')}/{outcome.command_id}"
        if pending:
            self._response.status_code = 202
        service = self.service_of(outcome.aggregate_id)
        return Answer(
            status=outcome.status,
            aggregate_id=outcome.aggregate_id,
            version=outcome.version,
            events=outcome.events,
            command_id=outcome.command_id,
            repeated=outcome.repeated,
            ask_at=f"/api/outcomes/{service}/{where}" if pending else None,
            body=None if body is None else dict(body),
        )

    def later(self, way: Way) -> Answer:
        """That a walk is not finished. No outcome of one command says what comes of it all, so there is none to ask
        for: the same request under the same key goes on, and is told."""
        return self.answer(way.unfinished).model_copy(update={"ask_at": None})

    async def with_facts(self, outcome: Outcome) -> Outcome:
        """An answer with the facts that it made, as far as the answers of the last day know them."""
        gateway: Gateway = self._state.gateway
        return await gateway.with_facts(self.service_of(outcome.aggregate_id), outcome)

    def refuse(self, no: Rejected, status: int = 409) -> NoReturn:
        """Answer with a clean error."""
        raise Refusal(status, no)

    @property
    def actor(self) -> str:
        """Id of who asks."""
        return self.person.id

    @property
    def name(self) -> str:
        """Their name."""
        return self.person.name

    @property
    def role(self) -> str:
        """Their role."""
        return self.person.role

    @property
    def store(self) -> str | None:
        """The store that they work for, if they do."""
        return self.person.store

    @property
    def now(self) -> datetime:
        """When it is asked, UTC."""
        return utc_now()

    def fresh_number(self, letters: str, what: str) -> str:
        """A number nobody had; the same for a request that is sent again with its `Idempotency-Key`."""
        key = self.request.headers.get("idempotency-key")
        whole = deterministic_id(what, self.person.id, key) if key else fresh_id()
        return f"{letters}-{whole.replace('-', '')[:12].upper()}"

    def fresh_id(self, *parts: str) -> str:
        """16 characters that a request sent again with its `Idempotency-Key` gets again."""
        key = self.request.headers.get("idempotency-key")
        made = deterministic_id(parts[0], self.person.id, key, *parts[1:]) if key else fresh_id()
        return made.replace("-", "")[:16]

    def offering(self, kind: str) -> Offering:
        """What may be offered of a kind of aggregate."""
        offers: Mapping[str, Offering] = self._state.offers
        return offers[kind]

    async def offered(self, kind: str, projection: str, row_id: str) -> tuple[Form, ...]:
        """What this person may sensibly ask of an aggregate now, by the state beside its row."""
        state = await self.rows(projection).state(row_id)
        return () if state is None else self.offering(kind).offered(state, self.person.role)

    async def offered_of(self, kind: str, projection: str, row_ids: Sequence[str]) -> dict[str, frozenset[str]]:
        """Codes of what this person may sensibly ask of each of these aggregates now."""
        offering, role = self.offering(kind), self.person.role
        states = await self.rows(projection).states(row_ids)
        return {row: frozenset(form.code for form in offering.offered(states[row], role)) for row in states}

    def rows(self, projection: str) -> Rows:
        """A read model by name."""
        rows: Mapping[str, Rows] = self._state.rows
        return rows[projection]

    def view(self, model: Model[T]) -> Views[T]:
        """A read model by what is read of it: its rows, or those with what was said of them."""
        return Views(model, self.rows(model.name))

    async def if_there(self, reading: Awaitable[T]) -> T | None:
        """What the database says, or None where it does not answer at once: for what is good to know, and no more."""
        try:
            async with asyncio.timeout(GOOD_TO_KNOW_SECONDS):
                return await reading
        except (PyMongoError, NotReady, TimeoutError):
            return None

    def changes(self, collections: Iterable[str], after: str | None = None) -> AsyncIterator[Change]:
        """Changes of read models, for a page that looks on."""
        feed: ChangeFeed = self._state.changes
        return feed.since(collections, after)

    def position(self) -> str:
        """The change feed's position of now: what a page that is rendered now resumes from."""
        feed: ChangeFeed = self._state.changes
        return feed.position()

    async def settled(self, seconds: float = 60.0) -> bool:
        """Wait until all that has been asked so far has run through reactions and read models."""
        settle: Any = self._state.settled
        return bool(await settle(seconds))


def people_are_known(request: Request) -> bool:
    """Whether this application can tell who asks; a process without API cannot, and has nothing to ask for."""
    return hasattr(request.app.state, "people")


def person_of(request: Request) -> Person | None:
    """Who asks, as the front door found out; None when nobody is known, or where nobody can be."""
    person: Person | None = getattr(request.state, "person", None)
    return person


async def _signed_in(request: Request, response: Response) -> Caller:
    person = person_of(request)
    if person is None:
        raise Refusal(401, NOBODY, {"WWW-Authenticate": "Bearer"})
    caller = Caller(request, response, person)
    if "idempotency-key" in request.headers:  # whoever reads a body piece by piece still finds it whole
        is_form = request.headers.get("content-type", "").startswith("multipart/form-data")
        await (caller.read_form() if is_form else request.body())
    return caller


async def _content_of(file: UploadFile) -> bytes:
    """What is in a file, which may be read once more afterwards."""
    content = await file.read()
    await file.seek(0)
    return content


SignedIn = Annotated[Caller, Depends(_signed_in)]
"""FastAPI dependency of every route: who asks, and the gateway."""


def new_request_id() -> str:
    """A short id to quote."""
    return uuid.uuid4().hex[:12]
