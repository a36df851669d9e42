"""借用 Loan of a showroom or stock part for a repair: out with approval and a due date, back or charged (C7, D12).

One aggregate per loan, `loan:JY260320001`. The pieces are set apart when it is asked for, leave when it is approved
and handed out, and are owed by the end of the due day.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Annotated, Any, Literal, assert_never, get_args

from pydantic import Field

from company.context import Context
from contracts import inventory_stock as facts
from contracts.bounds import CivilDay, HowMany, MoneyFen, OneLine, OptionalId
from contracts.civil_time import civil_day, end_of_day
from contracts.inventory_stock import CorrectionOfPaper, LoanEvent
from contracts.spelling import Lot, Sku
from inventory.depots import depot_flaw
from inventory.fields import Note, PaperNo, Text, dated
from inventory.papers import own_paper, refused
from inventory.refusals import no
from inventory.who import ACCOUNTS, APPROVES_LOANS, ASKS_LOANS, KEEPER
from inventory.wrong_issue import Corrections, Issued, after, right, use_cases
from runtime.aggregate import Aggregate
from runtime.decision import Command, Rejected, Timer, said_again
from runtime.second import Second
from runtime.use_case import Asker, Born, UseCase

EVENTS: tuple[type[LoanEvent], ...] = get_args(LoanEvent)

Pieces = Annotated[int, Field(ge=1, le=9_999)]

# --- commands -----------------------------------------------------------------------------------------------------


class AskLoan(Command):
    """借用申请 Ask for a loan (C7, D12)

    The pieces are set apart at once (or the loan becomes `short`). Without `loan_no` one is made, without `borrower` it
    is who asks. Answers the number in `body.loan_no`.
    """

    command: Literal["AskLoan"] = "AskLoan"
    loan_no: PaperNo
    depot: OptionalId = "main"
    sku: Sku
    name: Text
    quantity: Pieces
    bin: Text | None = None
    ticket_id: Text | None = None
    borrower: Text | None = None
    purpose: Text
    due_on: CivilDay | None = None
    """Left out: as long as the policy lets a loan last."""
    approved_by: OneLine | None = None
    """Who approved it already, on the ticket that it is for (C7)."""


class NoteLoanGoods(Command):
    """The stock's answer: the pieces are set apart, or there are too few."""

    command: Literal["NoteLoanGoods"] = "NoteLoanGoods"
    held: bool
    available: HowMany = 0


class ApproveLoan(Command):
    """同意借用 Approve (D12)

    By the installation supervisor or the manager; the due date may be changed.
    """

    command: Literal["ApproveLoan"] = "ApproveLoan"
    due_on: CivilDay | None = None
    note: Note = ""


class RefuseLoan(Command):
    """不借 Refuse or withdraw (D12)

    What was set apart is free again. Who does not approve withdraws the own application only.
    """

    command: Literal["RefuseLoan"] = "RefuseLoan"
    reason: Text


class HandOutLoan(Command):
    """借出 Hand out (D12)

    Approved and set apart; the borrower signs as `second` (B23), and owes the pieces from then on.
    """

    command: Literal["HandOutLoan"] = "HandOutLoan"
    signature_ref: Note = ""


class ReturnLoan(Command):
    """归还 Give back (D12)

    Good pieces to a bin, damaged ones to the pending zone; each lot by itself (D13).
    """

    command: Literal["ReturnLoan"] = "ReturnLoan"
    good: Annotated[HowMany, Field(ge=0)] = 0
    damaged: Annotated[HowMany, Field(ge=0)] = 0
    bin: Text | None = None
    lot: Lot = ""
    note: Note = ""


class ChargeLoan(Command):
    """作价 Charge (D12)

    What stays out is paid for.
    """

    command: Literal["ChargeLoan"] = "ChargeLoan"
    quantity: Pieces
    amount_fen: Annotated[MoneyFen, Field(ge=0)]
    charged_to: Text
    reason: Text


class NoteLoanOverdue(Command):
    """到期: from the timer."""

    command: Literal["NoteLoanOverdue"] = "NoteLoanOverdue"


