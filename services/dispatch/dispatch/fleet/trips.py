"""Before a run departs: may leader, driver and vehicle go (B8, B18)? And when it is over, they are free again."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal, assert_never

from company.context import Context
from company.fleet_crews import Means, at_work, may_drive, outside_area, record_on, usual_driver
from company.policy import Policy
from contracts import dispatch_fleet as facts
from contracts.bounds import CivilDay, Few, Nth, OneLine, OptionalId, Words
from contracts.civil_time import in_shanghai
from contracts.dispatch import FleetEvent
from dispatch.fields import happened
from dispatch.fleet.state import Decision, Opened, Out, Trip
from dispatch.refusals import no
from dispatch.who import SUPERVISOR
from dispatch.words import joined
from runtime.decision import Command, Rejected
from runtime.refusal import Term
from runtime.use_case import UseCase

REMEMBERED = timedelta(days=7)
"""Runs and approvals this much older than the newest no longer matter: each holds for its own day."""


class ApproveTrip(Command):
    """批准出车 Approve a trip outside hours or area (B18)

    For one crew's day, with the reason.
    """

    command: Literal["ApproveTrip"] = "ApproveTrip"
    on: CivilDay
    crew: OptionalId
    reason: Words


class SendOut(Command):
    """出车 (B8, B18): may this crew go, with this leader, driver and vehicle, to these districts?

    What the run is to be asked afterwards goes along: `list_no`, `known`, `careful`, `unchecked`, `seen` (DepartRun).
    """

    command: Literal["SendOut"] = "SendOut"
    on: CivilDay
    crew: OptionalId
    leader: OneLine | None
    driver: OneLine | None
    vehicle: OneLine
    districts: Annotated[tuple[OneLine, ...], Few(1_000)] = ()
    departs: bool = False
    list_no: Words | None = None
    known: Annotated[tuple[OneLine, ...], Few(1_000)] = ()
    careful: Annotated[tuple[OneLine, ...], Few(1_000)] = ()
    unchecked: Annotated[tuple[OneLine, ...], Few(1_000)] = ()
    seen: Nth | None = None


class ReturnVehicle(Command):
    """收车: the run is over, or did not go after all."""

    command: Literal["ReturnVehicle"] = "ReturnVehicle"
    on: CivilDay
    crew: OptionalId


def approve(command: ApproveTrip, fleet: Opened, ctx: Context) -> Decision:
    """批准出车 (B18). Approved already is no event."""
    at = happened(command, ctx)
    if record_on(fleet.means, command.crew, command.on) is None:
        return no("no_such_crew", crew=command.crew, on=command.on)
    if approval_of(fleet, command.crew, command.on) is not None:
        return ()
    return (facts.TripApproved(at=at, on=command.on, crew=command.crew, reason=command.reason, approved_by=ctx.by),)


def approval_of(fleet: Opened, crew: str, on: date) -> str | None:
    """The reason for which this crew's day was approved, if it was."""
    return next((trip.reason for trip in fleet.trips if (trip.crew, trip.on) == (crew, on)), None)


