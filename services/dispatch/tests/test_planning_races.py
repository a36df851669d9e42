"""Planning takes two aggregates: whatever planners do at once, and wherever they are cut off, both agree in the end."""

import asyncio
from collections.abc import Iterator, Sequence
from copy import deepcopy
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from dispatch_cases import CUSTOMER, DAY, LINES, NOW, READY
from dispatch_world import RowsInMemory, World
from fastapi import Request as HttpRequest
from fastapi import Response
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.types import Message

from company.policy import policy_book
from dispatch import planning_office
from dispatch.day.change import Spot
from dispatch.job import row as job_rows
from dispatch.job import state as job_state
from dispatch.job.booking import BookInstallation
from dispatch.job.stop import DepartStop, PublishStop
from dispatch.job.terms import ChangeCompleteness, OpenJob
from dispatch.planning import ReleaseRequest, SlotRequest, give_slot, take_slot_back
from dispatch.planning_changes import change_plan, do_again, swap, take_back
from dispatch.planning_office import open_office
from dispatch.planning_requests import ChangeRequest, MoveRequest, SwapRequest, TurnRequest
from dispatch.run.loading import PlanRun
from runtime.commands import Asked, Request
from runtime.http import Caller, Refusal
from runtime.outcome import Outcome
from runtime.person import Person

