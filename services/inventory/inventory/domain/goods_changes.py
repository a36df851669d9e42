"""What changes whose pieces they are: amended, cancelled, returned, allocated, released (A6, B14, D8)."""

from collections import Counter
from datetime import date, datetime
from typing import assert_never

from company.context import Context
from contracts.civil_time import civil_day
from contracts.fact import GoodsLine
from contracts.inventory import (
    AllocationAsked,
    AllocationRefused,
    GoodsArrived,
    GoodsExpectationChanged,
    GoodsExpected,
    GoodsReleased,
    GoodsReturnAwaited,
    GoodsReturned,
    GoodsUnclaimed,
)
from inventory.domain.goods_asks import (
    AmendGoods,
    AskAllocation,
    CloseGoods,
    ExpectGoods,
    NoteAllocation,
    ReleaseExcess,
    ReturnGoods,
)
from inventory.domain.goods_state import (
    Awaited,
    Cancelled,
    Expected,
    Goods,
    GoodsEvent,
    Known,
    Stock,
    Unexpected,
    stock_of,
)
from inventory.domain.goods_words import (
    contract_cancelled,
    not_excess,
    not_missing,
    unknown_contract,
    unknown_line,
)
from runtime.decision import Rejected

Decision = tuple[GoodsEvent, ...] | Rejected


def expect(command: ExpectGoods, goods: Goods, ctx: Context) -> Decision:
    """Expect a contract's lines. Lines that are expected already are no event; only the new ones are told.

    Refuses: unknown_contract (more lines for a contract whose customer nobody told).
    """
    match goods:
        case Unexpected():
            customer, lines = command.customer, command.lines
        case Expected():
            known = {stock.line.line_no for stock in goods.stock}
            customer, lines = goods.customer, tuple(line for line in command.lines if line.line_no not in known)
        case Cancelled():
            return ()
        case _:
            assert_never(goods)
    if customer is None:
        return unknown_contract(command.contract_no)
    if not lines:
        return ()
    return (
        GoodsExpected(
            at=command.at or ctx.now,
            contract_no=command.contract_no,
            customer=customer,
            lines=lines,
        ),
    )


def amend(command: AmendGoods, goods: Goods, ctx: Context) -> Decision:
    """The contract's lines are others now. Pieces here that lines of less, other or no quantity do not need any more
    are released to free stock.

    Rules: A6. The same lines again are no event. Refuses: unknown_contract.
    """
    match goods:
        case Unexpected():
            return expect(
                ExpectGoods(
                    at=command.at, contract_no=command.contract_no, customer=command.customer, lines=command.lines
                ),
                goods,
                ctx,
            )
        case Cancelled():
            return ()
        case Expected():
            customer = command.customer or goods.customer
            if customer == goods.customer and command.lines == tuple(stock.line for stock in goods.stock):
                return ()
            at = command.at or ctx.now
            surplus = _surplus(goods, command.lines)
            changed = GoodsExpectationChanged(
                at=at,
                contract_no=command.contract_no,
                customer=customer,
                lines=command.lines,
                reason=command.reason,
            )
            if not surplus:
                return (changed,)
            released = GoodsReleased(
                at=at, contract_no=command.contract_no, lines=surplus, reason=f"合同变更：{command.reason}"
            )
            return (released, changed)
    assert_never(goods)


def _surplus(goods: Expected, lines: tuple[GoodsLine, ...]) -> tuple[GoodsLine, ...]:
    after = {(line.line_no, line.sku): line.quantity for line in lines}
    surplus = []
    for stock in goods.stock:
        line = stock.line
        needed = after.get((line.line_no, line.sku), 0)
        if needed < line.quantity:
            pieces = min(stock.here, max(0, stock.here + stock.outside - needed))
            surplus.append(line.model_copy(update={"quantity": pieces}))
    return tuple(line for line in surplus if line.quantity)


