"""The money on the vehicle (B13, B16): collected at stops, handed in against receipts, all of it the same day (K11)."""

from dataclasses import replace
from typing import Any, Literal, assert_never

from pydantic import BaseModel, Field

from company.context import Context
from contracts import dispatch_road as road
from contracts import dispatch_runs as facts
from contracts.bounds import MoneyFen, OptionalId, Words
from contracts.civil_time import end_of_day
from contracts.dispatch import RunEvent
from contracts.dispatch_door import Signing
from dispatch.fields import happened
from dispatch.refusals import no
from dispatch.run.state import Closed, Collected, Decision, Departed, HandedIn, Run
from dispatch.who import RECEIVES_CASH, STANDS_BY, TAKES_CASH
from runtime.decision import Command
from runtime.second import Second
from runtime.typed_rows import ByName
from runtime.use_case import Asker, UseCase


class CollectCash(Command):
    """收款 (B13, B16): cash taken at a stop; `due_fen` is what the order says is still owed; `signing`: what is signed
    for with it."""

    command: Literal["CollectCash"] = "CollectCash"
    job_id: OptionalId
    amount_fen: MoneyFen = Field(gt=0)
    due_fen: MoneyFen = Field(ge=0)
    signing: Signing | None = None


class HandInCash(Command):
    """交款 Hand in cash (B16)

    Money leaves the vehicle into the hands of the accountant, who says so: by asking, or as `second` of whoever hands
    it in. A large deposit is noted by the accountant, with another person as `second` (B23). The same receipt counts
    once. Names in `received_by` and `witness` may be left out.
    """

    command: Literal["HandInCash"] = "HandInCash"
    amount_fen: MoneyFen = Field(gt=0)
    received_by: Words | None = None
    receipt_no: Words
    witness: Words | None = None
    elsewhere_fen: MoneyFen = 0
    """What its leader handed in on that day with other crews."""


class MarkCashOverdue(Command):
    """The clock: the day is over (K11)."""

    command: Literal["MarkCashOverdue"] = "MarkCashOverdue"


def collect(command: CollectCash, run: Run, ctx: Context) -> Decision:
    """收款. Rules: B13 (as on the order), B16 (limit per vehicle). Once per stop; the same again is no event."""
    at = happened(command, ctx)
    if isinstance(run, Closed):
        return no("day_closed", crew=run.road.sheet.crew, on=run.road.sheet.on)
    if not isinstance(run, Departed):
        return no("not_departed", rule="B13")
    known = next((one for one in run.collected if one.job_id == command.job_id), None)
    if known is not None:
        if known.amount_fen == command.amount_fen:
            return ()
        return no("already_collected", job_id=command.job_id, collected_fen=known.amount_fen)
    if command.job_id not in {stop.job_id for stop in run.stops}:
        return no("not_on_this_run", job_id=command.job_id, crew=run.sheet.crew)
    limit, total = ctx.policy.vehicle_cash_limit_fen, run.on_vehicle_fen + command.amount_fen
    if total > limit:
        return no("cash_limit", on_vehicle_fen=run.on_vehicle_fen, amount_fen=command.amount_fen, limit_fen=limit)
    if command.amount_fen > command.due_fen:
        return no("more_than_due", job_id=command.job_id, due_fen=command.due_fen, amount_fen=command.amount_fen)
    return (
        facts.CashCollected(
            at=at,
            on=run.sheet.on,
            crew=run.sheet.crew,
            job_id=command.job_id,
            amount_fen=command.amount_fen,
            on_vehicle_fen=total,
            signing=command.signing,
        ),
    )


