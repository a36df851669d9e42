"""Changing a contract until it is loaded (A6)."""

from dataclasses import replace
from datetime import date

import pytest
from order_story import (
    ALL_IN,
    CTX,
    CUSTOMER,
    LOADED,
    NOW,
    NUMBER,
    TILES,
    TOILETS,
    after,
    code,
    delivered,
    given,
    goods_in,
    line,
    names,
    paid,
    pieces,
    signed,
    taken,
)

from contracts.order import CompletenessLost, ContractAmended, GoodsCompleted
from order.contract.aggregate import CONTRACT
from order.contract.fulfilment import NoteFailedDelivery
from order.contract.goods import NoteGoods, NoteRelease
from order.contract.state import Complete
from order.contract.terms import AddLines, AmendContract, CancelContract


def amend(**change: object) -> AmendContract:
    return AmendContract.model_validate({"contract_no": NUMBER, "reason": "客户要求", **change})


SIGNED = given(signed())
COMPLETE = after(SIGNED, *ALL_IN)


def test_all_that_changed_is_told_with_the_reason_and_all_lines() -> None:
    """A6"""
    more, tiles = line(3), TILES.model_copy(update={"quantity": 4})
    moved = CUSTOMER.model_copy(update={"address": "桂澜路8号"})
    command = amend(
        add=(more,), change=(tiles,), remove=(1,), customer=moved, promised_on="2026-03-11", amount_due_fen=9
    )
    assert taken(command, SIGNED, CTX) == (
        ContractAmended(
            at=NOW,
            contract_no=NUMBER,
            added=(more,),
            reason="客户要求",
            changed=(tiles,),
            removed=(1,),
            lines=(tiles, more),
            customer=moved,
            promised_on=date(2026, 3, 11),
            promise_due=NOW.replace(day=11, hour=16),
            amount_due_fen=9,
            owed_fen=9,
        ),
    )


@pytest.mark.parametrize(
    "change",
    [
        {"add": (line(3),)},
        {"change": (TILES.model_copy(update={"quantity": 5}),)},
        {"remove": (1,)},
        {"customer": CUSTOMER.model_copy(update={"phone": "13800002222"})},
        {"promised_on": date(2026, 3, 11)},
        {"amount_due_fen": 0},
    ],
)
def test_the_same_amendment_again_is_no_event(change: dict[str, object]) -> None:
    """A6"""
    assert taken(amend(**change), after(SIGNED, amend(**change)), CTX) == ()


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"change": (line(9),)}, "unknown_line"),
        ({"remove": (9,)}, "unknown_line"),
        ({"change": (TOILETS.model_copy(update={"sku": "WC-999"}),)}, "line_sku_fixed"),
        ({"add": (TOILETS.model_copy(update={"quantity": 7}),)}, "line_contradicts"),
        ({"add": (line(3, 0),)}, "bad_line"),
        ({"remove": (1, 2)}, "no_line_left"),
        ({"customer": CUSTOMER.model_copy(update={"name": " "})}, "bad_customer"),
        ({"promised_on": date(2026, 2, 1)}, "bad_dates"),
        ({"promised_on": date(2026, 3, 13)}, "later_needs_consent"),
        ({"add": tuple(line(number) for number in range(3, 502))}, "too_many_lines"),
    ],
)
def test_what_makes_no_contract_is_refused(change: dict[str, object], refused: str) -> None:
    """A6, A8"""
    assert code(amend(**change), SIGNED) == refused


def test_the_number_of_a_removed_line_is_not_used_again() -> None:
    """A6"""
    assert code(amend(add=(line(1, 5),)), after(SIGNED, amend(remove=(1,)))) == "line_was_removed"


def test_what_is_loaded_stays_as_it_is_until_it_is_back() -> None:
    """A6"""
    back = NoteFailedDelivery(contract_no=NUMBER, job_id=f"D-{NUMBER}", cause="客户不在家", goods="returned")
    loaded = after(COMPLETE, LOADED)
    assert code(amend(remove=(1,)), loaded) == "already_loaded"
    assert names(amend(remove=(1,)), after(loaded, back), CTX) == ["ContractAmended", "GoodsCompleted"]


def test_a_loading_that_is_told_after_the_goods_came_back_changes_nothing() -> None:
    """A6, X1"""
    back = NoteFailedDelivery(contract_no=NUMBER, job_id=f"D-{NUMBER}", cause="客户不在家", goods="returned")
    assert taken(LOADED, after(COMPLETE, back)) == ()


def test_goods_in_deposit_are_not_back() -> None:
    """A6, B14"""
    away = NoteFailedDelivery(contract_no=NUMBER, job_id=f"D-{NUMBER}", cause="客户不在家", goods="deposited")
    assert code(amend(remove=(1,)), after(COMPLETE, LOADED, away)) == "already_loaded"


