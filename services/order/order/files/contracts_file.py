"""合同清单: one row per contract line, the contract's own facts repeated on each (A1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from company import units
from company.masking import mask_name, mask_phone
from contracts import spelling
from order.files.belonging import Who, with_contracts
from runtime.file_limits import too_many_faults
from runtime.file_refusals import Fault, Parsed, Refused, UnreadableFile, refuse, shown
from runtime.tables import cells
from runtime.tables.layout import Column, Layout
from runtime.tables.table import DEFAULT_LIMITS, Limits, Table, read_table

RULE = "A1"
CONTRACT_NO = Column("合同号", "contract number", kind="code")
STORE = Column("门店", "store")
SIGNED_ON = Column("签订日期", "signing date", kind="date")
CUSTOMER = Column("客户姓名", "customer name", free_text=True, hidden=mask_name)
PHONE = Column("电话", "phone", kind="code", hidden=mask_phone)
ADDRESS = Column("地址", "address", free_text=True, hidden=mask_name)
DISTRICT = Column("区域", "district")
PROMISED_ON = Column("承诺日期", "promised date", kind="date")
AMOUNT_DUE = Column("未付金额", "amount due", kind="number")
LINE_NO = Column("行号", "line number", kind="number", own=True)
SKU = Column("型号", "sku", kind="code")
NAME = Column("品名", "product name", free_text=True)
SPEC = Column("规格", "spec", free_text=True)
CATEGORY = Column("类别", "category")
QUANTITY = Column("数量", "quantity", kind="number", own=True)
UNIT_PRICE = Column("单价", "unit price", kind="number")
TO_INSTALL = Column("需安装", "to be installed")
UNIT = Column("单位", "unit", optional=True, also=("计量单位", "销售单位"))
LAYOUT = Layout(
    "合同清单",
    "contracts file",
    (CONTRACT_NO, STORE, SIGNED_ON, CUSTOMER, PHONE, ADDRESS, DISTRICT, PROMISED_ON, AMOUNT_DUE)
    + (LINE_NO, SKU, NAME, SPEC, CATEGORY, QUANTITY, UNIT_PRICE, TO_INSTALL, UNIT),
)
FACT_COLUMNS = 9  # the first nine tell of the contract, the others of its line


@dataclass(frozen=True, slots=True)
class ContractRow:
    """One good row. `quantity` of `unit` was sold, an exact decimal number as text; without a unit: pieces. `repeats`:
    the row that says exactly the same, if an earlier one does."""

    row: int
    contract_no: str
    store_code: str
    store_name: str
    signed_on: date
    customer_name: str
    phone: str
    address: str
    district: str
    promised_on: date
    amount_due_fen: int
    line_no: int
    sku: str
    name: str
    spec: str
    category: str
    quantity: str
    unit_price_fen: int
    to_install: bool
    unit: str = ""
    second_phone: str = ""
    repeats: int | None = None


class _Facts(NamedTuple):
    contract_no: str
    store_code: str
    store_name: str
    signed_on: date
    customer_name: str
    phone: str
    address: str
    district: str
    promised_on: date
    amount_due_fen: int
    second_phone: str


class _Line(NamedTuple):
    line_no: int
    sku: str
    name: str
    spec: str
    category: str
    quantity: str
    unit_price_fen: int
    to_install: bool
    unit: str


def read_contracts(
    content: bytes, filename: str | None = None, limits: Limits = DEFAULT_LIMITS
) -> Parsed[ContractRow] | UnreadableFile:
    """A contracts file's bytes as rows and refusals, or why the file as a whole was not taken."""
    table = read_table(content, filename, limits, LAYOUT)
    if isinstance(table, UnreadableFile):
        return table
    rows, refused = parse_contracts(table)
    return too_many_faults(refused, limits) or Parsed(rows, refused, table.ignored)


def parse_contracts(table: Table) -> tuple[list[ContractRow], list[Refused]]:
    """Typed rows and refusals, both in the order of the sheet; one bad row never stops the others.

    Refuses a row: a cell that is not what its column asks for; promised before signed; facts of the contract other than
    on its first good row; a line that the contract already has with other content. A row that says exactly what an
    earlier one says is a good row with `repeats` set.
    """
    rows: list[ContractRow] = []
    refused = list(table.refused)
    facts_read: dict[tuple[str, ...], tuple[_Facts, list[Fault]]] = {}  # the same cells come again and again:
    lines_read: dict[tuple[str, ...], tuple[_Line, list[Fault]]] = {}  # each is read once
    contracts: dict[str, tuple[_Facts, int]] = {}
    lines: dict[tuple[str, int], tuple[_Line, int]] = {}
    for row, texts in table.rows:
        of_contract, of_line = tuple(texts[:FACT_COLUMNS]), tuple(texts[FACT_COLUMNS:])
        if of_contract not in facts_read:
            facts_read[of_contract] = _read_facts(of_contract)
        if of_line not in lines_read:
            lines_read[of_line] = _read_line(of_line)
        facts, fact_faults = facts_read[of_contract]
        line, line_faults = lines_read[of_line]
        faults = fact_faults + line_faults
        if not faults:
            first_facts, first_row = contracts.get(facts.contract_no, (facts, row))
            faults = [] if first_facts == facts else [_contradiction(first_facts, first_row, facts)]
        if not faults:
            key = (facts.contract_no, line.line_no)
            first_line, line_row = lines.get(key, (line, row))
            if first_line == line:
                rows.append(
                    ContractRow(
                        row,
                        *facts[:-1],
                        *line,
                        second_phone=facts.second_phone,
                        repeats=None if line_row == row else line_row,
                    )
                )
                if line_row == row:
                    lines[key] = (line, row)
                    contracts.setdefault(facts.contract_no, (facts, row))
                continue
            faults = [_other_content(first_line, line_row, line)]
        refused.append(refuse(row, faults, RULE, texts))
    refused.sort(key=lambda refusal: refusal.row)
    return rows, with_contracts(refused, {row.row: row.contract_no for row in rows}, _who(rows))


