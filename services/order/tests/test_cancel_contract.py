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
    after,
    code,
    delivered,
    given,
    goods_in,
    installed,
    names,
    paid,
    pieces,
    signed,
    taken,
)

from contracts.order import ContractCancelled
from order.contract.aggregate import due
from order.contract.delays import ReportDelay
from order.contract.fulfilment import RefundReturn
from order.contract.goods import NoteDamage, NoteRelease
from order.contract.logistics import AnnounceShipment
from order.contract.terms import CancelContract

CANCEL = CancelContract(contract_no=NUMBER, reason="客户退房")
SIGNED = given(signed())
COMPLETE = after(SIGNED, *ALL_IN)
CANCELLED = after(COMPLETE, paid(200), CANCEL)


def test_a_cancelled_contract_says_what_was_sold_and_paid() -> None:
    """A6"""
    assert taken(CANCEL, after(COMPLETE, paid(200)), CTX) == (
        ContractCancelled(
            at=NOW,
            contract_no=NUMBER,
            store_code="S02",
            customer=CUSTOMER,
            lines=(TOILETS, TILES),
            paid_fen=200,
            reason="客户退房",
        ),
    )


def test_cancelling_again_is_no_event() -> None:
    """A6"""
    assert taken(CANCEL, CANCELLED, CTX) == ()


def test_a_loaded_contract_can_be_cancelled_but_not_a_delivered_one() -> None:
    """A6"""
    loaded = after(COMPLETE, LOADED)
    assert names(CANCEL, loaded, CTX) == ["ContractCancelled"]
    assert code(CANCEL, after(loaded, delivered(pieces(1, 1)))) == "already_delivered"


def test_a_fulfilled_contract_is_not_cancelled() -> None:
    """A6, A7"""
    assert code(CANCEL, after(COMPLETE, delivered(), installed(), paid())) == "contract_fulfilled"


def test_an_unknown_contract_is_not_cancelled() -> None:
    """A6"""
    assert code(CANCEL, given()) == "unknown_contract"


def test_completeness_of_a_cancelled_contract_is_frozen() -> None:
    """A6, A3"""
    waiting = after(SIGNED, CANCEL)
    release = NoteRelease(contract_no=NUMBER, release_id="r", lines=(pieces(1, 2), pieces(2, 3)), reason="合同取消")
    damage = NoteDamage(contract_no=NUMBER, line_no=1, damage_id="d", quantity=1, in_warehouse=True)
    assert [names(command, waiting) for command in ALL_IN] == [["GoodsNoted"]] * 2
    assert names(release, CANCELLED) == ["GoodsReleaseNoted"]
    assert names(damage, CANCELLED) == ["DamageNoted"]


def test_nothing_falls_due_any_more() -> None:
    """A6"""
    delay = ReportDelay(contract_no=NUMBER, fault="factory", reason="缺货")
    assert (len(due(after(COMPLETE, delay))), due(after(COMPLETE, delay, CANCEL))) == (2, ())


def test_what_a_crew_delivered_nevertheless_is_noted_but_fulfils_nothing() -> None:
    """A6, X1"""
    assert names(delivered(), CANCELLED, SYSTEM) == ["DeliveryNoted"]
    assert names(installed(), CANCELLED, SYSTEM) == ["InstallationNoted"]


@pytest.mark.parametrize("command", [delivered(), installed(), paid(1, "SJ-9")])
def test_by_hand_nothing_is_booked_on_a_cancelled_contract(command: CancelContract) -> None:
    """A6"""
    assert code(command, CANCELLED) == "contract_cancelled"


def test_a_cancelled_contract_is_not_loaded() -> None:
    """A6"""
    assert taken(LOADED, CANCELLED) == ()


def test_goods_may_still_arrive_but_none_are_announced() -> None:
    """A2, A6"""
    announce = AnnounceShipment(
        contract_no=NUMBER, line_no=1, sku=TOILETS.sku, quantity=1, waybill="YD0009", carrier="德邦"
    )
    assert code(announce, CANCELLED) == "contract_cancelled"
    assert names(goods_in(1, 1, "YD0009"), CANCELLED) == ["GoodsNoted"]


def test_the_money_of_a_cancelled_contract_goes_back_once_and_no_more_than_was_paid() -> None:
    """A6, B15"""
    back = RefundReturn(contract_no=NUMBER, refund_id="TK-1", refund_fen=150, reason="合同取消")
    rest = back.model_copy(update={"refund_id": "TK-2", "refund_fen": 51})
    refunded = after(CANCELLED, back)
    assert names(back, CANCELLED, CTX) == ["ReturnRefunded"]
    assert taken(back, refunded, CTX) == ()
    assert code(rest, refunded) == "refund_too_large"
