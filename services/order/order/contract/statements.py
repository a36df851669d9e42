"""Statements with a number of their own (X7): the same again is a repeat, another one under that number is refused."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from order.refusals import no
from runtime.decision import Rejected
from runtime.refusal import Term


class Statement(Protocol):
    """What was said under a number: a payment, a receipt, a refund, a release."""

    @property
    def number(self) -> str:
        """By which it is known."""

    def words(self) -> Term:
        """What it says."""


S = TypeVar("S", bound=Statement)


def said_before(known: Iterable[S], told: S, kind: Term) -> tuple[()] | Rejected | None:
    """None when the number is new; no event when the same was said before. Refuses: number_taken (X7)."""
    before = next((one for one in known if one.number == told.number), None)
    if before is None:
        return None
    if before == told:
        return ()
    return no("number_taken", kind=kind, number=told.number, known=before.words(), told=told.words())
