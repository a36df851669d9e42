"""货 Goods of one contract: what is expected, what came, was damaged, left, came back or was released (D2, D4, D8).

One aggregate per contract number, `goods:HT26030001`; it is the master of a contract's pieces, the bin cards follow
it. For every line the pieces in the warehouse are arrived + returned - damaged there - issued - released, and never
below zero; the pieces outside are issued - returned - damaged outside. `GoodsArrived` is the one door in.
"""

import re
from typing import assert_never

from company.context import Context
from contracts.civil_time import civil_day
from contracts.inventory import (
    DamageReported,
    GoodsArrived,
    GoodsUnclaimed,
)
from contracts.inventory_stock import StockExcessReported
from inventory.domain.goods_asks import (
    COMMANDS,
    AmendGoods,
    AskAllocation,
    CloseGoods,
    Code,
    DamagedArrival,
    ExpectGoods,
    IssueGoods,
    NoteAllocation,
    ReceiveGoods,
    ReleaseExcess,
    ReportDamage,
    ReportLost,
    ReturnGoods,
    goods_id,
)
from inventory.domain.goods_changes import (
    Decision,
    allocate,
    amend,
    close,
    expect,
    note_allocation,
    release_excess,
    return_goods,
)
from inventory.domain.goods_issue import issue
from inventory.domain.goods_state import (
    IN_WAREHOUSE,
    INITIAL,
    STATES,
    Arrival,
    Cancelled,
    Damage,
    Expected,
    Goods,
    GoodsEvent,
    Issue,
    Known,
    Stock,
    Unexpected,
    evolve,
    stock_of,
)
from inventory.domain.goods_words import (
    arrival_contradicts,
    bad_quantity,
    contract_cancelled,
    damage_contradicts,
    future_arrival,
    not_enough_here,
    not_enough_outside,
    sku_differs,
    slip_needed,
    unknown_contract,
    unknown_line,
)
from inventory.fields import MAX_PIECES
from runtime.decision import Timer


def decide(command: COMMANDS, goods: Goods, ctx: Context) -> Decision:
    """What follows from a command; see the function named by its verb."""
    match command:
        case ExpectGoods():
            return expect(command, goods, ctx)
        case AmendGoods():
            return amend(command, goods, ctx)
        case CloseGoods():
            return close(command, goods, ctx)
        case ReceiveGoods():
            return receive(command, goods, ctx)
        case ReportDamage():
            return report_damage(command, goods, ctx)
        case ReportLost():
            return report_lost(command, goods, ctx)
        case IssueGoods():
            return issue(command, goods, ctx)
        case ReturnGoods():
            return return_goods(command, goods, ctx)
        case AskAllocation():
            return allocate(command, goods, ctx)
        case NoteAllocation():
            return note_allocation(command, goods, ctx)
        case ReleaseExcess():
            return release_excess(command, goods, ctx)
    assert_never(command)


def receive(command: ReceiveGoods, goods: Goods, ctx: Context) -> Decision:
    """Pieces of a line lie in the warehouse. More than expected is taken and told at once: the goods are there (D9).

    Rules: A3, D2; A2, D1 (where, by policy, everything is slipped and checked by hand, a row of the file is no receipt
    and receiving without a slip is refused).
    Once per line and waybill. What a slip brings is never refused: if the contract does not want it, it is free stock.
    Refuses: slip_needed, unknown_contract, unknown_line, sku_differs, contract_cancelled, bad_quantity,
    future_arrival, arrival_contradicts.
    """
    if command.told_by != "slip" and not ctx.policy.arrival_rows_receive:
        return () if command.told_by == "file" else slip_needed(command.contract_no)
    if not 1 <= command.quantity <= MAX_PIECES:
        return bad_quantity(command.quantity, MAX_PIECES)
    match goods:
        case Unexpected():
            if command.told_by == "slip":
                return _unclaimed(command, goods, ctx, "unknown_contract")
            return unknown_contract(command.contract_no)
        case Cancelled():
            if command.told_by == "warehouse":
                return contract_cancelled("D2", command.contract_no)
            return _unclaimed(command, goods, ctx, "cancelled")
        case Expected():
            stock = stock_of(goods, command.line_no)
            if stock is None:
                if command.told_by == "slip":
                    return _unclaimed(command, goods, ctx, "unknown_line")
                return unknown_line(command.contract_no, command.line_no)
            if stock.line.sku != command.sku:
                if command.told_by == "slip":
                    return _unclaimed(command, goods, ctx, "other_sku")
                return sku_differs(command.contract_no, stock.line, command.sku)
            if command.told_by == "warehouse" and command.arrived_on > (today := civil_day(ctx.now)):
                return future_arrival(command.line_no, command.arrived_on, today)
            return _arrive(command, goods, stock, ctx)
    assert_never(goods)


