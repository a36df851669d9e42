"""HTTP of stock: what lies where, the bin card, moves, the pending zone, allocation, dead stock (D6-D10)."""

from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from company.policy import policy_book
from contracts.bounds import Happened, Nth
from inventory.api.common import (
    ContractNoInPath,
    Depot,
    Paging,
    Rows,
    SkuInPath,
    not_there,
    number_for,
    page,
)
from inventory.domain.goods import AskAllocation, ReleaseExcess, goods_id
from inventory.domain.goods_asks import Code
from inventory.domain.stock import MoveStock, SetAside, SettlePending, stock_id
from inventory.domain.stock_asks import BinCode
from inventory.fields import Note, Reason
from inventory.projections.goods import shortage_view
from inventory.projections.stock import stock_view
from inventory.who import READS_STOCK
from runtime.clock import utc_now
from runtime.http import Answer, Desk
from runtime.route import Router

router = Router()

MOVES = ("warehouse",)
SETS_ASIDE = ("warehouse", "qc")
SETTLES = ("install_supervisor", "accountant", "manager")
ALLOCATES = ("install_assistant", "install_supervisor", "warehouse")
READS_MONEY_LISTS = ("warehouse", "accountant", "procurement", "install_supervisor", "manager")

Pieces = Annotated[int, Field(ge=1, le=999_999)]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    at: Happened | None = None
    """When it happened, if told later (X1)."""
    depot: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,29}$")] = "main"
    quantity: Pieces
    voucher_no: Annotated[str, Field(max_length=80)] = ""
    """The paper behind it, if there is one; else a number is made."""
    reason: Note = ""


class Moved(_Body):
    """From bin to bin; `held_for` when the pieces are held for a contract."""

    command: Literal["MoveStock"] = "MoveStock"
    from_bin: BinCode
    to_bin: BinCode
    held_for: Annotated[str | None, Field(max_length=80)] = None


class PutAside(_Body):
    """Free pieces of a bin that have a problem (D3)."""

    command: Literal["SetAside"] = "SetAside"
    bin: BinCode
    to_bin: BinCode = ""
    reason: Reason


class Settled(_Body):
    """Pending pieces are good after all, or go back to the supplier (D2)."""

    command: Literal["SettlePending"] = "SettlePending"
    outcome: Literal["good", "sent_back"]
    bin: BinCode = ""
    to_bin: BinCode = ""
    reason: Reason


class Allocated(BaseModel):
    """Free stock for a contract's line."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    command: Literal["AskAllocation"] = "AskAllocation"
    at: Happened | None = None
    allocation_no: Code | None = None
    line_no: Nth
    quantity: Pieces


class Freed(BaseModel):
    """Pieces beyond what a contract needs become free stock."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    command: Literal["ReleaseExcess"] = "ReleaseExcess"
    at: Happened | None = None
    release_no: Code | None = None
    line_no: Nth
    quantity: Pieces
    reason: Reason


@router.get("/stock", summary="库存 Stock (D6)")
async def stock_list(  # noqa: PLR0917 - what the address may ask for
    desk: Desk,
    paging: Paging,
    depot: Depot = "main",
    q: Annotated[str, Query(max_length=80)] = "",
    bin: Annotated[str, Query(max_length=30)] = "",  # noqa: A002 - the name that the address has
    held_for: Annotated[str, Query(max_length=80)] = "",
    pending: bool = False,
) -> Rows:
    """By sku, one page. `q`: beginning of the sku; `bin`, `held_for`: what lies there, or is held for it; `pending`:
    only what waits for a decision."""
    desk.allow(*READS_STOCK)
    query: dict[str, Any] = {"stock.depot": depot}
    if q:
        query["stock.sku"] = {"$gte": q, "$lt": f"{q}\uffff"}
    if bin:
        query["stock.bins"] = bin
    if held_for:
        query["stock.holders"] = held_for
    if pending:
        query["stock.pending"] = {"$gt": 0}
    found, total = await page(desk, "stock", query, [("stock.sku", 1)], paging)
    return Rows(rows=[stock_view(row) for row in found], total=total)


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
    desk: Desk,
    *,
    depot: Depot = "main",
    after: Annotated[Nth, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=5_000)] = 1_000,
) -> BinCard:
    """Every move with its number and the balance before and after: `limit` of them, after the number `after`."""
    desk.allow(*READS_STOCK)
    card = f"{depot}:{sku}"
    row = await desk.rows("cards").get(card)
    if row is None:
        raise not_there("D6", f"仓库没有 {sku} 的存卡", f"There is no bin card of {sku}")
    query = {"move.card": card, "move.move_no": {"$gt": after}}
    lines = await desk.rows("moves").find(query, sort=[("move.move_no", 1)], limit=limit)
    shown = {name: row["card"][name] for name in ("depot", "sku", "name", "balance", "last_move_no")}
    return BinCard(**shown, moves=[line["move"] for line in lines])


@router.get("/stock/{sku:path}", summary="一个型号的库存 Stock of a sku (D6)")
async def stock_of(sku: SkuInPath, desk: Desk, depot: Depot = "main") -> dict[str, Any]:
    """Pieces by bin, for whom they are held, and what waits."""
    desk.allow(*READS_STOCK)
    row = await desk.rows("stock").get(f"{depot}:{sku}")
    if row is None:
        raise not_there("D6", f"仓库没有 {sku} 的存卡", f"There is no bin card of {sku}")
    return stock_view(row)


