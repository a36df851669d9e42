"""The money on the vehicle (B13, B16): collected at stops, handed in against receipts, all of it the same day (K11)."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from company.context import Context
from contracts.bounds import MoneyFen, OptionalId
from contracts.civil_time import end_of_day
from contracts.dispatch_road import CashOverdue
from contracts.dispatch_runs import CashCollected, CashHandedIn
from dispatch.domain import run_refusals as no
from dispatch.domain.run_state import Closed, Decision, Departed, Run
from dispatch.domain.words import Words
from runtime.decision import Command


class CollectCash(Command):
    """收款 (B13, B16): cash taken at a stop; `due_fen` is what the order says is still owed."""

    command: Literal["CollectCash"] = "CollectCash"
    job_id: OptionalId
    amount_fen: MoneyFen = Field(gt=0)
    due_fen: MoneyFen = Field(ge=0)


class HandInCash(Command):
    """交款 (B16): cash leaves the vehicle, received by somebody else than the leader, against a receipt.

    The same receipt counts once. `witness`: the second person of a large deposit.
    """

    command: Literal["HandInCash"] = "HandInCash"
    amount_fen: MoneyFen = Field(gt=0)
    received_by: Words
    receipt_no: Words
    witness: Words | None = None


class MarkCashOverdue(Command):
    """The clock: the day is over (K11)."""

    command: Literal["MarkCashOverdue"] = "MarkCashOverdue"


def collect(command: CollectCash, run: Run, at: datetime, ctx: Context) -> Decision:
    """收款. Rules: B13 (as on the order), B16 (limit per vehicle). Once per stop; the same again is no event."""
    if isinstance(run, Closed):
        return no.day_closed(run.road.sheet.crew, run.road.sheet.on)
    if not isinstance(run, Departed):
        return no.not_on_the_road("B13")
    known = next((one for one in run.collected if one.job_id == command.job_id), None)
    if known is not None:
        if known.amount_fen == command.amount_fen:
            return ()
        return no.already_collected(command.job_id, known.amount_fen)
    if command.job_id not in {stop.job_id for stop in run.stops}:
        return no.not_on_this_run(command.job_id, run.sheet.crew)
    limit, total = ctx.policy.vehicle_cash_limit_fen, run.on_vehicle_fen + command.amount_fen
    if total > limit:
        return no.cash_limit(run.on_vehicle_fen, command.amount_fen, limit)
    if command.amount_fen > command.due_fen:
        return no.more_than_due(command.job_id, command.due_fen, command.amount_fen)
    return (
        CashCollected(
            at=at,
            on=run.sheet.on,
            crew=run.sheet.crew,
            job_id=command.job_id,
            amount_fen=command.amount_fen,
            on_vehicle_fen=total,
        ),
    )


def hand_in(command: HandInCash, run: Run, at: datetime, ctx: Context) -> Decision:
    """交款. Rules: B16. The same receipt again is no event.

    Refuses: receipt_used (with another amount), received_by_leader, more_than_on_vehicle, witness_missing (large).
    """
    if isinstance(run, Closed):
        paid = next((one for one in run.road.handed_in if one.receipt_no == command.receipt_no), None)
        if paid is not None and paid.amount_fen == command.amount_fen:
            return ()
        return no.day_closed(run.road.sheet.crew, run.road.sheet.on)
    if not isinstance(run, Departed):
        return no.not_on_the_road("B16")
    known = next((one for one in run.handed_in if one.receipt_no == command.receipt_no), None)
    if known is not None:
        same = known.amount_fen == command.amount_fen
        return () if same else no.receipt_used(command.receipt_no, known.amount_fen)
    if command.received_by == run.leader:
        return no.received_by_leader(command.received_by)
    if command.amount_fen > run.on_vehicle_fen:
        return no.more_than_on_vehicle(run.on_vehicle_fen, command.amount_fen)
    limit = ctx.policy.two_person_deposit_fen
    if command.amount_fen >= limit and command.witness in {None, command.received_by}:
        return no.witness_missing(command.amount_fen, limit)
    return (
        CashHandedIn(
            at=at,
            on=run.sheet.on,
            crew=run.sheet.crew,
            amount_fen=command.amount_fen,
            on_vehicle_fen=run.on_vehicle_fen - command.amount_fen,
            received_by=command.received_by,
            receipt_no=command.receipt_no,
            witness=command.witness,
        ),
    )


def mark_cash_overdue(run: Run, at: datetime, ctx: Context) -> Decision:
    """当日现金未交清 (K11): told once, and only while money is on the vehicle."""
    if not isinstance(run, Departed) or run.is_cash_overdue or run.on_vehicle_fen == 0:
        return ()
    ends = end_of_day(run.sheet.on)
    if ctx.now < ends:
        return ()
    return (
        CashOverdue(
            at=at,
            on=run.sheet.on,
            crew=run.sheet.crew,
            leader=run.leader,
            on_vehicle_fen=run.on_vehicle_fen,
            due=ends,
        ),
    )
