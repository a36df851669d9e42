"""HTTP of the papers by which pieces leave free stock: loans, scrap applications, lists, transfers (C7, D8, D10, D12,
D17)."""

from typing import Annotated, Any

from fastapi import Query

from inventory.api.common import Paging, PaperInPath, Rows, page
from inventory.api.where import OWN_DEPOT
from inventory.loan import LOAN
from inventory.loan_row import LOAN_FILES, LoanFile
from inventory.refusals import no
from inventory.scrap import SCRAP
from inventory.scrap_row import SCRAP_FILES, ScrapFile
from inventory.stock_list import STOCK_LIST
from inventory.stock_list_row import STOCK_LIST_FILES, StockListFile
from inventory.transfer.aggregate import TRANSFER
from inventory.transfer.row import TRANSFER_FILES, TransferFile
from inventory.who import READS_STOCK
from runtime.http import Caller, SignedIn
from runtime.route import Router
from runtime.routes import Address, routes
from runtime.typed_rows import Model

router = Router()
for address in (
    Address(LOAN, "/loans", "number", PaperInPath, told=True, guard=OWN_DEPOT),
    Address(SCRAP, "/scraps", "number", PaperInPath, told=True, guard=OWN_DEPOT),
    Address(STOCK_LIST, "/stock-lists", "number", PaperInPath, told=True, guard=OWN_DEPOT),
    Address(TRANSFER, "/transfers", "number", PaperInPath, told=True, guard=OWN_DEPOT),
):
    router.include_router(routes(address))

State = Annotated[str | None, Query(max_length=20)]


Files = Model[LoanFile | ScrapFile | StockListFile | TransferFile]


async def _list(caller: Caller, files: Files, by: str, state: str | None, paging: Paging) -> Rows:
    """`by`: the moment by which they are sorted."""
    caller.allow(*READS_STOCK)
    query: dict[str, Any] = {} if state is None else {"row.state": state}
    found, total = await page(caller, files, query, [(f"row.{by}", -1)], paging)
    return Rows(rows=[paper.shown() for paper in found], total=total)


async def _one(caller: Caller, files: Files, number: str, rule: str) -> dict[str, Any]:
    caller.allow(*READS_STOCK)
    found = await caller.view(files).get(number)
    if found is None:
        caller.refuse(no("no_paper", rule=rule, number=number), 404)
    return found.shown()


@router.get("/loans", summary="借用单 Loans (D12)")
async def loans(caller: SignedIn, paging: Paging, state: State = None) -> Rows:
    """The latest first; `state`: asked, held, approved, out, overdue, returned, charged, refused, short."""
    return await _list(caller, LOAN_FILES, "asked_at", state, paging)


@router.get("/loans/{number}", summary="一张借用单 A loan (D12)")
async def one_loan(number: PaperInPath, caller: SignedIn) -> dict[str, Any]:
    """With its history."""
    return await _one(caller, LOAN_FILES, number, "D12")


@router.get("/scraps", summary="报废申请 Scrap applications (D10)")
async def scraps(caller: SignedIn, paging: Paging, state: State = None) -> Rows:
    """The latest first; `state`: applied, held, approved, executed, refused, short."""
    return await _list(caller, SCRAP_FILES, "applied_at", state, paging)


@router.get("/scraps/{number}", summary="一张报废申请 A scrap application (D10)")
async def one_scrap(number: PaperInPath, caller: SignedIn) -> dict[str, Any]:
    """With its history."""
    return await _one(caller, SCRAP_FILES, number, "D10")


@router.get("/stock-lists", summary="出库清单 Lists (D8)")
async def lists(caller: SignedIn, paging: Paging, state: State = None) -> Rows:
    """The latest first; `state`: made, ready, issued, cancelled."""
    return await _list(caller, STOCK_LIST_FILES, "made_at", state, paging)


@router.get("/stock-lists/{number}", summary="一张出库清单 A list (D8)")
async def one_list(number: PaperInPath, caller: SignedIn) -> dict[str, Any]:
    """With what is set apart, line by line."""
    return await _one(caller, STOCK_LIST_FILES, number, "D8")


@router.get("/transfers", summary="调拨单 Transfers (D17)")
async def transfers(caller: SignedIn, paging: Paging, state: State = None) -> Rows:
    """The latest first; `state`: asked, ready, short, on_the_road, differs, explained, cancelled, received, settled."""
    return await _list(caller, TRANSFER_FILES, "asked_at", state, paging)


@router.get("/transfers/{number}", summary="一张调拨单 A transfer (D17)")
async def one_transfer(number: PaperInPath, caller: SignedIn) -> dict[str, Any]:
    """With both counts by line and lot, and its history."""
    return await _one(caller, TRANSFER_FILES, number, "D17")
