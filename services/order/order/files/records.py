"""What the CSV and the XLSX reader both hand on: the lines of a sheet, still as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from order.files.refusals import Fault, UnreadableFile


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be; several times the largest real one, far below what would stop a worker."""

    content_bytes: int = 20_000_000
    unpacked_bytes: int = 200_000_000  # an XLSX is a zip: about 900 bytes a row, 30 times less packed
    rows: int = 200_000
    columns: int = 100
    cell_characters: int = 500


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


def too_many_rows(limits: Limits) -> UnreadableFile:
    """The refusal of a file that should be split."""
    return UnreadableFile(
        "too_large",
        f"文件超过 {limits.rows} 行，请分成几个文件",
        f"the file has more than {limits.rows} rows; please split it",
    )


def too_many_columns(limits: Limits) -> UnreadableFile:
    """The refusal of a file that is far wider than any of ours."""
    return UnreadableFile(
        "too_large",
        f"表超过 {limits.columns} 列，不像是公司的文件",
        f"the table has more than {limits.columns} columns; it does not look like a file of the company",
    )
