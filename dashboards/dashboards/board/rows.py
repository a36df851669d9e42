"""What the board reads: days as dispatch's own rows have them, now or as of a moment (X2)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from company.depots import MAIN
from dispatch.day.row import DAYS, DayFile, DayRow
from runtime.said import Said
from runtime.view import Whole


@dataclass(frozen=True, slots=True)
class BoardDay:
    """A day: how its plan stands, and when it was changed after it came out (B4)."""

    row: DayRow
    adjusted_at: Sequence[datetime]


def board_day(row: DayRow, said: Said) -> BoardDay:
    """A day with what was said of it."""
    return BoardDay(row, [one.event.at for one in DayFile(row, said).adjustments])


BOARD_DAYS = Whole(DAYS, board_day)


def by_date(days: Iterable[BoardDay], depot: str = MAIN) -> Mapping[date, BoardDay]:
    """A depot's days by their dates."""
    return {day.row.on: day for day in days if day.row.depot == depot}
