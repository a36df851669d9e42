"""Events of the service desk (售后): stream `service_desk.events`. The table of all; the events stand by subject.

Keys: `ticket:<ticket>`, `casefile:<contract no>` (what the desk knows of a contract), `quality:<sku>`,
`visitplan:<plan>`, `callback:<call-back>` and `calendar:<depot>`.
"""

from typing import Annotated

from pydantic import Field

from contracts.fact import Fact
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

WIRE: dict[str, type[Fact]] = {
    "songda.service_desk.TicketOpened.v1": TicketOpened,
    "songda.service_desk.TicketReplied.v1": TicketReplied,
    "songda.service_desk.ReplyOverdue.v1": ReplyOverdue,
    "songda.service_desk.LeftoverOrderPlaced.v1": LeftoverOrderPlaced,
    "songda.service_desk.LeftoverOrderApproved.v1": LeftoverOrderApproved,
    "songda.service_desk.LeftoverSmsNoted.v1": LeftoverSmsNoted,
    "songda.service_desk.LeftoverGoodsArrived.v1": LeftoverGoodsArrived,
    "songda.service_desk.LeftoverGoodsDamaged.v1": LeftoverGoodsDamaged,
    "songda.service_desk.InformationTaken.v1": InformationTaken,
    "songda.service_desk.VisitBooked.v1": VisitBooked,
    "songda.service_desk.VisitAssigned.v1": VisitAssigned,
    "songda.service_desk.VisitMoved.v1": VisitMoved,
    "songda.service_desk.VisitCancelled.v1": VisitCancelled,
    "songda.service_desk.PapersPrepared.v1": PapersPrepared,
    "songda.service_desk.VisitConfirmed.v1": VisitConfirmed,
    "songda.service_desk.TechnicianArrived.v1": TechnicianArrived,
    "songda.service_desk.VisitCompleted.v1": VisitCompleted,
    "songda.service_desk.FormHandedIn.v1": FormHandedIn,
    "songda.service_desk.RepairAccepted.v1": RepairAccepted,
    "songda.service_desk.RatingGiven.v1": RatingGiven,
    "songda.service_desk.SupervisorSigned.v1": SupervisorSigned,
    "songda.service_desk.CalledBack.v1": CalledBack,
    "songda.service_desk.TicketClosed.v1": TicketClosed,
    "songda.service_desk.TicketCancelled.v1": TicketCancelled,
    "songda.service_desk.TicketsMerged.v1": TicketsMerged,
    "songda.service_desk.TicketReopened.v1": TicketReopened,
    "songda.service_desk.TicketLinked.v1": TicketLinked,
    "songda.service_desk.CoverageJudged.v1": CoverageJudged,
    "songda.service_desk.QuoteGiven.v1": QuoteGiven,
    "songda.service_desk.QuoteAccepted.v1": QuoteAccepted,
    "songda.service_desk.QuoteDeclined.v1": QuoteDeclined,
    "songda.service_desk.ConsultationAnswered.v1": ConsultationAnswered,
    "songda.service_desk.FollowedUp.v1": FollowedUp,
    "songda.service_desk.PartsRouted.v1": PartsRouted,
    "songda.service_desk.PartsApproved.v1": PartsApproved,
    "songda.service_desk.PartsReady.v1": PartsReady,
    "songda.service_desk.ExpertAsked.v1": ExpertAsked,
    "songda.service_desk.ExpertAnswered.v1": ExpertAnswered,
    "songda.service_desk.RepeatRepairFound.v1": RepeatRepairFound,
    "songda.service_desk.SupplierWaitStarted.v1": SupplierWaitStarted,
    "songda.service_desk.SupplierWaitEnded.v1": SupplierWaitEnded,
    "songda.service_desk.ClocksReckoned.v1": ClocksReckoned,
    "songda.service_desk.ComplaintRegistered.v1": ComplaintRegistered,
    "songda.service_desk.ComplaintInvestigated.v1": ComplaintInvestigated,
    "songda.service_desk.ComplaintAnswered.v1": ComplaintAnswered,
    "songda.service_desk.ComplaintSettled.v1": ComplaintSettled,
    "songda.service_desk.ComplaintEscalated.v1": ComplaintEscalated,
    "songda.service_desk.ConductReported.v1": ConductReported,
    "songda.service_desk.DutyWarned.v1": DutyWarned,
    "songda.service_desk.DutyOverdue.v1": DutyOverdue,
    "songda.service_desk.DutyEscalated.v1": DutyEscalated,
    "songda.service_desk.TicketFiled.v1": TicketFiled,
    "songda.service_desk.RepairFiled.v1": RepairFiled,
    "songda.service_desk.TicketUnfiled.v1": TicketUnfiled,
    "songda.service_desk.RepeatRepairSeen.v1": RepeatRepairSeen,
    "songda.service_desk.OpenTicketsListed.v1": OpenTicketsListed,
    "songda.service_desk.QualityCaseCounted.v1": QualityCaseCounted,
    "songda.service_desk.QualityCaseWithdrawn.v1": QualityCaseWithdrawn,
    "songda.service_desk.MajorQualityReported.v1": MajorQualityReported,
    "songda.service_desk.VisitPlanned.v1": VisitPlanned,
    "songda.service_desk.VisitRecorded.v1": VisitRecorded,
    "songda.service_desk.VisitPlanClosed.v1": VisitPlanClosed,
    "songda.service_desk.CallBackPlanned.v1": CallBackPlanned,
    "songda.service_desk.CustomerCalledBack.v1": CustomerCalledBack,
    "songda.service_desk.CallBackDropped.v1": CallBackDropped,
    "songda.service_desk.CalendarCorrected.v1": CalendarCorrected,
    "songda.service_desk.CalendarTold.v1": CalendarTold,
}
"""Wire name -> model."""

__all__ = [
    "WIRE",
    "CalendarEvent",
    "CallBackEvent",
    "CasefileEvent",
    "QualityEvent",
    "ServiceDeskEvent",
    "TicketEvent",
    "VisitPlanEvent",
]
