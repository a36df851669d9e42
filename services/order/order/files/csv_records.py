"""CSV as it comes from the company: UTF-8 or GB18030, comma, semicolon or tab."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import NamedTuple

from order.files.layout import Layout, known_names
from order.files.records import Record
from runtime.file_limits import Limits, too_many_columns, too_many_rows
from runtime.file_refusals import SHOWN, Fault, UnreadableFile

DELIMITERS = (",", ";", "\t")
UTF8_BOM = b"\xef\xbb\xbf"
LINES_PER_CELL = 20  # an address has a few lines; a quote left open must not swallow the rest of the file

OPEN_QUOTE = Fault("引号不成对，这一行读不出来", "quotes do not match, so this row cannot be read")
LONG_LINE = Fault("这一行太长，不像表里的一行，没有读", "this line is too long for a row of a table and was not read")


class Dialect(NamedTuple):
    """How the file is written, as its header line shows."""

    encoding: str
    delimiter: str


def read_csv(content: bytes, layout: Layout, limits: Limits) -> list[Record] | UnreadableFile:
    """The lines of a CSV that are not blank, the header first.

    The encoding is the one in which the header line reads as our columns. Bytes that it does not know stay in the
    text as lone surrogates, so that they cost their own row only.
    """
    body = content.removeprefix(UTF8_BOM)
    dialect = _dialect(body, layout, limits, only_utf8=len(body) < len(content))
    if isinstance(dialect, UnreadableFile):
        return dialect
    text = body.decode(dialect.encoding, "surrogateescape")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    records: list[Record] = []
    for record in _records(lines, dialect.delimiter, limits.row_characters):
        if len(records) > limits.rows:
            return too_many_rows(limits)
        if len(record.cells) > limits.columns and not records:
            return too_many_columns(limits)
        records.append(record)
    return records


def _dialect(body: bytes, layout: Layout, limits: Limits, *, only_utf8: bool) -> Dialect | UnreadableFile:
    """The encoding and delimiter under which most of the header's words are known."""
    header = body.lstrip(b"\r\n\t ;,").replace(b"\r", b"\n").split(b"\n", 1)[0]
    if len(header) > limits.row_characters:  # and so no header in any encoding
        return too_many_columns(limits)
    best, most, decoded = Dialect("utf-8", ","), 0, False
    for encoding in ("utf-8",) if only_utf8 else ("utf-8", "gb18030"):
        try:
            line = header.decode(encoding)
        except UnicodeDecodeError:
            continue
        decoded = True
        for delimiter in DELIMITERS:
            try:
                cells = next(csv.reader([line], delimiter=delimiter), [])
            except csv.Error:  # a cell beyond csv's own size limit: certainly no header
                continue
            known = known_names(cells, layout)
            if known > most:
                best, most = Dialect(encoding, delimiter), known
    if not decoded:
        return UnreadableFile(
            "unknown_encoding",
            "文件的文字编码认不出来，请另存为 UTF-8 的 CSV 或 XLSX 再上传",
            "the text encoding is neither UTF-8 nor GB18030; please save it as CSV UTF-8 or XLSX",
        )
    return best


def _records(lines: list[str], delimiter: str, most_characters: int) -> Iterator[Record]:
    """Lines without a quote are split; from one with a quote, csv reads as many lines as its cells span."""
    row = at = 0
    while at < len(lines):
        row += 1
        line = lines[at]
        if len(line) > most_characters:
            at += 1
            yield Record(row, [line[:SHOWN]], LONG_LINE)
            continue
        if '"' not in line:
            at += 1
            if line and not line.isspace():
                yield Record(row, line.split(delimiter))
            continue
        within = range(at, min(at + LINES_PER_CELL, len(lines)))
        reader = csv.reader((lines[number] + "\n" for number in within), delimiter=delimiter, strict=True)
        try:
            cells = next(reader)
        except csv.Error:
            at += 1
            yield Record(row, [line], OPEN_QUOTE)
        else:
            at += reader.line_num
            yield Record(row, cells)
