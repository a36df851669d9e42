"""What a ticket sets in motion beyond itself: through the public API, reactions and timers, on real Kafka."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from harness.waiting import PATIENCE

from contracts.civil_time import civil, civil_day
from runtime.clock import utc_now

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

TODAY = civil_day(utc_now())
SKU = "QT-9001"
CUSTOMER = {"name": "岑丽", "phone": "17712633951", "address": "佛山市南海区桂城路9号", "district": "南海区"}


def days_ago(days: int, hour: int = 10, minute: int = 0) -> str:
    """A time of an earlier day, as the API takes it."""
    return civil(TODAY - timedelta(days=days), time(hour, minute)).isoformat()


def contract(number: str) -> dict[str, Any]:
    """A contract that waits for its goods."""
    line = {"line_no": 1, "sku": SKU, "name": "智能坐便器", "spec": "700x390", "category": "卫浴", "quantity": 1}
    return {
        "contract_no": number,
        "store_code": "S02",
        "store_name": "南海店",
        "signed_on": str(TODAY - timedelta(days=60)),
        "customer": CUSTOMER,
        "promised_on": str(TODAY),
        "amount_due_fen": 0,
        "lines": [{**line, "unit_price_fen": 135000, "to_install": True}],
        "at": days_ago(60),
    }


def request(ticket_id: str, contract_no: str | None, days: int, **changes: Any) -> dict[str, Any]:
    """A customer's request, so many days ago."""
    body = {
        "ticket_id": ticket_id,
        "kind": "repair",
        "contract_no": contract_no,
        "customer": CUSTOMER,
        "product": "智能坐便器",
        "problem": "底座渗水",
        "at": days_ago(days),
    }
    return {**body, **changes}


def shown(people: Any, ticket_id: str) -> dict[str, Any]:
    """A ticket as the specialist sees it."""
    answer: dict[str, Any] = people["liang.my"].get(f"/api/tickets/{ticket_id}").json()
    return answer


def events(ticket: dict[str, Any]) -> list[str]:
    """What happened to it, but for its clocks: those run by the wall's."""
    clocks = {"ReplyOverdue", "DutyWarned", "DutyOverdue", "DutyEscalated"}
    return [entry["event"] for entry in ticket["timeline"] if entry["event"] not in clocks]


