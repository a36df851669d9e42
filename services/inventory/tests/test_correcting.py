"""A wrong receipt is taken back by a correction that names it, with a reason and a second person (D16)."""

from typing import Any

import pytest
from goods_cases import CTX, EXPECTED, NO, SLIP, TOILET, arrived, issued, of
from hypothesis import given as given_any
from hypothesis import strategies as st

from company.context import Context
from contracts.inventory import (
    ArrivalCorrected,
    CorrectionAsked,
    CorrectionRefused,
    GoodsArrived,
    GoodsDeposited,
    IssueCorrected,
)
from inventory.goods.aggregate import GOODS
from inventory.goods.correcting import ApproveCorrection, AskCorrection, CorrectIssue, RefuseCorrection
from inventory.goods.leaving import IssueGoods
from inventory.goods.row import goods_row
from inventory.goods.state import Expected
from inventory.ledger import entries_of
from inventory.reactions.cards import follow_goods
from inventory.stock.holding import BringIn, TakeOut
from runtime.testing import Given, given

HERE = given(GOODS, EXPECTED, arrived(TOILET, 2))
SECOND = Context(now=CTX.now, by="su.kj", role="accountant", policy=CTX.policy)
GZ = "GZ260313-1"
APPROVE = ApproveCorrection(contract_no=NO, correction_no=GZ)


def ask(right: int, waybill: str = "YD0001", number: str = GZ) -> AskCorrection:
    return AskCorrection(contract_no=NO, correction_no=number, line_no=1, waybill=waybill, right=right, reason="数错了")


def here(story: Given[Any, Any]) -> int:
    assert isinstance(story.state, Expected)
    return story.state.stock[0].here


def test_fewer_pieces_wait_for_a_second_person_and_nothing_falls_before() -> None:
    """D16, B23"""
    asked = HERE.after(ask(1), ctx=CTX)
    row = goods_row(asked.state)
    assert row is not None
    assert (here(asked), row.corrections_open, row.corrections[0].asked_by) == (2, 1, CTX.by)
    asked.asks(APPROVE, CTX).refuses("own_correction")
    (corrected,) = asked.asks(APPROVE, SECOND).events
    assert isinstance(corrected, ArrivalCorrected)
    assert (corrected.quantity, corrected.by, corrected.asked_by, corrected.witness) == (1, "person", CTX.by, "su.kj")
    done = asked.after(APPROVE, ctx=SECOND)
    row = goods_row(done.state)
    assert row is not None
    assert (here(done), row.corrections_open, row.lines[0].arrived) == (1, 0, 1)
    done.asks(APPROVE, SECOND).nothing_new()


def test_an_arrival_has_one_correction_that_waits() -> None:
    """D16, A9: asked for twice, as by a double click, its pieces would be taken back twice."""
    asked = HERE.after(ask(1), ctx=CTX)
    asked.asks(ask(1, number="GZ260313-2"), CTX).refuses("correction_waits")
    refused = asked.after(RefuseCorrection(contract_no=NO, correction_no=GZ, reason="再数一遍"), ctx=SECOND)
    assert len(refused.asks(ask(0, number="GZ260313-2"), CTX).events) == 1


def test_a_correction_is_not_agreed_to_when_other_pieces_are_booked_by_now() -> None:
    """D16, A9: what was wrong is told anew, of what is booked now."""
    (asked,) = HERE.asks(ask(1), CTX).events
    overtaken = given(GOODS, EXPECTED, arrived(TOILET, 2), asked, arrived(TOILET, 1))
    overtaken.asks(APPROVE, SECOND).refuses("correction_overtaken", correction_no=GZ, was=2, booked=3)


def test_ledger_and_card_follow_and_it_is_no_damage() -> None:
    """D7, D16"""
    (corrected,) = HERE.after(ask(0), ctx=CTX).asks(APPROVE, SECOND).events
    assert entries_of(corrected) == (("main", "WC-100", GZ, -2, "corrected"),)
    meta = _meta()
    (asked,) = follow_goods(corrected, meta)
    assert isinstance(asked.command, TakeOut)
    assert (asked.command.kind, asked.command.corrects, asked.command.quantity) == ("adjusted", "YD0001", 2)


def _meta() -> Any:
    class Meta:
        id = "e1"

    return Meta


def test_more_pieces_than_were_booked_arrive_at_once() -> None:
    """D16, X7: stock rises, nobody is asked; told again it is the same, or refused."""
    asked, came = given(GOODS, EXPECTED, arrived(TOILET, 1)).asks(ask(2), CTX).events
    assert isinstance(asked, CorrectionAsked)
    assert isinstance(came, GoodsArrived)
    assert (came.quantity, came.waybill, came.carrier_waybill) == (1, GZ, "YD0001")
    story = given(GOODS, EXPECTED, arrived(TOILET, 1)).after(ask(2), ctx=CTX)
    assert here(story) == 2
    story.asks(ask(2), CTX).nothing_new()
    story.asks(ask(3), CTX).refuses("correction_contradicts")


