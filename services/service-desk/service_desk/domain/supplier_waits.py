"""Clocks that stand, or are reckoned anew: waiting for a supplier (等供应商, C13); the calendar changed (C1)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal, assert_never

from contracts.bounds import CivilDay, Few
from contracts.decision import Command, Context
from contracts.service_desk_duties import CalendarDay, ClocksReckoned, Watch
from contracts.service_desk_repairs import SupplierWaitEnded, SupplierWaitStarted
from service_desk.domain import work_refusals as refusals
from service_desk.domain.calendar import corrected
from service_desk.domain.clocks import rewatched
from service_desk.domain.dossier import Dossier, SupplierWait
from service_desk.domain.duties import Duty, moved
from service_desk.domain.situations import Decision, Note, Text, Underway


class StartSupplierWait(Command):
    """开始等供应商 (C13)."""

    command: Literal["StartSupplierWait"] = "StartSupplierWait"
    supplier: Text
    reason: Text
    expected_on: CivilDay | None = None


class EndSupplierWait(Command):
    """供应商已处理 (C13)."""

    command: Literal["EndSupplierWait"] = "EndSupplierWait"
    outcome: Note = ""


class ReckonClocks(Command):
    """重算时限 (C1): the calendar or the policy changed."""

    command: Literal["ReckonClocks"] = "ReckonClocks"
    reason: Text
    corrections: Annotated[tuple[CalendarDay, ...], Few(1_000)] | None = None
    """All days that are corrected in the desk's calendar; null: as the ticket knows them."""


SupplierCommand = StartSupplierWait | EndSupplierWait | ReckonClocks
SupplierEvent = SupplierWaitStarted | SupplierWaitEnded | ClocksReckoned


def decide(command: SupplierCommand, ticket: Underway, at: datetime, ctx: Context) -> Decision:
    """Answer a command about a supplier."""
    match command:
        case StartSupplierWait():
            return start_wait(command, ticket, at)
        case EndSupplierWait():
            return end_wait(command, ticket, at, ctx)
        case ReckonClocks():
            return reckon_clocks(command, ticket, at, ctx)
    assert_never(command)


def start_wait(command: StartSupplierWait, ticket: Underway, at: datetime) -> Decision:
    """The ticket waits for a supplier (C13). Refuses: waiting_already, wait_before_last."""
    wait, waits = ticket.dossier.waiting, ticket.dossier.waits
    if wait is not None:
        return () if wait.supplier == command.supplier else refusals.waiting_already(wait.supplier)
    last = waits[-1].until if waits else None
    if last is not None and at < last:
        return refusals.wait_before_last(last)
    return (
        SupplierWaitStarted(
            at=at,
            ticket_id=ticket.case.ticket_id,
            wait_no=len(waits) + 1,
            supplier=command.supplier,
            reason=command.reason,
            expected_on=command.expected_on,
        ),
    )


def end_wait(command: EndSupplierWait, ticket: Underway, at: datetime, ctx: Context) -> Decision:
    """The supplier has settled it: the clocks go on, later by as long as they stood (C13).

    Refuses: not_waiting, wait_ends_before. When the last wait has ended, ending again is no event.
    """
    wait = ticket.dossier.waiting
    if wait is None:
        return () if ticket.dossier.waits else refusals.not_waiting()
    if at < wait.since:
        return refusals.wait_ends_before(wait.since)
    return (
        SupplierWaitEnded(
            at=at,
            ticket_id=ticket.case.ticket_id,
            wait_no=wait.wait_no,
            supplier=wait.supplier,
            since=wait.since,
            outcome=command.outcome,
            watches=_moved_watches(ticket, ticket.dossier.duties, at, ctx),
        ),
    )


def reckon_clocks(command: ReckonClocks, ticket: Underway, at: datetime, ctx: Context) -> Decision:
    """Open clocks are reckoned anew by the calendar of today; those that ran out stay as they were judged (C1, K22).

    While the ticket waits for a supplier no clock moves, they are reckoned when the wait ends; what was corrected is
    noted all the same, and holds for every clock that begins later.
    """
    known = ticket.dossier.corrections
    corrections = known if command.corrections is None else command.corrections
    ctx = replace(ctx, policy=corrected(ctx.policy, corrections))
    waits = ticket.dossier.waiting is not None
    open_ones = tuple(one for one in ticket.dossier.duties if not one.overdue and one.watch.due > ctx.now)
    watches = () if waits else _moved_watches(ticket, open_ones, at, ctx)
    if not watches and corrections == known:
        return ()
    reckoned = ClocksReckoned(
        at=at,
        ticket_id=ticket.case.ticket_id,
        calendar=ctx.policy.revision,
        reason=command.reason,
        watches=watches,
        corrections=corrections,
    )
    return (reckoned,)


def _moved_watches(ticket: Underway, owed: Sequence[Duty], at: datetime, ctx: Context) -> tuple[Watch, ...]:
    """The clocks whose due time moved, reckoned with all waits."""
    pauses = ticket.dossier.pauses(at)
    reckoned = ((one.watch, rewatched(one.watch, one.since, ctx.policy, pauses)) for one in owed)
    return tuple(new for old, new in reckoned if new.due != old.due)


def after(dossier: Dossier, event: SupplierEvent) -> Dossier:
    """The dossier after a wait began or ended."""
    match event:
        case SupplierWaitStarted():
            return dossier.having(waits=(*dossier.waits, SupplierWait(event.wait_no, event.supplier, event.at)))
        case SupplierWaitEnded():
            waits = tuple(
                replace(wait, until=event.at) if wait.wait_no == event.wait_no else wait for wait in dossier.waits
            )
            return dossier.having(waits=waits, duties=moved(dossier.duties, event.watches))
        case ClocksReckoned():
            return dossier.having(duties=moved(dossier.duties, event.watches), corrections=event.corrections)
    assert_never(event)
