"""A use case is said once: reader, decision, route, documentation and button are made of it (DESIGN §3)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import httpx
import pytest
from annotated_types import Ge, MaxLen
from fastapi import FastAPI
from fastapi import Path as InPath
from fastapi import Query as InQuery

from company.context import Context
from company.people import read_people
from company.policy import policy_book
from contracts.fact import Fact
from runtime.aggregate import Aggregate
from runtime.clock import utc_now
from runtime.commands import Request as CommandRequest
from runtime.commands import command_reader
from runtime.decision import Command, Rejected
from runtime.http_errors import add_error_handling
from runtime.offers import offering_of
from runtime.outcome import Outcome
from runtime.refusal import Refusals
from runtime.routes import Address, routes
from runtime.states import StateCodec
from runtime.testing import given
from runtime.tokens import Tokens
from runtime.use_case import Asker, Born, Nothing, UseCase


class Role(StrEnum):
    """Who asks here."""

    ASSISTANT = "install_assistant"
    MANAGER = "manager"


class Opened(Fact, wire="test.Opened.v1"):
    """A box was opened."""

    box_no: str


class Counted(Fact, wire="test.Counted.v1"):
    """Pieces were counted into it."""

    pieces: int


class OpenBox(Command):
    """开箱 Open a box.

    Without a number, one is given.
    """

    command: Literal["OpenBox"] = "OpenBox"
    box_no: str | None = None


class CountIn(Command):
    """入箱 Count pieces in."""

    command: Literal["CountIn"] = "CountIn"
    shelf: int = 0
    pieces: int
    free: int | None = None


class Pieces(Command):
    """入箱 Count pieces in."""

    pieces: int


class Forget(Command):
    """Nobody asks this over HTTP."""

    command: Literal["Forget"] = "Forget"


@dataclass(frozen=True)
class Box:
    """What it holds; None: not opened."""

    pieces: int | None = None


WORDS = """
[box_open]
zh = "箱子已经打开。"
en = "It is open already."

[too_many]
rule = "D8"
zh = "只剩 {free} 件。"
en = "Only {free} are free."
"""


def open_box(command: OpenBox, box: Box, ctx: Context) -> tuple[Opened, ...] | Rejected:
    return no("box_open") if box.pieces is not None else (Opened(at=ctx.now, box_no=command.box_no or ""),)


def count_in(command: CountIn, box: Box, ctx: Context) -> tuple[Counted, ...] | Rejected:
    if command.free is not None and command.pieces > command.free:
        return no("too_many", free=command.free)
    return (Counted(at=ctx.now, pieces=command.pieces),)


def forget(command: Forget, box: Box, ctx: Context) -> tuple[Counted, ...]:
    return ()


def is_open(box: Box) -> Rejected | None:
    return None if box.pieces is not None else no("box_open")


async def with_free(asker: Asker, number: str, body: Pieces) -> CountIn:
    row = await asker.rows("stock").get(number)
    return CountIn(pieces=body.pieces, free=None if row is None else int(row["free"]))


def evolve(box: Box, event: Opened | Counted) -> Box:
    return Box((box.pieces or 0) + (event.pieces if isinstance(event, Counted) else 0))


no: Refusals
BOX = Aggregate[Box, Opened | Counted](
    "box",
    Box(),
    (Box,),
    evolve,
    (
        UseCase(OpenBox, open_box, frozenset({Role.MANAGER}), "", born=Born("box_no", "BX", "box"), status=201),
        UseCase(
            CountIn,
            count_in,
            frozenset({Role.ASSISTANT, Role.MANAGER}),
            "pieces",
            gate=is_open,
            body=Pieces,
            prepare=with_free,
        ),
        UseCase(Forget, forget),
    ),
)
CTX = Context(utc_now(), "x", "manager", policy_book().at(utc_now()))


@pytest.fixture(autouse=True)
def words(tmp_path: Path) -> Path:
    global no  # noqa: PLW0603 - the rules of this test take their words from a file that it writes
    file = tmp_path / "refusals.toml"
    file.write_text(WORDS, encoding="utf-8")
    no = Refusals(file)
    return file


class Gateway:
    """Stands where the gateway is, and notes what is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []

    async def ask(self, _: str, aggregate_id: str, command: Command, request: CommandRequest, **__: Any) -> Outcome:
        self.asked.append((aggregate_id, command))
        return Outcome(request.command_id, aggregate_id, "accepted", 1)


