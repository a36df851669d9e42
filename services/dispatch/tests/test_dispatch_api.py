"""HTTP of dispatch over its rules, reactions and rows in memory: the spine's path, who may do what, and races."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from dispatch_cases import DAY, DUE_FEN, JOB, NOW
from dispatch_office import (
    ACCOUNTANT,
    ASSISTANT,
    COUNT,
    LEADER,
    LEAVES,
    READY,
    SIGNED,
    SLOT,
    SUPERVISOR,
    WAREHOUSE,
    Office,
    an_office,
    said,
)

from contracts.inventory import MorningFeedbackGiven, StopFeedback
from contracts.order import CompletenessLost
from dispatch.day.slot import ReserveSlot
from runtime.person import Person
from runtime.testing import signs


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with an_office() as made:
        yield made


async def test_the_path_from_complete_goods_to_a_finished_installation(office: Office) -> None:
    """A3, B1, B2, B4, B6, B8, B9, B10, B11, B13, B16"""
    await office.published()
    feedback = (StopFeedback(job_id=JOB, ready=True),)
    office.world.tell("inventory", MorningFeedbackGiven(at=NOW, depot="main", on=DAY, due=NOW, stops=feedback))
    job = await office.get(LEADER, f"/jobs/{JOB}")
    assert (job["status"], job["warehouse_ready"], job["leader"], job["position"]) == ("pub", True, "li.zq", 1)
    load = {"counted": COUNT, "second": signs(LEADER)}
    await office.post(WAREHOUSE, "/runs/2026-03-13/S1/load", load)
    await office.post(SUPERVISOR, "/runs/2026-03-13/S1/list")
    await office.post(LEADER, "/runs/2026-03-13/S1/depart", {"at": LEAVES})
    signed = await office.post(LEADER, f"/jobs/{JOB}/delivery", SIGNED)
    run = await office.get(LEADER, "/runs/2026-03-13/S1")
    assert (signed.json()["events"], run["on_vehicle_fen"]) == (["DeliveryCompleted"], DUE_FEN)
    slot = {"on": "2026-03-12", "half": "pm", "crew": "A1"}
    await office.post(ASSISTANT, "/jobs/I-HT26030001/slot", slot)
    done = await office.post("huang.wy", "/jobs/I-HT26030001/installation", {"accepted_by": "马娜"})
    paid = await office.post(
        ACCOUNTANT,
        "/runs/2026-03-13/S1/cash-in",
        {"amount_fen": DUE_FEN, "received_by": ACCOUNTANT, "receipt_no": "R1"},
    )
    assert (done.json()["events"], paid.json()["events"]) == (["InstallationCompleted"], ["CashHandedIn"])


async def test_a_slot_is_answered_with_its_place(office: Office) -> None:
    """B8"""
    await office.booked()
    answer = await office.post(ASSISTANT, f"/jobs/{JOB}/slot", SLOT)
    day = await office.get(ASSISTANT, "/days/2026-03-13")
    assert (answer.status_code, answer.json()["events"], answer.json()["body"]) == (
        200,
        ["StopScheduled"],
        {
            "on": "2026-03-13",
            "crew": "S1",
            "half": "am",
            "position": 1,
            "window": {"starts": "2026-03-13T00:30:00Z", "ends": "2026-03-13T01:22:00Z"},
            "day_version": 4,
            "change_id": answer.json()["body"]["change_id"],
        },
    )
    assert [(slot["job_id"], slot["confirmed"]) for slot in day["slots"]] == [(JOB, True)]


async def test_a_double_booking_is_refused_with_a_place_that_fits(office: Office) -> None:
    """B8"""
    await office.booked()
    await office.booked("HT26030002")
    await office.post(ASSISTANT, f"/jobs/{JOB}/slot", SLOT)
    taken = await office.post(ASSISTANT, "/jobs/D-HT26030002/slot", {**SLOT, "position": 1})
    assert (said(taken), taken.json()["facts"]["next_free_position"]) == ((409, "slot_clash", "B8"), 2)
    assert (await office.get(ASSISTANT, "/jobs/D-HT26030002"))["on"] is None


async def test_what_the_job_refuses_leaves_no_slot_behind(office: Office) -> None:
    """B1, B8"""
    office.complete()
    refused = await office.post(ASSISTANT, f"/jobs/{JOB}/slot", SLOT)
    assert (said(refused), (await office.get(ASSISTANT, "/days/2026-03-13"))["slots"]) == (
        (409, "not_booked", "B1"),
        [],
    )


async def test_a_move_that_the_job_refuses_puts_it_back_where_it_was(office: Office) -> None:
    """A3, B8"""
    await office.booked()
    await office.post(ASSISTANT, f"/jobs/{JOB}/slot", SLOT)
    lost = CompletenessLost(at=NOW, contract_no="HT26030001", line_no=1, quantity=1, reason="破损")
    office.world.tell("order", lost)
    refused = await office.post(ASSISTANT, f"/jobs/{JOB}/slot", {**SLOT, "crew": "S2"})
    slots = (await office.get(ASSISTANT, "/days/2026-03-13"))["slots"]
    job = await office.get(ASSISTANT, f"/jobs/{JOB}")
    assert (said(refused), [(s["crew"], s["position"], s["confirmed"]) for s in slots], job["crew"]) == (
        (409, "not_complete", "A3"),
        [("S1", 1, True)],
        "S1",
    )


async def test_a_stale_page_is_refused_before_anything_is_asked(office: Office) -> None:
    """B8"""
    await office.booked()
    stale = await office.post(ASSISTANT, f"/jobs/{JOB}/slot", {**SLOT, "expected_version": 1})
    assert (said(stale), office.world.state("day:main:2026-03-13").__class__.__name__) == (
        (409, "stale_page", ""),
        "Unopened",
    )


async def test_the_same_request_again_gets_the_first_answer(office: Office) -> None:
    """X7"""
    await office.booked()
    first = await office.post(ASSISTANT, f"/jobs/{JOB}/slot", SLOT, key="k1")
    events = len(office.world.events)
    again = await office.post(ASSISTANT, f"/jobs/{JOB}/slot", SLOT, key="k1")
    afresh = await office.post(ASSISTANT, f"/jobs/{JOB}/slot", SLOT, key="k2")
    assert ([a.status_code for a in (first, again, afresh)], len(office.world.events)) == ([200, 200, 200], events)


async def test_a_job_moves_to_another_day_after_it_was_agreed(office: Office) -> None:
    """B1, B8"""
    await office.booked()
    await office.post(ASSISTANT, f"/jobs/{JOB}/slot", SLOT)
    early = await office.post(ASSISTANT, f"/jobs/{JOB}/slot", {**SLOT, "on": "2026-03-14"})
    await office.post(ASSISTANT, f"/jobs/{JOB}/booking", {"checklist": READY, "on": "2026-03-14"})
    moved = await office.post(ASSISTANT, f"/jobs/{JOB}/slot", {**SLOT, "on": "2026-03-14"})
    days = [(await office.get(ASSISTANT, f"/days/2026-03-{day}"))["slots"] for day in (13, 14)]
    assert (said(early), moved.status_code, [len(slots) for slots in days]) == (
        (409, "other_day_agreed", "B1"),
        200,
        [0, 1],
    )


async def test_a_published_plan_is_adjusted_with_a_reason_and_published_again(office: Office) -> None:
    """B4"""
    await office.published()
    silent = await office.post(ASSISTANT, f"/jobs/{JOB}/slot", {**SLOT, "position": 2})
    told = await office.post(ASSISTANT, f"/jobs/{JOB}/slot", {**SLOT, "position": 2, "adjustment_reason": "顺路"})
    await office.post(ASSISTANT, "/days/2026-03-13/publish")
    day = await office.get(ASSISTANT, "/days/2026-03-13")
    job = await office.get(ASSISTANT, f"/jobs/{JOB}")
    run = await office.get(LEADER, "/runs/2026-03-13/S1")
    assert (
        said(silent),
        told.status_code,
        day["edition"],
        job["status"],
        job["edition"],
        run["stops"][0]["position"],
    ) == (
        (409, "adjustment_needs_reason", "B4"),
        200,
        2,
        "pub",
        2,
        2,
    )


async def test_a_job_is_taken_back_with_a_reason(office: Office) -> None:
    """B4"""
    await office.published()
    silent = await office.post(ASSISTANT, f"/jobs/{JOB}/slot/release", {})
    freed = await office.post(ASSISTANT, f"/jobs/{JOB}/slot/release", {"reason": "客户改期"})
    job = await office.get(ASSISTANT, f"/jobs/{JOB}")
    assert (
        silent.status_code,
        freed.status_code,
        job["on"],
        (await office.get(ASSISTANT, "/days/2026-03-13"))["slots"],
    ) == (
        422,
        200,
        None,
        [],
    )


async def test_nothing_is_planned_onto_a_vehicle_that_left(office: Office) -> None:
    """B11"""
    await office.departed()
    await office.booked("HT26030002")
    late = await office.post(ASSISTANT, "/jobs/D-HT26030002/slot", {**SLOT, "adjustment_reason": "加急"})
    back = await office.post(ASSISTANT, f"/jobs/{JOB}/slot/release", {"reason": "客户改期"})
    assert (said(late), said(back)) == ((409, "already_departed", "B11"), (409, "already_departed", "B11"))


async def test_the_day_itself_refuses_a_crew_that_has_just_left_whatever_a_page_shows(office: Office) -> None:
    """B11: the run's row is behind."""
    await office.published()
    await office.booked("HT26030002")
    elsewhere = await office.post(
        ASSISTANT, "/jobs/D-HT26030002/slot", {**SLOT, "crew": "S2", "adjustment_reason": "x"}
    )
    runs = dict(office.world.rows["runs"])
    load = {"counted": COUNT, "second": signs(LEADER)}
    await office.post(WAREHOUSE, "/runs/2026-03-13/S1/load", load)
    await office.post(SUPERVISOR, "/runs/2026-03-13/S1/list")
    left = await office.post(LEADER, "/runs/2026-03-13/S1/depart", {"at": LEAVES})
    office.world.rows["runs"].update(runs)
    given = await office.post(ASSISTANT, "/jobs/D-HT26030002/slot", {**SLOT, "adjustment_reason": "加急"})
    to = {"job_id": "D-HT26030002", "to": {"crew": "S1", "half": "pm"}}
    moved = await office.post(ASSISTANT, "/days/2026-03-13/changes", {"moves": [to], "reason": "加急"})
    slots = (await office.get(ASSISTANT, "/days/2026-03-13"))["slots"]
    assert (elsewhere.status_code, left.status_code, said(given), said(moved)) == (
        200,
        200,
        (409, "already_departed", "B11"),
        (409, "already_departed", "B11"),
    )
    assert sorted((slot["job_id"], slot["crew"]) for slot in slots) == [(JOB, "S1"), ("D-HT26030002", "S2")]


