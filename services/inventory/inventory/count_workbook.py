"""盘点表 as a workbook, out and in (X6): printed or filled in with a spreadsheet, blind, and read without running it.

Columns: 库区, 库位, 编码, 品名, 轮次, 实数, 清点人, 清点时间. Only 实数, 清点人 and 清点时间 are read back, with
库位 and 编码 to find the line; a row without a figure is left out.
"""

import io
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import openpyxl
from openpyxl.styles import Font

from contracts.policy import SHANGHAI
from runtime.formula_safe import formula_safe

HEADINGS = ("库区", "库位", "编码", "品名", "轮次", "实数", "清点人", "清点时间")
WIDTHS = (8, 12, 20, 28, 6, 10, 12, 18)
MAX_ROWS = 5_000
MAX_UNPACKED_BYTES = 40 << 20  # a sheet of 5000 lines unpacks to about 2 MiB; more is not a count sheet
MAX_DIGITS = 6


class SheetRefused(Exception):
    """The file is no count sheet; `zh` and `en` say what to do."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(code)
        self.code, self.zh, self.en = code, zh, en


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


def write_sheet(count: Mapping[str, Any]) -> bytes:
    """A count (as `count_view` shows it) as XLSX: the lines that wait for a figure, in walking order, blind."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "盘点表"
    sheet.append([formula_safe(f"盘点表 {count['count_no']}　{count['chosen']}")])
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.append(list(HEADINGS))
    for cell in sheet[2]:
        cell.font = Font(bold=True)
    for letter, width in zip("ABCDEFGH", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A3"
    for line in count["lines"]:
        if line["status"] in {"to_count", "recount"}:
            texts = [formula_safe(str(line[name])) for name in ("zone", "bin", "sku", "name")]
            sheet.append([*texts, line["round"]])
    sheet.print_title_rows = "1:2"
    made = io.BytesIO()
    workbook.save(made)
    return made.getvalue()


def read_sheet(content: bytes) -> tuple[SheetRow, ...]:
    """The rows that have a figure. Raises `SheetRefused` when it is no such workbook."""
    cells = _cells(content)
    header = next((row for row in cells if {"库位", "编码", "实数"} <= {str(value).strip() for value in row[1]}), None)
    if header is None:
        raise SheetRefused(
            "not_a_count_sheet",
            "没有找到表头「库位、编码、实数」。请用系统导出的盘点表填写",
            "There is no header 库位, 编码, 实数. Fill in the count sheet that the system gave out",
        )
    places = {str(value).strip(): place for place, value in enumerate(header[1]) if value is not None}
    read = (_row(number, values, places) for number, values in cells if number > header[0])
    return tuple(row for row in read if row is not None)


def _row(number: int, values: Sequence[Any], places: Mapping[str, int]) -> SheetRow | None:
    def cell(name: str) -> Any:
        place = places.get(name)
        return values[place] if place is not None and place < len(values) else None

    figure = cell("实数")
    sku, bin_ = (_text(cell(name)) for name in ("编码", "库位"))
    if figure is None or str(figure).strip() == "":
        return None
    quantity = _whole(figure)
    if quantity is None:
        return SheetRow(number, sku, bin_, problem=("实数应是整数", "The figure must be a whole number"))
    at = _moment(cell("清点时间"))
    if at == "unreadable":
        return SheetRow(number, sku, bin_, problem=("清点时间看不懂，应如 2026-03-20 14:05", "The time is unreadable"))
    by = _text(cell("清点人")) or None
    return SheetRow(number, sku, bin_, quantity, by, at if isinstance(at, datetime) else None)


def _text(value: Any) -> str:
    """A cell's text, without the apostrophe that kept it from being a formula."""
    text = "" if value is None else str(value).strip()
    bare = text.removeprefix("'")
    return bare if formula_safe(bare) == text else text


def _whole(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else None


def _moment(value: Any) -> datetime | str | None:
    if value is None or str(value).strip() == "":
        return None
    if isinstance(value, datetime):
        return value.replace(tzinfo=SHANGHAI).astimezone(UTC)
    try:
        told = datetime.fromisoformat(str(value).strip().replace("/", "-"))
    except ValueError:
        return "unreadable"
    return (told if told.tzinfo else told.replace(tzinfo=SHANGHAI)).astimezone(UTC)


def _cells(content: bytes) -> list[tuple[int, Sequence[Any]]]:
    """Rows of the first sheet. Nothing is run: no macros, no links, no formulas (their last value is read)."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED_BYTES:
                raise SheetRefused(
                    "sheet_too_large",
                    "表太大，请只留盘点表那一张",
                    "The workbook is too large; keep the count sheet only",
                )
            for part in archive.infolist():
                if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.open(part).read(2048):
                    raise _damaged()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of decorations that it does not keep
            workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            try:
                return list(_numbered(workbook.worksheets[0]))
            finally:
                workbook.close()
    except SheetRefused:
        raise
    except Exception as broken:
        raise _damaged() from broken


def _numbered(sheet: Any) -> Iterator[tuple[int, Sequence[Any]]]:
    sheet.reset_dimensions()  # the size that a file claims may be wrong
    for number, values in enumerate(sheet.iter_rows(values_only=True, max_col=40), start=1):
        if number > MAX_ROWS:
            raise SheetRefused("too_many_rows", f"超过 {MAX_ROWS} 行", f"More than {MAX_ROWS} rows")
        yield number, values


def _damaged() -> SheetRefused:
    return SheetRefused(
        "damaged_sheet",
        "文件损坏或不是 .xlsx 工作簿，请用 Excel 重新另存",
        "The file is damaged or no .xlsx workbook; save it again",
    )
