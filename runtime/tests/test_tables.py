"""Files as people send them: encodings, delimiters, workbooks, and what is no table at all (X6)."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.spelling import narrow
from runtime.file_limits import Limits
from runtime.file_refusals import UnreadableFile
from runtime.formula_safe import formula_safe
from runtime.tables.layout import Column, Layout
from runtime.tables.table import DEFAULT_LIMITS, Table, read_table
from runtime.tables.text import plain

LAYOUT = Layout(
    "清单",
    "list",
    (Column("合同号", "contract number"), Column("数量", "quantity"), Column("备注", "note", free_text=True)),
)
HEADER = "合同号,数量,备注"


def table(content: bytes | str, limits: Limits = DEFAULT_LIMITS) -> Table:
    result = read_table(content.encode() if isinstance(content, str) else content, "清单.csv", limits, LAYOUT)
    assert isinstance(result, Table), result
    return result


def refusal(content: bytes | str, limits: Limits = DEFAULT_LIMITS) -> UnreadableFile:
    result = read_table(content.encode() if isinstance(content, str) else content, "清单.csv", limits, LAYOUT)
    assert isinstance(result, UnreadableFile), result
    assert result.filename == "清单.csv"
    return result


def workbook(*sheets: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for number, rows in enumerate(sheets):
        sheet = book.worksheets[0] if number == 0 else book.create_sheet()
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def edited(content: bytes, part: str, old: str, new: str) -> bytes:
    """The workbook with one text of one of its parts replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            text = source.read(name)
            if name == part:
                assert old.encode() in text
                text = text.replace(old.encode(), new.encode(), 1)
            target.writestr(name, text)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
HEAD = HEADER.split(",")

# --- encodings, delimiters, quotes


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
def test_any_usual_way_to_save_a_csv_reads_the_same(encoding: str, delimiter: str, newline: str) -> None:
    """X6"""
    text = newline.join([HEADER, "HT1,2,客厅（大）", ""]).replace(",", delimiter)
    assert table(text.encode(encoding)).rows == [(2, ["HT1", "2", "客厅（大）"])]


CELL = st.text(st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(' ,;"\n，　'), max_size=12).filter(
    lambda text: not text.lstrip().startswith("'")  # the mark that keeps text from being a number, which goes
)


@settings(deadline=None)
@given(cells=st.lists(CELL, min_size=1, max_size=8), encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]))
def test_every_text_survives_every_encoding_and_quoting(cells: list[str], encoding: str) -> None:
    """X6"""
    lines = [HEADER] + ['HT1,1,"' + cell.replace('"', '""') + '"' for cell in cells]
    result = table("\r\n".join(lines).encode(encoding))
    expected = [(row, ["HT1", "1", plain(cell)]) for row, cell in enumerate(cells, start=2)]
    assert (result.rows, result.refused) == (expected, [])


@settings(deadline=None)
@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E)))
def test_full_width_text_narrows_to_the_half_width_it_stands_for(text: str) -> None:
    """X6"""
    assert narrow("".join(chr(ord(c) + 0xFEE0) for c in text)) == text


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    """X6"""
    for start in (b"", HEADER.encode() + b"\n", HEADER.encode("gb18030") + b"\r\n"):
        assert isinstance(read_table(start + content, None, DEFAULT_LIMITS, LAYOUT), Table | UnreadableFile)


@settings(deadline=None)
@given(cut=st.integers(0, 5000), at=st.integers(0, 5000), byte=st.integers(0, 255))
def test_no_damage_to_a_workbook_breaks_the_reader(cut: int, at: int, byte: int) -> None:
    """X6"""
    for content in (BOOK[:-cut] if cut else BOOK, BOOK[:at] + bytes([byte]) + BOOK[at + 1 :]):
        assert isinstance(read_table(content, None, DEFAULT_LIMITS, LAYOUT), Table | UnreadableFile)


BOOK = workbook([HEAD, ["HT1", 2, "厅"]])


def test_row_numbers_are_those_on_the_screen_though_lines_are_blank_or_cells_hold_line_breaks() -> None:
    """X6"""
    result = table(f'{HEADER}\n\nHT1,1,"一楼\n二楼"\n ,,\nHT2,2,"说""好""了"\n')
    assert (result.rows, result.refused) == ([(3, ["HT1", "1", "一楼 二楼"]), (5, ["HT2", "2", '说"好"了'])], [])


