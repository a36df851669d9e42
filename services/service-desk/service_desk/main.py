"""Service desk 售后, put together."""

from runtime.service import Decider, Service
from service_desk.api import router
from service_desk.domain import calendar, call_back, casefile, quality, ticket, visit_plan
from service_desk.projections import PROJECTIONS
from service_desk.reactions import REACTIONS

SERVICE = Service(
    name="service_desk",
    deciders=(
        Decider("ticket", ticket.INITIAL, ticket.STATES, ticket.COMMANDS, ticket.decide, ticket.evolve, ticket.due),
        Decider(
            "casefile",
            casefile.INITIAL,
            casefile.STATES,
            casefile.COMMANDS,
            casefile.decide,
            casefile.evolve,
            casefile.due,
        ),
        Decider(
            "quality", quality.INITIAL, quality.STATES, quality.COMMANDS, quality.decide, quality.evolve, quality.due
        ),
        Decider(
            "visitplan",
            visit_plan.INITIAL,
            visit_plan.STATES,
            visit_plan.COMMANDS,
            visit_plan.decide,
            visit_plan.evolve,
            visit_plan.due,
        ),
        Decider(
            "callback",
            call_back.INITIAL,
            call_back.STATES,
            call_back.COMMANDS,
            call_back.decide,
            call_back.evolve,
            call_back.due,
        ),
        Decider(
            "calendar",
            calendar.INITIAL,
            calendar.STATES,
            calendar.COMMANDS,
            calendar.decide,
            calendar.evolve,
            calendar.due,
        ),
    ),
    reactions=REACTIONS,
    projections=PROJECTIONS,
    router=router,
)
