"""Order 合同, put together."""

from order.api import router
from order.domain.contract import COMMANDS, INITIAL, STATES, decide, due, evolve
from order.projections import PROJECTIONS
from order.reactions import REACTIONS
from runtime.service import Decider, Service

SERVICE = Service(
    name="order",
    deciders=(
        Decider(
            prefix="contract",
            initial=INITIAL,
            states=STATES,
            commands=COMMANDS,
            decide=decide,
            evolve=evolve,
            due=due,
        ),
    ),
    reactions=REACTIONS,
    projections=PROJECTIONS,
    router=router,
)
