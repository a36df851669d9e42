"""Who works on a day: as the day was opened, else as the fleet says, so that the day is opened with them."""

from datetime import date

from company.fleet_crews import crews_on as fleet_crews_on
from company.policy import Policy
from contracts.dispatch_days import CrewOfDay
from dispatch.fields import DEPOT
from runtime.http import Asking


async def crews_on(desk: Asking, on: date, policy: Policy) -> tuple[CrewOfDay, ...]:
    """The crews of a day; a day that nobody planned for yet has those of the fleet."""
    row = await desk.rows("days").get(f"{DEPOT}:{on.isoformat()}")
    if row is None:
        fleet = await desk.rows("fleet").get(DEPOT)
        return fleet_crews_on(None if fleet is None else fleet["fleet"], on, policy)
    return tuple(CrewOfDay.model_validate(crew) for crew in row["day"]["crews"])
