"""In which depot something is asked for (D17): its keepers do it, and no other's."""

from pydantic import BaseModel

from company.depots import MAIN
from company.own_depot import at_own_depot
from inventory.goods.row import PIECES
from inventory.refusals import no
from inventory.transfer.receiving import ReceiveTransfer
from inventory.transfer.row import TRANSFERS
from inventory.transfer.sending import SendTransfer
from runtime.decision import Command, Rejected
from runtime.http import Caller
from runtime.refusal import Term
from runtime.typed_rows import ByName


class Lies(BaseModel):
    """A paper's row, as far as it says where it is."""

    depot: str = MAIN


PAPERS = {
    "count": ByName("counts", Lies),
    "inbound": ByName("slips", Lies),
    "scrap": ByName("scraps", Lies),
    "loan": ByName("loans", Lies),
    "stocklist": ByName("stocklists", Lies),
}
OF_CONTRACTS = frozenset({"goods", "qc", "label"})


async def where(caller: Caller, aggregate_id: str, command: Command) -> frozenset[str]:
    """What begins in a depot, or names one, is there; a paper where it was written; a contract's goods where it is
    delivered from. A transfer is counted out where it begins, counted in where it ends, and else both depots'."""
    kind, _, number = aggregate_id.partition(":")
    if kind in {"stock", "picklist", "countplan"}:
        return frozenset({number.partition(":")[0]})
    if kind == "transfer":
        return await _of_transfer(caller, number, command)
    named = getattr(command, "depot", "")
    if named:
        return frozenset({named})
    row = await (caller.view(PIECES).get(number) if kind in OF_CONTRACTS else caller.view(PAPERS[kind]).get(number))
    return frozenset() if row is None else frozenset({row.depot})


async def _of_transfer(caller: Caller, number: str, command: Command) -> frozenset[str]:
    row = await caller.view(TRANSFERS).get(number)
    if row is None:
        return frozenset({getattr(command, "from_depot", ""), getattr(command, "to_depot", "")} - {""})
    match command:
        case SendTransfer():
            return frozenset({row.from_depot})
        case ReceiveTransfer():
            return frozenset({row.to_depot})
        case _:
            return frozenset({row.from_depot, row.to_depot})


def not_your_depot(person: str, depot: Term, yours: Term) -> Rejected:
    """Somebody of another depot."""
    return no("not_your_depot", person=person, depot=depot, yours=yours)


OWN_DEPOT = at_own_depot(where, not_your_depot)
