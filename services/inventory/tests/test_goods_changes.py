"""Goods of a contract that was amended, cancelled, returned, allocated, released, or came by a slip."""

from datetime import UTC, date, datetime

import pytest

from contracts.decision import Context, Rejected
from contracts.fact import Customer, GoodsLine
from contracts.inventory import (
    AllocationAsked,
    AllocationRefused,
    DamageReported,
    GoodsArrived,
    GoodsExpectationChanged,
    GoodsExpected,
    GoodsIssued,
    GoodsReleased,
    GoodsReturnAwaited,
    GoodsReturned,
    GoodsUnclaimed,
)
from contracts.inventory_stock import StockShortReported
from contracts.policy import policy_book
from inventory.domain.goods import (
    COMMANDS,
    INITIAL,
    AmendGoods,
    AskAllocation,
    Cancelled,
    CloseGoods,
    DamagedArrival,
    Goods,
    GoodsEvent,
    IssueGoods,
    NoteAllocation,
    ReceiveGoods,
    ReleaseExcess,
    ReportLost,
    ReturnGoods,
    decide,
    evolve,
)

NOW = datetime(2026, 3, 13, 9, 0, tzinfo=UTC)
CTX = Context(now=NOW, by="mai.gh", role="warehouse", policy=policy_book().at(NOW))
NO = "HT26030001"
CUSTOMER = Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区")
TOILET = GoodsLine(line_no=1, sku="WC-100", name="连体坐便器", quantity=2)
FLOOR = GoodsLine(line_no=2, sku="FL-101", name="实木复合", quantity=5)
EXPECTED = GoodsExpected(at=NOW, contract_no=NO, customer=CUSTOMER, lines=(TOILET, FLOOR))


def of(line: GoodsLine, quantity: int) -> GoodsLine:
    return line.model_copy(update={"quantity": quantity})


def arrived(line: GoodsLine, quantity: int, waybill: str = "YD0001") -> GoodsArrived:
    return GoodsArrived(
        at=NOW,
        contract_no=NO,
        line_no=line.line_no,
        sku=line.sku,
        name=line.name,
        quantity=quantity,
        waybill=waybill,
        arrived_on=date(2026, 3, 9),
    )


def issued(*lines: GoodsLine, list_no: str = "2026-03-13:S1") -> GoodsIssued:
    return GoodsIssued(at=NOW, contract_no=NO, list_no=list_no, lines=lines)


def returned(line: GoodsLine, return_no: str = "D-HT26030001#9") -> GoodsReturned:
    return GoodsReturned(
        at=NOW,
        contract_no=NO,
        return_no=return_no,
        line_no=line.line_no,
        sku=line.sku,
        name=line.name,
        quantity=line.quantity,
        returned_on=date(2026, 3, 13),
        reason="客户不在家",
    )


def released(*lines: GoodsLine, reason: str = "合同取消：退单", closed: bool = True) -> GoodsReleased:
    return GoodsReleased(at=NOW, contract_no=NO, lines=lines, reason=reason, closed=closed)


RETURN = ReturnGoods(
    contract_no=NO,
    return_no="D-HT26030001#9",
    returned_on=date(2026, 3, 13),
    reason="客户不在家",
    told_by="run",
    keep=True,
)
CLOSE = CloseGoods(contract_no=NO, reason="退单")
SLIP = ReceiveGoods(
    contract_no=NO,
    line_no=1,
    sku="WC-100",
    name="连体坐便器",
    quantity=1,
    waybill="RK1/1/1",
    arrived_on=date(2026, 3, 13),
    told_by="slip",
    bin="B-01-1",
    slip_no="RK1",
)
CANCELLED = (EXPECTED, released())


def given(*events: GoodsEvent) -> Goods:
    state = INITIAL
    for event in events:
        state = evolve(state, event)
    return state


def code(command: COMMANDS, *events: GoodsEvent) -> str:
    decision = decide(command, given(*events), CTX)
    assert isinstance(decision, Rejected)
    return decision.code


# --- amended ------------------------------------------------------------------------------------------------------


