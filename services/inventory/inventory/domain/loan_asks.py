"""What can be asked of a loan."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.bounds import CivilDay, HowMany, MoneyFen, OneLine, OptionalId
from contracts.spelling import Sku
from inventory.domain.texts import Note, PaperNo, Text
from runtime.decision import Command

Pieces = Annotated[int, Field(ge=1, le=9_999)]


def loan_id(loan_no: str) -> str:
    """Aggregate id of a loan."""
    return f"loan:{loan_no}"


class AskLoan(Command):
    """申请借用 (C7)."""

    command: Literal["AskLoan"] = "AskLoan"
    loan_no: PaperNo
    depot: OptionalId = "main"
    sku: Sku
    name: Text
    quantity: Pieces
    bin: Text | None = None
    ticket_id: Text | None = None
    borrower: Text
    purpose: Text
    due_on: CivilDay | None = None
    """When it is back; `policy.loan_days` from now when nobody says."""
    approved_by: OneLine | None = None
    """Who approved it already, on the ticket that it is for (C7)."""


class NoteLoanGoods(Command):
    """The stock's answer: the pieces are set apart, or there are too few."""

    command: Literal["NoteLoanGoods"] = "NoteLoanGoods"
    held: bool
    available: HowMany = 0


class ApproveLoan(Command):
    """同意; the due date may be changed."""

    command: Literal["ApproveLoan"] = "ApproveLoan"
    due_on: CivilDay | None = None
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
    good: Annotated[HowMany, Field(ge=0)] = 0
    damaged: Annotated[HowMany, Field(ge=0)] = 0
    bin: Text | None = None
    note: Note = ""


class ChargeLoan(Command):
    """作价: what stays out is paid for."""

    command: Literal["ChargeLoan"] = "ChargeLoan"
    quantity: Pieces
    amount_fen: Annotated[MoneyFen, Field(ge=0)]
    charged_to: Text
    reason: Text


class NoteLoanOverdue(Command):
    """到期: from the timer."""

    command: Literal["NoteLoanOverdue"] = "NoteLoanOverdue"


COMMANDS = AskLoan | NoteLoanGoods | ApproveLoan | RefuseLoan | HandOutLoan | ReturnLoan | ChargeLoan | NoteLoanOverdue
