"""A count with what was said of it: who opened, counted, explained and approved, and why it was counted again (D7)."""

from dataclasses import dataclass, field
from typing import Any

from contracts import inventory_counts as facts
from inventory.count.aggregate import COUNT
from inventory.count.row import SHEETS, CountRow, FigureRow, LineRow, count_row
from inventory.count.state import Key
from runtime.said import Said
from runtime.view import View, Whole

COUNTS = View(
    SHEETS.name,
    "inventory",
    COUNT,
    CountRow,
    count_row,
    indexes=(
        ("row.status", "row.opened_at"),
        ("row.opened_at",),
        ("row.depot", "row.closed_at"),
        ("row.lines.sku",),
    ),
    said=(
        facts.CountOpened,
        facts.PiecesCounted,
        facts.RecountAsked,
        facts.DifferenceExplained,
        facts.CountAdjusted,
        facts.CountClosed,
        facts.CountCancelled,
    ),
)


class ShownFigure(FigureRow):
    """A figure, and who wrote it down."""

    typed_by: str


class ShownLine(LineRow):
    """A line as everybody sees it."""

    figures: tuple[ShownFigure, ...]
    asked: str | None
    """Why it was to be counted again."""
    asked_note: str
    photos: tuple[str, ...]
    explained_by: str | None
    approved_by: str | None
    approved_note: str

    def shown(self) -> dict[str, Any]:
        """As the API shows it."""
        compared = self.compared and self.compared.model_dump(mode="json", exclude={"sku", "name", "bin", "lot"})
        return {name: value for name, value in super().shown().items() if name != "base"} | {"compared": compared}


@dataclass(slots=True)
class _Told:
    """What was said of one line last."""

    typed_by: dict[int, str] = field(default_factory=dict)
    asked: facts.RecountAsked | None = None
    explained: facts.DifferenceExplained | None = None
    explained_by: str | None = None
    approved: facts.CountAdjusted | None = None


@dataclass(frozen=True, slots=True)
class CountFile:
    """A count, and what was said of it."""

    row: CountRow
    said: Said

    @property
    def closed(self) -> facts.CountClosed | None:
        """How right the cards were, once it is done."""
        return self.said.told(facts.CountClosed)

    @property
    def lines(self) -> list[ShownLine]:
        """Its lines with what was said of each."""
        told = self._told()
        return [_shown(line, told.get(line.key, _Told())) for line in self.row.lines]

    def shown(self) -> dict[str, Any]:
        """As the API shows it."""
        cancelled, closed = self.said.told(facts.CountCancelled), self.closed
        figures = {"lines", "lines_right", "pieces_book", "pieces_off"}
        return {
            **self.row.shown(),
            "opened_by": self.said.sayings[0].by,
            "reason": cancelled and cancelled.reason,
            "accuracy": closed and closed.model_dump(include=figures),
            "to_count": self.row.to_count,
            "lines": [line.shown() for line in self.lines],
        }

    def _told(self) -> dict[Key, _Told]:
        told: dict[Key, _Told] = {}
        for one in self.said.sayings:
            match event := one.event:
                case facts.PiecesCounted():
                    told.setdefault((event.sku, event.bin, event.lot or ""), _Told()).typed_by[event.round] = one.by
                case facts.RecountAsked():
                    for key in event.lines:
                        told.setdefault((key.sku, key.bin, key.lot), _Told()).asked = event
                case facts.DifferenceExplained():
                    line = told.setdefault((event.sku, event.bin, event.lot or ""), _Told())
                    line.explained, line.explained_by = event, one.by
                case facts.CountAdjusted():
                    told.setdefault((event.sku, event.bin, event.lot or ""), _Told()).approved = event
                case _:
                    pass
        return told


def _shown(line: LineRow, told: _Told) -> ShownLine:
    asked, explained, approved = told.asked, told.explained, told.approved
    figures = (ShownFigure(**dict(figure), typed_by=told.typed_by.get(figure.round, "")) for figure in line.figures)
    return ShownLine(
        **{**dict(line), "figures": tuple(figures)},
        asked=asked and asked.reason,
        asked_note="" if asked is None else asked.note,
        photos=() if explained is None else explained.photos,
        explained_by=told.explained_by,
        approved_by=approved and approved.approved_by,
        approved_note="" if approved is None else approved.note,
    )


COUNT_FILES = Whole(COUNTS, CountFile)
"""Reads counts with what was said of them."""
