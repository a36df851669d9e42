"""Twenty dispatchers plan the same day at once on real Kafka, and workers are killed: nobody ends up at two places."""

import asyncio
import random
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

import httpx
import pytest
from harness.processes import Application
from harness.seeds import seed_of
from harness.stacks import Stack
from harness.topics import committed
from harness.waiting import PATIENCE, eventually

import dispatch.main
from contracts.civil_time import civil_day
from contracts.dispatch_jobs import Checklist
from contracts.fact import ContractLine, Customer
from contracts.reading import read_event
from dispatch.day.aggregate import DAY as DAY_PLAN
from dispatch.day.aggregate import day_id
from dispatch.day.places import overlap, share_people_or_vehicle
from dispatch.day.state import INITIAL, Day, Plan, Unopened
from dispatch.job.booking import BookInstallation
from dispatch.job.terms import OpenJob
from runtime.clock import utc_now
from runtime.decision import Command
from runtime.gateway import Gateway, new_request
from runtime.settings import Settings
from runtime.settling import groups_of, settler
from runtime.tokens import Tokens
from songda.system import services

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

SECRET = "only for the tests"
ON = civil_day(utc_now()) + timedelta(days=9)
DISPATCHERS = 20
MOVES = 10
"""Requests of each dispatcher."""
JOBS = [*(f"D-{n:02}" for n in range(1, 25)), *(f"I-{n:02}" for n in range(1, 9))]
"""More than the day has places for, so that they get into each other's way."""
CREWS = {"D": ("S1", "S2"), "I": ("A1", "A2")}
PLANNERS = ("he.jx", "tan.zw")
AGAIN = {202, 503}
"""Not decided yet, or come again: the same request is sent once more, under its key."""
READY = Checklist(switch_panels=True, angle_valves=True, ceiling=True, water_power=True, gas=True, kitchen_cleared=True)
LINE = ContractLine(
    line_no=1, sku="WC-100", name="坐便器", spec="标准", category="卫浴", quantity=2, unit_price_fen=0, to_install=True
)
CUSTOMER = Customer(name="马娜", phone="17712633920", address="佛山市南海区海八东路150号", district="南海区")


@dataclass
class Town:
    """Dispatch as four processes on servers of its own: two workers, one for reactions and rows, one for HTTP."""

    stack: Stack
    home: Path
    seed: int
    answers: Counter[int] = field(default_factory=Counter)
    applications: list[Application] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        """What all processes are told."""
        return Settings(
            kafka_bootstrap=self.stack.kafka_address,
            mongo_url=self.stack.mongo_url,
            mongo_database="many_dispatchers",
            home=self.home / "home",
            secret=SECRET,
            session_timeout_ms=6_000,
            checkpoint_seconds=1.0,
        )

    def application(self, name: str, *roles: str) -> Application:
        """A process of dispatch."""
        told = self.settings.model_dump(mode="json", exclude={"secret", "people"})
        env = {f"SONGDA_{key.upper()}": str(value) for key, value in told.items() if value is not None}
        command = ["-m", "songda", "run", "dispatch", *(f"--role={role}" for role in roles)]
        made = Application(name, command, env | {"SONGDA_SECRET": SECRET}, self.home / f"{name}.log")
        self.applications.append(made)
        return made

    def close(self) -> None:
        """End all that runs."""
        for application in self.applications:
            application.end()


@pytest.fixture
async def town(own_stack: Stack, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Town]:
    made = Town(own_stack, tmp_path, seed_of(request))
    try:
        yield made
    finally:
        made.close()


async def test_twenty_dispatchers_and_killed_workers_leave_day_and_jobs_in_agreement(town: Town) -> None:
    """B4, B8"""
    workers = [town.application(f"worker-{n}", "worker").start() for n in (1, 2)]
    behind = town.application("behind", "reactor", "projector").start()
    front = town.application("front", "api").start()
    for application in (*workers, behind, front):
        await application.ready()
    await open_jobs(town)
    planning = asyncio.create_task(everybody_plans(town, front.url))
    for victim, answered in ((workers[0], 40), (workers[1], 90), (workers[0], 140)):
        await eventually(partial(plan_goes_on, town, planning, answered), f"{answered} answers")
        victim.kill()
        victim.start()
    await planning
    print(f"answers: {dict(town.answers)}")
    assert town.answers[200] >= DISPATCHERS  # or nothing was tried
    async with client(front.url, "he.jx") as asking:
        groups = groups_of(town.settings, {"dispatch": dispatch.main.SERVICE}, ("dispatch.events",))
        settled = settler(town.settings, groups)
        await agreement(asking, settled)
        print(f"slots at the end: {len(await slots(asking))}")
        await accept_half_a_proposal(asking)
        await agreement(asking, settled)
    await check_history(town)


