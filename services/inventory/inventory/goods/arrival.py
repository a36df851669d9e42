"""Pieces of a contract come in (A2, A3, D2): the one door."""

from dataclasses import replace
from typing import Annotated, Any, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from company.context import Context
from company.depots import depot_name
from contracts import inventory as facts
from contracts.bounds import CivilDay, HowMany, ManyLines, Nth, OneLine, OptionalId
from contracts.civil_time import civil_day
from contracts.inventory import GoodsEvent
from contracts.inventory_stock import LotPieces, StockExcessReported
from contracts.inventory_transfers import NUMBERS, GoodsAtOtherDepot, TransferLine
from contracts.spelling import Lot, Sku, WaybillNo
from inventory.fields import MAX_PIECES, Note, Photos
from inventory.goods.lots import ByLot, added, less, of_line, spread
from inventory.goods.state import (
    Arrival,
    Cancelled,
    DamageId,
    Decision,
    Expected,
    Goods,
    Known,
    NotThere,
    Stock,
    Unexpected,
    check_contract,
    stock_of,
)
from inventory.product_file import comes_in_lots
from inventory.refusals import no
from inventory.who import KEEPER
from runtime.decision import Command, Rejected
from runtime.use_case import Asker, UseCase

LOOKS_CLOSER: tuple[facts.ArrivalDoor, ...] = ("file", "warehouse", "slip")
"""A lot that the check of a slip says is right, before a hand receipt's, before the file's (D13)."""