def test_pieces_that_an_amended_contract_needs_no_more_are_released() -> None:
    """A6"""
    amend = AmendGoods(contract_no=NO, customer=None, lines=(of(TOILET, 1),), reason="减单")
    decision = decide(amend, given(EXPECTED, arrived(TOILET, 2), arrived(FLOOR, 3)), CTX)
    assert decision == (
        released(of(TOILET, 1), of(FLOOR, 3), reason="合同变更：减单", closed=False),
        GoodsExpectationChanged(at=NOW, contract_no=NO, customer=CUSTOMER, lines=(of(TOILET, 1),), reason="减单"),
    )


def test_a_line_that_became_another_product_releases_the_former_pieces() -> None:
    """A6"""
    other = GoodsLine(line_no=1, sku="WC-200", name="智能坐便器", quantity=2)
    decision = decide(
        AmendGoods(contract_no=NO, customer=None, lines=(other, FLOOR), reason="换款"),
        given(EXPECTED, arrived(TOILET, 2)),
        CTX,
    )
    assert decision == (
        released(of(TOILET, 2), reason="合同变更：换款", closed=False),
        GoodsExpectationChanged(at=NOW, contract_no=NO, customer=CUSTOMER, lines=(other, FLOOR), reason="换款"),
    )


def test_more_pieces_or_another_customer_release_nothing() -> None:
    """A6"""
    other = CUSTOMER.model_copy(update={"phone": "13900002222"})
    decision = decide(
        AmendGoods(contract_no=NO, customer=other, lines=(of(TOILET, 3), FLOOR), reason="加单"),
        given(EXPECTED, arrived(TOILET, 2)),
        CTX,
    )
    assert decision == (
        GoodsExpectationChanged(at=NOW, contract_no=NO, customer=other, lines=(of(TOILET, 3), FLOOR), reason="加单"),
    )


def test_the_same_lines_again_are_no_event() -> None:
    """A6"""
    amend = AmendGoods(contract_no=NO, customer=None, lines=(TOILET, FLOOR), reason="又一次")
    assert decide(amend, given(EXPECTED), CTX) == ()


def test_a_line_that_comes_again_remembers_its_waybills() -> None:
    """A2, A6"""
    without = GoodsExpectationChanged(at=NOW, contract_no=NO, customer=CUSTOMER, lines=(FLOOR,), reason="减")
    again = GoodsExpectationChanged(at=NOW, contract_no=NO, customer=CUSTOMER, lines=(TOILET, FLOOR), reason="加")
    history = (EXPECTED, arrived(TOILET, 2), released(of(TOILET, 2), reason="减", closed=False), without, again)
    receive = SLIP.model_copy(update={"waybill": "YD0001", "quantity": 2, "arrived_on": date(2026, 3, 9)})
    assert decide(receive, given(*history), CTX) == ()


# --- cancelled ----------------------------------------------------------------------------------------------------


def test_a_cancelled_contract_releases_all_that_lies_here() -> None:
    """A6"""
    decision = decide(CLOSE, given(EXPECTED, arrived(TOILET, 2), arrived(FLOOR, 1)), CTX)
    assert decision == (released(of(TOILET, 2), of(FLOOR, 1)),)


def test_a_contract_is_cancelled_once_and_needs_no_goods_for_it() -> None:
    """A6"""
    assert decide(CLOSE, given(EXPECTED), CTX) == (released(),)
    assert isinstance(given(*CANCELLED), Cancelled)
    assert decide(CLOSE, given(*CANCELLED), CTX) == ()


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
    assert decide(receive, given(*CANCELLED), CTX) == (unclaimed,)
    assert decide(receive, given(*CANCELLED, unclaimed), CTX) == ()


def test_by_hand_nothing_is_received_for_a_cancelled_contract() -> None:
    """A6"""
    assert code(SLIP.model_copy(update={"told_by": "warehouse"}), *CANCELLED) == "contract_cancelled"


@pytest.mark.parametrize(
    ("change", "why"), [({"line_no": 9}, "unknown_line"), ({"sku": "ZZ-1"}, "other_sku"), ({}, "unknown_contract")]
)
def test_what_a_slip_brings_is_never_lost(change: dict[str, object], why: str) -> None:
    """D1, D9: it is in the house, so it is in the books."""
    history = () if why == "unknown_contract" else (EXPECTED,)
    decision = decide(SLIP.model_copy(update=change), given(*history), CTX)
    assert isinstance(decision, tuple)
    assert [(event.why, event.quantity) for event in decision if isinstance(event, GoodsUnclaimed)] == [(why, 1)]


