"""Slots on real Kafka: the API is killed amid a request at every step, and the reactor finishes; killed, the next one.

A day and its jobs agree in the end, whoever died when; what was said no to leaves nothing behind; and a reactor that is
behind brings no job back to a place that it has left (B8).
"""

import asyncio
import json
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from harness.dispatch_system import ALL_HANG, PLANNER, dispatch_system, request_of, walks
from harness.processes import Application
from harness.stacks import Stack
from harness.streams import Happened, history
from harness.waiting import eventually

import dispatch.main
from contracts.dispatch_jobs import SlotDeclined, StopScheduled
from contracts.fact import Customer
from dispatch.day.aggregate import day_id
from dispatch.day.slot import ReserveSlot
from dispatch.job.state import place_of
from dispatch.job.terms import OpenJob
from dispatch.slot_flow import against
from runtime import kafka
from runtime.gateway import Gateway
from runtime.settings import Settings

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

ONE, NEXT = (datetime.now(UTC).date() + timedelta(days=days) for days in (20, 21))
"""Days that nothing is due for yet."""
CUSTOMER = Customer(name="马娜", phone="13800001111", address="佛山市", district="南海区")
RULES = {decider.prefix: decider for decider in dispatch.main.SERVICE.deciders}


class Scene:
    """A dispatch of its own on the session's servers: worker, reactor, and planners' processes that die."""

    def __init__(self, stack: Stack, home: Path) -> None:
        self.name = f"dispatch_{uuid.uuid4().hex[:6]}"
        self.home = home
        self.settings = Settings(
            kafka_bootstrap=stack.kafka_address,
            mongo_url=stack.mongo_url,
            mongo_database=f"songda_{self.name}",
            home=home / "home",
            secret="a secret of the tests",
            session_timeout_ms=6_000,
            partitions=3,
        )
        self.system = dispatch_system(self.name)
        self.gateway = Gateway(self.settings, self.system.services)
        self.worker, self.reactor = self.process("worker"), self.process("reactor")

    def process(self, *roles: str) -> Application:
        """One process of it."""
        told = self.settings.model_dump(mode="json", exclude={"secret", "people"})
        env = {f"SONGDA_{name.upper()}": str(value) for name, value in told.items() if value is not None}
        command = ["-m", "harness.dispatch_system", self.name, *roles]
        return Application(
            roles[0], command, env | {"SONGDA_SECRET": "a secret of the tests"}, self.home / f"{roles[0]}.log"
        )

    async def open(self, *jobs: str) -> None:
        """Installations that may be planned, and deliveries that may not: nobody has booked them."""
        kinds = {"D": "delivery", "I": "installation"}
        for job in jobs:
            opened = OpenJob(job_id=job, kind=kinds[job[0]], contract_no=job[2:], customer=CUSTOMER, lines=())
            way = await walks(self.gateway, self.name, request_of(f"open/{job}", f"job:{job}", opened))
            assert way.first.status == "accepted"

    async def plan(self, number: str, job: str, on: date, half: str = "am") -> Any:
        """A planner's request to its end: why not, if not."""
        way = await walks(self.gateway, self.name, request_of(number, day_id(on), wanted(number, job, on, half)))
        assert (way.first.status, way.stuck) == ("accepted", None)
        return against(way)

    async def killed_amid(self, *requests: tuple[int, str, str, date, str]) -> None:
        """A process that has these requests in hand, each after so many of its commands, is killed."""
        told = [
            {
                "after": after,
                "number": number,
                "of": day_id(on),
                "command": wanted(number, job, on, half).model_dump(mode="json"),
            }
            for after, number, job, on, half in requests
        ]
        file = self.home / f"{uuid.uuid4().hex}.json"
        file.write_text(json.dumps(told), encoding="utf-8")
        api = self.process("api", str(file)).start()
        try:
            await eventually(lambda: api.lines(ALL_HANG), f"all requests hang: {api.tail()}")
        finally:
            api.kill()

    async def events(self) -> list[Happened]:
        """All that happened."""
        return await history(self.settings.kafka_bootstrap, self.name, self.settings.partitions)

    async def places(self) -> dict[str, tuple[date, str]] | None:
        """Where each job is, once nothing is only reserved, and days and jobs agree; None before."""
        states: dict[str, Any] = {}
        for one in await self.events():
            name = one.meta.subject
            rules = RULES[one.kind]
            states[name] = rules.evolve(states.get(name, rules.initial), one.fact)
        held = [(day.plan.on, one) for name, day in states.items() if name.startswith("day:") for one in day.plan.held]
        jobs = {name[4:]: place_of(job) for name, job in states.items() if name.startswith("job:")}
        there = {job: (place.on, place.half, place.position) for job, place in jobs.items() if place is not None}
        planned = {one.slot.job_id: (on, one.slot.half, one.slot.position) for on, one in held}
        agree = len(planned) == len(held) and planned == there and all(one.confirmed for _, one in held)
        return {job: (on, half) for job, (on, half, _) in there.items()} if agree else None

    async def end_at(self, wanted: dict[str, tuple[date, str]]) -> None:
        """Whatever died, all jobs are where they are to be; nothing was decided twice, and always in one name."""

        async def look() -> bool:
            return await self.places() == wanted

        try:
            await eventually(look, "days and jobs agree", every=0.5)
        except AssertionError:
            raise AssertionError(f"{await self.places()} is not {wanted}\n{self.reactor.tail()}") from None
        events = await self.events()
        assert max(Counter(one.meta.id for one in events).values()) == 1
        assert {one.meta.actor for one in events} == {PLANNER}


