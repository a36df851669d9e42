"""The lines of an XLSX workbook, as text."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from order.files.layout import Layout, known_names
from order.files.records import Record
from runtime.file_limits import Limits, too_many_columns, too_many_rows
from runtime.file_refusals import Fault, UnreadableFile, shown
from runtime.workbooks import SHEET_ROWS, Opening, read_workbook


def read_xlsx(content: bytes, layout: Layout, limits: Limits) -> list[Record] | UnreadableFile:
    """The lines of the one sheet whose header is ours, the header first, blank lines left out.

    Other sheets may stand beside it; two sheets with our header are refused rather than half read.
    """

    def read(opened: Opening) -> list[Record] | UnreadableFile:
        with opened(data_only=False) as workbook:
            found = _our_sheet(workbook, layout, limits)
        if isinstance(found, UnreadableFile):
            return found
        title, records = found
        if any(record.formulas for record in records):
            with opened(data_only=True) as workbook:
                return _told_apart(records, workbook[title])
        return records

    return read_workbook(content, limits, read)


def _our_sheet(workbook: Any, layout: Layout, limits: Limits) -> tuple[str, list[Record]] | UnreadableFile:
    sheets: list[tuple[str, list[Record]]] = []
    for sheet in workbook.worksheets:
        records = _sheet_records(sheet, layout, limits)
        if isinstance(records, UnreadableFile):
            return records
        if records:
            sheets.append((sheet.title, records))
    # Contracts and shipments share some columns: ours is the sheet that knows most of them.
    most = max((known_names(records[0].cells, layout) for _, records in sheets), default=0)
    ours = [sheet for sheet in sheets if known_names(sheet[1][0].cells, layout) == most]
    filled = [sheet for sheet in ours if len(sheet[1]) > 1]
    if most and len(filled) > 1:
        titles = [shown(title) for title, _ in filled]
        return UnreadableFile(
            "ambiguous_sheets",
            f"工作簿里有几张表都是「{layout.name}」：{'、'.join(titles)}。请只留一张",
            f"several sheets of the workbook are a {layout.english}: {', '.join(titles)}. Please keep one",
        )
    return next(iter(filled or ours), ("", []))


def _sheet_records(sheet: Any, layout: Layout, limits: Limits) -> list[Record] | UnreadableFile:
    """Lines as text, as wide as the header; a sheet that is not ours is read no further than its first line."""
    sheet.reset_dimensions()  # the size that a file claims may be wrong
    records: list[Record] = []
    width = seen = 0
    for row, cells in enumerate(sheet.iter_rows(min_row=1, min_col=1), start=1):
        seen += len(cells)
        if row > SHEET_ROWS or len(records) > limits.rows or seen > limits.rows * limits.columns:
            return too_many_rows(limits)
        record = _record(row, cells)
        if record is None:
            continue
        if len(record.cells) > limits.columns:
            return too_many_columns(limits)
        width = width or len(record.cells)
        record.cells.extend([""] * (width - len(record.cells)))
        records.append(record)
        if len(records) == 1 and not known_names(record.cells, layout):
            break
    return records


def _record(row: int, cells: tuple[Any, ...]) -> Record | None:
    texts: list[str] = []
    flaw: Fault | None = None
    formulas: list[int] = []
    for place, cell in enumerate(cells):
        value, kind = cell.value, cell.data_type
        if kind == "f":
            formulas.append(place)
            value = value if isinstance(value, str) else "="  # array formulas and data tables are objects
        elif kind == "e":
            flaw = Fault(
                f"第 {place + 1} 列是错误值「{shown(str(value))}」，请改成真正的内容",
                f'column {place + 1} holds the error value "{shown(str(value))}"; please enter the real content',
            )
        texts.append(value if type(value) is str else cell_text(value))
    while texts and not texts[-1].strip():
        texts.pop()
    return Record(row, texts, flaw, tuple(formulas)) if texts else None


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
            never = {p for p in record.formulas if cells[p].value is None and cells[p].data_type == "n"}
            told[row] = record._replace(
                formulas=tuple(p for p in record.formulas if p not in never), uncalculated=tuple(sorted(never))
            )
    return [told.get(record.row, record) for record in records]


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