# --- states -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NoLoan:
    """Nobody asked."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Asked for; `held` once the stock set the pieces apart, `approved` once somebody agreed."""

    asked: facts.LoanAsked
    held: bool = False
    approved: facts.LoanApproved | None = None


@dataclass(frozen=True, slots=True)
class Out:
    """With the borrower; `open` pieces are neither back nor charged."""

    asked: facts.LoanAsked
    approved: facts.LoanApproved | None
    handed_out: facts.LoanHandedOut
    open: int
    overdue_told: bool = False
    corrections: Corrections = field(default_factory=Corrections)
    """Of what left with them (D16)."""


@dataclass(frozen=True, slots=True)
class Closed:
    """Refused (the pieces were short), back or charged: by what ended it."""

    asked: facts.LoanAsked
    approved: facts.LoanApproved | None
    how: Literal["refused", "short", "returned", "charged"]
    reason: str = ""
    """Why it was refused."""
    corrections: Corrections = field(default_factory=Corrections)
    """Of what left by it (D16)."""


Known = Asked | Out | Closed
Loan = NoLoan | Asked | Out | Closed
INITIAL: Loan = NoLoan()
Decision = Sequence[LoanEvent] | Rejected

# --- rules --------------------------------------------------------------------------------------------------------


def ask_loan(command: AskLoan, loan: Loan, ctx: Context) -> Decision:
    """A part is wanted for a repair; one that was approved on its ticket needs no other approval.

    Rules: C7, D12. The same again is no event. Refuses: unknown_depot (D17), due_passed, loan_contradicts.
    """
    at = command.at or ctx.now
    due_on = command.due_on or civil_day(at) + timedelta(days=ctx.policy.loan_days)
    asked = facts.LoanAsked(
        at=at,
        loan_no=command.loan_no,
        depot=command.depot,
        sku=command.sku,
        name=command.name,
        quantity=command.quantity,
        bin=command.bin,
        ticket_id=command.ticket_id,
        borrower=command.borrower or ctx.by,
        purpose=command.purpose,
        due_on=due_on,
        asked_by=ctx.by,
    )
    match loan:
        case NoLoan() if (flaw := depot_flaw(ctx.policy, command.depot)) is not None:
            return flaw
        case NoLoan() if due_on < civil_day(at):
            return no("due_passed", due_on=due_on)
        case NoLoan() if command.approved_by is None:
            return (asked,)
        case NoLoan():
            approved_by = command.approved_by or ""
            return (
                asked,
                facts.LoanApproved(at=at, loan_no=command.loan_no, approved_by=approved_by, due_on=due_on, note=""),
            )
        case Asked(asked=known) if known.model_copy(update={"at": at, "asked_by": ctx.by}) == asked:
            return ()
        case Asked() | Out() | Closed():
            return no("loan_contradicts", loan_no=command.loan_no)
    assert_never(loan)


def note_goods(command: NoteLoanGoods, loan: Known, ctx: Context) -> Decision:
    """The stock set the pieces apart; or has too few, and the loan is off.

    Rules: D12, D8.
    """
    match loan:
        case Out() | Closed() | Asked(held=True):
            return ()
        case Asked(asked=asked) if command.held:
            return (facts.LoanGoodsHeld(at=command.at or ctx.now, loan_no=asked.loan_no),)
        case Asked(asked=asked):
            reason = f"库存不足：只有 {command.available} 件"
            at = command.at or ctx.now
            return (refused(facts.LoanRefused, asked, held=False, short=True, reason=reason, by="system", at=at),)
    assert_never(loan)


