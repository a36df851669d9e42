"""Leftover orders (遗留单) of a ticket: information taken, placed if needed, approved by a second person, followed
until the goods are in and checked (C9, K17)."""

from datetime import datetime
from typing import Annotated, Literal, assert_never

from company.context import Context
from company.roles import Role
from contracts import service_desk_tickets as facts
from contracts.bounds import CivilDay
from runtime.decision import Command, Rejected
from runtime.forms import Widget
from runtime.use_case import UseCase
from service_desk.clocks import SMS, sms_watch
from service_desk.duties import begun, done, find
from service_desk.fields import LongText, Note, Number, Photos, happened
from service_desk.refusals import no
from service_desk.roles import NOTES_GOODS, OFFICE, SUPERVISORS, WORKS
from service_desk.ticket.state import (
    Decision,
    Information,
    LeftoverOrder,
    Record,
    Repaired,
    Underway,
    VisitAgreed,
    contract_of,
    product_of,
    waiting_order,
)

PLACERS = SUPERVISORS | {Role.STORE}
"""C9: the designer (store), or a supervisor."""


class TakeInformation(Command):
    """售服信息反馈表 Take the information (C9)

    What was found out, and whether something has to be ordered; another one corrects it.
    """

    command: Literal["TakeInformation"] = "TakeInformation"
    findings: LongText
    order_needed: bool
    items: Note = ""
    photos: Photos = ()


class PlaceLeftoverOrder(Command):
    """下遗留单 Place a leftover order (C9)

    What is missing is ordered, by the designer (store, for its own contracts) or a supervisor.
    """

    command: Literal["PlaceLeftoverOrder"] = "PlaceLeftoverOrder"
    order_no: Number
    items: LongText
    expected_on: CivilDay | None = None


OwnOrder = Annotated[Number, Widget("fixed", of="order_no")]


class ApproveLeftoverOrder(Command):
    """批准遗留单 Approve it (C9)

    By an installation supervisor who did not place it. SMS 5 goes out the same day (K17).
    """

    command: Literal["ApproveLeftoverOrder"] = "ApproveLeftoverOrder"
    order_no: OwnOrder


class NoteLeftoverArrival(Command):
    """遗留货到、验收 Leftover goods are in and checked (C9)

    In order: SMS 6 goes out and the visit may be booked. Damaged on the way, with whose fault, words and photos: the
    customer is told at once.
    """

    command: Literal["NoteLeftoverArrival"] = "NoteLeftoverArrival"
    order_no: OwnOrder
    damaged: bool = False
    fault: Literal["carrier", "factory", "unknown"] = "unknown"
    note: Note = ""
    photos: Photos = ()


class NoteLeftoverSms(Command):
    """短信 5 已发 SMS 5 was sent (C9, K17)

    By hand, where the message went out some other way.
    """

    command: Literal["NoteLeftoverSms"] = "NoteLeftoverSms"
    order_no: OwnOrder


def take_information(command: TakeInformation, ticket: Underway, ctx: Context) -> Decision:
    """Write the information form (C9); another one corrects it."""
    if ticket.record.information == Information(
        command.findings, command.order_needed, command.items, tuple(command.photos)
    ):
        return ()
    return (
        facts.InformationTaken(
            at=happened(command, ctx),
            ticket_id=ticket.case.ticket_id,
            findings=command.findings,
            order_needed=command.order_needed,
            items=command.items,
            photos=command.photos,
            taken_by=ctx.by,
        ),
    )


def place_leftover_order(command: PlaceLeftoverOrder, ticket: Underway, ctx: Context) -> Decision:
    """Order what is missing (C9). Refuses: role_may_not_place, order_no_taken, and as `can_be_ordered`."""
    known = _order(ticket, command.order_no)
    if known is not None:
        same = (known.items, known.expected_on) == (command.items, command.expected_on)
        return () if same else no("order_no_taken", order_no=command.order_no)
    if ctx.role not in PLACERS:
        return no("role_may_not_place", role=ctx.role)
    if (against := can_be_ordered(ticket)) is not None:
        return against
    return (
        facts.LeftoverOrderPlaced(
            at=happened(command, ctx),
            ticket_id=ticket.case.ticket_id,
            order_no=command.order_no,
            items=command.items,
            expected_on=command.expected_on,
            placed_by=ctx.by,
        ),
    )


