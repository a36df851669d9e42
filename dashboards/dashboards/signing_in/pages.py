"""The login page and the way out."""

import math

from fastapi import Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, ValidationError

from dashboards.login import safe_next
from dashboards.page_route import PageRouter
from dashboards.render import LOOKS
from dashboards.signing_in.flow import LONGEST_FIELD, Visitor, no
from runtime.decision import Rejected
from runtime.front_door import open_to_all
from runtime.http import Refusal
from runtime.identity.accounts import TooSoon
from runtime.identity.audit import What
from runtime.identity.session import How
from runtime.identity.sessions import cookie_name
from runtime.identity.steps import BY_PROVIDER
from runtime.route import takes

router = PageRouter(include_in_schema=False)

FORM_BYTES = 4 << 10
TRIES_AT_ONCE = 10
"""Of one address: a password is a twentieth of a second of a core."""


class Pick(BaseModel):
    """Somebody who is picked, where that is allowed; as JSON, for tests and tools."""

    model_config = ConfigDict(extra="forbid")

    person: str


@router.get("/login")
@takes(*LOOKS, "next", "state")
async def login_page(request: Request) -> Response:
    """登录: name and password; where that is allowed, choose a person. `state`: a provider sends it back with one."""
    return _login(Visitor(request), safe_next(request.query_params.get("next")))


@router.post("/login")
@open_to_all(FORM_BYTES, secret=True, at_once=TRIES_AT_ONCE)
async def login(request: Request) -> Response:
    """A form of ours, or JSON that picks a person. Other sites' forms are refused at the front door."""
    visitor = Visitor(request)
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            picked = Pick.model_validate_json(await request.body()).person
        except ValidationError:
            raise Refusal(422, no("login.unreadable")) from None
        answer = await _picked(visitor, picked, "/")
        entered = JSONResponse({"signed_in": True})
        entered.raw_headers += [one for one in answer.raw_headers if one[0] == b"set-cookie"]
        return entered
    form = await visitor.form()
    next_path = safe_next(form.get("next"))
    try:
        if "person" in form:
            return await _picked(visitor, form["person"], next_path)
        return await _by_password(visitor, form.get("name", "").strip(), form.get("password", ""), next_path)
    except Refusal as refusal:
        answer = _login(visitor, next_path, error=refusal.no, name=form.get("name", ""), status=refusal.status)
        answer.headers.update(refusal.headers)
        return answer


@router.post("/logout")
async def logout(request: Request) -> Response:
    """The session is over, for the server as well."""
    visitor = Visitor(request)
    session = visitor.session
    if session is not None:
        await visitor.identity.sessions.end(session.person, session.id)
        visitor.note(What.SIGNED_OUT, session.person, sessions=1)
    is_page = "text/html" in request.headers.get("accept", "")
    is_theirs = session is not None and session.how in BY_PROVIDER and visitor.identity.provider is not None
    to = "/login/provider/out" if is_theirs else "/login"
    answer = RedirectResponse(to, status_code=303) if is_page else Response(status_code=204)
    answer.delete_cookie(
        cookie_name(secure=visitor.is_secure), httponly=True, samesite="strict", secure=visitor.is_secure
    )
    return answer


async def _picked(visitor: Visitor, person_id: str, next_path: str) -> Response:
    if not visitor.request.app.state.settings.demo_login:
        raise Refusal(403, no("login.off"))
    person = visitor.people.get(person_id)
    if person is None:
        raise Refusal(404, no("login.unknown"))
    return await visitor.proved(person, How.DEMO, next_path=next_path, has_second=True)


async def _by_password(visitor: Visitor, name: str, password: str, next_path: str) -> Response:
    """One "no" for an unknown name, a wrong password and an account that is shut, after the same work."""
    if not visitor.request.app.state.settings.local_accounts:
        raise Refusal(403, no("login.no_passwords"))
    person = visitor.people.get(name)
    known = None if person is None else person.id
    try:
        account = await visitor.identity.accounts.signs_in(name[:LONGEST_FIELD], password)
    except TooSoon as soon:
        visitor.note(What.SIGN_IN_REFUSED, known, how=How.PASSWORD, why="too_soon")
        raise Refusal(429, *too_soon(soon)) from None
    if account is None or person is None:
        visitor.note(What.SIGN_IN_REFUSED, known, how=How.PASSWORD, why="wrong")
        raise Refusal(401, no("login.bad"))
    return await visitor.proved(person, How.PASSWORD, next_path=next_path)


def too_soon(soon: TooSoon) -> tuple[Rejected, dict[str, str]]:
    """That one has to wait, and how long."""
    seconds = max(1, math.ceil(soon.seconds))
    return no("login.too_soon", seconds=seconds), {"Retry-After": str(seconds)}


def _login(
    visitor: Visitor, next_path: str, *, error: Rejected | None = None, name: str = "", status: int = 200
) -> Response:
    demo: bool = visitor.request.app.state.settings.demo_login
    return visitor.show(
        "login.html",
        status=status,
        demo=demo,
        people=list(visitor.people.values()) if demo else [],
        next=next_path,
        error=error,
        given=name[:LONGEST_FIELD],
        by_provider=visitor.request.app.state.settings.oidc_issuer is not None,
        by_password=visitor.request.app.state.settings.local_accounts,
    )
