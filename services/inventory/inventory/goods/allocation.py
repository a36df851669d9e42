"""Free stock for a contract (D8), and pieces beyond its need that become free stock (D9)."""

from collections import Counter
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from company.context import Context
from contracts import inventory as facts
from contracts.bounds import Few, HowMany, Nth, OptionalId
from contracts.civil_time import civil_day
from contracts.fact import Customer
from contracts.inventory import GoodsEvent
from contracts.inventory_stock import LotPieces
from contracts.spelling import Lot
from inventory.fields import MAX_PIECES, Reason, dated
from inventory.goods.expected import given_up
from inventory.goods.lots import added, of_line, smallest_first, spread
from inventory.goods.state import Cancelled, Code, Decision, Expected, Known, Stock, stock_of
from inventory.refusals import no
from inventory.who import ALLOCATES
from runtime.decision import Command, Rejected
from runtime.refusal import Term
from runtime.typed_rows import ByName
from runtime.use_case import Asker, UseCase

Pieces = Annotated[int, Field(ge=1, le=MAX_PIECES)]

EXCHANGED = "换整批号 "
"""Why pieces are given back for another lot."""


class AskAllocation(Command):
    """调配 (D8): free stock is to become the contract's; of one lot (D13), but where the customer takes several.

    `lots_first`: what the customer has from elsewhere, after those of the line itself."""

    command: Literal["AskAllocation"] = "AskAllocation"
    contract_no: OptionalId
    allocation_no: Code
    line_no: Nth
    quantity: HowMany
    depot: OptionalId = ""
    """Where they lie; empty: in the depot that delivers the contract. Of another, they need a transfer first (D17)."""
    several_lots: bool = False
    lots_first: Annotated[tuple[Lot, ...], Few(1_000)] = ()


class ExchangeLots(Command):
    """换整批号 (D13): a line's pieces of several lots are given back for as many of one lot."""

    command: Literal["ExchangeLots"] = "ExchangeLots"
    contract_no: OptionalId
    allocation_no: Code
    line_no: Nth
    lot: Lot


class NoteAllocation(Command):
    """调配结果: the stock has set the pieces apart, or has too few (`available`)."""

    command: Literal["NoteAllocation"] = "NoteAllocation"
    contract_no: OptionalId
    allocation_no: OptionalId
    granted: bool
    available: HowMany
    lots: Annotated[tuple[LotPieces, ...], Few(1_000)] = ()
    """Of which lots they are; what is not named is of no lot."""


class ReleaseExcess(Command):
    """溢余转自由库存 (D9): pieces beyond what the contract needs."""

    command: Literal["ReleaseExcess"] = "ReleaseExcess"
    contract_no: OptionalId
    release_no: Code
    line_no: Nth
    quantity: HowMany
    reason: Reason
    lot: Lot = ""


class Allocated(Command):
    """调配 Allocate free stock (D8)

    Asks the stock; the pieces arrive for the contract a moment later, or `allocation_refused` is in its moves.
    All of one lot, those first that the customer has already (D13). Refuses: not_missing, contract_cancelled.
    """

    command: Literal["AskAllocation"] = "AskAllocation"
    allocation_no: Code | None = None
    line_no: Nth
    quantity: Pieces
    several_lots: bool = False
    """The customer takes pieces of several lots."""


class Exchanged(Command):
    """换整批号 Exchange the whole lot (D13)

    Instead of the customer's consent to several lots: free pieces of `lot` are set apart, then what is here of others
    is given back. All of it, or none, and it is told. Refuses: nothing_to_exchange, contract_cancelled.
    """

    command: Literal["ExchangeLots"] = "ExchangeLots"
    allocation_no: Code | None = None
    line_no: Nth
    lot: Annotated[Lot, Field(min_length=1)]


class Freed(Command):
    """释放溢余 Release excess (D9)

    Pieces beyond what the contract needs become free stock. Refuses: not_excess.
    """

    command: Literal["ReleaseExcess"] = "ReleaseExcess"
    release_no: Code | None = None
    line_no: Nth
    quantity: Pieces
    reason: Reason
    lot: Lot = ""
    """批号 (D13) of the pieces; left out, those of the smallest lots go."""


