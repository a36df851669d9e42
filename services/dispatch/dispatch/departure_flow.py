"""Letting a run go: the fleet says yes to people and vehicle (B8, B18), the run to sheet, list and QC (B9, B11, B21),
and its stops are on the way; said once.

fleet: 出车 VehicleSentOut ──> run: depart ──> 出车 RunDeparted ──> jobs: on the way, or left; day: no more
         ▲                     │ no
         └─ return <── 不能出车 DepartureDeclined
"""

from company.reasons import LEFT_BEHIND
from contracts.dispatch_fleet import VehicleSentOut
from contracts.dispatch_runs import DepartureDeclined, RunDeparted
from dispatch.day.aggregate import day_id
from dispatch.day.crews import NoteDeparture
from dispatch.fields import DEPOT
from dispatch.fleet.aggregate import FLEET
from dispatch.fleet.trips import ReturnVehicle
from dispatch.job.aggregate import JOB
from dispatch.job.stop import DepartStop, LeaveSlot
from dispatch.run.aggregate import run_id
from dispatch.run.departure import DepartRun
from runtime.decision import Ask
from runtime.flow import Flow, step
from runtime.reaction import On

Asks = tuple[Ask, ...]


def depart_run(event: VehicleSentOut) -> Asks:
    """出车 (B8, B18) -> the run departs with the leader, driver and vehicle that were let go."""
    if not event.departs:
        return ()
    told = {"at", "on", "crew", "leader", "driver", "vehicle", "list_no", "known", "careful", "unchecked", "seen"}
    return (Ask(run_id(event.on, event.crew), DepartRun(**event.model_dump(include=told))),)


def depart_stops(event: RunDeparted) -> Asks:
    """出车 (B11) -> each stop that was loaded is on the way, with what was counted."""
    return tuple(
        Ask(
            JOB.key(stop.job_id),
            DepartStop(
                at=event.at,
                on=event.on,
                crew=event.crew,
                vehicle=event.vehicle,
                leader=event.leader,
                lines=tuple(line for line in stop.lines if line.quantity),
            ),
        )
        for stop in event.stops
        if stop.job_id in event.job_ids
    )


def leave_behind(event: RunDeparted) -> Asks:
    """出车 (B11) -> each stop that was settled not to go is to be planned anew, unless another crew has it by now."""
    leaving = LeaveSlot(at=event.at, reason=LEFT_BEHIND, on=event.on, crew=event.crew)
    return tuple(Ask(JOB.key(job), leaving) for job in event.left_behind)


def note_departure(event: RunDeparted) -> Asks:
    """出车 (B11) -> nobody is given a place with this crew any more."""
    return (Ask(day_id(event.on, event.depot), NoteDeparture(at=event.at, crew=event.crew)),)


def return_vehicle(event: DepartureDeclined) -> Asks:
    """不能出车 (B8) -> leader, driver and vehicle are free again."""
    return (Ask(FLEET.key(DEPOT), ReturnVehicle(at=event.at, on=event.on, crew=event.crew)),)


DEPARTURE = Flow(
    (
        step("dispatch.depart_run", On(VehicleSentOut, depart_run)),
        step("dispatch.depart_stops", On(RunDeparted, depart_stops)),
        step("dispatch.leave_behind", On(RunDeparted, leave_behind)),
        step("dispatch.note_departure", On(RunDeparted, note_departure)),
        step("dispatch.bring_back", On(DepartureDeclined, return_vehicle)),
    )
)
"""The reactor runs it, the API walks it. The names are stored: they never change."""
