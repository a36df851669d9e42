"""借用 Loan of a showroom or stock part for a repair: out with approval and a due date, back or charged (C7, D12).

One aggregate per loan, `loan:JY260320001`. The pieces are set apart when it is asked for, leave when it is approved
and handed out, and are owed by the end of the due day.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, assert_never

from company.context import Context
from contracts.civil_time import civil_day, end_of_day
from contracts.inventory_stock import (
    LoanApproved,
    LoanAsked,
    LoanCharged,
    LoanGoodsHeld,
    LoanHandedOut,
    LoanOverdue,
    LoanRefused,
    LoanReturned,
)
from inventory.domain.loan_asks import (
    COMMANDS,
    ApproveLoan,
    AskLoan,
    ChargeLoan,
    HandOutLoan,
    NoteLoanGoods,
    NoteLoanOverdue,
    Pieces,
    RefuseLoan,
    ReturnLoan,
    loan_id,
)
from inventory.domain.loan_words import (
    due_passed,
    loan_closed,
    loan_contradicts,
    loan_out,
    not_approved,
    not_held,
    not_out,
    too_many_back,
    unknown_loan,
)
from runtime.decision import Rejected, Timer

LoanEvent = (
    LoanAsked | LoanGoodsHeld | LoanRefused | LoanApproved | LoanHandedOut | LoanOverdue | LoanReturned | LoanCharged
)

# --- states -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NoLoan:
    """Nobody asked."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Asked for; `held` once the stock set the pieces apart, `approved` once somebody agreed."""

    asked: LoanAsked
    held: bool = False
    approved: LoanApproved | None = None


@dataclass(frozen=True, slots=True)
class Out:
    """With the borrower; `open` pieces are neither back nor charged."""

    handed_out: LoanHandedOut
    open: int
    overdue_told: bool = False


@dataclass(frozen=True, slots=True)
class Closed:
    """Refused, back or charged."""

    loan_no: str
    how: Literal["refused", "settled"]


Loan = NoLoan | Asked | Out | Closed
INITIAL: Loan = NoLoan()
STATES = (NoLoan, Asked, Out, Closed)
Decision = tuple[LoanEvent, ...] | Rejected

# --- decisions ----------------------------------------------------------------------------------------------------


def decide(command: COMMANDS, loan: Loan, ctx: Context) -> Decision:
    """What follows from a command; see the function named by its verb."""
    match command:
        case AskLoan():
            return ask(command, loan, ctx)
        case NoteLoanGoods():
            return note_goods(command, loan, ctx)
        case ApproveLoan():
            return approve(command, loan, ctx)
        case RefuseLoan():
            return refuse(command, loan, ctx)
        case HandOutLoan():
            return hand_out(command, loan, ctx)
        case ReturnLoan():
            return give_back(command, loan, ctx)
        case ChargeLoan():
            return charge(command, loan, ctx)
        case NoteLoanOverdue():
            return note_overdue(loan, ctx)
    assert_never(command)


def ask(command: AskLoan, loan: Loan, ctx: Context) -> Decision:
    """A part is wanted for a repair; one that was approved on its ticket needs no other approval.

    Rules: C7, D12. The same again is no event. Refuses: due_passed, loan_contradicts.
    """
    at = command.at or ctx.now
    due_on = command.due_on or civil_day(at) + timedelta(days=ctx.policy.loan_days)
    asked = LoanAsked(
        at=at,
        loan_no=command.loan_no,
        depot=command.depot,
        sku=command.sku,
        name=command.name,
        quantity=command.quantity,
        bin=command.bin,
        ticket_id=command.ticket_id,
        borrower=command.borrower,
        purpose=command.purpose,
        due_on=due_on,
    )
    match loan:
        case NoLoan() if due_on < civil_day(at):
            return due_passed(due_on)
        case NoLoan() if command.approved_by is None:
            return (asked,)
        case NoLoan():
            approved = LoanApproved(
                at=at, loan_no=command.loan_no, approved_by=command.approved_by or "", due_on=due_on, note=""
            )
            return (asked, approved)
        case Asked(asked=known) if known.model_copy(update={"at": at}) == asked:
            return ()
        case Asked() | Out() | Closed():
            return loan_contradicts(command.loan_no)
    assert_never(loan)


