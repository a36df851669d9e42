"""People at their desks over dispatch's rules, reactions and rows in memory: for the tests of its routes."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import date
from typing import Any

import pytest
from dispatch_cases import CUSTOMER, DUE_FEN, JOB, LINES, NOW
from dispatch_world import RowsInMemory, World
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from company.people import read_people
from company.policy import policy_book
from contracts.fact import ContractLine
from contracts.order import GoodsCompleted
from dispatch.api import router
from runtime.commands import Request
from runtime.http_errors import add_error_handling
from runtime.outcome import Outcome
from runtime.testing import PinsOfTests, signs
from runtime.tokens import Tokens

PEOPLE = read_people()
TOKENS = Tokens("for these tests only")
ASSISTANT, SUPERVISOR, LEADER, WAREHOUSE, ACCOUNTANT = "he.jx", "tan.zw", "li.zq", "mai.gh", "su.kj"
READY = dict.fromkeys(("switch_panels", "angle_valves", "ceiling", "water_power", "gas", "kitchen_cleared"), True)
LEAVES = "2026-03-10T02:00:00Z"
"""10:00 in Shanghai: within the hours of vehicles."""
RUN = "/runs/2026-03-13/S1"
SLOT = {"on": "2026-03-13", "half": "am", "crew": "S1"}
COUNT = [
    {"job_id": JOB, "lines": [{"line_no": 1, "quantity": 2}, {"line_no": 2, "quantity": 10}]},
]
SIGNED = {
    "delivered": COUNT[0]["lines"],
    "signed_by": "马娜",
    "signature_ref": "sig-1",
    "taught_use": True,
    "cash_fen": DUE_FEN,
}


class Office:
    """People at their desks, over one world."""

    def __init__(self, world: World, client: AsyncClient, app: FastAPI) -> None:
        self.world = world
        self.client = client
        self.app = app

    async def post(self, person: str, path: str, body: Any = None, key: str | None = None) -> Response:
        """A request; reactions settle afterwards."""
        headers = {"Authorization": f"Bearer {TOKENS.issue(person)}"} | ({"Idempotency-Key": key} if key else {})
        answer = await self.client.post(f"/api{path}", json=body, headers=headers)
        self.world.settle()
        return answer

    async def get(self, person: str, path: str) -> Any:
        """What a person sees."""
        answer = await self.client.get(f"/api{path}", headers={"Authorization": f"Bearer {TOKENS.issue(person)}"})
        return answer.json()

    def complete(self, contract_no: str = "HT26030001", lines: tuple[ContractLine, ...] = LINES) -> None:
        """货齐 arrives from order."""
        self.world.tell(
            "order",
            GoodsCompleted(
                at=NOW,
                contract_no=contract_no,
                store_code="S02",
                customer=CUSTOMER,
                promised_on=date(2026, 3, 14),
                amount_due_fen=DUE_FEN,
                lines=lines,
                complete_on=date(2026, 3, 9),
            ),
        )

    async def booked(self, contract_no: str = "HT26030001") -> None:
        """A complete contract, booked for the 13th."""
        self.complete(contract_no)
        answer = await self.post(
            ASSISTANT, f"/jobs/D-{contract_no}/booking", {"checklist": READY, "on": "2026-03-13", "half": "am"}
        )
        assert answer.status_code == 200, answer.text

    async def published(self) -> None:
        """The job is in S1's morning of the 13th, and the plan is out."""
        await self.booked()
        assert (await self.post(ASSISTANT, f"/jobs/{JOB}/slot", SLOT)).status_code == 200
        assert (await self.post(ASSISTANT, "/days/2026-03-13/publish")).status_code == 200

    async def loaded(self, *more: str) -> None:
        """S1's vehicle is counted and signed, with these contracts besides."""
        await self.booked()
        await self.post(ASSISTANT, f"/jobs/{JOB}/slot", SLOT)
        for contract_no in more:
            await self.booked(contract_no)
            await self.post(ASSISTANT, f"/jobs/D-{contract_no}/slot", SLOT)
        await self.post(ASSISTANT, "/days/2026-03-13/publish")
        count = [COUNT[0], *({"job_id": f"D-{one}", "lines": COUNT[0]["lines"]} for one in more)]
        load = {"counted": count, "second": signs(LEADER)}
        answer = await self.post(WAREHOUSE, f"{RUN}/load", load)
        assert answer.status_code == 200, answer.text

    async def departed(self, *more: str) -> None:
        """S1 is on the road."""
        await self.loaded(*more)
        await self.post(SUPERVISOR, f"{RUN}/list")
        answer = await self.post(LEADER, f"{RUN}/depart", {"at": LEAVES})
        assert answer.status_code == 200, answer.text


class _Killed(Exception):
    """The process is gone."""


@contextmanager
def killed_after(world: World, commands: int) -> Iterator[None]:
    """A process that gets so many commands to the workers, and no further."""
    left = commands

    async def ask(service: str, aggregate_id: str, command: Any, request: Request) -> Outcome:
        nonlocal left
        if not left:
            raise _Killed
        left -= 1
        return await World.ask(world, service, aggregate_id, command, request)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(world, "ask", ask)
        with suppress(_Killed):
            yield


@asynccontextmanager
async def an_office(world: World | None = None) -> AsyncIterator["Office"]:
    """A company in which nothing has happened yet, or this."""
    world = world or World()
    app = FastAPI()
    app.state.policies = policy_book()
    app.include_router(router)
    app.state.owners = {"job": "dispatch", "day": "dispatch", "run": "dispatch", "fleet": "dispatch"}
    app.state.gateway = world
    app.state.rows = {name: RowsInMemory(rows) for name, rows in world.rows.items()}
    app.state.people = PEOPLE
    app.state.tokens = TOKENS
    app.state.pins = PinsOfTests()
    add_error_handling(app, 25 << 20)
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://songda") as client:
        yield Office(world, client, app)


def said(answer: Response) -> tuple[int, str, str]:
    """Status, code and rule of a refusal."""
    body = answer.json()
    return answer.status_code, body.get("code"), body.get("rule")