def wanted(number: str, job: str, on: date, half: str) -> ReserveSlot:
    """A place for a job, each with a crew of its kind."""
    kind = "delivery" if job.startswith("D") else "installation"
    crew = ("S" if kind == "delivery" else "A") + ("1" if int(job[-1]) % 2 else "2")
    return ReserveSlot(
        on=on, job_id=job, kind=kind, contract_no=job[2:], crew=crew, half=half, volume_l=0, lines=(), change_id=number
    )


@pytest.fixture
async def scene(stack: Stack, tmp_path: Path) -> AsyncIterator[Scene]:
    made = Scene(stack, tmp_path)
    await kafka.provision(made.settings, made.system.services)
    listening = asyncio.create_task(made.gateway.run())
    try:
        await made.worker.start().ready()
        await eventually(lambda: made.gateway.not_ready is None, "the gateway listens")
        yield made
    finally:
        made.worker.end()
        made.reactor.end()
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def test_wherever_the_api_is_killed_the_reactor_finishes_and_a_killed_reactors_successor_does(
    scene: Scene,
) -> None:
    """B8, X1: after reserve, take, confirm, release; and after a "no", before and after it was put back."""
    new, moved, declined = [f"I-N{n}" for n in (1, 2)], [f"I-M{n}" for n in (1, 2, 3)], [f"D-{n}" for n in (1, 2)]
    await scene.open(*new, *moved, *declined)
    for job in moved:
        assert await scene.plan(f"first/{job}", job, ONE) is None
    await scene.killed_amid(
        *((after, f"cut/{job}", job, NEXT, "am") for after, job in enumerate(new, start=1)),
        *((after, f"cut/{job}", job, NEXT, "pm") for after, job in enumerate(moved, start=1)),
        *((after, f"cut/{job}", job, ONE, "am") for after, job in enumerate(declined, start=1)),
    )
    assert await scene.places() is None, "half of it is done"
    for _ in range(2):
        await scene.reactor.start().ready()
        scene.reactor.kill()
    scene.reactor.start()
    await scene.end_at(dict.fromkeys(new, (NEXT, "am")) | dict.fromkeys(moved, (NEXT, "pm")))
    said = [one.fact for one in await scene.events() if isinstance(one.fact, SlotDeclined)]
    assert sorted((fact.job_id, fact.code) for fact in said) == [(job, "not_booked") for job in declined]
    for job in declined:  # asked again under its key: the same no, from the facts
        refused = await scene.plan(f"cut/{job}", job, ONE)
        assert refused is not None
        assert refused.code == "not_booked"


async def test_a_reactor_that_is_behind_brings_no_job_back(scene: Scene) -> None:
    """B8: given one day, then another, and back, all told yes; only then the reactor comes, twice over."""
    await scene.open("I-1")
    days = (ONE, NEXT, ONE, NEXT)
    assert [await scene.plan(f"r{n}", "I-1", on) for n, on in enumerate(days)] == [None] * 4
    before = len(await scene.events())
    scene.reactor.start()
    await scene.open("I-2")
    await scene.killed_amid((1, "last", "I-2", ONE, "am"))
    await scene.end_at({"I-1": (NEXT, "am"), "I-2": (ONE, "am")})  # the reactor has come to the end
    events = await scene.events()
    assert sum(isinstance(one.fact, StopScheduled) and one.fact.job_id == "I-1" for one in events) == len(days)
    assert len([one for one in events if "I-2" not in one.fact.model_dump_json()]) == before
