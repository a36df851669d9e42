"""What the other services, and the desk's own tickets, tell -> what the service desk does."""

import re
from collections.abc import Sequence

from company.policy import policy_book
from contracts.civil_time import days_later
from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.inventory import DamageReported
from contracts.notify import MessageSent
from contracts.order import ContractCancelled, ContractFulfilled
from contracts.service_desk_care import CustomerCalledBack, OpenTicketsListed, RepeatRepairSeen, VisitRecorded
from contracts.service_desk_duties import CalendarTold
from contracts.service_desk_tickets import (
    TicketCancelled,
    TicketClosed,
    TicketLinked,
    TicketOpened,
    TicketReopened,
    TicketsMerged,
)
from contracts.service_desk_visits import VisitCompleted
from runtime.decision import Ask
from runtime.service import Reaction
from service_desk.calendar import CALENDAR, MAIN, TellTicket
from service_desk.call_back import CALL_BACK, PlanCallBack
from service_desk.casefile import CASEFILE, FileRepair, FileTicket, ListOpenTickets, RefileTicket, UnfileTicket
from service_desk.fields import TEXT_LENGTH
from service_desk.quality import QUALITY, CountCase, WithdrawCase
from service_desk.ticket.ending import CancelWithContract, EndAsDuplicate
from service_desk.ticket.leftover_order import NoteLeftoverSms
from service_desk.ticket.part import NoteRepeatRepair
from service_desk.ticket.request import OpenTicket
from service_desk.ticket.supplier_wait import ReckonClocks
from service_desk.ticket.ticket import TICKET
from service_desk.visit_plan import VISIT_PLAN

FOUND = {"inbound": "入库", "loading": "装车", "delivery": "送货", "installation": "安装"}
FAULTS = {"carrier": "承运责任", "factory": "工厂责任", "crew": "班组责任", "unknown": "责任未明"}
ON_THE_WAY = frozenset({"carrier", "crew"})
"""Damage by these is no question of quality (C14)."""

LEFTOVER_SMS = 5
"""E1: leftover order placed."""

Asks = Sequence[Ask]


