"""在途退回 What crews bring back, until it is received and inspected (D3, B14, B15), over HTTP."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from fastapi.responses import Response

from dashboards.both_units import both_units, by_hundreds
from dashboards.listing import Json, every, page_of
from dashboards.live_rows import rows_stream
from dashboards.page_route import PageRouter
from dashboards.render import LOOKS
from dashboards.seat import Seat, seated
from dashboards.sheets import sheet
from dashboards.warehouse.reading import bins_of
from dashboards.workbook import Cell
from inventory import who
from inventory.goods.aggregate import GOODS
from inventory.goods.coming_back import ReceiveReturn
from inventory.goods.row import PIECES, ComingBack, GoodsRow
from runtime.route import takes

router = PageRouter(include_in_schema=False)

ON_THE_ROAD: Json = {"row.back_since": {"$ne": None}}
"""Contracts of which something comes back."""
OLDEST = ("row.back_since", 1)


@dataclass(frozen=True, slots=True)
class Back:
    """One return of a contract."""

    contract_no: str
    told: ComingBack


def returns_of(rows: Sequence[GoodsRow]) -> list[Back]:
    """Rows of goods -> what comes back of them."""
    return [Back(row.contract_no, told) for row in rows for told in row.coming_back]


@router.get("/warehouse/returns")
@takes(*LOOKS, "after")
@seated("warehouse", who.SEES_WAREHOUSE)
async def returns(seat: Seat) -> Response:
    """What is on its way back, the oldest first, each with the form of its inspection."""
    after = seat.asked("after", longest=400)
    part = await page_of(seat.caller.view(PIECES), ON_THE_ROAD, sort=OLDEST, after=after)
    return seat.show(
        "returns.html",
        slice=part,
        rows=returns_of(part.rows),
        today=seat.today,
        bins=bins_of(seat),
        stream=rows_stream(seat.caller, (PIECES.name,)),
        sheet="/warehouse/returns.xlsx",
        may_receive=seat.may(GOODS, ReceiveReturn),
    )


@router.get("/warehouse/returns.xlsx")
@takes(*LOOKS)
@seated("warehouse", who.SEES_WAREHOUSE)
async def returns_sheet(seat: Seat) -> Response:
    """All of them (X6)."""
    words = seat.words
    names = (
        "orders.no",
        "comes.no",
        "comes.since",
        "comes.crew",
        "comes.why",
        "line.sku",
        "line.name",
        "line.quantity",
        "units.both",
    )

    async def lines() -> AsyncIterator[Sequence[Cell]]:
        async for rows in by_hundreds(every(seat.caller.view(PIECES), ON_THE_ROAD, sort=OLDEST)):
            units = await both_units(seat, (line.sku for row in rows for line in row.lines))
            for contract_no, told in ((one.contract_no, one.told) for one in returns_of(rows)):
                for line in told.lines:
                    head = (contract_no, told.return_no, told.on, told.crew, told.reason)
                    yield (*head, line.sku, line.name, line.quantity, units(line.sku, line.quantity))

    return await sheet(words("wh.tab.returns"), [words(name) for name in names], lines())
