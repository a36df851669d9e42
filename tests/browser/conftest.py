"""One Chromium for the browser tests of a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.waiting import PATIENCE
from playwright.sync_api import Browser, expect, sync_playwright

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    "--disable-site-isolation-trials",  # all pages are of one site: no second process made ready for each
]

expect.set_options(timeout=PATIENCE * 1000)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The machine's own Chromium."""
    found = next(p for p in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(p).exists())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()
