"""Events of the service desk (售后): stream `service_desk.events`. The table of all; the events stand by subject.

Keys: `ticket:<ticket>`, `casefile:<contract no>` (what the desk knows of a contract), `quality:<sku>`,
`visitplan:<plan>`, `callback:<call-back>` and `calendar:<depot>`.
"""

from typing import Annotated

from pydantic import Field

from contracts import service_desk_care as care
from contracts import service_desk_duties as duties
from contracts import service_desk_repairs as repairs
from contracts import service_desk_tickets as tickets
from contracts import service_desk_visits as visits

TicketEvent = (
    tickets.TicketOpened
    | tickets.TicketReplied
    | tickets.ReplyOverdue
    | tickets.LeftoverOrderPlaced
    | tickets.LeftoverOrderApproved
    | tickets.LeftoverSmsNoted
    | tickets.LeftoverGoodsArrived
    | tickets.LeftoverGoodsDamaged
    | tickets.InformationTaken
    | visits.VisitBooked
    | visits.VisitAssigned
    | visits.VisitMoved
    | visits.VisitCancelled
    | visits.PapersPrepared
    | visits.VisitConfirmed
    | visits.TechnicianArrived
    | visits.VisitCompleted
    | visits.FormHandedIn
    | visits.RepairAccepted
    | visits.RatingGiven
    | visits.SupervisorSigned
    | visits.CalledBack
    | tickets.TicketClosed
    | tickets.TicketCancelled
    | tickets.TicketsMerged
    | tickets.TicketReopened
    | tickets.TicketLinked
    | tickets.RestNoted
    | repairs.CoverageJudged
    | repairs.QuoteGiven
    | repairs.QuoteAccepted
    | repairs.QuoteDeclined
    | repairs.ConsultationAnswered
    | repairs.FollowedUp
    | repairs.PartsRouted
    | repairs.PartsApproved
    | repairs.PartsReady
    | repairs.ExpertAsked
    | repairs.ExpertAnswered
    | repairs.RepeatRepairFound
    | repairs.SupplierWaitStarted
    | repairs.SupplierWaitEnded
    | duties.ClocksReckoned
    | tickets.ComplaintRegistered
    | tickets.ComplaintInvestigated
    | tickets.ComplaintAnswered
    | tickets.ComplaintSettled
    | tickets.ComplaintEscalated
    | tickets.ConductReported
    | duties.DutyWarned
    | duties.DutyOverdue
    | duties.DutyEscalated
)
"""What happens to a ticket."""

CasefileEvent = (
    care.TicketFiled | care.RepairFiled | care.TicketUnfiled | care.RepeatRepairSeen | care.OpenTicketsListed
)
"""What is filed under a contract."""

QualityEvent = care.QualityCaseCounted | care.QualityCaseWithdrawn | care.MajorQualityReported
"""What is counted of a sku."""

VisitPlanEvent = care.VisitPlanned | care.VisitRecorded | care.VisitPlanClosed
"""What happens to a visit plan."""

CallBackEvent = care.CallBackPlanned | care.CustomerCalledBack | care.CallBackDropped
"""What happens to a regular call-back, besides its duty's events."""

CalendarEvent = duties.CalendarCorrected | duties.CalendarTold
"""What happens to the desk's calendar."""

ServiceDeskEvent = Annotated[
    TicketEvent | CasefileEvent | QualityEvent | VisitPlanEvent | CallBackEvent | CalendarEvent,
    Field(discriminator="event"),
]
