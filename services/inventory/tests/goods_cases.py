"""Examples of a contract's goods that change hands."""

from datetime import UTC, date, datetime

from company.context import Context
from company.policy import policy_book
from contracts.fact import Customer, GoodsLine
from contracts.inventory import (
    GoodsArrived,
    GoodsExpected,
    GoodsIssued,
    GoodsReleased,
    GoodsReturned,
)
from contracts.inventory_stock import Lot, StockMoved
from inventory.goods.arrival import ReceiveGoods
from inventory.goods.expected import CloseGoods
from inventory.goods.leaving import ReturnGoods

NOW = datetime(2026, 3, 13, 9, 0, tzinfo=UTC)
CTX = Context(now=NOW, by="mai.gh", role="warehouse", policy=policy_book().at(NOW))
NO = "HT26030001"
CUSTOMER = Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区")
TOILET = GoodsLine(line_no=1, sku="WC-100", name="连体坐便器", quantity=2)
FLOOR = GoodsLine(line_no=2, sku="FL-101", name="实木复合", quantity=5)
EXPECTED = GoodsExpected(at=NOW, contract_no=NO, customer=CUSTOMER, lines=(TOILET, FLOOR))


def of(line: GoodsLine, quantity: int) -> GoodsLine:
    return line.model_copy(update={"quantity": quantity})


def on_card(sku: str, *lots: Lot) -> StockMoved:
    """The first line of a card: these pieces came, for whoever they are kept."""
    quantity = sum(lot.quantity for lot in lots)
    return StockMoved(
        at=NOW,
        depot="main",
        sku=sku,
        name=sku,
        move_no=1,
        kind="received",
        quantity=quantity,
        taken=(),
        put=lots,
        before=0,
        after=quantity,
        voucher_no="V",
        held_for=NO,
        reason="",
        cause_id="x",
        report_at=NOW,
    )


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
