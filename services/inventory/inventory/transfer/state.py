"""A transfer as it stands: asked for, on the road, counted, and whatever both counts differ in (D17)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from contracts import inventory_transfers as facts
from contracts.inventory_transfers import TransferEvent, TransferPieces
from runtime.decision import Rejected

EVENTS: tuple[type[TransferEvent], ...] = get_args(TransferEvent)
Decision = Sequence[TransferEvent] | Rejected
Pieces = tuple[TransferPieces, ...]


@dataclass(frozen=True, slots=True)
class NoTransfer:
    """Nobody asked."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Asked for. `held`: set apart at the sending depot; `short`: lines that have too little there."""

    asked: facts.TransferAsked
    held: Pieces = ()
    short: tuple[int, ...] = ()

    @property
    def is_waiting(self) -> bool:
        """Whether the stock has not answered for every line yet."""
        return len({one.line_no for one in self.held} | set(self.short)) < len(self.asked.lines)


@dataclass(frozen=True, slots=True)
class OnTheRoad:
    """Sent. `road`: what has not been counted yet where it goes, `to_depot`."""

    asked: facts.TransferAsked
    sent: facts.TransferSent
    to_depot: str
    road: Pieces
    parts: tuple[facts.TransferReceived, ...] = ()
    turned_back: str = ""
    """Why it comes back to where it was sent from."""


@dataclass(frozen=True, slots=True)
class Open:
    """A difference that is not settled. `explained`: a second person is to decide."""

    difference: facts.TransferDifference
    explained: facts.TransferDifferenceExplained | None = None


@dataclass(frozen=True, slots=True)
class Differs:
    """Counted at both ends, and the counts differ."""

    asked: facts.TransferAsked
    sent: facts.TransferSent
    to_depot: str
    parts: tuple[facts.TransferReceived, ...]
    open: tuple[Open, ...]
    settled: tuple[facts.TransferDifferenceSettled, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """Void before anything left, or counted at both ends and nothing open."""

    asked: facts.TransferAsked
    sent: facts.TransferSent | None = None
    to_depot: str = ""
    parts: tuple[facts.TransferReceived, ...] = ()
    settled: tuple[facts.TransferDifferenceSettled, ...] = ()
    how: Literal["cancelled", "received", "settled"] = "received"


Known = Asked | OnTheRoad | Differs | Done
Transfer = NoTransfer | Asked | OnTheRoad | Differs | Done
INITIAL: Transfer = NoTransfer()
STATES = (NoTransfer, Asked, OnTheRoad, Differs, Done)


def by_lot(pieces: Iterable[TransferPieces], line_no: int) -> dict[str, int]:
    """Of one line, the pieces of each lot."""
    found: Counter[str] = Counter()
    for one in pieces:
        if one.line_no == line_no:
            found[one.lot] += one.quantity
    return dict(found)


def as_pieces(found: dict[int, dict[str, int]]) -> Pieces:
    """By line and lot, without those of which there are none."""
    return tuple(
        TransferPieces(line_no=line_no, lot=lot, quantity=quantity)
        for line_no, lots in found.items()
        for lot, quantity in lots.items()
        if quantity
    )


def without(pieces: Pieces, gone: Iterable[TransferPieces]) -> Pieces:
    """What is left."""
    left: dict[int, dict[str, int]] = {}
    for sign, some in ((1, pieces), (-1, gone)):
        for one in some:
            lots = left.setdefault(one.line_no, {})
            lots[one.lot] = lots.get(one.lot, 0) + sign * one.quantity
    return as_pieces(left)
