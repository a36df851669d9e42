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
from contracts.fact import Fact

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

WIRE: dict[str, type[Fact]] = {
    "songda.dispatch.JobOpened.v1": JobOpened,
    "songda.dispatch.JobCompletenessChanged.v1": JobCompletenessChanged,
    "songda.dispatch.InstallationBooked.v1": InstallationBooked,
    "songda.dispatch.SiteNotReady.v1": SiteNotReady,
    "songda.dispatch.StopScheduled.v1": StopScheduled,
    "songda.dispatch.StopUnscheduled.v1": StopUnscheduled,
    "songda.dispatch.StopPublished.v1": StopPublished,
    "songda.dispatch.StopConfirmedByWarehouse.v1": StopConfirmedByWarehouse,
    "songda.dispatch.DeliveryDeparted.v1": DeliveryDeparted,
    "songda.dispatch.DeliveryCompleted.v1": DeliveryCompleted,
    "songda.dispatch.DeliveryFailed.v1": DeliveryFailed,
    "songda.dispatch.InstallationCompleted.v1": InstallationCompleted,
    "songda.dispatch.InstallationOverdue.v1": InstallationOverdue,
    "songda.dispatch.VisitDone.v1": VisitDone,
    "songda.dispatch.DayOpened.v1": DayOpened,
    "songda.dispatch.SlotReserved.v1": SlotReserved,
    "songda.dispatch.SlotConfirmed.v1": SlotConfirmed,
    "songda.dispatch.SlotReleased.v1": SlotReleased,
    "songda.dispatch.DayPublished.v1": DayPublished,
    "songda.dispatch.PlanOverdue.v1": PlanOverdue,
    "songda.dispatch.PlanChanged.v1": PlanChanged,
    "songda.dispatch.DayAdjusted.v1": DayAdjusted,
    "songda.dispatch.CrewAbsent.v1": CrewAbsent,
    "songda.dispatch.CrewReturned.v1": CrewReturned,
    "songda.dispatch.CrewOfDayChanged.v1": CrewOfDayChanged,
    "songda.dispatch.RunPlanned.v1": RunPlanned,
    "songda.dispatch.RunLoaded.v1": RunLoaded,
    "songda.dispatch.RunDeparted.v1": RunDeparted,
    "songda.dispatch.CashCollected.v1": CashCollected,
    "songda.dispatch.CashHandedIn.v1": CashHandedIn,
    "songda.dispatch.ArrivalCalled.v1": ArrivalCalled,
    "songda.dispatch.ArrivalCallOverdue.v1": ArrivalCallOverdue,
    "songda.dispatch.HalfDayCallOverdue.v1": HalfDayCallOverdue,
    "songda.dispatch.HalfDayTold.v1": HalfDayTold,
    "songda.dispatch.HomeConfirmationOverdue.v1": HomeConfirmationOverdue,
    "songda.dispatch.HomeConfirmed.v1": HomeConfirmed,
    "songda.dispatch.InstallCallMade.v1": InstallCallMade,
    "songda.dispatch.InstallCallOverdue.v1": InstallCallOverdue,
    "songda.dispatch.JobAmended.v1": JobAmended,
    "songda.dispatch.JobCancelled.v1": JobCancelled,
    "songda.dispatch.JobPromiseMoved.v1": JobPromiseMoved,
    "songda.dispatch.TroubleReported.v1": TroubleReported,
    "songda.dispatch.CrewDissolved.v1": CrewDissolved,
    "songda.dispatch.CrewSet.v1": CrewSet,
    "songda.dispatch.DistrictSet.v1": DistrictSet,
    "songda.dispatch.FleetOpened.v1": FleetOpened,
    "songda.dispatch.LeaveCancelled.v1": LeaveCancelled,
    "songda.dispatch.LeaveNoted.v1": LeaveNoted,
    "songda.dispatch.PersonSet.v1": PersonSet,
    "songda.dispatch.TripApproved.v1": TripApproved,
    "songda.dispatch.VehicleReturned.v1": VehicleReturned,
    "songda.dispatch.VehicleSentOut.v1": VehicleSentOut,
    "songda.dispatch.VehicleSet.v1": VehicleSet,
    "songda.dispatch.CashOverdue.v1": CashOverdue,
    "songda.dispatch.DayReported.v1": DayReported,
    "songda.dispatch.DayReportOverdue.v1": DayReportOverdue,
    "songda.dispatch.DeliveryListIssued.v1": DeliveryListIssued,
    "songda.dispatch.FailureConsented.v1": FailureConsented,
    "songda.dispatch.PiecesRefused.v1": PiecesRefused,
    "songda.dispatch.RunClosed.v1": RunClosed,
    "songda.dispatch.StopArrived.v1": StopArrived,
    "songda.dispatch.StopEnded.v1": StopEnded,
    "songda.dispatch.StopOrderChanged.v1": StopOrderChanged,
    "songda.dispatch.StopReached.v1": StopReached,
    "songda.dispatch.StopUndeliverable.v1": StopUndeliverable,
}
"""Wire name -> model."""

__all__ = ["WIRE", "DispatchEvent"]
