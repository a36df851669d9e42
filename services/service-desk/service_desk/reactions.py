"""What the other services, and the desk's own tickets, tell -> what the service desk does."""

import re
from collections.abc import Sequence

from company.policy import policy_book
from company.reasons import CALENDAR_CORRECTED, REFUNDED, REST_DELIVERED
from contracts.civil_time import days_later
from contracts.envelope import Meta
from contracts.inventory import DamageReported
from contracts.inventory_corrections import DamageTakenBack
from contracts.notify import CallMade, MessageSent
from contracts.order import ContractCancelled, ContractFulfilled, DeliveryNoted, RestOwed
from contracts.order_corrections import FulfilmentTakenBack
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
from runtime.reaction import On, Reaction, on_each
from service_desk.calendar import CALENDAR, MAIN, TellTicket
from service_desk.call_back import CALL_BACK, DropCallBack, PlanCallBack
from service_desk.casefile import CASEFILE, FileRepair, FileTicket, ListOpenTickets, RefileTicket, UnfileTicket
from service_desk.clocks import SMS
from service_desk.fields import TEXT_LENGTH
from service_desk.quality import QUALITY, CountCase, WithdrawCase
from service_desk.ticket.ending import CancelWithContract, CancelWrongReport, EndAsDuplicate, EndWithRest
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


def open_leftover_ticket(event: DamageReported) -> Asks:
    """Damage -> a leftover ticket (遗留单) for what is missing, received when the damage was found (D4, C9)."""
    ticket_id = f"T-{event.damage_id}"
    problem = f"{FOUND[event.found]}时发现破损 {event.quantity} 件，{FAULTS[event.fault]}。{event.note}"
    if event.lost:
        problem = f"盘点时没有找到 {event.quantity} 件，不是破损，客户未被告知。{event.note}"
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


def cancel_wrong_report(event: DamageTakenBack) -> Asks:
    """Damage that was none -> nobody owes anything for it (D16); for what is damaged all the same, as before."""
    if event.left:
        return ()
    ticket_id = f"T-{event.damage_id}"
    return (Ask(TICKET.key(ticket_id), CancelWrongReport(at=event.at, reason=event.reason[:TEXT_LENGTH])),)


def order_the_rest(event: RestOwed) -> Asks:
    """A delivery left what never came -> a leftover ticket (遗留单) for each such line, once (A3, A10, C9)."""
    asks = []
    for line in event.to_come:
        ticket_id = _of_rest(event.contract_no, line.line_no)
        command = OpenTicket(
            at=event.at,
            ticket_id=ticket_id,
            kind="leftover",
            channel="damage",
            contract_no=event.contract_no,
            customer=event.customer,
            product=f"{line.name}（{line.sku}）"[:TEXT_LENGTH],
            sku=_sku(line.sku),
            quantity=line.quantity,
            problem=f"先送了一部分，还缺 {line.quantity} 件没到货。",
            on_the_way=True,
            of_rest=True,
        )
        asks.append(Ask(TICKET.key(ticket_id), command))
    return asks


def end_with_rest(event: RestOwed | DeliveryNoted) -> Asks:
    """Of a line nothing is owed any more, paid back, amended away or brought -> its leftover ticket ends (A10, B15)."""
    reason = event.reason if isinstance(event, RestOwed) else REST_DELIVERED
    command = EndWithRest(at=event.at, reason=reason[:TEXT_LENGTH])
    return tuple(Ask(TICKET.key(_of_rest(event.contract_no, line_no)), command) for line_no in event.settled)


def _of_rest(contract_no: str, line_no: int) -> str:
    """The ticket for what is to come of a line (A10)."""
    return f"T-{contract_no}-R{line_no}"


def list_tickets_of_cancelled(event: ContractCancelled | ContractFulfilled) -> Asks:
    """A contract is cancelled, or all of it was paid back undelivered -> which tickets of it are open? (A6, B15)"""
    if isinstance(event, ContractFulfilled) and event.delivered:
        return ()
    reason = event.reason if isinstance(event, ContractCancelled) else REFUNDED
    command = ListOpenTickets(at=event.at, contract_no=event.contract_no, reason=reason)
    return (Ask(CASEFILE.key(event.contract_no), command),)


def plan_call_back(event: ContractFulfilled, meta: Meta) -> Asks:
    """A contract is fulfilled -> the customer who was served is called back some weeks later (C17)."""
    if not event.delivered:
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


