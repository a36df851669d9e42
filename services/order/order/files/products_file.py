"""商品档案: one row per product (D15)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from company import units
from contracts import spelling
from runtime.file_limits import too_many_faults
from runtime.file_refusals import Fault, Parsed, Refused, UnreadableFile, refuse, shown
from runtime.tables import cells
from runtime.tables.layout import Column, Layout
from runtime.tables.table import DEFAULT_LIMITS, Limits, Table, read_table

RULE = "D15"
SKU = Column("型号", "sku", kind="code")
NAME = Column("品名", "product name", free_text=True)
SPEC = Column("规格", "spec", free_text=True)
CATEGORY = Column("类别", "category")
BASE_UNIT = Column("基本单位", "base unit")
PER_BOX = Column("每箱", "pieces per box", kind="number")
SQUARE_METRES = Column("每片㎡", "square metres per piece", kind="number")
WHOLE_BOXES = Column("整箱", "whole boxes only")
BARCODE = Column("条码", "barcode", kind="code")
LITRES = Column("体积升", "litres", kind="number")
KILOGRAMS = Column("重量kg", "kilograms", kind="number")
BY_LOT = Column("批号管理", "kept by lot")
MINUTES = Column("安装分钟", "minutes of installation", kind="number")
SKILL = Column("技能", "skill", free_text=True)
WARRANTY = Column("保修月", "months of warranty", kind="number")
SUPPLIER = Column("供应商", "supplier", free_text=True)
LAYOUT = Layout(
    "商品档案",
    "products file",
    (SKU, NAME, SPEC, CATEGORY, BASE_UNIT, PER_BOX, SQUARE_METRES, WHOLE_BOXES)
    + (BARCODE, LITRES, KILOGRAMS, BY_LOT, MINUTES, SKILL, WARRANTY, SUPPLIER),
)


@dataclass(frozen=True, slots=True)
class ProductFileRow:
    """One good row; measures are exact decimal numbers as text, "" where the cell is empty.

    `repeats`: the row that says exactly the same, if an earlier one does.
    """

    row: int
    sku: str
    name: str
    spec: str
    category: str
    base_unit: str
    per_box: int
    square_metres: str
    whole_boxes: bool
    barcode: str
    litres: str
    kilograms: str
    by_lot: bool
    install_minutes: int
    skill: str
    warranty_months: int
    supplier: str
    repeats: int | None = None


def read_products(
    content: bytes, filename: str | None = None, limits: Limits = DEFAULT_LIMITS
) -> Parsed[ProductFileRow] | UnreadableFile:
    """A products file's bytes as rows and refusals, or why the file as a whole was not taken."""
    table = read_table(content, filename, limits, LAYOUT)
    if isinstance(table, UnreadableFile):
        return table
    rows, refused = parse_products(table)
    return too_many_faults(refused, limits) or Parsed(rows, refused, table.ignored)


def parse_products(table: Table) -> tuple[list[ProductFileRow], list[Refused]]:
    """Typed rows and refusals, both in the order of the sheet; one bad row never stops the others.

    Refuses a row: a cell that is not what its column asks for; the same sku with other content.
    """
    rows: list[ProductFileRow] = []
    refused = list(table.refused)
    told: dict[str, ProductFileRow] = {}
    for number, texts in table.rows:
        row, faults = _read_row(number, texts)
        if not faults:
            first = told.setdefault(row.sku, row)
            if replace(row, row=first.row) == first:
                rows.append(row if first is row else replace(row, repeats=first.row))
                continue
            faults = [
                Fault(f"与第 {first.row} 行是同一型号，但内容不同", f"same sku as row {first.row}, but other content")
            ]
        refused.append(refuse(number, faults, RULE))
    return rows, sorted(refused, key=lambda refusal: refusal.row)


def _read_row(number: int, texts: list[str]) -> tuple[ProductFileRow, list[Fault]]:
    sku, name, spec, category, base, per_box, metres, whole_boxes, *rest = texts
    barcode, litres, kilograms, by_lot, minutes, skill, warranty, supplier = rest
    faults: list[Fault] = []
    row = ProductFileRow(
        number,
        cells.spelt(spelling.sku, sku, SKU, faults),
        cells.required(name, NAME, faults),
        spec,
        cells.required(category, CATEGORY, faults),
        _base_unit(base, faults),
        cells.whole(per_box or "1", PER_BOX, faults, least=1),
        cells.measure(metres, SQUARE_METRES, faults),
        cells.yes_no(whole_boxes or "否", WHOLE_BOXES, faults),
        cells.spelt(spelling.barcode, barcode, BARCODE, faults) if barcode else "",
        cells.measure(litres, LITRES, faults),
        cells.measure(kilograms, KILOGRAMS, faults),
        cells.yes_no(by_lot or "否", BY_LOT, faults),
        cells.whole(minutes or "0", MINUTES, faults, least=0),
        skill,
        cells.whole(warranty or "0", WARRANTY, faults, least=0),
        supplier,
    )
    return row, faults


def _base_unit(text: str, faults: list[Fault]) -> str:
    told = units.unit(cells.required(text, BASE_UNIT, faults))
    if text and told not in units.BASE:
        known = "、".join(units.BASE)
        faults.append(
            BASE_UNIT.fault(
                text,
                f"「{BASE_UNIT.name}」{shown(text)} 不认识，应是 {known} 之一",
                f'{BASE_UNIT.english} "{shown(text)}" is not known; it must be one of {known}',
            )
        )
    return told or text
