"""HTTP of the day: departure gates, route order, the door, cash by receipt, close and report, own crew only."""

from collections.abc import AsyncIterator
from datetime import date, time
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
    RUN,
    SIGNED,
    SLOT,
    SUPERVISOR,
    WAREHOUSE,
    Office,
    an_office,
    said,
)
from dispatch_world import RowsInMemory

from company.policy import policy_book
from contracts.civil_time import civil
from contracts.order import CompletenessLost, ContractCancelled
from dispatch.fleet.row import FLEETS
from dispatch.fleet.trips import SendOut
from runtime.commands import Asked
from runtime.outcome import Outcome
from runtime.testing import signs

SECOND = "D-HT26030002"
CHECK = dict.fromkeys(("lights", "brakes", "tyres", "fluids", "clean", "tools"), True)


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with an_office() as made:
        yield made


def out(office: Office) -> list[str]:
    """The crews whose vehicles are out, as the fleet knows them."""
    fleet = office.world.rows["fleet"].get("main")
    return [] if fleet is None else [one.crew for one in FLEETS.read(fleet).out]


async def test_a_run_leaves_with_its_usual_driver_on_the_supervisors_list(office: Office) -> None:
    """B8, B9, B18"""
    await office.loaded()
    without = await office.post(LEADER, f"{RUN}/depart", {"at": LEAVES})
    assert (said(without), out(office)) == ((409, "list_missing", "B9"), [])
    await office.post(SUPERVISOR, f"{RUN}/list")
    left = await office.post(LEADER, f"{RUN}/depart", {"at": LEAVES})
    run = await office.get(LEADER, RUN)
    assert (left.json()["events"], run["driver"], run["list_no"], run["list_by"], out(office)) == (
        ["RunDeparted"],
        "deng.w",
        "SY20260313-S1-1",
        SUPERVISOR,
        ["S1"],
    )


@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize("after", [0, 1, 2, 3])
async def test_wherever_whoever_lets_it_go_is_cut_off_it_departs_or_the_vehicle_comes_back(
    office: Office, after: int, listed: bool
) -> None:
    """B8, B11: by the reactor, in his name; and asked again under his key, he is told what became of it."""
    await office.loaded()
    if listed:
        await office.post(SUPERVISOR, f"{RUN}/list")
    world, trips = office.world, 0

    async def cut(_: str, asked: list[Asked]) -> list[Outcome]:
        nonlocal trips
        trips += 1
        if trips >= after:
            return [Outcome(one.request.command_id, one.aggregate_id, "pending") for one in asked]
        return [await world.ask("dispatch", one.aggregate_id, one.command, one.request) for one in asked]

    with pytest.MonkeyPatch.context() as gone:
        gone.setattr(world, "ask_all", cut)
        await office.post(LEADER, f"{RUN}/depart", {"at": LEAVES}, key="k1")
    run, job = await office.get(LEADER, RUN), await office.get(LEADER, f"/jobs/{JOB}")
    again = await office.post(LEADER, f"{RUN}/depart", {"at": LEAVES}, key="k1")
    if listed:
        assert (run["status"], job["status"], out(office), again.status_code) == ("way", "way", ["S1"], 200)
    else:
        assert (run["status"], job["status"], out(office)) == ("loaded", "pub", [])
        assert said(again) == (409, "list_missing", "B9")
    departure = {"VehicleSentOut", "RunDeparted", "DeliveryDeparted", "DepartureDeclined", "VehicleReturned"}
    assert {meta.actor for meta, event in world.events if type(event).__name__ in departure} == {LEADER}
    await office.post(SUPERVISOR, f"{RUN}/list")
    left = await office.post(LEADER, f"{RUN}/depart", {"at": LEAVES})
    assert (left.status_code, out(office)) == (200, ["S1"])


async def test_a_vehicle_that_was_let_go_before_flows_departs_when_it_is_asked_again(office: Office) -> None:
    """B11: its fact says nothing of the run, so nobody went on from it."""
    await office.loaded()
    await office.post(SUPERVISOR, f"{RUN}/list")
    let = SendOut(on=DAY, crew="S1", leader=LEADER, driver=None, vehicle="粤E·7K352", at=NOW)
    office.world.put("fleet:main", let)
    office.world.settle()
    before = (await office.get(LEADER, RUN))["status"]
    left = await office.post(LEADER, f"{RUN}/depart", {"at": LEAVES})
    assert (before, left.json()["events"], (await office.get(LEADER, f"/jobs/{JOB}"))["status"]) == (
        "loaded",
        ["RunDeparted"],
        "way",
    )


