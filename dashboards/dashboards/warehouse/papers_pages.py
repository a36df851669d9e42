"""借件, 呆滞报废, 出库清单 over HTTP (C7, D8, D10, D12): lists and one paper each, with its next step."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, get_args

from fastapi.responses import Response

from contracts.bounds import Id
from contracts.inventory_stock import StockListPurpose
from dashboards.both_units import both_units, by_hundreds
from dashboards.listing import every
from dashboards.live_rows import rows_stream
from dashboards.page_route import PageRouter
from dashboards.render import LOOKS
from dashboards.seat import Seat, seated
from dashboards.sheets import sheet
from dashboards.warehouse.papers_reading import LISTS, LOANS, SCRAPS, Kind, chosen_in, paper, papers_all, papers_page
from dashboards.warehouse.reading import bins_of
from dashboards.workbook import Cell
from inventory import who
from inventory.loan import LOAN, HandOutLoan
from inventory.loan_row import LoanFile, LoanRow
from inventory.scrap import SCRAP, ExecuteScrap
from inventory.scrap_row import ScrapFile, ScrapRow
from inventory.stock.row import REPORTED_DEAD, STOCKED
from inventory.stock_list import STOCK_LIST
from inventory.stock_list_row import ListLine, StockListFile, StockListRow
from runtime.aggregate import Aggregate
from runtime.decision import Command
from runtime.route import takes

KINDS: dict[str, Kind[Any]] = {"loans": LOANS, "scraps": SCRAPS, "lists": LISTS}
OF: dict[str, Aggregate[Any, Any]] = {"loans": LOAN, "scraps": SCRAP, "lists": STOCK_LIST}
"""Of which kind the papers of a page are."""
SIGNED_BY_TWO: dict[str, type[Command]] = {"loans": HandOutLoan, "scraps": ExecuteScrap}
"""What of a paper takes a second person (B23)."""
LOAN_DAYS = 7

router = PageRouter(include_in_schema=False)


Paper = LoanFile | ScrapFile | StockListFile


@dataclass(frozen=True, slots=True)
class Listed:
    """A paper in a list: its number, when it was made, who it is for or from, and why."""

    number: str
    at: datetime
    person: str
    why: str
    lines: Sequence[LoanRow | ScrapRow | ListLine]
    row: LoanRow | ScrapRow | StockListRow


def listed(file: Paper) -> Listed:
    """Any of the papers."""
    match file.row:
        case LoanRow() as loan:
            return Listed(loan.loan_no, loan.asked_at, loan.borrower, loan.purpose, (loan,), loan)
        case ScrapRow() as scrap:
            return Listed(scrap.application_no, scrap.applied_at, scrap.applied_by, scrap.reason, (scrap,), scrap)
        case StockListRow() as made:
            return Listed(made.list_no, made.made_at, made.receiver, made.purpose, made.lines, made)


def _may_begin(seat: Seat, tab: str) -> bool:
    """Whether this person may make such a paper, as its use case says."""
    return any(seat.is_one_of(*case.may) for case in OF[tab].use_cases if case.born is not None)


async def _listing(seat: Seat, tab: str) -> Response:
    kind = KINDS[tab]
    q, state = chosen_in(seat, kind)
    stream = rows_stream(seat.caller, (kind.model.name,))
    dead = await seat.caller.view(STOCKED).find(REPORTED_DEAD, sort=[("_id", 1)], limit=100) if tab == "scraps" else []
    part = await papers_page(seat, kind, q, state)
    return seat.show(
        f"{tab}.html",
        tab=tab,
        q=q,
        state=state,
        states=kind.states,
        slice=part,
        papers=[listed(one) for one in part.rows],
        stream=stream,
        sheet=f"/warehouse/{tab}.xlsx?{seat.request.url.query}",
        bins=bins_of(seat),
        purposes=get_args(StockListPurpose),
        due=(seat.today + timedelta(days=LOAN_DAYS)).isoformat(),
        may_begin=_may_begin(seat, tab),
        dead=dead,
    )


def left_of(row: LoanRow | ScrapRow | StockListRow) -> list[tuple[int, str, int]]:
    """What left by a paper, line by line, as its correction's form asks for it: number, name, pieces."""
    lines: Sequence[Any] = row.lines if isinstance(row, StockListRow) else (row,)
    numbered = ((getattr(line, "line_no", 1), line.name, line.left) for line in lines)
    return [one for one in numbered if one[2] is not None]