def can_be_ordered(ticket: Underway) -> Rejected | None:
    """Gate of an order. Refuses: order_under_way, information_missing, no_order_needed, visit_agreed,
    already_repaired."""
    waiting, information = waiting_order(ticket), ticket.record.information
    if waiting is not None:
        return no("order_under_way", order_no=waiting.order_no)
    if lacks_owed_information(ticket):
        return no("information_missing")
    if information is not None and not information.order_needed:
        return no("no_order_needed")
    if isinstance(ticket, VisitAgreed):
        return no("order_after_visit", visit_no=ticket.visit.visit_no)
    return no("already_repaired") if isinstance(ticket, Repaired) else None


def approve_leftover_order(command: ApproveLeftoverOrder, ticket: Underway, ctx: Context) -> Decision:
    """The installation supervisor approves; SMS 5 follows the same day (C9). Refuses: unknown_leftover_order,
    role_may_not_approve, own_order."""
    at = happened(command, ctx)
    order = _order(ticket, command.order_no)
    if order is None:
        return no("unknown_leftover_order", order_no=command.order_no)
    if order.stage != "placed":
        return ()
    if ctx.role != Role.INSTALL_SUPERVISOR:
        return no("may_not_approve_order", role=ctx.role)
    if ctx.by == order.placed_by:
        return no("own_order", order_no=command.order_no)
    return (
        facts.LeftoverOrderApproved(
            at=at,
            ticket_id=ticket.case.ticket_id,
            order_no=order.order_no,
            customer=ticket.case.customer,
            expected_on=order.expected_on,
            watch=sms_watch(at, order.order_no, ctx.policy),
        ),
    )


def note_leftover_arrival(command: NoteLeftoverArrival, ticket: Underway, ctx: Context) -> Decision:
    """The ordered goods are in and checked; transport damage is told at once (C9). What came damaged may come again.

    Refuses: unknown_leftover_order, order_not_approved, goods_in_already (when they are called damaged afterwards).
    """
    at = happened(command, ctx)
    order = _order(ticket, command.order_no)
    if order is None:
        return no("unknown_leftover_order", order_no=command.order_no)
    case = ticket.case
    arrived = facts.LeftoverGoodsArrived(
        at=at, ticket_id=case.ticket_id, order_no=order.order_no, customer=case.customer
    )
    match order.stage:
        case "placed":
            return no("order_not_approved", order_no=command.order_no)
        case "goods_in":
            return no("goods_in_already", order_no=command.order_no) if command.damaged else ()
        case "damaged":
            return () if command.damaged else (arrived,)
        case "approved":
            return (_damaged(command, ticket, at),) if command.damaged else (arrived,)
    assert_never(order.stage)


