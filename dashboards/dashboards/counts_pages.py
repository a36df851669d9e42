"""盘点 over HTTP: the plan, count sheets (blind), differences, and the report of ledger, card and goods (D7, K19)."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, get_args

from fastapi import Request
from fastapi.responses import Response

from company.policy import policy_book
from contracts.bounds import Id
from contracts.inventory_counts import CountReason
from dashboards.ledger import Parting, partings
from dashboards.listing import every
from dashboards.live_rows import rows_stream
from dashboards.render import LOOKS
from dashboards.seat import Seat, seat_at
from dashboards.sheets import Cell, sheet
from dashboards.warehouse_reading import DEPOT, bins_of
from inventory import who
from inventory.stock.aggregate import card_no
from inventory.stock.moves import MOVES, MoveRow
from inventory.stock.row import STOCKED
from runtime.route import Router, takes

COUNTS_SHOWN = 60
REPORT_COUNTS = 200
"""Counts that the report looks through, the latest first."""
BLIND = frozenset({"to_count", "counted", "recount"})
"""While a line is in one of these, nobody is shown a book figure (D7)."""

router = Router(include_in_schema=False)


@router.get("/warehouse/counts")
@takes(*LOOKS, "q", "state", "after")
async def counts(request: Request) -> Response:
    """What falls due, what is being counted, and what was."""
    seat = seat_at(request, "warehouse", who.READS_COUNTS)
    if isinstance(seat, Response):
        return seat
    stream = rows_stream(seat.desk, ("counts", "countplans"))
    found = await seat.desk.rows("counts").find({}, sort=[("count.opened_at", -1)], limit=COUNTS_SHOWN)
    plan = await seat.desk.rows("countplans").get(DEPOT)
    report = await _partings(seat)
    return seat.show(
        "counts.html",
        counts=sorted((row["count"] for row in found), key=lambda one: one["status"] != "open"),
        plan=None if plan is None else sorted(plan["countplan"]["items"], key=lambda item: str(item["due"])),
        plans=policy_book().at(seat.now).count_plan,
        open_partings=[one for one in report if not one.settled],
        zones=tuple(bins_of(seat)),
        stream=stream,
        may_count=seat.is_one_of(*who.COUNTS),
        may_plan=seat.is_one_of(*who.ACCOUNTS),
    )


@router.get("/warehouse/counts.xlsx")
@takes(*LOOKS, "q", "state", "after")
async def counts_sheet(request: Request) -> Response:
    """All counts with their accuracy (X6)."""
    seat = seat_at(request, "warehouse", who.READS_COUNTS)
    if isinstance(seat, Response):
        return seat
    words = seat.words
    names = ("count.no", "count.kind", "count.chosen", "count.opened_at", "count.due", "count.status", "count.lines")

    async def lines() -> AsyncIterator[Sequence[Cell]]:
        async for row in every(seat.desk.rows("counts"), {}):
            one = row["count"]
            found = one["accuracy"] or {"lines_right": None, "pieces_off": None}
            yield (
                one["count_no"],
                words(f"count.kind.{one['kind']}"),
                one["chosen"],
                datetime.fromisoformat(one["opened_at"]),
                datetime.fromisoformat(one["due"]),
                words(f"count.status.{one['status']}"),
                len(one["lines"]),
                found["lines_right"],
                found["pieces_off"],
            )

    head = [words(name) for name in (*names, "count.right", "count.off")]
    return await sheet(words("wh.tab.counts"), head, lines())


@router.get("/warehouse/counts/{count_no}")
@takes(*LOOKS)
async def count(count_no: Id, request: Request) -> Response:
    """盘点表: counted without a figure beside it; afterwards what differs, why, and who approves."""
    seat = seat_at(request, "warehouse", who.READS_COUNTS)
    if isinstance(seat, Response):
        return seat
    stream = rows_stream(seat.desk, ("counts",), count_no)
    row = await seat.desk.rows("counts").get(count_no)
    if row is None:
        return seat.not_found(count_no)
    of = row["count"]
    lines = [_shown(line) for line in of["lines"]]
    return seat.show(
        "count.html",
        count=of,
        waiting=[line for line in lines if line["status"] in {"to_count", "recount"}],
        counted=[line for line in lines if line["status"] == "counted"],
        compared=[line for line in lines if line["status"] not in BLIND],
        reasons=get_args(CountReason),
        bins=bins_of(seat),
        people=request.app.state.people,
        stream=stream,
        may_count=seat.is_one_of(*who.COUNTS),
        may_approve=seat.is_one_of(*who.ACCOUNTS),
    )


def _shown(line: dict[str, Any]) -> dict[str, Any]:
    """A line as everybody sees it: blind as long as it is being counted, earlier figures included (D7)."""
    if line["status"] not in BLIND:
        return line
    own = [figure for figure in line["figures"] if figure["round"] == line["round"]]
    return {**line, "compared": None, "figures": own}


async def _partings(seat: Seat) -> list[Parting]:
    rows = seat.desk.rows("counts")
    found = await rows.find({"count.depot": DEPOT}, sort=[("count.opened_at", -1)], limit=REPORT_COUNTS)
    counts = [{**row["count"], "lines": [_shown(line) for line in row["count"]["lines"]]} for row in found]
    skus = sorted(
        {
            line["sku"]
            for one in counts
            for line in one["lines"]
            if line["compared"] is not None and line["compared"]["difference"]
        }
    )
    ids = {card_no(DEPOT, sku): sku for sku in skus}
    stocks = {row.sku: row for row in (await seat.desk.view(STOCKED).get_many(list(ids))).values()}
    cards: dict[str, list[MoveRow]] = {sku: [] for sku in skus}
    for move in await seat.desk.view(MOVES).find({"row.card": {"$in": list(ids)}}, sort=[("row.move_no", 1)]):
        cards[ids[move.card]].append(move)
    return partings(counts, stocks, cards)


@router.get("/warehouse/report")
@takes(*LOOKS)
async def report(request: Request) -> Response:
    """账、卡、物: what parts and the first move after which it does."""
    seat = seat_at(request, "warehouse", who.READS_COUNTS)
    if isinstance(seat, Response):
        return seat
    stream = rows_stream(seat.desk, ("counts", STOCKED.name))
    return seat.show("ledger.html", rows=await _partings(seat), people=request.app.state.people, stream=stream)


@router.get("/warehouse/report.xlsx")
@takes(*LOOKS)
async def report_sheet(request: Request) -> Response:
    """The report as a spreadsheet (X6)."""
    seat = seat_at(request, "warehouse", who.READS_COUNTS)
    if isinstance(seat, Response):
        return seat
    words = seat.words
    names = ("line.sku", "line.name", "wh.bin", "ledger.stock", "ledger.card", "ledger.goods", "ledger.counted_at")
    more = ("ledger.agreed", "ledger.first", "count.reason", "count.status", "count.no")
    found = await _partings(seat)

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
                datetime.fromisoformat(one.counted_at),
                None if one.agreed_at is None else datetime.fromisoformat(one.agreed_at),
                first,
                words(f"count.reason.{one.reason}") if one.reason else None,
                words(f"count.line.{one.status}"),
                one.count_no,
            )

    return await sheet(words("ledger.title"), [words(name) for name in (*names, *more)], lines())
