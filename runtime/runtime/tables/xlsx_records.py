"""The lines of an XLSX workbook, as text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from math import isfinite
from typing import Any, NamedTuple

from runtime.file_limits import Limits, too_many_columns, too_many_rows
from runtime.file_refusals import Fault, UnreadableFile, shown
from runtime.tables.layout import HEADER_ROWS, Column, Layout, header_at, header_name, known_columns
from runtime.tables.records import Record
from runtime.tables.text import unescaped, without_armour
from runtime.workbooks import SHEET_ROWS, Area, Opening, read_workbook

LONGEST_WHOLE = 10**15
"""A spreadsheet keeps 15 digits of a number; of a longer one the last digits are gone."""
LAST_MINUTE = time(23, 59)
"""Programs that mistake Shanghai's zone of before 1901 write a day as 43 seconds before it begins."""
_LEADING_ZEROS = re.compile(r'(?:"(?P<before>[^"]*)")?(?P<zeros>0+)(?:"(?P<behind>[^"]*)")?')
_WITH_HOURS = re.compile(r"[hH]")

Cells = tuple[Any, ...]


class Line(NamedTuple):
    """A row of the sheet that is not blank; `filled`: places that a merged cell above covers, with what it says."""

    row: int
    cells: Cells
    filled: dict[int, Any]


def read_xlsx(content: bytes, layout: Layout, limits: Limits) -> list[Record] | UnreadableFile:
    """The lines of the one sheet whose header is ours, the header first, blank lines left out.

    Other sheets may stand beside it; two sheets with our header are refused rather than half read. What a merged cell
    says holds for all rows that it covers.
    """

    def read(opened: Opening) -> list[Record] | UnreadableFile:
        with opened(data_only=False) as workbook:
            found = _our_sheet(workbook, opened, layout, limits)
        if isinstance(found, UnreadableFile):
            return found
        title, records = found
        if any(record.formulas for record in records):
            with opened(data_only=True) as workbook:
                return _told_apart(records, workbook[title])
        return records

    return read_workbook(content, limits, read)


def _our_sheet(
    workbook: Any, opened: Opening, layout: Layout, limits: Limits
) -> tuple[str, list[Record]] | UnreadableFile:
    sheets: list[tuple[str, list[Record]]] = []
    for sheet in workbook.worksheets:
        records = _sheet_records(sheet, opened.merged(sheet), layout, limits)
        if isinstance(records, UnreadableFile):
            return records
        if records:
            sheets.append((sheet.title, records))
    # Contracts and shipments share some columns: ours is the sheet that knows most of them.
    most = max((known_columns(records[0].cells, layout) for _, records in sheets), default=0)
    ours = [sheet for sheet in sheets if known_columns(sheet[1][0].cells, layout) == most]
    filled = [sheet for sheet in ours if len(sheet[1]) > 1]
    if most and len(filled) > 1:
        titles = [shown(title) for title, _ in filled]
        return UnreadableFile(
            "ambiguous_sheets",
            f"工作簿里有几张表都是「{layout.name}」：{'、'.join(titles)}。请只留一张",
            f"several sheets of the workbook are a {layout.english}: {', '.join(titles)}. Please keep one",
        )
    return next(iter(filled or ours), ("", []))


