"""Events of the dispatch service (派工): stream `dispatch.events`. The table of all; the events stand by subject."""

from typing import Annotated

from pydantic import Field

from contracts import dispatch_calls as calls
from contracts import dispatch_corrections as corrections
from contracts import dispatch_days as days
from contracts import dispatch_fleet as fleet
from contracts import dispatch_jobs as jobs
from contracts import dispatch_pick_up as pick_up
from contracts import dispatch_road as road
from contracts import dispatch_runs as runs

JobEvent = (
    jobs.JobOpened
    | jobs.JobCompletenessChanged
    | jobs.InstallationBooked
    | jobs.SiteNotReady
    | jobs.StopScheduled
    | jobs.StopUnscheduled
    | jobs.SlotDeclined
    | jobs.StopPublished
    | jobs.StopConfirmedByWarehouse
    | jobs.DeliveryDeparted
    | jobs.DeliveryCompleted
    | jobs.DeliveryFailed
    | jobs.InstallationCompleted
    | jobs.InstallationOverdue
    | jobs.VisitDone
    | pick_up.PickUpArranged
    | pick_up.PickUpCalledOff
    | pick_up.PickUpListIssued
    | pick_up.PickedUp
    | calls.ArrivalCalled
    | calls.ArrivalCallOverdue
    | calls.HalfDayCallOverdue
    | calls.HalfDayTold
    | calls.HomeConfirmationOverdue
    | calls.HomeConfirmed
    | calls.InstallCallMade
    | calls.InstallCallOverdue
    | calls.JobAmended
    | calls.JobCancelled
    | calls.JobPromiseMoved
    | calls.TroubleReported
    | corrections.DeliveryCorrected
    | corrections.DeliveryCorrectionAsked
    | corrections.DeliveryCorrectionRefused
    | road.FailureConsented
    | road.LoadCorrected
    | road.PiecesRefused
    | road.StopArrived
    | road.StopUndeliverable
)
DayEvent = (
    days.DayOpened
    | days.SlotReserved
    | days.SlotConfirmed
    | days.SlotReleased
    | days.DayPublished
    | days.PlanOverdue
    | days.PlanChanged
    | days.DayAdjusted
    | days.CrewAbsent
    | days.CrewReturned
    | days.CrewDeparted
    | days.CrewOfDayChanged
)
RunEvent = (
    runs.RunPlanned
    | runs.RunLoaded
    | runs.RunDeparted
    | runs.DepartureDeclined
    | runs.CashCollected
    | runs.CashHandedIn
    | road.CashOverdue
    | road.DayReported
    | road.DayReportOverdue
    | road.DeliveryListIssued
    | road.RunClosed
    | road.StopEnded
    | road.StopOrderChanged
    | road.StopReached
)
FleetEvent = (
    fleet.CrewDissolved
    | fleet.CrewSet
    | fleet.DistrictSet
    | fleet.FleetOpened
    | fleet.LeaveCancelled
    | fleet.LeaveNoted
    | fleet.PersonSet
    | fleet.TripApproved
    | fleet.VehicleReturned
    | fleet.VehicleSentOut
    | fleet.VehicleSet
)

DispatchEvent = Annotated[JobEvent | DayEvent | RunEvent | FleetEvent, Field(discriminator="event")]
