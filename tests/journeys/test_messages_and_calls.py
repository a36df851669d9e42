"""What customers, group and warehouse are told, and who calls whom: through the public API, on real Kafka."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.civil_time import civil_day
from runtime.clock import utc_now

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

NO = "HT99000031"
CONTRACT = f"contract:{NO}"
JOB = f"D-{NO}"
PHONE = "17712633931"
DELIVERY = civil_day(utc_now()) + timedelta(days=9)
"""Ahead of us: what a customer is told beforehand is told of no day that is over."""
READY = dict.fromkeys(("switch_panels", "angle_valves", "ceiling", "water_power", "gas", "kitchen_cleared"), True)


def registered() -> dict[str, Any]:
    """The contract of this story."""
    line = {"line_no": 1, "sku": "WC-100", "name": "连体坐便器", "spec": "700x390x650", "category": "卫浴"}
    customer = {"name": "罗敏", "phone": PHONE, "address": "佛山市南海区海八东路151号", "district": "南海区"}
    return {
        "contract_no": NO,
        "store_code": "S02",
        "store_name": "南海店",
        "signed_on": str(civil_day(utc_now())),
        "customer": customer,
        "promised_on": str(DELIVERY),
        "amount_due_fen": 0,
        "lines": [{**line, "quantity": 1, "unit_price_fen": 135000, "to_install": True}],
    }


def messages(people: Any, **query: str) -> list[tuple[int, str, str]]:
    """Template, topic and status of the messages, oldest first."""
    answer = people["liang.my"].get("/api/messages", params=query).json()
    return [(row["template"], row["topic"], row["status"]) for row in reversed(answer["rows"])]


def calls(people: Any, subject: str, state: str = "open") -> dict[str, str]:
    """Purpose -> id of the calls about something."""
    answer = people["he.jx"].get("/api/calls", params={"subject": subject, "state": state}).json()
    return {row["purpose"]: row["call_id"] for row in answer["rows"]}


def test_a_delay_is_posted_told_explained_by_a_call_and_a_booked_delivery_is_told_called_about_and_faxed(
    whole: Any, people: Any
) -> None:
    """A4 B3 B4 B5 C18 E1 E2 E3 E4 E5 K1 K3"""
    people.done("liang.my", "/api/contracts", registered())
    whole.settle()
    assert messages(people, subject=CONTRACT) == [(1, "", "sent")]

    # A delay: the group, the customer, and a call that somebody owes (A4, E2, E3).
    people.done("he.jx", f"/api/contracts/{NO}/delays", {"line_no": 1, "fault": "factory", "reason": "排产"})
    whole.settle()
    assert sorted(messages(people, subject=CONTRACT)) == [(0, "delay", "sent"), (1, "", "sent"), (9, "", "sent")]
    delay = people["he.jx"].get(f"/api/contracts/{NO}").json()["delays"][0]
    assert (delay["posted_at"] is None, delay["explained"]) == (False, False)
    call = f"/api/calls/{calls(people, CONTRACT)['delay_explained']}"
    assert people.refused("he.jx", f"{call}/result", {"result": "later"}) == (409, "E3")
    people.done("he.jx", f"{call}/result", {"result": "not_reached"})
    people.done("he.jx", f"{call}/result", {"result": "reached", "note": "已说明"})
    whole.settle()
    row = people["he.jx"].get(call).json()
    assert (row["state"], row["calls"], row["called_by"]) == ("done", 2, "he.jx")
    assert people["he.jx"].get(f"/api/contracts/{NO}").json()["delays"][0]["explained"] is True

    # Goods complete: a booking call; booked elsewhere, it is not needed any more. SMS 2, and a call for the day before.
    arrival = {"line_no": 1, "sku": "WC-100", "quantity": 1, "waybill": "YD9931"}
    people.done("mai.gh", f"/api/goods/{NO}/arrivals", arrival)
    whole.settle()
    booking_call = calls(people, CONTRACT)["booking"]
    people.done("he.jx", f"/api/jobs/{JOB}/booking", {"checklist": READY, "on": str(DELIVERY), "half": "am"})
    whole.settle()
    assert people["he.jx"].get(f"/api/calls/{booking_call}").json()["drop_reason"] == "fulfilled"
    assert (2, "", "sent") in messages(people, subject=CONTRACT)
    assert set(calls(people, f"job:{JOB}")) == {"home_confirmation"}

    # Published: SMS 3, the leader's calls, the group's post, the fax and its receipt (B4, B5, E5).
    people.done("he.jx", f"/api/jobs/{JOB}/slot", {"on": str(DELIVERY), "half": "am", "crew": "S1"})
    whole.settle()
    people.done("he.jx", f"/api/days/{DELIVERY}/publish")
    whole.settle()
    assert (3, "", "sent") in messages(people, subject=CONTRACT)
    assert messages(people, subject=f"day:main:{DELIVERY}", topic="plan") == [(0, "plan", "sent")]
    assert set(calls(people, f"job:{JOB}")) == {"home_confirmation", "half_day", "arrival"}
    own = people["li.zq"].get("/api/calls", params={"subject": f"job:{JOB}"}).json()["rows"]
    assert {one["purpose"] for one in own} == {"half_day", "arrival"}
    (fax,) = people["mai.gh"].get("/api/faxes", params={"on": str(DELIVERY)}).json()["rows"]
    assert (fax["status"], NO in fax["text"], "罗敏" in fax["text"], PHONE in fax["text"]) == (
        "sent",
        True,
        False,
        False,
    )
    received = f"/api/messages/{fax['message_id']}/confirm-fax"
    assert people.refused("liang.my", received, {"note": ""}) == (403, "C18")
    people.done("mai.gh", received, {"note": "收到"})
    whole.settle()
    seen = people["mai.gh"].get(f"/api/messages/{fax['message_id']}").json()
    assert (seen["status"], seen["confirmed_by"], seen["confirm_note"]) == ("confirmed", "mai.gh", "收到")

    # Who is asked days ahead is asked again the day before (B3), at the job's own page or by the call.
    told = {"result": "reached", "note": ""}
    assert people.refused("he.jx", f"/api/jobs/{JOB}/home-confirmation", told) == (409, "B3")
    call = calls(people, f"job:{JOB}")["home_confirmation"]
    assert people.refused("he.jx", f"/api/calls/{call}/result", told) == (409, "B3")
    whole.settle()
    assert set(calls(people, f"job:{JOB}")) == {"home_confirmation", "half_day", "arrival"}


def test_an_opt_out_is_noted_masked_and_receipts_need_a_signature(whole: Any, people: Any) -> None:
    """C18 E4"""
    wish = {"phone": "17712633932", "opted_out": True, "reason": "客户来电"}
    assert people.refused("li.zq", "/api/opt-outs", wish)[0] == 403
    people.done("liang.my", "/api/opt-outs", wish)
    assert people.done("liang.my", "/api/opt-outs", wish)["events"] == []
    whole.settle()
    rows = people["liang.my"].get("/api/opt-outs").json()["rows"]
    assert [row["noted_by"] for row in rows if row["phone"] == "177****3932"] == ["liang.my"]
    with whole.as_person(None) as nobody:
        answers = [nobody.post(f"/api/receipts/{provider}", json=[]) for provider in ("http", "aliyun?key=x")]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(401, "bad_signature")] * 2