async def test_a_leader_on_leave_or_a_licence_that_ran_out_keeps_the_vehicle_in(office: Office) -> None:
    """B8, B18"""
    await office.loaded()
    await office.post(SUPERVISOR, f"{RUN}/list")
    leave = {"leave_id": "L1", "person_id": LEADER, "kind": "sickness", "starts_on": str(DAY), "ends_on": str(DAY)}
    await office.post(SUPERVISOR, "/fleet/leaves", leave)
    alone = await office.post(SUPERVISOR, f"{RUN}/depart", {"at": LEAVES})
    await office.post(SUPERVISOR, "/fleet/leaves/L1/cancellation", {"reason": "退烧"})
    expired = {"number": "1", "licence_class": "B2", "valid_until": "2026-03-12"}
    for person, name in ((LEADER, "李志强"), ("deng.w", "邓伟")):
        person_set = {"person": {"person_id": person, "name": name, "licence": expired}}
        await office.post(SUPERVISOR, "/fleet/people", person_set)
    unlicensed = await office.post(LEADER, f"{RUN}/depart", {"at": LEAVES})
    named = await office.post(LEADER, f"{RUN}/depart", {"at": LEAVES, "driver": "deng.w"})
    assert [said(one) for one in (alone, unlicensed, named)] == [
        (409, "no_leader", "B8"),
        (409, "no_driver", "B18"),
        (409, "licence_expired", "B18"),
    ]


async def test_a_deputy_for_the_day_leads_and_answers_for_the_stops(office: Office) -> None:
    """B8"""
    await office.loaded()
    await office.post(SUPERVISOR, f"{RUN}/list")
    deputy = {
        "crew": "S1",
        "name": "送货一组",
        "kind": "delivery",
        "leader": "deng.w",
        "members": ["li.zq"],
        "vehicle": "粤E·7K352",
        "stops_per_half": 4,
        "effective_from": str(DAY),
        "effective_to": str(DAY),
    }
    await office.post(SUPERVISOR, "/fleet/crews", {"crews": [deputy], "reason": "李志强带新人"})
    left = await office.post(SUPERVISOR, f"{RUN}/depart", {"at": LEAVES})
    job = await office.get(SUPERVISOR, f"/jobs/{JOB}")
    assert (left.status_code, job["leader"]) == (200, "deng.w")


async def test_outside_hours_the_supervisor_approves_first(office: Office) -> None:
    """B18"""
    await office.loaded()
    await office.post(SUPERVISOR, f"{RUN}/list")
    night = {"at": "2026-03-10T21:00:00+08:00"}
    office.world.now = NOW.replace(hour=14)
    early = await office.post(LEADER, f"{RUN}/depart", night)
    await office.post(SUPERVISOR, "/fleet/trips", {"on": str(DAY), "crew": "S1", "reason": "客户急用"})
    left = await office.post(LEADER, f"{RUN}/depart", night)
    assert (said(early), left.status_code) == ((409, "approval_needed", "B18"), 200)


async def test_kitchens_leave_only_when_qc_has_passed_them(office: Office) -> None:
    """B9, B21"""
    await office.loaded()
    await office.post(SUPERVISOR, f"{RUN}/list")
    lines = office.world.rows["jobs"][JOB]["row"]["lines"]
    lines[0]["category"] = "橱柜"
    unchecked = await office.post(LEADER, f"{RUN}/depart", {"at": LEAVES})
    assert (said(unchecked), out(office)) == ((409, "quality_missing", "B21"), [])
    passed = [{"line_no": 1, "sku": "WC-100", "name": "连体坐便器", "quantity": 2}]
    office.world.rows["inspections"]["HT26030001"] = {"_id": "HT26030001", "row": {"passed": passed}}
    left = await office.post(LEADER, f"{RUN}/depart", {"at": LEAVES})
    assert left.json()["events"] == ["RunDeparted"]