@pytest.mark.parametrize(
    ("person", "path", "body"),
    [
        ("wu.xm", f"/jobs/{JOB}/booking", {"checklist": READY, "on": "2026-03-13"}),
        (LEADER, f"/jobs/{JOB}/slot", SLOT),
        (WAREHOUSE, "/days/2026-03-13/publish", None),
        ("chen.gd", f"/jobs/{JOB}/delivery", SIGNED),
        ("chen.gd", "/runs/2026-03-13/S1/depart", None),
        ("su.kj", f"/jobs/{JOB}/failure", {"cause": "x", "goods": "returned"}),
        ("ou.yl", f"/jobs/{JOB}/slot", SLOT),
    ],
)
async def test_others_may_not(office: Office, person: str, path: str, body: Any) -> None:
    """C18"""
    await office.published()
    assert (await office.post(person, path, body)).status_code == 403


async def test_a_crew_sees_its_own_stops_and_a_store_none(office: Office) -> None:
    """C18"""
    await office.published()
    lists = [await office.get(person, "/jobs") for person in (LEADER, "chen.gd", ASSISTANT)]
    other = await office.get("chen.gd", f"/jobs/{JOB}")
    day = await office.get("chen.gd", "/days/2026-03-13")
    store = await office.get("wu.xm", "/jobs")
    assert ([found["total"] for found in lists], other["code"], day["slots"], store["code"]) == (
        [1, 0, 1],
        "not_your_crew",
        [],
        "not_your_role",
    )


