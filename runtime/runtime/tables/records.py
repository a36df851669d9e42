"""What the CSV and the XLSX reader both hand on: the lines of a sheet, still as text."""

from __future__ import annotations

from typing import NamedTuple

from runtime.file_refusals import Fault


class Record(NamedTuple):
    """One line of the sheet; `row` is its number on the screen, `flaw` says why it cannot be taken.

    `formulas`: places of formula cells that a spreadsheet has calculated;
    `uncalculated`: places of formula cells without any result, so only their text is known.
    """

    row: int
    cells: list[str]
    flaw: Fault | None = None
    formulas: tuple[int, ...] = ()
    uncalculated: tuple[int, ...] = ()