def drop_call_back(event: FulfilmentTakenBack) -> Asks:
    """A contract was not fulfilled after all -> nobody calls about it yet (C17, D16)."""
    reason = f"完结收回：{event.reason}"[:TEXT_LENGTH]
    return (Ask(CALL_BACK.key(f"CB-{event.contract_no}"), DropCallBack(at=event.at, reason=reason, wrong=True)),)


def note_leftover_sms(event: MessageSent) -> Asks:
    """SMS 5 went out -> the duty of the day is done (C9, K17)."""
    if event.template != LEFTOVER_SMS or not event.ref or not event.subject.startswith("ticket:"):
        return ()
    return (Ask(event.subject, NoteLeftoverSms(at=event.at, order_no=event.ref)),)


def note_leftover_call(event: CallMade) -> Asks:
    """Told by telephone what SMS 5 would have said -> the duty of the day is done (C9, K17)."""
    order_no = event.occasion.removeprefix(f"sms/{LEFTOVER_SMS}/")
    if order_no == event.occasion or event.duty != SMS or event.result != "reached":
        return ()
    return (Ask(event.subject, NoteLeftoverSms(at=event.at, order_no=order_no)),)


def file_ticket(event: TicketOpened | TicketLinked) -> Asks:
    """A ticket of a contract -> its casefile (C8, A6)."""
    if event.contract_no is None:
        return ()
    command = FileTicket(
        at=event.at,
        contract_no=event.contract_no,
        ticket_id=event.ticket_id,
        kind=event.kind,
        sku=event.sku,
        product=event.product,
        problem=event.problem,
        fault_code=event.fault_code,
        received_at=event.at if isinstance(event, TicketOpened) else event.received_at,
    )
    return (Ask(CASEFILE.key(event.contract_no), command),)


def file_repair(event: VisitCompleted) -> Asks:
    """A repair -> the casefile looks for an earlier one (C8)."""
    if event.contract_no is None or event.outcome != "repaired":
        return ()
    command = FileRepair(
        at=event.at,
        contract_no=event.contract_no,
        ticket_id=event.ticket_id,
        visit_no=event.visit_no,
        technician=event.technician,
    )
    return (Ask(CASEFILE.key(event.contract_no), command),)


def refile_ticket(event: TicketReopened) -> Asks:
    """A ticket is open again -> its casefile knows (A6)."""
    if event.contract_no is None:
        return ()
    command = RefileTicket(at=event.at, contract_no=event.contract_no, ticket_id=event.ticket_id)
    return (Ask(CASEFILE.key(event.contract_no), command),)


def unfile_ticket(event: TicketClosed | TicketCancelled) -> Asks:
    """A ticket has ended -> a cancelled contract does not end it (A6)."""
    if event.contract_no is None:
        return ()
    command = UnfileTicket(
        at=event.at,
        contract_no=event.contract_no,
        ticket_id=event.ticket_id,
        reason="closed" if isinstance(event, TicketClosed) else "cancelled",
    )
    return (Ask(CASEFILE.key(event.contract_no), command),)


def note_repeat_repair(event: RepeatRepairSeen) -> Asks:
    """The casefile found a repeat repair -> the ticket notes it (C8)."""
    command = NoteRepeatRepair(
        at=event.at,
        earlier_ticket=event.earlier_ticket,
        earlier_visit_no=event.earlier_visit_no,
        earlier_visit_technician=event.earlier_visit_technician,
        repaired_at=event.repaired_at,
    )
    return (Ask(TICKET.key(event.ticket_id), command),)


def cancel_with_contract(event: OpenTicketsListed) -> Asks:
    """The contract is cancelled -> so are its tickets, as far as they depend on it (A6)."""
    command = CancelWithContract(contract_no=event.contract_no, reason=event.reason[:TEXT_LENGTH])
    return tuple(Ask(TICKET.key(ticket_id), command) for ticket_id in event.ticket_ids)


def end_duplicate(event: TicketsMerged) -> Asks:
    """A ticket goes on for a duplicate -> the duplicate ends."""
    return (Ask(TICKET.key(event.duplicate), EndAsDuplicate(into=event.ticket_id)),)


