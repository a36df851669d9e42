"""Inventory 仓库, put together."""

from inventory.api import router
from inventory.domain import goods, picklist
from inventory.projections import PROJECTIONS
from inventory.reactions import REACTIONS
from runtime.service import Decider, Service

SERVICE = Service(
    name="inventory",
    deciders=(
        Decider(
            prefix="goods",
            initial=goods.INITIAL,
            states=goods.STATES,
            commands=goods.COMMANDS,
            decide=goods.decide,
            evolve=goods.evolve,
            due=goods.due,
        ),
        Decider(
            prefix="picklist",
            initial=picklist.INITIAL,
            states=picklist.STATES,
            commands=picklist.COMMANDS,
            decide=picklist.decide,
            evolve=picklist.evolve,
            due=picklist.due,
        ),
    ),
    reactions=REACTIONS,
    projections=PROJECTIONS,
    router=router,
)
