"""What a contract is to get: signed, amended, cancelled (A6)."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal, assert_never

from company.context import Context
from company.depots import delivers_to
from contracts import inventory as facts
from contracts.bounds import Few, ManyLines, OptionalId
from contracts.fact import Customer, GoodsLine, LineLot
from contracts.inventory import GoodsEvent
from inventory.goods.deposit import fetched_back
from inventory.goods.lots import of_line, smallest_first, spread
from inventory.goods.state import Cancelled, Decision, Expected, Goods, Known, Stock, Unexpected
from inventory.refusals import no
from runtime.decision import Command
from runtime.use_case import UseCase


class ExpectGoods(Command):
    """待到货: a contract was signed, or got more lines. `customer` may be left out when it is known."""

    command: Literal["ExpectGoods"] = "ExpectGoods"
    contract_no: OptionalId
    customer: Customer | None
    lines: Annotated[tuple[GoodsLine, ...], Few(1_000)]


class AmendGoods(Command):
    """待到货有变 (A6): the contract was amended; `lines` are all its lines from now on."""

    command: Literal["AmendGoods"] = "AmendGoods"
    contract_no: OptionalId
    customer: Customer | None
    lines: Annotated[tuple[GoodsLine, ...], Few(1_000)]
    reason: ManyLines


class CloseGoods(Command):
    """合同取消 (A6): nothing is kept for the contract any more."""

    command: Literal["CloseGoods"] = "CloseGoods"
    contract_no: OptionalId
    reason: ManyLines


def expect(command: ExpectGoods, goods: Goods, ctx: Context) -> Decision:
    """Expect a contract's lines. Lines that are expected already are no event; only the new ones are told. The depot
    that delivers to the customer's district is the contract's (D17).

    Refuses: unknown_contract (more lines for a contract whose customer nobody told).
    """
    depot = ""
    match goods:
        case Unexpected():
            customer, lines = command.customer, command.lines
        case Expected():
            depot = goods.depot
            known = {stock.line.line_no for stock in goods.stock}
            customer, lines = goods.customer, tuple(line for line in command.lines if line.line_no not in known)
        case Cancelled():
            return ()
        case _:
            assert_never(goods)
    if customer is None:
        return no("no_goods", contract_no=command.contract_no)
    if not lines:
        return ()
    return (
        facts.GoodsExpected(
            at=command.at or ctx.now,
            contract_no=command.contract_no,
            customer=customer,
            lines=lines,
            depot=depot or delivers_to(ctx.policy, customer.district),
        ),
    )


def amend(command: AmendGoods, goods: Goods, ctx: Context) -> Decision:
    """The contract's lines are others now. Pieces here that lines of less, other or no quantity do not need any more
    are released to free stock, and those in deposit are to be fetched back.

    Rules: A6, B14. The same lines again are no event. Refuses: unknown_contract.
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
            changed = facts.GoodsExpectationChanged(
                at=at,
                contract_no=command.contract_no,
                customer=customer,
                lines=command.lines,
                reason=command.reason,
                depot=_depot_after(goods, customer, ctx),
            )
            reason = f"合同变更：{command.reason}"
            number = f"JC-{command.contract_no}-{ctx.version}"
            if not surplus:
                return (changed, *fetched_back(goods, (changed,), number, reason, at))
            released = facts.GoodsReleased(
                at=at,
                contract_no=command.contract_no,
                lines=surplus,
                reason=reason,
                lots=given_up(goods.stock, surplus),
            )
            return (released, changed, *fetched_back(goods, (released, changed), number, reason, at))
    assert_never(goods)


def _depot_after(goods: Expected, customer: Customer, ctx: Context) -> str:
    """Another district may be another depot's, as long as nothing came or was asked for: pieces need a transfer."""
    if customer.district == goods.customer.district or goods.asked or goods.settled:
        return goods.depot
    came = any(stock.arrivals for stock in (*goods.stock, *goods.former))
    return goods.depot if came else delivers_to(ctx.policy, customer.district)


def _surplus(goods: Expected, lines: tuple[GoodsLine, ...]) -> tuple[GoodsLine, ...]:
    after = {(line.line_no, line.sku): line.quantity for line in lines}
    surplus = []
    for stock in goods.stock:
        line = stock.line
        needed = max(0, after.get((line.line_no, line.sku), 0) - stock.not_owed)
        if needed < stock.needed:
            pieces = min(stock.here, max(0, stock.here + stock.outside - needed))
            surplus.append(line.model_copy(update={"quantity": pieces}))
    return tuple(line for line in surplus if line.quantity)


def given_up(stocks: Iterable[Stock], lines: Iterable[GoodsLine]) -> tuple[LineLot, ...]:
    """Of which lots pieces here are released: the smallest first, the largest lot stays whole (D13)."""
    pieces = {(line.line_no, line.sku): line.quantity for line in lines}
    found: list[LineLot] = []
    for stock in stocks:
        quantity = pieces.get((stock.line.line_no, stock.line.sku), 0)
        found += of_line(stock.line.line_no, spread(stock.lots_here, quantity, smallest_first(stock.lots_here)))
    return tuple(found)


def close(command: CloseGoods, goods: Known, ctx: Context) -> Decision:
    """The contract was cancelled: all its pieces here are free stock, and so is what still comes; what lies in deposit
    is to be fetched back.

    Rules: A6, B14, D3. Once. Refuses: unknown_contract.
    """
    if isinstance(goods, Cancelled):
        return ()
    at, reason = command.at or ctx.now, f"合同取消：{command.reason}"
    here = (stock.line.model_copy(update={"quantity": stock.here}) for stock in goods.stock)
    lines = tuple(line for line in here if line.quantity)
    closed = facts.GoodsReleased(
        at=at,
        contract_no=command.contract_no,
        lines=lines,
        reason=reason,
        closed=True,
        lots=given_up(goods.stock, lines),
    )
    return (closed, *fetched_back(goods, (closed,), f"JC-{command.contract_no}", reason, at))


USE_CASES: tuple[UseCase[Any, Any, GoodsEvent], ...] = (
    UseCase(ExpectGoods, expect),
    UseCase(AmendGoods, amend),
    UseCase(CloseGoods, close),
)
