"""Service desk 售后, put together."""

from runtime.service import Decider, Service
from service_desk.api import router
from service_desk.domain.ticket import COMMANDS, INITIAL, STATES, decide, due, evolve
from service_desk.projections import PROJECTIONS
from service_desk.reactions import REACTIONS

SERVICE = Service(
    name="service_desk",
    deciders=(
        Decider(
            prefix="ticket",
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