async def test_a_receipt_counts_once_and_the_day_closes_on_what_was_paid_in(office: Office) -> None:
    """B16, B17: also without an Idempotency-Key."""
    await office.departed()
    await office.post(LEADER, f"/jobs/{JOB}/delivery", SIGNED)
    open_cash = await office.post(LEADER, f"{RUN}/close")
    paid = {"amount_fen": DUE_FEN, "received_by": ACCOUNTANT, "receipt_no": "R1"}
    first = await office.post(ACCOUNTANT, f"{RUN}/cash-in", paid)
    again = await office.post(ACCOUNTANT, f"{RUN}/cash-in", paid)
    closed = await office.post(LEADER, f"{RUN}/close")
    report = await office.post(LEADER, f"{RUN}/report", {"vehicle_check": CHECK, "parking": "总仓"})
    run = await office.get(ACCOUNTANT, RUN)
    assert (
        said(open_cash),
        [one.json()["events"] for one in (first, again, closed, report)],
        run["status"],
        run["closed"]["difference_fen"],
        run["report"]["done"],
        out(office),
    ) == (
        (409, "cash_differs", "B16"),
        [["CashHandedIn"], [], ["RunClosed"], ["DayReported"]],
        "closed",
        0,
        1,
        [],
    )


async def test_a_receipt_of_another_run_is_refused(office: Office) -> None:
    """B16, X7: one number is no two crews'."""
    await office.departed()
    await office.post(LEADER, f"/jobs/{JOB}/delivery", SIGNED)
    runs = office.world.rows["runs"]
    own_run = runs["2026-03-13:S1"]
    other = {**own_run["row"], "crew": "S2", "receipts": ["R1"]}
    runs["2026-03-13:S2"] = {**own_run, "_id": "2026-03-13:S2", "row": other}
    paid = {"amount_fen": DUE_FEN, "received_by": ACCOUNTANT, "receipt_no": "R1"}
    assert said(await office.post(ACCOUNTANT, f"{RUN}/cash-in", paid)) == (409, "receipt_of_another", "X7")
    own = await office.post(ACCOUNTANT, f"{RUN}/cash-in", {**paid, "receipt_no": "R2"})
    assert own.json()["events"] == ["CashHandedIn"]


async def test_what_a_leader_pays_in_of_two_runs_counts_together(office: Office) -> None:
    """B16: the day's large deposit has two people, whichever crew's money it was; another leader's is not counted."""
    await office.departed()
    await office.post(LEADER, f"/jobs/{JOB}/delivery", SIGNED)
    runs = office.world.rows["runs"]
    own_run, limit = runs["2026-03-13:S1"], policy_book().at(NOW).two_person_deposit_fen
    for crew, leader in (("S2", "li.zq"), ("A1", "chen.gd")):
        of_day = {**own_run["row"], "crew": crew, "leader": leader, "receipts": [], "handed_in_fen": limit - DUE_FEN}
        runs[f"2026-03-13:{crew}"] = {**own_run, "_id": f"2026-03-13:{crew}", "row": of_day}
    paid = {"amount_fen": DUE_FEN, "received_by": ACCOUNTANT, "receipt_no": "R1"}
    refused = await office.post(ACCOUNTANT, f"{RUN}/cash-in", paid)
    assert said(refused) == (409, "witness_missing", "B16")
    del runs["2026-03-13:S2"]
    assert (await office.post(ACCOUNTANT, f"{RUN}/cash-in", paid)).json()["events"] == ["CashHandedIn"]


async def test_who_has_nothing_to_do_with_cash_sees_none_of_it(office: Office) -> None:
    """B16, RULES §1"""
    await office.departed()
    await office.post(LEADER, f"/jobs/{JOB}/delivery", {**SIGNED, "cash_fen": 0})
    await office.post(LEADER, f"{RUN}/close")
    warehouse = (await office.get(WAREHOUSE, "/runs?on=2026-03-13"))["rows"][0]
    assert (warehouse["collected"], sorted(warehouse["closed"])) == (None, ["at", "closed_by", "explanation"])


async def test_a_cancelled_contract_leaves_the_plan_and_its_goods_come_back(office: Office) -> None:
    """A6"""
    await office.departed()
    await office.booked("HT26030003")
    afternoon = {**SLOT, "crew": "S2"}
    await office.post(ASSISTANT, "/jobs/D-HT26030003/slot", afternoon)
    for contract_no in ("HT26030001", "HT26030003"):
        cancelled = ContractCancelled.model_construct(at=NOW, contract_no=contract_no, reason="退订")
        office.world.tell("order", cancelled)
    refused = await office.post(LEADER, f"/jobs/{JOB}/delivery", {**SIGNED, "cash_fen": 0})
    day = await office.get(ASSISTANT, "/days/2026-03-13")
    jobs = [await office.get(ASSISTANT, f"/jobs/{job}") for job in (JOB, "D-HT26030003")]
    assert (said(refused), [slot["job_id"] for slot in day["slots"]], [job["status"] for job in jobs]) == (
        (409, "cancelled", "A6"),
        [JOB],
        ["way", "cancelled"],
    )