def _arrive(command: ReceiveGoods, goods: Expected, stock: Stock, ctx: Context) -> Decision:
    at = command.at or ctx.now
    arrival = Arrival(command.waybill, command.quantity, command.arrived_on)
    told_before = {known.waybill: known for known in stock.arrivals}
    if command.waybill in told_before:
        if told_before[command.waybill] == arrival:
            return ()
        return arrival_contradicts(command.line_no, told_before[command.waybill].quantity, arrival.waybill)
    damage = _damaged_arrival(command, command.damage, goods, stock, ctx) if command.damage else ()
    if command.carrier_waybill and command.carrier_waybill in told_before:
        return damage  # the file's row brought these pieces in already
    arrived = GoodsArrived(
        at=at,
        contract_no=command.contract_no,
        line_no=command.line_no,
        sku=stock.line.sku,
        name=stock.line.name,
        quantity=command.quantity,
        waybill=command.waybill,
        arrived_on=command.arrived_on,
        bin=command.bin,
        slip_no=command.slip_no,
    )
    good = 0 if damage else command.quantity
    excess = min(good, max(0, stock.here + stock.outside + good - stock.line.quantity))
    if not excess:
        return (arrived, *damage)
    told = StockExcessReported(
        at=at,
        depot="main",
        sku=stock.line.sku,
        name=stock.line.name,
        quantity=excess,
        contract_no=command.contract_no,
        voucher_no=command.waybill,
        reason="到货多于合同",
    )
    return (arrived, *damage, told)


def _damaged_arrival(
    command: ReceiveGoods, told: DamagedArrival, goods: Known, stock: Stock, ctx: Context
) -> tuple[DamageReported, ...]:
    if any(known.damage_id == told.damage_id for known in goods.damages):
        return ()
    return (
        DamageReported(
            at=command.at or ctx.now,
            damage_id=told.damage_id,
            contract_no=command.contract_no,
            customer=goods.customer,
            line_no=command.line_no,
            sku=stock.line.sku,
            name=stock.line.name,
            quantity=command.quantity,
            found="inbound",
            fault=told.fault,
            photos=told.photos,
            note=told.note,
            slip_no=command.slip_no,
        ),
    )


def _unclaimed(command: ReceiveGoods, goods: Goods, ctx: Context, why: str) -> Decision:
    if command.waybill in goods.settled:
        return ()
    return (
        GoodsUnclaimed.model_validate(
            {
                "at": command.at or ctx.now,
                "contract_no": command.contract_no,
                "line_no": command.line_no,
                "sku": command.sku,
                "name": command.name or command.sku,
                "quantity": command.quantity,
                "bin": command.bin,
                "pending": command.damage is not None,
                "voucher_no": command.waybill,
                "why": why,
            }
        ),
    )


