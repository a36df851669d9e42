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
    SYSTEM,
    TILES,
    TOILETS,
    delivered,
    given,
    goods_in,
    line,
    paid,
    pieces,
    signed,
)

from contracts.order import CompletenessLost, ContractAmended, GoodsCompleted
from order.contract.fulfilment import NoteFailedDelivery
from order.contract.goods import NoteGoods, NoteRelease
from order.contract.money import RefundReturn
from order.contract.state import Complete
from order.contract.terms import AddLines, AmendContract, CancelContract


def amend(**change: object) -> AmendContract:
    return AmendContract.model_validate({"contract_no": NUMBER, "reason": "客户要求", **change})


SIGNED = given(signed())
COMPLETE = SIGNED.after(*ALL_IN, ctx=SYSTEM)


def test_all_that_changed_is_told_with_the_reason_and_all_lines() -> None:
    """A6"""
    more, tiles = line(3), TILES.model_copy(update={"quantity": 4})
    moved = CUSTOMER.model_copy(update={"address": "桂澜路8号"})
    command = amend(
        add=(more,), change=(tiles,), remove=(1,), customer=moved, promised_on="2026-03-11", amount_due_fen=9
    )
    SIGNED.asks(command, CTX).then(
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
            fewer=(pieces(1, 0),),
        )
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
    SIGNED.after(amend(**change), ctx=SYSTEM).asks(amend(**change), CTX).nothing_new()


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
    SIGNED.asks(amend(**change), CTX).refuses(refused)


def test_the_number_of_a_removed_line_is_not_used_again() -> None:
    """A6"""
    SIGNED.after(amend(remove=(1,)), ctx=SYSTEM).asks(amend(add=(line(1, 5),)), CTX).refuses("line_was_removed")


def test_what_is_loaded_stays_as_it_is_until_it_is_back() -> None:
    """A6"""
    back = NoteFailedDelivery(contract_no=NUMBER, job_id=f"D-{NUMBER}", cause="客户不在家", goods="returned")
    loaded = COMPLETE.after(LOADED, ctx=SYSTEM)
    loaded.asks(amend(remove=(1,)), CTX).refuses("already_loaded")
    loaded.after(back, ctx=SYSTEM).asks(amend(remove=(1,)), CTX).then_names("ContractAmended", "GoodsCompleted")


def test_a_loading_that_is_told_after_the_goods_came_back_changes_nothing() -> None:
    """A6, X1"""
    back = NoteFailedDelivery(contract_no=NUMBER, job_id=f"D-{NUMBER}", cause="客户不在家", goods="returned")
    COMPLETE.after(back, ctx=SYSTEM).asks(LOADED, SYSTEM).nothing_new()


def test_goods_in_deposit_are_not_back() -> None:
    """A6, B14"""
    away = NoteFailedDelivery(contract_no=NUMBER, job_id=f"D-{NUMBER}", cause="客户不在家", goods="deposited")
    COMPLETE.after(LOADED, away, ctx=SYSTEM).asks(amend(remove=(1,)), CTX).refuses("already_loaded")


def test_lines_of_a_file_are_not_added_to_a_loaded_contract_either() -> None:
    """A6"""
    add = AddLines(contract_no=NUMBER, lines=(line(3),), reason="导入")
    COMPLETE.after(LOADED, ctx=SYSTEM).asks(add, CTX).refuses("already_loaded")


@pytest.mark.parametrize(
    ("over", "refused"),
    [
        ((CancelContract(contract_no=NUMBER, reason="退房"),), "contract_cancelled"),
        ((delivered(),), "already_delivered"),
    ],
)
def test_what_is_over_is_not_amended(over: tuple[CancelContract, ...], refused: str) -> None:
    """A6"""
    COMPLETE.after(*over, ctx=SYSTEM).asks(amend(amount_due_fen=7), CTX).refuses(refused)


def test_a_complete_contract_that_gets_more_is_complete_no_longer() -> None:
    """A3, A6"""
    more = TILES.model_copy(update={"quantity": 5})
    assert COMPLETE.asks(amend(change=(more,)), CTX).events[1:] == (
        CompletenessLost(at=NOW, contract_no=NUMBER, line_no=2, quantity=2, reason="客户要求"),
    )


