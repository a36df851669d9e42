"""HTTP of the service desk, over the rules alone: statuses, roles, the path to the archive."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from httpx import ASGITransport, AsyncClient

from contracts.decision import Context, Rejected
from contracts.envelope import Meta
from contracts.policy import policy_book
from runtime import http
from runtime.http import Asking
from runtime.http_errors import add_error_handling
from runtime.outcome import Outcome
from runtime.people import Person
from service_desk.api import router
from service_desk.domain.situations import INITIAL, Ticket
from service_desk.domain.ticket import decide, evolve
from service_desk.projections.tickets import fold_ticket

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
    "order": {"store_code": "S02", "lines": [{"sku": "WC-100", "name": "连体坐便器", "warranty": None}]},
}
PEOPLE = {
    role: Person(id=f"{role}.1", name=role, role=role)
    for role in ("cs_specialist", "cs_supervisor", "install_supervisor", "technician", "warehouse", "accountant")
} | {"store": Person(id="wu.xm", name="吴晓敏", role="store", store="S02")}


class Memory:
    """Tickets, their rows, and whose contracts there are; in memory."""

    def __init__(self) -> None:
        self.states: dict[str, Ticket] = {}
        self.facets: dict[str, Any] = {}
        self.contracts: dict[str, Any] = {"HT26030001": CONTRACT}

    def decide(self, aggregate_id: str, command: Any, person: Person) -> Outcome:
        state = self.states.get(aggregate_id, INITIAL)
        decision = decide(command, state, Context(NOW, person.id, person.role, policy_book().at(NOW)))
        if isinstance(decision, Rejected):
            return Outcome("c", aggregate_id, "rejected", rejected=decision)
        row = aggregate_id.partition(":")[2]
        for event in decision:
            self.states[aggregate_id] = state = evolve(state, event)
            meta = Meta("e", "", "", aggregate_id, NOW, 1, "c", "c", person.id, 0)
            self.facets[row] = fold_ticket(self.facets.get(row), event, meta)
        return Outcome("c", aggregate_id, "accepted", 1, tuple(type(event).__name__ for event in decision))


class MemoryRows:
    """A read model that answers equality and `$in`."""

    def __init__(self, documents: Mapping[str, Any]) -> None:
        self._documents = documents

    async def get(self, row_id: str) -> Any:
        return self._documents.get(row_id)

    async def find(self, query: Mapping[str, Any], **_: Any) -> list[Any]:
        return [document for document in self._documents.values() if self._fits(document, query)]

    async def count(self, query: Mapping[str, Any]) -> int:
        return len(await self.find(query))

    def _fits(self, document: Any, query: Mapping[str, Any]) -> bool:
        for path, wanted in query.items():
            facet, _, field = path.partition(".")
            value = document[facet][field]
            options = wanted["$in"] if isinstance(wanted, dict) else [wanted]
            if not any(option in value if isinstance(value, list) else option == value for option in options):
                return False
        return True


class DeskOverRules(Asking):
    """A desk whose commands meet the rules directly."""

    memory: Memory

    async def ask(self, aggregate_id: str, command: Any, **_: Any) -> Outcome:
        return self.memory.decide(aggregate_id, command, self.person)

    def rows(self, projection: str) -> Any:
        if projection == "contracts":
            return MemoryRows(self.memory.contracts)
        documents = {
            row: {"_id": row, "ticket": facet, "_pos": {"ticket": {"seq": 1}}}
            for row, facet in self.memory.facets.items()
        }
        return MemoryRows(documents)


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    app = FastAPI()
    app.include_router(router)
    app.state.owners = {"ticket": "service_desk"}
    add_error_handling(app, 25 << 20)
    memory = Memory()

    def desk(request: Request, response: Response) -> Asking:
        asking = DeskOverRules(request, response, PEOPLE[request.headers["x-role"]])
        asking.memory = memory
        return asking

    app.dependency_overrides[http._asking] = desk
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://songda") as client:
        yield client


async def post(client: AsyncClient, role: str, path: str, body: Any = None) -> tuple[int, Any]:
    answer = await client.post(f"/api/tickets{path}", json=body, headers={"x-role": role})
    content = answer.json()
    return answer.status_code, content.get("events", content.get("code"))


async def get(client: AsyncClient, role: str, path: str = "") -> tuple[int, Any]:
    answer = await client.get(f"/api/tickets{path}", headers={"x-role": role})
    return answer.status_code, answer.json()


async def test_a_leftover_ticket_goes_all_the_way_to_the_archive(client: AsyncClient) -> None:
    """C9, C11"""
    visit = {
        "on": "2026-03-14",
        "window": {"starts": "2026-03-14T09:00:00+08:00", "ends": "2026-03-14T11:00:00+08:00"},
        "technician": "technician.1",
        "asked_for": "周六上午",
    }
    steps: list[tuple[str, str, Any]] = [
        ("cs_specialist", "", {**TICKET, "kind": "leftover"}),
        ("cs_specialist", "/T-1/reply", {"note": "已致电"}),
        ("cs_specialist", "/T-1/information", {"findings": "水箱盖缺失", "order_needed": True, "items": "水箱盖"}),
        ("store", "/T-1/leftover-order", {"order_no": "YL1", "items": "水箱盖", "expected_on": "2026-03-13"}),
        ("install_supervisor", "/T-1/leftover-order/approval", {"order_no": "YL1"}),
        ("warehouse", "/T-1/leftover-goods", {"order_no": "YL1"}),
        ("cs_specialist", "/T-1/visit", visit),
        ("technician", "/T-1/visit/completion", {"visit_no": 1, "outcome": "repaired", "report_ref": "BG1"}),
        ("technician", "/T-1/acceptance", {"accepted_by": "马娜", "rating": 5}),
        ("cs_specialist", "/T-1/closing", None),
        ("cs_supervisor", "/T-1/signature", None),
        ("cs_specialist", "/T-1/call-back", {"satisfied": True}),
        ("cs_specialist", "/T-1/closing", {}),
    ]
    assert [await post(client, *step) for step in steps] == [
        (201, ["TicketOpened"]),
        (200, ["TicketReplied"]),
        (200, ["InformationTaken"]),
        (200, ["LeftoverOrderPlaced"]),
        (200, ["LeftoverOrderApproved"]),
        (200, ["LeftoverGoodsArrived"]),
        (200, ["VisitBooked"]),
        (200, ["VisitCompleted"]),
        (200, ["RepairAccepted"]),
        (409, "gates_missing"),
        (200, ["FormHandedIn", "SupervisorSigned"]),
        (200, ["CalledBack"]),
        (200, ["TicketClosed"]),
    ]
    status, row = await get(client, "cs_specialist", "/T-1")
    assert (status, row["status"], row["visits"][0]["outcome"], row["next_step"]) == (200, "closed", "repaired", None)


@pytest.mark.parametrize(
    ("role", "path", "body"),
    [
        ("technician", "", TICKET),
        ("technician", "/T-1/reply", {"note": "x"}),
        ("cs_specialist", "/T-1/leftover-order", {"order_no": "YL1", "items": "x"}),
        ("cs_supervisor", "/T-1/leftover-order/approval", {"order_no": "YL1"}),
        ("store", "/T-1/leftover-goods", {"order_no": "YL1"}),
        ("warehouse", "/T-1/acceptance", {"accepted_by": "x", "rating": None}),
        ("cs_specialist", "/T-1/signature", None),
        ("technician", "/T-1/call-back", {"satisfied": True}),
        ("technician", "/T-1/closing", None),
    ],
)
async def test_each_step_belongs_to_a_role(client: AsyncClient, role: str, path: str, body: Any) -> None:
    """C9"""
    assert await post(client, role, path, body) == (403, "not_your_role")


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "x"},
        {"quantity": 0},
        {"quantity": 10**30},
        {"surprise": 1},
        {"ticket_id": "a b"},
        {"at": "2026-03-13T10:00:00"},
    ],
)
async def test_a_body_that_does_not_fit_is_answered_with_422(client: AsyncClient, change: dict[str, Any]) -> None:
    """C4"""
    status, _ = await post(client, "cs_specialist", "", {**TICKET, **change})
    assert status == 422


async def test_a_ticket_that_is_not_there_is_answered_with_404(client: AsyncClient) -> None:
    """C1"""
    told = await post(client, "cs_specialist", "/T-9/reply", {"note": "x"})
    read, _ = await get(client, "cs_specialist", "/T-9")
    assert (told, read) == ((404, "unknown_ticket"), 404)


async def test_a_request_without_number_gets_one_and_the_same_when_it_is_sent_again(client: AsyncClient) -> None:
    """C1"""
    body = {name: value for name, value in TICKET.items() if name != "ticket_id"}
    headers = {"x-role": "cs_specialist", "idempotency-key": "k1"}
    numbers = [
        (await client.post("/api/tickets", json=body, headers=headers)).json()["body"]["ticket_id"] for _ in range(2)
    ]
    _, listed = await get(client, "cs_specialist")
    assert (numbers[0] == numbers[1], listed["total"]) == (True, 1)


async def test_a_store_sees_tickets_of_its_own_contracts_only(client: AsyncClient) -> None:
    """C18"""
    await post(client, "cs_specialist", "", TICKET)
    await post(client, "cs_specialist", "", {**TICKET, "ticket_id": "T-2", "contract_no": "HT26039999"})
    _, listed = await get(client, "store")
    other, _ = await get(client, "store", "/T-2")
    order = await post(client, "store", "/T-2/leftover-order", {"order_no": "YL1", "items": "x"})
    assert ([row["ticket_id"] for row in listed["rows"]], other, order) == (["T-1"], 404, (404, "unknown_contract"))


async def test_a_technician_sees_tickets_of_their_own_visits_only(client: AsyncClient) -> None:
    """C18"""
    await post(client, "cs_specialist", "", TICKET)
    before, _ = await get(client, "technician", "/T-1")
    window = {"starts": "2026-03-14T01:00:00Z", "ends": "2026-03-14T03:00:00Z"}
    visit = {"on": "2026-03-14", "window": window, "technician": "technician.1"}
    await post(client, "cs_supervisor", "/T-1/visit", visit)
    after, _ = await get(client, "technician", "/T-1")
    assert (before, after) == (404, 200)


async def test_who_has_no_business_with_tickets_reads_none(client: AsyncClient) -> None:
    """C18"""
    status, _ = await get(client, "accountant")
    assert status == 403
