"""HTTP of inbound slips: issue, check, put away, settle exceptions, hand over papers (D1, D2, D3, D5, K18)."""

from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from contracts.bounds import Happened
from contracts.inventory_inbound import InboundReason, SlipLine
from contracts.spelling import OptionalWaybillNo
from inventory.api.common import READS_GOODS, Paging, PaperInPath, Rows, not_there, number_for, page
from inventory.domain.inbound import (
    CancelSlip,
    CheckSlip,
    HandOverPapers,
    IssueSlip,
    PutAway,
    SettleException,
    inbound_id,
)
from inventory.domain.texts import Note, PaperNo, Text
from inventory.projections.slips import slip_view
from runtime.http import Answer, Desk
from runtime.route import Router

router = Router()

ISSUES = ("accountant",)
CHECKS = ("warehouse", "qc")
PUTS_AWAY = ("warehouse",)
SETTLES = ("install_supervisor", "accountant", "manager")
PAPERS = ("warehouse", "accountant")


class SlipWanted(BaseModel):
    """A new slip; without `slip_no` one is made."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    command: Literal["IssueSlip"] = "IssueSlip"
    at: Happened | None = None
    slip_no: PaperNo | None = None
    reason: InboundReason
    source: Text
    delivery_note_no: Note = ""
    carrier: Note = ""
    waybill: OptionalWaybillNo = ""
    lines: Annotated[tuple[SlipLine, ...], Field(min_length=1, max_length=300)]
    note: Note = ""


@router.post("/inbound", status_code=201, summary="开入库单 Issue an inbound slip (D1)")
async def issue(body: SlipWanted, desk: Desk) -> Answer:
    """By the accountant, with the reason. Answers the number in `body.slip_no`."""
    desk.allow(*ISSUES)
    slip_no = body.slip_no or number_for(desk, "RK", body.at)
    command = IssueSlip(slip_no=slip_no, **body.model_dump(exclude={"slip_no", "command"}))
    return desk.answer(await desk.ask(inbound_id(slip_no), command), {"slip_no": slip_no})


@router.get("/inbound", summary="入库单 Inbound slips (D1)")
async def slips(  # noqa: PLR0917 - what the address may ask for
    desk: Desk,
    paging: Paging,
    state: Literal["issued", "checked", "put_away", "cancelled"] | None = None,
    papers: Literal["owed", "overdue", "handed_over"] | None = None,
    exceptions: bool = False,
    contract_no: Annotated[str, Query(max_length=20)] = "",
) -> Rows:
    """The latest first. `exceptions`: only slips with open ones; `papers`: what the accountant still waits for."""
    desk.allow(*READS_GOODS)
    query: dict[str, Any] = {}
    if state is not None:
        query["slip.state"] = state
    if papers is not None:
        query["slip.papers"] = papers
    if exceptions:
        query["slip.open_exceptions"] = {"$gt": 0}
    if contract_no:
        query["slip.contracts"] = contract_no
    found, total = await page(desk, "slips", query, [("slip.issued_at", -1)], paging)
    return Rows(rows=[slip_view(row) for row in found], total=total)


@router.get("/inbound/{slip_no}", summary="一张入库单 An inbound slip (D1)")
async def slip(slip_no: PaperInPath, desk: Desk) -> dict[str, Any]:
    """Lines, what the check found, where the pieces went, exceptions, papers."""
    desk.allow(*READS_GOODS)
    row = await desk.rows("slips").get(slip_no)
    if row is None:
        raise not_there("D1", f"没有入库单 {slip_no}", f"There is no inbound slip {slip_no}")
    return slip_view(row)


@router.post("/inbound/{slip_no}/cancellation", status_code=201, summary="作废入库单 Void a slip (D1)")
async def cancel(slip_no: PaperInPath, body: CancelSlip, desk: Desk) -> Answer:
    """Before anything was checked."""
    desk.allow(*ISSUES)
    return desk.answer(await desk.ask(inbound_id(slip_no), body))


@router.post("/inbound/{slip_no}/check", status_code=201, summary="验收 Check against the delivery note (D2, D3)")
async def check(slip_no: PaperInPath, body: CheckSlip, desk: Desk) -> Answer:
    """Every line counted; what is wrong is written down on the spot with photos (`POST /api/files` first) and whose
    fault it is: the carrier's man signs there and then, the factory is contacted. `body` in the answer counts them."""
    desk.allow(*CHECKS)
    return desk.answer(await desk.ask(inbound_id(slip_no), body))


@router.post("/inbound/{slip_no}/put-aways", status_code=201, summary="上架 Put away (D2, D6)")
async def put_away(slip_no: PaperInPath, body: PutAway, desk: Desk) -> Answer:
    """Good pieces of a line into a bin; a contract's pieces arrive for it (A3)."""
    desk.allow(*PUTS_AWAY)
    return desk.answer(await desk.ask(inbound_id(slip_no), body))


@router.post("/inbound/{slip_no}/settlements", status_code=201, summary="处理异常 Settle an exception (D2)")
async def settle(slip_no: PaperInPath, body: SettleException, desk: Desk) -> Answer:
    """Pieces in the pending zone are accepted, go back, or wait for a scrap application; a shortage is noted."""
    desk.allow(*SETTLES)
    return desk.answer(await desk.ask(inbound_id(slip_no), body))


@router.post("/inbound/{slip_no}/papers", status_code=201, summary="单据交会计 Hand over the papers (D5, K18)")
async def hand_over(slip_no: PaperInPath, body: HandOverPapers, desk: Desk) -> Answer:
    """Slip and the supplier's sales list, within a day of the check."""
    desk.allow(*PAPERS)
    return desk.answer(await desk.ask(inbound_id(slip_no), body))