def test_a_problem_that_comes_back_goes_to_the_expert_and_counts_against_the_first_visit(
    whole: Any, people: Any
) -> None:
    """C5 C7 C8 C9 C10 C11 C14 K15"""
    people.done("liang.my", "/api/contracts", contract("HT99000051"))
    whole.settle()
    people.done("liang.my", "/api/tickets", request("R-51", "HT99000051", 9))
    whole.settle()
    first = shown(people, "R-51")
    assert (first["warranty"], first["sku"], first["pays"]) == ("before", SKU, "free")

    on = TODAY - timedelta(days=8)
    window = {"starts": civil(on, time(9)).isoformat(), "ends": civil(on, time(11)).isoformat()}
    visit = {"on": str(on), "window": window, "technician": "zhou.jm", "at": days_ago(9, 11)}
    ticket = "/api/tickets/R-51"
    people.done("liang.my", f"{ticket}/visit", visit)
    papers = {"visit_no": 1, "papers": ["repair_feedback"], "at": days_ago(9, 15)}
    people.done("liang.my", f"{ticket}/visit/papers", papers)
    ready = {"visit_no": 1, "papers_taken": True, "address_confirmed": True, "time_confirmed": True}
    people.done("zhou.jm", f"{ticket}/visit/confirmation", {**ready, "at": days_ago(8, 8)})
    people.done("zhou.jm", f"{ticket}/visit/arrival", {"visit_no": 1, "identity_shown": True, "at": days_ago(8, 9, 30)})
    repaired = {"visit_no": 1, "outcome": "repaired", "report_ref": "BG-51", "at": days_ago(8, 10)}
    people.done("zhou.jm", f"{ticket}/visit/completion", repaired)
    whole.settle()

    # The same words again, three days later: found by itself (C8); parts and visits wait for the expert (C7).
    people.done("liang.my", "/api/tickets", request("R-52", "HT99000051", 5))
    whole.settle()
    again = shown(people, "R-52")
    assert ([one["ticket_id"] for one in again["repeat_of"]], again["repeat_of"][0]["technician"]) == (
        ["R-51"],
        "zhou.jm",
    )
    later = TODAY + timedelta(days=2)
    ahead = {"starts": civil(later, time(9)).isoformat(), "ends": civil(later, time(11)).isoformat()}
    second = {"on": str(later), "window": ahead, "technician": "zhou.jm"}
    assert people.refused("liang.my", "/api/tickets/R-52/visit", second) == (409, "C7")
    assert people.refused("tan.zw", "/api/tickets/R-52/expert-answer", {"answer": "换法兰"})[0] == 403
    people.done("guan.yf", "/api/tickets/R-52/expert-answer", {"answer": "换法兰"})
    people.done("liang.my", "/api/tickets/R-52/visit", second)

    # The customer rates without login; a forged code is nobody's.
    code = people["zhou.jm"].get(f"{ticket}/rating-link").json()["code"]
    with whole.as_person(None) as customer:
        rated = customer.post(f"/api/ratings/{code}", json={"rating": 4, "comment": "及时"})
        forged = customer.post(f"/api/ratings/{code}x", json={"rating": 1})
    assert (rated.status_code, forged.status_code) == (200, 404)
    whole.settle()
    assert shown(people, "R-51")["visits"][0]["rating"] == 4

    # A third one of this sku within thirty days: reported to the departments (C14).
    people.done("liang.my", "/api/tickets", request("R-53", "HT99000051", 1, problem="不冲水"))
    whole.settle()
    quality = people["guan.yf"].get("/api/quality").json()["rows"]
    reported = [row["reports"] for row in quality if row["sku"] == SKU]
    assert [(one["cause"], one["ticket_ids"]) for reports in reported for one in reports] == [
        ("frequency", ["R-51", "R-52", "R-53"])
    ]


def test_open_tickets_fall_away_with_their_contract_and_duplicates_into_each_other(whole: Any, people: Any) -> None:
    """A6 C4 C6 C11"""
    people.done("liang.my", "/api/contracts", contract("HT99000052"))
    whole.settle()
    people.done("liang.my", "/api/tickets", request("R-61", "HT99000052", 3, kind="installation", problem="何时安装"))
    people.done("liang.my", "/api/tickets", request("R-62", "HT99000052", 2, kind="installation", problem="何时装好"))
    people.done("liang.my", "/api/tickets", request("R-63", "HT99000052", 2, kind="consultation", problem="如何保养"))
    whole.settle()
    people.done("liang.my", "/api/tickets/R-61/merge", {"duplicate": "R-62"})
    whole.settle()
    assert (shown(people, "R-62")["status"], shown(people, "R-62")["merged_into"]) == ("cancelled", "R-61")
    people.done("liang.my", "/api/contracts/HT99000052/cancellation", {"reason": "客户退订"})
    whole.settle()
    assert [(shown(people, number)["status"]) for number in ("R-61", "R-63")] == ["cancelled", "received"]
    assert (shown(people, "R-61")["cancelled"]["cause"], shown(people, "R-61")["duties"]) == ("contract_cancelled", [])

    # Advice closes a consultation without a visit (C6).
    people.done("liang.my", "/api/tickets/R-63/advice", {"answer": "每月清洁滤网"})
    assert people.refused("liang.my", "/api/tickets/R-63/closing") == (409, "C11")
    people.done("liang.my", "/api/tickets/R-63/follow-up", {"solved": True})
    people.done("liang.my", "/api/tickets/R-63/closing")
    whole.settle()
    assert events(shown(people, "R-63")) == [
        "TicketOpened",
        "TicketReplied",
        "ConsultationAnswered",
        "FollowedUp",
        "TicketClosed",
    ]