async def test_who_is_in_no_crew_sees_no_job_that_waits_for_a_plan(office: Office) -> None:
    """C18"""
    await office.booked()
    nobody = "crewless"
    office.app.state.people = {**office.app.state.people, nobody: Person(id=nobody, name="无", role="crew_leader")}
    asked = [await office.get(person, "/jobs") for person in (nobody, ASSISTANT)]
    assert [found["total"] for found in asked] == [0, 1]


async def test_jobs_are_found_by_status_kind_and_day(office: Office) -> None:
    """X5"""
    await office.published()
    await office.booked("HT26030002")
    queries = ("?status=pub", "?status=plan", "?on=2026-03-13", "?unscheduled=true", "?kind=visit", "?limit=1")
    totals = [
        (found["total"], len(found["rows"])) for q in queries if (found := await office.get(ASSISTANT, f"/jobs{q}"))
    ]
    assert totals == [(1, 1), (1, 1), (1, 1), (1, 1), (0, 0), (2, 1)]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/jobs/D-HT99999999/booking", {"checklist": READY, "on": "2026-03-13"}, 404),
        ("/jobs/D-HT99999999/slot", SLOT, 404),
        ("/jobs/X-1/booking", {"checklist": READY}, 422),
        (f"/jobs/{JOB}/booking", {"checklist": READY, "on": "the 13th"}, 422),
        (f"/jobs/{JOB}/booking", {"checklist": READY, "on": "2026-03-13", "surprise": 1}, 422),
        (f"/jobs/{JOB}/slot", {**SLOT, "half": "night"}, 422),
        (f"/jobs/{JOB}/slot", {**SLOT, "crew": "S9"}, 409),
        ("/days/2026-03-13/publish", None, 409),
        ("/days/tomorrow/publish", None, 422),
    ],
)
async def test_what_cannot_be_is_a_clear_refusal(office: Office, path: str, body: Any, status: int) -> None:
    """DESIGN 10"""
    await office.booked()
    assert (await office.post(ASSISTANT, path, body)).status_code == status


