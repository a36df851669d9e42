"""The row of a contract's goods: where its pieces are, line by line, and what it lacks or has too much (D6, D9)."""

from datetime import date

from pydantic import BaseModel

from company.depots import MAIN
from contracts import inventory as facts
from contracts import inventory_corrections as corrections
from contracts.fact import Customer, GoodsLine
from contracts.inventory_stock import StockExcessReported, StockShortReported
from contracts.inventory_transfers import GoodsAtOtherDepot
from inventory.goods.aggregate import GOODS
from inventory.goods.lots import added
from inventory.goods.state import Awaited, Cancelled, CorrectionWanted, Goods, Known, Stock, Unexpected, stock_of
from runtime.view import Instant, Row, View


class LineLots(BaseModel):
    """Good pieces of one lot (批号, D13): here, and outside, on the road or at the customer's."""

    lot: str
    here: int
    outside: int


class StockLine(BaseModel):
    """Pieces of one line; `here` = arrived + returned - damaged - issued - released."""

    line_no: int
    sku: str
    name: str
    expected: int
    arrived: int
    damaged: int
    damaged_outside: int
    issued: int
    returned: int
    released: int
    here: int
    missing: int
    short: int = 0
    excess: int
    lots: tuple[LineLots, ...] = ()


class ComingBack(BaseModel):
    """Pieces on their way back (D3): since when, from which crew, why, and whether they were reported as damaged."""

    return_no: str
    on: date
    crew: str
    reason: str
    broken: bool
    lines: tuple[GoodsLine, ...]


class Correction(BaseModel):
    """A correction by which stock falls, until a second person has decided (D16)."""

    correction_no: str
    line_no: int
    sku: str
    name: str
    waybill: str
    booked: int
    right: int
    reason: str
    asked_by: str
    at: Instant


class GoodsRow(Row):
    """A contract's goods; the customer is unknown where pieces came for a contract that nobody told of."""

    contract_no: str
    customer: Customer | None = None
    cancelled: bool = False
    depot: str = MAIN
    """Which delivers it (D17)."""
    lines: tuple[StockLine, ...] = ()
    missing: int = 0
    """Over all lines; nothing is missing of a cancelled contract, nor too much."""
    short: int = 0
    """Of what is missing, what is not just waited for (D9)."""
    excess: int = 0
    coming_back: tuple[ComingBack, ...] = ()
    """What crews bring back, until it is received and inspected."""
    back_since: date | None = None
    """The oldest of them."""
    corrections: tuple[Correction, ...] = ()
    corrections_open: int = 0
    vouchers: tuple[str, ...] = ()
    """Numbers by which pieces came, left, broke or were promised (D11)."""
    version: int = 0


def goods_row(goods: Goods) -> GoodsRow | None:
    """The view."""
    if isinstance(goods, Unexpected):
        return GoodsRow(contract_no=goods.contract_no, vouchers=goods.settled) if goods.contract_no else None
    over = isinstance(goods, Cancelled)
    return GoodsRow(
        contract_no=goods.contract_no,
        customer=goods.customer,
        cancelled=over,
        depot=goods.depot,
        lines=tuple(map(_line, goods.stock)),
        missing=0 if over else sum(stock.missing for stock in goods.stock),
        short=0 if over else sum(stock.short for stock in goods.stock),
        excess=0 if over else sum(stock.excess for stock in goods.stock),
        coming_back=tuple(map(_coming_back, goods.awaited)),
        back_since=min((one.returned_on for one in goods.awaited), default=None),
        corrections=tuple(_correction(goods, one) for one in goods.corrections),
        corrections_open=len(goods.corrections),
        vouchers=_vouchers(goods),
    )


def _correction(goods: Known, wanted: CorrectionWanted) -> Correction:
    stock = stock_of(goods, wanted.line_no)
    return Correction(
        correction_no=wanted.correction_no,
        line_no=wanted.line_no,
        sku="" if stock is None else stock.line.sku,
        name="" if stock is None else stock.line.name,
        waybill=wanted.waybill,
        booked=wanted.booked,
        right=wanted.right,
        reason=wanted.reason,
        asked_by=wanted.asked_by,
        at=wanted.at,
    )


def _coming_back(awaited: Awaited) -> ComingBack:
    return ComingBack(
        return_no=awaited.return_no,
        on=awaited.returned_on,
        crew=awaited.crew,
        reason=awaited.reason,
        broken=awaited.broken,
        lines=awaited.lines,
    )


def _line(stock: Stock) -> StockLine:
    return StockLine(
        line_no=stock.line.line_no,
        sku=stock.line.sku,
        name=stock.line.name,
        expected=stock.line.quantity,
        arrived=sum(arrival.quantity for arrival in stock.arrivals) - sum(one.taken for one in stock.not_there),
        damaged=stock.damaged_here,
        damaged_outside=stock.damaged_outside,
        issued=stock.issued,
        returned=stock.returned,
        released=stock.released,
        here=stock.here,
        missing=stock.missing,
        short=stock.short,
        excess=stock.excess,
        lots=_lots(stock),
    )


def _lots(stock: Stock) -> tuple[LineLots, ...]:
    return tuple(
        LineLots(lot=lot, here=stock.lots_here.get(lot, 0), outside=stock.lots_outside.get(lot, 0))
        for lot in sorted(added(stock.lots_here, stock.lots_outside))
        if lot
    )


def _vouchers(goods: Known) -> tuple[str, ...]:
    numbers = {arrival.waybill for stock in (*goods.stock, *goods.former) for arrival in stock.arrivals}
    numbers |= {damage.damage_id for damage in goods.damages} | {issue.list_no for issue in goods.issues}
    numbers |= {one.correction_no for one in goods.corrections}
    numbers |= {one.return_no for one in goods.awaited} | {one.allocation_no for one in goods.asked}
    return tuple(sorted(numbers.union(goods.settled)))


PIECES = View(
    "goods",
    "inventory",
    GOODS,
    GoodsRow,
    goods_row,
    indexes=(
        ("row.missing",),
        ("row.short",),
        ("row.excess",),
        ("row.back_since",),
        ("row.corrections_open",),
        ("row.vouchers",),
        ("row.customer.phone",),
    ),
    said=(
        facts.GoodsExpectationChanged,
        facts.GoodsArrived,
        facts.ArrivalConfirmed,
        facts.ArrivalCorrected,
        facts.IssueCorrected,
        facts.CorrectionAsked,
        facts.CorrectionRefused,
        corrections.HandoverCorrected,
        corrections.HandoverCorrectionDeclined,
        corrections.DamageTakenBack,
        facts.GoodsUnclaimed,
        facts.DamageReported,
        facts.GoodsIssued,
        facts.GoodsReleased,
        facts.GoodsNotOwed,
        facts.GoodsDeposited,
        facts.GoodsReturned,
        facts.GoodsReturnAwaited,
        facts.AllocationAsked,
        facts.AllocationRefused,
        StockShortReported,
        StockExcessReported,
        GoodsAtOtherDepot,
    ),
)
