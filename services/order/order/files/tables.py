"""A file of the company as a table: columns known, rows whole, every cell clean text (X6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import itemgetter

from order.files.csv_records import read_csv
from order.files.layout import Layout, positions
from order.files.records import Record
from order.files.text import plain
from order.files.xlsx_records import read_xlsx
from runtime.file_limits import Limits, too_many_bytes
from runtime.file_refusals import SHAPE_RULE, Fault, Refused, UnreadableFile, refuse

__all__ = ["DEFAULT_LIMITS", "Limits", "Row", "Table", "UnreadableFile", "read_table"]

DEFAULT_LIMITS = Limits()
ZIP = b"PK\x03\x04"
FOREIGN = (
    (b"\xd0\xcf\x11\xe0", "旧版 .xls 或加密的工作簿", "an old .xls or an encrypted workbook"),
    (b"%PDF", "PDF", "a PDF"),
    (b"\xff\xfe", "UTF-16 文本", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 文本", "UTF-16 text"),
    (b"\x89PNG", "图片", "a picture"),
    (b"\xff\xd8\xff", "图片", "a picture"),
    (b"GIF8", "图片", "a picture"),
    (b"Rar!", "压缩包", "an archive"),
    (b"7z\xbc\xaf", "压缩包", "an archive"),
    (b"\x1f\x8b", "压缩包", "an archive"),
    (b"PK", "压缩包", "an archive"),
    (b"<!DOCTYPE", "网页", "a web page"),
    (b"<html", "网页", "a web page"),
    (b"<?xml", "XML", "XML"),
    (b"{\\rtf", "RTF 文档", "an RTF document"),
)
Row = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows `(number in the sheet, cells in the layout's order)` and the rows that are no rows of a table."""

    layout: Layout
    rows: list[Row]
    refused: list[Refused]


def read_table(content: bytes, filename: str | None, limits: Limits, layout: Layout) -> Table | UnreadableFile:
    """Read a CSV or XLSX, told apart by content; the file name is only repeated in a refusal.

    Refuses the file: empty, too large, not a table, unknown encoding, wrong columns, a header alone.
    Refuses a row: too short or too long, quotes that do not match, formula or error cells, unreadable characters.
    """
    table = _read(content, limits, layout)
    return replace(table, filename=filename) if isinstance(table, UnreadableFile) else table


def _read(content: bytes, limits: Limits, layout: Layout) -> Table | UnreadableFile:
    refusal = too_many_bytes(content, limits)
    if refusal is not None:
        return refusal
    if content.startswith(ZIP):
        records = read_xlsx(content, layout, limits)
    else:
        for magic, zh, en in FOREIGN:
            if content.startswith(magic):
                return UnreadableFile(
                    "not_a_table",
                    f"这个文件是{zh}，不能导入。请另存为 .xlsx 或 UTF-8 的 CSV",
                    f"this file is {en} and cannot be imported. Please save it as .xlsx or CSV UTF-8",
                )
        records = read_csv(content, layout, limits)
    if isinstance(records, UnreadableFile):
        return records
    if not records:
        return UnreadableFile("empty", "文件是空的", "the file is empty")
    header = _without_trailing_blanks(records[0].cells)
    order = positions(header, layout)
    if isinstance(order, UnreadableFile):
        return order
    table = _rows(records[1:], len(header), order, layout, limits)
    if not table.rows and not table.refused and not layout.may_be_empty:
        return UnreadableFile("header_only", "文件只有表头，没有数据行", "the file has a header but no rows")
    return table


def _rows(records: list[Record], width: int, order: tuple[int, ...], layout: Layout, limits: Limits) -> Table:
    rows: list[Row] = []
    refused: list[Refused] = []
    arrange = itemgetter(*order)
    lacks = width in order  # an optional column that the file has not stands behind its last one
    for record in records:
        cells = record.cells
        if not any(cells) or "".join(cells).isspace():
            continue
        if len(cells) != width or record.flaw or record.formulas or record.uncalculated:
            fault = record.flaw or _misshapen(cells, width) or _formula(record, order, layout)
            if fault is not None:
                refused.append(refuse(record.row, [fault], SHAPE_RULE))
                continue
        if lacks:
            cells = [*cells[:width], ""]
        if "".join(cells).isprintable():
            clean = [cell.strip() for cell in arrange(cells)]
        else:
            texts = [plain(cell) for cell in arrange(cells)]
            clean = [text for text in texts if text is not None]
            if len(clean) < len(texts):
                refused.append(refuse(record.row, [_unreadable(layout, texts.index(None))], SHAPE_RULE))
                continue
        if max(map(len, clean)) > limits.cell_characters:
            refused.append(refuse(record.row, [_too_long(layout, clean, limits)], SHAPE_RULE))
            continue
        rows.append((record.row, clean))
    return Table(layout, rows, refused)


def _without_trailing_blanks(cells: list[str]) -> list[str]:
    width = len(cells)
    while width and not cells[width - 1].strip():
        width -= 1
    return cells[:width]


def _misshapen(cells: list[str], width: int) -> Fault | None:
    found = len(cells) if len(cells) < width else len(_without_trailing_blanks(cells))
    if found > width:
        return Fault(
            f"这一行有 {found} 格，比表头的 {width} 列多；含分隔符的内容要加引号",
            f"the row has {found} cells, more than the header's {width}; quote a cell that holds the delimiter",
        )
    if found < width and len(cells) < width:
        return Fault(
            f"这一行只有 {found} 格，表头有 {width} 列",
            f"the row has only {found} cells, the header has {width}",
        )
    return None


def _formula(record: Record, order: tuple[int, ...], layout: Layout) -> Fault | None:
    """Formula cells are refused; only where free text stands and nothing was calculated is "=..." just text."""
    column_at = dict(zip(order, layout.columns, strict=True))
    for place in sorted(record.formulas + record.uncalculated):
        column = column_at.get(place)
        if column is not None and column.free_text and place in record.uncalculated:
            continue
        name, english = (column.name, column.english) if column else (f"第 {place + 1} 列", f"column {place + 1}")
        return Fault(
            f"「{name}」是公式单元格，不能导入；请粘贴为数值",
            f"{english} is a formula cell and cannot be imported; please paste it as a value",
        )
    return None


def _unreadable(layout: Layout, place: int) -> Fault:
    column = layout.columns[place]
    return Fault(
        f"「{column.name}」里有控制字符或认不出的字节，请重新输入",
        f"{column.english} holds control characters or bytes that are not text; please type it again",
    )


def _too_long(layout: Layout, cells: list[str], limits: Limits) -> Fault:
    column, text = next((c, t) for c, t in zip(layout.columns, cells, strict=True) if len(t) > limits.cell_characters)
    return Fault(
        f"「{column.name}」有 {len(text)} 个字，最多 {limits.cell_characters} 个",
        f"{column.english} has {len(text)} characters, at most {limits.cell_characters} are allowed",
    )