def test_columns_in_another_order_and_width_are_found_by_name() -> None:
    """X6"""
    assert table("备 注,数量,合同号,,\nx,1,HT1,,").rows == [(2, ["HT1", "1", "x"])]


def test_a_cell_that_begins_like_a_formula_is_text_in_a_csv() -> None:
    """X6"""
    assert table(f"{HEADER}\nHT1,1,=1+1\nHT2,1,@x\nHT3,1,-5").rows == [
        (2, ["HT1", "1", "=1+1"]),
        (3, ["HT2", "1", "@x"]),
        (4, ["HT3", "1", "-5"]),
    ]


# --- rows that are refused while the others are taken


@pytest.mark.parametrize(
    ("line", "zh"),
    [
        (b"HT1,1", "这一行只有 2 格，表头有 3 列；请补齐"),
        (b"HT1,1,a,b", "这一行有 4 格，比表头的 3 列多；含分隔符的内容要加引号"),
        (b'HT1,1,"a', "引号不成对，这一行读不出来；请补上或去掉引号"),
        (b'HT1,1,"a"b', "引号不成对，这一行读不出来；请补上或去掉引号"),
        (b"HT1,1,a\x00b", "「备注」里有控制字符或认不出的字节，请重新输入"),
        (b"HT1,1,\xff\xfe", "「备注」里有控制字符或认不出的字节，请重新输入"),
        (b"HT1,1," + 501 * b"x", "「备注」有 501 个字，最多 500 个；请写短些"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_row_that_cannot_be_read_costs_only_itself(line: bytes, zh: str, encoding: str) -> None:
    """X6"""
    good = "HT2,2,好".encode(encoding)
    result = table(b"\n".join([HEADER.encode(encoding), good, line, good]))
    assert [row for row, _ in result.rows] == [2, 4]
    assert [(r.row, r.reason, r.rule) for r in result.refused] == [(3, zh, "X6")]


# --- workbooks


def test_a_workbook_row_may_be_shorter_than_the_header_and_blank_rows_keep_the_numbers() -> None:
    """X6"""
    content = workbook([HEAD, ["HT1", 2.0], [], [None, " "], ["HT2", True, "a\nb"]])
    assert table(content).rows == [(2, ["HT1", "2", ""]), (5, ["HT2", "TRUE", "a b"])]


def test_a_formula_that_a_spreadsheet_calculated_is_refused_in_every_column() -> None:
    """X6"""
    content = workbook([HEAD, ["HT1", 1, "=1+1"], ["HT2", 1, "好"]])
    for result in ("<v>2</v>", "<v/>"):
        kind = ' t="str"' if result == "<v/>" else ""
        calculated = edited(content, SHEET, '<c r="C2"><f>1+1</f><v /></c>', f'<c r="C2"{kind}><f>1+1</f>{result}</c>')
        found = table(calculated)
        assert ([row for row, _ in found.rows], [(r.row, r.reason) for r in found.refused]) == (
            [3],
            [(2, "「备注」是公式单元格，不能导入；请粘贴为数值")],
        )


def test_text_that_a_program_stored_as_a_formula_is_text_where_free_text_stands_and_refused_elsewhere() -> None:
    """X6: such a cell never had a result, a spreadsheet always stores one"""
    found = table(workbook([HEAD, ["HT1", 1, "=cmd|' /C calc'!A0"], ["HT2", "=1+1", "好"], ["=A2", 1, "=A2"]]))
    assert found.rows == [(2, ["HT1", "1", "=cmd|' /C calc'!A0"])]
    assert [(r.row, r.reason) for r in found.refused] == [
        (3, "「数量」是公式单元格，不能导入；请粘贴为数值"),
        (4, "「合同号」是公式单元格，不能导入；请粘贴为数值"),
    ]


def test_an_error_cell_is_refused_and_what_stands_beside_our_columns_is_left_out_and_told() -> None:
    """X6: in a workbook a cell beyond the header is no slip of a delimiter"""
    found = table(workbook([HEAD, ["HT1", "#N/A", "x"], ["HT2", 1, "y", "z"], ["HT3", 1, "y", None, "#N/A"]]))
    assert [(r.row, r.reason) for r in found.refused] == [(2, "第 2 列是错误值「#N/A」，请改成真正的内容")]
    assert found.rows == [(3, ["HT2", "1", "y"]), (4, ["HT3", "1", "y"])]
    assert found.ignored.columns == ("第 4 列", "第 5 列")


def test_the_sheet_with_our_header_is_read_wherever_it_stands_and_two_of_them_are_refused() -> None:
    """X6"""
    ours = [HEAD, ["HT1", 1, "x"]]
    assert table(workbook([["说明"], ["请看第二张"]], [["合同号", "客户"], ["HT9", "x"]], ours)).rows == [
        (2, ["HT1", "1", "x"])
    ]
    assert refusal(workbook(ours, ours)).code == "ambiguous_sheets"


def test_a_size_that_the_workbook_only_claims_is_not_believed() -> None:
    """X6"""
    for claim in ("A1:XFD1048576", "A2:A2"):
        assert table(edited(BOOK, SHEET, 'ref="A1:C2"', f'ref="{claim}"')).rows == [(2, ["HT1", "2", "厅"])]


def test_a_workbook_that_unpacks_too_large_or_declares_entities_is_refused_before_it_is_read() -> None:
    """X6"""
    assert refusal(BOOK, Limits(unpacked_bytes=5_000)).code == "too_large"
    bomb = edited(BOOK, SHEET, "<worksheet", '<!DOCTYPE a [<!ENTITY b "x">]><worksheet')
    assert refusal(bomb).code == "damaged"
    assert refusal(edited(BOOK, SHEET, '<row r="2">', '<row r="999999999">')).code == "too_large"


# --- files that are refused as a whole


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\r\n \n", "empty"),
        (workbook([]), "empty"),
        (HEADER.encode(), "header_only"),
        (workbook([HEAD]), "header_only"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "not_a_table"),
        (b"%PDF-1.7 ...", "not_a_table"),
        (HEADER.encode("utf-16"), "header_only"),
        (b"\xff\xfe" + HEADER.encode("utf-16-le")[:-1], "unknown_encoding"),
        (b"PK\x05\x06" + bytes(18), "not_a_table"),
        (b"PK\x03\x04" + bytes(60), "damaged"),
        (HEADER.encode("big5", "ignore"), "columns"),
        (bytes(range(256)), "columns"),
        (b"\xff" * 50, "unknown_encoding"),
        (b"<html><table></table></html>", "not_a_table"),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(content: bytes, code: str) -> None:
    """X6"""
    assert (refusal(content).code, refusal(content).rule) == (code, "X6")


def test_an_unknown_column_is_named_with_the_nearest_known_one() -> None:
    """X6"""
    found = refusal("合同编号,数量,备注\nHT1,1,x")
    assert (found.code, found.reason) == (
        "columns",
        "不认识列「合同编号」，是不是「合同号」？；缺少列：合同号。「清单」的列是：合同号、数量、备注",
    )


def test_missing_doubled_and_nameless_columns_are_all_told_at_once() -> None:
    """X6"""
    assert refusal("合同号,,合同号,数量\nHT1,1,x,1").reason_en == (
        'column 2 has no name; column "合同号" appears twice; missing columns: 备注. '
        "The columns of a list are: 合同号, 数量, 备注"
    )


def test_more_rows_columns_or_bytes_than_allowed_are_refused() -> None:
    """X6"""
    rows = HEADER + 3 * "\nHT1,1,x"
    book = workbook([HEAD, *(3 * [["HT1", 1, "x"]])])
    found = [
        refusal(content, limits).code
        for content in (rows.encode(), book)
        for limits in (Limits(rows=2), Limits(columns=2), Limits(content_bytes=20))
    ]
    assert found == 6 * ["too_large"]
    assert len(table(rows, Limits(rows=3)).rows) == len(table(book, Limits(rows=3)).rows) == 3


# --- on the way out


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-cmd", "@SUM(A1)", " =1", "\t=1", "＝1+1", "|x"])
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    """X6"""
    assert formula_safe(text) == "'" + text


@pytest.mark.parametrize("text", ["", "马娜", "a=b", "-5", "+12.50", "910x125", "'=1"])
def test_other_text_goes_out_as_it_is(text: str) -> None:
    """X6"""
    assert formula_safe(text) == text
