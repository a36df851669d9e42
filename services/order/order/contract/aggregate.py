"""合同 Contract: what was sold, what became of its goods, delays, promises and money, until it is fulfilled (完结).

One aggregate per contract number, `contract:HT26030001`. It waits for goods, is complete, cancelled or fulfilled. News
comes in parts, out of order and late, and the answer is the same whatever the order (A3, X1). The rules lie by topic:
`terms` (A1, A6), `logistics` (A2), `goods` (A3), `delays` (A4, A5), `promise` (A8), `fulfilment` (A7), `money` (A12).
"""

from typing import Any, assert_never

from company.context import Context
from contracts import order as facts
from order.contract import delays, delivery_corrected, fulfilment, goods, logistics, money, promise, terms
from order.contract.state import (
    INITIAL,
    STATES,
    Cancelled,
    Complete,
    Contract,
    Fulfilled,
    Unsigned,
    Waiting,
)
from order.refusals import no
from runtime.aggregate import Aggregate, Decision
from runtime.decision import Timer
from runtime.use_case import UseCase


def evolve(contract: Contract, event: facts.OrderEvent) -> Contract:
    """The contract after an event. It is signed once, and nothing is known of one that was not."""
    if isinstance(event, facts.ContractSigned):
        return terms.signed(event) if isinstance(contract, Unsigned) else contract
    if isinstance(contract, Unsigned):
        return contract
    if isinstance(event, goods.Event):
        return goods.evolve(contract, event)
    if isinstance(event, logistics.Event):
        return logistics.evolve(contract, event)
    if isinstance(event, fulfilment.Event):
        return fulfilment.evolve(contract, event)
    if isinstance(event, delivery_corrected.Event):
        return delivery_corrected.evolve(contract, event)
    if isinstance(event, money.Event):
        return money.evolve(contract, event)
    if isinstance(event, delays.Event):
        return delays.evolve(contract, event)
    if isinstance(event, promise.Event):
        return promise.evolve(contract, event)
    return terms.evolve(contract, event)


def due(contract: Contract) -> tuple[Timer, ...]:
    """What falls due by itself: posts of delays (K1), and the warning when the promised time passes (A8)."""
    match contract:
        case Unsigned() | Cancelled() | Fulfilled():
            return ()
        case Waiting() | Complete():
            at = promise.warning_due(contract)
            warning = () if at is None else (promise.warning(contract.terms.promised_on, at),)
            return (*warning, *delays.posts_due(contract.course)) if contract.course.delays else warning
    assert_never(contract)


def at_the_door(
    case: UseCase[Any, Any, facts.OrderEvent], command: Any, contract: Contract, ctx: Context
) -> Decision[facts.OrderEvent]:
    """Whatever is asked of a contract, it must have been registered; a timer of none is moot."""
    if isinstance(contract, Unsigned) and not isinstance(command, terms.RegisterContract):
        if isinstance(command, delays.RemindPost | promise.WarnOfPromise):
            return ()
        return no("unknown_contract", rule=case.cites, contract_no=command.contract_no)
    return case.rule(command, contract, ctx)


CONTRACT = Aggregate[Contract, facts.OrderEvent](
    "contract",
    INITIAL,
    STATES,
    evolve,
    (
        *logistics.USE_CASES,
        *goods.USE_CASES,
        *terms.USE_CASES,
        *delays.USE_CASES,
        *promise.USE_CASES,
        *fulfilment.USE_CASES,
        *delivery_corrected.USE_CASES,
        *money.USE_CASES,
    ),
    due,
    at_the_door,
)
