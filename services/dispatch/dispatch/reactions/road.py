"""What dispatch does about what happens on the road (B11-B16). Pure."""

from contracts.civil_time import civil_day
from contracts.dispatch_jobs import DeliveryCompleted, DeliveryFailed
from contracts.dispatch_road import RunClosed, StopReached
from contracts.dispatch_runs import RunDeparted
from contracts.envelope import Meta
from contracts.fact import Fact
from dispatch.fields import DEPOT
from dispatch.fleet.aggregate import FLEET
from dispatch.fleet.trips import ReturnVehicle
from dispatch.job.aggregate import JOB
from dispatch.job.handover import ArriveAtStop
from dispatch.job.stop import DepartStop, LeaveSlot
from dispatch.run.aggregate import run_id
from dispatch.run.route import EndStop
from runtime.decision import Ask

Asks = tuple[Ask, ...]

LEFT_BEHIND = "未装车 not loaded"
"""Why a stop that was settled not to go leaves its slot (B11)."""


def depart_stops(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001 - the shape that every reaction has
    """出车 (B11) -> each stop that was loaded is on the way."""
    if not isinstance(event, RunDeparted):
        return ()
    departed = DepartStop(at=event.at, on=event.on, crew=event.crew, vehicle=event.vehicle, leader=event.leader)
    return tuple(Ask(JOB.key(job), departed) for job in event.job_ids)


def leave_behind(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """出车 (B11) -> each stop that was settled not to go is to be planned anew."""
    if not isinstance(event, RunDeparted):
        return ()
    leaving = LeaveSlot(at=event.at, reason=LEFT_BEHIND, on=event.on)
    return tuple(Ask(JOB.key(job), leaving) for job in event.left_behind)


def arrive_at_stop(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """到站 (B12, B13) -> the job knows that its crew is there."""
    if not isinstance(event, StopReached):
        return ()
    return (Ask(JOB.key(event.job_id), ArriveAtStop(at=event.at)),)


def end_stop(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """签收, 未送成 (B17) -> the run counts the stop, even if the page was cut off in between."""
    if not isinstance(event, DeliveryCompleted | DeliveryFailed):
        return ()
    outcome = EndStop(
        at=event.at, job_id=event.job_id, outcome="done" if isinstance(event, DeliveryCompleted) else "failed"
    )
    return (Ask(run_id(civil_day(event.window_ends), event.crew), outcome),)


def return_vehicle(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """日清日结 (B8) -> leader, driver and vehicle are free again."""
    if not isinstance(event, RunClosed):
        return ()
    return (Ask(FLEET.key(DEPOT), ReturnVehicle(at=event.at, on=event.on, crew=event.crew)),)
