"""What of a contract left the warehouse by list, and where it can be by now (B9, B13, D3)."""

from collections import Counter
from collections.abc import Iterable

from pydantic import BaseModel

from contracts.fact import GoodsLine, Measure
from contracts.job_ids import delivery_of as job_of_delivery
from order.contract.state import counted
from runtime.typed_rows import ByName
from runtime.use_case import Asker


class SoldLine(BaseModel):
    """A line of the contract's row, as far as a receipt or an amendment needs it."""

    line_no: int
    sku: str
    name: str
    quantity: int = 0
    delivered: int = 0
    refunded: int = 0
    measure: Measure | None = None
    unit_price_fen: int | None = None


class Sold(BaseModel):
    """The contract's row, which is made of these use cases, as far as a receipt needs it."""

    lines: tuple[SoldLine, ...]
    part: int


SOLD = ByName("contracts", Sold)


class LineOut(BaseModel):
    """A line of the warehouse's row, as far as a receipt needs it."""

    line_no: int
    sku: str
    name: str
    issued: int
    returned: int


class OnItsWayBack(BaseModel):
    """Pieces that a crew brings back, as far as a receipt needs it."""

    broken: bool = False
    lines: tuple[GoodsLine, ...] = ()


class Out(BaseModel):
    """The warehouse's row of a contract's goods, as far as a receipt needs it."""

    lines: tuple[LineOut, ...] = ()
    coming_back: tuple[OnItsWayBack, ...] = ()


class Riding(BaseModel):
    """A job's row, as far as a receipt needs it."""

    on_vehicle: tuple[GoodsLine, ...] | None = None
    delivered: tuple[GoodsLine, ...] = ()

    @property
    def with_crew(self) -> tuple[GoodsLine, ...]:
        """What is on a vehicle now, or was signed for a moment ago: the job of the part that a contract still waits
        for says so before the contract has read it."""
        return self.on_vehicle or self.delivered


OUT, RIDING = ByName("goods", Out), ByName("jobs", Riding)


async def left_by_list(asker: Asker, contract_no: str, part: int) -> tuple[GoodsLine, ...]:
    """What left by list, and can have reached the customer without a delivery's signature."""
    out = await asker.view(OUT).get(contract_no) or Out()
    return still_out(out, await on_vehicle(asker, contract_no, part))


def still_out(out: Out, riding: Iterable[GoodsLine]) -> tuple[GoodsLine, ...]:
    """What left the warehouse by list, without what is back or on its way back (D3), and what rides on a vehicle: its
    leader has it signed for (B9, B13). Pieces broken at the door the contract knows itself."""
    elsewhere = Counter(dict(counted(riding)))
    for back in out.coming_back:
        elsewhere.update({} if back.broken else dict(counted(back.lines)))
    left = ((line, line.issued - line.returned - elsewhere[line.line_no]) for line in out.lines)
    return tuple(
        GoodsLine(line_no=line.line_no, sku=line.sku, name=line.name, quantity=pieces)
        for line, pieces in left
        if pieces > 0
    )


async def on_vehicle(asker: Asker, contract_no: str, part: int) -> tuple[GoodsLine, ...]:
    """What of a contract's part its crew has, or has had signed for."""
    job = await asker.view(RIDING).get(job_of_delivery(contract_no, part))
    return () if job is None else job.with_crew
