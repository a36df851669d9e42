"""HTTP of loans and scrap applications: who takes an application back."""

import pytest
from httpx import AsyncClient
from stock_api import post

LOAN = {"loan_no": "JY260320001", "sku": "HDW-0033", "name": "铰链", "quantity": 2, "purpose": "换铰链"}
SCRAP = {"application_no": "BF260320001", "sku": "HDW-0033", "name": "铰链", "quantity": 2, "reason": "锈蚀"}


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
    status, said = await post(client, f"/{path}/{number}/refusal", {"reason": "不用了"}, who)
    assert (status, said.get("code", "")) == answer


@pytest.mark.parametrize("path", ["loans/JY9001", "scraps/BF9001"])
async def test_nobody_withdraws_what_was_never_applied_for(client: AsyncClient, path: str) -> None:
    """D10, D12"""
    assert (await post(client, f"/{path}/refusal", {"reason": "不用了"}, "mai.gh"))[0] == 404
