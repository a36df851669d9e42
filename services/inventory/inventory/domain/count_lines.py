"""The lines of a count: where each one stands between the sheet and the bin card (D7)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from company.policy import Policy
from contracts.inventory_counts import CountedLine, CountKey, CountReason, CountTarget
from inventory.domain.count_card import Card, book_at


@dataclass(frozen=True, slots=True)
class Figure:
    """What somebody counted, when; `round` 1 is the count, later ones are recounts."""

    quantity: int
    at: datetime
    by: str
    round: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why card and goods differ."""

    reason: CountReason
    note: str


@dataclass(frozen=True, slots=True)
class Line:
    """One sku in one bin. `round` is the one whose figure is wanted or was given last; `adjustment` the approved one's
    id; `booked` the number of its move."""

    target: CountTarget
    round: int = 1
    figures: tuple[Figure, ...] = ()
    compared: CountedLine | None = None
    explained: Explanation | None = None
    adjustment: str | None = None
    booked: int | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Sku and bin."""
        return self.target.sku, self.target.bin

    @property
    def figure(self) -> Figure | None:
        """The figure of the present round, once it is given."""
        return self.figures[-1] if self.figures and self.figures[-1].round == self.round else None

    @property
    def is_settled(self) -> bool:
        """Card and goods agree, or the card follows the goods."""
        if self.compared is None:
            return False
        return self.compared.difference == 0 or self.booked is not None


def find(lines: Sequence[Line], sku: str, bin_: str) -> Line | None:
    """The line of a sku in a bin."""
    return next((line for line in lines if line.key == (sku, bin_)), None)


def with_line(lines: Sequence[Line], changed: Line) -> tuple[Line, ...]:
    """The lines with one of them replaced."""
    return tuple(changed if line.key == changed.key else line for line in lines)


def with_figure(line: Line, figure: Figure) -> Line:
    """A figure of a round replaces an earlier one of the same round."""
    before = tuple(known for known in line.figures if known.round != figure.round)
    return replace(line, figures=(*before, figure), compared=None, explained=None)


def asked_again(line: Line) -> Line:
    """The line waits for the figure of another round."""
    return replace(line, round=line.round + 1, compared=None, explained=None)


def compare(line: Line, card: Card, policy: Policy) -> CountedLine | None:
    """The line's figure beside the book of its moment; None without a figure."""
    figure = line.figure
    if figure is None:
        return None
    book = book_at(card, line.target.bin, figure.at)
    difference = figure.quantity - book
    return CountedLine(
        sku=line.target.sku,
        name=line.target.name,
        bin=line.target.bin,
        counted=figure.quantity,
        book=book,
        difference=difference,
        counted_at=figure.at,
        counted_by=figure.by,
        round=figure.round,
        move_no=card.move_no,
        within_tolerance=abs(difference) <= tolerance(book, policy),
    )


def tolerance(book: int, policy: Policy) -> int:
    """The largest difference in pieces that needs no recount (D7)."""
    return max(policy.count_tolerance_pieces, abs(book) * policy.count_tolerance_permille // 1000)


def keys_of(lines: Iterable[CountedLine]) -> tuple[CountKey, ...]:
    """Which lines these are."""
    return tuple(CountKey(sku=line.sku, bin=line.bin) for line in lines)
