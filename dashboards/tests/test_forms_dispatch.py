"""Dispatch's printed forms: 安排表, 调度表, 签收单, 日报表; who prints them and what they show (X5, B12, B13, B17)."""

import pytest
from dashboards_site import RowsInMemory, browser, site
from dashboards_story import (
    CUSTOMER,
    EARLIER,
    ON,
    booked,
    day_opened,
    delivered,
    in_slot,
    opened,
    published_day,
    published_stop,
    rows_of,
    told,
    window,
)

from contracts.civil_time import end_of_day
from contracts.dispatch_jobs import DeliveryDeparted
from contracts.dispatch_road import (
    DayReported,
    PiecesRefused,
    RunClosed,
    StopArrived,
    StopEnded,
    StopOrderChanged,
    VehicleCheck,
)
from contracts.dispatch_runs import CashCollected, CashHandedIn, RunDeparted, RunLoaded, RunPlanned, RunStop
from contracts.fact import GoodsLine
from runtime.person import Person

ASSISTANT, LEADER, OTHER_LEADER, ACCOUNTANT, WAREHOUSE, STORE = "he.jx", "li.zq", "chen.gd", "su.kj", "mai.gh", "wu.xm"
JOB = "D-HT26030001"
GOODS = GoodsLine(line_no=1, sku="WC-1", name="坐便器", quantity=1)

STOP = RunStop(job_id=JOB, contract_no="HT26030001", half="am", position=1, lines=(GOODS,))
CREW = {"on": ON, "crew": "S1"}
DRIVEN = {**CREW, "leader": LEADER, "vehicle": "粤E·7K352"}
CLOSED_DUE = end_of_day(ON)
RUN = (
    RunPlanned(at=EARLIER, **DRIVEN, version=1, stops=(STOP,)),
    RunLoaded(at=EARLIER, **CREW, counted=(STOP,), leader_signed=LEADER, warehouse_signed="mai.gh", settlement=None),
    RunDeparted(at=EARLIER, **DRIVEN, job_ids=(JOB,), list_no="SY1", stops=(STOP,), driver="deng.w"),
    StopOrderChanged(at=EARLIER, **CREW, leader=LEADER, job_id=JOB, instead_of="D-2", reason="客户先到家"),
    StopEnded(at=EARLIER, **CREW, job_id=JOB, outcome="done"),
    CashCollected(at=EARLIER, **CREW, job_id=JOB, amount_fen=460_100, on_vehicle_fen=460_100),
    CashHandedIn(at=EARLIER, **CREW, amount_fen=460_000, on_vehicle_fen=100, received_by=ACCOUNTANT),
    RunClosed(
        at=EARLIER,
        **DRIVEN,
        collected_fen=460_100,
        handed_in_fen=460_000,
        difference_fen=100,
        explanation="抹零",
        closed_by=LEADER,
        due=CLOSED_DUE,
    ),
    DayReported(
        at=EARLIER,
        **DRIVEN,
        driver="deng.w",
        stops=1,
        done=1,
        failed=0,
        collected_fen=460_100,
        handed_in_fen=460_000,
        vehicle_check=VehicleCheck(
            **dict.fromkeys(("lights", "brakes", "tyres", "fluids", "clean", "tools"), True), odometer_km=83_120
        ),
        parking="仓库 3 号位",
        note="",
        reported_by=LEADER,
        due=CLOSED_DUE,
    ),
)
DOOR = (
    StopArrived(at=window().starts, job_id=JOB, on=ON, crew="S1", leader=LEADER, window=window()),
    PiecesRefused(
        at=window().starts,
        job_id=JOB,
        contract_no="HT26030001",
        customer=CUSTOMER,
        crew="S1",
        leader=LEADER,
        lines=(GOODS,),
        damaged=False,
        reason="釉面划痕",
        photos=(),
    ),
    delivered(at=window().ends)[2].model_copy(
        update={"delivered": (GOODS,), "cash_fen": 460_100, "signature_ref": "sha256:" + "a" * 64}
    ),
)
LEFT = told(f"job:{JOB}", DeliveryDeparted(at=window().starts, job_id=JOB, crew="S1", vehicle="粤E·7K352"))
STORY = [opened(), booked(), day_opened(), *in_slot(), published_day(), published_stop(), LEFT]
STORY += [told(f"job:{JOB}", event) for event in DOOR]
STORY += [told(f"run:{ON}:S1", event) for event in RUN]


