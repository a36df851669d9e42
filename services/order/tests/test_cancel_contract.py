"""Cancelling a contract until it is delivered (A6)."""

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
    installed,
    paid,
    pieces,
    signed,
)

from contracts.order import ContractCancelled
from order.contract.delays import ReportDelay
from order.contract.goods import NoteDamage, NoteRelease
from order.contract.logistics import AnnounceShipment
from order.contract.money import RefundReturn
from order.contract.terms import CancelContract

CANCEL = CancelContract(contract_no=NUMBER, reason="客户退房")
SIGNED = given(signed())
COMPLETE = SIGNED.after(*ALL_IN, ctx=SYSTEM)
CANCELLED = COMPLETE.after(paid(200), CANCEL, ctx=SYSTEM)


def test_a_cancelled_contract_says_what_was_sold_and_paid() -> None:
    """A6"""
    COMPLETE.after(paid(200), ctx=SYSTEM).asks(CANCEL, CTX).then(
        ContractCancelled(
            at=NOW,
            contract_no=NUMBER,
            store_code="S02",
            customer=CUSTOMER,
            lines=(TOILETS, TILES),
            paid_fen=200,
            reason="客户退房",
        )
    )


def test_cancelling_again_is_no_event() -> None:
    """A6"""
    CANCELLED.asks(CANCEL, CTX).nothing_new()


def test_a_loaded_contract_can_be_cancelled_but_not_a_delivered_one() -> None:
    """A6"""
    loaded = COMPLETE.after(LOADED, ctx=SYSTEM)
    loaded.asks(CANCEL, CTX).then_names("ContractCancelled")
    loaded.after(delivered(pieces(1, 1)), ctx=SYSTEM).asks(CANCEL, CTX).refuses("already_delivered")


def test_a_fulfilled_contract_is_not_cancelled() -> None:
    """A6, A7"""
    COMPLETE.after(delivered(), installed(), paid(), ctx=SYSTEM).asks(CANCEL, CTX).refuses("contract_fulfilled")


def test_an_unknown_contract_is_not_cancelled() -> None:
    """A6"""
    given().asks(CANCEL, CTX).refuses("unknown_contract")


def test_completeness_of_a_cancelled_contract_is_frozen() -> None:
    """A6, A3"""
    waiting = SIGNED.after(CANCEL, ctx=SYSTEM)
    release = NoteRelease(contract_no=NUMBER, release_id="r", lines=(pieces(1, 2), pieces(2, 3)), reason="合同取消")
    damage = NoteDamage(contract_no=NUMBER, line_no=1, damage_id="d", quantity=1, in_warehouse=True)
    assert [[type(event).__name__ for event in waiting.asks(command, SYSTEM).events] for command in ALL_IN] == [
        ["GoodsNoted"]
    ] * 2
    CANCELLED.asks(release, SYSTEM).then_names("GoodsReleaseNoted")
    CANCELLED.asks(damage, SYSTEM).then_names("DamageNoted")


def test_nothing_falls_due_any_more() -> None:
    """A6"""
    delay = ReportDelay(contract_no=NUMBER, fault="factory", reason="缺货")
    assert (len(COMPLETE.after(delay, ctx=SYSTEM).due()), COMPLETE.after(delay, CANCEL, ctx=SYSTEM).due()) == (2, ())


def test_what_a_crew_delivered_nevertheless_is_noted_but_fulfils_nothing() -> None:
    """A6, X1"""
    CANCELLED.asks(delivered(), SYSTEM).then_names("DeliveryNoted")
    CANCELLED.asks(installed(), SYSTEM).then_names("InstallationNoted")


@pytest.mark.parametrize("command", [delivered(), installed(), paid(1, "SJ-9")])
def test_by_hand_nothing_is_booked_on_a_cancelled_contract(command: CancelContract) -> None:
    """A6"""
    CANCELLED.asks(command, CTX).refuses("contract_cancelled")


def test_a_cancelled_contract_is_not_loaded() -> None:
    """A6"""
    CANCELLED.asks(LOADED, SYSTEM).nothing_new()


def test_goods_may_still_arrive_but_none_are_announced() -> None:
    """A2, A6"""
    announce = AnnounceShipment(
        contract_no=NUMBER, line_no=1, sku=TOILETS.sku, quantity=1, waybill="YD0009", carrier="德邦"
    )
    CANCELLED.asks(announce, CTX).refuses("contract_cancelled")
    CANCELLED.asks(goods_in(1, 1, "YD0009"), SYSTEM).then_names("GoodsNoted")


def test_the_money_of_a_cancelled_contract_goes_back_once_and_no_more_than_was_paid() -> None:
    """A6, B15"""
    back = RefundReturn(contract_no=NUMBER, refund_id="TK-1", refund_fen=150, reason="合同取消")
    rest = back.model_copy(update={"refund_id": "TK-2", "refund_fen": 51})
    refunded = CANCELLED.after(back, ctx=SYSTEM)
    CANCELLED.asks(back, CTX).then_names("ReturnRefunded")
    refunded.asks(back, CTX).nothing_new()
    refunded.asks(rest, CTX).refuses("refund_too_large")
