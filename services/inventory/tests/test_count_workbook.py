"""Count sheets as workbooks: nothing runs in them, neither ours nor theirs."""

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.count.row import CountRow, LineRow, LineStatus
from inventory.count_sheet_file import LIMITS, SheetRow, place_of, read_sheet
from inventory.count_workbook import write_sheet
from runtime.file_refusals import Refused, UnreadableFile

NOW = datetime(2026, 3, 20, 6, 0, tzinfo=UTC)


def count(*lines: LineRow) -> CountRow:
    return CountRow(
        count_no="PD-1",
        depot="main",
        kind="cycle",
        chosen="库区 A",
        plan=None,
        due=NOW,
        status="open",
        overdue=False,
        opened_at=NOW,
        closed_at=None,
        lines=lines,
    )


def line(sku: str, bin_: str = "A-01", name: str = "砖", status: LineStatus = "to_count") -> LineRow:
    return LineRow(
        sku=sku,
        name=name,
        zone="A",
        bin=bin_,
        base=0,
        status=status,
        round=1,
        figures=(),
        compared=None,
        reason=None,
        note="",
        move_no=None,
    )


def filled(*rows: tuple[Any, ...], header: tuple[Any, ...] = ("库位", "编码", "实数", "清点人", "清点时间")) -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(list(header))
    for row in rows:
        sheet.append(list(row))
    made = io.BytesIO()
    workbook.save(made)
    return made.getvalue()


def code(content: bytes) -> str:
    made = read_sheet(content)
    return made.code if isinstance(made, UnreadableFile) else "read"


def rows_of(content: bytes) -> list[SheetRow]:
    made = read_sheet(content)
    assert not isinstance(made, UnreadableFile), made
    assert not made.refused
    return made.rows


def refused_of(content: bytes) -> list[Refused]:
    made = read_sheet(content)
    assert not isinstance(made, UnreadableFile), made
    return made.refused


def test_only_lines_that_wait_for_a_figure_go_out_and_nothing_in_them_is_a_formula() -> None:
    """D7, X6"""
    content = write_sheet(
        count(line("=1+1", name="@SUM(A1)"), line("S2", status="agrees"), line("S3", status="recount"))
    )
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    rows = [row[:6] for row in sheet.iter_rows(min_row=3, values_only=True)]
    assert rows == [("A", "A-01", "'=1+1", "'@SUM(A1)", None, 1), ("A", "A-01", "S3", "砖", None, 1)]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


@given(st.text(min_size=1, max_size=20).filter(str.isprintable).map(str.strip).filter(bool))
def test_a_code_comes_back_as_it_went_out(sku: str) -> None:
    """X6"""
    workbook = openpyxl.load_workbook(io.BytesIO(write_sheet(count(line(sku)))))
    workbook.worksheets[0]["G3"] = 7
    made = io.BytesIO()
    workbook.save(made)
    read = rows_of(made.getvalue())
    assert [(row.sku, row.quantity) for row in read] == [(sku, 7)]


def test_figures_times_and_people_are_read_and_empty_rows_left_out() -> None:
    """D7, X1, X6"""
    rows = rows_of(
        filled(
            ("A-01", "S1", 58, "lin.ck", datetime(2026, 3, 20, 14, 5)),
            ("A-02", "S2", "4", None, "2026/03/20 14:06"),
            ("A-03", "S3", None, "lin.ck", None),
            ("A-04", "S4", 3.0, "", ""),
        )
    )
    assert rows == [
        SheetRow(2, "S1", "A-01", 58, "lin.ck", datetime(2026, 3, 20, 6, 5, tzinfo=UTC)),
        SheetRow(3, "S2", "A-02", 4, None, datetime(2026, 3, 20, 6, 6, tzinfo=UTC)),
        SheetRow(5, "S4", "A-04", 3),
    ]


@pytest.mark.parametrize("figure", ["四件", 2.5, -1.5, "1e3", "²", True, "12345678", 10**300, 1e300, -4])
def test_a_figure_that_is_no_whole_number_names_its_row(figure: Any) -> None:
    """X6"""
    (row,) = refused_of(filled(("A-01", "S1", figure)))
    assert (row.row, place_of(row.cells), "「实数」" in row.reason) == (2, ("S1", "A-01", ""), True)


@pytest.mark.parametrize("told", ["昨天下午", "0001-01-01 00:00", "9999-12-31T23:59:59-14:00"])
def test_a_time_that_nobody_can_read_names_its_row(told: str) -> None:
    """X6"""
    (row,) = refused_of(filled(("A-01", "S1", 5, "", told)))
    assert "「清点时间」" in row.reason


def test_what_is_no_count_sheet_is_refused() -> None:
    """X6"""
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (50 << 20))
    entity = io.BytesIO()
    with zipfile.ZipFile(entity, "w") as archive:
        archive.writestr("xl/workbook.xml", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a/>')
    many = filled(*[("A-01", "S1", 1)] * (LIMITS.rows + 1))
    large = bytes(LIMITS.content_bytes + 1)
    contents = [b"", large, b"PK\x03\x04", bomb.getvalue(), entity.getvalue(), filled(header=("a", "b")), many]
    assert [code(content) for content in contents] == [
        "empty",
        "too_large",
        "damaged",
        "too_large",
        "damaged",
        "columns",
        "too_large",
    ]


def test_a_sheet_of_daily_life_is_read_as_every_file_is() -> None:
    """X6, D7: as CSV of a spreadsheet, below titles, with columns of others, a merged bin, a serial number of time."""
    text = '盘点表 PD-1,,,,\n,,,,\n编码,库位,实盘数,备注,清点时间\n"=""0012""",A-01,3,湿,2026/3/20 9:05\n合计,,3,,\n'
    assert rows_of(text.encode("gb18030")) == [
        SheetRow(4, "0012", "A-01", 3, None, datetime(2026, 3, 20, 1, 5, tzinfo=UTC))
    ]
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for row in (("库位", "编码", "实数", "清点人", "清点时间"), ("A-01", 12, 3, "lin.ck", 46101.5), (None, "S2", 4)):
        sheet.append(row)
    sheet["B2"].number_format = "0000"
    sheet.merge_cells("A2:A3")
    made = io.BytesIO()
    workbook.save(made)
    assert rows_of(made.getvalue()) == [
        SheetRow(2, "0012", "A-01", 3, "lin.ck", datetime(2026, 3, 20, 4, 0, tzinfo=UTC)),
        SheetRow(3, "S2", "A-01", 4),
    ]


def test_a_code_that_lost_its_digits_names_its_row() -> None:
    """X6"""
    (row,) = refused_of(filled(("A-01", 10**16, 3)))
    assert "「编码」" in row.reason