async def test_a_stop_that_was_released_after_loading_does_not_leave(office: Office) -> None:
    """B9, B11: departure looks at the sheet of now."""
    await office.loaded()
    await office.post(SUPERVISOR, f"{RUN}/list")
    released = await office.post(SUPERVISOR, f"/jobs/{JOB}/slot/release", {"reason": "客户改期"})
    assert released.status_code == 200, released.text
    assert said(await office.post(LEADER, f"{RUN}/depart", {"at": LEAVES})) == (409, "stop_released", "B11")
    assert out(office) == []


async def test_a_contract_that_lost_its_completeness_after_loading_does_not_leave(office: Office) -> None:
    """A3, B11: unless a supervisor sends ahead what is here."""
    await office.loaded()
    await office.post(SUPERVISOR, f"{RUN}/list")
    lost = CompletenessLost.model_construct(at=NOW, contract_no="HT26030001", reason="质检不合格", part=1)
    office.world.tell("order", lost)
    assert said(await office.post(LEADER, f"{RUN}/depart", {"at": LEAVES})) == (409, "left_incomplete", "A3")
    assert out(office) == []


async def test_a_day_with_a_stop_that_is_no_more_the_crews_can_be_closed_and_reported(office: Office) -> None:
    """B16, B17: the stop was released in the moment of departure; it counts as failed."""
    await office.loaded("HT26030002")
    await office.post(SUPERVISOR, f"{RUN}/list")
    kept = dict(office.world.rows["jobs"][SECOND])
    await office.post(SUPERVISOR, f"/jobs/{SECOND}/slot/release", {"reason": "客户改期"})
    now, office.world.rows["jobs"][SECOND] = office.world.rows["jobs"][SECOND], kept
    left = await office.post(LEADER, f"{RUN}/depart", {"at": LEAVES})
    assert left.status_code == 200, left.text
    office.world.rows["jobs"][SECOND] = now
    assert said(await office.post(LEADER, f"{RUN}/close")) == (409, "stops_open", "B17")
    await office.post(LEADER, f"/jobs/{JOB}/delivery", {**SIGNED, "cash_fen": 0})
    closed = await office.post(LEADER, f"{RUN}/close")
    report = await office.post(LEADER, f"{RUN}/report", {"vehicle_check": CHECK, "parking": "总仓"})
    assert [one.json()["events"] for one in (closed, report)] == [["StopEnded", "RunClosed"], ["DayReported"]]
    assert (await office.get(LEADER, RUN))["report"]["failed"] == 1


async def test_a_stop_that_was_settled_not_to_go_is_planned_anew(office: Office) -> None:
    """B11"""
    await office.booked("HT26030002")
    await office.post(ASSISTANT, f"/jobs/{SECOND}/slot", SLOT)
    await office.booked()
    await office.post(ASSISTANT, f"/jobs/{JOB}/slot", SLOT)
    await office.post(ASSISTANT, "/days/2026-03-13/publish")
    load = {
        "counted": COUNT,
        "second": signs(LEADER),
        "settlement": "02 号缺件，改日送",
    }
    await office.post(WAREHOUSE, f"{RUN}/load", load)
    await office.post(SUPERVISOR, f"{RUN}/list")
    await office.post(LEADER, f"{RUN}/depart", {"at": LEAVES})
    run, job = await office.get(SUPERVISOR, RUN), await office.get(SUPERVISOR, f"/jobs/{SECOND}")
    assert (run["left_behind"], job["on"], job["status"], job["booked_on"]) == (
        [SECOND],
        None,
        "plan",
        "2026-03-13",
    )


TROUBLE = {"cause": "late", "note": "路上堵", "told_customer": True}


class Behind(RowsInMemory):
    """A read model that stands still before the job had a slot, and goes on waiting for whoever waits for it."""

    async def peek(self, row_id: str) -> dict[str, Any] | None:
        """The row as it was before the slot."""
        row = await super().peek(row_id)
        return row and {**row, "row": {**row["row"], "on": None, "crew": None, "status": "plan"}}

    async def get(self, row_id: str) -> dict[str, Any] | None:
        """Nobody waits for it."""
        raise AssertionError("a request waits for a read model")


