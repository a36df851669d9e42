"""Warehouse desk 仓库 over HTTP: picking, stock and bin cards, with their sheets."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import get_args
from urllib.parse import urlencode

from fastapi.responses import Response

from contracts.bounds import Id
from contracts.inventory_packing import QualityCause
from dashboards.both_units import both_units, by_hundreds
from dashboards.depots import depots_for, remembered
from dashboards.live_rows import rows_stream
from dashboards.page_route import PageRouter
from dashboards.render import LOOKS
from dashboards.seat import Seat, seated
from dashboards.sheets import sheet
from dashboards.warehouse.labelled import labels_of
from dashboards.warehouse.reading import (
    HELD,
    StockChosen,
    bins_of,
    card_lines,
    depot_of,
    depots_of,
    lines_before,
    read_picking,
    read_shelf,
    read_todo,
    stock_all,
    stock_chosen,
    stock_page,
)
from dashboards.workbook import Cell
from dispatch.day.row import DAYS
from inventory import who
from inventory.count.file import COUNTS
from inventory.goods.aggregate import GOODS
from inventory.goods.allocation import AskAllocation
from inventory.inbound.row import SLIPS
from inventory.labels import LABELS, IssueLabels
from inventory.loan import LOAN, AskLoan
from inventory.loan_row import LOANS
from inventory.packing_rows import INSPECTIONS, PRINTED
from inventory.picklist import PICK_LIST, GiveFeedback
from inventory.picklist_row import PICK_LISTS
from inventory.quality import QUALITY, FailQuality, PassQuality
from inventory.scrap import SCRAP, ApplyScrap
from inventory.scrap_row import SCRAPS
from inventory.stock.aggregate import STOCK, card_no
from inventory.stock.row import STOCKED
from order.contract.row import CONTRACTS
from runtime.route import takes

CARD_MOVES = 300
"""Lines of a bin card on a page, the latest first; the sheet holds all."""

PICKING = (
    PICK_LISTS.name,
    STOCKED.name,
    INSPECTIONS.name,
    DAYS.name,
    SLIPS.name,
    LOANS.name,
    SCRAPS.name,
    COUNTS.name,
)
"""Read models behind the page of a day's list and of what waits."""

router = PageRouter(include_in_schema=False)


@router.get("/warehouse")
@takes(*LOOKS, "date", "depot")
@seated("warehouse", who.SEES_WAREHOUSE)
async def picking(seat: Seat) -> Response:
    """备货: a day's list by vehicle, the morning feedback, and QC (B6, B9, B21)."""
    on = seat.day("date") or seat.today
    stream = rows_stream(seat.caller, PICKING)
    depots = depots_for(seat.caller, seat.now)
    view, here = await read_picking(seat, on, depots.one), depots.one
    shown = seat.show(
        "warehouse.html",
        on=on,
        depots=depots,
        days=(seat.today, seat.today + timedelta(days=1)),
        view=view,
        codes={} if view is None else await labels_of(seat, {stop.contract_no for stop in view.stops}),
        todo=await read_todo(seat),
        stream=stream,
        may_answer=seat.may(PICK_LIST, GiveFeedback, here),
        may_pass=seat.may(QUALITY, PassQuality, here),
        may_fail=seat.may(QUALITY, FailQuality, here),
        causes=get_args(QualityCause),
    )
    return remembered(shown, seat.caller, depots)


@router.get("/warehouse/stock")
@takes(*LOOKS, "q", "bin", "held", "depot", "after")
@seated("warehouse", who.SEES_WAREHOUSE)
async def stock(seat: Seat) -> Response:
    """库存: what lies where, for whom (D6)."""
    chosen = stock_chosen(seat)
    stream = rows_stream(seat.caller, (STOCKED.name,))
    part = await stock_page(seat, chosen, seat.asked("after", longest=400))
    query = {name: text for name, text in seat.request.query_params.items() if text and name != "after"}
    shown = seat.show(
        "stock.html",
        chosen=chosen,
        slice=part,
        rows=part.rows,
        units=await both_units(seat, (shelf.row.sku for shelf in part.rows)),
        holds=HELD,
        depots=depots_of(seat),
        bins=bins_of(seat, depots_for(seat.caller, seat.now).one),
        stream=stream,
        sheet=f"/warehouse/stock.xlsx?{urlencode(query)}",
    )
    return remembered(shown, seat.caller, depots_for(seat.caller, seat.now))


