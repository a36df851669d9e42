"""Days and crews per depot (D17): whose job it is, whose crew, and that neither does the other's work."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from dispatch_cases import BOOKED, CTX, DAY, DELIVERED, JOB, LINES, NOW, OPENED, PUBLISHED, READY, SCHEDULED, a_job
from dispatch_office import COUNT, RUN, WAREHOUSE, an_office
from dispatch_office import LEADER as OF_THE_CREW
from dispatch_world import World
from hypothesis import given as every
from hypothesis import settings
from hypothesis import strategies as st
from planning_desk import SUPERVISOR, Desk, a_desk
from second_depot import DISTRICT, SHUNDE, TWO, in_force

from company.fleet_crews import crews_of_day, policy_means
from company.reasons import OTHER_DEPOT
from contracts.dispatch_fleet import FleetCrew, LeaveNoted
from contracts.dispatch_jobs import JobCompletenessChanged, SlotDeclined, StopUnscheduled
from contracts.order import CompletenessLost, GoodsCompleted
from dispatch.crews_flow import asks_of_days
from dispatch.day.aggregate import DAY as DAY_PLAN
from dispatch.day.aggregate import day_id
from dispatch.day.crews import FollowCrews
from dispatch.day.issue import PublishDay
from dispatch.day.slot import ReserveSlot
from dispatch.fleet.aggregate import FLEET
from dispatch.fleet.crews import SetCrews, days_of
from dispatch.job.aggregate import JOB as JOB_RULES
from dispatch.job.booking import BookInstallation
from dispatch.job.state import Booked, Work
from dispatch.job.stop import TakeSlot
from dispatch.job.terms import ChangeCompleteness, OpenJob
from dispatch.reactions import lose_completeness, open_delivery, open_installation, take_off
from dispatch.run.aggregate import run_id
from runtime.testing import given, signs

TWO_CTX = replace(CTX, policy=TWO)
CREWS = {crew.crew: crew.depot for crew in TWO.crews}
IN_SHUNDE = OPENED.customer.model_copy(update={"district": DISTRICT})
DAYS = f"/days/{DAY}"
OPENS = OpenJob(
    job_id=JOB,
    kind="delivery",
    contract_no="HT26030001",
    customer=OPENED.customer,
    lines=LINES,
    amount_due_fen=OPENED.amount_due_fen,
    promised_on=OPENED.promised_on,
    complete_on=OPENED.complete_on,
)


@pytest.fixture(scope="module", autouse=True)
def two_depots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    yield from in_force(tmp_path_factory.mktemp("policies"))


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with a_desk() as made:
        yield made


def work(job: Any) -> Work:
    found: Work = job.work
    return found


def test_a_job_is_the_depots_that_its_contract_is_delivered_from_else_its_districts() -> None:
    """D17"""
    told = OPENS.model_copy(update={"depot": SHUNDE})
    assert work(given(JOB_RULES).asks(told, TWO_CTX).accepted().state).depot == SHUNDE
    assert work(given(JOB_RULES).asks(OPENS, TWO_CTX).accepted().state).depot == "main"
    theirs = OPENS.model_copy(update={"customer": IN_SHUNDE})
    assert work(given(JOB_RULES).asks(theirs, TWO_CTX).accepted().state).depot == SHUNDE


def test_where_a_depot_has_nobody_for_it_the_first_depots_people_install_and_visit() -> None:
    """D17: 顺德仓 has an installation crew and no technician; what it delivers, nobody else does."""
    asked = {
        kind: OPENS.model_copy(update={"kind": kind, "depot": SHUNDE}) for kind in ("delivery", "installation", "visit")
    }
    done_by = {kind: work(given(JOB_RULES).asks(one, TWO_CTX).accepted().state).depot for kind, one in asked.items()}
    assert done_by == {"delivery": SHUNDE, "installation": SHUNDE, "visit": "main"}


def test_a_record_without_a_depot_is_of_the_first_one() -> None:
    """D17: what was recorded while there was one."""
    event = OPENED.model_validate(OPENED.model_dump(exclude={"depot"}))
    assert work(a_job(event).state).depot == "main"


def test_a_job_follows_its_contract_to_another_depot_and_leaves_its_place() -> None:
    """D17: no crew of the depot that it leaves brings it."""
    left = StopUnscheduled(at=NOW, job_id=JOB, reason=OTHER_DEPOT, on=DAY, day_version=2)
    moved = JobCompletenessChanged(at=NOW, job_id=JOB, complete_on=None, reason="改仓", depot=SHUNDE)
    asks = a_job(OPENED, BOOKED, SCHEDULED, PUBLISHED).asks(
        ChangeCompleteness(complete_on=None, reason="改仓", depot=SHUNDE), TWO_CTX
    )
    after = asks.then(left, moved)
    assert isinstance(after.state, Booked)
    assert work(after.state).depot == SHUNDE
    after.asks(OPENS.model_copy(update={"depot": SHUNDE, "complete_on": None}), TWO_CTX).nothing_new()


def test_what_was_delivered_stays_the_depots_that_delivered_it() -> None:
    """D17: a job that has left follows nobody."""
    there = a_job(OPENED, BOOKED, SCHEDULED, PUBLISHED, DELIVERED)
    there.asks(OPENS.model_copy(update={"depot": SHUNDE}), TWO_CTX).nothing_new()


def test_the_depot_comes_with_the_goods_and_goes_on_to_the_installation() -> None:
    """D17, B10"""
    complete = GoodsCompleted(
        at=NOW,
        contract_no="HT26030001",
        store_code="S02",
        customer=OPENED.customer,
        promised_on=date(2026, 3, 14),
        amount_due_fen=0,
        lines=LINES,
        complete_on=date(2026, 3, 9),
        depot=SHUNDE,
    )
    lost = CompletenessLost(at=NOW, contract_no="HT26030001", line_no=1, quantity=1, reason="改仓", depot=SHUNDE)
    delivered = DELIVERED.model_copy(update={"depot": SHUNDE})
    asks = (*open_delivery(complete), *lose_completeness(lost), *open_installation(delivered))
    assert [ask.command.depot for ask in asks if isinstance(ask.command, OpenJob | ChangeCompleteness)] == 3 * [SHUNDE]


def test_a_job_does_not_take_a_place_in_another_depots_day() -> None:
    """D17: refused by name, for good, so that the day puts its change back."""
    slot = SCHEDULED.model_dump(include={"on", "half", "crew", "vehicle", "position", "window"})
    taking = TakeSlot(depot=SHUNDE, day_version=2, change_id="v2", volume_l=OPENED.volume_l, **slot)
    (said,) = a_job(OPENED, BOOKED).asks(taking, TWO_CTX).made
    assert isinstance(said, SlotDeclined)
    assert (said.code, "总仓" in said.zh, "顺德仓" in said.zh, "顺德仓" in said.en) == (
        "job_of_other_depot",
        True,
        True,
        True,
    )


def test_a_day_opens_with_the_crews_of_its_depot_only() -> None:
    """D17, B8"""
    everybody = crews_of_day(policy_means(TWO), DAY)
    slot = {"job_id": JOB, "kind": "delivery", "contract_no": "HT26030001", "half": "am", "volume_l": 10, "lines": ()}
    for depot, crew, crews in (("main", "S1", None), (SHUNDE, "D1", None), (SHUNDE, "D1", everybody)):
        asked = ReserveSlot(on=DAY, depot=depot, crew=crew, crews=crews, **slot)
        opened, *_ = given(DAY_PLAN).asks(asked, TWO_CTX).made
        assert {CREWS[one.crew] for one in opened.crews} == {depot}
    given(DAY_PLAN).asks(ReserveSlot(on=DAY, crew="D1", **slot), TWO_CTX).refuses("slot_clash")


def test_a_crew_stays_its_depots_for_good() -> None:
    """D17: so that no day and no run of the other one has it."""
    d1 = next(one for one in policy_means(TWO).crews if one.crew == "D1")
    later = {"effective_from": DAY}
    moved = d1.model_copy(update={**later, "depot": "main"})
    refused = given(FLEET).asks(SetCrews(crews=(moved,), reason="调人"), TWO_CTX).refuses("crew_stays")
    assert "顺德仓" in refused.zh
    assert "顺德仓" in refused.en
    mars = d1.model_copy(update={**later, "depot": "mars"})
    nowhere = given(FLEET).asks(SetCrews(crews=(mars,), reason="调人"), TWO_CTX).refuses("unknown_depot")
    assert "总仓、顺德仓" in nowhere.zh
    fresh = FleetCrew(
        crew="D2",
        name="顺德二组",
        kind="delivery",
        leader=None,
        members=(),
        vehicle="粤E·5D001",
        stops_per_half=4,
        depot=SHUNDE,
    )
    alone = d1.model_copy(update={**later, "vehicle": "粤E·5D001", "members": ()})
    shared = given(FLEET).asks(SetCrews(crews=(alone, fresh.model_copy(update=later)), reason="加组"), TWO_CTX)
    shared.refuses("in_two_crews")


def test_days_that_are_planned_hear_of_their_own_depots_crews() -> None:
    """D17, B8"""
    means = policy_means(TWO)
    fresh = tuple(one.model_copy(update={"effective_from": DAY}) for one in means.crews if one.crew in {"S1", "D1"})
    told = asks_of_days(days_of(fresh, replace(means, crews=(*means.crews, *fresh)), DAY)[:1], NOW, "换人")
    crews = {ask.aggregate_id: ask.command for ask in told if ask.aggregate_id.endswith(str(DAY))}
    assert {
        day: [crew.crew for crew in command.crews] for day, command in crews.items() if isinstance(command, FollowCrews)
    } == {day_id(DAY): ["S1"], day_id(DAY, SHUNDE): ["D1"]}
    leave = LeaveNoted(
        at=NOW,
        leave_id="l",
        person_id="fang.jh",
        kind="leave",
        starts_on=DAY,
        ends_on=DAY,
        note="",
        depots=("main", SHUNDE),
    )
    assert [ask.aggregate_id for ask in take_off(leave)] == [day_id(DAY), day_id(DAY, SHUNDE)]


async def test_each_depots_board_is_planned_by_itself(desk: Desk) -> None:
    """D17, B4: the job's depot says whose day; the address says whose board."""
    desk.ready("D-1", "D-2", "D-3", district="南海区")
    desk.ready("D-8", "I-8", district=DISTRICT)
    place = {"on": str(DAY), "half": "am"}
    await desk.done("/jobs/D-1/slot", {**place, "crew": "S1"})
    await desk.done("/jobs/D-8/slot", {**place, "crew": "D1"})
    await desk.done("/jobs/I-8/slot", {**place, "crew": "E1"})
    await desk.done(
        f"{DAYS}/changes?depot={SHUNDE}", {"moves": [{"job_id": "D-8", "to": {"crew": "D1", "half": "pm"}}]}
    )
    await desk.done(f"{DAYS}/publish?depot={SHUNDE}")
    both = [await desk.get(f"{DAYS}?depot={depot}") for depot in ("main", SHUNDE)]
    assert [
        (
            day["depot"],
            day["edition"],
            {crew["crew"] for crew in day["crews"]},
            {slot["job_id"] for slot in day["slots"]},
        )
        for day in both
    ] == [("main", 0, {"S1", "S2", "A1", "A2", "F1"}, {"D-1"}), (SHUNDE, 1, {"D1", "E1"}, {"D-8", "I-8"})]
    run = await desk.get(f"/runs/{DAY}/D1")
    assert (run["depot"], [stop["job_id"] for stop in run["stops"]]) == (SHUNDE, ["D-8"])
    assert {one["crew"] for one in (await desk.get(f"/jobs/D-8/places?start={DAY}"))["places"]} == {"D1"}
    await desk.done(f"{DAYS}/absences?depot={SHUNDE}", {"crew": "D1", "reason": "车坏"})
    assert (await desk.get(f"{DAYS}?depot={SHUNDE}"))["absences"][0]["crew"] == "D1"