def report_damage(command: ReportDamage, goods: Goods, ctx: Context) -> Decision:
    """Pieces are damaged and count no longer: those in the warehouse, or those that left, by where it was found.

    Rules: D4. Once per damage report. Refuses: unknown_contract, unknown_line, bad_quantity, damage_contradicts,
    not_enough_here, not_enough_outside.
    """
    match goods:
        case Unexpected():
            return unknown_contract(command.contract_no)
        case Expected() | Cancelled():
            damage = Damage(command.damage_id, command.line_no, command.quantity, command.found)
            for known in goods.damages:
                if known.damage_id == damage.damage_id:
                    return () if known == damage else damage_contradicts(command.damage_id)
            stock = stock_of(goods, command.line_no)
            if stock is None:
                return unknown_line(command.contract_no, command.line_no)
            if not 1 <= command.quantity <= MAX_PIECES:
                return bad_quantity(command.quantity, MAX_PIECES)
            if command.found in IN_WAREHOUSE and command.quantity > stock.here:
                return not_enough_here("D4", stock.line, stock.here, command.quantity)
            if command.found not in IN_WAREHOUSE and command.quantity > stock.outside:
                return not_enough_outside(stock.line, stock.outside, command.quantity)
            return (
                DamageReported(
                    at=command.at or ctx.now,
                    damage_id=command.damage_id,
                    contract_no=command.contract_no,
                    customer=goods.customer,
                    line_no=command.line_no,
                    sku=stock.line.sku,
                    name=stock.line.name,
                    quantity=command.quantity,
                    found=command.found,
                    fault=command.fault,
                    photos=command.photos,
                    note=command.note,
                ),
            )
    assert_never(goods)


def report_lost(command: ReportLost, goods: Goods, ctx: Context) -> Decision:
    """A count did not find pieces that are booked here: line by line they are damage that lies nowhere.

    Rules: D7, D9, A3. Once per cause. What left meanwhile is not lost. Refuses: unknown_contract.
    """
    match goods:
        case Unexpected():
            return unknown_contract(command.contract_no)
        case Expected() | Cancelled():
            told = {damage.damage_id for damage in goods.damages}
            found: list[DamageReported] = []
            left = command.quantity
            for stock in goods.stock:
                damage_id = f"L-{re.sub(r'[^A-Za-z0-9]+', '-', command.cause_id)[:50]}-{stock.line.line_no}"
                if damage_id in told:
                    return ()
                pieces = min(left, stock.here) if stock.line.sku == command.sku else 0
                if pieces:
                    left -= pieces
                    found.append(
                        DamageReported(
                            at=command.at or ctx.now,
                            damage_id=damage_id,
                            contract_no=command.contract_no,
                            customer=goods.customer,
                            line_no=stock.line.line_no,
                            sku=stock.line.sku,
                            name=stock.line.name,
                            quantity=pieces,
                            found="inbound",
                            fault="unknown",
                            photos=(),
                            note=f"盘点短缺 {command.voucher_no}",
                            lost=True,
                            count_no=command.voucher_no,
                            adjustment_id=command.cause_id,
                        )
                    )
            return tuple(found)
    assert_never(goods)


def due(goods: Goods) -> tuple[Timer, ...]:  # noqa: ARG001 - every aggregate has the same three functions
    """Nothing of a contract's goods falls due by itself."""
    return ()


__all__ = [
    "COMMANDS",
    "INITIAL",
    "IN_WAREHOUSE",
    "STATES",
    "AmendGoods",
    "Arrival",
    "AskAllocation",
    "Cancelled",
    "CloseGoods",
    "Code",
    "DamagedArrival",
    "ExpectGoods",
    "Expected",
    "Goods",
    "GoodsEvent",
    "Issue",
    "IssueGoods",
    "NoteAllocation",
    "ReceiveGoods",
    "ReleaseExcess",
    "ReportDamage",
    "ReportLost",
    "ReturnGoods",
    "Stock",
    "Unexpected",
    "decide",
    "due",
    "evolve",
    "goods_id",
]