POLICY = policy_book().at(NOW)
JOBS = ("D-1", "D-2", "D-3", "I-1", "I-2")
DAYS = (DAY, date(2026, 3, 14))
HOLD = timedelta(minutes=POLICY.slot_hold_minutes)
CLOCK = "time passes until reservations run out"
SPOTS = st.builds(
    Spot, crew=st.sampled_from(["S1", "S2", "A1", "A2"]), half=st.sampled_from(["am", "pm"]), position=st.none()
)
CHANGES = st.builds(
    ChangeRequest,
    kind=st.just("move"),
    moves=st.lists(
        st.builds(MoveRequest, job_id=st.sampled_from(JOBS), to=st.none() | SPOTS | SPOTS),
        min_size=1,
        max_size=4,
        unique_by=lambda move: move.job_id,
    ).map(tuple),
    reason=st.just("顺路"),
    change_id=st.sampled_from(["c-1", "c-2", "c-3"]),
)
SWAPS = st.builds(SwapRequest, one=st.sampled_from(JOBS), other=st.sampled_from(JOBS), reason=st.just("顺路"))
TURNS = st.builds(TurnRequest, change_id=st.sampled_from(["c-1", "c-2", "c-3", "u", "r"]), reason=st.just("算了"))
REQUESTS = st.one_of(
    CHANGES,
    CHANGES,
    SWAPS,
    TURNS,
    TURNS.map(lambda turn: ("again", turn)),
    st.builds(
        SlotRequest,
        on=st.sampled_from(DAYS),
        half=st.sampled_from(["am", "pm"]),
        crew=st.sampled_from(["S1", "S2", "A1", "A2"]),
        position=st.none() | st.integers(1, 3),
        adjustment_reason=st.just("顺路"),
    ),
    st.just(ReleaseRequest(reason="客户改期")),
    st.just(ChangeCompleteness(complete_on=None, reason="破损")),
    st.just(BookInstallation(checklist=READY, on=DAYS[1])),
    st.just(CLOCK),
)
PLANNERS = st.lists(
    st.tuples(
        st.sampled_from(JOBS),
        REQUESTS,
        st.lists(st.integers(0, 6), max_size=6),
        st.none() | st.none() | st.integers(0, 6),
        st.booleans(),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


Rows = dict[str, dict[str, Any]]


@pytest.fixture(scope="module", autouse=True)
def pages_that_stay_old() -> Iterator[None]:
    """Nobody waits for a newer page here: those who look at an old one go on looking at it."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(planning_office, "LOOK_SECONDS", 0)
        yield


class CutOff(Exception):
    """The planner's process ended in between."""


class Line:
    """Between a planner's process and the workers: every command takes its time, and may be the last one."""

    def __init__(self, world: World, pauses: list[int], asks: int | None) -> None:
        self.world, self.pauses, self.asks = world, list(pauses), asks

    async def ask(self, service: str, aggregate_id: str, command: Any, request: Request) -> Outcome:
        """Wait a little, then ask; or never again."""
        for _ in range(self.pauses.pop() if self.pauses else 0):
            await asyncio.sleep(0)
        if self.asks is not None:
            if self.asks == 0:
                raise CutOff
            self.asks -= 1
        return await self.world.ask(service, aggregate_id, command, request)

    async def ask_all(self, service: str, asked: Sequence[Asked]) -> list[Outcome]:
        """One after the other, and between any two the process may end."""
        return [await self.ask(service, one.aggregate_id, one.command, one.request) for one in asked]

    def as_heard(self, outcome: Outcome) -> Outcome:
        """As the gateway, which remembers the facts of first answers."""
        return outcome

    async def with_facts(self, _: str, outcome: Outcome) -> Outcome:
        """The world's answers have theirs."""
        return outcome


class Planner(Caller):
    """A desk whose requests take their time, and may be cut off after some of them; its page may be an old one."""

    def __init__(
        self, world: World, pauses: list[int], asks: int | None, *, key: str = "", rows: Rows | None = None
    ) -> None:
        state = SimpleNamespace(
            gateway=Line(world, pauses, asks),
            owners={"job": "dispatch", "day": "dispatch", "run": "dispatch", "fleet": "dispatch"},
            rows={name: RowsInMemory(known) for name, known in (rows or world.rows).items()},
        )
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/",
            "query_string": b"",
            "headers": [(b"host", b"songda"), *([(b"idempotency-key", key.encode())] if key else [])],
            "app": SimpleNamespace(state=state),
            "state": {"request_id": "r"},
        }

        async def nothing() -> Message:
            return {"type": "http.request", "body": b""}

        super().__init__(
            HttpRequest(scope, nothing), Response(), Person(id="he.jx", name="何嘉欣", role="install_assistant")
        )


def row_of(page: Rows, job: str) -> job_rows.JobRow:
    """A job as a page shows it."""
    return job_rows.JOBS.read(page["jobs"][job])


async def play(world: World, planners: list[Any]) -> None:
    """All planners at once; refusals and cut-offs are part of the day. Whoever was cut off may send the same request
    once more, under its key; whoever looks at an old page sees what was there when all began."""
    old: Rows = deepcopy(world.rows)

    async def plan(number: int, job: str, wanted: Any, pauses: list[int], asks: int | None, *habits: bool) -> None:
        again, stale = habits or (False, False)
        key = f"{len(world.answers)}/{number}"
        rows = old if stale else world.rows
        try:
            await once(
                Planner(world, pauses, asks, key=key, rows=rows), job, job_rows.JOBS.read(rows["jobs"][job]), wanted
            )
        except CutOff:
            if again and wanted != CLOCK:
                await once(Planner(world, [], None, key=key), job, row_of(world.rows, job), wanted)

    async def once(desk: Planner, job: str, row: Any, wanted: Any) -> None:
        await asyncio.sleep(0)
        if isinstance(wanted, SlotRequest):
            await give_slot(desk, row, wanted, POLICY)
        elif isinstance(wanted, ReleaseRequest):
            await take_slot_back(desk, row, wanted)
        elif isinstance(wanted, ChangeRequest):
            await change_plan(await open_office(desk, DAY, POLICY), wanted)
        elif isinstance(wanted, SwapRequest):
            await swap(await open_office(desk, DAY, POLICY), wanted)
        elif isinstance(wanted, TurnRequest):
            await take_back(await open_office(desk, DAY, POLICY), wanted)
        elif isinstance(wanted, tuple):
            await do_again(await open_office(desk, DAY, POLICY), wanted[1])
        elif wanted == CLOCK:
            world.fire(world.now + HOLD)
        else:
            await desk.ask(f"job:{job}", wanted)

    async def react() -> None:
        for _ in range(20):
            await asyncio.sleep(0)
            world.settle()

    everybody = [plan(number, *planner) for number, planner in enumerate(planners)]
    outcomes = await asyncio.gather(*everybody, react(), return_exceptions=True)
    assert [one for one in outcomes if not isinstance(one, None | Refusal | CutOff)] == []


def a_world() -> World:
    """Three deliveries that are booked for the 13th, two installations."""
    world = World()
    for job in JOBS:
        kind = "delivery" if job.startswith("D") else "installation"
        opened = OpenJob(
            job_id=job,
            kind=kind,
            contract_no=job[2:],
            customer=CUSTOMER,
            lines=LINES,
            complete_on=date(2026, 3, 9),
            due_at=None,
        )
        world.put(f"job:{job}", opened)
        if kind == "delivery":
            world.put(f"job:{job}", BookInstallation(checklist=READY, on=DAY))
    return world


def places(world: World) -> dict[str, Any]:
    """Where each job believes that it is."""
    states = {job: world.state(f"job:{job}") for job in JOBS}
    held = {job: job_state.place_of(state) for job, state in states.items()}
    return {job: (p.on, p.crew, p.half, p.position, p.window) for job, p in held.items() if p is not None}


def slots(world: World) -> dict[str, Any]:
    """Where the days believe that each job is; a job in two days would show as a list of two."""
    found: dict[str, Any] = {}
    for on in DAYS:
        state = world.state(f"day:main:{on.isoformat()}")
        for held in () if not hasattr(state, "plan") else state.plan.held:
            assert held.confirmed
            slot = held.slot
            assert slot.job_id not in found
            found[slot.job_id] = (on, slot.crew, slot.half, slot.position, slot.window)
    return found


@settings(max_examples=300, deadline=None)
@given(st.lists(PLANNERS, min_size=1, max_size=3))
def test_days_and_jobs_agree_once_reservations_have_run_out(rounds: list[Any]) -> None:
    """B8"""
    world = a_world()
    for planners in rounds:
        asyncio.run(play(world, planners))
        world.settle()
    for _ in range(4):
        world.fire(world.now + HOLD)
    assert slots(world) == places(world)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 6), max_size=6), st.none() | st.integers(0, 8), st.none() | st.integers(0, 6))