def _sheet_records(sheet: Any, merged: Sequence[Area], layout: Layout, limits: Limits) -> list[Record] | UnreadableFile:
    """Lines as text from the header on, all of one width; a sheet that is not ours is read no further than where a
    header may stand."""
    lines = _lines(sheet, merged, limits)
    first: list[Line] = []
    for line in islice(lines, HEADER_ROWS):
        if isinstance(line, UnreadableFile):
            return line
        first.append(line)
    above = [[_text(value) for value in _values(line)] for line in first]
    at = header_at(above, layout)
    if not first or not known_columns(above[at], layout):
        return [Record(line.row, texts) for line, texts in zip(first, above, strict=True)][:1]
    records = [Record(first[at].row, above[at])]
    columns = [layout.by_header.get(header_name(text)) for text in above[at]]
    epoch = sheet.parent.epoch
    records += [_record(line, columns, epoch) for line in first[at + 1 :]]
    for line in lines:
        if isinstance(line, UnreadableFile):
            return line
        if len(records) > limits.rows:
            return too_many_rows(limits)
        records.append(_record(line, columns, epoch))
    if len(records) > limits.rows + 1:
        return too_many_rows(limits)
    width = max(len(record.cells) for record in records)
    if width > limits.columns:
        return too_many_columns(limits)
    for record in records:
        record.cells.extend([""] * (width - len(record.cells)))
    return records


def _lines(sheet: Any, merged: Sequence[Area], limits: Limits) -> Iterator[Line | UnreadableFile]:
    """Rows that are not blank; at a bound, the refusal."""
    sheet.reset_dimensions()  # the size that a file claims may be wrong
    areas = sorted((area for area in merged if area.is_tall and area.left <= limits.columns), reverse=True)
    covering: dict[int, tuple[int, Any]] = {}  # place -> last row that is covered, and the cell that covers it
    seen = 0
    for row, cells in enumerate(sheet.iter_rows(min_row=1, min_col=1), start=1):
        seen += len(cells)
        if row > SHEET_ROWS or seen > limits.rows * limits.columns:
            yield too_many_rows(limits)
            return
        filled: dict[int, Any] = {}
        if covering:
            covering = {place: over for place, over in covering.items() if over[0] >= row}
            filled = {place: cell for place, (_, cell) in covering.items() if _is_blank(cells, place)}
        while areas and areas[-1].top <= row:
            area = areas.pop()
            if area.top == row and not _is_blank(cells, area.left - 1):
                covering[area.left - 1] = (area.bottom, cells[area.left - 1])
        if any(cell.value is not None and str(cell.value).strip() for cell in cells):
            yield Line(row, cells, filled)


def _is_blank(cells: Cells, place: int) -> bool:
    return place >= len(cells) or cells[place].value is None


def _values(line: Line) -> list[Any]:
    """The cells of a row, those of merged ones with them."""
    if not line.filled:
        return list(line.cells)
    width = max(len(line.cells), *(place + 1 for place in line.filled))
    return [line.filled.get(place, line.cells[place] if place < len(line.cells) else None) for place in range(width)]


def _record(line: Line, columns: Sequence[Column | None], epoch: datetime) -> Record:
    texts: list[str] = []
    flaw: Fault | None = None
    formulas: list[int] = []
    for place, cell in enumerate(_values(line)):
        value = None if cell is None else cell.value
        if value is None:
            texts.append("")
            continue
        column = columns[place] if place < len(columns) else None
        if place in line.filled and column is not None and column.own:
            texts.append("")
            continue
        kind = cell.data_type
        if kind == "f":
            text = value if isinstance(value, str) else "="  # array formulas and data tables are objects
            bare = without_armour(text)
            if bare == text:
                formulas.append(place)
            texts.append(bare)
        elif kind == "e":
            if column is not None:
                flaw = flaw or _error(place, column, str(value))
            texts.append(str(value))
        elif type(value) is str:
            texts.append(unescaped(value))
        else:
            told = _typed(cell, value, column, epoch)
            if isinstance(told, Fault):
                flaw = flaw or told
                told = _text(cell)
            texts.append(told)
    while texts and not texts[-1].strip():
        texts.pop()
    return Record(line.row, texts, flaw, tuple(formulas))


