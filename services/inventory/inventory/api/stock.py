"""HTTP of stock: what lies where, the bin card, moves, the pending zone, dead stock (D6-D10)."""

from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel

from company.policy import policy_book
from contracts.bounds import Nth
from inventory.api.common import Depot, Paging, Rows, SkuInPath, page
from inventory.api.where import OWN_DEPOT
from inventory.card_page import card_page
from inventory.goods.row import PIECES
from inventory.refusals import no
from inventory.stock.aggregate import STOCK, card_no
from inventory.stock.row import REPORTED_DEAD, STOCKED, StockRow
from inventory.who import READS_MONEY_LISTS, READS_STOCK
from runtime.clock import utc_now
from runtime.http import SignedIn
from runtime.route import Router
from runtime.routes import Address, routes
from runtime.view import File

router = Router()

ADDRESS = Address(
    STOCK,
    "/stock",
    "sku",
    SkuInPath,
    whole=True,
    told=True,
    begins="depot",
    guard=OWN_DEPOT,
)
router.include_router(routes(ADDRESS))


def stock_json(stock: File[StockRow]) -> dict[str, Any]:
    """A sku's stock as the API shows it, with the last requests that it could not fill (D9); `version` is what
    `If-Match` may name."""
    named = {"wanted", "available", "needed_for", "voucher_no", "reason"}
    short = [{"at": one.event.at.isoformat(), **one.event.model_dump(include=named)} for one in stock.said.sayings]
    return {**stock.row.shown(), "short": short}


@router.get("/stock", summary="库存 Stock (D6)")
async def stock_list(  # noqa: PLR0917 - what the address may ask for
    caller: SignedIn,
    paging: Paging,
    depot: Depot = "main",
    q: Annotated[str, Query(max_length=80)] = "",
    bin: Annotated[str, Query(max_length=30)] = "",  # noqa: A002 - the name that the address has
    held_for: Annotated[str, Query(max_length=80)] = "",
    pending: bool = False,
) -> Rows:
    """By sku, one page. `q`: beginning of the sku; `bin`, `held_for`: what lies there, or is held for it; `pending`:
    only what waits for a decision."""
    caller.allow(*READS_STOCK)
    query = STOCKED.where(
        depot=depot,
        sku={"$gte": q, "$lt": f"{q}\uffff"} if q else None,
        bins=bin or None,
        holders=held_for or None,
        pending={"$gt": 0} if pending else None,
    )
    found, total = await page(caller, STOCKED.files, query, [("row.sku", 1)], paging)
    return Rows(rows=[stock_json(row) for row in found], total=total)


class BinCard(BaseModel):
    """存卡. `balance` pieces in all after line `last_move_no`; `moves[]` a page of its lines."""

    depot: str
    sku: str
    name: str
    balance: int
    last_move_no: int
    moves: list[dict[str, Any]]


@router.get("/stock/{sku:path}/card", summary="存卡 Bin card (D6)")
async def card_of(
    sku: SkuInPath,
    caller: SignedIn,
    *,
    depot: Depot = "main",
    after: Annotated[Nth, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=5_000)] = 1_000,
) -> BinCard:
    """Every move with its number and the balance before and after: `limit` of them, after the number `after`."""
    caller.allow(*READS_STOCK)
    row = await caller.view(STOCKED).get(card_no(depot, sku))
    if row is None:
        caller.refuse(no("no_card", sku=sku), 404)
    return BinCard(
        depot=row.depot,
        sku=row.sku,
        name=row.name,
        balance=row.on_hand,
        last_move_no=row.last_move_no,
        moves=[line.shown() for line in await card_page(caller, row, after, limit)],
    )


@router.get("/stock/{sku:path}", summary="一个型号的库存 Stock of a sku (D6)")
async def stock_of(sku: SkuInPath, caller: SignedIn, depot: Depot = "main") -> dict[str, Any]:
    """Pieces by bin, for whom they are held, and what waits."""
    caller.allow(*READS_STOCK)
    found = await caller.view(STOCKED.files).get(card_no(depot, sku))
    if found is None:
        caller.refuse(no("no_card", sku=sku), 404)
    return stock_json(found)


@router.get("/shortages", summary="缺货、溢余 Shortage and excess against contracts (D9)")
async def shortages(caller: SignedIn, paging: Paging, kind: Literal["missing", "excess"] = "missing") -> Rows:
    """Contracts that lack pieces (or have too many), line by line, with what is free of them in their depot."""
    caller.allow(*READS_STOCK)
    rows, total = await page(caller, PIECES, {f"row.{kind}": {"$gt": 0}}, [], paging)
    wanting = {row.contract_no: [line for line in row.lines if line.missing or line.excess] for row in rows}
    cards = {card_no(row.depot, line.sku) for row in rows for line in wanting[row.contract_no]}
    free = {card: row.free for card, row in (await caller.view(STOCKED).get_many(sorted(cards))).items()}
    shown = [
        {
            **row.model_dump(include={"contract_no", "missing", "excess"}),
            "lines": [
                {**line.model_dump(), "free": free.get(card_no(row.depot, line.sku), 0)}
                for line in wanting[row.contract_no]
            ],
        }
        for row in rows
    ]
    return Rows(rows=shown, total=total)


@router.get("/dead-stock", summary="呆滞 Dead stock (D10)")
async def dead_stock(
    caller: SignedIn, paging: Paging, month: Annotated[str, Query(pattern=r"^([0-9]{4}-[0-9]{2})?$")] = ""
) -> Rows:
    """What was reported to finance in that month (default: the latest report that still holds), with where it lies."""
    caller.allow(*READS_MONEY_LISTS)
    query: dict[str, Any] = {"row.dead_month": month} if month else dict(REPORTED_DEAD)
    found, total = await page(caller, STOCKED.files, query, [("row.last_move_at", 1)], paging)
    return Rows(rows=[stock_json(row) for row in found], total=total)


@router.get("/depots", summary="仓库、库区、货位 Warehouses, zones and bins (D6)")
async def depots(caller: SignedIn) -> list[dict[str, Any]]:
    """As the policy of today has them."""
    caller.allow(*READS_STOCK)
    return [depot.model_dump(mode="json") for depot in policy_book().at(utc_now()).depots]
