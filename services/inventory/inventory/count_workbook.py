"""盘点表 as a workbook, out and in (X6): printed or filled in with a spreadsheet, blind, and read without running it.

Columns: 库区, 库位, 编码, 品名, 批号, 轮次, 实数, 清点人, 清点时间. Only 实数, 清点人 and 清点时间 are read back, with
库位, 编码 and 批号 to find the line; a row without a figure is left out. A lot (D13) that was found is written over
the one that stands there, or on a row of its own.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from contracts import spelling
from contracts.civil_time import SHANGHAI
from inventory.count.row import WAITING, CountRow
from runtime.file_limits import Limits, too_many_bytes, too_many_rows
from runtime.file_refusals import Parsed, UnreadableFile
from runtime.formula_safe import formula_safe
from runtime.workbooks import Opening, read_workbook

HEADINGS = ("库区", "库位", "编码", "品名", "批号", "轮次", "实数", "清点人", "清点时间")
WIDTHS = (8, 12, 20, 28, 14, 6, 10, 12, 18)
LIMITS = Limits(content_bytes=5_000_000, unpacked_bytes=40_000_000, rows=5_000, columns=40)
"""A sheet of 5,000 lines unpacks to about 2 MB."""
MAX_DIGITS = 6
NO_FIGURE = ("实数应是 0 到 999999 的整数", "The figure must be a whole number from 0 to 999999")
NO_HEADER = UnreadableFile(
    "not_a_count_sheet",
    "没有找到表头「库位、编码、实数」。请用系统导出的盘点表填写",
    "There is no header 库位, 编码, 实数. Fill in the count sheet that the system gave out",
)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A filled-in row: `row` as the spreadsheet numbers it; `at` UTC. `problem` (zh, en) instead of a figure."""

    row: int
    sku: str
    bin: str
    quantity: int = 0
    counted_by: str | None = None
    at: datetime | None = None
    problem: tuple[str, str] | None = None
    lot: str = ""


def write_sheet(count: CountRow) -> bytes:
    """A count as XLSX: the lines that wait for a figure, in walking order, blind."""
    import openpyxl
    from openpyxl.styles import Font

    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "盘点表"
    sheet.append([formula_safe(f"盘点表 {count.count_no}　{count.chosen}")])
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.append(list(HEADINGS))
    for cell in sheet[2]:
        cell.font = Font(bold=True)
    for letter, width in zip("ABCDEFGHI", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A3"
    for line in count.lines:
        if line.status in WAITING:
            sheet.append([*map(formula_safe, (line.zone, line.bin, line.sku, line.name, line.lot or "")), line.round])
    sheet.print_title_rows = "1:2"
    made = io.BytesIO()
    workbook.save(made)
    return made.getvalue()


def read_sheet(content: bytes) -> Parsed[SheetRow] | UnreadableFile:
    """The rows of the first sheet that have a figure, none refused yet; or why it is no count sheet.

    Nothing is run: no macros, no links, no formulas (their last value is read).
    """
    refusal = too_many_bytes(content, LIMITS)
    return read_workbook(content, LIMITS, _filled_in) if refusal is None else refusal


def _filled_in(opened: Opening) -> Parsed[SheetRow] | UnreadableFile:
    with opened(data_only=True) as workbook:
        sheet = workbook.worksheets[0]
        sheet.reset_dimensions()  # the size that a file claims may be wrong
        places: dict[str, int] = {}
        rows: list[SheetRow] = []
        for number, values in enumerate(sheet.iter_rows(values_only=True, max_col=LIMITS.columns), start=1):
            if number > LIMITS.rows:
                return too_many_rows(LIMITS)
            if not places:
                places = _header(values)
            elif (row := _row(number, values, places)) is not None:
                rows.append(row)
    return Parsed(rows, []) if places else NO_HEADER


def _header(values: Sequence[Any]) -> dict[str, int]:
    """Where each column stands; nothing when this row is no header."""
    places = {str(value).strip(): place for place, value in enumerate(values) if value is not None}
    return places if places.keys() >= {"库位", "编码", "实数"} else {}


def _row(number: int, values: Sequence[Any], places: Mapping[str, int]) -> SheetRow | None:
    def cell(name: str) -> Any:
        place = places.get(name)
        return values[place] if place is not None and place < len(values) else None

    figure = cell("实数")
    sku, bin_, lot = (_text(cell(name)) for name in ("编码", "库位", "批号"))
    if figure is None or str(figure).strip() == "":
        return None
    if lot:
        lot, wrong = spelling.lot(lot)
        if wrong is not None:
            return SheetRow(number, sku, bin_, problem=(f"批号{wrong[0]}", f"The lot {wrong[1]}"), lot=lot)
    quantity = _whole(figure)
    if quantity is None:
        return SheetRow(number, sku, bin_, problem=NO_FIGURE, lot=lot)
    at = _moment(cell("清点时间"))
    if at == "unreadable":
        return SheetRow(
            number, sku, bin_, problem=("清点时间看不懂，应如 2026-03-20 14:05", "The time is unreadable"), lot=lot
        )
    by = _text(cell("清点人")) or None
    return SheetRow(number, sku, bin_, quantity, by, at if isinstance(at, datetime) else None, lot=lot)


def _text(value: Any) -> str:
    """A cell's text, without the apostrophe that kept it from being a formula."""
    text = "" if value is None else str(value).strip()
    bare = text.removeprefix("'")
    return bare if formula_safe(bare) == text else text


def _whole(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return int(value) if 0 <= value < 10**MAX_DIGITS and value == int(value) else None
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else None


def _moment(value: Any) -> datetime | str | None:
    if value is None or str(value).strip() == "":
        return None
    try:
        told = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip().replace("/", "-"))
        return (told if told.tzinfo else told.replace(tzinfo=SHANGHAI)).astimezone(UTC)
    except (ValueError, OverflowError):  # no moment, or one at the very edge of the calendar
        return "unreadable"
