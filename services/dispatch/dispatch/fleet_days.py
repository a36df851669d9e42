"""Days that are planned already learn of a changed crew: each is asked, and each may refuse with its clashes (B8)."""

from dataclasses import replace
from datetime import date
from typing import Any

from company.crew_of_day import means_now
from company.fleet_crews import Means, begin, crews_of_day
from company.policy import Policy
from contracts.dispatch_days import CrewOfDay
from contracts.dispatch_fleet import FleetCrew
from dispatch.day.aggregate import day_id
from dispatch.day.crews import SetCrewOfDay
from dispatch.day.row import DAYS
from dispatch.fleet.crews import SetCrews
from runtime.http import Caller

Json = dict[str, Any]

DAYS_ASKED = 60
"""Opened days that are asked at most: nobody plans further ahead."""


def crews_after(means: Means, changed: tuple[FleetCrew, ...], on: date) -> tuple[CrewOfDay, ...]:
    """The crews of a day, once these records are in force; the fleet's row may not have them yet."""
    fresh = tuple(crew for crew in changed if crew not in means.crews)
    return crews_of_day(replace(means, crews=(*means.crews, *fresh)), on)


async def tell_opened_days(caller: Caller, change: SetCrews, policy: Policy) -> list[Json]:
    """Put the changed crews to the days that are opened already. Returns the days that refused, and why.

    Two that swap people refuse each other while one of them has not changed yet: who refused is asked once more.
    """
    changed = change.crews
    means = await means_now(caller, policy)
    since = min(begin(crew) for crew in changed).isoformat()
    days = await caller.view(DAYS).find({"row.on": {"$gte": since}}, sort=[("_id", 1)], limit=DAYS_ASKED)
    refused: list[Json] = []
    for on in (day.on for day in days):
        names = {crew.crew for crew in changed if covers(crew, on)}
        open_crews = [crew for crew in crews_after(means, changed, on) if crew.crew in names]
        first = await _ask_day(caller, on, open_crews, change, "first")
        again = await _ask_day(caller, on, [crew for crew, _ in first], change, "again")
        refused.extend({"on": on.isoformat(), "crew": crew.crew, "zh": zh} for crew, zh in again)
    return refused


def covers(crew: FleetCrew, on: date) -> bool:
    """Whether a record is about that day."""
    return begin(crew) <= on and (crew.effective_to is None or on <= crew.effective_to)


async def _ask_day(
    caller: Caller, on: date, crews: list[CrewOfDay], change: SetCrews, step: str
) -> list[tuple[CrewOfDay, str]]:
    """Those that the day refused, with its words."""
    refused = []
    for crew in crews:
        asked = SetCrewOfDay(at=change.at, on=on, crew=crew, reason=change.reason)
        told = await caller.ask(day_id(on), asked, step=f"day/{on}/{crew.crew}/{step}")
        if told.rejected is not None:
            refused.append((crew, told.rejected.zh))
    return refused
