"""Events of the service desk (售后): stream `service_desk.events`. The table of all; the events stand by subject.

Keys: `ticket:<ticket>`, `casefile:<contract no>` (what the desk knows of a contract), `quality:<sku>`,
`visitplan:<plan>`, `callback:<call-back>` and `calendar:<depot>`.
"""

from typing import Annotated

from pydantic import Field

from contracts.service_desk_care import (
    CallBackDropped,
    CallBackPlanned,
    CustomerCalledBack,
    MajorQualityReported,
    OpenTicketsListed,
    QualityCaseCounted,
    QualityCaseWithdrawn,
    RepairFiled,
    RepeatRepairSeen,
    TicketFiled,
    TicketUnfiled,
    VisitPlanClosed,
    VisitPlanned,
    VisitRecorded,
)
from contracts.service_desk_duties import (
    CalendarCorrected,
    CalendarTold,
    ClocksReckoned,
    DutyEscalated,
    DutyOverdue,
    DutyWarned,
)
from contracts.service_desk_repairs import (
    ConsultationAnswered,
    CoverageJudged,
    ExpertAnswered,
    ExpertAsked,
    FollowedUp,
    PartsApproved,
    PartsReady,
    PartsRouted,
    QuoteAccepted,
    QuoteDeclined,
    QuoteGiven,
    RepeatRepairFound,
    SupplierWaitEnded,
    SupplierWaitStarted,
)
from contracts.service_desk_tickets import (
    ComplaintAnswered,
    ComplaintEscalated,
    ComplaintInvestigated,
    ComplaintRegistered,
    ComplaintSettled,
    ConductReported,
    InformationTaken,
    LeftoverGoodsArrived,
    LeftoverGoodsDamaged,
    LeftoverOrderApproved,
    LeftoverOrderPlaced,
    LeftoverSmsNoted,
    ReplyOverdue,
    TicketCancelled,
    TicketClosed,
    TicketLinked,
    TicketOpened,
    TicketReopened,
    TicketReplied,
    TicketsMerged,
)
from contracts.service_desk_visits import (
    CalledBack,
    FormHandedIn,
    PapersPrepared,
    RatingGiven,
    RepairAccepted,
    SupervisorSigned,
    TechnicianArrived,
    VisitAssigned,
    VisitBooked,
    VisitCancelled,
    VisitCompleted,
    VisitConfirmed,
    VisitMoved,
)

TicketEvent = (
    TicketOpened
    | TicketReplied
    | ReplyOverdue
    | LeftoverOrderPlaced
    | LeftoverOrderApproved
    | LeftoverSmsNoted
    | LeftoverGoodsArrived
    | LeftoverGoodsDamaged
    | InformationTaken
    | VisitBooked
    | VisitAssigned
    | VisitMoved
    | VisitCancelled
    | PapersPrepared
    | VisitConfirmed
    | TechnicianArrived
    | VisitCompleted
    | FormHandedIn
    | RepairAccepted
    | RatingGiven
    | SupervisorSigned
    | CalledBack
    | TicketClosed
    | TicketCancelled
    | TicketsMerged
    | TicketReopened
    | TicketLinked
    | CoverageJudged
    | QuoteGiven
    | QuoteAccepted
    | QuoteDeclined
    | ConsultationAnswered
    | FollowedUp
    | PartsRouted
    | PartsApproved
    | PartsReady
    | ExpertAsked
    | ExpertAnswered
    | RepeatRepairFound
    | SupplierWaitStarted
    | SupplierWaitEnded
    | ClocksReckoned
    | ComplaintRegistered
    | ComplaintInvestigated
    | ComplaintAnswered
    | ComplaintSettled
    | ComplaintEscalated
    | ConductReported
    | DutyWarned
    | DutyOverdue
    | DutyEscalated
)
"""What happens to a ticket."""

CasefileEvent = TicketFiled | RepairFiled | TicketUnfiled | RepeatRepairSeen | OpenTicketsListed
"""What is filed under a contract."""

QualityEvent = QualityCaseCounted | QualityCaseWithdrawn | MajorQualityReported
"""What is counted of a sku."""

VisitPlanEvent = VisitPlanned | VisitRecorded | VisitPlanClosed
"""What happens to a visit plan."""

CallBackEvent = CallBackPlanned | CustomerCalledBack | CallBackDropped
"""What happens to a regular call-back, besides its duty's events."""

CalendarEvent = CalendarCorrected | CalendarTold
"""What happens to the desk's calendar."""

ServiceDeskEvent = Annotated[
    TicketEvent | CasefileEvent | QualityEvent | VisitPlanEvent | CallBackEvent | CalendarEvent,
    Field(discriminator="event"),
]
