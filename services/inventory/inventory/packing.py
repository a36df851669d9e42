"""What a contract's goods are packed by: its lines as the order service has them, and what QC passed (B20, B21)."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from contracts.fact import Customer, GoodsLine
from inventory.goods.row import PIECES, GoodsRow
from runtime.typed_rows import ByName
from runtime.use_case import Asker
from runtime.view import Row


class SoldLine(BaseModel):
    """A contract line as it is packed."""

    line_no: int
    sku: str
    name: str
    spec: str
    category: str
    quantity: int


class ToPack(BaseModel):
    """A contract as the warehouse packs it."""

    customer: Customer
    lines: tuple[SoldLine, ...]


class InspectedRow(Row):
    """Pieces that QC passed and that still lie here, line by line."""

    passed: tuple[GoodsLine, ...]

    def of(self, line_no: int) -> int:
        """Of one line."""
        return sum(line.quantity for line in self.passed if line.line_no == line_no)


TO_PACK = ByName("contracts", ToPack)
"""The order service's contracts, which are asked for by key."""
INSPECTED = ByName("inspections", InspectedRow)
"""What QC passed, by contract."""


class LineToInspect(SoldLine):
    """A line: what lies here, what is passed, and what QC has still to look at."""

    here: int
    passed: int
    to_inspect: int


async def contract_to_pack(asker: Asker, contract_no: str) -> ToPack | None:
    """A contract's lines as they are now (A6), or None."""
    return await asker.view(TO_PACK).get(contract_no)


async def contracts_to_pack(asker: Asker, numbers: Sequence[str]) -> dict[str, ToPack]:
    """Contracts by number; those that do not exist are missing."""
    return await asker.view(TO_PACK).get_many(numbers)


async def lines_to_inspect(asker: Asker, contract_no: str) -> list[LineToInspect] | None:
    """Of every line of a contract what lies here, what is passed, and what QC has still to look at (B21)."""
    contract = await contract_to_pack(asker, contract_no)
    if contract is None:
        return None
    goods = await asker.view(PIECES).get(contract_no)
    inspected = await asker.view(INSPECTED).get(contract_no) or InspectedRow(passed=())
    here = lying_here(goods)
    return [_to_inspect(line, here.get(line.line_no, 0), inspected.of(line.line_no)) for line in contract.lines]


def _to_inspect(line: SoldLine, here: int, passed: int) -> LineToInspect:
    return LineToInspect(**dict(line), here=here, passed=passed, to_inspect=max(0, here - passed))


def lying_here(goods: GoodsRow | None) -> Mapping[int, int]:
    """Line -> good pieces in the warehouse."""
    return {} if goods is None else {line.line_no: line.here for line in goods.lines}
