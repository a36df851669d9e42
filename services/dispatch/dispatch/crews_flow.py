"""Crews that are set by the fleet, and the days that are planned already (B8); said once.

fleet: 定班组 CrewSet ──> each day: follow, all crews that were set or none; a day that nobody planned opens with them
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from contracts.dispatch_days import CrewOfDay
from contracts.dispatch_fleet import CrewSet, CrewsOnDays
from dispatch.day.aggregate import day_id
from dispatch.day.crews import FollowCrews
from runtime.decision import Ask
from runtime.flow import Flow, step
from runtime.reaction import On


def tell_days(event: CrewSet) -> tuple[Ask, ...]:
    """定班组 (B8) -> days that are planned already go on with these crews, each depot's with its own (D17)."""
    return asks_of_days(event.days, event.at, event.reason)


def asks_of_days(days: tuple[CrewsOnDays, ...], at: datetime | None, reason: str) -> tuple[Ask, ...]:
    """What each of these days is asked for."""
    return tuple(
        Ask(day_id(some.starts_on + timedelta(days=n), depot), FollowCrews(at=at, crews=crews, reason=reason))
        for some in days
        for depot, crews in by_depot(some.crews).items()
        for n in range((some.ends_on - some.starts_on).days + 1)
    )


def by_depot(crews: Iterable[CrewOfDay]) -> dict[str, tuple[CrewOfDay, ...]]:
    """The crews of each depot (D17)."""
    found: dict[str, tuple[CrewOfDay, ...]] = {}
    for crew in crews:
        found[crew.depot] = (*found.get(crew.depot, ()), crew)
    return found


CREWS = Flow((step("dispatch.tell_days", On(CrewSet, tell_days)),))
"""The reactor runs it, the API walks it. The name is stored: it never changes."""
