"""What people and programs put into tables: titles, extra columns, merged cells, numbers that spreadsheets change."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from runtime.file_limits import Limits
from runtime.file_refusals import Fault, UnreadableFile
from runtime.tables import cells
from runtime.tables.layout import HEADER_ROWS, Column, Layout
from runtime.tables.table import DEFAULT_LIMITS, Table, read_table

NUMBER = Column("合同号", "contract number", kind="code")
DAY = Column("日期", "day", kind="date")
QUANTITY = Column("数量", "quantity", kind="number", own=True)
LOT = Column("批号", "lot", optional=True, also=("色号",))
LAYOUT = Layout(
    "清单",
    "list",
    (
        NUMBER,
        DAY,
        QUANTITY,
        Column("备注", "note", free_text=True),
        Column("批号", "lot", optional=True, also=("色号",)),
    ),
)
HEAD = ["合同号", "日期", "数量", "备注"]
ROW = ["HT1", "2026-03-05", "2", "厅"]


def book(
    *rows: list[Any], edit: Callable[[Any], None] = lambda sheet: None, parts: dict[str, str] | None = None
) -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for row in rows:
        sheet.append(row)
    edit(sheet)
    out = io.BytesIO()
    workbook.save(out)
    return rewritten(out.getvalue(), parts or {})


def rewritten(content: bytes, words: dict[str, str]) -> bytes:
    """A workbook with words of its parts replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            text = source.read(name).decode()
            for old, new in words.items():
                text = text.replace(old, new)
            target.writestr(name, text)
    return out.getvalue()


STRICT = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/": "http://purl.oclc.org/ooxml/officeDocument/",
    "http://schemas.openxmlformats.org/drawingml/2006/": "http://purl.oclc.org/ooxml/drawingml/",
}


def table(content: bytes | str, limits: Limits = DEFAULT_LIMITS) -> Table:
    result = read_table(content.encode() if isinstance(content, str) else content, None, limits, LAYOUT)
    assert isinstance(result, Table), result
    return result


def lines(content: bytes | str) -> list[list[str]]:
    found = table(content)
    assert found.refused == []
    return [texts[:4] for _, texts in found.rows]


ABOVE = ["", "清单 2026年3月", "制表：何", "合同号", "12"]

# --- where the header stands, and what is beside it


@settings(deadline=None, max_examples=40)
@given(
    above=st.lists(
        st.lists(st.sampled_from(["", "清单 2026年3月", "制表：何", "合同号", "12"]), max_size=6), max_size=12
    ),
    extra=st.lists(st.sampled_from(["业务员", "x", "备注2", ""]), max_size=3),
)
def test_a_header_is_found_below_titles_and_among_columns_of_others(above: list[list[str]], extra: list[str]) -> None:
    """X6"""
    rows = [*above, [*extra, *HEAD], [*("?" for _ in extra), *ROW]]
    number = len(rows)
    as_csv = "\n".join(",".join(row) for row in rows)
    for found in (table(as_csv), table(book(*rows))):
        assert found.rows == [(number, [*ROW, ""])]
        assert found.ignored.columns == tuple(name or f"第 {at} 列" for at, name in enumerate(extra, start=1))


def test_a_header_below_the_first_rows_is_none() -> None:
    """X6: bounded, whatever the file"""
    content = "\n".join([*(f"第{n}段" for n in range(HEADER_ROWS)), ",".join(HEAD), ",".join(ROW)])
    refused = read_table(content.encode(), None, DEFAULT_LIMITS, LAYOUT)
    assert isinstance(refused, UnreadableFile)
    assert refused.code == "columns"


def test_other_names_marks_and_units_of_a_column_are_understood() -> None:
    """X6"""
    found = table("*合同号,日期：,数量（必填）,备 注,色号\nHT1,2026-03-05,2,厅,C88")
    assert (found.rows, found.ignored.columns) == ([(2, [*ROW, "C88"])], ())


def test_sums_below_the_rows_are_no_rows_and_are_told() -> None:
    """X6"""
    found = table(f"{','.join(HEAD)}\n{','.join(ROW)}\n合计：,,2,\n")
    assert (len(found.rows), found.refused, found.ignored.rows) == (1, [], (3,))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_first_line_that_names_the_delimiter_is_no_line(delimiter: str, encoding: str) -> None:
    """X6: a spreadsheet does not show it, so rows are counted without it"""
    text = f"sep={delimiter}\r\n" + "\r\n".join(delimiter.join(row) for row in (HEAD, ROW))
    assert table(text.encode(encoding)).rows == [(2, [*ROW, ""])]


def test_text_that_was_kept_from_being_a_number_is_what_stands_in_it() -> None:
    """X6"""
    assert lines(f'{",".join(HEAD)}\n="0013",2026-03-05,"=""2""",\'=1+1') == [["0013", "2026-03-05", "2", "=1+1"]]
    assert lines(book(HEAD, ['="0013"', "2026-03-05", "'2", "厅"])) == [["0013", "2026-03-05", "2", "厅"]]


# --- what workbooks do


def test_what_a_merged_cell_says_holds_for_all_rows_that_it_covers_but_not_for_what_each_row_says_itself() -> None:
    """X6, A13"""

    def merge(sheet: Any) -> None:
        for area in ("A1:D1", "A3:A5", "B3:B4", "C4:C5", "D3:D4"):
            sheet.merge_cells(area)

    content = book(
        ["三月清单"], HEAD, ROW, [None, None, 3, None], [None, "2026-03-06", None, "房"], ["HT2", *ROW[1:]], edit=merge
    )
    assert lines(content) == [ROW, ["HT1", "2026-03-05", "3", "厅"], ["HT1", "2026-03-06", "", "房"], ["HT2", *ROW[1:]]]


