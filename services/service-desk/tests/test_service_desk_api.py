"""HTTP of the service desk, over the rules alone: statuses, roles, the path to the archive."""

from datetime import UTC, datetime
from typing import Any

import pytest
from desk_world import TICKET, client
from httpx import AsyncClient

__all__ = ["client"]


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


VISIT: dict[str, Any] = {
    "on": "2026-03-14",
    "window": {"starts": "2026-03-14T01:00:00Z", "ends": "2026-03-14T03:00:00Z"},
    "technician": "technician.1",
}


async def test_the_contract_says_whether_the_warranty_holds_and_which_sku_it_is(client: AsyncClient) -> None:
    """C5, A7"""
    await post(client, "cs_specialist", "", TICKET)
    await post(client, "cs_specialist", "", {**TICKET, "ticket_id": "T-2", "contract_no": "HT23010001"})
    await post(client, "cs_specialist", "", {**TICKET, "ticket_id": "T-3", "contract_no": "HT99999999"})
    rows = [(await get(client, "cs_specialist", f"/T-{number}"))[1] for number in (1, 2, 3)]
    assert [(row["warranty"], row["warranty_ends_on"], row["sku"], row["pays"]) for row in rows] == [
        ("before", None, "WC-100", "free"),
        ("out", "2025-01-09", "WC-100", "quote"),
        ("unknown", None, "", "judge"),
    ]


async def test_out_of_warranty_is_quoted_and_accepted_before_anybody_visits(client: AsyncClient) -> None:
    """C5"""
    steps: list[tuple[str, str, Any]] = [
        ("cs_specialist", "", {**TICKET, "contract_no": "HT23010001"}),
        ("cs_specialist", "/T-1/visit", VISIT),
        ("cs_specialist", "/T-1/quote", {"quote_no": "B1", "parts_fen": 100, "labour_fen": 200}),
        ("cs_specialist", "/T-1/visit", VISIT),
        ("cs_specialist", "/T-1/quote/acceptance", {"quote_no": "B1", "accepted_by": "马娜"}),
        ("cs_specialist", "/T-1/visit", VISIT),
    ]
    assert [await post(client, *step) for step in steps] == [
        (201, ["TicketOpened"]),
        (409, "quote_first"),
        (200, ["QuoteGiven"]),
        (409, "quote_not_accepted"),
        (200, ["QuoteAccepted"]),
        (200, ["VisitBooked"]),
    ]


async def test_a_contract_that_is_linked_later_settles_the_warranty(client: AsyncClient) -> None:
    """C4, C5"""
    await post(client, "cs_specialist", "", {**TICKET, "contract_no": None, "proof": ["p1.jpg"]})
    unknown = await post(client, "cs_specialist", "/T-1/visit", VISIT)
    linked = await post(client, "cs_specialist", "/T-1/link", {"contract_no": "HT26030001"})
    booked = await post(client, "cs_specialist", "/T-1/visit", VISIT)
    assert (unknown, linked, booked) == (
        (409, "coverage_unknown"),
        (200, ["TicketLinked", "CoverageJudged"]),
        (200, ["VisitBooked"]),
    )


async def test_the_warehouse_is_looked_into_before_a_part_is_bought(client: AsyncClient) -> None:
    """C7"""
    await post(client, "cs_specialist", "", TICKET)
    bought = {"part_no": "P1", "route": "purchase", "sku": "S1", "name": "密封圈"}
    assert [
        await post(client, "procurement", "/T-1/parts", bought),
        await post(client, "procurement", "/T-1/parts", {**bought, "sku": "S9"}),
        await post(client, "warehouse", "/T-1/parts", {**bought, "part_no": "P2", "route": "warehouse", "quantity": 3}),
        await post(client, "warehouse", "/T-1/parts", {**bought, "part_no": "P2", "route": "warehouse"}),
    ] == [(409, "in_stock"), (200, ["PartsRouted"]), (409, "not_in_stock"), (200, ["PartsRouted"])]


async def test_a_complaint_about_conduct_is_for_the_desk_and_the_manager(client: AsyncClient) -> None:
    """C15, C18"""
    body = {**TICKET, "kind": "complaint", "conduct": True, "about": "送货一组", "problem": "索要小费"}
    opened = await post(client, "cs_specialist", "", body)
    seen = {role: (await get(client, role, "/T-1"))[0] for role in ("manager", "cs_specialist", "store", "warehouse")}
    lists = {role: (await get(client, role))[1]["total"] for role in ("manager", "install_supervisor", "store")}
    assert (opened, seen, lists) == (
        (201, ["TicketOpened", "ComplaintRegistered", "ConductReported"]),
        {"manager": 200, "cs_specialist": 200, "store": 404, "warehouse": 404},
        {"manager": 1, "install_supervisor": 0, "store": 0},
    )


