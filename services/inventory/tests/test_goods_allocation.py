"""Free stock for a contract, excess back to free stock, and pieces that a count missed."""

from datetime import date

import pytest
from goods_cases import (
    CANCELLED,
    CLOSE,
    CTX,
    CUSTOMER,
    EXPECTED,
    NO,
    NOW,
    RETURN,
    TOILET,
    arrived,
    of,
    released,
)

from contracts.inventory import AllocationAsked, AllocationRefused, DamageReported
from contracts.inventory_stock import StockShortReported
from inventory.goods.aggregate import GOODS
from inventory.goods.allocation import AskAllocation, NoteAllocation, ReleaseExcess
from inventory.goods.damage import ReportLost
from runtime.decision import Command, Rejected
from runtime.testing import given

# --- allocation and release ---------------------------------------------------------------------------------------

ASK = AskAllocation(contract_no=NO, allocation_no="DP1", line_no=1, quantity=2)
ASKED = AllocationAsked(
    at=NOW,
    contract_no=NO,
    allocation_no="DP1",
    depot="main",
    line_no=1,
    sku="WC-100",
    name="连体坐便器",
    quantity=2,
    one_lot=True,
)
GRANTED = NoteAllocation(contract_no=NO, allocation_no="DP1", granted=True, available=2)


def test_free_stock_is_asked_for_up_to_what_lacks_and_once() -> None:
    """D8"""
    given(GOODS, EXPECTED).asks(ASK, CTX).then(ASKED)
    given(GOODS, EXPECTED, ASKED).asks(ASK, CTX).nothing_new()
    given(GOODS, EXPECTED, ASKED).asks(ASK.model_copy(update={"allocation_no": "DP2"}), CTX).refuses("not_missing")
    given(GOODS, EXPECTED).asks(ASK.model_copy(update={"quantity": 3}), CTX).refuses("not_missing")
    given(GOODS, *CANCELLED).asks(ASK, CTX).refuses("contract_cancelled")


def test_an_allocation_number_with_other_content_is_refused_with_both_said() -> None:
    """X7, D8: asked, granted or not."""
    more = ASK.model_copy(update={"quantity": 1})
    there = arrived(TOILET, 2, "DP1").model_copy(update={"from_stock": True, "arrived_on": date(2026, 3, 13)})
    for history in ((EXPECTED, ASKED), (EXPECTED, ASKED, there)):
        refused = given(GOODS, *history).asks(more, CTX).decided
        assert isinstance(refused, Rejected)
        assert (refused.code, refused.rule) == ("number_contradicts", "X7")
        assert "调配第 1 行 2 件" in refused.zh
        assert "调配第 1 行 1 件" in refused.zh
        given(GOODS, *history).asks(ASK, CTX).nothing_new()
        several = ASK.model_copy(update={"several_lots": True})
        given(GOODS, *history).asks(several, CTX).refuses("number_contradicts")
        release = ReleaseExcess(contract_no=NO, release_no="DP1", line_no=1, quantity=1, reason="多发一件")
        given(GOODS, *history).asks(release, CTX).refuses("number_contradicts")


def test_a_release_number_with_other_content_is_refused() -> None:
    """X7, D9"""
    release = ReleaseExcess(contract_no=NO, release_no="SF1", line_no=1, quantity=1, reason="多发一件")
    freed = released(of(TOILET, 1), reason="多发一件", closed=False).model_copy(update={"release_no": "SF1"})
    history = given(GOODS, EXPECTED, arrived(TOILET, 4), freed)
    history.asks(release.model_copy(update={"quantity": 2}), CTX).refuses("number_contradicts")
    history.asks(release.model_copy(update={"reason": "客户不要"}), CTX).refuses("number_contradicts")
    history.asks(release, CTX).nothing_new()


def test_granted_pieces_arrive_from_stock() -> None:
    """D8, A3"""
    there = arrived(TOILET, 2, "DP1").model_copy(update={"from_stock": True, "arrived_on": date(2026, 3, 13)})
    given(GOODS, EXPECTED, ASKED).asks(GRANTED, CTX).then(there)
    given(GOODS, EXPECTED, ASKED, there).asks(GRANTED, CTX).nothing_new()


def test_free_stock_that_lacks_is_told() -> None:
    """D9"""
    no = NoteAllocation(contract_no=NO, allocation_no="DP1", granted=False, available=1)
    given(GOODS, EXPECTED, ASKED).asks(no, CTX).then(
        AllocationRefused(at=NOW, contract_no=NO, allocation_no="DP1", line_no=1, sku="WC-100", available=1)
    )


def test_a_contract_that_was_cancelled_meanwhile_lets_granted_pieces_go() -> None:
    """A6, D8"""
    given(GOODS, EXPECTED, ASKED, released()).asks(GRANTED, CTX).then(
        AllocationRefused(at=NOW, contract_no=NO, allocation_no="DP1", line_no=1, sku="WC-100", available=2, held=2)
    )


def test_only_what_the_contract_does_not_need_is_released_by_hand() -> None:
    """D9"""
    release = ReleaseExcess(contract_no=NO, release_no="SF1", line_no=1, quantity=1, reason="多发一件")
    freed = released(of(TOILET, 1), reason="多发一件", closed=False).model_copy(update={"release_no": "SF1"})
    history = (EXPECTED, arrived(TOILET, 3))
    given(GOODS, *history).asks(release, CTX).then(freed)
    given(GOODS, *history, freed).asks(release, CTX).nothing_new()
    given(GOODS, EXPECTED, arrived(TOILET, 2)).asks(release, CTX).refuses("not_excess")


# --- counts -------------------------------------------------------------------------------------------------------


def test_pieces_that_a_count_missed_are_lost_to_the_contract_and_once() -> None:
    """D7, D9, A3"""
    lost = ReportLost(contract_no=NO, sku="WC-100", quantity=3, voucher_no="PD1", cause_id="PD1/WC-100/B-01-1")
    report = DamageReported(
        at=NOW,
        damage_id="L-PD1-WC-100-B-01-1-1",
        contract_no=NO,
        customer=CUSTOMER,
        line_no=1,
        sku="WC-100",
        name="连体坐便器",
        quantity=2,
        found="inbound",
        fault="unknown",
        photos=(),
        note="盘点短缺 PD1",
        lost=True,
        count_no="PD1",
        adjustment_id="PD1/WC-100/B-01-1",
    )
    history = (EXPECTED, arrived(TOILET, 2))
    given(GOODS, *history).asks(lost, CTX).then(report)
    given(GOODS, *history, report).asks(lost, CTX).nothing_new()


def test_pieces_that_a_count_missed_and_that_left_meanwhile_are_short() -> None:
    """D7, D9: the count is told that nothing is left to write off."""
    lost = ReportLost(contract_no=NO, sku="WC-100", quantity=3, voucher_no="PD1", cause_id="PD1:1")
    (short,) = given(GOODS, EXPECTED).asks(lost, CTX).events
    assert isinstance(short, StockShortReported)
    assert (short.adjustment_id, short.wanted, short.available, short.needed_for) == ("PD1:1", 3, 0, NO)


@pytest.mark.parametrize(
    "command",
    [CLOSE, RETURN, ASK, GRANTED, ReportLost(contract_no=NO, sku="x", quantity=1, voucher_no="P", cause_id="P")],
)
def test_what_is_asked_of_an_unknown_contract_is_refused(command: Command) -> None:
    """D2"""
    given(GOODS).asks(command, CTX).refuses("unknown_contract")