async def open_jobs(town: Town) -> None:
    """The jobs are there, and their customers have agreed to the day."""
    gateway = Gateway(town.settings, services(town.home))
    running = asyncio.create_task(gateway.run())
    try:
        await eventually(lambda: gateway.not_ready is None, "the gateway listens")
        for job in JOBS:
            kind = "delivery" if job[0] == "D" else "installation"
            opened = OpenJob(
                job_id=job,
                kind=kind,
                contract_no=job[2:],
                customer=CUSTOMER,
                lines=(LINE,),
                promised_on=ON,
                complete_on=civil_day(utc_now()),
            )
            await ask(gateway, job, opened)
            if kind == "delivery":
                await ask(gateway, job, BookInstallation(checklist=READY, on=ON))
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def ask(gateway: Gateway, job: str, command: Command) -> None:
    """Put a command as the system does; it must be accepted."""
    request = new_request(str(uuid.uuid4()), actor="system", role="system", correlation_id="r")
    outcome = await gateway.ask("dispatch", f"job:{job}", command, request)
    assert outcome.status == "accepted", outcome


def plan_goes_on(town: Town, planning: "asyncio.Task[None]", answered: int) -> bool:
    """Whether so many requests have been answered, while others are still to come."""
    if planning.done():
        planning.result()
        raise AssertionError(f"all was over before {answered} answers: give the dispatchers more to do")
    return town.answers.total() >= answered


async def everybody_plans(town: Town, url: str) -> None:
    """All dispatchers at once, each with choices of his own."""

    async def one(number: int) -> None:
        chance = random.Random(town.seed * 100 + number)
        async with client(url, PLANNERS[number % len(PLANNERS)]) as asking:
            for _ in range(MOVES):
                path, body = await choice(asking, chance)
                town.answers[await request(asking, path, body)] += 1

    await asyncio.gather(*(one(number) for number in range(DISPATCHERS)))


async def choice(asking: httpx.AsyncClient, chance: random.Random) -> tuple[str, dict[str, Any]]:
    """Something that a dispatcher might do with what he sees."""
    what = chance.choice(["slot", "slot", "changes", "changes", "swap", "release", "undo", "redo"])
    job = chance.choice(JOBS)
    if what == "slot":
        place = {"on": str(ON), "half": chance.choice(["am", "pm"]), "crew": chance.choice(CREWS[job[0]])}
        return f"/api/jobs/{job}/slot", {**place, "adjustment_reason": "顺路"}
    if what == "release":
        return f"/api/jobs/{job}/slot/release", {"reason": "客户改期"}
    if what == "swap":
        planned = [slot["job_id"] for slot in await slots(asking)] or JOBS
        kind = [name for name in planned if name[0] == chance.choice("DI")] or planned
        pair = {"one": chance.choice(kind), "other": chance.choice(kind), "reason": "顺路"}
        return f"/api/days/{ON}/swap", pair
    if what == "changes":
        moves = [
            {
                "job_id": name,
                "to": chance.choice([None, *2 * [{"crew": chance.choice(CREWS[name[0]]), "half": half}]]),
            }
            for name in chance.sample(JOBS, chance.randint(1, 4))
            for half in [chance.choice(["am", "pm"])]
        ]
        return f"/api/days/{ON}/changes", {"moves": moves, "reason": "顺路"}
    known = (await got(asking, f"/api/days/{ON}/changes?limit=30"))["rows"]
    change = chance.choice(known)["change_id"] if known else "none"
    return f"/api/days/{ON}/{what}", {"change_id": change, "reason": "算了"}


