"""Loans, scrap applications and lists: held, approved, out, back."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from company.context import Context
from company.policy import policy_book
from contracts.civil_time import end_of_day
from contracts.inventory_stock import (
    LoanApproved,
    LoanAsked,
    LoanCharged,
    LoanGoodsHeld,
    LoanHandedOut,
    LoanOverdue,
    LoanRefused,
    LoanReturned,
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
from inventory.domain import loan, scrap, stock_list
from runtime.decision import Rejected, Timer

NOW = datetime(2026, 3, 20, 2, 0, tzinfo=UTC)
POLICY = policy_book().at(NOW)
KEEPER = Context(now=NOW, by="mai.gh", role="warehouse", policy=POLICY)
MANAGER = Context(now=NOW, by="guan.yf", role="manager", policy=POLICY)
DUE = end_of_day(date(2026, 3, 27))


def given(rules: Any, *events: Any) -> Any:
    state = rules.INITIAL
    for event in events:
        state = rules.evolve(state, event)
    return state


def code(rules: Any, command: Any, *events: Any, ctx: Context = KEEPER) -> str:
    decision = rules.decide(command, given(rules, *events), ctx)
    assert isinstance(decision, Rejected)
    return decision.code


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
    assert loan.decide(ASK, given(loan), KEEPER) == (ASKED,)
    assert loan.decide(ASK, given(loan, ASKED), KEEPER) == ()
    assert code(loan, ASK.model_copy(update={"quantity": 1}), ASKED) == "loan_contradicts"
    assert code(loan, ASK.model_copy(update={"due_on": date(2026, 3, 19)})) == "due_passed"


def test_a_loan_without_a_date_is_due_as_the_policy_says_and_an_approved_one_needs_no_other_approval() -> None:
    """C7, D12"""
    command = ASK.model_copy(update={"due_on": None, "approved_by": "guan.yf"})
    assert loan.decide(command, given(loan), KEEPER) == (ASKED, APPROVED)


def test_a_loan_leaves_approved_and_set_apart_and_not_before() -> None:
    """D12, D8"""
    assert code(loan, HAND_OUT, ASKED, HELD) == "not_approved"
    assert code(loan, HAND_OUT, ASKED, APPROVED) == "not_held"
    assert loan.decide(loan.ApproveLoan(), given(loan, ASKED, HELD), MANAGER) == (APPROVED,)
    assert loan.decide(HAND_OUT, given(loan, ASKED, HELD, APPROVED), KEEPER) == (OUT,)
    assert loan.decide(HAND_OUT, given(loan, *LENT), KEEPER) == ()


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
    assert loan.decide(loan.NoteLoanGoods(held=True), given(loan, ASKED), KEEPER) == (HELD,)
    assert loan.decide(loan.NoteLoanGoods(held=True), given(loan, ASKED, HELD), KEEPER) == ()
    assert loan.decide(loan.NoteLoanGoods(held=False, available=1), given(loan, ASKED), KEEPER) == (short,)
    assert code(loan, HAND_OUT, ASKED, short) == "loan_closed"


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
    assert loan.decide(refuse, given(loan, ASKED, HELD), MANAGER) == (refused,)
    assert loan.decide(refuse, given(loan, ASKED, HELD, refused), MANAGER) == ()
    assert code(loan, refuse, ASKED) == "not_held"
    assert code(loan, refuse, *LENT) == "loan_out"


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
    assert loan.decide(first, given(loan, *LENT), KEEPER) == (back(1, 0, 1),)
    assert loan.decide(charge, given(loan, *LENT, back(1, 0, 1)), KEEPER) == (charged,)
    assert code(loan, first.model_copy(update={"damaged": 2}), *LENT) == "too_many_back"
    assert code(loan, first, *LENT, back(1, 1, 0)) == "loan_not_out"
    assert code(loan, charge.model_copy(update={"quantity": 3}), *LENT) == "too_many_back"


def test_a_loan_that_is_not_back_in_time_is_told_once() -> None:
    """D12"""
    late = Context(now=DUE, by="system", role="system", policy=POLICY)
    overdue = LoanOverdue(at=DUE, loan_no="JY1", sku="P-1", name="门板", quantity=2, borrower="周建民", due=DUE)
    note = loan.NoteLoanOverdue()
    assert loan.due(given(loan, *LENT)) == (Timer("loan", DUE, note),)
    assert loan.decide(note, given(loan, *LENT), late) == (overdue,)
    assert loan.decide(note, given(loan, *LENT), KEEPER) == ()
    for history in ((*LENT, overdue), (*LENT, back(2, 0, 0)), (ASKED,)):
        assert (loan.due(given(loan, *history)), loan.decide(note, given(loan, *history), late)) == ((), ())
    returned = loan.decide(loan.ReturnLoan(good=2, bin="S-01"), given(loan, *LENT, overdue), late)
    assert returned == (back(2, 0, 0, late=True),)


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
    witness="苏可佳",
    photos=(),
    proceeds_fen=1500,
)
EXECUTE = scrap.ExecuteScrap(witness="苏可佳", proceeds_fen=1500)


def test_scrap_is_applied_for_approved_by_another_and_executed() -> None:
    """D10"""
    assert scrap.decide(APPLY, given(scrap), KEEPER) == (APPLIED,)
    assert scrap.decide(APPLY, given(scrap, APPLIED), KEEPER) == ()
    assert scrap.decide(scrap.NoteScrapGoods(held=True), given(scrap, APPLIED), KEEPER) == (SEALED,)
    assert scrap.decide(scrap.ApproveScrap(), given(scrap, APPLIED, SEALED), MANAGER) == (MAY,)
    assert scrap.decide(EXECUTE, given(scrap, APPLIED, SEALED, MAY), KEEPER) == (DONE,)
    assert scrap.decide(EXECUTE, given(scrap, APPLIED, SEALED, MAY, DONE), KEEPER) == ()


def test_nobody_approves_an_own_application_or_what_is_not_set_apart() -> None:
    """D10"""
    assert code(scrap, scrap.ApproveScrap(), APPLIED, SEALED) == "own_application"
    assert code(scrap, scrap.ApproveScrap(), APPLIED, ctx=MANAGER) == "not_held"
    assert code(scrap, EXECUTE, APPLIED, SEALED) == "scrap_not_approved"
    assert code(scrap, APPLY.model_copy(update={"quantity": 2}), APPLIED) == "scrap_contradicts"


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
    assert scrap.decide(refuse, given(scrap, APPLIED, SEALED), MANAGER) == (refused,)
    assert scrap.decide(refuse, given(scrap, APPLIED, SEALED, MAY), MANAGER) == (refused,)
    assert scrap.decide(refuse, given(scrap, APPLIED, SEALED, refused), MANAGER) == ()
    assert scrap.decide(scrap.NoteScrapGoods(held=False), given(scrap, APPLIED), KEEPER) == (short,)
    assert code(scrap, refuse, APPLIED, ctx=MANAGER) == "not_held"
    assert code(scrap, EXECUTE, APPLIED, SEALED, refused) == "scrap_ended"
    assert code(scrap, refuse, APPLIED, SEALED, MAY, DONE, ctx=MANAGER) == "scrap_ended"


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
    assert stock_list.decide(MAKE, given(stock_list), KEEPER) == (MADE,)
    assert stock_list.decide(MAKE, given(stock_list, MADE), KEEPER) == ()
    assert stock_list.decide(note, given(stock_list, MADE, HELD_1), KEEPER) == (SHORT_2,)
    assert stock_list.decide(note, given(stock_list, MADE, SHORT_2), KEEPER) == ()
    assert stock_list.decide(ISSUE, given(stock_list, MADE, HELD_1, SHORT_2), KEEPER) == (ISSUED,)
    assert stock_list.decide(ISSUE, given(stock_list, MADE, HELD_1, SHORT_2, ISSUED), KEEPER) == ()


def test_a_void_list_frees_what_was_set_apart() -> None:
    """D8"""
    cancel = stock_list.CancelStockList(reason="工单取消")
    void = StockListCancelled(at=NOW, list_no="LL1", depot="main", lines=(ONE,), reason="工单取消")
    answered = (MADE, HELD_1, SHORT_2)
    assert stock_list.decide(cancel, given(stock_list, *answered), KEEPER) == (void,)
    assert stock_list.decide(cancel, given(stock_list, *answered, void), KEEPER) == ()
    assert code(stock_list, ISSUE, *answered, void) == "list_void"
    assert code(stock_list, cancel, *answered, ISSUED) == "list_issued"
    assert code(stock_list, cancel, MADE, HELD_1) == "lines_unanswered"


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
    assert code(stock_list, command, *history) == why


@pytest.mark.parametrize(
    ("rules", "command", "why"),
    [
        (loan, loan.ApproveLoan(), "unknown_loan"),
        (loan, loan.RefuseLoan(reason="x"), "unknown_loan"),
        (loan, HAND_OUT, "unknown_loan"),
        (loan, loan.ReturnLoan(good=1), "unknown_loan"),
        (loan, loan.ChargeLoan(quantity=1, amount_fen=1, charged_to="x", reason="x"), "unknown_loan"),
        (scrap, scrap.ApproveScrap(), "unknown_scrap"),
        (scrap, scrap.RefuseScrap(reason="x"), "unknown_scrap"),
        (scrap, EXECUTE, "unknown_scrap"),
        (stock_list, ISSUE, "unknown_list"),
        (stock_list, stock_list.CancelStockList(reason="x"), "unknown_list"),
    ],
)
def test_a_paper_that_nobody_made_is_refused(rules: Any, command: Any, why: str) -> None:
    """D8, D10, D12"""
    assert code(rules, command) == why


def test_the_loans_due_day_ends_with_the_calendar_day_of_the_company() -> None:
    """D12"""
    assert DUE - timedelta(hours=8) == datetime(2026, 3, 27, 8, 0, tzinfo=UTC)
