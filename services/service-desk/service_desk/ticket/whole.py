"""A ticket whole, as API and page show it: how it stands, and with each part of it who said so and when."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, assert_never, get_args

from company.masking import customer_for
from contracts import service_desk_repairs as repairs
from contracts import service_desk_tickets as tickets
from contracts import service_desk_visits as visits
from contracts.civil_time import in_utc
from contracts.fact import Fact
from runtime.said import Said, Saying
from service_desk.ticket.next_step import NEXT_STEPS
from service_desk.ticket.shapes import (
    AcceptanceRow,
    AdviceRow,
    CallBackRow,
    Cancellation,
    ComplaintRow,
    ComplaintStep,
    Coverage,
    Damage,
    ExpertRow,
    InformationRow,
    LeftoverOrderRow,
    Move,
    PartRow,
    QuoteRow,
    RepeatRow,
    TicketDetail,
    TicketRow,
    VisitRow,
    WaitRow,
)
from service_desk.ticket.standing import Standing, VisitStanding
from service_desk.ticket.state import Advice, Complaint, Expert, LeftoverOrder, Quote, SupplierWait
from service_desk.ticket.timeline import entry

Step = tickets.ComplaintInvestigated | tickets.ComplaintAnswered | tickets.ComplaintSettled | tickets.ComplaintEscalated
"""What is done about a complaint."""


def whole(row: Standing, said: Said, role: str) -> TicketDetail:
    """How a ticket stands and what was said of it, as `role` may see it (C18)."""
    return TicketDetail.of(row, **_beside(row, said, role), timeline=[entry(one) for one in said.sayings])


def listed(row: Standing, said: Said, role: str) -> TicketRow:
    """The same without its timeline."""
    return TicketRow.of(row, **_beside(row, said, role))


def _beside(row: Standing, said: Said, role: str) -> dict[str, Any]:
    """What is shown beside how it stands, and other than its row has it."""
    judged, taken = said.told(repairs.CoverageJudged), said.told(tickets.InformationTaken)
    cancelled = said.told(tickets.TicketCancelled, since=tickets.TicketReopened)
    zh, en = ("", "") if row.next_step is None else NEXT_STEPS[row.next_step]
    return dict(
        customer=customer_for(role, row.customer),
        origin="".join(one.event.origin for one in said.all(tickets.TicketOpened)),
        warranty_ends_on=_warranty_ends_on(said),
        coverage=None if judged is None else Coverage.of(judged),
        quotes=[_quote(one, said.about(quote_no=one.quote_no)) for one in row.quotes],
        information=None if taken is None else InformationRow.of(taken, by=taken.taken_by),
        advice=None if row.advice is None else _advice(row.advice, said),
        parts=[PartRow.of(one, said.about(part_no=one.part_no).told(repairs.PartsRouted)) for one in row.parts],
        expert=None if row.expert is None else _expert(row.expert, said),
        repeat_of=[_repeat(one.event) for one in said.all(repairs.RepeatRepairFound)],
        waits=[_wait(one, said.about(wait_no=one.wait_no)) for one in row.waits],
        complaint=None if row.complaint is None else _complaint(row.complaint, said),
        orders=[_order(one, said.about(order_no=one.order_no)) for one in row.orders],
        visits=[_visit(one, said.about(visit_no=one.visit_no)) for one in row.visits],
        **_gates(row, said),
        cancelled=None if cancelled is None else Cancellation.of(cancelled),
        merged_into=None if cancelled is None else cancelled.into,
        reopened_at=_at(said.told(tickets.TicketReopened)),
        closed_at=_at(said.told(tickets.TicketClosed, since=tickets.TicketReopened)),
        next_zh=zh,
        next_en=en,
    )


def _at(event: Fact | None) -> datetime | None:
    return None if event is None else in_utc(event.at)


def _warranty_ends_on(said: Said) -> date | None:
    """As it was told last."""
    told: list[Saying[tickets.TicketOpened | repairs.CoverageJudged]]
    told = said.all(tickets.TicketOpened, repairs.CoverageJudged)
    days = (one.event.warranty_ends_on for one in reversed(told))
    return next((day for day in days if day is not None), None)


def _quote(quote: Quote, said: Said) -> QuoteRow:
    given, accepted = said.told(repairs.QuoteGiven), said.told(repairs.QuoteAccepted)
    declined = said.told(repairs.QuoteDeclined)
    return QuoteRow.of(
        quote,
        given,
        given_at=_at(given),
        accepted_by=None if accepted is None else accepted.accepted_by,
        reason="" if declined is None else declined.reason,
    )


def _advice(advice: Advice, said: Said) -> AdviceRow:
    given = said.told(repairs.ConsultationAnswered)
    followed = said.told(repairs.FollowedUp, since=repairs.ConsultationAnswered)
    note = "" if followed is None else followed.note
    return AdviceRow.of(advice, at=_at(given), followed_up_at=_at(followed), note=note)


def _expert(expert: Expert, said: Said) -> ExpertRow:
    answered = said.told(repairs.ExpertAnswered, since=repairs.ExpertAsked)
    return ExpertRow.of(expert, by=None if answered is None else answered.answered_by)


def _repeat(found: repairs.RepeatRepairFound) -> RepeatRow:
    return RepeatRow(
        ticket_id=found.earlier_ticket,
        visit_no=found.earlier_visit_no,
        technician=found.earlier_visit_technician,
        repaired_at=found.repaired_at,
    )


def _wait(wait: SupplierWait, said: Said) -> WaitRow:
    ended = said.told(repairs.SupplierWaitEnded)
    outcome = "" if ended is None else ended.outcome
    return WaitRow.of(wait, said.told(repairs.SupplierWaitStarted), outcome=outcome)


def _complaint(complaint: Complaint, said: Said) -> ComplaintRow:
    settled = said.told(tickets.ComplaintSettled) if complaint.settled else None
    registered = said.told(tickets.ComplaintRegistered)
    steps: list[Saying[Step]] = said.all(*get_args(Step))
    history = tuple(ComplaintStep.of(one.event, what=type(one.event).__name__, text=_text(one.event)) for one in steps)
    return ComplaintRow.of(complaint, registered, settled_at=_at(settled), history=history)


def _text(event: Step) -> str:
    match event:
        case tickets.ComplaintInvestigated():
            return event.finding
        case tickets.ComplaintAnswered():
            return event.solution
        case tickets.ComplaintSettled():
            return event.note
        case tickets.ComplaintEscalated():
            return event.reason
    assert_never(event)


def _order(order: LeftoverOrder, said: Said) -> LeftoverOrderRow:
    approved = said.last(tickets.LeftoverOrderApproved)
    damaged = said.told(tickets.LeftoverGoodsDamaged) if order.stage == "damaged" else None
    return LeftoverOrderRow.of(
        order,
        placed_at=_at(said.told(tickets.LeftoverOrderPlaced)),
        approved_at=None if approved is None else _at(approved.event),
        approved_by=None if approved is None else approved.by,
        sms_at=_at(said.told(tickets.LeftoverSmsNoted)),
        arrived_at=_at(said.told(tickets.LeftoverGoodsArrived)),
        damaged=None if damaged is None else Damage.of(damaged),
    )


def _visit(visit: VisitStanding, said: Said) -> VisitRow:
    confirmed = said.told(visits.VisitConfirmed)
    arrived, ended = said.told(visits.TechnicianArrived), said.told(visits.VisitCompleted)
    cancelled, form = said.told(visits.VisitCancelled), said.told(visits.FormHandedIn)
    return VisitRow.of(
        visit,
        said.told(visits.VisitBooked),
        starts=in_utc(visit.window.starts),
        ends=in_utc(visit.window.ends),
        confirmed_at=_at(confirmed) if visit.confirmed else None,
        goods_taken=confirmed is not None and confirmed.goods_taken,
        identity_shown=None if arrived is None else arrived.identity_shown,
        note=ended.note if ended is not None else "" if cancelled is None else cancelled.reason,
        form_at=_at(form),
        form_ref="" if form is None else form.form_ref,
        moves=[_move(one.event) for one in said.all(visits.VisitMoved)],
    )


def _move(moved: visits.VisitMoved) -> Move:
    return Move.of(moved, before=moved.window_before.starts, to=moved.window.starts)


def _gates(row: Standing, said: Said) -> dict[str, Any]:
    """Acceptance, signature and call-back of the last visit; a complaint may be signed without one (C12)."""
    gates, last = row.gates, Said(tuple(_of_last_visit(said)))
    without_visit = row.status not in ("visit_agreed", "repaired") and row.complaint is not None
    by_complaint = without_visit and row.complaint is not None and row.complaint.signed
    signed = (last if gates.signed else said).last(visits.SupervisorSigned) if gates.signed or by_complaint else None
    accepted, called = last.told(visits.RepairAccepted), last.last(visits.CalledBack)
    return {
        "acceptance": gates.acceptance and AcceptanceRow.of(gates.acceptance, accepted),
        "signed_at": None if signed is None else _at(signed.event),
        "signed_by": None if signed is None else signed.by,
        "call_back": gates.call_back and called and CallBackRow.of(gates.call_back, called.event, by=called.by),
    }


def _of_last_visit(said: Said) -> Sequence[Saying[Fact]]:
    """What was said since the last visit was agreed; of a visit that was given up, nothing (C10)."""
    before: Sequence[Saying[Fact]] = ()
    since: list[Saying[Fact]] = []
    for one in said.sayings:
        match one.event:
            case visits.VisitBooked():
                before, since = since, []
            case visits.VisitCancelled():
                since = [*before]
            case _:
                since.append(one)
    return since