def test_without_the_line_that_was_missing_the_contract_is_complete() -> None:
    """A3, A6"""
    completed = SIGNED.after(goods_in(2, 3, day=5), ctx=SYSTEM).asks(amend(remove=(1,)), CTX).events[1]
    assert isinstance(completed, GoodsCompleted)
    assert (completed.complete_on, completed.lines) == (date(2026, 3, 5), (TILES,))


def test_who_knows_the_contract_as_complete_is_told_what_it_is_now() -> None:
    """A6"""
    moved = CUSTOMER.model_copy(update={"address": "桂澜路8号"})
    told = COMPLETE.asks(amend(customer=moved, amount_due_fen=900), CTX).events[1]
    assert isinstance(told, GoodsCompleted)
    assert (told.customer, told.amount_due_fen) == (moved, 900)


def test_a_new_amount_says_what_of_it_is_still_owed() -> None:
    """A6, A7: the crew collects the difference, not what the customer has paid before."""
    amended = SIGNED.after(paid(200), ctx=SYSTEM).asks(amend(amount_due_fen=900), CTX).events[0]
    assert isinstance(amended, ContractAmended)
    assert (amended.amount_due_fen, amended.owed_fen) == (900, 700)


def test_goods_of_a_removed_line_are_noted_and_count_for_nothing() -> None:
    """A6, X1"""
    SIGNED.after(amend(remove=(1,)), ctx=SYSTEM).asks(goods_in(1, 2), SYSTEM).then_names("GoodsNoted")


def test_pieces_released_after_fewer_were_wanted_leave_the_day_of_completeness() -> None:
    """A3, A6"""
    two_waybills = (goods_in(1, 1, "YD0001", 4), goods_in(1, 1, "YD0002", 8), goods_in(2, 3, day=3))
    fewer = amend(change=(TOILETS.model_copy(update={"quantity": 1}),))
    release = NoteRelease(contract_no=NUMBER, release_id="r1", lines=(pieces(1, 1),), reason="合同变更")
    state = SIGNED.after(*two_waybills, fewer, ctx=SYSTEM)
    state.asks(release, SYSTEM).then_names("GoodsReleaseNoted")
    after_it = state.after(release, ctx=SYSTEM)
    assert isinstance(after_it.state, Complete)
    assert after_it.state.on == date(2026, 3, 4)
    after_it.asks(release, SYSTEM).nothing_new()


def test_pieces_that_are_given_to_another_contract_are_missing() -> None:
    """A3"""
    release = NoteRelease(contract_no=NUMBER, release_id="r1", lines=(pieces(1, 1),), reason="调给别的合同")
    assert COMPLETE.asks(release, SYSTEM).events[1:] == (
        CompletenessLost(at=NOW, contract_no=NUMBER, line_no=1, quantity=1, reason="调给别的合同"),
    )


def test_an_unknown_contract_is_not_amended() -> None:
    """A6"""
    given().asks(amend(remove=(1,)), CTX).refuses("unknown_contract")


def test_an_amendment_told_late_is_placed_at_its_own_time() -> None:
    """X1"""
    earlier = NOW.replace(hour=0)
    event = SIGNED.asks(amend(remove=(1,), at=earlier), replace(CTX, by="he.jx")).events[0]
    assert event.at == earlier


def test_goods_of_a_line_that_never_was_are_refused() -> None:
    """A3"""
    stray = NoteGoods(contract_no=NUMBER, line_no=9, quantity=1, waybill="YD1", arrived_on=date(2026, 3, 9))
    SIGNED.asks(stray, CTX).refuses("unknown_line")
    assert SIGNED.asks(stray, CTX).decided == SIGNED.after(amend(remove=(1,)), ctx=SYSTEM).asks(stray, CTX).decided


@pytest.mark.parametrize("change", [{"change": (TOILETS.model_copy(update={"quantity": 1}),)}, {"remove": (1,)}])
def test_a_line_does_not_become_less_than_was_refunded(change: dict[str, object]) -> None:
    """A6, A9, B15: ordered = owed + with the customer + refunded."""
    refund = RefundReturn(contract_no=NUMBER, refund_id="TK-1", line_no=1, quantity=2, refund_fen=0, reason="不要")
    SIGNED.after(refund, ctx=CTX).asks(amend(**change), CTX).refuses("less_than_refunded")
