"""HTTP of the papers by which pieces leave free stock: loans, scrap applications, lists (C7, D8, D10, D12)."""

from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from contracts.bounds import CivilDay, Happened, MoneyFen
from contracts.inventory_stock import StockListLine, StockListPurpose
from contracts.spelling import Sku
from inventory.api.common import READS_STOCK, Paging, PaperInPath, Rows, not_there, number_for, page
from inventory.domain import loan, scrap, stock_list
from inventory.domain.texts import Note, PaperNo, Photos, Text
from inventory.projections.papers import paper_view
from runtime.decision import Rejected
from runtime.http import Answer, Asking, Desk
from runtime.route import Router

router = Router()

ASKS_LOANS = ("technician", "cs_specialist", "cs_supervisor", "install_supervisor", "warehouse")
APPROVES_LOANS = ("install_supervisor", "manager")
HANDS_OUT = ("warehouse",)
CHARGES = ("accountant", "manager")
APPLIES = ("warehouse", "qc", "install_supervisor")
APPROVES_SCRAP = ("manager", "accountant")
MAKES_LISTS = ("install_supervisor", "cs_supervisor", "manager")


class _Wanted(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    at: Happened | None = None
    """When it happened, if told later (X1)."""


class LoanWanted(_Wanted):
    """A part for a repair; without `loan_no` one is made, without `borrower` it is who asks."""

    command: Literal["AskLoan"] = "AskLoan"
    loan_no: PaperNo | None = None
    sku: Sku
    name: Text
    quantity: loan.Pieces
    bin: Text | None = None
    ticket_id: Text | None = None
    borrower: Text | None = None
    purpose: Text
    due_on: CivilDay | None = None
    """Left out: as long as the policy lets a loan last."""


class ScrapWanted(_Wanted):
    """Pieces to be scrapped, of the pending zone or of free stock; without `application_no` one is made."""

    command: Literal["ApplyScrap"] = "ApplyScrap"
    application_no: PaperNo | None = None
    sku: Sku
    name: Text
    quantity: Annotated[int, Field(ge=1, le=999_999)]
    bin: Text | None = None
    pending: bool = False
    reason: Text
    photos: Photos = ()
    value_fen: MoneyFen | None = None


class ListWanted(_Wanted):
    """Pieces of free stock that may leave; without `list_no` one is made."""

    command: Literal["MakeStockList"] = "MakeStockList"
    list_no: PaperNo | None = None
    purpose: StockListPurpose
    lines: Annotated[tuple[StockListLine, ...], Field(min_length=1, max_length=200)]
    ticket_id: Text | None = None
    receiver: Text
    note: Note = ""


async def _list(desk: Asking, name: str, by: str, state: str | None, paging: Paging) -> Rows:
    """`by`: facet and field, e.g. `loan.asked_at`."""
    facet = by.partition(".")[0]
    query: dict[str, Any] = {} if state is None else {f"{facet}.state": state}
    found, total = await page(desk, name, query, [(by, -1)], paging)
    return Rows(rows=[paper_view(row, facet) for row in found], total=total)


async def _one(desk: Asking, name: str, facet: str, number: str, rule: str) -> dict[str, Any]:
    row = await desk.rows(name).get(number)
    if row is None:
        raise not_there(rule, f"没有单据 {number}", f"There is no paper {number}")
    return paper_view(row, facet)


def _own(desk: Asking, number: str, applicant: str, rule: str) -> None:
    """An application is withdrawn by who made it."""
    if applicant != desk.person.id:
        desk.refuse(
            Rejected(
                "not_your_paper",
                rule,
                f"单据 {number} 不是您申请的，不能撤回。请找申请人或审批人",
                f"Paper {number} is not yours to withdraw. Ask the applicant, or who approves",
                {"number": number},
            ),
            403,
        )


# --- loans ---------------------------------------------------------------------------------------------------------


@router.post("/loans", status_code=201, summary="借用申请 Ask for a loan (C7, D12)")
async def ask_loan(body: LoanWanted, desk: Desk) -> Answer:
    """The pieces are set apart at once (or the loan becomes `short`). Answers the number in `body.loan_no`."""
    desk.allow(*ASKS_LOANS)
    loan_no = body.loan_no or number_for(desk, "JY", body.at)
    content = body.model_dump(exclude={"loan_no", "borrower", "command"})
    command = loan.AskLoan(loan_no=loan_no, borrower=body.borrower or desk.person.name, **content)
    return desk.answer(await desk.ask(loan.loan_id(loan_no), command), {"loan_no": loan_no})


@router.get("/loans", summary="借用单 Loans (D12)")
async def loans(desk: Desk, paging: Paging, state: Annotated[str | None, Query(max_length=20)] = None) -> Rows:
    """The latest first; `state`: asked, held, approved, out, overdue, returned, charged, refused, short."""
    desk.allow(*READS_STOCK)
    return await _list(desk, "loans", "loan.asked_at", state, paging)


@router.get("/loans/{number}", summary="一张借用单 A loan (D12)")
async def one_loan(number: PaperInPath, desk: Desk) -> dict[str, Any]:
    """With its history."""
    desk.allow(*READS_STOCK)
    return await _one(desk, "loans", "loan", number, "D12")


@router.post("/loans/{number}/approval", status_code=201, summary="同意借用 Approve (D12)")
async def approve_loan(number: PaperInPath, body: loan.ApproveLoan, desk: Desk) -> Answer:
    """By the installation supervisor or the manager."""
    desk.allow(*APPROVES_LOANS)
    return desk.answer(await desk.ask(loan.loan_id(number), body))


@router.post("/loans/{number}/refusal", status_code=201, summary="不借 Refuse or withdraw (D12)")
async def refuse_loan(number: PaperInPath, body: loan.RefuseLoan, desk: Desk) -> Answer:
    """What was set apart is free again. Who does not approve withdraws the own application only."""
    desk.allow(*APPROVES_LOANS, *ASKS_LOANS)
    if desk.person.role not in APPROVES_LOANS:
        _own(desk, number, (await _one(desk, "loans", "loan", number, "D12"))["asked_by"], "D12")
    return desk.answer(await desk.ask(loan.loan_id(number), body))


@router.post("/loans/{number}/handout", status_code=201, summary="借出 Hand out (D12)")
async def hand_out_loan(number: PaperInPath, body: loan.HandOutLoan, desk: Desk) -> Answer:
    """Approved and set apart; the borrower signs."""
    desk.allow(*HANDS_OUT)
    return desk.answer(await desk.ask(loan.loan_id(number), body))


@router.post("/loans/{number}/returns", status_code=201, summary="归还 Give back (D12)")
async def return_loan(number: PaperInPath, body: loan.ReturnLoan, desk: Desk) -> Answer:
    """Good pieces to a bin, damaged ones to the pending zone."""
    desk.allow(*HANDS_OUT)
    return desk.answer(await desk.ask(loan.loan_id(number), body))


@router.post("/loans/{number}/charges", status_code=201, summary="作价 Charge (D12)")
async def charge_loan(number: PaperInPath, body: loan.ChargeLoan, desk: Desk) -> Answer:
    """What stays out is paid for."""
    desk.allow(*CHARGES)
    return desk.answer(await desk.ask(loan.loan_id(number), body))


# --- scrap ---------------------------------------------------------------------------------------------------------


@router.post("/scraps", status_code=201, summary="呆滞报废申请 Apply to scrap (D10)")
async def apply_scrap(body: ScrapWanted, desk: Desk) -> Answer:
    """The pieces are set apart at once. Answers the number in `body.application_no`."""
    desk.allow(*APPLIES)
    number = body.application_no or number_for(desk, "BF", body.at)
    command = scrap.ApplyScrap(application_no=number, **body.model_dump(exclude={"application_no", "command"}))
    return desk.answer(await desk.ask(scrap.scrap_id(number), command), {"application_no": number})


@router.get("/scraps", summary="报废申请 Scrap applications (D10)")
async def scraps(desk: Desk, paging: Paging, state: Annotated[str | None, Query(max_length=20)] = None) -> Rows:
    """The latest first; `state`: applied, held, approved, executed, refused, short."""
    desk.allow(*READS_STOCK)
    return await _list(desk, "scraps", "scrap.applied_at", state, paging)


@router.get("/scraps/{number}", summary="一张报废申请 A scrap application (D10)")
async def one_scrap(number: PaperInPath, desk: Desk) -> dict[str, Any]:
    """With its history."""
    desk.allow(*READS_STOCK)
    return await _one(desk, "scraps", "scrap", number, "D10")


@router.post("/scraps/{number}/approval", status_code=201, summary="批准报废 Approve (D10)")
async def approve_scrap(number: PaperInPath, body: scrap.ApproveScrap, desk: Desk) -> Answer:
    """By the manager or the accountant, never by the applicant."""
    desk.allow(*APPROVES_SCRAP)
    return desk.answer(await desk.ask(scrap.scrap_id(number), body))


@router.post("/scraps/{number}/refusal", status_code=201, summary="不批、撤回 Refuse or withdraw (D10)")
async def refuse_scrap(number: PaperInPath, body: scrap.RefuseScrap, desk: Desk) -> Answer:
    """The pieces are free again. Who does not approve withdraws the own application only."""
    desk.allow(*APPROVES_SCRAP, *APPLIES)
    if desk.person.role not in APPROVES_SCRAP:
        _own(desk, number, (await _one(desk, "scraps", "scrap", number, "D10"))["applied_by"], "D10")
    return desk.answer(await desk.ask(scrap.scrap_id(number), body))


@router.post("/scraps/{number}/execution", status_code=201, summary="执行报废 Execute (D10)")
async def execute_scrap(number: PaperInPath, body: scrap.ExecuteScrap, desk: Desk) -> Answer:
    """Approved, before a witness, with photos."""
    desk.allow(*HANDS_OUT)
    return desk.answer(await desk.ask(scrap.scrap_id(number), body))


# --- lists ---------------------------------------------------------------------------------------------------------


@router.post("/stock-lists", status_code=201, summary="开出库清单 Make a list (C7, D8)")
async def make_list(body: ListWanted, desk: Desk) -> Answer:
    """Parts for a repair, pieces back to the supplier, a transfer. Answers the number in `body.list_no`."""
    desk.allow(*MAKES_LISTS)
    number = body.list_no or number_for(desk, "LL", body.at)
    command = stock_list.MakeStockList(list_no=number, **body.model_dump(exclude={"list_no", "command"}))
    return desk.answer(await desk.ask(stock_list.stock_list_id(number), command), {"list_no": number})


@router.get("/stock-lists", summary="出库清单 Lists (D8)")
async def lists(desk: Desk, paging: Paging, state: Annotated[str | None, Query(max_length=20)] = None) -> Rows:
    """The latest first; `state`: made, ready, issued, cancelled."""
    desk.allow(*READS_STOCK)
    return await _list(desk, "stocklists", "stocklist.made_at", state, paging)


@router.get("/stock-lists/{number}", summary="一张出库清单 A list (D8)")
async def one_list(number: PaperInPath, desk: Desk) -> dict[str, Any]:
    """With what is set apart, line by line."""
    desk.allow(*READS_STOCK)
    return await _one(desk, "stocklists", "stocklist", number, "D8")


@router.post("/stock-lists/{number}/issue", status_code=201, summary="按清单出库 Issue by list (D8)")
async def issue_list(number: PaperInPath, body: stock_list.IssueStockList, desk: Desk) -> Answer:
    """What was set apart leaves, signed for."""
    desk.allow(*HANDS_OUT)
    return desk.answer(await desk.ask(stock_list.stock_list_id(number), body))


@router.post("/stock-lists/{number}/cancellation", status_code=201, summary="清单作废 Void a list (D8)")
async def cancel_list(number: PaperInPath, body: stock_list.CancelStockList, desk: Desk) -> Answer:
    """What was set apart is free again."""
    desk.allow(*MAKES_LISTS)
    return desk.answer(await desk.ask(stock_list.stock_list_id(number), body))
