"""Service desk 售后, put together."""

from runtime.offers import offering_of
from runtime.service import Service
from service_desk.api import router
from service_desk.calendar import CALENDAR, CALENDARS
from service_desk.call_back import CALL_BACK, CALL_BACKS
from service_desk.casefile import CASEFILE
from service_desk.quality import QUALITIES, QUALITY
from service_desk.reactions import REACTIONS
from service_desk.ticket.row import TICKETS
from service_desk.ticket.ticket import TICKET
from service_desk.visit_plan import VISIT_PLAN, VISIT_PLANS

SERVICE = Service(
    name="service_desk",
    deciders=(TICKET, CASEFILE, QUALITY, VISIT_PLAN, CALL_BACK, CALENDAR),
    reactions=REACTIONS,
    projections=tuple(view.projection for view in (TICKETS, VISIT_PLANS, CALL_BACKS, QUALITIES, CALENDARS)),
    router=router,
    offers={TICKET.name: offering_of(TICKET)},
)