async def test_two_tickets_of_one_customer_are_merged_and_of_two_are_not(client: AsyncClient) -> None:
    """C4"""
    other = {**TICKET["customer"], "phone": "13900009999"}
    await post(client, "cs_specialist", "", TICKET)
    await post(client, "cs_specialist", "", {**TICKET, "ticket_id": "T-2", "contract_no": "HT23010001"})
    stranger = {**TICKET, "ticket_id": "T-3", "contract_no": "HT23010001", "customer": other}
    await post(client, "cs_specialist", "", stranger)
    assert [
        await post(client, "cs_specialist", "/T-1/merge", {"duplicate": number}) for number in ("T-2", "T-3", "T-9")
    ] == [(200, ["TicketsMerged"]), (409, "other_customer"), (404, "unknown_ticket")]


async def test_a_repeat_is_noted_by_hand_against_the_last_visit_that_repaired(client: AsyncClient) -> None:
    """C8"""
    await post(client, "cs_specialist", "", {**TICKET, "at": "2026-03-10T01:00:00Z"})
    await post(client, "cs_specialist", "", {**TICKET, "ticket_id": "T-2", "problem": "地上有水"})
    nothing = await post(client, "cs_specialist", "/T-2/repeat", {"earlier_ticket": "T-1"})
    window = {"starts": "2026-03-12T01:00:00Z", "ends": "2026-03-12T03:00:00Z"}
    visit = {**VISIT, "on": "2026-03-12", "window": window, "at": "2026-03-11T01:00:00Z"}
    await post(client, "cs_specialist", "/T-1/visit", visit)
    repaired = {"visit_no": 1, "outcome": "repaired", "report_ref": "BG1", "at": "2026-03-12T02:00:00Z"}
    await post(client, "technician", "/T-1/visit/completion", repaired)
    found = await post(client, "cs_specialist", "/T-2/repeat", {"earlier_ticket": "T-1"})
    _, row = await get(client, "cs_specialist", "/T-2")
    assert (nothing, found, row["repeat_of"][0]["technician"], row["next_step"]) == (
        (409, "nothing_repaired"),
        (200, ["RepeatRepairFound", "ExpertAsked"]),
        "technician.1",
        "reply",
    )


async def test_a_customer_rates_by_link_without_login(client: AsyncClient) -> None:
    """C9, C11, C18"""
    await post(client, "cs_specialist", "", TICKET)
    await post(client, "cs_specialist", "/T-1/visit", VISIT)
    _, early = await get(client, "technician", "/T-1/rating-link")
    unrated = await client.get(f"/api/ratings/{early['code']}")
    repaired = {"visit_no": 1, "outcome": "repaired", "report_ref": "BG1"}
    await post(client, "technician", "/T-1/visit/completion", repaired)
    page = await client.get(f"/api/ratings/{early['code']}")
    rated = await client.post(f"/api/ratings/{early['code']}", json={"rating": 5, "comment": "好"})
    forged = await client.post(f"/api/ratings/{early['code']}x", json={"rating": 1})
    _, row = await get(client, "cs_specialist", "/T-1")
    assert (unrated.status_code, page.json(), rated.json()["events"], forged.status_code) == (
        404,
        {
            "ticket_id": "T-1",
            "product": "连体坐便器",
            "visit_no": 1,
            "visited_on": "2026-03-14",
            "rating": None,
            "comment": "",
        },
        ["RatingGiven"],
        404,
    )
    assert (row["visits"][0]["rating"], row["visits"][0]["comment"]) == (5, "好")


async def test_the_queue_is_filtered_by_what_is_overdue_waiting_or_told(client: AsyncClient) -> None:
    """X4, C13"""
    await post(client, "cs_specialist", "", TICKET)
    await post(client, "cs_specialist", "", {**TICKET, "ticket_id": "T-2"})
    await post(client, "procurement", "/T-2/supplier-wait", {"supplier": "恒洁", "reason": "外购件"})
    queries = (
        "",
        "?waiting=true",
        "?waiting=false",
        "?overdue=true",
        "?told=manager",
        "?due_before=2026-03-15T08:00:00%2B08:00",
    )
    assert [(await get(client, "cs_specialist", query))[1]["total"] for query in queries] == [2, 1, 1, 0, 0, 1]
    _, row = await get(client, "cs_specialist", "/T-2")
    assert (row["waiting"], [duty["state"] for duty in row["duties"]]) == ("恒洁", ["held"])


async def test_a_deadline_says_why_it_is_due_then(client: AsyncClient) -> None:
    """C1, C2, C13"""
    await post(client, "cs_specialist", "", TICKET)
    status, why = await get(client, "cs_specialist", "/T-1/why?duty=K13")
    other, _ = await get(client, "cs_specialist", "/T-1/why?duty=K14")
    assert (status, why["due"], sum(span["seconds"] for span in why["spans"]), other) == (
        200,
        "2026-03-13T14:00:00Z",
        12 * 3600,
        404,
    )


