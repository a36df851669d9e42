"""Flows on real Kafka: the API is killed amid a request at every step, and the reactor finishes; killed, the next one.

A day and its jobs agree in the end, whoever died when; what was said no to leaves nothing behind; and a reactor that is
behind brings no job back to a place that it has left (B8).
"""

import asyncio
import json
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
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
from company.fleet_crews import policy_means, record_on
from company.policy import policy_book
from contracts.civil_time import civil_day
from contracts.dispatch_days import CrewOfDayChanged
from contracts.dispatch_door import CountedLine, Signing
from contracts.dispatch_fleet import FleetCrew
from contracts.dispatch_jobs import Checklist, DeliveryCompleted, SlotDeclined, StopScheduled
from contracts.dispatch_road import StopArrived, StopEnded, StopReached
from contracts.dispatch_runs import CashCollected, DepartureDeclined, RunStop
from contracts.fact import ContractLine, Customer, GoodsLine
from dispatch.day.aggregate import day_id
from dispatch.day.slot import ReserveSlot
from dispatch.fleet.aggregate import FLEET
from dispatch.fleet.crews import SetCrews
from dispatch.fleet.trips import ApproveTrip, SendOut
from dispatch.job.booking import BookInstallation
from dispatch.job.handover import CompleteDelivery
from dispatch.job.state import Delivered, OnTheWay, place_of
from dispatch.job.terms import OpenJob, volume_of
from dispatch.run.aggregate import run_id
from dispatch.run.cash import CollectCash
from dispatch.run.loading import CountedStop, IssueList, LoadRun, PlanRun
from dispatch.run.route import ReachStop
from dispatch.slot_flow import against
from runtime import kafka
from runtime.clock import utc_now
from runtime.commands import Asked
from runtime.decision import Signer
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

    async def open(self, *jobs: str, lines: tuple[ContractLine, ...] = ()) -> None:
        """Installations that may be planned, and deliveries that may not before somebody has booked them.

        With `lines` their goods are complete.
        """
        kinds = {"D": "delivery", "I": "installation"}
        for job in jobs:
            opened = OpenJob(
                job_id=job,
                kind=kinds[job[0]],
                contract_no=job[2:],
                customer=CUSTOMER,
                lines=lines,
                complete_on=civil_day(utc_now()) if lines else None,
            )
            way = await walks(self.gateway, self.name, request_of(f"open/{job}", f"job:{job}", opened))
            assert way.first.status == "accepted"

    async def plan(
        self, number: str, job: str, on: date, half: str = "am", lines: tuple[ContractLine, ...] = ()
    ) -> Any:
        """A planner's request to its end: why not, if not."""
        way = await walks(self.gateway, self.name, wanted(number, job, on, half, lines))
        assert (way.first.status, way.stuck) == ("accepted", None)
        return against(way)

    async def done(self, aggregate_id: str, *commands: Any) -> None:
        """Commands that are no flow, one after the other."""
        for number, command in enumerate(commands):
            asked = request_of(f"done/{aggregate_id}/{number}", aggregate_id, command)
            asked = replace(asked, request=replace(asked.request, second=Signer("mai.gh", "warehouse")))
            (answer,) = await self.gateway.ask_all(self.name, [asked])
            assert answer.status == "accepted", answer

    async def killed_amid(self, *requests: tuple[int, Asked]) -> None:
        """A process that has these requests in hand, each after so many of its commands, is killed."""
        told = [
            {
                "after": after,
                "number": first.request.command_id,
                "of": first.aggregate_id,
                "command": first.command.model_dump(mode="json"),
            }
            for after, first in requests
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

    async def states(self) -> dict[str, Any]:
        """What every aggregate is."""
        states: dict[str, Any] = {}
        for one in await self.events():
            name = one.meta.subject
            rules = RULES[one.kind]
            states[name] = rules.evolve(states.get(name, rules.initial), one.fact)
        return states

    async def places(self) -> dict[str, tuple[date, str]] | None:
        """Where each job is, once nothing is only reserved, and days and jobs agree; None before."""
        states = await self.states()
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


def wanted(number: str, job: str, on: date, half: str = "am", lines: tuple[ContractLine, ...] = ()) -> Asked:
    """A planner's request: a place for a job of these goods, each with a crew of its kind."""
    kind = "delivery" if job.startswith("D") else "installation"
    crew = ("S" if kind == "delivery" else "A") + ("1" if int(job[-1]) % 2 else "2")
    place = ReserveSlot(
        on=on,
        job_id=job,
        kind=kind,
        contract_no=job[2:],
        crew=crew,
        half=half,
        volume_l=volume_of(lines, policy_book().at(utc_now())),
        lines=(),
        change_id=number,
    )
    return request_of(number, day_id(on), place)


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
    new, moved, declined = [f"I-N{n}" for n in (1, 2)], [f"I-M{n}" for n in (1, 2, 3)], [f"D-{n}" for n in (1, 2, 3)]
    await scene.open(*new, *moved, *declined)
    for job in moved:
        assert await scene.plan(f"first/{job}", job, ONE) is None
    await scene.killed_amid(
        *((after, wanted(f"cut/{job}", job, NEXT)) for after, job in enumerate(new, start=1)),
        *((after, wanted(f"cut/{job}", job, NEXT, "pm")) for after, job in enumerate(moved, start=1)),
        *((after, wanted(f"cut/{job}", job, ONE)) for after, job in enumerate(declined, start=1)),
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
    await scene.killed_amid((1, wanted("last", "I-2", ONE)))
    await scene.end_at({"I-1": (NEXT, "am"), "I-2": (ONE, "am")})  # the reactor has come to the end
    events = await scene.events()
    assert sum(isinstance(one.fact, StopScheduled) and one.fact.job_id == "I-1" for one in events) == len(days)
    assert len([one for one in events if "I-2" not in one.fact.model_dump_json()]) == before


async def test_what_is_signed_at_the_door_is_known_to_run_and_job_whoever_died(scene: Scene) -> None:
    """B12, B13, B17, X1: killed after a stop was reached, after the money, after the signature."""
    jobs = {"S1": ("D-1", "D-3"), "S2": ("D-2", "D-4")}
    await scene.open(*(job for stops in jobs.values() for job in stops), lines=(ORDERED,))
    await scene.done(FLEET.key("main"), *(ApproveTrip(on=ONE, crew=crew, reason="这天忙") for crew in jobs))  # any hour
    for crew, stops in jobs.items():
        for half, job in zip(("am", "pm"), stops, strict=True):
            await scene.done(f"job:{job}", BookInstallation(checklist=READY, on=ONE))
            assert await scene.plan(f"first/{job}", job, ONE, half, (ORDERED,)) is None
        on_sheet = [
            RunStop(job_id=job, contract_no=job[2:], half=half, position=1, lines=(PIECE,))
            for half, job in zip(("am", "pm"), stops, strict=True)
        ]
        count = LoadRun(counted=tuple(CountedStop(job_id=job, lines=(TAKEN,)) for job in stops))
        await scene.done(run_id(ONE, crew), sheet(crew, *on_sheet), count, IssueList())
        way = await walks(scene.gateway, scene.name, let_go(crew, *stops))
        assert (way.first.status, way.stuck) == ("accepted", None)
    await scene.killed_amid(
        (1, request_of("reach", run_id(ONE, "S1"), ReachStop(job_id="D-1"))),
        (1, request_of("sign", "job:D-3", CompleteDelivery(**dict(SIGNED)))),
        *((after, request_of(f"pay/{job}", run_id(ONE, "S2"), paid(job))) for after, job in ((1, "D-2"), (2, "D-4"))),
    )
    assert await counted(scene) == (1, 0, 2, 2, 0), "half of it is done"
    await scene.reactor.start().ready()
    scene.reactor.kill()
    scene.reactor.start()

    async def agree() -> bool:
        states = await scene.states()
        signed = {job for job in ("D-2", "D-3", "D-4") if isinstance(states[f"job:{job}"], Delivered)}
        ended = {one.job_id for crew in jobs for one in states[run_id(ONE, crew)].ended}
        return states["job:D-1"].is_arrived and len(signed) == 3 and ended == signed

    await eventually(agree, "run and job agree", every=0.5)
    assert await counted(scene) == (1, 1, 2, 3, 3)


async def counted(scene: Scene) -> tuple[int, ...]:
    """Stops that were reached, those the job knows of, moneys, signatures, stops that are over."""
    kinds = Counter(type(one.fact) for one in await scene.events())
    return tuple(kinds[kind] for kind in (StopReached, StopArrived, CashCollected, DeliveryCompleted, StopEnded))


async def test_days_follow_crews_that_were_set_by_a_process_that_died(scene: Scene) -> None:
    """B8, X1: killed after the fleet's yes, and after one of the days had followed."""
    await scene.open("I-1", "I-2")
    for job, on in (("I-1", ONE), ("I-2", NEXT)):
        assert await scene.plan(f"first/{job}", job, on) is None
    alone = {
        crew: record(crew).model_copy(update={"members": (), "effective_from": ONE, "effective_to": NEXT})
        for crew in ("S1", "S2")
    }
    await scene.killed_amid(
        *(
            (after, request_of(f"set/{crew}", FLEET.key("main"), SetCrews(crews=(one,), reason="请假")))
            for after, (crew, one) in enumerate(alone.items(), start=1)
        )
    )

    async def left() -> Counter[date]:
        """Crews that still come with others, by day."""
        states = await scene.states()
        crews = [(on, one) for on in (ONE, NEXT) for one in states[day_id(on)].plan.crews if one.crew in alone]
        return Counter(on for on, one in crews if one.members)

    assert (await left()).total() == 3, "one day followed one crew"
    scene.reactor.start()

    async def followed() -> bool:
        return not await left()

    await eventually(followed, "the days follow", every=0.5)
    changed = Counter(
        (one.fact.on, one.fact.crew.crew) for one in await scene.events() if isinstance(one.fact, CrewOfDayChanged)
    )
    assert changed == Counter({(on, crew): 1 for on in (ONE, NEXT) for crew in alone})


async def test_a_vehicle_that_was_let_go_by_a_process_that_died_departs_or_comes_back(scene: Scene) -> None:
    """B8, B11, X1: killed after the fleet's yes, after the run's, after the run's no."""
    loaded, unplanned = {"A1": "I-1", "A2": "I-2"}, ("S1", "S2")
    await scene.open(*loaded.values())
    for crew, job in loaded.items():
        assert await scene.plan(f"first/{job}", job, ONE) is None
        stop = RunStop(job_id=job, contract_no=job[2:], half="am", position=1, lines=(PIECE,))
        count = LoadRun(counted=(CountedStop(job_id=job, lines=(TAKEN,)),))
        await scene.done(run_id(ONE, crew), sheet(crew, stop), count, IssueList())
    crews = [*loaded, *unplanned]
    await scene.done(FLEET.key("main"), *(ApproveTrip(on=ONE, crew=crew, reason="这天忙") for crew in crews))
    await scene.killed_amid(*((after, let_go(crew)) for after, crew in zip((1, 2, 1, 2), crews, strict=True)))
    before = await scene.states()
    assert sorted(one.crew for one in before["fleet:main"].out) == sorted(crews)
    scene.reactor.start()

    async def at_rest() -> Any:
        states = await scene.states()
        gone = sorted(one.crew for one in states["fleet:main"].out)
        way = [job for job in loaded.values() if isinstance(states[f"job:{job}"], OnTheWay)]
        return (gone, way, sorted(states[day_id(ONE)].plan.departed)) == ([*loaded], [*loaded.values()], [*loaded])

    await eventually(at_rest, "who was let go is on the road, or back in", every=0.5)
    said = [(one.fact.crew, one.fact.code) for one in await scene.events() if isinstance(one.fact, DepartureDeclined)]
    assert sorted(said) == [(crew, "not_planned") for crew in unplanned]
    assert {one.meta.actor for one in await scene.events()} == {PLANNER}


PIECE = GoodsLine(line_no=1, sku="BTH-0421", name="浴室柜", quantity=1)
ORDERED = ContractLine(**dict(PIECE), spec="900", category="卫浴", unit_price_fen=5_000, to_install=False)
TAKEN = CountedLine(line_no=1, quantity=1)
READY = Checklist(switch_panels=True, angle_valves=True, ceiling=True, water_power=True, gas=True, kitchen_cleared=True)
SIGNED = Signing(delivered=(TAKEN,), signed_by="马娜", signature_ref="s", taught_use=True)


def paid(job: str) -> CollectCash:
    """The money, and what is signed for with it."""
    return CollectCash(job_id=job, amount_fen=5_000, due_fen=5_000, signing=SIGNED)


def record(crew: str) -> FleetCrew:
    """The crew as the company has it."""
    means = policy_means(policy_book().at(datetime.now(UTC)))
    known = record_on(means, crew, ONE)
    assert known is not None
    return known


def sheet(crew: str, *stops: RunStop) -> PlanRun:
    """The crew's sorting sheet."""
    known = record(crew)
    return PlanRun(on=ONE, crew=crew, leader=known.leader, vehicle=known.vehicle, version=1, stops=stops)


def let_go(crew: str, *jobs: str) -> Asked:
    """A request to let a crew go, as it is usual: with these jobs, which are known to be planned."""
    known = record(crew)
    going = SendOut(
        on=ONE,
        crew=crew,
        leader=known.leader,
        driver=None,
        vehicle=known.vehicle,
        departs=True,
        known=jobs or ("I-1", "I-2"),
    )
    return request_of(f"go/{crew}", FLEET.key("main"), going)
