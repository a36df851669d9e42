"""One contract's whole life through the public API, on real Kafka: each step, its refusal, and what it left behind."""

import asyncio
import json
from datetime import date, time, timedelta
from typing import Any

import pytest
from harness.topics import committed
from harness.waiting import eventually

from contracts.civil_time import civil, civil_day
from runtime.clock import utc_now

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

NO = "HT99000001"
TODAY = civil_day(utc_now())
DELIVERY = TODAY - timedelta(days=6)
READY = dict.fromkeys(("switch_panels", "angle_valves", "ceiling", "water_power", "gas", "kitchen_cleared"), True)
LINES = [
    {"line_no": 1, "sku": "WC-100", "name": "连体坐便器", "spec": "700x390x650", "category": "卫浴", "quantity": 2},
    {"line_no": 2, "sku": "TC-100", "name": "抛釉砖", "spec": "800x800", "category": "陶瓷", "quantity": 30},
]


def moment(on: date, hour: int, minute: int = 0) -> str:
    """A time of day, as the API takes it."""
    return civil(on, time(hour, minute)).isoformat()


def contract() -> dict[str, Any]:
    """The contract of this life."""
    return {
        "contract_no": NO,
        "store_code": "S02",
        "store_name": "南海店",
        "signed_on": (TODAY - timedelta(days=30)).isoformat(),
        "customer": {
            "name": "马娜",
            "phone": "17712633960",
            "address": "佛山市南海区海八东路150号",
            "district": "南海区",
        },
        "promised_on": str(TODAY + timedelta(days=30)),
        "amount_due_fen": 210200,
        "lines": [{**line, "unit_price_fen": 135000, "to_install": line["category"] == "卫浴"} for line in LINES],
        "at": moment(TODAY - timedelta(days=30), 10),
    }


