"""The crew that the asking person works in on a day: what people on the road may see and do depends on it (C18, B8)."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from company.fleet_crews import crew_of, facet_means
from company.policy import policy_book
from runtime.clock import utc_now
from runtime.http import Asking


async def own_crews(desk: Asking, days: Iterable[date]) -> Mapping[date, str | None]:
    """The person's crew on each of these days: as the fleet has it, else as the person is on file; one query."""
    row = await desk.rows("fleet").get("main")
    means = facet_means(None if row is None else row["fleet"], policy_book().at(utc_now()))
    person = desk.person
    if means.person(person.id) is None:
        return dict.fromkeys(days, person.crew)
    return {on: crew_of(means, person.id, on) for on in days}


async def own_crew_on(desk: Asking, on: date) -> str | None:
    """The person's crew on one day."""
    return (await own_crews(desk, [on]))[on]


async def works_on(desk: Asking, job: Mapping[str, Any]) -> bool:
    """Whether a job (a `jobs` row's facet) is in a slot of the crew in which the person works on its day."""
    if job["on"] is None or job["crew"] is None:
        return False
    return bool(await own_crew_on(desk, date.fromisoformat(job["on"])) == job["crew"])
