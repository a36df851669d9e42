"""Clocks that stand, or are reckoned anew: waiting for a supplier (等供应商, C13); the calendar changed (C1)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal, assert_never

from company.context import Context
from company.roles import Role
from contracts import service_desk_repairs as facts
from contracts.bounds import CivilDay, Few
from contracts.service_desk_duties import CalendarDay, ClocksReckoned, Watch
from runtime.decision import Command, said_again
from runtime.use_case import UseCase
from service_desk.calendar import corrected
from service_desk.clocks import rewatched
from service_desk.duties import Duty, moved
from service_desk.fields import Note, Text, happened
from service_desk.refusals import no
from service_desk.roles import HEADS, OFFICE
from service_desk.ticket.state import Decision, Record, SupplierWait, Underway


class StartSupplierWait(Command):
    """开始等供应商 Wait for a supplier (C13)

    The clocks of reply and complaint stand, and say so.
    """

    command: Literal["StartSupplierWait"] = "StartSupplierWait"
    supplier: Text
    reason: Text
    expected_on: CivilDay | None = None


class EndSupplierWait(Command):
    """供应商已处理 The supplier has settled it (C13)

    The clocks go on, later by as long as they stood.
    """

    command: Literal["EndSupplierWait"] = "EndSupplierWait"
    outcome: Note = ""


class ReckonClocks(Command):
    """重算时限 (C1): the calendar or the policy changed."""

    command: Literal["ReckonClocks"] = "ReckonClocks"
    reason: Text
    corrections: Annotated[tuple[CalendarDay, ...], Few(1_000)] | None = None
    """All days that are corrected in the desk's calendar; null: as the ticket knows them."""


SupplierEvent = facts.SupplierWaitStarted | facts.SupplierWaitEnded | ClocksReckoned


def start_wait(command: StartSupplierWait, ticket: Underway, ctx: Context) -> Decision:
    """The ticket waits for a supplier (C13). Refuses: waiting_already, wait_before_last."""
    at = happened(command, ctx)
    wait, waits = ticket.record.waiting, ticket.record.waits
    if wait is not None:
        same = (wait.supplier, wait.expected_on) == (command.supplier, command.expected_on)
        return said_again(wait.reason, command.reason) if same else no("waiting_already", supplier=wait.supplier)
    last = waits[-1].until if waits else None
    if last is not None and at < last:
        return no("wait_before_last", until=last)
    return (
        facts.SupplierWaitStarted(
            at=at,
            ticket_id=ticket.case.ticket_id,
            wait_no=len(waits) + 1,
            supplier=command.supplier,
            reason=command.reason,
            expected_on=command.expected_on,
        ),
    )


def end_wait(command: EndSupplierWait, ticket: Underway, ctx: Context) -> Decision:
    """The supplier has settled it: the clocks go on, later by as long as they stood (C13).

    Refuses: not_waiting, wait_ends_before. When the last wait has ended, ending again is no event.
    """
    at = happened(command, ctx)
    wait = ticket.record.waiting
    if wait is None:
        return said_again(waited[-1].outcome, command.outcome) if (waited := ticket.record.waits) else no("not_waiting")
    if at < wait.since:
        return no("wait_ends_before", since=wait.since)
    return (
        facts.SupplierWaitEnded(
            at=at,
            ticket_id=ticket.case.ticket_id,
            wait_no=wait.wait_no,
            supplier=wait.supplier,
            since=wait.since,
            outcome=command.outcome,
            watches=_moved_watches(ticket, ticket.record.duties, at, ctx),
        ),
    )


def reckon_clocks(command: ReckonClocks, ticket: Underway, ctx: Context) -> Decision:
    """Open clocks are reckoned anew by the calendar of today; those that ran out stay as they were judged (C1, K22).

    While the ticket waits for a supplier no clock moves, they are reckoned when the wait ends; what was corrected is
    noted all the same, and holds for every clock that begins later.
    """
    at = happened(command, ctx)
    known = ticket.record.corrections
    corrections = known if command.corrections is None else command.corrections
    ctx = replace(ctx, policy=corrected(ctx.policy, corrections))
    open_ones = tuple(one for one in ticket.record.duties if not one.overdue and one.watch.due > ctx.now)
    watches = () if waits(ticket) else _moved_watches(ticket, open_ones, at, ctx)
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
    pauses = ticket.record.pauses(at)
    reckoned = ((one.watch, rewatched(one.watch, one.since, ctx.policy, pauses)) for one in owed)
    return tuple(new for old, new in reckoned if new.due != old.due)


def waits(ticket: Underway) -> bool:
    """For a supplier."""
    return ticket.record.waiting is not None


def waits_for_nobody(ticket: Underway) -> bool:
    """One supplier at a time."""
    return ticket.record.waiting is None


def after(record: Record, event: SupplierEvent) -> Record:
    """The record after a wait began or ended."""
    match event:
        case facts.SupplierWaitStarted():
            begun = SupplierWait(
                event.wait_no, event.supplier, event.at, expected_on=event.expected_on, reason=event.reason
            )
            return record.having(waits=(*record.waits, begun))
        case facts.SupplierWaitEnded():
            waits = tuple(
                replace(wait, until=event.at, outcome=event.outcome) if wait.wait_no == event.wait_no else wait
                for wait in record.waits
            )
            return record.having(waits=waits, duties=moved(record.duties, event.watches))
        case ClocksReckoned():
            return record.having(duties=moved(record.duties, event.watches), corrections=event.corrections)
    assert_never(event)


USE_CASES = (
    UseCase(StartSupplierWait, start_wait, OFFICE | {Role.PROCUREMENT}, "supplier-wait", wanted=waits_for_nobody),
    UseCase(
        EndSupplierWait,
        end_wait,
        OFFICE | {Role.PROCUREMENT},
        "supplier-wait/end",
        wanted=waits,
        steps=("await_supplier",),
    ),
    UseCase(ReckonClocks, reckon_clocks, HEADS),
)
