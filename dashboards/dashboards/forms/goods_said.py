"""Goods on the papers that go with them to the customer: of which lots they are, and both units (A8, D13, D14)."""

from collections.abc import Iterable
from dataclasses import dataclass

from dashboards.both_units import Both, both_units
from dashboards.seat import Seat
from inventory.goods.row import PIECES, StockLine


@dataclass(frozen=True, slots=True)
class GoodsSaid:
    """What a paper says of a line beside its pieces."""

    units: Both
    lines: dict[int, StockLine]
    left: bool | None
    """Whether the paper's pieces left the warehouse; None where it tells of all, here and outside."""

    def lots(self, line_no: int) -> str:
        """C88 C90; nothing of what does not come in lots, or did not come yet."""
        line = self.lines.get(line_no)
        known = () if line is None else line.lots
        return " ".join(one.lot for one in known if one.lot and self._counts(one.here, one.outside))

    def _counts(self, here: int, outside: int) -> bool:
        pieces = here + outside if self.left is None else outside if self.left else here
        return pieces > 0


async def goods_said(seat: Seat, contract_no: str, skus: Iterable[str], *, left: bool | None = None) -> GoodsSaid:
    """Of one contract's goods."""
    goods = await seat.caller.view(PIECES).get(contract_no)
    lines = () if goods is None else goods.lines
    return GoodsSaid(await both_units(seat, skus), {line.line_no: line for line in lines}, left)
