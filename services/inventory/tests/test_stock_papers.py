"""Loans, scrap applications and lists: held, approved, out, back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from company.context import Context
from company.policy import policy_book
from contracts.civil_time import end_of_day
from contracts.envelope import Meta
from contracts.inventory_stock import (
    LoanApproved,
    LoanAsked,
    LoanCharged,
    LoanGoodsHeld,
    LoanHandedOut,
    LoanOverdue,
    LoanRefused,
    LoanReturned,
    LotPieces,
    ScrapApplied,
    ScrapApproved,
    ScrapExecuted,
    ScrapGoodsHeld,
    ScrapRefused,
    StockListCancelled,
    StockListIssued,
    StockListLine,
    StockListLineHeld,
    StockListLineShort,
    StockListMade,
)
from inventory import loan, scrap, stock_list
from inventory.loan import LOAN
from inventory.reactions.papers import give_back
from inventory.scrap import SCRAP
from inventory.stock_list import STOCK_LIST
from runtime.aggregate import Aggregate
from runtime.decision import SAID_OTHERWISE, Rejected, Signer, Timer
from runtime.testing import given

NOW = datetime(2026, 3, 20, 2, 0, tzinfo=UTC)
POLICY = policy_book().at(NOW)
KEEPER = Context(now=NOW, by="mai.gh", role="warehouse", policy=POLICY)
LENDS = replace(KEEPER, second=Signer("周建民", "technician"))
"""The borrower has signed beside the keeper."""
WITNESSED = replace(KEEPER, second=Signer("su.kj", "accountant"))
MANAGER = Context(now=NOW, by="guan.yf", role="manager", policy=POLICY)


def by_whom(command: Any) -> Context:
    """Who asks it, with whoever signs beside."""
    return {loan.HandOutLoan: LENDS, scrap.ExecuteScrap: WITNESSED}.get(type(command), MANAGER)


DUE = end_of_day(date(2026, 3, 27))


# --- loan -----------------------------------------------------------------------------------------------------------

ASK = loan.AskLoan(
    loan_no="JY1", sku="P-1", name="门板", quantity=2, borrower="周建民", purpose="换门板", due_on=date(2026, 3, 27)
)
ASKED = LoanAsked(
    at=NOW,
    loan_no="JY1",
    depot="main",
    sku="P-1",
    name="门板",
    quantity=2,
    bin=None,
    ticket_id=None,
    borrower="周建民",
    purpose="换门板",
    due_on=date(2026, 3, 27),
    asked_by="mai.gh",
)
HELD = LoanGoodsHeld(at=NOW, loan_no="JY1")
APPROVED = LoanApproved(at=NOW, loan_no="JY1", approved_by="guan.yf", due_on=date(2026, 3, 27), note="")
OUT = LoanHandedOut(
    at=NOW,
    loan_no="JY1",
    depot="main",
    sku="P-1",
    name="门板",
    quantity=2,
    borrower="周建民",
    signature_ref="sha256:s",
    due=DUE,
)
LENT = (ASKED, HELD, APPROVED, OUT)
HAND_OUT = loan.HandOutLoan(signature_ref="sha256:s")


def test_a_part_is_asked_for_once_and_not_for_yesterday() -> None:
    """C7, D12"""
    given(LOAN).asks(ASK, KEEPER).then(ASKED)
    given(LOAN, ASKED).asks(ASK, KEEPER).nothing_new()
    given(LOAN, ASKED).asks(ASK.model_copy(update={"quantity": 1}), KEEPER).refuses("loan_contradicts")
    given(LOAN).asks(ASK.model_copy(update={"due_on": date(2026, 3, 19)}), KEEPER).refuses("due_passed")


def test_a_loan_without_a_date_is_due_as_the_policy_says_and_an_approved_one_needs_no_other_approval() -> None:
    """C7, D12"""
    command = ASK.model_copy(update={"due_on": None, "approved_by": "guan.yf"})
    given(LOAN).asks(command, KEEPER).then(ASKED, APPROVED)


def test_a_loan_leaves_approved_and_set_apart_and_not_before() -> None:
    """D12, D8"""
    given(LOAN, ASKED, HELD).asks(HAND_OUT, LENDS).refuses("not_approved")
    given(LOAN, ASKED, APPROVED).asks(HAND_OUT, LENDS).refuses("not_held")
    given(LOAN, ASKED, HELD).asks(loan.ApproveLoan(), MANAGER).then(APPROVED)
    given(LOAN, ASKED, HELD, APPROVED).asks(HAND_OUT, LENDS).then(OUT)
    given(LOAN, *LENT).asks(HAND_OUT, LENDS).nothing_new()


def test_nobody_lends_to_themselves_or_approves_their_own_loan() -> None:
    """D12, B23: who asked, who approves, who hands out and who signs for it are not one."""
    given(LOAN, ASKED, HELD).asks(loan.ApproveLoan(), KEEPER).refuses("own_loan")
    by_borrower = replace(MANAGER, by="周建民")
    given(LOAN, ASKED, HELD).asks(loan.ApproveLoan(), by_borrower).refuses("own_loan")
    ready = given(LOAN, ASKED, HELD, APPROVED)
    ready.asks(HAND_OUT, KEEPER).refuses("second_wanted")
    ready.asks(HAND_OUT, replace(KEEPER, second=Signer("mai.gh", "warehouse"))).refuses("own_second")
    ready.asks(HAND_OUT, replace(KEEPER, second=Signer("guan.yf", "install_supervisor"))).refuses("own_loan")
    ready.asks(HAND_OUT, replace(KEEPER, second=Signer("wu.xm", "store"))).refuses("second_not_their_role")


def test_what_is_said_otherwise_of_a_loan_is_refused() -> None:
    """D12, X7: until another day, signed elsewhere; refused once it was back."""
    approved = given(LOAN, ASKED, HELD, APPROVED)
    approved.asks(loan.ApproveLoan(due_on=date(2026, 3, 27)), MANAGER).nothing_new()
    approved.asks(loan.ApproveLoan(due_on=date(2026, 4, 9)), MANAGER).refuses(SAID_OTHERWISE)
    given(LOAN, *LENT).asks(loan.HandOutLoan(signature_ref="sha256:t"), LENDS).refuses(SAID_OTHERWISE)
    back = given(LOAN, *LENT).after(loan.ReturnLoan(good=2, bin="A-01"), ctx=KEEPER)
    back.asks(loan.RefuseLoan(reason="不借"), MANAGER).refuses("loan_closed")
    refused = given(LOAN, ASKED, HELD).after(loan.RefuseLoan(reason="不借"), ctx=MANAGER)
    refused.asks(loan.RefuseLoan(reason="不借"), MANAGER).nothing_new()
    refused.asks(loan.RefuseLoan(reason="要卖"), MANAGER).refuses(SAID_OTHERWISE)


def test_the_stocks_answer_holds_the_loan_or_ends_it() -> None:
    """D9, D12"""
    short = LoanRefused(
        at=NOW,
        loan_no="JY1",
        depot="main",
        sku="P-1",
        held=False,
        short=True,
        reason="库存不足：只有 1 件",
        refused_by="system",
    )
    given(LOAN, ASKED).asks(loan.NoteLoanGoods(held=True), KEEPER).then(HELD)
    given(LOAN, ASKED, HELD).asks(loan.NoteLoanGoods(held=True), KEEPER).nothing_new()
    given(LOAN, ASKED).asks(loan.NoteLoanGoods(held=False, available=1), KEEPER).then(short)
    given(LOAN, ASKED, short).asks(HAND_OUT, LENDS).refuses("loan_closed")


def test_a_refused_loan_says_that_its_pieces_are_to_be_let_go() -> None:
    """D12"""
    refuse = loan.RefuseLoan(reason="样品在促销")
    refused = LoanRefused(
        at=NOW,
        loan_no="JY1",
        depot="main",
        sku="P-1",
        held=True,
        short=False,
        reason="样品在促销",
        refused_by="guan.yf",
    )
    given(LOAN, ASKED, HELD).asks(refuse, MANAGER).then(refused)
    given(LOAN, ASKED, HELD, refused).asks(refuse, MANAGER).nothing_new()
    given(LOAN, ASKED).asks(refuse, KEEPER).refuses("not_held")
    given(LOAN, *LENT).asks(refuse, KEEPER).refuses("loan_out")


def back(good: int, damaged: int, open_: int, *, late: bool = False) -> LoanReturned:
    return LoanReturned(
        at=DUE if late else NOW,
        loan_no="JY1",
        depot="main",
        sku="P-1",
        name="门板",
        good=good,
        damaged=damaged,
        bin="S-01",
        open=open_,
        late=late,
        note="",
    )


def test_what_comes_back_lies_in_its_lot_again() -> None:
    """D12, D13: whole or damaged; an event of before says no lot."""
    told = back(1, 1, 0).model_copy(update={"lot": "C88"})
    given(LOAN, *LENT).asks(loan.ReturnLoan(good=1, damaged=1, bin="S-01", lot="C88"), KEEPER).then(told)
    meta = Meta("e", "", "/songda/inventory", "loan:JY1", NOW, 9, "c", "c", "mai.gh", 0)
    of_lot = [LotPieces(lot="C88", quantity=1)]
    asked = [give_back(event, meta) for event in (told, back(1, 1, 0))]
    moves = [[list(ask.command.lots) for ask in asks] for asks in asked]
    assert moves == [[of_lot, of_lot], [[], []]]


def test_pieces_come_back_in_parts_or_are_charged() -> None:
    """D12"""
    first = loan.ReturnLoan(good=1, bin="S-01")
    charge = loan.ChargeLoan(quantity=1, amount_fen=38000, charged_to="客户", reason="留用")
    charged = LoanCharged(
        at=NOW,
        loan_no="JY1",
        sku="P-1",
        name="门板",
        quantity=1,
        open=0,
        amount_fen=38000,
        charged_to="客户",
        reason="留用",
    )
    given(LOAN, *LENT).asks(first, KEEPER).then(back(1, 0, 1))
    given(LOAN, *LENT, back(1, 0, 1)).asks(charge, KEEPER).then(charged)
    given(LOAN, *LENT).asks(first.model_copy(update={"damaged": 2}), KEEPER).refuses("too_many_back")
    given(LOAN, *LENT, back(1, 1, 0)).asks(first, KEEPER).refuses("loan_not_out")
    given(LOAN, *LENT).asks(charge.model_copy(update={"quantity": 3}), KEEPER).refuses("too_many_back")


def test_a_loan_that_is_not_back_in_time_is_told_once() -> None:
    """D12"""
    late = Context(now=DUE, by="system", role="system", policy=POLICY)
    overdue = LoanOverdue(at=DUE, loan_no="JY1", sku="P-1", name="门板", quantity=2, borrower="周建民", due=DUE)
    note = loan.NoteLoanOverdue()
    assert LOAN.due(LOAN.fold(*LENT)) == (Timer("loan", DUE, note),)
    given(LOAN, *LENT).asks(note, late).then(overdue)
    given(LOAN, *LENT).asks(note, KEEPER).nothing_new()
    for history in ((*LENT, overdue), (*LENT, back(2, 0, 0)), (ASKED,)):
        assert LOAN.due(LOAN.fold(*history)) == ()
        given(LOAN, *history).asks(note, late).nothing_new()
    back_late = back(2, 0, 0, late=True)
    given(LOAN, *LENT, overdue).asks(loan.ReturnLoan(good=2, bin="S-01"), late).then(back_late)


# --- scrap ----------------------------------------------------------------------------------------------------------

APPLY = scrap.ApplyScrap(application_no="BF1", sku="P-1", name="门板", quantity=1, pending=True, reason="不可修")
APPLIED = ScrapApplied(
    at=NOW,
    application_no="BF1",
    depot="main",
    sku="P-1",
    name="门板",
    quantity=1,
    bin=None,
    pending=True,
    reason="不可修",
    photos=(),
    applied_by="mai.gh",
    value_fen=None,
)
SEALED = ScrapGoodsHeld(at=NOW, application_no="BF1")
MAY = ScrapApproved(at=NOW, application_no="BF1", approved_by="guan.yf", note="")
DONE = ScrapExecuted(
    at=NOW,
    application_no="BF1",
    depot="main",
    sku="P-1",
    name="门板",
    quantity=1,
    executed_by="mai.gh",
    witness="su.kj",
    photos=(),
    proceeds_fen=1500,
)
EXECUTE = scrap.ExecuteScrap(proceeds_fen=1500)


def test_scrap_is_applied_for_approved_by_another_and_executed() -> None:
    """D10"""
    given(SCRAP).asks(APPLY, KEEPER).then(APPLIED)
    given(SCRAP, APPLIED).asks(APPLY, KEEPER).nothing_new()
    given(SCRAP, APPLIED).asks(scrap.NoteScrapGoods(held=True), KEEPER).then(SEALED)
    given(SCRAP, APPLIED, SEALED).asks(scrap.ApproveScrap(), MANAGER).then(MAY)
    given(SCRAP, APPLIED, SEALED, MAY).asks(EXECUTE, WITNESSED).then(DONE)
    given(SCRAP, APPLIED, SEALED, MAY, DONE).asks(EXECUTE, WITNESSED).nothing_new()


def test_pieces_are_destroyed_before_a_witness_who_signs_and_did_not_apply_for_it() -> None:
    """D10, B23"""
    may = given(SCRAP, APPLIED, SEALED, MAY)
    other = replace(KEEPER, by="lin.ck")
    may.asks(EXECUTE, KEEPER).refuses("second_wanted")
    may.asks(scrap.ExecuteScrap(witness="苏可佳"), KEEPER).refuses("second_wanted")
    may.asks(scrap.ExecuteScrap(witness="别人"), WITNESSED).refuses("name_not_signed")
    may.asks(EXECUTE, replace(KEEPER, second=Signer("mai.gh", "accountant"))).refuses("own_second")
    may.asks(EXECUTE, replace(other, second=Signer("mai.gh", "warehouse"))).refuses("applicant_is_witness")


def test_nobody_approves_an_own_application_or_what_is_not_set_apart() -> None:
    """D10"""
    given(SCRAP, APPLIED, SEALED).asks(scrap.ApproveScrap(), KEEPER).refuses("own_application")
    given(SCRAP, APPLIED).asks(scrap.ApproveScrap(), MANAGER).refuses("not_held")
    given(SCRAP, APPLIED, SEALED).asks(EXECUTE, WITNESSED).refuses("scrap_not_approved")
    given(SCRAP, APPLIED).asks(APPLY.model_copy(update={"quantity": 2}), KEEPER).refuses("scrap_contradicts")


def test_a_refused_application_frees_its_pieces_and_ends() -> None:
    """D10"""
    refuse = scrap.RefuseScrap(reason="可修")
    refused = ScrapRefused(
        at=NOW,
        application_no="BF1",
        depot="main",
        sku="P-1",
        held=True,
        short=False,
        reason="可修",
        refused_by="guan.yf",
    )
    short = refused.model_copy(
        update={"held": False, "short": True, "reason": "可报废的只有 0 件", "refused_by": "system"}
    )
    given(SCRAP, APPLIED, SEALED).asks(refuse, MANAGER).then(refused)
    given(SCRAP, APPLIED, SEALED, MAY).asks(refuse, MANAGER).then(refused)
    given(SCRAP, APPLIED, SEALED, refused).asks(refuse, MANAGER).nothing_new()
    given(SCRAP, APPLIED).asks(scrap.NoteScrapGoods(held=False), KEEPER).then(short)
    given(SCRAP, APPLIED).asks(refuse, MANAGER).refuses("not_held")
    given(SCRAP, APPLIED, SEALED, refused).asks(EXECUTE, WITNESSED).refuses("scrap_ended")
    given(SCRAP, APPLIED, SEALED, MAY, DONE).asks(refuse, MANAGER).refuses("scrap_ended")


# --- list -----------------------------------------------------------------------------------------------------------

ONE = StockListLine(line_no=1, sku="H-1", name="铰链", quantity=2)
TWO = StockListLine(line_no=2, sku="H-2", name="拉手", quantity=1, bin="H-01-1")
MAKE = stock_list.MakeStockList(list_no="LL1", purpose="repair", lines=(ONE, TWO), ticket_id="T-7", receiver="周建民")
MADE = StockListMade(
    at=NOW,
    list_no="LL1",
    depot="main",
    purpose="repair",
    lines=(ONE, TWO),
    ticket_id="T-7",
    receiver="周建民",
    made_by="mai.gh",
    note="",
)
HELD_1 = StockListLineHeld(at=NOW, list_no="LL1", line_no=1)
SHORT_2 = StockListLineShort(at=NOW, list_no="LL1", line_no=2, available=0)
ISSUE = stock_list.IssueStockList(received_by="周建民", signature_ref="sha256:s")
ISSUED = StockListIssued(
    at=NOW,
    list_no="LL1",
    depot="main",
    purpose="repair",
    lines=(ONE,),
    received_by="周建民",
    signature_ref="sha256:s",
    ticket_id="T-7",
)


def test_a_list_issues_what_was_set_apart_and_leaves_behind_what_is_short() -> None:
    """D8, C7"""
    note = stock_list.NoteLineGoods(line_no=2, held=False)
    given(STOCK_LIST).asks(MAKE, KEEPER).then(MADE)
    given(STOCK_LIST, MADE).asks(MAKE, KEEPER).nothing_new()
    given(STOCK_LIST, MADE, HELD_1).asks(note, KEEPER).then(SHORT_2)
    given(STOCK_LIST, MADE, SHORT_2).asks(note, KEEPER).nothing_new()
    given(STOCK_LIST, MADE, HELD_1, SHORT_2).asks(ISSUE, KEEPER).then(ISSUED)
    given(STOCK_LIST, MADE, HELD_1, SHORT_2, ISSUED).asks(ISSUE, KEEPER).nothing_new()


def test_a_void_list_frees_what_was_set_apart() -> None:
    """D8"""
    cancel = stock_list.CancelStockList(reason="工单取消")
    void = StockListCancelled(at=NOW, list_no="LL1", depot="main", lines=(ONE,), reason="工单取消")
    answered = (MADE, HELD_1, SHORT_2)
    given(STOCK_LIST, *answered).asks(cancel, KEEPER).then(void)
    given(STOCK_LIST, *answered, void).asks(cancel, KEEPER).nothing_new()
    given(STOCK_LIST, *answered, void).asks(ISSUE, KEEPER).refuses("list_void")
    given(STOCK_LIST, *answered, ISSUED).asks(cancel, KEEPER).refuses("list_issued")
    given(STOCK_LIST, MADE, HELD_1).asks(cancel, KEEPER).refuses("lines_unanswered")


@pytest.mark.parametrize(
    ("command", "history", "why"),
    [
        (ISSUE, (MADE, HELD_1), "lines_unanswered"),
        (ISSUE, (MADE.model_copy(update={"lines": (TWO,)}), SHORT_2), "nothing_held"),
        (MAKE.model_copy(update={"lines": (ONE, ONE)}), (), "bad_list_line"),
        (MAKE.model_copy(update={"receiver": "别人"}), (MADE,), "list_contradicts"),
    ],
)
def test_a_list_that_is_none_issues_nothing(command: Any, history: tuple[Any, ...], why: str) -> None:
    """D8: no list, no goods."""
    given(STOCK_LIST, *history).asks(command, KEEPER).refuses(why)


OF_A_LOAN = {
    "approve_loan": loan.ApproveLoan(),
    "refuse_loan": loan.RefuseLoan(reason="x"),
    "hand_out_loan": HAND_OUT,
    "return_loan": loan.ReturnLoan(good=1),
    "charge_loan": loan.ChargeLoan(quantity=1, amount_fen=1, charged_to="x", reason="x"),
}
OF_A_SCRAP = {
    "approve_scrap": scrap.ApproveScrap(),
    "refuse_scrap": scrap.RefuseScrap(reason="x"),
    "execute_scrap": EXECUTE,
}
OF_A_LIST = {"issue_list": ISSUE, "cancel_list": stock_list.CancelStockList(reason="x")}
NONE_LEFT = LoanCharged(
    at=NOW,
    loan_no="JY1",
    sku="P-1",
    name="门板",
    quantity=2,
    open=0,
    amount_fen=1,
    charged_to="周建民",
    reason="x",
)
LATE = LoanOverdue(at=DUE, loan_no="JY1", sku="P-1", name="门板", quantity=2, borrower="周建民", due=DUE)
VOID = StockListCancelled(at=NOW, list_no="LL1", depot="main", lines=(ONE,), reason="x")
ONE_LINE = MADE.model_copy(update={"lines": (TWO,)})


@pytest.mark.parametrize(
    ("paper", "asked", "history"),
    [
        *((LOAN, OF_A_LOAN, (*LENT, LATE, NONE_LEFT)[:told]) for told in range(1, 7)),
        (LOAN, OF_A_LOAN, (ASKED, APPROVED)),
        *((SCRAP, OF_A_SCRAP, (APPLIED, SEALED, MAY, DONE)[:told]) for told in range(1, 5)),
        *((STOCK_LIST, OF_A_LIST, (MADE, HELD_1, SHORT_2, ISSUED)[:told]) for told in range(1, 5)),
        (STOCK_LIST, OF_A_LIST, (MADE, HELD_1, SHORT_2, VOID)),
        (STOCK_LIST, OF_A_LIST, (ONE_LINE, SHORT_2)),
    ],
)
def test_what_is_offered_of_a_paper_is_what_its_rules_take(
    paper: Aggregate[Any, Any], asked: dict[str, Any], history: tuple[Any, ...]
) -> None:
    """D8, D10, D12: no button is dead, and none is missing."""
    known = given(paper, *history)
    answers = {code: paper.decide(command, known.state, by_whom(command)) for code, command in asked.items()}
    taken = {code for code, answer in answers.items() if answer and not isinstance(answer, Rejected)}
    assert known.offers() & asked.keys() == taken


@pytest.mark.parametrize(
    ("paper", "command", "why"),
    [
        (LOAN, loan.ApproveLoan(), "unknown_loan"),
        (LOAN, loan.RefuseLoan(reason="x"), "unknown_loan"),
        (LOAN, HAND_OUT, "unknown_loan"),
        (LOAN, loan.ReturnLoan(good=1), "unknown_loan"),
        (LOAN, loan.ChargeLoan(quantity=1, amount_fen=1, charged_to="x", reason="x"), "unknown_loan"),
        (SCRAP, scrap.ApproveScrap(), "unknown_scrap"),
        (SCRAP, scrap.RefuseScrap(reason="x"), "unknown_scrap"),
        (SCRAP, EXECUTE, "unknown_scrap"),
        (STOCK_LIST, ISSUE, "unknown_list"),
        (STOCK_LIST, stock_list.CancelStockList(reason="x"), "unknown_list"),
    ],
)
def test_a_paper_that_nobody_made_is_refused(paper: Aggregate[Any, Any], command: Any, why: str) -> None:
    """D8, D10, D12"""
    given(paper).asks(command, by_whom(command)).refuses(why)


def test_the_loans_due_day_ends_with_the_calendar_day_of_the_company() -> None:
    """D12"""
    assert DUE - timedelta(hours=8) == datetime(2026, 3, 27, 8, 0, tzinfo=UTC)