async def request(asking: httpx.AsyncClient, path: str, body: dict[str, Any]) -> int:
    """One request until it is decided; its status."""
    headers = {"Idempotency-Key": str(uuid.uuid4())}

    async def once() -> int | None:
        try:
            answer = await asking.post(path, json=body, headers=headers)
        except httpx.TransportError:
            return None
        assert answer.status_code < 500 or answer.status_code in AGAIN, answer.text
        return None if answer.status_code in AGAIN else answer.status_code

    return int(await eventually(once, f"{path} is decided", every=0.3) or 0)


async def accept_half_a_proposal(asking: httpx.AsyncClient) -> None:
    """What is left is proposed, and every other place of it is taken as it is."""
    before = {slot["job_id"] for slot in await slots(asking)}
    answer = await asking.post(f"/api/days/{ON}/proposal")
    assert answer.status_code == 200, answer.text
    proposed = answer.json()["moves"]
    chosen = proposed[::2]
    assert {one["job_id"] for one in proposed}.isdisjoint(before)
    moves = [
        {"job_id": one["job_id"], "to": {name: one["to"][name] for name in ("crew", "half", "position")}}
        for one in chosen
    ]
    if not moves:
        return
    assert await request(asking, f"/api/days/{ON}/changes", {"kind": "proposal", "moves": moves}) == 200
    assert {slot["job_id"] for slot in await slots(asking)} <= before | {one["job_id"] for one in chosen}


async def slots(asking: httpx.AsyncClient) -> list[dict[str, Any]]:
    """The day's slots, as a page shows them."""
    found: list[dict[str, Any]] = (await got(asking, f"/api/days/{ON}"))["slots"]
    return found


async def got(asking: httpx.AsyncClient, path: str) -> Any:
    """What a page reads."""
    answer = await asking.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def client(url: str, person: str) -> httpx.AsyncClient:
    """A connection signed in as somebody."""
    headers = {"Authorization": f"Bearer {Tokens(SECRET).issue(person)}"}
    return httpx.AsyncClient(base_url=url, headers=headers, timeout=PATIENCE)


async def agreement(asking: httpx.AsyncClient, settled: Callable[[float], Awaitable[bool]]) -> None:
    """Wait until every slot of the day is taken by its job, and every job that believes to have one has it."""
    seen: list[Any] = []

    async def look() -> bool:
        await settled(30.0)
        held = await slots(asking)
        jobs = (await got(asking, "/api/jobs?limit=1000"))["rows"]
        believed = {place(job) for job in jobs if job["on"] is not None}
        waiting = [slot["job_id"] for slot in held if not slot["confirmed"]]
        seen[:] = [waiting, sorted(believed ^ {place(slot) for slot in held})]
        return seen == [[], []]

    try:
        await eventually(look, "day and jobs agree", every=1)
    except AssertionError as error:
        raise AssertionError(f"not confirmed, and in disagreement: {seen}") from error


def place(one: dict[str, Any]) -> tuple[Any, ...]:
    """Where something is."""
    window = one["window"]
    return one["job_id"], one["crew"], one["half"], one["position"], window["starts"], window["ends"]


async def check_history(town: Town) -> None:
    """After every single event of the day: one place for each job, nobody and no vehicle at two places at a time."""
    state: Day = INITIAL
    events = 0
    for record in await committed(town.stack.kafka_address, "dispatch.events", town.settings.partitions):
        if record.key != day_id(ON):
            continue
        headers = [(name, value.encode()) for name, value in record.headers.items()]
        event: Any = read_event(headers, record.value)
        state = DAY_PLAN.evolve(state, event)
        events += 1
        assert not isinstance(state, Unopened)
        assert_nobody_twice(state.plan, ON)
    print(f"events of the day: {events}")
    assert events > len(JOBS)


def assert_nobody_twice(plan: Plan, on: date) -> None:
    """B8"""
    held = [one.slot for one in plan.held]
    assert max(Counter(slot.job_id for slot in held).values(), default=0) <= 1, on
    assert max(Counter((slot.crew, slot.half, slot.position) for slot in held).values(), default=0) <= 1, on
    crews = {crew.crew: crew for crew in plan.crews}
    for one, other in combinations(held, 2):
        bound = share_people_or_vehicle(crews[one.crew], crews[other.crew])
        assert not (bound and overlap(one.window, other.window)), (one, other)
