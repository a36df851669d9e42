"""Goods leave the warehouse by list (B9, D8), and come back (B14, B15)."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal, assert_never

from company.context import Context
from contracts import inventory as facts
from contracts.bounds import CivilDay, Few, ManyLines, OneLine, OptionalId
from contracts.fact import GoodsLine, LineLot
from contracts.inventory import GoodsEvent
from contracts.inventory_stock import StockShortReported
from inventory.goods.lots import of_line, smallest_first, spread, told
from inventory.goods.state import Awaited, Cancelled, Decision, Expected, Goods, Known, Unexpected, stock_of
from inventory.refusals import no
from runtime.decision import Command
from runtime.use_case import UseCase


class IssueGoods(Command):
    """出库 (D8, B9), by list. `partial`: the vehicle left with what there was (A3)."""

    command: Literal["IssueGoods"] = "IssueGoods"
    contract_no: OptionalId
    list_no: OptionalId
    lines: Annotated[tuple[GoodsLine, ...], Few(1_000)]
    partial: bool = False


class ReturnGoods(Command):
    """退回仓库 (B14, B15). Without `lines`: all that the last list took out and that is still out.

    `keep`: the pieces stay the contract's, to be delivered later; else they become free stock.
    """

    command: Literal["ReturnGoods"] = "ReturnGoods"
    contract_no: OptionalId
    return_no: OptionalId
    lines: Annotated[tuple[GoodsLine, ...], Few(1_000)] = ()
    returned_on: CivilDay
    reason: ManyLines
    told_by: Literal["run", "slip"]
    keep: bool
    broken: bool = False
    """Refused as damaged, and reported so (D4)."""
    crew: OneLine = ""
    bin: OneLine = ""
    lots: Annotated[tuple[LineLot, ...], Few(1_000)] = ()
    """Of which lots they are, as the slip says (D13)."""
    depot: OptionalId = ""
    """Where they came back to (D17); empty: to the depot that delivers the contract."""


def issue(command: IssueGoods, goods: Known, ctx: Context) -> Decision:
    """Pieces leave the warehouse by list: all of it or nothing of it, or, where the vehicle left (`partial`), what
    there was; then what lacked is told (D9).

    Rules: D8 (never below zero), B9, A3. Once per list. Refuses: unknown_contract, unknown_line, nothing_to_issue,
    issue_names_line_twice, not_enough_here, list_contradicts.
    """
    pieces = {line.line_no: line.quantity for line in command.lines if line.quantity}
    for known in goods.issues:
        if known.list_no == command.list_no:
            same = command.partial or known.pieces == pieces
            return () if same else no("list_contradicts", list_no=command.list_no)
    if not pieces:
        return no("nothing_to_issue", contract_no=command.contract_no)
    if len({line.line_no for line in command.lines}) < len(command.lines):
        return no("issue_names_line_twice", list_no=command.list_no)
    if command.partial:
        return _issue_what_there_is(command, goods, ctx)
    for line_no, quantity in pieces.items():
        stock = stock_of(goods, line_no)
        if stock is None:
            return no("no_such_line", contract_no=command.contract_no, line_no=line_no)
        if not 0 <= quantity <= stock.here:
            return no(
                "not_enough_here",
                rule="D8",
                line_no=line_no,
                name=stock.line.name,
                here=stock.here,
                wanted=quantity,
            )
    issued = facts.GoodsIssued(
        at=command.at or ctx.now,
        contract_no=command.contract_no,
        list_no=command.list_no,
        lines=tuple(line for line in command.lines if line.quantity),
        lots=_lots_out(goods, command.lines),
    )
    return (issued,)


def _lots_out(goods: Known, lines: Iterable[GoodsLine]) -> tuple[LineLot, ...]:
    """Of which lots pieces leave: the largest first, so that what is delivered in parts is of one shade (D13)."""
    found: list[LineLot] = []
    for line in lines:
        stock = stock_of(goods, line.line_no)
        found += of_line(line.line_no, spread({} if stock is None else stock.lots_here, line.quantity))
    return tuple(found)


def _issue_what_there_is(command: IssueGoods, goods: Known, ctx: Context) -> Decision:
    at = command.at or ctx.now
    left, short, taken_up = [], [], []
    for line in command.lines:
        stock = stock_of(goods, line.line_no)
        lying = 0 if stock is None else min(line.quantity, stock.deposited)
        there = max(0, min(line.quantity - lying, stock.here if stock is not None else 0))
        if lying:
            taken_up.append(line.model_copy(update={"quantity": lying}))
        if there:
            left.append(line.model_copy(update={"quantity": there}))
        if lying + there < line.quantity:
            short.append(line.model_copy(update={"quantity": line.quantity - lying - there}))
    short_told = tuple(
        StockShortReported(
            at=at,
            depot=goods.depot,
            sku=line.sku,
            name=line.name,
            wanted=next(x.quantity for x in command.lines if x.line_no == line.line_no),
            available=next((x.quantity for x in left if x.line_no == line.line_no), 0),
            needed_for=command.contract_no,
            voucher_no=command.list_no,
            reason="出库时账上不足",
        )
        for line in short
    )
    if not left and not taken_up:
        return short_told
    issued = facts.GoodsIssued(
        at=at,
        contract_no=command.contract_no,
        list_no=command.list_no,
        lines=tuple(left),
        short=tuple(short),
        lots=_lots_out(goods, left),
        out_of_deposit=tuple(taken_up),
    )
    return (issued, *short_told)


def return_goods(command: ReturnGoods, goods: Goods, ctx: Context) -> Decision:
    """Pieces come back. A crew's are on the road until the warehouse receives and inspects them (`receive_return`). A
    slip's were checked by it: of a cancelled contract, or not to be kept, they become free stock at once, and so does
    what it brings beyond what left.

    Rules: B14, B15, D3. Once per return number. Refuses: unknown_contract.
    """
    match goods:
        case Unexpected():
            if command.told_by == "slip" and command.return_no not in goods.settled:
                return tuple(_never_left(command, line, ctx) for line in command.lines)
            return () if command.told_by == "slip" else no("no_goods", contract_no=command.contract_no)
        case Expected() | Cancelled():
            if command.return_no in goods.settled or any(x.return_no == command.return_no for x in goods.awaited):
                return ()
            at = command.at or ctx.now
            if command.told_by == "run":
                return (
                    facts.GoodsReturnAwaited(
                        at=at,
                        contract_no=command.contract_no,
                        return_no=command.return_no,
                        lines=command.lines or from_the_last_list(goods),
                        returned_on=command.returned_on,
                        reason=command.reason,
                        broken=command.broken,
                        crew=command.crew,
                    ),
                )
            awaited = Awaited(command.return_no, command.lines, command.returned_on, command.reason)
            back = returned(goods, awaited, at, keep=command.keep, bin_=command.bin, lots=command.lots)
            found = Counter[int]()
            for event in back:
                if isinstance(event, facts.GoodsReturned):
                    found[event.line_no] += event.quantity
            more = (line.model_copy(update={"quantity": line.quantity - found[line.line_no]}) for line in command.lines)
            return (*back, *(_never_left(command, line, ctx) for line in more if line.quantity))
    assert_never(goods)


def from_the_last_list(goods: Known) -> tuple[GoodsLine, ...]:
    """What the last list took out and is still out: nothing before the departure is told."""
    last = next((issue for issue in reversed(goods.issues) if issue.pieces), None)
    took = {} if last is None else last.pieces
    out = (
        stock.line.model_copy(update={"quantity": min(took.get(stock.line.line_no, 0), stock.outside)})
        for stock in (*goods.stock, *goods.former)
    )
    return tuple(line for line in out if line.quantity > 0)


def _never_left(command: ReturnGoods, line: GoodsLine, ctx: Context) -> facts.GoodsUnclaimed:
    return facts.GoodsUnclaimed(
        at=command.at or ctx.now,
        contract_no=command.contract_no,
        line_no=line.line_no,
        sku=line.sku,
        name=line.name,
        quantity=line.quantity,
        bin=command.bin,
        pending=False,
        voucher_no=command.return_no,
        lot=next((one.lot for one in command.lots if one.line_no == line.line_no), ""),
        why="never_left",
    )


def returned(
    goods: Known,
    awaited: Awaited,
    at: datetime,
    *,
    keep: bool = True,
    bin_: str = "",
    lots: tuple[LineLot, ...] = (),
) -> tuple[GoodsEvent, ...]:
    """The events of a return: never more than is outside; free stock when the contract does not keep the pieces, has
    not got their line any more (A6), or has paid them back (B15)."""
    wanted = {line.line_no: line.quantity for line in awaited.lines or from_the_last_list(goods)}
    back, not_kept = list[tuple[GoodsLine, tuple[LineLot, ...]]](), list[tuple[GoodsLine, tuple[LineLot, ...]]]()
    for stock in (*goods.stock, *goods.former):
        pieces = min(wanted.get(stock.line.line_no, 0), stock.outside)
        if pieces > 0:
            wanted[stock.line.line_no] -= pieces
            line = stock.line.model_copy(update={"quantity": pieces})
            of = spread(stock.lots_outside, pieces, told(lots, line.line_no))
            back.append((line, of_line(line.line_no, of)))
            is_free = isinstance(goods, Cancelled) or not keep or stock in goods.former
            if (free := pieces if is_free else stock.nobodys(pieces, fetched=awaited.is_nobodys)) > 0:
                lots_of = of_line(line.line_no, spread(of, free, smallest_first(of)))
                not_kept.append((line.model_copy(update={"quantity": free}), lots_of))
    events: list[GoodsEvent] = [
        facts.GoodsReturned(
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
            lots=of,
        )
        for line, of in back
    ]
    if not_kept:
        events.append(
            facts.GoodsReleased(
                at=at,
                contract_no=goods.contract_no,
                lines=tuple(line for line, _ in not_kept),
                reason=awaited.reason or "退货",
                closed=isinstance(goods, Cancelled),
                lots=tuple(one for _, of in not_kept for one in of),
            )
        )
    return tuple(events)


USE_CASES: tuple[UseCase[Any, Any, GoodsEvent], ...] = (
    UseCase(IssueGoods, issue),
    UseCase(ReturnGoods, return_goods),
)