async def test_open_clocks_are_reckoned_anew_by_who_may(client: AsyncClient) -> None:
    """C1"""
    await post(client, "cs_specialist", "", TICKET)
    headers = {"x-role": "cs_supervisor"}
    answer = await client.post("/api/clocks", json={"reason": "放假通知"}, headers=headers)
    other = await client.post("/api/clocks", json={"reason": "x"}, headers={"x-role": "technician"})
    assert (answer.json(), other.status_code) == ({"asked": 1, "moved": 0}, 403)


async def test_a_corrected_calendar_is_seen_and_reckoned_by_who_may(client: AsyncClient) -> None:
    """C1"""
    await post(client, "cs_specialist", "", TICKET)
    body = {"days": [{"on": "2026-05-09", "shifts": [], "why": "台风停业"}]}
    headers = {"x-role": "cs_supervisor"}
    answer = await client.post("/api/calendar", json=body, headers=headers)
    again = await client.post("/api/calendar", json=body, headers=headers)
    twice = await client.post("/api/calendar", json={"days": body["days"] * 2}, headers=headers)
    other = await client.post("/api/calendar", json=body, headers={"x-role": "technician"})
    seen = (await client.get("/api/calendar", headers=headers)).json()
    assert (answer.json(), again.json()) == ({"asked": 1, "moved": 1}, {"asked": 1, "moved": 0})
    assert (twice.status_code, other.status_code) == (409, 403)
    assert ([day["on"] for day in seen["days"]], len(seen["history"])) == (["2026-05-09"], 1)


async def test_one_ticket_has_its_timeline(client: AsyncClient) -> None:
    """X1"""
    await post(client, "cs_specialist", "", TICKET)
    await post(client, "cs_specialist", "/T-1/reply", {"note": "已致电"})
    _, row = await get(client, "cs_specialist", "/T-1")
    moment = datetime(2026, 3, 13, 2, tzinfo=UTC)
    assert [(entry["event"], entry["zh"], entry["by"], entry["text"]) for entry in row["timeline"]] == [
        ("TicketOpened", "登记", "cs_specialist.1", "漏水"),
        ("TicketReplied", "回复客户", "cs_specialist.1", "已致电"),
    ]
    assert {datetime.fromisoformat(entry["at"]) for entry in row["timeline"]} == {moment}


async def rounds(client: AsyncClient, role: str, path: str, body: Any = None) -> tuple[int, Any]:
    answer = await client.post(f"/api{path}", json=body, headers={"x-role": role})
    content = answer.json()
    return answer.status_code, content.get("events", content.get("code"))


async def test_a_round_of_visits_is_planned_recorded_and_closed(client: AsyncClient) -> None:
    """C16, C18"""
    plan = {
        "plan_id": "ZF-1",
        "title": "三月走访",
        "area": "南海",
        "starts_on": "2026-03-10",
        "ends_on": "2026-03-20",
        "responsible": "technician.1",
        "calls": [{"customer": TICKET["customer"]}],
    }
    record = {"visited_on": "2026-03-12", "met": True, "answers": [], "note": "满意"}
    assert [
        await rounds(client, "cs_supervisor", "/visit-plans", plan),
        await rounds(client, "warehouse", "/visit-plans", plan),
        await rounds(client, "technician", "/visit-plans/ZF-1/calls/1", record),
        await rounds(client, "cs_supervisor", "/visit-plans", {**plan, "plan_id": "ZF-2", "responsible": "ou.yl"}),
        await rounds(client, "technician", "/visit-plans/ZF-2/calls/1", record),
        await rounds(client, "cs_supervisor", "/visit-plans/ZF-1/closing"),
    ] == [
        (201, ["VisitPlanned"]),
        (403, "not_your_role"),
        (200, ["VisitRecorded"]),
        (201, ["VisitPlanned"]),
        (409, "not_your_plan"),
        (200, ["VisitPlanClosed"]),
    ]
    shown = await client.get("/api/visit-plans", headers={"x-role": "manager"})
    assert [(row["plan_id"], row["visited"], row["calls"][0]["customer"]["phone"]) for row in shown.json()["rows"]] == [
        ("ZF-1", 1, "138****1111"),
        ("ZF-2", 0, "138****1111"),
    ]


async def test_a_call_back_is_planned_and_made(client: AsyncClient) -> None:
    """C17"""
    body = {"callback_id": "CB-1", "customer": TICKET["customer"], "due_on": "2026-03-13"}
    heard = {"reached": True, "satisfied": False, "complaint": "柜门异响"}
    assert [
        await rounds(client, "cs_specialist", "/call-backs", body),
        await rounds(client, "technician", "/call-backs/CB-1/result", heard),
        await rounds(client, "cs_specialist", "/call-backs/CB-1/result", heard),
    ] == [(201, ["CallBackPlanned"]), (403, "not_your_role"), (200, ["CustomerCalledBack"])]
    shown = await client.get("/api/call-backs?state=done", headers={"x-role": "cs_specialist"})
    assert [row["complaint"] for row in shown.json()["rows"]] == ["柜门异响"]