async def _one(seat: Seat, tab: str, number: str) -> Response:
    kind = KINDS[tab]
    stream = rows_stream(seat.caller, (kind.model.name,), number)
    found = await paper(seat, kind, number)
    if found is None:
        return seat.not_found(number)
    return seat.show(
        "paper.html",
        tab=tab,
        number=number,
        one=found.row,
        file=found,
        bins=bins_of(seat, found.row.depot),
        stream=stream,
        offered=await seat.offered(OF[tab], kind.model.name, number, found.row.depot),
        left=left_of(found.row),
        me=seat.person.id,
        seconds=seat.seconds(OF[tab], SIGNED_BY_TWO[tab]) if tab in SIGNED_BY_TWO else [],
    )


@router.get("/warehouse/loans")
@takes(*LOOKS, "q", "state", "after")
@seated("warehouse", who.SEES_WAREHOUSE)
async def loans(seat: Seat) -> Response:
    """借件 (D12)."""
    return await _listing(seat, "loans")


@router.get("/warehouse/scraps")
@takes(*LOOKS, "q", "state", "after")
@seated("warehouse", who.SEES_WAREHOUSE)
async def scraps(seat: Seat) -> Response:
    """呆滞, 报废 (D10)."""
    return await _listing(seat, "scraps")


@router.get("/warehouse/lists")
@takes(*LOOKS, "q", "state", "after")
@seated("warehouse", who.SEES_WAREHOUSE)
async def lists(seat: Seat) -> Response:
    """出库清单 (D8)."""
    return await _listing(seat, "lists")


@router.get("/warehouse/dead.xlsx")
@takes(*LOOKS)
@seated("warehouse", who.SEES_WAREHOUSE)
async def dead_sheet(seat: Seat) -> Response:
    """呆滞报告: what was reported to finance and has not moved since, with where it lies (D10)."""
    words = seat.words
    names = ("line.sku", "line.name", "wh.bin", "lot", "wh.pieces", "units.both", "wh.held_for")
    since = ("wh.idle_days", "wh.last_move")

    async def lines() -> AsyncIterator[Sequence[Cell]]:
        async for rows in by_hundreds(every(seat.caller.view(STOCKED), REPORTED_DEAD)):
            units = await both_units(seat, (row.sku for row in rows))
            for one, lot in ((row, lot) for row in rows for lot in row.lots):
                pieces = (lot.lot, lot.quantity, units(one.sku, lot.quantity))
                yield one.sku, one.name, lot.bin, *pieces, lot.held_for, one.idle_days, one.last_move_at

    return await sheet(words("scrap.dead"), [words(name) for name in (*names, *since)], lines())


@router.get("/warehouse/{tab}.xlsx")
@takes(*LOOKS, "q", "state", "after")
@seated("warehouse", who.SEES_WAREHOUSE)
async def papers_sheet(seat: Seat, tab: Id) -> Response:
    """A list of papers as a spreadsheet (X6)."""
    if tab not in KINDS:
        return seat.not_found(f"{tab}.xlsx")
    words, kind = seat.words, KINDS[tab]
    names = ("slip.no", "paper.at", "slip.state", "line.sku", "line.name", "line.quantity", "units.both")
    head = [words(name) for name in (*names, "paper.who", "paper.why")]
    return await sheet(words(f"wh.tab.{tab}"), head, _sheet_lines(seat, tab, kind))


async def _sheet_lines(seat: Seat, tab: str, kind: Kind[Paper]) -> AsyncIterator[Sequence[Cell]]:
    async for files in by_hundreds(papers_all(seat, kind, *chosen_in(seat, kind))):
        papers = [listed(file) for file in files]
        units = await both_units(seat, (line.sku for one in papers for line in one.lines))
        for one, line in ((made, line) for made in papers for line in made.lines):
            state = seat.words(f"{tab}.state.{one.row.state}")
            why = seat.words(f"purpose.{one.why}") if tab == "lists" else one.why
            pieces = (line.quantity, units(line.sku, line.quantity))
            yield one.number, one.at, state, line.sku, line.name, *pieces, one.person, why


@router.get("/warehouse/loans/{number}")
@takes(*LOOKS)
@seated("warehouse", who.SEES_WAREHOUSE)
async def loan(seat: Seat, number: Id) -> Response:
    """A loan."""
    return await _one(seat, "loans", number)


@router.get("/warehouse/scraps/{number}")
@takes(*LOOKS)
@seated("warehouse", who.SEES_WAREHOUSE)
async def scrap(seat: Seat, number: Id) -> Response:
    """A scrap application."""
    return await _one(seat, "scraps", number)


@router.get("/warehouse/lists/{number}")
@takes(*LOOKS)
@seated("warehouse", who.SEES_WAREHOUSE)
async def stock_list(seat: Seat, number: Id) -> Response:
    """A list."""
    return await _one(seat, "lists", number)
