"""Goods of a contract that was amended, cancelled, or returned, or came by a slip."""

from datetime import date

import pytest
from goods_cases import (
    CANCELLED,
    CLOSE,
    CTX,
    CUSTOMER,
    EXPECTED,
    FLOOR,
    NO,
    NOW,
    SLIP,
    TOILET,
    arrived,
    issued,
    of,
    released,
)

from contracts.fact import GoodsLine
from contracts.inventory import (
    ArrivalConfirmed,
    DamageReported,
    GoodsExpectationChanged,
    GoodsUnclaimed,
)
from contracts.inventory_stock import StockShortReported
from inventory.goods.aggregate import GOODS
from inventory.goods.arrival import DamagedArrival
from inventory.goods.expected import AmendGoods
from inventory.goods.leaving import IssueGoods, ReturnGoods
from inventory.goods.state import Cancelled
from runtime.testing import given

# --- amended ------------------------------------------------------------------------------------------------------


def test_pieces_that_an_amended_contract_needs_no_more_are_released() -> None:
    """A6"""
    amend = AmendGoods(contract_no=NO, customer=None, lines=(of(TOILET, 1),), reason="减单")
    decision = GOODS.decide(amend, GOODS.fold(EXPECTED, arrived(TOILET, 2), arrived(FLOOR, 3)), CTX)
    assert decision == (
        released(of(TOILET, 1), of(FLOOR, 3), reason="合同变更：减单", closed=False),
        GoodsExpectationChanged(at=NOW, contract_no=NO, customer=CUSTOMER, lines=(of(TOILET, 1),), reason="减单"),
    )


def test_a_line_that_became_another_product_releases_the_former_pieces() -> None:
    """A6"""
    other = GoodsLine(line_no=1, sku="WC-200", name="智能坐便器", quantity=2)
    decision = GOODS.decide(
        AmendGoods(contract_no=NO, customer=None, lines=(other, FLOOR), reason="换款"),
        GOODS.fold(EXPECTED, arrived(TOILET, 2)),
        CTX,
    )
    assert decision == (
        released(of(TOILET, 2), reason="合同变更：换款", closed=False),
        GoodsExpectationChanged(at=NOW, contract_no=NO, customer=CUSTOMER, lines=(other, FLOOR), reason="换款"),
    )


def test_more_pieces_or_another_customer_release_nothing() -> None:
    """A6"""
    other = CUSTOMER.model_copy(update={"phone": "13900002222"})
    decision = GOODS.decide(
        AmendGoods(contract_no=NO, customer=other, lines=(of(TOILET, 3), FLOOR), reason="加单"),
        GOODS.fold(EXPECTED, arrived(TOILET, 2)),
        CTX,
    )
    assert decision == (
        GoodsExpectationChanged(at=NOW, contract_no=NO, customer=other, lines=(of(TOILET, 3), FLOOR), reason="加单"),
    )


def test_the_same_lines_again_are_no_event() -> None:
    """A6"""
    amend = AmendGoods(contract_no=NO, customer=None, lines=(TOILET, FLOOR), reason="又一次")
    given(GOODS, EXPECTED).asks(amend, CTX).nothing_new()


def test_a_line_that_comes_again_remembers_its_waybills() -> None:
    """A2, A6"""
    without = GoodsExpectationChanged(at=NOW, contract_no=NO, customer=CUSTOMER, lines=(FLOOR,), reason="减")
    again = GoodsExpectationChanged(at=NOW, contract_no=NO, customer=CUSTOMER, lines=(TOILET, FLOOR), reason="加")
    history = (EXPECTED, arrived(TOILET, 2), released(of(TOILET, 2), reason="减", closed=False), without, again)
    receive = SLIP.model_copy(update={"waybill": "YD0001", "quantity": 2, "arrived_on": date(2026, 3, 9)})
    given(GOODS, *history).asks(receive, CTX).nothing_new()


# --- cancelled ----------------------------------------------------------------------------------------------------


def test_a_cancelled_contract_releases_all_that_lies_here() -> None:
    """A6"""
    decision = GOODS.decide(CLOSE, GOODS.fold(EXPECTED, arrived(TOILET, 2), arrived(FLOOR, 1)), CTX)
    assert decision == (released(of(TOILET, 2), of(FLOOR, 1)),)


def test_a_contract_is_cancelled_once_and_needs_no_goods_for_it() -> None:
    """A6"""
    given(GOODS, EXPECTED).asks(CLOSE, CTX).then(released())
    assert isinstance(GOODS.fold(*CANCELLED), Cancelled)
    given(GOODS, *CANCELLED).asks(CLOSE, CTX).nothing_new()


@pytest.mark.parametrize("told_by", ["file", "slip"])
def test_what_comes_for_a_cancelled_contract_lies_in_free_stock(told_by: str) -> None:
    """A6, D9"""
    receive = SLIP.model_copy(update={"told_by": told_by})
    unclaimed = GoodsUnclaimed(
        at=NOW,
        contract_no=NO,
        line_no=1,
        sku="WC-100",
        name="连体坐便器",
        quantity=1,
        bin="B-01-1",
        pending=False,
        voucher_no="RK1/1/1",
        why="cancelled",
    )
    given(GOODS, *CANCELLED).asks(receive, CTX).then(unclaimed)
    given(GOODS, *CANCELLED, unclaimed).asks(receive, CTX).nothing_new()