def test_lines_of_a_file_are_not_added_to_a_loaded_contract_either() -> None:
    """A6"""
    add = AddLines(contract_no=NUMBER, lines=(line(3),), reason="导入")
    assert code(add, after(COMPLETE, LOADED)) == "already_loaded"


@pytest.mark.parametrize(
    ("over", "refused"),
    [
        ((CancelContract(contract_no=NUMBER, reason="退房"),), "contract_cancelled"),
        ((delivered(pieces(1, 1)),), "already_delivered"),
    ],
)
def test_what_is_over_is_not_amended(over: tuple[CancelContract, ...], refused: str) -> None:
    """A6"""
    assert code(amend(amount_due_fen=7), after(COMPLETE, *over)) == refused


def test_a_complete_contract_that_gets_more_is_complete_no_longer() -> None:
    """A3, A6"""
    more = TILES.model_copy(update={"quantity": 5})
    assert taken(amend(change=(more,)), COMPLETE, CTX)[1:] == (
        CompletenessLost(at=NOW, contract_no=NUMBER, line_no=2, quantity=2, reason="客户要求"),
    )


def test_without_the_line_that_was_missing_the_contract_is_complete() -> None:
    """A3, A6"""
    completed = taken(amend(remove=(1,)), after(SIGNED, goods_in(2, 3, day=5)), CTX)[1]
    assert isinstance(completed, GoodsCompleted)
    assert (completed.complete_on, completed.lines) == (date(2026, 3, 5), (TILES,))


def test_who_knows_the_contract_as_complete_is_told_what_it_is_now() -> None:
    """A6"""
    moved = CUSTOMER.model_copy(update={"address": "桂澜路8号"})
    told = taken(amend(customer=moved, amount_due_fen=900), COMPLETE, CTX)[1]
    assert isinstance(told, GoodsCompleted)
    assert (told.customer, told.amount_due_fen) == (moved, 900)


def test_a_new_amount_says_what_of_it_is_still_owed() -> None:
    """A6, A7: the crew collects the difference, not what the customer has paid before."""
    amended = taken(amend(amount_due_fen=900), after(SIGNED, paid(200)), CTX)[0]
    assert isinstance(amended, ContractAmended)
    assert (amended.amount_due_fen, amended.owed_fen) == (900, 700)


def test_goods_of_a_removed_line_are_noted_and_count_for_nothing() -> None:
    """A6, X1"""
    assert names(goods_in(1, 2), after(SIGNED, amend(remove=(1,)))) == ["GoodsNoted"]


def test_pieces_released_after_fewer_were_wanted_leave_the_day_of_completeness() -> None:
    """A3, A6"""
    two_waybills = (goods_in(1, 1, "YD0001", 4), goods_in(1, 1, "YD0002", 8), goods_in(2, 3, day=3))
    fewer = amend(change=(TOILETS.model_copy(update={"quantity": 1}),))
    release = NoteRelease(contract_no=NUMBER, release_id="r1", lines=(pieces(1, 1),), reason="合同变更")
    state = after(SIGNED, *two_waybills, fewer)
    assert names(release, state) == ["GoodsReleaseNoted"]
    after_it = after(state, release)
    assert isinstance(after_it, Complete)
    assert after_it.on == date(2026, 3, 4)
    assert taken(release, after_it) == ()


def test_pieces_that_are_given_to_another_contract_are_missing() -> None:
    """A3"""
    release = NoteRelease(contract_no=NUMBER, release_id="r1", lines=(pieces(1, 1),), reason="调给别的合同")
    assert taken(release, COMPLETE)[1:] == (
        CompletenessLost(at=NOW, contract_no=NUMBER, line_no=1, quantity=1, reason="调给别的合同"),
    )


def test_an_unknown_contract_is_not_amended() -> None:
    """A6"""
    assert code(amend(remove=(1,)), given()) == "unknown_contract"


def test_an_amendment_told_late_is_placed_at_its_own_time() -> None:
    """X1"""
    earlier = NOW.replace(hour=0)
    event = taken(amend(remove=(1,), at=earlier), SIGNED, replace(CTX, by="he.jx"))[0]
    assert event.at == earlier


def test_goods_of_a_line_that_never_was_are_refused() -> None:
    """A3"""
    stray = NoteGoods(contract_no=NUMBER, line_no=9, quantity=1, waybill="YD1", arrived_on=date(2026, 3, 9))
    assert code(stray, SIGNED) == "unknown_line"
    assert CONTRACT.decide(stray, SIGNED, CTX) == CONTRACT.decide(stray, after(SIGNED, amend(remove=(1,))), CTX)
