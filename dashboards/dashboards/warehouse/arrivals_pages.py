"""到货 over HTTP: inbound slips from issue to put-away and papers (D1-D5, K18), and damage (D4)."""

from collections.abc import AsyncIterator, Sequence
from typing import get_args

from fastapi.responses import Response

from contracts.bounds import Id
from contracts.inventory_inbound import ExceptionKind, InboundReason, Liability, SettleOutcome
from dashboards.both_units import both_units, by_hundreds
from dashboards.depots import depots_for
from dashboards.live_rows import rows_stream
from dashboards.page_route import PageRouter
from dashboards.render import LOOKS
from dashboards.seat import Seat, seated
from dashboards.sheets import sheet
from dashboards.warehouse.papers_reading import SLIPS, chosen_in, paper, papers_all, papers_page
from dashboards.warehouse.reading import bins_of, depots_of
from dashboards.workbook import Cell
from inventory import who
from inventory.inbound.aggregate import INBOUND
from inventory.inbound.check import CHECKED_AS_RETURN
from inventory.inbound.slip import HandOverPapers, IssueSlip
from inventory.stock.aggregate import STOCK
from inventory.stock.taking_back import TakeBackMove
from runtime.route import takes

router = PageRouter(include_in_schema=False)


@router.get("/warehouse/arrivals")
@takes(*LOOKS, "q", "state", "after")
@seated("warehouse", who.SEES_WAREHOUSE)
async def arrivals(seat: Seat) -> Response:
    """入库单: what is to be checked, put away, settled, handed over."""
    q, state = chosen_in(seat, SLIPS)
    stream = rows_stream(seat.caller, (SLIPS.model.name,))
    part = await papers_page(seat, SLIPS, q, state)
    return seat.show(
        "arrivals.html",
        q=q,
        state=state,
        states=SLIPS.states,
        slice=part,
        slips=[one.row for one in part.rows],
        reasons=get_args(InboundReason),
        stream=stream,
        sheet=f"/warehouse/arrivals.xlsx?{seat.request.url.query}",
        depot=depots_for(seat.caller, seat.now).one,
        depots=depots_of(seat),
        may_issue=seat.may(INBOUND, IssueSlip),
    )


@router.get("/warehouse/arrivals.xlsx")
@takes(*LOOKS, "q", "state", "after")
@seated("warehouse", who.SEES_WAREHOUSE)
async def arrivals_sheet(seat: Seat) -> Response:
    """All slips that are chosen, line by line (X6)."""
    words = seat.words
    names = ("slip.no", "slip.issued", "slip.reason", "slip.source", "slip.delivery_note", "slip.waybill", "slip.state")
    more = ("slip.papers", "line.sku", "line.name", "lot", "slip.expected", "slip.counted", "slip.good", "slip.aside")
    head = [words(name) for name in (*names, *more, "units.both", "orders.no")]
    return await sheet(words("wh.tab.arrivals"), head, _sheet_lines(seat))


async def _sheet_lines(seat: Seat) -> AsyncIterator[Sequence[Cell]]:
    words = seat.words
    async for some in by_hundreds(papers_all(seat, SLIPS, *chosen_in(seat, SLIPS))):
        units = await both_units(seat, (sku for slip in some for sku in slip.row.skus))
        for row, line in ((slip.row, line) for slip in some for line in slip.row.lines):
            yield (
                row.slip_no,
                row.issued_at,
                words(f"slip.reason.{row.reason}"),
                row.source,
                row.delivery_note_no,
                row.waybill,
                words(f"slip.state.{row.state}"),
                words(f"slip.papers.{row.papers}"),
                line.sku,
                line.name,
                line.lot,
                line.quantity,
                line.counted,
                line.good,
                line.aside,
                units(line.sku, line.quantity),
                line.contract_no,
            )


@router.get("/warehouse/arrivals/{slip_no}")
@takes(*LOOKS)
@seated("warehouse", who.SEES_WAREHOUSE)
async def slip(seat: Seat, slip_no: Id) -> Response:
    """一张入库单: its lines, and its next step."""
    stream = rows_stream(seat.caller, (SLIPS.model.name,), slip_no)
    found = await paper(seat, SLIPS, slip_no)
    if found is None:
        return seat.not_found(slip_no)
    return seat.show(
        "slip.html",
        seconds=seat.seconds(INBOUND, HandOverPapers),
        slip=found.row,
        file=found,
        version=found.row.version,
        waiting=[line for line in found.row.lines if line.waiting],
        units=await both_units(seat, found.row.skus),
        kinds=get_args(ExceptionKind),
        liabilities=get_args(Liability),
        outcomes=get_args(SettleOutcome),
        bins=bins_of(seat, found.row.depot),
        depot=depots_for(seat.caller, seat.now).one,
        depots=depots_of(seat),
        stream=stream,
        returned=found.row.reason in CHECKED_AS_RETURN,
        offered=await seat.offered(INBOUND, SLIPS.model.name, slip_no, found.row.depot),
        may_place=seat.may(STOCK, TakeBackMove, found.row.depot),
        me=seat.person.id,
    )