def note_goods(command: NoteLoanGoods, loan: Loan, ctx: Context) -> Decision:
    """The stock set the pieces apart; or has too few, and the loan is off.

    Rules: D12, D8.
    """
    match loan:
        case NoLoan() | Out() | Closed() | Asked(held=True):
            return ()
        case Asked(asked=asked) if command.held:
            return (LoanGoodsHeld(at=command.at or ctx.now, loan_no=asked.loan_no),)
        case Asked(asked=asked):
            reason = f"库存不足：只有 {command.available} 件"
            return (_refused(asked, held=False, short=True, reason=reason, by="system", at=command.at or ctx.now),)
    assert_never(loan)


def approve(command: ApproveLoan, loan: Loan, ctx: Context) -> Decision:
    """Somebody who may agrees, and may set another due date.

    Rules: D12, C7. Refuses: unknown_loan, loan_closed, due_passed.
    """
    match loan:
        case NoLoan():
            return unknown_loan()
        case Closed():
            return loan_closed(loan.loan_no)
        case Out():
            return ()
        case Asked() if loan.approved is not None:
            return ()
        case Asked():
            due_on = command.due_on or loan.asked.due_on
            at = command.at or ctx.now
            if due_on < civil_day(at):
                return due_passed(due_on)
            return (
                LoanApproved(at=at, loan_no=loan.asked.loan_no, approved_by=ctx.by, due_on=due_on, note=command.note),
            )
    assert_never(loan)


def refuse(command: RefuseLoan, loan: Loan, ctx: Context) -> Decision:
    """No loan, or it is withdrawn before anything left; what was set apart is free again.

    Rules: D12. Refuses: unknown_loan, loan_out, not_held (the stock has not answered yet).
    """
    match loan:
        case NoLoan():
            return unknown_loan()
        case Closed():
            return ()
        case Out():
            return loan_out(loan.handed_out.loan_no)
        case Asked() if not loan.held:
            return not_held(loan.asked.loan_no)
        case Asked(asked=asked):
            at = command.at or ctx.now
            return (_refused(asked, held=loan.held, short=False, reason=command.reason, by=ctx.by, at=at),)
    assert_never(loan)


def hand_out(command: HandOutLoan, loan: Loan, ctx: Context) -> Decision:
    """The pieces leave with the borrower: approved and set apart, not before.

    Rules: D12, D8. Refuses: unknown_loan, loan_closed, not_approved, not_held.
    """
    match loan:
        case NoLoan():
            return unknown_loan()
        case Closed():
            return loan_closed(loan.loan_no)
        case Out():
            return ()
        case Asked() if loan.approved is None:
            return not_approved(loan.asked.loan_no)
        case Asked() if not loan.held:
            return not_held(loan.asked.loan_no)
        case Asked(asked=asked, approved=approved):
            due_on = approved.due_on if approved is not None else asked.due_on
            return (
                LoanHandedOut(
                    at=command.at or ctx.now,
                    loan_no=asked.loan_no,
                    depot=asked.depot,
                    sku=asked.sku,
                    name=asked.name,
                    quantity=asked.quantity,
                    borrower=asked.borrower,
                    signature_ref=command.signature_ref,
                    due=end_of_day(due_on),
                    ticket_id=asked.ticket_id,
                ),
            )
    assert_never(loan)


