"""What contracts and the logistics file tell -> what the warehouse does (A2, A6)."""

from collections.abc import Sequence
from datetime import time

from company.reasons import CONTRACT_FULFILLED
from contracts.civil_time import civil
from contracts.fact import ContractLine, GoodsLine
from contracts.job_ids import is_delivery
from contracts.order import (
    ArrivalReported,
    ContractAmended,
    ContractCancelled,
    ContractFulfilled,
    ContractSigned,
    DeliveryNoted,
    ReturnRefunded,
)
from inventory.goods.aggregate import GOODS
from inventory.goods.arrival import ReceiveGoods
from inventory.goods.deposit import FetchDeposit
from inventory.goods.expected import AmendGoods, CloseGoods, ExpectGoods
from inventory.goods.not_owed import FreeTheRest, NoteRefund
from runtime.decision import Ask
from runtime.reaction import On, Reaction, on_each


def expect_goods(event: ContractSigned | ContractAmended | ContractCancelled) -> Sequence[Ask]:
    """A contract, or other lines of it -> the warehouse expects them; cancelled -> it keeps nothing for it (A6)."""
    command: ExpectGoods | AmendGoods | CloseGoods
    if isinstance(event, ContractSigned):
        command = ExpectGoods(
            at=event.at, contract_no=event.contract_no, customer=event.customer, lines=_goods(event.lines)
        )
    elif isinstance(event, ContractAmended) and event.lines:
        command = AmendGoods(
            at=event.at,
            contract_no=event.contract_no,
            customer=event.customer,
            lines=_goods(event.lines),
            reason=event.reason,
        )
    elif isinstance(event, ContractAmended):
        command = ExpectGoods(at=event.at, contract_no=event.contract_no, customer=None, lines=_goods(event.added))
    else:
        command = CloseGoods(at=event.at, contract_no=event.contract_no, reason=event.reason)
    return (Ask(GOODS.key(event.contract_no), command),)


def free_goods(event: ReturnRefunded | ContractFulfilled) -> Sequence[Ask]:
    """Paid back, or fulfilled -> what nobody is owed is free stock, in the same moment (A9, B15, A7)."""
    command: NoteRefund | FreeTheRest
    if isinstance(event, ContractFulfilled):
        command = FreeTheRest(at=event.at, contract_no=event.contract_no, reason=CONTRACT_FULFILLED)
    elif event.quantity:
        command = NoteRefund(
            at=event.at,
            contract_no=event.contract_no,
            refund_no=event.refund_id,
            line_no=event.line_no,
            quantity=event.quantity,
            reason=event.reason,
        )
    else:
        return ()
    return (Ask(GOODS.key(event.contract_no), command),)


def fetch_deposit(event: DeliveryNoted) -> Sequence[Ask]:
    """A receipt that was typed in -> what it says lies in deposit no longer (B14)."""
    if is_delivery(event.job_id):
        return ()
    command = FetchDeposit(at=event.at, contract_no=event.contract_no, receipt_no=event.job_id, lines=event.delivered)
    return (Ask(GOODS.key(event.contract_no), command),)


def receive_goods(event: ArrivalReported) -> Sequence[Ask]:
    """已到仓 in the logistics file -> goods received, at the start of their own day (A2, X1)."""
    command = ReceiveGoods(
        at=min(civil(event.arrived_on, time()), event.at),
        contract_no=event.contract_no,
        line_no=event.line_no,
        sku=event.sku,
        quantity=event.quantity,
        waybill=event.waybill,
        arrived_on=event.arrived_on,
        told_by="file",
        lot=event.lot,
    )
    return (Ask(GOODS.key(event.contract_no), command),)


def _goods(lines: Sequence[ContractLine]) -> tuple[GoodsLine, ...]:
    return tuple(
        GoodsLine(line_no=line.line_no, sku=line.sku, name=line.name, quantity=line.quantity) for line in lines
    )


REACTIONS = (
    Reaction("inventory.expect_goods", on_each(expect_goods, ContractSigned, ContractAmended, ContractCancelled)),
    Reaction("inventory.free_goods", on_each(free_goods, ReturnRefunded, ContractFulfilled)),
    Reaction("inventory.fetch_deposit", (On(DeliveryNoted, fetch_deposit),)),
    Reaction("inventory.receive_goods", (On(ArrivalReported, receive_goods),)),
)
