"""Read models of the service desk: one module per topic, each with its folds and `PROJECTIONS`."""

from service_desk.projections import rounds, tickets

PROJECTIONS = (*tickets.PROJECTIONS, *rounds.PROJECTIONS)
