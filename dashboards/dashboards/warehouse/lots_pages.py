"""批号追查 (D13) over HTTP: who has a lot, at home, on the road or set apart, and where the rest of it lies."""

from collections.abc import AsyncIterator, Sequence
from urllib.parse import urlencode

from fastapi.responses import Response

from company.masking import customer_for
from contracts.spelling import lot as spelt_lot
from contracts.spelling import sku as spelt_sku
from dashboards.both_units import both_units
from dashboards.listing import SHEET_ROWS
from dashboards.live_rows import rows_stream
from dashboards.page_route import PageRouter
from dashboards.render import LOOKS
from dashboards.seat import Seat, seated
from dashboards.sheets import sheet
from dashboards.warehouse.reading import depots_of
from dashboards.workbook import Cell
from inventory import recall
from inventory.lot_book_row import LOTS
from inventory.stock.row import STOCKED
from inventory.transfer.row import TRANSFERS
from inventory.who import READS_GOODS
from runtime.route import takes

router = PageRouter(include_in_schema=False)


def _chosen(seat: Seat) -> tuple[str, str]:
    """Lot and product, as they are spelt here; empty where nothing was entered."""
    return spelt_lot(seat.asked("lot", longest=40) or "")[0], spelt_sku(seat.asked("sku", longest=40) or "")[0]


@router.get("/warehouse/lots")
@takes(*LOOKS, "lot", "sku", "skip")
@seated("warehouse", READS_GOODS)
async def lots(seat: Seat) -> Response:
    """Who has lot C88 at home: contracts by number, with what of it is here and what left."""
    lot, sku = _chosen(seat)
    stream = rows_stream(seat.caller, (LOTS.name, STOCKED.name, TRANSFERS.name))
    skip = seat.number("skip", digits=7) or 0
    traced = await recall.trace(seat.caller, lot, sku, skip) if lot else None
    query = urlencode({"lot": lot, "sku": sku})
    role = seat.person.role
    return seat.show(
        "lots.html",
        lot=lot,
        sku=sku,
        traced=traced,
        depots=depots_of(seat),
        masked=lambda customer: customer_for(role, customer),
        stream=stream,
        sheet=f"/warehouse/lots.xlsx?{query}",
        further=None if traced is None or traced.next is None else f"/warehouse/lots?{query}&skip={traced.next}",
    )


@router.get("/warehouse/lots.xlsx")
@takes(*LOOKS, "lot", "sku")
@seated("warehouse", READS_GOODS)
async def lots_sheet(seat: Seat) -> Response:
    """All who have pieces of the lot (X6)."""
    (lot, sku), words, role = _chosen(seat), seat.words, seat.person.role
    names = ("orders.no", "orders.customer", "line.sku", "line.name", "lot", "lot.outside", "units.both")

    async def lines() -> AsyncIterator[Sequence[Cell]]:
        skip: int | None = 0
        while skip is not None:
            traced = await recall.trace(seat.caller, lot, sku, skip, SHEET_ROWS)
            skip = traced.next
            units = await both_units(seat, (one.sku for one in traced.holders))
            for one in traced.holders:
                who = None if one.customer is None else customer_for(role, one.customer)
                said = "" if who is None else f"{who.name} {who.phone} {who.address}"
                yield one.holder, said, one.sku, one.name, lot, one.quantity, units(one.sku, one.quantity)

    return await sheet(f"{words('lot')} {lot}", [words(name) for name in names], lines())
