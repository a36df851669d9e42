"""A file of the company as a table: columns known, rows whole, every cell clean text (X6)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from contracts.spelling import narrow
from runtime.file_limits import Limits, too_many_bytes
from runtime.file_refusals import NOTHING_IGNORED, SHAPE_RULE, Fault, Ignored, Refused, UnreadableFile, refuse
from runtime.formula_safe import formula_safe
from runtime.tables.csv_records import read_csv
from runtime.tables.layout import Layout, places
from runtime.tables.records import Record
from runtime.tables.text import plain
from runtime.tables.xlsx_records import read_xlsx

__all__ = ["DEFAULT_LIMITS", "Limits", "Row", "Table", "UnreadableFile", "read_table"]

DEFAULT_LIMITS = Limits()
ZIP = b"PK\x03\x04"
FOREIGN = (
    (b"\xd0\xcf\x11\xe0", "旧版 .xls 或加密的工作簿", "an old .xls or an encrypted workbook"),
    (b"%PDF", "PDF", "a PDF"),
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
READABLE = 5_000
"""Characters of a cell that are kept of a row that is none: all that an open quote may have swallowed."""
Row = tuple[int, list[str]]
_SUM = re.compile(r"(?:本页|本月|当日)?(?:合计|总计|小计|共计)(?:[(:].{0,20})?")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows `(number in the sheet, cells in the layout's order)` and the rows that are no rows of a table."""

    layout: Layout
    rows: list[Row]
    refused: list[Refused]
    ignored: Ignored = NOTHING_IGNORED


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
    header = records[0].cells
    found = places(header, layout)
    if isinstance(found, UnreadableFile):
        return found
    table = _rows(records[1:], len(header), found.order, layout, limits)
    if not table.rows and not table.refused and not layout.may_be_empty:
        return UnreadableFile("header_only", "文件只有表头，没有数据行", "the file has a header but no rows")
    return replace(table, ignored=replace(table.ignored, columns=found.ignored))


def _rows(records: list[Record], width: int, order: tuple[int, ...], layout: Layout, limits: Limits) -> Table:
    rows: list[Row] = []
    refused: list[Refused] = []
    sums: list[int] = []
    arrange = itemgetter(*order)
    lacks = width in order  # an optional column that the file has not stands behind its last one
    for record in records:
        cells = record.cells
        if record.flaw is None and (not any(cells) or "".join(cells).isspace()):
            continue
        if _is_sum(cells):
            sums.append(record.row)
            continue
        if len(cells) != width or record.flaw or record.formulas or record.uncalculated:
            fault = record.flaw or _misshapen(cells, width) or _formula(record, order, layout)
            if fault is not None:
                refused.append(refuse(record.row, [fault], SHAPE_RULE, _as_far_as_readable(cells, width, order)))
                continue
        if lacks:
            cells = [*cells[:width], ""]
        if "".join(cells).isprintable():
            clean = [cell.strip() for cell in arrange(cells)]
        else:
            texts = [plain(cell) for cell in arrange(cells)]
            clean = [text for text in texts if text is not None]
            if len(clean) < len(texts):
                readable = _as_far_as_readable(record.cells, width, order)
                refused.append(refuse(record.row, [_unreadable(layout, texts.index(None))], SHAPE_RULE, readable))
                continue
        if "'" in "".join(clean):
            clean = [_without_apostrophe(text) for text in clean]
        if max(map(len, clean)) > limits.cell_characters:
            cut = [text[: limits.cell_characters] for text in clean]
            refused.append(refuse(record.row, [_too_long(layout, clean, limits)], SHAPE_RULE, cut))
            continue
        rows.append((record.row, clean))
    return Table(layout, rows, refused, Ignored(rows=tuple(sums)))


def _is_sum(cells: Sequence[str]) -> bool:
    """Whether a row only adds up those above it."""
    first = next((cell for cell in cells if cell.strip()), "")
    return _SUM.fullmatch("".join(narrow(first).split())) is not None


def _without_apostrophe(text: str) -> str:
    """Without the mark that kept a spreadsheet from taking it for a formula or a number."""
    bare = text.removeprefix("'")
    return bare if bare is not text and (formula_safe(bare) == text or bare.isdigit()) else text


def _as_far_as_readable(cells: Sequence[str], width: int, order: Sequence[int]) -> list[str]:
    """What can be made out of a row that is none, in the layout's order, so that somebody can mend it."""
    padded = [*cells[:width], *[""] * (width + 1 - len(cells[:width]))]
    return [_readable(padded[place])[:READABLE] for place in order]


def _readable(text: str) -> str:
    return plain(text) or "".join(character if character.isprintable() else "�" for character in text).strip()


def _misshapen(cells: list[str], width: int) -> Fault | None:
    found = len(cells)
    if found > width:
        while found > width and not cells[found - 1].strip():
            found -= 1
        if found > width:
            return Fault(
                f"这一行有 {found} 格，比表头的 {width} 列多；含分隔符的内容要加引号",
                f"the row has {found} cells, more than the header's {width}; quote a cell that holds the delimiter",
            )
    if found < width:
        return Fault(
            f"这一行只有 {found} 格，表头有 {width} 列；请补齐",
            f"the row has only {found} cells, the header has {width}; please fill in the others",
        )
    return None


def _formula(record: Record, order: tuple[int, ...], layout: Layout) -> Fault | None:
    """Formula cells are refused; only where free text stands and nothing was calculated is "=..." just text. In columns
    that are none of ours anything may stand."""
    column_at = dict(zip(order, layout.columns, strict=True))
    for place in sorted(record.formulas + record.uncalculated):
        column = column_at.get(place)
        if column is None or (column.free_text and place in record.uncalculated):
            continue
        return column.fault(
            record.cells[place],
            f"「{column.name}」是公式单元格，不能导入；请粘贴为数值",
            f"{column.english} is a formula cell and cannot be imported; please paste it as a value",
        )
    return None


def _unreadable(layout: Layout, place: int) -> Fault:
    column = layout.columns[place]
    return Fault(
        f"「{column.name}」里有控制字符或认不出的字节，请重新输入",
        f"{column.english} holds control characters or bytes that are not text; please type it again",
        column.name,
    )


def _too_long(layout: Layout, cells: list[str], limits: Limits) -> Fault:
    column, text = next((c, t) for c, t in zip(layout.columns, cells, strict=True) if len(t) > limits.cell_characters)
    return column.fault(
        text,
        f"「{column.name}」有 {len(text)} 个字，最多 {limits.cell_characters} 个；请写短些",
        f"{column.english} has {len(text)} characters, at most {limits.cell_characters} are allowed; shorten it",
    )
