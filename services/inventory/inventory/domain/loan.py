"""借用 Loan of a showroom or stock part for a repair: out with approval and a due date, back or charged (C7, D12).

One aggregate per loan, `loan:JY260320001`. The pieces are set apart when it is asked for, leave when it is approved
and handed out, and are owed by the end of the due day.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Literal, assert_never

from pydantic import Field, StringConstraints

from contracts.decision import Command, Context, Rejected, Timer
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
from contracts.policy import civil_day, end_of_day

PaperNo = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{2,39}$", examples=["JY260320001"])]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Pieces = Annotated[int, Field(ge=1, le=9_999)]


def loan_id(loan_no: str) -> str:
    """Aggregate id of a loan."""
    return f"loan:{loan_no}"


# --- commands -----------------------------------------------------------------------------------------------------


class AskLoan(Command):
    """申请借用 (C7)."""

    command: Literal["AskLoan"] = "AskLoan"
    loan_no: PaperNo
    depot: str = "main"
    sku: Text
    name: Text
    quantity: Pieces
    bin: Text | None = None
    ticket_id: Text | None = None
    borrower: Text
    purpose: Text
    due_on: date | None = None
    """When it is back; `policy.loan_days` from now when nobody says."""
    approved_by: str | None = None
    """Who approved it already, on the ticket that it is for (C7)."""


class NoteLoanGoods(Command):
    """The stock's answer: the pieces are set apart, or there are too few."""

    command: Literal["NoteLoanGoods"] = "NoteLoanGoods"
    held: bool
    available: int = 0


class ApproveLoan(Command):
    """同意; the due date may be changed."""

    command: Literal["ApproveLoan"] = "ApproveLoan"
    due_on: date | None = None
    note: Note = ""


class RefuseLoan(Command):
    """不同意, or withdrawn by the borrower."""

    command: Literal["RefuseLoan"] = "RefuseLoan"
    reason: Text


class HandOutLoan(Command):
    """借出: the borrower signed."""

    command: Literal["HandOutLoan"] = "HandOutLoan"
    signature_ref: Note = ""


class ReturnLoan(Command):
    """归还: good pieces to a bin, damaged ones to the pending zone."""

    command: Literal["ReturnLoan"] = "ReturnLoan"
    good: Annotated[int, Field(ge=0)] = 0
    damaged: Annotated[int, Field(ge=0)] = 0
    bin: Text | None = None
    note: Note = ""


class ChargeLoan(Command):
    """作价: what stays out is paid for."""

    command: Literal["ChargeLoan"] = "ChargeLoan"
    quantity: Pieces
    amount_fen: Annotated[int, Field(ge=0)]
    charged_to: Text
    reason: Text


class NoteLoanOverdue(Command):
    """到期: from the timer."""

    command: Literal["NoteLoanOverdue"] = "NoteLoanOverdue"


COMMANDS = AskLoan | NoteLoanGoods | ApproveLoan | RefuseLoan | HandOutLoan | ReturnLoan | ChargeLoan | NoteLoanOverdue
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
            return _due_passed(due_on)
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
            return _no(
                "loan_contradicts",
                f"借用单 {command.loan_no} 已经有了，内容不同。请用新的单号",
                f"Loan {command.loan_no} exists with other content. Use a new number",
            )
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
    """Somebody who may agrees; never the one who borrows.

    Rules: D12, C7. Refuses: unknown_loan, loan_closed, due_passed.
    """
    match loan:
        case NoLoan():
            return _unknown()
        case Closed():
            return _closed(loan.loan_no)
        case Out():
            return ()
        case Asked() if loan.approved is not None:
            return ()
        case Asked():
            due_on = command.due_on or loan.asked.due_on
            at = command.at or ctx.now
            if due_on < civil_day(at):
                return _due_passed(due_on)
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
            return _unknown()
        case Closed():
            return ()
        case Out():
            return _no(
                "loan_out",
                f"借用单 {loan.handed_out.loan_no} 的货已借出，不能再拒绝。请等归还或作价",
                f"The pieces of loan {loan.handed_out.loan_no} are out; they come back or are charged",
            )
        case Asked() if not loan.held:
            return _not_held(loan.asked.loan_no)
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
            return _unknown()
        case Closed():
            return _closed(loan.loan_no)
        case Out():
            return ()
        case Asked() if loan.approved is None:
            return _no(
                "not_approved",
                f"借用单 {loan.asked.loan_no} 还没有批准，不能借出。请安装主管或经理审批",
                f"Loan {loan.asked.loan_no} is not approved. Ask the supervisor or the manager",
            )
        case Asked() if not loan.held:
            return _not_held(loan.asked.loan_no)
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
            return _unknown()
        case Asked() | Closed():
            return _not_out()
        case Out(handed_out=out):
            pieces = command.good + command.damaged
            if not 1 <= pieces <= loan.open:
                return _too_many(loan, pieces)
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
            return _unknown()
        case Asked() | Closed():
            return _not_out()
        case Out(handed_out=out):
            if command.quantity > loan.open:
                return _too_many(loan, command.quantity)
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


def _no(code: str, zh: str, en: str) -> Rejected:
    return Rejected(code, "D12", zh, en)


def _unknown() -> Rejected:
    return _no("unknown_loan", "没有这张借用单。请核对单号", "There is no such loan. Check the number")


def _closed(loan_no: str) -> Rejected:
    return _no("loan_closed", f"借用单 {loan_no} 已经结束", f"Loan {loan_no} is closed")


def _not_held(loan_no: str) -> Rejected:
    return _no(
        "not_held",
        f"借用单 {loan_no} 的货还没有留出。请稍候再试",
        f"The pieces of loan {loan_no} are not set apart yet. Try again in a moment",
    )


def _not_out() -> Rejected:
    return _no("loan_not_out", "这张借用单没有借出的货", "Nothing of this loan is out")


def _due_passed(due_on: date) -> Rejected:
    return _no("due_passed", f"归还日期 {due_on} 已经过了。请改日期", f"The due date {due_on} has passed. Change it")


def _too_many(loan: Out, pieces: int) -> Rejected:
    no = loan.handed_out.loan_no
    return _no(
        "too_many_back",
        f"借用单 {no} 还有 {loan.open} 件未还，不能登记 {pieces} 件",
        f"{loan.open} pieces of loan {no} are out, not {pieces}",
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
