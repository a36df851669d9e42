"""What the warehouse tells a contract."""

from datetime import UTC, date, datetime

import pytest

from contracts.decision import Ask
from contracts.envelope import Meta
from contracts.fact import Customer, Fact
from contracts.inventory import DamageReported, GoodsArrived, GoodsExpected, Place
from order.domain.contract import NoteDamage, NoteGoods
from order.reactions import REACTIONS

NOW = datetime(2026, 3, 12, 8, 40, tzinfo=UTC)
META = Meta("e", "", "/songda/inventory", "goods:HT26030001", NOW, 1, "c", "c", "mai.gh", 0)
CUSTOMER = Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区")


def asks(event: Fact) -> list[Ask]:
    return [ask for reaction in REACTIONS for ask in reaction.react(event, META)]


def test_goods_that_arrived_are_noted_at_their_own_time() -> None:
    """A3, X1"""
    arrived = GoodsArrived(
        at=NOW,
        contract_no="HT26030001",
        line_no=1,
        sku="WC-100",
        name="连体坐便器",
        quantity=2,
        waybill="YD0001",
        arrived_on=date(2026, 3, 12),
    )
    note = NoteGoods(
        at=NOW, contract_no="HT26030001", line_no=1, quantity=2, waybill="YD0001", arrived_on=date(2026, 3, 12)
    )
    assert asks(arrived) == [Ask("contract:HT26030001", note)]


@pytest.mark.parametrize(
    ("found", "in_warehouse"),
    [("inbound", True), ("loading", True), ("delivery", False), ("installation", False)],
)
def test_damage_is_noted_with_whether_the_goods_had_left(found: Place, *, in_warehouse: bool) -> None:
    """D4"""
    damaged = DamageReported(
        at=NOW,
        damage_id="d1",
        contract_no="HT26030001",
        customer=CUSTOMER,
        line_no=1,
        sku="WC-100",
        name="连体坐便器",
        quantity=1,
        found=found,
        fault="unknown",
        photos=(),
        note="",
    )
    note = NoteDamage(
        at=NOW, contract_no="HT26030001", line_no=1, damage_id="d1", quantity=1, in_warehouse=in_warehouse
    )
    assert asks(damaged) == [Ask("contract:HT26030001", note)]


def test_what_is_expected_concerns_no_contract() -> None:
    """A3"""
    assert asks(GoodsExpected(at=NOW, contract_no="HT26030001", customer=CUSTOMER, lines=())) == []
