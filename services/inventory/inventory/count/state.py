"""The sheet of a count, line by line: its situations, how events change them, and when it is done (D7, K19)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from company.policy import Policy
from contracts import inventory_counts as facts
from contracts.inventory_counts import CountEvent
from inventory.count.card import Card, Place, book_at
from runtime.decision import Rejected

Named = (
    facts.PiecesCounted
    | facts.CountedLine
    | facts.CountKey
    | facts.DifferenceExplained
    | facts.CountAdjusted
    | facts.AdjustmentBooked
)
"""What names a line of the sheet."""
Decision = Sequence[CountEvent] | Rejected


Key = tuple[str, str, str]
"""Sku, bin, lot: "" of no lot, or of whatever lies there; a sheet has one of the two."""


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

    reason: facts.CountReason
    note: str


@dataclass(frozen=True, slots=True)
class Line:
    """One sku in one bin, of one lot where lots lie there (D13). `round` is the one whose figure is wanted or was
    given last; `adjustment` the approved one's id; `booked` the number of its move."""

    target: facts.CountTarget
    round: int = 1
    figures: tuple[Figure, ...] = ()
    compared: facts.CountedLine | None = None
    explained: Explanation | None = None
    adjustment: str | None = None
    booked: int | None = None

    @property
    def key(self) -> Key:
        """Sku, bin and lot."""
        return self.target.sku, self.target.bin, self.target.lot or ""

    @property
    def figure(self) -> Figure | None:
        """The figure of the present round, once it is given."""
        return self.figures[-1] if self.figures and self.figures[-1].round == self.round else None

    @property
    def differs(self) -> bool:
        """Card and goods differ, and nobody approved that the card follows."""
        return self.compared is not None and self.compared.difference != 0 and self.adjustment is None

    @property
    def is_settled(self) -> bool:
        """Card and goods agree, or the card follows the goods."""
        if self.compared is None:
            return False
        return self.compared.difference == 0 or self.booked is not None


@dataclass(frozen=True, slots=True)
class Unopened:
    """There is no such count."""


@dataclass(frozen=True, slots=True)
class Counting:
    """The sheet is out."""

    count_no: str
    depot: str
    kind: facts.CountKind
    chosen: str
    plan: str | None
    opened_at: datetime
    due: datetime
    lines: tuple[Line, ...]
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Closed:
    """Card and goods agree on every line."""

    sheet: Counting
    at: datetime


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The sheet was thrown away."""

    sheet: Counting
    at: datetime
    reason: str = ""


Count = Unopened | Counting | Closed | Cancelled
INITIAL: Count = Unopened()
STATES = (Unopened, Counting, Closed, Cancelled)


def find(lines: Sequence[Line], key: Key) -> Line | None:
    """The line of a sku in a bin, of a lot."""
    return next((line for line in lines if line.key == key), None)


def beside(lines: Sequence[Line], sku: str, bin_: str) -> tuple[Line, ...]:
    """All lines of a sku in a bin."""
    return tuple(line for line in lines if line.key[:2] == (sku, bin_))


def place_of(lines: Sequence[Line], line: Line) -> Place:
    """What the line counts: a lot with a line of its own is in no other line's figure (D13)."""
    apart = {x.target.lot for x in beside(lines, line.target.sku, line.target.bin) if x.target.lot is not None}
    return Place(line.target.bin, line.target.lot, frozenset(apart))


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


def compare(line: Line, place: Place, card: Card, policy: Policy) -> facts.CountedLine | None:
    """The line's figure beside the book of its moment; None without a figure. A lot that was found at the count and is
    not in the book is beyond any tolerance (D13)."""
    figure = line.figure
    if figure is None:
        return None
    book = book_at(card, place, figure.at)
    difference = figure.quantity - book
    allowed = 0 if line.target.lot_found else tolerance(book, policy)
    return facts.CountedLine(
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
        within_tolerance=abs(difference) <= allowed,
        lot=line.target.lot or "",
    )


def tolerance(book: int, policy: Policy) -> int:
    """The largest difference in pieces that needs no recount (D7)."""
    return max(policy.count_tolerance_pieces, abs(book) * policy.count_tolerance_permille // 1000)


def keys_of(lines: Iterable[facts.CountedLine]) -> tuple[facts.CountKey, ...]:
    """Which lines these are."""
    return tuple(facts.CountKey(sku=line.sku, bin=line.bin, lot=line.lot) for line in lines)


def closing(count: Counting, events: tuple[CountEvent, ...], at: datetime) -> tuple[CountEvent, ...]:
    """The events, and the count's end if with them every line is settled (D7, K19)."""
    after: Count = count
    for event in events:
        after = evolve(after, event)
    if not isinstance(after, Counting) or not all(line.is_settled for line in after.lines):
        return events
    compared = [line.compared for line in after.lines if line.compared is not None]
    closed = facts.CountClosed(
        at=at,
        count_no=count.count_no,
        depot=count.depot,
        kind=count.kind,
        plan=count.plan,
        due=count.due,
        lines=len(compared),
        lines_right=sum(line.difference == 0 for line in compared),
        pieces_book=sum(line.book for line in compared),
        pieces_off=sum(abs(line.difference) for line in compared),
    )
    return (*events, closed)


def evolve(count: Count, event: CountEvent) -> Count:
    """The count after an event."""
    if isinstance(event, facts.CountOpened):
        return Counting(
            event.count_no,
            event.depot,
            event.kind,
            event.chosen,
            event.plan,
            event.at,
            event.due,
            tuple(Line(target) for target in event.targets),
        )
    if not isinstance(count, Counting):
        return count
    match event:
        case facts.CountLineAdded():
            return replace(count, lines=(*count.lines, Line(event.target)))
        case facts.PiecesCounted():
            figure = Figure(event.quantity, event.at, event.counted_by, event.round)
            return _on(count, event, lambda line: with_figure(line, figure))
        case facts.StockCounted():
            for compared in event.lines:
                count = _compared(count, compared)
            return count
        case facts.RecountAsked():
            for key in event.lines:
                count = _on(count, key, asked_again)
            return count
        case facts.DifferenceExplained():
            said = Explanation(event.reason, event.note)
            return _on(count, event, lambda line: replace(line, explained=said))
        case facts.CountAdjusted():
            return _on(count, event, lambda line: replace(line, adjustment=event.adjustment_id))
        case facts.AdjustmentBooked():
            return _on(count, event, lambda line: replace(line, booked=event.move_no))
        case facts.CountClosed():
            return Closed(count, event.at)
        case facts.CountCancelled():
            return Cancelled(count, event.at, event.reason)
        case facts.CountOverdue():
            return replace(count, overdue=True)
    assert_never(event)


def _on(count: Counting, named: Named, change: Callable[[Line], Line]) -> Counting:
    line = find(count.lines, (named.sku, named.bin, named.lot or ""))
    return count if line is None else replace(count, lines=with_line(count.lines, change(line)))


def _compared(count: Counting, compared: facts.CountedLine) -> Counting:
    return _on(count, compared, lambda line: replace(line, compared=compared, explained=None))