def approve_loan(command: ApproveLoan, loan: Known, ctx: Context) -> Decision:
    """Somebody who may agrees, and may set another due date.

    Rules: D12, C7, B23, X7. Refuses: unknown_loan, loan_closed, due_passed, own_loan (asked for by, or for, oneself),
    said_otherwise (approved until another day).
    """
    match loan:
        case Closed():
            return no("loan_closed", loan_no=loan.asked.loan_no)
        case Out() | Asked() if loan.approved is not None:
            until = "" if command.due_on is None else command.due_on.isoformat()
            return said_again(loan.approved.due_on.isoformat(), until) or said_again(loan.approved.note, command.note)
        case Out():
            return ()
        case Asked(asked=asked):
            if ctx.by in {asked.asked_by, asked.borrower}:
                return no("own_loan", loan_no=asked.loan_no)
            due_on, at = command.due_on or asked.due_on, command.at or ctx.now
            if due_on < civil_day(at):
                return no("due_passed", due_on=due_on)
            return (
                facts.LoanApproved(at=at, loan_no=asked.loan_no, approved_by=ctx.by, due_on=due_on, note=command.note),
            )
    assert_never(loan)


def refuse_loan(command: RefuseLoan, loan: Known, ctx: Context) -> Decision:
    """No loan, or it is withdrawn before anything left; what was set apart is free again.

    Rules: D12, X7. Refuses: unknown_loan, loan_out, loan_not_held (the stock has not answered yet), loan_closed (it was
    back or paid for), said_otherwise (refused for another reason).
    """
    match loan:
        case Closed(how="returned" | "charged"):
            return no("loan_closed", loan_no=loan.asked.loan_no)
        case Closed(how="short"):
            return ()
        case Closed():
            return said_again(loan.reason, command.reason)
        case Out():
            return no("loan_out", loan_no=loan.handed_out.loan_no)
        case Asked() if not loan.held:
            return no("loan_not_held", loan_no=loan.asked.loan_no)
        case Asked(asked=asked):
            at = command.at or ctx.now
            return (refused(facts.LoanRefused, asked, held=loan.held, reason=command.reason, by=ctx.by, at=at),)
    assert_never(loan)


def hand_out_loan(command: HandOutLoan, loan: Known, ctx: Context) -> Decision:
    """The pieces leave with the borrower: approved and set apart, not before.

    Rules: D12, D8, B23. Refuses: unknown_loan, loan_closed, not_approved, loan_not_held, own_loan (who approved it
    borrows it).
    """
    match loan:
        case Closed():
            return no("loan_closed", loan_no=loan.asked.loan_no)
        case Out():
            return said_again(loan.handed_out.signature_ref, command.signature_ref)
        case Asked(asked=asked, approved=None):
            return no("not_approved", loan_no=asked.loan_no)
        case Asked(asked=asked) if not loan.held:
            return no("loan_not_held", loan_no=asked.loan_no)
        case Asked(asked=asked, approved=approved):
            borrower = asked.borrower if ctx.second is None else ctx.second.id
            if approved is not None and borrower == approved.approved_by:
                return no("own_loan", loan_no=asked.loan_no)
            due_on = approved.due_on if approved is not None else asked.due_on
            return (
                facts.LoanHandedOut(
                    at=command.at or ctx.now,
                    loan_no=asked.loan_no,
                    depot=asked.depot,
                    sku=asked.sku,
                    name=asked.name,
                    quantity=asked.quantity,
                    borrower=borrower,
                    signature_ref=command.signature_ref,
                    due=end_of_day(due_on),
                    ticket_id=asked.ticket_id,
                ),
            )
    assert_never(loan)


def return_loan(command: ReturnLoan, loan: Known, ctx: Context) -> Decision:
    """Pieces come back, whole or damaged; in parts, if need be.

    Rules: D12. Refuses: unknown_loan, loan_not_out, too_many_back, other_correction_waits (D16).
    """
    if not isinstance(loan, Out):
        return no("loan_not_out")
    out, pieces = loan.handed_out, command.good + command.damaged
    if not 1 <= pieces <= loan.open:
        return no("too_many_back", loan_no=out.loan_no, open=loan.open, pieces=pieces)
    if (undecided := _undecided(loan, pieces)) is not None:
        return undecided
    at = command.at or ctx.now
    return (
        facts.LoanReturned(
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
            lot=command.lot,
        ),
    )


