"""The service desk in memory: its rules behind its HTTP routes, its rows, and whose contracts there are."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from httpx import ASGITransport, AsyncClient

from company.context import Context
from company.policy import policy_book
from contracts.envelope import Meta
from runtime import http
from runtime.decision import Rejected
from runtime.http import Caller
from runtime.http_errors import add_error_handling
from runtime.outcome import Outcome
from runtime.person import Person
from runtime.tokens import Tokens
from service_desk.api import ratings as visits_api
from service_desk.api import router
from service_desk.main import SERVICE

NOW = datetime(2026, 3, 13, 2, 0, tzinfo=UTC)
TICKET: dict[str, Any] = {
    "ticket_id": "T-1",
    "kind": "repair",
    "contract_no": "HT26030001",
    "customer": {"name": "马娜", "phone": "13800001111", "address": "海八东路1号", "district": "南海区"},
    "product": "连体坐便器",
    "problem": "漏水",
}
CONTRACT: dict[str, Any] = {
    "_id": "HT26030001",
    "row": {"store_code": "S02", "lines": [{"sku": "WC-100", "name": "连体坐便器", "warranty": None}]},
}
OLD_CONTRACT: dict[str, Any] = {
    "_id": "HT23010001",
    "row": {
        "store_code": "S01",
        "lines": [
            {
                "sku": "WC-100",
                "name": "连体坐便器",
                "warranty": {"starts_on": "2023-01-10", "ends_on": "2025-01-09"},
            }
        ],
    },
}
ROLES = (
    "cs_specialist",
    "cs_supervisor",
    "install_supervisor",
    "install_assistant",
    "technician",
    "warehouse",
    "procurement",
    "accountant",
    "manager",
)
PEOPLE = {role: Person(id=f"{role}.1", name=role, role=role) for role in ROLES} | {
    "store": Person(id="wu.xm", name="吴晓敏", role="store", store="S02"),
    "customer": visits_api.BY_LINK,
}
DECIDERS = {decider.prefix: decider for decider in SERVICE.deciders}


class Memory:
    """Aggregates, their rows, and the rows of other services."""

    def __init__(self) -> None:
        self.states: dict[str, Any] = {}
        self._values: dict[tuple[str, str], dict[str, Any]] = {}
        self.rows: dict[str, dict[str, Any]] = {projection.name: {} for projection in SERVICE.projections}
        self.rows["contracts"] = {row["_id"]: row for row in (CONTRACT, OLD_CONTRACT)}
        self.rows["stock"] = {"main:S1": {"_id": "main:S1", "row": {"free": 2}}}

    def decide(self, aggregate_id: str, command: Any, person: Person) -> Outcome:
        decider = DECIDERS[aggregate_id.partition(":")[0]]
        state = self.states.get(aggregate_id, decider.initial)
        decision = decider.decide(command, state, Context(NOW, person.id, person.role, policy_book().at(NOW)))
        if isinstance(decision, Rejected):
            return Outcome("c", aggregate_id, "rejected", rejected=decision)
        for event in decision:
            self.states[aggregate_id] = state = decider.evolve(state, event)
            self._fold(aggregate_id, event, person)
        return Outcome("c", aggregate_id, "accepted", 1, tuple(type(event).__name__ for event in decision))

    def _fold(self, aggregate_id: str, event: Any, person: Person) -> None:
        meta = Meta("e", "", "", aggregate_id, NOW, 1, "c", "c", person.id, 0)
        for projection in SERVICE.projections:
            row = projection.row(aggregate_id)
            for facet in projection.facets:
                if aggregate_id.partition(":")[0] in facet.prefixes:
                    known = self._values.setdefault((projection.name, row), {})
                    known[facet.name] = facet.fold(known.get(facet.name), event, meta)
                    document = self.rows[projection.name].setdefault(row, {"_id": row, "_pos": {}})
                    document |= facet.fields(known)
                    document["_pos"] |= {facet.name: {"seq": 1}}


class MemoryRows:
    """A read model that answers equality, `$in`, `$ne` and `$lt`."""

    def __init__(self, documents: Mapping[str, Any]) -> None:
        self._documents = documents

    async def get(self, row_id: str) -> Any:
        return self._documents.get(row_id)

    async def find(self, query: Mapping[str, Any], *, skip: int = 0, **_: Any) -> list[Any]:
        return [document for document in self._documents.values() if self._fits(document, query)][skip:]

    async def count(self, query: Mapping[str, Any]) -> int:
        return len(await self.find(query))

    def _fits(self, document: Any, query: Mapping[str, Any]) -> bool:
        for path, wanted in query.items():
            facet, _, field = path.partition(".")
            if not _holds(document[facet][field], wanted):
                return False
        return True


def _holds(value: Any, wanted: Any) -> bool:
    if not isinstance(wanted, dict):
        return wanted in value if isinstance(value, list) else bool(value == wanted)
    if "$in" in wanted:
        return value in wanted["$in"]
    return value != wanted["$ne"] if "$ne" in wanted else bool(value < wanted["$lt"])


class OverRules(Caller):
    """Whose commands meet the rules directly."""

    memory: Memory

    async def ask(self, aggregate_id: str, command: Any, **_: Any) -> Outcome:
        return self.memory.decide(aggregate_id, command, self.person)

    async def ask_all(self, asked: Any) -> list[Outcome]:
        return [self.memory.decide(aggregate_id, command, self.person) for aggregate_id, command, _ in asked]

    def rows(self, projection: str) -> Any:
        return MemoryRows(self.memory.rows[projection])


@pytest.fixture
async def client(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AsyncClient]:
    app = FastAPI()
    app.state.policies = policy_book()
    app.include_router(router)
    app.state.owners = dict.fromkeys(DECIDERS, "service_desk")
    app.state.tokens = Tokens("secret")
    add_error_handling(app, 25 << 20)
    memory = Memory()

    def caller_of(request: Request, response: Response, person: Person | None = None) -> Caller:
        caller = OverRules(request, response, person or PEOPLE[request.headers["x-role"]])
        caller.memory = memory
        return caller

    def signed_in(request: Request, response: Response) -> Caller:
        return caller_of(request, response)

    app.dependency_overrides[http._signed_in] = signed_in
    monkeypatch.setattr(visits_api, "Caller", caller_of)  # a customer by link has no login and so no dependency
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://songda") as client:
        yield client
