"""The crew that the asking person works in on a day: what people on the road may see and do depends on it (C18, B8)."""

from collections.abc import Iterable, Mapping
from datetime import date

from pydantic import BaseModel

from company.fleet_crews import Means, crew_of, means_of
from company.policy import Policy, policy_book
from runtime.clock import utc_now
from runtime.http import Caller
from runtime.typed_rows import ByName
from runtime.use_case import Asker


class FleetOnFile(BaseModel):
    """The fleet's row."""

    means: Means


class Stop(BaseModel):
    """Where a job is in a slot, for those who know no jobs."""

    on: date | None
    crew: str | None


FLEET = ByName("fleet", FleetOnFile)
STOPS = ByName("jobs", Stop)
"""Dispatch's rows, which everybody asks for by name."""


async def means_now(caller: Asker, policy: Policy) -> Means:
    """People and means, as the fleet has them now."""
    return means_of(await caller.view(FLEET).get("main"), policy)


async def own_crews(caller: Caller, days: Iterable[date]) -> Mapping[date, str | None]:
    """The person's crew on each of these days: as the fleet has it, else as the person is on file; one query."""
    means = await means_now(caller, policy_book().at(utc_now()))
    person = caller.person
    if means.person(person.id) is None:
        return dict.fromkeys(days, person.crew)
    return {on: crew_of(means, person.id, on) for on in days}


async def own_crew_on(caller: Caller, on: date) -> str | None:
    """The person's crew on one day."""
    return (await own_crews(caller, [on]))[on]


async def works_on(caller: Caller, on: date | None, crew: str | None) -> bool:
    """Whether the person works on a day in a crew: where a job is in a slot."""
    return on is not None and crew is not None and await own_crew_on(caller, on) == crew
