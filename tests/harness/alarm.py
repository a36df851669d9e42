"""A service for tests only, with what the runtime must do for timers: an alarm is set, and rings once when it is due.

It borrows two published event shapes: PlanOverdue for "set until `due`", InstallationOverdue for "rang".
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

from pydantic import AwareDatetime

from company.context import Context
from contracts.dispatch_days import PlanOverdue
from contracts.dispatch_jobs import InstallationOverdue
from runtime.decision import Command, Rejected, Timer
from runtime.service import Decider, Service

EPOCH_DAY = date(1970, 1, 1)

BROKEN: set[str] = set()
"""Names of alarms on whose events `evolve` raises: a bug that a test makes and mends."""
UNTIMED: set[str] = set()
"""Names of alarms of which nobody can say what falls due."""


class SetAlarm(Command):
    """Ring at `due`."""

    command: Literal["SetAlarm"] = "SetAlarm"
    name: str
    due: AwareDatetime


class Ring(Command):
    """The timer's command."""

    command: Literal["Ring"] = "Ring"
    name: str
    due: AwareDatetime


@dataclass(frozen=True, slots=True)
class Silent:
    """No alarm is set; it rang `times` times."""

    times: int


@dataclass(frozen=True, slots=True)
class Armed:
    """It rings at `due`."""

    name: str
    due: datetime
    times: int


Alarm = Silent | Armed


def decide(command: SetAlarm | Ring, alarm: Alarm, ctx: Context) -> tuple[Any, ...] | Rejected:
    """Set, or ring if this is still what was set."""
    match command:
        case SetAlarm():
            if isinstance(alarm, Armed):
                return ()
            return (PlanOverdue(at=ctx.now, depot=command.name, on=EPOCH_DAY, due=command.due),)
        case Ring():
            if not isinstance(alarm, Armed) or alarm.due != command.due:
                return ()
            return (InstallationOverdue(at=ctx.now, job_id=command.name, contract_no="", due=command.due),)


def evolve(alarm: Alarm, event: PlanOverdue | InstallationOverdue) -> Alarm:
    """The alarm after an event."""
    name = event.depot if isinstance(event, PlanOverdue) else event.job_id
    if name in BROKEN:
        raise KeyError(name)
    match event:
        case PlanOverdue():
            return Armed(event.depot, event.due, alarm.times)
        case InstallationOverdue():
            return Silent(alarm.times + 1)


def due(alarm: Alarm) -> tuple[Timer, ...]:
    """An armed alarm owes its ringing."""
    if isinstance(alarm, Armed) and alarm.name in UNTIMED:
        raise KeyError(alarm.name)
    match alarm:
        case Armed(name, when, _):
            return (Timer("ring", when, Ring(name=name, due=when.astimezone(UTC))),)
        case Silent():
            return ()


def alarm_service(name: str) -> Service:
    """The service, under a name of its own."""
    return Service(
        name=name,
        deciders=(
            Decider(
                prefix="alarm",
                initial=Silent(0),
                states=(Silent, Armed),
                commands=SetAlarm | Ring,
                decide=decide,
                evolve=evolve,
                due=due,
            ),
        ),
    )
