"""Planners at their desks: the HTTP of dispatch over its rules in memory, with jobs that are ready for one day."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from dispatch_cases import CUSTOMER, DAY, LINES, READY
from dispatch_world import RowsInMemory, World
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from company.people import read_people
from company.policy import policy_book
from contracts.fact import ContractLine, Half
from dispatch.api import router
from dispatch.job import state as job_state
from dispatch.job.booking import BookInstallation
from dispatch.job.terms import OpenJob
from runtime.http_errors import add_error_handling
from runtime.tokens import Tokens

TOKENS = Tokens("for these tests only")
ASSISTANT, SUPERVISOR, LEADER = "he.jx", "tan.zw", "li.zq"
OWNERS = {"job": "dispatch", "day": "dispatch", "run": "dispatch", "fleet": "dispatch"}


@dataclass(frozen=True, slots=True)
class Desk:
    """What planners ask over HTTP; dispatch's reactions run after each request."""

    world: World
    client: AsyncClient

    async def post(self, path: str, body: Any = None, *, person: str = ASSISTANT, key: str | None = None) -> Response:
        """A request of somebody."""
        headers = {"Authorization": f"Bearer {TOKENS.issue(person)}"} | ({"Idempotency-Key": key} if key else {})
        answer = await self.client.post(f"/api{path}", json=body, headers=headers)
        self.world.settle()
        return answer

    async def done(self, path: str, body: Any = None, *, person: str = ASSISTANT, key: str | None = None) -> Any:
        """A request that is accepted; the answer's body."""
        answer = await self.post(path, body, person=person, key=key)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def refused(self, path: str, body: Any = None, *, person: str = ASSISTANT) -> tuple[int, str]:
        """A request that is refused: status and code."""
        answer = await self.post(path, body, person=person)
        return answer.status_code, answer.json().get("code", "")

    async def get(self, path: str, person: str = ASSISTANT) -> Any:
        """What somebody sees."""
        answer = await self.client.get(f"/api{path}", headers={"Authorization": f"Bearer {TOKENS.issue(person)}"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ready(
        self,
        *jobs: str,
        on: date = DAY,
        half: Half | None = None,
        district: str = "南海区",
        lines: tuple[ContractLine, ...] = LINES,
    ) -> None:
        """Jobs that can be placed that day: deliveries are booked for it."""
        for job in jobs:
            kind = {"D": "delivery", "I": "installation", "V": "visit"}[job[0]]
            customer = CUSTOMER.model_copy(update={"district": district})
            opened = OpenJob(
                job_id=job,
                kind=kind,
                contract_no=job[2:],
                customer=customer,
                lines=lines,
                complete_on=date(2026, 3, 9),
                promised_on=on,
            )
            self.world.put(f"job:{job}", opened)
            if kind == "delivery":
                self.world.put(f"job:{job}", BookInstallation(checklist=READY, on=on, half=half))
        self.world.settle()

    async def placed(self, *places: tuple[str, str, Half], on: date = DAY) -> None:
        """Jobs at places of the day, each in the next free stop."""
        moves = [{"job_id": job, "to": {"crew": crew, "half": half}} for job, crew, half in places]
        await self.done(f"/days/{on}/changes", {"kind": "place", "moves": moves})

    def places(self, on: date = DAY) -> dict[str, tuple[str, Half, int]]:
        """Where the day has its jobs; each is confirmed, and where its job believes that it is."""
        plan = self.world.state(f"day:main:{on}").plan
        for held in plan.held:
            place = job_state.place_of(self.world.state(f"job:{held.slot.job_id}"))
            assert place is not None
            assert held.confirmed
            assert (place.on, place.crew, place.half, place.position, place.window) == (
                on,
                held.slot.crew,
                held.slot.half,
                held.slot.position,
                held.slot.window,
            )
        return {held.slot.job_id: (held.slot.crew, held.slot.half, held.slot.position) for held in plan.held}


@asynccontextmanager
async def a_desk() -> AsyncIterator[Desk]:
    """A world of its own, and people who plan in it."""
    world = World()
    app = FastAPI()
    app.state.policies = policy_book()
    app.include_router(router)
    app.state.owners = OWNERS
    app.state.gateway = world
    app.state.rows = {name: RowsInMemory(rows) for name, rows in world.rows.items()}
    app.state.people = read_people()
    app.state.tokens = TOKENS
    add_error_handling(app, 25 << 20)
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://songda") as client:
        yield Desk(world, client)
