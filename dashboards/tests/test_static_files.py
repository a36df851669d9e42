"""Files that browsers get: third-party ones unchanged, our own within their budget, nothing outside the folder."""

import hashlib
import re
import tomllib
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from company.policy import policy_book
from dashboards import assets

VENDOR = assets.FOLDER / "vendor"


def test_third_party_files_are_unchanged_as_released():
    entries = tomllib.loads((VENDOR / "vendor.toml").read_text())["file"]
    found = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()} - {"vendor.toml"}
    assert {entry["path"]: entry["sha256"] for entry in entries} == {
        name: hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() for name in found
    }


PACKAGE = Path(assets.__file__).parent
PAGES = {path.name: path for path in PACKAGE.glob("*/*.html")}


def own_scripts(template):
    """Scripts of ours that a page always loads: those of its own block, else those of the frame that it extends."""
    text = PAGES[template].read_text()
    block = re.search(r"{% block scripts %}(.*?){% endblock %}", text, re.DOTALL)
    frame = re.search(r'{%-? extends "([\w.]+)"', text)
    always = "" if block is None else re.sub(r"{% if .*?{% endif %}", "", block[1], flags=re.DOTALL)
    own = set(re.findall(r"asset\('([\w.]+\.js)'\)", always))
    above = own_scripts(frame[1]) if frame and (block is None or "super()" in block[1]) else set()
    return own | above


DRAWS_ITSELF = "crew.html"
"""The crew's phone draws itself from what it keeps, as it must without a network; it has a budget of its own."""


@pytest.mark.parametrize("template", sorted(PAGES))
def test_own_scripts_of_a_page_stay_below_25_kb(template):
    """The budget is per page, of what that page loads: nobody waits for the scripts of other pages. Indentation and
    line breaks are not counted: compressed on the way, they weigh next to nothing."""
    budget = 52 * 1024 if template == DRAWS_ITSELF else 25 * 1024
    lines = [
        line.strip() for name in own_scripts(template) for line in assets.static_files()[name].read_text().splitlines()
    ]
    assert len("".join(lines).encode()) < budget


@pytest.mark.parametrize("suffix", ["html", "js", "css"])
def test_lines_of_pages_can_be_read(suffix):
    """A person reads a line of at most 120 characters."""
    long = [
        f"{path.name}:{number}"
        for path in PACKAGE.glob(f"*/*.{suffix}")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > 120
    ]
    assert long == []


def test_patterns_of_fields_are_ones_that_browsers_read():
    """Browsers pass over a pattern with a bare hyphen at the end of a set, and the field is not checked at all."""
    patterns = [
        found for path in PACKAGE.glob("*/*.html") for found in re.findall(r'pattern="([^"]+)"', path.read_text())
    ]
    assert patterns
    assert [one for one in patterns if re.search(r"[^\\]-\]", one)] == []


def test_every_script_of_ours_belongs_to_a_page():
    html = "".join(path.read_text() for path in PAGES.values()) + "asset('crew-sw.js')"  # has an address of its own
    assert {path.name for path in PACKAGE.glob("*/*.js") if f"asset('{path.name}')" not in html} == set()


@pytest.fixture
def client():
    app = FastAPI()
    app.state.policies = policy_book()
    app.include_router(assets.router)
    return AsyncClient(transport=ASGITransport(app), base_url="http://songda")


async def test_a_file_is_served_by_its_hash_for_ever(client):
    answer = await client.get(assets.asset("tokens.css"))
    assert (answer.status_code, answer.headers["cache-control"], answer.headers["content-type"]) == (
        200,
        "public, max-age=31536000, immutable",
        "text/css; charset=utf-8",
    )


@pytest.mark.parametrize(
    "path", ["/static/000000000000/tokens.css", "/static/x/..%2f..%2fmain.py", "/static/x/nope.css"]
)
async def test_a_wrong_hash_or_a_path_outside_is_not_found(client, path):
    assert (await client.get(path)).status_code == 404