class DamagedArrival(BaseModel):
    """Pieces that came damaged (D2, D4)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    damage_id: DamageId
    fault: facts.Fault
    photos: Photos = ()
    note: Note = ""


class ReceiveGoods(Command):
    """收货 (D2, A2). `told_by`: the company's logistics file, the warehouse by hand, or an inbound slip.

    A slip names the carrier's waybill too. One arrival per line and waybill, whichever door tells of it: what one has
    told of does not come twice, and the parts of a waybill add up day by day.
    """

    command: Literal["ReceiveGoods"] = "ReceiveGoods"
    contract_no: OptionalId
    line_no: Nth
    sku: Sku
    quantity: HowMany
    waybill: WaybillNo
    arrived_on: CivilDay
    told_by: Literal["file", "warehouse", "slip"]
    name: OneLine = ""
    bin: OneLine = ""
    slip_no: OptionalId | None = None
    carrier_waybill: OptionalId = ""
    lot: Lot = ""
    damage: DamagedArrival | None = None
    depot: OptionalId = ""
    """Where they lie (D17); empty: in the depot that delivers the contract."""


class CorrectByCheck(Command):
    """验收少件 (D2): the check of a slip did not find pieces of a waybill."""

    command: Literal["CorrectByCheck"] = "CorrectByCheck"
    contract_no: OptionalId
    line_no: Nth
    sku: Sku
    quantity: HowMany
    waybill: OptionalId
    correction_no: OptionalId
    reason: ManyLines


class GoodsReceived(Command):
    """收货 Receive goods (D2)

    What the warehouse received by hand, once per line, waybill and day; the day defaults to that of `at`, or today.
    More than was sold is taken and shown as excess (D9).
    """

    contract_no: OptionalId | None = None
    """May be left out; else it must be the one in the address."""
    command: Literal["ReceiveGoods"] = "ReceiveGoods"
    line_no: Nth
    sku: Sku
    quantity: Annotated[HowMany, Field(ge=1)]
    waybill: WaybillNo
    arrived_on: CivilDay | None = None
    lot: Lot = ""
    """批号 as it stands on the boxes (D13): to be said of a product whose lots matter."""


def receive(command: ReceiveGoods, goods: Goods, ctx: Context) -> Decision:
    """Pieces of a line lie in the warehouse. More than expected is taken and told at once: the goods are there (D9).

    Rules: A3, D2; A2, D1 (where, by policy, everything is slipped and checked by hand, a row of the file is no receipt
    and receiving without a slip is refused).
    Once per line, waybill and day; another door's news of the same waybill adds what was not told yet. What a slip
    brings is never refused: if the contract does not want it, it is free stock.
    Refuses: slip_needed, unknown_contract, unknown_line, sku_differs, contract_cancelled, bad_quantity,
    future_arrival, arrival_contradicts.
    """
    if command.told_by != "slip" and not ctx.policy.arrival_rows_receive:
        return () if command.told_by == "file" else no("slip_needed", contract_no=command.contract_no)
    if not 1 <= command.quantity <= MAX_PIECES:
        return no("bad_quantity", quantity=command.quantity, most=MAX_PIECES)
    match goods:
        case Unexpected():
            if command.told_by == "slip":
                return _unclaimed(command, goods, ctx, "unknown_contract")
            return no("no_goods", contract_no=command.contract_no)
        case Cancelled():
            if command.told_by == "warehouse":
                return no("contract_cancelled", rule="D2", contract_no=command.contract_no)
            return _unclaimed(command, goods, ctx, "cancelled")
        case Expected():
            stock = stock_of(goods, command.line_no)
            if stock is None:
                if command.told_by == "slip":
                    return _unclaimed(command, goods, ctx, "unknown_line")
                return no("no_such_line", contract_no=command.contract_no, line_no=command.line_no)
            if stock.line.sku != command.sku:
                if command.told_by == "slip":
                    return _unclaimed(command, goods, ctx, "other_sku")
                return no(
                    "sku_differs",
                    contract_no=command.contract_no,
                    line_no=command.line_no,
                    name=stock.line.name,
                    expected=stock.line.sku,
                    told=command.sku,
                )
            if command.told_by == "warehouse" and command.arrived_on > (today := civil_day(ctx.now)):
                return no("future_arrival", line_no=command.line_no, arrived_on=command.arrived_on, today=today)
            if command.depot not in {"", goods.depot}:
                return _elsewhere(command, goods, stock, ctx)
            return _arrive(command, goods, stock, ctx)
    assert_never(goods)


def _arrive(command: ReceiveGoods, goods: Expected, stock: Stock, ctx: Context) -> Decision:
    at = command.at or ctx.now
    arrival = Arrival(
        command.waybill,
        0,
        command.arrived_on,
        command.lot,
        command.told_by,
        command.carrier_waybill,
        command.quantity,
    )
    known = _told_before(stock, arrival)
    if known is not None:
        if (known.told or known.quantity, known.arrived_on) == (arrival.told, arrival.arrived_on):
            return ()
        received = known.told or known.quantity
        return no("arrival_contradicts", line_no=command.line_no, waybill=arrival.waybill, received=received)
    new = min(command.quantity, max(0, stock.came(arrival.of, arrival) - stock.booked(arrival.of)))
    was = _of_other_lots(command, stock, arrival, new)
    here = added(less(stock.lots_here, was), {command.lot: new + sum(was.values())})
    damage = _damaged_arrival(command, command.damage, goods, stock, ctx, here=here) if command.damage else ()
    common: dict[str, Any] = {
        "at": at,
        "contract_no": command.contract_no,
        "line_no": command.line_no,
        "sku": stock.line.sku,
        "name": stock.line.name,
        "waybill": command.waybill,
        "arrived_on": command.arrived_on,
        "bin": command.bin,
        "slip_no": command.slip_no,
        "lot": command.lot,
        "told_by": command.told_by,
        "carrier_waybill": command.carrier_waybill,
        "told": command.quantity,
    }
    booked_as = tuple(LotPieces(lot=lot, quantity=quantity) for lot, quantity in was.items())
    here_already = facts.ArrivalConfirmed(**common, quantity=command.quantity - new, was=booked_as)
    confirmed = (here_already,) if new < command.quantity else ()
    if not new:
        return (*confirmed, *damage)
    arrived = facts.GoodsArrived(**common, quantity=new)
    good = 0 if damage else new
    excess = min(good, max(0, stock.here + stock.outside + good - stock.needed))
    if not excess:
        return (*confirmed, arrived, *damage)
    told = StockExcessReported(
        at=at,
        depot=goods.depot,
        sku=stock.line.sku,
        name=stock.line.name,
        quantity=excess,
        contract_no=command.contract_no,
        voucher_no=command.waybill,
        reason="到货多于合同",
    )
    return (*confirmed, arrived, *damage, told)


def _of_other_lots(command: ReceiveGoods, stock: Stock, arrival: Arrival, new: int) -> dict[str, int]:
    """Pieces of the waybill that are here and are of the lot that is told now, by the lot as which they were booked:
    of none, or of one that no such door said, nor one that looked closer (D13)."""
    if not command.lot or new == command.quantity:
        return {}
    doors = LOOKS_CLOSER[LOOKS_CLOSER.index(command.told_by) :]
    after = replace(stock, arrivals=(*stock.arrivals, replace(arrival, quantity=new)))
    found, booked = after.said_lots(arrival.of, doors), after.booked_lots(arrival.of)
    lacking = min(command.quantity - new, found[command.lot] - booked[command.lot])
    others = {lot: booked[lot] - found[lot] for lot in booked if lot != command.lot}
    order = sorted(others.items(), key=lambda one: (one[0] != "", -one[1]))
    was: dict[str, int] = {}
    for lot, most in order:
        pieces = min(most, stock.lots_here.get(lot, 0), lacking - sum(was.values()))
        if pieces > 0:
            was[lot] = pieces
    return was


def _elsewhere(command: ReceiveGoods, goods: Expected, stock: Stock, ctx: Context) -> Decision:
    """They came to another depot than the contract's: they wait there for a transfer, and are to come until then. What
    another door told of the same waybill is corrected, for they are not here. Damaged ones stay where they came.

    Rules: D17. Once per voucher.
    """
    at, voucher = command.at or ctx.now, command.waybill
    if voucher in goods.settled:
        return ()
    told_otherwise = CorrectByCheck(
        at=at,
        contract_no=command.contract_no,
        line_no=command.line_no,
        sku=command.sku,
        quantity=command.quantity,
        waybill=command.carrier_waybill,
        correction_no=voucher,
        reason=f"到在{depot_name(ctx.policy, command.depot)}",
    )
    not_here = correct_by_check(told_otherwise, goods, ctx) if command.carrier_waybill else ()
    if isinstance(not_here, Rejected):
        return not_here
    if command.damage is not None:
        there = _arrive(command.model_copy(update={"carrier_waybill": ""}), goods, stock, ctx)
        return there if isinstance(there, Rejected) else (*not_here, *there)
    pieces = TransferLine(
        line_no=1,
        sku=stock.line.sku,
        name=stock.line.name,
        quantity=command.quantity,
        lot=command.lot,
        bin=command.bin,
        contract_no=command.contract_no,
        contract_line_no=command.line_no,
    )
    waits = GoodsAtOtherDepot(
        at=at,
        contract_no=command.contract_no,
        depot=command.depot,
        to_depot=goods.depot,
        transfer_no=f"{NUMBERS}-{voucher.replace('/', '-')}",
        lines=(pieces,),
        voucher_no=voucher,
        were_held=False,
        reason=f"合同 {command.contract_no} 由{depot_name(ctx.policy, goods.depot)}发货",
    )
    return (*not_here, waits)


def _told_before(stock: Stock, arrival: Arrival) -> Arrival | None:
    """What the same door said under the same number: a slip's voucher is of one day, a waybill comes in parts."""
    for known in stock.arrivals:
        door = known.door or arrival.door
        if (known.waybill, known.lot, door) != (arrival.waybill, arrival.lot, arrival.door):
            continue
        if arrival.door == "slip" or known.arrived_on == arrival.arrived_on:
            return known
    return None


