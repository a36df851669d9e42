"""E平台物流信息: the company's shipments per contract line (A2, A4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from contracts import spelling
from runtime.file_limits import too_many_faults
from runtime.file_refusals import Fault, Parsed, Refused, UnreadableFile, refuse, shown
from runtime.tables import cells
from runtime.tables.layout import Column, Layout
from runtime.tables.table import DEFAULT_LIMITS, Limits, Table, read_table

RULE = "A2"
CONTRACT_NO = Column("合同号", "contract number", kind="code")
LINE_NO = Column("行号", "line number", kind="number", own=True)
SKU = Column("型号", "sku", kind="code")
QUANTITY = Column("数量", "quantity", kind="number", own=True)
WAYBILL = Column("运单号", "waybill", kind="code")
CARRIER = Column("承运商", "carrier", free_text=True)
STATUS = Column("状态", "status")
ETA = Column("预计到货", "expected arrival", kind="date")
ARRIVED_ON = Column("实际到货", "actual arrival", kind="date")
NOTE = Column("备注", "note", free_text=True)
LOT = Column("批号", "lot", optional=True, kind="code", also=("色号", "批次", "批次号"))
LAYOUT = Layout(
    "物流信息",
    "logistics file",
    (CONTRACT_NO, LINE_NO, SKU, QUANTITY, WAYBILL, CARRIER, STATUS, ETA, ARRIVED_ON, NOTE, LOT),
    may_be_empty=True,
)


class ShipmentStatus(StrEnum):
    """What a row tells: 已发货 announces, 延期 is a delay notice (A4), 已到仓 stands for the warehouse's receipt."""

    ANNOUNCED = "announced"
    DELAYED = "delayed"
    ARRIVED = "arrived"


STATUSES = {"已发货": ShipmentStatus.ANNOUNCED, "延期": ShipmentStatus.DELAYED, "已到仓": ShipmentStatus.ARRIVED}


@dataclass(frozen=True, slots=True)
class LogisticsRow:
    """One good row. `quantity` is 0 only when delayed; `arrived_on` is there exactly when arrived.

    `repeats`: the row that says exactly the same, if an earlier one does.
    """

    row: int
    contract_no: str
    line_no: int
    sku: str
    quantity: int
    waybill: str
    carrier: str
    status: ShipmentStatus
    eta: date | None
    arrived_on: date | None
    note: str
    lot: str = ""
    repeats: int | None = None


def read_logistics(
    content: bytes, filename: str | None = None, limits: Limits = DEFAULT_LIMITS
) -> Parsed[LogisticsRow] | UnreadableFile:
    """A logistics file's bytes as rows and refusals, or why the file as a whole was not taken."""
    table = read_table(content, filename, limits, LAYOUT)
    if isinstance(table, UnreadableFile):
        return table
    rows, refused = parse_logistics(table)
    return too_many_faults(refused, limits) or Parsed(rows, refused, table.ignored)


def parse_logistics(table: Table) -> tuple[list[LogisticsRow], list[Refused]]:
    """Typed rows and refusals, both in the order of the sheet; one bad row never stops the others.

    Refuses a row: a cell that is not what its column asks for; an unknown status; 已到仓 without its date or a date
    without 已到仓; the same contract, line, waybill, status, lot and day (which counts once) with other content: a part
    of a waybill on another day is another arrival, another expected day a newer notice.
    Whether contract and line exist is not known here.
    """
    rows: list[LogisticsRow] = []
    refused = list(table.refused)
    told: dict[tuple[str, int, str, ShipmentStatus, str, date | None], LogisticsRow] = {}
    for number, texts in table.rows:
        row, faults = _read_row(number, texts)
        if not faults:
            on = row.arrived_on if row.status is ShipmentStatus.ARRIVED else row.eta
            first = told.setdefault((row.contract_no, row.line_no, row.waybill, row.status, row.lot, on), row)
            if first is row:
                rows.append(row)
                continue
            if replace(row, row=first.row) == first:
                rows.append(replace(row, repeats=first.row))
                continue
            faults = [
                Fault(
                    f"与第 {first.row} 行是同一合同行、同一运单、同一状态、同一天，但内容不同",
                    f"same contract line, waybill, status and day as row {first.row}, but other content",
                )
            ]
        refused.append(refuse(number, faults, RULE))
    return rows, sorted(refused, key=lambda refusal: refusal.row)


def _read_row(number: int, texts: list[str]) -> tuple[LogisticsRow, list[Fault]]:
    contract_no, line_no, sku, quantity, waybill, carrier, status_text, eta, arrived_on, note, lot = texts
    faults: list[Fault] = []
    status = STATUSES.get(status_text)
    if status is None:
        allowed = "、".join(STATUSES)
        faults.append(
            STATUS.fault(
                status_text,
                f"不认识状态「{shown(status_text)}」，应是 {allowed} 之一",
                f'unknown status "{shown(status_text)}"; it must be one of {allowed}',
            )
        )
        status = ShipmentStatus.ANNOUNCED
    elif status is ShipmentStatus.ARRIVED and not arrived_on:
        faults.append(
            ARRIVED_ON.fault(
                "",
                "状态是已到仓，但没有实际到货日期，请补上",
                "the status is 已到仓 but the actual arrival is empty; please fill it in",
            )
        )
    elif status is not ShipmentStatus.ARRIVED and arrived_on:
        faults.append(
            ARRIVED_ON.fault(
                arrived_on,
                f"有实际到货日期，但状态是{status_text}，请改正其中一个",
                f"there is an actual arrival although the status is {status_text}; please correct one of them",
            )
        )
    row = LogisticsRow(
        number,
        cells.spelt(spelling.contract_no, contract_no, CONTRACT_NO, faults),
        cells.whole(line_no, LINE_NO, faults, least=1),
        cells.spelt(spelling.sku, sku, SKU, faults),
        cells.whole(quantity, QUANTITY, faults, least=0 if status is ShipmentStatus.DELAYED else 1),
        cells.spelt(spelling.waybill, waybill, WAYBILL, faults),
        carrier,
        status,
        cells.optional_date(eta, ETA, faults),
        cells.optional_date(arrived_on, ARRIVED_ON, faults),
        note,
        cells.spelt(spelling.lot, lot, LOT, faults) if lot else "",
    )
    return row, faults
