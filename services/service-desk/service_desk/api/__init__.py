"""HTTP of the service desk: tickets from the request to the archive, rounds to customers. One module per topic."""

from runtime.route import Router
from service_desk.api import clocks, ratings, rounds, tickets

router = Router(prefix="/api", tags=["service_desk 售后"])
for topic in (tickets, ratings, clocks, rounds):
    router.include_router(topic.router)
