"""Dispatch alone, on topics of its own: `python -m harness.dispatch_system NAME ROLE...` is one process of it.

`... NAME api FILE` is a process that walks the requests of a file as HTTP does, each up to so many commands, and hangs
in the middle of them until it is killed.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import dispatch.main
from company.people import read_people
from company.policy import policy_book
from dispatch.crews_flow import CREWS
from dispatch.departure_flow import DEPARTURE
from dispatch.door_flow import DOOR
from dispatch.fleet.crews import SetCrews
from dispatch.fleet.trips import SendOut
from dispatch.job.handover import CompleteDelivery
from dispatch.run.cash import CollectCash
from dispatch.run.route import ReachStop
from dispatch.slot_flow import SLOTS
from runtime.aggregate import Aggregate
from runtime.app import Process, System, serve
from runtime.commands import Asked, command_reader
from runtime.flow import Flow, Way, walk
from runtime.gateway import Gateway, new_request
from runtime.logs import set_up_logs
from runtime.outcome import Outcome
from runtime.service import Service
from runtime.settings import Settings

PLANNER = "he.jx"
ALL_HANG = "all requests hang"


def dispatch_system(name: str) -> System:
    """The service under another name (so: topics), without the services that it listens to, and without rows."""
    real = dispatch.main.SERVICE
    own = tuple(replace(reaction, source=name) for reaction in real.reactions if reaction.source == "dispatch")
    deciders = tuple(patient(one) for one in real.deciders if isinstance(one, Aggregate))
    service = replace(real, name=name, deciders=deciders, reactions=own, projections=(), router=None)
    services: dict[str, Service] = {name: service}
    return System(services, (), policy_book(), read_people())


def patient(aggregate: Aggregate[Any, Any]) -> Aggregate[Any, Any]:
    """Its reservations hold for an hour: what is tested is who finishes, not how fast this machine is."""

    def door(case: Any, command: Any, state: Any, ctx: Any) -> Any:
        policy = ctx.policy.model_copy(update={"slot_hold_minutes": 60})
        return aggregate.door(case, command, state, replace(ctx, policy=policy))

    return replace(aggregate, door=door)


async def asks(gateway: Gateway, service: str, asked: Sequence[Asked]) -> list[Outcome]:
    """Commands and their answers, with the facts."""
    return [await gateway.with_facts(service, one) for one in await gateway.ask_all(service, asked)]


async def walks(gateway: Gateway, service: str, first: Asked) -> Way:
    """A request from its first command to its end, as HTTP does it."""
    (answer,) = await asks(gateway, service, [first])
    return await walk(flow_of(first), lambda asked: asks(gateway, service, asked), answer)


BEGINS: dict[type, Flow] = {
    SendOut: DEPARTURE,
    SetCrews: CREWS,
    ReachStop: DOOR,
    CollectCash: DOOR,
    CompleteDelivery: DOOR,
}
"""First command -> the flow that it begins; all others give a place."""


def flow_of(first: Asked) -> Flow:
    """Which flow a request begins."""
    return BEGINS.get(type(first.command), SLOTS)


def request_of(number: str, aggregate_id: str, command: Any) -> Asked:
    """The first command of a planner's request."""
    role = "install_assistant"
    return Asked(aggregate_id, command, new_request(number, actor=PLANNER, role=role, tells=True))


async def hang_in(gateway: Gateway, service: str, first: Asked, after: int) -> None:
    """Walk until so many commands have been answered, and not a command further."""
    left = after

    async def put_all(asked: Sequence[Asked]) -> list[Outcome]:
        nonlocal left
        now, left = asked[:left], max(left - len(asked), 0)
        answers = await asks(gateway, service, now) if now else []
        if len(now) < len(asked):
            raise _Cut
        return answers

    try:
        (answer,) = await put_all([first])
        await walk(flow_of(first), put_all, answer)
    except _Cut:
        return


class _Cut(BaseException):
    """As far as it was to come."""


async def hang(settings: Settings, name: str, requests: list[dict[str, Any]]) -> None:
    """All requests at once; then wait for the end."""
    gateway = Gateway(settings, [name])
    listening = asyncio.create_task(gateway.run())
    readers = command_reader(dispatch.main.SERVICE.deciders)
    whole = [
        (one["after"], one["number"], one["of"], readers[one["of"].partition(":")[0]].validate_python(one["command"]))
        for one in requests
    ]
    await asyncio.gather(*(hang_in(gateway, name, request_of(*first), after) for after, *first in whole))
    print(ALL_HANG, flush=True)
    await listening


def main() -> int:
    """Run until told to stop, or killed."""
    name, *roles = sys.argv[1:]
    settings = Settings()
    system = dispatch_system(name)
    set_up_logs(settings.log_level)
    if roles[0] == "api":
        asyncio.run(hang(settings, name, json.loads(Path(roles[1]).read_text(encoding="utf-8"))))
        return 0
    return serve(Process(settings, system, system.services, roles))


if __name__ == "__main__":
    sys.exit(main())
