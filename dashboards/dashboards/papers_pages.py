"""借件, 呆滞报废, 出库清单 over HTTP (C7, D8, D10, D12): lists and one paper each, with its next step."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any, get_args

from fastapi import Request
from fastapi.responses import Response

from company.roles import Role
from contracts.bounds import Id
from contracts.inventory_stock import StockListPurpose
from dashboards.listing import every
from dashboards.live_rows import rows_stream
from dashboards.papers_reading import LISTS, LOANS, SCRAPS, Kind, chosen_in, paper, papers_all, papers_page
from dashboards.render import LOOKS
from dashboards.seat import Seat, seat_at
from dashboards.sheets import Cell, sheet
from dashboards.warehouse_reading import bins_of
from inventory import who
from inventory.stock.row import STOCKED
from runtime.route import Router, takes

KINDS = {"loans": LOANS, "scraps": SCRAPS, "lists": LISTS}
MAY: dict[str, dict[str, frozenset[Role]]] = {
    "loans": {
        "ask": who.ASKS_LOANS,
        "approve": who.APPROVES_LOANS,
        "hand_out": who.KEEPER,
        "charge": who.ACCOUNTS,
    },
    "scraps": {"ask": who.APPLIES, "approve": who.ACCOUNTS, "hand_out": who.KEEPER},
    "lists": {"ask": who.MAKES_LISTS, "hand_out": who.KEEPER},
}
"""What the pages offer to whom."""
DEAD = {"row.dead_month": {"$gt": ""}}
"""What was reported as dead stock and has not moved since (D10)."""
LOAN_DAYS = 7

router = Router(include_in_schema=False)


def _may(seat: Seat, tab: str) -> dict[str, bool]:
    return {act: seat.is_one_of(*roles) for act, roles in MAY[tab].items()}


async def _listing(request: Request, tab: str) -> Response:
    seat = seat_at(request, "warehouse", who.SEES_WAREHOUSE)
    if isinstance(seat, Response):
        return seat
    kind = KINDS[tab]
    q, state = chosen_in(seat, kind)
    stream = rows_stream(seat.desk, (kind.rows,))
    values: dict[str, Any] = {}
    if tab == "scraps":
        values["dead"] = await seat.desk.view(STOCKED).find(DEAD, sort=[("_id", 1)], limit=100)
    return seat.show(
        f"{tab}.html",
        tab=tab,
        q=q,
        state=state,
        states=kind.states,
        slice=await papers_page(seat, kind, q, state),
        stream=stream,
        sheet=f"/warehouse/{tab}.xlsx?{request.url.query}",
        bins=bins_of(seat),
        purposes=get_args(StockListPurpose),
        due=(seat.today + timedelta(days=LOAN_DAYS)).isoformat(),
        people=request.app.state.people,
        may=_may(seat, tab),
        **values,
    )


async def _one(request: Request, tab: str, number: str) -> Response:
    seat = seat_at(request, "warehouse", who.SEES_WAREHOUSE)
    if isinstance(seat, Response):
        return seat
    kind = KINDS[tab]
    stream = rows_stream(seat.desk, (kind.rows,), number)
    found = await paper(seat, kind, number)
    if found is None:
        return seat.not_found(number)
    return seat.show(
        "paper.html",
        tab=tab,
        number=number,
        one=found[0],
        bins=bins_of(seat),
        people=request.app.state.people,
        stream=stream,
        may=_may(seat, tab),
    )


@router.get("/warehouse/loans")
@takes(*LOOKS, "q", "state", "after")
async def loans(request: Request) -> Response:
    """借件 (D12)."""
    return await _listing(request, "loans")


@router.get("/warehouse/scraps")
@takes(*LOOKS, "q", "state", "after")
async def scraps(request: Request) -> Response:
    """呆滞, 报废 (D10)."""
    return await _listing(request, "scraps")


@router.get("/warehouse/lists")
@takes(*LOOKS, "q", "state", "after")
async def lists(request: Request) -> Response:
    """出库清单 (D8)."""
    return await _listing(request, "lists")


@router.get("/warehouse/dead.xlsx")
@takes(*LOOKS)
async def dead_sheet(request: Request) -> Response:
    """呆滞报告: what was reported to finance and has not moved since, with where it lies (D10)."""
    seat = seat_at(request, "warehouse", who.SEES_WAREHOUSE)
    if isinstance(seat, Response):
        return seat
    words = seat.words
    names = ("line.sku", "line.name", "wh.bin", "wh.pieces", "wh.held_for", "wh.idle_days", "wh.last_move")

    async def lines() -> AsyncIterator[Sequence[Cell]]:
        async for document in every(seat.desk.rows(STOCKED.name), DEAD):
            one = STOCKED.read(document)
            for lot in one.lots:
                yield one.sku, one.name, lot.bin, lot.quantity, lot.held_for, one.idle_days, one.last_move_at

    return await sheet(words("scrap.dead"), [words(name) for name in names], lines())


@router.get("/warehouse/{tab}.xlsx")
@takes(*LOOKS, "q", "state", "after")
async def papers_sheet(tab: Id, request: Request) -> Response:
    """A list of papers as a spreadsheet (X6)."""
    seat = seat_at(request, "warehouse", who.SEES_WAREHOUSE)
    if isinstance(seat, Response):
        return seat
    if tab not in KINDS:
        return seat.not_found(f"{tab}.xlsx")
    words, kind = seat.words, KINDS[tab]
    head = [words(name) for name in ("slip.no", "paper.at", "slip.state", "line.sku", "line.name", "line.quantity")]
    head += [words("paper.who"), words("paper.why")]
    return await sheet(words(f"wh.tab.{tab}"), head, _sheet_lines(seat, tab, kind))


async def _sheet_lines(seat: Seat, tab: str, kind: Kind) -> AsyncIterator[Sequence[Cell]]:
    async for one in papers_all(seat, kind, *chosen_in(seat, kind)):
        number = one.get("loan_no") or one.get("application_no") or one.get("list_no")
        state = seat.words(f"{tab}.state.{one['state']}")
        who = one.get("borrower") or one.get("applied_by") or one.get("receiver")
        why = one.get("purpose") if tab != "scraps" else one.get("reason")
        why = seat.words(f"purpose.{why}") if tab == "lists" else why
        for line in one["lines"] if tab == "lists" else [one]:
            at = datetime.fromisoformat(one[kind.sort])
            yield number, at, state, line["sku"], line["name"], line["quantity"], who, why


@router.get("/warehouse/loans/{number}")
@takes(*LOOKS)
async def loan(number: Id, request: Request) -> Response:
    """A loan."""
    return await _one(request, "loans", number)


@router.get("/warehouse/scraps/{number}")
@takes(*LOOKS)
async def scrap(number: Id, request: Request) -> Response:
    """A scrap application."""
    return await _one(request, "scraps", number)


@router.get("/warehouse/lists/{number}")
@takes(*LOOKS)
async def stock_list(number: Id, request: Request) -> Response:
    """A list."""
    return await _one(request, "lists", number)