def _who(rows: list[ContractRow]) -> dict[str, Who]:
    return {row.contract_no: Who(row.customer_name, row.phone, row.address) for row in rows}


def texts_of(row: ContractRow) -> tuple[str, ...]:
    """A good row as a file would have it, in the layout's order."""
    return (
        row.contract_no,
        f"{row.store_code} {row.store_name}".strip(),
        row.signed_on.isoformat(),
        row.customer_name,
        f"{row.phone}/{row.second_phone}" if row.second_phone else row.phone,
        row.address,
        row.district,
        row.promised_on.isoformat(),
        _yuan(row.amount_due_fen),
        str(row.line_no),
        row.sku,
        row.name,
        row.spec,
        row.category,
        row.quantity,
        _yuan(row.unit_price_fen),
        "是" if row.to_install else "否",
        row.unit,
    )


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02}"


def _read_facts(texts: tuple[str, ...]) -> tuple[_Facts, list[Fault]]:
    number, store, signed, customer, phone, address, district, promised, due = texts
    faults: list[Fault] = []
    contract_no = cells.spelt(spelling.contract_no, number, CONTRACT_NO, faults)
    store_code, store_name = cells.store(store, STORE, faults)
    first_phone, second_phone = cells.phones(phone, PHONE, faults)
    facts = _Facts(
        contract_no,
        store_code,
        store_name,
        cells.civil_date(signed, SIGNED_ON, faults),
        cells.required(customer, CUSTOMER, faults),
        first_phone,
        cells.required(address, ADDRESS, faults),
        cells.required(district, DISTRICT, faults),
        cells.civil_date(promised, PROMISED_ON, faults),
        cells.fen(due, AMOUNT_DUE, faults),
        second_phone,
    )
    if not faults and facts.promised_on < facts.signed_on:
        faults.append(
            PROMISED_ON.fault(
                promised,
                f"承诺日期 {facts.promised_on} 早于签订日期 {facts.signed_on}，请改正",
                f"promised date {facts.promised_on} is before signing date {facts.signed_on}; please correct it",
            )
        )
    return facts, faults


def _read_line(texts: tuple[str, ...]) -> tuple[_Line, list[Fault]]:
    number, sku, name, spec, category, quantity, price, install, unit_text = texts
    faults: list[Fault] = []
    unit = _unit(unit_text, faults)
    line = _Line(
        cells.whole(number, LINE_NO, faults, least=1),
        cells.spelt(spelling.sku, sku, SKU, faults),
        cells.required(name, NAME, faults),
        spec,
        cells.required(category, CATEGORY, faults),
        _sold(quantity, unit, faults),
        cells.fen(price, UNIT_PRICE, faults),
        cells.yes_no(install, TO_INSTALL, faults),
        unit,
    )
    return line, faults


def _unit(text: str, faults: list[Fault]) -> str:
    """The unit as we write it (D14); "" where the file names none."""
    told = units.unit(text) if text else ""
    if told is None:
        known = "、".join((units.SQUARE_METRES, units.BOX, *units.BASE))
        faults.append(
            UNIT.fault(
                text,
                f"「{UNIT.name}」{shown(text)} 不认识，应是 {known} 之一",
                f'{UNIT.english} "{shown(text)}" is not known; it must be one of {known}',
            )
        )
    return told or ""


def _sold(text: str, unit: str, faults: list[Fault]) -> str:
    """How much of the unit; only areas are sold in fractions."""
    if unit == units.SQUARE_METRES and text:
        return cells.measure(text, QUANTITY, faults)
    return str(cells.whole(text, QUANTITY, faults, least=1))


FACT_NAMES = (CONTRACT_NO, STORE, STORE, SIGNED_ON, CUSTOMER, PHONE, ADDRESS, DISTRICT, PROMISED_ON, AMOUNT_DUE, PHONE)
LINE_NAMES = (LINE_NO, SKU, NAME, SPEC, CATEGORY, QUANTITY, UNIT_PRICE, TO_INSTALL, UNIT)


def _differing(first: tuple[object, ...], other: tuple[object, ...], columns: tuple[Column, ...]) -> tuple[str, str]:
    differing = list(dict.fromkeys(column for a, b, column in zip(first, other, columns, strict=True) if a != b))
    return "、".join(c.name for c in differing), ", ".join(c.english for c in differing)


def _contradiction(first: _Facts, first_row: int, other: _Facts) -> Fault:
    zh, en = _differing(first, other, FACT_NAMES)
    return Fault(
        f"与第 {first_row} 行同一合同 {other.contract_no}，但{zh}不同",
        f"same contract {other.contract_no} as row {first_row}, but another {en}",
    )


def _other_content(first: _Line, first_row: int, other: _Line) -> Fault:
    zh, en = _differing(first, other, LINE_NAMES)
    return Fault(
        f"与第 {first_row} 行是同一合同的同一行号 {other.line_no}，但{zh}不同",
        f"same contract and line {other.line_no} as row {first_row}, but another {en}",
    )
