"""Who works on a day: as the day was opened, else as the fleet says, so that the day is opened with them."""

from datetime import date

from company.crew_of_day import means_now
from company.fleet_crews import crews_of_day
from company.policy import Policy
from contracts.dispatch_days import CrewOfDay
from dispatch.day.row import DAYS, row_id
from runtime.http import Caller


async def crews_on(caller: Caller, on: date, policy: Policy) -> tuple[CrewOfDay, ...]:
    """The crews of a day; a day that nobody planned for yet has those of the fleet."""
    row = await caller.view(DAYS).get(row_id(on))
    return crews_of_day(await means_now(caller, policy), on) if row is None else row.crews