class Stock:
    """A read model of one row."""

    async def get(self, row_id: str) -> dict[str, Any] | None:
        return {"free": 3} if row_id == "B1" else None


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI()
    app.state.policies = policy_book()
    app.state.people = read_people()
    app.state.tokens = Tokens("secret")
    app.state.owners = {"box": "boxes"}
    app.state.gateway = Gateway()
    app.state.rows = {"stock": Stock()}
    app.include_router(routes(Address(BOX, "/boxes", "box_no")))
    add_error_handling(app, 2_000)
    return app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """he.jx (install_assistant), signed in."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {Tokens('secret').issue('he.jx')}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver", headers=headers) as made:
        yield made


def as_manager() -> dict[str, str]:
    return {"Authorization": f"Bearer {Tokens('secret').issue('guan.yf')}"}


def test_a_rule_is_told_in_one_sentence() -> None:
    opened, counted = Opened(at=CTX.now, box_no="B1"), Counted(at=CTX.now, pieces=2)
    story = given(BOX).asks(OpenBox(box_no="B1"), CTX).then(opened).asks(CountIn(pieces=2), CTX).then(counted)
    assert story.state == Box(2)
    story.asks(CountIn(pieces=4, free=3), CTX).refuses("too_many", free=3)
    story.asks(Forget(), CTX).nothing_new()


def test_a_button_is_offered_where_its_gate_is_open() -> None:
    assert (given(BOX).offers(), given(BOX, Opened(at=CTX.now, box_no="B1")).offers()) == (
        frozenset({"open_box"}),
        frozenset({"open_box", "count_in"}),
    )


def test_commands_are_read_by_their_name() -> None:
    reader = command_reader([BOX])["box"]
    assert [reader.validate_json(c.model_dump_json()) for c in (OpenBox(), Forget())] == [OpenBox(), Forget()]


async def test_what_comes_into_being_gets_a_number_that_the_answer_says(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    given_none = (await client.post("/boxes", json={}, headers=as_manager())).json()
    [(asked, command)] = app.state.gateway.asked
    number = given_none["body"]["box_no"]
    assert number.startswith("BX-")
    assert (asked, command) == (f"box:{number}", OpenBox(box_no=number))


async def test_a_body_that_says_less_becomes_the_command_by_its_prepare_step(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    answers = [(await client.post(f"/boxes/{box}/pieces", json={"pieces": 2})).status_code for box in ("B1", "B2")]
    assert answers == [200, 200]
    assert app.state.gateway.asked == [("box:B1", CountIn(pieces=2, free=3)), ("box:B2", CountIn(pieces=2))]


class Relabel(Command):
    """改签 Write another label on a box."""

    command: Literal["Relabel"] = "Relabel"
    box_no: str
    side: Annotated[int, Ge(1)]
    label: Annotated[str, MaxLen(20)]
    by_whom: str = ""


async def test_what_stands_in_the_address_is_no_part_of_the_body_and_fills_the_command(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    def relabel(command: Relabel, box: Box, ctx: Context) -> tuple[Counted, ...]:
        return ()

    case = UseCase(
        Relabel,
        relabel,
        frozenset({Role.ASSISTANT}),
        "sides/{side}/label",
        body="Label",
        unsaid=("by_whom",),
    )
    labels = Aggregate[Box, Opened | Counted]("box", Box(), (Box,), evolve, (case,))
    app.include_router(routes(Address(labels, "/labels", "box_no", values={"side": Annotated[int, InPath(le=6)]})))
    answers = [
        (await client.post(f"/labels/B1/sides/{side}/label", json=body)).status_code
        for side, body in (
            (2, {"label": "bath"}),
            (7, {"label": "bath"}),
            (2, {"label": "b" * 21}),
            (2, {"label": "bath", "by_whom": "somebody"}),
        )
    ]
    assert (answers, app.state.gateway.asked) == (
        [200, 422, 422, 422],
        [("box:B1", Relabel(box_no="B1", side=2, label="bath"))],
    )
    assert app.openapi()["components"]["schemas"]["Label"]["properties"].keys() == {"at", "label"}


async def test_a_number_may_be_made_of_several_parts_of_the_address_or_of_none(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    def count(command: CountIn, box: Box, ctx: Context) -> tuple[Counted, ...]:
        return ()

    boxes = Aggregate[Box, Opened | Counted](
        "box", Box(), (Box,), evolve, (UseCase(CountIn, count, frozenset({Role.ASSISTANT}), "pieces"),)
    )
    parts = {"aisle": Annotated[int, InPath(le=6)], "shelf": Annotated[int, InPath()]}
    app.include_router(routes(Address(boxes, "/aisles", parts=parts)))
    app.include_router(routes(Address(boxes, "/floor", parts={}, key=lambda _: "floor")))
    answers = [
        (await client.post(path, json=body)).status_code
        for path, body in (
            ("/aisles/3/4/pieces", {"pieces": 2}),
            ("/aisles/7/4/pieces", {"pieces": 2}),
            ("/aisles/3/4/pieces", {"pieces": 2, "shelf": 5}),
            ("/floor/pieces", {"pieces": 1, "shelf": 9}),
        )
    ]
    assert (answers, app.state.gateway.asked) == (
        [200, 422, 422, 200],
        [("box:3:4", CountIn(pieces=2, shelf=4)), ("box:floor", CountIn(pieces=1, shelf=9))],
    )


class Shelve(Command):
    """上架 Put a box on a shelf."""

    command: Literal["Shelve"] = "Shelve"
    box_no: str
    depot: str = "main"
    note: str = ""
    shelving_no: str = ""


class Empty(Command):
    """清空 Empty a box."""

    command: Literal["Empty"] = "Empty"
    box_no: str
    depot: str = "main"


async def test_a_number_may_hold_slashes_and_a_key_more_than_the_address_and_the_answer_says_what_was_given(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    def nothing(command: Command, box: Box, ctx: Context) -> tuple[Counted, ...]:
        return ()

    async def numbered(asker: Asker, number: str, body: Any) -> Shelve:
        return Shelve(box_no=number, depot="east", shelving_no=asker.fresh_id("shelve", number))

    may = frozenset({Role.ASSISTANT})
    shelves = Aggregate[Box, Opened | Counted](
        "box",
        Box(),
        (Box,),
        evolve,
        (
            UseCase(Shelve, nothing, may, "shelf", unsaid=("shelving_no",), query=("depot",)),
            UseCase(
                Shelve, nothing, may, "number", body=Pieces, prepare=numbered, says=lambda x: {"no": x.shelving_no}
            ),
            UseCase(Empty, nothing, may, "emptying", body=Nothing),
        ),
    )
    depot = Annotated[str, InQuery(max_length=9)]
    address = Address(
        shelves,
        "/shelves",
        "box_no",
        whole=True,
        told=True,
        values={"depot": depot},
        begins="depot",
    )
    app.include_router(routes(address))
    said = {"command": "Shelve", "note": "top"}
    answers = [
        await client.post("/shelves/A/1/shelf", params={"depot": "west"}, json=said),
        await client.post("/shelves/A/1/shelf", json={"command": "Empty"}),
        await client.post("/shelves/A/1/number", json={"pieces": 1}, headers={"Idempotency-Key": "k"}),
        await client.post("/shelves/A/1/emptying"),
    ]
    number = answers[2].json()["body"]["no"]
    assert ([answer.status_code for answer in answers], len(number)) == ([200, 422, 200, 200], 16)
    assert app.state.gateway.asked == [
        ("box:west:A/1", Shelve(box_no="A/1", depot="west", note="top")),
        ("box:east:A/1", Shelve(box_no="A/1", depot="east", shelving_no=number)),
        ("box:main:A/1", Empty(box_no="A/1")),
    ]
    assert "requestBody" not in app.openapi()["paths"]["/shelves/{box_no}/emptying"]["post"]


async def test_a_number_of_another_form_is_made_as_the_use_case_says(app: FastAPI, client: httpx.AsyncClient) -> None:
    def bind(command: Empty, box: Box, ctx: Context) -> tuple[Counted, ...]:
        return ()

    born = Born("box_no", made=lambda asker, body: f"{asker.name}-{asker.fresh_id('box')[:4]}")
    case = UseCase(Empty, bind, frozenset({Role.ASSISTANT}), "", born=born)
    papers = Aggregate[Box, Opened | Counted]("box", Box(), (Box,), evolve, (case,))
    app.include_router(routes(Address(papers, "/papers", "box_no")))
    answers = [(await client.post("/papers", json=body)).json()["body"] for body in ({}, {"box_no": "B9"})]
    number = answers[0]["box_no"]
    assert (number.startswith("何嘉欣-"), answers[1]) == (True, {"box_no": "B9"})
    assert app.state.gateway.asked == [(f"box:{number}", Empty(box_no=number)), ("box:B9", Empty(box_no="B9"))]


async def test_who_may_is_said_at_the_use_case(app: FastAPI, client: httpx.AsyncClient) -> None:
    """C18"""
    refused = await client.post("/boxes", json={})
    assert (refused.status_code, refused.json()["code"], app.state.gateway.asked) == (403, "not_your_role", [])


def test_the_documentation_is_the_docstring_and_only_what_has_a_path_has_a_route(app: FastAPI) -> None:
    paths = app.openapi()["paths"]
    assert {path: sorted(methods) for path, methods in paths.items()} == {
        "/boxes": ["post"],
        "/boxes/{box_no}/pieces": ["post"],
    }
    told = paths["/boxes"]["post"]
    assert (told["summary"], told["description"]) == ("开箱 Open a box.", "Without a number, one is given.")
    body = paths["/boxes/{box_no}/pieces"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/Pieces"}


def test_what_is_offered_is_what_the_gates_say_of_the_state_beside_a_row() -> None:
    offering, codec = offering_of(BOX, "box_no"), StateCodec(BOX.states)
    assert [form.code for form in offering.forms] == ["count_in"]
    assert [len(offering.offered(codec.dump(box), "manager")) for box in (Box(), Box(2))] == [0, 1]
