"""Statements with a number of their own (X7): the same again is a repeat, another one under that number is refused."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol, TypeVar

from contracts.order import PaymentMethod
from order.refusals import no
from runtime.decision import Rejected
from runtime.refusal import Term

Pieces = tuple[tuple[int, int], ...]
"""Numbers of lines, each with a quantity, in order."""

PAID_BY: Mapping[PaymentMethod, str] = {"cash": "现金", "transfer": "转账", "card": "刷卡", "other": "其他"}


class Statement(Protocol):
    """What was said under a number: a payment, a receipt, a refund, a release."""

    @property
    def number(self) -> str:
        """By which it is known."""

    def words(self) -> Term:
        """What it says."""


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came in (A7)."""

    number: str
    amount_fen: int
    method: PaymentMethod
    on: date = field(compare=False)

    def words(self) -> Term:
        """How much, and how."""
        return _money(self.amount_fen, PAID_BY[self.method], self.method)


@dataclass(frozen=True, slots=True)
class Refund:
    """Pieces that are not owed any more (B15), or money alone (`line_no` 0; A6, A12)."""

    number: str
    line_no: int
    quantity: int
    refund_fen: int
    paid_back_fen: int = field(default=0, compare=False)
    """Of it, what the customer had paid already and gets back; the rest is owed no longer."""

    def words(self) -> Term:
        """How much, for what."""
        pieces = _pieces(((self.line_no, self.quantity),))
        return _money(self.refund_fen, pieces.zh, pieces.en) if self.quantity else _money(self.refund_fen)


@dataclass(frozen=True, slots=True)
class Handover:
    """Pieces that the customer got and signed for (A7, B13), by line; `number`: of the job, or of the receipt."""

    number: str
    pieces: Pieces
    signed_by: str
    on: date = field(compare=False)

    def words(self) -> Term:
        """What, and who signed."""
        what = _pieces(self.pieces)
        return Term(f"{what.zh}，{self.signed_by} 签收", f"{what.en}, signed by {self.signed_by}")


@dataclass(frozen=True, slots=True)
class Accepted:
    """An installation that the customer accepted (A7, B10); `number`: of the job, or of the form."""

    number: str
    accepted_by: str
    on: date = field(compare=False)

    def words(self) -> Term:
        """Who accepted it."""
        return Term(f"{self.accepted_by} 验收", f"accepted by {self.accepted_by}")


@dataclass(frozen=True, slots=True)
class Moved:
    """Pieces that the warehouse released (A6), or took back (B14, B15), by line."""

    number: str
    pieces: Pieces

    def words(self) -> Term:
        """Which."""
        return _pieces(self.pieces)


S = TypeVar("S", bound=Statement)


def said_before(known: Iterable[S], told: S, kind: Term) -> tuple[()] | Rejected | None:
    """None when the number is new; no event when the same was said before. Refuses: number_taken (X7)."""
    before = next((one for one in known if one.number == told.number), None)
    if before is None:
        return None
    if before == told:
        return ()
    return no("number_taken", kind=kind, number=told.number, known=before.words(), told=told.words())


def _money(amount_fen: int, zh: str = "", en: str = "") -> Term:
    return Term(f"{amount_fen / 100:.2f} 元{zh}", f"{amount_fen / 100:.2f} CNY {en}".rstrip())


def _pieces(pieces: Pieces) -> Term:
    zh = "、".join(f"第 {line_no} 行 {quantity} 件" for line_no, quantity in pieces)
    en = ", ".join(f"{quantity} of line {line_no}" for line_no, quantity in pieces)
    return Term(zh, en)
