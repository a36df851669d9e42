"""No value in the address of a step of signing in breaks it: it is refused in words, or falls back on a sound one."""

from urllib.parse import quote

import pytest
from fastapi.routing import iter_route_contexts

from dashboards.main import router

from .conftest import Site

pytestmark = pytest.mark.slow

EDGES = ("9999-12-31T23:59:59-14:00", "-1", "9" * 40, "", "x" * 3_000, "\u202ea", "a\r\nb", "{}", "//elsewhere.example")
STEPS = sorted(
    {
        (one.path, tuple(sorted(getattr(one.original_route, "taken", ()))))
        for one in iter_route_contexts(router.routes)
        if "GET" in (one.methods or ()) and one.path.startswith(("/login", "/account"))
    }
)


@pytest.mark.parametrize(("path", "taken"), STEPS, ids=[path for path, _ in STEPS])
async def test_a_step_takes_any_value_or_says_no(site: Site, path: str, taken: tuple[str, ...]) -> None:
    """X8: and leads to no other site."""
    wrong = []
    async with site() as office:
        for browser in (office.browser(), await office.picked("liang.my")):
            for address in (path, *(f"{path}?{name}={quote(edge, safe='')}" for name in taken for edge in EDGES)):
                answer = await browser.get(address)
                elsewhere = answer.headers.get("location", "/").startswith(("//", "http"))
                if answer.status_code not in {200, 303, 307, 400, 401, 403, 404, 422} or elsewhere:
                    wrong.append((address, answer.status_code))
    assert wrong == []
