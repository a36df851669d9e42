"""HTTP of the inventory service, over the rules alone."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from inventory_world import Table

from company.context import Context
from company.policy import policy_book
from contracts.fact import Customer, GoodsLine
from contracts.inventory import GoodsArrived, GoodsExpected
from inventory.api import router
from inventory.main import SERVICE
from runtime.decision import Rejected
from runtime.http_errors import add_error_handling
from runtime.outcome import Outcome
from runtime.person import Person
from runtime.tokens import Tokens

NOW = datetime(2026, 3, 20, 1, 0, tzinfo=UTC)
CTX = Context(now=NOW, by="mai.gh", role="warehouse", policy=policy_book().at(NOW))
TOKENS = Tokens("for these tests only")
TOILET = GoodsLine(line_no=1, sku="WC-100", name="连体坐便器", quantity=2)
RECEIVE: dict[str, Any] = {"line_no": 1, "sku": "WC-100", "quantity": 2, "waybill": "YD0002"}
DAMAGE: dict[str, Any] = {"line_no": 1, "quantity": 1, "found": "inbound"}
STORY = (
    GoodsExpected(
        at=NOW,
        contract_no="HT26030001",
        customer=Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区"),
        lines=(TOILET,),
    ),
    GoodsArrived(
        at=NOW,
        contract_no="HT26030001",
        line_no=1,
        sku="WC-100",
        name="连体坐便器",
        quantity=1,
        waybill="YD0001",
        arrived_on=date(2026, 3, 9),
    ),
)


class Rules:
    """A gateway whose commands meet the rules directly, in memory."""

    def __init__(self) -> None:
        self.deciders = {decider.prefix: decider for decider in SERVICE.deciders}
        self.states: dict[str, Any] = {}
        self.asked: list[Any] = []
        for event in STORY:
            self._tell("goods:HT26030001", event)

    def _tell(self, aggregate_id: str, event: Any) -> None:
        decider = self.deciders[aggregate_id.partition(":")[0]]
        self.states[aggregate_id] = decider.evolve(self.states.get(aggregate_id, decider.initial), event)

    async def ask(self, service: str, aggregate_id: str, command: Any, request: Any) -> Outcome:
        """Decide at once."""
        self.asked.append(command)
        decider = self.deciders[aggregate_id.partition(":")[0]]
        decision = decider.decide(command, self.states.get(aggregate_id, decider.initial), CTX)
        if isinstance(decision, Rejected):
            return Outcome("c", aggregate_id, "rejected", rejected=decision)
        for event in decision:
            self._tell(aggregate_id, event)
        return Outcome("c", aggregate_id, "accepted", 1, tuple(type(event).__name__ for event in decision))


@pytest.fixture
def rules() -> Rules:
    return Rules()


@pytest.fixture
async def client(rules: Rules) -> AsyncIterator[AsyncClient]:
    app = FastAPI()
    app.state.policies = policy_book()
    app.include_router(router)
    app.state.owners = {"goods": "inventory", "picklist": "inventory"}
    app.state.gateway = rules
    app.state.people = {
        "warehouse": Person(id="warehouse", name="麦国华", role="warehouse"),
        "store": Person(id="store", name="吴晓敏", role="store", store="S02"),
        "own": Person(id="own", name="李志强", role="crew_leader", crew="S1"),
        "lent": Person(id="lent", name="陈国栋", role="crew_leader", crew="S2"),
        "other": Person(id="other", name="黄文耀", role="crew_leader", crew="A1"),
        "visits": Person(id="visits", name="周建民", role="technician"),
        "stays": Person(id="stays", name="周建国", role="technician"),
    }
    app.state.tokens = TOKENS
    app.state.rows = {name: Table() for name in ("jobs", "tickets", "fleet", "products")}
    job = {"contract_no": "HT26030001", "crew": "S1", "on": "2026-03-13"}
    app.state.rows["jobs"].documents["D-HT26030001"] = {"_id": "D-HT26030001", "row": job}
    crew = {"crew": "S1", "name": "送货一班", "kind": "delivery", "leader": "lent", "members": ["own"]}
    that_day = {"vehicle": "粤E·7K352", "stops_per_half": 5, "effective_from": job["on"], "effective_to": job["on"]}
    people = [{"person_id": one, "name": one} for one in ("lent", "own")]
    nothing = dict.fromkeys(("vehicles", "dissolved", "districts", "leaves"), ())
    fleet = {**nothing, "people": people, "crews": [{**crew, **that_day}]}
    app.state.rows["fleet"].documents["main"] = {"_id": "main", "row": {"means": fleet}}
    ticket = {"contract_no": "HT26030001", "technicians": ["visits"]}
    app.state.rows["tickets"].documents["T-1"] = {"_id": "T-1", "row": ticket}
    add_error_handling(app, 1 << 20)
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://songda") as client:
        client.headers["Authorization"] = f"Bearer {TOKENS.issue('warehouse')}"
        yield client


async def test_goods_received_by_hand_arrive_on_the_day_told(client: AsyncClient, rules: Rules) -> None:
    """D2, X1"""
    told = {**RECEIVE, "at": "2026-03-12T23:30:00+08:00"}
    answer = await client.post("/api/goods/HT26030001/arrivals", json=told)
    assert (answer.status_code, answer.json()["events"]) == (201, ["GoodsArrived", "StockExcessReported"])
    assert (rules.asked[0].arrived_on, rules.asked[0].told_by) == (date(2026, 3, 12), "warehouse")


async def test_a_damage_report_without_a_number_gets_one_that_a_repeat_gets_again(client: AsyncClient) -> None:
    """D4"""
    key = {"Idempotency-Key": "k1"}
    first = await client.post("/api/goods/HT26030001/damages", json=DAMAGE, headers=key)
    again = await client.post("/api/goods/HT26030001/damages", json=DAMAGE, headers=key)
    other = await client.post("/api/goods/HT26030001/damages", json=DAMAGE, headers={"Idempotency-Key": "k2"})
    assert (first.status_code, first.json()["events"], again.json()["events"]) == (201, ["DamageReported"], [])
    assert first.json()["body"] == again.json()["body"]
    assert first.json()["body"]["ticket_id"] == f"T-{first.json()['body']['damage_id']}"
    assert (other.status_code, other.json()["code"]) == (409, "not_enough_here")


async def test_a_damage_number_may_be_given(client: AsyncClient) -> None:
    """D4"""
    answer = await client.post("/api/goods/HT26030001/damages", json={**DAMAGE, "damage_id": "P-7"})
    assert answer.json()["body"] == {"damage_id": "P-7", "ticket_id": "T-P-7"}


@pytest.mark.parametrize(
    ("who", "status"), [("own", 201), ("lent", 201), ("other", 403), ("visits", 201), ("stays", 403)]
)
async def test_who_works_on_the_road_reports_damage_of_own_work_only(
    client: AsyncClient, rules: Rules, who: str, status: int
) -> None:
    """C18, D4"""
    client.headers["Authorization"] = f"Bearer {TOKENS.issue(who)}"
    answer = await client.post("/api/goods/HT26030001/damages", json=DAMAGE)
    assert (answer.status_code, len(rules.asked)) == (status, int(status == 201))


@pytest.mark.parametrize(
    "change",
    [
        {"found": "street"},
        {"quantity": 0},
        {"damage_id": "a b"},
        {"surprise": 1},
        {"contract_no": "HT26030002"},
        {"at": "2026-03-12T23:30:00"},
    ],
)
async def test_a_damage_report_that_does_not_fit_is_answered_with_422(
    client: AsyncClient, rules: Rules, change: dict[str, Any]
) -> None:
    """D4"""
    answer = await client.post("/api/goods/HT26030001/damages", json={**DAMAGE, **change})
    assert (answer.status_code, rules.asked) == (422, [])


async def test_an_unknown_contract_is_answered_with_404(client: AsyncClient) -> None:
    """D2"""
    answer = await client.post("/api/goods/HT26039999/arrivals", json=RECEIVE)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_contract")


async def test_feedback_before_the_plan_is_refused_with_the_rule(client: AsyncClient) -> None:
    """B6"""
    answer = await client.post("/api/picklists/2026-03-13/feedback", json={"stops": []})
    assert (answer.status_code, answer.json()["rule"]) == (409, "B6")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/goods/HT26030001/arrivals", RECEIVE),
        ("/api/goods/HT26030001/damages", DAMAGE),
        ("/api/picklists/2026-03-13/feedback", {"stops": []}),
    ],
)
async def test_others_than_the_warehouse_are_refused(client: AsyncClient, path: str, body: dict[str, Any]) -> None:
    """C18"""
    client.headers["Authorization"] = f"Bearer {TOKENS.issue('store')}"
    answer = await client.post(path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_your_role")
