"""The sheet of a count: its situations, how events change them, and when it is done (D7, K19)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from contracts.inventory_counts import (
    AdjustmentBooked,
    CountAdjusted,
    CountCancelled,
    CountClosed,
    CountedLine,
    CountKind,
    CountLineAdded,
    CountOpened,
    CountOverdue,
    DifferenceExplained,
    PiecesCounted,
    RecountAsked,
    StockCounted,
)
from inventory.domain.count_lines import Explanation, Figure, Line, asked_again, find, with_figure, with_line

CountEvent = (
    CountOpened
    | CountLineAdded
    | PiecesCounted
    | StockCounted
    | RecountAsked
    | DifferenceExplained
    | CountAdjusted
    | AdjustmentBooked
    | CountClosed
    | CountCancelled
    | CountOverdue
)


@dataclass(frozen=True, slots=True)
class Unopened:
    """There is no such count."""


@dataclass(frozen=True, slots=True)
class Counting:
    """The sheet is out."""

    count_no: str
    depot: str
    kind: CountKind
    plan: str | None
    opened_at: datetime
    due: datetime
    lines: tuple[Line, ...]
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Closed:
    """Card and goods agree on every line."""

    count_no: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The sheet was thrown away."""

    count_no: str


Count = Unopened | Counting | Closed | Cancelled
INITIAL: Count = Unopened()
STATES = (Unopened, Counting, Closed, Cancelled)


def closing(count: Counting, events: tuple[CountEvent, ...], at: datetime) -> tuple[CountEvent, ...]:
    """The events, and the count's end if with them every line is settled (D7, K19)."""
    after: Count = count
    for event in events:
        after = evolve(after, event)
    if not isinstance(after, Counting) or not all(line.is_settled for line in after.lines):
        return events
    compared = [line.compared for line in after.lines if line.compared is not None]
    closed = CountClosed(
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
    if isinstance(event, CountOpened):
        return Counting(
            event.count_no,
            event.depot,
            event.kind,
            event.plan,
            event.at,
            event.due,
            tuple(Line(target) for target in event.targets),
        )
    if not isinstance(count, Counting):
        return count
    match event:
        case CountLineAdded():
            return replace(count, lines=(*count.lines, Line(event.target)))
        case PiecesCounted():
            figure = Figure(event.quantity, event.at, event.counted_by, event.round)
            return _on(count, event.sku, event.bin, lambda line: with_figure(line, figure))
        case StockCounted():
            for compared in event.lines:
                count = _compared(count, compared)
            return count
        case RecountAsked():
            for key in event.lines:
                count = _on(count, key.sku, key.bin, asked_again)
            return count
        case DifferenceExplained():
            said = Explanation(event.reason, event.note)
            return _on(count, event.sku, event.bin, lambda line: replace(line, explained=said))
        case CountAdjusted():
            return _on(count, event.sku, event.bin, lambda line: replace(line, adjustment=event.adjustment_id))
        case AdjustmentBooked():
            return _on(count, event.sku, event.bin, lambda line: replace(line, booked=event.move_no))
        case CountClosed():
            return Closed(count.count_no)
        case CountCancelled():
            return Cancelled(count.count_no)
        case CountOverdue():
            return replace(count, overdue=True)
    assert_never(event)


def _on(count: Counting, sku: str, bin_: str, change: Callable[[Line], Line]) -> Counting:
    line = find(count.lines, sku, bin_)
    return count if line is None else replace(count, lines=with_line(count.lines, change(line)))


def _compared(count: Counting, compared: CountedLine) -> Counting:
    return _on(count, compared.sku, compared.bin, lambda line: replace(line, compared=compared, explained=None))
