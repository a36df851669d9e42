"""Why a line differs, who approves, and what the stock booked."""

from typing import Any

import pytest
from count_cases import (
    ACCOUNTANT,
    ADJUSTED,
    ADJUSTMENT,
    BOTH,
    CTX,
    DIFFERS,
    DUE,
    EXPLAINED,
    NO,
    NOW,
    TILES,
    TOILETS,
    card,
    compared,
    context,
    move,
    told,
)

from contracts.inventory_counts import AdjustmentBooked, CountClosed, CountKey, RecountAsked
from inventory.count.aggregate import COUNT
from inventory.count.counting import CancelCount, CompareCount, CountPieces
from inventory.count.settling import ApproveAdjustment, ExplainDifference, NoteBooked, RefuseAdjustment
from runtime.testing import given

EXPLAIN = ExplainDifference(sku="TIL-0918", bin="A-01", reason="damage", note="摔碎")
APPROVE = ApproveAdjustment(sku="TIL-0918", bin="A-01", card=card(TILES, 60), note="同意")
REFUSE = RefuseAdjustment(sku="TIL-0918", bin="A-01", note="再点一次")
ADJUSTED_BY_ANOTHER = move(13, -2, minutes=9).model_copy(update={"adjusted_by": "PD-2603-02"})
BOOKED = AdjustmentBooked(at=NOW, count_no=NO, adjustment_id=ADJUSTMENT, sku="TIL-0918", bin="A-01", move_no=13)


def test_the_warehouse_says_why_a_line_differs() -> None:
    """D7"""
    given(COUNT, *DIFFERS).asks(EXPLAIN, CTX).then(EXPLAINED)
    given(COUNT, *DIFFERS, EXPLAINED).asks(EXPLAIN, CTX).nothing_new()


@pytest.mark.parametrize(
    ("change", "events", "refusal"),
    [
        ({"bin": "B-09"}, DIFFERS, "not_on_sheet"),
        ({"sku": "WC-100", "bin": "A-02"}, DIFFERS, "no_difference"),
        ({}, BOTH, "no_difference"),
        ({"reason": "other", "note": ""}, DIFFERS, "note_wanted"),
        ({}, (*DIFFERS, EXPLAINED, ADJUSTED), "no_difference"),
    ],
)
def test_a_reason_that_explains_nothing_is_refused(change: dict[str, Any], events: Any, refusal: str) -> None:
    """D7"""
    given(COUNT, *events).asks(EXPLAIN.model_copy(update=change), CTX).refuses(refusal)


def test_an_explained_difference_is_approved_by_who_did_not_count() -> None:
    """D7"""
    explained = given(COUNT, *DIFFERS, EXPLAINED)
    explained.asks(APPROVE, ACCOUNTANT).then(ADJUSTED)
    explained.asks(APPROVE, context("guan.yf", "manager")).refuses("approver_counted")
    explained.asks(APPROVE, context("mai.gh", "accountant")).refuses("approver_counted")


@pytest.mark.parametrize(
    ("change", "events", "refusal"),
    [
        ({"bin": "B-09"}, (*DIFFERS, EXPLAINED), "not_on_sheet"),
        ({}, DIFFERS, "not_explained"),
        ({"sku": "WC-100", "bin": "A-02"}, DIFFERS, "no_difference"),
        ({"card": card(TOILETS, 4)}, (*DIFFERS, EXPLAINED), "other_card"),
        ({"card": card(TILES, 60, move(14, 1, minutes=9))}, (*DIFFERS, EXPLAINED), "card_behind"),
        ({"card": card(TILES, 58, move(13, -2, minutes=-9))}, (*DIFFERS, EXPLAINED), "moves_told_late"),
        ({"card": card(TILES, 58, ADJUSTED_BY_ANOTHER)}, (*DIFFERS, EXPLAINED), "adjusted_meanwhile"),
    ],
)
def test_an_adjustment_stands_on_the_card_of_now(change: dict[str, Any], events: Any, refusal: str) -> None:
    """D7, X1"""
    given(COUNT, *events).asks(APPROVE.model_copy(update=change), ACCOUNTANT).refuses(refusal)


