"""Files of tiles, floors and countertops, drawn at random, and what a clerk with paper would reckon of them.

The clerk knows fractions and calendars, and none of the rules' code (D13-D15, A3).
"""

import csv
import io
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

FIRST = date(2026, 4, 6)
DAYS = 14
LOTS = tuple(f"{letter}{number}" for letter in "ABC" for number in range(20, 60))
PRODUCTS = (
    "型号",
    "品名",
    "规格",
    "类别",
    "基本单位",
    "每箱",
    "每片㎡",
    "整箱",
    "条码",
    "体积升",
    "重量kg",
    "批号管理",
    "安装分钟",
    "技能",
    "保修月",
    "供应商",
)
CONTRACTS = (
    "合同号",
    "门店",
    "签订日期",
    "客户姓名",
    "电话",
    "地址",
    "区域",
    "承诺日期",
    "未付金额",
    "行号",
    "型号",
    "品名",
    "规格",
    "类别",
    "数量",
    "单位",
    "单价",
    "需安装",
)
ARRIVALS = ("合同号", "行号", "型号", "数量", "运单号", "承运商", "状态", "预计到货", "实际到货", "批号", "备注")
LineKey = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Product:
    """A product as its maker counts it."""

    sku: str
    unit: str
    per_box: int
    square_metres: Fraction | None
    whole_boxes: bool
    by_lot: bool