@router.get("/warehouse/stock.xlsx")
@takes(*LOOKS, "q", "bin", "held", "depot", "after")
@seated("warehouse", who.SEES_WAREHOUSE)
async def stock_sheet(seat: Seat) -> Response:
    """All rows that are chosen, a line for each place (X6)."""
    words = seat.words
    names = ("depot", "line.sku", "line.name", "wh.on_hand", "wh.bin", "lot", "wh.pieces", "units.both", "wh.held_for")
    head = [words(name) for name in (*names, "wh.pending", "wh.last_move")]
    return await sheet(words("wh.tab.stock"), head, _places(seat, stock_chosen(seat)))


async def _places(seat: Seat, chosen: StockChosen) -> AsyncIterator[Sequence[Cell]]:
    async for some in by_hundreds(stock_all(seat, chosen)):
        units = await both_units(seat, (one.sku for one in some))
        for one in some:
            what = (one.depot, one.sku, one.name, one.on_hand)
            for lot in one.lots:
                pending = lot.quantity if lot.pending else None
                whose = (lot.quantity, units(one.sku, lot.quantity), lot.held_for, pending)
                yield *what, lot.bin, lot.lot, *whose, one.last_move_at
            if not one.lots:
                yield *what, None, None, 0, "", None, None, one.last_move_at


@router.get("/warehouse/stock/{sku:path}.xlsx")
@takes(*LOOKS, "depot")
@seated("warehouse", who.SEES_WAREHOUSE)
async def card_sheet(seat: Seat, sku: Id) -> Response:
    """A bin card, every line (X6)."""
    found = await read_shelf(seat, sku)
    if found is None:
        return seat.not_found(sku)
    words = seat.words
    names = ("card.no", "happened", "recorded", "card.kind", "card.change", "card.balance", "units.both", "wh.where")
    units = await both_units(seat, (found.row.sku,))
    head = [words(name) for name in (*names, "lot", "card.voucher", "wh.held_for", "reason", "by")]

    async def lines() -> AsyncIterator[Sequence[Cell]]:
        async for one in card_lines(seat, found.row):
            yield (
                one.move_no,
                one.at,
                one.recorded_at,
                words(f"move.{one.kind}"),
                one.change,
                one.after,
                units(found.row.sku, one.after),
                one.where,
                " ".join(one.lots),
                one.voucher_no,
                one.held_for or "",
                one.reason,
                one.by,
            )

    return await sheet(f"{words('print.bin-card')} {sku}", head, lines())


@router.get("/warehouse/stock/{sku:path}")
@takes(*LOOKS, "before", "depot")
@seated("warehouse", who.SEES_WAREHOUSE)
async def card(seat: Seat, sku: Id) -> Response:
    """存卡: the bin card of a sku, with its running balance (D6), and what may be done with the goods."""
    stream = rows_stream(seat.caller, (STOCKED.name,), card_no(depot_of(seat), sku))
    one = await read_shelf(seat, sku)
    if one is None:
        return seat.not_found(sku)
    before = seat.number("before", digits=9)
    last = one.row.last_move_no + 1 if before is None else before
    lines = await lines_before(seat, one.row, last, CARD_MOVES)
    return seat.show(
        "bin_card.html",
        one=one.row,
        units=await both_units(seat, (one.row.sku,)),
        depots=depots_of(seat),
        shorts=one.shorts,
        lines=lines[::-1],
        more=lines[0].move_no - 1 if lines else 0,
        is_latest=last > one.row.last_move_no,
        bins=bins_of(seat),
        stream=stream,
        offered=await seat.offered(STOCK, STOCKED.name, card_no(one.row.depot, one.row.sku), one.row.depot),
        may_allocate=seat.may(GOODS, AskAllocation, one.row.depot) and one.row.free > 0,
        may_scrap=seat.may(SCRAP, ApplyScrap, one.row.depot),
        may_loan=seat.may(LOAN, AskLoan, one.row.depot),
        due=(seat.today + timedelta(days=7)).isoformat(),
    )


@router.get("/warehouse/labels/{contract_no}")
@takes(*LOOKS)
@seated("warehouse", who.SEES_WAREHOUSE)
async def labels(seat: Seat, contract_no: Id) -> Response:
    """包装标签 of a contract: line by line, package by package (B20)."""
    stream = rows_stream(seat.caller, (PRINTED.name, CONTRACTS.name), contract_no)
    contract = await seat.caller.view(CONTRACTS).get(contract_no)
    if contract is None:
        return seat.not_found(contract_no)
    printed = await seat.caller.view(PRINTED).get(contract_no)
    return seat.show(
        "labels.html",
        contract_no=contract_no,
        lines=contract.lines,
        units=await both_units(seat, (line.sku for line in contract.lines)),
        printed={} if printed is None else {line.line_no: line for line in printed.lines},
        stream=stream,
        may_print=seat.may(LABELS, IssueLabels),
    )
