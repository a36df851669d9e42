"""Wiring of the dashboards: read models to project, and routes to mount."""

from fastapi import APIRouter

from dashboards import assets, board_pages, board_rows, journal, kpi_pages, kpi_rows, login

PROJECTIONS = (*board_rows.PROJECTIONS, *kpi_rows.PROJECTIONS, journal.JOURNAL)

router = APIRouter()
for part in (board_pages.router, kpi_pages.router, login.router, assets.router):
    router.include_router(part)