# --- by a slip ----------------------------------------------------------------------------------------------------


def test_a_slip_makes_pieces_arrive_in_their_bin() -> None:
    """D2, A3"""
    there = arrived(TOILET, 1, "RK1/1/1").model_copy(
        update={"bin": "B-01-1", "slip_no": "RK1", "arrived_on": date(2026, 3, 13)}
    )
    assert decide(SLIP, given(EXPECTED), CTX) == (there,)


def test_pieces_that_came_damaged_arrive_and_are_reported_at_once() -> None:
    """D2, D4"""
    damaged = SLIP.model_copy(
        update={
            "bin": "",
            "damage": DamagedArrival(damage_id="RK1-1", fault="carrier", photos=("sha256:1",), note="角"),
        }
    )
    there = arrived(TOILET, 1, "RK1/1/1").model_copy(update={"slip_no": "RK1", "arrived_on": date(2026, 3, 13)})
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
    assert decide(damaged, given(EXPECTED), CTX) == (there, report)


def test_what_the_file_brought_in_does_not_come_again_by_a_slip() -> None:
    """A2, D2: only the damage found at the check is new."""
    carried = SLIP.model_copy(update={"carrier_waybill": "YD0001"})
    history = given(EXPECTED, arrived(TOILET, 2))
    damaged = carried.model_copy(update={"damage": DamagedArrival(damage_id="RK1-1", fault="carrier")})
    decision = decide(damaged, history, CTX)
    assert decide(carried, history, CTX) == ()
    assert isinstance(decision, tuple)
    assert [type(event) for event in decision] == [DamageReported]


# --- partial issue --------------------------------------------------------------------------------------------------


def test_a_vehicle_that_left_takes_what_there_was_and_the_rest_is_told_as_short() -> None:
    """A3, D8, D9"""
    command = IssueGoods(contract_no=NO, list_no="2026-03-13:S1", lines=(TOILET, FLOOR), partial=True)
    assert decide(command, given(EXPECTED, arrived(TOILET, 1)), CTX) == (
        issued(of(TOILET, 1)).model_copy(update={"short": (of(TOILET, 1), FLOOR)}),
        _short(TOILET, 2, 1),
        _short(FLOOR, 5, 0),
    )


def test_a_vehicle_that_left_with_nothing_of_ours_is_told_and_told_once() -> None:
    """D8, D9"""
    command = IssueGoods(contract_no=NO, list_no="2026-03-13:S1", lines=(TOILET,), partial=True)
    assert decide(command, given(EXPECTED), CTX) == (_short(TOILET, 2, 0),)
    assert decide(command, given(EXPECTED, _short(TOILET, 2, 0)), CTX) == ()


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


def test_goods_of_a_failed_delivery_are_here_again() -> None:
    """B14"""
    history = given(EXPECTED, arrived(TOILET, 2), arrived(FLOOR, 5), issued(TOILET, of(FLOOR, 3)))
    assert decide(RETURN, history, CTX) == (returned(TOILET), returned(of(FLOOR, 3)))


def test_a_return_counts_once() -> None:
    """B14"""
    history = given(EXPECTED, arrived(TOILET, 2), issued(TOILET), returned(TOILET))
    assert decide(RETURN, history, CTX) == ()


def test_refused_pieces_come_back_line_by_line_and_never_more_than_left() -> None:
    """B13, B15"""
    refused = RETURN.model_copy(update={"lines": (of(TOILET, 5),)})
    assert decide(refused, given(EXPECTED, arrived(TOILET, 2), issued(TOILET)), CTX) == (returned(TOILET),)


def test_a_return_that_is_told_before_the_departure_waits_for_it() -> None:
    """X1"""
    waiting = GoodsReturnAwaited(
        at=NOW,
        contract_no=NO,
        return_no="D-HT26030001#9",
        lines=(),
        returned_on=date(2026, 3, 13),
        reason="客户不在家",
    )
    history = (EXPECTED, arrived(TOILET, 2))
    assert decide(RETURN, given(*history), CTX) == (waiting,)
    command = IssueGoods(contract_no=NO, list_no="2026-03-13:S1", lines=(TOILET,))
    assert decide(command, given(*history, waiting), CTX) == (issued(TOILET), returned(TOILET))
    assert decide(RETURN, given(*history, waiting), CTX) == ()


