"""No value in an address breaks a page: it is refused in words, or the page falls back on a sound one (X8)."""

from urllib.parse import quote

import pytest
from dashboards_site import browser, site
from dashboards_story import booked, day_opened, in_slot, opened, published_day, rows_of
from fastapi.routing import iter_route_contexts

from dashboards.main import router
from runtime.settings import Settings
from runtime.signatures import Signature
from songda.system import system

EDGES = (
    "0001-01-01",
    "9999-12-31",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00",
    "-1",
    "9" * 40,
    "NaN",
    "",
    "x" * 3_000,
    "a\u0378b",
    "\u202ea",
    "\ufeff",
    "a\r\nb",
    "{}",
    "20261-13",
)
ASK_WHO = ("/login/", "/account")
"""Steps of signing in, which ask the database of sessions: tests/identity/test_steps_at_the_edge.py."""
PAGES = sorted(
    {
        (one.path, tuple(sorted(getattr(one.original_route, "taken", ()))))
        for one in iter_route_contexts(router.routes)
        if "GET" in (one.methods or ()) and not one.path.startswith(("/live", "/api", "/static", *ASK_WHO))
    }
)
WHOLE = system(Settings())
EVERY_MODEL: dict[str, dict[str, object]] = {one.name: {} for one in WHOLE.all_projections()}
WHO = {"/crew": "li.zq", "/orders/": "liang.my", "/visit/": "zhou.jm"}
"""Who opens a page that is not the manager's."""


class NothingKept:
    """Nobody asked for a signature, and nobody has a PIN."""

    async def of(self, person: str) -> list[Signature]:
        return []

    async def is_set(self, person: str) -> bool:
        return False


STORY = [opened(), booked(), day_opened(), *in_slot(), published_day()]


@pytest.mark.parametrize(("path", "taken"), PAGES, ids=[path for path, _ in PAGES])
async def test_a_page_takes_any_value_or_says_no(path: str, taken: tuple[str, ...]) -> None:
    """X8"""
    wrong = []
    app = site({**EVERY_MODEL, **rows_of(STORY)})
    app.state.offers = WHOLE.offers()
    app.state.signatures = app.state.pins = NothingKept()
    person = next((who for begin, who in WHO.items() if path.startswith(begin)), "guan.yf")
    async with browser(app, person) as client:
        for edge in EDGES:
            written = quote(edge, safe="")
            filled = "/".join((written or "%20") if part.startswith("{") else part for part in path.split("/"))
            for address in (filled, *(f"{path.partition('{')[0]}?{name}={written}" for name in taken)):
                answer = await client.get(address)
                if answer.status_code not in {200, 303, 307, 404, 422}:
                    wrong.append((address, answer.status_code))
    assert wrong == []