def allocate(command: AskAllocation, goods: Known, ctx: Context) -> Decision:
    """Ask free stock for pieces that the contract lacks; the stock's answer makes them arrive.

    Rules: D8, D13 (of one lot; the lots that the line has here or had are asked for first), X7. Once per number.
    Refuses: number_contradicts, unknown_contract, contract_cancelled, unknown_line, not_missing.
    """
    told = _allocation(command.line_no, command.quantity, several_lots=command.several_lots)
    before = _said_before(command.allocation_no, told, goods)
    if before is not None:
        return before
    if isinstance(goods, Cancelled):
        return no("contract_cancelled", rule="D8", contract_no=command.contract_no)
    if command.depot not in {"", goods.depot}:
        return ()
    stock = stock_of(goods, command.line_no)
    if stock is None:
        return no("no_such_line", contract_no=command.contract_no, line_no=command.line_no)
    line = stock.line
    missing = stock.missing - sum(asked.quantity for asked in goods.asked if asked.line_no == command.line_no)
    if not 1 <= command.quantity <= missing:
        return no("not_missing", line_no=line.line_no, name=line.name, missing=max(0, missing), wanted=command.quantity)
    return (
        facts.AllocationAsked(
            at=command.at or ctx.now,
            contract_no=command.contract_no,
            allocation_no=command.allocation_no,
            depot=goods.depot,
            line_no=command.line_no,
            sku=line.sku,
            name=line.name,
            quantity=command.quantity,
            one_lot=not command.several_lots,
            lots_first=tuple(dict.fromkeys((*_lots_of(stock), *command.lots_first))),
        ),
    )


def _said_before(number: str, told: Term, goods: Known) -> tuple[()] | Rejected | None:
    """None when the number is new; no event when the same was said under it (X7)."""
    known = _said_under(number, goods)
    if not known and number in goods.settled:
        known = [Term("合同的另一张单据", "another paper of the contract")]
    if not known:
        return None
    return () if told in known else no("number_contradicts", number=number, known=known[0], told=told)


def _said_under(number: str, goods: Known) -> list[Term]:
    """What a number stands for: an allocation, an exchange, or a release (of a lot, or of whichever)."""
    asked = [one for one in (*goods.asked, *goods.answered) if one.allocation_no == number]
    freed = [one for one in goods.freed if one.release_no == number]
    return [
        *(
            _exchange(one.line_no, one.exchange_lot)
            if one.exchange_lot
            else _allocation(one.line_no, one.quantity, several_lots=not one.one_lot)
            for one in asked
        ),
        *(
            _exchange(one.line_no, one.reason.removeprefix(EXCHANGED))
            for one in freed
            if one.reason.startswith(EXCHANGED)
        ),
        *(_release(one.line_no, one.quantity, one.reason, lot) for one in freed for lot in ("", *one.lots)),
    ]


def _allocation(line_no: int, quantity: int, *, several_lots: bool) -> Term:
    of = Term("，可几个批号", ", of several lots") if several_lots else Term("", "")
    return Term(f"调配第 {line_no} 行 {quantity} 件{of.zh}", f"allocate {quantity} of line {line_no}{of.en}")


def _exchange(line_no: int, lot: str) -> Term:
    return Term(f"第 {line_no} 行换整批号 {lot}", f"exchange line {line_no} for lot {lot}")


def _release(line_no: int, quantity: int, reason: str, lot: str) -> Term:
    of = Term(f"批号 {lot}，", f"lot {lot}, ") if lot else Term("", "")
    zh = f"释放第 {line_no} 行 {quantity} 件（{of.zh}{reason}）"
    return Term(zh, f"release {quantity} of line {line_no} ({of.en}{reason})")


def exchange(command: ExchangeLots, goods: Known, ctx: Context) -> Decision:
    """Ask free stock for what the line lacks of one lot; what is here of others goes back once it is granted, or at
    once where the lot has all.

    Rules: D13, D8, X7. Once per number. Refuses: number_contradicts, unknown_contract, contract_cancelled,
    unknown_line, nothing_to_exchange.
    """
    before = _said_before(command.allocation_no, _exchange(command.line_no, command.lot), goods)
    if before is not None:
        return before
    if isinstance(goods, Cancelled):
        return no("contract_cancelled", rule="D13", contract_no=command.contract_no)
    stock = stock_of(goods, command.line_no)
    if stock is None:
        return no("no_such_line", contract_no=command.contract_no, line_no=command.line_no)
    line, at = stock.line, command.at or ctx.now
    if not _of_others(stock, command.lot) or any(asked.line_no == command.line_no for asked in goods.asked):
        return no("nothing_to_exchange", line_no=line.line_no, name=line.name, lot=command.lot)
    lacking = line.quantity - stock.outside - stock.lots_here.get(command.lot, 0)
    if lacking <= 0:
        return _given_back(goods, stock, command.lot, stock.excess, release_no=command.allocation_no, at=at)
    return (
        facts.AllocationAsked(
            at=at,
            contract_no=command.contract_no,
            allocation_no=command.allocation_no,
            depot=goods.depot,
            line_no=command.line_no,
            sku=line.sku,
            name=line.name,
            quantity=lacking,
            one_lot=True,
            exchange_lot=command.lot,
        ),
    )