def test_by_hand_nothing_is_received_for_a_cancelled_contract() -> None:
    """A6"""
    given(GOODS, *CANCELLED).asks(SLIP.model_copy(update={"told_by": "warehouse"}), CTX).refuses("contract_cancelled")


@pytest.mark.parametrize(
    ("change", "why"), [({"line_no": 9}, "unknown_line"), ({"sku": "ZZ-1"}, "other_sku"), ({}, "unknown_contract")]
)
def test_what_a_slip_brings_is_never_lost(change: dict[str, object], why: str) -> None:
    """D1, D9: it is in the house, so it is in the books."""
    history = () if why == "unknown_contract" else (EXPECTED,)
    decision = GOODS.decide(SLIP.model_copy(update=change), GOODS.fold(*history), CTX)
    assert isinstance(decision, tuple)
    assert [(event.why, event.quantity) for event in decision if isinstance(event, GoodsUnclaimed)] == [(why, 1)]


# --- by a slip ----------------------------------------------------------------------------------------------------


def test_a_slip_makes_pieces_arrive_in_their_bin() -> None:
    """D2, A3"""
    there = arrived(TOILET, 1, "RK1/1/1").model_copy(
        update={"bin": "B-01-1", "slip_no": "RK1", "arrived_on": date(2026, 3, 13), "told_by": "slip", "told": 1}
    )
    given(GOODS, EXPECTED).asks(SLIP, CTX).then(there)


def test_pieces_that_came_damaged_arrive_and_are_reported_at_once() -> None:
    """D2, D4"""
    damaged = SLIP.model_copy(
        update={
            "bin": "",
            "damage": DamagedArrival(damage_id="RK1-1", fault="carrier", photos=("sha256:1",), note="角"),
        }
    )
    came = {"slip_no": "RK1", "arrived_on": date(2026, 3, 13), "told_by": "slip", "told": 1}
    there = arrived(TOILET, 1, "RK1/1/1").model_copy(update=came)
    report = DamageReported(
        at=NOW,
        damage_id="RK1-1",
        contract_no=NO,
        customer=CUSTOMER,
        line_no=1,
        sku="WC-100",
        name="连体坐便器",
        quantity=1,
        found="inbound",
        fault="carrier",
        photos=("sha256:1",),
        note="角",
        slip_no="RK1",
    )
    given(GOODS, EXPECTED).asks(damaged, CTX).then(there, report)


def test_what_the_file_brought_in_does_not_come_again_by_a_slip() -> None:
    """A2, D2: only the damage found at the check is new."""
    carried = SLIP.model_copy(update={"carrier_waybill": "YD0001"})
    history = GOODS.fold(EXPECTED, arrived(TOILET, 2))
    damaged = carried.model_copy(update={"damage": DamagedArrival(damage_id="RK1-1", fault="carrier")})
    put_away, found = GOODS.decide(carried, history, CTX), GOODS.decide(damaged, history, CTX)
    assert isinstance(put_away, tuple)
    assert isinstance(found, tuple)
    assert [type(event) for event in put_away] == [ArrivalConfirmed]
    assert [type(event) for event in found] == [ArrivalConfirmed, DamageReported]


# --- partial issue --------------------------------------------------------------------------------------------------


def test_a_vehicle_that_left_takes_what_there_was_and_the_rest_is_told_as_short() -> None:
    """A3, D8, D9"""
    command = IssueGoods(contract_no=NO, list_no="2026-03-13:S1", lines=(TOILET, FLOOR), partial=True)
    given(GOODS, EXPECTED, arrived(TOILET, 1)).asks(command, CTX).then(
        issued(of(TOILET, 1)).model_copy(update={"short": (of(TOILET, 1), FLOOR)}),
        _short(TOILET, 2, 1),
        _short(FLOOR, 5, 0),
    )


def test_a_vehicle_that_left_with_nothing_of_ours_is_told_and_told_once() -> None:
    """D8, D9"""
    command = IssueGoods(contract_no=NO, list_no="2026-03-13:S1", lines=(TOILET,), partial=True)
    given(GOODS, EXPECTED).asks(command, CTX).then(_short(TOILET, 2, 0))
    given(GOODS, EXPECTED, _short(TOILET, 2, 0)).asks(command, CTX).nothing_new()


def _short(line: GoodsLine, wanted: int, available: int) -> StockShortReported:
    return StockShortReported(
        at=NOW,
        depot="main",
        sku=line.sku,
        name=line.name,
        wanted=wanted,
        available=available,
        needed_for=NO,
        voucher_no="2026-03-13:S1",
        reason="出库时账上不足",
    )


# --- returned -----------------------------------------------------------------------------------------------------


def test_a_customers_return_by_slip_is_free_stock_even_beyond_what_left() -> None:
    """B15, D3"""
    back = ReturnGoods(
        contract_no=NO,
        return_no="RK2/1/1",
        lines=(of(TOILET, 3),),
        returned_on=date(2026, 3, 13),
        reason="客户退货",
        told_by="slip",
        keep=False,
        bin="R-01",
    )
    events = GOODS.decide(back, GOODS.fold(EXPECTED, arrived(TOILET, 2), issued(TOILET)), CTX)
    assert isinstance(events, tuple)
    assert [(type(event).__name__, getattr(event, "quantity", 2)) for event in events] == [
        ("GoodsReturned", 2),
        ("GoodsReleased", 2),
        ("GoodsUnclaimed", 1),
    ]