def test_a_slips_put_away_is_corrected_by_its_own_voucher_and_once() -> None:
    """D16, D6"""
    story = given(GOODS, EXPECTED).after(SLIP.model_copy(update={"quantity": 2}), ask(1, "RK1/1/1"), ctx=CTX)
    done = story.after(APPROVE, ctx=SECOND)
    assert here(done) == 1
    done.asks(ask(1, "RK1/1/1", "GZ2"), CTX).refuses("nothing_to_correct")


def test_a_refused_correction_leaves_what_was_booked() -> None:
    """D16"""
    story = HERE.after(ask(1), ctx=CTX)
    refuse = RefuseCorrection(contract_no=NO, correction_no=GZ, reason="复点无误")
    (refused,) = story.asks(refuse, SECOND).events
    assert isinstance(refused, CorrectionRefused)
    assert here(story.after(refuse, ctx=SECOND)) == 2


def test_what_was_taken_up_out_of_deposit_and_stayed_lies_there_again() -> None:
    """D16, B14: it never was in the warehouse; what the list took from here is here again first."""
    lies = GoodsDeposited(at=CTX.now, contract_no=NO, deposit_no="D-1#7", lines=(of(TOILET, 1),))
    out = given(GOODS, EXPECTED, arrived(TOILET, 2), issued(of(TOILET, 1)), lies)
    loaded = IssueGoods(contract_no=NO, list_no="SY2", lines=(of(TOILET, 2),), partial=True)
    none_left = CorrectIssue(
        contract_no=NO, correction_no="D-1#9", lines=(of(TOILET, 2),), reason="没有装车", corrected_by="mai.gh"
    )
    story = out.after(loaded, ctx=CTX)
    corrected, again = story.asks(none_left, CTX).events
    assert isinstance(corrected, IssueCorrected)
    assert isinstance(again, GoodsDeposited)
    assert (corrected.quantity, corrected.list_no, again.lines) == (1, "SY2", (of(TOILET, 1),))
    done = story.after(none_left, ctx=CTX)
    assert isinstance(done.state, Expected)
    assert [(one.here, one.deposited) for one in done.state.stock[:1]] == [(1, 1)]
    done.asks(none_left, CTX).nothing_new()


def test_pieces_that_were_issued_and_never_left_are_here_again_once() -> None:
    """D16, A9: never more than is outside."""
    out = given(GOODS, EXPECTED, arrived(TOILET, 2), issued(of(TOILET, 2)))
    stayed = CorrectIssue(
        contract_no=NO,
        correction_no="D-1#9",
        lines=(of(TOILET, 1),),
        reason="少装",
        corrected_by="mai.gh",
        bin="B-01-1",
    )
    (corrected,) = out.asks(stayed, CTX).events
    assert isinstance(corrected, IssueCorrected)
    assert (corrected.quantity, corrected.list_no) == (1, "2026-03-13:S1")
    assert entries_of(corrected) == (("main", "WC-100", "D-1#9", 1, "issue_corrected"),)
    (asked,) = follow_goods(corrected, _meta())
    assert isinstance(asked.command, BringIn)
    assert (asked.command.kind, asked.command.corrects, asked.command.held_for) == ("adjusted", "2026-03-13:S1", NO)
    done = out.after(stayed, ctx=CTX)
    assert here(done) == 1
    done.asks(stayed, CTX).nothing_new()


@pytest.mark.parametrize(
    ("story", "command", "code"),
    [
        (HERE, ask(2), "nothing_to_correct"),
        (HERE, ask(1, "YD0009"), "nothing_to_correct"),
        (given(GOODS, EXPECTED, arrived(TOILET, 2), issued(of(TOILET, 2))), ask(1), "not_enough_here"),
        (HERE.after(ask(1), ctx=CTX), ask(0), "correction_contradicts"),
        (HERE, APPROVE, "unknown_correction"),
    ],
)
def test_what_cannot_be_corrected_is_refused(story: Given[Any, Any], command: Any, code: str) -> None:
    """D16, D8, X7"""
    story.asks(command, SECOND).refuses(code)


@given_any(st.lists(st.integers(0, 6), max_size=6))
def test_after_any_corrections_as_many_are_here_as_the_last_one_says(rights: list[int]) -> None:
    """D16, A9"""
    story, expected = HERE, 2
    for number, right in enumerate(rights):
        command = ask(right, number=f"GZ{number}")
        if isinstance(story.asks(command, CTX).decided, tuple):
            story, expected = story.after(command, ctx=CTX), right
            approve = ApproveCorrection(contract_no=NO, correction_no=f"GZ{number}")
            if isinstance(story.asks(approve, SECOND).decided, tuple):
                story = story.after(approve, ctx=SECOND)
        assert here(story) == expected
