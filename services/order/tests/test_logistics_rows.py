"""Rows of the logistics file, put to their contract: announced, delayed, arrived."""

from datetime import UTC, date, datetime, timedelta

import pytest
from order_story import given

from company.context import Context
from company.policy import policy_book
from contracts.fact import ContractLine, Customer
from contracts.order import ArrivalReported, ContractSigned, DelayNoticed, OrderEvent, ShipmentAnnounced
from order.contract.logistics import AnnounceShipment, NoticeDelay, ReportArrival
from runtime.decision import Command, Rejected

NOW = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
CTX = Context(now=NOW, by="he.jx", role="install_assistant", policy=policy_book().at(NOW))
CUSTOMER = Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区")
SIGNED = ContractSigned(
    at=NOW,
    contract_no="HT26030001",
    store_code="S02",
    store_name="南海店",
    signed_on=date(2026, 2, 8),
    customer=CUSTOMER,
    promised_on=date(2026, 3, 10),
    amount_due_fen=0,
    lines=(
        ContractLine(
            line_no=1,
            sku="WC-100",
            name="连体坐便器",
            spec="",
            category="卫浴",
            quantity=2,
            unit_price_fen=135_000,
            to_install=True,
        ),
    ),
)
ANNOUNCE = AnnounceShipment(
    contract_no="HT26030001",
    line_no=1,
    sku="WC-100",
    quantity=2,
    waybill="YD0001",
    carrier="顺途专线",
    eta=date(2026, 3, 11),
)
DELAY = NoticeDelay(
    contract_no="HT26030001",
    line_no=1,
    sku="WC-100",
    waybill="YD0001",
    carrier="顺途专线",
    eta=date(2026, 3, 15),
    reason="工厂排产",
)
ARRIVE = ReportArrival(
    contract_no="HT26030001",
    line_no=1,
    sku="WC-100",
    quantity=2,
    waybill="YD0001",
    carrier="顺途专线",
    arrived_on=date(2026, 3, 9),
)
ANNOUNCED = ShipmentAnnounced(
    at=NOW,
    contract_no="HT26030001",
    line_no=1,
    sku="WC-100",
    quantity=2,
    waybill="YD0001",
    carrier="顺途专线",
    eta=date(2026, 3, 11),
)
DELAYED = DelayNoticed(
    at=NOW,
    contract_no="HT26030001",
    line_no=1,
    sku="WC-100",
    waybill="YD0001",
    carrier="顺途专线",
    eta=date(2026, 3, 15),
    reason="工厂排产",
    customer=CUSTOMER,
    fault="factory",
    delay_id="1-YD0001",
    name="连体坐便器",
    post_due=NOW + timedelta(minutes=30),
    store_code="S02",
)
ARRIVED = ArrivalReported(
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
EACH_ROW = pytest.mark.parametrize(
    ("command", "event"),
    [(ANNOUNCE, ANNOUNCED), (DELAY, DELAYED), (ARRIVE, ARRIVED)],
    ids=["announced", "delayed", "arrived"],
)


@EACH_ROW
def test_a_row_of_a_known_line_is_taken(command: Command, event: OrderEvent) -> None:
    """A2, A4"""
    given(SIGNED).asks(command, CTX).then(event)


@EACH_ROW
def test_the_same_row_counts_once(command: Command, event: OrderEvent) -> None:
    """A2"""
    given(SIGNED, event).asks(command, CTX).nothing_new()


@EACH_ROW
def test_the_same_waybill_tells_of_each_status_once(command: Command, event: OrderEvent) -> None:
    """A2"""
    others = [known for known in (ANNOUNCED, DELAYED, ARRIVED) if known != event]
    given(SIGNED, *others).asks(command, CTX).then_names(type(event).__name__)


def test_a_delay_after_the_goods_were_sent_is_the_carriers() -> None:
    """A4"""
    given(SIGNED, ANNOUNCED).asks(DELAY, CTX).then(DELAYED.model_copy(update={"fault": "logistics"}))


def test_goods_that_arrive_tomorrow_are_refused() -> None:
    """A2"""
    given(SIGNED).asks(ARRIVE.model_copy(update={"arrived_on": date(2026, 3, 10)}), CTX).refuses(
        Rejected(
            code="future_arrival",
            rule="A2",
            zh="第 1 行的到仓日期 2026-03-10 在今天 2026-03-09 之后。请核对日期",
            en="Line 1 arrived on 2026-03-10, which is after today, 2026-03-09. Check the date",
            facts={"line_no": 1, "arrived_on": "2026-03-10", "today": "2026-03-09"},
        )
    )


@EACH_ROW
def test_another_carrier_name_in_a_repeated_row_changes_nothing(command: Command, event: OrderEvent) -> None:
    """A2"""
    given(SIGNED, event).asks(command.model_copy(update={"carrier": "顺途"}), CTX).nothing_new()


@pytest.mark.parametrize(
    ("command", "event"),
    [
        (ANNOUNCE.model_copy(update={"quantity": 1}), ANNOUNCED),
        (ARRIVE.model_copy(update={"quantity": 1}), ARRIVED),
        (ARRIVE.model_copy(update={"arrived_on": date(2026, 3, 8)}), ARRIVED),
    ],
)
def test_the_same_row_with_another_quantity_or_day_is_refused(command: Command, event: OrderEvent) -> None:
    """A2"""
    given(SIGNED, event).asks(command, CTX).refuses(
        Rejected(
            code="row_contradicts",
            rule="A2",
            zh="第 1 行、运单 YD0001 的同一状态已经导入过，但数量或日期不同。先到的算数，请核对",
            en="Line 1, waybill YD0001 was imported with this status before, but with another quantity or day. "
            "The first one counts; please check",
            facts={"line_no": 1, "waybill": "YD0001"},
        )
    )


def test_a_newer_day_of_a_waybill_is_a_newer_announcement_and_a_later_one_a_delay() -> None:
    """A2, A4: earlier is good news alone; the older row again is no news."""
    sooner, later = date(2026, 3, 10), date(2026, 3, 14)
    given(SIGNED, ANNOUNCED).asks(ANNOUNCE.model_copy(update={"eta": sooner}), CTX).then(
        ANNOUNCED.model_copy(update={"eta": sooner})
    )
    postponed = DELAYED.model_copy(update={"eta": later, "reason": "预计到货改晚", "fault": "logistics"})
    newer = ANNOUNCED.model_copy(update={"eta": later})
    given(SIGNED, ANNOUNCED).asks(ANNOUNCE.model_copy(update={"eta": later}), CTX).then(newer, postponed)
    given(SIGNED, ANNOUNCED, newer, postponed).asks(ANNOUNCE, CTX).nothing_new()
    given(SIGNED, ANNOUNCED, newer, postponed).asks(DELAY.model_copy(update={"eta": later}), CTX).nothing_new()


def test_a_second_delay_of_a_waybill_is_another_one_that_is_posted_and_explained() -> None:
    """A2, A4, K1"""
    again = DELAYED.model_copy(update={"eta": date(2026, 3, 20), "delay_id": "1-YD0001-2026-03-20"})
    twice = given(SIGNED, DELAYED).asks(DELAY.model_copy(update={"eta": date(2026, 3, 20)}), CTX)
    twice.then(again)
    assert {timer.name for timer in given(SIGNED, DELAYED, again).due()} == {
        "post/1-YD0001",
        "post/1-YD0001-2026-03-20",
        "promise",
    }


def test_parts_of_a_waybill_come_on_days_of_their_own() -> None:
    """A2"""
    one = ARRIVED.model_copy(update={"quantity": 1})
    rest = ARRIVE.model_copy(update={"quantity": 1, "arrived_on": date(2026, 3, 8)})
    given(SIGNED, one).asks(rest, CTX).then(one.model_copy(update={"arrived_on": date(2026, 3, 8)}))


@EACH_ROW
def test_a_row_of_an_unknown_contract_is_refused(command: Command, event: OrderEvent) -> None:
    """A2"""
    given().asks(command, CTX).refuses(
        Rejected(
            code="unknown_contract",
            rule="A2",
            zh="没有合同 HT26030001。请核对合同号，或先登记合同",
            en="There is no contract HT26030001. Check the number, or register the contract first",
            facts={"contract_no": "HT26030001"},
        )
    )


@EACH_ROW
def test_a_row_of_an_unknown_line_is_refused(command: Command, event: OrderEvent) -> None:
    """A2"""
    given(SIGNED).asks(command.model_copy(update={"line_no": 99}), CTX).refuses(
        Rejected(
            code="unknown_line",
            rule="A2",
            zh="合同 HT26030001 没有第 99 行。请核对行号",
            en="Contract HT26030001 has no line 99. Check the line number",
            facts={"contract_no": "HT26030001", "line_no": 99},
        )
    )


@EACH_ROW
def test_a_row_with_another_sku_than_was_sold_is_refused(command: Command, event: OrderEvent) -> None:
    """A2"""
    given(SIGNED).asks(command.model_copy(update={"sku": "ZZ-999"}), CTX).refuses(
        Rejected(
            code="sku_differs",
            rule="A2",
            zh="合同 HT26030001 第 1 行是 WC-100（连体坐便器），不是 ZZ-999。请核对型号或行号",
            en="Line 1 of contract HT26030001 is WC-100 (连体坐便器), not ZZ-999. Check the sku or the line number",
            facts={"contract_no": "HT26030001", "line_no": 1, "sold": "WC-100", "told": "ZZ-999"},
        )
    )


@pytest.mark.parametrize("command", [ANNOUNCE, ARRIVE])
@pytest.mark.parametrize("quantity", [0, -1, 1_000_000])
def test_no_such_quantity_is_refused(command: Command, quantity: int) -> None:
    """A2"""
    bad = command.model_copy(update={"quantity": quantity})
    given(SIGNED).asks(bad, CTX).refuses(
        Rejected(
            code="bad_quantity",
            rule="A2",
            zh=f"数量 {quantity} 不对，应是 1 到 999999",
            en=f"Quantity {quantity} is wrong; it must be 1 to 999999",
            facts={"quantity": quantity},
        )
    )


def test_more_pieces_than_were_sold_are_taken_because_they_are_there() -> None:
    """D9"""
    many = ARRIVE.model_copy(update={"quantity": 7})
    given(SIGNED).asks(many, CTX).then(ARRIVED.model_copy(update={"quantity": 7}))