def _of_others(stock: Stock, lot: str) -> dict[str, int]:
    """Pieces here that are of other lots."""
    return {other: quantity for other, quantity in stock.lots_here.items() if other != lot}


def _given_back(
    goods: Known, stock: Stock, lot: str, most: int, *, release_no: str, at: datetime
) -> tuple[facts.GoodsReleased, ...]:
    """What is here of other lots becomes free stock, the smallest first, as far as the contract does not need it."""
    others = _of_others(stock, lot)
    quantity = min(most, sum(others.values()))
    line = stock.line.model_copy(update={"quantity": quantity})
    if quantity <= 0:
        return ()
    return (
        facts.GoodsReleased(
            at=at,
            contract_no=goods.contract_no,
            lines=(line,),
            reason=f"{EXCHANGED}{lot}",
            release_no=release_no,
            lots=of_line(line.line_no, spread(others, quantity, smallest_first(others))),
        ),
    )


def _lots_of(stock: Stock) -> list[str]:
    """Lots of a line, here or outside: that of most pieces first."""
    have = added(stock.lots_here, stock.lots_outside)
    return sorted((lot for lot in have if lot), key=lambda lot: -have[lot])


def note_allocation(command: NoteAllocation, goods: Known, ctx: Context) -> Decision:
    """The stock's answer: the pieces arrive for the contract, or the contract gets none. Changed its mind meanwhile,
    the contract lets them go again.

    Rules: D8, A3, D13 (for a lot that is exchanged, the others go back). Refuses: unknown_contract.
    """
    asked = next((x for x in goods.asked if x.allocation_no == command.allocation_no), None)
    if asked is None:
        return ()
    at = command.at or ctx.now
    stock: Stock | None = stock_of(goods, asked.line_no) if isinstance(goods, Expected) else None
    if not command.granted or stock is None or stock.line.sku != asked.sku:
        return (
            facts.AllocationRefused(
                at=at,
                contract_no=command.contract_no,
                allocation_no=command.allocation_no,
                line_no=asked.line_no,
                sku=asked.sku,
                available=command.available,
                held=asked.quantity if command.granted else 0,
                lots=command.lots if command.granted else (),
            ),
        )
    arrived_on: date = civil_day(at)
    unsaid = asked.quantity - sum(one.quantity for one in command.lots)
    of = (*command.lots, LotPieces(lot="", quantity=unsaid))
    back: tuple[facts.GoodsReleased, ...] = ()
    if asked.exchange_lot:
        most = stock.here + stock.outside + asked.quantity - stock.line.quantity
        back = _given_back(goods, stock, asked.exchange_lot, most, release_no=f"{asked.allocation_no}-H", at=at)
    arrived = tuple(
        facts.GoodsArrived(
            at=at,
            contract_no=command.contract_no,
            line_no=asked.line_no,
            sku=asked.sku,
            name=asked.name,
            quantity=one.quantity,
            waybill=asked.allocation_no,
            arrived_on=arrived_on,
            from_stock=True,
            lot=one.lot,
        )
        for one in of
        if one.quantity > 0
    )
    return (*arrived, *back)


def release_excess(command: ReleaseExcess, goods: Known, ctx: Context) -> Decision:
    """Pieces beyond what the contract needs become free stock; never pieces that it needs.

    Rules: D9, D13, X7. Once per number. Refuses: number_contradicts, unknown_contract, unknown_line, not_excess,
    not_enough_of_lot.
    """
    told = _release(command.line_no, command.quantity, command.reason, command.lot)
    before = _said_before(command.release_no, told, goods)
    if before is not None:
        return before
    stock = stock_of(goods, command.line_no)
    if stock is None:
        return no("no_such_line", contract_no=command.contract_no, line_no=command.line_no)
    if not 1 <= command.quantity <= stock.excess:
        return no(
            "not_excess",
            line_no=command.line_no,
            name=stock.line.name,
            excess=stock.excess,
            wanted=command.quantity,
        )
    line, lot = stock.line.model_copy(update={"quantity": command.quantity}), command.lot
    there = stock.lots_here.get(lot, 0)
    if lot and there < command.quantity:
        return no(
            "not_enough_of_lot",
            line_no=line.line_no,
            name=line.name,
            lot=lot,
            there=there,
            wanted=command.quantity,
        )
    return (
        facts.GoodsReleased(
            at=command.at or ctx.now,
            contract_no=command.contract_no,
            lines=(line,),
            reason=command.reason,
            release_no=command.release_no,
            lots=of_line(line.line_no, {lot: command.quantity}) or given_up((stock,), (line,)),
        ),
    )