async def test_who_may_is_told_by_the_job_itself_however_far_behind_a_read_model_is(office: Office) -> None:
    """C18: also when the same request was turned away before; the run is asked as for a row that is up to date."""
    await office.published()
    load = {"counted": COUNT, "second": signs(LEADER)}
    await office.post(WAREHOUSE, f"{RUN}/load", load)
    await office.post(SUPERVISOR, f"{RUN}/list")
    office.app.state.rows["jobs"] = Behind(office.world.rows["jobs"])
    early = await office.post(LEADER, f"/jobs/{JOB}/arrival-call", {"result": "reached"}, key="k1")
    others = [await office.post("chen.gd", f"/jobs/{JOB}/arrival", key="k2") for _ in range(2)]
    office.app.state.rows["jobs"] = RowsInMemory(office.world.rows["jobs"])
    await office.post(LEADER, f"{RUN}/depart", {"at": LEAVES})
    office.app.state.rows["jobs"] = Behind(office.world.rows["jobs"])
    arrived = await office.post(LEADER, f"/jobs/{JOB}/arrival", key="k3")
    reached = [type(event).__name__ for _, event in office.world.events][-2:]
    assert (early.json()["events"], [said(one) for one in others], arrived.json()["events"], reached) == (
        ["ArrivalCalled"],
        2 * [(403, "not_your_crew", "C18")],
        ["StopArrived"],
        ["StopReached", "StopArrived"],
    )


async def test_who_was_turned_away_may_once_the_stop_is_theirs(office: Office) -> None:
    """C18: the same request again, under the same key, is judged anew."""
    await office.booked()
    before = await office.post(LEADER, f"/jobs/{JOB}/trouble", TROUBLE, key="k1")
    await office.post(ASSISTANT, f"/jobs/{JOB}/slot", SLOT)
    await office.post(ASSISTANT, "/days/2026-03-13/publish")
    office.app.state.rows["jobs"] = Behind(office.world.rows["jobs"])
    after = await office.post(LEADER, f"/jobs/{JOB}/trouble", TROUBLE, key="k1")
    assert (said(before), after.json()["events"]) == ((403, "not_your_crew", "C18"), ["TroubleReported"])


async def test_calls_to_be_made_are_listed_until_they_reached_the_customer(office: Office) -> None:
    """B1, B2, B3, B5"""
    office.complete("HT26030009")
    office.complete("HT26030008")
    gas = {"checklist": {**READY, "gas": False}, "call_back_on": "2026-03-12"}
    await office.post(ASSISTANT, "/jobs/D-HT26030008/booking", gas)
    await office.published()

    async def listed(person: str, day: str) -> list[tuple[str, str]]:
        rows = (await office.get(person, f"/call-tasks?on={day}"))["rows"]
        return [(row["purpose"], row["job_id"]) for row in rows]

    before = await listed(ASSISTANT, "2026-03-12")
    leader, other = await listed(LEADER, "2026-03-12"), await listed("chen.gd", "2026-03-12")
    early = await office.post(ASSISTANT, f"/jobs/{JOB}/home-confirmation", {"result": "reached"})
    office.world.now = civil(date(2026, 3, 12), time(16))  # the day before
    home = await office.post(ASSISTANT, f"/jobs/{JOB}/home-confirmation", {"result": "reached"})
    half = await office.post(LEADER, f"/jobs/{JOB}/half-day-call", {"result": "not_reached"})
    after = await listed(ASSISTANT, "2026-03-12")
    on_the_day = await listed(LEADER, "2026-03-13")
    assert said(early) == (409, "confirmed_too_early", "B3")
    assert (sorted(before), leader, other, home.json()["events"], half.json()["events"], sorted(after), on_the_day) == (
        [
            ("booking", "D-HT26030009"),
            ("call_back", "D-HT26030008"),
            ("half_day", JOB),
            ("home_confirmation", JOB),
        ],
        [("half_day", JOB), ("home_confirmation", JOB)],
        [],
        ["HomeConfirmed"],
        ["HalfDayTold"],
        [("booking", "D-HT26030009"), ("call_back", "D-HT26030008"), ("half_day", JOB)],
        [("arrival", JOB)],
    )
