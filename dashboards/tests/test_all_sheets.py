"""Every list there is can be fetched as a spreadsheet in a row, as at a month's end (X6, X8)."""

from fastapi.routing import iter_route_contexts

from dashboards.main import router
from dashboards.warehouse.papers_pages import KINDS as PAPERS
from inventory.voucher.kinds import KINDS as VOUCHERS
from runtime.rates import Rate
from runtime.settings import Settings

OF_ONE = "/warehouse/stock/{sku:path}.xlsx"
"""A bin card is no list."""
SEVERAL = {"/warehouse/{tab}.xlsx": len(PAPERS), "/warehouse/vouchers.xlsx": len(VOUCHERS)}
"""Addresses of more than one list: of each kind of paper."""


def lists() -> int:
    """How many spreadsheets of lists the pages offer."""
    paths = {route.path or "" for route in iter_route_contexts(router.routes)}
    paths = {path for path in paths if path.endswith(".xlsx")}
    assert {OF_ONE, *SEVERAL} <= paths
    return sum(SEVERAL.get(path, 1) for path in paths - {OF_ONE})


def test_one_person_fetches_all_lists_in_a_row() -> None:
    """X6, X8: none is answered with "too often"; who goes on and on is."""
    rate = Rate(Settings.model_fields["exports_per_person"].default)
    assert [rate.ask("su.kj") for _ in range(lists())] == [0.0] * lists()
    assert any(rate.ask("su.kj") for _ in range(2 * lists()))
