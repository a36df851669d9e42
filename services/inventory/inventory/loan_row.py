"""The loan's row: how a 借用单 stands, and what was said of it (C7, D12)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, assert_never

from contracts import inventory_stock as facts
from inventory.loan import EVENTS, LOAN, Asked, Closed, Known, Loan, NoLoan, Out, issued_of
from inventory.papers import WrongIssueRow, history, left_by, wrong_row
from runtime.said import Said
from runtime.view import Instant, Row, View, Whole

Status = Literal["asked", "held", "approved", "out", "overdue", "returned", "charged", "refused", "short"]


class LoanRow(Row):
    """A loan; `open` pieces are neither back nor charged."""

    loan_no: str
    depot: str
    sku: str
    name: str
    quantity: int
    bin: str | None
    ticket_id: str | None
    borrower: str
    purpose: str
    due_on: date
    state: Status
    asked_at: Instant
    held: bool
    """Whether its pieces are set apart for it, or left by it."""
    open: int
    left: int | None = None
    """Pieces that left by it, as it is right (D16)."""
    wrong: WrongIssueRow | None = None
    correcting: bool = False
    version: int = 0


def loan_row(loan: Loan) -> LoanRow | None:
    """The view."""
    if isinstance(loan, NoLoan):
        return None
    asked, approved = loan.asked, loan.approved
    return LoanRow(
        **asked.model_dump(exclude={"event", "at", "due_on", "asked_by", "borrower"}),
        borrower=loan.handed_out.borrower if isinstance(loan, Out) else asked.borrower,
        due_on=asked.due_on if approved is None else approved.due_on,
        state=status_of(loan),
        asked_at=asked.at,
        held=loan.held if isinstance(loan, Asked) else isinstance(loan, Out) or loan.how in {"returned", "charged"},
        open=loan.open if isinstance(loan, Out) else 0,
        left=left_by(issued_of(loan)),
        wrong=wrong_row(issued_of(loan)),
        correcting=wrong_row(issued_of(loan)) is not None,
    )


def status_of(loan: Known) -> Status:
    """How far it is."""
    match loan:
        case Asked(held=True):
            return "held" if loan.approved is None else "approved"
        case Asked():
            return "asked"
        case Out():
            return "overdue" if loan.overdue_told else "out"
        case Closed():
            return loan.how
    assert_never(loan)


LOANS = View(
    "loans",
    "inventory",
    LOAN,
    LoanRow,
    loan_row,
    indexes=(("row.state", "row.asked_at"), ("row.sku",), ("row.ticket_id",), ("row.asked_at",), ("row.correcting",)),
    said=EVENTS,
)


@dataclass(frozen=True, slots=True)
class LoanFile:
    """A loan with what was said of it."""

    row: LoanRow
    said: Said

    @property
    def approved_by(self) -> str | None:
        """Who agreed."""
        approved = self.said.told(facts.LoanApproved)
        return None if approved is None else approved.approved_by

    @property
    def due(self) -> datetime | None:
        """By when the pieces are back, once they left."""
        out = self.said.told(facts.LoanHandedOut)
        return None if out is None else out.due

    @property
    def charged_fen(self) -> int:
        """What was paid for pieces that stay out."""
        return sum(one.event.amount_fen for one in self.said.all(facts.LoanCharged))

    def shown(self) -> dict[str, Any]:
        """As the API shows it."""
        return {
            **self.row.shown(),
            "asked_by": self.said.sayings[0].by,
            "approved_by": self.approved_by,
            "due": self.due and self.due.isoformat(),
            "charged_fen": self.charged_fen,
            "history": history(self.said),
        }


LOAN_FILES = Whole(LOANS, LoanFile)
"""Reads loans with what was said of them."""
