"""The whole system's addresses: a browser reads a page of one that there is not, a program the shape of every error."""

from typing import Any

from httpx import ASGITransport, AsyncClient

from runtime.app import Process, web
from runtime.settings import Settings
from songda.system import system


async def test_an_unknown_address_is_a_page_for_a_browser_and_json_for_a_program(tmp_path: Any) -> None:
    """X5, C18"""
    settings = Settings(home=tmp_path)
    whole = system(settings)
    app = web(Process(settings, whole, whole.services, ("api",)))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://localhost") as client:
        page = await client.get("/nowhere", headers={"Accept": "text/html"})
        others = [await client.get("/nowhere"), await client.get("/api/nowhere", headers={"Accept": "text/html"})]
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "没有这个地址。" in page.text
    assert [(one.status_code, one.json()["code"]) for one in others] == [(404, "http_404")] * 2
