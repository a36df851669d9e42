"""寄存 Pieces that left and lie with somebody who signed for them (B14): told, fetched by the customer, and fetched
back once nobody is owed them (B15, A6, A9)."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from company.context import Context
from contracts import inventory as facts
from contracts.bounds import Few, OptionalId
from contracts.civil_time import civil_day
from contracts.fact import GoodsLine
from contracts.inventory import GoodsEvent
from inventory.goods.evolve import evolve
from inventory.goods.leaving import from_the_last_list
from inventory.goods.state import Cancelled, Decision, Goods, Known, Unexpected
from runtime.decision import Command
from runtime.use_case import UseCase


class NoteDeposit(Command):
    """寄存 (B14): pieces that left lie with somebody who signed for them."""

    command: Literal["NoteDeposit"] = "NoteDeposit"
    contract_no: OptionalId
    deposit_no: OptionalId
    lines: Annotated[tuple[GoodsLine, ...], Few(1_000)]


class FetchDeposit(Command):
    """寄存处交给客户 (B14): signed for on a receipt; no vehicle takes them up any more."""

    command: Literal["FetchDeposit"] = "FetchDeposit"
    contract_no: OptionalId
    receipt_no: OptionalId
    lines: Annotated[tuple[GoodsLine, ...], Few(1_000)]


def note_deposit(command: NoteDeposit, goods: Known, ctx: Context) -> Decision:
    """Rules: B14, A6, B15 (what nobody is owed any more is to be fetched back). Once per deposit. Refuses:
    unknown_contract."""
    lines = tuple(line for line in command.lines if line.quantity)
    if command.deposit_no in goods.settled or not lines:
        return ()
    at = command.at or ctx.now
    deposited = facts.GoodsDeposited(at=at, contract_no=command.contract_no, deposit_no=command.deposit_no, lines=lines)
    reason = "合同已取消" if isinstance(goods, Cancelled) else "合同已不需要"
    return (deposited, *fetched_back(goods, (deposited,), f"JC-{command.deposit_no}", reason, at))


def fetch_deposit(command: FetchDeposit, goods: Known, ctx: Context) -> Decision:
    """Of what the customer signed for on a paper, what lay in deposit lies there no longer. Rules: B14. Once per
    receipt. Refuses: unknown_contract."""
    if any(known.list_no == command.receipt_no for known in goods.issues):
        return ()
    lying = {stock.line.line_no: stock.deposited for stock in goods.stock}
    fetched = tuple(
        line.model_copy(update={"quantity": pieces})
        for line in command.lines
        if (pieces := min(line.quantity, lying.get(line.line_no, 0)))
    )
    if not fetched:
        return ()
    return (
        facts.GoodsIssued(
            at=command.at or ctx.now,
            contract_no=command.contract_no,
            list_no=command.receipt_no,
            lines=(),
            out_of_deposit=fetched,
        ),
    )


def fetched_back(
    goods: Known, events: Sequence[GoodsEvent], return_no: str, reason: str, at: datetime
) -> tuple[facts.GoodsReturnAwaited, ...]:
    """What lies in deposit and nobody is owed after these events is on the list of what comes back (B14, B15, D3)."""
    after: Goods = goods
    for event in events:
        after = evolve(after, event)
    lines = () if isinstance(after, Unexpected) else _nobodys(after)
    if not lines:
        return ()
    awaited = facts.GoodsReturnAwaited(
        at=at,
        contract_no=goods.contract_no,
        return_no=return_no,
        lines=lines,
        returned_on=civil_day(at),
        reason=reason,
        out_of_deposit=True,
    )
    return (awaited,)


def _nobodys(goods: Known) -> tuple[GoodsLine, ...]:
    """Of each line in deposit, what the contract does not need; what is on its way back already counts first."""
    coming: Counter[tuple[int, str]] = Counter()
    for one in goods.awaited:
        for line in () if one.broken else one.lines or from_the_last_list(goods):
            coming[line.line_no, line.sku] += line.quantity
    found = []
    for stock in (*goods.stock, *goods.former):
        needed = 0 if isinstance(goods, Cancelled) or stock in goods.former else stock.needed
        over = stock.outside - coming[stock.line.line_no, stock.line.sku] - needed
        if (pieces := min(stock.deposited, over)) > 0:
            found.append(stock.line.model_copy(update={"quantity": pieces}))
    return tuple(found)


USE_CASES: tuple[UseCase[Any, Any, GoodsEvent], ...] = (
    UseCase(NoteDeposit, note_deposit),
    UseCase(FetchDeposit, fetch_deposit),
)
