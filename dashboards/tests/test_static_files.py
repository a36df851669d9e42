"""Files that browsers get: third-party ones unchanged, our own within their budget, nothing outside the folder."""

import hashlib
import tomllib

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from dashboards import assets

VENDOR = assets.FOLDER / "vendor"


def test_third_party_files_are_unchanged_as_released():
    entries = tomllib.loads((VENDOR / "vendor.toml").read_text())["file"]
    found = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()} - {"vendor.toml"}
    assert {entry["path"]: entry["sha256"] for entry in entries} == {
        name: hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() for name in found
    }


def test_own_scripts_stay_below_25_kb():
    assert sum(path.stat().st_size for path in assets.FOLDER.glob("*.js")) < 25 * 1024


@pytest.fixture
def client():
    app = FastAPI()
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
