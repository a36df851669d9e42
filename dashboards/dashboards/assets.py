"""Static files under addresses that carry their content's hash, so that browsers may keep them for ever."""

import hashlib
from functools import cache
from pathlib import Path

from fastapi.responses import FileResponse, Response

from contracts.bounds import Id, OneLine
from runtime.route import Router

FOLDER = Path(__file__).parent / "static"
"""What all pages share; a screen's own scripts and styles lie in its folder."""
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".toml": "text/plain"}

router = Router(include_in_schema=False)


@cache
def static_files() -> dict[str, Path]:
    """What browsers may get: each file's name (with its folder inside `static`), and where it lies."""
    shared = {path.relative_to(FOLDER).as_posix(): path for path in sorted(FOLDER.rglob("*")) if path.is_file()}
    own = {path.name: path for path in sorted(FOLDER.parent.glob("*/*")) if path.suffix in {".js", ".css"}}
    return shared | own


@cache
def hashes() -> dict[str, str]:
    """A file's name -> first 12 digits of its SHA-256."""
    return {name: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for name, path in static_files().items()}


def asset(name: str) -> str:
    """The address of a static file. KeyError for one that is not there."""
    return f"/static/{hashes()[name]}/{name}"


@router.get("/static/{digest}/{name:path}")
async def static(digest: Id, name: OneLine) -> Response:
    """A file by its hash; another hash or name is 404, so nothing else can be asked for."""
    if hashes().get(name) != digest:
        return Response(status_code=404)
    kind = KINDS.get(Path(name).suffix, "text/plain")
    return FileResponse(
        static_files()[name],
        media_type=f"{kind}; charset=utf-8",
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )
