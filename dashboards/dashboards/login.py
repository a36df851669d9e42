"""Who looks: the login page, its cookie, and where one goes without one."""

from urllib.parse import quote

from fastapi import Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict

from contracts.bounds import OneLine
from dashboards.render import LOOKS, page, words_for
from dashboards.words import tables
from runtime.clock import utc_now
from runtime.decision import Rejected
from runtime.front_door import open_to_all
from runtime.http import COOKIE, Caller, Refusal, issue_token, person_of
from runtime.route import Router, takes

COOKIE_SECONDS = 30 * 24 * 3600

router = Router(include_in_schema=False)


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
    return wanted if wanted and wanted.startswith("/") and not wanted.startswith(("//", "/\\")) else "/"


@router.get("/login")
@takes(*LOOKS, "next")
async def login_page(request: Request) -> Response:
    """登录: choose a person where that is allowed, else paste the token that was issued."""
    now = utc_now()
    demo: bool = request.app.state.settings.demo_login
    return page(
        request,
        "login.html",
        words_for(request, now),
        now=now,
        person=None,
        page="login",
        demo=demo,
        people=list(request.app.state.people.values()) if demo else [],
        next=safe_next(request.query_params.get("next")),
    )


class Login(BaseModel):
    """`person` (only where choosing is allowed) or `token`."""

    model_config = ConfigDict(extra="forbid")

    person: OneLine | None = None
    token: OneLine | None = None


@router.post("/login")
@open_to_all(4 << 10, secret=True)
async def login(body: Login, request: Request) -> Response:
    """Sets the cookie. JSON only, so that no foreign form can sign somebody in."""
    token = body.token
    if body.person is not None:
        if not request.app.state.settings.demo_login:
            raise Refusal(403, _no("login.off"))
        if body.person not in request.app.state.people:
            raise Refusal(404, _no("login.unknown"))
        token = issue_token(request, body.person)
    if not token or request.app.state.tokens.read(token) not in request.app.state.people:
        raise Refusal(401, _no("login.bad"))
    response = JSONResponse({"signed_in": True})
    response.set_cookie(
        COOKIE,
        token,
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response


def _no(key: str) -> Rejected:
    zh, en = tables()["words"][key]
    return Rejected(code=key.replace(".", "_"), rule="C18", zh=zh, en=en)
