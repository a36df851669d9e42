"""Goods leave the warehouse by list (B9, D8)."""

from typing import assert_never

from company.context import Context
from contracts.inventory import GoodsIssued
from contracts.inventory_stock import StockShortReported
from inventory.domain.goods_asks import IssueGoods
from inventory.domain.goods_changes import Decision, returned
from inventory.domain.goods_state import Cancelled, Expected, Goods, GoodsEvent, Known, Unexpected, evolve, stock_of
from inventory.domain.goods_words import (
    issue_names_line_twice,
    list_contradicts,
    not_enough_here,
    nothing_to_issue,
    unknown_contract,
    unknown_line,
)


def issue(command: IssueGoods, goods: Goods, ctx: Context) -> Decision:
    """Pieces leave the warehouse by list: all of it or nothing of it, or, where the vehicle left (`partial`), what
    there was; then what lacked is told (D9). A return that was told earlier follows at once (X1).

    Rules: D8 (never below zero), B9, A3. Once per list. Refuses: unknown_contract, unknown_line, nothing_to_issue,
    issue_names_line_twice, not_enough_here, list_contradicts.
    """
    pieces = {line.line_no: line.quantity for line in command.lines if line.quantity}
    match goods:
        case Unexpected():
            return unknown_contract(command.contract_no)
        case Expected() | Cancelled():
            for known in goods.issues:
                if known.list_no == command.list_no:
                    same = command.partial or known.pieces == pieces
                    return () if same else list_contradicts(command.list_no)
            if not pieces:
                return nothing_to_issue(command.contract_no)
            if len({line.line_no for line in command.lines}) < len(command.lines):
                return issue_names_line_twice(command.list_no)
            if command.partial:
                return _issue_what_there_is(command, goods, ctx)
            for line_no, quantity in pieces.items():
                stock = stock_of(goods, line_no)
                if stock is None:
                    return unknown_line(command.contract_no, line_no)
                if not 0 <= quantity <= stock.here:
                    return not_enough_here("D8", stock.line, stock.here, quantity)
            issued = GoodsIssued(
                at=command.at or ctx.now,
                contract_no=command.contract_no,
                list_no=command.list_no,
                lines=tuple(line for line in command.lines if line.quantity),
            )
            return (issued, *_awaited_returns(goods, issued))
    assert_never(goods)


def _issue_what_there_is(command: IssueGoods, goods: Known, ctx: Context) -> Decision:
    at = command.at or ctx.now
    left, short = [], []
    for line in command.lines:
        stock = stock_of(goods, line.line_no)
        there = max(0, min(line.quantity, stock.here if stock is not None else 0))
        if there:
            left.append(line.model_copy(update={"quantity": there}))
        if there < line.quantity:
            short.append(line.model_copy(update={"quantity": line.quantity - there}))
    told = tuple(
        StockShortReported(
            at=at,
            depot="main",
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
    if not left:
        return told
    issued = GoodsIssued(
        at=at, contract_no=command.contract_no, list_no=command.list_no, lines=tuple(left), short=tuple(short)
    )
    return (issued, *_awaited_returns(goods, issued), *told)


def _awaited_returns(goods: Known, issued: GoodsIssued) -> tuple[GoodsEvent, ...]:
    after = evolve(goods, issued)
    events: list[GoodsEvent] = []
    for awaited in goods.awaited:
        assert not isinstance(after, Unexpected)
        back = returned(after, awaited, issued.at)
        events += back
        for event in back:
            after = evolve(after, event)
    return tuple(events)
