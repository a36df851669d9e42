"""盘点表 as it comes back (X6): filled in by hand or with a spreadsheet, and read as every file of the company is.

Only 实数, 清点人 and 清点时间 are read back, with 库位, 编码 and 批号 to find the line; a row without a figure is left
out. A lot (D13) that was found is written over the one that stands there, or on a row of its own.

The process that reads one file loads this and little else: no row, no HTTP, no database (an import rule says so).
"""

from dataclasses import dataclass
from datetime import datetime

from contracts import spelling
from runtime.file_limits import Limits
from runtime.file_refusals import Fault, Parsed, UnreadableFile, refuse
from runtime.tables import cells
from runtime.tables.layout import Column, Layout
from runtime.tables.table import read_table

RULE = "D7"
BIN = Column("库位", "bin", kind="code")
SKU = Column("编码", "sku", kind="code")
LOT = Column("批号", "lot", optional=True, kind="code", also=("色号",))
FIGURE = Column("实数", "figure", kind="number", own=True, also=("实盘数", "实盘"))
COUNTED_BY = Column("清点人", "counted by", optional=True, free_text=True)
COUNTED_AT = Column("清点时间", "counted at", optional=True)
LAYOUT = Layout(
    "盘点表",
    "count sheet",
    (
        Column("库区", "zone", optional=True),
        BIN,
        SKU,
        Column("品名", "name", optional=True, free_text=True),
        LOT,
        Column("轮次", "round", optional=True, kind="number", own=True),
        FIGURE,
        COUNTED_BY,
        COUNTED_AT,
    ),
    may_be_empty=True,
)
LIMITS = Limits(content_bytes=5_000_000, unpacked_bytes=40_000_000, rows=5_000, columns=40)
"""A sheet of 5,000 lines unpacks to about 2 MB."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A filled-in row: `row` as the spreadsheet numbers it; `at` UTC."""

    row: int
    sku: str
    bin: str
    quantity: int = 0
    counted_by: str | None = None
    at: datetime | None = None
    lot: str = ""


def read_sheet(content: bytes) -> Parsed[SheetRow] | UnreadableFile:
    """The rows that have a figure, and those that cannot be read; or why it is no count sheet."""
    table = read_table(content, None, LIMITS, LAYOUT)
    if isinstance(table, UnreadableFile):
        return table
    rows: list[SheetRow] = []
    refused = list(table.refused)
    for number, texts in table.rows:
        row, faults = _read_row(number, texts)
        if faults:
            refused.append(refuse(number, faults, RULE, texts))
        elif row is not None:
            rows.append(row)
    return Parsed(rows, sorted(refused, key=lambda refusal: refusal.row), table.ignored)


def _read_row(number: int, texts: list[str]) -> tuple[SheetRow | None, list[Fault]]:
    """The row; None where it has no figure."""
    _, bin_, sku, _, lot, _, figure, counted_by, counted_at = texts
    faults: list[Fault] = []
    if not figure:
        return None, faults
    row = SheetRow(
        number,
        cells.required(sku, SKU, faults),
        cells.required(bin_, BIN, faults),
        cells.whole(figure, FIGURE, faults, least=0),
        counted_by or None,
        cells.optional_moment(counted_at, COUNTED_AT, faults),
        cells.spelt(spelling.lot, lot, LOT, faults) if lot else "",
    )
    return row, faults


def place_of(texts: tuple[str, ...]) -> tuple[str, str, str]:
    """Sku, bin and lot of a row that was refused, as far as they can be made out."""
    padded = (*texts, *[""] * (len(LAYOUT.columns) - len(texts)))
    return padded[2], padded[1], padded[4]
