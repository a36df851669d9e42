"""Static files under addresses that carry their content's hash, so that browsers may keep them for ever."""

import hashlib
from functools import cache
from pathlib import Path

from fastapi.responses import FileResponse, Response

from contracts.bounds import Id, OneLine
from runtime.route import Router

FOLDER = Path(__file__).parent / "static"
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".toml": "text/plain"}

router = Router(include_in_schema=False)


@cache
def hashes() -> dict[str, str]:
    """Path inside the folder -> first 12 digits of its SHA-256."""
    files = sorted(path for path in FOLDER.rglob("*") if path.is_file())
    return {path.relative_to(FOLDER).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in files}


def asset(name: str) -> str:
    """The address of a static file. KeyError for one that is not there."""
    return f"/static/{hashes()[name]}/{name}"


@router.get("/static/{digest}/{name:path}")
async def static(digest: Id, name: OneLine) -> Response:
    """A file by its hash; another hash or name is 404, so nothing outside the folder can be asked for."""
    if hashes().get(name) != digest:
        return Response(status_code=404)
    kind = KINDS.get(Path(name).suffix, "text/plain")
    return FileResponse(
        FOLDER / name,
        media_type=f"{kind}; charset=utf-8",
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )
