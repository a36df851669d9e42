"""Row `tickets`: one ticket as its own stream tells it, what it needs next and by when."""

from typing import Any, assert_never, cast

from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.service_desk import TicketEvent
from contracts.service_desk_duties import ClocksReckoned, DutyEscalated, DutyOverdue, DutyWarned, Watch
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
from runtime.offers import with_state
from runtime.service import Projection, key_of
from service_desk.clocks import REPLY
from service_desk.projections import duties
from service_desk.projections.duties import iso
from service_desk.projections.next_steps import with_next
from service_desk.projections.ticket_visits import NO_GATES, gate_folded, order_folded, visit_folded
from service_desk.projections.ticket_work import (
    advice_folded,
    complaint_folded,
    money_folded,
    part_folded,
    wait_folded,
    who_pays,
)
from service_desk.projections.timeline import with_entry
from service_desk.ticket.ticket import TICKET

Json = dict[str, Any]


def fold_ticket(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """A ticket's facet after one more event of its own stream.

    `orders[]`, `visits[]` in their order; `acceptance`, `signed_at`, `call_back` belong to the last visit; `duties[]`
    are the clocks; `next_step` a code of `NEXT_STEPS` (None: ended), `next_due` its UTC time if it has one; `due_key`
    sorts by it; `timeline[]` is every event in words.
    """
    told = cast(TicketEvent, event)
    changed = _opened(told) if isinstance(told, TicketOpened) else _folded(cast(Json, facet), told, meta)
    return with_next(duties.summed(with_entry(changed, told, meta)))


def _opened(event: TicketOpened) -> Json:
    watch = event.watch or Watch(duty=REPLY, owner_role="cs_specialist", due=event.reply_due)
    return {
        "ticket_id": event.ticket_id,
        "kind": event.kind,
        "channel": event.channel,
        "contract_no": event.contract_no,
        "customer": event.customer.model_dump(),
        "product": event.product,
        "sku": event.sku,
        "fault_code": event.fault_code,
        "job_id": event.job_id,
        "quantity": event.quantity,
        "problem": event.problem,
        "proof": list(event.proof),
        "asked_for": event.asked_for,
        "safety": event.safety,
        "conduct": event.conduct,
        "about": event.about,
        "department": event.department,
        "origin": event.origin,
        "status": "received",
        "received_at": iso(event.at),
        "reply_due": iso(event.reply_due),
        "replied_at": None,
        "reply_late": False,
        "warranty": event.warranty,
        "warranty_ends_on": None if event.warranty_ends_on is None else event.warranty_ends_on.isoformat(),
        "coverage": None,
        "pays": who_pays(event.kind, event.warranty),
        "quotes": [],
        "information": None,
        "advice": None,
        "parts": [],
        "expert": None,
        "repeat_of": [],
        "waits": [],
        "waiting": None,
        "complaint": None,
        "orders": [],
        "visits": [],
        "technicians": [],
        "archived": 0,
        "before_visit": {"status": "visit_failed"},
        **NO_GATES,
        "duplicates": [],
        "duties": [duties.duty(watch, iso(event.at))],
        "closed_at": None,
        "cancelled": None,
        "merged_into": None,
        "reopened_at": None,
        "timeline": [],
    }


def _folded(facet: Json, event: TicketEvent, meta: Meta) -> Json:
    match event:
        case TicketReplied():
            replied = {"replied_at": iso(event.at), "reply_late": event.at > event.due}
            return duties.done({**facet, **replied}, REPLY)
        case ReplyOverdue():
            return _reply_overdue(facet)
        case DutyWarned() | DutyOverdue() | DutyEscalated():
            return duties.passed(facet, event)
        case (
            LeftoverOrderPlaced()
            | LeftoverOrderApproved()
            | LeftoverSmsNoted()
            | LeftoverGoodsArrived()
            | LeftoverGoodsDamaged()
        ):
            return order_folded(facet, event, meta)
        case (
            VisitBooked()
            | VisitAssigned()
            | VisitMoved()
            | VisitCancelled()
            | PapersPrepared()
            | VisitConfirmed()
            | TechnicianArrived()
            | VisitCompleted()
            | FormHandedIn()
            | RatingGiven()
        ):
            return visit_folded(facet, event)
        case RepairAccepted() | SupervisorSigned() | CalledBack():
            return gate_folded(facet, event, meta)
        case CoverageJudged() | QuoteGiven() | QuoteAccepted() | QuoteDeclined():
            return money_folded(facet, event)
        case ConsultationAnswered() | FollowedUp() | InformationTaken():
            return advice_folded(facet, event)
        case PartsRouted() | PartsApproved() | PartsReady() | ExpertAsked() | ExpertAnswered() | RepeatRepairFound():
            return part_folded(facet, event)
        case SupplierWaitStarted() | SupplierWaitEnded() | ClocksReckoned():
            return wait_folded(facet, event)
        case (
            ComplaintRegistered()
            | ComplaintInvestigated()
            | ComplaintAnswered()
            | ComplaintSettled()
            | ComplaintEscalated()
            | ConductReported()
        ):
            return complaint_folded(facet, event)
        case TicketOpened() | TicketClosed() | TicketCancelled() | TicketsMerged() | TicketReopened() | TicketLinked():
            return _placed(facet, event)
    assert_never(event)


def _reply_overdue(facet: Json) -> Json:
    running = [{**one, "state": "overdue"} if one["duty"] == REPLY else one for one in facet["duties"]]
    return {**facet, "reply_late": True, "duties": running}


def _placed(
    facet: Json,
    event: TicketOpened | TicketClosed | TicketCancelled | TicketsMerged | TicketReopened | TicketLinked,
) -> Json:
    """How a ticket ends and goes on."""
    match event:
        case TicketOpened():
            return facet  # a ticket is opened once; the first one is folded above
        case TicketClosed():
            return {**facet, "status": "closed", "closed_at": iso(event.at)}
        case TicketCancelled():
            cancelled = {"cause": event.cause, "reason": event.reason, "at": iso(event.at)}
            ended = {"status": "cancelled", "cancelled": cancelled, "merged_into": event.into}
            return {**facet, **ended, "duties": []}
        case TicketsMerged():
            return {**facet, "duplicates": [*facet["duplicates"], event.duplicate]}
        case TicketReopened():
            return _reopened(facet, event)
        case TicketLinked():
            link = {
                "contract_no": event.contract_no,
                "sku": event.sku,
                "product": event.product,
                "job_id": event.job_id,
            }
            return {**facet, **link}
    assert_never(event)


def _reopened(facet: Json, event: TicketReopened) -> Json:
    reopened = {
        **facet,
        **NO_GATES,
        "status": "received",
        "archived": len(facet["visits"]),
        "advice": None,
        "expert": None,
        "closed_at": None,
        "cancelled": None,
        "reopened_at": iso(event.at),
        "reply_due": iso(event.reply_due),
        "replied_at": None,
        "reply_late": False,
    }
    return duties.begun(reopened, event.watch, since=iso(event.at))


PROJECTIONS = (
    Projection(
        name="tickets",
        row=key_of,
        facets=(with_state("ticket", "service_desk", TICKET, fold_ticket),),
        indexes=(
            ("ticket.due_key", "_id"),
            ("ticket.status", "ticket.due_key"),
            ("ticket.kind", "ticket.due_key"),
            ("ticket.overdue", "ticket.due_key"),
            ("ticket.told", "ticket.due_key"),
            ("ticket.contract_no",),
            ("ticket.sku",),
            ("ticket.technicians", "ticket.due_key"),
        ),
    ),
)
