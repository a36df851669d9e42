"""Where a contract's pieces are: the situations of its goods, and how events change them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never

from contracts.fact import Customer, GoodsLine
from contracts.inventory import (
    AllocationAsked,
    AllocationRefused,
    DamageReported,
    GoodsArrived,
    GoodsExpectationChanged,
    GoodsExpected,
    GoodsIssued,
    GoodsReleased,
    GoodsReturnAwaited,
    GoodsReturned,
    GoodsUnclaimed,
    Place,
)
from contracts.inventory_stock import StockExcessReported, StockShortReported

IN_WAREHOUSE: tuple[Place, ...] = ("inbound", "loading")

GoodsEvent = (
    GoodsExpected
    | GoodsExpectationChanged
    | GoodsArrived
    | GoodsUnclaimed
    | DamageReported
    | GoodsIssued
    | GoodsReleased
    | GoodsReturned
    | GoodsReturnAwaited
    | AllocationAsked
    | AllocationRefused
    | StockShortReported
    | StockExcessReported
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Pieces that came with one waybill (or slip, or allocation)."""

    waybill: str
    quantity: int
    arrived_on: date


@dataclass(frozen=True, slots=True)
class Stock:
    """One line: what is expected (`line`, with the quantity sold) and where its pieces are."""

    line: GoodsLine
    arrivals: tuple[Arrival, ...] = ()
    damaged_here: int = 0
    damaged_outside: int = 0
    issued: int = 0
    returned: int = 0
    released: int = 0

    @property
    def here(self) -> int:
        """Good pieces in the warehouse, for this contract."""
        arrived = sum(arrival.quantity for arrival in self.arrivals)
        return arrived + self.returned - self.damaged_here - self.issued - self.released

    @property
    def outside(self) -> int:
        """Good pieces that left: on the road or at the customer's."""
        return self.issued - self.returned - self.damaged_outside

    @property
    def away(self) -> int:
        """Pieces that left and did not come back, damaged or not."""
        return self.issued - self.returned

    @property
    def missing(self) -> int:
        """Pieces that the contract still needs."""
        return max(0, self.line.quantity - self.here - self.outside)

    @property
    def excess(self) -> int:
        """Pieces here beyond what the contract needs (D9)."""
        return min(self.here, max(0, self.here + self.outside - self.line.quantity))


@dataclass(frozen=True, slots=True)
class Damage:
    """A damage report that was taken."""

    damage_id: str
    line_no: int
    quantity: int
    found: Place


@dataclass(frozen=True, slots=True)
class Issue:
    """A list by which goods left: pieces per line number."""

    list_no: str
    pieces: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Awaited:
    """A return that was told before the departure."""

    return_no: str
    lines: tuple[GoodsLine, ...]
    returned_on: date
    reason: str


@dataclass(frozen=True, slots=True)
class Allocation:
    """Free stock that was asked for and not answered yet."""

    allocation_no: str
    line_no: int
    sku: str
    name: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Unexpected:
    """Nobody has told the warehouse of this contract. Vouchers whose pieces came all the same are remembered."""

    settled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expected:
    """The warehouse knows what belongs to the contract."""

    contract_no: str
    customer: Customer
    stock: tuple[Stock, ...]
    damages: tuple[Damage, ...] = ()
    issues: tuple[Issue, ...] = ()
    former: tuple[Stock, ...] = ()
    """Lines that the contract no longer has, with what happened to their pieces."""
    settled: tuple[str, ...] = ()
    """Vouchers of returns, releases, unclaimed pieces and allocations that were dealt with."""
    awaited: tuple[Awaited, ...] = ()
    asked: tuple[Allocation, ...] = ()


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The contract was cancelled (A6): what is here lies in free stock; what is outside may still come back."""

    contract_no: str
    customer: Customer
    stock: tuple[Stock, ...]
    damages: tuple[Damage, ...] = ()
    issues: tuple[Issue, ...] = ()
    former: tuple[Stock, ...] = ()
    settled: tuple[str, ...] = ()
    awaited: tuple[Awaited, ...] = ()
    asked: tuple[Allocation, ...] = ()


Known = Expected | Cancelled
Goods = Unexpected | Expected | Cancelled
INITIAL: Goods = Unexpected()
STATES = (Unexpected, Expected, Cancelled)


def stock_of(goods: Known, line_no: int) -> Stock | None:
    """One line's pieces; None when the contract has no such line."""
    return next((stock for stock in goods.stock if stock.line.line_no == line_no), None)


def evolve(goods: Goods, event: GoodsEvent) -> Goods:
    """The goods after an event."""
    if isinstance(event, GoodsExpected):
        more = tuple(Stock(line) for line in event.lines)
        if isinstance(goods, Unexpected):
            return Expected(event.contract_no, event.customer, more, settled=goods.settled)
        return replace(goods, stock=(*goods.stock, *more))
    if isinstance(event, GoodsUnclaimed):
        return replace(goods, settled=(*goods.settled, event.voucher_no))
    if isinstance(event, StockExcessReported) or isinstance(goods, Unexpected):
        return goods
    return _known_after(goods, event)