async def test_a_crew_or_a_job_of_another_depot_is_refused_by_name(desk: Desk) -> None:
    """D17, B8: in words of both languages, and nothing has changed."""
    desk.ready("D-1", "I-1", district="南海区")
    desk.ready("D-8", district=DISTRICT)
    place = {"on": str(DAY), "half": "am"}
    wrong = [
        await desk.post("/jobs/D-1/slot", {**place, "crew": "D1"}),
        await desk.post("/jobs/I-1/slot", {**place, "crew": "E1"}),
        await desk.post("/jobs/D-8/slot", {**place, "crew": "S1"}),
        await desk.post(f"{DAYS}/changes", {"moves": [{"job_id": "D-8", "to": {"crew": "S1", "half": "am"}}]}),
    ]
    assert [(one.status_code, one.json()["code"]) for one in wrong[:3]] == 3 * [(409, "crew_of_other_depot")]
    assert wrong[3].status_code == 409
    for one in wrong:
        said = one.json()
        assert "顺德仓" in said["zh"], said
        assert "总仓" in said["zh"], said
        assert "顺德仓" in said["en"], said
    unknown = await desk.post(f"{DAYS}/publish?depot=mars")
    assert (unknown.status_code, "顺德仓" in unknown.text) == (422, True)
    assert desk.world.versions.get(day_id(DAY)) is None
    assert desk.world.versions.get(day_id(DAY, SHUNDE)) is None


