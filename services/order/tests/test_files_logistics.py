"""The logistics file, row by row (A2, A4)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from order.files.logistics_file import LAYOUT, LogisticsRow, ShipmentStatus, read_logistics
from runtime.file_refusals import Refused, UnreadableFile

WEEK = Path(__file__).resolve().parents[3] / "tests" / "data" / "week"
ARRIVED = "HT26030036,3,KC-100,1,YD8043068068,粤达物流,已到仓,2026-03-03,2026-03-03,"
EXPECTED = LogisticsRow(
    row=2,
    contract_no="HT26030036",
    line_no=3,
    sku="KC-100",
    quantity=1,
    waybill="YD8043068068",
    carrier="粤达物流",
    status=ShipmentStatus.ARRIVED,
    eta=date(2026, 3, 3),
    arrived_on=date(2026, 3, 3),
    note="",
)


def read(*lines: str) -> tuple[list[LogisticsRow], list[Refused]]:
    result = read_logistics("\r\n".join([",".join(LAYOUT.required), *lines]).encode("gb18030"))
    assert not isinstance(result, UnreadableFile), result
    return result.rows, result.refused


def test_the_three_weeks_of_the_company_are_all_good_rows() -> None:
    """A2; whether contract and line exist is decided later"""
    rows: list[LogisticsRow] = []
    for path in sorted((WEEK / "logistics").iterdir()):
        result = read_logistics(path.read_bytes(), path.name)
        assert not isinstance(result, UnreadableFile)
        assert result.refused == []
        rows += result.rows
    keys = {(r.contract_no, r.line_no, r.waybill, r.status) for r in rows}
    assert (len(rows), len(keys), sum(r.repeats is not None for r in rows)) == (352, 327, 11)


def test_an_arrival_becomes_typed_values() -> None:
    """A2"""
    assert read(ARRIVED) == ([EXPECTED], [])


@pytest.mark.parametrize(
    ("line", "status", "quantity"),
    [
        ("HT26030029,1,KC-101,1,YD4814463648,顺途专线,已发货,2026-03-04,,", ShipmentStatus.ANNOUNCED, 1),
        ("HT26030040,1,KC-100,0,YD6661054045,顺途专线,延期,2026-03-09,,玻璃破损补发", ShipmentStatus.DELAYED, 0),
        ("HT26030040,1,KC-100,３,ＹＤ６６６１０５４０４５,顺途专线,延期,,,", ShipmentStatus.DELAYED, 3),
    ],
)
def test_announcements_and_delays_carry_no_arrival(line: str, status: ShipmentStatus, quantity: int) -> None:
    """A2, A4"""
    rows, refused = read(line)
    assert ([(r.status, r.quantity, r.arrived_on) for r in rows], refused) == ([(status, quantity, None)], [])


@pytest.mark.parametrize(
    ("old", "new", "zh"),
    [
        ("已到仓", "在途", "不认识状态「在途」，应是 已发货、延期、已到仓 之一"),
        ("已到仓", "", "不认识状态「」，应是 已发货、延期、已到仓 之一"),
        ("2026-03-03,2026-03-03", "2026-03-03,", "状态是已到仓，但没有实际到货日期，请补上"),
        ("已到仓", "已发货", "有实际到货日期，但状态是已发货，请改正其中一个"),
        ("KC-100,1,", "KC-100,0,", "「数量」0 应是 1 到 999999 的整数"),
        ("KC-100,1,", "KC-100,1.5,", "「数量」1.5 不是整数，数量不收小数"),
        ("HT26030036,3", "HT26030036,x", "「行号」x 应是 1 到 999999 的整数"),
        (
            "YD8043068068",
            "8.04E+09",
            "「运单号」8.04E+09 是表格软件改成的科学计数法，位数已经丢了。请把这一列设为文本，照原单重新填写",
        ),
        ("YD8043068068", "", "「运单号」是空的，请补上"),
        (",2026-03-03,2026", ",03/03,2026", "「预计到货」03/03 不是真实的日期，请写成 2026-03-05"),
    ],
)
def test_a_bad_row_is_refused_with_the_reason_and_the_others_are_taken(old: str, new: str, zh: str) -> None:
    """A2"""
    rows, refused = read(ARRIVED.replace(old, new, 1), ARRIVED)
    assert ([r.row for r in rows], [(r.row, r.reason, r.rule) for r in refused]) == ([3], [(2, zh, "A2")])


def test_the_same_row_again_repeats_the_first() -> None:
    """A2: the same contract, line, waybill and status counts once"""
    rows, refused = read(ARRIVED, ARRIVED)
    assert ([(r.row, r.repeats) for r in rows], refused) == ([(2, None), (3, 2)], [])


def test_the_same_shipment_with_another_quantity_is_refused_and_names_the_row_that_it_contradicts() -> None:
    """A2"""
    rows, refused = read(ARRIVED, ARRIVED.replace("KC-100,1,", "KC-100,2,"))
    assert (rows, refused) == (
        [EXPECTED],
        [
            Refused(
                row=3,
                reason="与第 2 行是同一合同行、同一运单、同一状态、同一天，但内容不同",
                reason_en="same contract line, waybill, status and day as row 2, but other content",
                rule="A2",
            )
        ],
    )