def correct_by_check(command: CorrectByCheck, goods: Known, ctx: Context) -> Decision:
    """The check found fewer pieces of a waybill than its slip says: what another door told of them is corrected, be it
    booked already or yet to come. It is no damage.

    Rules: D2, D16, A3. Once per exception. What has left the warehouse meanwhile is not taken back.
    """
    stock = stock_of(goods, command.line_no) if isinstance(goods, Expected) else None
    if stock is None or stock.line.sku != command.sku:
        return ()
    if any(one.correction_no == command.correction_no for one in stock.not_there):
        return ()
    gone = NotThere(command.waybill, command.quantity, 0, "check", command.correction_no)
    right = replace(stock, not_there=(*stock.not_there, gone))
    taken = min(stock.here, max(0, stock.booked(command.waybill) - right.came(command.waybill)), command.quantity)
    booked = stock.booked_lots(command.waybill)
    return (
        facts.ArrivalCorrected(
            depot=goods.depot,
            at=command.at or ctx.now,
            contract_no=command.contract_no,
            line_no=command.line_no,
            sku=stock.line.sku,
            name=stock.line.name,
            quantity=taken,
            told=command.quantity,
            waybill=command.waybill,
            by="check",
            correction_no=command.correction_no,
            reason=command.reason,
            lots=of_line(command.line_no, spread(stock.lots_here, taken, booked.items())),
        ),
    )


def _damaged_arrival(
    command: ReceiveGoods, told: DamagedArrival, goods: Known, stock: Stock, ctx: Context, *, here: ByLot
) -> tuple[facts.DamageReported, ...]:
    if any(known.damage_id == told.damage_id for known in goods.damages):
        return ()
    return (
        facts.DamageReported(
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
            lots=of_line(command.line_no, spread(here, command.quantity, [(command.lot, command.quantity)])),
        ),
    )


def _unclaimed(command: ReceiveGoods, goods: Goods, ctx: Context, why: str) -> Decision:
    if command.waybill in goods.settled:
        return ()
    return (
        facts.GoodsUnclaimed.model_validate(
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
                "lot": command.lot,
                "why": why,
            }
        ),
    )


async def by_hand(asker: Asker, number: str, body: GoodsReceived) -> ReceiveGoods:
    """What the warehouse received without a slip. Whoever stands before the boxes says the lot (D13)."""
    check_contract(asker, number, body.contract_no)
    if not body.lot and await comes_in_lots(asker, body.sku):
        asker.refuse(no("lot_unsaid", sku=body.sku))
    arrived_on = body.arrived_on or civil_day(body.at or asker.now)
    said = {**dict(body), "command": "ReceiveGoods", "contract_no": number, "arrived_on": arrived_on}
    return ReceiveGoods(**said, told_by="warehouse")


USE_CASES: tuple[UseCase[Any, Any, GoodsEvent], ...] = (
    UseCase(CorrectByCheck, correct_by_check),
    UseCase(ReceiveGoods, receive, KEEPER, "arrivals", body=GoodsReceived, prepare=by_hand, status=201),
)
