"""Goods of a contract: expected, received, damaged, issued."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from company.context import Context
from company.policy import policy_book
from contracts.fact import Customer, GoodsLine
from contracts.inventory import DamageReported, GoodsArrived, GoodsExpected, GoodsIssued, Place
from contracts.inventory_stock import StockExcessReported
from inventory.goods.aggregate import GOODS
from inventory.goods.arrival import ReceiveGoods
from inventory.goods.damage import ReportDamage
from inventory.goods.expected import ExpectGoods
from inventory.goods.leaving import IssueGoods
from runtime.decision import Command, Rejected
from runtime.testing import given

NOW = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
CTX = Context(now=NOW, by="mai.gh", role="warehouse", policy=policy_book().at(NOW))
CUSTOMER = Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区")
TOILET = GoodsLine(line_no=1, sku="WC-100", name="连体坐便器", quantity=2)
FLOOR = GoodsLine(line_no=2, sku="FL-101", name="实木复合", quantity=5)
EXPECT = ExpectGoods(contract_no="HT26030001", customer=CUSTOMER, lines=(TOILET, FLOOR))
EXPECTED = GoodsExpected(at=NOW, contract_no="HT26030001", customer=CUSTOMER, lines=(TOILET, FLOOR))
RECEIVE = ReceiveGoods(
    contract_no="HT26030001",
    line_no=1,
    sku="WC-100",
    quantity=2,
    waybill="YD0001",
    arrived_on=date(2026, 3, 9),
    told_by="warehouse",
)
ARRIVED = GoodsArrived(
    at=NOW,
    contract_no="HT26030001",
    line_no=1,
    sku="WC-100",
    name="连体坐便器",
    quantity=2,
    waybill="YD0001",
    arrived_on=date(2026, 3, 9),
    told_by="warehouse",
    told=2,
)
ISSUE = IssueGoods(contract_no="HT26030001", list_no="2026-03-13:S1", lines=(TOILET,))
ISSUED = GoodsIssued(at=NOW, contract_no="HT26030001", list_no="2026-03-13:S1", lines=(TOILET,))
IN = (EXPECTED, ARRIVED)
OUT = (EXPECTED, ARRIVED, ISSUED)


def damage(quantity: int, found: Place, damage_id: str = "d1") -> ReportDamage:
    return ReportDamage(
        contract_no="HT26030001",
        damage_id=damage_id,
        line_no=1,
        quantity=quantity,
        found=found,
        fault="carrier",
        photos=("p/1.jpg",),
        note="箱角压坏",
    )


def damaged(quantity: int, found: Place, damage_id: str = "d1") -> DamageReported:
    return DamageReported(
        at=NOW,
        damage_id=damage_id,
        contract_no="HT26030001",
        customer=CUSTOMER,
        line_no=1,
        sku="WC-100",
        name="连体坐便器",
        quantity=quantity,
        found=found,
        fault="carrier",
        photos=("p/1.jpg",),
        note="箱角压坏",
    )


def test_the_goods_of_a_contract_are_expected() -> None:
    """A1"""
    given(GOODS).asks(EXPECT, CTX).then(EXPECTED)


def test_the_same_goods_are_expected_once() -> None:
    """A1"""
    given(GOODS, EXPECTED).asks(EXPECT, CTX).nothing_new()


def test_more_lines_of_a_known_contract_are_expected_for_the_same_customer() -> None:
    """A6"""
    first = EXPECTED.model_copy(update={"lines": (TOILET,)})
    more = EXPECT.model_copy(update={"customer": None})
    given(GOODS, first).asks(more, CTX).then(EXPECTED.model_copy(update={"lines": (FLOOR,)}))


def test_received_pieces_arrive() -> None:
    """A3, D2"""
    given(GOODS, EXPECTED).asks(RECEIVE, CTX).then(ARRIVED)


def test_a_line_and_waybill_are_received_once() -> None:
    """A3"""
    given(GOODS, *IN).asks(RECEIVE, CTX).nothing_new()


def test_another_quantity_on_the_same_waybill_is_refused() -> None:
    """D2"""
    given(GOODS, *IN).asks(RECEIVE.model_copy(update={"quantity": 1}), CTX).refuses(
        Rejected(
            code="arrival_contradicts",
            rule="D2",
            zh="第 1 行、运单 YD0001 已收货 2 件，这次的数量或日期不同。请核对运单号",
            en="Line 1, waybill YD0001: 2 pieces were received; this says another quantity or day. Check the waybill",
            facts={"line_no": 1, "waybill": "YD0001", "received": 2},
        )
    )


def test_more_pieces_than_expected_are_received_and_told_because_they_are_there() -> None:
    """D9"""
    many = RECEIVE.model_copy(update={"quantity": 9})
    told = StockExcessReported(
        at=NOW,
        depot="main",
        sku="WC-100",
        name="连体坐便器",
        quantity=7,
        contract_no="HT26030001",
        voucher_no="YD0001",
        reason="到货多于合同",
    )
    given(GOODS, EXPECTED).asks(many, CTX).then(ARRIVED.model_copy(update={"quantity": 9, "told": 9}), told)


def test_where_every_inbound_is_checked_by_hand_only_a_slip_receives() -> None:
    """A2, D1"""
    by_hand = replace(CTX, policy=CTX.policy.model_copy(update={"arrival_rows_receive": False}))
    told_by_file = RECEIVE.model_copy(update={"told_by": "file"})
    by_slip = RECEIVE.model_copy(update={"told_by": "slip"})
    refused = GOODS.decide(RECEIVE, GOODS.fold(EXPECTED), by_hand)
    assert isinstance(refused, Rejected)
    given(GOODS, EXPECTED).asks(told_by_file, by_hand).nothing_new()
    given(GOODS, EXPECTED).asks(by_slip, by_hand).then(ARRIVED.model_copy(update={"told_by": "slip"}))
    given(GOODS, EXPECTED).asks(told_by_file, CTX).then(ARRIVED.model_copy(update={"told_by": "file"}))
    assert refused.code == "slip_needed"


@pytest.mark.parametrize("found", ["inbound", "loading"])
def test_damage_in_the_warehouse_is_reported_up_to_what_lies_there(found: Place) -> None:
    """D4"""
    given(GOODS, *IN).asks(damage(2, found), CTX).then(damaged(2, found))


@pytest.mark.parametrize("found", ["delivery", "installation"])
def test_damage_outside_is_reported_up_to_what_left(found: Place) -> None:
    """D4"""
    given(GOODS, *OUT).asks(damage(2, found), CTX).then(damaged(2, found))


def test_more_damage_than_lies_in_the_warehouse_is_refused() -> None:
    """D4, D8"""
    given(GOODS, *IN, damaged(1, "inbound")).asks(damage(2, "loading", "d2"), CTX).refuses(
        Rejected(
            code="not_enough_here",
            rule="D4",
            zh="第 1 行 连体坐便器 仓库里只有 1 件，不够 2 件。请先核对到货",
            en="Line 1 连体坐便器: 1 pieces lie in the warehouse, not 2. Check the arrivals first",
            facts={"line_no": 1, "here": 1, "wanted": 2},
        )
    )


def test_damage_on_delivery_of_goods_that_never_left_is_refused() -> None:
    """D4"""
    given(GOODS, *IN).asks(damage(1, "delivery"), CTX).refuses(
        Rejected(
            code="not_enough_outside",
            rule="D4",
            zh="第 1 行 连体坐便器 已出库 0 件，不够 1 件。还在仓库里的，请按「装车」或「入库」报",
            en="Line 1 连体坐便器: 0 pieces have left the warehouse, not 1. "
            "Report what is still inside as found at loading or inbound",
            facts={"line_no": 1, "outside": 0, "wanted": 1},
        )
    )


def test_what_left_cannot_be_damaged_in_the_warehouse() -> None:
    """D4"""
    given(GOODS, *OUT).asks(damage(1, "loading"), CTX).refuses("not_enough_here")


def test_the_same_damage_report_counts_once() -> None:
    """D4"""
    given(GOODS, *IN, damaged(1, "inbound")).asks(damage(1, "inbound"), CTX).nothing_new()


def test_a_damage_number_with_other_content_is_refused() -> None:
    """D4"""
    given(GOODS, *IN, damaged(1, "inbound")).asks(damage(2, "inbound"), CTX).refuses("damage_contradicts")


def test_goods_are_issued_by_list() -> None:
    """D8, B9"""
    given(GOODS, *IN).asks(ISSUE, CTX).then(ISSUED)


def test_a_list_issues_once() -> None:
    """D8"""
    given(GOODS, *OUT).asks(ISSUE, CTX).nothing_new()


def test_a_list_with_other_pieces_is_refused() -> None:
    """D8"""
    other = ISSUE.model_copy(update={"lines": (TOILET.model_copy(update={"quantity": 1}),)})
    given(GOODS, *OUT).asks(other, CTX).refuses("list_contradicts")


def test_more_than_lies_there_is_never_issued() -> None:
    """D8: never below zero."""
    given(GOODS, *IN, damaged(1, "inbound")).asks(ISSUE, CTX).refuses(
        Rejected(
            code="not_enough_here",
            rule="D8",
            zh="第 1 行 连体坐便器 仓库里只有 1 件，不够 2 件。请先核对到货",
            en="Line 1 连体坐便器: 1 pieces lie in the warehouse, not 2. Check the arrivals first",
            facts={"line_no": 1, "here": 1, "wanted": 2},
        )
    )


def test_a_list_that_lacks_one_line_issues_nothing_at_all() -> None:
    """D8"""
    both = ISSUE.model_copy(update={"lines": (TOILET, FLOOR)})
    decision = GOODS.decide(both, GOODS.fold(*IN), CTX)
    assert isinstance(decision, Rejected)
    assert decision.facts["line_no"] == 2


def test_lines_without_pieces_are_left_out_of_the_issue() -> None:
    """D8"""
    with_empty = ISSUE.model_copy(update={"lines": (TOILET, FLOOR.model_copy(update={"quantity": 0}))})
    given(GOODS, *IN).asks(with_empty, CTX).then(ISSUED)


@pytest.mark.parametrize(
    ("lines", "code"),
    [((), "nothing_to_issue"), ((TOILET, TOILET), "issue_names_line_twice")],
)
def test_a_list_that_is_none_is_refused(lines: tuple[GoodsLine, ...], code: str) -> None:
    """D8"""
    decision = GOODS.decide(ISSUE.model_copy(update={"lines": lines}), GOODS.fold(*IN), CTX)
    assert isinstance(decision, Rejected)
    assert decision.code == code


@pytest.mark.parametrize(
    "command", [RECEIVE, damage(1, "inbound"), ISSUE, EXPECT.model_copy(update={"customer": None})]
)
def test_goods_of_an_unknown_contract_are_refused(command: Command) -> None:
    """D2"""
    given(GOODS).asks(command, CTX).refuses("unknown_contract")


@pytest.mark.parametrize(
    "command",
    [
        RECEIVE.model_copy(update={"line_no": 9}),
        damage(1, "inbound").model_copy(update={"line_no": 9}),
        ISSUE.model_copy(update={"lines": (TOILET.model_copy(update={"line_no": 9}),)}),
    ],
)
def test_goods_of_an_unknown_line_are_refused(command: Command) -> None:
    """D2"""
    given(GOODS, *IN).asks(command, CTX).refuses("unknown_line")


def test_another_product_than_the_contracts_is_refused() -> None:
    """D2"""
    decision = GOODS.decide(RECEIVE.model_copy(update={"sku": "ZZ-999"}), GOODS.fold(EXPECTED), CTX)
    assert isinstance(decision, Rejected)
    assert (decision.code, decision.facts["expected"]) == ("sku_differs", "WC-100")


@pytest.mark.parametrize(
    "command", [RECEIVE.model_copy(update={"quantity": 0}), damage(1, "inbound").model_copy(update={"quantity": 0})]
)
def test_no_such_quantity_is_refused(command: Command) -> None:
    """D2"""
    given(GOODS, EXPECTED).asks(command, CTX).refuses("bad_quantity")
