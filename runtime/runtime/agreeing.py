"""Somebody asks, another person agrees, or refuses, or whoever asked withdraws: the steps of it, pure (B23, D16, D17).

A topic keeps in its state what waits and what was agreed to, and has events and words of its own. What is the same
wherever two people decide is said here: asked twice is nothing new, a number stands for one content, nobody agrees to
what they asked for themselves, and whoever agrees twice changes nothing.
"""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from runtime.decision import Rejected

K = TypeVar("K")
P = TypeVar("P")


@dataclass(frozen=True)
class Asking(Generic[K, P]):
    """What waits, by its number (or whatever names it), and the numbers that were agreed to; who asked; how a topic
    says that there is none, and that it is one's own."""

    waits: Mapping[K, P]
    agreed: Container[K]
    asked_by: Callable[[P], str]
    unknown: Rejected
    own: Rejected

    def to_agree(self, key: K, by: str) -> P | Rejected | tuple[()]:
        """What a second person agrees to; nothing new, where it was agreed to already."""
        wanted = self.waits.get(key)
        if wanted is None:
            return () if key in self.agreed else self.unknown
        return self.own if self.asked_by(wanted) == by else wanted

    def to_refuse(self, key: K) -> P | Rejected:
        """What is refused, or withdrawn."""
        return self.waits.get(key, self.unknown)


def asked_before(known: Iterable[P], same: Callable[[P], bool], contradicts: Rejected) -> Rejected | tuple[()] | None:
    """What stands under a number already: the same again is nothing new, other content is refused. None: it is free."""
    return next((() if same(one) else contradicts for one in known), None)
