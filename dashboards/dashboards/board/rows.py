"""What the board reads: days as dispatch's own rows have them, now or as of a moment (X2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dispatch.day.row import DAYS, DayRow, adjustments_of


@dataclass(frozen=True, slots=True)
class BoardDay:
    """A day: how its plan stands, and when it was changed after it came out (B4)."""

    row: DayRow
    adjusted_at: Sequence[datetime]


def board_day(document: Mapping[str, Any]) -> BoardDay:
    """A day's document."""
    return BoardDay(DAYS.read(document), [one.event.at for one in adjustments_of(document)])


def by_date(days: Sequence[BoardDay]) -> Mapping[date, BoardDay]:
    """Days by their dates."""
    return {day.row.on: day for day in days}


__all__ = ["BoardDay", "board_day", "by_date"]
