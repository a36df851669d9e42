"""The warehouse over HTTP, with the rules, reactions and read models behind it: who asks, and a slip with damage."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from inventory_world import Table, World

from company.policy import policy_book
from contracts.fact import ContractLine, Customer, GoodsLine
from contracts.order import ContractSigned
from inventory.api import router
from runtime.http_errors import add_error_handling
from runtime.person import Person
from runtime.testing import PinsOfTests
from runtime.tokens import Tokens

NOW = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
TOKENS = Tokens("for these tests only")
ROLES = {
    "mai.gh": "warehouse",
    "mai.xh": "warehouse",
    "su.kj": "accountant",
    "guan.yf": "manager",
    "tan.zw": "install_supervisor",
    "zhou.jm": "technician",
    "zhou.jg": "technician",
    "wu.xm": "store",
}
PEOPLE = {who: Person(id=who, name=who, role=role) for who, role in ROLES.items()}
HT = "HT26030001"
CUSTOMER = Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区")
CABINET = ContractLine(
    line_no=1,
    sku="BTH-0421",
    name="浴室柜",
    spec="",
    category="卫浴",
    quantity=3,
    unit_price_fen=100,
    to_install=True,
)
SIGNED = ContractSigned(
    at=NOW,
    contract_no=HT,
    store_code="S02",
    store_name="南海店",
    signed_on=date(2026, 3, 1),
    customer=CUSTOMER,
    promised_on=date(2026, 3, 20),
    amount_due_fen=0,
    lines=(CABINET,),
)
YEAR_OF_SLIPS = "/vouchers?letters=RK&year=2026"
BATH = GoodsLine(line_no=1, sku="BTH-0421", name="浴室柜", quantity=3)
SLIP = {
    "slip_no": "RK260309001",
    "reason": "purchase",
    "source": "佛山卫浴厂",
    "delivery_note_no": "SH-7",
    "waybill": "YD2603040017",
    "lines": [
        {
            "line_no": 1,
            "sku": "BTH-0421",
            "name": "浴室柜",
            "quantity": 3,
            "contract_no": HT,
            "contract_line_no": 1,
        },
        {"line_no": 2, "sku": "HDW-0033", "name": "铰链", "quantity": 10},
    ],
}
DAMAGE = {
    "kind": "damage",
    "quantity": 1,
    "cause": "箱角压坏",
    "liability": "carrier",
    "photos": ["sha256:1"],
    "carrier_signed_by": "刘师傅",
}
CHECK = {"lines": [{"line_no": 1, "counted": 3, "findings": [DAMAGE]}, {"line_no": 2, "counted": 10}]}


def world_of_stock() -> World:
    """The warehouse, told of one contract."""
    world = World(NOW)
    world.tell("order", f"contract:{HT}", SIGNED)
    return world


@asynccontextmanager
async def asking(world: World, people: Mapping[str, Person] = PEOPLE, **state: object) -> AsyncIterator[AsyncClient]:
    """Whoever asks it over HTTP; `state`: what the application has besides."""
    app = FastAPI()
    app.state.policies = policy_book()
    app.include_router(router)
    app.state.owners = world.owners()
    app.state.gateway = world
    app.state.rows = {**world.rows, "fleet": Table(), "products": world.products, "contracts": world.contracts}
    app.state.people = people
    app.state.tokens = TOKENS
    app.state.pins = PinsOfTests()
    for name, value in state.items():
        setattr(app.state, name, value)
    add_error_handling(app, 1 << 20)
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://songda") as client:
        yield client


async def post(client: AsyncClient, path: str, body: Any = None, by: str = "mai.gh") -> tuple[int, Any]:
    answer = await client.post(f"/api{path}", json=body, headers={"Authorization": f"Bearer {TOKENS.issue(by)}"})
    return answer.status_code, answer.json()


async def done(client: AsyncClient, path: str, body: Any, by: str = "mai.gh") -> Any:
    status, answer = await post(client, path, body, by)
    assert status == 201, answer
    return answer


async def get(client: AsyncClient, path: str, by: str = "mai.gh") -> Any:
    answer = await client.get(f"/api{path}", headers={"Authorization": f"Bearer {TOKENS.issue(by)}"})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def slip_with_damage(client: AsyncClient) -> None:
    """Issued, checked with one cabinet damaged, and put away."""
    await done(client, "/inbound", SLIP, "su.kj")
    await done(client, "/inbound/RK260309001/check", CHECK)
    await done(client, "/inbound/RK260309001/put-aways", {"line_no": 1, "quantity": 2, "bin": "B-01-1"})
    await done(client, "/inbound/RK260309001/put-aways", {"line_no": 2, "quantity": 10, "bin": "H-01-1"})


def lots(row: Any) -> list[tuple[str, str | None, bool, int]]:
    return sorted((x["bin"], x["held_for"] or "", x["pending"], x["quantity"]) for x in row["lots"])