def test_a_complaint_heard_on_a_call_back_becomes_a_ticket_that_runs_its_course(whole: Any, people: Any) -> None:
    """C12 C15 C17 K13 K20 X4"""
    planned = {"callback_id": "CB-71", "customer": CUSTOMER, "about": "定期回访", "due_on": str(TODAY)}
    people.done("liang.my", "/api/call-backs", planned)
    heard = {"reached": True, "satisfied": False, "complaint": "柜门异响", "at": days_ago(3)}
    early = people.post("liang.my", "/api/call-backs/CB-71/result", heard)
    assert early.status_code == 200, early.text
    whole.settle()
    ticket = "/api/tickets/T-CB-71"
    opened = shown(people, "T-CB-71")
    assert (opened["kind"], opened["origin"], opened["complaint"]["level"]) == ("complaint", "callback:CB-71", 1)

    people.done("tan.zw", f"{ticket}/complaint/investigation", {"finding": "铰链松动"})
    assert people.refused("liang.my", f"{ticket}/complaint/answer", {"solution": "上门调"})[0] == 403
    people.done("ou.yl", f"{ticket}/complaint/answer", {"solution": "上门调"})
    people.done("liang.my", f"{ticket}/complaint/escalation", {"level": 1, "reason": "不接受"})
    assert people.refused("ou.yl", f"{ticket}/complaint/answer", {"solution": "换新"}) == (409, "C12")
    people.done("guan.yf", f"{ticket}/complaint/answer", {"solution": "换新"})
    people.done("liang.my", f"{ticket}/complaint/settlement", {})
    assert people.refused("liang.my", f"{ticket}/closing") == (409, "C11")
    people.done("guan.yf", f"{ticket}/signature")
    people.done("liang.my", f"{ticket}/closing")
    whole.settle()
    closed = shown(people, "T-CB-71")
    assert (closed["status"], closed["complaint"]["level"], closed["next_step"]) == ("closed", 2, None)

    # About conduct: the manager's at once, and not for all eyes (C15, C18).
    conduct = request("R-72", None, 0, kind="complaint", conduct=True, about="送货一组", problem="索要小费", at=None)
    people.done("liang.my", "/api/tickets", conduct)
    whole.settle()
    assert [people[person].get("/api/tickets/R-72").status_code for person in ("guan.yf", "tan.zw")] == [200, 404]
    assert shown(people, "R-72")["complaint"]["owner_role"] == "manager"


def test_a_clock_that_ran_out_is_told_to_the_superior_and_then_to_the_manager(whole: Any, people: Any) -> None:
    """C2 K13 X4: by timers; and the queue shows it to whom it was told."""
    people.done("liang.my", "/api/contracts", contract("HT99000053"))
    whole.settle()
    people.done("liang.my", "/api/tickets", request("R-81", "HT99000053", 6, problem="盖板裂"))
    told: list[str] = []
    deadline = utc_now() + timedelta(seconds=PATIENCE)
    while len(told) < 2 and utc_now() < deadline:
        whole.settle()
        told = [entry["text"] for entry in shown(people, "R-81")["timeline"] if entry["event"] == "DutyEscalated"]
    assert told == ["cs_supervisor · K13", "manager · K13"]
    ticket = shown(people, "R-81")
    listed = people["guan.yf"].get("/api/tickets", params={"told": "manager"}).json()["rows"]
    assert (ticket["overdue"], "R-81" in [row["ticket_id"] for row in listed]) == (True, True)
    why = people["liang.my"].get("/api/tickets/R-81/why").json()
    assert sum(span["seconds"] for span in why["spans"]) == 12 * 3600
    assert datetime.fromisoformat(why["due"]) == datetime.fromisoformat(ticket["reply_due"])