async def test_nobody_is_lent_to_another_depot_on_a_day(desk: Desk) -> None:
    """D17, B8: people and vehicles of a crew of the other depot."""
    lent = await desk.post(f"{DAYS}/crews/S1", {"members": ["黎明"], "reason": "借人"}, person=SUPERVISOR)
    said = lent.json()
    assert (lent.status_code, said["code"], "黎明" in said["zh"], "顺德仓" in said["zh"]) == (
        409,
        "works_at_other_depot",
        True,
        True,
    )
    own = await desk.post(f"{DAYS}/crews/S1", {"members": ["阿强"], "reason": "换人"}, person=SUPERVISOR)
    assert own.status_code == 200


async def test_a_proposal_is_made_of_the_depots_own_backlog(desk: Desk) -> None:
    """D17, B4"""
    desk.ready("D-1", district="南海区")
    desk.ready("D-8", district=DISTRICT)
    for depot, job, crews in (("main", "D-1", {"S1", "S2"}), (SHUNDE, "D-8", {"D1"})):
        moves = (await desk.done(f"{DAYS}/proposal?depot={depot}", {"kinds": ["delivery"]}))["moves"]
        assert [one["job_id"] for one in moves] == [job]
        assert moves[0]["to"]["crew"] in crews


async def test_goods_are_counted_out_by_keepers_of_the_runs_depot_also_as_the_second_who_signs() -> None:
    """D17, B9, B23"""
    async with an_office() as office:
        await office.published()
        known = office.app.state.people
        office.app.state.people = {**known, WAREHOUSE: known[WAREHOUSE].model_copy(update={"depot": SHUNDE})}
        loads = ((WAREHOUSE, OF_THE_CREW), (OF_THE_CREW, WAREHOUSE))
        wrong = [await office.post(asks, f"{RUN}/load", {"counted": COUNT, "second": signs(by)}) for asks, by in loads]
        assert [(one.status_code, one.json()["code"]) for one in wrong] == 2 * [(403, "not_your_depot")]
        assert "顺德仓" in wrong[0].json()["zh"]
        office.app.state.people = {**known, WAREHOUSE: known[WAREHOUSE].model_copy(update={"depot": "main"})}
        own = await office.post(WAREHOUSE, f"{RUN}/load", {"counted": COUNT, "second": signs(OF_THE_CREW)})
        assert own.status_code == 200, own.text