def hand_in(command: HandInCash, run: Run, ctx: Context) -> Decision:
    """交款. Rules: B16 (large is what its leader pays in on the day, all together), X7. The same receipt again
    is no event.

    Refuses: receipt_used (with other content), receiver_must_sign, received_by_leader, more_than_on_vehicle,
    witness_missing (of a large one: neither who pays in nor who receives is the second person, B23).
    """
    receiver, witness = received(ctx)
    told = HandedIn(command.receipt_no, command.amount_fen, receiver or command.received_by or "")
    at = happened(command, ctx)
    if isinstance(run, Closed):
        if told in run.road.handed_in:
            return ()
        return no("day_closed", crew=run.road.sheet.crew, on=run.road.sheet.on)
    if not isinstance(run, Departed):
        return no("not_departed", rule="B16")
    known = next((one for one in run.handed_in if one.receipt_no == command.receipt_no), None)
    if known is not None:
        if known == told:
            return ()
        return no(
            "receipt_used",
            receipt_no=command.receipt_no,
            amount_fen=known.amount_fen,
            received_by=known.received_by,
            told_fen=command.amount_fen,
        )
    if receiver is None:
        return no("receiver_must_sign")
    if receiver == run.leader:
        return no("received_by_leader", received_by=receiver)
    if command.amount_fen > run.on_vehicle_fen:
        return no("more_than_on_vehicle", on_vehicle_fen=run.on_vehicle_fen, amount_fen=command.amount_fen)
    limit = ctx.policy.two_person_deposit_fen
    of_the_day = command.amount_fen + command.elsewhere_fen + sum(paid.amount_fen for paid in run.handed_in)
    if of_the_day >= limit and witness in {None, run.leader}:
        return no("witness_missing", amount_fen=of_the_day, limit_fen=limit)
    return (
        facts.CashHandedIn(
            at=at,
            on=run.sheet.on,
            crew=run.sheet.crew,
            amount_fen=command.amount_fen,
            on_vehicle_fen=run.on_vehicle_fen - command.amount_fen,
            received_by=receiver,
            receipt_no=command.receipt_no,
            witness=witness,
        ),
    )


def received(ctx: Context) -> tuple[str | None, str | None]:
    """Who says that they have the money, and who stood by: of the accountant's entry the second person is the witness,
    of anybody else's the accountant."""
    second = None if ctx.second is None else ctx.second.id
    return (ctx.by, second) if ctx.role in RECEIVES_CASH else (second, None)


def mark_cash_overdue(command: MarkCashOverdue, run: Run, ctx: Context) -> Decision:
    """当日现金未交清 (K11): told once, and only while money is on the vehicle."""
    at = happened(command, ctx)
    if not isinstance(run, Departed) or run.is_cash_overdue or run.on_vehicle_fen == 0:
        return ()
    ends = end_of_day(run.sheet.on)
    if ctx.now < ends:
        return ()
    return (
        road.CashOverdue(
            at=at,
            on=run.sheet.on,
            crew=run.sheet.crew,
            leader=run.leader,
            on_vehicle_fen=run.on_vehicle_fen,
            due=ends,
        ),
    )


class _Paid(BaseModel):
    """What is asked of the rows of runs here."""

    leader: str | None
    receipts: tuple[str, ...]
    handed_in_fen: int


PAID = ByName("runs", _Paid)
"""By name: the rows are made of these rules."""


async def beside_other_runs(asker: Asker, run_no: str, body: Command) -> HandInCash:
    """A receipt is of one crew's day (X7): no other run has handed in against its number. What the leader paid in on
    the day with other crews counts to it (B16)."""
    command = HandInCash.model_validate(dict(body))
    runs, others = asker.view(PAID), {"_id": {"$ne": run_no}}
    for other in await runs.numbers({"row.receipts": command.receipt_no, **others}, sort=[("_id", 1)], limit=1):
        asker.refuse(no("receipt_of_another", receipt_no=command.receipt_no, run=other))
    run = await runs.get(run_no)
    if run is None or run.leader is None:
        return command
    of_leader = await runs.find({"row.on": run_no.partition(":")[0], "row.leader": run.leader, **others})
    return command.model_copy(update={"elsewhere_fen": sum(one.handed_in_fen for one in of_leader)})


Event = facts.CashCollected | facts.CashHandedIn | road.CashOverdue


def evolve(run: Departed, event: Event) -> Departed:
    """The run after its cash has changed."""
    match event:
        case facts.CashCollected():
            one = Collected(event.job_id, event.amount_fen)
            return replace(run, collected=(*run.collected, one), on_vehicle_fen=event.on_vehicle_fen)
        case facts.CashHandedIn():
            paid = HandedIn(event.receipt_no, event.amount_fen, event.received_by)
            return replace(run, handed_in=(*run.handed_in, paid), on_vehicle_fen=event.on_vehicle_fen)
        case road.CashOverdue():
            return replace(run, is_cash_overdue=True)
    assert_never(event)


USE_CASES: tuple[UseCase[Any, Any, RunEvent], ...] = (
    UseCase(CollectCash, collect),
    UseCase(
        HandInCash,
        hand_in,
        TAKES_CASH,
        "cash-in",
        body="HandInCashBody",
        unsaid=("elsewhere_fen",),
        prepare=beside_other_runs,
        second=Second(RECEIVES_CASH, dict.fromkeys(RECEIVES_CASH, STANDS_BY), always=False),
        signers=("received_by", "witness"),
    ),
    UseCase(MarkCashOverdue, mark_cash_overdue),
)
