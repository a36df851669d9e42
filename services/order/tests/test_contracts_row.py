"""Row `contracts`: what the list shows of a contract."""

from datetime import UTC, date, datetime
from typing import Any

from order_rows import document_of

from contracts.fact import ContractLine, Customer
from contracts.order import (
    ArrivalReported,
    CompletenessLost,
    ContractAmended,
    ContractSigned,
    DamageNoted,
    DelayNoticed,
    GoodsCompleted,
    GoodsNoted,
    OrderEvent,
    ShipmentAnnounced,
)
from order.contract.heard import CONTRACT_FILES
from order.contract.row import CONTRACTS
from order.views import contract_detail, contract_summary

NOW = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
CUSTOMER = Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区")
LINE = ContractLine(
    line_no=1,
    sku="WC-100",
    name="连体坐便器",
    spec="",
    category="卫浴",
    quantity=2,
    unit_price_fen=135_000,
    to_install=True,
)
SIGNED = ContractSigned(
    at=NOW,
    contract_no="HT26030001",
    store_code="S02",
    store_name="南海店",
    signed_on=date(2026, 2, 8),
    customer=CUSTOMER,
    promised_on=date(2026, 3, 10),
    amount_due_fen=500,
    lines=(LINE,),
)
COMPLETED = GoodsCompleted(
    at=NOW,
    contract_no="HT26030001",
    store_code="S02",
    customer=CUSTOMER,
    promised_on=date(2026, 3, 10),
    amount_due_fen=500,
    lines=(LINE,),
    complete_on=date(2026, 3, 5),
)


def noted(quantity: int, waybill: str = "YD0001") -> GoodsNoted:
    return GoodsNoted(
        at=NOW, contract_no="HT26030001", line_no=1, quantity=quantity, arrived_on=date(2026, 3, 5), waybill=waybill
    )


def damaged(*, in_warehouse: bool) -> DamageNoted:
    return DamageNoted(
        at=NOW, contract_no="HT26030001", line_no=1, damage_id="d1", quantity=1, in_warehouse=in_warehouse
    )


NEW_LINE = {
    "line_no": 1,
    "sku": LINE.sku,
    "pieces": LINE.quantity,
    "boxes": None,
    "complete_on": None,
    "asks_consent_since": None,
    "lots": None,
    "missing": LINE.quantity,
}


def summary(*events: OrderEvent, role: str = "cs_specialist") -> dict[str, Any]:
    """As the API shows it in a list."""
    return contract_summary(CONTRACTS.read(document_of(*events)), role).model_dump(mode="json")


def detail(*events: OrderEvent, role: str = "cs_specialist") -> dict[str, Any]:
    """As the API shows it whole."""
    return contract_detail(CONTRACT_FILES.read(document_of(*events)), role).model_dump(mode="json")


def test_a_new_contract_lacks_everything() -> None:
    """A3"""
    assert summary(SIGNED) == {
        "contract_no": "HT26030001",
        "state": "waiting",
        "complete": False,
        "complete_on": None,
        "missing": [{"line_no": 1, "sku": "WC-100", "name": "连体坐便器", "missing": 2}],
        "excess": [],
        "lines": [NEW_LINE],
        "store_code": "S02",
        "store_name": "南海店",
        "signed_on": "2026-02-08",
        "promised_on": "2026-03-10",
        "promise_broken": False,
        "delayed": False,
        "todo": [],
        "customer": CUSTOMER.model_dump(),
    }


def test_the_warehouse_sees_the_district_but_not_the_customer() -> None:
    """C18"""
    assert summary(SIGNED, role="warehouse")["customer"] == {
        "name": "马*",
        "phone": "138****1111",
        "second_phone": "",
        "address": "****",
        "district": "南海区",
    }


def test_a_complete_contract_shows_its_day_and_lacks_nothing() -> None:
    """A3"""
    shown = summary(SIGNED, noted(2), COMPLETED)
    assert (shown["complete"], shown["complete_on"], shown["missing"]) == (True, "2026-03-05", [])


def test_damage_in_the_warehouse_shows_as_missing_and_no_longer_complete() -> None:
    """A3, D4"""
    lost = CompletenessLost(at=NOW, contract_no="HT26030001", line_no=1, quantity=1, reason="破损")
    shown = summary(SIGNED, noted(2), COMPLETED, damaged(in_warehouse=True), lost)
    assert (shown["complete"], shown["complete_on"], shown["missing"][0]["missing"]) == (False, None, 1)


def test_damage_after_delivery_leaves_completeness_and_makes_room_for_the_replacement() -> None:
    """D4, D9"""
    events = (SIGNED, noted(2), COMPLETED, damaged(in_warehouse=False), noted(1, "YD0002"))
    shown = summary(*events)
    assert (shown["complete"], shown["missing"], shown["excess"]) == (True, [], [])


def test_pieces_beyond_what_was_sold_show_as_excess() -> None:
    """D9"""
    shown = summary(SIGNED, noted(5), COMPLETED)
    assert shown["excess"] == [{"line_no": 1, "sku": "WC-100", "name": "连体坐便器", "excess": 3}]


def test_a_delay_marks_the_contract_and_stays_with_its_reason() -> None:
    """A4"""
    delay = DelayNoticed(
        at=NOW,
        contract_no="HT26030001",
        line_no=1,
        sku="WC-100",
        waybill="YD0001",
        carrier="顺途专线",
        eta=date(2026, 3, 15),
        reason="工厂排产",
    )
    shown = detail(SIGNED, delay)
    assert (shown["delayed"], shown["delays"], shown["version"]) == (
        True,
        [
            {
                "delay_id": "1-YD0001",
                "line_no": 1,
                "name": "",
                "fault": "factory",
                "waybill": "YD0001",
                "eta": "2026-03-15",
                "reason": "工厂排产",
                "noticed_at": "2026-03-09T01:00:00+00:00",
                "noticed_by": "liang.my",
                "post_due": None,
                "posted_at": None,
                "post_overdue": False,
                "calls": [],
                "explained": False,
                "handed_over": None,
                "accepted": None,
                "follow_ups": [],
                "settled": False,
            }
        ],
        2,
    )


def test_an_added_line_is_shown_as_missing() -> None:
    """A6"""
    more = LINE.model_copy(update={"line_no": 2, "quantity": 1})
    amended = ContractAmended(at=NOW, contract_no="HT26030001", added=(more,), reason="客户加单")
    shown = summary(SIGNED, amended)
    assert [line["missing"] for line in shown["missing"]] == [2, 1]


def test_a_shipment_is_shown_on_its_line_and_the_report_of_arrival_waits_for_the_warehouse() -> None:
    """A2"""
    announced = ShipmentAnnounced(
        at=NOW,
        contract_no="HT26030001",
        line_no=1,
        sku="WC-100",
        quantity=2,
        waybill="YD0001",
        carrier="顺途专线",
        eta=None,
    )
    reported = ArrivalReported(
        at=NOW,
        contract_no="HT26030001",
        line_no=1,
        sku="WC-100",
        name="连体坐便器",
        quantity=2,
        waybill="YD0001",
        carrier="顺途专线",
        arrived_on=date(2026, 3, 9),
    )
    line = detail(SIGNED, announced, reported, role="manager")["lines"][0]
    assert (line["received"], line["missing"], line["shipment"]) == (
        0,
        2,
        {"waybill": "YD0001", "carrier": "顺途专线", "quantity": 2, "eta": None},
    )