async def get(path, person):
    app = site(rows_of(STORY))
    async with browser(app, person) as client:
        return await client.get(path)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("path", "person"),
    [
        (f"schedule/{ON}", ASSISTANT),
        (f"dispatch-sheet/{ON}/S1", LEADER),
        (f"receipt/{JOB}", ASSISTANT),
        (f"day-report/{ON}/S1", ACCOUNTANT),
    ],
)
async def test_every_form_of_dispatch_prints(path, person, lang):
    """X5"""
    answer = await get(f"/forms/{path}?lang={lang}", person)
    assert (answer.status_code, answer.text.count('class="sheet')) == (200, 1)


@pytest.mark.parametrize(("person", "phone"), [(LEADER, "17712347747"), (ASSISTANT, "177****7747")])
async def test_whole_phone_numbers_are_on_the_leaders_sheet_only(person, phone):
    """C18"""
    text = (await get(f"/forms/dispatch-sheet/{ON}/S1", person)).text
    assert (phone in text, "客户先到家" in text) == (True, True)


@pytest.mark.parametrize(
    ("path", "person", "status"),
    [
        (f"dispatch-sheet/{ON}/S1", OTHER_LEADER, 404),
        (f"day-report/{ON}/S1", OTHER_LEADER, 404),
        (f"receipt/{JOB}", OTHER_LEADER, 404),
        (f"receipt/{JOB}", STORE, 404),
        (f"dispatch-sheet/{ON}/S1", STORE, 403),
        ("dispatch-sheet/never/S1", LEADER, 404),
        (f"dispatch-sheet/{ON}/S9", ASSISTANT, 404),
        ("schedule/2026-12-24", ASSISTANT, 404),
        ("receipt/D-nobody", ASSISTANT, 404),
    ],
)
async def test_a_form_that_is_not_there_or_not_yours_is_not_printed(path, person, status):
    """RULES §1, C18"""
    assert (await get(f"/forms/{path}", person)).status_code == status


async def test_a_leader_of_no_crew_gets_no_receipt_of_what_waits_for_a_plan():
    """C18: neither has a crew, which is no crew in common."""
    app = site(rows_of([opened(), booked()]))
    app.state.people = {**app.state.people, LEADER: Person(id=LEADER, name="李志强", role="crew_leader")}
    async with browser(app, LEADER) as client:
        assert (await client.get(f"/forms/receipt/{JOB}")).status_code == 404


@pytest.mark.parametrize(("person", "status"), [(LEADER, 404), (OTHER_LEADER, 200)])
@pytest.mark.parametrize("form", [f"dispatch-sheet/{ON}/S1", f"day-report/{ON}/S1", f"receipt/{JOB}"])
async def test_a_leader_lent_for_a_day_prints_the_papers_of_that_days_crew(form, person, status):
    """C18, B8: where the fleet has somebody on the day counts, not the crew on the person's file."""
    crew = {"name": "班", "kind": "delivery", "members": [], "vehicle": "粤E·7K352", "stops_per_half": 5}
    lent = {**crew, "effective_from": str(ON), "effective_to": str(ON)}
    fleet = {
        **dict.fromkeys(("vehicles", "dissolved", "districts", "leaves"), ()),
        "people": [{"person_id": one, "name": one} for one in (LEADER, OTHER_LEADER)],
        "crews": [{**lent, "crew": "S1", "leader": OTHER_LEADER}, {**lent, "crew": "S2", "leader": LEADER}],
    }
    app = site(rows_of(STORY))
    app.state.rows["fleet"] = RowsInMemory({"main": {"_id": "main", "row": {"means": fleet}}})
    async with browser(app, person) as client:
        assert (await client.get(f"/forms/{form}")).status_code == status


async def test_the_receipt_shows_what_was_handed_over_refused_taught_and_signed():
    """B13, B22"""
    text = (await get(f"/forms/receipt/{JOB}", ASSISTANT)).text
    assert [word in text for word in ("拒收 1", "釉面划痕", "☑", "林艳", f"/api/files/{'a' * 64}")] == [True] * 5


@pytest.mark.parametrize(("person", "shown"), [(ACCOUNTANT, True), (LEADER, True), (WAREHOUSE, False)])
async def test_cash_on_the_day_report_is_for_leader_accountant_and_manager(person, shown):
    """B16, B17, RULES §1"""
    text = (await get(f"/forms/day-report/{ON}/S1", person)).text
    assert [word in text for word in ("4,601", "抹零", "仓库 3 号位")] == [shown, shown, True]
