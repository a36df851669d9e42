"""Wiring of the dashboards: read models to project, and routes to mount."""

from dashboards import (
    arrivals_pages,
    assets,
    board_pages,
    board_week_pages,
    calls_pages,
    check_pages,
    contract_pages,
    counts_pages,
    crew_pages,
    desk_pages,
    forms_pages,
    journal,
    kpi_pages,
    kpi_rows,
    live_rows,
    live_together,
    login,
    messages_pages,
    orders_pages,
    papers_pages,
    shortages_pages,
    warehouse_pages,
)
from runtime.route import Router

PROJECTIONS = (*kpi_rows.PROJECTIONS, journal.JOURNAL)

router = Router()
for part in (
    board_pages.router,
    board_week_pages.router,
    kpi_pages.router,
    messages_pages.router,
    orders_pages.router,
    calls_pages.router,
    contract_pages.router,
    warehouse_pages.router,
    counts_pages.router,
    arrivals_pages.router,
    shortages_pages.router,
    papers_pages.router,
    crew_pages.router,
    desk_pages.router,
    forms_pages.router,
    check_pages.router,
    live_rows.router,
    live_together.router,
    login.router,
    assets.router,
):
    router.include_router(part)
