"""Leftover orders (遗留单) of a ticket: information taken, placed if needed, approved by a second person, followed
until the goods are in and checked (C9, K17)."""

from datetime import datetime
from typing import Literal, assert_never

from contracts.bounds import CivilDay
from contracts.decision import Command, Context
from contracts.service_desk_tickets import (
    InformationTaken,
    LeftoverGoodsArrived,
    LeftoverGoodsDamaged,
    LeftoverOrderApproved,
    LeftoverOrderPlaced,
    LeftoverSmsNoted,
)
from service_desk.domain import order_refusals as refusals
from service_desk.domain.clocks import SMS, sms_watch
from service_desk.domain.dossier import Dossier, Information
from service_desk.domain.duties import begun, done, find
from service_desk.domain.situations import (
    SUPERVISORS,
    Decision,
    LeftoverOrder,
    Note,
    Number,
    Photos,
    Received,
    Repaired,
    Text,
    Underway,
    VisitAgreed,
    VisitFailed,
    contract_of,
    product_of,
    waiting_order,
)

PLACERS = SUPERVISORS | {"store"}
"""C9: the designer (store), or a supervisor."""


class TakeInformation(Command):
    """售服信息反馈表 (C9): what was found out, and whether something has to be ordered."""

    command: Literal["TakeInformation"] = "TakeInformation"
    findings: Text
    order_needed: bool
    items: Note = ""
    photos: Photos = ()


class PlaceLeftoverOrder(Command):
    """下遗留单 (C9): what is missing is ordered, by the designer or a supervisor."""

    command: Literal["PlaceLeftoverOrder"] = "PlaceLeftoverOrder"
    order_no: Number
    items: Text
    expected_on: CivilDay | None = None


class ApproveLeftoverOrder(Command):
    """批准遗留单 (C9), by an installation supervisor who did not place it."""

    command: Literal["ApproveLeftoverOrder"] = "ApproveLeftoverOrder"
    order_no: Number


class NoteLeftoverArrival(Command):
    """遗留货到仓、验收 (C9): in order, or damaged on the way, with whose fault, words and photos."""

    command: Literal["NoteLeftoverArrival"] = "NoteLeftoverArrival"
    order_no: Number
    damaged: bool = False
    fault: Literal["carrier", "factory", "unknown"] = "unknown"
    note: Note = ""
    photos: Photos = ()


class NoteLeftoverSms(Command):
    """短信 5 已发 (C9, K17)."""

    command: Literal["NoteLeftoverSms"] = "NoteLeftoverSms"
    order_no: Number


LeftoverCommand = TakeInformation | PlaceLeftoverOrder | ApproveLeftoverOrder | NoteLeftoverArrival | NoteLeftoverSms


def decide(command: LeftoverCommand, ticket: Underway, at: datetime, ctx: Context) -> Decision:
    """Answer a command about what is missing."""
    match command:
        case TakeInformation():
            return take_information(command, ticket, at, ctx)
        case PlaceLeftoverOrder():
            return place_leftover_order(command, ticket, at, ctx)
        case ApproveLeftoverOrder():
            return approve_leftover_order(command, ticket, at, ctx)
        case NoteLeftoverArrival():
            return note_leftover_arrival(command, ticket, at)
        case NoteLeftoverSms():
            return note_leftover_sms(command, ticket, at)
    assert_never(command)


def take_information(command: TakeInformation, ticket: Underway, at: datetime, ctx: Context) -> Decision:
    """Write the information form (C9); another one corrects it."""
    if ticket.dossier.information == Information(command.findings, command.order_needed, command.items):
        return ()
    return (
        InformationTaken(
            at=at,
            ticket_id=ticket.case.ticket_id,
            findings=command.findings,
            order_needed=command.order_needed,
            items=command.items,
            photos=command.photos,
            taken_by=ctx.by,
        ),
    )


def place_leftover_order(command: PlaceLeftoverOrder, ticket: Underway, at: datetime, ctx: Context) -> Decision:
    """Order what is missing (C9). Refuses: role_may_not_place, order_no_taken, order_under_way, information_missing,
    no_order_needed, visit_agreed, already_repaired."""
    known = _order(ticket, command.order_no)
    if known is not None:
        same = (known.items, known.expected_on) == (command.items, command.expected_on)
        return () if same else refusals.order_no_taken(command.order_no)
    if ctx.role not in PLACERS:
        return refusals.may_not_place(ctx.role)
    waiting = waiting_order(ticket)
    if waiting is not None:
        return refusals.order_under_way(waiting.order_no)
    information = ticket.dossier.information
    if information is None and information_is_owed(ticket):
        return refusals.information_missing()
    if information is not None and not information.order_needed:
        return refusals.no_order_needed()
    match ticket:
        case VisitAgreed():
            return refusals.visit_first(ticket.visit.visit_no)
        case Repaired():
            return refusals.nothing_left_over()
        case Received() | VisitFailed():
            return (
                LeftoverOrderPlaced(
                    at=at,
                    ticket_id=ticket.case.ticket_id,
                    order_no=command.order_no,
                    items=command.items,
                    expected_on=command.expected_on,
                    placed_by=ctx.by,
                ),
            )
    assert_never(ticket)


