"""Events of people and means (人和车): crews, people, vehicles, districts, leave, and which vehicle is out with whom.
Part of stream `dispatch.events`, key `fleet:<depot>`."""

from datetime import date
from typing import Annotated, Literal

from contracts.bounds import Days, Few, HowMany, OneLine, OptionalId, Real
from contracts.dispatch_days import CrewOfDay
from contracts.fact import Fact, JobKind, Value
from contracts.spelling import Crew

LeaveKind = Literal["leave", "sickness"]
"""请假, 病假."""

LicenceClass = Literal["A1", "A2", "A3", "B1", "B2", "C1", "C2"]
"""准驾车型."""


class Licence(Value):
    """驾驶证 (B18): class and the last day on which it is valid."""

    number: OneLine
    licence_class: LicenceClass
    valid_until: Annotated[date, Days(back=60, ahead=60)]


class FleetPerson(Value):
    """Somebody who works in a crew; only who has a licence drives."""

    person_id: OptionalId
    name: OneLine
    licence: Licence | None = None


class FleetVehicle(Value):
    """车辆 (B8, B18): what it takes per half-day; null means that volume does not bind."""

    vehicle: OneLine
    volume_l_per_half: HowMany | None
    depot: OptionalId = "main"


class FleetCrew(Value):
    """班组 from a day on, or for some days: leader, members (person ids), vehicle, stops per half-day (B8)."""

    crew: Crew
    name: OneLine
    kind: JobKind
    leader: OneLine | None
    members: Annotated[tuple[OneLine, ...], Few(1_000)]
    vehicle: OneLine
    stops_per_half: HowMany
    effective_from: Annotated[date, Days(back=60, ahead=60)] | None = None
    """Null: ever since."""
    effective_to: Annotated[date, Days(back=60, ahead=60)] | None = None
    """Last day of a change by the day; null: until further notice."""
    depot: OptionalId = "main"
    """Where it starts from, for good (D17)."""


class District(Value):
    """区域: where it lies (degrees, WGS 84), and whether vehicles go there without approval (B18)."""

    district: OneLine
    latitude: Annotated[float, Real(-90, 90)]
    longitude: Annotated[float, Real(-180, 180)]
    in_area: bool = True


class Depot(Value):
    """仓库所在地."""

    depot: str
    name: str
    latitude: float
    longitude: float


class FleetOpened(Fact, wire="songda.dispatch.FleetOpened.v1"):
    """人车初始资料: the people and means that the policy begins with."""

    event: Literal["FleetOpened"] = "FleetOpened"
    depot: Depot
    people: tuple[FleetPerson, ...]
    vehicles: tuple[FleetVehicle, ...]
    crews: tuple[FleetCrew, ...]
    districts: tuple[District, ...]


class CrewsOnDays(Value):
    """How crews work on these days, both included, without those on leave (B8)."""

    starts_on: date
    ends_on: date
    crews: tuple[CrewOfDay, ...]


class CrewSet(Fact, wire="songda.dispatch.CrewSet.v1"):
    """定班组 (B8): from a day on, or for the days given (a change by the day)."""

    event: Literal["CrewSet"] = "CrewSet"
    crew: FleetCrew
    reason: str
    days: tuple[CrewsOnDays, ...] = ()
    """How all crews that were set at once work from now on, as far as anybody plans: days that are planned already
    follow it. On the first of their facts."""


class CrewDissolved(Fact, wire="songda.dispatch.CrewDissolved.v1"):
    """撤班组: the crew works until the day before `effective_from`."""

    event: Literal["CrewDissolved"] = "CrewDissolved"
    crew: str
    effective_from: date
    reason: str


class PersonSet(Fact, wire="songda.dispatch.PersonSet.v1"):
    """定人员 (B18): name and licence as they are now."""

    event: Literal["PersonSet"] = "PersonSet"
    person: FleetPerson


class VehicleSet(Fact, wire="songda.dispatch.VehicleSet.v1"):
    """定车辆 (B8): capacity as it is now."""

    event: Literal["VehicleSet"] = "VehicleSet"
    vehicle: FleetVehicle


class DistrictSet(Fact, wire="songda.dispatch.DistrictSet.v1"):
    """定区域 (B18)."""

    event: Literal["DistrictSet"] = "DistrictSet"
    district: District


class LeaveNoted(Fact, wire="songda.dispatch.LeaveNoted.v1"):
    """请假/病假: the person does not work on these days, both included."""

    event: Literal["LeaveNoted"] = "LeaveNoted"
    leave_id: str
    person_id: str
    kind: LeaveKind
    starts_on: date
    ends_on: date
    note: str
    name: str = ""
    """The person's name, as crews of a day are written."""
    depots: tuple[str, ...] = ("main",)
    """The depots whose days are told (D17)."""


class LeaveCancelled(Fact, wire="songda.dispatch.LeaveCancelled.v1"):
    """销假."""

    event: Literal["LeaveCancelled"] = "LeaveCancelled"
    leave_id: str
    reason: str


class TripApproved(Fact, wire="songda.dispatch.TripApproved.v1"):
    """批准出车 (B18): outside working hours or area, for one crew's day."""

    event: Literal["TripApproved"] = "TripApproved"
    on: date
    crew: str
    reason: str
    approved_by: str


class VehicleSentOut(Fact, wire="songda.dispatch.VehicleSentOut.v1"):
    """车辆出车 (B8, B18): leader, driver and vehicle are with this crew's run from here on."""

    event: Literal["VehicleSentOut"] = "VehicleSentOut"
    on: date
    crew: str
    vehicle: str
    leader: str
    driver: str
    people: tuple[str, ...]
    approval: str | None
    """Why it goes outside hours or area; null when it does not."""
    departs: bool = False
    """The run departs by reaction, whether or not whoever let it go is still there."""
    list_no: str | None = None
    """The list that it is to leave on, where none was issued (B9)."""
    known: tuple[str, ...] = ()
    """The loaded jobs that whoever let it go has looked at."""
    careful: tuple[str, ...] = ()
    """Those of them whose goods leave on the list without exception (B9)."""
    unchecked: tuple[str, ...] = ()
    """Those of them that QC has not passed although it must (B21)."""
    seen: int | None = None
    """The run's version on the page that it departs from, where that page must not be out of date."""


class VehicleReturned(Fact, wire="songda.dispatch.VehicleReturned.v1"):
    """车辆收回 (B8): the run is over, or did not go after all."""

    event: Literal["VehicleReturned"] = "VehicleReturned"
    on: date
    crew: str
    vehicle: str
