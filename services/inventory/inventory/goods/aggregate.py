"""货 Goods of one contract: what is expected, what came, was damaged, left, came back or was released (D2, D4, D8).

One aggregate per contract number, `goods:HT26030001`; it is the master of a contract's pieces, the bin cards follow
it. For every line the pieces in the warehouse are arrived + returned - damaged there - issued - released, and never
below zero; the pieces outside are issued - returned - damaged outside. `GoodsArrived` is the one door in. The rules lie
by topic: `expected` (A6), `arrival` (A3, D2), `damage` (D4, D7), `leaving` (B9, B15, D8), `deposit` (B14),
`allocation` (D8, D9).
"""

from typing import Any

from company.context import Context
from company.depots import MAIN
from contracts.inventory import GoodsEvent
from inventory.goods import (
    allocation,
    arrival,
    check_corrected,
    coming_back,
    correcting,
    damage,
    deposit,
    expected,
    handover_corrected,
    leaving,
    not_owed,
    redirecting,
)
from inventory.goods.evolve import evolve
from inventory.goods.state import INITIAL, STATES, Decision, Goods, Unexpected
from inventory.refusals import no
from runtime.aggregate import Aggregate
from runtime.decision import Rejected
from runtime.use_case import UseCase

OF_ANY_CONTRACT = expected.ExpectGoods | expected.AmendGoods | arrival.ReceiveGoods | leaving.ReturnGoods


def at_the_door(case: UseCase[Any, Any, GoodsEvent], command: Any, goods: Goods, ctx: Context) -> Decision:
    """The warehouse must have been told of the contract, or be told now; what a slip brings is there all the same."""
    if isinstance(goods, Unexpected) and not isinstance(command, OF_ANY_CONTRACT):
        return no("no_goods", contract_no=command.contract_no)
    decision = case.rule(command, goods, ctx)
    return decision if isinstance(decision, Rejected) else tuple(_in_depot(x, command, goods) for x in decision)


def _in_depot(event: GoodsEvent, command: Any, goods: Goods) -> GoodsEvent:
    """Said once for all rules: an event is about the depot where its command says that the pieces are, else about the
    contract's own (D17), unless the rule said which."""
    told = command.depot if isinstance(command, arrival.ReceiveGoods | leaving.ReturnGoods) else ""
    depot = told or (MAIN if isinstance(goods, Unexpected) else goods.depot)
    is_said = "depot" not in type(event).model_fields or "depot" in event.model_fields_set
    return event if is_said or depot == MAIN else event.model_copy(update={"depot": depot})


GOODS = Aggregate[Goods, GoodsEvent](
    "goods",
    INITIAL,
    STATES,
    evolve,
    (
        *not_owed.USE_CASES,
        *expected.USE_CASES,
        *arrival.USE_CASES,
        *damage.USE_CASES,
        *leaving.USE_CASES,
        *deposit.USE_CASES,
        *coming_back.USE_CASES,
        *correcting.USE_CASES,
        *handover_corrected.USE_CASES,
        *check_corrected.USE_CASES,
        *allocation.USE_CASES,
        *redirecting.USE_CASES,
    ),
    door=at_the_door,
)
