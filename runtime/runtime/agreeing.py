"""Somebody asks, another person agrees, or refuses, or whoever asked withdraws: the steps of it, pure (B23, D16, D17).

A topic keeps `Proposals` in its state, or what waits in a form of its own; its events and words are its own. Said here:
asked twice is nothing new, a number stands for one content, nobody agrees to what they asked for themselves, and
whoever agrees twice changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from runtime.decision import Rejected


class Asked(Protocol):
    """What somebody asks for."""

    @property
    def asked_by(self) -> str:
        """Who asked."""


class Numbered(Asked, Protocol):
    """The same, under a number."""

    @property
    def correction_no(self) -> str:
        """Its number."""


A = TypeVar("A", bound=Asked)
P = TypeVar("P", bound=Numbered)


def to_agree(
    waits: A | None, by: str, unknown: Rejected, is_own: Rejected, *, agreed: bool = False
) -> A | Rejected | tuple[()]:
    """What a second person agrees to; nothing new, where it was agreed to already."""
    if waits is None:
        return () if agreed else unknown
    return is_own if waits.asked_by == by else waits


@dataclass(frozen=True)  # no slots: with them, Python 3.11 cannot call a frozen generic class by its alias
class Proposals(Generic[P]):
    """Of one thing: what waits for a second person, and what was agreed to, in that order."""

    waits: P | None = None
    agreed: tuple[P, ...] = ()
    turned_down: tuple[str, ...] = ()
    """Numbers of those that were refused or withdrawn."""

    @property
    def known(self) -> tuple[P, ...]:
        """All of them."""
        return self.agreed if self.waits is None else (*self.agreed, self.waits)

    def asked_before(self, wanted: P, same: Callable[[P], bool], contradicts: Rejected) -> Rejected | tuple[()] | None:
        """What stands under the number already: the same is nothing new, other content refused. None: it is free."""
        number = wanted.correction_no
        return next((() if same(one) else contradicts for one in self.known if one.correction_no == number), None)

    def named(self, number: str) -> P | None:
        """What waits, if it has this number."""
        return self.waits if self.waits is not None and self.waits.correction_no == number else None

    def to_agree(self, number: str, by: str, unknown: Rejected, is_own: Rejected) -> P | Rejected | tuple[()]:
        """What a second person agrees to."""
        agreed = any(one.correction_no == number for one in self.agreed)
        return to_agree(self.named(number), by, unknown, is_own, agreed=agreed)

    def to_refuse(self, number: str, unknown: Rejected) -> P | Rejected | tuple[()]:
        """What is refused, or withdrawn; nothing new, where it was already."""
        if (waits := self.named(number)) is not None:
            return waits
        agreed = any(one.correction_no == number for one in self.agreed)
        return () if number in self.turned_down and not agreed else unknown

    def asked(self, wanted: P) -> "Proposals[P]":
        """After it was asked for."""
        return replace(self, waits=wanted)

    def refused(self) -> "Proposals[P]":
        """After what waits was refused, or withdrawn."""
        told = () if self.waits is None else (self.waits.correction_no,)
        return Proposals(None, self.agreed, (*self.turned_down, *told))

    def agreed_to(self, done: P) -> "Proposals[P]":
        """After it was agreed to, or needed nobody else; what waits besides goes on waiting."""
        waits = None if self.named(done.correction_no) else self.waits
        return replace(self, waits=waits, agreed=(*self.agreed, done))
