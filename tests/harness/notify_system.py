"""Notify alone, on topics of its own, in a hurry: `python -m harness.notify_system NAME` is one process of it.

Its rules are the real ones; only the policy's waiting times are short, so that a test sees what takes minutes.
"""

import sys
from dataclasses import replace
from typing import Any

import notify.main
from company.people import read_people
from company.policy import policy_book
from runtime.aggregate import Aggregate
from runtime.app import Process, System, serve
from runtime.logs import set_up_logs
from runtime.service import Service
from runtime.settings import Settings

HURRY = {
    "settle_seconds": 3,
    "retry_minutes": 0,
    "ask_minutes": 0,
    "ask_attempts": 30,
    "send_attempts": 100,
    "sms_per_customer_hour": 1000,
    "sms_per_customer_day": 1000,
}


def notify_system(name: str, settings: Settings) -> System:
    """The notify service under another name (so: topics), without the services that it listens to."""
    real = notify.main.build(settings.home)
    service = replace(
        real,
        name=name,
        deciders=tuple(_in_a_hurry(decider) for decider in real.deciders),
        reactions=tuple(replace(r, source=name) for r in real.reactions if r.source == "notify"),
        effects=tuple(replace(effect, source=name) for effect in real.effects),
        projections=(),
    )
    services: dict[str, Service] = {name: service}
    return System(services, (), policy_book(), read_people)


def _in_a_hurry(aggregate: Aggregate[Any, Any]) -> Aggregate[Any, Any]:
    def door(case: Any, command: Any, state: Any, ctx: Any) -> Any:
        return aggregate.door(case, command, state, replace(ctx, policy=ctx.policy.model_copy(update=HURRY)))

    return replace(aggregate, door=door)


def main() -> int:
    """Decide, react and send until told to stop."""
    settings = Settings()
    system = notify_system(sys.argv[1], settings)
    set_up_logs(settings.log_level)
    return serve(Process(settings, system, system.services, ("worker", "reactor")))


if __name__ == "__main__":
    sys.exit(main())