JOBS, DEPOTS = ("D-1", "D-2", "D-3"), ("main", SHUNDE)
STEPS = st.one_of(
    st.tuples(st.just("open"), st.sampled_from(JOBS), st.sampled_from(DEPOTS)),
    st.tuples(st.just("lose"), st.sampled_from(JOBS), st.sampled_from(DEPOTS)),
    st.tuples(st.just("place"), st.sampled_from(JOBS), st.sampled_from(DEPOTS), st.sampled_from(("S1", "S2", "D1"))),
    st.tuples(st.just("publish"), st.sampled_from(DEPOTS)),
    st.tuples(st.just("move_crew"), st.sampled_from(("S1", "D1")), st.sampled_from(DEPOTS)),
)


def play(world: World, step: tuple[str, ...]) -> None:
    """One step of whoever asks for it, sensible or not; dispatch's own reactions follow."""
    match step:
        case ("open", job, depot):
            opens = OPENS.model_copy(update={"job_id": job, "depot": depot, "contract_no": job[2:]})
            world.put(f"job:{job}", opens)
            world.put(f"job:{job}", BookInstallation(checklist=READY, on=DAY, half=None))
        case ("lose", job, depot):
            world.put(f"job:{job}", ChangeCompleteness(complete_on=None, reason="改仓", depot=depot))
        case ("place", job, depot, crew):
            volume = getattr(world.state(f"job:{job}"), "work", None)
            asked = ReserveSlot(
                depot=depot,
                on=DAY,
                job_id=job,
                kind="delivery",
                contract_no=job[2:],
                crew=crew,
                half="am",
                volume_l=0 if volume is None else volume.volume_l,
                lines=(),
                adjustment_reason="改排",
            )
            world.put(day_id(DAY, depot), asked)
        case ("publish", depot):
            world.put(day_id(DAY, depot), PublishDay())
        case ("move_crew", crew, depot):
            record = next(one for one in policy_means(TWO).crews if one.crew == crew)
            changed = record.model_copy(update={"effective_from": DAY, "depot": depot})
            world.put("fleet:main", SetCrews(crews=(changed,), reason="调仓"))
    world.settle()


@settings(max_examples=60, deadline=None)
@every(st.lists(STEPS, min_size=4, max_size=30))
def test_no_crew_of_one_depot_is_on_a_run_of_the_other(steps: list[tuple[str, ...]]) -> None:
    """D17, B8: whatever is opened, moved, placed and published, each crew's day, sheet and stops are one depot's."""
    world = World()
    for step in steps:
        play(world, step)
    for depot in DEPOTS:
        plan = getattr(world.state(day_id(DAY, depot)), "plan", None)
        if plan is None:
            continue
        assert {CREWS[crew.crew] for crew in plan.crews} == {depot}
        for held in plan.held:
            assert CREWS[held.slot.crew] == depot
            assert not held.confirmed or work(world.state(f"job:{held.slot.job_id}")).depot == depot
    for crew, depot in CREWS.items():
        sheet = getattr(world.state(run_id(DAY, crew)), "sheet", None)
        assert sheet is None or sheet.depot == depot
    places = [getattr(world.state(f"job:{job}"), "place", None) for job in JOBS]
    assert all(place is None or CREWS[place.crew] == place.depot for place in places)