def test_a_swap_moves_both_or_neither_wherever_it_is_cut_off_and_whoever_leaves_meanwhile(
    pauses: list[int], asks: int | None, leaves_after: int | None
) -> None:
    """B8: D-2 may drive off at any moment in between."""
    world = a_world()
    for job, crew in (("D-1", "S1"), ("D-2", "S2")):
        asyncio.run(play(world, [(job, SlotRequest(on=DAY, half="am", crew=crew), [], None)]))
    before = places(world)

    async def drive_off(turns: int) -> None:
        for _ in range(turns):
            await asyncio.sleep(0)
        published = PublishStop(on=DAY, half="am", crew="S2", position=1, leader="chen.gd", version=1)
        world.put("job:D-2", published)
        world.put("job:D-2", DepartStop(on=DAY, crew="S2", vehicle="v", leader="chen.gd"))

    async def at_once() -> None:
        swapping = play(world, [("D-1", SwapRequest(one="D-1", other="D-2"), pauses, asks)])
        leaving = [] if leaves_after is None else [drive_off(leaves_after)]
        await asyncio.gather(swapping, *leaving)

    asyncio.run(at_once())
    world.settle()
    for _ in range(4):
        world.fire(world.now + HOLD)
    after = {job: place[1] for job, place in places(world).items()}
    there = {job: place[1] for job, place in before.items()}
    gone = isinstance(world.state("job:D-2"), job_state.OnTheWay)
    swapped = {"D-1": "S2", "D-2": "S1"}
    assert after in ([{"D-1": "S1"}, {"D-1": "S2"}] if gone else [there, swapped])
    if gone:
        assert (after["D-1"] == "S2") == (world.state("job:D-2").place.crew == "S1")


