"""What an inbound slip comes to -> a contract's goods arrive, or free stock gets pieces (D2, D3)."""

from collections.abc import Sequence
from typing import Literal

from contracts.civil_time import civil_day
from contracts.envelope import Meta
from contracts.fact import GoodsLine
from contracts.inventory import Fault
from contracts.inventory_inbound import (
    CheckCorrected,
    InboundExceptionOpened,
    InboundExceptionSettled,
    InboundPutAway,
    InboundReason,
    Liability,
)
from contracts.inventory_stock import LotPieces
from inventory.goods.aggregate import GOODS
from inventory.goods.allocation import AskAllocation
from inventory.goods.arrival import CorrectByCheck, DamagedArrival, ReceiveGoods
from inventory.goods.leaving import ReturnGoods
from inventory.goods.lots import of_line
from inventory.inbound.check import arrives_broken
from inventory.reactions.corrections import correct_slip
from inventory.stock.aggregate import to_card
from inventory.stock.holding import BringIn
from inventory.stock.moving import SettlePending
from runtime.decision import Ask
from runtime.reaction import On, Reaction

FAULTS: dict[Liability, Fault] = {"carrier": "carrier", "factory": "factory"}
"""Others are unknown to a damage report (D4)."""


def put_away(event: InboundPutAway, meta: Meta) -> Sequence[Ask]:
    """Good pieces in a bin: a contract's arrive for it (the one door), a customer's return comes off what left, the
    rest is free stock."""
    voucher = f"{event.slip_no}/{event.line_no}/{event.part}"
    if event.contract_no is None or event.contract_line_no is None:
        return (_bring_in(event, meta, voucher, event.quantity, pending=False),)
    if event.reason == "customer_return":
        line = GoodsLine(line_no=event.contract_line_no, sku=event.sku, name=event.name, quantity=event.quantity)
        back = ReturnGoods(
            at=event.at,
            contract_no=event.contract_no,
            return_no=voucher,
            lines=(line,),
            returned_on=civil_day(event.at),
            reason="客户退货",
            told_by="slip",
            keep=False,
            bin=event.bin,
            depot=event.depot,
            lots=of_line(event.contract_line_no, {event.lot: event.quantity}),
        )
        return (Ask(GOODS.key(event.contract_no), back),)
    command = ReceiveGoods(
        at=event.at,
        contract_no=event.contract_no,
        line_no=event.contract_line_no,
        sku=event.sku,
        name=event.name,
        quantity=event.quantity,
        waybill=voucher,
        arrived_on=civil_day(event.at),
        told_by="slip",
        bin=event.bin,
        depot=event.depot,
        slip_no=event.slip_no,
        carrier_waybill=event.waybill,
        lot=event.lot,
    )
    return (Ask(GOODS.key(event.contract_no), command),)


def set_aside(event: InboundExceptionOpened, meta: Meta) -> Sequence[Ask]:
    """Pieces of an exception lie in the pending zone; damaged ones of a contract arrive as a damage report (D4); those
    that were not found correct what was told of the waybill."""
    if event.kind == "short" and event.reason == "purchase" and event.waybill:
        return _correct(event)
    if not event.pieces_aside:
        return ()
    voucher = event.exception_id
    damaged = arrives_broken(event.contract_no, event.kind, event.reason)
    if event.contract_no is None or event.contract_line_no is None or not damaged:
        return (_bring_in(event, meta, voucher, event.pieces_aside, pending=True),)
    command = ReceiveGoods(
        at=event.at,
        contract_no=event.contract_no,
        line_no=event.contract_line_no,
        sku=event.sku,
        name=event.name,
        quantity=event.pieces_aside,
        waybill=voucher,
        arrived_on=civil_day(event.at),
        told_by="slip",
        depot=event.depot,
        slip_no=event.slip_no,
        carrier_waybill=event.waybill,
        lot=event.lot,
        damage=DamagedArrival(
            damage_id=event.exception_id,
            fault=FAULTS.get(event.liability, "unknown"),
            photos=event.photos,
            note=event.cause,
        ),
    )
    return (Ask(GOODS.key(event.contract_no), command),)


def _correct(event: InboundExceptionOpened) -> Sequence[Ask]:
    if event.contract_no is None or event.contract_line_no is None:
        return ()
    command = CorrectByCheck(
        at=event.at,
        contract_no=event.contract_no,
        line_no=event.contract_line_no,
        sku=event.sku,
        quantity=event.quantity,
        waybill=event.waybill,
        correction_no=event.exception_id,
        reason=f"验收少件：{event.cause}",
    )
    return (Ask(GOODS.key(event.contract_no), command),)


def _bring_in(
    event: InboundPutAway | InboundExceptionOpened, meta: Meta, voucher: str, quantity: int, *, pending: bool
) -> Ask:
    command = BringIn(
        at=event.at,
        depot=event.depot,
        sku=event.sku,
        name=event.name,
        quantity=quantity,
        voucher_no=voucher,
        cause_id=meta.id,
        reason=event.cause if isinstance(event, InboundExceptionOpened) else "",
        kind=_kind(event.reason),
        bin=event.bin if isinstance(event, InboundPutAway) else "",
        pending=pending,
        lots=(LotPieces(lot=event.lot, quantity=quantity),) if event.lot else (),
    )
    return to_card(command)


def _kind(reason: InboundReason) -> Literal["received", "returned"]:
    return "returned" if reason in ("customer_return", "promotion_return") else "received"


def settle(event: InboundExceptionSettled, meta: Meta) -> Sequence[Ask]:
    """Pending pieces are accepted (and asked for by their contract), or go back; those to be scrapped wait for the
    application."""
    if event.outcome not in ("accepted", "returned_to_supplier"):
        return ()
    command = SettlePending(
        at=event.at,
        depot=event.depot,
        sku=event.sku,
        name=event.name,
        quantity=event.quantity,
        voucher_no=event.exception_id,
        cause_id=meta.id,
        reason=event.note,
        outcome="good" if event.outcome == "accepted" else "sent_back",
        to_bin=event.bin or "",
        lots=(LotPieces(lot=event.lot, quantity=event.quantity),),
    )
    asks = [to_card(command)]
    if event.contract_no is not None and event.contract_line_no is not None:
        ask = AskAllocation(
            at=event.at,
            contract_no=event.contract_no,
            allocation_no=f"{event.exception_id}-A",  # the damaged pieces arrived under the exception's own number
            line_no=event.contract_line_no,
            quantity=event.quantity,
            depot=event.depot,
            lots_first=(event.lot,) if event.lot else (),
        )
        asks.append(Ask(GOODS.key(event.contract_no), ask))
    return tuple(asks)


REACTIONS = (
    Reaction("inventory.put_away", (On(InboundPutAway, put_away),)),
    Reaction("inventory.set_aside", (On(InboundExceptionOpened, set_aside), On(CheckCorrected, correct_slip))),
    Reaction("inventory.settle_exception", (On(InboundExceptionSettled, settle),)),
)