def give_back(command: ReturnLoan, loan: Loan, ctx: Context) -> Decision:
    """Pieces come back, whole or damaged; in parts, if need be.

    Rules: D12. Refuses: unknown_loan, loan_not_out, too_many_back.
    """
    match loan:
        case NoLoan():
            return unknown_loan()
        case Asked() | Closed():
            return not_out()
        case Out(handed_out=out):
            pieces = command.good + command.damaged
            if not 1 <= pieces <= loan.open:
                return too_many_back(out.loan_no, loan.open, pieces)
            at = command.at or ctx.now
            return (
                LoanReturned(
                    at=at,
                    loan_no=out.loan_no,
                    depot=out.depot,
                    sku=out.sku,
                    name=out.name,
                    good=command.good,
                    damaged=command.damaged,
                    bin=command.bin,
                    open=loan.open - pieces,
                    late=at >= out.due,
                    note=command.note,
                ),
            )
    assert_never(loan)


def charge(command: ChargeLoan, loan: Loan, ctx: Context) -> Decision:
    """Pieces stay out and are paid for.

    Rules: D12. Refuses: unknown_loan, loan_not_out, too_many_back.
    """
    match loan:
        case NoLoan():
            return unknown_loan()
        case Asked() | Closed():
            return not_out()
        case Out(handed_out=out):
            if command.quantity > loan.open:
                return too_many_back(out.loan_no, loan.open, command.quantity)
            return (
                LoanCharged(
                    at=command.at or ctx.now,
                    loan_no=out.loan_no,
                    sku=out.sku,
                    name=out.name,
                    quantity=command.quantity,
                    open=loan.open - command.quantity,
                    amount_fen=command.amount_fen,
                    charged_to=command.charged_to,
                    reason=command.reason,
                ),
            )
    assert_never(loan)


def note_overdue(loan: Loan, ctx: Context) -> Decision:
    """The due day has passed and pieces are out.

    Rules: D12. Back or charged meanwhile, or told already: no event.
    """
    match loan:
        case NoLoan() | Asked() | Closed():
            return ()
        case Out(handed_out=out) if loan.overdue_told or ctx.now < out.due:
            return ()
        case Out(handed_out=out):
            return (
                LoanOverdue(
                    at=out.due,
                    loan_no=out.loan_no,
                    sku=out.sku,
                    name=out.name,
                    quantity=loan.open,
                    borrower=out.borrower,
                    due=out.due,
                ),
            )
    assert_never(loan)


def _refused(asked: LoanAsked, *, held: bool, short: bool, reason: str, by: str, at: datetime) -> LoanRefused:
    return LoanRefused(
        at=at,
        loan_no=asked.loan_no,
        depot=asked.depot,
        sku=asked.sku,
        held=held,
        short=short,
        reason=reason,
        refused_by=by,
    )


# --- folding ------------------------------------------------------------------------------------------------------


def evolve(loan: Loan, event: LoanEvent) -> Loan:
    """The loan after an event."""
    match event:
        case LoanAsked():
            return Asked(event)
        case LoanGoodsHeld():
            return replace(loan, held=True) if isinstance(loan, Asked) else loan
        case LoanApproved():
            return replace(loan, approved=event) if isinstance(loan, Asked) else loan
        case LoanRefused():
            return Closed(event.loan_no, "refused")
        case LoanHandedOut():
            return Out(event, event.quantity)
        case LoanOverdue():
            return replace(loan, overdue_told=True) if isinstance(loan, Out) else loan
        case LoanReturned() | LoanCharged():
            if event.open == 0:
                return Closed(event.loan_no, "settled")
            return replace(loan, open=event.open) if isinstance(loan, Out) else loan
    assert_never(event)


def due(loan: Loan) -> tuple[Timer, ...]:
    """The due day's end, while pieces are out and nobody was told (D12)."""
    if not isinstance(loan, Out) or loan.overdue_told:
        return ()
    return (Timer("loan", loan.handed_out.due, NoteLoanOverdue()),)


__all__ = [
    "COMMANDS",
    "INITIAL",
    "STATES",
    "ApproveLoan",
    "AskLoan",
    "ChargeLoan",
    "HandOutLoan",
    "Loan",
    "LoanEvent",
    "NoteLoanGoods",
    "NoteLoanOverdue",
    "Pieces",
    "RefuseLoan",
    "ReturnLoan",
    "decide",
    "due",
    "evolve",
    "loan_id",
]
