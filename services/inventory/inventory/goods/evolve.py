"""How events change where a contract's pieces are."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Literal, assert_never

from contracts import inventory as facts
from contracts.fact import GoodsLine
from contracts.inventory import GoodsEvent
from contracts.inventory_stock import StockExcessReported, StockShortReported
from contracts.inventory_transfers import GoodsAtOtherDepot
from inventory.goods import handover_corrected, lots
from inventory.goods.state import (
    IN_WAREHOUSE,
    Allocation,
    Arrival,
    Awaited,
    Cancelled,
    CorrectionWanted,
    Damage,
    Expected,
    Freed,
    Goods,
    Issue,
    Known,
    Learned,
    NotThere,
    Stock,
    Unexpected,
)


def evolve(goods: Goods, event: GoodsEvent) -> Goods:
    """The goods after an event."""
    if isinstance(event, facts.GoodsExpected):
        more = tuple(Stock(line) for line in event.lines)
        if isinstance(goods, Unexpected):
            return Expected(event.contract_no, event.customer, more, settled=goods.settled, depot=event.depot)
        return replace(goods, stock=(*goods.stock, *more))
    if isinstance(event, facts.GoodsUnclaimed):
        return replace(goods, settled=(*goods.settled, event.voucher_no), contract_no=event.contract_no)
    if isinstance(event, StockExcessReported) or isinstance(goods, Unexpected):
        return goods
    if isinstance(event, handover_corrected.Event):
        return handover_corrected.evolve(goods, event)
    return _known_after(goods, event)


def _known_after(
    goods: Known,
    event: facts.GoodsExpectationChanged
    | facts.GoodsArrived
    | facts.ArrivalConfirmed
    | facts.ArrivalCorrected
    | facts.IssueCorrected
    | facts.CorrectionAsked
    | facts.CorrectionRefused
    | facts.DamageReported
    | facts.GoodsIssued
    | facts.GoodsReleased
    | facts.GoodsNotOwed
    | facts.GoodsDeposited
    | facts.GoodsReturned
    | facts.GoodsReturnAwaited
    | facts.AllocationAsked
    | facts.AllocationRefused
    | StockShortReported
    | GoodsAtOtherDepot,
) -> Known:
    match event:
        case facts.GoodsExpectationChanged():
            return _changed(goods, event)
        case facts.GoodsArrived():
            door = event.told_by or ("slip" if event.slip_no else "")
            arrival = _arrival(event, event.quantity, door, event.quantity if event.told is None else event.told)
            arrived = _on_line(goods, event.line_no, lambda x: _arrived(x, arrival))
            return _answered(arrived, event.waybill) if event.from_stock else arrived
        case facts.ArrivalConfirmed():
            known = _arrival(event, 0, event.told_by, event.told)
            return _on_line(goods, event.line_no, lambda x: _confirmed(x, known, event))
        case facts.ArrivalCorrected():
            gone = NotThere(event.waybill, event.told, event.quantity, event.by, event.correction_no, event.named)
            noted = _corrected(goods, event.correction_no)
            settled = (*noted.settled, _of_line(event.correction_no, event.line_no))
            after = noted if event.by == "check" else replace(noted, settled=settled)
            return _on_piece(after, event.line_no, event.sku, lambda x: _not_there(x, gone, event))
        case facts.IssueCorrected():
            settled = (*goods.settled, _of_line(event.correction_no, event.line_no))
            noted = replace(goods, settled=settled, issues=_issues_without(goods, event))
            return _on_piece(noted, event.line_no, event.sku, lambda x: _never_left(x, event))
        case facts.CorrectionAsked():
            return _wanted(goods, event)
        case facts.CorrectionRefused():
            return _corrected(goods, event.correction_no)
        case facts.DamageReported():
            of = dict(lots.told(event.lots, event.line_no))
            damage = Damage(event.damage_id, event.line_no, event.quantity, event.found, of)
            noted = replace(goods, damages=(*goods.damages, damage))
            return _on_line(noted, event.line_no, lambda x: _damaged(x, event))
        case facts.GoodsIssued():
            return _issued(goods, event)
        case facts.GoodsReleased():
            return _released(goods, event)
        case facts.GoodsDeposited():
            return _lying(replace(goods, settled=(*goods.settled, event.deposit_no)), event.lines, +1)
        case facts.GoodsNotOwed():
            noted = replace(goods, settled=(*goods.settled, event.refund_no))
            fewer = event.quantity
            return _on_piece(noted, event.line_no, event.sku, lambda x: replace(x, not_owed=x.not_owed + fewer))
        case facts.GoodsReturned():
            settled = goods.settled if event.return_no in goods.settled else (*goods.settled, event.return_no)
            noted = replace(goods, settled=settled, awaited=_still_awaited(goods, event))
            return _on_piece(noted, event.line_no, event.sku, lambda x: _returned(x, event))
        case facts.GoodsReturnAwaited():
            told = (event.return_no, event.lines, event.returned_on, event.reason, event.broken, event.crew)
            wait = Awaited(*told, is_nobodys=event.out_of_deposit)
            return _lying(
                replace(goods, awaited=(*goods.awaited, wait)), event.lines if event.out_of_deposit else (), -1
            )
        case facts.AllocationAsked():
            asked = Allocation(
                event.allocation_no,
                event.line_no,
                event.sku,
                event.name,
                event.quantity,
                event.exchange_lot,
                event.one_lot,
            )
            return replace(goods, asked=(*goods.asked, asked))
        case facts.AllocationRefused():
            return _answered(goods, event.allocation_no)
        case StockShortReported():
            if any(issue.list_no == event.voucher_no for issue in goods.issues):
                return goods
            return replace(goods, issues=(*goods.issues, Issue(event.voucher_no, {})))
        case GoodsAtOtherDepot():
            return replace(goods, settled=(*goods.settled, event.voucher_no))
    assert_never(event)


def _arrival(
    event: facts.GoodsArrived | facts.ArrivalConfirmed,
    quantity: int,
    door: facts.ArrivalDoor | Literal[""],
    told: int,
) -> Arrival:
    return Arrival(event.waybill, quantity, event.arrived_on, event.lot, door, event.carrier_waybill, told)


def _with_arrival(stock: Stock, arrival: Arrival) -> tuple[Arrival, ...]:
    """What a door told, in one piece: what came by it, and what was known, are two events."""
    kept = tuple(x for x in stock.arrivals if replace(x, quantity=0) != replace(arrival, quantity=0))
    came = sum(x.quantity for x in stock.arrivals if x not in kept)
    return (*kept, replace(arrival, quantity=arrival.quantity + came))


def _on_line(goods: Known, line_no: int, change: Callable[[Stock], Stock]) -> Known:
    return replace(goods, stock=tuple(change(x) if x.line.line_no == line_no else x for x in goods.stock))


def _on_piece(goods: Known, line_no: int, sku: str, change: Callable[[Stock], Stock]) -> Known:
    """The same for a line that the contract may not have any more: its pieces can still be on the road."""

    def changed(lines: tuple[Stock, ...]) -> tuple[Stock, ...]:
        return tuple(change(x) if (x.line.line_no, x.line.sku) == (line_no, sku) else x for x in lines)

    return replace(goods, stock=changed(goods.stock), former=changed(goods.former))


def _lying(goods: Known, lines: tuple[GoodsLine, ...], sign: Literal[1, -1]) -> Known:
    """More or fewer pieces in deposit (B14)."""
    more = {(line.line_no, line.sku): sign * line.quantity for line in lines}

    def changed(stocks: tuple[Stock, ...]) -> tuple[Stock, ...]:
        return tuple(replace(x, deposited=x.deposited + more.get((x.line.line_no, x.line.sku), 0)) for x in stocks)

    return replace(goods, stock=changed(goods.stock), former=changed(goods.former))


def _changed(goods: Known, event: facts.GoodsExpectationChanged) -> Known:
    """Lines of before keep their pieces while they are the same product; one that comes again gets them back."""
    told = {(line.line_no, line.sku): line for line in event.lines}
    known = {(x.line.line_no, x.line.sku): x for x in (*goods.former, *goods.stock)}
    stock = tuple(replace(known[key], line=line) if key in known else Stock(line) for key, line in told.items())
    former = tuple(x for key, x in known.items() if key not in told)
    return replace(goods, customer=event.customer, stock=stock, former=former, depot=event.depot)


def _arrived(stock: Stock, arrival: Arrival) -> Stock:
    here = lots.added(stock.lots_here, {arrival.lot: arrival.quantity})
    return replace(stock, arrivals=_with_arrival(stock, arrival), lots_here=here)


def _confirmed(stock: Stock, known: Arrival, event: facts.ArrivalConfirmed) -> Stock:
    """Pieces that are here already; of the lot that is told now, where they were booked as of another one (D13)."""
    was = {one.lot: one.quantity for one in event.was}
    here = lots.added(lots.less(stock.lots_here, was), {event.lot: sum(was.values())}) if was else stock.lots_here
    learned = tuple(Learned(known.of, one.lot, event.lot, one.quantity) for one in event.was)
    return replace(stock, arrivals=_with_arrival(stock, known), lots_here=here, learned=(*stock.learned, *learned))


def _not_there(stock: Stock, gone: NotThere, event: facts.ArrivalCorrected) -> Stock:
    taken = lots.spread(stock.lots_here, event.quantity, lots.told(event.lots, event.line_no))
    return replace(stock, not_there=(*stock.not_there, gone), lots_here=lots.less(stock.lots_here, taken))


def _damaged(stock: Stock, event: facts.DamageReported) -> Stock:
    of = lots.told(event.lots, event.line_no)
    if event.found in IN_WAREHOUSE:
        here = lots.less(stock.lots_here, lots.spread(stock.lots_here, event.quantity, of))
        return replace(stock, damaged_here=stock.damaged_here + event.quantity, lots_here=here)
    outside = lots.less(stock.lots_outside, lots.spread(stock.lots_outside, event.quantity, of))
    return replace(stock, damaged_outside=stock.damaged_outside + event.quantity, lots_outside=outside)


def _returned(stock: Stock, event: facts.GoodsReturned) -> Stock:
    """Pieces that were reported as damaged outside are so inside now, and of no lot that counts."""
    back = replace(stock, returned=stock.returned + event.quantity)
    if event.broken:
        inside, outside = stock.damaged_here + event.quantity, stock.damaged_outside - event.quantity
        return replace(back, damaged_here=inside, damaged_outside=outside)
    of = lots.spread(stock.lots_outside, event.quantity, lots.told(event.lots, event.line_no))
    here, outside_ = lots.added(stock.lots_here, of), lots.less(stock.lots_outside, of)
    return replace(back, lots_here=here, lots_outside=outside_)


def _issues_without(goods: Known, event: facts.IssueCorrected) -> tuple[Issue, ...]:
    """What the list really took from here."""
    fewer = {event.line_no: event.quantity}
    return tuple(
        replace(one, pieces={number: n - fewer.get(number, 0) for number, n in one.pieces.items()})
        if one.list_no == event.list_no
        else one
        for one in goods.issues
    )


def _of_line(correction_no: str, line_no: int) -> str:
    return f"{correction_no}/{line_no}"


def _never_left(stock: Stock, event: facts.IssueCorrected) -> Stock:
    of = lots.spread(stock.lots_outside, event.quantity, lots.told(event.lots, event.line_no))
    here, outside = lots.added(stock.lots_here, of), lots.less(stock.lots_outside, of)
    return replace(stock, issued=stock.issued - event.quantity, lots_here=here, lots_outside=outside)


def _still_awaited(goods: Known, event: facts.GoodsReturned) -> tuple[Awaited, ...]:
    """What is still on its way back: of its own return, or, where a slip brought the pieces, of the oldest one. Of a
    line of which nothing is away any more, nothing comes back, whatever a crew said."""
    own = [x for x in goods.awaited if x.return_no == event.return_no]
    others = [x for x in goods.awaited if x.broken == event.broken and any(_is(line, event) for line in x.lines)]
    of = next(iter((*own, *others)), None)
    if of is None:
        return goods.awaited
    away = sum(x.away for x in (*goods.stock, *goods.former) if _is(x.line, event)) - event.quantity
    left = [
        line.model_copy(update={"quantity": min(line.quantity - event.quantity, away)}) if _is(line, event) else line
        for line in of.lines
    ]
    rest = replace(of, lines=tuple(line for line in left if line.quantity > 0))
    return tuple(rest if x is of else x for x in goods.awaited if x is not of or rest.lines)


def _is(line: GoodsLine, event: facts.GoodsReturned) -> bool:
    return (line.line_no, line.sku) == (event.line_no, event.sku)


def _issued(goods: Known, event: facts.GoodsIssued) -> Known:
    pieces = {line.line_no: line.quantity for line in event.lines}
    taken_up = {line.line_no: line.quantity for line in event.out_of_deposit}

    def issued(stock: Stock) -> Stock:
        quantity, line_no = pieces.get(stock.line.line_no, 0), stock.line.line_no
        gone = lots.spread(stock.lots_here, quantity, lots.told(event.lots, line_no))
        here, outside = lots.less(stock.lots_here, gone), lots.added(stock.lots_outside, gone)
        deposited = stock.deposited - taken_up.get(line_no, 0)
        issued = stock.issued + quantity
        return replace(stock, issued=issued, deposited=deposited, lots_here=here, lots_outside=outside)

    issues = (*goods.issues, Issue(event.list_no, pieces, taken_up))
    return replace(goods, stock=tuple(map(issued, goods.stock)), issues=issues)


def _released(goods: Known, event: facts.GoodsReleased) -> Known:
    pieces = {(line.line_no, line.sku): line.quantity for line in event.lines}

    def given_up(stock: Stock) -> Stock:
        quantity = pieces.get((stock.line.line_no, stock.line.sku), 0)
        gone = lots.spread(stock.lots_here, quantity, lots.told(event.lots, stock.line.line_no))
        return replace(stock, released=stock.released + quantity, lots_here=lots.less(stock.lots_here, gone))

    def released(lines: tuple[Stock, ...]) -> tuple[Stock, ...]:
        return tuple(map(given_up, lines))

    settled = (*goods.settled, event.release_no) if event.release_no else goods.settled
    freed = tuple(
        Freed(event.release_no, one.line_no, one.quantity, event.reason, dict(lots.told(event.lots, one.line_no)))
        for one in event.lines
        if event.release_no
    )
    after = replace(
        goods,
        stock=released(goods.stock),
        former=released(goods.former),
        settled=settled,
        freed=(*goods.freed, *freed),
    )
    if not event.closed or isinstance(after, Cancelled):
        return after
    return Cancelled(**{one.name: getattr(after, one.name) for one in fields(after)})


def _corrected(goods: Known, correction_no: str) -> Known:
    """A correction was decided; the check's is none that anybody asked for."""
    if all(one.correction_no != correction_no for one in goods.corrections):
        return goods
    left = tuple(one for one in goods.corrections if one.correction_no != correction_no)
    return replace(goods, corrections=left, settled=(*goods.settled, correction_no))


def _wanted(goods: Known, event: facts.CorrectionAsked) -> Known:
    if event.right >= event.booked:  # the pieces arrive with it
        return replace(goods, settled=(*goods.settled, event.correction_no))
    wanted = CorrectionWanted(
        event.correction_no,
        event.line_no,
        event.waybill,
        event.booked,
        event.right,
        event.reason,
        event.asked_by,
        event.at,
    )
    return replace(goods, corrections=(*goods.corrections, wanted))


def _answered(goods: Known, allocation_no: str) -> Known:
    asked = tuple(x for x in goods.asked if x.allocation_no != allocation_no)
    answered = (*goods.answered, *(x for x in goods.asked if x.allocation_no == allocation_no))
    settled = goods.settled if allocation_no in goods.settled else (*goods.settled, allocation_no)
    return replace(goods, asked=asked, answered=answered, settled=settled)