def close(command: CloseGoods, goods: Goods, ctx: Context) -> Decision:
    """The contract was cancelled: all its pieces here are free stock, and so is what still comes.

    Rules: A6. Once. Refuses: unknown_contract.
    """
    match goods:
        case Unexpected():
            return unknown_contract(command.contract_no)
        case Cancelled():
            return ()
        case Expected():
            here = (stock.line.model_copy(update={"quantity": stock.here}) for stock in goods.stock)
            return (
                GoodsReleased(
                    at=command.at or ctx.now,
                    contract_no=command.contract_no,
                    lines=tuple(line for line in here if line.quantity),
                    reason=f"合同取消：{command.reason}",
                    closed=True,
                ),
            )
    assert_never(goods)


def return_goods(command: ReturnGoods, goods: Goods, ctx: Context) -> Decision:
    """Pieces that had left are back. Told before the departure, the return waits for it (X1). Of a cancelled contract,
    or not to be kept, they become free stock at once. What a slip brings beyond what left is free stock too.

    Rules: B14, B15, D3. Once per return number. Refuses: unknown_contract.
    """
    match goods:
        case Unexpected():
            if command.told_by == "slip" and command.return_no not in goods.settled:
                return tuple(_never_left(command, line, ctx) for line in command.lines)
            return () if command.told_by == "slip" else unknown_contract(command.contract_no)
        case Expected() | Cancelled():
            if command.return_no in goods.settled or any(x.return_no == command.return_no for x in goods.awaited):
                return ()
            at = command.at or ctx.now
            awaited = Awaited(command.return_no, command.lines, command.returned_on, command.reason)
            if command.told_by == "run" and not _has_left(goods, command.lines):
                return (
                    GoodsReturnAwaited(
                        at=at,
                        contract_no=command.contract_no,
                        return_no=command.return_no,
                        lines=command.lines,
                        returned_on=command.returned_on,
                        reason=command.reason,
                    ),
                )
            back = returned(goods, awaited, at, keep=command.keep, bin_=command.bin)
            if command.told_by == "run":
                return back
            found = Counter[int]()
            for event in back:
                if isinstance(event, GoodsReturned):
                    found[event.line_no] += event.quantity
            more = (line.model_copy(update={"quantity": line.quantity - found[line.line_no]}) for line in command.lines)
            return (*back, *(_never_left(command, line, ctx) for line in more if line.quantity))
    assert_never(goods)


def _has_left(goods: Known, lines: tuple[GoodsLine, ...]) -> bool:
    """Whether pieces of these lines (or any, without lines) are away."""
    all_lines = (*goods.stock, *goods.former)
    wanted = {line.line_no for line in lines} or {stock.line.line_no for stock in all_lines}
    return any(stock.away > 0 for stock in all_lines if stock.line.line_no in wanted)


def _never_left(command: ReturnGoods, line: GoodsLine, ctx: Context) -> GoodsUnclaimed:
    return GoodsUnclaimed(
        at=command.at or ctx.now,
        contract_no=command.contract_no,
        line_no=line.line_no,
        sku=line.sku,
        name=line.name,
        quantity=line.quantity,
        bin=command.bin,
        pending=False,
        voucher_no=command.return_no,
        why="never_left",
    )


def returned(
    goods: Known, awaited: Awaited, at: datetime, *, keep: bool = True, bin_: str = ""
) -> tuple[GoodsEvent, ...]:
    """The events of a return: never more than is outside; free stock when the contract does not keep the pieces, or
    has not got their line any more (A6)."""
    last = next((issue for issue in reversed(goods.issues) if issue.pieces), None)
    wanted = {line.line_no: line.quantity for line in awaited.lines} or dict(last.pieces if last else {})
    back, not_kept = [], []
    for stock in (*goods.stock, *goods.former):
        pieces = min(wanted.get(stock.line.line_no, 0), stock.outside)
        if pieces > 0:
            wanted[stock.line.line_no] -= pieces
            back.append(stock.line.model_copy(update={"quantity": pieces}))
            if isinstance(goods, Cancelled) or not keep or stock in goods.former:
                not_kept.append(back[-1])
    events: list[GoodsEvent] = [
        GoodsReturned(
            at=at,
            contract_no=goods.contract_no,
            return_no=awaited.return_no,
            line_no=line.line_no,
            sku=line.sku,
            name=line.name,
            quantity=line.quantity,
            returned_on=awaited.returned_on,
            reason=awaited.reason,
            bin=bin_,
        )
        for line in back
    ]
    if not_kept:
        events.append(
            GoodsReleased(
                at=at,
                contract_no=goods.contract_no,
                lines=tuple(not_kept),
                reason=awaited.reason or "退货",
                closed=isinstance(goods, Cancelled),
            )
        )
    return tuple(events)


