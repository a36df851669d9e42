"""What dispatch does about what happens on the road (B11). Pure."""

from contracts.decision import Ask
from contracts.dispatch import (
    RunDeparted,
)
from contracts.envelope import Meta
from contracts.fact import Fact
from dispatch.domain.job import (
    job_id,
)
from dispatch.domain.stop import DepartStop

Asks = tuple[Ask, ...]


def depart_stops(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """出车 (B11) -> each stop that was loaded is on the way."""
    if not isinstance(event, RunDeparted):
        return ()
    departed = DepartStop(at=event.at, on=event.on, crew=event.crew, vehicle=event.vehicle, leader=event.leader)
    return tuple(Ask(job_id(job), departed) for job in event.job_ids)
