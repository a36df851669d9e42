"""The contracts file, row by row (A1)."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from order.files.contracts_file import LAYOUT, ContractRow, read_contracts, texts_of
from runtime.file_refusals import Refused, UnreadableFile

WEEK = Path(__file__).resolve().parents[3] / "tests" / "data" / "week"
GOOD = {
    "合同号": "HT26030001",
    "门店": "S02 南海店",
    "签订日期": "2026-02-08",
    "客户姓名": "马娜",
    "电话": "13800001111",
    "地址": "佛山市南海区海八东路1号",
    "区域": "南海区",
    "承诺日期": "2026-03-10",
    "未付金额": "2102",
    "行号": "1",
    "型号": "FL-101",
    "品名": "实木复合",
    "规格": "910x125x15 (包)",
    "类别": "地板",
    "数量": "2",
    "单价": "178",
    "需安装": "是",
    "单位": "",
}
EXPECTED = ContractRow(
    row=2,
    contract_no="HT26030001",
    store_code="S02",
    store_name="南海店",
    signed_on=date(2026, 2, 8),
    customer_name="马娜",
    phone="13800001111",
    address="佛山市南海区海八东路1号",
    district="南海区",
    promised_on=date(2026, 3, 10),
    amount_due_fen=210_200,
    line_no=1,
    sku="FL-101",
    name="实木复合",
    spec="910x125x15 (包)",
    category="地板",
    quantity="2",
    unit_price_fen=17_800,
    to_install=True,
)


def csv_of(*changes: dict[str, str]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(LAYOUT.names)
    for change in changes:
        writer.writerow([(GOOD | change)[name] for name in LAYOUT.names])
    return out.getvalue().encode()


def xlsx_of(*changes: dict[str, Any]) -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(list(LAYOUT.names))
    for change in changes:
        sheet.append([(GOOD | change)[name] for name in LAYOUT.names])
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def read(content: bytes) -> tuple[list[ContractRow], list[Refused]]:
    result = read_contracts(content)
    assert not isinstance(result, UnreadableFile), result
    return result.rows, result.refused


def reason(**change: str) -> tuple[str, str]:
    rows, refused = read(csv_of(change))
    assert (rows, [(r.row, r.rule) for r in refused]) == ([], [(2, "A1")])
    return refused[0].reason, refused[0].reason_en


@pytest.mark.parametrize("name", ["contracts.csv", "contracts.xlsx"])
def test_the_week_of_the_company_is_taken_and_refused_as_told(name: str) -> None:
    """A1"""
    truth = json.loads((WEEK / "truth.json").read_text())
    rows, refused = read((WEEK / name).read_bytes())
    assert {
        "contracts": len({row.contract_no for row in rows}),
        "contract_rows": len(rows),
        "refused": [r.row for r in refused],
        "repeats": [row.row for row in rows if row.repeats],
    } == {
        "contracts": truth["contracts"],
        "contract_rows": truth["contract_rows"],
        "refused": [2, 115, 137],
        "repeats": [],
    }
    assert len(refused) == truth["refused_contract_rows"]


def test_the_same_week_as_csv_and_as_xlsx_gives_the_same_rows() -> None:
    """A1, X6"""
    assert read((WEEK / "contracts.csv").read_bytes()) == read((WEEK / "contracts.xlsx").read_bytes())


def test_a_name_that_looks_like_a_formula_is_a_name() -> None:
    """A1"""
    rows, _ = read((WEEK / "contracts.csv").read_bytes())
    assert [(r.customer_name, r.quantity) for r in rows if r.contract_no == "HT26039992"] == [
        ("=cmd|' /C calc'!A0", "1")
    ]


def test_a_plain_row_becomes_typed_values() -> None:
    """A1"""
    assert read(csv_of({})) == ([EXPECTED], [])


def test_full_width_codes_and_numbers_are_read_as_half_width_and_free_text_keeps_its_marks() -> None:
    """A1"""
    change = {
        "合同号": "ＨＴ２６０３０００１",
        "门店": "Ｓ０２　南海店",
        "签订日期": "２０２６／２／８",
        "电话": "１３８　００００　１１１１",
        "地址": "　佛山市南海区（东），８号  ",
        "未付金额": "２，１０２．００",
        "行号": "１",
        "型号": "ＦＬ－１０１",
        "数量": "２",
        "单价": "￥１７８",
    }
    rows, refused = read(csv_of(change))
    expected = ContractRow(
        **{n: getattr(EXPECTED, n) for n in EXPECTED.__slots__} | {"address": "佛山市南海区（东），８号"}
    )
    assert (rows, refused) == ([expected], [])


def test_excel_dates_numbers_and_whole_floats_are_what_they_show() -> None:
    """A1, X6"""
    rows, refused = read(
        xlsx_of(
            {
                "签订日期": datetime(2026, 2, 8),
                "承诺日期": date(2026, 3, 10),
                "电话": 13800001111,
                "未付金额": 2102.0,
                "行号": 1.0,
                "数量": 2.0,
                "单价": 178,
            }
        )
    )
    assert (rows, refused) == ([EXPECTED], [])


def test_money_is_exact_to_the_fen_in_csv_and_xlsx() -> None:
    """A1"""
    in_csv = read(csv_of({"未付金额": "1,350.05元", "单价": "0.29"}))[0]
    in_xlsx = read(xlsx_of({"未付金额": 1350.05, "单价": 0.29}))[0]
    assert [(r.amount_due_fen, r.unit_price_fen) for r in in_csv + in_xlsx] == 2 * [(135_005, 29)]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("13800001111", "13800001111"),
        ("+86 138-0000-1111", "13800001111"),
        ("0757-83990000", "0757-83990000"),
        ("(020) 8399 0000", "020-83990000"),
        ("０７５７－８３９９０００", "0757-8399000"),
        ("+852 9123 4567", "+85291234567"),
        ("400-123-4567", "4001234567"),
    ],
)
def test_phones_are_kept_in_one_form(written: str, kept: str) -> None:
    """A1"""
    rows, refused = read(csv_of({"电话": written}))
    assert ([row.phone for row in rows], refused) == ([kept], [])


def test_two_phones_in_a_cell_are_both_kept_and_written_as_one_cell_again() -> None:
    """A1, A13"""
    (row,), _ = read(csv_of({"电话": "0757-83990000 / 13800001111"}))
    assert (row.phone, row.second_phone) == ("13800001111", "0757-83990000")
    again, _ = read(csv_of(dict(zip(LAYOUT.names, texts_of(row), strict=True))))
    assert again == [row]


def test_a_phone_that_a_spreadsheet_rounded_is_refused_with_what_to_do() -> None:
    """A1, X6: its digits are lost."""
    zh, _ = reason(电话="1.38E+10")
    assert zh == "「电话」是表格软件改成的科学计数法，位数已经丢了。请把这一列设为文本，照原单重新填写"


@pytest.mark.parametrize("written", ["138ABC", "1380000111", "83990000", "138000011112"])
def test_a_phone_that_nobody_can_call_is_refused_without_repeating_it(written: str) -> None:
    """A1, C18"""
    assert reason(电话=written) == (
        "「电话」不是 11 位手机号，也不是带区号的座机号",
        "phone is neither an 11-digit mobile nor a landline with its area code",
    )


@pytest.mark.parametrize(
    ("column", "written", "zh"),
    [
        ("合同号", "", "「合同号」是空的，请补上"),
        ("合同号", "26030001", "「合同号」26030001 应是两个字母加 6 到 12 位数字，例如 HT26030001"),
        ("门店", "南海店", "「门店」南海店 应以门店编号开头，例如 S02 南海店"),
        ("签订日期", "2026/13/45", "「签订日期」2026/13/45 不是真实的日期，请写成 2026-03-05"),
        ("签订日期", "2026-02-30", "「签订日期」2026-02-30 不是真实的日期，请写成 2026-03-05"),
        ("签订日期", "20260208", "「签订日期」20260208 不是真实的日期，请写成 2026-03-05"),
        ("客户姓名", " ", "「客户姓名」是空的，请补上"),
        ("地址", "", "「地址」是空的，请补上"),
        ("未付金额", "-1", "「未付金额」-1 应是不小于 0 的金额（元），例如 1350 或 1350.50"),
        ("未付金额", "1.005", "「未付金额」1.005 比分还细，最多两位小数"),
        ("未付金额", "1,35", "「未付金额」1,35 应是不小于 0 的金额（元），例如 1350 或 1350.50"),
        ("数量", "2.5", "「数量」2.5 不是整数，数量不收小数"),
        ("数量", "0", "「数量」0 应是 1 到 999999 的整数"),
        ("数量", "-2", "「数量」-2 应是 1 到 999999 的整数"),
        ("数量", "2²", "「数量」2² 应是 1 到 999999 的整数"),
        ("数量", "9" * 400, "「数量」" + "9" * 30 + "… 应是 1 到 999999 的整数"),
        ("数量", "", "「数量」是空的，请补上"),
        ("需安装", "要", "「需安装」要 应是「是」或「否」"),
        ("承诺日期", "2026-02-07", "承诺日期 2026-02-07 早于签订日期 2026-02-08，请改正"),
    ],
)
def test_a_cell_that_is_not_what_its_column_asks_for_is_refused_with_the_reason(
    column: str, written: str, zh: str
) -> None:
    """A1"""
    assert reason(**{column: written})[0] == zh


def test_all_faults_of_a_row_are_told_at_once() -> None:
    """A1"""
    assert reason(签订日期="2026/13/45", 数量="-2") == (
        "「签订日期」2026/13/45 不是真实的日期，请写成 2026-03-05；「数量」-2 应是 1 到 999999 的整数",
        'signing date "2026/13/45" is not a real date; write it as 2026-03-05; '
        'quantity "-2" must be a whole number from 1 to 999999',
    )


def test_a_row_written_twice_repeats_the_first_however_it_is_typed() -> None:
    """A1"""
    rows, refused = read(csv_of({}, {"行号": "2"}, {"数量": "２.0", "签订日期": "2026/2/8"}))
    assert ([(r.row, r.line_no, r.repeats) for r in rows], refused) == ([(2, 1, None), (3, 2, None), (4, 1, 2)], [])


def test_the_same_line_with_other_content_is_refused_and_names_the_row_that_it_contradicts() -> None:
    """A1"""
    rows, refused = read(csv_of({}, {"数量": "3", "单价": "179"}))
    assert (rows, refused) == (
        [EXPECTED],
        [
            Refused(
                row=3,
                reason="与第 2 行是同一合同的同一行号 1，但数量、单价不同",
                reason_en="same contract and line 1 as row 2, but another quantity, unit price",
                rule="A1",
            )
        ],
    )


def test_another_customer_for_the_same_contract_is_refused_against_its_first_good_row() -> None:
    """A1"""
    rows, refused = read(
        csv_of({"数量": "0", "电话": "13800009999"}, {}, {"行号": "2", "客户姓名": "李雷", "门店": "S03 乐从店"})
    )
    assert [(r.row, r.phone) for r in rows] == [(3, "13800001111")]
    assert refused[1] == Refused(
        row=4,
        reason="与第 3 行同一合同 HT26030001，但门店、客户姓名不同",
        reason_en="same contract HT26030001 as row 3, but another store, customer name",
        rule="A1",
    )
