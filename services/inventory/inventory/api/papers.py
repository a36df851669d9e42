"""HTTP of the papers by which pieces leave free stock: loans, scrap applications, lists (C7, D8, D10, D12)."""

from typing import Annotated, Any

from fastapi import Query

from inventory.api.common import Paging, PaperInPath, Rows, page
from inventory.loan import LOAN
from inventory.projections.papers import paper_view
from inventory.refusals import no
from inventory.scrap import SCRAP
from inventory.stock_list import STOCK_LIST
from inventory.who import READS_STOCK
from runtime.http import Asking, Desk
from runtime.route import Router
from runtime.routes import Address, routes

router = Router()
for address in (
    Address(LOAN, "/loans", "number", PaperInPath, told=True),
    Address(SCRAP, "/scraps", "number", PaperInPath, told=True),
    Address(STOCK_LIST, "/stock-lists", "number", PaperInPath, told=True),
):
    router.include_router(routes(address))

State = Annotated[str | None, Query(max_length=20)]


async def _list(desk: Asking, name: str, by: str, state: str | None, paging: Paging) -> Rows:
    """`by`: facet and field, e.g. `loan.asked_at`."""
    desk.allow(*READS_STOCK)
    facet = by.partition(".")[0]
    query: dict[str, Any] = {} if state is None else {f"{facet}.state": state}
    found, total = await page(desk, name, query, [(by, -1)], paging)
    return Rows(rows=[paper_view(row, facet) for row in found], total=total)


async def _one(desk: Asking, name: str, facet: str, number: str, rule: str) -> dict[str, Any]:
    desk.allow(*READS_STOCK)
    row = await desk.rows(name).get(number)
    if row is None:
        desk.refuse(no("no_paper", rule=rule, number=number), 404)
    return paper_view(row, facet)


@router.get("/loans", summary="借用单 Loans (D12)")
async def loans(desk: Desk, paging: Paging, state: State = None) -> Rows:
    """The latest first; `state`: asked, held, approved, out, overdue, returned, charged, refused, short."""
    return await _list(desk, "loans", "loan.asked_at", state, paging)


@router.get("/loans/{number}", summary="一张借用单 A loan (D12)")
async def one_loan(number: PaperInPath, desk: Desk) -> dict[str, Any]:
    """With its history."""
    return await _one(desk, "loans", "loan", number, "D12")


@router.get("/scraps", summary="报废申请 Scrap applications (D10)")
async def scraps(desk: Desk, paging: Paging, state: State = None) -> Rows:
    """The latest first; `state`: applied, held, approved, executed, refused, short."""
    return await _list(desk, "scraps", "scrap.applied_at", state, paging)


@router.get("/scraps/{number}", summary="一张报废申请 A scrap application (D10)")
async def one_scrap(number: PaperInPath, desk: Desk) -> dict[str, Any]:
    """With its history."""
    return await _one(desk, "scraps", "scrap", number, "D10")


@router.get("/stock-lists", summary="出库清单 Lists (D8)")
async def lists(desk: Desk, paging: Paging, state: State = None) -> Rows:
    """The latest first; `state`: made, ready, issued, cancelled."""
    return await _list(desk, "stocklists", "stocklist.made_at", state, paging)


@router.get("/stock-lists/{number}", summary="一张出库清单 A list (D8)")
async def one_list(number: PaperInPath, desk: Desk) -> dict[str, Any]:
    """With what is set apart, line by line."""
    return await _one(desk, "stocklists", "stocklist", number, "D8")