def test_a_move_after_the_count_was_made_does_not_stand_against_its_adjustment() -> None:
    """D7, X1"""
    later = APPROVE.model_copy(update={"card": card(TILES, 50, move(13, -10, minutes=9))})
    given(COUNT, *DIFFERS, EXPLAINED).asks(later, ACCOUNTANT).accepted()


def test_a_refused_adjustment_is_counted_once_more_by_a_third_person() -> None:
    """D7"""
    asked = RecountAsked(
        at=NOW, count_no=NO, lines=(CountKey(sku="TIL-0918", bin="A-01"),), reason="refused", note="再点一次"
    )
    again = given(COUNT, *DIFFERS, EXPLAINED).asks(REFUSE, ACCOUNTANT).then(asked)
    third = CountPieces(sku="TIL-0918", bin="A-01", quantity=60)
    again.asks(third, context("mai.gh")).refuses("recount_by_another")
    again.asks(third, context("guan.yf")).refuses("recount_by_another")
    again.asks(third, context("deng.w")).accepted()


@pytest.mark.parametrize(
    ("change", "events", "refusal"),
    [
        ({"note": ""}, DIFFERS, "note_wanted"),
        ({"sku": "WC-100", "bin": "A-02"}, DIFFERS, "no_difference"),
        ({}, (*DIFFERS, EXPLAINED, ADJUSTED), "no_difference"),
    ],
)
def test_a_refusal_that_fits_nothing_is_refused(change: dict[str, Any], events: Any, refusal: str) -> None:
    """D7"""
    given(COUNT, *events).asks(REFUSE.model_copy(update=change), ACCOUNTANT).refuses(refusal)


def test_the_count_closes_when_the_stock_booked_the_last_adjustment() -> None:
    """D7, K19: accuracy is of before the adjustment."""
    closed = CountClosed(
        at=NOW,
        count_no=NO,
        depot="main",
        kind="cycle",
        plan="A",
        due=DUE,
        lines=2,
        lines_right=1,
        pieces_book=64,
        pieces_off=2,
    )
    booking = NoteBooked(adjustment_id=ADJUSTMENT, move_no=13)
    given(COUNT, *DIFFERS, EXPLAINED, ADJUSTED).asks(booking, CTX).then(BOOKED, closed)
    given(COUNT, *DIFFERS, EXPLAINED, ADJUSTED, BOOKED).asks(booking, CTX).nothing_new()
    given(COUNT, *DIFFERS, EXPLAINED).asks(booking, CTX).nothing_new()


def test_an_adjustment_that_the_stock_refused_may_be_approved_again() -> None:
    """D7"""
    given(COUNT, *DIFFERS, EXPLAINED, ADJUSTED).asks(APPROVE, ACCOUNTANT).then(ADJUSTED)
    given(COUNT, *DIFFERS, EXPLAINED, ADJUSTED, BOOKED).asks(APPROVE, ACCOUNTANT).nothing_new()


def test_a_comparison_that_changes_the_difference_asks_for_a_reason_again() -> None:
    """D7, X1"""
    later = CompareCount(cards=(card(TILES, 59, move(13, -1, minutes=-9)), card(TOILETS, 4)))
    again = told(compared(TILES, 58, 59, round=2, counted_by="guan.yf", move_no=13))
    compared_anew = given(COUNT, *DIFFERS, EXPLAINED).asks(later, CTX).then(again)
    compared_anew.asks(APPROVE, ACCOUNTANT).refuses("not_explained")


def test_a_count_with_an_adjustment_is_not_thrown_away() -> None:
    """D7"""
    given(COUNT, *DIFFERS, EXPLAINED, ADJUSTED).asks(CancelCount(reason="x"), CTX).refuses("count_adjusted")
