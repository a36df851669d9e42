"""缺货、溢余 (D9), over HTTP."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi.responses import Response

from dashboards.both_units import both_units, by_hundreds
from dashboards.depots import Depots, depots_for, remembered
from dashboards.listing import Json, every, page_of
from dashboards.live_rows import rows_stream
from dashboards.page_route import PageRouter
from dashboards.render import LOOKS
from dashboards.seat import Seat, seated
from dashboards.sheets import sheet
from dashboards.workbook import Cell
from inventory import who
from inventory.goods.aggregate import GOODS
from inventory.goods.allocation import AskAllocation, ReleaseExcess
from inventory.goods.row import PIECES, GoodsRow
from inventory.stock.aggregate import card_no
from inventory.stock.row import STOCKED
from runtime.route import takes

KINDS = ("short", "missing", "excess")

router = PageRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Gap:
    """A line of a contract that lacks pieces or has too many; `free` pieces of the sku could be allocated, in the
    depot that delivers it (D17)."""

    contract_no: str
    line_no: int
    sku: str
    name: str
    pieces: int
    free: int
    depot: str


def gaps(rows: Sequence[GoodsRow], kind: str, free: Mapping[str, int]) -> list[Gap]:
    """Rows of goods -> their lines that have such a gap."""
    return [
        Gap(
            contract_no=row.contract_no,
            line_no=line.line_no,
            sku=line.sku,
            name=line.name,
            pieces=pieces,
            free=free.get(card_no(row.depot, line.sku), 0),
            depot=row.depot,
        )
        for row in rows
        for line in row.lines
        if (pieces := {"short": line.short, "missing": line.missing, "excess": line.excess}[kind])
    ]


async def _free(seat: Seat, rows: Sequence[GoodsRow]) -> dict[str, int]:
    ids = sorted({card_no(row.depot, line.sku) for row in rows for line in row.lines})
    return {card: row.free for card, row in (await seat.caller.view(STOCKED).get_many(ids)).items()}


def _query(kind: str, depots: Depots) -> Json:
    """Contracts of these depots that have such a gap."""
    gap: Json = {f"row.{kind}": {"$gt": 0}}
    return gap if depots.chosen is None or not depots.several else gap | {"row.depot": depots.chosen}


@router.get("/warehouse/shortages")
@takes(*LOOKS, "kind", "after", "depot")
@seated("warehouse", who.SEES_WAREHOUSE)
async def shortages(seat: Seat) -> Response:
    """Contracts that lack pieces, line by line, with the free stock that could be theirs."""
    kind = seat.one_of("kind", KINDS) or "missing"
    stream = rows_stream(seat.caller, (PIECES.name, STOCKED.name))
    depots = depots_for(seat.caller, seat.now)
    part = await page_of(seat.caller.view(PIECES), _query(kind, depots), after=seat.asked("after", longest=400))
    shown = seat.show(
        "shortages.html",
        depots=depots,
        kind=kind,
        kinds=KINDS,
        slice=part,
        rows=gaps(part.rows, kind, await _free(seat, part.rows)),
        stream=stream,
        sheet=f"/warehouse/shortages.xlsx?{urlencode({'kind': kind, 'depot': depots.asked})}",
        may_fill=seat.may(GOODS, ReleaseExcess if kind == "excess" else AskAllocation),
    )
    return remembered(shown, seat.caller, depots)


@router.get("/warehouse/shortages.xlsx")
@takes(*LOOKS, "kind", "depot")
@seated("warehouse", who.SEES_WAREHOUSE)
async def shortages_sheet(seat: Seat) -> Response:
    """All of them (X6)."""
    words, kind = seat.words, seat.one_of("kind", KINDS) or "missing"
    names = ("orders.no", "line.no", "line.sku", "line.name", f"gap.{kind}", "units.both", "wh.free")

    async def lines() -> AsyncIterator[Sequence[Cell]]:
        found = every(seat.caller.view(PIECES), _query(kind, depots_for(seat.caller, seat.now)))
        async for rows in by_hundreds(found):
            units = await both_units(seat, (line.sku for row in rows for line in row.lines))
            for one in gaps(rows, kind, await _free(seat, rows)):
                both = units(one.sku, one.pieces)
                yield one.contract_no, one.line_no, one.sku, one.name, one.pieces, both, one.free

    return await sheet(words(f"gap.{kind}"), [words(name) for name in names], lines())
