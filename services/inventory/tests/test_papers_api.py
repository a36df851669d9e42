"""HTTP of loans and scrap applications: who takes an application back."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from inventory_world import World

from company.policy import policy_book
from inventory.api import router
from runtime.http_errors import add_error_handling
from runtime.person import Person
from runtime.tokens import Tokens

TOKENS = Tokens("for these tests only")
ROLES = {
    "zhou.jm": "technician",
    "zhou.jg": "technician",
    "tan.zw": "install_supervisor",
    "mai.gh": "warehouse",
    "mai.xh": "warehouse",
    "guan.yf": "manager",
}
LOAN = {"loan_no": "JY260320001", "sku": "HDW-0033", "name": "铰链", "quantity": 2, "purpose": "换铰链"}
SCRAP = {"application_no": "BF260320001", "sku": "HDW-0033", "name": "铰链", "quantity": 2, "reason": "锈蚀"}


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    world = World(datetime(2026, 3, 9, 2, tzinfo=UTC))
    app = FastAPI()
    app.state.policies = policy_book()
    app.include_router(router)
    app.state.owners = world.owners()
    app.state.gateway = world
    app.state.rows = world.rows
    app.state.people = {who: Person(id=who, name=who, role=role) for who, role in ROLES.items()}
    app.state.tokens = TOKENS
    add_error_handling(app, 1 << 20)
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://songda") as client:
        yield client


async def post(client: AsyncClient, path: str, body: object, by: str) -> tuple[int, str]:
    answer = await client.post(f"/api{path}", json=body, headers={"Authorization": f"Bearer {TOKENS.issue(by)}"})
    return answer.status_code, answer.json().get("code", "")


@pytest.mark.parametrize(
    ("path", "body", "applicant", "who", "answer"),
    [
        ("loans", {**LOAN, "due_on": "2026-03-20"}, "zhou.jm", "zhou.jm", (201, "")),
        ("loans", {**LOAN, "due_on": "2026-03-20"}, "zhou.jm", "tan.zw", (201, "")),
        ("loans", {**LOAN, "due_on": "2026-03-20"}, "zhou.jm", "zhou.jg", (403, "not_your_paper")),
        ("loans", {**LOAN, "due_on": "2026-03-20"}, "zhou.jm", "mai.gh", (403, "not_your_paper")),
        ("scraps", SCRAP, "mai.gh", "mai.gh", (201, "")),
        ("scraps", SCRAP, "mai.gh", "guan.yf", (201, "")),
        ("scraps", SCRAP, "mai.gh", "mai.xh", (403, "not_your_paper")),
    ],
)
async def test_an_application_is_withdrawn_by_who_made_it_or_refused_by_who_approves(
    client: AsyncClient, path: str, body: dict[str, object], applicant: str, *, who: str, answer: tuple[int, str]
) -> None:
    """D10, D12"""
    assert (await post(client, f"/{path}", body, applicant))[0] == 201
    number = body.get("loan_no") or body["application_no"]
    assert await post(client, f"/{path}/{number}/refusal", {"reason": "不用了"}, who) == answer


@pytest.mark.parametrize("path", ["loans/JY9001", "scraps/BF9001"])
async def test_nobody_withdraws_what_was_never_applied_for(client: AsyncClient, path: str) -> None:
    """D10, D12"""
    assert (await post(client, f"/{path}/refusal", {"reason": "不用了"}, "mai.gh"))[0] == 404
