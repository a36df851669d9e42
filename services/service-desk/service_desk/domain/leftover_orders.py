"""Leftover orders (遗留单) of a ticket: placed, approved by a second person, followed until goods are in (C9)."""

from datetime import date, datetime
from typing import Literal, assert_never

from contracts.decision import Command, Context
from contracts.service_desk import LeftoverGoodsArrived, LeftoverOrderApproved, LeftoverOrderPlaced
from service_desk.domain import refusals
from service_desk.domain.situations import (
    SUPERVISORS,
    Decision,
    LeftoverOrder,
    Number,
    Received,
    Repaired,
    Text,
    Underway,
    VisitAgreed,
    VisitFailed,
    waiting_order,
)

PLACERS = SUPERVISORS | {"store"}
"""C9: the designer (store), or a supervisor."""


class PlaceLeftoverOrder(Command):
    """下遗留单 (C9): what is missing is ordered, by the designer or a supervisor."""

    command: Literal["PlaceLeftoverOrder"] = "PlaceLeftoverOrder"
    order_no: Number
    items: Text
    expected_on: date | None = None


class ApproveLeftoverOrder(Command):
    """批准遗留单 (C9), by an installation supervisor who did not place it."""

    command: Literal["ApproveLeftoverOrder"] = "ApproveLeftoverOrder"
    order_no: Number


class NoteLeftoverArrival(Command):
    """遗留货到仓、验收 (C9)."""

    command: Literal["NoteLeftoverArrival"] = "NoteLeftoverArrival"
    order_no: Number


def place_leftover_order(command: PlaceLeftoverOrder, ticket: Underway, at: datetime, ctx: Context) -> Decision:
    """Order what is missing (C9). Refuses: role_may_not_place, order_no_taken, order_under_way, visit_agreed,
    already_repaired."""
    known = _order(ticket, command.order_no)
    if known is not None:
        same = (known.items, known.expected_on) == (command.items, command.expected_on)
        return () if same else refusals.order_no_taken(command.order_no)
    if ctx.role not in PLACERS:
        return refusals.may_not_place(ctx.role)
    waiting = waiting_order(ticket)
    if waiting is not None:
        return refusals.order_under_way(waiting.order_no)
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
        ),
    )


def note_leftover_arrival(command: NoteLeftoverArrival, ticket: Underway, at: datetime) -> Decision:
    """The ordered goods are in and checked (C9). Refuses: unknown_leftover_order, order_not_approved."""
    order = _order(ticket, command.order_no)
    if order is None:
        return refusals.no_such_order(command.order_no)
    match order.stage:
        case "placed":
            return refusals.order_not_approved(command.order_no)
        case "goods_in":
            return ()
        case "approved":
            case = ticket.case
            return (
                LeftoverGoodsArrived(at=at, ticket_id=case.ticket_id, order_no=order.order_no, customer=case.customer),
            )
    assert_never(order.stage)


def _order(ticket: Underway, order_no: str) -> LeftoverOrder | None:
    return next((order for order in ticket.orders if order.order_no == order_no), None)