@dataclass(frozen=True, slots=True)
class Line:
    """What was sold, as it stands on the contract."""

    product: Product
    sold: str
    unit: str

    def pieces(self) -> int:
        """Whole pieces that cover it; whole boxes of what is sold so."""
        sold = Fraction(self.sold)
        if self.unit == "㎡":
            assert self.product.square_metres is not None
            covered = sold / self.product.square_metres
            pieces = -(-covered.numerator // covered.denominator)
        else:
            pieces = int(sold) * (self.product.per_box if self.unit == "箱" else 1)
        if self.product.whole_boxes:
            pieces = -(-pieces // self.product.per_box) * self.product.per_box
        return pieces


@dataclass(frozen=True, slots=True)
class Arrival:
    """A row 已到仓."""

    on: date
    quantity: int
    waybill: str
    lot: str


@dataclass(frozen=True, slots=True)
class Files:
    """The company's files, and what they tell."""

    products: tuple[Product, ...]
    lines: dict[LineKey, Line]
    arrivals: dict[LineKey, tuple[Arrival, ...]]

    def write(self, folder: Path) -> tuple[Path, Path, list[Path]]:
        """Products, contracts, and a logistics file for each day."""
        made = (folder / "products.csv", folder / "contracts.csv")
        made[0].write_bytes(_csv(PRODUCTS, map(_product, self.products), "utf-8-sig"))
        sold = (_sold(number, line_no, line) for (number, line_no), line in self.lines.items())
        made[1].write_bytes(_csv(CONTRACTS, sold, "utf-8-sig"))
        days: defaultdict[date, list[Sequence[Any]]] = defaultdict(list)
        for (number, line_no), came in self.arrivals.items():
            for one in came:
                sku, at = self.lines[number, line_no].product.sku, one.on.isoformat()
                row = (number, line_no, sku, one.quantity, one.waybill, "粤达物流", "已到仓", at, at, one.lot, "")
                days[one.on].append(row)
        logistics = []
        for day, rows in sorted(days.items()):
            path = folder / f"{day.isoformat()}.csv"
            path.write_bytes(_csv(ARRIVALS, rows, "gb18030" if day.day % 3 else "utf-8-sig"))
            logistics.append(path)
        return *made, logistics

    def truth(self) -> dict[str, dict[str, Any]]:
        """What the clerk reckons, line by line."""
        return {
            f"{number}/{line_no}": _reckoned(line, self.arrivals[number, line_no])
            for (number, line_no), line in self.lines.items()
        }


def _reckoned(line: Line, arrivals: Sequence[Arrival]) -> dict[str, Any]:
    needed, per_box = line.pieces(), line.product.per_box
    lots: dict[str, int] = {}
    for one in arrivals:
        lots[one.lot] = lots.get(one.lot, 0) + one.quantity
    whole = _day(needed, arrivals)
    complete = whole
    if line.product.by_lot:
        days = (_day(needed, [one for one in arrivals if one.lot == lot]) for lot in lots)
        complete = min((day for day in days if day is not None), default=None)
    return {
        "pieces": needed,
        "boxes": f"{needed // per_box}+{needed % per_box}" if per_box > 1 else None,
        "complete_on": complete and complete.isoformat(),
        "asks_consent_since": whole.isoformat() if whole is not None and complete is None else None,
        "lots": lots if line.product.by_lot else None,
        "missing": max(0, needed - sum(lots.values())),
    }


def _day(needed: int, arrivals: Sequence[Arrival]) -> date | None:
    """The day by whose end enough had come."""
    came = 0
    for one in sorted(arrivals, key=lambda one: one.on):
        came += one.quantity
        if came >= needed:
            return one.on
    return None


def lot_files(seed: int, contracts: int, first: int = 1) -> Files:
    """Files of so many contracts, numbered from `first`."""
    rng = random.Random(seed)
    products = tuple(_made(rng, number) for number in range(12))
    lines = {
        (f"HT98{number:06d}", line_no): _line(rng, rng.choice(products))
        for number in range(first, first + contracts)
        for line_no in range(1, rng.randint(1, 4) + 1)
    }
    waybills = iter(range(10**9))
    arrivals = {key: tuple(_arrivals(rng, line, waybills)) for key, line in lines.items()}
    return Files(products, lines, arrivals)


def _made(rng: random.Random, number: int) -> Product:
    kind, per_box = rng.choice(["tile", "floor", "top", "piece"]), rng.randint(2, 12)
    match kind:
        case "tile" | "floor":
            metres = Fraction(rng.randint(100, 9_999), 10_000)
            return Product(f"TL-{number:03d}", "片", per_box, metres, rng.random() < 0.5, by_lot=True)
        case "top":
            return Product(f"CT-{number:03d}", "件", 1, None, whole_boxes=False, by_lot=True)
        case _:
            return Product(f"WC-{number:03d}", "套", 1, None, whole_boxes=False, by_lot=False)


def _line(rng: random.Random, product: Product) -> Line:
    units = [product.unit, *(["箱", "㎡"] if product.square_metres else [])]
    unit = rng.choice(units)
    sold = f"{rng.randint(1, 900) / 10:.1f}" if unit == "㎡" else str(rng.randint(1, 25))
    return Line(product, sold, unit)


def _arrivals(rng: random.Random, line: Line, waybills: Iterator[int]) -> Iterator[Arrival]:
    """Some come whole, some in parts of one lot or several, some too few, some too many, some not at all."""
    left = line.pieces() + rng.choice([0, 0, 0, 0, 2, -1])
    lots = rng.sample(LOTS, 2) if line.product.by_lot else [""]
    while left > 0 and rng.random() < 0.93:
        quantity = rng.choice([left, rng.randint(1, left)])
        lot = lots[0] if rng.random() < 0.8 else lots[-1]
        on = FIRST + timedelta(days=rng.randrange(DAYS))
        yield Arrival(on, quantity, f"YD98{next(waybills):08d}", lot)
        left -= quantity


def _product(one: Product) -> Sequence[Any]:
    metres = "" if one.square_metres is None else f"{float(one.square_metres):.4f}"
    whole, by_lot = ("是" if yes else "否" for yes in (one.whole_boxes, one.by_lot))
    what = (one.sku, f"品名{one.sku}", "600x600", "陶瓷", one.unit, one.per_box, metres, whole)
    return (*what, "", "7.0", "15.5", by_lot, 0, "", 12, "粤陶")


def _sold(number: str, line_no: int, line: Line) -> Sequence[Any]:
    who = (f"客户{number[-4:]}", f"139{number[-8:]}", "佛山市南海区桂澜路1号", "南海区", "2026-04-25", 0)
    what = (line.product.sku, f"品名{line.product.sku}", "600x600", "陶瓷", line.sold, line.unit, 50, "否")
    return (number, "S02 南海店", "2026-03-20", *who, line_no, *what)


def _csv(heads: Sequence[str], rows: Any, encoding: str) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(heads)
    writer.writerows(rows)
    return text.getvalue().encode(encoding)
