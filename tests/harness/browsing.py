"""Somebody's browser on the running system, and what is asked of every page there."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it ships no types
from playwright.sync_api import Browser, Page

from harness.line import Line
from harness.waiting import PATIENCE

WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def signed_in(
    chromium: Browser, whole: Any, person: str | None, *, phone: bool = False, line: Line | None = None
) -> Page:
    """A page of somebody who has signed in (None: who has not). A script that breaks fails the test that sees it."""
    viewport: Any = PHONE if phone else WIDE
    url = line.url if line else whole.application.url
    # Nothing moves: what is looked at is never half-way between two colours, nor drawn again and again.
    context = chromium.new_context(base_url=url, viewport=viewport, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE * 1000)
    if person is not None:
        assert context.request.post("/login", data={"person": person}).ok
    return context.new_page()


def faults(page: Page) -> list[str]:
    """What is wrong with a page as it stands: accessibility by axe-core, and content wider than the window."""
    found = [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in Axe().run(page).response["violations"]]
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*found, *([f"{wider} px wider than the window"] if wider > 0 else [])]
