"""The count's row: how a sheet stands, line by line, blind as long as a line is being counted (D7, K19)."""

from datetime import datetime
from typing import Literal, assert_never

from contracts import inventory_counts as facts
from inventory.count.state import Cancelled, Closed, Count, Counting, Key, Line, Unopened
from runtime.typed_rows import ByName
from runtime.view import Instant, Row

Status = Literal["open", "closed", "cancelled"]
LineStatus = Literal["to_count", "counted", "recount", "agrees", "differs", "explained", "approved", "booked"]
WAITING: tuple[LineStatus, ...] = ("to_count", "recount")
BLIND: tuple[LineStatus, ...] = (*WAITING, "counted")
"""In which nobody is shown a book figure, an earlier figure or a difference (D7)."""


class FigureRow(Row):
    """What somebody counted, when."""

    round: int
    quantity: int
    at: Instant
    by: str


class LineRow(Row):
    """One sku in one bin, of one lot or (null) of whatever lies there (D13).

    `base` is the number of its card's last move when the sheet went out."""

    sku: str
    name: str
    zone: str
    bin: str
    base: int
    status: LineStatus
    round: int
    figures: tuple[FigureRow, ...]
    """Of this round alone as long as it is being counted."""
    compared: facts.CountedLine | None
    reason: facts.CountReason | None
    note: str
    move_no: int | None
    """Of the move by which the card followed the goods."""
    lot: str | None = None
    lot_found: bool = False
    """Found at the count: a question (D13)."""

    @property
    def key(self) -> Key:
        """Sku, bin and lot, as the sheet finds it."""
        return self.sku, self.bin, self.lot or ""

    @property
    def differs(self) -> bool:
        """Card and goods differ, and nobody approved that the card follows."""
        return self.status in {"differs", "explained"}


class CountRow(Row):
    """A count sheet."""

    count_no: str
    depot: str
    kind: facts.CountKind
    chosen: str
    plan: str | None
    due: Instant
    status: Status
    overdue: bool
    opened_at: Instant
    closed_at: Instant | None
    lines: tuple[LineRow, ...]
    version: int = 0

    @property
    def to_count(self) -> int:
        """Lines that wait for a figure."""
        return sum(line.status in WAITING for line in self.lines)


SHEETS = ByName("counts", CountRow)
"""Rows of counts, for the use cases of a count, which its view is made of."""


def count_row(count: Count) -> CountRow | None:
    """The view."""
    match count:
        case Unopened():
            return None
        case Counting():
            return _row(count, "open", None)
        case Closed():
            return _row(count.sheet, "closed", count.at)
        case Cancelled():
            return _row(count.sheet, "cancelled", count.at)
    assert_never(count)


def _row(sheet: Counting, status: Status, closed_at: datetime | None) -> CountRow:
    return CountRow(
        count_no=sheet.count_no,
        depot=sheet.depot,
        kind=sheet.kind,
        chosen=sheet.chosen,
        plan=sheet.plan,
        due=sheet.due,
        status=status,
        overdue=sheet.overdue,
        opened_at=sheet.opened_at,
        closed_at=closed_at,
        lines=tuple(map(_line, sheet.lines)),
    )


def _line(line: Line) -> LineRow:
    status, why = _status(line), line.explained
    figures = (figure for figure in line.figures if status not in BLIND or figure.round == line.round)
    return LineRow(
        sku=line.target.sku,
        name=line.target.name,
        zone=line.target.zone,
        bin=line.target.bin,
        base=line.target.move_no,
        status=status,
        round=line.round,
        figures=tuple(FigureRow(round=x.round, quantity=x.quantity, at=x.at, by=x.by) for x in figures),
        compared=line.compared,
        reason=None if why is None else why.reason,
        note="" if why is None else why.note,
        move_no=line.booked,
        lot=line.target.lot,
        lot_found=line.target.lot_found,
    )


def _status(line: Line) -> LineStatus:
    if line.booked is not None:
        return "booked"
    if line.adjustment is not None:
        return "approved"
    if line.compared is not None:
        return "agrees" if line.compared.difference == 0 else "differs" if line.explained is None else "explained"
    if line.figure is not None:
        return "counted"
    return "to_count" if line.round == 1 else "recount"
