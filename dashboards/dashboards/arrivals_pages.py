"""到货 over HTTP: inbound slips from issue to put-away and papers (D1-D5, K18), and damage (D4)."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import get_args

from fastapi import Request
from fastapi.responses import Response

from contracts.bounds import Id
from contracts.inventory_inbound import ExceptionKind, InboundReason, Liability, SettleOutcome
from dashboards.listing import Json
from dashboards.live_rows import rows_stream
from dashboards.papers_reading import SLIPS, chosen_in, paper, papers_all, papers_page
from dashboards.render import LOOKS
from dashboards.seat import Seat, seat_at
from dashboards.sheets import Cell, sheet
from dashboards.warehouse_reading import bins_of
from inventory import who
from runtime.route import Router, takes

router = Router(include_in_schema=False)


@router.get("/warehouse/arrivals")
@takes(*LOOKS, "q", "state", "after")
async def arrivals(request: Request) -> Response:
    """入库单: what is to be checked, put away, settled, handed over."""
    seat = seat_at(request, "warehouse", who.SEES_WAREHOUSE)
    if isinstance(seat, Response):
        return seat
    q, state = chosen_in(seat, SLIPS)
    stream = rows_stream(seat.desk, ("slips",))
    return seat.show(
        "arrivals.html",
        q=q,
        state=state,
        states=SLIPS.states,
        slice=await papers_page(seat, SLIPS, q, state),
        reasons=get_args(InboundReason),
        stream=stream,
        sheet=f"/warehouse/arrivals.xlsx?{request.url.query}",
        may_issue=seat.is_one_of(*who.ACCOUNTANT),
        may_receive=seat.is_one_of(*who.KEEPER),
    )


@router.get("/warehouse/arrivals.xlsx")
@takes(*LOOKS, "q", "state", "after")
async def arrivals_sheet(request: Request) -> Response:
    """All slips that are chosen, line by line (X6)."""
    seat = seat_at(request, "warehouse", who.SEES_WAREHOUSE)
    if isinstance(seat, Response):
        return seat
    words = seat.words
    names = ("slip.no", "slip.issued", "slip.reason", "slip.source", "slip.delivery_note", "slip.waybill", "slip.state")
    more = ("slip.papers", "line.sku", "line.name", "slip.expected", "slip.counted", "slip.good", "slip.aside")
    head = [words(name) for name in (*names, *more)]
    return await sheet(words("wh.tab.arrivals"), head, _sheet_lines(seat))


async def _sheet_lines(seat: Seat) -> AsyncIterator[Sequence[Cell]]:
    words = seat.words
    async for slip in papers_all(seat, SLIPS, *chosen_in(seat, SLIPS)):
        for line in slip["lines"]:
            yield (
                slip["slip_no"],
                datetime.fromisoformat(slip["issued_at"]),
                words(f"slip.reason.{slip['reason']}"),
                slip["source"],
                slip["delivery_note_no"],
                slip["waybill"],
                words(f"slip.state.{slip['state']}"),
                words(f"slip.papers.{slip['papers']}"),
                line["sku"],
                line["name"],
                line["quantity"],
                line["counted"],
                line["good"],
                line["aside"],
            )


def to_put_away(slip: Json) -> list[Json]:
    """Lines with good pieces that lie in no bin yet; `left` how many."""
    lines = [
        {**line, "left": (line["good"] or 0) - sum(x["quantity"] for x in line["put_away"])} for line in slip["lines"]
    ]
    return [line for line in lines if line["left"] > 0]


@router.get("/warehouse/arrivals/{slip_no}")
@takes(*LOOKS)
async def slip(slip_no: Id, request: Request) -> Response:
    """一张入库单: its lines, and its next step."""
    seat = seat_at(request, "warehouse", who.SEES_WAREHOUSE)
    if isinstance(seat, Response):
        return seat
    stream = rows_stream(seat.desk, ("slips",), slip_no)
    found = await paper(seat, SLIPS, slip_no)
    if found is None:
        return seat.not_found(slip_no)
    of, version = found
    return seat.show(
        "slip.html",
        slip=of,
        version=version,
        waiting=to_put_away(of),
        kinds=get_args(ExceptionKind),
        liabilities=get_args(Liability),
        outcomes=get_args(SettleOutcome),
        bins=bins_of(seat),
        people=request.app.state.people,
        stream=stream,
        returned=of["reason"] in {"sample", "customer_return", "promotion_return"},
        may_issue=seat.is_one_of(*who.ACCOUNTANT),
        may_check=seat.is_one_of(*who.HANDLES),
        may_put_away=seat.is_one_of(*who.KEEPER),
        may_settle=seat.is_one_of(*who.SETTLES),
        may_hand_over=seat.is_one_of(*who.HANDS_OVER),
    )
