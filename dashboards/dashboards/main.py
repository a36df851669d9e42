"""Wiring of the dashboards: read models to project, and routes to mount."""

from dashboards import assets, journal, live_rows, live_together
from dashboards.assessment import pages as kpi_pages
from dashboards.assessment import rows as kpi_rows
from dashboards.board import pages as board_pages
from dashboards.board import week_pages as board_week_pages
from dashboards.booking import pages as calls_pages
from dashboards.books import pages as books_pages
from dashboards.corrections import pages as delivery_corrections
from dashboards.crew import pages as crew_pages
from dashboards.desk import pages as desk_pages
from dashboards.forms import pages as forms_pages
from dashboards.inbox import pages as inbox_pages
from dashboards.messages import pages as messages_pages
from dashboards.money import pages as money_pages
from dashboards.orders import contract_pages
from dashboards.orders import pages as orders_pages
from dashboards.pickup import pages as pickup_pages
from dashboards.products import pages as products_pages
from dashboards.products import questions
from dashboards.signing import pages as signing_pages
from dashboards.signing_in import account
from dashboards.signing_in import pages as login_pages
from dashboards.signing_in import provider as login_provider
from dashboards.signing_in import steps as login_steps
from dashboards.warehouse import (
    arrivals_pages,
    check_pages,
    corrections_pages,
    counts_pages,
    loading_pages,
    lots_pages,
    papers_pages,
    returns_pages,
    shortages_pages,
    transfers_pages,
    vouchers_pages,
)
from dashboards.warehouse import pages as warehouse_pages
from runtime.route import Router

PROJECTIONS = (*kpi_rows.PROJECTIONS, journal.JOURNAL, questions.ASKED)

router = Router()
for part in (
    board_pages.router,
    board_week_pages.router,
    kpi_pages.router,
    messages_pages.router,
    inbox_pages.router,
    signing_pages.router,
    books_pages.router,
    money_pages.router,
    orders_pages.router,
    calls_pages.router,
    contract_pages.router,
    pickup_pages.router,
    delivery_corrections.router,
    warehouse_pages.router,
    counts_pages.router,
    arrivals_pages.router,
    shortages_pages.router,
    vouchers_pages.router,
    returns_pages.router,
    corrections_pages.router,
    lots_pages.router,
    products_pages.router,
    loading_pages.router,
    transfers_pages.router,
    papers_pages.router,
    crew_pages.router,
    desk_pages.router,
    forms_pages.router,
    check_pages.router,
    live_rows.router,
    live_together.router,
    login_pages.router,
    login_steps.router,
    login_provider.router,
    account.router,
    assets.router,
):
    router.include_router(part)