def test_a_contract_lives_from_the_signature_to_the_closed_ticket(whole: Any, people: Any) -> None:
    """A1 A2 A3 B1 B2 B4 B6 B8 B9 B10 B11 B13 B16 B17 C9 C11 D4 E1 E4 K4 K13"""
    job, install = f"D-{NO}", f"I-{NO}"

    # Registered by the specialist (A1), not by a crew; the same again changes nothing.
    assert people.refused("li.zq", "/api/contracts", contract()) == (403, "C18")
    first = people.done("liang.my", "/api/contracts", contract(), Idempotency_Key="sign-1")
    assert first["events"] == ["ContractSigned"]
    again = people.done("liang.my", "/api/contracts", contract(), Idempotency_Key="sign-1")
    assert (again["repeated"], again["version"], again["command_id"]) == (True, 1, first["command_id"])

    # Goods come in part-shipments by the logistics file (A2); only with the last one it is complete (A3).
    arrived = TODAY - timedelta(days=12)
    sheet = "合同号,行号,型号,数量,运单号,承运商,状态,预计到货,实际到货,备注\n"
    early = (
        sheet
        + f"{NO},1,WC-100,2,YD0001,顺途专线,已到仓,,{arrived},\n{NO},2,TC-100,10,YD0002,顺途专线,已到仓,,{arrived},\n"
    )
    late = sheet + f"{NO},2,TC-100,20,YD0003,顺途专线,已到仓,,{arrived + timedelta(days=1)},\n"
    assert upload(people, early) == (2, 0, 0)
    whole.settle()
    assert people["he.jx"].get(f"/api/contracts/{NO}").json()["complete"] is False
    assert upload(people, late) == (1, 0, 0)
    assert upload(people, late) == (0, 1, 0)
    whole.settle()
    seen = people["he.jx"].get(f"/api/contracts/{NO}").json()
    assert (seen["complete"], seen["complete_on"]) == (True, str(arrived + timedelta(days=1)))

    # Booked by phone at least three days ahead, with the site ready (B1, B2).
    call = moment(DELIVERY - timedelta(days=4), 10)
    booking = {"checklist": READY, "on": str(DELIVERY), "half": "am", "at": call}
    tight = {**booking, "at": moment(DELIVERY - timedelta(days=2), 10)}
    assert people.refused("he.jx", f"/api/jobs/{job}/booking", tight) == (409, "B1")
    gas_missing = {**booking, "checklist": {**READY, "gas": False}}
    assert people.refused("he.jx", f"/api/jobs/{job}/booking", gas_missing) == (409, "B2")
    slot = {"on": str(DELIVERY), "half": "am", "crew": "S1", "at": moment(DELIVERY - timedelta(days=1), 15, 10)}
    assert people.refused("he.jx", f"/api/jobs/{job}/slot", slot)[0] == 409
    people.done("he.jx", f"/api/jobs/{job}/booking", booking)
    whole.settle()

    # A place in the day plan (B8); a lorry for installers' work is none.
    assert people.refused("he.jx", f"/api/jobs/{job}/slot", {**slot, "crew": "A1"}) == (409, "B8")
    people.done("he.jx", f"/api/jobs/{job}/slot", slot)
    whole.settle()
    people.done("he.jx", f"/api/days/{DELIVERY}/publish", {"at": moment(DELIVERY - timedelta(days=1), 16, 42)})
    whole.settle()
    unexplained = {**slot, "crew": "S2", "at": moment(DELIVERY - timedelta(days=1), 17, 30)}
    assert people.refused("he.jx", f"/api/jobs/{job}/slot", unexplained) == (409, "B4")

    # Morning feedback (B6), loading by the sheet (B11), departure.
    feedback = {"stops": [{"job_id": job, "ready": True}], "at": moment(DELIVERY, 8, 20)}
    people.done("mai.gh", f"/api/picklists/{DELIVERY}/feedback", feedback)
    run = f"/api/runs/{DELIVERY}/S1"
    assert people.refused("li.zq", f"{run}/depart", {"at": moment(DELIVERY, 8, 30)}) == (409, "B11")
    counted = [{"job_id": job, "lines": [{"line_no": 1, "quantity": 2}, {"line_no": 2, "quantity": 30}]}]
    signed = {"second": people.signs("li.zq"), "at": moment(DELIVERY, 8, 45)}
    short = [{"job_id": job, "lines": [{"line_no": 1, "quantity": 2}, {"line_no": 2, "quantity": 29}]}]
    assert people.refused("mai.gh", f"{run}/load", {"counted": short, **signed}) == (409, "B11")
    alone = {"leader_signed": "li.zq", "warehouse_signed": "mai.gh", "at": moment(DELIVERY, 8, 45)}
    assert people.refused("mai.gh", f"{run}/load", {"counted": counted, **alone}) == (409, "B23")
    people.done("mai.gh", f"{run}/load", {"counted": counted, **signed})
    whole.settle()
    assert people.refused("li.zq", f"{run}/depart", {"at": moment(DELIVERY, 8, 50)}) == (409, "B9")
    assert people.refused("he.jx", f"{run}/list", {})[0] == 403
    people.done("tan.zw", f"{run}/list", {"at": moment(DELIVERY, 8, 50)})
    people.done("li.zq", f"{run}/depart", {"at": moment(DELIVERY, 8, 55)})
    whole.settle()

    # Signed for, with cash (B13, B16); told twice, collected once.
    handed = {
        "delivered": counted[0]["lines"],
        "signed_by": "马娜",
        "signature_ref": "sign-1",
        "taught_use": True,
        "cash_fen": 210200,
        "at": moment(DELIVERY, 11, 30),
    }
    assert people.refused("chen.gd", f"/api/jobs/{job}/delivery", handed)[0] == 403
    people.done("li.zq", f"/api/jobs/{job}/delivery", handed, Idempotency_Key="hand-over")
    people.done("li.zq", f"/api/jobs/{job}/delivery", handed, Idempotency_Key="hand-over")
    whole.settle()
    assert people["su.kj"].get(run).json()["on_vehicle_fen"] == 210200
    paid = {"amount_fen": 210200, "receipt_no": "SJ1", "at": moment(DELIVERY, 18)}
    assert people.refused("li.zq", f"{run}/cash-in", {**paid, "received_by": "su.kj"}) == (409, "B23")
    assert people.refused("li.zq", f"{run}/close", {"at": moment(DELIVERY, 17, 50)}) == (409, "B16")
    people.done("su.kj", f"{run}/cash-in", paid)
    assert people.done("su.kj", f"{run}/cash-in", paid)["events"] == []
    people.done("li.zq", f"{run}/close", {"at": moment(DELIVERY, 18, 20)})
    check = dict.fromkeys(("lights", "brakes", "tyres", "fluids", "clean", "tools"), True)
    report = {"vehicle_check": check, "parking": "总仓", "at": moment(DELIVERY, 18, 30)}
    people.done("li.zq", f"{run}/report", report)

    # Installed the day after (B10).
    next_day = DELIVERY + timedelta(days=1)
    place = {"on": str(next_day), "half": "am", "crew": "A1", "at": moment(DELIVERY, 16)}
    people.done("he.jx", f"/api/jobs/{install}/slot", place)
    whole.settle()
    people.done(
        "huang.wy", f"/api/jobs/{install}/installation", {"accepted_by": "马娜", "at": moment(next_day, 11, 40)}
    )

    # A damage found on delivery (D4) becomes a ticket, and the leftover flow runs its course (C9).
    found = {"damage_id": "D1", "line_no": 1, "quantity": 1, "found": "delivery", "at": moment(DELIVERY, 11, 35)}
    people.done("li.zq", f"/api/goods/{NO}/damages", found)
    whole.settle()
    ticket = "/api/tickets/T-D1"
    people.done("liang.my", f"{ticket}/reply", {"note": "补货", "at": moment(DELIVERY, 14)})
    order = {"order_no": "YL1", "items": "坐便器 1", "expected_on": str(DELIVERY + timedelta(days=3))}
    people.done("ou.yl", f"{ticket}/leftover-order", {**order, "at": moment(DELIVERY, 14, 30)})
    people.done("tan.zw", f"{ticket}/leftover-order/approval", {"order_no": "YL1", "at": moment(DELIVERY, 15)})
    visit_on = DELIVERY + timedelta(days=4)
    window = {"starts": moment(visit_on, 9), "ends": moment(visit_on, 11)}
    visit = {"on": str(visit_on), "window": window, "technician": "zhou.jm"}
    booked_at = moment(DELIVERY + timedelta(days=3), 11)
    assert people.refused("liang.my", f"{ticket}/visit", {**visit, "at": booked_at}) == (409, "C9")
    goods_in = {"order_no": "YL1", "at": moment(DELIVERY + timedelta(days=3), 10)}
    people.done("mai.gh", f"{ticket}/leftover-goods", goods_in)
    people.done("liang.my", f"{ticket}/visit", {**visit, "at": booked_at})
    done = {"visit_no": 1, "outcome": "repaired", "report_ref": "report-1", "at": moment(visit_on, 10, 30)}
    people.done("zhou.jm", f"{ticket}/visit/completion", done)

    # It closes only with acceptance, rating, signature and call-back (C11).
    after = DELIVERY + timedelta(days=5)
    closing = {"at": moment(after, 12)}
    assert people.refused("liang.my", f"{ticket}/closing", closing) == (409, "C11")
    rated = {"accepted_by": "马娜", "rating": 5, "at": moment(visit_on, 10, 40)}
    people.done("zhou.jm", f"{ticket}/acceptance", rated)
    people.done("tan.zw", f"{ticket}/signature", {"at": moment(after, 9)})
    people.done("liang.my", f"{ticket}/call-back", {"satisfied": True, "at": moment(after, 10)})
    people.done("liang.my", f"{ticket}/closing", closing)
    whole.settle()

    assert happened(whole, "order") == {
        "ContractSigned": 1,
        "ArrivalReported": 3,
        "GoodsNoted": 3,
        "GoodsCompleted": 1,
        "DamageNoted": 1,
        "LoadingNoted": 1,
        "PaymentNoted": 1,
        "DeliveryNoted": 1,
        "InstallationNoted": 1,
        "WarrantyStarted": 1,
        "ContractFulfilled": 1,
    }
    assert happened(whole, "inventory") == {
        "GoodsExpected": 1,
        "GoodsArrived": 3,
        "GoodsIssued": 1,
        "DamageReported": 1,
    }
    assert happened(whole, "service_desk", "ticket:T-D1")["TicketClosed"] == 1

    # Exactly one message per cause (E1, E4): SMS 1, 5, 6 and 10.
    sent = eventually_sent(whole, NO, 5)
    assert sorted(sent) == [1, 5, 6, 8, 10]


