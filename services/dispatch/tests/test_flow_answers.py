"""What whoever began a flow is told, where facts are forgotten, pages are old or answers come late (B4, B8, B11)."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from dispatch_cases import DAY, JOB, NOW
from dispatch_office import ASSISTANT, COUNT, LEADER, LEAVES, RUN, SLOT, SUPERVISOR, WAREHOUSE, Office, an_office, said
from dispatch_office import TOKENS as OFFICE_TOKENS
from dispatch_world import World
from planning_desk import TOKENS, Desk, a_desk

from dispatch.day.crews import MarkCrewAbsent, NoteDeparture
from dispatch.fleet.row import FLEETS
from dispatch.fleet.trips import SendOut
from dispatch.job.stop import DepartStop, PublishStop
from dispatch.job.terms import ChangeCompleteness
from runtime.commands import Asked
from runtime.outcome import Outcome
from runtime.testing import signs

CHANGES = f"/days/{DAY}/changes"


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with an_office() as made:
        yield made


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with a_desk() as made:
        yield made


@contextmanager
def another_process(world: World) -> Iterator[None]:
    """It has heard nothing of what was answered before; what is looked for on the topic is found there."""

    async def ask_all(_: str, asked: list[Asked]) -> list[Outcome]:
        answers = [await world.ask("dispatch", one.aggregate_id, one.command, one.request) for one in asked]
        return [replace(answer, facts=()) if answer.repeated else answer for answer in answers]

    async def with_facts(_: str, outcome: Outcome) -> Outcome:
        return replace(outcome, facts=world.answers[outcome.command_id].facts)

    with pytest.MonkeyPatch.context() as started:
        started.setattr(world, "ask_all", ask_all)
        started.setattr(world, "with_facts", with_facts)
        yield


async def test_who_asks_again_for_a_departure_that_was_declined_is_never_told_yes(office: Office) -> None:
    """B11, X7: also by a process that was started since, which knows only the name of what the run said."""
    await office.published()
    load = {"counted": COUNT, "second": signs(LEADER)}
    await office.post(WAREHOUSE, f"{RUN}/load", load)
    first = await office.post(LEADER, f"{RUN}/depart", {"at": LEAVES}, key="k1")
    with another_process(office.world):
        again = await office.post(LEADER, f"{RUN}/depart", {"at": LEAVES}, key="k1")
        office.world.answers = {known: replace(one, facts=()) for known, one in office.world.answers.items()}
        await office.post(SUPERVISOR, f"{RUN}/list")
        later = await office.post(LEADER, f"{RUN}/depart", {"at": LEAVES}, key="k1")
    assert said(first) == said(again) == (409, "list_missing", "B9")
    run = await office.get(LEADER, RUN)
    assert (said(later), run["status"]) == ((409, "departure_declined", "B11"), "loaded")


async def test_who_asks_again_before_the_day_has_put_back_what_was_declined_is_never_told_yes(desk: Desk) -> None:
    """B8, X7: the page shows the change as it stood; nothing is told from it that a job has declined."""
    desk.ready("D-1", "D-2")
    await desk.placed(("D-2", "S1", "am"))
    rows = desk.world.rows["jobs"]
    old = dict(rows["D-2"])
    changes = [
        (CHANGES, {"moves": [{"job_id": "D-2", "to": {"crew": "S1", "half": "am", "position": 3}}]}),
        ("/jobs/D-2/slot", {"on": str(DAY), "half": "am", "crew": "S1", "position": 4}),
    ]
    desk.world.put("job:D-2", ChangeCompleteness(complete_on=None, reason="破损"))
    for number, (path, body) in enumerate(changes):
        rows["D-2"] = old
        headers = {"Authorization": f"Bearer {TOKENS.issue(ASSISTANT)}", "Idempotency-Key": f"k{number}"}
        trips = 0

        async def cut(service: str, asked: list[Asked]) -> list[Outcome]:
            nonlocal trips
            trips += 1
            if trips == 1:
                await World.ask_all(desk.world, service, asked)
            return [Outcome(one.request.command_id, one.aggregate_id, "pending") for one in asked]

        with pytest.MonkeyPatch.context() as killed:
            killed.setattr(desk.world, "ask_all", cut)
            first = await desk.client.post(f"/api{path}", json=body, headers=headers)
        rows["D-2"] = old  # the page does not know yet
        with another_process(desk.world):
            again = await desk.client.post(f"/api{path}", json=body, headers=headers)
        assert (first.status_code, again.status_code, again.json().get("code")) == (202, 409, "slot_gone")
        desk.world.settle()


async def test_a_change_that_was_put_back_is_not_told_as_done_under_its_own_name(desk: Desk) -> None:
    """B8: whoever names a change and sends it anew is told that it does not stand."""
    desk.ready("D-1")
    rows = desk.world.rows["jobs"]
    old = dict(rows["D-1"])
    desk.world.put("job:D-1", ChangeCompleteness(complete_on=None, reason="破损"))
    change = {"change_id": "c1", "moves": [{"job_id": "D-1", "to": {"crew": "S1", "half": "am"}}]}
    answers = []
    for _ in range(2):
        rows["D-1"] = old
        answers.append(await desk.refused(CHANGES, change))
    assert answers[0] == (409, "not_complete")
    assert answers[1][0] == 409, answers


async def test_a_job_stands_once_in_a_change(desk: Desk) -> None:
    """B8: nobody is told that a job is out of the plan while the day has it."""
    desk.ready("D-1")
    await desk.placed(("D-1", "S1", "am"))
    twice = [{"job_id": "D-1", "to": {"crew": "S2", "half": "am"}}, {"job_id": "D-1", "to": None}]
    answer = await desk.post(CHANGES, {"moves": twice})
    assert answer.status_code == 422, (answer.text, desk.places())
    assert desk.places() == {"D-1": ("S1", "am", 1)}


async def test_no_place_is_offered_with_a_crew_that_has_left(desk: Desk) -> None:
    """B8, B11: neither as free, nor proposed, nor instead of another one."""
    desk.ready("D-1", "D-2")
    await desk.placed(("D-1", "S1", "am"))
    desk.world.put(f"day:main:{DAY}", NoteDeparture(crew="S1"))
    desk.world.settle()
    free = await desk.get(f"/jobs/D-2/places?start={DAY}&days=1&limit=9")
    proposed = await desk.done(f"/days/{DAY}/proposal", {"kinds": ["delivery"]})
    desk.world.put(f"day:main:{DAY}", MarkCrewAbsent(on=DAY, crew="S2", reason="病假"))
    taken = {"on": str(DAY), "half": "am", "crew": "S2", "position": 99}
    instead = await desk.post("/jobs/D-2/slot", taken)
    assert {place["crew"] for place in free["places"]} == {"S2"}
    assert {one["to"]["crew"] for one in proposed["moves"]} == {"S2"}
    assert (instead.json()["code"], instead.json()["facts"].get("fits_crew")) == ("slot_clash", None)


async def test_who_sends_the_same_request_again_is_told_the_same_whatever_has_become_of_the_job(desk: Desk) -> None:
    """B8, X7: the first answer was lost; the page that it was asked from is old by now, and the stop on the road."""
    desk.ready("D-1")
    version = desk.world.versions["job:D-1"]
    place = {"on": str(DAY), "half": "am", "crew": "S1", "expected_version": version}
    change = {"moves": [{"job_id": "D-1", "to": {"crew": "S2", "half": "am"}}]}
    first = [await desk.done("/jobs/D-1/slot", place, key="k1"), await desk.done(CHANGES, change, key="k2")]
    stop = {"on": DAY, "crew": "S2", "leader": "chen.gd"}
    desk.world.put("job:D-1", PublishStop(**stop, half="am", position=1, version=1))
    desk.world.put("job:D-1", DepartStop(**stop, vehicle="v"))
    again = [await desk.done("/jobs/D-1/slot", place, key="k1"), await desk.done(CHANGES, change, key="k2")]
    assert [one["body"] for one in again] == [one["body"] for one in first]


async def test_two_pages_that_ask_for_the_same_change_are_told_yes_only_once_its_jobs_have_said_it(desk: Desk) -> None:
    """B8: the day has nothing to change any more for the second, and the first has still to come about."""
    desk.ready("D-1")
    change = {"change_id": "c1", "moves": [{"job_id": "D-1", "to": {"crew": "S1", "half": "am"}}]}

    async def nobody(_: str, asked: list[Asked]) -> list[Outcome]:
        return [Outcome(one.request.command_id, one.aggregate_id, "pending") for one in asked]

    headers = {"Authorization": f"Bearer {TOKENS.issue(ASSISTANT)}"}
    with pytest.MonkeyPatch.context() as away:
        away.setattr(desk.world, "ask_all", nobody)
        early = [await desk.client.post(f"/api{CHANGES}", json=change, headers=headers) for _ in range(2)]
    desk.world.settle()
    late = await desk.post(CHANGES, change)
    assert [answer.status_code for answer in (*early, late)] == [202, 202, 200]


async def test_who_asked_for_a_place_that_was_being_given_and_put_back_is_not_told_later_for_ever(desk: Desk) -> None:
    """B8: the day had nothing to change for the second page; the job then declined what the first had asked for."""
    desk.ready("D-1")
    row = dict(desk.world.rows["jobs"]["D-1"])
    desk.world.put("job:D-1", ChangeCompleteness(complete_on=None, reason="破损"))
    desk.world.rows["jobs"]["D-1"] = row  # the page does not know yet
    wanted = {"on": str(DAY), "half": "am", "crew": "S1"}
    headers = {"Authorization": f"Bearer {TOKENS.issue(ASSISTANT)}"}

    async def nobody(_: str, asked: list[Asked]) -> list[Outcome]:
        return [Outcome(one.request.command_id, one.aggregate_id, "pending") for one in asked]

    with pytest.MonkeyPatch.context() as away:
        away.setattr(desk.world, "ask_all", nobody)
        early = [
            await desk.client.post("/api/jobs/D-1/slot", json=wanted, headers=headers | {"Idempotency-Key": key})
            for key in ("k1", "k2")
        ]
    desk.world.settle()
    late = [await desk.post("/jobs/D-1/slot", wanted, key=key) for key in ("k1", "k2")]
    assert [answer.status_code for answer in early] == [202, 202]
    assert [(answer.status_code, answer.json()["code"]) for answer in late] == [
        (409, "not_complete"),
        (409, "slot_gone"),
    ]


async def test_a_change_too_large_for_one_answer_is_left_to_the_reactor_and_told_once_it_is_done(desk: Desk) -> None:
    """B8: dozens of stops of a sick crew with all their goods; nobody walks ahead where no fact is handed back."""
    desk.ready("D-1", "D-2")
    change = {"moves": [{"job_id": job, "to": {"crew": "S1", "half": "am"}} for job in ("D-1", "D-2")]}

    async def without(_: str, outcome: Outcome) -> Outcome:
        return replace(outcome, facts=())

    with pytest.MonkeyPatch.context() as large:
        large.setattr(desk.world, "with_facts", without)
        answers = [await desk.post(CHANGES, change, key="k1") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 200]
    assert desk.places() == {"D-1": ("S1", "am", 1), "D-2": ("S1", "am", 2)}


async def test_a_no_to_one_who_asks_besides_does_not_bring_back_a_vehicle_that_another_has_let_go(
    office: Office,
) -> None:
    """B8, B11: two let it go at once, one of them from an old page; it is out as long as its run is on the road."""
    await office.published()
    load = {"counted": COUNT, "second": signs(LEADER)}
    await office.post(WAREHOUSE, f"{RUN}/load", load)
    await office.post(SUPERVISOR, f"{RUN}/list")
    let = SendOut(
        on=DAY, crew="S1", leader=LEADER, driver=None, vehicle="粤E·7K352", at=NOW, departs=True, known=(JOB,)
    )
    office.world.put("fleet:main", let)
    headers = {"Authorization": f"Bearer {OFFICE_TOKENS.issue(SUPERVISOR)}", "If-Match": '"1"'}
    old = await office.client.post(f"/api{RUN}/depart", json={"at": LEAVES}, headers=headers)
    office.world.settle()
    run, fleet = await office.get(LEADER, RUN), FLEETS.read(office.world.rows["fleet"]["main"])
    assert (said(old), run["status"], [one.crew for one in fleet.out]) == ((409, "stale_page", ""), "way", ["S1"])


async def test_a_stop_that_another_crew_has_by_now_is_not_left_with_those_that_were_not_loaded(office: Office) -> None:
    """B11, B8: it was moved after the plan was published, so the sheet of its old crew still names it."""
    second = "D-HT26030002"
    for contract_no in ("HT26030001", "HT26030002"):
        await office.booked(contract_no)
        await office.post(ASSISTANT, f"/jobs/D-{contract_no}/slot", SLOT)
    await office.post(ASSISTANT, f"/days/{DAY}/publish")
    moved = SLOT | {"crew": "S2", "adjustment_reason": "顺路"}
    answer = await office.post(ASSISTANT, f"/jobs/{second}/slot", moved)
    assert answer.status_code == 200, answer.text
    load = {"counted": COUNT, "second": signs(LEADER), "settlement": "02 号归 S2"}
    await office.post(WAREHOUSE, f"{RUN}/load", load)
    await office.post(SUPERVISOR, f"{RUN}/list")
    left = await office.post(LEADER, f"{RUN}/depart", {"at": LEAVES})
    job = await office.get(SUPERVISOR, f"/jobs/{second}")
    assert (left.status_code, job["on"], job["crew"]) == (200, str(DAY), "S2"), left.text
