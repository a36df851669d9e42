"""The crew's phone over HTTP: who gets it, and what it takes to live on a phone without a network."""

import json
import re

import pytest
from dashboards_site import browser, site


async def get(path, person="li.zq"):
    async with browser(site({}), person) as client:
        return await client.get(path)


@pytest.mark.parametrize(("person", "status"), [("li.zq", 200), ("zhou.jm", 200), ("he.jx", 403), ("wu.xm", 403)])
async def test_the_page_is_for_those_on_the_road(person, status):
    """RULES §1, C18"""
    assert (await get("/crew", person)).status_code == status


async def test_the_page_knows_its_person_crew_and_the_limit_of_cash():
    """B16"""
    text = (await get("/crew")).text
    assert re.search(r'data-person="li.zq"[^>]*data-crew="S1"\s+data-limit="5000000"', text) is not None


async def test_the_service_worker_keeps_the_page_and_every_file_that_it_loads():
    """DESIGN §7: pages survive the loss of the network."""
    worker = (await get("/crew-sw.js")).text
    kept = set(json.loads(re.search(r"JSON\.parse\('(.*)'\)", worker)[1]))
    page = (await get("/crew")).text
    loaded = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page))
    assert (loaded - kept, "/crew" in kept) == (set(), True)


async def test_it_can_be_installed():
    manifest = (await get("/crew.webmanifest")).json()
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/crew", "/crew", "standalone")