def charge_loan(command: ChargeLoan, loan: Known, ctx: Context) -> Decision:
    """Pieces stay out and are paid for.

    Rules: D12. Refuses: unknown_loan, loan_not_out, too_many_back, other_correction_waits (D16).
    """
    if not isinstance(loan, Out):
        return no("loan_not_out")
    out = loan.handed_out
    if command.quantity > loan.open:
        return no("too_many_back", loan_no=out.loan_no, open=loan.open, pieces=command.quantity)
    if (undecided := _undecided(loan, command.quantity)) is not None:
        return undecided
    return (
        facts.LoanCharged(
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


def _undecided(loan: Out, settled: int) -> Rejected | None:
    """Why a loan is not over with these pieces: somebody says that more left, and nobody has decided that (D16)."""
    waits = loan.corrections.waits
    if waits is None or settled < loan.open:
        return None
    return no("other_correction_waits", number=loan.handed_out.loan_no, correction_no=waits.correction_no)


def note_overdue(_: NoteLoanOverdue, loan: Known, ctx: Context) -> Decision:
    """The due day has passed and pieces are out.

    Rules: D12. Back or charged meanwhile, or told already: no event.
    """
    if not isinstance(loan, Out) or loan.overdue_told or ctx.now < loan.handed_out.due:
        return ()
    out = loan.handed_out
    return (
        facts.LoanOverdue(
            at=out.due,
            loan_no=out.loan_no,
            sku=out.sku,
            name=out.name,
            quantity=loan.open,
            borrower=out.borrower,
            due=out.due,
        ),
    )


# --- folding ------------------------------------------------------------------------------------------------------


def evolve(loan: Loan, event: LoanEvent) -> Loan:
    """The loan after an event."""
    match event:
        case facts.LoanAsked():
            return Asked(event)
        case facts.LoanGoodsHeld():
            return replace(loan, held=True) if isinstance(loan, Asked) else loan
        case facts.LoanApproved():
            return replace(loan, approved=event) if isinstance(loan, Asked) else loan
        case facts.LoanRefused():
            return _closed(loan, "short" if event.short else "refused", event.reason)
        case facts.LoanHandedOut():
            return Out(loan.asked, loan.approved, event, event.quantity) if isinstance(loan, Asked) else loan
        case facts.LoanOverdue():
            return replace(loan, overdue_told=True) if isinstance(loan, Out) else loan
        case facts.LoanReturned() | facts.LoanCharged():
            if event.open == 0:
                return _closed(loan, "returned" if isinstance(event, facts.LoanReturned) else "charged")
            return replace(loan, open=event.open) if isinstance(loan, Out) else loan
        case facts.PaperCorrectionAsked() | facts.PaperCorrectionRefused() | facts.PaperCorrected():
            return _corrected(loan, event) if isinstance(loan, Out) else loan
    assert_never(event)


def _corrected(loan: Out, event: CorrectionOfPaper) -> Loan:
    """More or fewer pieces are out; where none is, and none was, nothing was lent."""
    told = after(loan.corrections, event)
    if not isinstance(event, facts.PaperCorrected):
        return replace(loan, corrections=told)
    line = event.lines[0]
    left = loan.open + line.right - line.was
    if left:
        return replace(loan, open=left, corrections=told)
    closed = _closed(loan, "returned" if line.right else "refused", "" if line.right else event.reason)
    return replace(closed, corrections=told) if isinstance(closed, Closed) else closed


def issued_of(loan: Loan) -> Issued | None:
    """What left with the borrower, as it is right; pieces that are back, or paid for, did leave."""
    if isinstance(loan, Closed) and loan.corrections.agreed:
        return _ended(loan)
    if not isinstance(loan, Out):
        return None
    out = loan.handed_out
    was = right(loan.corrections, 1, out.quantity)
    line = facts.LeftPieces(line_no=1, sku=out.sku, name=out.name, was=was, right=was)
    return Issued("loan", out.loan_no, out.depot, (line,), loan.corrections, least=was - loan.open)


def _ended(loan: Closed) -> Issued:
    """What left by a loan that is over."""
    asked = loan.asked
    was = right(loan.corrections, 1, asked.quantity)
    line = facts.LeftPieces(line_no=1, sku=asked.sku, name=asked.name, was=was, right=was)
    return Issued("loan", asked.loan_no, asked.depot, (line,), loan.corrections, least=was, is_over=True)


def _closed(loan: Loan, how: Literal["refused", "short", "returned", "charged"], reason: str = "") -> Loan:
    if isinstance(loan, NoLoan):
        return loan
    corrections = loan.corrections if isinstance(loan, Out | Closed) else Corrections()
    return Closed(loan.asked, loan.approved, how, reason, corrections)


def due(loan: Loan) -> tuple[Timer, ...]:
    """The due day's end, while pieces are out and nobody was told (D12)."""
    if not isinstance(loan, Out) or loan.overdue_told:
        return ()
    return (Timer("loan", loan.handed_out.due, NoteLoanOverdue()),)


# --- use cases, and where a page offers them -------------------------------------------------------------------------


def awaits_approval(loan: Loan) -> bool:
    """Nobody agreed yet."""
    return isinstance(loan, Asked) and loan.approved is None


def is_held(loan: Loan) -> bool:
    """Its pieces are set apart and have not left."""
    return isinstance(loan, Asked) and loan.held


def may_leave(loan: Loan) -> bool:
    """Set apart, and somebody agreed."""
    return isinstance(loan, Asked) and loan.held and loan.approved is not None


def is_out(loan: Loan) -> bool:
    """Pieces are with the borrower."""
    return isinstance(loan, Out)


def at_the_door(case: UseCase[Any, Any, LoanEvent], command: Any, loan: Loan, ctx: Context) -> Decision:
    """Whatever is asked of a loan, somebody must have asked for it."""
    if isinstance(loan, NoLoan) and not isinstance(command, AskLoan):
        return () if case.path is None else no("unknown_loan")
    return case.rule(command, loan, ctx)


async def by_who_asks(asker: Asker, number: str, body: Any) -> AskLoan:
    """The borrower is who asks, unless another is named."""
    return AskLoan(**{**dict(body), "loan_no": number, "borrower": body.borrower or asker.actor})


async def own_loan(asker: Asker, number: str, body: RefuseLoan) -> RefuseLoan:
    """Who does not approve withdraws the own application only."""
    if asker.role not in APPROVES_LOANS:
        await own_paper(asker, "loans", number, EVENTS, "D12")
    return body


LOAN = Aggregate[Loan, LoanEvent](
    "loan",
    INITIAL,
    (NoLoan, Asked, Out, Closed),
    evolve,
    (
        UseCase(
            AskLoan,
            ask_loan,
            ASKS_LOANS,
            "",
            body="LoanWanted",
            unsaid=("approved_by",),
            prepare=by_who_asks,
            born=Born("loan_no", made=dated("JY")),
            status=201,
        ),
        UseCase(NoteLoanGoods, note_goods),
        UseCase(ApproveLoan, approve_loan, APPROVES_LOANS, "approval", bare=False, status=201, wanted=awaits_approval),
        UseCase(
            RefuseLoan,
            refuse_loan,
            APPROVES_LOANS | ASKS_LOANS,
            "refusal",
            prepare=own_loan,
            status=201,
            wanted=is_held,
        ),
        UseCase(
            HandOutLoan,
            hand_out_loan,
            KEEPER,
            "handout",
            bare=False,
            status=201,
            wanted=may_leave,
            second=Second(ASKS_LOANS),
        ),
        UseCase(ReturnLoan, return_loan, KEEPER, "returns", bare=False, status=201, wanted=is_out),
        UseCase(ChargeLoan, charge_loan, ACCOUNTS, "charges", status=201, wanted=is_out),
        UseCase(NoteLoanOverdue, note_overdue),
        *use_cases("loans", issued_of),
    ),
    due,
    at_the_door,
)