def send_out(command: SendOut, fleet: Opened, ctx: Context) -> Decision:
    """出车: leader, driver and vehicle go with this crew.

    Rules: B8 (a leader; nobody and nothing in two places), B18 (valid licence; hours and area, or an approval).
    Out already with the same vehicle is no event.
    """
    at = happened(command, ctx)
    policy = ctx.policy
    means, on = fleet.means, command.on
    record = record_on(means, command.crew, on)
    if record is None:
        return no("no_such_crew", crew=command.crew, on=on)
    people = at_work(means, record, on)
    if record.leader is None or record.leader not in people:
        return no("no_leader_that_day", crew=command.crew, on=on)
    driver = command.driver or usual_driver(means, record, on)
    refused = against_driver(driver, people, command.crew, means, on)
    if refused is not None or driver is None:
        return refused or no("no_driver", crew=command.crew, on=on)
    if (command.leader, command.vehicle) != (record.leader, record.vehicle):
        return no("crew_changed", crew=command.crew)
    gone = next((one for one in fleet.out if (one.on, one.crew) == (on, command.crew)), None)
    if gone is not None and (gone.vehicle, gone.people) == (record.vehicle, people):
        return ()
    for other in fleet.out:
        both = {other.vehicle, *other.people} & {record.vehicle, *people}
        if other.on == on and other.crew != command.crew and both:
            return no("elsewhere", what=min(both), crew=other.crew, on=on)
    why = out_of_bounds(at, command.districts, means, policy)
    approval = approval_of(fleet, command.crew, on)
    if why and approval is None:
        return no("approval_needed", crew=command.crew, why=joined(why, beside=True))
    return (
        facts.VehicleSentOut(
            at=at,
            on=on,
            crew=command.crew,
            vehicle=record.vehicle,
            leader=record.leader,
            driver=driver,
            people=people,
            approval=approval if why else None,
            **command.model_dump(include={"departs", "list_no", "known", "careful", "unchecked", "seen"}),
        ),
    )


def against_driver(driver: str | None, people: tuple[str, ...], crew: str, means: Means, on: date) -> Rejected | None:
    """Why somebody cannot drive this crew's vehicle on that day (B18)."""
    if driver is None:
        return no("no_driver", crew=crew, on=on)
    if driver not in people:
        return no("not_in_crew", person_id=driver, crew=crew)
    if may_drive(means, driver, on):
        return None
    known = means.person(driver)
    licence = None if known is None else known.licence
    if licence is None:
        return no("licence_missing", person_id=driver, valid_until=None, on=on)
    return no("licence_expired", person_id=driver, valid_until=licence.valid_until, on=on)


def out_of_bounds(at: datetime, districts: tuple[str, ...], means: Means, policy: Policy) -> tuple[Term, ...]:
    """What about a departure needs an approval, in Chinese and English (B18)."""
    clock = in_shanghai(at).time()
    hours = policy.vehicle_hours
    late = (
        ()
        if hours.starts <= clock <= hours.ends
        else (Term(f"{clock:%H:%M} 不在出车时间内", f"{clock:%H:%M} is outside hours"),)
    )
    away = outside_area(means, districts)
    far = () if not away else (Term(f"{'、'.join(away)} 不在送货区域内", f"{', '.join(away)} is outside the area"),)
    return (*late, *far)


def bring_back(command: ReturnVehicle, fleet: Opened, ctx: Context) -> Decision:
    """收车. Not out is no event."""
    at = happened(command, ctx)
    gone = next((one for one in fleet.out if (one.on, one.crew) == (command.on, command.crew)), None)
    return () if gone is None else (facts.VehicleReturned(at=at, on=gone.on, crew=gone.crew, vehicle=gone.vehicle),)


Event = facts.TripApproved | facts.VehicleSentOut | facts.VehicleReturned


def evolve(fleet: Opened, event: Event) -> Opened:
    """Who is out, and what was approved."""
    match event:
        case facts.TripApproved():
            recent = tuple(one for one in fleet.trips if one.on >= event.on - REMEMBERED)
            return replace(fleet, trips=(*recent, Trip(event.on, event.crew, event.reason)))
        case facts.VehicleSentOut():
            gone = Out(event.on, event.crew, event.vehicle, event.people)
            still = tuple(
                one
                for one in fleet.out
                if one.on >= event.on - REMEMBERED and (one.on, one.crew) != (event.on, event.crew)
            )
            return replace(fleet, out=(*still, gone))
        case facts.VehicleReturned():
            away = tuple(one for one in fleet.out if (one.on, one.crew) != (event.on, event.crew))
            return replace(fleet, out=away)
    assert_never(event)


USE_CASES: tuple[UseCase[Any, Any, FleetEvent], ...] = (
    UseCase(ApproveTrip, approve, SUPERVISOR, "trips"),
    UseCase(SendOut, send_out),
    UseCase(ReturnVehicle, bring_back),
)
