"""What people do with inbound slips, checked right or wrong, for the company in memory (D1, D2, D16)."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contracts.fact import ContractLine
from contracts.inventory_inbound import SlipLine
from inventory.goods.row import goods_row
from inventory.inbound.check import CheckSlip, Finding, LineCheck
from inventory.inbound.correcting import ApproveCheckCorrection, AskCheckCorrection
from inventory.inbound.put_away import PutAway, SettleException
from inventory.inbound.resting import Standing, standing_of
from inventory.inbound.row import slip_row
from inventory.inbound.slip import IssueSlip
from inventory.inbound.state import Checked
from inventory.stock.row import stock_row

if TYPE_CHECKING:
    from test_books_of_random_lives import Company

BINS = ("B-01-1", "B-01-2")
ROWS = {"goods": ("goods", goods_row), "inbound": ("slips", slip_row), "stock": ("stock", stock_row)}


def slip_in(company: "Company", line: ContractLine, pieces: int, way: int) -> None:
    """Issued, checked (some pieces broken, or short) and put away, in one bin or two, all or not yet."""
    number = company.fresh("RK")
    of = SlipLine(
        line_no=1,
        sku=line.sku,
        name=line.name,
        quantity=pieces,
        contract_no=company.contract.terms.contract_no,
        contract_line_no=line.line_no,
        lot=("", "C88")[way % 2],
    )
    issue = IssueSlip(slip_no=number, reason="purchase", source="厂", waybill=company.fresh("YD"), lines=(of,))
    company.ask(f"inbound:{number}", issue, "su.kj", "accountant")
    check = CheckSlip(lines=(counted(pieces, broken=way % 3 == 1, short=int(way % 3 == 2), lot=""),))
    company.ask(f"inbound:{number}", check, "mai.gh", "warehouse")
    shelve(company, line, pieces, way)


def counted(pieces: int, *, broken: bool, short: int, lot: str) -> LineCheck:
    """Of `pieces`, one broken if there are any, and some that did not come."""
    there = max(0, pieces - short)
    findings = [Finding(kind="damage", quantity=1, cause="破", photos=("p",))] if broken and there else []
    if pieces > there:
        findings.append(Finding(kind="short", quantity=pieces - there, cause="少"))
    return LineCheck(line_no=1, counted=there, findings=tuple(findings), lot=lot)


def shelve(company: "Company", _: ContractLine, pieces: int, way: int) -> None:
    """Good pieces of the newest slip that has some go to a bin, some of them or all."""
    for number, inbound in checked(company):
        left = inbound.left()
        if left:
            put = PutAway(line_no=1, quantity=left if way < 5 else min(pieces, left), bin=BINS[way % 2])
            company.ask(number, put, "mai.gh", "warehouse")
            return


def settled(company: "Company", _: ContractLine, __: int, way: int) -> None:
    """What is wrong goes back to the supplier, or is accepted after all."""
    for number, inbound in checked(company):
        for one in inbound.exceptions:
            if one.is_open:
                pieces = bool(one.aside)
                outcome = ("noted", ("returned_to_supplier", "accepted")[way % 2])[pieces]
                told = SettleException(
                    exception_id=one.opened.exception_id,
                    outcome=outcome,  # type: ignore[arg-type]
                    bin=BINS[0] if outcome == "accepted" else None,
                    for_contract=outcome == "accepted",
                )
                company.ask(number, told, "guan.yf", "manager")
                return


def checked_wrong(company: "Company", _: ContractLine, pieces: int, way: int) -> None:
    """A check is said to have been otherwise: more or fewer came, were broken, or of another lot (D16)."""
    slips = checked(company)
    if not slips:
        return
    number, inbound = slips[way % len(slips)]
    expected = inbound.slip.lines[0].quantity
    right = counted(expected, broken=way % 2 == 0, short=(pieces - 1) % (expected + 1), lot=("", "D07")[way % 2])
    told = AskCheckCorrection(
        correction_no=company.fresh("GZ"), lines=(right,), reason="看错", standing=standing(company, number)
    )
    company.ask(number, told, "bao.gs", "warehouse")


def agree_to_check(company: "Company", _: ContractLine, __: int, ___: int) -> None:
    """A second person agrees that fewer came (D16, B23)."""
    for number, inbound in checked(company):
        if inbound.corrections.waits is not None:
            told = ApproveCheckCorrection(
                correction_no=inbound.corrections.waits.correction_no, standing=standing(company, number)
            )
            company.ask(number, told, "su.kj", "accountant")
            return


def checked(company: "Company") -> list[tuple[str, Checked]]:
    """Slips that were checked, the newest first."""
    found = ((number, one) for number, one in company.states.items() if isinstance(one, Checked))
    return list(found)[::-1]


def standing(company: "Company", number: str) -> tuple[Standing, ...]:
    """What a `prepare` step finds, asked of the rows of the states."""
    rows: dict[str, dict[str, Any]] = {name: {} for name, _ in ROWS.values()}
    for subject, state in company.states.items():
        kind, _, key = subject.partition(":")
        name, make = ROWS.get(kind, ("", None))
        row: Any = None if make is None else make(state)  # type: ignore[operator]
        if row is not None:
            rows[name][key] = row.model_dump()
    return asyncio.run(standing_of(Looking(rows), number.partition(":")[2]))  # type: ignore[arg-type]


@dataclass
class Looking:
    """Who looks at rows, by key; nobody counted, and the lines of cards are not kept."""

    rows: dict[str, dict[str, Any]]

    def view(self, model: Any) -> Any:
        return Rows(model, self.rows.get(model.name, {}))


@dataclass
class Rows:
    """Rows of a read model."""

    model: Any
    rows: dict[str, Any]

    async def get(self, number: str) -> Any:
        return self.model.row.model_validate(self.rows[number]) if number in self.rows else None

    async def find(self, _: Any, **__: Any) -> list[Any]:
        return []


SLIPS = (slip_in, slip_in, shelve, settled, checked_wrong, checked_wrong, agree_to_check)
"""Deeds, those that are done often more than once."""