def test_what_comes_back_to_a_cancelled_contract_is_free_stock() -> None:
    """A6, B14"""
    history = given(EXPECTED, arrived(TOILET, 2), issued(TOILET), released())
    assert decide(RETURN, history, CTX) == (returned(TOILET), released(TOILET, reason="客户不在家"))


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
    events = decide(back, given(EXPECTED, arrived(TOILET, 2), issued(TOILET)), CTX)
    assert isinstance(events, tuple)
    assert [(type(event).__name__, getattr(event, "quantity", 2)) for event in events] == [
        ("GoodsReturned", 2),
        ("GoodsReleased", 2),
        ("GoodsUnclaimed", 1),
    ]


# --- allocation and release ---------------------------------------------------------------------------------------

ASK = AskAllocation(contract_no=NO, allocation_no="DP1", line_no=1, quantity=2)
ASKED = AllocationAsked(
    at=NOW, contract_no=NO, allocation_no="DP1", depot="main", line_no=1, sku="WC-100", name="连体坐便器", quantity=2
)
GRANTED = NoteAllocation(contract_no=NO, allocation_no="DP1", granted=True, available=2)


def test_free_stock_is_asked_for_up_to_what_lacks_and_once() -> None:
    """D8"""
    assert decide(ASK, given(EXPECTED), CTX) == (ASKED,)
    assert decide(ASK, given(EXPECTED, ASKED), CTX) == ()
    assert code(ASK.model_copy(update={"allocation_no": "DP2"}), EXPECTED, ASKED) == "not_missing"
    assert code(ASK.model_copy(update={"quantity": 3}), EXPECTED) == "not_missing"
    assert code(ASK, *CANCELLED) == "contract_cancelled"


def test_granted_pieces_arrive_from_stock() -> None:
    """D8, A3"""
    there = arrived(TOILET, 2, "DP1").model_copy(update={"from_stock": True, "arrived_on": date(2026, 3, 13)})
    assert decide(GRANTED, given(EXPECTED, ASKED), CTX) == (there,)
    assert decide(GRANTED, given(EXPECTED, ASKED, there), CTX) == ()


def test_free_stock_that_lacks_is_told() -> None:
    """D9"""
    no = NoteAllocation(contract_no=NO, allocation_no="DP1", granted=False, available=1)
    assert decide(no, given(EXPECTED, ASKED), CTX) == (
        AllocationRefused(at=NOW, contract_no=NO, allocation_no="DP1", line_no=1, sku="WC-100", available=1),
    )


def test_a_contract_that_was_cancelled_meanwhile_lets_granted_pieces_go() -> None:
    """A6, D8"""
    assert decide(GRANTED, given(EXPECTED, ASKED, released()), CTX) == (
        AllocationRefused(at=NOW, contract_no=NO, allocation_no="DP1", line_no=1, sku="WC-100", available=2, held=2),
    )


def test_only_what_the_contract_does_not_need_is_released_by_hand() -> None:
    """D9"""
    release = ReleaseExcess(contract_no=NO, release_no="SF1", line_no=1, quantity=1, reason="多发一件")
    freed = released(of(TOILET, 1), reason="多发一件", closed=False).model_copy(update={"release_no": "SF1"})
    history = (EXPECTED, arrived(TOILET, 3))
    assert decide(release, given(*history), CTX) == (freed,)
    assert decide(release, given(*history, freed), CTX) == ()
    assert code(release, EXPECTED, arrived(TOILET, 2)) == "not_excess"


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
    assert decide(lost, given(*history), CTX) == (report,)
    assert decide(lost, given(*history, report), CTX) == ()


@pytest.mark.parametrize(
    "command",
    [CLOSE, RETURN, ASK, GRANTED, ReportLost(contract_no=NO, sku="x", quantity=1, voucher_no="P", cause_id="P")],
)
def test_what_is_asked_of_an_unknown_contract_is_refused(command: COMMANDS) -> None:
    """D2"""
    assert code(command) == "unknown_contract"
