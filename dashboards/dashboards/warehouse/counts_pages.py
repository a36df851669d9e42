"""盘点 over HTTP: the plan, count sheets (blind), differences, and the report of ledger, card and goods (D7, K19)."""

from collections.abc import AsyncIterator, Sequence
from typing import get_args

from fastapi.responses import Response

from company.policy import policy_book
from contracts.bounds import Id
from contracts.inventory_counts import CountReason
from dashboards.both_units import both_units
from dashboards.depots import depots_for, remembered
from dashboards.listing import every
from dashboards.live_rows import rows_stream
from dashboards.page_route import PageRouter
from dashboards.render import LOOKS
from dashboards.seat import Seat, seated
from dashboards.sheets import sheet
from dashboards.warehouse.ledger import Parting, partings
from dashboards.warehouse.reading import bins_of
from dashboards.workbook import Cell
from inventory import who
from inventory.count.aggregate import COUNT
from inventory.count.counting import OpenCount
from inventory.count.file import COUNT_FILES, COUNTS
from inventory.count.row import BLIND, WAITING
from inventory.count_plan import COUNT_PLAN, StartCountPlan
from inventory.count_plan_row import PLANS
from inventory.stock.aggregate import card_no
from inventory.stock.moves import MOVES, MoveRow
from inventory.stock.row import STOCKED
from runtime.route import takes

COUNTS_SHOWN = 60
REPORT_COUNTS = 200
"""Counts that the report looks through, the latest first."""

router = PageRouter(include_in_schema=False)


@router.get("/warehouse/counts")
@takes(*LOOKS, "q", "state", "after", "depot")
@seated("warehouse", who.READS_COUNTS)
async def counts(seat: Seat) -> Response:
    """What falls due, what is being counted, and what was."""
    stream = rows_stream(seat.caller, (COUNTS.name, PLANS.name))
    depots = depots_for(seat.caller, seat.now)
    of_depot = {"row.depot": depots.one}
    found = await seat.caller.view(COUNT_FILES).find(of_depot, sort=[("row.opened_at", -1)], limit=COUNTS_SHOWN)
    plan = await seat.caller.view(PLANS).get(depots.one)
    report = await _partings(seat, depots.one)
    shown = seat.show(
        "counts.html",
        depots=depots,
        counts=sorted(found, key=lambda one: one.row.status != "open"),
        plan=None if plan is None else plan.items,
        plans=policy_book().at(seat.now).count_plan,
        open_partings=[one for one in report if not one.settled],
        zones=tuple(bins_of(seat, depots.one)),
        stream=stream,
        may_open=seat.may(COUNT, OpenCount, depots.one),
        may_plan=seat.may(COUNT_PLAN, StartCountPlan, depots.one),
    )
    return remembered(shown, seat.caller, depots)


@router.get("/warehouse/counts.xlsx")
@takes(*LOOKS, "q", "state", "after")
@seated("warehouse", who.READS_COUNTS)
async def counts_sheet(seat: Seat) -> Response:
    """All counts with their accuracy (X6)."""
    words = seat.words
    names = ("count.no", "count.kind", "count.chosen", "count.opened_at", "count.due", "count.status", "count.lines")

    async def lines() -> AsyncIterator[Sequence[Cell]]:
        async for file in every(seat.caller.view(COUNT_FILES), {}):
            one, found = file.row, file.closed
            yield (
                one.count_no,
                words(f"count.kind.{one.kind}"),
                one.chosen,
                one.opened_at,
                one.due,
                words(f"count.status.{one.status}"),
                len(one.lines),
                None if found is None else found.lines_right,
                None if found is None else found.pieces_off,
            )

    head = [words(name) for name in (*names, "count.right", "count.off")]
    return await sheet(words("wh.tab.counts"), head, lines())


@router.get("/warehouse/counts/{count_no}")
@takes(*LOOKS)
@seated("warehouse", who.READS_COUNTS)
async def count(seat: Seat, count_no: Id) -> Response:
    """盘点表: counted without a figure beside it; afterwards what differs, why, and who approves."""
    stream = rows_stream(seat.caller, (COUNTS.name,), count_no)
    file = await seat.caller.view(COUNT_FILES).get(count_no)
    if file is None:
        return seat.not_found(count_no)
    lines = file.lines
    return seat.show(
        "count.html",
        count=file.row,
        accuracy=file.closed,
        waiting=[line for line in lines if line.status in WAITING],
        counted=[line for line in lines if line.status == "counted"],
        compared=[line for line in lines if line.status not in BLIND],
        units=await both_units(seat, {line.sku for line in lines}),
        reasons=get_args(CountReason),
        bins=bins_of(seat, file.row.depot),
        depot=depots_for(seat.caller, seat.now).named(file.row.depot),
        stream=stream,
        offered=await seat.offered(COUNT, COUNTS.name, count_no, file.row.depot),
    )


async def _partings(seat: Seat, depot: str) -> list[Parting]:
    rows = seat.caller.view(COUNTS)
    counts = await rows.find({"row.depot": depot}, sort=[("row.opened_at", -1)], limit=REPORT_COUNTS)
    lines = (line for one in counts for line in one.lines)
    skus = sorted({line.sku for line in lines if line.compared is not None and line.compared.difference})
    ids = {card_no(depot, sku): sku for sku in skus}
    stocks = {row.sku: row for row in (await seat.caller.view(STOCKED).get_many(list(ids))).values()}
    cards: dict[str, list[MoveRow]] = {sku: [] for sku in skus}
    for move in await seat.caller.view(MOVES).find({"row.card": {"$in": list(ids)}}, sort=[("row.move_no", 1)]):
        cards[ids[move.card]].append(move)
    return partings(counts, stocks, cards)


@router.get("/warehouse/report")
@takes(*LOOKS, "depot")
@seated("warehouse", who.READS_COUNTS)
async def report(seat: Seat) -> Response:
    """账、卡、物: what parts and the first move after which it does."""
    stream = rows_stream(seat.caller, (COUNTS.name, STOCKED.name))
    depots = depots_for(seat.caller, seat.now)
    rows = await _partings(seat, depots.one)
    return remembered(seat.show("ledger.html", rows=rows, depots=depots, stream=stream), seat.caller, depots)


@router.get("/warehouse/report.xlsx")
@takes(*LOOKS, "depot")
@seated("warehouse", who.READS_COUNTS)
async def report_sheet(seat: Seat) -> Response:
    """The report as a spreadsheet (X6)."""
    words = seat.words
    names = ("line.sku", "line.name", "wh.bin", "ledger.stock", "ledger.card", "ledger.goods", "ledger.counted_at")
    more = ("lot", "ledger.agreed", "ledger.first", "count.reason", "count.status", "count.no")
    found = await _partings(seat, depots_for(seat.caller, seat.now).one)

    async def lines() -> AsyncIterator[Sequence[Cell]]:
        for one in found:
            first = None if one.first is None else f"{one.first.move_no} {words(f'move.{one.first.kind}')}"
            yield (
                one.sku,
                one.name,
                one.bin,
                one.stock,
                one.card,
                one.counted,
                one.counted_at,
                one.lot,
                one.agreed_at,
                first,
                words(f"count.reason.{one.reason}") if one.reason else None,
                words(f"count.line.{one.status}"),
                one.count_no,
            )

    return await sheet(words("ledger.title"), [words(name) for name in (*names, *more)], lines())