def open_leftover_ticket(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001 - all reactions have one signature
    """Damage -> a leftover ticket (遗留单) for what is missing, received when the damage was found (D4, C9)."""
    if not isinstance(event, DamageReported):
        return ()
    ticket_id = f"T-{event.damage_id}"
    problem = f"{FOUND[event.found]}时发现破损 {event.quantity} 件，{FAULTS[event.fault]}。{event.note}"
    command = OpenTicket(
        at=event.at,
        ticket_id=ticket_id,
        kind="leftover",
        channel="damage",
        contract_no=event.contract_no,
        customer=event.customer,
        product=f"{event.name}（{event.sku}）"[:TEXT_LENGTH],
        sku=_sku(event.sku),
        quantity=max(1, event.quantity),
        problem=problem[:TEXT_LENGTH],
        proof=tuple(photo[:TEXT_LENGTH] for photo in event.photos if photo.strip())[:50],
        on_the_way=event.fault in ON_THE_WAY,
    )
    return (Ask(TICKET.key(ticket_id), command),)


def list_tickets_of_cancelled(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """A contract is cancelled -> which tickets of it are open? (A6)"""
    if not isinstance(event, ContractCancelled):
        return ()
    command = ListOpenTickets(at=event.at, contract_no=event.contract_no, reason=event.reason)
    return (Ask(CASEFILE.key(event.contract_no), command),)


def plan_call_back(event: Fact, meta: Meta) -> Asks:
    """A contract is fulfilled -> the customer is called back some weeks later (C17)."""
    if not isinstance(event, ContractFulfilled):
        return ()
    days = policy_book().at(meta.time).regular_call_back_days
    callback_id = f"CB-{event.contract_no}"
    command = PlanCallBack(
        at=event.at,
        callback_id=callback_id,
        contract_no=event.contract_no,
        customer=event.customer,
        about="合同完结后定期回访",
        due_on=days_later(event.fulfilled_on, days),
    )
    return (Ask(CALL_BACK.key(callback_id), command),)


def note_leftover_sms(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """SMS 5 went out -> the duty of the day is done (C9, K17)."""
    if not isinstance(event, MessageSent) or event.template != LEFTOVER_SMS or not event.ref:
        return ()
    if not event.subject.startswith("ticket:"):
        return ()
    return (Ask(event.subject, NoteLeftoverSms(at=event.at, order_no=event.ref)),)


def file_ticket(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """A ticket of a contract -> its casefile (C8, A6)."""
    match event:
        case TicketOpened(contract_no=str(contract_no)) | TicketLinked(contract_no=str(contract_no)):
            received = event.at if isinstance(event, TicketOpened) else event.received_at
            filed = FileTicket(
                at=event.at,
                contract_no=contract_no,
                ticket_id=event.ticket_id,
                kind=event.kind,
                sku=event.sku,
                product=event.product,
                problem=event.problem,
                fault_code=event.fault_code,
                received_at=received,
            )
            return (Ask(CASEFILE.key(contract_no), filed),)
        case VisitCompleted(contract_no=str(contract_no), outcome="repaired"):
            repaired = FileRepair(
                at=event.at,
                contract_no=contract_no,
                ticket_id=event.ticket_id,
                visit_no=event.visit_no,
                technician=event.technician,
            )
            return (Ask(CASEFILE.key(contract_no), repaired),)
        case TicketReopened(contract_no=str(contract_no)):
            refiled = RefileTicket(at=event.at, contract_no=contract_no, ticket_id=event.ticket_id)
            return (Ask(CASEFILE.key(contract_no), refiled),)
        case TicketClosed(contract_no=str(contract_no)):
            return (_unfile(contract_no, event, "closed"),)
        case TicketCancelled(contract_no=str(contract_no)):
            return (_unfile(contract_no, event, "cancelled"),)
        case _:
            return ()


def _unfile(contract_no: str, event: TicketClosed | TicketCancelled, reason: str) -> Ask:
    command = UnfileTicket.model_validate(
        {"at": event.at, "contract_no": contract_no, "ticket_id": event.ticket_id, "reason": reason}
    )
    return Ask(CASEFILE.key(contract_no), command)


def act_on_casefile(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """What the casefile found -> the tickets: a repeat repair (C8); the contract is cancelled (A6)."""
    match event:
        case RepeatRepairSeen():
            repeat = NoteRepeatRepair(
                at=event.at,
                earlier_ticket=event.earlier_ticket,
                earlier_visit_no=event.earlier_visit_no,
                earlier_visit_technician=event.earlier_visit_technician,
                repaired_at=event.repaired_at,
            )
            return (Ask(TICKET.key(event.ticket_id), repeat),)
        case OpenTicketsListed():
            cancel = CancelWithContract(contract_no=event.contract_no, reason=event.reason[:TEXT_LENGTH])
            return tuple(Ask(TICKET.key(ticket_id), cancel) for ticket_id in event.ticket_ids)
        case _:
            return ()


def end_duplicate(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """A ticket goes on for a duplicate -> the duplicate ends."""
    if not isinstance(event, TicketsMerged):
        return ()
    return (Ask(TICKET.key(event.duplicate), EndAsDuplicate(into=event.ticket_id)),)


def count_quality(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """A ticket about a product -> it counts for its sku; a duplicate does not (C14)."""
    match event:
        case TicketOpened(counts_as_quality=True):
            counted = CountCase(
                at=event.at,
                sku=event.sku,
                ticket_id=event.ticket_id,
                product=event.product,
                problem=event.problem,
                safety=event.safety,
                received_at=event.at,
            )
            return (Ask(QUALITY.key(event.sku), counted),)
        case TicketCancelled(cause="duplicate" | "opened_in_error") if event.sku:
            withdrawn = WithdrawCase(
                at=event.at, sku=event.sku, ticket_id=event.ticket_id, reason=event.reason[:TEXT_LENGTH]
            )
            return (Ask(QUALITY.key(event.sku), withdrawn),)
        case _:
            return ()


def open_complaint(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """A complaint heard on a call-back or a visit -> a ticket of its own (C16, C17)."""
    match event:
        case CustomerCalledBack() if event.reached and (event.complaint or event.satisfied is False):
            complaint = event.complaint or event.note or "客户不满意"
            return (_complaint(event, f"T-{event.callback_id}"[:80], CALL_BACK.key(event.callback_id), complaint),)
        case VisitRecorded() if event.complaint:
            ticket_id = f"T-{event.plan_id}-{event.call_no}"[:80]
            return (_complaint(event, ticket_id, VISIT_PLAN.key(event.plan_id), event.complaint),)
        case _:
            return ()


def _complaint(event: CustomerCalledBack | VisitRecorded, ticket_id: str, origin: str, problem: str) -> Ask:
    command = OpenTicket(
        at=event.at,
        ticket_id=ticket_id,
        kind="complaint",
        channel="phone",
        contract_no=event.contract_no,
        customer=event.customer,
        product="服务回访",
        problem=problem[:TEXT_LENGTH],
        proof=(origin,),
        origin=origin,
    )
    return Ask(TICKET.key(ticket_id), command)


def tell_calendar(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001
    """A ticket that was opened hears of days that were corrected before, and reckons its clocks by them (C1)."""
    match event:
        case TicketOpened():
            return (Ask(CALENDAR.key(MAIN), TellTicket(at=event.at, ticket_id=event.ticket_id)),)
        case CalendarTold():
            reckon = ReckonClocks(at=event.at, reason="日历更正 the calendar was corrected", corrections=event.days)
            return (Ask(TICKET.key(event.ticket_id), reckon),)
        case _:
            return ()


def _sku(text: str) -> str:
    """A sku as tickets know it; what is none is left out."""
    return text if re.fullmatch(r"[^\s:/]{1,80}", text) else ""


REACTIONS = (
    Reaction(name="service_desk.open_leftover_ticket", source="inventory", react=open_leftover_ticket),
    Reaction(name="service_desk.list_tickets_of_cancelled", source="order", react=list_tickets_of_cancelled),
    Reaction(name="service_desk.plan_call_back", source="order", react=plan_call_back),
    Reaction(name="service_desk.note_leftover_sms", source="notify", react=note_leftover_sms),
    Reaction(name="service_desk.file_ticket", source="service_desk", react=file_ticket),
    Reaction(name="service_desk.act_on_casefile", source="service_desk", react=act_on_casefile),
    Reaction(name="service_desk.end_duplicate", source="service_desk", react=end_duplicate),
    Reaction(name="service_desk.count_quality", source="service_desk", react=count_quality),
    Reaction(name="service_desk.open_complaint", source="service_desk", react=open_complaint),
    Reaction(name="service_desk.tell_calendar", source="service_desk", react=tell_calendar),
)