def _known_after(
    goods: Known,
    event: GoodsExpectationChanged
    | GoodsArrived
    | DamageReported
    | GoodsIssued
    | GoodsReleased
    | GoodsReturned
    | GoodsReturnAwaited
    | AllocationAsked
    | AllocationRefused
    | StockShortReported,
) -> Known:
    match event:
        case GoodsExpectationChanged():
            return _changed(goods, event)
        case GoodsArrived():
            arrival = Arrival(event.waybill, event.quantity, event.arrived_on)
            arrived = _on_line(goods, event.line_no, lambda x: replace(x, arrivals=(*x.arrivals, arrival)))
            return _answered(arrived, event.waybill) if event.from_stock else arrived
        case DamageReported():
            damage = Damage(event.damage_id, event.line_no, event.quantity, event.found)
            noted = replace(goods, damages=(*goods.damages, damage))
            return _on_line(noted, event.line_no, lambda x: _damaged(x, event))
        case GoodsIssued():
            return _issued(goods, event)
        case GoodsReleased():
            return _released(goods, event)
        case GoodsReturned():
            awaited = tuple(x for x in goods.awaited if x.return_no != event.return_no)
            settled = goods.settled if event.return_no in goods.settled else (*goods.settled, event.return_no)
            noted = replace(goods, settled=settled, awaited=awaited)
            back = event.quantity
            return _on_piece(noted, event.line_no, event.sku, lambda x: replace(x, returned=x.returned + back))
        case GoodsReturnAwaited():
            wait = Awaited(event.return_no, event.lines, event.returned_on, event.reason)
            return replace(goods, awaited=(*goods.awaited, wait))
        case AllocationAsked():
            asked = Allocation(event.allocation_no, event.line_no, event.sku, event.name, event.quantity)
            return replace(goods, asked=(*goods.asked, asked))
        case AllocationRefused():
            return _answered(goods, event.allocation_no)
        case StockShortReported():
            if any(issue.list_no == event.voucher_no for issue in goods.issues):
                return goods
            return replace(goods, issues=(*goods.issues, Issue(event.voucher_no, {})))
    assert_never(event)


def _on_line(goods: Known, line_no: int, change: Callable[[Stock], Stock]) -> Known:
    return replace(goods, stock=tuple(change(x) if x.line.line_no == line_no else x for x in goods.stock))


def _on_piece(goods: Known, line_no: int, sku: str, change: Callable[[Stock], Stock]) -> Known:
    """The same for a line that the contract may not have any more: its pieces can still be on the road."""

    def changed(lines: tuple[Stock, ...]) -> tuple[Stock, ...]:
        return tuple(change(x) if (x.line.line_no, x.line.sku) == (line_no, sku) else x for x in lines)

    return replace(goods, stock=changed(goods.stock), former=changed(goods.former))


def _changed(goods: Known, event: GoodsExpectationChanged) -> Known:
    """Lines of before keep their pieces while they are the same product; one that comes again gets them back."""
    told = {(line.line_no, line.sku): line for line in event.lines}
    known = {(x.line.line_no, x.line.sku): x for x in (*goods.former, *goods.stock)}
    stock = tuple(replace(known[key], line=line) if key in known else Stock(line) for key, line in told.items())
    former = tuple(x for key, x in known.items() if key not in told)
    return replace(goods, customer=event.customer, stock=stock, former=former)


def _damaged(stock: Stock, event: DamageReported) -> Stock:
    if event.found in IN_WAREHOUSE:
        return replace(stock, damaged_here=stock.damaged_here + event.quantity)
    return replace(stock, damaged_outside=stock.damaged_outside + event.quantity)


def _issued(goods: Known, event: GoodsIssued) -> Known:
    pieces = {line.line_no: line.quantity for line in event.lines}
    stock = tuple(replace(x, issued=x.issued + pieces.get(x.line.line_no, 0)) for x in goods.stock)
    return replace(goods, stock=stock, issues=(*goods.issues, Issue(event.list_no, pieces)))


def _released(goods: Known, event: GoodsReleased) -> Known:
    pieces = {(line.line_no, line.sku): line.quantity for line in event.lines}

    def released(lines: tuple[Stock, ...]) -> tuple[Stock, ...]:
        return tuple(replace(x, released=x.released + pieces.get((x.line.line_no, x.line.sku), 0)) for x in lines)

    settled = (*goods.settled, event.release_no) if event.release_no else goods.settled
    after = replace(goods, stock=released(goods.stock), former=released(goods.former), settled=settled)
    if not event.closed or isinstance(after, Cancelled):
        return after
    return Cancelled(
        after.contract_no,
        after.customer,
        after.stock,
        after.damages,
        after.issues,
        after.former,
        after.settled,
        after.awaited,
        after.asked,
    )


def _answered(goods: Known, allocation_no: str) -> Known:
    asked = tuple(x for x in goods.asked if x.allocation_no != allocation_no)
    return replace(goods, asked=asked, settled=(*goods.settled, allocation_no))
