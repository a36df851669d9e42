"""CSV as it comes from the company: UTF-8, GB18030 or UTF-16, comma, semicolon or tab."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import NamedTuple

from runtime.file_limits import Limits, too_many_columns, too_many_rows
from runtime.file_refusals import Fault, UnreadableFile
from runtime.tables.layout import HEADER_ROWS, Layout, header_at, known_columns
from runtime.tables.records import Record
from runtime.tables.text import unescaped, without_armour

DELIMITERS = (",", ";", "\t")
UTF8_BOM = b"\xef\xbb\xbf"
OTHER_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"\x841\x953", "gb18030"),
)
"""Marks at the beginning of a file that say its encoding, longer ones first."""
WIDE = ("utf-16", "utf-32")
BEGINNING = 2_000  # characters of a line that is too long: whose it is stands there
LINES_PER_CELL = 20  # an address has a few lines; a quote left open must not swallow the rest of the file

OPEN_QUOTE = Fault("引号不成对，这一行读不出来；请补上或去掉引号", "quotes do not match, so this row cannot be read")
LONG_LINE = Fault("这一行太长，不像表里的一行，没有读", "this line is too long for a row of a table and was not read")
UNKNOWN_ENCODING = UnreadableFile(
    "unknown_encoding",
    "文件的文字编码认不出来，请另存为 UTF-8 的 CSV 或 XLSX 再上传",
    "the text encoding is neither UTF-8, UTF-16 nor GB18030; please save it as CSV UTF-8 or XLSX",
)
_SEPARATOR = re.compile(rb'"?sep=([^\r\n"])"?[ ,;]*(?:\r\n|\r|\n|$)', re.IGNORECASE)


class Dialect(NamedTuple):
    """How the file is written, as its header shows."""

    encoding: str
    delimiter: str


def read_csv(content: bytes, layout: Layout, limits: Limits) -> list[Record] | UnreadableFile:
    """The lines of a CSV that are not blank, from its header on.

    The encoding is what a mark at the beginning says, else the one in which a header line reads as our columns. Bytes
    that it does not know stay in the text as lone surrogates, so that they cost their own row only. A first line
    `sep=;` names the delimiter and is no line of the sheet.
    """
    body, encodings = _marked(content)
    if encodings[0] in WIDE:
        try:
            body, encodings = body.decode(encodings[0]).encode(), ("utf-8",)
        except UnicodeDecodeError:
            return UNKNOWN_ENCODING
    named = _SEPARATOR.match(body)
    if named:
        body = body[named.end() :]
    dialect = _dialect(body, layout, limits, encodings, (named[1].decode("latin-1"),) if named else DELIMITERS)
    if isinstance(dialect, UnreadableFile):
        return dialect
    text = body.decode(dialect.encoding, "surrogateescape")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    records: list[Record] = []
    found = False
    for record in _records(lines, dialect.delimiter, limits.row_characters):
        if len(records) > limits.rows + (0 if found else HEADER_ROWS):
            return too_many_rows(limits)
        records.append(record)
        if not found and len(records) == HEADER_ROWS:
            records, found = _from_header(records, layout), True
    if not found:
        records = _from_header(records, layout)
    if len(records) > limits.rows + 1:
        return too_many_rows(limits)
    if records and len(records[0].cells) > limits.columns:
        return too_many_columns(limits)
    return records


def _marked(content: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The content without the mark at its beginning, and the encodings that it may have."""
    if content.startswith(UTF8_BOM):
        return content.removeprefix(UTF8_BOM), ("utf-8",)
    for mark, encoding in OTHER_BOMS:
        if content.startswith(mark):
            return (content.removeprefix(mark) if encoding == "gb18030" else content), (encoding,)
    return content, ("utf-8", "gb18030")


def _from_header(records: list[Record], layout: Layout) -> list[Record]:
    """Without what stands above the header; delimiters at its end are no columns."""
    if not records:
        return records
    header, *rest = records[header_at([record.cells for record in records], layout) :]
    cells = list(header.cells)
    while cells and not cells[-1].strip():
        cells.pop()
    return [header._replace(cells=cells), *rest]


def _dialect(
    body: bytes, layout: Layout, limits: Limits, encodings: tuple[str, ...], delimiters: tuple[str, ...]
) -> Dialect | UnreadableFile:
    """The encoding and delimiter under which most of a header's words are known, in one of the first lines."""
    start = body.lstrip(b"\r\n\t ;,")[: (HEADER_ROWS + 1) * limits.row_characters]
    lines = [line for line in start.replace(b"\r", b"\n").split(b"\n") if line.strip()][:HEADER_ROWS]
    if lines and len(lines[0]) > limits.row_characters:  # and so no header in any encoding
        return too_many_columns(limits)
    best, most, decoded = Dialect(encodings[0], delimiters[0]), 0, not lines
    for encoding in encodings:
        for line in lines:
            try:
                text = line.decode(encoding)
            except UnicodeDecodeError:
                continue
            decoded = True
            for delimiter in delimiters:
                known = known_columns(_cells(text, delimiter), layout)
                if known > most:
                    best, most = Dialect(encoding, delimiter), known
    return best if decoded else UNKNOWN_ENCODING


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:  # a cell beyond csv's own size limit: certainly no header
        return []


def _records(lines: list[str], delimiter: str, most_characters: int) -> Iterator[Record]:
    """Lines without a quote are split; from one with a quote, csv reads as many lines as its cells span."""
    row = at = 0
    while at < len(lines):
        row += 1
        line = lines[at]
        if len(line) > most_characters:
            at += 1
            yield Record(row, line[:BEGINNING].split(delimiter), LONG_LINE)
            continue
        if '"' not in line:
            at += 1
            if line and not line.isspace():
                cells = line.split(delimiter)
                yield Record(row, [unescaped(cell) for cell in cells] if "_x" in line else cells)
            continue
        within = range(at, min(at + LINES_PER_CELL, len(lines)))
        reader = csv.reader((lines[number] + "\n" for number in within), delimiter=delimiter, strict=True)
        try:
            cells = next(reader)
        except csv.Error:
            at += 1
            yield Record(row, [cell.strip('"') for cell in line.split(delimiter)], OPEN_QUOTE)
        else:
            at += reader.line_num
            yield Record(row, [without_armour(unescaped(cell)) for cell in cells])
