"""改仓发货 Another depot delivers a contract: what is here of it needs a transfer first (D17)."""

from typing import Annotated, Any, Literal

from pydantic import Field

from company.context import Context
from company.depots import depot_name
from contracts import inventory as facts
from contracts.bounds import OptionalId
from contracts.inventory import GoodsEvent
from contracts.inventory_transfers import NUMBERS, GoodsAtOtherDepot, TransferLine
from inventory.depots import depot_flaw
from inventory.fields import Reason, TransferNo, dated
from inventory.goods.expected import given_up
from inventory.goods.lots import spread, told
from inventory.goods.state import Decision, Expected, Known
from inventory.refusals import no
from inventory.who import REDIRECTS
from runtime.decision import Command
from runtime.use_case import Asker, UseCase


class ChangeDepot(Command):
    """改仓发货 (D17): another depot delivers the contract; a transfer takes there what is here of it."""

    command: Literal["ChangeDepot"] = "ChangeDepot"
    contract_no: OptionalId
    transfer_no: TransferNo
    depot: Annotated[OptionalId, Field(min_length=1)]
    reason: Reason


class DepotChanged(Command):
    """改仓发货 Let another depot deliver (D17)

    What is here for the contract is set apart for a transfer, and is to come until the other depot has counted it: the
    contract is complete again then. Answers the transfer's number, if anything is here.
    """

    command: Literal["ChangeDepot"] = "ChangeDepot"
    depot: Annotated[OptionalId, Field(min_length=1)]
    reason: Reason


def change_depot(command: ChangeDepot, goods: Known, ctx: Context) -> Decision:
    """The contract is delivered from elsewhere; its good pieces here are on a transfer's list from now on.

    Rules: D17, A3, A9. That depot already: no event. Refuses: unknown_contract, contract_cancelled, unknown_depot,
    depot_not_free (pieces are asked for or come back, or a correction waits).
    """
    if not isinstance(goods, Expected):
        return no("contract_cancelled", rule="D17", contract_no=command.contract_no)
    if (flaw := depot_flaw(ctx.policy, command.depot)) is not None:
        return flaw
    if command.depot == goods.depot:
        return ()
    if goods.asked or goods.awaited or goods.corrections or command.transfer_no in goods.settled:
        return no("depot_not_free", contract_no=command.contract_no)
    at, reason = command.at or ctx.now, f"改由{depot_name(ctx.policy, command.depot)}发货：{command.reason}"
    changed = facts.GoodsExpectationChanged(
        at=at,
        contract_no=command.contract_no,
        customer=goods.customer,
        lines=tuple(stock.line for stock in goods.stock),
        reason=reason,
        depot=command.depot,
    )
    here = tuple(x.line.model_copy(update={"quantity": x.here}) for x in goods.stock if x.here)
    if not here:
        return (changed,)
    lots = given_up(goods.stock, here)
    leaving = facts.GoodsReleased(
        at=at,
        contract_no=command.contract_no,
        lines=here,
        reason=reason,
        lots=lots,
        to_transfer=True,
        to_depot=command.depot,
        depot=goods.depot,
    )
    pieces = [
        (line, lot, quantity)
        for line in here
        for lot, quantity in _by_lot(goods, line.line_no, told(lots, line.line_no), line.quantity).items()
    ]
    waits = GoodsAtOtherDepot(
        at=at,
        contract_no=command.contract_no,
        depot=goods.depot,
        to_depot=command.depot,
        transfer_no=command.transfer_no,
        lines=tuple(
            TransferLine(
                line_no=number,
                sku=line.sku,
                name=line.name,
                quantity=quantity,
                lot=lot,
                contract_no=command.contract_no,
                contract_line_no=line.line_no,
            )
            for number, (line, lot, quantity) in enumerate(pieces, start=1)
        ),
        voucher_no=command.transfer_no,
        were_held=True,
        reason=reason,
    )
    return (leaving, waits, changed)


def _by_lot(goods: Expected, line_no: int, named: list[tuple[str, int]], quantity: int) -> dict[str, int]:
    have = next(stock.lots_here for stock in goods.stock if stock.line.line_no == line_no)
    return spread(have, quantity, named)


async def numbered(asker: Asker, number: str, body: DepotChanged) -> ChangeDepot:
    """With a number for the transfer."""
    transfer_no = dated(NUMBERS)(asker, body)
    return ChangeDepot(at=body.at, contract_no=number, transfer_no=transfer_no, depot=body.depot, reason=body.reason)


def numbers(command: ChangeDepot) -> dict[str, str]:
    """What the answer says."""
    return {"transfer_no": command.transfer_no}


USE_CASES: tuple[UseCase[Any, Any, GoodsEvent], ...] = (
    UseCase(
        ChangeDepot, change_depot, REDIRECTS, "depot", body=DepotChanged, prepare=numbered, says=numbers, status=201
    ),
)