class _OfLot(BaseModel):
    lot: str
    here: int
    outside: int


class _OfSku(BaseModel):
    line_no: int
    sku: str
    lots: tuple[_OfLot, ...] = ()


class _Papers(BaseModel):
    """What is asked of the rows of goods here."""

    contract_no: str
    customer: Customer | None = None
    lines: tuple[_OfSku, ...] = ()


GOODS_ROWS = ByName("goods", _Papers)
"""By name: the rows are made of these rules."""
PURCHASES_ASKED = 100
"""Of one customer, the last ones."""


async def _is_nobody_elses(asker: Asker, contract_no: str, number: str | None) -> None:
    """A number that somebody writes on a paper is found again by it alone (D11): no other contract has it."""
    if number is None:
        return
    others = {"row.vouchers": number, "_id": {"$ne": contract_no}}
    for other in await asker.view(GOODS_ROWS).numbers(others, limit=1):
        asker.refuse(no("number_of_another", number=number, contract_no=other))


async def _lots_from_elsewhere(asker: Asker, number: str, line_no: int) -> tuple[str, ...]:
    """Lots of the line's product that the same customer (by telephone) has from other contracts, that of most pieces
    first (D13). What was asked for last is known a moment later: it is a preference, no promise."""
    goods = asker.view(GOODS_ROWS)
    asking = await goods.get(number)
    skus = {line.sku for line in asking.lines if line.line_no == line_no} if asking is not None else set()
    if asking is None or asking.customer is None or not skus:
        return ()
    same = {"row.customer.phone": asking.customer.phone, "_id": {"$ne": number}}
    others = await goods.find(same, sort=[("_id", -1)], limit=PURCHASES_ASKED)
    have: Counter[str] = Counter()
    for line in (line for other in others for line in other.lines if line.sku in skus):
        have.update({one.lot: one.here + one.outside for one in line.lots})
    return tuple(lot for lot, pieces in have.most_common() if pieces > 0)


async def allocated(asker: Asker, number: str, body: Allocated) -> AskAllocation:
    """With its number, and the lots that the customer has from other purchases."""
    await _is_nobody_elses(asker, number, body.allocation_no)
    allocation_no = body.allocation_no or dated("DP")(asker, body)
    lots = await _lots_from_elsewhere(asker, number, body.line_no)
    return AskAllocation(**{**dict(body), "contract_no": number, "allocation_no": allocation_no, "lots_first": lots})


async def exchanged(asker: Asker, number: str, body: Exchanged) -> ExchangeLots:
    """With its number."""
    await _is_nobody_elses(asker, number, body.allocation_no)
    allocation_no = body.allocation_no or dated("HP")(asker, body)
    return ExchangeLots(**{**dict(body), "contract_no": number, "allocation_no": allocation_no})


async def freed(asker: Asker, number: str, body: Freed) -> ReleaseExcess:
    """With its number."""
    await _is_nobody_elses(asker, number, body.release_no)
    release_no = body.release_no or dated("SF")(asker, body)
    return ReleaseExcess(**{**dict(body), "contract_no": number, "release_no": release_no})


USE_CASES: tuple[UseCase[Any, Any, GoodsEvent], ...] = (
    UseCase(
        AskAllocation,
        allocate,
        ALLOCATES,
        "allocations",
        body=Allocated,
        prepare=allocated,
        says=lambda said: {"allocation_no": said.allocation_no},
        status=201,
    ),
    UseCase(
        ExchangeLots,
        exchange,
        ALLOCATES,
        "exchanges",
        body=Exchanged,
        prepare=exchanged,
        says=lambda said: {"allocation_no": said.allocation_no},
        status=201,
    ),
    UseCase(NoteAllocation, note_allocation),
    UseCase(
        ReleaseExcess,
        release_excess,
        ALLOCATES,
        "releases",
        body=Freed,
        prepare=freed,
        says=lambda said: {"release_no": said.release_no},
        status=201,
    ),
)
