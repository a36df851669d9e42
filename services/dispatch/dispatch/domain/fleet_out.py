"""Before a run departs: may leader, driver and vehicle go (B8, B18)? And when it is over, they are free again."""

from datetime import date, datetime
from typing import Annotated, Literal

from company.context import Context
from company.fleet_crews import Means, at_work, may_drive, outside_area, record_on, usual_driver
from company.policy import Policy
from contracts.bounds import CivilDay, Few, OneLine, OptionalId
from contracts.civil_time import in_shanghai
from contracts.dispatch_fleet import TripApproved, VehicleReturned, VehicleSentOut
from dispatch.domain import fleet_refusals as no
from dispatch.domain.fleet_state import Decision, Opened
from dispatch.domain.words import Words
from runtime.decision import Command, Rejected


class ApproveTrip(Command):
    """批准出车 (B18): outside working hours or area, for one crew's day."""

    command: Literal["ApproveTrip"] = "ApproveTrip"
    on: CivilDay
    crew: OptionalId
    reason: Words


class SendOut(Command):
    """出车 (B8, B18): may this crew go, with this leader, driver and vehicle, to these districts?"""

    command: Literal["SendOut"] = "SendOut"
    on: CivilDay
    crew: OptionalId
    leader: OneLine | None
    driver: OneLine | None
    vehicle: OneLine
    districts: Annotated[tuple[OneLine, ...], Few(1_000)] = ()


class ReturnVehicle(Command):
    """收车: the run is over, or did not go after all."""

    command: Literal["ReturnVehicle"] = "ReturnVehicle"
    on: CivilDay
    crew: OptionalId


def approve(command: ApproveTrip, fleet: Opened, at: datetime, ctx: Context) -> Decision:
    """批准出车 (B18). Approved already is no event."""
    if record_on(fleet.means, command.crew, command.on) is None:
        return no.unknown_crew(command.crew, command.on)
    if approval_of(fleet, command.crew, command.on) is not None:
        return ()
    return (TripApproved(at=at, on=command.on, crew=command.crew, reason=command.reason, approved_by=ctx.by),)


def approval_of(fleet: Opened, crew: str, on: date) -> str | None:
    """The reason for which this crew's day was approved, if it was."""
    return next((trip.reason for trip in fleet.trips if (trip.crew, trip.on) == (crew, on)), None)


def send_out(command: SendOut, fleet: Opened, at: datetime, policy: Policy) -> Decision:
    """出车: leader, driver and vehicle go with this crew.

    Rules: B8 (a leader; nobody and nothing in two places), B18 (valid licence; hours and area, or an approval).
    Out already with the same vehicle is no event.
    """
    means, on = fleet.means, command.on
    record = record_on(means, command.crew, on)
    if record is None:
        return no.unknown_crew(command.crew, on)
    people = at_work(means, record, on)
    if record.leader is None or record.leader not in people:
        return no.no_leader(command.crew, on)
    driver = command.driver or usual_driver(means, record, on)
    refused = against_driver(driver, people, command.crew, means, on)
    if refused is not None or driver is None:
        return refused or no.no_driver(command.crew, on)
    if (command.leader, command.vehicle) != (record.leader, record.vehicle):
        return no.changed_meanwhile(command.crew)
    gone = next((one for one in fleet.out if (one.on, one.crew) == (on, command.crew)), None)
    if gone is not None and (gone.vehicle, gone.people) == (record.vehicle, people):
        return ()
    for other in fleet.out:
        both = {other.vehicle, *other.people} & {record.vehicle, *people}
        if other.on == on and other.crew != command.crew and both:
            return no.elsewhere(min(both), other.crew, on)
    why = out_of_bounds(at, command.districts, means, policy)
    approval = approval_of(fleet, command.crew, on)
    if why and approval is None:
        return no.approval_needed(why, command.crew)
    return (
        VehicleSentOut(
            at=at,
            on=on,
            crew=command.crew,
            vehicle=record.vehicle,
            leader=record.leader,
            driver=driver,
            people=people,
            approval=approval if why else None,
        ),
    )


def against_driver(driver: str | None, people: tuple[str, ...], crew: str, means: Means, on: date) -> Rejected | None:
    """Why somebody cannot drive this crew's vehicle on that day (B18)."""
    if driver is None:
        return no.no_driver(crew, on)
    if driver not in people:
        return no.not_in_crew(driver, crew)
    if may_drive(means, driver, on):
        return None
    known = means.person(driver)
    licence = None if known is None else known.licence
    return no.licence_expired(driver, None if licence is None else licence.valid_until, on)


def out_of_bounds(
    at: datetime, districts: tuple[str, ...], means: Means, policy: Policy
) -> tuple[tuple[str, str], ...]:
    """What about a departure needs an approval, in Chinese and English (B18)."""
    clock = in_shanghai(at).time()
    hours = policy.vehicle_hours
    late = (
        ()
        if hours.starts <= clock <= hours.ends
        else ((f"{clock:%H:%M} 不在出车时间内", f"{clock:%H:%M} is outside hours"),)
    )
    away = outside_area(means, districts)
    far = () if not away else ((f"{'、'.join(away)} 不在送货区域内", f"{', '.join(away)} is outside the area"),)
    return (*late, *far)


def bring_back(command: ReturnVehicle, fleet: Opened, at: datetime) -> Decision:
    """收车. Not out is no event."""
    gone = next((one for one in fleet.out if (one.on, one.crew) == (command.on, command.crew)), None)
    return () if gone is None else (VehicleReturned(at=at, on=gone.on, crew=gone.crew, vehicle=gone.vehicle),)