def test_a_job_stays_on_the_day_it_was_given_last_however_far_reactions_are_behind() -> None:
    """B8: told 13 March, then 14 March, and only then dispatch's reactions run."""
    world = a_world()

    async def given_twice() -> None:
        for on in DAYS:
            wanted = SlotRequest(on=on, half="am", crew="A1")
            told = await give_slot(Planner(world, [], None), row_of(world.rows, "I-1"), wanted, POLICY)
            assert (told.status, told.body and told.body["on"]) == ("accepted", on.isoformat())

    asyncio.run(given_twice())
    before = places(world)["I-1"]
    world.settle()
    assert (slots(world), places(world)["I-1"], before[0]) == (places(world), before, DAYS[1])


def test_a_run_is_not_planned_for_a_crew_without_stops() -> None:
    """B4"""
    world = a_world()
    empty = PlanRun(on=DAY, crew="S1", leader="li.zq", vehicle="v", version=1, stops=())
    assert world.put("run:2026-03-13:S1", empty).events == ()


def test_a_request_sent_again_from_another_page_leaves_the_job_where_the_day_has_it() -> None:
    """B8: D-2 was at that place for a moment; the first page did not show it yet, the second one still did."""
    world = a_world()
    first = deepcopy(world.rows)
    asyncio.run(play(world, [("D-2", SlotRequest(on=DAY, half="am", crew="S1"), [], None)]))
    second = deepcopy(world.rows)
    asyncio.run(play(world, [("D-2", ReleaseRequest(reason="客户改期"), [], None)]))
    world.settle()
    wanted = SlotRequest(on=DAY, half="am", crew="S1")

    async def twice() -> None:
        with pytest.raises(CutOff):
            await give_slot(Planner(world, [], 1, key="k", rows=first), row_of(first, "D-1"), wanted, POLICY)
        await give_slot(Planner(world, [], None, key="k", rows=second), row_of(second, "D-1"), wanted, POLICY)

    asyncio.run(twice())
    world.settle()
    assert (slots(world), slots(world)["D-1"][3]) == (places(world), 1)


class LateReader(Planner):
    """A planner whose page is old until he has asked once."""

    def __init__(self, world: World, old: Rows) -> None:
        super().__init__(world, [], None)
        self.pages, self.asked = (old, world.rows), False

    def rows(self, projection: str) -> Any:
        """What he looks at."""
        return RowsInMemory(self.pages[self.asked][projection])

    async def ask(self, aggregate_id: str, command: Any, **options: Any) -> Outcome:
        """From now on he sees the day as it is."""
        self.asked = True
        return await super().ask(aggregate_id, command, **options)


def test_who_was_overtaken_by_somebody_else_is_given_the_next_free_place_or_swaps_what_is_there_now() -> None:
    """B8"""
    world = a_world()
    place = MoveRequest(job_id="D-2", to=Spot(crew="S1", half="am"))
    empty = deepcopy(world.rows)
    asyncio.run(play(world, [("D-1", SlotRequest(on=DAY, half="am", crew="S1"), [], None)]))

    async def change_then_swap() -> None:
        late = LateReader(world, empty)
        await change_plan(await open_office(late, DAY, POLICY), ChangeRequest(moves=(place,)))
        before = deepcopy(world.rows)
        moved = MoveRequest(job_id="D-2", to=Spot(crew="S2", half="pm"))
        await change_plan(await open_office(Planner(world, [], None), DAY, POLICY), ChangeRequest(moves=(moved,)))
        late = LateReader(world, before)
        await swap(await open_office(late, DAY, POLICY), SwapRequest(one="D-1", other="D-2"))

    asyncio.run(change_then_swap())
    world.settle()
    assert (slots(world), {job: where[1:4] for job, where in places(world).items()}) == (
        places(world),
        {"D-1": ("S2", "pm", 1), "D-2": ("S1", "am", 1)},
    )
