"""缺货、溢余 (D9) and finding a voucher again by its number (D11), over HTTP."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import Response

from dashboards.listing import BY_ID, Json, every, page_of
from dashboards.live_rows import rows_stream
from dashboards.render import LOOKS
from dashboards.seat import Seat, seat_at
from dashboards.sheets import Cell, sheet
from dashboards.warehouse.reading import DEPOT
from inventory import who
from inventory.count.file import COUNTS
from inventory.goods.moves import Move, moves_of
from inventory.goods.row import PIECES, GoodsRow
from inventory.inbound.row import SLIPS
from inventory.loan_row import LOANS
from inventory.scrap_row import SCRAPS
from inventory.stock.aggregate import card_no
from inventory.stock.moves import MOVES, MoveRow
from inventory.stock.row import STOCKED
from inventory.stock_list_row import STOCK_LISTS
from runtime.route import Router, takes
from runtime.typed_rows import Model

KINDS = ("missing", "excess")
VOUCHERS_FOUND = 50
"""Of one kind; a number names few things."""
CARD_LINES_FOUND = 1_000
"""A day's list moves many."""

router = Router(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Gap:
    """A line of a contract that lacks pieces or has too many; `free` pieces of the sku could be allocated."""

    contract_no: str
    line_no: int
    sku: str
    name: str
    pieces: int
    free: int


def gaps(rows: Sequence[GoodsRow], kind: str, free: Mapping[str, int]) -> list[Gap]:
    """Rows of goods -> their lines that have such a gap."""
    return [
        Gap(
            contract_no=row.contract_no,
            line_no=line.line_no,
            sku=line.sku,
            name=line.name,
            pieces=pieces,
            free=free.get(line.sku, 0),
        )
        for row in rows
        for line in row.lines
        if (pieces := line.missing if kind == "missing" else line.excess)
    ]


async def _free(seat: Seat, rows: Sequence[GoodsRow]) -> dict[str, int]:
    ids = sorted({card_no(DEPOT, line.sku) for row in rows for line in row.lines})
    return {row.sku: row.free for row in (await seat.caller.view(STOCKED).get_many(ids)).values()}


@router.get("/warehouse/shortages")
@takes(*LOOKS, "kind", "after")
async def shortages(request: Request) -> Response:
    """Contracts that lack pieces, line by line, with the free stock that could be theirs."""
    seat = seat_at(request, "warehouse", who.SEES_WAREHOUSE)
    if isinstance(seat, Response):
        return seat
    kind = seat.one_of("kind", KINDS) or "missing"
    stream = rows_stream(seat.caller, (PIECES.name, STOCKED.name))
    part = await page_of(seat.caller.view(PIECES), {f"row.{kind}": {"$gt": 0}}, after=seat.asked("after", longest=400))
    return seat.show(
        "shortages.html",
        kind=kind,
        kinds=KINDS,
        slice=part,
        rows=gaps(part.rows, kind, await _free(seat, part.rows)),
        stream=stream,
        sheet=f"/warehouse/shortages.xlsx?kind={kind}",
        may_allocate=seat.is_one_of(*who.ALLOCATES),
    )


@router.get("/warehouse/shortages.xlsx")
@takes(*LOOKS, "kind")
async def shortages_sheet(request: Request) -> Response:
    """All of them (X6)."""
    seat = seat_at(request, "warehouse", who.SEES_WAREHOUSE)
    if isinstance(seat, Response):
        return seat
    words, kind = seat.words, seat.one_of("kind", KINDS) or "missing"
    names = ("orders.no", "line.no", "line.sku", "line.name", f"gap.{kind}", "wh.free")

    async def lines() -> AsyncIterator[Sequence[Cell]]:
        async for row in every(seat.caller.view(PIECES), {f"row.{kind}": {"$gt": 0}}):
            for one in gaps([row], kind, await _free(seat, [row])):
                yield one.contract_no, one.line_no, one.sku, one.name, one.pieces, one.free

    return await sheet(words(f"gap.{kind}"), [words(name) for name in names], lines())


# --- vouchers ------------------------------------------------------------------------------------------------------

PAPERS: tuple[tuple[Model[object], str, tuple[str, ...]], ...] = (
    (SLIPS, "/warehouse/arrivals/{}", ("delivery_note_no", "waybill", "sales_list_no")),
    (STOCK_LISTS, "/warehouse/lists/{}", ()),
    (LOANS, "/warehouse/loans/{}", ()),
    (SCRAPS, "/warehouse/scraps/{}", ()),
    (COUNTS, "/warehouse/counts/{}", ()),
)
"""Read model, address, and what numbers of others stand on the paper."""


@dataclass(frozen=True, slots=True)
class Voucher:
    """Where a number occurs: the paper, card or contract, its page, and the moves with the number."""

    kind: str
    id: str
    href: str
    moves: Sequence[MoveRow | Move] = ()


async def vouchers(seat: Seat, number: str) -> list[Voucher]:
    """Where a number occurs: papers, bin cards, contracts' goods; parts of it (`<number>/...`) too."""
    found: list[Voucher] = []
    whole_or_part = {"$regex": f"^{re.escape(number)}(/.*)?$"}
    for papers, address, fields in PAPERS:
        same: list[Json] = [{"_id": number}, *({f"row.{field}": number} for field in fields)]
        numbers = await seat.caller.view(papers).numbers({"$or": same}, limit=VOUCHERS_FOUND)
        found += [Voucher(papers.name, one, address.format(one)) for one in numbers]
    cards: dict[str, list[MoveRow]] = {}
    query = {"row.voucher_no": whole_or_part}
    for line in await seat.caller.view(MOVES).find(query, sort=[BY_ID], limit=CARD_LINES_FOUND):
        cards.setdefault(line.card.removeprefix(f"{DEPOT}:"), []).append(line)
    for sku, lines in cards.items():
        found.append(Voucher("cards", sku, f"/warehouse/stock/{quote(sku, safe='')}", lines))
    for goods in await seat.caller.view(PIECES.files).find({"row.vouchers": whole_or_part}, limit=VOUCHERS_FOUND):
        contract_no, moves = goods.row.contract_no, [move for move in moves_of(goods.said) if move.has(number)]
        found.append(Voucher("goods", contract_no, f"/orders/{contract_no}", moves))
    return found


@router.get("/warehouse/vouchers")
@takes(*LOOKS, "q")
async def voucher(request: Request) -> Response:
    """单号查 (D11): every paper and every move with a number."""
    seat = seat_at(request, "warehouse", who.SEES_WAREHOUSE)
    if isinstance(seat, Response):
        return seat
    number = seat.asked("q", longest=60)
    return seat.show("vouchers.html", q=number, found=[] if number is None else await vouchers(seat, number))
