"""更正 Corrections of arrivals that wait for a second person, and the form that asks for one (D16), over HTTP."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass

from fastapi.responses import Response

from company.own_depot import works_in
from dashboards.listing import Json, every, page_of
from dashboards.live_rows import rows_stream
from dashboards.page_route import PageRouter
from dashboards.render import LOOKS
from dashboards.seat import Seat, seated
from dashboards.sheets import sheet
from dashboards.workbook import Cell
from dispatch.job.aggregate import JOB
from dispatch.job.load_count import CorrectLoad
from inventory import who
from inventory.goods.aggregate import GOODS
from inventory.goods.correcting import ApproveCorrection, AskCorrection, RefuseCorrection
from inventory.goods.row import PIECES, Correction, GoodsRow
from inventory.inbound.aggregate import INBOUND
from inventory.inbound.row import SLIPS, SlipRow, WrongRow
from inventory.loan_row import LOANS, LoanRow
from inventory.papers import WrongIssueRow
from inventory.scrap_row import SCRAPS, ScrapRow
from inventory.stock_list import STOCK_LIST
from inventory.stock_list_row import STOCK_LISTS, StockListRow
from runtime.route import takes

router = PageRouter(include_in_schema=False)

OPEN: Json = {"row.corrections_open": {"$gt": 0}}
"""Contracts of which a correction waits."""


@dataclass(frozen=True, slots=True)
class OnPaper:
    """A correction of a slip's check, or of what left by a paper: of which, its page, and where it is decided."""

    number: str
    href: str
    base: str
    depot: str
    wrong: WrongRow | WrongIssueRow
    slip: SlipRow | None = None

    @property
    def lines(self) -> list[tuple[int, str, str, int | None, int]]:
        """Line by line: number, product and name, pieces as they were said and as they are right."""
        if isinstance(self.wrong, WrongIssueRow):
            return [(line.line_no, line.sku, line.name, line.was, line.right) for line in self.wrong.lines]
        known = {} if self.slip is None else {line.line_no: line for line in self.slip.lines}
        told = ((known[line.line_no], line) for line in self.wrong.lines if line.line_no in known)
        return [(of.line_no, of.sku, of.name, of.counted, line.counted) for of, line in told]


CORRECTING: Json = {"row.correcting": True}
"""Slips and papers of which a correction waits."""


async def on_papers(seat: Seat) -> list[OnPaper]:
    """What waits of slips, lists, loans and scrap applications: all of it, for each waits for somebody."""
    found: list[OnPaper] = []
    async for slip in every(seat.caller.view(SLIPS), CORRECTING):
        if slip.wrong is not None:
            number = slip.slip_no
            href, base = f"/warehouse/arrivals/{number}", f"/api/inbound/{number}"
            found.append(OnPaper(number, href, base, slip.depot, slip.wrong, slip))
    async for made in every(seat.caller.view(STOCK_LISTS), CORRECTING):
        found += _of_paper("lists", "stock-lists", made.list_no, made)
    async for loan in every(seat.caller.view(LOANS), CORRECTING):
        found += _of_paper("loans", "loans", loan.loan_no, loan)
    async for scrap in every(seat.caller.view(SCRAPS), CORRECTING):
        found += _of_paper("scraps", "scraps", scrap.application_no, scrap)
    return found


def _of_paper(tab: str, path: str, number: str, row: LoanRow | ScrapRow | StockListRow) -> list[OnPaper]:
    if row.wrong is None:
        return []
    return [OnPaper(number, f"/warehouse/{tab}/{number}", f"/api/{path}/{number}", row.depot, row.wrong)]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One correction of a contract's arrival; `own`: asked for by who looks at it."""

    contract_no: str
    told: Correction
    own: bool


def waiting_of(rows: Iterable[GoodsRow], person: str) -> list[Waiting]:
    """Rows of goods -> the corrections that wait of them."""
    return [Waiting(row.contract_no, told, told.asked_by == person) for row in rows for told in row.corrections]


@router.get("/warehouse/corrections")
@takes(*LOOKS, "after")
@seated("warehouse", who.SEES_WAREHOUSE)
async def corrections(seat: Seat) -> Response:
    """What waits for a second person."""
    part = await page_of(seat.caller.view(PIECES), OPEN, after=seat.asked("after", longest=400))
    return seat.show(
        "corrections.html",
        slice=part,
        rows=waiting_of(part.rows, seat.person.id),
        papers=await on_papers(seat),
        offered=[one.code for one in (*INBOUND.use_cases, *STOCK_LIST.use_cases) if seat.is_one_of(*one.may)],
        works_in=lambda depot: works_in(seat.person, depot),
        me=seat.person.id,
        stream=rows_stream(seat.caller, (PIECES.name, SLIPS.name, STOCK_LISTS.name, LOANS.name, SCRAPS.name)),
        sheet="/warehouse/corrections.xlsx",
        may_ask=seat.may(GOODS, AskCorrection),
        may_correct_load=seat.may(JOB, CorrectLoad),
        may_approve=seat.may(GOODS, ApproveCorrection),
        may_refuse=seat.may(GOODS, RefuseCorrection),
    )


@router.get("/warehouse/corrections.xlsx")
@takes(*LOOKS)
@seated("warehouse", who.SEES_WAREHOUSE)
async def corrections_sheet(seat: Seat) -> Response:
    """All of them (X6)."""
    words = seat.words
    names = (
        *("fix.no", "orders.no", "line.no", "line.sku", "line.name", "fix.waybill", "fix.booked", "fix.right"),
        *("fix.why", "by", "fixed.at"),
    )

    async def lines() -> AsyncIterator[Sequence[Cell]]:
        for paper in await on_papers(seat):
            for no, sku, name, was, right in paper.lines:
                of = (paper.wrong.correction_no, "", no, sku, name, paper.number)
                yield (*of, was, right, paper.wrong.reason, paper.wrong.asked_by, paper.wrong.at)
        async for row in every(seat.caller.view(PIECES), OPEN):
            for one in waiting_of([row], seat.person.id):
                told = one.told
                head = (told.correction_no, one.contract_no, told.line_no, told.sku, told.name, told.waybill)
                yield (*head, told.booked, told.right, told.reason, told.asked_by, told.at)

    return await sheet(words("wh.tab.corrections"), [words(name) for name in names], lines())