def approve_leftover_order(command: ApproveLeftoverOrder, ticket: Underway, at: datetime, ctx: Context) -> Decision:
    """The installation supervisor approves; SMS 5 follows the same day (C9). Refuses: unknown_leftover_order,
    role_may_not_approve, own_order."""
    order = _order(ticket, command.order_no)
    if order is None:
        return refusals.no_such_order(command.order_no)
    if order.stage != "placed":
        return ()
    if ctx.role != "install_supervisor":
        return refusals.may_not_approve(ctx.role)
    if ctx.by == order.placed_by:
        return refusals.own_order(command.order_no)
    return (
        LeftoverOrderApproved(
            at=at,
            ticket_id=ticket.case.ticket_id,
            order_no=order.order_no,
            customer=ticket.case.customer,
            expected_on=order.expected_on,
            watch=sms_watch(at, order.order_no, ctx.policy),
        ),
    )


def note_leftover_arrival(command: NoteLeftoverArrival, ticket: Underway, at: datetime) -> Decision:
    """The ordered goods are in and checked; transport damage is told at once (C9). What came damaged may come again.

    Refuses: unknown_leftover_order, order_not_approved, goods_in_already (when they are called damaged afterwards).
    """
    order = _order(ticket, command.order_no)
    if order is None:
        return refusals.no_such_order(command.order_no)
    case = ticket.case
    arrived = LeftoverGoodsArrived(at=at, ticket_id=case.ticket_id, order_no=order.order_no, customer=case.customer)
    match order.stage:
        case "placed":
            return refusals.order_not_approved(command.order_no)
        case "goods_in":
            return refusals.goods_in_already(command.order_no) if command.damaged else ()
        case "damaged":
            return () if command.damaged else (arrived,)
        case "approved":
            return (_damaged(command, ticket, at),) if command.damaged else (arrived,)
    assert_never(order.stage)


def _damaged(command: NoteLeftoverArrival, ticket: Underway, at: datetime) -> LeftoverGoodsDamaged:
    return LeftoverGoodsDamaged(
        at=at,
        ticket_id=ticket.case.ticket_id,
        order_no=command.order_no,
        contract_no=contract_of(ticket),
        customer=ticket.case.customer,
        product=product_of(ticket),
        fault=command.fault,
        note=command.note,
        photos=command.photos,
    )


def note_leftover_sms(command: NoteLeftoverSms, ticket: Underway, at: datetime) -> Decision:
    """SMS 5 went out (C9, K17). Refuses: unknown_leftover_order, order_not_approved."""
    order = _order(ticket, command.order_no)
    if order is None:
        return refusals.no_such_order(command.order_no)
    if order.stage == "placed":
        return refusals.order_not_approved(command.order_no)
    duty = find(ticket.dossier.duties, SMS, command.order_no)
    if duty is None:
        return ()
    noted = LeftoverSmsNoted(at=at, ticket_id=ticket.case.ticket_id, order_no=order.order_no, due=duty.watch.due)
    return (noted,)


def information_is_owed(ticket: Underway) -> bool:
    """A leftover that a customer reported starts with the information form; damage that we found tells itself (C9)."""
    return ticket.case.kind == "leftover" and ticket.case.channel != "damage"


def goods_are_here(ticket: Underway) -> Decision:
    """Nothing if a visit may be booked (C9). Refuses: goods_not_in, goods_damaged, information_missing, order_first."""
    waiting = waiting_order(ticket)
    if waiting is not None:
        return refusals.goods_not_in(waiting.order_no)
    if ticket.orders and ticket.orders[-1].stage == "damaged":
        return refusals.goods_damaged(ticket.orders[-1].order_no)
    information = ticket.dossier.information
    if information is None and information_is_owed(ticket):
        return refusals.information_missing()
    if information is not None and information.order_needed and not ticket.orders:
        return refusals.order_first()
    return ()


def after(dossier: Dossier, event: InformationTaken | LeftoverOrderApproved | LeftoverSmsNoted) -> Dossier:
    """The dossier after the form was written, or SMS 5 fell due or went out."""
    match event:
        case InformationTaken():
            return dossier.having(information=Information(event.findings, event.order_needed, event.items))
        case LeftoverOrderApproved():
            return dossier.having(duties=begun(dossier.duties, event.watch, event.at))
        case LeftoverSmsNoted():
            return dossier.having(duties=done(dossier.duties, SMS, event.order_no))
    assert_never(event)


def _order(ticket: Underway, order_no: str) -> LeftoverOrder | None:
    return next((order for order in ticket.orders if order.order_no == order_no), None)
