"""Whoever was answered finds it: what was just made, and what was just changed, on the running system."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.civil_time import civil_day
from runtime.clock import utc_now

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

TODAY = civil_day(utc_now())
CUSTOMER = {"name": "岑丽", "phone": "17712633951", "address": "佛山市南海区桂城路9号", "district": "南海区"}
LINE = {"line_no": 1, "sku": "ZJ-01", "name": "角阀", "spec": "", "category": "卫浴", "quantity": 1}
CONTRACT = {
    "store_code": "S02",
    "store_name": "南海店",
    "signed_on": str(TODAY - timedelta(days=9)),
    "customer": CUSTOMER,
    "promised_on": str(TODAY + timedelta(days=30)),
    "amount_due_fen": 0,
    "lines": [{**LINE, "unit_price_fen": 3500, "to_install": False}],
}
TICKET = {"kind": "repair", "customer": CUSTOMER, "product": "角阀", "problem": "漏水"}
SLIP = {
    "reason": "purchase",
    "source": "南海五金",
    "lines": [{"line_no": 1, "sku": "ZJ-01", "name": "角阀", "quantity": 3}],
}


def test_what_was_just_made_is_there_for_its_author(people: Any) -> None:
    """X7: contract, ticket and slip, over the API and on their pages; never a 404 in between."""
    for number in (f"HT9560000{n}" for n in range(6)):
        people.done("liang.my", "/api/contracts", {**CONTRACT, "contract_no": number})
        found = [
            people[person].get(path).status_code
            for person, path in (("liang.my", f"/api/contracts/{number}"), ("wu.xm", f"/orders/{number}"))
        ]
        ticket = people.done("liang.my", "/api/tickets", {**TICKET, "contract_no": number})["body"]["ticket_id"]
        found += [people["liang.my"].get(f"{at}/{ticket}").status_code for at in ("/api/tickets", "/desk")]
        slip = people.done("su.kj", "/api/inbound", SLIP)["body"]["slip_no"]
        found += [people["su.kj"].get(f"{at}/{slip}").status_code for at in ("/api/inbound", "/warehouse/arrivals")]
        assert found == [200] * 6


def test_what_was_just_changed_is_shown_as_changed(people: Any) -> None:
    """X7: the version that was answered, or a later one."""
    number = "HT95600010"
    people.done("liang.my", "/api/contracts", {**CONTRACT, "contract_no": number})
    for amount in range(100, 700, 100):
        change = {"reason": "补差价", "amount_due_fen": amount}
        answered = people.done("liang.my", f"/api/contracts/{number}/amendments", change)
        shown = people["liang.my"].get(f"/api/contracts/{number}").json()
        assert (shown["amount_due_fen"], shown["version"] >= answered["version"]) == (amount, True)
