"""Pieces of a contract are damaged, or were not found (D4, D7)."""

import re
from typing import Annotated, Any, Literal

from pydantic import Field

from company.context import Context
from contracts import inventory as facts
from contracts.bounds import Few, HowMany, Nth, OptionalId
from contracts.inventory import GoodsEvent
from contracts.inventory_stock import LotPieces, StockShortReported
from contracts.spelling import Lot, Sku
from inventory.fields import MAX_PIECES, Note, Photos
from inventory.goods.lots import of_line, spread
from inventory.goods.state import IN_WAREHOUSE, Damage, DamageId, Decision, Known, check_contract, stock_of
from inventory.refusals import no
from inventory.who import REPORTS_DAMAGE
from runtime.decision import Command
from runtime.use_case import Asker, UseCase


class ReportDamage(Command):
    """报破损 (D4)."""

    command: Literal["ReportDamage"] = "ReportDamage"
    contract_no: OptionalId
    damage_id: DamageId
    line_no: Nth
    quantity: HowMany
    found: facts.Place
    fault: facts.Fault = "unknown"
    photos: Photos = ()
    note: Note = ""
    lot: Lot = ""


class ReportLost(Command):
    """报短缺 (D7, D9): a count did not find pieces that lie here for the contract."""

    command: Literal["ReportLost"] = "ReportLost"
    contract_no: OptionalId
    sku: Sku
    quantity: HowMany
    voucher_no: OptionalId
    cause_id: OptionalId
    lots: Annotated[tuple[LotPieces, ...], Few(1_000)] = ()


class DamageFound(Command):
    """报破损 Report damage (D4)

    Takes the pieces out of what is available and opens a leftover ticket `T-<damage_id>` (C9). Without `damage_id` one
    is made from the request. A leader reports of stops of the own crew, a technician of contracts where a visit is
    theirs (C18).
    """

    contract_no: OptionalId | None = None
    """May be left out; else it must be the one in the address."""
    command: Literal["ReportDamage"] = "ReportDamage"
    damage_id: DamageId | None = None
    line_no: Nth
    quantity: Annotated[HowMany, Field(ge=1)]
    found: facts.Place
    fault: facts.Fault = "unknown"
    photos: Photos = ()
    note: Note = ""
    lot: Lot = ""
    """批号 (D13) of the pieces; left out, they are of the largest lot."""


def report_damage(command: ReportDamage, goods: Known, ctx: Context) -> Decision:
    """Pieces are damaged and count no longer: those in the warehouse, or those that left, by where it was found.

    Rules: D4, D13. Once per damage report. Refuses: unknown_contract, unknown_line, bad_quantity, damage_contradicts,
    not_enough_here, not_enough_outside, not_enough_of_lot.
    """
    damage = Damage(command.damage_id, command.line_no, command.quantity, command.found)
    for known in goods.damages:
        if known.damage_id == damage.damage_id:
            return () if known == damage else no("damage_contradicts", damage_id=command.damage_id)
    stock = stock_of(goods, command.line_no)
    if stock is None:
        return no("no_such_line", contract_no=command.contract_no, line_no=command.line_no)
    if not 1 <= command.quantity <= MAX_PIECES:
        return no("bad_quantity", quantity=command.quantity, most=MAX_PIECES)
    if command.found in IN_WAREHOUSE and command.quantity > stock.here:
        return no(
            "not_enough_here",
            rule="D4",
            line_no=command.line_no,
            name=stock.line.name,
            here=stock.here,
            wanted=command.quantity,
        )
    if command.found not in IN_WAREHOUSE and command.quantity > stock.outside:
        return no(
            "not_enough_outside",
            line_no=command.line_no,
            name=stock.line.name,
            outside=stock.outside,
            wanted=command.quantity,
        )
    have = stock.lots_here if command.found in IN_WAREHOUSE else stock.lots_outside
    if command.lot and have.get(command.lot, 0) < command.quantity:
        return no(
            "not_enough_of_lot",
            line_no=command.line_no,
            name=stock.line.name,
            lot=command.lot,
            there=have.get(command.lot, 0),
            wanted=command.quantity,
        )
    return (
        facts.DamageReported(
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
            lots=of_line(command.line_no, spread(have, command.quantity, [(command.lot, command.quantity)])),
        ),
    )


def report_lost(command: ReportLost, goods: Known, ctx: Context) -> Decision:
    """A count did not find pieces that are booked here: line by line they are damage that lies nowhere.

    Rules: D7, D9, A3. Once per cause. What left meanwhile is not lost, but short. Refuses: unknown_contract.
    """
    told = {damage.damage_id for damage in goods.damages}
    found: list[facts.DamageReported] = []
    left = command.quantity
    lots = {one.lot: one.quantity for one in command.lots}
    for stock in goods.stock:
        damage_id = f"L-{re.sub(r'[^A-Za-z0-9]+', '-', command.cause_id)[:50]}-{stock.line.line_no}"
        if damage_id in told:
            return ()
        pieces = min(left, stock.here) if stock.line.sku == command.sku else 0
        if pieces:
            left -= pieces
            of = spread(stock.lots_here, pieces, tuple(lots.items()))
            lots = {lot: quantity - of.get(lot, 0) for lot, quantity in lots.items()}
            found.append(
                facts.DamageReported(
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
                    lots=of_line(stock.line.line_no, of),
                )
            )
    return tuple(found) or (_none_left(command, ctx),)


def _none_left(command: ReportLost, ctx: Context) -> StockShortReported:
    """What a count missed has left meanwhile: it is told as short, and the count waits for nothing more."""
    return StockShortReported(
        at=command.at or ctx.now,
        depot="main",
        sku=command.sku,
        name=command.sku,
        wanted=command.quantity,
        available=0,
        needed_for=command.contract_no,
        voucher_no=command.voucher_no,
        reason="盘点短缺，账上已不在库",
        adjustment_id=command.cause_id,
    )


async def found(asker: Asker, number: str, body: DamageFound) -> ReportDamage:
    """A damage report with its number."""
    check_contract(asker, number, body.contract_no)
    damage_id = body.damage_id or asker.fresh_id("damage", number)
    return ReportDamage(**{**dict(body), "contract_no": number, "damage_id": damage_id})


def numbers(command: ReportDamage) -> dict[str, str]:
    """The report, and the ticket that it opens, for the answer."""
    return {"damage_id": command.damage_id, "ticket_id": f"T-{command.damage_id}"}


USE_CASES: tuple[UseCase[Any, Any, GoodsEvent], ...] = (
    UseCase(
        ReportDamage,
        report_damage,
        REPORTS_DAMAGE,
        "damages",
        body=DamageFound,
        prepare=found,
        says=numbers,
        status=201,
    ),
    UseCase(ReportLost, report_lost),
)