def test_timers_fire_for_what_is_owed_and_not_done(whole: Any, people: Any) -> None:
    """K4 K9 K13: a plan not published by 17:00, an installation not done in two days, a request without reply."""
    past = TODAY - timedelta(days=20)
    people.done("liang.my", "/api/contracts", {**contract(), "contract_no": "HT99000002"})
    arrival = {"line_no": 1, "sku": "WC-100", "quantity": 2, "waybill": "YD0001", "at": moment(past - timedelta(6), 9)}
    tiles = {**arrival, "line_no": 2, "sku": "TC-100", "quantity": 30, "waybill": "YD0002"}
    whole.settle()
    people.done("mai.gh", "/api/goods/HT99000002/arrivals", arrival)
    people.done("mai.gh", "/api/goods/HT99000002/arrivals", tiles)
    whole.settle()
    job = "/api/jobs/D-HT99000002"
    booking = {"checklist": READY, "on": str(past), "half": "pm", "at": moment(past - timedelta(days=4), 10)}
    people.done("he.jx", f"{job}/booking", booking)
    whole.settle()
    place = {"on": str(past), "half": "pm", "crew": "S2", "at": moment(past - timedelta(days=1), 15)}
    people.done("he.jx", f"{job}/slot", place)
    request = {
        "ticket_id": "R-99",
        "kind": "repair",
        "contract_no": "HT99000002",
        "customer": contract()["customer"],
        "product": "坐便器",
        "problem": "渗水",
        "at": moment(past, 9),
    }
    people.done("liang.my", "/api/tickets", request)

    day = f"day:main:{past}"
    fired = asyncio.run(eventually(lambda: _both(whole, day), "PlanOverdue and ReplyOverdue were recorded", every=0.5))
    assert fired == {"PlanOverdue": 1, "ReplyOverdue": 1}

    # Published now, delivered at its time: the installation that follows is overdue at once (K9).
    whole.settle()
    people.done("he.jx", f"/api/days/{past}/publish", {"at": moment(past - timedelta(days=1), 16)})
    whole.settle()
    counted = [{"job_id": "D-HT99000002", "lines": [{"line_no": 1, "quantity": 2}, {"line_no": 2, "quantity": 30}]}]
    signed = {"counted": counted, "second": people.signs("chen.gd"), "at": moment(past, 12, 45)}
    people.done("mai.gh", f"/api/runs/{past}/S2/load", signed)
    people.done("tan.zw", f"/api/runs/{past}/S2/list", {"at": moment(past, 12, 50)})
    whole.settle()
    people.done("chen.gd", f"/api/runs/{past}/S2/depart", {"at": moment(past, 13)})
    whole.settle()
    handed = {"delivered": counted[0]["lines"], "signed_by": "马娜", "signature_ref": "s", "taught_use": True}
    people.done("chen.gd", f"{job}/delivery", {**handed, "at": moment(past, 14, 30)})

    async def overdue() -> bool:
        events = await committed(whole.kafka_address, "dispatch.events")
        return [e.headers["ce_type"] for e in events if e.key == "job:I-HT99000002"] == [
            "songda.dispatch.JobOpened.v1",
            "songda.dispatch.InstallationOverdue.v1",
        ]

    asyncio.run(eventually(overdue, "InstallationOverdue was recorded once", every=0.5))


