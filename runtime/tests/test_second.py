"""Two people (B23): who must sign beside the one who asks, and how the second one proves to be there."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Literal

import httpx
import orjson
import pytest
from fastapi import FastAPI
from hypothesis import given as for_all
from hypothesis import strategies as st

from company.context import Context
from company.people import read_people
from company.policy import policy_book
from contracts.fact import Fact
from runtime.aggregate import Aggregate
from runtime.clock import utc_now
from runtime.commands import Request as CommandRequest
from runtime.commands import from_headers, to_headers
from runtime.decision import STEP, SYSTEM, Command, Signer
from runtime.http_errors import add_error_handling
from runtime.outcome import Outcome
from runtime.pins import is_trivial
from runtime.request_digest import parts_of
from runtime.routes import Address, routes
from runtime.second import Second
from runtime.signing import flat
from runtime.testing import PinsOfTests, given, signs
from runtime.tokens import Tokens
from runtime.use_case import UseCase


class Role(StrEnum):
    """Who asks here."""

    KEEPER = "warehouse"
    ACCOUNTANT = "accountant"
    QC = "qc"


class Burned(Fact, wire="test.Burned.v1"):
    """Papers were burned before a witness."""

    burned_by: str
    witness: str | None = None


class Burn(Command):
    """烧毁 Burn papers before a witness."""

    command: Literal["Burn"] = "Burn"
    why: str = ""
    witness: str | None = None


class BurnAlone(Command):
    """自烧 Burn papers; with a witness where the rule wants one."""

    command: Literal["BurnAlone"] = "BurnAlone"


def burn(command: Command, stove: "Stove", ctx: Context) -> tuple[Burned, ...]:
    return (Burned(at=ctx.now, burned_by=ctx.by, witness=None if ctx.second is None else ctx.second.id),)


def burn_alone(command: BurnAlone, stove: "Stove", ctx: Context) -> tuple[Burned, ...]:
    return burn(command, stove, ctx)


@dataclass(frozen=True)
class Stove:
    """Nothing of it is of interest."""


KEEPER, WITNESSES = frozenset({Role.KEEPER, Role.ACCOUNTANT}), frozenset({Role.QC, Role.ACCOUNTANT})
ALONE = {Role.ACCOUNTANT: frozenset[Role]()}
STOVE = Aggregate[Stove, Burned](
    "stove",
    Stove(),
    (Stove,),
    lambda stove, _: stove,
    (
        UseCase(Burn, burn, KEEPER, "burning", second=Second(WITNESSES, beside=ALONE), signers=("witness",)),
        UseCase(BurnAlone, burn_alone, KEEPER, "burning-alone", second=Second(WITNESSES, always=False)),
    ),
)
NOW = utc_now()
CTX = Context(NOW, "mai.gh", "warehouse", policy_book().at(NOW))
BY_QC = replace(CTX, second=Signer("lu.qc", "qc"))


def test_what_two_people_sign_names_who_proved_to_be_there() -> None:
    """B23"""
    given(STOVE).asks(Burn(), BY_QC).then(Burned(at=NOW, burned_by="mai.gh", witness="lu.qc"))
    given(STOVE).asks(Burn(witness="lu.qc"), BY_QC).then(Burned(at=NOW, burned_by="mai.gh", witness="lu.qc"))


@pytest.mark.parametrize(
    ("command", "ctx", "code"),
    [
        (Burn(), CTX, "second_wanted"),
        (Burn(witness="lu.qc"), CTX, "second_wanted"),
        (Burn(), replace(CTX, second=Signer("mai.gh", "qc")), "own_second"),
        (Burn(), replace(CTX, second=Signer("wu.xm", "store")), "second_not_their_role"),
        (Burn(witness="鬼"), BY_QC, "name_not_signed"),
        (Burn(witness="lu.qc"), replace(CTX, by="su.kj", role="accountant"), "name_not_signed"),
        (BurnAlone(), replace(CTX, second=Signer("mai.gh", "accountant")), "own_second"),
    ],
)
def test_nobody_is_their_own_second_and_a_written_name_is_no_signature(
    command: Command, ctx: Context, code: str
) -> None:
    """B23"""
    given(STOVE).asks(command, ctx).refuses(code)


def test_who_signs_alone_by_the_use_case_or_is_the_system_needs_nobody() -> None:
    """B23"""
    accountant = replace(CTX, by="su.kj", role="accountant")
    assert given(STOVE).asks(Burn(), accountant).events == (Burned(at=NOW, burned_by="su.kj"),)
    given(STOVE).asks(Burn(), replace(accountant, second=Signer("lu.qc", "qc"))).refuses("second_not_their_role")
    assert given(STOVE).asks(BurnAlone(), CTX).events == (Burned(at=NOW, burned_by="mai.gh"),)
    for role in (SYSTEM, STEP):
        assert given(STOVE).asks(Burn(), replace(CTX, role=role)).events


PEOPLE = st.sampled_from([(one.id, one.role) for one in read_people().values()])


@for_all(PEOPLE, st.none() | PEOPLE, st.none() | st.sampled_from(sorted(read_people())), st.booleans())
def test_no_event_is_written_whose_two_people_are_one(
    first: tuple[str, str], second: tuple[str, str] | None, named: str | None, alone: bool
) -> None:
    """B23"""
    ctx = replace(CTX, by=first[0], role=first[1], second=None if second is None else Signer(*second))
    for event in given(STOVE).asks(BurnAlone() if alone else Burn(witness=named), ctx).made:
        assert event.burned_by != event.witness
        assert event.witness in {None, None if second is None else second[0]}


def test_the_second_person_travels_in_the_headers_which_are_signed() -> None:
    """B23"""
    request = CommandRequest("c", NOW, "mai.gh", "warehouse", "r", second=Signer("lu.qc", "qc"))
    assert from_headers(to_headers(request)) == request


def test_a_pin_is_in_no_digest_and_another_second_person_is_another_request() -> None:
    """B23, X7"""

    def digests(second: dict[str, str]) -> dict[str, str]:
        return parts_of(orjson.dumps({"why": "old", "second": second}))

    assert digests({"person": "lu.qc", "pin": "271828"}) == digests({"person": "lu.qc", "pin": "314159"})
    assert digests({"person": "lu.qc", "pin": "271828"}) != digests({"person": "su.kj", "pin": "271828"})


@pytest.mark.parametrize(
    "pin",
    ["12345", "111111", "123456", "987654", "890123", "121212", "123123", "1212121", "27182a", "２７１８２８", ""],
)
def test_a_pin_that_is_tried_first_is_none(pin: str) -> None:
    """B23"""
    assert is_trivial(pin)


def test_what_is_signed_is_shown_with_all_that_it_says() -> None:
    """B23"""
    said = {"command": "Load", "at": None, "counted": [{"job_id": "D-1", "lines": [{"quantity": 2}]}], "whole": True}
    assert list(flat(said)) == [
        ("counted.1.job_id", "D-1"),
        ("counted.1.lines.1.quantity", "2"),
        ("whole", "是 yes"),
    ]


class Gateway:
    """Stands where the gateway is, and notes what is asked by whom."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, Any]] = []

    async def ask(self, _: str, aggregate_id: str, command: Command, request: CommandRequest, **__: Any) -> Outcome:
        self.asked.append((command, request.second))
        return Outcome(request.command_id, aggregate_id, "accepted", 1)


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI()
    app.state.policies = policy_book()
    app.state.people = read_people()
    app.state.tokens = Tokens("secret")
    app.state.owners = {"stove": "stoves"}
    app.state.gateway = Gateway()
    app.state.pins = PinsOfTests()
    app.include_router(routes(Address(STOVE, "/stoves", "stove_no")))
    add_error_handling(app, 2_000)
    return app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """mai.gh (warehouse), signed in."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {Tokens('secret').issue('mai.gh')}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver", headers=headers) as made:
        yield made


async def test_a_pin_that_its_owner_enters_signs_the_command_and_goes_no_further(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    """B23"""
    answer = await client.post("/stoves/1/burning", json={"why": "old", "second": signs("lu.qc")})
    assert answer.status_code == 200, answer.text
    assert app.state.gateway.asked == [(Burn(why="old"), Signer("lu.qc", "qc"))]
    assert app.state.pins.tried == [("lu.qc", "mai.gh")]


@pytest.mark.parametrize(
    ("second", "status", "code"),
    [
        ({"person": "lu.qc", "pin": "000000"}, 409, "pin_wrong"),
        (signs("mai.gh"), 409, "own_second"),
        (signs("wu.xm"), 409, "second_not_their_role"),
        (signs("zhang.left"), 409, "no_such_second"),
        ({"person": "lu.qc", "pin": "1" * 13}, 422, "unreadable"),
        ({"person": "lu.qc", "pin": "271828", "role": "qc"}, 422, "unreadable"),
    ],
)
async def test_who_cannot_sign_is_told_so_and_nothing_is_asked(
    app: FastAPI, client: httpx.AsyncClient, second: dict[str, str], status: int, code: str
) -> None:
    """B23"""
    answer = await client.post("/stoves/1/burning", json={"second": second})
    assert (answer.status_code, answer.json()["code"], app.state.gateway.asked) == (status, code, [])
    assert second["pin"] not in answer.text


def test_the_api_says_who_signs_beside(app: FastAPI) -> None:
    """B23"""
    schemas = app.openapi()["components"]["schemas"]
    assert "second" in schemas["Burn"]["properties"]
    assert schemas["Signs"]["properties"].keys() == {"person", "pin"}