def count_quality(event: TicketOpened) -> Asks:
    """A ticket about a product -> it counts for its sku (C14)."""
    if not event.counts_as_quality:
        return ()
    command = CountCase(
        at=event.at,
        sku=event.sku,
        ticket_id=event.ticket_id,
        product=event.product,
        problem=event.problem,
        safety=event.safety,
        received_at=event.at,
    )
    return (Ask(QUALITY.key(event.sku), command),)


def withdraw_quality(event: TicketCancelled) -> Asks:
    """A duplicate, or one that was opened in error -> it does not count for its sku (C14)."""
    if event.cause not in ("duplicate", "opened_in_error") or not event.sku:
        return ()
    command = WithdrawCase(at=event.at, sku=event.sku, ticket_id=event.ticket_id, reason=event.reason[:TEXT_LENGTH])
    return (Ask(QUALITY.key(event.sku), command),)


def complaint_on_call_back(event: CustomerCalledBack) -> Asks:
    """A complaint heard on a call-back -> a ticket of its own (C17)."""
    if not event.reached or not (event.complaint or event.satisfied is False):
        return ()
    complaint = event.complaint or event.note or "客户不满意"
    return (_complaint(event, f"T-{event.callback_id}"[:80], CALL_BACK.key(event.callback_id), complaint),)


def complaint_on_visit(event: VisitRecorded) -> Asks:
    """A complaint heard on a regular visit -> a ticket of its own (C16)."""
    if not event.complaint:
        return ()
    ticket_id = f"T-{event.plan_id}-{event.call_no}"[:80]
    return (_complaint(event, ticket_id, VISIT_PLAN.key(event.plan_id), event.complaint),)


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


def tell_calendar(event: TicketOpened) -> Asks:
    """A ticket that was opened hears of days that were corrected before (C1)."""
    return (Ask(CALENDAR.key(MAIN), TellTicket(at=event.at, ticket_id=event.ticket_id)),)


def reckon_clocks(event: CalendarTold) -> Asks:
    """Corrected days -> the ticket reckons its clocks by them (C1)."""
    command = ReckonClocks(at=event.at, reason=CALENDAR_CORRECTED, corrections=event.days)
    return (Ask(TICKET.key(event.ticket_id), command),)


def _sku(text: str) -> str:
    """A sku as tickets know it; what is none is left out."""
    return text if re.fullmatch(r"[^\s:/]{1,80}", text) else ""


REACTIONS = (
    Reaction("service_desk.open_leftover_ticket", (On(DamageReported, open_leftover_ticket),)),
    Reaction("service_desk.cancel_wrong_report", (On(DamageTakenBack, cancel_wrong_report),)),
    Reaction("service_desk.order_the_rest", (On(RestOwed, order_the_rest),)),
    Reaction("service_desk.end_with_rest", (On(RestOwed, end_with_rest), On(DeliveryNoted, end_with_rest))),
    Reaction(
        "service_desk.list_tickets_of_cancelled",
        on_each(list_tickets_of_cancelled, ContractCancelled, ContractFulfilled),
    ),
    Reaction("service_desk.drop_call_back", (On(FulfilmentTakenBack, drop_call_back),)),
    Reaction("service_desk.plan_call_back", (On(ContractFulfilled, plan_call_back),)),
    Reaction("service_desk.note_leftover_sms", (On(MessageSent, note_leftover_sms), On(CallMade, note_leftover_call))),
    Reaction(
        "service_desk.file_ticket",
        (
            On(TicketOpened, file_ticket),
            On(TicketLinked, file_ticket),
            On(VisitCompleted, file_repair),
            On(TicketReopened, refile_ticket),
            On(TicketClosed, unfile_ticket),
            On(TicketCancelled, unfile_ticket),
        ),
    ),
    Reaction(
        "service_desk.act_on_casefile",
        (On(RepeatRepairSeen, note_repeat_repair), On(OpenTicketsListed, cancel_with_contract)),
    ),
    Reaction("service_desk.end_duplicate", (On(TicketsMerged, end_duplicate),)),
    Reaction("service_desk.count_quality", (On(TicketOpened, count_quality), On(TicketCancelled, withdraw_quality))),
    Reaction(
        "service_desk.open_complaint",
        (On(CustomerCalledBack, complaint_on_call_back), On(VisitRecorded, complaint_on_visit)),
    ),
    Reaction("service_desk.tell_calendar", (On(TicketOpened, tell_calendar), On(CalendarTold, reckon_clocks))),
)
"""Names are in command ids: they never change."""