async def test_a_run_that_was_never_planned_is_not_found(office: Office) -> None:
    """B9"""
    assert (await office.get(SUPERVISOR, "/runs/2026-03-13/S1"))["code"] == "not_planned"


async def test_eight_planners_at_once_fill_the_morning_without_a_double_booking(office: Office) -> None:
    """B8"""
    numbers = [f"HT2603000{n}" for n in range(1, 9)]
    for number in numbers:
        await office.booked(number)
    office.world.pause = lambda: 3
    places = [{**SLOT, "crew": crew} for crew in ("S1", "S2") * 4]
    answers = await asyncio.gather(
        *(
            office.post(ASSISTANT, f"/jobs/D-{number}/slot", place)
            for number, place in zip(numbers, places, strict=True)
        )
    )
    slots = (await office.get(ASSISTANT, "/days/2026-03-13"))["slots"]
    held = {(slot["crew"], slot["half"], slot["position"]) for slot in slots}
    taken = [answer.json()["body"] for answer in answers if answer.status_code == 200]
    assert (len(held), {(p["crew"], p["half"], p["position"]) for p in taken}) == (len(slots), held)
    assert len(taken) >= 6


async def test_an_unfinished_reservation_expires_and_the_place_is_free(office: Office) -> None:
    """B8"""
    await office.booked()
    await office.post(ASSISTANT, f"/jobs/{JOB}/slot", SLOT)
    await office.booked("HT26030002")
    half_done = ReserveSlot(
        on=DAY,
        job_id="D-HT26030002",
        kind="delivery",
        contract_no="HT26030002",
        crew="S1",
        half="am",
        volume_l=1,
        lines=(),
    )
    office.world.put("day:main:2026-03-13", half_done)
    office.world.fire(NOW + timedelta(minutes=2))
    slots = (await office.get(ASSISTANT, "/days/2026-03-13"))["slots"]
    assert [slot["job_id"] for slot in slots] == [JOB]
