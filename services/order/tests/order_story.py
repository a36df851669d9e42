"""A contract of two lines, and short words for what can happen to it."""

from datetime import UTC, date, datetime, timedelta

from company.context import Context
from company.policy import policy_book
from contracts.fact import ContractLine, Customer, GoodsLine
from contracts.order import ContractSigned, OrderEvent
from order.contract.aggregate import CONTRACT
from order.contract.fulfilment import NoteDelivery, NoteInstallation, NoteLoading
from order.contract.goods import NoteGoods
from order.contract.money import NotePayment
from order.contract.state import Contract
from runtime import testing
from runtime.testing import Given

NUMBER = "HT26030001"
NOW = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
CTX = Context(now=NOW, by="liang.my", role="cs_specialist", policy=policy_book().at(NOW))
SYSTEM = Context(now=NOW, by="system", role="system", policy=policy_book().at(NOW))
CUSTOMER = Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区")
PROMISE_DUE = datetime(2026, 3, 12, 16, 0, tzinfo=UTC)


def line(line_no: int, quantity: int = 1, *, to_install: bool = True, price: int = 100_000) -> ContractLine:
    return ContractLine(
        line_no=line_no,
        sku=f"WC-10{line_no}",
        name="连体坐便器",
        spec="700x390x650",
        category="卫浴",
        quantity=quantity,
        unit_price_fen=price,
        to_install=to_install,
    )


TOILETS = line(1, 2)
TILES = line(2, 3, to_install=False)


def signed(*lines: ContractLine, amount_due_fen: int = 500) -> ContractSigned:
    return ContractSigned(
        at=NOW,
        contract_no=NUMBER,
        store_code="S02",
        store_name="南海店",
        signed_on=date(2026, 2, 8),
        customer=CUSTOMER,
        promised_on=date(2026, 3, 12),
        amount_due_fen=amount_due_fen,
        lines=lines or (TOILETS, TILES),
        promise_due=PROMISE_DUE,
    )


def given(*events: OrderEvent) -> Given[Contract, OrderEvent]:
    """A contract with what has happened to it."""
    return testing.given(CONTRACT, *events)


def goods_in(line_no: int, quantity: int, waybill: str = "YD0001", day: int = 9) -> NoteGoods:
    return NoteGoods(
        contract_no=NUMBER, line_no=line_no, quantity=quantity, waybill=waybill, arrived_on=date(2026, 3, day)
    )


ALL_IN = (goods_in(1, 2), goods_in(2, 3))
LOADED = NoteLoading(contract_no=NUMBER, run="2026-03-09:S1")


def pieces(line_no: int, quantity: int) -> GoodsLine:
    return GoodsLine(line_no=line_no, sku=f"WC-10{line_no}", name="连体坐便器", quantity=quantity)


def delivered(*lines: GoodsLine, job_id: str = f"D-{NUMBER}", days: int = 0) -> NoteDelivery:
    return NoteDelivery(
        at=NOW - timedelta(days=days),
        contract_no=NUMBER,
        job_id=job_id,
        delivered=lines or (pieces(1, 2), pieces(2, 3)),
        signed_by="马娜",
    )


def receipt(*lines: GoodsLine, receipt_no: str = "QS-2", left: tuple[GoodsLine, ...] = ()) -> NoteDelivery:
    """Typed in at the office, of what left by list."""
    return delivered(*lines, job_id=receipt_no).model_copy(update={"left": left or lines})


def installed(days: int = 0) -> NoteInstallation:
    return NoteInstallation(at=NOW - timedelta(days=days), contract_no=NUMBER, job_id=f"I-{NUMBER}", accepted_by="马娜")


def paid(amount_fen: int = 500, payment_id: str = "SJ-1", days: int = 0) -> NotePayment:
    return NotePayment(
        at=NOW - timedelta(days=days),
        contract_no=NUMBER,
        payment_id=payment_id,
        amount_fen=amount_fen,
        method="transfer",
        received_by="fin.zhou",
    )
