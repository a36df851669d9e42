"""What the customer is not owed any more is free stock, in the same moment (A9, B15, A7)."""

from typing import Any, Literal

from company.context import Context
from contracts import inventory as facts
from contracts.bounds import HowMany, ManyLines, Nth, OptionalId
from contracts.inventory import GoodsEvent
from inventory.goods.deposit import fetched_back
from inventory.goods.expected import given_up
from inventory.goods.state import Cancelled, Decision, Known, stock_of
from inventory.refusals import no
from runtime.decision import Command
from runtime.use_case import UseCase


class NoteRefund(Command):
    """退款入仓 (B15): pieces of a line that the contract does not owe any more."""

    command: Literal["NoteRefund"] = "NoteRefund"
    contract_no: OptionalId
    refund_no: OptionalId
    line_no: Nth
    quantity: HowMany
    reason: ManyLines


class FreeTheRest(Command):
    """合同完结 (A7): nothing is owed; whatever still lies here for the contract is free."""

    command: Literal["FreeTheRest"] = "FreeTheRest"
    contract_no: OptionalId
    reason: ManyLines


def note_refund(command: NoteRefund, goods: Known, ctx: Context) -> Decision:
    """Pieces are paid back: the contract needs fewer, and those here beyond what it needs are free stock. Those in
    deposit are to be fetched back; what is on the way back becomes free when it is here (`leaving.returned`).

    Rules: B15, A9, B14. Once per refund. Refuses: unknown_contract, unknown_line.
    """
    if isinstance(goods, Cancelled) or command.refund_no in goods.settled:
        return ()
    stock = stock_of(goods, command.line_no)
    if stock is None:
        return no("no_such_line", contract_no=command.contract_no, line_no=command.line_no)
    at = command.at or ctx.now
    line = stock.line.model_copy(update={"quantity": command.quantity})
    not_owed = facts.GoodsNotOwed(
        at=at,
        contract_no=command.contract_no,
        refund_no=command.refund_no,
        line_no=line.line_no,
        sku=line.sku,
        name=line.name,
        quantity=line.quantity,
        reason=command.reason,
    )
    needed = max(0, stock.needed - command.quantity)
    over = min(stock.here, max(0, stock.here + stock.outside - needed), command.quantity)
    number = f"JC-{command.refund_no}"
    if not over:
        return (not_owed, *fetched_back(goods, (not_owed,), number, command.reason, at))
    freed = (line.model_copy(update={"quantity": over}),)
    released = facts.GoodsReleased(
        at=at,
        contract_no=command.contract_no,
        lines=freed,
        reason=command.reason,
        lots=given_up((stock,), freed),
    )
    return (not_owed, released, *fetched_back(goods, (not_owed, released), number, command.reason, at))


def free_the_rest(command: FreeTheRest, goods: Known, ctx: Context) -> Decision:
    """Fulfilled: pieces that still lie here are nobody's, and those in deposit are to be fetched back.

    Rules: A7, A9, B14. Nothing left is no event."""
    if isinstance(goods, Cancelled):
        return ()
    at = command.at or ctx.now
    here = (stock.line.model_copy(update={"quantity": stock.here}) for stock in goods.stock)
    lines = tuple(line for line in here if line.quantity)
    released = facts.GoodsReleased(
        at=at,
        contract_no=command.contract_no,
        lines=lines,
        reason=command.reason,
        lots=given_up(goods.stock, lines),
    )
    freed = (released,) if lines else ()
    return (*freed, *fetched_back(goods, freed, f"JC-{command.contract_no}", command.reason, at))


USE_CASES: tuple[UseCase[Any, Any, GoodsEvent], ...] = (
    UseCase(NoteRefund, note_refund),
    UseCase(FreeTheRest, free_the_rest),
)
