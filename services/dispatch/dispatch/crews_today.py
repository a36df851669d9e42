"""Who works on a day: as the day was opened, else as the fleet says, so that the day is opened with them."""

from datetime import date

from pydantic import BaseModel

from company.crew_of_day import means_now
from company.fleet_crews import crews_of_day
from company.policy import Policy
from contracts.dispatch_days import CrewOfDay
from dispatch.day.state import day_no
from dispatch.fields import DEPOT
from runtime.typed_rows import ByName
from runtime.use_case import Asker


class OpenedDay(BaseModel):
    """Who works on a day that was opened."""

    crews: tuple[CrewOfDay, ...]


OPENED = ByName("days", OpenedDay)
"""Rows of days, for the use cases of a day, which its view is made of."""


async def crews_on(asker: Asker, on: date, policy: Policy, depot: str = DEPOT) -> tuple[CrewOfDay, ...]:
    """The crews of a depot's day; a day that nobody planned for yet has those of the fleet (D17)."""
    row = await asker.view(OPENED).get(day_no(on, depot))
    return crews_of_day(await means_now(asker, policy), on, depot) if row is None else row.crews