@router.post("/stock/{sku:path}/moves", status_code=201, summary="移位 Move between bins (D6)")
async def move(sku: SkuInPath, body: Moved, desk: Desk) -> Answer:
    """Whose the pieces are stays. Refuses: bad_bin, wrong_zone, same_bin, not_enough_in_bin."""
    desk.allow(*MOVES)
    command = MoveStock(
        at=body.at,
        depot=body.depot,
        sku=sku,
        quantity=body.quantity,
        voucher_no=body.voucher_no or number_for(desk, "YW", body.at),
        cause_id=desk.fresh_id("move", sku),
        reason=body.reason,
        from_bin=body.from_bin,
        to_bin=body.to_bin,
        held_for=body.held_for,
    )
    return desk.answer(await desk.ask(stock_id(body.depot, sku), command), {"voucher_no": command.voucher_no})


@router.post("/stock/{sku:path}/asides", status_code=201, summary="移待处理 Set aside (D3)")
async def set_aside(sku: SkuInPath, body: PutAside, desk: Desk) -> Answer:
    """Free pieces to the pending zone. What is held for a contract is reported as damage of that contract (D4)."""
    desk.allow(*SETS_ASIDE)
    command = SetAside(
        at=body.at,
        depot=body.depot,
        sku=sku,
        quantity=body.quantity,
        voucher_no=body.voucher_no or number_for(desk, "DC", body.at),
        cause_id=desk.fresh_id("aside", sku),
        reason=body.reason,
        bin=body.bin,
        to_bin=body.to_bin,
    )
    return desk.answer(await desk.ask(stock_id(body.depot, sku), command), {"voucher_no": command.voucher_no})


@router.post("/stock/{sku:path}/settlements", status_code=201, summary="待处理了结 Settle pending pieces (D2)")
async def settle(sku: SkuInPath, body: Settled, desk: Desk) -> Answer:
    """To a good bin, or back to the supplier."""
    desk.allow(*SETTLES)
    command = SettlePending(
        at=body.at,
        depot=body.depot,
        sku=sku,
        quantity=body.quantity,
        voucher_no=body.voucher_no or number_for(desk, "CL", body.at),
        cause_id=desk.fresh_id("settle", sku),
        reason=body.reason,
        outcome=body.outcome,
        bin=body.bin,
        to_bin=body.to_bin,
    )
    return desk.answer(await desk.ask(stock_id(body.depot, sku), command), {"voucher_no": command.voucher_no})


@router.post("/goods/{contract_no}/allocations", status_code=201, summary="调配 Allocate free stock (D8)")
async def allocate(contract_no: ContractNoInPath, body: Allocated, desk: Desk) -> Answer:
    """Asks the stock; the pieces arrive for the contract a moment later, or `allocation_refused` is in its moves.
    Refuses: not_missing, contract_cancelled."""
    desk.allow(*ALLOCATES)
    command = AskAllocation(
        at=body.at,
        contract_no=contract_no,
        allocation_no=body.allocation_no or number_for(desk, "DP", body.at),
        line_no=body.line_no,
        quantity=body.quantity,
    )
    outcome = await desk.ask(goods_id(contract_no), command)
    return desk.answer(outcome, {"allocation_no": command.allocation_no})


@router.post("/goods/{contract_no}/releases", status_code=201, summary="释放溢余 Release excess (D9)")
async def release(contract_no: ContractNoInPath, body: Freed, desk: Desk) -> Answer:
    """Pieces beyond what the contract needs become free stock. Refuses: not_excess."""
    desk.allow(*ALLOCATES)
    command = ReleaseExcess(
        at=body.at,
        contract_no=contract_no,
        release_no=body.release_no or number_for(desk, "SF", body.at),
        line_no=body.line_no,
        quantity=body.quantity,
        reason=body.reason,
    )
    outcome = await desk.ask(goods_id(contract_no), command)
    return desk.answer(outcome, {"release_no": command.release_no})


@router.get("/shortages", summary="缺货、溢余 Shortage and excess against contracts (D9)")
async def shortages(desk: Desk, paging: Paging, kind: Literal["missing", "excess"] = "missing") -> Rows:
    """Contracts that lack pieces (or have too many), line by line, with the free stock that could be allocated."""
    desk.allow(*READS_STOCK)
    query: dict[str, Any] = {f"goods.{kind}": {"$gt": 0}}
    found, total = await page(desk, "goods", query, [], paging)
    views = [shortage_view(row) for row in found]
    skus = {f"main:{line['sku']}" for view in views for line in view["lines"]}
    stocked = {row["stock"]["sku"]: row["stock"]["free"] for row in await desk.rows("stock").get_many(sorted(skus))}
    for view in views:
        view["lines"] = [{**line, "free": stocked.get(line["sku"], 0)} for line in view["lines"]]
    return Rows(rows=views, total=total)


@router.get("/dead-stock", summary="呆滞 Dead stock (D10)")
async def dead_stock(
    desk: Desk, paging: Paging, month: Annotated[str, Query(pattern=r"^([0-9]{4}-[0-9]{2})?$")] = ""
) -> Rows:
    """What was reported to finance in that month (default: the latest report that still holds), with where it lies."""
    desk.allow(*READS_MONEY_LISTS)
    query: dict[str, Any] = {"stock.dead_month": month or {"$ne": None}}
    found, total = await page(desk, "stock", query, [("stock.last_move_at", 1)], paging)
    return Rows(rows=[stock_view(row) for row in found], total=total)


@router.get("/depots", summary="仓库、库区、货位 Warehouses, zones and bins (D6)")
async def depots(desk: Desk) -> list[dict[str, Any]]:
    """As the policy of today has them."""
    desk.allow(*READS_STOCK)
    return [depot.model_dump(mode="json") for depot in policy_book().at(utc_now()).depots]