def _typed(cell: Any, value: Any, column: Column | None, epoch: datetime) -> str | Fault:
    """A number or a date as a person reads it in this column, or what a spreadsheet has made of it there."""
    kind = "number" if column is None else column.kind
    if isinstance(value, bool):
        return cell_text(value)
    if kind == "date":
        return _day(value, cell, epoch)
    if column is not None and kind == "code":
        if isinstance(value, date | time | timedelta):
            return column.fault(
                cell_text(value),
                f"「{column.name}」被表格软件改成了日期。请把这一列设为文本，重新填写",
                f"{column.english} was turned into a date by the spreadsheet; format the column as text, type it again",
            )
        if isinstance(value, int | float) and abs(value) >= LONGEST_WHOLE:
            return column.fault(
                cell_text(value),
                f"「{column.name}」{column.quoted(cell_text(value))} 是按数字存的，超过 15 位，后面的位数已经丢了。"
                "请把这一列设为文本，照原单重新填写",
                f"{column.english} is stored as a number of more than 15 digits, and the last ones are lost; "
                "format the column as text and type it again",
            )
    if kind in {"code", "text"} and isinstance(value, int | float) and isfinite(value) and value == int(value) >= 0:
        return _zero_padded(int(value), cell.number_format)
    return cell_text(value)


def _zero_padded(value: int, number_format: str) -> str:
    """A whole number with the leading zeros, and the letters, that its format shows."""
    found = _LEADING_ZEROS.fullmatch(number_format or "")
    if found is None:
        return str(value)
    return f"{found['before'] or ''}{value:0{len(found['zeros'])}d}{found['behind'] or ''}"


def _day(value: Any, cell: Any, epoch: datetime) -> str:
    """A date, or a number that is the serial of one, as the day that is meant."""
    if isinstance(value, int | float):
        from openpyxl.utils.datetime import from_excel

        try:
            value = from_excel(value, epoch)
        except (ValueError, OverflowError):
            return cell_text(value)
        return cell_text(_nearest_day(value)) if isinstance(value, datetime) else cell_text(value)
    if isinstance(value, datetime) and not _WITH_HOURS.search(cell.number_format or ""):
        return cell_text(_nearest_day(value))
    return cell_text(value)


def _nearest_day(moment: datetime) -> date:
    return (moment + timedelta(days=1)).date() if moment.time() >= LAST_MINUTE else moment.date()


def _error(place: int, column: Column, value: str) -> Fault:
    zh = f"第 {place + 1} 列是错误值「{shown(value)}」，请改成真正的内容"
    en = f'column {place + 1} holds the error value "{shown(value)}"; please enter the real content'
    return Fault(zh, en, column.name, shown(value))


def _told_apart(records: list[Record], results: Any) -> list[Record]:
    """Formulas that a spreadsheet has calculated, told from text that begins with "=".

    Programs that export text often store "=..." as a formula cell, without a result; a spreadsheet always stores one.
    """
    results.reset_dimensions()
    with_formula = {record.row: record for record in records if record.formulas}
    last = max(with_formula)
    told: dict[int, Record] = {}
    for row, cells in enumerate(results.iter_rows(min_row=1, min_col=1, max_row=last), start=1):
        record = with_formula.get(row)
        if record is not None:
            # A formula whose result is the empty text has the type "str"; one never calculated has none.
            never = {
                p for p in record.formulas if p < len(cells) and cells[p].value is None and cells[p].data_type == "n"
            }
            told[row] = record._replace(
                formulas=tuple(p for p in record.formulas if p not in never), uncalculated=tuple(sorted(never))
            )
    return [told.get(record.row, record) for record in records]


def _text(cell: Any) -> str:
    value = None if cell is None else cell.value
    return unescaped(value) if type(value) is str else cell_text(value)


def cell_text(value: object) -> str:
    """A cell's value as a person reads it: 45.0 is 45, 2026-03-05 00:00 is a date."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case int():
            return str(value)
        case float():
            # 15 digits are what a spreadsheet shows; more is the noise of binary fractions.
            return format(Decimal(f"{value:.15g}"), "f")
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
        case date():
            return value.isoformat()
        case _:
            return str(value)
