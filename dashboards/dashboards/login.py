"""Who looks: whether somebody is known, and where one goes without."""

from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from runtime.http import Caller, person_of


def known(request: Request) -> Caller | None:
    """Who asks for a page, or None."""
    person = person_of(request)
    return None if person is None else Caller(request, Response(), person)


def to_login(request: Request) -> Response:
    """To the login page, and back here afterwards."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/login?next={quote(here)}", status_code=303)


def safe_next(wanted: str | None) -> str:
    """A path of this site; anything else is the start page."""
    is_ours = wanted is not None and wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if wanted is not None and is_ours and wanted.isprintable() and len(wanted) <= LONGEST_NEXT else "/"


LONGEST_NEXT = 1_000