def test_a_header_of_two_rows_with_merged_cells_is_one() -> None:
    """X6"""

    def merge(sheet: Any) -> None:
        for area in ("A1:A2", "B1:B2", "C1:D1"):
            sheet.merge_cells(area)

    assert lines(book(["合同号", "日期", "货"], [None, None, "数量", "备注"], ROW, edit=merge)) == [ROW]


def test_merged_cells_over_a_whole_sheet_cost_nothing() -> None:
    """X6"""
    content = book(HEAD, ROW, edit=lambda sheet: sheet.merge_cells("A2:D2"), parts={"A2:D2": "A2:XFD1048576"})
    assert lines(content) == [["HT1", "", "", ""]]


def test_a_strict_workbook_reads_like_any_other_with_dates_as_text_or_number() -> None:
    """X6"""
    rows = (HEAD, ["HT1", date(2026, 3, 5), 2, "厅"])
    assert lines(book(*rows, parts=STRICT)) == lines(book(*rows)) == [ROW]
    as_text = {'s="1" t="n"><v>46086</v>': 't="d"><v>2026-03-05T00:00:00</v>'}
    assert lines(book(*rows, parts=STRICT | as_text)) == [ROW]


def test_a_serial_number_is_the_day_that_it_stands_for() -> None:
    """X6"""
    assert lines(book(HEAD, ["HT1", 46086, 2, "厅"])) == [ROW]
    assert lines(book(HEAD, ["HT1", 46085.99999, 2, "厅"])) == [ROW]

    def of_1904(sheet: Any) -> None:
        sheet.parent.epoch = CALENDAR_MAC_1904

    assert lines(book(HEAD, ["HT1", 46086 - 1462, 2, "厅"], edit=of_1904)) == [ROW]


@pytest.mark.parametrize("moment", [datetime(2026, 3, 4, 23, 59, s) for s in (0, 17, 57, 59)])
def test_a_day_that_a_program_wrote_as_seconds_before_it_begins_is_that_day(moment: datetime) -> None:
    """X6"""

    def shown_as_a_day(sheet: Any) -> None:
        sheet["B2"].number_format = "yyyy/m/d"

    assert lines(book(HEAD, ["HT1", moment, 2, "厅"], edit=shown_as_a_day)) == [ROW]


@pytest.mark.parametrize(
    ("shape", "value", "text"),
    [
        ("000000", 37, "000037"),
        ('"HT"00000000', 26030001, "HT26030001"),
        ("0", 37, "37"),
        ("General", 37.0, "37"),
        ("0.00", 37, "37"),
    ],
)
def test_a_number_is_read_with_the_zeros_and_letters_that_its_format_shows(shape: str, value: Any, text: str) -> None:
    """X6"""

    def shaped(sheet: Any) -> None:
        sheet["A2"].number_format = shape
        sheet["C2"].number_format = "000"

    assert lines(book(HEAD, [value, "2026-03-05", 2, "厅"], edit=shaped)) == [[text, *ROW[1:]]]


def test_a_number_that_lost_its_last_digits_is_refused_where_digits_are_compared() -> None:
    """X6"""
    found = table(book(HEAD, [731234567890123456, *ROW[1:]], [7.3e17, *ROW[1:]], [999999999999999, *ROW[1:]]))
    assert [texts[0] for _, texts in found.rows] == ["999999999999999"]
    assert [(no.row, no.faults[0].column, "设为文本" in no.reason) for no in found.refused] == [
        (2, "合同号", True),
        (3, "合同号", True),
    ]


def test_a_code_that_became_a_date_is_refused() -> None:
    """X6"""
    (no,) = table(book(HEAD, [date(2026, 3, 5), *ROW[1:]], ROW)).refused
    assert (no.row, no.faults[0].column) == (2, "合同号")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("甄_x000D_\n试", "甄 试"),
        ("_x0041_B", "AB"),
        ("_x005F_x0041_", "_x0041_"),
        ("700_x390", "700_x390"),
        ("_xD83D__xDE00_", "😀"),
    ],
)
def test_characters_that_were_written_as_numbers_are_characters_again(written: str, read: str) -> None:
    """X6"""
    assert lines(book(HEAD, [*ROW[:3], written]))[0][3] == read
    assert lines(f'{",".join(HEAD)}\n{",".join(ROW[:3])},"{written}"')[0][3] == read


# --- days as text


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("46086", date(2026, 3, 5)),
        ("2026-03-04 23:59:17", date(2026, 3, 5)),
        ("2026-03-05 23:59:59", date(2026, 3, 5)),
        ("2026-03-05 23:59", date(2026, 3, 5)),
        ("2026-03-04T16:00:00.000Z", date(2026, 3, 5)),
        ("2026-03-05T00:00:00+08:00", date(2026, 3, 5)),
        ("99999", None),
        ("4608", None),
    ],
)
def test_a_day_is_read_however_a_program_wrote_it(written: str, day: date | None) -> None:
    """X6"""
    faults: list[Fault] = []
    value = cells.civil_date(written, DAY, faults)
    assert (None if faults else value) == day
