"""Events of the dispatch service (派工): stream `dispatch.events`. The table of all; the events stand by subject."""

from typing import Annotated

from pydantic import Field

from contracts.dispatch_calls import (
    ArrivalCalled,
    ArrivalCallOverdue,
    HalfDayCallOverdue,
    HalfDayTold,
    HomeConfirmationOverdue,
    HomeConfirmed,
    InstallCallMade,
    InstallCallOverdue,
    JobAmended,
    JobCancelled,
    JobPromiseMoved,
    TroubleReported,
)
from contracts.dispatch_days import (
    CrewAbsent,
    CrewOfDayChanged,
    CrewReturned,
    DayAdjusted,
    DayOpened,
    DayPublished,
    PlanChanged,
    PlanOverdue,
    SlotConfirmed,
    SlotReleased,
    SlotReserved,
)
from contracts.dispatch_fleet import (
    CrewDissolved,
    CrewSet,
    DistrictSet,
    FleetOpened,
    LeaveCancelled,
    LeaveNoted,
    PersonSet,
    TripApproved,
    VehicleReturned,
    VehicleSentOut,
    VehicleSet,
)
from contracts.dispatch_jobs import (
    DeliveryCompleted,
    DeliveryDeparted,
    DeliveryFailed,
    InstallationBooked,
    InstallationCompleted,
    InstallationOverdue,
    JobCompletenessChanged,
    JobOpened,
    SiteNotReady,
    StopConfirmedByWarehouse,
    StopPublished,
    StopScheduled,
    StopUnscheduled,
    VisitDone,
)
from contracts.dispatch_road import (
    CashOverdue,
    DayReported,
    DayReportOverdue,
    DeliveryListIssued,
    FailureConsented,
    PiecesRefused,
    RunClosed,
    StopArrived,
    StopEnded,
    StopOrderChanged,
    StopReached,
    StopUndeliverable,
)
from contracts.dispatch_runs import CashCollected, CashHandedIn, RunDeparted, RunLoaded, RunPlanned

DispatchEvent = Annotated[
    JobOpened
    | JobCompletenessChanged
    | InstallationBooked
    | SiteNotReady
    | StopScheduled
    | StopUnscheduled
    | StopPublished
    | StopConfirmedByWarehouse
    | DeliveryDeparted
    | DeliveryCompleted
    | DeliveryFailed
    | InstallationCompleted
    | InstallationOverdue
    | VisitDone
    | DayOpened
    | SlotReserved
    | SlotConfirmed
    | SlotReleased
    | DayPublished
    | PlanOverdue
    | PlanChanged
    | DayAdjusted
    | CrewAbsent
    | CrewReturned
    | CrewOfDayChanged
    | RunPlanned
    | RunLoaded
    | RunDeparted
    | CashCollected
    | CashHandedIn
    | ArrivalCalled
    | ArrivalCallOverdue
    | HalfDayCallOverdue
    | HalfDayTold
    | HomeConfirmationOverdue
    | HomeConfirmed
    | InstallCallMade
    | InstallCallOverdue
    | JobAmended
    | JobCancelled
    | JobPromiseMoved
    | TroubleReported
    | CrewDissolved
    | CrewSet
    | DistrictSet
    | FleetOpened
    | LeaveCancelled
    | LeaveNoted
    | PersonSet
    | TripApproved
    | VehicleReturned
    | VehicleSentOut
    | VehicleSet
    | CashOverdue
    | DayReported
    | DayReportOverdue
    | DeliveryListIssued
    | FailureConsented
    | PiecesRefused
    | RunClosed
    | StopArrived
    | StopEnded
    | StopOrderChanged
    | StopReached
    | StopUndeliverable,
    Field(discriminator="event"),
]