async def _both(whole: Any, day: str) -> dict[str, int] | None:
    plan = [e for e in await committed(whole.kafka_address, "dispatch.events") if e.key == day]
    ticket = [e for e in await committed(whole.kafka_address, "service_desk.events") if e.key == "ticket:R-99"]
    found = {
        "PlanOverdue": sum("PlanOverdue" in e.headers["ce_type"] for e in plan),
        "ReplyOverdue": sum("ReplyOverdue" in e.headers["ce_type"] for e in ticket),
    }
    return found if all(found.values()) else None


def upload(people: Any, text: str) -> tuple[int, int, int]:
    """Import a logistics sheet: rows taken, repeated, refused."""
    answer = people["he.jx"].post("/api/imports/logistics", files={"file": ("l.csv", text.encode("gb18030"))})
    assert answer.status_code == 200, answer.text
    report = answer.json()
    assert [row["reason"] for row in report["refused"]] == []
    return report["taken"], report["repeated"], 0


def happened(whole: Any, service: str, key: str | None = None) -> dict[str, int]:
    """How often what happened, to this contract or to one aggregate."""
    counts: dict[str, int] = {}
    for event in asyncio.run(committed(whole.kafka_address, f"{service}.events")):
        if event.key == key or (key is None and event.key.partition(":")[2] == NO):
            name = event.headers["ce_type"].split(".")[2]
            counts[name] = counts.get(name, 0) + 1
    return counts


def eventually_sent(whole: Any, contract_no: str, count: int) -> list[int]:
    """Templates of the SMS that went out about a contract or its ticket, once `count` have."""

    async def look() -> list[int] | None:
        requested, sent = {}, []
        for event in await committed(whole.kafka_address, "notify.events"):
            content = json.loads(event.value)
            if content["event"] == "MessageRequested" and content["channel"] == "sms":
                if contract_no in content["subject"] or "T-D1" in content["subject"] or contract_no in content["text"]:
                    requested[event.key] = content["template"]
            elif content["event"] == "MessageSent" and event.key in requested:
                sent.append(requested[event.key])
        return sent if len(sent) >= count else None

    found: list[int] = asyncio.run(eventually(look, f"{count} messages were sent", every=0.5))
    return found