def _damaged(command: NoteLeftoverArrival, ticket: Underway, at: datetime) -> facts.LeftoverGoodsDamaged:
    return facts.LeftoverGoodsDamaged(
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


def note_leftover_sms(command: NoteLeftoverSms, ticket: Underway, ctx: Context) -> Decision:
    """SMS 5 went out (C9, K17). Refuses: unknown_leftover_order, order_not_approved."""
    order = _order(ticket, command.order_no)
    if order is None:
        return no("unknown_leftover_order", order_no=command.order_no)
    if order.stage == "placed":
        return no("order_not_approved", order_no=command.order_no)
    duty = find(ticket.record.duties, SMS, command.order_no)
    if duty is None:
        return ()
    noted = facts.LeftoverSmsNoted(
        at=happened(command, ctx), ticket_id=ticket.case.ticket_id, order_no=order.order_no, due=duty.watch.due
    )
    return (noted,)


def information_is_owed(ticket: Underway) -> bool:
    """A leftover that a customer reported starts with the information form; damage that we found tells itself (C9)."""
    return ticket.case.kind == "leftover" and ticket.case.channel != "damage"


def goods_are_here(ticket: Underway) -> Rejected | None:
    """Gate of a visit (C9). Refuses: goods_not_in, goods_damaged, information_missing, order_first."""
    waiting = waiting_order(ticket)
    if waiting is not None:
        return no("goods_not_in", order_no=waiting.order_no)
    if came_damaged(ticket):
        return no("goods_damaged", order_no=ticket.orders[-1].order_no)
    if lacks_owed_information(ticket):
        return no("information_missing")
    return no("order_first") if is_to_be_ordered(ticket) else None


def came_damaged(ticket: Underway) -> bool:
    """The goods of the last order came damaged, and no others did."""
    return bool(ticket.orders) and ticket.orders[-1].stage == "damaged"


def lacks_owed_information(ticket: Underway) -> bool:
    """Nobody wrote the form with which it starts."""
    return ticket.record.information is None and information_is_owed(ticket)


def is_untold(ticket: Underway) -> bool:
    """Nobody said yet whether something has to be ordered for what was left over."""
    return ticket.case.kind == "leftover" and ticket.record.information is None and not ticket.orders


def is_to_be_ordered(ticket: Underway) -> bool:
    """The form says that something has to be ordered, and nobody did."""
    information = ticket.record.information
    return information is not None and information.order_needed and not ticket.orders


def lacks_information(ticket: Underway) -> bool:
    """The form is not written, and is of use."""
    return ticket.record.information is None and ticket.case.kind != "consultation"


def may_be_ordered(ticket: Underway) -> bool:
    """Something was left over, or the form says that it has to be ordered."""
    return ticket.case.kind == "leftover" or is_to_be_ordered(ticket)


def awaits_approval(ticket: Underway) -> bool:
    """The last order is to be approved."""
    return bool(ticket.orders) and ticket.orders[-1].stage == "placed"


def awaits_sms(ticket: Underway) -> bool:
    """SMS 5 about the last order is owed (K17)."""
    return bool(ticket.orders) and find(ticket.record.duties, SMS, ticket.orders[-1].order_no) is not None


def awaits_goods(ticket: Underway) -> bool:
    """The goods of the last order are to come, or to come again."""
    return bool(ticket.orders) and ticket.orders[-1].stage in ("approved", "damaged")


def after(
    record: Record, event: facts.InformationTaken | facts.LeftoverOrderApproved | facts.LeftoverSmsNoted
) -> Record:
    """The record after the form was written, or SMS 5 fell due or went out."""
    match event:
        case facts.InformationTaken():
            return record.having(information=Information(event.findings, event.order_needed, event.items, event.photos))
        case facts.LeftoverOrderApproved():
            return record.having(duties=begun(record.duties, event.watch, event.at))
        case facts.LeftoverSmsNoted():
            return record.having(duties=done(record.duties, SMS, event.order_no))
    assert_never(event)


def _order(ticket: Underway, order_no: str) -> LeftoverOrder | None:
    return next((order for order in ticket.orders if order.order_no == order_no), None)


USE_CASES = (
    UseCase(
        TakeInformation,
        take_information,
        WORKS | {Role.STORE},
        "information",
        wanted=lacks_information,
        steps=("take_information", "order_or_visit"),
    ),
    UseCase(
        PlaceLeftoverOrder,
        place_leftover_order,
        PLACERS,
        "leftover-order",
        gate=can_be_ordered,
        wanted=may_be_ordered,
        steps=("place_order", "order_or_visit", "order_anew", "order_or_book"),
    ),
    UseCase(
        ApproveLeftoverOrder,
        approve_leftover_order,
        frozenset({Role.INSTALL_SUPERVISOR}),
        "leftover-order/approval",
        wanted=awaits_approval,
        steps=("approve_order",),
    ),
    UseCase(NoteLeftoverSms, note_leftover_sms, OFFICE, "leftover-sms", wanted=awaits_sms),
    UseCase(
        NoteLeftoverArrival,
        note_leftover_arrival,
        NOTES_GOODS,
        "leftover-goods",
        wanted=awaits_goods,
        steps=("await_goods", "order_anew"),
    ),
)