def allocate(command: AskAllocation, goods: Goods, ctx: Context) -> Decision:
    """Ask free stock for pieces that the contract lacks; the stock's answer makes them arrive.

    Rules: D8. Once per number. Refuses: unknown_contract, contract_cancelled, unknown_line, not_missing.
    """
    match goods:
        case Unexpected():
            return unknown_contract(command.contract_no)
        case Expected() | Cancelled() if command.allocation_no in goods.settled or any(
            asked.allocation_no == command.allocation_no for asked in goods.asked
        ):
            return ()
        case Cancelled():
            return contract_cancelled("D8", command.contract_no)
        case Expected():
            stock = stock_of(goods, command.line_no)
            if stock is None:
                return unknown_line(command.contract_no, command.line_no)
            open_ = sum(asked.quantity for asked in goods.asked if asked.line_no == command.line_no)
            if not 1 <= command.quantity <= stock.missing - open_:
                return not_missing(stock.line, max(0, stock.missing - open_), command.quantity)
            return (
                AllocationAsked(
                    at=command.at or ctx.now,
                    contract_no=command.contract_no,
                    allocation_no=command.allocation_no,
                    depot=command.depot,
                    line_no=command.line_no,
                    sku=stock.line.sku,
                    name=stock.line.name,
                    quantity=command.quantity,
                ),
            )
    assert_never(goods)


def note_allocation(command: NoteAllocation, goods: Goods, ctx: Context) -> Decision:
    """The stock's answer: the pieces arrive for the contract, or the contract gets none. Changed its mind meanwhile,
    the contract lets them go again.

    Rules: D8, A3. Refuses: unknown_contract.
    """
    match goods:
        case Unexpected():
            return unknown_contract(command.contract_no)
        case Expected() | Cancelled():
            asked = next((x for x in goods.asked if x.allocation_no == command.allocation_no), None)
            if asked is None:
                return ()
            at = command.at or ctx.now
            stock: Stock | None = stock_of(goods, asked.line_no) if isinstance(goods, Expected) else None
            if not command.granted or stock is None or stock.line.sku != asked.sku:
                return (
                    AllocationRefused(
                        at=at,
                        contract_no=command.contract_no,
                        allocation_no=command.allocation_no,
                        line_no=asked.line_no,
                        sku=asked.sku,
                        available=command.available,
                        held=asked.quantity if command.granted else 0,
                    ),
                )
            arrived_on: date = civil_day(at)
            return (
                GoodsArrived(
                    at=at,
                    contract_no=command.contract_no,
                    line_no=asked.line_no,
                    sku=asked.sku,
                    name=asked.name,
                    quantity=asked.quantity,
                    waybill=asked.allocation_no,
                    arrived_on=arrived_on,
                    from_stock=True,
                ),
            )
    assert_never(goods)


def release_excess(command: ReleaseExcess, goods: Goods, ctx: Context) -> Decision:
    """Pieces beyond what the contract needs become free stock; never pieces that it needs.

    Rules: D9. Once per number. Refuses: unknown_contract, unknown_line, not_excess.
    """
    match goods:
        case Unexpected():
            return unknown_contract(command.contract_no)
        case Expected() | Cancelled():
            if command.release_no in goods.settled:
                return ()
            stock = stock_of(goods, command.line_no)
            if stock is None:
                return unknown_line(command.contract_no, command.line_no)
            if not 1 <= command.quantity <= stock.excess:
                return not_excess(stock.line, stock.excess, command.quantity)
            return (
                GoodsReleased(
                    at=command.at or ctx.now,
                    contract_no=command.contract_no,
                    lines=(stock.line.model_copy(update={"quantity": command.quantity}),),
                    reason=command.reason,
                    release_no=command.release_no,
                ),
            )
    assert_never(goods)
