"""调拨 Transfers between depots over HTTP (D17): what is under way, both counts, and the next step of each."""

from collections.abc import AsyncIterator, Sequence
from typing import get_args

from fastapi.responses import Response

from company.depots import depot_name
from company.policy import policy_book
from contracts.bounds import Id
from contracts.inventory_transfers import Answers
from dashboards.both_units import both_units, by_hundreds
from dashboards.listing import Json, both, every, page_of, starts_with
from dashboards.live_rows import rows_stream
from dashboards.page_route import PageRouter
from dashboards.render import LOOKS
from dashboards.seat import Seat, seated
from dashboards.sheets import sheet
from dashboards.warehouse.reading import bins_of, depots_of
from dashboards.workbook import Cell
from inventory import who
from inventory.goods.aggregate import GOODS
from inventory.goods.redirecting import ChangeDepot
from inventory.transfer.aggregate import TRANSFER
from inventory.transfer.differences import CAUSES
from inventory.transfer.row import TRANSFER_FILES, TRANSFERS, Status
from inventory.transfer.sending import AskTransfer
from runtime.route import takes

router = PageRouter(include_in_schema=False)

OPEN = "open"
"""All whose next step somebody owes."""
STATES = (OPEN, *get_args(Status))
SORT = ("row.asked_at", -1)


def depot_named(seat: Seat, depot: str) -> str:
    """As people call it today."""
    return depot_name(policy_book().at(seat.now), depot)


def _query(seat: Seat) -> Json:
    q, state, depot = (
        seat.asked("q", longest=40),
        seat.one_of("state", STATES),
        seat.one_of("depot", tuple(depots_of(seat))),
    )
    conditions: list[Json] = []
    if state:
        conditions.append({"row.is_open": True} if state == OPEN else {"row.state": state})
    if depot:
        conditions.append({"$or": [{"row.from_depot": depot}, {"row.to_depot": depot}]})
    if q:
        number = q.upper()
        conditions.append({"$or": [{"_id": starts_with(number)}, {"row.skus": number}, {"row.contracts": number}]})
    return both(*conditions)


@router.get("/warehouse/transfers")
@takes(*LOOKS, "q", "state", "depot", "after")
@seated("warehouse", who.SEES_WAREHOUSE)
async def transfers(seat: Seat) -> Response:
    """The latest first."""
    part = await page_of(seat.caller.view(TRANSFERS), _query(seat), sort=SORT, after=seat.asked("after", longest=400))
    return seat.show(
        "transfers.html",
        slice=part,
        rows=part.rows,
        q=seat.asked("q", longest=40),
        state=seat.one_of("state", STATES),
        depot=seat.one_of("depot", tuple(depots_of(seat))),
        states=STATES,
        depots=depots_of(seat),
        depot_named=lambda depot: depot_named(seat, depot),
        stream=rows_stream(seat.caller, (TRANSFERS.name,)),
        sheet=f"/warehouse/transfers.xlsx?{seat.request.url.query}",
        may_ask=seat.may(TRANSFER, AskTransfer),
        may_redirect=seat.may(GOODS, ChangeDepot),
    )


@router.get("/warehouse/transfers.xlsx")
@takes(*LOOKS, "q", "state", "depot", "after")
@seated("warehouse", who.SEES_WAREHOUSE)
async def transfers_sheet(seat: Seat) -> Response:
    """All that are chosen, a line for each line and lot, with both counts (X6)."""
    names = ("transfer.no", "transfer.from", "transfer.to", "slip.state", "paper.at", "line.sku", "line.name", "lot")
    counts = (
        "transfer.wanted",
        "units.both",
        "transfer.sent",
        "slip.good",
        "transfer.damaged",
        "transfer.over",
        "transfer.road",
    )
    head = [seat.words(name) for name in (*names, *counts, "orders.no", "reason")]
    return await sheet(seat.words("wh.tab.transfers"), head, _lines(seat))


async def _lines(seat: Seat) -> AsyncIterator[Sequence[Cell]]:
    async for rows in by_hundreds(every(seat.caller.view(TRANSFERS), _query(seat), sort=SORT)):
        units = await both_units(seat, (sku for row in rows for sku in row.skus))
        for row in rows:
            way = (row.transfer_no, depot_named(seat, row.from_depot), depot_named(seat, row.to_depot))
            paper = (*way, seat.words(f"transfers.state.{row.state}"), row.asked_at)
            for line in row.lines:
                wanted, whose = (line.quantity, units(line.sku, line.quantity)), (line.contract_no, row.reason)
                if not line.lots:
                    yield *paper, line.sku, line.name, line.lot, *wanted, 0, 0, 0, 0, 0, *whose
                for lot in line.lots:
                    counted = (lot.sent, lot.good, lot.damaged, lot.over, lot.road)
                    yield *paper, line.sku, line.name, lot.lot, *wanted, *counted, *whose


@router.get("/warehouse/transfers/{number}")
@takes(*LOOKS)
@seated("warehouse", who.SEES_WAREHOUSE)
async def transfer(seat: Seat, number: Id) -> Response:
    """One of them: both counts by line and lot, what they differ in, and its next step."""
    found = await seat.caller.view(TRANSFER_FILES).get(number)
    if found is None:
        return seat.not_found(number)
    row = found.row
    return seat.show(
        "transfer.html",
        number=number,
        one=row,
        file=found,
        bins=bins_of(seat, row.to_depot),
        units=await both_units(seat, row.skus),
        causes=CAUSES,
        answers=get_args(Answers),
        depot_named=lambda depot: depot_named(seat, depot),
        stream=rows_stream(seat.caller, (TRANSFERS.name,), number),
        offered=await seat.offered(TRANSFER, TRANSFERS.name, number),
    )
